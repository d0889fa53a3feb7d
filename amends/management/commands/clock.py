"""`amends clock`: the process that stands in for the silent. Several may run; each takes its shard of the merchants."""

from __future__ import annotations

import signal
import threading
from argparse import ArgumentParser
from collections.abc import Callable
from contextlib import suppress
from datetime import date, timedelta
from functools import partial
from typing import Any

import structlog
from django.core.management.base import BaseCommand
from django.db import DatabaseError, close_old_connections, connection

from amends.approvals import lapsing
from amends.cases import clockwork
from amends.cases.verbs import ending
from amends.compensation import clockwork as vouchers
from amends.kernel import clock
from amends.liability import clockwork as deductions
from amends.notices.verbs import sending, stamps
from amends.notices.webhooks import releasing as webhooks
from amends.plumbing import jobs, live
from amends.plumbing.idempotency import forget_old
from amends.plumbing.models import Beat
from amends.plumbing.shards import Shard
from amends.reconciliation.jobs import daily as ask_for_statements
from amends.refunds import pushes
from amends.refunds.jobs import collect_answers
from amends.replacements import debts
from amends.sealing import exporting, stamping
from amends.shipping import jobs as tracks
from amends.shipping import pushes as carrier_pushes

log = structlog.get_logger(__name__)
EVERY_SECONDS = 1.0
HOUSEKEEPING = 600
DAILY = 86_400
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
            self.tick(ticks, Shard(shard, shards))
            ticks += 1
            stop.wait(EVERY_SECONDS)

    def tick(self, ticks: int, shard: Shard) -> None:
        """One second's work. Its parts know nothing of each other's faults: one that fails is logged and tried again in a second."""
        close_old_connections()
        failed = []
        for name, part in self.parts(ticks, shard):
            try:
                part()
            except Exception:
                # The server may be restarting, or one row be broken: nothing due is lost by waiting, and no other part waits for it.
                log.exception("a part of the clock's second failed", part=name)
                connection.close_if_unusable_or_obsolete()
                failed.append(name)
        with suppress(DatabaseError):
            beat = "clock" if shard.of == 1 else f"clock-{shard.number}"
            Beat.objects.update_or_create(name=beat, defaults={"at": clock.machine_now(), "facts": {"failed": failed} if failed else {}})

    def parts(self, ticks: int, shard: Shard) -> list[tuple[str, Callable[[], Any]]]:
        """What is to be done in this second, deadlines first, in the order of what waiting would cost."""
        parts: list[tuple[str, Callable[[], Any]]] = [
            ("deadlines", partial(_drain, partial(clockwork.tick, shard=shard), clockwork.BATCH)),
            ("reminders", partial(clockwork.warn_due, shard=shard)),
            ("vouchers", partial(vouchers.tick, shard=shard)),
            ("messages", partial(_drain, partial(sending.release, shard=shard), sending.MOST)),
            ("webhooks", partial(_drain, partial(webhooks.release, shard=shard), webhooks.BATCH)),
            ("deductions", partial(_drain, partial(deductions.deduct_all, shard=shard), deductions.BATCH)),
            ("answers", partial(collect_answers, older_than=ANSWERS_AFTER, shard=shard, within=ANSWERS_WITHIN)),
        ]
        if ticks % SWEEPS == 0:
            parts.append(("ended cases", partial(ending.sweep, shard=shard)))
            parts.append(("approvals", partial(lapsing.tick, shard)))
            parts.append(("contested deductions", partial(deductions.call_all, shard=shard)))
            parts.append(("tracks", partial(tracks.poll_due, shard=shard)))
            parts.append(("debts", partial(debts.remind_due, shard=shard)))
            if shard.number == 0:
                parts.append(("pushes of gateways", pushes.sweep_events))
                parts.append(("pushes of carriers", carrier_pushes.sweep_pushes))
        if shard.number == 0 and ticks % HOUSEKEEPING == 0:
            parts += [
                ("months", lambda: make_months(clock.now().date())),
                ("failed jobs", jobs.take_up_failed),
                ("old answers", forget_old),
                ("old changes", live.forget_old),
                ("old deliveries", webhooks.forget_old),
                ("statements", ask_for_statements),
                ("time stamps", stamping.sweep),
                ("missing time stamps", stamps.tell_of_missing_stamps),
            ]
        if shard.number == 0 and ticks % DAILY == 0:
            parts.append(("old proof files", exporting.forget_old))
            parts.append(("old pushes of gateways", partial(_drain, pushes.forget_old, pushes.FORGOTTEN_AT_ONCE)))
            parts.append(("old pushes of carriers", partial(_drain, carrier_pushes.forget_old, carrier_pushes.FORGOTTEN_AT_ONCE)))
        return parts


def _drain(batch: Callable[[], int], most: int) -> None:
    while batch() >= most:
        pass


def make_months(today: date) -> None:
    """The partitions of this month and the next two are there."""
    with connection.cursor() as cursor:
        for ahead in range(3):
            first = date(today.year + (today.month - 1 + ahead) // 12, (today.month - 1 + ahead) % 12 + 1, 1)
            for parent in ("cases_entry", "notices_notice", "notices_message"):
                cursor.execute("SELECT amends_make_month(%s, %s)", [parent, first])
