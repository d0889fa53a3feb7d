"""What becomes of a unit in the merchant's house: once, after the finding stands, and into stock only what can be sold again (B12)."""

from __future__ import annotations

from contextlib import suppress

import pytest

from amends.cases.models import Case, Entry
from amends.cases.verbs.answering import withdraw
from amends.kernel.clock import Stepped
from amends.kernel.refs import new_ref
from amends.kernel.refusals import Conflict, NoSuchMove, NotFound, Refusal, Unprocessable
from amends.market.models import Product
from amends.plumbing import jobs
from amends.returns.disposing import dispose
from amends.returns.models import Inspection, ReturnShipment
from amends.returns.verbs import accept, accept_finding, keep_goods, reduce, reject
from amends.returns.verbs.seeing import Seen
from amends.stock.models import StockLevel, StockMove
from amends.stock.verbs import tell_level
from tests.cast import Cast, the_cast
from tests.verbs.returns_at_hand import PaysAtOnce, findings_of, grants_of, parcel_of, received, worn

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast(stepped_clock: Stepped, monkeypatch: pytest.MonkeyPatch) -> Cast:
    gateway = PaysAtOnce()
    monkeypatch.setattr("amends.refunds.asking.gateway", lambda *_: gateway)
    return the_cast()


def lamp_of(case: Case) -> Product:
    product: Product = findings_of(case)[0].unit.line.product
    return product


def test_an_accepted_unit_goes_back_to_stock_once(cast: Cast) -> None:
    case = received(cast)
    first = findings_of(case)[0]
    tell_level(lamp_of(case), "east", 3)
    accept(case.ref, inspection=first.pk, seen=Seen("A"), by=cast.bolt)
    move = dispose(case.ref, inspection=first.pk, disposition="restock", place="east", by=cast.bolt)
    assert dispose(parcel_of(case).ref, inspection=first.pk, disposition="restock", by=cast.bolt) == move
    with pytest.raises(Conflict):
        dispose(case.ref, inspection=first.pk, disposition="scrap", by=cast.bolt)
    assert StockMove.objects.count() == 1 and StockLevel.objects.get().on_hand == 4
    told = Entry.objects.get(case_id=case.pk, verb="dispose")
    assert (told.audience, told.facts["disposition"], told.facts["grade"]) == ("merchant,platform", "restock", "A")


def test_what_is_not_as_good_as_new_is_refurbished_or_scrapped_and_no_level_rises(cast: Cast) -> None:
    case = received(cast, quantity=2)
    one, other = findings_of(case)
    tell_level(lamp_of(case), "", 3)
    for row in (one, other):
        reduce(case.ref, inspection=row.pk, reduced_minor=100, words="scratched", **worn(case, cast.bolt, "C"), by=cast.bolt)
        accept_finding(case.ref, inspection=row.pk, by=cast.anna)
    with pytest.raises(Unprocessable) as refusal:
        dispose(case.ref, inspection=one.pk, disposition="restock", by=cast.bolt)
    assert refusal.value.code == "not_resellable"
    dispose(case.ref, inspection=one.pk, disposition="refurbish", by=cast.bolt)
    dispose(case.ref, inspection=other.pk, disposition="to_supplier", by=cast.bolt)
    assert StockLevel.objects.get().on_hand == 3
    assert sorted(StockMove.objects.order_by("pk").values_list("kind", "grade")) == [("refurbish", "C"), ("to_supplier", "C")]


def test_an_ungraded_unit_is_graded_when_it_goes_back_to_stock(cast: Cast) -> None:
    case = received(cast)
    first = findings_of(case)[0].pk
    accept(case.ref, inspection=first, by=cast.bolt)
    with pytest.raises(Unprocessable):
        dispose(case.ref, inspection=first, disposition="restock", by=cast.bolt)
    assert dispose(case.ref, inspection=first, disposition="restock", grade="B", by=cast.bolt).grade == "B"
    assert Inspection.objects.get(pk=first).grade == "B"


def test_what_waits_is_contested_or_goes_home_is_not_the_merchants(cast: Cast) -> None:
    case = received(cast)
    first = findings_of(case)[0].pk
    attempt = lambda: dispose(case.ref, inspection=first, disposition="scrap", by=cast.bolt)  # noqa: E731
    with pytest.raises(NoSuchMove):
        attempt()
    reject(case.ref, inspection=first, words="worn", by=cast.bolt)
    with pytest.raises(NoSuchMove):
        attempt()
    accept_finding(case.ref, inspection=first, by=cast.anna)
    jobs.drain()
    with pytest.raises(NoSuchMove):
        attempt()
    keep_goods(parcel_of(case, "home").ref, by=cast.bolt)
    assert attempt().kind == "scrap"


def test_a_claim_withdrawn_after_its_unit_was_put_somewhere_goes_on_for_it(cast: Cast) -> None:
    case = received(cast)
    first = findings_of(case)[0].pk
    accept(case.ref, inspection=first, by=cast.bolt)
    dispose(case.ref, inspection=first, disposition="scrap", grade="D", by=cast.bolt)
    with suppress(Refusal):
        withdraw(case.ref, by=cast.anna)
    jobs.drain()
    assert grants_of(case) in (["doing"], ["done"])
    assert not ReturnShipment.objects.filter(case=case, direction="home").exists()


def test_what_an_exchange_put_in_its_place_is_what_goes_back_to_stock(cast: Cast) -> None:
    case = received(cast)
    row = findings_of(case)[0]
    large = Product.objects.create(merchant=cast.bolts, ref=new_ref("PR"), key="L", name_zh="大号", name_en="L", goods_class="general")
    held = [lambda unit, before: (large, "SN-0001") if unit.pk == row.unit_id and before == row.made_at else None]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("amends.returns.article.HELD_BEFORE", held)
        with pytest.raises(Unprocessable):
            accept(case.ref, inspection=row.pk, seen=Seen("A", "SN-0002"), by=cast.bolt)
        accept(case.ref, inspection=row.pk, seen=Seen("A", "sn-0001"), by=cast.bolt)
        assert dispose(case.ref, inspection=row.pk, disposition="restock", by=cast.bolt).product_id == large.pk
    assert Inspection.objects.get(pk=row.pk).serial_fits


@pytest.mark.parametrize(
    ("person", "words", "refusal"),
    [
        ("rival", {"disposition": "scrap"}, NotFound),
        ("anna", {"disposition": "scrap"}, NotFound),
        ("agent", {"disposition": "scrap"}, NotFound),
        ("bolt", {"disposition": "burn"}, Unprocessable),
        ("bolt", {"disposition": "scrap", "grade": "E"}, Unprocessable),
        ("bolt", {"disposition": "scrap", "place": "x" * 41}, Unprocessable),
    ],
)
def test_what_is_refused_moves_nothing(cast: Cast, person: str, words: dict[str, str], refusal: type[Refusal]) -> None:
    case = received(cast)
    first = findings_of(case)[0].pk
    accept(case.ref, inspection=first, by=cast.bolt)
    with pytest.raises(refusal):
        dispose(case.ref, inspection=first, **words, by=getattr(cast, person))
    assert StockMove.objects.count() == 0 and Inspection.objects.get(pk=first).disposition == ""
