"""What a carrier answers about a delivery, by wire, by a signed link or as the desk heard it.

Where the parcel is: a date, a way, arrived, back, lost. What happened to one that came damaged: that it did so on the way, or not.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from amends.cases.hands import check_impartial
from amends.cases.record import an_act, verb
from amends.cases.taking import take_life
from amends.cases.texts import clean_words, keep_text, told
from amends.deliveries.models import OutboundDelivery
from amends.kernel import clock
from amends.kernel.refusals import Unprocessable
from amends.kernel.texts import say
from amends.people.rules import CARRIER, Actor

FURTHEST = timedelta(days=60)
LONGEST_WORDS = 500


@verb("delivery", "give_date")
def give_date(ref: str, *, expected_at: datetime, words: str = "", by: Actor = CARRIER) -> OutboundDelivery:
    """The carrier says when the parcel comes; the consumer is told, and the date is broken when its limit after that instant is over.

    Raises Unprocessable for a time that is not ahead of us or further than sixty days.
    """
    if not clock.now() < expected_at <= clock.now() + FURTHEST:
        wrong = say("请写将来 {n} 天内的时间。", "Give a time ahead of us, within {n} days.", n=FURTHEST.days)
        raise Unprocessable.field("expected_at", wrong, code="not_ahead")
    _, row = take_life(OutboundDelivery, ref, by)
    row.expected_at = expected_at
    row.save(update_fields=["expected_at"])
    return _answered(row, "give_date", words, by, {"expected_at": expected_at.isoformat()})


@verb("delivery", "break_date")
def break_date(ref: str, *, by: Actor = CARRIER) -> OutboundDelivery:
    """The carrier takes its date back and looks on."""
    return _taken(ref, "break_date", "", by)


@verb("delivery", "take_new_way")
def take_new_way(ref: str, *, words: str = "", by: Actor = CARRIER) -> OutboundDelivery:
    """The parcel goes to the other address."""
    return _taken(ref, "take_new_way", words, by)


@verb("delivery", "keep_way")
def keep_way(ref: str, *, words: str = "", by: Actor = CARRIER) -> OutboundDelivery:
    """The carrier could neither lead it elsewhere nor turn it round, and looks for it."""
    return _taken(ref, "keep_way", words, by)


@verb("delivery", "deliver")
def deliver(ref: str, *, words: str = "", by: Actor = CARRIER) -> OutboundDelivery:
    """The parcel was handed over, says the carrier; the consumer may say that it was not."""
    return _taken(ref, "deliver", words, by)


@verb("delivery", "bring_back")
def bring_back(ref: str, *, words: str = "", by: Actor = CARRIER) -> OutboundDelivery:
    """The parcel is with its sender again; what the claim wants goes on."""
    return _taken(ref, "bring_back", words, by)


@verb("delivery", "declare_lost")
def declare_lost(ref: str, *, words: str = "", by: Actor = CARRIER) -> OutboundDelivery:
    """The carrier has lost it; what the claim wants goes on."""
    return _taken(ref, "declare_lost", words, by)


@verb("delivery", "admit_damage")
def admit_damage(ref: str, *, words: str = "", by: Actor = CARRIER) -> OutboundDelivery:
    """The carrier damaged it, by its own word. Raises NoSuchMove for a parcel that is looked for."""
    return _taken(ref, "admit_damage", words, by)


@verb("delivery", "deny_damage")
def deny_damage(ref: str, *, words: str, by: Actor = CARRIER) -> OutboundDelivery:
    """The carrier says why it did not damage it. Raises Unprocessable without words, NoSuchMove for a parcel that is looked for."""
    return _taken(ref, "deny_damage", clean_words(words, field="words", required=True, longest=LONGEST_WORDS), by)


REPORTS: dict[str, Callable[..., OutboundDelivery]] = {
    "give_date": give_date, "take_new_way": take_new_way, "keep_way": keep_way, "deliver": deliver, "bring_back": bring_back,
    "declare_lost": declare_lost, "admit_damage": admit_damage, "deny_damage": deny_damage,
}  # fmt: skip


@an_act
def carrier_says(ref: str, report: str, *, expected_at: datetime | None = None, words: str = "", by: Actor = CARRIER) -> OutboundDelivery:
    """What the carrier reports has happened to the delivery; `expected_at` for a date. Raises Unprocessable for an unknown report.

    A person may report for a carrier, but not of a case in which they are a party: NotYourMove (B17).
    """
    if report not in REPORTS:
        wrong = say(
            "承运商不会报告“{it}”。可选：{all}。",
            "A carrier does not report “{it}”. Choose one of {all}.",
            it=report,
            all=", ".join(REPORTS),
        )
        raise Unprocessable.field("report", wrong, code="unknown_report")
    if by.user_id is not None:
        case, _ = take_life(OutboundDelivery, ref, by)
        check_impartial(case, by.user_id)
    if report == "give_date":
        if expected_at is None:
            raise Unprocessable.field("expected_at", say("请写新的送达时间。", "Say when it comes."), code="required")
        return give_date(ref, expected_at=expected_at, words=words, by=by)
    return REPORTS[report](ref, words=words, by=by)


def _taken(ref: str, name: str, words: str, by: Actor) -> OutboundDelivery:
    _, row = take_life(OutboundDelivery, ref, by)
    return _answered(row, name, words, by, {})


def _answered(row: OutboundDelivery, name: str, words: str, by: Actor, facts: Mapping[str, Any]) -> OutboundDelivery:
    said = clean_words(words, field="words", longest=LONGEST_WORDS)
    text = keep_text(row.case, "enquiry_answer", said, by) if said else None
    row.move(name, by, facts={"delivery": row.ref, **facts, **told(text)})
    if text is not None:
        row.answer = text
        row.save(update_fields=["answer"])
    return row
