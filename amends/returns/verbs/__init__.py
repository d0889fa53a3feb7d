"""What changes a parcel or a finding: one function for each verb, whichever face calls it."""

from amends.returns.verbs.carrying import carrier_says, collect, declare_lost, deliver, leave_unclaimed, miss_pickup, resume_travel
from amends.returns.verbs.inspecting import Finding, accept, accept_finding, contest, inspect, reduce, reject, report_missing
from amends.returns.verbs.sending import book_pickup, cancel_pickup, give_address, keep_goods, receive, ship

__all__ = [
    "Finding", "accept", "accept_finding", "book_pickup", "cancel_pickup", "carrier_says", "collect", "contest", "declare_lost", "deliver",
    "give_address", "inspect", "keep_goods", "leave_unclaimed", "miss_pickup", "receive", "reduce", "reject", "report_missing",
    "resume_travel", "ship",
]  # fmt: skip
