"""Cells of the packs made wrong, one by one: refused with file, row and column, or caught by a golden case.

200 x PROOF_SCALE, seeded; every cell in every way: `python -m tests.golden.mutation` (docs/reports/mutations.json). What survives is
either no rule at all (a row that another one repeats) or a golden case that is missing.
"""

from __future__ import annotations

import os
import random

import pytest

from tests.golden.mutation import Outcome, every_mutant, report, tried

SAMPLE = 200 * int(os.environ.get("PROOF_SCALE", "1"))
LEAST = 0.95


@pytest.fixture(scope="module")
def outcomes() -> list[Outcome]:
    mutants = every_mutant()
    chosen = random.Random(3).sample(mutants, min(SAMPLE, len(mutants)))
    return [tried(mutant) for mutant in sorted(chosen, key=lambda mutant: (mutant.file, min(mutant.rows)))]


@pytest.mark.slow
def test_nearly_every_wrong_cell_is_refused_or_caught(outcomes: list[Outcome]) -> None:
    found = report(outcomes)
    assert isinstance(found["share_caught"], float)
    assert found["share_caught"] >= LEAST, found["survivors"]


@pytest.mark.slow
def test_a_refusal_names_file_row_and_column_and_speaks_both_languages(outcomes: list[Outcome]) -> None:
    refused = [outcome for outcome in outcomes if outcome.how == "refused"]
    assert len(refused) > len(outcomes) // 10
    assert [outcome.mutant.told for outcome in refused if not outcome.has_place] == []


def test_every_part_of_every_pack_is_made_wrong() -> None:
    mutants = every_mutant()
    ways = {mutant.way for mutant in mutants}
    sections = {mutant.path[0] for mutant in mutants}
    assert len(mutants) > 4000
    assert len({(mutant.file, mutant.start, mutant.end, mutant.put) for mutant in mutants}) == len(mutants)
    assert ways >= {"halved", "doubled", "flipped", "enum swapped", "clause exchanged", "row dropped", "one language emptied", "shortened"}
    assert sections >= {"windows", "limits", "duties", "rights", "claims", "lanes", "pauses", "promises", "traits", "weights", "clauses"}
