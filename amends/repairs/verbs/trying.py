"""What the consumer says of a repaired unit: it works, or it failed again."""

from __future__ import annotations

from collections.abc import Sequence

from amends.cases.record import verb
from amends.cases.texts import clean_words, keep_text, told
from amends.cases.verbs.answering import attach_to
from amends.people.rules import Actor
from amends.repairs.hands import take_repair
from amends.repairs.models import Repair
from amends.repairs.verbs.working import about


@verb("repair", "report_fault")
def report_fault(ref: str, *, words: str, evidence: Sequence[str] = (), by: Actor) -> Repair:
    """The unit failed again within the trial: this attempt did not help, and what comes next follows by rule (S14), on a closed case in
    one that is linked to it. Raises Unprocessable without words."""
    case, row, hand = take_repair(ref, by)
    row.fault = keep_text(case, "fault", clean_words(words, field="words", required=True), hand)
    pieces = attach_to(case, evidence, by)
    row.save(update_fields=["fault"])
    row.move("report_fault", hand, facts={**about(row), **told(row.fault), "evidence": [piece.digest for piece in pieces]})
    return row


@verb("repair", "confirm")
def confirm(ref: str, *, by: Actor) -> Repair:
    """The consumer says that it works; the trial is over."""
    _, row, hand = take_repair(ref, by)
    row.move("confirm", hand, facts=about(row))
    return row
