"""How a case ends: when nothing of it is open any more, it is completed by the platform, from a job that may come late or twice."""

from __future__ import annotations

from amends.cases import hooks
from amends.cases.life import LifeRow
from amends.cases.models import Case, Deadline, Entry, Grant
from amends.cases.record import an_act
from amends.cases.taking import take_case_of
from amends.kernel.refusals import NoSuchMove
from amends.kernel.texts import say
from amends.people.rules import PLATFORM, Actor
from amends.plumbing.shards import WHOLE, Shard


@an_act
def complete_if_done(case_id: int) -> bool:
    """The case is closed if nothing of it is open (S3); False where something is, or where it was closed before."""
    case = take_case_of(case_id)
    if not case.may("complete", PLATFORM):
        return False
    done = Grant.objects.filter(merchant_id=case.merchant_id, case_id=case.pk, stage="done").count()
    case.move("complete", PLATFORM, facts={"granted_units": done})
    return True


def sweep(*, most: int = 200, shard: Shard = WHOLE) -> int:
    """Cases in which nothing runs any more but the case's own backstop are completed, should the job that does so have been lost."""
    alone = Deadline.objects.filter(life="case", backstop=True, ended_at__isnull=True, paused_since__isnull=True)
    waiting = shard.rows(alone).order_by("pk").values_list("case_id", flat=True)[:most]
    return sum(complete_if_done(case_id) for case_id in list(waiting))


def hear_of_end(entry: Entry) -> None:
    """Listener: something of the case ended; perhaps it was the last."""
    complete_if_done(entry.case_id)


def what_is_open(case: Case) -> list[str]:
    """The lives that hold a case open, as `life.stage`; empty where it may complete."""
    return [life for asked in hooks.HOLDS_OPEN for life in asked(case)]


def is_something_open(case: Case) -> bool:
    """Whether anything holds the case open; the packages are asked one after the other, until one says yes."""
    return any(asked(case) for asked in hooks.HOLDS_OPEN)


def nothing_open(case: LifeRow, by: Actor) -> None:
    """Guard of `complete` (S3)."""
    assert isinstance(case, Case)  # noqa: S101 - wiring binds this to moves of cases alone
    if is_something_open(case):
        raise NoSuchMove(say("还有没办完的事，售后单不能结束。", "Something of this case is still open."), code="still_open")


def open_grants_of(case: Case) -> list[str]:
    """The grants that are neither delivered nor void."""
    rows = Grant.objects.filter(merchant_id=case.merchant_id, case_id=case.pk, stage__in=["owed", "doing"])
    return [f"grant.{stage}" for stage in rows.values_list("stage", flat=True)]
