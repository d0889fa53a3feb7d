"""`amends web`: pages and API by gunicorn, in the foreground. Migrations, worker and clock are not its business (see `serve`)."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from gunicorn.app.base import BaseApplication

from amends.plumbing.machine import bind_address, port


class Web(BaseApplication):  # type: ignore[misc]  # gunicorn carries no types
    """gunicorn with our settings instead of its command line. Threads, since a request waits for the database more than it computes."""

    def __init__(self, options: dict[str, Any]) -> None:
        self.options = options
        super().__init__()

    def load_config(self) -> None:
        """Our settings replace gunicorn's own."""
        for name, value in self.options.items():
            self.cfg.set(name, value)

    def load(self) -> Callable[..., Any]:
        """The application, made in each worker."""
        from amends.wsgi import application  # noqa: PLC0415 - after the fork: what it opens must not be shared

        return application


class Command(BaseCommand):
    """Ends gracefully on SIGTERM: requests in hand are answered first."""

    help = "Serves pages and API on AMENDS_BIND:AMENDS_PORT (127.0.0.1:8000) until it is asked to stop."
    requires_system_checks: list[str] = []  # they would open a connection that the workers inherit

    def add_arguments(self, parser: CommandParser) -> None:
        """How much of the machine it takes."""
        parser.add_argument("--workers", type=int, default=int(os.environ.get("AMENDS_WEB_WORKERS") or 2), help="processes (2)")
        parser.add_argument("--threads", type=int, default=int(os.environ.get("AMENDS_WEB_THREADS") or 8), help="threads a process (8)")

    def handle(self, *args: Any, **options: Any) -> None:
        """Serves until SIGTERM or SIGINT."""
        memory = Path("/dev/shm")  # noqa: S108 - gunicorn's heartbeat file; on a disk it can block a worker
        settings = {
            "bind": f"{bind_address()}:{port()}",
            "worker_class": "gthread",
            "workers": options["workers"],
            "threads": options["threads"],
            "timeout": 60,
            "graceful_timeout": 20,
            "keepalive": 5,
            "proc_name": "amends web",
            "worker_tmp_dir": str(memory) if os.access(memory, os.W_OK) else None,
            "control_socket_disable": True,
        }
        Web(settings).run()
