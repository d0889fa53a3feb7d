"""Nobody adds a bare integer to a column: it would be bound as 32 bits, and larger sums cut without a word (plumbing/counting.py)."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

AMENDS = Path(__file__).parents[2] / "amends"
SMALL = 1 << 15


def bare_sums(source: str) -> list[int]:
    """The lines where something is reckoned with F(...) that is neither F(...) itself nor a small number written there."""
    sums = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.BinOp)]
    return [node.lineno for node in sums if _is_bare(list(_terms(node)))]


def _terms(node: ast.expr) -> Iterator[ast.expr]:
    if isinstance(node, ast.BinOp):
        yield from _terms(node.left)
        yield from _terms(node.right)
    else:
        yield node


def _is_bare(terms: list[ast.expr]) -> bool:
    return any(map(_is_column, terms)) and not all(_is_column(term) or _is_small(term) for term in terms)


def _is_column(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] == "F"


def _is_small(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, int) and node.value < SMALL


@pytest.mark.parametrize(
    "source",
    [
        'F("a_minor") + minor',
        'F("a_minor") - row.amount_minor',
        'minor + F("a_minor")',
        'models.F("a_minor") * 40_000',
        'F("a") - F("b") + c',
        'F("a") + Value(minor)',
    ],
)
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
