"""People and one act for tests about approvals: a goodwill payment that is noted in a list instead of being paid."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction

from amends.approvals import asking
from amends.approvals.models import Approval
from amends.approvals.rules import ACTIONS
from amends.cases.models import Case
from amends.cases.record import an_act
from amends.cases.taking import take_case_of
from amends.kernel.texts import say
from amends.people.models import Membership
from amends.people.rules import Actor, Role
from tests.cast import Cast, person, the_cast


@dataclass
class Till:
    """What was really done, in order: (payload, asker, approver)."""

    done: list[tuple[dict[str, Any], Actor, Actor]] = field(default_factory=list)

    def run(self, payload: Mapping[str, Any], asker: Actor, approver: Actor, approval: Approval) -> str:
        self.done.append((dict(payload), asker, approver))
        return f"done {approval.ref}"


@contextmanager
def registered(till: Till) -> Iterator[None]:
    """Every action ends in the till."""
    before, words = dict(asking.RUNS), dict(asking.WORDS)
    asking.RUNS.clear()
    asking.WORDS.clear()
    for action in ACTIONS:
        asking.register(action, till.run, lambda payload: say("付给 {who}", "Pay {who}", who=str(payload.get("who", "-"))))
    try:
        yield
    finally:
        asking.RUNS.clear()
        asking.RUNS.update(before)
        asking.WORDS.clear()
        asking.WORDS.update(words)


@dataclass(frozen=True)
class House:
    """The cast, with those who answer for the platform's money."""

    cast: Cast
    sue: Actor
    stan: Actor
    ada: Actor
    pam: Actor
    paul: Actor
    ann: Actor
    bess: Actor
    till: Till


def the_house(till: Till | None = None) -> House:
    """Two supervisors, an administrator, two policy owners, a second agent and a second person of Bolt's shop."""
    cast = the_cast()
    return House(
        cast, sue=person("sue", Role.SUPERVISOR), stan=person("stan", Role.SUPERVISOR), ada=person("ada", Role.ADMIN),
        pam=person("pam", Role.POLICY_OWNER), paul=person("paul", Role.POLICY_OWNER), ann=person("ann", Role.AGENT),
        bess=person("bess", Role.MERCHANT, merchant=cast.bolts), till=till or Till(),
    )  # fmt: skip


def give(
    house: House, by: Actor, amount: int, *, key: str, case: Case | None = None, action: str = "goodwill", **more: Any
) -> Approval | None:
    """`by` decides about a sum for Anna out of Bolt's shop, as a verb would."""

    @an_act
    def run() -> Approval | None:
        held = take_case_of(case.pk) if case else None
        with transaction.atomic():
            asked = asking.decide(
                action, by=by, amount_minor=amount, payload={"who": "Anna"}, key=key, case=held,
                **{
                    "merchant_id": house.cast.bolts.pk, "unit": "CNY", "consumer_id": house.cast.annas.pk, "why": "she waited for weeks",
                    **more,
                },
            )  # fmt: skip
        if asked is None:
            house.till.run({"who": "Anna", "key": key}, by, by, Approval(ref="alone"))
        return asked

    return run()


def also(actor: Actor, role: Role, **side: Any) -> None:
    """The same person in a second role."""
    Membership.objects.create(user_id=actor.user_id, role=role.value, **side)
