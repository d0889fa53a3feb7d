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
from amends.cases.mixing import Mix, checked, least_minor
from amends.cases.models import Case
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
from amends.talks.models import Offer
from amends.talks.rules import MOST_OPEN, MOST_ROUNDS, OPEN, SIDES

LONGEST_WORDS = 1000
Parts = Sequence[Mapping[str, Any]]


@verb("offer", "offer")
def offer(ref: str, *, parts: Parts, words: str = "", by: Actor) -> Offer:
    """A proposal of one side about case `ref`: the other side can take it until its limit is over.

    Raises NotFound, NotYourMove, NoSuchMove where nothing can be settled now or there are too many, Unprocessable for a mix that can't be
    given (mixing.checked).
    """
    case = take(ref, by)
    return _made(case, "offer", parts, words, by)


@verb("offer", "mediate")
def mediate(ref: str, *, parts: Parts, words: str = "", by: Actor) -> Offer:
    """The platform proposes to both sides; it is settled when both have said yes. Raises as `offer`."""
    case = take(ref, by)
    return _made(case, "mediate", parts, words, by)


@verb("offer", "agree_first")
def agree_first(ref: str, *, by: Actor) -> Offer:
    """One of two sides has said yes; the other's answer decides."""
    case, row = take_life(Offer, ref, by)
    _still(case, row)
    row.agreed = [*row.agreed, by.party.value]
    row.save(update_fields=["agreed"])
    row.move("agree_first", by, facts={"offer": row.ref})
    return row


@verb("offer", "accept_offer")
def accept_offer(ref: str, *, by: Actor) -> Offer:
    """The case is settled on these terms. Raises Conflict where what was offered can't be given any more."""
    case, row = take_life(Offer, ref, by)
    _still(case, row)
    row.agreed = [*row.agreed, by.party.value]
    row.save(update_fields=["agreed"])
    row.move("accept_offer", by, facts={"offer": row.ref, "round": row.round, "amount_minor": row.amount_minor, "currency": row.currency})
    return row


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
    row.move("counter", by, facts={"offer": row.ref})
    return _made(case, "offer", parts, words, by, answers=row)


@verb("offer", "retract")
def retract(ref: str, *, by: Actor) -> Offer:
    """Whoever made it takes it back before anybody accepted."""
    _, row = take_life(Offer, ref, by)
    row.move("retract", by, facts={"offer": row.ref})
    return row


# ── reads that pages share ───────────────────────────────────────────────────────────────────────────────────────────────────


def may_settle(case: Case) -> bool:
    """Whether the case's table lets both sides settle where it is now."""
    return set(SIDES) <= set(case.LIFE.who_may(case.stage, "settle"))


def may_offer(case: Case, by: Actor) -> bool:
    """Whether `by` may make an offer on this case now."""
    name = _birth(by)
    return not by.only_reads and name is not None and may_settle(case) and _left(case, by) > 0


def maker(row: Offer) -> Actor:
    """The side that made it, for asking again whether it could be given."""
    return Actor(Party(row.side), merchant_id=row.merchant_id, automatic=True)


# ── checks and hands ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def _made(case: Case, name: str, parts: Parts, words: str, by: Actor, answers: Offer | None = None) -> Offer:
    check_hand(case, by)
    _check_place(case, by)
    mix = checked(case, parts, by)
    said = clean_words(words, field="words", longest=LONGEST_WORDS)
    text = keep_text(case, "offer", said, by) if said else None
    mark, number = new_ref("OF"), _of_side(case, by).count() + 1
    least = _least(case, mix)
    about = {"answers": answers.ref} if answers is not None else {}
    return Offer.born(
        name, by, merchant_id=case.merchant_id, case=case, ref=mark, side=_side(by).value, user_id=by.user_id, round=number,
        answers=answers, parts=mix.to_json(), amount_minor=mix.money_minor, least_minor=least, currency=case.currency, words=text,
        agreed=[],
        facts={"offer": mark, "round": number, "parts": mix.to_json(), "amount_minor": mix.money_minor, "currency": case.currency,
               "least_minor": least, **about, **told(text)},
    )  # fmt: skip


def _check_place(case: Case, by: Actor) -> None:
    if not may_settle(case):
        raise NoSuchMove(say("售后单现在不能协商方案。", "Nothing can be settled on this case now."), code="not_settleable")
    mine = _of_side(case, by)
    if mine.filter(stage__in=OPEN).count() >= MOST_OPEN:
        wrong = say("同时最多 {n} 个方案，请先收回一个。", "At most {n} offers at once. Take one back first.", n=MOST_OPEN)
        raise NoSuchMove(wrong, code="too_many_offers")
    if mine.count() >= MOST_ROUNDS:
        wrong = say("每一方最多提 {n} 次方案，可以请平台裁决。", "A side makes {n} offers at most; the platform can decide.", n=MOST_ROUNDS)
        raise NoSuchMove(wrong, code="too_many_rounds")


def _still(case: Case, row: Offer) -> Mix:
    """What the offer gives, as it can be owed now. Raises Conflict where it can't any more."""
    try:
        return checked(case, [part.to_json() for part in from_rows(row.parts)], maker(row))
    except Unprocessable as changed:
        gone = say("情况变了，这个方案不能照办了：{why}", "Things have changed; this can't be carried out: {why}", why=changed.text)
        raise Conflict(gone, code="offer_outdated") from changed


def _least(case: Case, mix: Mix) -> int:
    return sum(least_minor(case, part) for part in mix.parts)


def _left(case: Case, by: Actor) -> int:
    mine = _of_side(case, by)
    return min(MOST_OPEN - mine.filter(stage__in=OPEN).count(), MOST_ROUNDS - mine.count())


def _of_side(case: Case, by: Actor) -> QuerySet[Offer]:
    return Offer.objects.filter(merchant_id=case.merchant_id, case_id=case.pk, side=_side(by).value)


def _side(by: Actor) -> Party:
    """Arbiters propose for the platform."""
    return Party.PLATFORM if by.party is Party.ARBITER else by.party


def _birth(by: Actor) -> str | None:
    return next((name for name in ("offer", "mediate") if Offer.LIFE.becomes(BIRTH, name, by.party) is not None), None)
