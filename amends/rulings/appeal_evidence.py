"""New evidence in an appeal: files that were not in the review, each with why it could not be had before, and what the examiner made of it.

Kept in the file whatever becomes of it; whether it counts is the examiner's word. Both sides give it by the same rule.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from amends.cases.models import Case
from amends.cases.texts import clean_words, keep_text
from amends.cases.verbs.answering import attach_to
from amends.cases.verbs.applying import MOST_EVIDENCE
from amends.kernel.refs import clean_ref
from amends.kernel.refusals import Unprocessable
from amends.kernel.texts import Text, say
from amends.people.rules import Actor
from amends.rulings.models import Appeal

LONGEST_WHY = 1000
FIELD = "new_evidence"


@dataclass(frozen=True, slots=True)
class NewPiece:
    """A file that was not in the review, and why it could not be had before."""

    evidence: str
    why: str


def keep_pieces(case: Case, new: Sequence[NewPiece], by: Actor, hand: Actor, *, before: int = 0) -> list[dict[str, Any]]:
    """The files, which `by` uploaded, are the case's and given by `hand`, marked as late, each with its reason; nobody judged them yet.

    `before`: how many this side gave in this appeal already. Raises Unprocessable where there are too many, one is named twice, is
    unknown, or has no reason.
    """
    if before + len(new) > MOST_EVIDENCE:
        raise _wrong(say("一方最多 {n} 份新凭证。", "A side gives {n} new pieces at most.", n=MOST_EVIDENCE), "evidence_too_many")
    reasons = [clean_words(piece.why, field=FIELD, longest=LONGEST_WHY) for piece in new]
    if any(not why for why in reasons):
        raise _wrong(say("每份新凭证都要写明之前为什么拿不到。", "For each new piece say why it could not be had before."), "why_missing")
    wanted = [clean_ref(piece.evidence) or "" for piece in new]
    if len(set(wanted)) < len(wanted):
        raise _wrong(say("同一份凭证写了两次。", "A piece is named twice."), "evidence_twice")
    rows = {row.ref: row for row in attach_to(case, wanted, by, late=True)}
    kept = []
    for ref, why in zip(wanted, reasons, strict=True):
        row, text = rows[ref], keep_text(case, "appeal_why", why, hand)
        if row.party != hand.party.value:
            row.party = hand.party.value
            row.save(update_fields=["party"])
        kept.append({
            "evidence": ref, "party": hand.party.value, "digest": row.digest, "why": text.pk, "why_digest": text.digest, "taken": None,
        })  # fmt: skip
    return kept


def facts_of(pieces: Sequence[dict[str, Any]]) -> dict[str, list[str]]:
    """These pieces and their reasons by digest, for the timeline."""
    return {"evidence": [piece["digest"] for piece in pieces], "reasons": [piece["why_digest"] for piece in pieces]}


def judge(row: Appeal, allowed: Collection[str] | None, *, final: bool) -> None:
    """`allowed` count and the others do not; None leaves them as they are. Raises Unprocessable for an unknown piece, and where `final`
    for one that nobody judged."""
    if allowed is not None:
        counts = {clean_ref(ref) or "" for ref in allowed}
        if counts - {piece["evidence"] for piece in row.new_evidence}:
            raise Unprocessable.field("allowed", say("没有这份新凭证。", "There is no such new piece."), code="evidence_unknown")
        row.new_evidence = [{**piece, "taken": piece["evidence"] in counts} for piece in row.new_evidence]
    if final and any(piece["taken"] is None for piece in row.new_evidence):
        wrong = say("请先判断每份新凭证之前能不能拿到。", "First judge of each new piece whether it could have been had before.")
        raise Unprocessable.field("allowed", wrong, code="not_judged")


def counted(row: Appeal) -> dict[str, list[str]]:
    """The new pieces that count, by digest, for the timeline."""
    found = [piece["digest"] for piece in row.new_evidence if piece["taken"]]
    return {"evidence": found} if row.new_evidence else {}


def _wrong(text: Text, code: str) -> Unprocessable:
    return Unprocessable.field(FIELD, text, code=code)
