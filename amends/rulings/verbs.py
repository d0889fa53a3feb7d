"""What both sides, the arbiter and the platform do in a review: give evidence, close the rounds, rule, hand over.

An arbiter who buys from or sells for the parties of the case has no say in it. Not about carrying a ruling out: listeners.py is.
"""

from __future__ import annotations

from collections.abc import Sequence

from amends.cases.hands import check_impartial, is_party
from amends.cases.models import Case
from amends.cases.record import verb
from amends.cases.taking import take_life
from amends.cases.texts import clean_words, keep_text, told
from amends.cases.verbs.answering import attach_to
from amends.cases.verbs.applying import MOST_EVIDENCE
from amends.kernel.parties import NAMES, Party
from amends.kernel.refusals import NotYourMove, Unprocessable
from amends.kernel.texts import Text, say
from amends.people.models import Membership
from amends.people.rules import Actor, Role
from amends.rulings.models import Review
from amends.rulings.queries import FIRST_ROUND, OUTCOMES

LEAST_REASONS = 10
LONGEST_CLAUSE = 60
LIABLE: dict[str, Text] = {
    party.value: NAMES[party] for party in (Party.MERCHANT, Party.CONSUMER, Party.CARRIER, Party.SUPPLIER, Party.LEADER, Party.PLATFORM)
}


@verb("review", "submit")
def submit(ref: str, *, words: str = "", evidence: Sequence[str] = (), by: Actor) -> Review:
    """One side gave words or files. What comes after the first round is kept and marked as late.

    Raises Unprocessable where nothing was given, too much, or a file is unknown.
    """
    case, review = take_life(Review, ref, by)
    said = clean_words(words, field="words")
    if len(evidence) > MOST_EVIDENCE:
        wrong = say("一次最多 {n} 份凭证。", "At most {n} pieces of evidence at a time.", n=MOST_EVIDENCE)
        raise Unprocessable.field("evidence", wrong, code="evidence_too_many")
    is_late = review.stage != FIRST_ROUND
    pieces = attach_to(case, evidence, by, late=is_late)
    if not said and not pieces:
        nothing = say("请至少写一句说明或上传一份凭证。", "Give at least a sentence or one piece of evidence.")
        raise Unprocessable.field("words", nothing, code="required")
    text = keep_text(case, "statement", said, by) if said else None
    review.move("submit", by, facts={"evidence": [piece.digest for piece in pieces], "late": is_late, **told(text)})
    return review


@verb("review", "close_round")
def close_round(ref: str, *, by: Actor) -> Review:
    """The evidence of both sides is in; each may answer what the other gave."""
    return _moved(ref, "close_round", by)


@verb("review", "close_replies")
def close_replies(ref: str, *, by: Actor) -> Review:
    """The file is closed, and one arbiter owes a ruling."""
    return _moved(ref, "close_replies", by)


@verb("review", "rule")
def rule(ref: str, *, outcome: str, liable: str, clause: str, words: str, by: Actor) -> Review:
    """A ruling with reasons stands; it binds when the losing side accepts it or the time for that is over.

    `outcome` is a key of OUTCOMES, `liable` one of LIABLE, `clause` the rule it rests on. Raises Unprocessable where one is wrong or the
    reasons are shorter than LEAST_REASONS, NotYourMove for an arbiter who is a party or was not assigned.
    """
    case, review = take_life(Review, ref, by)
    check_impartial(case, by.user_id)
    if review.arbiter_id is not None and review.arbiter_id != by.user_id:
        raise NotYourMove(say("这份裁决已交给另一位判责员。", "Another arbiter has been assigned to this review."), code="not_assigned")
    _check_known(outcome, OUTCOMES, "outcome")
    _check_known(liable, LIABLE, "liable")
    rests_on = _clause(clause)
    text = keep_text(case, "ruling", _reasons(words), by)
    review.outcome, review.liable, review.clause, review.reasons, review.arbiter_id = outcome, liable, rests_on, text, by.user_id
    review.save(update_fields=["outcome", "liable", "clause", "reasons", "arbiter"])
    review.move("rule", by, facts={"outcome": outcome, "liable": liable, "clause": rests_on, **told(text)})
    return review


@verb("review", "reassign")
def reassign(ref: str, *, to: str = "", by: Actor) -> Review:
    """A second arbiter owes the ruling: the one with the e-mail address `to`, or whoever takes it.

    Raises Unprocessable where `to` is no arbiter or a party of the case.
    """
    case, review = take_life(Review, ref, by)
    review.arbiter_id = _arbiter(case, to) if to.strip() else None
    review.save(update_fields=["arbiter"])
    review.move("reassign", by, facts={"arbiter": review.arbiter_id} if review.arbiter_id else {})
    return review


def _moved(ref: str, name: str, by: Actor) -> Review:
    case, review = take_life(Review, ref, by)
    check_impartial(case, by.user_id)
    review.move(name, by)
    return review


def _arbiter(case: Case, to: str) -> int:
    found = Membership.objects.filter(role=Role.ARBITER.value, user__email__iexact=to.strip(), user__is_active=True).first()
    if found is None or is_party(case, found.user_id):
        wrong = say("没有这位判责员，或与本单的一方有关。", "There is no such arbiter, or they belong to a party of this case.")
        raise Unprocessable.field("to", wrong, code="unknown_arbiter")
    return found.user_id


def _check_known(value: str, known: dict[str, Text], field: str) -> None:
    if value not in known:
        wrong = say("请选择其中之一：{all}。", "Choose one of {all}.", all=", ".join(known))
        raise Unprocessable.field(field, wrong, code=f"unknown_{field}")


def _clause(clause: str) -> str:
    rests_on = " ".join(clean_words(clause, field="clause", longest=LONGEST_CLAUSE).split())
    if not rests_on:
        nothing = say("请写明裁决依据的条款。", "Please name the clause that the ruling rests on.")
        raise Unprocessable.field("clause", nothing, code="required")
    return rests_on


def _reasons(words: str) -> str:
    said = clean_words(words, field="words", required=True)
    if len(said) < LEAST_REASONS:
        wrong = say("理由至少 {least} 个字，让双方都能看懂。", "Give reasons of at least {least} characters that both sides can follow.",
                    least=LEAST_REASONS)  # fmt: skip
        raise Unprocessable.field("words", wrong, code="too_short")
    return said
