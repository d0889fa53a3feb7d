"""Reads of appeals: the open one of a case, those that one may see, and the list that an examiner works by."""

from __future__ import annotations

from datetime import datetime

from django.db.models import QuerySet

from amends.cases.models import Case, Deadline, Entry
from amends.kernel.parties import Party
from amends.kernel.refs import clean_ref
from amends.kernel.refusals import NotFound
from amends.people.rules import Actor
from amends.rulings.models import Appeal
from amends.rulings.rules import APPEAL

UNANSWERED = "overdue"


def open_lives(case: Case) -> list[str]:
    """The appeal that holds the case open (S3), as `life.stage`."""
    rows = Appeal.objects.filter(merchant_id=case.merchant_id, case_id=case.pk, stage__in=APPEAL.open_stages)
    return [f"appeal.{stage}" for stage in rows.values_list("stage", flat=True)]


def open_appeal(case: Case) -> Appeal | None:
    """The one appeal that waits for an answer, if any."""
    return Appeal.objects.filter(merchant_id=case.merchant_id, case_id=case.pk, stage__in=APPEAL.open_stages).first()


def appeal_of(case: Case) -> Appeal | None:
    """The one appeal that the case ever had, if any (S17), with what it is about."""
    rows = Appeal.objects.filter(merchant_id=case.merchant_id, case_id=case.pk)
    return rows.select_related("case", "review", "grounds", "answer", "answer_also", "examiner").order_by("-pk").first()


def appeals_seen_by(by: Actor, *, stage: str = "", mine: bool = False) -> QuerySet[Appeal]:
    """The appeals of the cases that `by` may see, the open ones first and of them the longest waiting; `mine`: those to examine by them,
    and those that are nobody's."""
    rows = Appeal.objects.filter(case_id__in=Case.objects.visible_to(by).values("id"))
    if stage:
        rows = rows.filter(stage=stage)
    if mine:
        rows = rows.filter(stage__in=APPEAL.open_stages, examiner_id__in=[by.user_id]) | rows.filter(
            stage__in=APPEAL.open_stages, examiner_id__isnull=True
        )
    return rows.select_related("case", "review", "examiner").order_by("-answered_at", "made_at", "pk")


def appeal_by_ref(ref: str, by: Actor) -> Appeal:
    """One appeal. Raises NotFound where `by` may not see its case."""
    rows = appeals_seen_by(by).select_related("case", "review", "grounds", "answer", "answer_also", "examiner")
    found = rows.filter(ref=clean_ref(ref) or "").first()
    if found is None:
        raise NotFound
    return found


def final_by(appeal: Appeal) -> datetime | None:
    """The instant by which its parties were told that the final answer comes: the whole time of an appeal, from its birth."""
    rows = Deadline.objects.filter(merchant_id=appeal.merchant_id, case_id=appeal.case_id, life="case", limit="appeal_ends")
    return rows.filter(started_at=appeal.made_at).values_list("due_at", flat=True).first()


def unanswered(since: datetime) -> QuerySet[Entry]:
    """The lines by which silence answered an appeal since then: each is a breach of ours."""
    return Entry.objects.filter(
        life=APPEAL.name, verb="uphold", party=Party.CLOCK.value, came_from=UNANSWERED, made_at__gte=since
    ).order_by("made_at", "number")
