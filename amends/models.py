"""The contents page of the database: every table, in the order of the house."""

from amends.approvals.models import Approval, MoneyRules, Spending
from amends.cases.models import Case, CaseLink, CaseText, ClaimedUnit, Deadline, Entry, Evidence, Extension, Grant, Likeness, Turn
from amends.compensation.models import PurseMove, Supplement, Voucher
from amends.complaints.models import Complaint
from amends.deliveries.models import OutboundDelivery
from amends.incidents.models import Incident, IncidentCase
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
from amends.rulings.models import Appeal, ArbiterProfile, ProofRequest, Relation, Review, TestingBody, TestOrder
from amends.sealing.models import ProofFile, TimeStamp
from amends.shipping.models import CarrierPush, Label, Pickup, ReturnAddress, Track, TrackEvent
from amends.stock.models import Reservation, StockLevel, StockMove
from amends.surveys.models import Survey
from amends.talks.models import Note, Offer, QuickReply, Said
from amends.tasks.models import Seat, Task

__all__ = [
    "AccessLog", "Account", "Advance", "Announcement", "ApiKey", "Appeal", "Appointment", "Approval", "ArbiterProfile", "Attempt",
    "BankBatch", "BankRow", "Batch", "Bearer", "Beat", "CalendarDay", "CarrierPush", "Case", "CaseLink", "CaseText", "ChargeBackTo",
    "Chargeback", "ClaimedUnit", "ClockShift", "Comment", "Complaint", "Consultation", "Consumer", "Contact", "Deadline", "Decision",
    "Delivery", "Deposit", "DepositMove", "Difference", "Draft", "Endpoint", "Entry", "Evidence", "Extension", "Flip", "GatewayEvent",
    "Grant", "Idempotency", "Incident", "IncidentCase", "Inspection", "Insurance", "Label", "Likeness", "Line", "LiveChange", "Loan",
    "LoanUnit", "Membership", "Merchant", "Message", "MoneyRules", "Note", "Notice", "Offer", "Offered", "Order", "OrderLine",
    "OutboundDelivery", "PackVersion", "ParcelUnit", "Part", "PastFacts", "Payee", "Payment", "Pickup", "Posting", "PriceMark", "Product",
    "Promise", "ProofFile", "ProofRequest", "Proposal", "PurseMove", "QuickReply", "Recipient", "Refund", "Relation", "Repair",
    "Replacement", "Reservation", "ReturnAddress", "ReturnShipment", "Review", "Run", "Said", "Scan", "Seat", "Seen", "Shipment",
    "SignedLink", "Simulation", "SimulationPart", "Spending", "Statement", "StatementLine", "StockLevel", "StockMove", "Supplement",
    "Survey", "Task", "Technician", "Tender", "TestOrder", "TestingBody", "TimeStamp", "Track", "TrackEvent", "Turn", "Unit",
    "UnknownParcel", "User", "Voucher", "Warranty", "Wording", "Workshop",
]  # fmt: skip
