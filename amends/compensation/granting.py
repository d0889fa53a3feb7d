"""What an approval of each kind of compensation runs, and what it says to whoever is asked: handed to approvals when Django is ready."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from amends.approvals.answering import void_case
from amends.approvals.asking import Run, Words
from amends.cases.life import LifeRow
from amends.cases.models import Case
from amends.compensation.carrying import run_offer
from amends.compensation.giving import run_correction
from amends.compensation.offers import asked_of
from amends.compensation.rules import PURSE_NAMES, Kind
from amends.compensation.supplements import run_ask
from amends.kernel.texts import Text, say
from amends.people.rules import PLATFORM, Actor


def void_with_case(life: LifeRow, by: Actor, facts: Mapping[str, Any]) -> None:
    """Follower of the moves that end a case or take its claim back: whoever was asked to approve something on it need not answer."""
    assert isinstance(life, Case)  # noqa: S101 - wiring binds this to moves of cases alone
    void_case(life, PLATFORM, ON_A_CASE)


def of_correction(payload: Mapping[str, Any]) -> Text:
    """What granting a correction does."""
    return say("收回消费者的{purse}", "take {purse} back from the consumer", purse=PURSE_NAMES[payload["purse"]])


def of_supplement(payload: Mapping[str, Any]) -> Text:
    """What granting a supplement does."""
    return say("请消费者补差价", "ask the consumer to pay a difference")


ON_A_CASE = frozenset({*(kind.value for kind in Kind), "supplement"})
"""What is given or asked for on a case, and on none that has ended."""

RUNS: tuple[tuple[str, Run, Words], ...] = (
    *((kind.value, run_offer, asked_of) for kind in Kind),
    ("correction", run_correction, of_correction),
    ("supplement", run_ask, of_supplement),
)
