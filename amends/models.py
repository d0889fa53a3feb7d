"""The contents page of the database: every table, in the order of the house."""

from amends.cases.models import Case, CaseText, ClaimedUnit, Deadline, Entry, Evidence, Grant, Turn
from amends.market.models import Consumer, Merchant, Order, OrderLine, Payment, Product, Shipment, Tender, Unit
from amends.notices.models import Announcement, Contact, Message, Notice, Promise, Recipient, Seen, Wording
from amends.notices.webhooks.models import Delivery, Endpoint
from amends.people.models import AccessLog, ApiKey, Membership, User
from amends.plumbing.models import Beat, ClockShift, Idempotency, LiveChange
from amends.policy.models import CalendarDay, Comment, Decision, Draft, Flip, PackVersion, PastFacts, Simulation, SimulationPart
from amends.refunds.models import Account, Attempt, Line, Posting, Refund
from amends.returns.models import Inspection, ParcelUnit, ReturnShipment
from amends.rulings.models import Review
from amends.surveys.models import Survey

__all__ = [
    "AccessLog", "Account", "Announcement", "ApiKey", "Attempt", "Beat", "CalendarDay", "Case", "CaseText", "ClaimedUnit", "ClockShift",
    "Comment", "Consumer", "Contact", "Deadline", "Decision", "Delivery", "Draft", "Endpoint", "Entry", "Evidence", "Flip", "Grant",
    "Idempotency", "Inspection", "Line", "LiveChange", "Membership", "Merchant", "Message", "Notice", "Order", "OrderLine", "PackVersion",
    "ParcelUnit", "PastFacts", "Payment", "Posting", "Product", "Promise", "Recipient", "Refund", "ReturnShipment", "Review", "Seen",
    "Shipment", "Simulation", "SimulationPart", "Survey", "Tender", "Turn", "Unit", "User", "Wording",
]  # fmt: skip
