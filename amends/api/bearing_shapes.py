"""What is told and taken about who bears a cost: charges, bearers, deposits, insurance, statements. Sums are minor units."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from ninja import Schema
from pydantic import Field

from amends.api import shapes
from amends.api.bodies import Body, Flag, Minor, Ref, Str

Why = Annotated[Str, Field(max_length=500)]
Said = Annotated[Str, Field(max_length=4000)]
Day = Annotated[str, Field(max_length=10)]


class ChargeOut(Schema):
    """A cost put to whoever should bear it. `party`: carrier, supplier, merchant; `borne_by`: who bears it until then. Stages: asked,
    contested, admitted, deducting, borne, excused, written_off. `you_may`: what this caller may do now."""

    ref: str
    case: str
    merchant: str
    party: str
    bearer: str
    borne_by: str
    sum: shapes.Money
    what: str
    what_name: shapes.TextOut
    clause: str
    stage: str
    stage_name: shapes.TextOut
    asked_at: datetime
    due_at: datetime | None
    asked_words: str
    answer_words: str
    decision_words: str
    you_may: list[str]


class ChargesOut(Schema):
    items: list[ChargeOut]
    next: str | None = None


class ChargeDoneOut(Schema):
    """The charge as it stands now; `approval` names what somebody else has to approve first, empty where it was done."""

    charge: ChargeOut
    approval: str = ""


class BearerOut(Schema):
    ref: str
    kind: str
    key: str
    name: shapes.TextOut
    contact: str


class BearersOut(Schema):
    items: list[BearerOut]


class DepositMoveOut(Schema):
    """One move of a deposit. `kind`: top_up, hold, release, deduct, pay_out; `state`: announced, contested, done, withdrawn. `lacking` is
    what a deduction did not find yet, `still_held` what of a hold was not freed."""

    ref: str
    kind: str
    reason: str
    state: str
    sum: shapes.Money
    lacking_minor: int
    still_held_minor: int
    case: str
    why: str
    contested_why: str
    made_at: datetime
    notice_until: datetime | None
    you_may: list[str]


class DepositOut(Schema):
    """A merchant's deposit, by the books. `low` where less is kept than `warn_minor`."""

    merchant: str
    currency: str
    required_minor: int
    warn_minor: int
    free_minor: int
    held_minor: int
    owed_minor: int
    announced_minor: int
    may_leave_minor: int
    low: bool
    moves: list[DepositMoveOut]


class DepositDoneOut(Schema):
    """The deposit as it stands now; `approval` names what somebody else has to approve first, empty where it was done."""

    deposit: DepositOut
    approval: str = ""


class StatementRowOut(Schema):
    at: datetime
    what: shapes.TextOut
    case: str
    order: str
    amount_minor: int
    balance_minor: int


class StatementAccountOut(Schema):
    """One account in one unit: opening plus the rows is the closing. `unit` is a currency, points, or a voucher's unit."""

    account: str
    account_name: shapes.TextOut
    unit: str
    opening_minor: int
    closing_minor: int
    rows: list[StatementRowOut]


class MerchantStatementOut(Schema):
    merchant: str
    since: date
    until: date
    made_at: datetime
    accounts: list[StatementAccountOut]


class InsuranceOut(Schema):
    ref: str
    insurer: str
    zone: str
    paid_by: str
    premium: shapes.Money
    rules: str
    paid_out_minor: int
    paid_out_at: datetime | None
    refused_because: str


class InsurerOut(Schema):
    ref: str
    name: shapes.TextOut
    currency: str
    insured: int
    premiums_minor: int
    paid: int
    paid_minor: int
    refused: int


class InsurersOut(Schema):
    items: list[InsurerOut]


class ChargeIn(Body):
    """Of whom (`bearer` by ref for carriers and suppliers), how much of the case's cost, which cost, on which clause, and why."""

    party: Literal["carrier", "supplier", "merchant"]
    bearer: Ref = ""
    amount_minor: Minor
    what: Flag
    clause: Annotated[Str, Field(max_length=60)] = ""
    words: Said


class ChargeAnswerIn(Body):
    words: Said = ""


class ChargePaymentIn(Body):
    """The bank's reference, for what a carrier or supplier paid."""

    reference: Annotated[Str, Field(max_length=80)] = ""


class ChargeDecisionIn(Body):
    """Reasons, which the other side reads. `break_glass`: an emergency, done now and reviewed by somebody else."""

    words: Why
    break_glass: bool = False


class ChargeGivingBackIn(ChargeDecisionIn):
    """Why, and the bank's reference where it goes back to a carrier or supplier."""

    reference: Annotated[Str, Field(max_length=80)] = ""


class BearerIn(Body):
    kind: Literal["carrier", "supplier", "insurer"]
    key: Annotated[Str, Field(max_length=80)]
    name_zh: Annotated[Str, Field(max_length=120)]
    name_en: Annotated[Str, Field(max_length=120)]
    contact: Annotated[Str, Field(max_length=200)] = ""


class TopUpIn(Body):
    """Money that came by bank; the same `provider_ref` counts once."""

    amount_minor: Minor
    provider_ref: Annotated[Str, Field(max_length=80)]


class DepositMoveIn(Body):
    amount_minor: Minor
    reason: Flag
    why: Why
    break_glass: bool = False


class DeductionIn(DepositMoveIn):
    """A deduction, announced before it is done; with a case, its timeline tells the merchant; `hold` is freed for it first."""

    case: Ref = ""
    hold: Ref = ""


class DepositWhyIn(Body):
    why: Why


class DepositTermsIn(Body):
    required_minor: Minor
    warn_minor: Minor


class InsuranceIn(Body):
    """Return-freight insurance of an order: insurer by ref, zone of the money rules, who pays the premium (the zone's own where absent)."""

    insurer: Ref
    zone: Flag
    paid_by: Literal["consumer", "merchant", "platform"] = "merchant"
    premium_minor: Minor | None = None
