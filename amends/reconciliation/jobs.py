"""What the machine does about statements by itself: asks every gateway once a day, compares, reminds of what is not explained.

Days are the platform's own (TIME_ZONE). A day that was missed is taken up, the oldest first; one that failed is tried again every hour.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import structlog
from django.conf import settings

from amends.kernel import clock
from amends.kernel.refusals import Conflict
from amends.people.rules import PLATFORM
from amends.plumbing import jobs
from amends.plumbing.payments import choosing
from amends.plumbing.payments.port import GatewayUnreachable
from amends.reconciliation.models import Run, Statement
from amends.reconciliation.verbs.comparing import compare, compare_statement, note_failure
from amends.reconciliation.verbs.explaining import remind
from amends.reconciliation.verbs.taking import ask

log = structlog.get_logger(__name__)
AGAIN_AFTER = timedelta(hours=1)
DAY = timedelta(days=1)
MOST_DAYS_BACK = 30


@jobs.task("compare_statement")
def compare_stored(statement_id: int) -> None:
    """Job: a statement that came in is set beside our books."""
    compare_statement(Statement.objects.get(pk=statement_id))


@jobs.task("reconcile_day", queue="default")
def reconcile_day(gateway: str, since: str, until: str) -> None:
    """Job: the gateway's statement of [since, until) is taken and compared; `since` "" means ever. What fails is on record as a Run."""
    ends = datetime.fromisoformat(until)
    begins = datetime.fromisoformat(since) if since else None
    try:
        ask(gateway, since=begins, until=ends, by=PLATFORM, compare=False)
    except GatewayUnreachable as wrong:
        note_failure(gateway, begins or ends - DAY, ends, str(wrong))
        return
    except Conflict as refused:
        if refused.code != "taken_before":
            # A Run holds one text for readers of either language.
            note_failure(gateway, begins or ends - DAY, ends, " / ".join(refused.text.both().values()))
            return
    compare(gateway, begins or _ever(gateway, ends), ends, by=PLATFORM)


def _ever(gateway: str, ends: datetime) -> datetime:
    """From when on the statement until `ends` tells that was asked for as of ever."""
    asked = Statement.objects.filter(gateway=gateway, source="asked", covers_until=ends)
    return asked.order_by("covers_from").values_list("covers_from", flat=True)[0]


def daily() -> list[str]:
    """Every gateway that is set up and whose yesterday is not in yet has a job; answers their names. Differences are reminded of."""
    remind()
    return [name for name, stands in choosing.set_up().items() if stands.ready and _begin(name, simulated=stands.simulated)]


def _begin(gateway: str, *, simulated: bool) -> bool:
    today = day_of(clock.now())
    last = (
        Statement.objects.filter(gateway=gateway, source="asked").order_by("-covers_until").values_list("covers_until", flat=True).first()
    )
    if last is not None and last >= today:
        return False
    oldest = today - MOST_DAYS_BACK * DAY
    since = max(last, oldest) if last else today - DAY
    until = min(day_of(since) + DAY, today)
    failed = Run.objects.filter(gateway=gateway, covers_until=until, made_at__gt=clock.now() - AGAIN_AFTER).exclude(failed="")
    if failed.exists() or jobs.waiting("reconcile_day", "gateway", [gateway]):
        return False
    # A simulator's book began with this installation: the first statement is all of it.
    begins = "" if simulated and last is None else since.isoformat()
    jobs.later("reconcile_day", gateway=gateway, since=begins, until=until.isoformat())
    return True


def day_of(at: datetime) -> datetime:
    """The beginning of that day where the platform is, in UTC."""
    local = at.astimezone(ZoneInfo(settings.TIME_ZONE)).replace(hour=0, minute=0, second=0, microsecond=0)
    return local.astimezone(clock.now().tzinfo)
