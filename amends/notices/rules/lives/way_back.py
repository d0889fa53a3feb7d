"""What is told of the way back while a parcel stays where it is: labels, couriers, addresses that never came, goods that need not
travel."""

from __future__ import annotations

from collections.abc import Mapping

from amends.kernel.texts import Text, say

TOLD = """
return_shipment.buy_label          -                    consumer    act      consumer  label_ready
return_shipment.fail_label         -                    consumer    act      consumer  label_failed
return_shipment.book_pickup        -                    merchant    news     -         pickup_due
return_shipment.confirm_pickup     -                    consumer    news     -         pickup_confirmed
return_shipment.bring_back         -                    consumer    act      consumer  brought_back
return_shipment.bring_back         -                    merchant    news     consumer  brought_back_merchant
return_shipment.bring_back         -                    agent       news     -         brought_back_agent
return_shipment.prove_freight      -                    merchant    news     -         freight_proven
return_shipment.add_parcel         -                    merchant    news     -         parcel_added
return_shipment.travel_with        -                    merchant    news     -         travels_together
return_shipment.ask_destroy        -                    consumer    act      consumer  destroy_asked
return_shipment.waive_return       -                    consumer    result   -         return_waived
return_shipment.ask_intercept      -                    consumer    news     -         intercept_asked
return_shipment.fail_intercept     -                    merchant    result   -         intercept_failed
return_shipment.refuse_parcel      -                    merchant    news     -         parcel_refused
return_shipment.miss_address       -                    consumer    result   -         address_missed
return_shipment.miss_address       -                    merchant    result   -         address_missed_merchant
return_shipment.miss_address       -                    agent       news     -         address_missed_agent
"""

_OWN = say("消费者自己办的，页面上立即可见。", "The consumer's own act, seen on the page at once.")
SILENT: Mapping[str, Text] = {
    "return_shipment.ask_label": _OWN,
    "return_shipment.void_label": _OWN,
    "return_shipment.change_pickup": _OWN,
}
