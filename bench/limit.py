"""The limit: the very statements that an act of ours makes, replayed by a bare psycopg loop with prepared statements, and committed.

How: acts are run once with every statement and every returned row written down, and rolled back. Then the statements are made again on a
plain connection of the same role, with ids that the database now gives in place of those that it gave then. Sequences begin far apart, so
that an id is never mistaken for a sum. What the replay leaves out is exactly what our code costs: Python between the statements.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import psycopg
from django.db import connection, transaction

ID_FROM = 10**9
Act = Callable[[], Any]


@dataclass
class Tape:
    """The statements of one act, each with its parameters and the ids that it returned."""

    statements: list[tuple[str, Any, list[int]]] = field(default_factory=list)

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
        result = execute(sql, params, many, context)
        cursor = context["cursor"].cursor
        ids: list[int] = []
        if "RETURNING" in sql and cursor.rowcount > 0 and cursor.description:
            ids = [row[0] for row in cursor.fetchall()]
            cursor.scroll(0, mode="absolute")
        if not sql.startswith(("SAVEPOINT", "RELEASE")):
            self.statements.append((sql, params, ids))
        return result


def spread_sequences(url: str) -> None:
    """Every sequence counts in a range of its own, above ID_FROM; one that does so already goes on where it was."""
    with psycopg.connect(url, autocommit=True) as owner:
        rows = owner.execute(
            "SELECT seqrelid::regclass::text, coalesce(pg_sequence_last_value(seqrelid), 0) FROM pg_sequence"
            " WHERE seqtypid = 'bigint'::regtype ORDER BY seqrelid"
        ).fetchall()
        for place, (name, last) in enumerate(rows, 1):
            if last < ID_FROM * place:
                owner.execute("SELECT setval(%s, %s)", [name, ID_FROM * place])


def record(acts: Sequence[Act]) -> list[Tape]:
    """Each act's tape; nothing of the acts remains."""
    tapes = []
    for act in acts:
        tape = Tape()
        with transaction.atomic():
            with connection.execute_wrapper(tape):
                act()
            transaction.set_rollback(True)
        tapes.append(tape)
    return tapes


def replay(tapes: Sequence[Tape], url: str) -> float:
    """Seconds for all tapes, each one transaction."""
    with psycopg.connect(url, autocommit=True, prepare_threshold=1, cursor_factory=psycopg.Cursor) as plain:
        begun = time.perf_counter()
        for tape in tapes:
            with plain.transaction():
                _one(plain, tape)
        return time.perf_counter() - begun


def _one(plain: psycopg.Connection[Any], tape: Tape) -> None:
    anew: dict[int, int] = {}
    for sql, params, ids in tape.statements:
        done = plain.execute(sql, _renamed(params, anew))
        if ids and done.description:
            anew.update(zip(ids, (row[0] for row in done.fetchall()), strict=False))


def _renamed(params: Any, anew: dict[int, int]) -> Any:
    if isinstance(params, dict):
        return {name: _renamed(value, anew) for name, value in params.items()}
    if isinstance(params, list | tuple):
        return type(params)(_renamed(value, anew) for value in params)
    return anew.get(params, params) if isinstance(params, int) else params


def against(name: str, recorded: Sequence[Act], timed: Sequence[Act], url: str) -> dict[str, Any]:
    """Ours and the limit, in acts a second, and how much of the limit ours reaches."""
    tapes = record(recorded)
    begun = time.perf_counter()
    for act in timed:
        act()
    ours = len(timed) / (time.perf_counter() - begun)
    limit = len(tapes) / replay(tapes, url)
    statements = round(sum(len(tape.statements) for tape in tapes) / len(tapes), 1)
    return {
        "what": name,
        "ours_per_s": round(ours, 1),
        "limit_per_s": round(limit, 1),
        "share_of_limit": round(ours / limit, 3),
        "statements": statements,
    }
