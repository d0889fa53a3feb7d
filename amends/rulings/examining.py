"""What the examiner of an appeal does: takes it up, upholds the ruling, changes it, sends it back.

The second look is another person's, of higher rank, who took no part before (appeal_queries.bars_to_examine). What comes of an answer
stands in appeal_followers.py.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from amends.cases.hands import check_not_reader
from amends.cases.models import Case, CaseText
from amends.cases.record import verb
from amends.cases.taking import take_life
from amends.cases.texts import clean_words, told
from amends.kernel import clock
from amends.kernel.parties import Party
from amends.kernel.refusals import NoSuchMove, NotYourMove, Unprocessable
from amends.kernel.texts import say
from amends.people.rules import Actor
from amends.rulings.appeal_evidence import counted, judge
from amends.rulings.appeal_queries import NOT_ASKED, OVER, bars_to_examine
from amends.rulings.assigning import is_gone
from amends.rulings.mixing_of import bears_of, outcome_of, parts_for, short_parts
from amends.rulings.models import Appeal
from amends.rulings.queries import AGAINST, FOR
from amends.rulings.rules.assigning import REFUSED, Bar
from amends.rulings.rules.blocks import picked
from amends.rulings.rules.splitting import WHOLE
from amends.rulings.verbs.deciding import LONGEST_CLAUSE, reasons_of_ruling


@dataclass(frozen=True, slots=True)
class Reasons:
    """Why: in words, `words_en` the same in English, and building blocks that stand before them in both languages. `allowed` names the new
    pieces (EV-…) that could not be had before; None leaves them as they were judged."""

    words: str = ""
    words_en: str = ""
    blocks: Sequence[Mapping[str, Any] | str] = field(default=())
    allowed: Collection[str] | None = None


@verb("appeal", "admit")
def admit(ref: str, *, allowed: Collection[str] | None = None, by: Actor) -> Appeal:
    """The first answer: it is worth a full look. `allowed` names the new pieces (EV-…) that could not be had before; the others stay in the
    file and count for nothing. None judges them later.

    Raises NotYourMove for who was not asked or may not examine it, Unprocessable for an unknown piece.
    """
    _, row = _taken(ref, by)
    judge(row, allowed, final=False)
    row.admitted_at = clock.now()
    row.move("admit", by, facts={"appeal": row.ref, **counted(row)})
    row.save(update_fields=["examiner", "new_evidence", "admitted_at"])
    return row


@verb("appeal", "uphold")
def uphold(
    ref: str, *, words: str = "", words_en: str = "", blocks: Sequence[Mapping[str, Any] | str] = (),
    allowed: Collection[str] | None = None, by: Actor,
) -> Appeal:  # fmt: skip
    """The ruling stands, for the reasons given, and is carried out.

    Raises as `admit`, and Unprocessable where reasons lack or a new piece is not judged.
    """
    case, row = _taken(ref, by)
    text = _answered(case, row, Reasons(words, words_en, blocks, allowed), row.review.clause, by)
    row.move("uphold", by, facts={"appeal": row.ref, **counted(row), **_also(row), **told(text)})
    return row


@verb("appeal", "change")
def change(
    ref: str, *, outcome: str = "", clause: str, words: str = "", words_en: str = "", blocks: Sequence[Mapping[str, Any] | str] = (),
    parts: Sequence[Mapping[str, Any]] | None = None, bears: Mapping[str, Any] | None = None,
    allowed: Collection[str] | None = None, by: Actor,
) -> Appeal:  # fmt: skip
    """Another ruling takes its place and is carried out at once: `parts` is its mix (cases.rules.mix), or `outcome` alone gives the claim
    as asked (`for`) or nothing (`against`), to the units that the ruling heard (S5). `bears`: who bears it, in hundredths of a per cent;
    where it is left out, whoever the ruling said where that gave something; {} and a ruling without shares leave it to the merchant.
    Nothing is the consumer's to bear.

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
    row.bears = bears_of(case, _bears(row, bears)) or {(Party.CONSUMER if row.outcome == AGAINST else Party.MERCHANT).value: WHOLE}
    _check_changes(row, told=bool(bears))
    text = _answered(case, row, Reasons(words, words_en, blocks, allowed), rests_on, by)
    row.save(update_fields=["outcome", "clause", "parts", "bears"])
    facts = {"appeal": row.ref, "outcome": row.outcome, "clause": rests_on, "bears": row.bears}
    row.move("change", by, facts={**facts, **counted(row), **_also(row), **told(text)})
    return row


@verb("appeal", "send_back")
def send_back(
    ref: str, *, words: str = "", words_en: str = "", blocks: Sequence[Mapping[str, Any] | str] = (),
    allowed: Collection[str] | None = None, by: Actor,
) -> Appeal:  # fmt: skip
    """The ruling counts no longer; a new review begins, before another arbiter, and its ruling is final (S17). Raises as `uphold`."""
    case, row = _taken(ref, by)
    text = _answered(case, row, Reasons(words, words_en, blocks, allowed), row.review.clause, by)
    row.move("send_back", by, facts={"appeal": row.ref, **counted(row), **_also(row), **told(text)})
    return row


def _taken(ref: str, by: Actor) -> tuple[Case, Appeal]:
    """The appeal, and its examiner: whoever was asked, or, where nobody was or they are gone, the first who may and does. Raises NoSuchMove
    where it is over: whoever was slower reads that, and not what of their answer no longer fits."""
    case, row = take_life(Appeal, ref, by)
    check_not_reader(by)
    if row.is_over:
        raise NoSuchMove(OVER, code="appeal_over")
    if by.party is Party.ARBITER and by.user_id is not None:
        if row.examiner_id not in (None, by.user_id) and not is_gone(row.examiner_id):
            raise NotYourMove(NOT_ASKED, code="not_assigned")
        for bar in bars_to_examine(case, row, by.user_id):
            raise NotYourMove(REFUSED[bar], code="conflict_of_interest" if bar is Bar.PARTY else bar.value)
        row.examiner_id = by.user_id
    return case, row


def _answered(case: Case, row: Appeal, why: Reasons, clause: str, by: Actor) -> CaseText:
    """The final answer is written down: its reasons, and what was made of each new piece."""
    judge(row, why.allowed, final=True)
    row.blocks = picked(why.blocks)
    text, also = reasons_of_ruling(case, row.blocks, (why.words, why.words_en), clause, by, kind="appeal_answer")
    row.answer, row.answer_also = text, also
    row.save(update_fields=["examiner", "new_evidence", "answer", "answer_also", "blocks"])
    return text


def _bears(row: Appeal, told: Mapping[str, Any] | None) -> Mapping[str, Any]:
    """The shares as told; where nobody spoke of them, those of the ruling, so that an answer about the sum moves no cost in silence."""
    if told is not None:
        return told
    return {} if AGAINST in (row.outcome, row.review.outcome) else row.review.bears


def _also(row: Appeal) -> dict[str, str]:
    """The digest of the reasons in English, so that the timeline covers both."""
    return {"digest_en": row.answer_also.digest} if row.answer_also is not None else {}


def _check_changes(row: Appeal, *, told: bool) -> None:
    """Raises Unprocessable where everybody would have, and bear, what the ruling gave already."""
    review = row.review
    same_bears = row.bears == (review.bears or ({review.liable: WHOLE} if review.liable else {}))
    if (row.outcome, row.parts) == (review.outcome, list(review.parts)) and (not told or same_bears):
        same = say("这和原裁决一样，请选择维持裁决。", "That is what the ruling gives already. Uphold it instead.")
        raise Unprocessable.field("outcome", same, code="nothing_changed")


def _clause(clause: str) -> str:
    rests_on = " ".join(clean_words(clause, field="clause", longest=LONGEST_CLAUSE).split())
    if not rests_on:
        raise Unprocessable.field("clause", say("请写明依据的条款。", "Please name the clause that it rests on."), code="required")
    return rests_on
