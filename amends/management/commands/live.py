"""`amends live`: the streams of open pages, in the foreground. Any number may run; a page that loses one comes back to another."""

from __future__ import annotations

import os
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from amends.kernel.texts import say
from amends.live.app import Bounds
from amends.live.serving import serve
from amends.plumbing import live_place
from amends.plumbing.console import complain, language
from amends.plumbing.database import url_for


class Command(BaseCommand):
    """Ends gracefully on SIGTERM: open pages are told, and come back to whoever listens then."""

    help = "Tells open pages at once what has changed, until it is asked to stop."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        """Where it listens and how much it holds."""
        of_user, in_all = (int(os.environ.get(name) or usual) for name, usual in (("AMENDS_LIVE_STREAMS", 20), ("AMENDS_LIVE_MOST", 5000)))
        parser.add_argument("--port", type=int, default=_port(), help="AMENDS_LIVE_PORT, else the last one or any free one")
        parser.add_argument("--of-user", type=int, default=of_user, help="most pages of one person (20)")
        parser.add_argument("--in-all", type=int, default=in_all, help="most pages of this process (5000)")

    def handle(self, *args: Any, **options: Any) -> None:
        """Serves until SIGTERM or SIGINT; ends with 2 and a sentence where the port is taken."""
        try:
            listener = live_place.listening(options["port"])
        except OSError as error:
            complain(say("端口 {port} 不能使用：{why}。", "Port {port} cannot be used: {why}.", port=options["port"], why=error.strerror))
            raise SystemExit(2) from None
        live_place.write(listener.getsockname()[1])
        serve(listener, url_for("app"), Bounds(options["of_user"], options["in_all"]))


def _port() -> int | None:
    named = os.environ.get("AMENDS_LIVE_PORT", "")
    if named and not (named.isdigit() and 0 < int(named) < 65536):
        said = say("AMENDS_LIVE_PORT={named} 不是端口号。", "AMENDS_LIVE_PORT={named} is no port number.", named=named)
        raise SystemExit(said.into(language()))
    return int(named) if named else None
