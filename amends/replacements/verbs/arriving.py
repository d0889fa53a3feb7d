"""What the carrier reports of a replacement on its way, and what the consumer says once it is there."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from amends.cases.hands import check_impartial
from amends.cases.record import an_act, verb
from amends.cases.taking import take_life
from amends.cases.texts import clean_words, keep_text, told
from amends.cases.verbs.answering import attach_to
from amends.kernel import clock
from amends.kernel.refusals import Unprocessable
from amends.kernel.texts import say
from amends.people.rules import CARRIER, Actor
from amends.replacements.models import Replacement
from amends.replacements.offering import offer


@verb("replacement", "deliver")
def deliver(ref: str, *, by: Actor = CARRIER) -> Replacement:
    """The consumer has it and the time to check it runs."""
    _, row = take_life(Replacement, ref, by)
    row.move("deliver", by, facts={"replacement": row.ref})
    row.delivered_at = clock.now()
    row.save(update_fields=["delivered_at"])
    return row


@verb("replacement", "resume_travel")
def resume_travel(ref: str, *, by: Actor = CARRIER) -> Replacement:
    """It was found and travels on; so often as the case's terms allow."""
    return _reported(ref, "resume_travel", by)


@verb("replacement", "declare_lost")
def declare_lost(ref: str, *, by: Actor = CARRIER) -> Replacement:
    """It is lost; the money is owed instead, in the same commit (S14)."""
    return _reported(ref, "declare_lost", by)


@verb("replacement", "confirm")
def confirm(ref: str, *, by: Actor) -> Replacement:
    """It is what was promised; what was owed for the unit is delivered."""
    return _reported(ref, "confirm", by)


@verb("replacement", "report_wrong")
def report_wrong(ref: str, *, words: str, evidence: Sequence[str] = (), by: Actor) -> Replacement:
    """Something else came, or it is faulty too: the consumer chooses again, the right article among the rest. Who takes the money then
    sends back what came first. Raises Unprocessable without words or without a file that shows it."""
    case, row = take_life(Replacement, ref, by)
    if not evidence and row.may("report_wrong", by):
        wrong = say("请至少附一张照片。", "Please add at least one photo.")
        raise Unprocessable.field("evidence", wrong, code="evidence_missing")
    text = keep_text(case, "wrong", clean_words(words, field="words", required=True), by)
    pieces = attach_to(case, evidence, by)
    row.move("report_wrong", by, facts={"replacement": row.ref, "evidence": [piece.digest for piece in pieces], **told(text)})
    offer(case, row)
    return row


def _reported(ref: str, name: str, by: Actor) -> Replacement:
    _, row = take_life(Replacement, ref, by)
    row.move(name, by, facts={"replacement": row.ref})
    return row


REPORTS: dict[str, Callable[..., Replacement]] = {"deliver": deliver, "resume_travel": resume_travel, "declare_lost": declare_lost}


@an_act
def carrier_says(ref: str, report: str, *, by: Actor = CARRIER) -> Replacement:
    """What the carrier reports has happened to it. Raises Unprocessable where no carrier reports such a thing.

    A person may report for a simulated carrier, but not of a case in which they are a party: NotYourMove (B17).
    """
    if report not in REPORTS:
        wrong = say("承运商不会报告“{it}”。可选：{all}。", "A carrier does not report “{it}”. Choose one of {all}.",
                    it=report, all=", ".join(REPORTS))  # fmt: skip
        raise Unprocessable.field("report", wrong, code="unknown_report")
    if by.user_id is not None:
        case, _ = take_life(Replacement, ref, by)
        check_impartial(case, by.user_id)
    return REPORTS[report](ref, by=by.as_party(CARRIER.party))
