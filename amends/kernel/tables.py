"""States as text tables: parsed and checked when the module that holds them is imported.

A STAGES row says whom a life waits for, under which limit of the policy, and which verbs silence means. A MOVES row says who may do
what and where it leads; `-` is birth, `=` stays. One (stage, verb, party) leads to one stage: a table has no conditions.
Guards that ask another life are the numbered S-rules of docs/lifecycle.md and live in amends/wiring.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from graphlib import CycleError, TopologicalSorter

from amends.kernel.parties import Party

BIRTH = "-"
ALARM = "alarm"


class TableError(ValueError):
    """The table contradicts itself; the message names life, stage and row."""


def rows(text: str) -> list[list[str]]:
    """The rows of a text table below its head, every one as wide as the head."""
    head, *body = [line.split() for line in text.splitlines() if line.strip()]
    for row in body:
        if len(row) != len(head):
            raise TableError(f"a row of {len(row)} cells under a head of {len(head)}: {' '.join(row)}")
    return body


@dataclass(frozen=True, slots=True)
class Stage:
    """One place in a life: whom it waits for, under which limit, and what silence may mean (the first is the default)."""

    name: str
    waits_for: tuple[Party, ...]
    limit: str | None
    silence: tuple[str, ...]

    @property
    def is_over(self) -> bool:
        return not self.waits_for

    @property
    def calls_a_person(self) -> bool:
        return self.silence == (ALARM,)


@dataclass(frozen=True, slots=True)
class Life:
    """The whole table of one kind of life."""

    name: str
    stages: Mapping[str, Stage]
    moves: Mapping[tuple[str, str, Party], str] = field(repr=False)
    counted: Mapping[str, str] = field(default_factory=dict)

    def becomes(self, stage: str, verb: str, party: Party) -> str | None:
        """The stage that `verb` by `party` leads to from `stage`, or None where the table has no such row."""
        return self.moves.get((stage, verb, party))

    def who_may(self, stage: str, verb: str) -> tuple[Party, ...]:
        """The parties that can make this move at this stage; empty where nobody can."""
        return tuple(p for (s, v, p) in self.moves if s == stage and v == verb)

    def verbs(self, stage: str, party: Party) -> tuple[str, ...]:
        """What `party` can do at this stage, in the order of the table."""
        return tuple(v for (s, v, p) in self.moves if s == stage and p == party)

    @property
    def all_verbs(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(v for (_, v, _) in self.moves))

    @property
    def open_stages(self) -> tuple[str, ...]:
        return tuple(name for name, stage in self.stages.items() if not stage.is_over)


def life(name: str, *, stages: str, moves: str, counted: Mapping[str, str] | None = None) -> Life:
    """The two tables of `name`, parsed and proved sound: every stage is reached, whoever is waited for has a move, silence ends.

    `counted` gives, for each verb whose number of times the pack limits, the name of that count. Raises TableError.
    """
    parsed: dict[str, Stage] = {}
    for stage, waits, limit, silence in rows(stages):
        if stage in parsed:
            raise TableError(f"{name}.{stage} stands in two rows")
        parsed[stage] = Stage(stage, *_waits(f"{name}.{stage}", waits, limit, silence))
    made: dict[tuple[str, str, Party], str] = {}
    for origins, verb, by, becomes in rows(moves):
        for origin in origins.split(","):
            for party in by.split(","):
                key = (origin, verb, _party(f"{name}.{origin} {verb}", party))
                if key in made:
                    raise TableError(f"{name}.{origin}: {verb} by {party} stands in two rows")
                made[key] = origin if becomes == "=" else becomes
    result = Life(name, parsed, made, dict(counted or {}))
    _check(result)
    return result


def _party(where: str, name: str) -> Party:
    try:
        return Party(name)
    except ValueError as unknown:
        raise TableError(f"{where}: no such party {name}") from unknown


def _waits(where: str, waits: str, limit: str, silence: str) -> tuple[tuple[Party, ...], str | None, tuple[str, ...]]:
    if waits == "-":
        return (), None, ()
    return tuple(_party(where, p) for p in waits.split(",")), limit, tuple(silence.split(","))


def _check(life: Life) -> None:
    known = set(life.stages)
    edges: dict[str, set[str]] = {}
    silent: dict[str, set[str]] = {}
    lively: dict[str, set[str]] = {}
    for (origin, verb, party), becomes in life.moves.items():
        for unknown in sorted({origin, becomes} - known - {BIRTH}):
            raise TableError(f"{life.name}: {verb} names an unknown stage {unknown}")
        if origin != BIRTH and life.stages[origin].is_over:
            raise TableError(f"{life.name}.{origin} is over, but may {verb}")
        edges.setdefault(origin, set()).add(becomes)
        if becomes != origin and party is Party.CLOCK:
            silent.setdefault(origin, set()).add(becomes)
        if becomes != origin and verb not in life.counted:
            lively.setdefault(origin, set()).add(becomes)
    for lost in sorted(known - _reached(BIRTH, edges)):
        raise TableError(f"{life.name}.{lost} is never reached")
    for stage in life.stages.values():
        _check_stage(life, stage, silent)
    for graph, what in ((silent, "silence goes in a circle"), (lively, "a circle that no count ends")):
        try:
            TopologicalSorter(graph).prepare()
        except CycleError as circle:
            raise TableError(f"{life.name}: {what}: {circle.args[1]}") from circle


def _check_stage(life: Life, stage: Stage, silent: Mapping[str, set[str]]) -> None:
    if stage.is_over:
        return
    by_clock = set(life.verbs(stage.name, Party.CLOCK))
    if by_clock != set(stage.silence):
        raise TableError(f"{life.name}.{stage.name}: silence means {stage.silence}, but the clock may {sorted(by_clock)}")
    for party in stage.waits_for:
        if not life.verbs(stage.name, party):
            raise TableError(f"{life.name}.{stage.name} waits for {party}, who has no move")
    ends = _reached(stage.name, silent)
    if not any(life.stages[s].is_over or life.stages[s].calls_a_person for s in ends):
        raise TableError(f"{life.name}.{stage.name}: silence leads nowhere")


def _reached(start: str, edges: Mapping[str, set[str]]) -> set[str]:
    seen, todo = {start}, [start]
    while todo:
        new = edges.get(todo.pop(), set()) - seen
        seen |= new
        todo.extend(new)
    return seen
