"""The contents page of the database: every table, in the order of the house."""

from amends.cases.models import Case, CaseText, ClaimedUnit, Deadline, Entry, Evidence, Grant, Turn
from amends.market.models import Consumer, Merchant, Order, OrderLine, Payment, Product, Shipment, Tender, Unit
from amends.notices.models import Mail, Notice
from amends.people.models import AccessLog, ApiKey, Membership, User
from amends.plumbing.models import Beat, ClockShift, Idempotency
from amends.policy.models import CalendarDay, Comment, Decision, Draft, Flip, PackVersion, PastFacts, Simulation, SimulationPart
from amends.refunds.models import Account, Attempt, Line, Posting, Refund
from amends.returns.models import Inspection, ParcelUnit, ReturnShipment
from amends.rulings.models import Review
from amends.surveys.models import Survey

__all__ = [
    "AccessLog", "Account", "ApiKey", "Attempt", "Beat", "CalendarDay", "Case", "CaseText", "ClaimedUnit", "ClockShift", "Comment",
    "Consumer", "Deadline", "Decision", "Draft", "Entry", "Evidence", "Flip", "Grant", "Idempotency", "Inspection", "Line", "Mail",
    "Membership", "Merchant", "Notice", "Order", "OrderLine", "PackVersion", "ParcelUnit", "PastFacts", "Payment", "Posting", "Product",
    "Refund", "ReturnShipment", "Review", "Shipment", "Simulation", "SimulationPart", "Survey", "Tender", "Turn", "Unit", "User",
]  # fmt: skip
