"""`amends demo` as a user runs it: cases from application to rating without pages, a complete report, nothing left in disorder."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from amends.plumbing.embedded import control
from tests.proofs.an_amends import amends, brought_up

SCALE = int(os.environ.get("PROOF_SCALE", "1"))
CASES = 20 * SCALE
ENDS = {"complete", "accept_refusal", "withdraw"}


@pytest.fixture
def env(tmp_path: Path, tables: Path) -> Iterator[dict[str, str]]:
    """An Amends of its own, with tables and days, and an empty market."""
    home = tmp_path / "home"
    try:
        yield brought_up(home, tables)
    finally:
        control.destroy(home)


@pytest.mark.slow
def test_a_run_of_the_demo_tells_all_and_leaves_order(env: dict[str, str]) -> None:
    done = amends(env, "demo", "--cases", str(CASES), "--seed", "3", "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["cases"] == CASES
    assert set(told["outcomes"]) <= ENDS
    assert sum(told["outcomes"].values()) + sum(told["open_by_stage"].values()) == CASES
    # Eight weeks are more than the longest chain of silences: whatever is open waits for a person who was called.
    assert set(told["open_by_stage"]) <= {"executing", "in_review", "unwinding"}, told["open_by_stage"]
    assert sum(told["outcomes"].values()) >= CASES * 0.9
    assert set(told["refunds"]) <= {"paid", "settled", "dropped"}
    assert {"met", "enforced"} <= set(told["deadlines"])
    assert told["money_minor"]["clearing.gateway.CNY"] < 0 < told["money_minor"]["merchant.held.CNY"]
    assert sum(minor for account, minor in told["money_minor"].items() if account.endswith(".CNY")) == 0
    assert 1 <= told["ratings"]["mean"] <= 5

    checked = amends(env, "verify", "--json")
    assert {name: offenders for name, offenders in json.loads(checked.stdout).items() if offenders} == {}
    assert checked.returncode == 0
