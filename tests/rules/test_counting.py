"""Nobody adds a bare integer to a column: it would be bound as 32 bits, and larger sums cut without a word (plumbing/counting.py)."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

AMENDS = Path(__file__).parents[2] / "amends"
SMALL = 1 << 15


def bare_sums(source: str) -> list[int]:
    """The lines where something is reckoned with F(...) that is neither F(...) itself nor a small number written there."""
    return [node.lineno for node in ast.walk(ast.parse(source)) if isinstance(node, ast.BinOp) and _is_bare(node)]


def _is_bare(node: ast.BinOp) -> bool:
    return _has_column(node) and not all(_is_column(side) or _is_small(side) for side in (node.left, node.right))


def _has_column(node: ast.expr) -> bool:
    return _is_column(node) or (isinstance(node, ast.BinOp) and (_has_column(node.left) or _has_column(node.right)))


def _is_column(node: ast.expr) -> bool:
    if isinstance(node, ast.BinOp):
        return _has_column(node) and not _is_bare(node)
    return isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] == "F"


def _is_small(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, int) and node.value < SMALL


@pytest.mark.parametrize(
    "source",
    ['F("a_minor") + minor', 'F("a_minor") - row.amount_minor', 'minor + F("a_minor")', 'models.F("a_minor") * 40_000', 'F("a") - F("b") + c',
     'F("a") + Value(minor)'],
)  # fmt: skip
def test_a_bare_sum_is_seen(source: str) -> None:
    assert bare_sums(source)


@pytest.mark.parametrize("source", ['F("times") + 1', 'F("a_minor") - F("b_minor")', 'F("a") - F("b") + F("c")', 'plus("a_minor", minor)'])
def test_what_is_bound_whole_is_not(source: str) -> None:
    assert not bare_sums(source)


def test_nobody_adds_a_bare_integer_to_a_column() -> None:
    own = AMENDS / "plumbing" / "counting.py"
    found = {
        f"{path.relative_to(AMENDS)}:{line}"
        for path in AMENDS.rglob("*.py")
        if path != own and path.parent.name != "migrations"
        for line in bare_sums(path.read_text(encoding="utf-8"))
    }
    assert not found, f"use plumbing.counting.plus: {sorted(found)}"
