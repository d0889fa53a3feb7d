"""A cost is put to whoever should bear it, and answered: asked, admitted, denied, decided, paid, written off (docs/lifecycle.md).

It never delays the consumer: what they are owed was granted without it and goes on whatever comes of it (S17). It may be asked while
the case is open and after it has closed. What its moves do to the books is posted by followers.py.
"""

from __future__ import annotations

from django.db.models import Sum

from amends.approvals.asking import decide
from amends.approvals.models import Approval
from amends.cases.models import Case, CaseText
from amends.cases.record import verb
from amends.cases.taking import take
from amends.cases.texts import clean_words, keep_text, told
from amends.kernel.parties import Party
from amends.kernel.refs import new_ref
from amends.kernel.refusals import Unprocessable
from amends.kernel.texts import say
from amends.ledger.words import sum_words
from amends.liability.books import cost_of, held_for
from amends.liability.deducting import deduction_of
from amends.liability.hands import platform_hand, speaking_for, take_charge
from amends.liability.models import ChargeBackTo
from amends.liability.rules import BEARERS, COLLECTED, UNPOSTED, WHAT
from amends.liability.verbs.bearers import bearer_of
from amends.liability.verbs.deposit_row import deposit_of
from amends.people.rules import Actor

LONGEST_CLAUSE = 60


@verb("charge_back_to", "ask_bearer")
def ask_bearer(
    ref: str, *, party: str, bearer: str = "", amount_minor: int, what: str, clause: str = "", words: str, by: Actor
) -> ChargeBackTo:
    """Of `party` (a carrier or supplier by its ref, or the merchant) the platform asks a part of what the case `ref` cost.

    Asked of outsiders, it is the merchant's cost as far as the merchant bears one, else the platform's; asked of the merchant, the
    platform's. Refuses more than is still borne and not yet asked of anybody, and words that are missing.
    """
    case, hand = take(ref, by), platform_hand(by)
    fields = _checked(party, what, clause)
    borne_by = _borne_by(case, party)
    row = bearer_of(bearer, (party,)) if party != Party.MERCHANT.value else None
    _within(case, borne_by, amount_minor)
    text = keep_text(case, "charge", clean_words(words, field="words", required=True), by)
    return ChargeBackTo.born(
        "ask_bearer", hand, merchant_id=case.merchant_id, case=case, ref=new_ref("CB"), bearer=row, borne_by=borne_by,
        amount_minor=amount_minor, unit=case.currency, why=text, owner_id=by.user_id, facts={**told(text), "what": what}, **fields,
    )  # fmt: skip


@verb("charge_back_to", "admit_liability")
def admit_liability(ref: str, *, words: str = "", by: Actor) -> ChargeBackTo:
    """Whoever was asked bears it: it is owed and in the books. For carriers and suppliers the desk writes down what they said."""
    return _answer("admit_liability", ref, words, by, required=by.party is not Party.MERCHANT)


@verb("charge_back_to", "deny_liability")
def deny_liability(ref: str, *, words: str, by: Actor) -> ChargeBackTo:
    """Whoever was asked says why not; the platform decides. Refuses words that are missing."""
    return _answer("deny_liability", ref, words, by, required=True)


@verb("charge_back_to", "hold_liable")
def hold_liable(ref: str, *, words: str, by: Actor, break_glass: bool = False) -> ChargeBackTo | Approval:
    """Whoever denied it is to bear it, with reasons; or, above what `by` may decide alone, somebody else is asked to approve that."""
    return _decide("hold_liable", ref, words, by, break_glass)


@verb("charge_back_to", "excuse")
def excuse(ref: str, *, words: str, by: Actor, break_glass: bool = False) -> ChargeBackTo | Approval:
    """Whoever was asked does not bear it; what was posted is taken back. Above what `by` may decide alone somebody else approves."""
    return _decide("excuse", ref, words, by, break_glass)


@verb("charge_back_to", "write_off")
def write_off(ref: str, *, words: str, by: Actor, break_glass: bool = False) -> ChargeBackTo | Approval:
    """What could not be collected is the platform's loss. Above what `by` may decide alone somebody else approves."""
    return _decide("write_off", ref, words, by, break_glass)


@verb("charge_back_to", "bear")
def bear(ref: str, *, reference: str = "", by: Actor) -> ChargeBackTo:
    """What was admitted is paid: by a merchant from what we hold for it, by an outsider as the desk finds it at the bank (`reference`).

    Refuses more than we hold for the merchant, and what a merchant owes and is being deducted: its deposit's move does that. Where no
    deduction stands (it was withdrawn, or the charge is in another currency) the desk says where the money came.
    """
    case, charge = take_charge(ref, by)
    ours = charge.stage in COLLECTED
    if ours and charge.party == Party.MERCHANT.value and deduction_of(charge) is not None:
        wrong = say("正在从保证金扣款，扣完自动结清。", "It is being taken from the deposit, which settles it by itself.")
        raise Unprocessable(wrong, code="being_deducted")
    hand = platform_hand(by) if ours else speaking_for(charge, case, by)
    way = "held" if charge.party == Party.MERCHANT.value and not ours else "bank"
    if way == "held":
        _check_held(case, charge)
    known = clean_words(reference, field="reference", required=way == "bank", longest=80)
    charge.move("bear", hand, facts={"way": way, **({"reference": known} if known else {})})
    return charge


def _check_held(case: Case, charge: ChargeBackTo) -> None:
    """We hold as much for the merchant as it pays with; its payments wait for each other. Raises Unprocessable."""
    deposit_of(case.merchant)
    there = max(0, held_for(charge.merchant_id, charge.unit))
    if charge.amount_minor > there:
        wrong = say(
            "代收货款只有 {sum}，不够付清。到期没有付清的，从保证金扣。",
            "Only {sum} is held for you, which is not enough. What is unpaid in time is taken from the deposit.",
            sum=sum_words(there, charge.unit),
        )
        raise Unprocessable(wrong, code="more_than_held")


# ── answers and decisions ────────────────────────────────────────────────────────────────────────────────────────────────────


def _answer(name: str, ref: str, words: str, by: Actor, *, required: bool) -> ChargeBackTo:
    case, charge = take_charge(ref, by)
    hand = speaking_for(charge, case, by)
    said = clean_words(words, field="words", required=required)
    text = keep_text(case, "charge_answer", said, hand) if said else None
    charge.move(name, hand, facts={**told(text), **({"on_behalf": True} if by.party is not hand.party else {})})
    charge.answer = text
    charge.save(update_fields=["answer"])
    return charge


def _decide(name: str, ref: str, words: str, by: Actor, break_glass: bool) -> ChargeBackTo | Approval:
    case, charge = take_charge(ref, by)
    hand = platform_hand(by)
    charge.check_move(name, hand)
    said = clean_words(words, field="words", required=True, longest=500)
    text = keep_text(case, "charge_decision", said, hand)
    asked = decide(
        name, by=by, merchant_id=case.merchant_id, amount_minor=charge.amount_minor, unit=charge.unit,
        payload={"charge": charge.ref, "text": text.pk}, key=f"{name}:{charge.ref}:{charge.generation}", case=case, why=said,
        break_glass=break_glass,
    )  # fmt: skip
    return asked or decided(name, charge, text.pk, hand)


def decided(name: str, charge: ChargeBackTo, text_id: int, hand: Actor, approval: str = "") -> ChargeBackTo:
    """The decision is made, on the reasons of that text; `approval` names who allowed it where it took one."""
    text = CaseText.objects.get(merchant_id=charge.merchant_id, case_id=charge.case_id, pk=text_id)
    charge.move(name, hand, facts={**told(text), **({"approval": approval} if approval else {})})
    charge.decision = text
    charge.save(update_fields=["decision"])
    return charge


# ── what may be asked ────────────────────────────────────────────────────────────────────────────────────────────────────────


def still_borne(case: Case, bearer: str) -> int:
    """What `bearer` still bears of this case and was not asked of anybody, in minor units of its currency."""
    open_ones = ChargeBackTo.objects.filter(merchant_id=case.merchant_id, case_id=case.pk, borne_by=bearer, stage__in=UNPOSTED)
    asked: int = open_ones.aggregate(sum=Sum("amount_minor", default=0))["sum"]
    return max(0, cost_of(case, bearer) - asked)


def _borne_by(case: Case, party: str) -> str:
    if party == Party.MERCHANT.value:
        return "platform"
    return "merchant" if still_borne(case, "merchant") else "platform"


def _within(case: Case, bearer: str, minor: int) -> None:
    left = still_borne(case, bearer)
    if not 0 < minor <= left:
        wrong = say("最多可以追偿 {left}。", "{left} can be asked at most.", left=sum_words(left, case.currency))
        raise Unprocessable.field("amount_minor", wrong, code="more_than_borne")


def _checked(party: str, what: str, clause: str) -> dict[str, str]:
    if party not in {p.value for p in BEARERS}:
        raise Unprocessable.field(
            "party", say("须为承运商、供应商或商家。", "It is a carrier, a supplier or the merchant."), code="unknown_party"
        )
    if what not in WHAT:
        raise Unprocessable.field("what", say("没有这种费用。", "There is no such kind of cost."), code="unknown_cost")
    return {"party": party, "what": what, "clause": clean_words(clause, field="clause", longest=LONGEST_CLAUSE)}
