"""What both sides, an agent and the examiner do in an appeal: lodge it, speak to it, take it back, take it up, answer it.

The second look is another person's, of higher rank, who took no part before. What comes of an answer stands in appeal_followers.py.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from amends.cases.hands import check_hand, check_impartial, check_not_reader
from amends.cases.models import Case, CaseText
from amends.cases.record import an_act, verb
from amends.cases.taking import take, take_life
from amends.cases.texts import clean_words, keep_text, told
from amends.cases.verbs.answering import attach_to
from amends.cases.verbs.applying import MOST_EVIDENCE
from amends.kernel import clock
from amends.kernel.parties import Party
from amends.kernel.refusals import NoSuchMove, NotYourMove, Unprocessable
from amends.kernel.texts import Text, say
from amends.people.rules import Actor
from amends.rulings.appeal_queries import open_appeal
from amends.rulings.assigning import bars_of, rank_of
from amends.rulings.mixing_of import bears_of, outcome_of, parts_for, short_parts
from amends.rulings.models import Appeal
from amends.rulings.queries import AGAINST, FOR
from amends.rulings.rules.assigning import FOR_GOOD, REFUSED, Bar
from amends.rulings.rules.splitting import WHOLE

LEAST_REASONS = 10
LONGEST_CLAUSE = 60
LONGEST_WHY = 1000
PAGE, API, CALL, MAIL = "page", "api", "call", "mail"
ENTERED: dict[str, Text] = {
    PAGE: say("网页", "the page"), API: say("接口", "the API"), CALL: say("电话", "a call"), MAIL: say("邮件", "a mail"),
}  # fmt: skip
SIDES = (Party.CONSUMER, Party.MERCHANT)


@dataclass(frozen=True, slots=True)
class NewPiece:
    """A file that was not in the review, and why it could not be had before."""

    evidence: str
    why: str


@verb("case", "appeal")
def appeal(ref: str, *, words: str, new_evidence: Sequence[NewPiece] = (), entered_from: str = PAGE, by: Actor) -> Appeal:
    """The ruling is stayed and somebody who took no part looks at it; the final answer comes within the time of `appeal_ends`.

    `words` say what is wrong with the ruling; each new piece says why it could not be had before. Raises NotFound, NotYourMove, NoSuchMove
    (too late, once a case, final, by rule), Unprocessable where words or reasons lack or a file is unknown.
    """
    if entered_from not in (PAGE, API):
        wrong = say("来电和来信由客服登记。", "Calls and mails are entered by an agent.")
        raise Unprocessable.field("entered_from", wrong, code="not_entered")
    return _lodge(take(ref, by), words, new_evidence, entered_from, by, by)


@an_act
def enter_appeal(ref: str, *, side: str, entered_from: str, words: str, new_evidence: Sequence[NewPiece] = (), by: Actor) -> Appeal:
    """The same, for a consumer or merchant who called or wrote: an agent enters it, and the timeline says that it is theirs.

    Raises NotYourMove for whoever is not of the platform or belongs to a side, Unprocessable for another side or channel.
    """
    case = take(ref, by)
    check_not_reader(by)
    if by.party is not Party.PLATFORM or by.user_id is None:
        raise NotYourMove(say("只有平台客服可以代为登记申诉。", "Only an agent of the platform enters an appeal for somebody."))
    check_impartial(case, by.user_id)
    if side not in [party.value for party in SIDES]:
        raise Unprocessable.field("side", say("申诉方是消费者或者商家。", "Consumer or merchant appeals."), code="unknown_side")
    if entered_from not in (CALL, MAIL):
        raise Unprocessable.field("entered_from", say("来源是电话或者邮件。", "It came by call or mail."), code="unknown_channel")
    return _lodge(case, words, new_evidence, entered_from, by, by.as_party(Party(side)))


def _lodge(case: Case, words: str, new: Sequence[NewPiece], entered_from: str, by: Actor, hand: Actor) -> Appeal:
    said = _said(words, say("请写明裁决哪里不对，至少 {least} 个字。", "Say in {least} characters at least what is wrong with the ruling."))
    pieces = _new_pieces(case, new, by, hand)
    text = keep_text(case, "appeal", said, hand)
    facts = {
        "side": hand.party.value, "entered_from": entered_from, "limit": "appeal_ends",
        "evidence": [piece["digest"] for piece in pieces], "reasons": [piece["why_digest"] for piece in pieces], **told(text),
    }  # fmt: skip
    case.move("appeal", hand, facts=facts)
    row = open_appeal(case)
    assert row is not None  # noqa: S101 - the follower of `case.appeal` has just written it
    row.grounds, row.new_evidence, row.entered_by_id = text, pieces, by.user_id if by is not hand else None
    row.save(update_fields=["grounds", "new_evidence", "entered_by"])
    return row


def _new_pieces(case: Case, new: Sequence[NewPiece], by: Actor, hand: Actor) -> list[dict[str, Any]]:
    """The files are the case's, marked as late, each with its reason; `taken` says what the examiner makes of it: nothing yet."""
    if len(new) > MOST_EVIDENCE:
        wrong = say("一次最多 {n} 份凭证。", "At most {n} pieces of evidence at a time.", n=MOST_EVIDENCE)
        raise Unprocessable.field("new_evidence", wrong, code="evidence_too_many")
    reasons = [clean_words(piece.why, field="new_evidence", longest=LONGEST_WHY) for piece in new]
    if any(not why for why in reasons):
        wrong = say("每份新凭证都要写明之前为什么拿不到。", "For each new piece say why it could not be had before.")
        raise Unprocessable.field("new_evidence", wrong, code="why_missing")
    rows = {row.ref: row for row in attach_to(case, [piece.evidence for piece in new], by, late=True)}
    kept = []
    for row, why in zip(rows.values(), reasons, strict=True):
        text = keep_text(case, "appeal_why", why, hand)
        kept.append({"evidence": row.ref, "digest": row.digest, "why": text.pk, "why_digest": text.digest, "taken": None})
    return kept


@an_act
def reply_appeal(ref: str, *, words: str = "", evidence: Sequence[str] = (), by: Actor) -> Appeal:
    """A side spoke to an appeal that is open: the examiner reads it beside the file. Raises NoSuchMove where it is answered,
    NotYourMove for who is no side, Unprocessable where nothing was said."""
    case, row = take_life(Appeal, ref, by)
    check_hand(case, by)
    if by.party not in SIDES:
        raise NotYourMove(say("只有双方可以回应申诉。", "Only the two sides speak to an appeal."))
    if row.is_over:
        raise NoSuchMove(say("申诉已经答复。", "The appeal is answered."), code="appeal_over")
    said, pieces = clean_words(words, field="words"), attach_to(case, evidence, by, late=True)
    if not said and not pieces:
        nothing = say("请至少写一句说明或上传一份凭证。", "Give at least a sentence or one piece of evidence.")
        raise Unprocessable.field("words", nothing, code="required")
    text = keep_text(case, "appeal_reply", said, by) if said else None
    row.tell("reply_appeal", by, facts={"appeal": row.ref, "evidence": [piece.digest for piece in pieces], **told(text)})
    return row


@verb("appeal", "retract")
def retract(ref: str, *, by: Actor) -> Appeal:
    """Whoever appealed takes it back, and the ruling is carried out."""
    _, row = take_life(Appeal, ref, by)
    row.move("retract", by, facts={"appeal": row.ref})
    return row


# ── the examiner ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


@verb("appeal", "admit")
def admit(ref: str, *, allowed: Collection[str] | None = None, by: Actor) -> Appeal:
    """The first answer: it is worth a full look. `allowed` names the new pieces (EV-…) that could not be had before; the others stay in the
    file and count for nothing. None judges them later.

    Raises NotYourMove for who was not asked or may not examine it, Unprocessable for an unknown piece.
    """
    _, row = _taken(ref, by)
    _judge(row, allowed, final=False)
    row.admitted_at = clock.now()
    row.move("admit", by, facts={"appeal": row.ref, **_counted(row)})
    row.save(update_fields=["examiner", "new_evidence", "admitted_at"])
    return row


@verb("appeal", "uphold")
def uphold(ref: str, *, words: str, words_en: str = "", allowed: Collection[str] | None = None, by: Actor) -> Appeal:
    """The ruling stands, for the reasons in `words` (`words_en`: the same in English), and is carried out.

    Raises as `admit`, and Unprocessable where reasons lack or a new piece is not judged.
    """
    case, row = _taken(ref, by)
    text = _answered(case, row, words, words_en, allowed, by)
    row.move("uphold", by, facts={"appeal": row.ref, **_counted(row), **_also(row), **told(text)})
    return row


@verb("appeal", "change")
def change(
    ref: str, *, outcome: str = "", clause: str, words: str, words_en: str = "", parts: Sequence[Mapping[str, Any]] | None = None,
    bears: Mapping[str, Any] | None = None, allowed: Collection[str] | None = None, by: Actor,
) -> Appeal:  # fmt: skip
    """Another ruling takes its place and is carried out at once: `parts` is its mix (cases.rules.mix), or `outcome` alone gives the claim
    as asked (`for`) or nothing (`against`), to the units that the ruling heard (S5). `bears`: who bears it, in hundredths of a per cent;
    the merchant alone, or of nothing the consumer, where it is left out.

    Raises as `uphold`, and Unprocessable for an unknown outcome, a mix that can't be given, or where nothing would change.
    """
    case, row = _taken(ref, by)
    if parts is None and outcome not in (FOR, AGAINST):
        wrong = say("请选择其中之一：{all}。", "Choose one of {all}.", all=f"{FOR}, {AGAINST}")
        raise Unprocessable.field("outcome", wrong, code="unknown_outcome")
    rests_on = _clause(clause)
    raw = short_parts(case, outcome, row.review.heard) if parts is None else parts
    mix = parts_for(row.review, raw, by) if raw or parts is not None else ()
    row.outcome = outcome if parts is None else outcome_of(case, mix)
    row.clause, row.parts = rests_on, [part.to_json() for part in mix]
    row.bears = bears_of(case, bears or {}) or {(Party.CONSUMER if row.outcome == AGAINST else Party.MERCHANT).value: WHOLE}
    _check_changes(row, told=bool(bears))
    text = _answered(case, row, words, words_en, allowed, by)
    row.save(update_fields=["outcome", "clause", "parts", "bears"])
    facts = {"appeal": row.ref, "outcome": row.outcome, "clause": rests_on, "bears": row.bears}
    row.move("change", by, facts={**facts, **_counted(row), **_also(row), **told(text)})
    return row


@verb("appeal", "send_back")
def send_back(ref: str, *, words: str, words_en: str = "", allowed: Collection[str] | None = None, by: Actor) -> Appeal:
    """The ruling counts no longer; a new review begins, before another arbiter, and its ruling is final (S17). Raises as `uphold`."""
    case, row = _taken(ref, by)
    text = _answered(case, row, words, words_en, allowed, by)
    row.move("send_back", by, facts={"appeal": row.ref, **_counted(row), **_also(row), **told(text)})
    return row


def _taken(ref: str, by: Actor) -> tuple[Case, Appeal]:
    """The appeal, and its examiner: whoever was asked, or, where nobody was, the first who may and does."""
    case, row = take_life(Appeal, ref, by)
    check_not_reader(by)
    if by.party is Party.ARBITER and by.user_id is not None:
        if row.examiner_id not in (None, by.user_id):
            other = say("这份申诉已交给另一位判责员。", "Another arbiter has been asked to examine this appeal.")
            raise NotYourMove(other, code="not_assigned")
        for bar in _bars(case, row, by.user_id):
            raise NotYourMove(REFUSED[bar], code="conflict_of_interest" if bar is Bar.PARTY else bar.value)
        row.examiner_id = by.user_id
    return case, row


def _bars(case: Case, row: Appeal, user_id: int) -> list[Bar]:
    """What keeps this person from examining the appeal, the gravest first. What the examiner on record did in the appeal itself is no
    part taken before."""
    known = set(bars_of(case, [user_id])[user_id]) & FOR_GOOD
    if row.examiner_id == user_id:
        known -= {Bar.TOOK_PART}
    if rank_of(user_id) <= rank_of(row.review.arbiter_id):
        known.add(Bar.RANK)
    return [bar for bar in Bar if bar in known]


def _judge(row: Appeal, allowed: Collection[str] | None, *, final: bool) -> None:
    there = {piece["evidence"] for piece in row.new_evidence}
    if allowed is not None:
        if set(allowed) - there:
            raise Unprocessable.field("allowed", say("没有这份新凭证。", "There is no such new piece."), code="evidence_unknown")
        row.new_evidence = [{**piece, "taken": piece["evidence"] in allowed} for piece in row.new_evidence]
    if final and any(piece["taken"] is None for piece in row.new_evidence):
        wrong = say("请先判断每份新凭证之前能不能拿到。", "First judge of each new piece whether it could have been had before.")
        raise Unprocessable.field("allowed", wrong, code="not_judged")


def _counted(row: Appeal) -> dict[str, list[str]]:
    """The new pieces that count, by digest, for the timeline."""
    counted = [piece["digest"] for piece in row.new_evidence if piece["taken"]]
    return {"evidence": counted} if row.new_evidence else {}


def _also(row: Appeal) -> dict[str, str]:
    """The digest of the reasons in English, so that the timeline covers both."""
    return {"digest_en": row.answer_also.digest} if row.answer_also is not None else {}


def _answered(case: Case, row: Appeal, words: str, words_en: str, allowed: Collection[str] | None, by: Actor) -> CaseText:
    """The final answer is written down: its reasons, and what was made of each new piece."""
    short = say("理由至少 {least} 个字，让双方都能看懂。", "Give reasons of at least {least} characters that both sides can follow.")
    said = _said(words, short)
    also = clean_words(words_en, field="words_en")
    _judge(row, allowed, final=True)
    text = keep_text(case, "appeal_answer", said, by)
    row.answer = text
    row.answer_also = keep_text(case, "appeal_answer", also, by) if also else None
    row.save(update_fields=["examiner", "new_evidence", "answer", "answer_also"])
    return text


def _check_changes(row: Appeal, *, told: bool) -> None:
    review = row.review
    if (row.outcome, row.parts) == (review.outcome, list(review.parts)) and (not told or row.bears == review.bears):
        same = say("这和原裁决一样，请选择维持裁决。", "That is what the ruling gives already. Uphold it instead.")
        raise Unprocessable.field("outcome", same, code="nothing_changed")


def _said(words: str, short: Text) -> str:
    said = clean_words(words, field="words", required=True)
    if len(said) < LEAST_REASONS:
        raise Unprocessable.field("words", short.filled(least=LEAST_REASONS), code="too_short")
    return said


def _clause(clause: str) -> str:
    rests_on = " ".join(clean_words(clause, field="clause", longest=LONGEST_CLAUSE).split())
    if not rests_on:
        raise Unprocessable.field("clause", say("请写明依据的条款。", "Please name the clause that it rests on."), code="required")
    return rests_on
