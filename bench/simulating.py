"""Simulation: full decisions a second on one core, and a draft replayed over many past cases by two processes.

`python -m bench.simulating --cases 1000000` measures it alone, on a database of its own; `python -m bench` has the same rows. The past is
drawn by the generator of a year and copied in with COPY, past triggers and foreign keys: only rows that a replay reads are made.

A machine that others use too gives wall times that say little. So the processor seconds of the children stand beside the wall time, and
what they come to on free cores; `cores_got` tells how much of the machine there was.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import date, timedelta
from multiprocessing import get_context
from typing import Any

import django
import psycopg

from amends.kernel import clock
from amends.plumbing.embedded import control
from bench.place import own_home

SEED = 7
WINDOW, LONGER = 'no_reason = { length = "7d"', 'no_reason = { length = "14d"'
CASES, QUICK, PROCESSES = 1_000_000, 20_000, 2
CHUNK = 20_000
COLUMNS = "merchant_id, case_id, line, day, issue, goods_class, region, tier, remedy, granted_minor, facts"


def simulation(super_url: str, *, cases: int, processes: int = PROCESSES, seconds: float = 4.0) -> dict[str, Any]:
    """Decisions a second, and a simulation of so many past cases from its plan to its result."""
    decided = deciding(seconds)
    filled = fill(super_url, cases, processes)
    return {"deciding": decided, "filled_s": filled, "replay": replay(cases, processes)}


def deciding(seconds: float) -> dict[str, Any]:
    """Full decisions a second with explanation by one process, over claims of a generated year: every claim new, and claims seen before."""
    from amends.policy.queries import calendar  # noqa: PLC0415 - models need Django to be set up
    from amends.policy.rules.decide import decide  # noqa: PLC0415

    days, year, stack = calendar("cn"), _year(), _stack()
    facts = [past.facts for past in year.claims(0, 10_000)]
    fresh = _rate(facts, lambda one: decide(stack, one, days), most=0)
    again = _rate(facts, lambda one: decide(stack, one, days), most=seconds)
    return {"what": "decide with explanation, one process", "new_per_cpu_s": fresh, "again_per_cpu_s": again}


def _rate(facts: Sequence[Any], act: Callable[[Any], object], *, most: float) -> int:
    """How many in a second of the processor: once through, and on until `most` seconds are over."""
    begun, done = time.process_time(), 0
    while not done or time.process_time() - begun < most:
        for one in facts:
            act(one)
        done += len(facts)
    return round(done / (time.process_time() - begun))


def replay(cases: int, processes: int) -> dict[str, Any]:
    """Wall and processor time of one simulation over all past cases, and the memory of the largest child."""
    from amends.people.rules import PLATFORM  # noqa: PLC0415 - models need Django to be set up
    from amends.policy.rules.stack import SHIPPED  # noqa: PLC0415
    from amends.policy.simulation.running import run  # noqa: PLC0415
    from amends.policy.simulation.verbs import start_simulation  # noqa: PLC0415

    text = (SHIPPED / "cn" / "2026-02.toml").read_text(encoding="utf-8")
    if WINDOW not in text:
        raise RuntimeError("the law has no such window any more")
    begun = start_simulation(PLATFORM, source="history", text=text.replace(WINDOW, LONGER), here=True)
    load, before, wall = os.getloadavg()[0], resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    ended = run(begun.ref, processes=processes)
    wall = time.perf_counter() - wall
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    # The database may hold past cases of the measures before this one; they are replayed with the others and counted.
    if ended.stage != "done" or ended.result["decisions"] < cases:
        raise RuntimeError(f"the simulation is {ended.stage} with {ended.done} of {cases}")
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {
        "what": "past cases replayed under two stacks",
        "cases": ended.result["decisions"],
        "processes": processes,
        "flips": ended.result["flips"],
        "wall_s": round(wall, 1),
        "per_s": round(cases / wall),
        "children_cpu_s": round(cpu, 1),
        "cpu_us_a_case": round(cpu / cases * 1e6, 1),
        "on_free_cores_s": round(cpu / processes, 1),
        "cores_got": round(cpu / wall, 2),
        "load_before": round(load, 1),
        "largest_child_mb": round(after.ru_maxrss / 1024),
    }


def fill(super_url: str, cases: int, processes: int) -> float:
    """There are `cases` past decisions of 400 shops; answers how many seconds that took."""
    begun = time.perf_counter()
    shops = _shops()
    chunks = [(super_url, at, min(at + CHUNK, cases), shops) for at in range(0, cases, CHUNK)]
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn"), initializer=django.setup) as pool:
        list(pool.map(_copied, *zip(*chunks, strict=True)))
    with psycopg.connect(super_url, autocommit=True) as connection:
        # The cases behind these rows are not made, so the flips that are kept have none to refer to.
        connection.execute("ALTER TABLE policy_flip DROP CONSTRAINT IF EXISTS policy_flip_case_id_fk")
        connection.execute("VACUUM ANALYZE policy_past_facts")
    return round(time.perf_counter() - begun, 1)


def _shops() -> dict[str, int]:
    from amends.kernel.refs import new_ref  # noqa: PLC0415 - children import this file before Django is set up
    from amends.market.models import Merchant  # noqa: PLC0415
    from amends.policy.simulation.shops import COUNT  # noqa: PLC0415

    names = [f"S-{number + 1:04d}" for number in range(COUNT)]
    made = Merchant.objects.bulk_create(Merchant(ref=new_ref("ME"), name_zh=name, name_en=name) for name in names)
    return {shop.name_en: shop.pk for shop in made}


def _copied(super_url: str, first: int, last: int, shops: dict[str, int]) -> int:
    from amends.policy.simulation.past import written  # noqa: PLC0415 - this child has Django only now

    with psycopg.connect(super_url) as connection:
        connection.execute("SET session_replication_role = replica")
        with connection.cursor() as cursor, cursor.copy(f"COPY policy_past_facts ({COLUMNS}) FROM STDIN") as rows:
            for number, past in enumerate(_year().claims(first, last), first):
                shop, goods, region, tier, issue, _ = past.keys
                place = shops[shop], 1_000_000_000 + number, past.line, past.facts.asked_at.date()
                rows.write_row((*place, issue, goods, region, tier, past.remedy.value, past.granted_minor, written(past.facts)))
    return last - first


def _stack() -> Any:
    from amends.policy.queries import stack_on  # noqa: PLC0415 - models need Django to be set up

    return stack_on(clock.machine_now().date(), merchant=0)


def _year() -> Any:
    from amends.policy.queries import calendar  # noqa: PLC0415 - models need Django to be set up
    from amends.policy.simulation.year import Asked, Year  # noqa: PLC0415

    first = date(clock.machine_now().year, 1, 1) - timedelta(days=365)
    return Year(SEED, first, calendar("cn"), Asked.of(_stack()))


def main() -> int:
    """Prints the figures as JSON."""
    asked = argparse.ArgumentParser(
        prog="python -m bench.simulating", description="Decisions a second, and a simulation of many past cases."
    )
    asked.add_argument("--cases", type=int, default=CASES, help=f"how many past cases ({CASES})")
    asked.add_argument("--processes", type=int, default=PROCESSES, help=f"how many children replay them ({PROCESSES})")
    given = asked.parse_args()
    with own_home() as home:
        django.setup()
        print(json.dumps(simulation(control.url(home, "super"), cases=given.cases, processes=given.processes), indent=2))
    return 0


if __name__ == "__main__":
    sys.exit(main())
