"""An appeal as a page or a program shows it: who appealed and why, what is new, who answers by when, and what was answered."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from amends.cases.models import Case, CaseText, ClaimedUnit, Deadline, Entry
from amends.cases.rules.mix import FREIGHT_AND_PACKAGING, NONE, POINTS, Part, from_rows
from amends.cases.words import stage_name
from amends.faces.case_view import money_text, words_of_silence
from amends.kernel.parties import NAMES, Party
from amends.kernel.texts import Text, say
from amends.people.rules import Actor
from amends.policy.rules.facts import REMEDY_NAMES, Remedy
from amends.rulings.appeal_queries import appeal_of, final_by
from amends.rulings.appealing import ENTERED
from amends.rulings.models import Appeal, Review
from amends.rulings.queries import ERASED, OUTCOMES, unbound_ruling
from amends.rulings.rules import APPEAL

KINDS: dict[str, Text] = {
    **{remedy.value: name for remedy, name in REMEDY_NAMES.items()},
    NONE: say("不给付", "nothing"), FREIGHT_AND_PACKAGING: say("运费或包装费", "freight or packaging"), POINTS: say("积分", "points"),
}  # fmt: skip
FOR_A_UNIT = (NONE, *(remedy.value for remedy in (Remedy.REFUND_ONLY, Remedy.RETURN_REFUND, Remedy.EXCHANGE, Remedy.RESEND, Remedy.REPAIR)))


@dataclass(frozen=True, slots=True)
class Piece:
    """A file that was not in the review. `taken`: None until the examiner judged whether it could be had before. `why` '': erased."""

    evidence: str
    why: str
    taken: bool | None


@dataclass(frozen=True, slots=True)
class Reply:
    """What a side said to the appeal."""

    party: str
    words: str
    at: datetime


@dataclass(frozen=True, slots=True)
class AppealView:
    """One appeal for one reader. `next_by` and `silence` are of the answer that is due, None when it is over; `final_by` was promised.

    `examiner` is named to the platform alone. `outcome`, `gives`, `bears` (hundredths of a per cent) only where the ruling was changed.
    """

    ref: str
    case: str
    review: str
    stage: str
    stage_name: Text
    is_over: bool
    side: str
    side_name: Text
    entered_from: str
    entered_words: Text
    grounds: str
    pieces: tuple[Piece, ...]
    replies: tuple[Reply, ...]
    examiner: str
    lodged_at: datetime
    next_by: datetime | None
    silence: Text | None
    final_by: datetime | None
    answered_at: datetime | None
    answer: Text | None
    outcome: str
    outcome_name: Text | None
    clause: str
    gives: tuple[Text, ...]
    bears: Mapping[str, int]
    unanswered: bool
    may: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class HeardUnit:
    """A unit that a changed ruling has to speak of."""

    id: int
    name: Text
    number: int


def appeal_view(row: Appeal, by: Actor) -> AppealView:
    """This appeal as `by` reads it; that they may see its case was asked before. Five queries."""
    mine = {"merchant_id": row.merchant_id, "case_id": row.case_id}
    texts = {text.pk: text for text in CaseText.objects.filter(**mine, kind__in=["appeal_why", "appeal_reply"]).order_by("pk")}
    limit = Deadline.objects.filter(**mine, life=APPEAL.name, life_id=row.pk, ended_at__isnull=True).first()
    silent = row.is_over and Entry.objects.filter(**mine, life=APPEAL.name, verb="uphold", party=Party.CLOCK.value).exists()
    staff = by.sees_everything
    return AppealView(
        ref=row.ref, case=row.case.ref, review=row.review.ref, stage=row.stage, stage_name=stage_name(APPEAL.name, row.stage),
        is_over=row.is_over, side=row.side, side_name=NAMES[Party(row.side)], entered_from=row.entered_from,
        entered_words=ENTERED[row.entered_from], grounds=row.grounds.body if row.grounds else "",
        pieces=tuple(_piece(one, texts) for one in row.new_evidence),
        replies=tuple(Reply(one.party, one.body, one.made_at) for one in texts.values() if one.kind == "appeal_reply"),
        examiner=(row.examiner.name or row.examiner.email) if staff and row.examiner else "", lodged_at=row.made_at,
        next_by=limit.due_at if limit else None, silence=words_of_silence(limit.limit, limit.silence) if limit else None,
        final_by=final_by(row), answered_at=row.answered_at, answer=_answer(row), outcome=row.outcome,
        outcome_name=OUTCOMES.get(row.outcome), clause=row.clause, gives=tuple(parts_in_words(row.case, from_rows(row.parts))),
        bears=dict(row.bears), unanswered=silent, may=_may(row, by),
    )  # fmt: skip


def shown_of(case: Case, by: Actor, lives: Collection[str] = (APPEAL.name,)) -> dict[str, object]:
    """For the page of a case with these lives: its appeal, if it ever had one, and whether `by` may appeal now."""
    row = appeal_of(case) if APPEAL.name in lives else None
    return {"appeal": appeal_view(row, by) if row else None, "may_appeal": case.may("appeal", by)}


def heard_of(review: Review) -> list[HeardUnit]:
    """The units that the ruling heard, in order."""
    rows = ClaimedUnit.objects.filter(merchant_id=review.merchant_id, case_id=review.case_id, unit_id__in=review.heard)
    return [
        HeardUnit(row.unit_id, say(row.line.name_zh, row.line.name_en), row.unit.number)
        for row in rows.select_related("line", "unit").order_by("line_id", "unit__number")
    ]


def appealable(case: Case) -> Review | None:
    """The ruling that an appeal now would be against, if any."""
    return unbound_ruling(case)


def parts_in_words(case: Case, parts: Sequence[Part]) -> list[Text]:
    """Each part of a mix in a few words: what, for how many pieces, how much."""
    return [_part(case, part) for part in parts]


def _part(case: Case, part: Part) -> Text:
    what = KINDS[part.remedy]
    pieces = say("{what}，{n} 件", "{what}, units: {n}", what=what, n=len(part.units)) if part.units else what
    if part.amount_minor is None or part.remedy == NONE:
        return pieces
    return say("{what}，{sum}", "{what}, {sum}", what=pieces, sum=money_text(part.amount_minor, _unit(case, part)))


def _unit(case: Case, part: Part) -> str:
    return POINTS if part.remedy == POINTS else case.currency


def _piece(told: Mapping[str, object], texts: Mapping[int, CaseText]) -> Piece:
    text, taken = texts.get(int(str(told["why"]))), told["taken"]
    return Piece(str(told["evidence"]), text.body if text else "", taken if isinstance(taken, bool) else None)


def _answer(row: Appeal) -> Text | None:
    if row.answer is None:
        return None
    if not row.answer.body:
        return ERASED
    also = row.answer_also.body if row.answer_also is not None else ""
    return Text(row.answer.body, also or row.answer.body)


def _may(row: Appeal, by: Actor) -> tuple[str, ...]:
    speaks = not row.is_over and by.party in (Party.CONSUMER, Party.MERCHANT) and not by.only_reads
    return (*row.offered(by), *(("reply_appeal",) if speaks else ()))
