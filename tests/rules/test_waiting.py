"""The policy's small table of who is waited for says what the lives' own tables say."""

from __future__ import annotations

from amends.cases.rules.lives import CASE, GRANT
from amends.kernel.parties import Party
from amends.policy.rules.checks import LIMITS
from amends.policy.rules.waiting import FOR_CONSUMER, FOR_MERCHANT, for_consumer, for_merchant
from amends.refunds.rules import REFUND
from amends.returns.rules import INSPECTION, RETURN_SHIPMENT
from amends.rulings.rules import REVIEW


def waited_for() -> dict[str, set[Party]]:
    found: dict[str, set[Party]] = {}
    for life in (CASE, GRANT, RETURN_SHIPMENT, INSPECTION, REFUND, REVIEW):
        for stage in life.stages.values():
            if stage.limit:
                found.setdefault(stage.limit, set()).update(stage.waits_for)
    return found


def test_whom_a_limit_waits_for_is_what_the_lives_say() -> None:
    lives = waited_for()
    assert len(lives) > 25
    assert {name for name in lives if for_consumer(name)} == {name for name, parties in lives.items() if Party.CONSUMER in parties}
    assert {name for name in lives if for_merchant(name)} == {name for name, parties in lives.items() if parties == {Party.MERCHANT}}


def test_every_name_is_a_limit_and_waits_for_one_or_the_other() -> None:
    assert set(LIMITS) >= FOR_CONSUMER | FOR_MERCHANT
    assert [name for name in LIMITS if for_consumer(name) and for_merchant(name)] == []
