"""The contents page of the database: every table, in the order of the house."""

from amends.approvals.models import Approval, MoneyRules, Spending
from amends.cases.models import Case, CaseText, ClaimedUnit, Deadline, Entry, Evidence, Grant, Turn
from amends.compensation.models import PurseMove, Supplement, Voucher
from amends.deliveries.models import OutboundDelivery
from amends.ledger.models import Account, Line, Posting
from amends.liability.models import Bearer, ChargeBackTo, Deposit, DepositMove, Insurance, Proposal, SignedLink
from amends.market.models import Consumer, Merchant, Order, OrderLine, Payment, PriceMark, Product, Shipment, Tender, Unit
from amends.notices.models import Announcement, Contact, Message, Notice, Promise, Recipient, Seen, Wording
from amends.notices.webhooks.models import Delivery, Endpoint
from amends.people.models import AccessLog, ApiKey, Membership, User
from amends.plumbing.models import Beat, ClockShift, Idempotency, LiveChange
from amends.policy.models import CalendarDay, Comment, Decision, Draft, Flip, PackVersion, PastFacts, Simulation, SimulationPart
from amends.reconciliation.models import Difference, Run, Statement, StatementLine
from amends.refunds.models import Attempt, BankBatch, BankRow, Chargeback, GatewayEvent, Payee, Refund
from amends.repairs.models import (
    Appointment,
    Consultation,
    Loan,
    LoanUnit,
    Part,
    Repair,
    Technician,
    Warranty,
    Workshop,
)
from amends.replacements.models import Advance, Offered, Replacement
from amends.returns.models import Batch, Inspection, ParcelUnit, ReturnShipment, Scan, UnknownParcel
from amends.rulings.models import Review
from amends.shipping.models import CarrierPush, Label, Pickup, ReturnAddress, Track, TrackEvent
from amends.stock.models import Reservation, StockLevel, StockMove
from amends.surveys.models import Survey

__all__ = [
    "AccessLog", "Account", "Advance", "Announcement", "ApiKey", "Appointment", "Approval", "Attempt", "BankBatch", "BankRow", "Batch",
    "Bearer", "Beat", "CalendarDay", "CarrierPush", "Case", "CaseText", "ChargeBackTo", "Chargeback", "ClaimedUnit", "ClockShift",
    "Comment", "Consultation", "Consumer", "Contact", "Deadline", "Decision", "Delivery", "Deposit", "DepositMove", "Difference", "Draft",
    "Endpoint", "Entry", "Evidence", "Flip", "GatewayEvent", "Grant", "Idempotency", "Inspection", "Insurance", "Label", "Line",
    "LiveChange", "Loan", "LoanUnit", "Membership", "Merchant", "Message", "MoneyRules", "Notice", "Offered", "Order", "OrderLine",
    "OutboundDelivery", "PackVersion", "ParcelUnit", "Part", "PastFacts", "Payee", "Payment", "Pickup", "Posting", "PriceMark", "Product",
    "Promise", "Proposal", "PurseMove", "Recipient", "Refund", "Repair", "Replacement", "Reservation", "ReturnAddress", "ReturnShipment",
    "Review", "Run", "Scan", "Seen", "Shipment", "SignedLink", "Simulation", "SimulationPart", "Spending", "Statement", "StatementLine",
    "StockLevel", "StockMove", "Supplement", "Survey", "Technician", "Tender", "Track", "TrackEvent", "Turn", "Unit", "UnknownParcel",
    "User", "Voucher", "Warranty", "Wording", "Workshop",
]  # fmt: skip
