"""B16 and B14, generated from the router: what is not yours does not exist, at any address; and every POST twice is one.

A new endpoint is in here by itself. One that the tables below cannot fill or answer fails the test until somebody thinks about it.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction

from amends.api.app import api
from amends.approvals.asking import decide
from amends.approvals.rules_of_money import shipped_text
from amends.approvals.versions import write
from amends.cases.models import Case, Entry, Evidence, Grant
from amends.compensation.giving import compensate
from amends.compensation.offers import Offer
from amends.compensation.supplements import ask
from amends.deliveries.models import OutboundDelivery
from amends.kernel import clock
from amends.kernel.refs import new_ref
from amends.liability.linking import make_link
from amends.liability.models import Bearer, Proposal
from amends.liability.verbs.bearers import add_bearer
from amends.liability.verbs.charging import ask_bearer
from amends.liability.verbs.deductions import announced
from amends.liability.verbs.deposit_row import deposit_of
from amends.market.models import Order, Shipment, Tender
from amends.notices.models import Contact, Message, Promise
from amends.notices.webhooks import verbs as webhooks
from amends.notices.webhooks.models import Delivery
from amends.people.rules import PLATFORM, Actor, Role
from amends.plumbing.models import Idempotency
from amends.plumbing.payments.port import GatewayUnreachable
from amends.policy.golden import facts_of, golden_checks
from amends.policy.models import Flip, PastFacts
from amends.policy.simulation.verbs import start_simulation
from amends.policy.verbs import save_draft
from amends.reconciliation.models import Difference
from amends.reconciliation.verbs.comparing import compare_statement
from amends.reconciliation.verbs.taking import take_file
from amends.refunds.chargebacks import Opened, open_chargeback
from amends.refunds.models import BankBatch, Refund
from amends.repairs import consulting
from amends.repairs.models import Appointment, Loan, Repair
from amends.repairs.workshops import save_loan_unit
from amends.returns.models import Inspection, ReturnShipment
from amends.returns.receiving import open_batch, scan
from amends.rulings.models import Review
from amends.shipping.addresses import Given, put_address
from amends.shipping.models import Label
from amends.shipping.verbs import watch
from tests import files_of_evidence as made
from tests.api_client import Program, program, programs
from tests.cast import Cast, an_order, answered, claims, person, settled, the_cast
from tests.policy_at_hand import law, promise
from tests.workshops_at_hand import TOMORROW_NINE, a_technician, a_workshop

pytestmark = pytest.mark.usefixtures("db", "stepped_clock")

DOCUMENT = api.get_openapi_schema(path_prefix="/api/")
ENDPOINTS = [(method, path) for path, methods in DOCUMENT["paths"].items() for method in methods]
# What belongs to nobody in particular: answered for everybody, empty of others' rows.
LISTS = {
    "/api/v1/orders", "/api/v1/cases", "/api/v1/queue", "/api/v1/notices", "/api/v1/figures/cases", "/api/v1/policy/drafts",
    "/api/v1/policy/simulations", "/api/v1/webhooks", "/api/v1/promises", "/api/v1/promises/figures", "/api/v1/contacts",
    "/api/v1/push-subscriptions", "/api/v1/announcements/shown", "/api/v1/refunds", "/api/v1/chargebacks",
    "/api/v1/approvals", "/api/v1/charges", "/api/v1/vouchers", "/api/v1/tracks",
    "/api/v1/deliveries", "/api/v1/proposals", "/api/v1/repairs",
    "/api/v1/workshops", "/api/v1/visits", "/api/v1/loan-units", "/api/v1/loans", "/api/v1/consultations",
    "/api/v1/receiving/batches", "/api/v1/receiving/shelf", "/api/v1/stock/levels", "/api/v1/stock/moves",
}  # fmt: skip
# The rules are everybody's to read and to ask: L7 art. 12.
RULES = {f"/api/v1/policy/{name}" for name in ("decisions", "facts-schema", "golden", "packs", "versions")}
OWN = {"/api/v1/preferences", "/api/v1/notices/reading"}
# What a shop's own listings cost: asked by the listing, and not there for anybody else.
PRICES = {"/api/v1/prices"}
# A shop's own book: it does not exist for who keeps none.
BOOK = {"/api/v1/return-addresses"}
# Signed by a service outside, each in its own way.
HOOKS = {path for _, path in ENDPOINTS if "/hooks/" in path}
# What the office keeps does not exist for anybody else.
OFFICE = {f"/api/v1/{name}" for name in ("notices/table", "notices/preview", "notices/tests", "messages", "announcements")}
OFFICE |= {"/api/v1/gateways", "/api/v1/gateways/pushes", "/api/v1/carriers", "/api/v1/carriers/pushes"}
OFFICE |= {"/api/v1/money-rules", "/api/v1/bearers", "/api/v1/insurers"}
OFFICE |= {f"/api/v1/reconciliation/{name}" for name in ("differences", "trend", "runs", "statements")}
OFFICE |= {"/api/v1/bank/waiting", "/api/v1/bank/batches", "/api/v1/links"}
# And the books as a whole are for the platform's people: arbiters among them.
BOOKS = {"/api/v1/ledger/balances", "/api/v1/ledger/checks"}
OFFICE |= BOOKS
OF_EVERYBODY = LISTS | RULES | OWN | PRICES | BOOK | HOOKS | OFFICE | {"/api/v1/figures", "/api/v1/webhooks/events"}
PUBLISHED = {"/api/v1/policy/packs/{stamp}", "/api/v1/policy/versions/{pack_id}/{version}"}
NAMED = [(method, path) for method, path in ENDPOINTS if "{" in path and path not in PUBLISHED | HOOKS]
POSTS = [path for method, path in ENDPOINTS if method == "post" and "hooks" not in path]

BODIES: dict[str, Any] = {
    "WorkshopIn": {"key": "east", "name_zh": "东城"},
    "TechnicianIn": {"name": "Ming"},
    "BookingIn": {},
    "MoveAgainIn": {"starts_at": "2026-03-12T01:00:00Z"},
    "MoveIn": {"starts_at": "2026-03-12T01:00:00Z"},
    "AbsenceIn": {"absent": "technician"},
    "LoanUnitIn": {"name_zh": "备用机"},
    "LendIn": {},
    "ConditionIn": {},
    "WriteOffIn": {},
    "CallIn": {"skill": "phone", "why": "看看"},
    "JoinIn": {},
    "PassIn": {"expert": "agent@example.com"},
    "AdviceIn": {"words": "好的"},
    "ConsentIn": {"agree": True},
    "ConsiderationIn": {"issue": "no_reason", "lines": [{"position": 1, "quantity": 1}]},
    "NothingIn": {},
    "RefusalIn": {"reason": "other", "words": "不同意"},
    "WordsIn": {"words": "请看"},
    "ProofIn": {"words": "请看"},
    "RatingIn": {"score": 5},
    "AddressIn": {"address": ""},
    "DispatchIn": {"carrier": "SF", "waybill": "SF1234567890"},
    "ParcelLabelIn": {},
    "PickupIn": {},
    "PickupChangeIn": {},
    "ParcelFreightIn": {"freight_minor": 1, "evidence": []},
    "DestructionIn": {"evidence": []},
    "ParcelSplitIn": {"units": [1]},
    "ParcelCompanyIn": {"leader": "RT-7K3F-9Q2M-4D1X"},
    "ReturnAddressIn": {"key": "east", "name": "Li", "address": "Shanghai 1"},
    "DeskBatchIn": {"place": "east"},
    "DeskScanIn": {"code": "ZT00000009"},
    "ShelfMatchIn": {"parcel": "RT-7K3F-9Q2M-4D1X"},
    "ShelfNoteIn": {"shelf": "A1"},
    "ShelfWhyIn": {"words": "handed back"},
    "StockLevelsIn": {"levels": [{"product": "x", "on_hand": 1}]},
    "StockDisposalIn": {"disposition": "scrap"},
    "InspectionIn": {"findings": [{"verdict": "accept", "line": 1}]},
    "RulingIn": {"outcome": "for", "liable": "merchant", "clause": "CN-7D-01", "words": "双方的照片都显示商品完好，支持退货。"},
    "ReassignmentIn": {"to": ""},
    "UnitFindingIn": {"verdict": "reject", "words": "有划痕"},
    "DraftIn": {"text": promise(), "name": "十天"},
    "DraftTextIn": {"text": promise(days=12)},
    "PublicationIn": {"major": False},
    "DecisionIn": {"facts": {}},
    "WebhookIn": {"url": "https://bolt.example.com/more"},
    "WebhookChangeIn": {"label": "ERP"},
    "ReplayIn": {"since": "2026-03-01T00:00:00Z"},
    "ReadIn": {},
    "PreferencesIn": {"choices": {"news": []}},
    "ContactIn": {"channel": "sms", "address": "13812345678"},
    "CodeIn": {"code": "123456"},
    "PushIn": {"endpoint": "https://fcm.googleapis.com/x", "keys": {"p256dh": "x", "auth": "x"}},
    "WordingIn": {
        "subject_zh": "商家没有同意",
        "subject_en": "Refused",
        "body_zh": "{case} 在 {due} 前可申请平台介入，否则{silence}。",
        "body_en": "{case}: call the platform in by {due}. Otherwise: {silence}.",
    },
    "TestIn": {"case": "AS-7K3F-9Q2M-4D1X", "kind": "case.refuse", "to": "consumer"},
    "AnnouncementIn": {
        "kind": "service",
        "title_zh": "题目",
        "title_en": "Title",
        "body_zh": "正文",
        "body_en": "Text",
        "sides": ["platform"],
        "shown_from": "2026-03-10T00:00:00Z",
        "shown_until": "2026-03-20T00:00:00Z",
    },
    "RevisionIn": {"at": "2026-03-11T00:00:00Z"},
    "PayeeIn": {"way": "bank", "consents": True, "name": "Anna", "number": "6222020012345678", "bank": "ICBC"},
    "OwnerIn": {"to": ""},
    "RedirectionIn": {"payee": "PY-7K3F-9Q2M-4D1X", "why": "the card is closed"},
    "ChargebackAnswerIn": {"proof": ["delivered"], "words": "Signed for at the door"},
    "ApprovalWhyIn": {"why": "nobody else could"},
    "GlassReviewIn": {"verdict": "justified", "why": "it burnt"},
    "RulesIn": {"body": shipped_text(), "why": "the year ends"},
    "ChargeIn": {"party": "merchant", "amount_minor": 1, "what": "refund", "words": "wrong goods"},
    "ChargeAnswerIn": {"words": "no"},
    "ChargePaymentIn": {"reference": "B-1"},
    "ChargeDecisionIn": {"words": "as the pictures show"},
    "ChargeGivingBackIn": {"words": "the refund was dropped", "reference": "B-2"},
    "EnquiryIn": {"kind": "lost"},
    "ElsewhereIn": {"address": "Hangzhou 2"},
    "RedeliveryIn": {"waybill": "ZT0000000077"},
    "ConfirmationIn": {},
    "SayingIn": {"words": "not here"},
    "ReportIn": {"report": "declare_lost"},
    "TakeUpIn": {},
    "DiagnosisIn": {"words": "loose"},
    "QuoteIn": {"amount_minor": 100, "words": "wet"},
    "PartsIn": {"parts": [{"name": "screen"}]},
    "HandBackIn": {"words": "mended"},
    "WhyIn": {"words": "no such part"},
    "FaultIn": {"words": "dead again"},
    "LinkIn": {"charge": "CB-7K3F-9Q2M-4D1X"},
    "BearerIn": {"kind": "carrier", "key": "SF", "name_zh": "快运通", "name_en": "Swift"},
    "TopUpIn": {"amount_minor": 1, "provider_ref": "B-9"},
    "DepositMoveIn": {"amount_minor": 1, "reason": "agreed", "why": "as agreed"},
    "DeductionIn": {"amount_minor": 1, "reason": "agreed", "why": "as agreed"},
    "DepositWhyIn": {"why": "shipped in time"},
    "DepositTermsIn": {"required_minor": 2, "warn_minor": 1},
    "InsuranceIn": {"insurer": "BE-7K3F-9Q2M-4D1X", "zone": "far"},
    "CompensationIn": {"kind": "goodwill", "amount_minor": 1},
    "SupplementIn": {"amount_minor": 1},
    "VoucherIn": {"consumer": "CU-7K3F-9Q2M-4D1X", "currency": "CNY", "amount_minor": 1},
    "RedemptionIn": {"order_number": "B-1", "total_minor": 5000, "currency": "CNY"},
    "ReasonIn": {"reason": "given twice"},
    "SpendingIn": {"purse": "points", "amount_minor": 1, "key": "till-1", "order_number": "B-1"},
    "CorrectionIn": {"merchant": "", "purse": "points", "amount_minor": 1, "key": "oops-1", "reason": "given twice"},
    "PricesIn": {"prices": [{"product": "x", "currency": "CNY", "price_minor": 1, "since": "2026-03-01T00:00:00Z"}]},
    "GatewayDayIn": {"gateway": "house", "day": "2026-03-09"},
    "DifferenceOwnerIn": {},
    "DifferenceExplanationIn": {"resolution": "theirs", "why": "taken back"},
    "BankBatchIn": {},
    "SimulationIn": {"draft": "PD-7K3F-9Q2M-4D1X", "source": "year"},
}
# Whose these are, besides the four of the cast who have cases.
OWNERS = ("anna", "bolt", "judge", "agent", "olga")


@dataclass
class World:
    """Anna's matters at Bolt's, one in each of the lives that have an address; and a program for each of the cast."""

    cast: Cast
    by: dict[str, Program]
    refs: dict[str, str]

    def path(self, template: str) -> str:
        """The address of Anna's own thing."""
        kind = template.split("/")[4] if "/policy/" in template else template.split("/")[3]
        ref = self.refs[kind] if "inspections" not in template else self.refs["inspected"]
        ref = self.refs["shelved"] if "/receiving/shelf/" in template else ref
        ref = self.refs["statement"] if "/reconciliation/statements/" in template else ref
        filled = template.replace("statement/{kind}", "statement/csv").replace("{ref}", ref)
        filled = filled.replace("{case}", self.refs["flip"]).replace("{line}", "1")
        filled = filled.replace("{evidence}", self.refs["evidence"]).replace("{inspection}", self.refs["inspection"])
        filled = filled.replace("{contact}", self.refs["contacts"]).replace("{kind}", "case.refuse").replace("{to}", "consumer")
        filled = filled.replace("{delivery}", self.refs["delivery"]).replace("{promise}", self.refs["promise"])
        filled = filled.replace("{version}", self.refs["rules"]).replace("{merchant}", self.cast.bolts.ref)
        filled = filled.replace("{technician}", self.refs["technicians"])
        filled = filled.replace("{consumer}", self.cast.annas.ref)
        filled = filled.replace("{name}", "house").replace("{event}", "evt_1").replace("{track}", self.refs["tracks"])
        assert "{" not in filled, f"nothing fills {template}"
        return filled


@contextmanager
def undone() -> Iterator[None]:
    """What happens inside is undone, so that every endpoint meets the same world."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture
def world() -> World:
    cast = the_cast()
    by = programs(cast) | {"olga": program(person("olga", Role.POLICY_OWNER))}
    order = an_order(cast.bolts, cast.annas, quantities=(3,))
    piece = by["anna"].send(order.ref, io.BytesIO(made.picture())).json()["ref"]
    case = claims(order, by=cast.anna, evidence=[piece])
    other = claims(order, by=cast.anna)
    by["bolt"].post(f"/cases/{other.ref}/approval")
    settled()
    parcel = ReturnShipment.objects.get(case=other)
    by["bolt"].post(f"/parcels/{parcel.ref}/address")
    by["anna"].post(f"/parcels/{parcel.ref}/dispatch", BODIES["DispatchIn"] | {"waybill": "SF0000000001"})
    by["bolt"].post(f"/parcels/{parcel.ref}/receipt")
    third = claims(order, by=cast.anna)
    by["bolt"].post(f"/cases/{third.ref}/refusal", BODIES["RefusalIn"])
    by["anna"].post(f"/cases/{third.ref}/review")
    unsent = an_order(cast.bolts, cast.annas, shipped=False)
    by["bolt"].post(f"/cases/{claims(unsent, by=cast.anna, remedy='refund_only').ref}/approval")
    with suppress(GatewayUnreachable):  # the intent is enough: nothing here is paid
        settled()
    refs = {
        "orders": order.ref,
        "cases": case.ref,
        "ledger": case.ref,
        "parcels": parcel.ref,
        "reviews": Review.objects.get(case=third).ref,
        "refunds": Refund.objects.get(case__order=unsent).ref,
        "chargebacks": a_chargeback(unsent),
        "evidence": piece,
        "inspection": str(Inspection.objects.get(case=other).pk),
        "inspected": other.ref,
        "promise": str(Promise.objects.get(case=case, bearer="merchant").pk),
        "contacts": str(Contact.objects.create(user_id=cast.anna.user_id or 0, channel="sms", address="+8613812345678").pk),
        "messages": str(Message.objects.filter(case_id=case.pk).order_by("pk").values_list("ref", flat=True).first()),
        "announcements": by["olga"].post("/announcements", BODIES["AnnouncementIn"]).json()["ref"],
        "wordings": "case.refuse",
        "gateways": "house",
        "carriers": "house",
        "tracks": str(watch(cast.bolts.pk, "SF", "SF0000000001").pk),
        "drafts": save_draft(by=cast.bolt, text=promise(), name="Ten days").ref,
        **a_way_back(cast, parcel),
        **a_desk(cast, parcel),
        **a_gift(cast, case),
        **a_cost(cast, unsent),
        **a_delivery(cast, case, unsent),
        **a_workshop_for(cast, a_repair_of(other)),
        **a_wish(cast, by["olga"].actor),
        **a_statement(cast),
        **a_simulation(case),
        **an_endpoint(cast),
    }
    by["olga"].post(f"/announcements/{refs['announcements']}/publication")
    return World(cast, by, refs)


def a_chargeback(order: Order) -> str:
    """What Anna's bank has taken back of that payment."""
    tender = Tender.objects.filter(order=order).order_by("position")[0]
    row = open_chargeback(Opened("house", "DP1", 100, "CNY", tender=tender.ref))
    assert row is not None
    return row.ref


def a_way_back(cast: Cast, parcel: ReturnShipment) -> dict[str, str]:
    """The label that Anna's parcel had, and an entry of Bolt's book of addresses."""
    BODIES["ParcelCompanyIn"] |= {"leader": parcel.ref}
    path = default_storage.save("labels/walls.pdf", ContentFile(b"%PDF-1.4"))
    at = clock.now()
    whose = {"merchant_id": parcel.merchant_id, "life": "return_shipment", "life_id": parcel.pk, "made_at": at}
    Label.objects.create(ref=new_ref("LB"), carrier="sf", waybill="SF0000000001", state="bought", path=path, **whose)
    return {"return-addresses": put_address(Given("main", "Bolt", "Hangzhou 1"), by=cast.bolt).ref}


def a_desk(cast: Cast, parcel: ReturnShipment) -> dict[str, str]:
    """A batch of Bolt's receiving desk, and what it put on the shelf."""
    BODIES["ShelfMatchIn"] |= {"parcel": parcel.ref}
    batch = open_batch("east", by=cast.bolt)
    shelved = scan(batch.ref, "ZT00000001", by=cast.bolt).unknown
    assert shelved is not None
    return {"receiving": batch.ref, "shelved": shelved.ref}


def a_gift(cast: Cast, case: Case) -> dict[str, str]:
    """A voucher of Bolt's for Anna, what she is asked to pay on top, and her purse with points in it."""
    compensate(case.ref, Offer("points", 10), by=cast.agent)
    given = compensate(case.ref, Offer("voucher", 1000), by=cast.bolt)
    asked = ask(case.ref, amount_minor=100, by=cast.bolt)
    BODIES["CorrectionIn"] |= {"merchant": cast.bolts.ref}
    return {"vouchers": given.came, "supplements": asked.ref, "purses": cast.annas.ref}


def a_cost(cast: Cast, order: Order) -> dict[str, str]:
    """What a carrier is asked to bear for Bolt, and a deduction from Bolt's deposit that is announced."""
    case = Case.objects.get(order=order)
    carrier = add_bearer(kind="carrier", key="QN", name_zh="青鸟", name_en="Bluebird", by=cast.agent)
    charge = ask_bearer(case.ref, party="carrier", bearer=carrier.ref, amount_minor=1, what="refund", words="crushed", by=cast.agent)
    move = announced(deposit_of(cast.bolts), 1, "breach", "twice", PLATFORM)
    return {"charges": charge.ref, "deposits": "", "deposit-moves": move.ref, "merchants": ""}


def a_repair_of(case: Case) -> str:
    """A repair of Anna's that waits to be looked at."""
    at, grant = clock.now(), Grant.objects.filter(case_id=case.pk, unit_id__isnull=False).order_by("pk")[0]
    row = Repair.objects.create(
        merchant_id=case.merchant_id, case=case, grant=grant, unit_id=grant.unit_id, ref=new_ref("RE"), stage="diagnosing", since=at,
        made_at=at,
    )  # fmt: skip
    return row.ref


def a_workshop_for(cast: Cast, ref: str) -> dict[str, str]:
    """Bolt's workshop with an appointment for that repair, a loan that is out for it, and an expert on call who waits for Anna's yes."""
    repair, shop = Repair.objects.get(ref=ref), a_workshop(cast)
    ming = a_technician(cast, shop)
    visit = Appointment.objects.create(
        merchant_id=repair.merchant_id, repair=repair, technician=ming, ref=new_ref("VT"), starts_at=TOMORROW_NINE,
        ends_at=TOMORROW_NINE + timedelta(hours=1), made_at=clock.now(),
    )  # fmt: skip
    spare = save_loan_unit({"name_zh": "备用机"}, by=cast.bolt)
    lent = {"merchant_id": repair.merchant_id, "case_id": repair.case_id, "repair": repair, "unit": spare}
    loan = Loan.objects.create(**lent, ref=new_ref("LN"), stage="out", since=clock.now(), made_at=clock.now())
    row = consulting.call_expert(repair.case.ref, skill="phone", why="看看", kind="video", by=cast.agent)
    consulting.join(row.ref, starts_at=TOMORROW_NINE, link="https://meet.example.com/1", by=cast.agent)
    return {
        "repairs": ref, "workshops": shop.ref, "technicians": ming.ref, "visits": visit.ref, "loan-units": spare.ref, "loans": loan.ref,
        "consultations": row.ref,
    }  # fmt: skip


def a_delivery(cast: Cast, case: Case, unsent: Order) -> dict[str, str]:
    """A parcel of Anna's that is looked for, whom the record suggests to ask for a cost, and a link to answer by."""
    at, shipment = clock.now(), Shipment.objects.filter(order_id=case.order_id).order_by("pk")[0]
    row = OutboundDelivery.objects.create(
        merchant_id=case.merchant_id, case=case, order_id=case.order_id, shipment=shipment, ref=new_ref("DL"), kind="lost", carrier="SF",
        waybill=shipment.waybill, stage="enquiring", since=at, made_at=at,
    )  # fmt: skip
    cost = Case.objects.get(order=unsent)
    proposed = Proposal.objects.create(
        merchant_id=cost.merchant_id, case=cost, ref=new_ref("PP"), party="carrier", bearer=Bearer.objects.get(key="QN"), what="refund",
        amount_minor=1, unit="CNY", score_bps=9000, reasons=[{"code": "told_lost", "bps": 9000, "facts": {"waybill": "SF1"}}], made_at=at,
    )  # fmt: skip
    return {"deliveries": row.ref, "proposals": proposed.ref, "links": make_link(delivery=row.ref, by=cast.agent).link.ref}


def a_wish(cast: Cast, olga: Actor) -> dict[str, str]:
    """What Bolt asks its colleagues to approve, and a version of the money rules that waits for a signature."""
    asked = decide(
        "goodwill", by=cast.bolt, merchant_id=cast.bolts.pk, amount_minor=30_000, unit="CNY", payload={}, key="walls",
        consumer_id=cast.annas.pk, why="she waited for weeks",
    )  # fmt: skip
    assert asked is not None
    rules = write(shipped_text().replace('version = "2026-11"', 'version = "2026-12"'), why="the year ends", by=olga)
    return {"approvals": asked.ref, "money-rules": "", "rules": rules.version}


def a_statement(cast: Cast) -> dict[str, str]:
    """A statement that knows a refund which nobody here does, and a file of bank transfers."""
    line = b"kind,provider_ref,at,amount,currency\nrefund,R1,2026-03-09,1,CNY\n"
    taken = take_file("house", name="a.csv", content=line, by=PLATFORM, compare=False)
    compare_statement(taken.statement)
    batch = BankBatch.objects.create(ref=new_ref("BB"), currency="CNY", total_minor=0, count=0, digest="", made_at=clock.now())
    return {"statement": taken.statement.ref, "reconciliation": Difference.objects.get().ref, "bank": batch.ref}


def a_simulation(case: Case) -> dict[str, str]:
    """What the office simulated, with one flip: Anna's case."""
    facts = facts_of(next(check for check in golden_checks() if "facts" in check.raw)).to_json()
    same = {"issue": case.issue, "goods_class": case.goods_class, "remedy": case.remedy}
    known = {"day": case.opened_at.date(), "facts": json.dumps(facts), **same}
    PastFacts.objects.get_or_create(merchant_id=case.merchant_id, case=case, line=1, defaults=known)
    found = start_simulation(PLATFORM, source="history", text=law())
    side = {"open": [], "granted": False, "amount_minor": 0, "lane": "", "clauses": []}
    whose = {"merchant_id": case.merchant_id, "case": case, "case_ref": case.ref, "goods_class": case.goods_class, "issue": case.issue}
    Flip.objects.create(simulation=found, kind="won", before=side, after=side, **whose)
    return {"simulations": found.ref, "flip": case.ref}


def an_endpoint(cast: Cast) -> dict[str, str]:
    """Where Bolt's own program listens, with one event that arrived there."""
    endpoint = webhooks.add(url="https://bolt.example.com/hooks", by=cast.bolt)
    test = webhooks.send_test(endpoint.ref, by=cast.bolt)
    Delivery.objects.filter(pk=test.pk).update(state="delivered", next_at=None)
    return {"webhooks": endpoint.ref, "delivery": test.ref}


def body_of(path: str) -> Any:
    content = DOCUMENT["paths"][path]["post"]["requestBody"]["content"]
    if "application/json" not in content:
        return None
    return BODIES[content["application/json"]["schema"]["$ref"].rsplit("/", 1)[1]]


def fields_of(path: str) -> set[str] | None:
    """What the body of this address may hold; None for a file."""
    content = DOCUMENT["paths"][path]["post"]["requestBody"]["content"].get("application/json")
    if content is None:
        return None
    return set(DOCUMENT["components"]["schemas"][content["schema"]["$ref"].rsplit("/", 1)[1]].get("properties", ()))


def asks(program: Program, method: str, template: str, path: str, once: str | None = None) -> Any:
    if method == "get":
        return program.get(path)
    if template.endswith("/evidence"):
        return program.send(path.split("/")[-2], io.BytesIO(made.picture()), once=once)
    return program.post(path, body_of(template), once=once)


def test_what_is_not_yours_does_not_exist(world: World) -> None:
    for method, template in NAMED:
        with undone():
            does_not_exist(world, method, template)


def does_not_exist(world: World, method: str, template: str) -> None:
    path, nobody = world.path(template), re.sub(r"[A-Z]{2}-[0-9A-Z-]{14}", new_ref("AS"), world.path(template))
    before = Entry.objects.count(), Evidence.objects.count()
    for stranger in ("rival", "berta"):
        answer = asks(world.by[stranger], method, template, path)
        assert answer.status_code == 404, f"{stranger} {method} {path}: {answer.status_code} {answer.content[:300]!r}"
        # And nothing tells it from what was never there.
        assert answer.json() == asks(world.by[stranger], method, template, nobody).json()
    assert (Entry.objects.count(), Evidence.objects.count()) == before
    owners = [asks(world.by[name], method, template, path).status_code for name in OWNERS]
    assert any(status != 404 for status in owners), f"{path} is 404 for its own people too: the test proves nothing"


def test_lists_hold_nothing_of_others(world: World) -> None:
    assert {path for _, path in ENDPOINTS if "{" not in path} == {path for path in OF_EVERYBODY if "{" not in path}
    for path in LISTS:
        for stranger in ("rival", "berta"):
            assert world.by[stranger].get(path).json()["items"] == []
    assert world.by["rival"].get("/cases", order=world.refs["orders"]).json()["items"] == []


def test_what_the_office_keeps_does_not_exist_for_others(world: World) -> None:
    for stranger in ("anna", "bolt", "judge"):
        for method, path in ENDPOINTS:
            if path in OFFICE and not (stranger == "judge" and path in BOOKS):
                program = world.by[stranger]
                answer = program.get(path, case="x", kind="x", to="x") if method == "get" else program.post(path, body_of(path))
                assert answer.status_code == 404, f"{stranger} {method} {path}"


def test_an_application_for_a_foreign_order_finds_none(world: World) -> None:
    body = {"order": world.refs["orders"], "lines": [{"position": 1, "quantity": 1}], "issue": "no_reason", "remedy": "return_refund"}
    for stranger in ("rival", "berta"):
        answer = world.by[stranger].post("/cases", body)
        assert answer.status_code == 404 and answer.json()["code"] == "not_found"
    assert Case.objects.count() == 4


def test_every_post_twice_is_one(world: World) -> None:
    """Whoever may do it does it twice with one key: the same answer, and nothing more on record."""
    for template in POSTS:
        if "{" in template:
            with undone():
                twice_is_one(world, template)


def twice_is_one(world: World, template: str) -> None:
    path = world.path(template)
    for name in OWNERS:
        first = asks(world.by[name], "post", template, path, once="twice")
        count = Entry.objects.count(), Evidence.objects.count(), Idempotency.objects.count()
        second = asks(world.by[name], "post", template, path, once="twice")
        assert (Entry.objects.count(), Evidence.objects.count(), Idempotency.objects.count()) == count
        if first.status_code == 201:
            assert first.content == second.content and second["Idempotent-Replayed"] == "true"
            return
        assert first.status_code == second.status_code in (403, 404, 409, 422)


HOSTILE: tuple[dict[str, Any], ...] = ({"stage": "closed"}, {"amount_minor": 1}, {"merchant_id": 2}, {"by": "platform"})


def test_a_body_is_never_the_row(world: World) -> None:
    """B32: what the form does not have is refused by its name, before anything is looked up."""
    application = {
        "order": world.refs["orders"],
        "lines": [{"position": 1, "quantity": 1}],
        "issue": "no_reason",
        "remedy": "return_refund",
    }
    before = Entry.objects.count()
    for template in POSTS:
        known = fields_of(template)
        if known is None:
            continue
        path, body = (world.path(template), body_of(template)) if "{" in template else (template, application)
        for hostile in (one for one in HOSTILE if not set(one) & known):
            answer = world.by["anna"].post(path, {**body, **hostile})
            assert answer.status_code == 422 and set(hostile) <= set(answer.json()["fields"]), f"{path} {answer.content!r}"
    assert Entry.objects.count() == before


def test_an_application_twice_is_one(world: World) -> None:
    order = an_order(world.cast.bolts, world.cast.annas)
    line = {"position": 1, "quantity": 1, "flags": answered(order, 1, 1, "no_reason", {})}
    body = {"order": order.ref, "lines": [line], "issue": "no_reason", "remedy": "return_refund"}
    first, second = (world.by["anna"].post("/cases", body, once="apply") for _ in range(2))
    assert json.loads(first.content) == json.loads(second.content) and first.status_code == 201
    assert Case.objects.filter(order=order).count() == 1
