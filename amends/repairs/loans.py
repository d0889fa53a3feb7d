"""A unit lent to a consumer while theirs is being repaired: promised, handed out, called back, back, or written off.

Invariants
 1. A loan unit is out once at a time, and a repair has one loan: two partial unique indexes (lent_once_at_a_time, one_loan_a_repair).
 2. A loan ends with what it was lent for: hand-back, and whatever else ends the repair, call it back or drop it in the same commit.
 3. Nothing is charged by itself: what a loan unit that never came back is worth may be asked of the consumer by a person.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet

from amends.cases.life import LifeRow
from amends.cases.models import Case, CaseText, Grant
from amends.cases.record import verb
from amends.cases.texts import clean_words, keep_text, told
from amends.compensation import supplements
from amends.kernel import clock
from amends.kernel.parties import Party
from amends.kernel.refs import clean_ref, new_ref
from amends.kernel.refusals import Conflict, NoSuchMove, NotFound
from amends.kernel.texts import say
from amends.people.rules import PLATFORM, Actor
from amends.repairs.booking import is_visitable
from amends.repairs.hands import take_repair
from amends.repairs.models import Loan, LoanUnit, Repair
from amends.repairs.rules import LOAN

WORTH = "loan_not_returned"
BACK = LOAN.moves["returning", "bring_back_loan", Party.MERCHANT]
NONE_FREE = say("没有空着的备用机。", "No loan unit is free.")


def may_lend(repair: Repair) -> bool:
    """Whether this repair lasts still, so that something may be lent for it."""
    return is_visitable(repair) or bool(repair.LIFE.who_may(repair.stage, "book"))


@verb("loan", "promise_loan")
def promise_loan(ref: str, *, unit: str = "", by: Actor) -> Loan:
    """The consumer of the repair `ref` is promised a loan unit: this one (LU-…), or any free one of the same class of goods.

    Raises NotFound, NoSuchMove where none is free or the repair lasts no longer, Conflict where it has one.
    """
    case, repair, hand = take_repair(ref, by)
    if not may_lend(repair):
        raise NoSuchMove(say("维修已经结束，不用备用机了。", "The repair is over; no loan unit is needed."))
    chosen = _chosen(repair, unit)
    try:
        with transaction.atomic():
            return Loan.born(
                "promise_loan", hand, merchant_id=case.merchant_id, case=case, repair=repair, unit=chosen, ref=new_ref("LN"),
                facts={"repair": repair.ref, "loan_unit": chosen.ref},
            )  # fmt: skip
    except IntegrityError as refused:
        if "one_loan_a_repair" in str(refused):
            raise Conflict(say("这件维修已经有备用机。", "This repair has a loan unit already."), code="lent_already") from refused
        if "lent_once_at_a_time" in str(refused):
            raise Conflict(say("这台备用机刚被借走。", "This loan unit was just lent."), code="lent_elsewhere") from refused
        raise


@verb("loan", "hand_out")
def hand_out(ref: str, *, condition: str = "", by: Actor) -> Loan:
    """The consumer has the loan unit; `condition` says how it looked."""
    case, loan, hand = _take(ref, by)
    loan.condition_out, loan.out_at = _condition(case, condition, hand), clock.now()
    loan.save(update_fields=["condition_out", "out_at"])
    loan.move("hand_out", hand, facts=_facts(loan) | told(loan.condition_out))
    return loan


@verb("loan", "call_back_loan")
def call_back(ref: str, *, by: Actor) -> Loan:
    """The consumer is asked to bring the loan unit back within the limit."""
    _, loan, hand = _take(ref, by)
    loan.move("call_back_loan", hand, facts=_facts(loan))
    return loan


@verb("loan", "send_back_loan")
def send_back_loan(ref: str, *, by: Actor) -> Loan:
    """The consumer has sent or brought the loan unit back; the merchant looks whether it is there."""
    _, loan, hand = _take(ref, by)
    loan.move("send_back_loan", hand, facts=_facts(loan))
    return loan


@verb("loan", "bring_back_loan")
def bring_back(ref: str, *, condition: str = "", by: Actor) -> Loan:
    """The loan unit is back and can be lent again; `condition` says how it looks."""
    case, loan, hand = _take(ref, by)
    loan.condition_back = _condition(case, condition, hand)
    loan.save(update_fields=["condition_back"])
    loan.move("bring_back_loan", hand, facts=_facts(loan) | told(loan.condition_back))
    return loan


@verb("loan", "write_off_loan")
def write_off_loan(ref: str, *, charge: bool = False, by: Actor) -> Loan:
    """The loan unit is given up and lent no more. With `charge`, a person of the merchant asks the consumer for what it is worth."""
    case, loan, hand = _take(ref, by)
    loan.move("write_off_loan", hand, facts=_facts(loan) | {"value_minor": loan.unit.value_minor})
    if charge and hand.party is Party.MERCHANT and loan.unit.value_minor > 0:
        _check_currency(loan, case)
        supplements.ask(case.ref, amount_minor=loan.unit.value_minor, why=WORTH, by=hand, key=f"loan:{loan.pk}")
    return loan


@verb("loan", "drop")
def drop_loan(ref: str, *, by: Actor) -> Loan:
    """The promise is taken back before anything was handed out."""
    _, loan, hand = _take(ref, by)
    loan.move("drop", hand, facts=_facts(loan))
    return loan


# ── followers ────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def note_end(life: LifeRow, by: Actor, facts: Mapping[str, Any]) -> None:
    """FOLLOWS whatever ends a loan that went out, a person's word or the clock's: when it was back; or that its unit is lent no more."""
    assert isinstance(life, Loan)  # noqa: S101 - wired to loans alone
    if life.stage == BACK:
        life.back_at = clock.now()
        life.save(update_fields=["back_at"])
    else:
        LoanUnit.objects.filter(merchant_id=life.merchant_id, pk=life.unit_id, ended_at__isnull=True).update(ended_at=clock.now())


def end_with_repair(life: LifeRow, by: Actor, facts: Mapping[str, Any]) -> None:
    """FOLLOWS what hands a unit back or ends its repair: what was lent for it is called back, what was promised is not needed."""
    assert isinstance(life, Repair)  # noqa: S101 - wired to repairs alone
    _end(Loan.objects.filter(merchant_id=life.merchant_id, repair__grant_id=life.grant_id), by)


def end_with_grant(life: LifeRow, by: Actor, facts: Mapping[str, Any]) -> None:
    """FOLLOWS the end of a grant, however it ended."""
    assert isinstance(life, Grant)  # noqa: S101 - wired to grants alone
    _end(Loan.objects.filter(merchant_id=life.merchant_id, repair__grant_id=life.pk), by)


def _end(rows: QuerySet[Loan], by: Actor) -> None:
    for loan in rows.filter(stage__in=LOAN.open_stages).select_related("unit").order_by("pk"):
        _ = loan.follow("call_back_loan", PLATFORM, facts=_facts(loan)) or loan.follow("drop", PLATFORM, facts=_facts(loan))


# ── reads ────────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def open_lives(case: Case) -> list[str]:
    """The loans that hold a case open (S3), as `life.stage`."""
    rows = Loan.objects.filter(merchant_id=case.merchant_id, case_id=case.pk, stage__in=LOAN.open_stages).order_by("pk")
    return [f"loan.{stage}" for stage in rows.values_list("stage", flat=True)]


def loans_seen_by(by: Actor) -> QuerySet[Loan]:
    """The loans that `by` may know of, newest first: those of their cases, and of a workshop those of its own jobs."""
    rows = Loan.objects.select_related("case", "repair", "unit", "condition_out", "condition_back").order_by("-pk")
    if by.party is Party.WORKSHOP:
        return rows.filter(merchant_id=by.merchant_id or 0, repair__workshop_id=by.workshop_id) if by.workshop_id else rows.none()
    return rows.filter(case__in=Case.objects.visible_to(by))


def free_loan_units(repair: Repair) -> QuerySet[LoanUnit]:
    """What could be lent for this repair: of the same class of goods, at its workshop or at the merchant's, and not lent."""
    lent = Loan.objects.filter(merchant_id=repair.merchant_id, stage__in=LOAN.open_stages).values("unit_id")
    here = Q(workshop__isnull=True) | Q(workshop_id=repair.workshop_id) if repair.workshop_id else Q(workshop__isnull=True)
    return LoanUnit.objects.filter(
        here, merchant_id=repair.merchant_id, ended_at__isnull=True, goods_class=repair.unit.line.goods_class
    ).exclude(pk__in=lent).order_by("pk")  # fmt: skip


def _chosen(repair: Repair, wanted: str) -> LoanUnit:
    """A loan unit, locked; one that somebody else is just promising is passed over."""
    rows = free_loan_units(repair).select_for_update(skip_locked=True, of=("self",))
    if wanted:
        known = LoanUnit.objects.filter(merchant_id=repair.merchant_id, ref=clean_ref(wanted) or "").first()
        if known is None:
            raise NotFound
        rows = rows.filter(pk=known.pk)
    found = rows.first()
    if found is None:
        raise NoSuchMove(NONE_FREE, code="none_free")
    return found


def _take(ref: str, by: Actor) -> tuple[Case, Loan, Actor]:
    known = Loan.objects.filter(ref=clean_ref(ref) or "").values_list("repair__ref", flat=True).first()
    if known is None:
        raise NotFound
    case, repair, hand = take_repair(known, by)
    return case, Loan.objects.select_related("unit").get(merchant_id=repair.merchant_id, ref=clean_ref(ref)), hand


def _condition(case: Case, words: str, by: Actor) -> CaseText | None:
    clean = clean_words(words, field="condition", longest=1000)
    return keep_text(case, "loan_condition", clean, by) if clean else None


def _facts(loan: Loan) -> dict[str, Any]:
    return {"loan": loan.ref, "loan_unit": loan.unit.ref}


def _check_currency(loan: Loan, case: Case) -> None:
    if loan.unit.currency != case.currency:
        raise NoSuchMove(say("备用机的价值与订单不是同一币种，请平台处理。",
                             "The loan unit's worth is in another currency than the order. Ask the platform."))  # fmt: skip
