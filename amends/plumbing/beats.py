"""Signs of life of a process whose own loop is not ours: a thread writes them, `/health/ready` and `amends verify` read them."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import structlog
from django.db import DatabaseError, connection

from amends.kernel import clock
from amends.plumbing.models import Beat

log = structlog.get_logger(__name__)
EVERY_SECONDS = 10


@contextmanager
def beating(name: str) -> Iterator[None]:
    """Inside the block `name` shows every ten seconds that it lives."""
    stop = threading.Event()
    thread = threading.Thread(target=_beat, args=(name, stop), daemon=True, name=f"beat-{name}")
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(timeout=2)


def _beat(name: str, stop: threading.Event) -> None:
    while True:
        try:
            Beat.objects.update_or_create(name=name, defaults={"at": clock.machine_now(), "facts": {}})
        except DatabaseError:
            log.warning("no sign of life: the database does not answer", process=name)
            connection.close()
        if stop.wait(EVERY_SECONDS):
            connection.close()
            return
