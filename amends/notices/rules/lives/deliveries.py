"""What is told of parcels to the consumer that went wrong on their way: enquiries, new dates, other ways, and how it ended."""

from __future__ import annotations

from collections.abc import Mapping

from amends.kernel.texts import Text, say

TOLD = """
delivery.enquire                   -                    consumer    result   carrier   enquiry_made
delivery.enquire                   -                    merchant    news     carrier   enquiry_made
delivery.give_date                 -                    consumer    result   carrier   new_date
delivery.give_date                 -                    merchant    news     carrier   new_date
delivery.break_date                clock                consumer    result   carrier   date_broken
delivery.break_date                clock                merchant    news     carrier   date_broken
delivery.break_date                -                    consumer    result   carrier   date_taken_back
delivery.lead_elsewhere                  -                    consumer    result   carrier   redirect_asked
delivery.lead_elsewhere                  -                    merchant    news     carrier   redirect_asked
delivery.take_new_way              -                    consumer    result   carrier   new_way
delivery.take_new_way              -                    merchant    news     carrier   new_way
delivery.keep_way                  clock                consumer    result   carrier   way_lapsed
delivery.keep_way                  clock                merchant    news     carrier   way_lapsed
delivery.keep_way                  -                    consumer    result   carrier   way_kept
delivery.keep_way                  -                    merchant    news     carrier   way_kept
delivery.fetch_back                -                    consumer    result   carrier   fetch_asked
delivery.fetch_back                -                    merchant    news     carrier   fetch_asked
delivery.redeliver                 -                    consumer    result   carrier   sent_again
delivery.redeliver                 -                    merchant    news     carrier   sent_again
delivery.bring_back                -                    consumer    result   -         parcel_back
delivery.bring_back                -                    merchant    result   -         parcel_back
delivery.deliver                   -                    consumer    act      consumer  parcel_here
delivery.deliver                   -                    merchant    news     consumer  parcel_here_merchant
delivery.declare_lost              -                    consumer    result   -         parcel_lost
delivery.declare_lost              -                    merchant    result   -         parcel_lost
delivery.declare_lost              -                    agent       news     -         parcel_lost_agent
delivery.presume_lost              -                    consumer    result   -         parcel_presumed_lost
delivery.presume_lost              -                    merchant    result   -         parcel_presumed_lost
delivery.presume_lost              -                    agent       news     -         parcel_lost_agent
delivery.turn_up                   -                    consumer    result   -         parcel_turned_up
delivery.turn_up                   -                    merchant    result   -         parcel_turned_up_shop
delivery.turn_up                   -                    agent       news     -         parcel_turned_up_agent
delivery.admit_damage              -                    consumer    result   -         damage_admitted
delivery.admit_damage              -                    merchant    result   -         damage_admitted
delivery.admit_damage              -                    agent       news     -         damage_agent
delivery.deny_damage               -                    consumer    result   -         damage_denied
delivery.deny_damage               -                    merchant    result   -         damage_denied
delivery.presume_damaged           -                    consumer    result   -         damage_presumed
delivery.presume_damaged           -                    merchant    result   -         damage_presumed
delivery.presume_damaged           -                    agent       news     -         damage_agent
delivery.confirm                   clock                consumer    result   -         parcel_counted
delivery.confirm                   -                    merchant    result   -         parcel_confirmed
delivery.report_absent             -                    consumer    result   carrier   enquiry_made
delivery.report_absent             -                    merchant    news     carrier   not_here
delivery.report_absent             -                    agent       news     carrier   not_here
delivery.ask_by_hand               -                    agent       act      carrier   ask_by_hand
delivery.turn_down                 -                    agent       act      carrier   enquiry_turned_down
delivery.remind                    >consumer            consumer    remind   told      remind
"""

SILENT: Mapping[str, Text] = {
    "delivery.reach_carrier": say("查件已经告知，登记号在页面上。", "The enquiry was told; its number stands on the page."),
    "delivery.drop": say("使它不再需要的那一步已经告知。", "Said by the step that made it needless."),
}
