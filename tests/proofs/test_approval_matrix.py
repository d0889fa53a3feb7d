"""Who may do what about how much money: every role, every action, every sum at a bound, asked through the one door and answered (B17).

What should come out is read from the document and from the table below, by code that shares nothing with ours.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

import packs
from amends.approvals import answering
from amends.approvals.models import Approval
from amends.approvals.rules import ACTIONS
from amends.kernel.clock import Stepped
from amends.kernel.parties import Party
from amends.kernel.refusals import NotFound, NotYourMove, Unprocessable
from amends.people.rules import Actor, Role
from tests.approving import House, Till, give, registered, the_house
from tests.cast import person
from tests.workshops_at_hand import a_worker, a_workshop

DOCUMENT = tomllib.loads((Path(packs.__file__).parent / "money" / "2026-11.toml").read_text(encoding="utf-8"))
A_SHOPS_DAY = DOCUMENT["goodwill"]["per_merchant_day_minor"]
GIFTS = ("goodwill", "voucher", "points")

# a: asks, v: approves, -: neither
MATRIX = """
                  consumer merchant workshop agent arbiter supervisor admin policy_owner analyst
goodwill          -        av       -        a     -       av         av    -            -
voucher           -        av       -        a     -       av         av    -            -
points            -        av       -        a     -       av         av    -            -
price_adjustment  -        av       -        a     -       av         av    -            -
extra             -        av       -        a     -       av         av    -            -
claim_sum         -        av       -        a     a       av         av    -            -
supplement        -        av       -        a     -       av         av    -            -
redirect          -        -        -        a     -       av         av    -            -
deposit_hold      -        -        -        a     -       av         av    -            -
deposit_deduct    -        -        -        a     -       av         av    -            -
deposit_release   -        -        -        a     -       av         av    -            -
deposit_pay_out   -        -        -        a     -       av         av    -            -
hold_liable       -        -        -        a     a       av         av    -            -
excuse            -        -        -        a     a       av         av    -            -
write_off         -        -        -        a     a       av         av    -            -
correction        -        -        -        -     -       av         av    -            -
"""


def cells() -> Iterator[tuple[str, str, str]]:
    head, *rows = (line.split() for line in MATRIX.strip().splitlines())
    for action, *row in rows:
        for role, cell in zip(head, row, strict=True):
            yield action, role, cell


CELLS = list(cells())


def bound(role: str, action: str, name: str) -> int:
    found = [row.get(name, 0) for row in DOCUMENT["limits"] if row["role"] == role and action in row["actions"]]
    return int(found[0]) if found else 0


def most(action: str) -> int:
    return max(int(row.get("approves_minor", 0)) for row in DOCUMENT["limits"] if action in row["actions"])


@pytest.fixture
def house(db: None, stepped_clock: Stepped) -> Iterator[House]:
    till = Till()
    with registered(till):
        yield the_house(till)


def hands(house: House) -> dict[str, Actor]:
    return {
        "consumer": house.cast.berta, "merchant": house.cast.bolt, "workshop": a_worker(a_workshop(house.cast)),
        "agent": house.cast.agent, "arbiter": house.cast.judge,
        "supervisor": house.sue, "admin": house.ada, "policy_owner": house.pam, "analyst": person("nell", Role.ANALYST),
    }  # fmt: skip


class Undone(Exception):
    """So that the next cell finds an untouched day."""


def tried(run: Any) -> str:
    """What came of it, and everything as it was before."""
    told = ""
    try:
        with transaction.atomic():
            try:
                found = run()
                told = "alone" if found is None else found.state
            except (NotYourMove, NotFound, Unprocessable) as refusal:
                told = refusal.code
            raise Undone
    except Undone:
        return told


def test_the_table_names_every_action_and_every_role() -> None:
    assert {action for action, _, _ in CELLS} == set(ACTIONS) and {role for _, role, _ in CELLS} == {role.value for role in Role}


def test_every_role_asks_for_every_action_and_every_sum_at_a_bound(house: House) -> None:
    wrong, by = [], hands(house)
    for action, role, cell in CELLS:
        alone = bound(role, action, "alone_minor")
        sums = {1, alone, alone + 1, most(action), most(action) + 1} - {0}
        for amount in sums:
            told = tried(lambda: give(house, by[role], amount, key="k", action=action, consumer_id=None))  # noqa: B023
            if "a" not in cell:
                right = told in ("only_reads", "not_to_ask", "not_your_move")
            elif amount <= alone and not (
                role == "merchant" and action in GIFTS and amount > DOCUMENT["goodwill"]["per_merchant_day_minor"]
            ):
                right = told == "alone"
            else:
                right = told == ("above_everybody" if amount > most(action) else "asked")
            if not right:
                wrong.append((action, role, amount, told))
    assert wrong == []


MATRIX_ASKS = {action: {role for each, role, cell in CELLS if each == action and "a" in cell} for action in ACTIONS}
MATRIX_APPROVES = {action: {role for each, role, cell in CELLS if each == action and "v" in cell} for action in ACTIONS}


def test_every_role_answers_for_every_action_and_every_sum_at_a_bound(house: House) -> None:
    wrong: list[tuple[object, ...]] = []
    by = hands(house) | {"supervisor": house.stan, "merchant": house.bess}
    for action in ACTIONS:
        of_platform = house.sue if action == "correction" else house.ann
        for asker in [of_platform, house.cast.bolt] if "merchant" in MATRIX_ASKS[action] else [of_platform]:
            uppers = {bound(role, action, "approves_minor") for role in MATRIX_APPROVES[action]}
            for amount in sorted({upper + more for upper in uppers for more in (0, 1)}):
                if bound(next(iter(asker.roles)).value, action, "alone_minor") < amount <= most(action):
                    with suppress(Undone), transaction.atomic():
                        wrong += answers(house, action, asker, amount, by)
                        raise Undone
    assert wrong == []


def answers(house: House, action: str, asker: Actor, amount: int, by: dict[str, Actor]) -> list[tuple[object, ...]]:
    """One wish before every role: what came of it where that is not what the table says."""
    row = give(house, asker, amount, key="k", action=action, consumer_id=None)
    assert row is not None
    wrong: list[tuple[object, ...]] = []
    for role, approver in by.items():
        told = tried(lambda: answering.approve(row.ref, by=approver))  # noqa: B023
        may = role in MATRIX_APPROVES[action] and amount <= bound(role, action, "approves_minor")
        if (told == "granted") is not (may and (role != "merchant" or asker.party is Party.MERCHANT)):
            wrong.append((action, asker.name, role, amount, told))
    return wrong


def test_nobody_of_any_role_answers_or_reviews_their_own(house: House) -> None:
    for role, by in hands(house).items():
        for action in ACTIONS:
            if role in MATRIX_ASKS[action]:
                told = tried(lambda: granted(house, action, by, bound(role, action, "alone_minor") + 1, by))  # noqa: B023
                assert told == "self_approval", (role, action)


def granted(house: House, action: str, asker: Actor, amount: int, approver: Actor) -> Approval:
    found = give(house, asker, amount, key="k", action=action, consumer_id=None)
    assert found is not None
    return answering.approve(found.ref, by=approver)
