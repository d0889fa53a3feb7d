"""One of everything that has an address where goods move: the way back, the receiving desk, pieces that go out again, repairs, loans."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from amends.cases.models import Case, Grant
from amends.cases.verbs.answering import approve
from amends.deliveries.models import OutboundDelivery
from amends.kernel import clock
from amends.kernel.refs import new_ref
from amends.ledger.posting import About, post
from amends.liability.linking import make_link
from amends.liability.models import Bearer, Proposal
from amends.market.models import Order, Shipment
from amends.repairs import consulting
from amends.repairs.models import Appointment, Loan, Repair, Technician
from amends.repairs.workshops import save_loan_unit, save_workshop
from amends.replacements.models import Advance, Offered, Replacement
from amends.returns.models import ParcelUnit, ReturnShipment, UnknownParcel
from amends.returns.receiving import open_batch, scan
from amends.shipping.addresses import Given, put_address
from amends.shipping.models import Label
from amends.stock.models import StockLevel
from tests.api_client import Program, program
from tests.cast import Cast, settled
from tests.proofs.api_bodies import BODIES
from tests.verbs.replacing import a_lamp, asked, bought, photo
from tests.workshops_at_hand import TOMORROW_NINE, a_repair, a_technician, a_worker, a_workshop


def a_way_back(cast: Cast, parcel: ReturnShipment) -> dict[str, str]:
    """The label that Anna's parcel had, and an entry of Bolt's book of addresses."""
    BODIES["ParcelCompanyIn"] |= {"leader": parcel.ref}
    path = default_storage.save("labels/walls.pdf", ContentFile(b"%PDF-1.4"))
    at = clock.now()
    whose = {"merchant_id": parcel.merchant_id, "life": "return_shipment", "life_id": parcel.pk, "made_at": at}
    Label.objects.create(ref=new_ref("LB"), carrier="sf", waybill="SF0000000001", state="bought", path=path, **whose)
    return {"return-addresses": put_address(Given("main", "Bolt", "Hangzhou 1"), by=cast.bolt).ref}


def a_desk(cast: Cast) -> dict[str, str]:
    """A batch of Bolt's receiving desk, and what it put on the shelf."""
    batch = open_batch("east", by=cast.bolt)
    shelved = scan(batch.ref, "ZT00000001", by=cast.bolt).unknown
    forgotten = scan(batch.ref, "ZT00000002", by=cast.bolt).unknown
    assert shelved is not None and forgotten is not None
    long_ago = clock.now() - timedelta(days=60)
    UnknownParcel.objects.filter(pk=forgotten.pk).update(made_at=long_ago, due_at=long_ago + timedelta(days=30))
    return {"receiving": batch.ref, "shelved": shelved.ref, "receiving/disposal": forgotten.ref}


def pieces_again(cast: Cast) -> dict[str, str]:
    """Of six lamps that Bolt exchanges: one to keep, one to ship, one to choose, one that came, one that left ahead, and one untouched."""
    order = bought(cast, quantity=6)
    case = asked(cast, order, quantity=6)
    approve(case.ref, by=cast.bolt)
    settled()
    grants = list(Grant.objects.filter(case_id=case.pk).order_by("pk"))
    waits, packs, picks, came = (
        a_piece(case, grant, stage) for grant, stage in zip(grants, ("reserving", "packing", "choosing", "arrived"), strict=False)
    )
    lamp, at = a_lamp(cast, "大号", "L"), clock.now()
    Offered.objects.create(
        merchant_id=case.merchant_id, case=case, replacement=picks, product=lamp, price_minor=9900, difference_minor=0, made_at=at
    )
    StockLevel.objects.create(merchant_id=case.merchant_id, product=lamp, on_hand=3, told_at=at)
    BODIES["ChoiceIn"] |= {"product": lamp.ref}
    BODIES["WrongIn"] |= {"evidence": [photo(order, cast.anna)]}
    ahead = [
        Advance.objects.create(
            merchant_id=case.merchant_id, case=case, grant=grant, ref=new_ref("AV"), value_minor=9900, currency="CNY", stage=stage,
            since=at, made_at=at,
        ) for grant, stage in ((grants[4], "asked"), (came.grant, "running"), (packs.grant, "charged"))
    ]  # fmt: skip
    whose = About(case.merchant_id, order_id=case.order_id, case_id=case.pk, consumer_id=case.consumer_id)
    post("advance_charged", whose, 9900, "CNY", key=f"advance:{ahead[2].pk}:charged", cause=f"advance:{ahead[2].pk}:keep_both:x")
    brought = looked_for(case, "arrived").ref
    return {
        "replacements": waits.ref, "replacements/dispatch": packs.ref, "replacements/choice": picks.ref, "replacements/refund": picks.ref,
        "replacements/receipt": came.ref, "replacements/complaint": came.ref, "advances": ahead[0].ref, "advances/keeping": ahead[1].ref,
        "advances/settlement": ahead[2].ref,
        "cases/advances": case.ref, "deliveries/confirmation": brought, "deliveries/absence": brought, **a_parcel_to_send(case),
    }  # fmt: skip


def a_parcel_to_send(case: Case) -> dict[str, str]:
    """Anna's parcel of that case, which waits for her to send it."""
    parcel = ReturnShipment.objects.get(case=case, direction="back")
    BODIES["ShelfMatchIn"] |= {"parcel": parcel.ref}
    BODIES["ParcelSplitIn"] |= {"units": [ParcelUnit.objects.filter(parcel=parcel).order_by("pk")[0].unit_id]}
    names = ("dispatch", "label", "label-voiding", "pickup", "split", "refusal", "waiver", "destruction-request")
    return {f"parcels/{name}": parcel.ref for name in names}


def a_piece(case: Case, grant: Grant, stage: str) -> Replacement:
    at = clock.now()
    return Replacement.objects.create(
        merchant_id=case.merchant_id, case=case, grant=grant, unit_id=grant.unit_id, ref=new_ref("RX"), kind="exchange", stage=stage,
        since=at, made_at=at,
    )  # fmt: skip


def repairs_of(case: Case) -> dict[str, str]:
    """A repair of Anna's at each of its stages; the first waits to be looked at."""
    at, grant = clock.now(), Grant.objects.filter(case_id=case.pk, unit_id__isnull=False).order_by("pk")[0]
    stages = ("diagnosing", "diagnosing", "booking", "quoted", "awaiting_parts", "repairing", "handed_back")
    first, paid, books, quoted, lacks, mends, back = (
        Repair.objects.create(
            merchant_id=case.merchant_id, case=case, grant=grant, unit_id=grant.unit_id, ref=new_ref("RE"), stage=stage, since=at,
            made_at=at, attempt=attempt, way="workshop", in_warranty=attempt not in (2, 4), quote_minor=100 if stage == "quoted" else None,
        ).ref for attempt, stage in enumerate(stages, 1)
    )  # fmt: skip
    return {
        "repairs": first, "repairs/quote": paid, "repairs/booking": books, "repairs/visits": mends, "repairs/acceptance": quoted,
        "repairs/declining": quoted, "repairs/arrival": lacks, "repairs/hand-back": mends, "repairs/failure": mends,
        "repairs/confirmation": back,
    }  # fmt: skip


def a_workshop_for(cast: Cast, repairs: dict[str, str]) -> dict[str, str]:
    """Bolt's workshop with appointments for those repairs, loans, and an expert on call who waits for Anna's yes."""
    repair, shop = Repair.objects.get(ref=repairs["repairs"]), a_workshop(cast)
    ming = a_technician(cast, shop)
    visit = a_visit(repair, ming, TOMORROW_NINE)
    begun = a_visit(Repair.objects.get(ref=repairs["repairs/quote"]), ming, clock.now() - timedelta(minutes=30))
    free = save_loan_unit({"name_zh": "备用机"}, by=cast.bolt)
    lent = {"out": repairs["repairs/quote"], "promised": repairs["repairs/hand-back"], "called_back": repairs["repairs/confirmation"]}
    out, promised, called = (a_loan(cast, Repair.objects.get(ref=ref), stage) for stage, ref in lent.items())
    row = consulting.call_expert(repair.case.ref, skill="phone", why="看看", kind="video", by=cast.agent)
    consulting.join(row.ref, starts_at=TOMORROW_NINE, link="https://meet.example.com/1", by=cast.agent)
    return {
        **repairs, "workshops": shop.ref, "technicians": ming.ref, "visits": visit.ref, "visits/absence": begun.ref,
        "cases/repair-way": a_repair(cast).case.ref,
        "loan-units": free.ref, "loans": out.ref, "loans/hand-out": promised.ref, "loans/dropping": promised.ref,
        "loans/write-off": called.ref, "consultations": row.ref,
    }  # fmt: skip


def workers(cast: Cast) -> dict[str, Program]:
    """Who work at a workshop of Rival's, and at another one of Bolt's than the one that repairs for Anna."""
    far = save_workshop("far", {"name_zh": "远郊维修点"}, by=cast.rival)
    return {"fern": program(a_worker(far, "fern")), "wes": program(a_worker(a_workshop(cast, "west"), "wes"))}


def a_visit(repair: Repair, technician: Technician, at: datetime) -> Appointment:
    return Appointment.objects.create(
        merchant_id=repair.merchant_id, repair=repair, technician=technician, ref=new_ref("VT"), starts_at=at,
        ends_at=at + timedelta(hours=1), made_at=clock.now(),
    )  # fmt: skip


def a_loan(cast: Cast, repair: Repair, stage: str) -> Loan:
    at, unit = clock.now(), save_loan_unit({"name_zh": "备用机"}, by=cast.bolt)
    whose = {"merchant_id": repair.merchant_id, "case_id": repair.case_id, "repair": repair, "unit": unit}
    return Loan.objects.create(**whose, ref=new_ref("LN"), stage=stage, since=at, made_at=at)


def a_delivery(cast: Cast, case: Case, unsent: Order) -> dict[str, str]:
    """A parcel of Anna's that is looked for, whom the record suggests to ask for a cost, and a link to answer by."""
    row, cost = looked_for(case, "enquiring"), Case.objects.get(order=unsent)
    proposed = Proposal.objects.create(
        merchant_id=cost.merchant_id, case=cost, ref=new_ref("PP"), party="carrier", bearer=Bearer.objects.get(key="QN"), what="refund",
        amount_minor=1, unit="CNY", score_bps=9000, reasons=[{"code": "told_lost", "bps": 9000, "facts": {"waybill": "SF1"}}],
        made_at=clock.now(),
    )  # fmt: skip
    return {"deliveries": row.ref, "proposals": proposed.ref, "links": make_link(delivery=row.ref, by=cast.agent).link.ref}


def looked_for(case: Case, stage: str) -> OutboundDelivery:
    at, shipment = clock.now(), Shipment.objects.filter(order_id=case.order_id).order_by("pk")[0]
    return OutboundDelivery.objects.create(
        merchant_id=case.merchant_id, case=case, order_id=case.order_id, shipment=shipment, ref=new_ref("DL"), kind="lost", carrier="SF",
        waybill=shipment.waybill, stage=stage, since=at, made_at=at,
    )  # fmt: skip
