"""A merchant's deposit (保证金): topped up, held, freed, paid out, and taken from after notice; everything under the deposit row's lock.

Invariants
 1. Free and held parts never fall below zero: a deduction takes what is there, the rest stays owed and is taken from the next top-up.
 2. Nothing is deducted before the notice that announced it has run, nor while the merchant contests it.
 3. The same bank reference tops up once. Every posting is keyed by its move.
 4. A deposit pays in its own currency alone.
Lock order: cases by ascending id (of charges that may be settled), then the deposit's row, then approvals' own locks.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.db import connection

from amends.approvals.asking import decide
from amends.approvals.models import Approval
from amends.approvals.rules_of_money import rules_on
from amends.cases import acting
from amends.cases.hands import check_not_reader
from amends.cases.models import Case
from amends.cases.record import an_act
from amends.cases.taking import take, take_case_of, take_life
from amends.cases.texts import clean_words
from amends.kernel import clock
from amends.kernel.parties import Party
from amends.kernel.refs import clean_ref, new_ref
from amends.kernel.refusals import Conflict, NoSuchMove, NotFound, NotYourMove, Unprocessable
from amends.kernel.texts import Text, say
from amends.ledger.words import sum_words
from amends.liability.books import Kept, book_move, held_for, kept
from amends.liability.deducting import answer_until, check_currency, deduction_of
from amends.liability.hands import merchant_of, platform_hand, seen_merchant
from amends.liability.models import ChargeBackTo, Deposit, DepositMove
from amends.liability.rules import ANNOUNCED, CONTESTED, DONE, OFFERED, WITHDRAWN
from amends.market.models import Merchant
from amends.people.rules import PLATFORM, Actor, Role

HEADS = frozenset({Role.SUPERVISOR, Role.ADMIN})
MORE_THAN_FREE = say("可用保证金只有 {left}。", "Only {left} of the deposit is free.")
ONCE = 7_011_050  # the class of our advisory locks; the number is a bank's reference
NOT_OPEN = say("这笔扣款已经不能再改。", "This deduction can't be changed any more.")


def deposit_of(merchant: Merchant) -> Deposit:
    """The deposit's row, locked until the transaction ends; made with the money rules' own sums where there was none."""
    rules = rules_on(clock.now())
    Deposit.objects.get_or_create(
        merchant=merchant,
        defaults={"currency": rules.currency, "required_minor": rules.deposits.required_minor, "warn_minor": rules.deposits.warn_minor,
                  "made_at": clock.now()},
    )  # fmt: skip
    return Deposit.objects.select_for_update().get(merchant=merchant)


@an_act
def top_up(ref: str, *, amount_minor: int, provider_ref: str, by: Actor) -> DepositMove:
    """Money that came by bank stands in the deposit, and pays first what deductions have left open. The same reference counts once.

    Refuses a reference that came with another sum, or for another merchant: one transfer is one merchant's.
    """
    merchant = merchant_of(ref, by)
    _above_zero(amount_minor)
    known = clean_words(provider_ref, field="provider_ref", required=True, longest=80)
    for case_id in sorted(set(_short(merchant).exclude(case_id=None).values_list("case_id", flat=True))):
        take_case_of(case_id)
    deposit = deposit_of(merchant)
    there = DepositMove.objects.filter(merchant=merchant, provider_ref=known).first()
    if there is not None:
        if there.amount_minor != amount_minor:
            raise Conflict(
                say("这个银行流水号已经按另一个金额入账。", "This bank reference came with another sum before."), code="other_sum"
            )
        return there
    _check_unused(known)
    move = _move(deposit, "top_up", amount_minor, "bank", by, provider_ref=known, taken_minor=amount_minor)
    book_move("deposit_in", move, amount_minor)
    for row in _short(merchant):
        # A charge of a case that fell short since the locks were taken waits for the next top-up: locks are taken in one order.
        if row.case_id is None or row.case_id in acting.current().cases:
            _take(deposit, row)
    _warned(deposit)
    return move


def _check_unused(provider_ref: str) -> None:
    """No other merchant's deposit has this transfer; two who would book it at once wait for each other. Raises Conflict."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [ONCE, provider_ref])
    if DepositMove.objects.filter(provider_ref=provider_ref).exists():
        raise Conflict(say("这个银行流水号已经记给别的商家。", "This bank reference is another merchant's already."), code="other_merchant")


@an_act
def hold(ref: str, *, amount_minor: int, reason: str, why: str, by: Actor, break_glass: bool = False) -> DepositMove | Approval:
    """A part of the deposit is held and pays nothing else; or somebody is asked to approve that. Refuses more than is free."""
    merchant = merchant_of(ref, by)
    said = _said("hold", amount_minor, reason, why)
    deposit = deposit_of(merchant)
    _within(amount_minor, kept(merchant.pk, deposit.currency).free, deposit.currency)
    asked = _decide("deposit_hold", deposit, amount_minor, by, said, break_glass, {"reason": reason})
    return asked or held(deposit, amount_minor, reason, said, by)


def held(deposit: Deposit, amount_minor: int, reason: str, why: str, by: Actor, approval: str = "") -> DepositMove:
    """The part is held, under the row's lock. Refuses more than is free now."""
    _within(amount_minor, kept(deposit.merchant_id, deposit.currency).free, deposit.currency)
    move = _move(deposit, "hold", amount_minor, reason, by, why=why, approval_ref=approval, taken_minor=amount_minor)
    book_move("deposit_hold", move, amount_minor)
    return move


@an_act
def release(ref: str, *, why: str, by: Actor, reason: str = "agreed", break_glass: bool = False) -> DepositMove | Approval:
    """What is left of the hold `ref` is free again; or somebody is asked to approve that."""
    move = _found(ref, by, "hold")
    platform_hand(by)
    deposit = deposit_of(merchant_of(move.merchant.ref, by))
    left = hold_left(move)
    said = _said("release", left or 1, reason, why)
    if not left:
        raise NoSuchMove(say("这笔冻结已经全部解冻。", "Nothing of this hold is left."), code="nothing_held")
    asked = _decide("deposit_release", deposit, left, by, said, break_glass, {"reason": reason, "hold": move.ref})
    return asked or released(deposit, move, reason, said, by)


def released(
    deposit: Deposit, of: DepositMove, reason: str, why: str, by: Actor, approval: str = "", minor: int | None = None
) -> DepositMove:
    """`minor` of the hold, or all that is left of it, is free again, under the row's lock."""
    left = hold_left(of)
    amount = left if minor is None else min(minor, left)
    if amount <= 0:
        raise NoSuchMove(say("这笔冻结已经全部解冻。", "Nothing of this hold is left."), code="nothing_held")
    move = _move(deposit, "release", amount, reason, by, why=why, of_hold=of, approval_ref=approval, taken_minor=amount)
    book_move("deposit_release", move, amount)
    return move


@an_act
def announce(
    ref: str, *, amount_minor: int, reason: str, why: str, case_ref: str = "", hold_ref: str = "", by: Actor, break_glass: bool = False
) -> DepositMove | Approval:
    """A deduction is announced with its reason and done when its notice has run; or somebody is asked to approve that first.

    With a case it stands in that case's timeline, which tells the merchant. It may be more than the deposit holds.
    """
    case = take(case_ref, by) if case_ref else None
    merchant = merchant_of(ref, by)
    if case is not None and case.merchant_id != merchant.pk:
        raise NotFound
    said = _said("deduct", amount_minor, reason, why)
    of = _found(hold_ref, by, "hold") if hold_ref else None
    deposit = deposit_of(merchant)
    if of is not None and of.merchant_id != merchant.pk:
        raise NotFound
    payload = {"reason": reason, "case": case.ref if case else "", "hold": of.ref if of else ""}
    asked = _decide("deposit_deduct", deposit, amount_minor, by, said, break_glass, payload, case=case)
    return asked or announced(deposit, amount_minor, reason, said, by, case=case, of=of)


def announced(
    deposit: Deposit, amount_minor: int, reason: str, why: str, by: Actor, *, case: Case | None = None, of: DepositMove | None = None,
    charge: ChargeBackTo | None = None, approval: str = "",
) -> DepositMove:  # fmt: skip
    """The announcement stands; a held `case` gets its line of the timeline. Refuses a charge in another currency than the deposit's."""
    if charge is not None:
        check_currency(charge, deposit)
    until = clock.now() + timedelta(days=rules_on(clock.now()).deposits.notice_days)
    move = _move(
        deposit, "deduct", amount_minor, reason, by, state=ANNOUNCED, why=why, notice_until=until, of_hold=of, charge=charge,
        case_id=case.pk if case else None, approval_ref=approval,
    )  # fmt: skip
    if case is not None:
        facts = {
            "move": move.ref,
            "amount_minor": amount_minor,
            "unit_of_account": move.currency,
            "reason_code": reason,
            "due_at": until.isoformat(),
            "silence": "deduct",
        }
        case.tell(
            "announce_deduction", by if by.party in (Party.PLATFORM, Party.ARBITER) else PLATFORM, facts=facts, audience="merchant,platform"
        )
    return move


@an_act
def announce_charge(ref: str, *, by: Actor) -> DepositMove:
    """The charge `ref`, whose deduction was withdrawn, is to be taken from the deposit after all: a new notice runs from now.

    Refuses a charge that is not being deducted, one that a deduction takes already, and one in another currency than the deposit's.
    """
    case, charge = take_life(ChargeBackTo, ref, by)
    concerned = by.party is Party.MERCHANT and Party.MERCHANT.value in (charge.party, charge.borne_by)
    if not (by.sees_everything or concerned):
        raise NotFound
    platform_hand(by)
    merchant = merchant_of(case.merchant.ref, by)
    if charge.party != Party.MERCHANT.value or charge.stage != "deducting":
        raise NoSuchMove(say("这笔追偿现在不从保证金扣。", "This charge is not to be taken from a deposit now."), code="not_deducting")
    deposit = deposit_of(merchant)
    if deduction_of(charge) is not None:
        raise NoSuchMove(say("这笔追偿的扣款已经预告。", "A deduction for this charge stands already."), code="announced")
    return announced(deposit, charge.amount_minor, "charge", "", by, case=case, charge=charge)


@an_act
def contest(ref: str, *, why: str, by: Actor) -> DepositMove:
    """The merchant objects before the notice has run: nothing is taken until the platform has answered. Refuses what is over.

    From now `notice_until` is the instant until which it must be answered.
    """
    if by.party is not Party.MERCHANT:
        raise NotYourMove(say("只有商家可以提出异议。", "Only the merchant contests it."))
    check_not_reader(by)
    move = _locked(ref, by)
    if move.state != ANNOUNCED or (move.notice_until and move.notice_until <= clock.now()):
        raise NoSuchMove(NOT_OPEN, code="not_announced")
    move.state, move.contested_why = CONTESTED, clean_words(why, field="why", required=True, longest=500)
    move.notice_until = answer_until(clock.now())
    move.save(update_fields=["state", "contested_why", "notice_until"])
    tell_contested("contest_deduction", move, by, due_at=move.notice_until.isoformat(), silence="alarm")
    return move


def tell_contested(what: str, move: DepositMove, by: Actor, **facts: Any) -> None:
    """A line about a contested deduction in its held case's timeline; one without a case stands on the deposit's page alone."""
    if move.case_id is None:
        return
    about = {"move": move.ref, "amount_minor": move.amount_minor, "unit_of_account": move.currency, **facts}
    acting.current().cases[move.case_id].tell(what, by, facts=about, audience="merchant,platform")


@an_act
def uphold(ref: str, *, why: str, by: Actor) -> DepositMove:
    """The objection does not hold: the deduction is done at once. By another than who announced it, with reasons."""
    move = _answered(ref, why, by)
    move.state, move.notice_until = ANNOUNCED, clock.now()
    move.save(update_fields=["state", "notice_until", "why"])
    deduct(move)
    return move


@an_act
def withdraw(ref: str, *, why: str, by: Actor) -> DepositMove:
    """The deduction does not happen: before its notice has run, or because the objection holds. With reasons."""
    platform_hand(by)
    move = _locked(ref, by)
    merchant_of(move.merchant.ref, by)
    if move.state not in (ANNOUNCED, CONTESTED):
        raise NoSuchMove(NOT_OPEN, code="not_open")
    move.state, move.ended_at, move.why = WITHDRAWN, clock.now(), _with_answer(move.why, why)
    move.save(update_fields=["state", "ended_at", "why"])
    return move


@an_act
def pay_out(ref: str, *, amount_minor: int, reason: str, why: str, by: Actor, break_glass: bool = False) -> DepositMove | Approval:
    """Money of the deposit goes back to the merchant by bank; or somebody is asked to approve that. Refuses more than may leave."""
    merchant = merchant_of(ref, by)
    said = _said("pay_out", amount_minor, reason, why)
    deposit = deposit_of(merchant)
    _within(amount_minor, may_leave(deposit, reason), deposit.currency)
    asked = _decide("deposit_pay_out", deposit, amount_minor, by, said, break_glass, {"reason": reason})
    return asked or paid_out(deposit, amount_minor, reason, said, by)


def paid_out(deposit: Deposit, amount_minor: int, reason: str, why: str, by: Actor, approval: str = "") -> DepositMove:
    """The pay-out is in the books, under the row's lock. Refuses more than may leave now."""
    _within(amount_minor, may_leave(deposit, reason), deposit.currency)
    move = _move(deposit, "pay_out", amount_minor, reason, by, why=why, approval_ref=approval, taken_minor=amount_minor)
    book_move("deposit_out", move, amount_minor)
    _warned(deposit)
    return move


@an_act
def set_terms(ref: str, *, required_minor: int, warn_minor: int, by: Actor) -> Deposit:
    """How much this merchant has to keep, and when it is warned. By a supervisor or administrator; refuses a warning above what is kept."""
    merchant = merchant_of(ref, by)
    if not by.roles & HEADS:
        raise NotYourMove(say("只有主管和管理员可以改应缴额。", "Only supervisors and administrators set what is to be kept."))
    if not 0 <= warn_minor <= required_minor:
        wrong = say("警戒额不能大于应缴额。", "The warning is not above what has to be kept.")
        raise Unprocessable.field("warn_minor", wrong, code="warn_above_required")
    deposit = deposit_of(merchant)
    deposit.required_minor, deposit.warn_minor = required_minor, warn_minor
    deposit.save(update_fields=["required_minor", "warn_minor"])
    _warned(deposit)
    return deposit


# ── taking ───────────────────────────────────────────────────────────────────────────────────────────────────────────────────


@an_act
def deduct_due(move_id: int) -> bool:
    """The announced deduction is done if its notice has run; False where somebody was faster, or it was contested."""
    move = DepositMove.objects.select_related("merchant").get(pk=move_id)
    if move.case_id is not None:
        take_case_of(move.case_id)
    deposit_of(move.merchant)
    move = DepositMove.objects.select_for_update().select_related("merchant").get(pk=move_id)
    if move.state != ANNOUNCED or move.notice_until is None or move.notice_until > clock.now():
        return False
    deduct(move)
    return True


def deduct(move: DepositMove) -> None:
    """What is announced is owed and taken as far as the deposit reaches, under the row's lock; what it frees of a hold first."""
    deposit = deposit_of(move.merchant)
    if move.charge_id is None:
        book_move("deposit_due", move, move.amount_minor)
    if move.of_hold_id is not None and (left := hold_left(move.of_hold)):
        released(deposit, move.of_hold, "for_deduction", "", PLATFORM, minor=min(left, move.amount_minor))
    move.state, move.ended_at = DONE, clock.now()
    move.save(update_fields=["state", "ended_at"])
    _take(deposit, move)
    _warned(deposit)


def _take(deposit: Deposit, move: DepositMove) -> None:
    """As much of what this deduction still lacks as is free; a charge that is paid by it is borne."""
    minor = min(move.amount_minor - move.taken_minor, kept(deposit.merchant_id, deposit.currency).free)
    if minor <= 0:
        return
    book_move("deposit_taken", move, minor, part=f":{move.taken_minor}")
    move.taken_minor += minor
    move.save(update_fields=["taken_minor"])
    if move.charge_id is not None and move.taken_minor == move.amount_minor:
        take_case_of(ChargeBackTo.objects.values_list("case_id", flat=True).get(pk=move.charge_id))
        charge = ChargeBackTo.objects.get(merchant_id=move.merchant_id, pk=move.charge_id)
        charge.follow("bear", PLATFORM, facts={"way": "deposit", "move": move.ref})


def _short(merchant: Merchant) -> Any:
    """Deductions that found too little, the oldest first."""
    rows = DepositMove.objects.filter(merchant=merchant, kind="deduct", state=DONE)
    return rows.extra(where=["taken_minor < amount_minor"]).select_related("merchant").order_by("made_at", "pk")


def hold_left(move: DepositMove) -> int:
    """What of a hold was not released yet."""
    rows = DepositMove.objects.filter(merchant_id=move.merchant_id, of_hold_id=move.pk, kind="release").values_list(
        "amount_minor", flat=True
    )
    return move.amount_minor - sum(rows)


def may_leave(deposit: Deposit, reason: str) -> int:
    """What of the deposit may be paid out: what is free beyond what is announced or owed (also where its sales no longer cover what its
    cases cost), and beyond what has to be kept unless the merchant leaves."""
    now = kept(deposit.merchant_id, deposit.currency)
    waiting = DepositMove.objects.filter(merchant_id=deposit.merchant_id, kind="deduct", state__in=[ANNOUNCED, CONTESTED])
    spoken_for = sum(waiting.values_list("amount_minor", flat=True)) + max(0, now.owes)
    spoken_for += max(0, -held_for(deposit.merchant_id, deposit.currency))
    stays = 0 if reason == "leaving" else max(0, deposit.required_minor - now.held)
    return max(0, now.free - spoken_for - stays)


def _warned(deposit: Deposit) -> None:
    """It is known since when the deposit is too low, and no longer where it is not."""
    low = is_low(deposit, kept(deposit.merchant_id, deposit.currency))
    if low != (deposit.warned_at is not None):
        deposit.warned_at = clock.now() if low else None
        deposit.save(update_fields=["warned_at"])


def is_low(deposit: Deposit, now: Kept) -> bool:
    """Whether less is kept than the warning says."""
    return now.whole < deposit.warn_minor


# ── rows ─────────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _move(deposit: Deposit, kind: str, minor: int, reason: str, by: Actor, *, state: str = DONE, **more: Any) -> DepositMove:
    at = clock.now()
    return DepositMove.objects.create(
        merchant_id=deposit.merchant_id, ref=new_ref("DM"), kind=kind, amount_minor=minor, currency=deposit.currency, reason=reason,
        state=state, asked_by_id=by.user_id, made_at=at, ended_at=at if state == DONE else None, **more,
    )  # fmt: skip


def _decide(
    action: str, deposit: Deposit, minor: int, by: Actor, why: str, glass: bool, payload: Mapping[str, Any], case: Case | None = None
) -> Approval | None:
    told = {"merchant": deposit.merchant.ref, "amount_minor": minor, **payload}
    return decide(
        action, by=by, merchant_id=deposit.merchant_id, amount_minor=minor, unit=deposit.currency, payload=told, key=new_ref("DM"),
        case=case,
        why=why, break_glass=glass,
    )  # fmt: skip


def found_move(ref: str, by: Actor) -> DepositMove:
    """The move `ref` of a deposit that `by` may see. Raises NotFound."""
    move = DepositMove.objects.select_related("merchant").filter(ref=clean_ref(ref) or "").first()
    if move is None:
        raise NotFound
    seen_merchant(move.merchant.ref, by)
    return move


def _found(ref: str, by: Actor, kind: str) -> DepositMove:
    move = found_move(ref, by)
    if move.kind != kind:
        raise NoSuchMove(say("这笔变动不能这样处理。", "That can't be done with this move."), code="other_kind")
    return move


def _locked(ref: str, by: Actor) -> DepositMove:
    move = _found(ref, by, "deduct")
    if move.case_id is not None:
        take_case_of(move.case_id)
    deposit_of(move.merchant)
    return DepositMove.objects.select_for_update().select_related("merchant").get(pk=move.pk)


def _answered(ref: str, why: str, by: Actor) -> DepositMove:
    platform_hand(by)
    move = _locked(ref, by)
    merchant_of(move.merchant.ref, by)
    if move.state != CONTESTED:
        raise NoSuchMove(NOT_OPEN, code="not_contested")
    if by.user_id is not None and by.user_id == move.asked_by_id:
        own = say("这笔扣款是你提出的，要由别人来答复异议。", "You announced this deduction; somebody else answers the objection.")
        raise NotYourMove(own, code="own_deduction")
    move.why = _with_answer(move.why, why)
    return move


def _with_answer(before: str, why: str) -> str:
    said = clean_words(why, field="why", required=True, longest=240)
    return f"{before[:250]}\n{said}".strip()


def _said(kind: str, minor: int, reason: str, why: str) -> str:
    _above_zero(minor)
    if reason not in OFFERED[kind]:
        raise Unprocessable.field("reason", say("请选择原因。", "Choose a reason."), code="unknown_reason")
    return clean_words(why, field="why", required=True, longest=250)


def _above_zero(minor: int) -> None:
    if minor <= 0:
        raise Unprocessable.field("amount_minor", say("金额须大于零。", "The amount must be above zero."), code="not_above_zero")


def _within(minor: int, left: int, currency: str) -> None:
    if minor > left:
        wrong: Text = MORE_THAN_FREE.filled(left=sum_words(max(0, left), currency))
        raise Unprocessable.field("amount_minor", wrong, code="more_than_free")
