"""`amends clock`: the process that stands in for the silent. Several may run; each takes its shard of the merchants."""

from __future__ import annotations

import signal
import threading
from argparse import ArgumentParser
from datetime import date, timedelta
from typing import Any

import structlog
from django.core.management.base import BaseCommand
from django.db import DatabaseError, close_old_connections, connection

from amends.cases import clockwork
from amends.cases.verbs import ending
from amends.kernel import clock
from amends.notices.verbs import sending
from amends.notices.webhooks import releasing as webhooks
from amends.plumbing import live
from amends.plumbing.idempotency import forget_old
from amends.plumbing.models import Beat
from amends.plumbing.shards import Shard
from amends.refunds.jobs import collect_answers

log = structlog.get_logger(__name__)
EVERY_SECONDS = 1.0
HOUSEKEEPING = 600
SWEEPS = 30
"""A case that has ended and was not told so (its job is lost, or waits for a retry) is found within half a minute."""
ANSWERS_AFTER = timedelta(seconds=5)
ANSWERS_WITHIN = timedelta(seconds=5)
"""One call to a gateway that hangs lasts ten seconds more; deadlines bear sixty."""


class Command(BaseCommand):
    help = "Once a second: fire deadlines as they fall due, remind before, hand out messages, and ask the gateway for late answers."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--shard", type=int, default=0, help="which part of the merchants this clock serves (from 0)")
        parser.add_argument("--shards", type=int, default=1, help="how many clocks share the work")

    def handle(self, *args: Any, shard: int, shards: int, **options: Any) -> None:
        stop = threading.Event()
        for sign in (signal.SIGTERM, signal.SIGINT):
            signal.signal(sign, lambda *_: stop.set())
        ticks = 0
        while not stop.is_set():
            try:
                self.tick(ticks, Shard(shard, shards))
            except DatabaseError:
                # The server may be restarting: the next second tries again with a new connection, and nothing due is lost by waiting.
                log.exception("clock cannot reach the database")
                connection.close()
            ticks += 1
            stop.wait(EVERY_SECONDS)

    def tick(self, ticks: int, shard: Shard) -> None:
        """One second's work."""
        close_old_connections()
        while clockwork.tick(shard=shard) >= clockwork.BATCH:
            pass
        clockwork.warn_due(shard=shard)
        while webhooks.release(shard=shard) >= webhooks.BATCH:
            pass
        while sending.release(shard=shard) >= sending.MOST:
            pass
        collect_answers(older_than=ANSWERS_AFTER, shard=shard, within=ANSWERS_WITHIN)
        if ticks % SWEEPS == 0:
            ending.sweep(shard=shard)
        if shard.number == 0 and ticks % HOUSEKEEPING == 0:
            make_months(clock.now().date())
            forget_old()
            live.forget_old()
            webhooks.forget_old()
        name = "clock" if shard.of == 1 else f"clock-{shard.number}"
        Beat.objects.update_or_create(name=name, defaults={"at": clock.machine_now(), "facts": {}})


def make_months(today: date) -> None:
    """The partitions of this month and the next two are there."""
    with connection.cursor() as cursor:
        for ahead in range(3):
            first = date(today.year + (today.month - 1 + ahead) // 12, (today.month - 1 + ahead) % 12 + 1, 1)
            for parent in ("cases_entry", "notices_notice", "notices_message"):
                cursor.execute("SELECT amends_make_month(%s, %s)", [parent, first])
