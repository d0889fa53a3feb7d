"""How far a story about returns has come: an approved claim, a parcel on its way, goods at Bolt's; and a gateway that pays at once."""

from __future__ import annotations

import io
from collections.abc import Sequence
from itertools import count

from amends.cases.models import Case, Grant
from amends.cases.verbs.answering import approve
from amends.cases.verbs.uploading import upload
from amends.kernel import clock
from amends.people.rules import Actor
from amends.plumbing import jobs
from amends.plumbing.payments.port import Answer, Asked
from amends.refunds.models import Refund
from amends.returns.models import Inspection, ReturnShipment
from amends.returns.verbs import carrier_says, give_address, receive, ship
from amends.returns.verbs.seeing import Seen
from tests.cast import Cast, an_order, claims
from tests.files_of_evidence import picture

_waybills = count(100_000_000)


class PaysAtOnce:
    """A gateway that pays whatever it is asked for."""

    def __init__(self) -> None:
        self.paid: list[tuple[str, int]] = []

    def refund(self, asked: Asked) -> Answer:
        self.paid.append((asked.key, asked.amount))
        return Answer("paid", f"P-{asked.key}")


def fresh(case: Case) -> Case:
    return Case.objects.get(pk=case.pk)


def parcel_of(case: Case, direction: str = "back") -> ReturnShipment:
    return ReturnShipment.objects.get(case_id=case.pk, direction=direction)


def grants_of(case: Case) -> list[str]:
    return list(Grant.objects.filter(case_id=case.pk).order_by("pk").values_list("stage", flat=True))


def refunds_of(case: Case) -> list[tuple[str, int]]:
    return list(Refund.objects.filter(case_id=case.pk).order_by("pk").values_list("stage", "amount_minor"))


def findings_of(case: Case) -> list[Inspection]:
    return list(Inspection.objects.filter(case_id=case.pk).order_by("unit_id"))


def a_waybill() -> str:
    return f"QN{next(_waybills)}"


def approved(cast: Cast, *, quantity: int = 1, prices: Sequence[int] | None = None) -> Case:
    """Anna's claim of `quantity` lamps is approved and the job has asked for them back."""
    order = an_order(cast.bolts, cast.annas, quantities=(quantity,), prices=prices or (9900 * quantity,))
    case = claims(order, by=cast.anna, quantity=quantity)
    approve(case.ref, by=cast.bolt)
    jobs.drain()
    return fresh(case)


def sent_back(cast: Cast, **options: int) -> Case:
    """The lamps are on their way to Bolt."""
    case = approved(cast, **options)
    ref = parcel_of(case).ref
    give_address(ref, by=cast.bolt)
    ship(ref, carrier="Bluebird", waybill=a_waybill(), by=cast.anna)
    jobs.drain()
    return fresh(case)


def received(cast: Cast, **options: int) -> Case:
    """The lamps are at Bolt's, and each waits for a finding."""
    case = sent_back(cast, **options)
    ref = parcel_of(case).ref
    carrier_says(ref, "deliver")
    receive(ref, by=cast.bolt)
    jobs.drain()
    return fresh(case)


def hours_left(case: Case, life: str) -> float:
    """How long the open limit of a life still runs."""
    limit = case.deadlines.get(life=life, ended_at__isnull=True)
    return (limit.due_at - clock.now()).total_seconds() / 3600


def a_photo(case: Case, by: Actor) -> str:
    """A picture that `by` took, waiting to be attached to the case."""
    return upload(case.order.ref, name="bench.jpg", stream=io.BytesIO(picture()), by=by).ref


def worn(case: Case, by: Actor, grade: str = "D") -> dict[str, Seen]:
    """What a deduction needs beside its reason: a grade, and the photos of the template."""
    photo = a_photo(case, by)
    return {"seen": Seen(grade, photos={"whole": photo, "flaw": photo})}
