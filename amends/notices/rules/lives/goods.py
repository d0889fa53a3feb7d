"""What is told of goods on their way back and of what was found when they came."""

from __future__ import annotations

from collections.abc import Mapping

from amends.kernel.texts import Text, say

TOLD = """
return_shipment.ask_back           -                    consumer    news     merchant  address_awaited
return_shipment.ask_back           -                    merchant    act      merchant  address_wanted
return_shipment.intercept          -                    consumer    result   carrier   intercepted
return_shipment.intercept          -                    merchant    news     carrier   intercepted
return_shipment.give_address       -                    consumer    act      consumer  ship_back
return_shipment.use_known_address  -                    consumer    act      consumer  ship_to_known
return_shipment.use_known_address  -                    merchant    result   consumer  address_lapsed
return_shipment.book_pickup        -                    consumer    result   carrier   pickup_booked
return_shipment.miss_pickup        -                    consumer    act      consumer  pickup_missed
return_shipment.ship               on_way_home          consumer    result   carrier   on_way_home
return_shipment.ship               -                    merchant    news     carrier   shipped
return_shipment.collect            home                 merchant    news     -         home_merchant
return_shipment.collect            -                    consumer    news     carrier   picked_up
return_shipment.collect            -                    merchant    news     carrier   shipped
return_shipment.destroy            -                    consumer    result   -         destroyed
return_shipment.destroy            -                    merchant    result   -         destroyed
return_shipment.lapse              -                    consumer    result   -         unsent
return_shipment.lapse              -                    merchant    result   -         unsent_merchant
return_shipment.deliver            home                 consumer    result   -         home
return_shipment.deliver            home                 merchant    news     -         home_merchant
return_shipment.deliver            -                    consumer    news     merchant  arrived
return_shipment.deliver            -                    merchant    act      merchant  at_door
return_shipment.chase              -                    consumer    result   carrier   traced
return_shipment.chase              -                    merchant    news     carrier   traced
return_shipment.resume_travel      -                    consumer    news     carrier   found
return_shipment.resume_travel      -                    merchant    news     carrier   found
return_shipment.declare_lost       lost,clock           consumer    result   -         lost_by_silence
return_shipment.declare_lost       lost                 consumer    result   -         lost
return_shipment.declare_lost       lost                 merchant    result   -         lost_merchant
return_shipment.declare_lost       !lost                consumer    result   -         lost_going_home
return_shipment.declare_lost       !lost                merchant    result   -         lost_going_home_merchant
return_shipment.declare_lost       -                    agent       result   -         lost_agent
return_shipment.receive            clock                consumer    news     merchant  counted_received
return_shipment.receive            clock                merchant    act      merchant  to_inspect_late
return_shipment.receive            -                    consumer    news     merchant  being_inspected
return_shipment.receive            -                    merchant    act      merchant  to_inspect
return_shipment.send_home          -                    consumer    result   merchant  coming_home
return_shipment.send_home          -                    merchant    act      merchant  send_home
return_shipment.keep_goods         clock                consumer    result   -         bought_by_silence
return_shipment.keep_goods         clock                merchant    result   -         bought_by_your_silence
return_shipment.keep_goods         -                    consumer    result   -         bought
return_shipment.leave_unclaimed    -                    consumer    act      consumer  to_collect
return_shipment.forfeit            -                    consumer    result   -         given_up
return_shipment.forfeit            -                    merchant    result   -         given_up
return_shipment.remind             awaiting_dispatch    consumer    remind   told      remind_ship
return_shipment.remind             unclaimed            consumer    remind   told      remind_collect
return_shipment.remind             >consumer            consumer    remind   told      remind
return_shipment.remind             addressing           merchant    remind   told      remind_address
return_shipment.remind             delivered            merchant    remind   told      remind_receive
return_shipment.remind             sending_home         merchant    remind   told      remind_home
inspection.accept                  clock                consumer    result   -         passed_by_silence
inspection.accept                  clock                merchant    result   -         passed_by_your_silence
inspection.accept                  -                    consumer    result   -         passed
inspection.accept_finding          clock                consumer    result   -         finding_stood
inspection.accept_finding          -                    merchant    result   -         finding_stood_merchant
inspection.reduce                  -                    consumer    act      consumer  found_less
inspection.reject                  -                    consumer    act      consumer  found_bad
inspection.report_missing          -                    consumer    act      consumer  found_missing
inspection.contest                 clock                consumer    result   -         contested_for_you
inspection.contest                 -                    merchant    result   -         contested
inspection.alarm                   -                    supervisor  act      -         alarm
inspection.remind                  awaiting             merchant    remind   told      remind_inspect
inspection.remind                  >consumer            consumer    remind   told      remind_contest
inspection.remind                  >arbiter             arbiter     remind   told      remind_ruler
"""

SILENT: Mapping[str, Text] = {
    "return_shipment.cancel_pickup": say("消费者自己取消的，页面上立即可见。", "The consumer's own act, seen on the page at once."),
    "return_shipment.drop": say("使它不再需要的那一步已经告知。", "Said by the step that made it needless."),
    "inspection.await_goods": say("收货的通知已经请商家验货。", "The notice of receipt has asked for the inspection."),
    "inspection.find_payable": say("是裁决的执行，裁决生效的通知已经说了。", "Carries out a ruling that was told when it came to bind."),
    "inspection.find_reduced": say("是裁决的执行，裁决生效的通知已经说了。", "Carries out a ruling that was told when it came to bind."),
    "inspection.find_unpayable": say("是裁决的执行，裁决生效的通知已经说了。", "Carries out a ruling that was told when it came to bind."),
    "return_shipment.arrive_late": say("款已经退了，不改变任何一方的权利。", "It was paid for; nobody's rights change by it."),
    "inspection.dispose": say("商家自己决定商品去向，不涉及消费者。", "The merchant's own house-keeping; nobody else waits for it."),
    "inspection.drop": say("使它不再需要的那一步已经告知。", "Said by the step that made it needless."),
}  # fmt: skip
