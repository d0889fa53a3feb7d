"""Makes cells of the packs wrong, one by one, and looks who notices: the reader of packs, or a golden case.

A wrong cell is refused with file, row and column, or it is caught by a golden case; what neither sees survives, and the share caught is the
measure of both. `python -m tests.golden.mutation` makes every cell wrong in every way of WAYS, prints the survivors and writes
docs/reports/mutations.json; the suite takes a seeded sample (tests/proofs/test_pack_mutations.py). How cells are made wrong: ways.py.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import tomllib
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import ValidationError

from amends.kernel.refusals import Refusal
from amends.policy.golden import Check, StackOf, golden_checks, of_packs, run
from amends.policy.rules.packs import Pack, PackRefused, load_pack, read_pack
from amends.policy.rules.schema import PackCells
from amends.policy.rules.stack import SHIPPED
from tests.golden.ways import Mutant, mutants_of

REPORT = Path(__file__).resolve().parents[2] / "docs" / "reports" / "mutations.json"
FOLDERS = ("cn", "platform", "promise", "shop")


class Outcome(NamedTuple):
    """What became of a mutant: `how` is refused, golden or survived; `row` is right where a refusal names the row, or one that uses it."""

    mutant: Mutant
    how: str
    by: str
    has_place: bool = True
    at_row: bool = True


def files() -> list[Path]:
    """The packs that are made wrong, all that ship but the one for tests."""
    return [file for folder in FOLDERS for file in sorted((SHIPPED / folder).glob("*.toml"))]


@lru_cache(maxsize=1)
def _packs() -> dict[str, Pack]:
    return {str(file): load_pack(file) for file in files()}


@lru_cache(maxsize=1)
def every_mutant() -> tuple[Mutant, ...]:
    return tuple(mutant for file in files() for mutant in mutants_of(file))


@lru_cache(maxsize=4096)
def _chunk(text: str) -> dict[str, Any]:
    """One section of a pack, read alone; unchanged ones are read once."""
    return tomllib.loads(text)


def _quickly(mutant: Mutant) -> Pack | None:
    """The pack of a mutant without the places of its cells, for asking the golden cases; None where it has to be read in full, because
    a section stands twice or is not TOML, or a cell is refused."""
    raw: dict[str, Any] = {}
    for text in re.split(r"(?m)^(?=\[)", mutant.text):
        try:
            chunk = _chunk(text)
        except tomllib.TOMLDecodeError:
            return None
        for key, value in chunk.items():
            there = raw.setdefault(key, {}) if key == "clauses" else raw
            for name, cell in value.items() if key == "clauses" else [(key, value)]:
                if name in there:
                    return None
                there[name] = cell
    try:
        cells = PackCells.model_validate_json(json.dumps(raw, default=str))
    except ValidationError:
        return None
    return Pack(cells, mutant.file, {}, mutant.text, "")


# Checks that caught something lately stand first, by section: neighbours in a pack are mostly caught by the same check.
_orders: dict[tuple[str, str], list[Check]] = {}


def tried(mutant: Mutant) -> Outcome:
    """The mutant laid among the other packs and asked the golden cases; read in full where it is refused, to see the row."""
    pack = _quickly(mutant)
    if pack is not None:
        try:
            return _asked(mutant, pack)
        except PackRefused:
            pack = None
    try:
        return _asked(mutant, read_pack(mutant.text, mutant.file))
    except PackRefused as refused:
        return _refused(mutant, refused)


def _asked(mutant: Mutant, pack: Pack) -> Outcome:
    stack_of = of_packs([pack if file == mutant.file else other for file, other in _packs().items()])
    checks = sorted(
        (check for check in golden_checks(pins=True) if check.answered), key=lambda check: not check.pin
    )  # the cheap ones first
    order = _orders.setdefault((mutant.file, str(mutant.path[0])), checks)
    try:
        for check in (checks[0], order[0]):
            stack_of(check.laid)
        for number, check in enumerate(order):
            if _says(check, stack_of):
                order.insert(0, order.pop(number))
                return Outcome(mutant, "golden", check.id)
    except PackRefused:
        raise
    except Refusal as refused:
        return Outcome(mutant, "golden", refused.code)
    return Outcome(mutant, "survived", "")


def _says(check: Check, stack_of: StackOf) -> bool:
    stack_of(check.laid)  # a refusal of the pack is one, and no golden case's word
    return bool(run(check, stack_of))


def _refused(mutant: Mutant, refused: PackRefused) -> Outcome:
    places = [problem.place for problem in refused.problems]
    has_place = bool(places) and all(place.row >= 1 and place.column >= 1 for place in places)
    named = all(problem.file and problem.text.into("zh") and problem.text.into("en") for problem in refused.problems)
    at_row = any(problem.file == mutant.file and problem.place.row in mutant.rows for problem in refused.problems)
    return Outcome(mutant, "refused", refused.problems[0].cell, has_place and named, at_row)


def _tried_many(mutants: Sequence[Mutant]) -> list[Outcome]:
    return [tried(mutant) for mutant in mutants]


def all_tried(processes: int) -> Iterator[Outcome]:
    """Every mutant, in parts so that neighbours stay together."""
    mutants = every_mutant()
    parts = [mutants[start : start + 100] for start in range(0, len(mutants), 100)]
    if processes < 2:
        for part in parts:
            yield from _tried_many(part)
        return
    with ProcessPoolExecutor(processes) as pool:
        for done in pool.map(_tried_many, parts):
            yield from done


def report(outcomes: Sequence[Outcome]) -> dict[str, object]:
    """How many were refused, caught and missed, by pack and by way; the share caught."""
    by_pack: dict[str, Counter[str]] = {}
    by_way: dict[str, Counter[str]] = {}
    for outcome in outcomes:
        by_pack.setdefault(outcome.mutant.name, Counter())[outcome.how] += 1
        by_way.setdefault(outcome.mutant.way, Counter())[outcome.how] += 1
    caught = sum(outcome.how != "survived" for outcome in outcomes)
    refusals = [outcome for outcome in outcomes if outcome.how == "refused"]
    return {
        "cells": len({(outcome.mutant.file, outcome.mutant.path) for outcome in outcomes}),
        "mutants": len(outcomes),
        "caught": caught,
        "share_caught": round(caught / len(outcomes), 4),
        "refused": len(refusals),
        "refused_with_file_row_column": sum(outcome.has_place for outcome in refusals),
        "refused_at_the_row": sum(outcome.at_row for outcome in refusals),
        "by_pack": {name: dict(sorted(counts.items())) for name, counts in by_pack.items()},
        "by_way": {name: dict(sorted(counts.items())) for name, counts in sorted(by_way.items())},
        "survivors": [outcome.mutant.told for outcome in outcomes if outcome.how == "survived"],
    }


def main() -> None:
    """Makes every cell wrong and writes the report; --list prints survivors as they come."""
    asked = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0] if __doc__ else None)
    asked.add_argument("--processes", type=int, default=2)
    asked.add_argument("--pack", default="", help="only files whose path holds this")
    options = asked.parse_args()
    if options.pack:
        outcomes = _tried_many([mutant for mutant in every_mutant() if options.pack in mutant.file])
    else:
        outcomes = list(all_tried(options.processes))
    found = report(outcomes)
    for told in found["survivors"]:  # type: ignore[attr-defined]  # a list of sentences
        sys.stdout.write(f"survived: {told}\n")
    sys.stdout.write(f"{found['caught']} of {found['mutants']} caught, {found['share_caught']:.2%}; {found['refused']} refused\n")
    if not options.pack:
        REPORT.parent.mkdir(parents=True, exist_ok=True)
        REPORT.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n")


if __name__ == "__main__":
    main()
