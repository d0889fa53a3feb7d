"""Whether somebody may decide a sum alone, approve another's, or break the glass: plain values in, reasons out. No rows, no clock."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from amends.approvals.money_schema import Limit, Rules
from amends.approvals.rules import ACTIONS, Because
from amends.people.rules import Role


@dataclass(frozen=True, slots=True)
class SoFar:
    """What was decided already, weighed: by this person today (by action), on this case, to this consumer of late, by this shop today.

    None where there is no case, or no consumer: then its bound does not count.
    """

    person: dict[str, int]
    case: int | None = None
    consumer: int | None = None
    merchant: int = 0

    def day(self, row: Limit) -> int:
        """This person's sum of today over the actions of one row."""
        return sum(self.person.get(action, 0) for action in row.actions)


def asking_roles(action: str, roles: Iterable[Role]) -> list[Role]:
    """Those of `roles` that may ask for this action at all, in the order of the roles."""
    held = frozenset(roles)
    return [role for role in Role if role in held and role in ACTIONS[action].asks]


def approving_roles(action: str, roles: Iterable[Role]) -> list[Role]:
    """Those of `roles` that may be asked about this action at all."""
    held = frozenset(roles)
    return [role for role in Role if role in held and role in ACTIONS[action].approves]


def reasons(action: str, role: Role, weighed: int, so_far: SoFar, rules: Rules) -> list[Because]:
    """Why this role may not decide this sum alone now; empty where it may."""
    row = rules.limit(role, action)
    found = []
    if row is None or weighed > row.alone_minor:
        found.append(Because.ALONE)
    elif so_far.day(row) + weighed > row.per_day_minor:
        found.append(Because.DAY)
    if ACTIONS[action].gift:
        bounds = rules.goodwill
        if so_far.case is not None and so_far.case + weighed > bounds.per_case_minor:
            found.append(Because.CASE)
        if so_far.consumer is not None and so_far.consumer + weighed > bounds.per_consumer_minor:
            found.append(Because.CONSUMER)
        if role is Role.MERCHANT and so_far.merchant + weighed > bounds.per_merchant_day_minor:
            found.append(Because.MERCHANT)
    return found


def best(action: str, roles: Iterable[Role], weighed: int, so_far: SoFar, rules: Rules) -> tuple[Role, list[Because]] | None:
    """The role that is held back least, and by what; None where none of `roles` may ask for this."""
    held = [(role, reasons(action, role, weighed, so_far, rules)) for role in asking_roles(action, roles)]
    return min(held, key=lambda found: len(found[1])) if held else None


def approves_up_to(action: str, roles: Iterable[Role], rules: Rules) -> int:
    """The greatest sum of another that these roles may approve; 0: none."""
    rows = (rules.limit(role, action) for role in approving_roles(action, roles))
    return max((row.approves_minor for row in rows if row), default=0)


def approves_today(action: str, roles: Iterable[Role], weighed: int, approved: SoFar, rules: Rules) -> bool:
    """Whether these roles may approve this sum too, after what they approved today."""
    rows = [row for role in approving_roles(action, roles) if (row := rules.limit(role, action)) and weighed <= row.approves_minor]
    return any(approved.day(row) + weighed <= row.approves_per_day_minor for row in rows)


def glass_up_to(action: str, roles: Iterable[Role], rules: Rules) -> int:
    """The greatest sum that these roles may decide at once in an emergency; 0: none."""
    rows = (rules.limit(role, action) for role in asking_roles(action, roles))
    return max((row.glass_minor for row in rows if row), default=0)
