"""The plays of the demo's shop, told whole: each rests where its table says, and nothing of it breaks an invariant."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from amends.cases.life import LifeRow
from amends.cases.models import Case, Extension, Likeness
from amends.complaints.models import Complaint
from amends.deliveries.models import OutboundDelivery
from amends.incidents.models import IncidentCase
from amends.insight.verify import CHECKS
from amends.kernel import clock
from amends.liability.models import Proposal, SignedLink
from amends.management.demo.engine import Stage
from amends.management.demo.goods import telling
from amends.management.demo.goods.house import furnish
from amends.management.demo.market import demo_users, judge
from amends.management.demo.plays import PLAYS, import_orders_of_plays, number_of, put_on
from amends.management.demo.quarrels.bench import seat_the_bench
from amends.management.demo.quarrels.beside import OF_THE_BATCH, make_proofs
from amends.people.models import Membership
from amends.plumbing.simulators.launch import start_carriers, start_timestamps
from amends.refunds.models import Refund
from amends.repairs.models import Appointment, Consultation, Loan, Repair
from amends.replacements.models import Advance, Replacement
from amends.returns.models import Inspection, ReturnShipment, Scan
from amends.rulings.models import Appeal, ProofRequest, Review, TestOrder
from amends.sealing.models import ProofFile, TimeStamp
from amends.sealing.stamping import due
from amends.shipping.models import Label, Pickup
from amends.talks.models import Note, Offer, QuickReply, Said
from amends.tasks.models import Task
from tests.cast import START, load_calendar
from tests.payments_fixture import simulator

LIVES: dict[str, type[LifeRow]] = {
    "return_shipment": ReturnShipment, "inspection": Inspection, "replacement": Replacement, "advance": Advance, "repair": Repair,
    "delivery": OutboundDelivery, "case": Case, "offer": Offer, "review": Review, "appeal": Appeal, "extension": Extension, "task": Task,
    "complaint": Complaint,
}  # fmt: skip


@pytest.fixture
def played(committed_db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The plays have been told up to START, in a marketplace that has nothing else."""
    monkeypatch.setenv("AMENDS_HOME", str(tmp_path))
    around = (start_carriers(tmp_path), start_timestamps(tmp_path))
    try:
        with simulator(tmp_path, instant=True) as paying, clock.stepped(START):
            monkeypatch.setenv("AMENDS_PAYMENTS_URL", paying.url)
            load_calendar()
            import_orders_of_plays(None, 7)
            demo_users()
            furnish()
            seat_the_bench()
            with clock.stepped(START - timedelta(days=15)) as time:
                stage = Stage(time, 7, judge())
                put_on(stage, START)
                stage.run(START)
            make_proofs()
            yield
    finally:
        for one in around:
            one.stop()


def test_every_play_rests_where_its_table_says(played: None, caplog: pytest.LogCaptureFixture) -> None:
    wanted, found = {}, {}
    for place, play in enumerate(PLAYS, 1):
        life, _, _ = play.rests.partition(".")
        mine = {"order__number" if life == "case" else "case__order__number": number_of(place)}
        row = LIVES[life]._default_manager.filter(**mine).order_by("-pk").first()
        case = Case.objects.filter(order__number=number_of(place)).order_by("-pk").first()
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
    assert SignedLink.objects.exclude(life="test_order").count() == 2
    assert Refund.objects.filter(case__remedy="exchange", stage__in=("paid", "settled")).exists(), "a cheaper article's rest goes back"
    assert Membership.objects.filter(role="workshop", workshop__isnull=False).count() == 2
    assert telling.log
    _every_quarrel_has_an_example()


def _every_quarrel_has_an_example() -> None:
    side_by_side = Offer.objects.filter(case__order__number=number_of(_place("two offers")), stage="to_consumer")
    assert side_by_side.count() == 2
    assert Said.objects.filter(party="merchant").exists() and set(Note.objects.values_list("side", flat=True)) == {"merchant", "platform"}
    assert QuickReply.objects.filter(used__gt=0).exists()
    assert ProofRequest.objects.filter(state="asked").exists() and TestOrder.objects.filter(state="ordered").exists()
    assert SignedLink.objects.filter(life="test_order").count() == 1
    assert Review.objects.filter(bears={"carrier": 7000, "merchant": 3000}, bound_at__isnull=True).exists()
    assert Review.objects.filter(is_final=True, stage="gathering").exists(), "sent back, it is heard anew"
    assert not Appeal.objects.filter(examiner__isnull=True).exists()
    assert Likeness.objects.filter(state="merged").count() == 1
    same = number_of(_place("perhaps the same"))
    assert Likeness.objects.filter(state="open", case__order__number=same, other__order__number=same).count() == 1
    assert IncidentCase.objects.filter(ended_at__isnull=True).count() == len(OF_THE_BATCH)
    assert ProofFile.objects.filter(purpose="authority", complaint__isnull=False).count() == 2
    assert TimeStamp.objects.exists() and not due()


def _place(name: str) -> int:
    return next(place for place, play in enumerate(PLAYS, 1) if play.name == name)
