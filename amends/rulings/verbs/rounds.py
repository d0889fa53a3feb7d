"""The rounds of evidence: each side gives and answers, an arbiter asks for more or for one certain proof, and the clock closes.

Late evidence is kept and marked. Not about deciding: deciding.py is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from amends.cases.models import Case, CaseText
from amends.cases.record import an_act, verb
from amends.cases.taking import take_life
from amends.cases.texts import clean_words, keep_text, told
from amends.cases.verbs.answering import attach_to
from amends.cases.verbs.applying import MOST_EVIDENCE
from amends.kernel import clock
from amends.kernel.parties import Party
from amends.kernel.refs import clean_ref, new_ref
from amends.kernel.refusals import NoSuchMove, NotFound, NotYourMove, Unprocessable
from amends.kernel.texts import say
from amends.people.rules import Actor
from amends.rulings.models import ProofRequest, Review
from amends.rulings.queries import FIRST_ROUND
from amends.rulings.verbs.shared import round_ends, round_is_over, side_named, taken_to_judge, takes

MOST_REQUESTS = 10
ASKED, GIVEN, NOT_GIVEN, DROPPED = "asked", "given", "not_given", "dropped"


@verb("review", "submit")
def submit(ref: str, *, words: str = "", evidence: Sequence[str] = (), request: str = "", by: Actor) -> Review:
    """One side gave words or files. What comes after the first round is kept and marked as late, to the second: also where the clock has
    not closed it yet. With `request` it is the proof that an arbiter asked of this side, in time until that very request is due.

    Raises Unprocessable where nothing was given, too much, or a file is unknown; NotFound, NotYourMove, NoSuchMove for the request;
    NoSuchMove once the time for replies is over.
    """
    case, review = take_life(Review, ref, by)
    asked = _request_of(review, request, by) if request else None
    is_over = round_is_over(case, review)
    if is_over and review.LIFE.who_may(review.stage, "submit") and review.stage != FIRST_ROUND:
        raise NoSuchMove(say("举证和回应都已结束。", "The rounds of evidence and replies are over."), code="no_round_open")
    said = clean_words(words, field="words")
    if len(evidence) > MOST_EVIDENCE:
        wrong = say("一次最多 {n} 份凭证。", "At most {n} pieces of evidence at a time.", n=MOST_EVIDENCE)
        raise Unprocessable.field("evidence", wrong, code="evidence_too_many")
    in_time = asked is not None and clock.now() < asked.due_at
    is_late = (is_over or review.stage != FIRST_ROUND) and not in_time
    pieces = attach_to(case, evidence, by, late=is_late)
    if not said and not pieces:
        nothing = say("请至少写一句说明或上传一份凭证。", "Give at least a sentence or one piece of evidence.")
        raise Unprocessable.field("words", nothing, code="required")
    text = keep_text(case, "statement", said, by) if said else None
    about = {"request": asked.ref} if asked else {}
    review.move("submit", by, facts={"evidence": [piece.digest for piece in pieces], "late": is_late, **told(text), **about})
    if asked:
        asked.state, asked.answer, asked.evidence, asked.ended_at = GIVEN, text, [piece.ref for piece in pieces], clock.now()
        asked.save(update_fields=["state", "answer", "evidence", "ended_at"])
    return review


@verb("review", "close_round")
def close_round(ref: str, *, by: Actor) -> Review:
    """The evidence of both sides is in; each may answer what the other gave."""
    return _moved(ref, "close_round", by)


@verb("review", "close_replies")
def close_replies(ref: str, *, by: Actor) -> Review:
    """The file is closed, and one arbiter owes a ruling."""
    return _moved(ref, "close_replies", by)


@an_act
def request_proof(ref: str, *, party: str, words: str, issue: str = "", by: Actor) -> ProofRequest:
    """One side is asked for one certain proof until the round that is open ends; after that an answer is late, after the replies none.

    Raises NotYourMove for anybody but an arbiter who may judge it, NoSuchMove where no round is open, Unprocessable for an unknown side
    or issue, missing words, or too many requests.
    """
    case, review = taken_to_judge(ref, by)
    if by.party is not Party.ARBITER:
        raise NotYourMove(say("只有判责员可以要求凭证。", "Only an arbiter asks for a proof."), code="no_arbiter")
    if not review.LIFE.who_may(review.stage, "submit") or round_is_over(case, review):
        closed = say("举证已结束，请用“请双方补充”。", "The rounds are closed: ask both sides for more instead.")
        raise NoSuchMove(closed, code="no_round_open")
    row = _asked(case, review, {"party": party, "words": words, "issue": issue}, by)
    takes(review, by)
    review.tell(_line(row), by, facts={"request": row.ref, "due_at": row.due_at.isoformat(), **told(row.words)})
    return row


@verb("review", "ask_more")
def ask_more(ref: str, *, words: str, requests: Sequence[Mapping[str, str]] = (), by: Actor) -> Review:
    """The evidence is open once more for both sides, with what is still wanted in words; and as certain proofs of one side where named.

    Each of `requests` has party, words and, where it is about one, issue. Raises NoSuchMove where the rounds are used up.
    """
    case, review = taken_to_judge(ref, by)
    text = keep_text(case, "ask_more", clean_words(words, field="words", required=True), by)
    takes(review, by)
    review.move("ask_more", by, facts=told(text))
    for each in requests:
        row = _asked(case, review, each, by)
        review.tell(_line(row), by, facts={"request": row.ref, "due_at": row.due_at.isoformat(), **told(row.words)})
    return review


def _asked(case: Case, review: Review, raw: Mapping[str, str], by: Actor) -> ProofRequest:
    party = side_named(raw.get("party", ""))
    issue = raw.get("issue", "").strip()
    if issue and issue not in {one["key"] for one in review.issues}:
        raise Unprocessable.field("issue", say("没有这个争点。", "There is no such issue."), code="unknown_issue")
    if ProofRequest.objects.filter(merchant_id=case.merchant_id, review_id=review.pk).count() >= MOST_REQUESTS:
        raise Unprocessable.field("words", say("最多要求 {n} 份。", "At most {n} requests.", n=MOST_REQUESTS), code="too_many_requests")
    said = clean_words(raw.get("words", ""), field="words", required=True, longest=500)
    text: CaseText = keep_text(case, "request", said, by)
    return ProofRequest.objects.create(
        merchant_id=case.merchant_id, case=case, review=review, ref=new_ref("PQ"), party=party.value, issue=issue, words=text,
        asked_by_id=by.user_id, made_at=clock.now(), due_at=round_ends(case, review),
    )  # fmt: skip


def _line(row: ProofRequest) -> str:
    return "want_of_consumer" if row.party == Party.CONSUMER.value else "want_of_merchant"


def _request_of(review: Review, ref: str, by: Actor) -> ProofRequest:
    rows = ProofRequest.objects.select_for_update(of=("self",)).filter(merchant_id=review.merchant_id, review_id=review.pk)
    row = rows.filter(ref=clean_ref(ref) or "").first()
    if row is None:
        raise NotFound
    if row.party != by.party.value:
        raise NotYourMove(say("这份凭证要求的是另一方。", "This proof is asked of the other side."), code="not_asked_of_you")
    if row.state != ASKED:
        raise NoSuchMove(say("这项要求已经有结果。", "This request is over."), code="request_over")
    return row


def _moved(ref: str, name: str, by: Actor) -> Review:
    _, review = taken_to_judge(ref, by)
    review.move(name, by)
    return review
