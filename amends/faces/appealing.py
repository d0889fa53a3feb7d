"""An appeal as a page or a program shows it: who appealed and why, what is new, who answers by when, and what was answered."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q

from amends.cases.models import Case, CaseText, Deadline, Entry
from amends.cases.rules.mix import POINTS, Part, from_rows
from amends.cases.words import stage_name
from amends.faces.case_view import money_text, words_of_silence
from amends.kernel.limits import Limit
from amends.kernel.parties import NAMES, Party
from amends.kernel.texts import Text, say
from amends.people.rules import Actor
from amends.rulings.appeal_queries import appeal_of, why_not_examine
from amends.rulings.appealing import CALLER, ENTERED
from amends.rulings.citing import cited
from amends.rulings.judged import PartView, part_views
from amends.rulings.models import Appeal, Review
from amends.rulings.queries import ERASED, OUTCOMES, unbound_ruling
from amends.rulings.rules import APPEAL
from amends.rulings.rules.splitting import per_cent


@dataclass(frozen=True, slots=True)
class Piece:
    """A file that was not in the review, and whose it is. `taken`: None until the examiner judged whether it could be had before. `why` ''
    where it was erased."""

    evidence: str
    party: str
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

    `examiner` is named to the platform alone, `caller` (who called or wrote, '' where erased) to it and that side; `came_at`: when, None
    where the side lodged it itself. `not_mine`: why this arbiter gives no answer. `outcome`, `gives`, `bears` (hundredths of a per cent),
    `clause` and the same in words (`rests_on`) only where the ruling was changed.
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
    came_at: datetime | None
    caller: str
    grounds: str
    pieces: tuple[Piece, ...]
    replies: tuple[Reply, ...]
    examiner: str
    not_mine: Text | None
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
    rests_on: Mapping[str, Text | str] | None = None

    @property
    def shares(self) -> list[tuple[str, str]]:
        """Who bears what the changed ruling gives, as people write shares."""
        return [(party, per_cent(bps)) for party, bps in self.bears.items()] if self.gives else []


@dataclass(slots=True)
class _Beside:
    """What stands beside some appeals, by case: their texts and lines; by appeal the limit that runs, and the answer that was promised."""

    texts: dict[int, list[CaseText]]
    lines: dict[int, list[Entry]]
    limits: dict[int, Deadline]
    promised: dict[int, datetime]


def appeal_view(row: Appeal, by: Actor) -> AppealView:
    """This appeal as `by` reads it; that they may see its case was asked before."""
    return appeal_views([row], by)[0]


def appeal_views(rows: Sequence[Appeal], by: Actor) -> list[AppealView]:
    """These appeals as `by` reads them; that they may see their cases was asked before. Four queries, and those of `may` for each."""
    beside = _beside(rows)
    return [_view(row, by, beside) for row in rows]


def _beside(rows: Sequence[Appeal]) -> _Beside:
    mine = {"merchant_id__in": {row.merchant_id for row in rows}, "case_id__in": {row.case_id for row in rows}}
    told = Q(life="case", verb="appeal") | Q(life=APPEAL.name, verb="uphold", party=Party.CLOCK.value)
    texts = CaseText.objects.filter(**mine, kind__in=["appeal_why", "appeal_reply", CALLER]).order_by("pk")
    lines = Entry.objects.filter(told, **mine).order_by("number")
    open_ones = Deadline.objects.filter(**mine, life=APPEAL.name, life_id__in=[row.pk for row in rows], ended_at__isnull=True)
    promised = Deadline.objects.filter(**mine, life="case", limit="appeal_ends").order_by("pk").values_list("case_id", "due_at")
    found = _Beside({}, {}, {limit.life_id: limit for limit in open_ones}, dict(promised))
    for text in texts:
        found.texts.setdefault(text.case_id, []).append(text)
    for line in lines:
        found.lines.setdefault(line.case_id, []).append(line)
    return found


def _view(row: Appeal, by: Actor, beside: _Beside) -> AppealView:
    texts = beside.texts.get(row.case_id, [])
    lines = beside.lines.get(row.case_id, [])
    limit, staff = beside.limits.get(row.pk), by.sees_everything
    not_mine = why_not_examine(row, by) if by.party is Party.ARBITER and not row.is_over else None
    return AppealView(
        ref=row.ref, case=row.case.ref, review=row.review.ref, stage=row.stage, stage_name=stage_name(APPEAL.name, row.stage),
        is_over=row.is_over, side=row.side, side_name=NAMES[Party(row.side)], entered_from=row.entered_from,
        entered_words=ENTERED[row.entered_from], came_at=_came_at(lines),
        caller=next((one.body for one in texts if one.kind == CALLER), "") if staff or by.party.value == row.side else "",
        grounds=row.grounds.body if row.grounds else "", pieces=tuple(_piece(one, texts) for one in row.new_evidence),
        replies=tuple(Reply(one.party, one.body, one.made_at) for one in texts if one.kind == "appeal_reply"),
        examiner=(row.examiner.name or row.examiner.email) if staff and row.examiner else "", not_mine=not_mine, lodged_at=row.made_at,
        next_by=limit.due_at if limit else None, silence=words_of_silence(limit.limit, limit.silence) if limit else None,
        final_by=beside.promised.get(row.case_id), answered_at=row.answered_at, answer=_answer(row), outcome=row.outcome,
        outcome_name=OUTCOMES.get(row.outcome), clause=row.clause, gives=tuple(parts_in_words(row.case, from_rows(row.parts))),
        bears=dict(row.bears), unanswered=any(line.life == APPEAL.name for line in lines), may=() if not_mine else _may(row, by),
        rests_on=cited(row.case, row.clause).chip if row.clause else None,
    )  # fmt: skip


def _came_at(lines: Sequence[Entry]) -> datetime | None:
    told = next((line.facts["came_at"] for line in lines if "came_at" in line.facts), None)
    return datetime.fromisoformat(told) if told else None


def shown_of(case: Case, by: Actor, lives: Collection[str] = (APPEAL.name,)) -> dict[str, object]:
    """For the page of a case with these lives: its appeal, if it ever had one, whether `by` may appeal now, and within which time that
    would be answered."""
    row = appeal_of(case) if APPEAL.name in lives else None
    return {
        "appeal": appeal_view(row, by) if row else None, "may_appeal": case.may("appeal", by),
        "appeal_within": Limit.parse(case.terms.raw["limits"]["appeal_ends"]).in_words(),
    }  # fmt: skip


def ruling_shown(case: Case) -> Review | None:
    """The ruling that the page of an appeal speaks of: the one that was appealed, or that could be now."""
    row = appeal_of(case)
    return row.review if row is not None else unbound_ruling(case)


def parts_in_words(case: Case, parts: Sequence[Part]) -> list[Text]:
    """Each part of a mix in a few words: what, for which articles, how much."""
    return [_part(case, part) for part in part_views(case, parts)]


def _part(case: Case, part: PartView) -> Text:
    what = part.name
    if part.units:
        units = Text("、".join(one.into("zh") for one in part.units), ", ".join(one.into("en") for one in part.units))
        what = say("{what}：{units}", "{what}: {units}", what=what, units=units)
    minor, unit = (part.points, POINTS) if part.points is not None else (part.amount_minor, case.currency)
    return say("{what}，{sum}", "{what}, {sum}", what=what, sum=money_text(minor, unit)) if minor is not None else what


def _piece(told: Mapping[str, Any], texts: Sequence[CaseText]) -> Piece:
    why = next((text.body for text in texts if text.pk == told["why"]), "")
    return Piece(told["evidence"], told["party"], why, told["taken"])


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
