"""A case as one row of a consumer's list: what is going on, for whom it waits, until when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from amends.cases.models import Case
from amends.cases.words import stage_name
from amends.faces.case_view.headlines import headline
from amends.kernel.parties import Party
from amends.kernel.texts import Text
from amends.policy.rules.facts import REMEDY_NAMES, Remedy

OPEN = {"closed_at__isnull": True}
CLOSED = {"closed_at__isnull": False}
ME = Party.CONSUMER.value


@dataclass(frozen=True, slots=True)
class CaseRow:
    """One case; `party` is 'you' where it waits for the reader and None once it is over."""

    case: Case
    headline: Text
    remedy: Text
    party: str | None
    due: datetime | None
    paused: bool


def case_row(case: Case) -> CaseRow:
    """The reader's own turn before others', the nearest first."""
    remedy = REMEDY_NAMES[Remedy(case.remedy)]
    turns = sorted(case.turns, key=lambda turn: (turn["party"] != ME, turn["due_at"]))
    if case.closed_at is not None or not turns:
        return CaseRow(case, stage_name("case", case.stage), remedy, None, None, False)
    turn: dict[str, Any] = turns[0]
    party = "you" if turn["party"] == ME else str(turn["party"])
    said = headline(Party.CONSUMER, turn["life"], turn["stage"])
    return CaseRow(case, said, remedy, party, datetime.fromisoformat(turn["due_at"]), bool(turn["paused"]))
