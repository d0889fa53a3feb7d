"""Stories of who bears a cost begin with a case that cost somebody something, a carrier to ask, and people who may decide."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from amends.approvals.models import Approval
from amends.cases import clockwork
from amends.cases.grants import owe_sum
from amends.cases.models import Case, Deadline
from amends.cases.record import an_act
from amends.cases.taking import take_case_of
from amends.kernel import clock
from amends.ledger.posting import balances
from amends.liability.models import Bearer, ChargeBackTo, DepositMove
from amends.liability.verbs.bearers import add_bearer
from amends.liability.verbs.charging import ask_bearer
from amends.liability.verbs.deposits import top_up
from amends.people.rules import PLATFORM, Actor, Role
from amends.refunds.intents import intend_for
from tests.cast import Cast, person
from tests.refunding import an_unshipped_order, granted, run_only


def a_cost(cast: Cast, minor: int = 9900) -> Case:
    """A case for which Bolt owes Anna so much; the books say so, and no gateway was asked."""
    case = granted(cast, an_unshipped_order(cast, prices=(minor,)))
    run_only("begin_refund")
    return case


def a_cost_of_ours(cast: Cast, minor: int = 8000) -> Case:
    """A case that cost the platform something beside: a goodwill payment of ours."""
    case = a_cost(cast)

    @an_act
    def give() -> None:
        held = take_case_of(case.pk)
        grant = owe_sum(held, amount_minor=minor, currency="CNY", remedy="goodwill", basis="goodwill", borne_by="platform", by=PLATFORM)
        intend_for(grant, PLATFORM)

    give()
    return case


def a_carrier(cast: Cast, key: str = "SF") -> Bearer:
    """A carrier by name."""
    return add_bearer(kind="carrier", key=key, name_zh="快运通", name_en="Swift Parcels", by=cast.agent)


def asked_of_carrier(cast: Cast, case: Case, minor: int = 5000, carrier: Bearer | None = None) -> ChargeBackTo:
    """The platform asks a carrier to bear a part of the case."""
    bearer = carrier or a_carrier(cast)
    return ask_bearer(
        case.ref, party="carrier", bearer=bearer.ref, amount_minor=minor, what="refund", words="包裹在途中压坏", by=cast.agent
    )


def a_head(name: str = "head") -> Actor:
    """A supervisor."""
    return person(name, Role.SUPERVISOR)


def topped_up(cast: Cast, minor: int = 100_000, ref: str = "BANK-1") -> DepositMove:
    """Bolt's money has come by bank."""
    return top_up(cast.bolts.ref, amount_minor=minor, provider_ref=ref, by=cast.agent)


def made(found: Any) -> Any:
    """What was done at once; a test that expected that learns where it was only asked."""
    assert not isinstance(found, Approval), found
    return found


def books(**of: int) -> dict[str, int]:
    """Balances as `party.name` -> minor units, over the holders; nothing that is zero."""
    found: dict[str, int] = {}
    for row in balances(**of):
        key = f"{row.party}.{row.name}"
        found[key] = found.get(key, 0) + row.minor
    return {key: minor for key, minor in found.items() if minor}


def passes(clock_: clock.Stepped, step: timedelta) -> None:
    """Time passes and the clock fires what falls due of charges, each at its own instant; of the jobs only notices run, so that neither
    the refund's own alarms nor a gateway are needed."""
    end = clock_.at + step
    while True:
        rows = Deadline.objects.filter(life="charge_back_to", ended_at__isnull=True, due_at__lte=end)
        due = rows.order_by("due_at").first()
        if due is None:
            break
        clock_.until(max(due.due_at, clock_.at))
        clockwork.fire(due.pk, due.case_id)
    clock_.until(end)
    run_only("notices")
