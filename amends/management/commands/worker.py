"""`amends worker`: runs the jobs that verbs left behind. Any number may run beside each other, on any number of machines."""

from __future__ import annotations

import os
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from procrastinate import PsycopgConnector
from procrastinate.contrib.django import app
from procrastinate.contrib.django.utils import connector_params

from amends.plumbing.beats import beating
from amends.plumbing.jobs import HEARTBEAT, SILENT_FOR

GRACE = 20  # seconds that running jobs get when the worker is asked to stop


class Command(BaseCommand):
    """Jobs that are done leave no row: what happened stands in the timeline. The worker's own book-keeping needs no fsync: a job runs at
    least once anyway. Jobs use Django's connection, which does."""

    help = "Runs jobs until it is asked to stop; those in hand are finished first."

    def add_arguments(self, parser: CommandParser) -> None:
        """How much it does at once."""
        parser.add_argument("--concurrency", type=int, default=int(os.environ.get("AMENDS_WORKER_JOBS") or 4), help="jobs at once (4)")

    def handle(self, *args: Any, **options: Any) -> None:
        """Works until SIGTERM or SIGINT."""
        parameters = {**connector_params(), "options": "-c synchronous_commit=off"}
        with app.replace_connector(PsycopgConnector(kwargs=parameters)) as working, beating("worker"):
            working.run_worker(
                concurrency=options["concurrency"],
                shutdown_graceful_timeout=GRACE,
                update_heartbeat_interval=HEARTBEAT,
                stalled_worker_timeout=SILENT_FOR,
                delete_jobs="successful",
            )
