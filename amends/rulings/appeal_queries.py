"""Reads of appeals: the open one of a case, those that one may see, the list that an examiner works by, and who may examine one."""

from __future__ import annotations

from datetime import datetime

from django.db.models import QuerySet

from amends.cases.models import Case, Deadline, Entry
from amends.kernel import clock
from amends.kernel.parties import Party
from amends.kernel.refs import clean_ref
from amends.kernel.refusals import NotFound
from amends.kernel.texts import Text, say
from amends.people.rules import Actor
from amends.rulings.assigning import bars_of, is_gone, rank_of
from amends.rulings.models import Appeal, Review
from amends.rulings.rules import APPEAL
from amends.rulings.rules.assigning import FOR_GOOD, REFUSED, Bar
from amends.rulings.standing import burdened_by

UNANSWERED = "overdue"
OVER = say("申诉已经答复，或者不再需要答复。", "The appeal is answered, or needs no answer any more.")
BESIDE = ("case", "review", "grounds", "answer", "answer_also", "examiner")
"""What a reader of an appeal reads along."""
NOT_ASKED = say("这份申诉已交给另一位判责员。", "Another arbiter has been asked to examine this appeal.")


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
    return rows.select_related(*BESIDE).order_by("-pk").first()


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
    return rows.select_related(*BESIDE).order_by("-answered_at", "made_at", "pk")


def appeal_by_ref(ref: str, by: Actor) -> Appeal:
    """One appeal. Raises NotFound where `by` may not see its case."""
    found = appeals_seen_by(by).filter(ref=clean_ref(ref) or "").first()
    if found is None:
        raise NotFound
    return found


def rank_to_exceed(review: Review) -> int:
    """The rank above which an examiner of this ruling has to be: that of whoever ruled, and of whoever signed it as second reader."""
    return max(rank_of(review.arbiter_id), rank_of(review.second_reader_id))


def bars_to_examine(case: Case, appeal: Appeal, user_id: int) -> list[Bar]:
    """What keeps this person from examining the appeal, the gravest first. What the examiner on record did in the appeal itself is no
    part taken before."""
    known = set(bars_of(case, [user_id])[user_id]) & FOR_GOOD
    if appeal.examiner_id == user_id:
        known -= {Bar.TOOK_PART}
    if rank_of(user_id) <= rank_to_exceed(appeal.review):
        known.add(Bar.RANK)
    return [bar for bar in Bar if bar in known]


def why_not_examine(appeal: Appeal, by: Actor) -> Text | None:
    """Why this arbiter gives no answer to the appeal, None where they may. Whoever was asked was found fit when they were; once they are
    gone it is whoever's may examine it."""
    if appeal.examiner_id is not None and appeal.examiner_id == by.user_id:
        return None
    if appeal.examiner_id is not None and not is_gone(appeal.examiner_id):
        return NOT_ASKED
    bars = bars_to_examine(appeal.case, appeal, by.user_id or 0)
    return REFUSED[bars[0]] if bars else None


def is_the_others_too(appeal: Appeal) -> bool:
    """Whether the ruling burdens the other side as well, who has spoken to this appeal, or whose own time to appeal is not over: a case has
    one appeal, so this is theirs too."""
    other = next(party for party in (Party.CONSUMER, Party.MERCHANT) if party.value != appeal.side)
    if other not in burdened_by(appeal.review):
        return False
    mine = {"merchant_id": appeal.merchant_id, "case_id": appeal.case_id}
    if Entry.objects.filter(**mine, life=APPEAL.name, life_id=appeal.pk, verb="reply_appeal", party=other.value).exists():
        return True
    return Deadline.objects.filter(**mine, life="case", limit="appeal_window", due_at__gt=clock.now()).exists()


def final_by(appeal: Appeal) -> datetime | None:
    """The instant by which its parties were told that the final answer comes: the whole time of an appeal, from its birth."""
    rows = Deadline.objects.filter(merchant_id=appeal.merchant_id, case_id=appeal.case_id, life="case", limit="appeal_ends")
    return rows.filter(started_at=appeal.made_at).values_list("due_at", flat=True).first()


def unanswered(since: datetime) -> QuerySet[Entry]:
    """The lines by which silence answered an appeal since then: each is a breach of ours."""
    return Entry.objects.filter(
        life=APPEAL.name, verb="uphold", party=Party.CLOCK.value, came_from=UNANSWERED, made_at__gte=since
    ).order_by("made_at", "number")
