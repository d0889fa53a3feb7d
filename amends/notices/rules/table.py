"""Who is told what, and how urgently: every verb of every life, as one table that is read and checked when this module is imported.

Its rows stand in lives/, a file for each room of lives. A row of TOLD: when (`life.verb`), for whom, how urgent, whose clock `{due}` is
about (`told`: the line itself says the time; `-`: none) and which sentence. `given` narrows a row: a party (who made the move; `clock`
means a lapse), a stage (where it led), `>party` (for whom the life waits then), `@to` and `@for` (a cost is asked of the merchant, or for
it), `!` before any of them for its contrary, commas for `and`. Of the rows that fit, the first for an audience counts.
`alone` makes a row give way to another of the same act that tells the same audience at least as urgently: so applying is one notice and
not two. A verb that tells nobody stands in SILENT with its reason, because a missing row must be a mistake and not a silence.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from amends.cases.rules.lives import CASE, EXTENSION, GRANT
from amends.cases.rules.told import TOLD as LINES
from amends.complaints.rules import COMPLAINT
from amends.deliveries.rules import DELIVERY
from amends.kernel.parties import Party
from amends.kernel.tables import BIRTH, Life, TableError, rows
from amends.kernel.texts import Text
from amends.liability.rules import CHARGE_BACK_TO
from amends.notices.rules.lives import SILENT, TOLD
from amends.notices.rules.sentences import SENTENCES
from amends.notices.rules.words import Audience, Urgency
from amends.refunds.rules import REFUND
from amends.repairs.rules import CONSULTATION, LOAN, REPAIR
from amends.replacements.rules import ADVANCE, REPLACEMENT
from amends.returns.rules import INSPECTION, RETURN_SHIPMENT
from amends.rulings.rules import APPEAL, REVIEW
from amends.talks.rules import OFFER
from amends.tasks.rules import TASK

LIVES: Mapping[str, Life] = {
    life.name: life
    for life in (
        CASE,
        GRANT,
        RETURN_SHIPMENT,
        INSPECTION,
        REPLACEMENT,
        ADVANCE,
        REPAIR,
        REFUND,
        REVIEW,
        APPEAL,
        CHARGE_BACK_TO,
        DELIVERY,
        LOAN,
        CONSULTATION,
        TASK,
        COMPLAINT,
        EXTENSION,
        OFFER,
    )
}
TOLD_LINES = tuple(f"{life}.{what}" for life, lines in LINES.items() for what in lines)
BESIDE = ("webhook.alarm", "webhook.given_up", "stamp.alarm")
"""What is told without a line of a timeline."""
ITS_OWN = "told"
ALONE = "alone"
LONGEST_KIND = 40


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table, for one audience."""

    when: str
    given: tuple[str, ...]
    to: Audience
    urgency: Urgency
    due_of: str
    words: str

    @property
    def kind(self) -> str:
        """What a notice keeps to find its words again: `when`, and what narrows the row; unique together with the audience."""
        return ".".join((self.when, *self.conditions))

    @property
    def conditions(self) -> tuple[str, ...]:
        """What must hold of the step for this row to fit."""
        return tuple(name for name in self.given if name != ALONE)

    @property
    def gives_way(self) -> bool:
        """Whether another notice of the same act takes its place."""
        return ALONE in self.given

    @property
    def by_lapse(self) -> bool:
        """Whether only the clock makes this step, so that `{until}`, `{who}` and `{rule}` can be said."""
        life, verb = self.when.split(".")
        makers = {party for (_, made, party) in LIVES[life].moves if made == verb} if life in LIVES else set()
        return Party.CLOCK.value in self.given or makers == {Party.CLOCK}


class Step(NamedTuple):
    """What of a timeline entry the table looks at: `by` is the party's value, `number` its place in the case's timeline; `about`: whether a
    cost is asked of the merchant (to) or for it (for)."""

    life: str
    verb: str
    by: str
    went_to: str
    number: int = 0
    about: tuple[str, ...] = ()


def _row(cells: Sequence[str]) -> Row:
    when, given, to, urgency, due_of, words = cells
    where = f"{when} {to}"
    try:
        row = Row(
            when, () if given == "-" else tuple(given.split(",")), Audience(to), Urgency(urgency), "" if due_of == "-" else due_of, words
        )
    except ValueError as unknown:
        raise TableError(f"{where}: {unknown}") from unknown
    if row.due_of and row.due_of != ITS_OWN and row.due_of not in list(Party):
        raise TableError(f"{where}: no such party {row.due_of}")
    if row.words not in SENTENCES:
        raise TableError(f"{where}: no such sentence {row.words}")
    if len(row.kind) > LONGEST_KIND:
        raise TableError(f"{where}: {row.kind} is too long a name")
    return row


def _known() -> tuple[str, ...]:
    return (*(f"{name}.{verb}" for name, life in LIVES.items() for verb in life.all_verbs), *TOLD_LINES, *BESIDE)


def _check_given(row: Row) -> None:
    """Every condition is of something that this very verb can have: a party that makes it, or a stage that it leads to."""
    life, verb = row.when.split(".")
    if life not in LIVES:
        if row.given:
            raise TableError(f"{row.kind}: nothing narrows what is no line of a timeline")
        return
    table = LIVES[life]
    moves = [(party.value, becomes) for (_, made, party), becomes in table.moves.items() if made == verb]
    by, leads = {party for party, _ in moves}, {becomes for _, becomes in moves}
    if row.when in TOLD_LINES:
        by, leads = {party.value for party in Party}, set(table.stages)
    awaited = {f">{party.value}" for name in leads - {BIRTH} for party in table.stages[name].waits_for}
    bearers = {"@to", "@for"} if table is CHARGE_BACK_TO else set()
    for condition in row.conditions:
        if condition.removeprefix("!") not in by | leads | awaited | bearers:
            raise TableError(f"{row.kind}: {condition} never holds of it")


def parsed(told: str, silent: Mapping[str, Text]) -> dict[str, tuple[Row, ...]]:
    """The rows by what they are about. Raises TableError where a name is unknown, a kind stands twice for one audience, a row can never
    fit, or a verb of a life is neither told nor silent."""
    found: dict[str, list[Row]] = {}
    known = set(_known())
    for row in map(_row, rows(told)):
        if row.when not in known:
            raise TableError(f"{row.when}: no life has such a verb, and it is no told line")
        if any((other.kind, other.to) == (row.kind, row.to) for other in found.get(row.when, ())):
            raise TableError(f"{row.kind} {row.to} stands in two rows")
        _check_given(row)
        found.setdefault(row.when, []).append(row)
    for when in sorted(known):
        if (when in found) == (when in silent):
            raise TableError(f"{when}: " + ("both told and silent" if when in found else "neither told nor silent, with a reason"))
    for when in sorted(set(silent) - known):
        raise TableError(f"{when}: silent, but there is no such thing")
    return {when: tuple(rows_) for when, rows_ in found.items()}


ROWS: Mapping[str, tuple[Row, ...]] = parsed(TOLD, SILENT)
_BY_KIND = {(row.kind, row.to): row for rows_ in ROWS.values() for row in rows_}
_PRESSING = list(Urgency)


def every_row() -> tuple[Row, ...]:
    """All rows in the order of the table."""
    return tuple(row for rows_ in ROWS.values() for row in rows_)


def heard() -> tuple[str, ...]:
    """Every line of a timeline (`life.verb`) that tells anybody: what the listener listens to."""
    return tuple(when for when in ROWS if when not in BESIDE)


def row_of(kind: str, audience: Audience | str) -> Row:
    """The row that a notice of this kind to this audience was made by; KeyError where the table has it no more."""
    return _BY_KIND[kind, Audience(audience)]


def rows_for(step: Step, act: Sequence[Step] = ()) -> tuple[Row, ...]:
    """Who is told of `step`, one row for an audience. `act` holds all steps of the same act of the same case, this one too: rows that
    stand `alone` give way to what the others tell, and what would be said word for word twice (two units rejected at once) is said by
    the first step only."""
    others = [(other, row) for other in act if other.number != step.number for row in _fitting(other)]
    said = {(row.kind, row.to) for other, row in others if other.number < step.number and "{sum}" not in SENTENCES[row.words].body.en}
    return tuple(
        row
        for row in _fitting(step)
        if (row.kind, row.to) not in said and not (row.gives_way and any(_outdone(row, other) for _, other in others))
    )


def _fitting(step: Step) -> tuple[Row, ...]:
    first: dict[Audience, Row] = {}
    for row in ROWS.get(f"{step.life}.{step.verb}", ()):
        if row.to not in first and all(_holds(condition, step) for condition in row.conditions):
            first[row.to] = row
    return tuple(first.values())


def _holds(condition: str, step: Step) -> bool:
    if condition.startswith("!"):
        return not _holds(condition[1:], step)
    if condition.startswith(">"):
        stage = LIVES[step.life].stages.get(step.went_to)
        return stage is not None and condition[1:] in stage.waits_for
    if condition.startswith("@"):
        return condition[1:] in step.about
    return condition in (step.by, step.went_to)


def _outdone(row: Row, other: Row) -> bool:
    return other.to is row.to and not other.gives_way and _PRESSING.index(other.urgency) <= _PRESSING.index(row.urgency)
