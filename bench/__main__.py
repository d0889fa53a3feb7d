"""`python -m bench [--quick]`: everything measured in one run on one database, printed as JSON and kept as docs/reports/bench.json.

`--only refunds,books` measures these alone and keeps nothing.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import django
import psycopg

from amends.kernel import clock
from amends.plumbing.embedded import control
from bench.place import PROJECT, own_home, pgbench

REPORT = PROJECT / "docs" / "reports" / "bench.json"


def main() -> None:
    """Prints the report; `--quick` measures less and keeps nothing."""
    asked = argparse.ArgumentParser(prog="python -m bench")
    asked.add_argument("--quick", action="store_true", help="a tenth of everything; the report is printed and not kept")
    asked.add_argument("--only", default="", help=f"these alone, with commas between them: {', '.join(ALONE)}; nothing is kept")
    options = asked.parse_args()
    only, quick = [name for name in options.only.split(",") if name], bool(options.quick)
    if unknown := set(only) - ALONE.keys():
        asked.error(f"not measured alone: {', '.join(sorted(unknown))}")
    with own_home() as home:
        django.setup()
        if only:
            print(json.dumps({**about(), "quick": quick, **{name: ALONE[name](home, quick) for name in only}}, indent=2))
            return
        from bench.pages import open_pages  # noqa: PLC0415 - models need Django to be set up

        report = {**about(), "quick": quick, **measured(control.url(home, "app"), control.url(home, "super"), quick=quick)}
        report["refunds"] = refunds(home, quick)
        report["tracks"] = tracks(home, quick)
        report["receiving"] = received(home, quick)
        report["quarrels"] = quarrelled(home, quick)
        report["live"] = open_pages(home, quick=quick)
        report["pgbench_tps"] = pgbench(home, 2 if quick else 10)
    text = json.dumps(report, indent=2)
    print(text)
    if not quick:
        REPORT.parent.mkdir(parents=True, exist_ok=True)
        REPORT.write_text(text + "\n")


def about() -> dict[str, Any]:
    """When, of what, on what."""
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=PROJECT, capture_output=True, text=True, check=False
    ).stdout.strip()
    load = [round(one, 1) for one in os.getloadavg()]
    return {"date": clock.machine_now().date().isoformat(), "commit": commit, "cores": os.cpu_count(), "load_before": load}


def measured(url: str, super_url: str, *, quick: bool) -> dict[str, Any]:
    """All figures, in one run."""
    from bench import measures, simulating  # noqa: PLC0415 - models need Django to be set up
    from bench.limit import spread_sequences  # noqa: PLC0415

    spread_sequences(super_url)
    with clock.stepped(clock.machine_now()) as time:
        orders = measures.make_orders(500 if quick else 2500)
        analyse(super_url)
        claims = measures.applications(orders, 220 if quick else 1220)
        opened = measures.opening(claims, url)
        analyse(super_url)
        decided = measures.deciding(orders, 1 if quick else 4)
        few, many = (1_000, 10_000) if quick else (1_000, 100_000)
        fired = measures.firing(time, url)
        pages = measures.queue_pages(few, many, super_url)
        booked = _booked(url, super_url, quick=quick)
    simulated = simulating.simulation(super_url, cases=simulating.QUICK if quick else simulating.CASES)
    return {"opening": opened, "firing": fired, "queue": pages, "deciding": decided, "books": booked, "simulation": simulated}


def refunds(home: Path, quick: bool) -> list[dict[str, Any]]:
    """Refunds from granted to paid, with one worker and with two; orders are made where there are none yet."""
    from bench import measures, refunding  # noqa: PLC0415 - models need Django to be set up

    cases = 40 if quick else 400
    if refunding.unasked().count() < cases * 4:
        measures.make_orders(cases * 5)
    return refunding.granted_to_paid(home, control.url(home, "super"), cases=cases)


def books(home: Path, quick: bool) -> dict[str, Any]:
    """Postings a second, and the time that the whole ledger takes to check."""
    from bench import measures  # noqa: PLC0415 - models need Django to be set up
    from bench.limit import spread_sequences  # noqa: PLC0415

    spread_sequences(control.url(home, "super"))
    with clock.stepped(clock.machine_now()):
        measures.make_orders(500)
        return _booked(control.url(home, "app"), control.url(home, "super"), quick=quick)


def _booked(url: str, super_url: str, *, quick: bool) -> dict[str, Any]:
    from bench import ledger  # noqa: PLC0415 - models need Django to be set up

    return {
        "posting": ledger.posting(url, 200 if quick else 2000),
        "verifying": ledger.verifying(super_url, (10_000, 100_000) if quick else (100_000, 1_000_000)),
    }


def tracks(home: Path, quick: bool) -> dict[str, Any]:
    """Pushes of couriers absorbed a second."""
    from bench import measures, tracking  # noqa: PLC0415 - models need Django to be set up
    from bench.limit import spread_sequences  # noqa: PLC0415

    spread_sequences(control.url(home, "super"))
    measures.make_orders(10)
    return tracking.absorbing(control.url(home, "app"), 200 if quick else 2000)


def received(home: Path, quick: bool) -> dict[str, Any]:
    """Parcels received a second."""
    from bench import measures, receiving  # noqa: PLC0415 - models need Django to be set up
    from bench.limit import spread_sequences  # noqa: PLC0415

    parcels = 60 if quick else 600
    spread_sequences(control.url(home, "super"))
    with clock.stepped(clock.machine_now()):
        return receiving.receiving(measures.make_orders(parcels * 8), control.url(home, "app"), parcels)


def quarrelled(home: Path, quick: bool) -> dict[str, Any]:
    """Offers accepted and rulings carried out a second, and a proof file of a long case."""
    from bench import measures, quarrels  # noqa: PLC0415 - models need Django to be set up
    from bench.limit import spread_sequences  # noqa: PLC0415

    cases = 30 if quick else 300
    spread_sequences(control.url(home, "super"))
    with clock.stepped(clock.machine_now()):
        orders = measures.make_orders(cases * 16)  # one claim in five waits for its shop
        return {"settling": quarrels.settling(orders, control.url(home, "app"), cases), "proof": quarrels.proving(orders, home)}


ALONE: dict[str, Callable[[Path, bool], Any]] = {
    "refunds": refunds,
    "books": books,
    "tracks": tracks,
    "receiving": received,
    "quarrels": quarrelled,
}


def analyse(url: str) -> None:
    """The planner knows the tables as they are."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")


if __name__ == "__main__":
    main()
