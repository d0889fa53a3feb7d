"""A simulation from its plan to its result: parts shared out among processes of their own, cancelled between batches, resumed.

Invariants
 1. One process leads a run, by an advisory lock that ends with it. Who comes second goes away: a job may run twice, a run may not.
 2. The parts run in child processes that begin empty (spawn), so that web and worker hold none of it; a child ends with its leader.
 3. Between two batches each child adds to `done` and reads, in the same statement, whether the run goes on.
 4. A part that was not ended counts for nothing and begins anew. What is done is never done again, so a resumed run equals an
    uninterrupted one to the last count and flip.

    queued -> running: run   running -> cancelled: cancel_simulation, Ctrl-C   running -> done, failed: run
    cancelled, failed -> queued: resume_simulation
"""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from contextlib import contextmanager
from functools import lru_cache

import structlog
from django.db import connection

from amends.kernel import clock
from amends.plumbing.counting import plus
from amends.policy.models import Simulation, SimulationPart
from amends.policy.queries import calendar
from amends.policy.simulation import children
from amends.policy.simulation.keeping import MOST, Kept
from amends.policy.simulation.reading import batches, planned
from amends.policy.simulation.replaying import Flipped, Replay
from amends.policy.simulation.sides import Sides, brought
from amends.policy.simulation.writing import DONE, bound_of, done_rows, result_of, trim, write_part

log = structlog.get_logger(__name__)

PROCESSES = int(os.environ.get("AMENDS_SIMULATION_PROCESSES") or min(2, os.cpu_count() or 1))
LEADERS = 7_011_020  # the class of our advisory locks; the number is the simulation
LOOK_EVERY = 0.5
Heard = Callable[[int, int], None]


def run(ref: str, *, processes: int = PROCESSES, heard: Heard = lambda done, total: None) -> Simulation:
    """The simulation `ref` is done, cancelled or failed; as it was where another process leads it or nobody queued it.

    `processes` children share the parts; 0 runs them here, for tests. `heard` is told how many of how many decisions are done. What goes
    wrong in a part is logged and leaves the stage `failed`, from which it can be resumed. Ctrl-C and SIGTERM cancel.
    """
    simulation = Simulation.objects.get(ref=ref)
    with _leading(simulation) as mine:
        if mine and _begin(simulation):
            try:
                _lead(simulation, processes, heard)
            except (KeyboardInterrupt, SystemExit):
                _end(simulation, "cancelled")
            except Exception:
                log.exception("simulation failed", simulation=ref)
                _end(simulation, "failed")
    simulation.refresh_from_db()
    return simulation


@contextmanager
def _leading(simulation: Simulation) -> Iterator[bool]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [LEADERS, simulation.pk % 2**31])
        (mine,) = cursor.fetchone() or (False,)
    try:
        yield bool(mine)
    finally:
        if mine:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [LEADERS, simulation.pk % 2**31])


def _begin(simulation: Simulation) -> bool:
    """The run has a plan and is under way; False where it is over or cancelled. A leader that died left `running`: it goes on."""
    if not SimulationPart.objects.filter(simulation=simulation).exists():
        parts = planned(simulation.source, simulation.params)
        rows = [SimulationPart(simulation=simulation, number=number, bounds=bounds) for number, bounds in enumerate(parts)]
        SimulationPart.objects.bulk_create(rows, ignore_conflicts=True)
        Simulation.objects.filter(pk=simulation.pk).update(total=sum(bounds["rows"] for bounds in parts))
    fresh = {"stage": "running", "done": done_rows(simulation), "ended_at": None}
    begun = Simulation.objects.filter(pk=simulation.pk, stage__in=["queued", "running"]).update(**fresh)
    Simulation.objects.filter(pk=simulation.pk, started_at__isnull=True).update(started_at=clock.now())
    simulation.refresh_from_db()
    return bool(begun)


def _lead(simulation: Simulation, processes: int, heard: Heard) -> None:
    left = list(simulation.parts.exclude(stage=DONE).order_by("number").values_list("number", flat=True))
    heard(simulation.done, simulation.total)
    if processes:
        _shared(simulation, left, processes, heard)
    else:
        for number in left:
            run_part(simulation.pk, number)
            trim(simulation, _most(simulation))
            heard(*_progress(simulation))
    trim(simulation, _most(simulation))
    _end(simulation, "done" if not simulation.parts.exclude(stage=DONE).exists() else "cancelled")
    heard(*_progress(simulation))


def _shared(simulation: Simulation, left: Sequence[int], processes: int, heard: Heard) -> None:
    """The parts run in children, never more waiting than there are hands, so that a cancelled run is over within a batch."""
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(min(processes, max(1, len(left))), mp_context=spawn, initializer=children.ready) as pool:
        waiting, running = iter(left), set[Future[bool]]()
        try:
            while _fill(pool, simulation, waiting, running, processes) or running:
                ended, running = wait(running, timeout=LOOK_EVERY, return_when=FIRST_COMPLETED)
                heard(*_progress(simulation))
                for one in ended:
                    if not one.result():
                        waiting = iter(())
                if ended:
                    trim(simulation, _most(simulation))
        except BaseException as why:
            # The children stop at their next batch because the run is no longer under way; leaving the block waits for that.
            _stop(simulation, "failed" if isinstance(why, Exception) else "cancelled")
            raise


def _fill(pool: ProcessPoolExecutor, simulation: Simulation, waiting: Iterator[int], running: set[Future[bool]], processes: int) -> bool:
    """As many parts are under way as there are hands; whether one more was begun."""
    before = len(running)
    while len(running) < processes and (number := next(waiting, None)) is not None:
        running.add(pool.submit(children.part, simulation.pk, number))
    return len(running) > before


def run_part(simulation_id: int, number: int) -> bool:
    """Part `number` is done; False where the run was stopped meanwhile, and the part counts for nothing."""
    simulation = Simulation.objects.get(pk=simulation_id)
    part = SimulationPart.objects.get(simulation=simulation, number=number)
    if part.stage == DONE:
        return True
    days, sides, params = calendar("cn"), sides_of(simulation_id), simulation.params
    kept: Kept[Flipped] = Kept(_most(simulation), bound_of(simulation, _most(simulation)))
    replay = Replay(sides, days, kept, seed=params["seed"], currency=params["currency"])
    for batch in batches(simulation.source, params, part.bounds, base=sides.before, calendar=days):
        replay.run(batch)
        if not _goes_on(simulation_id, len(batch)):
            return False
    return write_part(part, replay.tally, kept.flips(), sides, days)


def _goes_on(simulation_id: int, rows: int) -> bool:
    return bool(Simulation.objects.filter(pk=simulation_id, stage="running").update(done=plus("done", rows)))


@lru_cache(maxsize=2)
def sides_of(simulation_id: int) -> Sides:
    """Both stacks of a simulation; a process reads their texts once."""
    return brought(Simulation.objects.values_list("packs", flat=True).get(pk=simulation_id))


def _most(simulation: Simulation) -> int:
    return int(simulation.params.get("most", MOST))


def _progress(simulation: Simulation) -> tuple[int, int]:
    return Simulation.objects.values_list("done", "total").get(pk=simulation.pk)


def _stop(simulation: Simulation, stage: str) -> None:
    Simulation.objects.filter(pk=simulation.pk, stage="running").update(stage=stage)


def _end(simulation: Simulation, stage: str) -> None:
    """The run is over as `stage`, unless somebody ended it first; the result is what the parts that are done come to."""
    _stop(simulation, stage)
    simulation.refresh_from_db()
    whole = simulation.stage == DONE
    Simulation.objects.filter(pk=simulation.pk).update(
        done=done_rows(simulation), ended_at=clock.now(), result=result_of(simulation, sides_of(simulation.pk), whole=whole)
    )
