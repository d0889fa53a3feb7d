"""Notes of one side alone: what the shop's or the platform's people write for their colleagues. The other side never sees them.

They stand in no timeline, are told to nobody, wake no page and leave with no export: `notes_of` is the only read of their table, and
it begins with the reader's own side. A consumer has none, and who buys in a case as well as works for its shop reads none of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from amends.cases.carrying_on import joined_to
from amends.cases.hands import check_hand, check_not_reader, is_of_other_side
from amends.cases.models import Case
from amends.cases.queries import case_for
from amends.cases.record import an_act
from amends.cases.taking import take, take_carrier
from amends.cases.texts import clean_words
from amends.kernel import clock
from amends.kernel.parties import Party
from amends.kernel.refusals import NoSuchMove, NotFound, NotYourMove
from amends.kernel.texts import say
from amends.people.rules import Actor
from amends.talks.models import Note

LONGEST = 2000
MOST_NOTES = 200
SIDE_OF: dict[Party, str] = {Party.MERCHANT: "merchant", Party.PLATFORM: "platform", Party.ARBITER: "platform"}


@dataclass(frozen=True, slots=True)
class Noted:
    """One note. `name`: who wrote it; `words` is '' where erased; `mine`: the reader wrote it and may erase it."""

    id: int
    name: str
    words: str
    erased: bool
    made_at: datetime
    mine: bool


@an_act
def note(ref: str, *, words: str, by: Actor) -> Note:
    """The words are kept for this side's own people, in the case that carries `ref` on where it was merged (B23).

    Raises NotFound, NotYourMove for who has no notes, NoSuchMove where there are too many, Unprocessable without words.
    """
    case, _ = take_carrier(ref, by)
    side = _side(by)
    check_hand(case, by)
    said = clean_words(words, field="words", required=True, longest=LONGEST)
    if Note.objects.filter(merchant_id=case.merchant_id, case_id=case.pk, side=side).count() >= MOST_NOTES:
        wrong = say("每一方最多 {n} 条备注。", "A side keeps {n} notes in a case at most.", n=MOST_NOTES)
        raise NoSuchMove(wrong, code="too_many_notes")
    return Note.objects.create(merchant_id=case.merchant_id, case=case, side=side, user_id=by.user_id, body=said, made_at=clock.now())


@an_act
def erase_note(ref: str, *, number: int, by: Actor) -> Note:
    """The words of one's own note are gone for good. Raises NotFound where it is no note of theirs."""
    check_not_reader(by)
    case = take(ref, by)
    mine = Note.objects.filter(merchant_id=case.merchant_id, case_id__in=joined_to(case), side=_side(by), pk=number)
    row = mine.filter(user_id=by.user_id).first() if by.user_id is not None else None
    if row is None:
        raise NotFound
    row.body, row.erased_at = "", clock.now()
    row.save(update_fields=["body", "erased_at"])
    return row


def notes_of(case: Case, by: Actor) -> list[Noted]:
    """The notes of the reader's own side, newest first, with those of the cases that it carries on; none for a side that has none, and for
    a person who belongs to another side of this very case. The case was found as `by` may see it."""
    side = SIDE_OF.get(by.party)
    if side is None or is_of_other_side(case, by):
        return []
    mine = Note.objects.filter(merchant_id=case.merchant_id, case_id__in=joined_to(case), side=side)
    rows = mine.select_related("user").order_by("-made_at", "-pk")
    return [
        Noted(row.pk, row.user.name if row.user else "", row.body, row.erased_at is not None, row.made_at, row.user_id == by.user_id)
        for row in rows
    ]


def notes(ref: str, by: Actor) -> list[Noted]:
    """The notes of the reader's own side about case `ref`. Raises NotFound, for who has no notes too."""
    case = case_for(ref, by)
    if by.party not in SIDE_OF:
        raise NotFound
    return notes_of(case, by)


def may_note(case: Case, by: Actor) -> bool:
    """Whether this person may write a note about the case."""
    return by.party in SIDE_OF and not by.only_reads and not is_of_other_side(case, by)


def _side(by: Actor) -> str:
    side = SIDE_OF.get(by.party)
    if side is None:
        raise NotYourMove(say("备注是商家和平台内部用的。", "Notes are for a shop's or the platform's own people."))
    return side
