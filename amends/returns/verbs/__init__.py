"""What changes a parcel or a finding: one function for each verb, whichever face calls it."""

from amends.returns.verbs.boxes import add_parcel, prove_freight, travel_with
from amends.returns.verbs.carrying import (
    bring_back,
    carrier_says,
    collect,
    declare_lost,
    deliver,
    leave_unclaimed,
    miss_pickup,
    resume_travel,
)
from amends.returns.verbs.inspecting import Finding, accept, accept_finding, contest, inspect, reduce, reject, report_missing
from amends.returns.verbs.labelling import ask_label, void_label
from amends.returns.verbs.pickups import book_pickup, cancel_pickup, change_pickup
from amends.returns.verbs.sending import give_address, keep_goods, receive, ship
from amends.returns.verbs.sparing import ask_destroy, ask_intercept, destroy, intercepted, refuse_parcel, waive_return

__all__ = [
    "Finding", "accept", "accept_finding", "add_parcel", "ask_destroy", "ask_intercept", "ask_label", "book_pickup", "bring_back",
    "cancel_pickup", "carrier_says", "change_pickup", "collect", "contest", "declare_lost", "deliver", "destroy", "give_address", "inspect",
    "intercepted", "keep_goods", "leave_unclaimed", "miss_pickup", "prove_freight", "receive", "reduce", "refuse_parcel", "reject",
    "report_missing", "resume_travel", "ship", "travel_with", "void_label", "waive_return",
]  # fmt: skip
