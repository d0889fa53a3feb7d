"""What changes a repair: one function for each verb, whichever face calls it. Booking a visit: amends/repairs/booking.py."""

from amends.repairs.verbs.quoting import accept_quote, decline_quote, hear_paid, quote
from amends.repairs.verbs.trying import confirm, report_fault
from amends.repairs.verbs.working import PartWanted, bring_parts, diagnose, give_up, hand_back, order_parts

__all__ = [
    "PartWanted", "accept_quote", "bring_parts", "confirm", "decline_quote", "diagnose", "give_up", "hand_back", "hear_paid", "order_parts",
    "quote", "report_fault",
]  # fmt: skip
