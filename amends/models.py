"""The contents page of the database: every table, in the order of the house."""

from amends.approvals.models import Approval, MoneyRules, Spending
from amends.cases.models import Case, CaseText, ClaimedUnit, Deadline, Entry, Evidence, Grant, Turn
from amends.compensation.models import PurseMove, Supplement, Voucher
from amends.ledger.models import Account, Line, Posting
from amends.liability.models import Bearer, ChargeBackTo, Deposit, DepositMove, Insurance
from amends.market.models import Consumer, Merchant, Order, OrderLine, Payment, PriceMark, Product, Shipment, Tender, Unit
from amends.notices.models import Announcement, Contact, Message, Notice, Promise, Recipient, Seen, Wording
from amends.notices.webhooks.models import Delivery, Endpoint
from amends.people.models import AccessLog, ApiKey, Membership, User
from amends.plumbing.models import Beat, ClockShift, Idempotency, LiveChange
from amends.policy.models import CalendarDay, Comment, Decision, Draft, Flip, PackVersion, PastFacts, Simulation, SimulationPart
from amends.reconciliation.models import Difference, Run, Statement, StatementLine
from amends.refunds.models import Attempt, BankBatch, BankRow, Chargeback, GatewayEvent, Payee, Refund
from amends.returns.models import Inspection, ParcelUnit, ReturnShipment
from amends.rulings.models import Review
from amends.surveys.models import Survey

__all__ = [
    "AccessLog", "Account", "Announcement", "ApiKey", "Approval", "Attempt", "BankBatch", "BankRow", "Bearer", "Beat", "CalendarDay",
    "Case", "CaseText", "ChargeBackTo", "Chargeback", "ClaimedUnit", "ClockShift", "Comment", "Consumer", "Contact", "Deadline",
    "Decision", "Delivery", "Deposit", "DepositMove", "Difference", "Draft", "Endpoint", "Entry", "Evidence", "Flip", "GatewayEvent",
    "Grant", "Idempotency", "Inspection", "Insurance", "Line", "LiveChange", "Membership", "Merchant", "Message", "MoneyRules", "Notice",
    "Order", "OrderLine", "PackVersion", "ParcelUnit", "PastFacts", "Payee", "Payment", "Posting", "PriceMark", "Product", "Promise",
    "PurseMove", "Recipient", "Refund", "ReturnShipment", "Review", "Run", "Seen", "Shipment", "Simulation", "SimulationPart", "Spending",
    "Statement", "StatementLine", "Supplement", "Survey", "Tender", "Turn", "Unit", "User", "Voucher", "Wording",
]  # fmt: skip
