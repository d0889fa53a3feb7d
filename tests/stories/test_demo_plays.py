"""The plays of the demo's shop, told whole: each rests where its table says, and nothing of it breaks an invariant."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from amends.cases.life import LifeRow
from amends.cases.models import Case
from amends.deliveries.models import OutboundDelivery
from amends.insight.verify import CHECKS
from amends.kernel import clock
from amends.liability.models import Proposal, SignedLink
from amends.management.demo.engine import Stage
from amends.management.demo.goods import telling
from amends.management.demo.goods.house import furnish
from amends.management.demo.goods.plays import PLAYS, import_orders_of_plays, number_of, put_on
from amends.management.demo.market import demo_users, judge
from amends.people.models import Membership
from amends.plumbing.simulators.launch import start_carriers
from amends.refunds.models import Refund
from amends.repairs.models import Appointment, Consultation, Loan, Repair
from amends.replacements.models import Advance, Replacement
from amends.returns.models import Inspection, ReturnShipment, Scan
from amends.shipping.models import Label, Pickup
from tests.cast import START, load_calendar
from tests.payments_fixture import simulator

LIVES: dict[str, type[LifeRow]] = {
    "return_shipment": ReturnShipment, "inspection": Inspection, "replacement": Replacement, "advance": Advance, "repair": Repair,
    "delivery": OutboundDelivery,
}  # fmt: skip


@pytest.fixture
def played(committed_db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The plays have been told up to START, in a marketplace that has nothing else."""
    monkeypatch.setenv("AMENDS_HOME", str(tmp_path))
    couriers = start_carriers(tmp_path)
    try:
        with simulator(tmp_path, instant=True) as paying, clock.stepped(START):
            monkeypatch.setenv("AMENDS_PAYMENTS_URL", paying.url)
            load_calendar()
            import_orders_of_plays(None, 7)
            demo_users()
            furnish()
            with clock.stepped(START - timedelta(days=15)) as time:
                stage = Stage(time, 7, judge())
                put_on(stage, START)
                stage.run(START)
            yield
    finally:
        couriers.stop()


def test_every_play_rests_where_its_table_says(played: None, caplog: pytest.LogCaptureFixture) -> None:
    wanted, found = {}, {}
    for place, play in enumerate(PLAYS, 1):
        life, _, _ = play.rests.partition(".")
        case = Case.objects.filter(order__number=number_of(place)).first()
        mine = {"case": case}
        row = LIVES[life]._default_manager.filter(**mine).order_by("-pk").first() if case else None
        wanted[play.name], found[play.name] = play.rests, f"{life}.{row.stage}" if row else f"{case and case.stage}"
    assert found == wanted
    assert {check.name: bad for check in CHECKS if (bad := check.offenders())} == {}
    _everything_has_an_example()


def _everything_has_an_example() -> None:
    assert Label.objects.filter(state="bought").exclude(path="").exclude(drop_off_code="").exists()
    assert set(Pickup.objects.filter(state="booked").values_list("people", flat=True)) == {1, 2}
    assert sorted(Scan.objects.values_list("outcome", flat=True)) == ["received", "received", "unknown"]
    assert {"out", "promised"} <= set(Loan.objects.values_list("stage", flat=True))
    assert Appointment.objects.filter(state="booked", technician__name="Tina").count() >= 2
    assert set(Consultation.objects.values_list("stage", flat=True)) == {"called", "agreed"}
    assert Proposal.objects.filter(state="proposed").exists()
    assert SignedLink.objects.count() == 2
    assert Refund.objects.filter(case__remedy="exchange", stage__in=("paid", "settled")).exists(), "a cheaper article's rest goes back"
    assert Membership.objects.filter(role="workshop", workshop__isnull=False).count() == 2
    assert telling.log
