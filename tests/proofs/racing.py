"""Works that begin in the same moment, each on a connection of its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

from django.db import connections

from amends.kernel.refusals import Refusal


def together(*works: Callable[[], Any]) -> list[Any]:
    """All of them at one barrier, each on a connection of its own; answers results, or the refusal where there was one."""
    barrier = Barrier(len(works))

    def met(work: Callable[[], Any]) -> Any:
        try:
            connections["default"].ensure_connection()
            barrier.wait(timeout=30)
            return work()
        except Refusal as refusal:
            return refusal
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(works)) as pool:
        return [done.result() for done in [pool.submit(met, work) for work in works]]


def refusals(ends: Sequence[Any]) -> list[Refusal]:
    return [end for end in ends if isinstance(end, Refusal)]
