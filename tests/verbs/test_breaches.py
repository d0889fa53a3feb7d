"""A ruling or a settlement that a side does not keep leads on by itself; it is on record once, told, and counted."""

from __future__ import annotations

from datetime import timedelta

import pytest

from amends.cases.models import Case, Entry
from amends.cases.queries import timeline
from amends.cases.verbs.answering import approve, let_stand
from amends.insight.verify import CHECKS
from amends.kernel.clock import Stepped
from amends.kernel.parties import Party
from amends.kernel.tables import Life
from amends.notices.models import Notice
from amends.plumbing import jobs
from amends.repairs.rules import REPAIR
from amends.replacements.rules import REPLACEMENT
from amends.returns.rules import INSPECTION, RETURN_SHIPMENT
from amends.rulings.breaches import BOUND, BREACH, LEADS_ON, WAIVED, breaches, breaches_of, hear, who_failed
from tests.cast import Cast, an_order, claims, later_by, settled, the_cast
from tests.verbs.appeals_at_hand import ruled
from tests.verbs.returns_at_hand import PaysAtOnce, fresh, parcel_of

DAY = timedelta(days=1)


@pytest.fixture
def cast(db: None, stepped_clock: Stepped, monkeypatch: pytest.MonkeyPatch) -> Cast:
    gateway = PaysAtOnce()
    monkeypatch.setattr("amends.refunds.asking.gateway", lambda *_: gateway)
    return the_cast()


def is_sound() -> None:
    assert {check.name: found for check in CHECKS if (found := check.offenders())} == {}


def bound(cast: Cast) -> Case:
    """Bolt has to take the lamp back: the ruling binds."""
    case = ruled(cast, "for")
    let_stand(case.ref, by=cast.bolt)
    jobs.drain()
    return fresh(case)


def test_a_merchant_who_gives_no_address_after_a_ruling_has_broken_it_and_it_goes_on(cast: Cast, stepped_clock: Stepped) -> None:
    case = bound(cast)
    later_by(stepped_clock, 3 * DAY)
    assert parcel_of(case).stage == "awaiting_dispatch"
    line = breaches_of(case).get()
    assert (line.party, line.facts["who"], line.facts["of"], line.facts["move"], line.facts["basis"]) == (
        "clock", "merchant", "return_shipment", "use_known_address", "ruled",
    )  # fmt: skip
    told = set(Notice.objects.filter(case_id=case.pk, kind="case.breach").values_list("party", flat=True))
    assert told == {"consumer", "merchant", "supervisor"}
    assert [row.pk for row in breaches(stepped_clock.at - 4 * DAY)] == [line.pk]
    assert BREACH in [row.verb for row in timeline(case, cast.anna)]
    is_sound()


def test_a_consumer_who_sends_nothing_back_after_a_ruling_has_let_it_lapse(cast: Cast, stepped_clock: Stepped) -> None:
    case = bound(cast)
    later_by(stepped_clock, 12 * DAY)
    settled()
    assert fresh(case).is_over
    assert [line.facts["who"] for line in breaches_of(case)] == ["merchant", "consumer"]
    is_sound()


def test_told_twice_it_is_on_record_once(cast: Cast, stepped_clock: Stepped) -> None:
    case = bound(cast)
    later_by(stepped_clock, 3 * DAY)
    hear(Entry.objects.get(case_id=case.pk, verb="use_known_address"))
    assert breaches_of(case).count() == 1


def test_what_a_merchant_granted_of_their_own_will_is_no_ruling(cast: Cast, stepped_clock: Stepped) -> None:
    case = claims(an_order(cast.bolts, cast.annas), by=cast.anna)
    approve(case.ref, by=cast.bolt)
    later_by(stepped_clock, 3 * DAY)
    assert Entry.objects.filter(case_id=case.pk, verb="use_known_address").exists()
    assert not breaches_of(case).exists()


def test_who_failed_is_whom_the_life_waited_for() -> None:
    assert who_failed("replacement", "fall_back", "packing") is Party.MERCHANT
    assert who_failed("return_shipment", "lapse", "awaiting_dispatch") is Party.CONSUMER
    assert who_failed("replacement", "fall_back", "choosing") is None
    assert who_failed("repair", "fall_back", "awaiting_parts") is None
    assert who_failed("inspection", "accept", "awaiting") is None


@pytest.mark.parametrize("life", [RETURN_SHIPMENT, INSPECTION, REPLACEMENT, REPAIR], ids=lambda life: life.name)
def test_each_silence_of_a_side_that_carries_out_what_is_owed_breaks_it_or_waives_something(life: Life) -> None:
    silences = {
        (life.name, name, verb) for name, stage in life.stages.items() if set(stage.waits_for) & set(BOUND) for verb in stage.silence
    }  # fmt: skip
    assert silences == {row for row in LEADS_ON | WAIVED if row[0] == life.name}
    assert not LEADS_ON & WAIVED
