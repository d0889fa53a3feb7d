"""Offers in rounds: made by either side or by the platform between them, agreed to, accepted, declined, countered, taken back.

Invariants
 1. What an offer gives was checked when it was made and is checked again, under the lock, when it is accepted: units may be finished,
    sums may be gone. Never less than the law gives (cases/mixing.py).
 2. Accepting settles the case in the same commit (followers.py): what was agreed is owed, and all other offers are over.
Not about who decides without an agreement: rulings.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import QuerySet

from amends.cases.hands import check_hand
from amends.cases.mixing import Mix, checked
from amends.cases.models import Case, CaseText
from amends.cases.record import verb
from amends.cases.rules.mix import from_rows
from amends.cases.taking import take, take_life
from amends.cases.texts import clean_words, keep_text, told
from amends.kernel.parties import Party
from amends.kernel.refs import new_ref
from amends.kernel.refusals import Conflict, NoSuchMove, Unprocessable
from amends.kernel.tables import BIRTH
from amends.kernel.texts import say
from amends.people.rules import Actor
from amends.talks import limits
from amends.talks.models import Offer
from amends.talks.rules import MOST_OPEN, MOST_ROUNDS, OPEN, SIDES

LONGEST_WORDS = 1000
Parts = Sequence[Mapping[str, Any]]


@verb("offer", "offer")
def offer(ref: str, *, parts: Parts, words: str = "", by: Actor) -> Offer:
    """A proposal of one side about case `ref`: the other side can take it until its limit is over.

    Raises NotFound, NotYourMove (also for sums that somebody else has to sign: asking.propose asks them), NoSuchMove where nothing can be
    settled now or there are too many, Unprocessable for a mix that can't be given (mixing.checked).
    """
    case = take(ref, by)
    return _made_alone(case, "offer", parts, words, by)


@verb("offer", "mediate")
def mediate(ref: str, *, parts: Parts, words: str = "", by: Actor) -> Offer:
    """The platform proposes to both sides; it is settled when both have said yes. Raises as `offer`."""
    case = take(ref, by)
    return _made_alone(case, "mediate", parts, words, by)


@verb("offer", "agree_first")
def agree_first(ref: str, *, by: Actor) -> Offer:
    """One of two sides has said yes; the other's answer decides. Raises as `accept_offer`."""
    return _yes("agree_first", ref, by)


@verb("offer", "accept_offer")
def accept_offer(ref: str, *, by: Actor) -> Offer:
    """The case is settled on these terms. Raises Conflict where what was offered can't be given any more, NotYourMove for sums that
    somebody else has to sign (asking.accept asks them)."""
    return _yes("accept_offer", ref, by)


@verb("offer", "decline")
def decline(ref: str, *, words: str = "", by: Actor) -> Offer:
    """It is not taken, and the claim is where it was."""
    case, row = take_life(Offer, ref, by)
    said = clean_words(words, field="words", longest=LONGEST_WORDS)
    text = keep_text(case, "declined", said, by) if said else None
    row.move("decline", by, facts={"offer": row.ref, **told(text)})
    return row


@verb("offer", "counter")
def counter(ref: str, *, parts: Parts, words: str = "", by: Actor) -> Offer:
    """Another proposal takes the place of this one; answers the new one. Raises as `offer`."""
    case, row = take_life(Offer, ref, by)
    return _made_alone(case, "counter", parts, words, by, answers=row)


@verb("offer", "retract")
def retract(ref: str, *, by: Actor) -> Offer:
    """Whoever made it takes it back before anybody accepted."""
    _, row = take_life(Offer, ref, by)
    row.move("retract", by, facts={"offer": row.ref})
    return row


# ── what verbs do once a promise of money is in order (asking.py too) ────────────────────────────────────────────────────────


def fit(case: Case, parts: Parts, by: Actor) -> Mix:
    """The mix as `by` could offer it here now. Raises as `offer`, but for limits of money."""
    check_hand(case, by)
    if not may_settle(case):
        raise NoSuchMove(say("售后单现在不能协商方案。", "Nothing can be settled on this case now."), code="not_settleable")
    used = _used_up(case, by)
    if used is not None:
        raise used
    return checked(case, parts, by)


def made(
    case: Case, name: str, mix: Mix, text: CaseText | None, by: Actor, *, mark: str, answers: Offer | None = None
) -> Offer:  # fmt: skip
    """The offer `mark` is made by `name` (offer, mediate; counter, which ends the one that it answers) of a mix that is `fit` now. Raises
    NoSuchMove, NotYourMove."""
    if answers is not None:
        answers.move("counter", by, facts={"offer": answers.ref})
    number = _of_side(case, by).count() + 1
    about = {"answers": answers.ref} if answers is not None else {}
    return Offer.born(
        "offer" if name == "counter" else name, by, merchant_id=case.merchant_id, case=case, ref=mark, side=_side(by).value,
        user_id=by.user_id, round=number, answers=answers, parts=mix.to_json(), amount_minor=mix.money_minor,
        least_minor=mix.least_minor, currency=case.currency, words=text, agreed=[],
        facts={"offer": mark, "round": number, "parts": mix.to_json(), "amount_minor": mix.money_minor, "currency": case.currency,
               "least_minor": mix.least_minor, **about, **told(text)},
    )  # fmt: skip


def agreed(case: Case, row: Offer, name: str, by: Actor) -> Offer:
    """`by` has said yes by `name` (agree_first, accept_offer); accepted, the case is settled in the same commit (followers.py). Raises
    Conflict where what it gives can't be given any more."""
    if row.LIFE.becomes(row.stage, name, by.party) is not None:
        _still(case, row)
    row.agreed = [*row.agreed, by.party.value]
    row.save(update_fields=["agreed"])
    sums = {"round": row.round, "amount_minor": row.amount_minor, "currency": row.currency} if name == "accept_offer" else {}
    row.move(name, by, facts={"offer": row.ref, **sums})
    return row


def text_of(case: Case, words: str, by: Actor) -> CaseText | None:
    """The words beside an offer are kept; None without any."""
    said = clean_words(words, field="words", longest=LONGEST_WORDS)
    return keep_text(case, "offer", said, by) if said else None


# ── reads that pages share ───────────────────────────────────────────────────────────────────────────────────────────────────


def may_settle(case: Case) -> bool:
    """Whether the case's table lets both sides settle where it is now."""
    return set(SIDES) <= set(case.LIFE.who_may(case.stage, "settle"))


def may_offer(case: Case, by: Actor) -> bool:
    """Whether `by` may make an offer on this case now."""
    name = birth_of(by)
    return not by.only_reads and name is not None and may_settle(case) and _used_up(case, by) is None


def maker(row: Offer) -> Actor:
    """The side that made it, for asking again whether it could be given."""
    return Actor(Party(row.side), merchant_id=row.merchant_id, automatic=True)


# ── checks and hands ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def _made_alone(case: Case, name: str, parts: Parts, words: str, by: Actor, answers: Offer | None = None) -> Offer:
    mix = fit(case, parts, by)
    limits.check_alone(case, mix.parts, by)
    return made(case, name, mix, text_of(case, words, by), by, mark=new_ref("OF"), answers=answers)


def _yes(name: str, ref: str, by: Actor) -> Offer:
    case, row = take_life(Offer, ref, by)
    if row.may(name, by):
        limits.check_alone(case, from_rows(row.parts), by)
    return agreed(case, row, name, by)


def _still(case: Case, row: Offer) -> Mix:
    """What the offer gives, as it can be owed now, still not below the law. Raises Conflict where it can't any more."""
    try:
        return checked(case, [part.to_json() for part in from_rows(row.parts)], maker(row))
    except Unprocessable as changed:
        gone = say("情况变了，这个方案不能照办了：{why}", "Things have changed; this can't be carried out: {why}", why=changed.text)
        raise Conflict(gone, code="offer_outdated") from changed


def _used_up(case: Case, by: Actor) -> NoSuchMove | None:
    """The refusal where this side has as many offers as the case's own terms let it have; None where it may make another."""
    mine, most, rounds = _of_side(case, by), case.terms.count(MOST_OPEN), case.terms.count(MOST_ROUNDS)
    if mine.filter(stage__in=OPEN).count() >= most:
        wrong = say("同时最多 {n} 个方案，请先收回一个。", "At most {n} offers at once. Take one back first.", n=most)
        return NoSuchMove(wrong, code="too_many_offers")
    if mine.count() >= rounds:
        wrong = say("每一方最多提 {n} 次方案，可以请平台裁决。", "A side makes {n} offers at most; the platform can decide.", n=rounds)
        return NoSuchMove(wrong, code="too_many_rounds")
    return None


def _of_side(case: Case, by: Actor) -> QuerySet[Offer]:
    return Offer.objects.filter(merchant_id=case.merchant_id, case_id=case.pk, side=_side(by).value)


def _side(by: Actor) -> Party:
    """Arbiters propose for the platform."""
    return Party.PLATFORM if by.party is Party.ARBITER else by.party


def birth_of(by: Actor) -> str | None:
    """By which verb this actor makes an offer; None for who makes none."""
    return next((name for name in ("offer", "mediate") if Offer.LIFE.becomes(BIRTH, name, by.party) is not None), None)
