"""A body for every POST of the API, by the name of its shape; a new shape without one here fails the proofs that post to every address."""

from __future__ import annotations

from typing import Any

from amends.api.app import api
from amends.approvals.rules_of_money import shipped_text
from tests.policy_at_hand import promise

DOCUMENT = api.get_openapi_schema(path_prefix="/api/")
ENDPOINTS = [(method, path) for path, methods in DOCUMENT["paths"].items() for method in methods]

BODIES: dict[str, Any] = {
    "ConsiderationIn": {"issue": "no_reason", "lines": [{"position": 1, "quantity": 1}]},
    "NothingIn": {},
    "RefusalIn": {"reason": "other", "words": "不同意"},
    "WordsIn": {"words": "请看"},
    "ProofIn": {"words": "请看"},
    "RatingIn": {"score": 5},
    "AddressIn": {"address": ""},
    "DispatchIn": {"carrier": "SF", "waybill": "SF1234567890"},
    "ParcelLabelIn": {},
    "PickupIn": {"address": "杭州市西湖区 1 号"},
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
    "RepairWayIn": {"way": "home"},
    "DiagnosisIn": {"words": "loose"},
    "QuoteIn": {"amount_minor": 100, "words": "wet"},
    "PartsIn": {"parts": [{"name": "screen"}]},
    "HandBackIn": {"words": "mended"},
    "WhyIn": {"words": "no such part"},
    "FaultIn": {"words": "dead again"},
    "LinkIn": {"charge": "CB-7K3F-9Q2M-4D1X"},
    "WorkshopIn": {"key": "east", "name_zh": "东城"},
    "TechnicianIn": {"name": "Ming"},
    "BookingIn": {"starts_at": "2026-03-12T01:00:00Z"},
    "MoveAgainIn": {"starts_at": "2026-03-12T01:00:00Z"},
    "MoveIn": {"starts_at": "2026-03-12T01:00:00Z"},
    "AbsenceIn": {"absent": "technician"},
    "LoanUnitIn": {"name_zh": "备用机"},
    "LendIn": {},
    "ConditionIn": {},
    "WriteOffIn": {},
    "CallIn": {"skill": "phone", "why": "看看"},
    "JoinIn": {"starts_at": "2026-03-12T01:00:00Z", "link": "https://meet.example.com/2"},
    "PassIn": {"expert": "agent@example.com"},
    "AdviceIn": {"words": "好的"},
    "ConsentIn": {"agree": True},
    "ShortageIn": {},
    "PieceReservationIn": {},
    "PieceAddressIn": {"address": "上海市静安区南京西路 1 号"},
    "PieceDispatchIn": {"carrier": "SF", "waybill": "SF0000000055"},
    "ChoiceIn": {"product": "PR-7K3F-9Q2M-4D1X"},
    "WrongIn": {"words": "another colour"},
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
