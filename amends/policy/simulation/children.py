"""A child process of a simulation, which begins empty: what it is told to do must be named in a file that needs no Django yet."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading

import django


def ready() -> None:
    """The child has Django, no pool of connections, is deaf to Ctrl-C (its leader hears it), and is gone when its leader is."""
    os.environ["AMENDS_DB_POOL"] = "0"
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "amends.settings")
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_leader, daemon=True).start()
    django.setup()


def part(simulation_id: int, number: int) -> bool:
    """Part `number` of a simulation is done; False where the run was stopped meanwhile."""
    from amends.policy.simulation.running import run_part  # noqa: PLC0415 - models exist only once this child is ready

    return run_part(simulation_id, number)


def _end_with_leader() -> None:
    leader = multiprocessing.parent_process()
    if leader is not None:
        leader.join()
        os._exit(1)
