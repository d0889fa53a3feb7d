"""`amends prepare`: the rows that every installation needs, brought up to date: calendar days and the months of the partitioned tables."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.core.management.base import BaseCommand

from amends.kernel import clock
from amends.management.commands.clock import make_months
from amends.policy.calendar_sources import cn_days
from amends.policy.models import CalendarDay

BACK, AHEAD = 2, 3


class Command(BaseCommand):
    help = "Load the official and provisional calendar days, and make this and the next two months' partitions. May be run again."

    def handle(self, *args: Any, **options: Any) -> None:
        today = clock.now().date()
        loaded = load_days(date(today.year - BACK, 1, 1), date(today.year + AHEAD, 12, 31))
        make_months(today)
        if options["verbosity"]:
            self.stdout.write(f"{loaded} calendar days are known.")


def load_days(first: date, last: date) -> int:
    """China's days between the two are rows as the newest sources have them; answers how many there are."""
    days = list(cn_days(first, last))
    known = set(CalendarDay.objects.filter(calendar="cn").values_list("day", "kind", "official", "source"))
    changed = [d for d in days if (d.day, d.kind.value, d.official, d.source) not in known]
    CalendarDay.objects.bulk_create(
        (CalendarDay(calendar="cn", day=d.day, kind=d.kind.value, official=d.official, source=d.source) for d in changed),
        update_conflicts=True,
        unique_fields=["calendar", "day"],
        update_fields=["kind", "official", "source"],
    )
    return len(days)
