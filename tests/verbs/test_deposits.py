"""Stories of a merchant's deposit and of return-freight insurance, told by the books; and of statements that add up to the cent."""

from __future__ import annotations

import csv
import io
from datetime import timedelta

import openpyxl
import pytest

from amends.approvals.models import Approval
from amends.cases import clockwork
from amends.cases.models import Case, Grant
from amends.cases.verbs.answering import approve
from amends.kernel import clock
from amends.kernel.refusals import Conflict, NoSuchMove, NotFound, NotYourMove, Unprocessable
from amends.ledger.checks import ledger_check
from amends.ledger.queries import balances
from amends.liability.clockwork import deduct_all
from amends.liability.hands import seen_merchant
from amends.liability.models import Deposit, DepositMove, Insurance
from amends.liability.papers.making import made as a_paper
from amends.liability.queries.deposits import deposit
from amends.liability.queries.insuring import insurers, refusals
from amends.liability.queries.statements import costs_by_case, period_of, statement
from amends.liability.verbs import deposits, holds
from amends.liability.verbs.bearers import add_bearer
from amends.liability.verbs.charging import admit_liability
from amends.liability.verbs.deductions import announce, announced, contest
from amends.liability.verbs.deposit_row import deposit_of
from amends.liability.verbs.deposits import paid_out, set_terms, top_up
from amends.liability.verbs.holds import held, hold, release
from amends.liability.verbs.insuring import insure
from amends.market.models import Order
from amends.people.rules import PLATFORM
from amends.returns.models import ReturnShipment
from amends.returns.verbs import carrier_says, give_address, receive, ship
from tests.bearing_at_hand import a_cost, a_head, asked_of_carrier, books, made, topped_up
from tests.cast import Cast, an_order, claims, the_cast
from tests.refunding import run_only

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture
def cast(db: None, stepped_clock: clock.Stepped) -> Cast:
    return the_cast()


def kept(cast: Cast) -> tuple[int, int, int]:
    now = deposit(cast.bolts, cast.agent).kept
    return now.free, now.held, now.owes


def test_a_bank_reference_tops_up_once(cast: Cast) -> None:
    first = topped_up(cast, 50_000)
    assert topped_up(cast, 50_000).pk == first.pk
    assert kept(cast) == (50_000, 0, 0)
    with pytest.raises(Conflict):
        topped_up(cast, 60_000)
    with pytest.raises(NotYourMove):
        top_up(cast.bolts.ref, amount_minor=1, provider_ref="B", by=cast.bolt)
    with pytest.raises(NotFound):
        top_up("ME-0000-0000-0000", amount_minor=1, provider_ref="B", by=cast.agent)


def test_a_low_deposit_is_known_and_no_longer_when_it_is_filled(cast: Cast) -> None:
    topped_up(cast, 100_000)
    assert Deposit.objects.get(merchant=cast.bolts).warned_at is not None
    topped_up(cast, 400_000, "BANK-2")
    row = Deposit.objects.get(merchant=cast.bolts)
    assert row.warned_at is None
    with pytest.raises(NotYourMove):
        set_terms(cast.bolts.ref, required_minor=1, warn_minor=1, by=cast.agent)
    with pytest.raises(Unprocessable):
        set_terms(cast.bolts.ref, required_minor=1, warn_minor=2, by=a_head())
    set_terms(cast.bolts.ref, required_minor=2_000_000, warn_minor=600_000, by=a_head("second"))
    assert Deposit.objects.get(merchant=cast.bolts).warned_at is not None


def test_what_is_held_pays_nothing_else_and_is_freed_with_approval(cast: Cast) -> None:
    topped_up(cast, 100_000)
    one = made(hold(cast.bolts.ref, amount_minor=70_000, reason="risk", why="疑似刷单，核查中", by=cast.agent))
    assert kept(cast) == (30_000, 70_000, 0)
    with pytest.raises(Unprocessable):
        hold(cast.bolts.ref, amount_minor=30_001, reason="risk", why="再冻结", by=cast.agent)
    asked = release(one.ref, why="核查没有问题", by=cast.agent)
    assert isinstance(asked, Approval)
    assert kept(cast) == (30_000, 70_000, 0), "asked is not done"
    holds.released(deposit_of(cast.bolts), one, "agreed", "核查没有问题", cast.agent)
    assert kept(cast) == (100_000, 0, 0)
    with pytest.raises(NoSuchMove):
        release(one.ref, why="再解冻一次", by=cast.agent)


def test_a_deduction_from_a_hold_frees_it_first_and_owes_the_rest(cast: Cast, stepped_clock: clock.Stepped) -> None:
    topped_up(cast, 50_000)
    of = held(deposit_of(cast.bolts), 30_000, "risk", "核查", cast.agent)
    move = announced(deposit_of(cast.bolts), 60_000, "breach", "售假", cast.agent, of=of)
    assert deduct_all() == 0
    stepped_clock.until(clock.now() + timedelta(days=3))
    assert deduct_all() == 1
    assert kept(cast) == (0, 0, 10_000)
    assert DepositMove.objects.get(pk=move.pk).taken_minor == 50_000
    top_up(cast.bolts.ref, amount_minor=15_000, provider_ref="BANK-9", by=cast.agent)
    assert kept(cast) == (5_000, 0, 0)
    assert books(merchant_id=cast.bolts.pk)["platform.cost"] == -60_000


def test_a_deduction_is_asked_for_and_contested_only_in_time(cast: Cast, stepped_clock: clock.Stepped) -> None:
    topped_up(cast, 50_000)
    asked = announce(cast.bolts.ref, amount_minor=5_000, reason="breach", why="虚假发货", by=cast.agent)
    assert isinstance(asked, Approval)
    assert not DepositMove.objects.filter(kind="deduct").exists()
    move = announced(deposit_of(cast.bolts), 5_000, "breach", "虚假发货", PLATFORM)
    stepped_clock.until(clock.now() + timedelta(days=3))
    with pytest.raises(NoSuchMove):
        contest(move.ref, why="太晚了", by=cast.bolt)
    with pytest.raises(NotFound):
        contest(move.ref, why="不是我的", by=cast.rival)
    with pytest.raises(Unprocessable):
        announce(cast.bolts.ref, amount_minor=5_000, reason="because", why="x" * 5, by=cast.agent)


def test_only_what_is_free_beyond_what_must_stay_is_paid_out(cast: Cast) -> None:
    topped_up(cast, 1_200_000)
    announced(deposit_of(cast.bolts), 50_000, "breach", "虚假发货", PLATFORM)
    assert deposit(cast.bolts, cast.agent).may_leave == 150_000
    with pytest.raises(Unprocessable):
        deposits.pay_out(cast.bolts.ref, amount_minor=150_001, reason="surplus", why="多余", by=cast.agent)
    asked = deposits.pay_out(cast.bolts.ref, amount_minor=150_000, reason="surplus", why="退还多余部分", by=cast.agent)
    assert isinstance(asked, Approval)
    paid_out(deposit_of(cast.bolts), 150_000, "surplus", "退还多余部分", cast.agent)
    assert kept(cast)[0] == 1_050_000
    with pytest.raises(Unprocessable):
        paid_out(deposit_of(cast.bolts), 1, "surplus", "再退", cast.agent)


def test_a_shop_sees_its_own_deposit_alone(cast: Cast) -> None:
    assert seen_merchant("", cast.bolt) == cast.bolts
    for ref, by in ((cast.rivals.ref, cast.bolt), (cast.bolts.ref, cast.anna), ("", cast.agent)):
        with pytest.raises(NotFound):
            seen_merchant(ref, by)


# ── insurance ────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def insured(cast: Cast, zone: str = "far", paid_by: str = "merchant") -> Insurance:
    order = an_order(cast.bolts, cast.annas)
    insurer = add_bearer(kind="insurer", key="PICC", name_zh="安行保险", name_en="Anxing Insurance", by=cast.agent)
    return insure(order.ref, insurer=insurer.ref, zone=zone, paid_by=paid_by, by=cast.agent)


def test_a_premium_is_booked_once_on_the_terms_of_the_zone(cast: Cast) -> None:
    row = insured(cast)
    assert (row.premium_minor, books(merchant_id=cast.bolts.pk)["insurer.premium"]) == (110, -110)
    again = insure(row.order.ref, insurer=row.insurer.ref, zone="far", by=cast.agent)
    assert again.pk == row.pk
    assert books(merchant_id=cast.bolts.pk)["insurer.premium"] == -110
    with pytest.raises(Conflict):
        insure(row.order.ref, insurer=row.insurer.ref, zone="remote", by=cast.agent)
    with pytest.raises(Unprocessable):
        insure(row.order.ref, insurer=row.insurer.ref, zone="moon", by=cast.agent)


def test_what_is_insured_stays_so_when_the_zones_premium_changes(cast: Cast) -> None:
    row = insured(cast)
    Insurance.objects.filter(pk=row.pk).update(premium_minor=90)  # as the rules were then
    again = insure(row.order.ref, insurer=row.insurer.ref, zone="far", by=cast.agent)
    assert (again.pk, again.premium_minor) == (row.pk, 90)
    with pytest.raises(Conflict):
        insure(row.order.ref, insurer=row.insurer.ref, zone="far", premium_minor=110, by=cast.agent)
    with pytest.raises(Unprocessable, match="what was paid"):
        insure(row.order.ref, insurer=row.insurer.ref, zone="far", premium_minor=10**9, by=cast.agent)


def under_way(cast: Cast) -> tuple[Case, ReturnShipment, Insurance]:
    """An insured lamp is on its way back to Bolt, and Anna paid the way."""
    order = an_order(cast.bolts, cast.annas)
    insurer = add_bearer(kind="insurer", key="PICC", name_zh="安行保险", name_en="Anxing Insurance", by=cast.agent)
    row = insure(order.ref, insurer=insurer.ref, zone="far", by=cast.agent)
    case = claims(order, by=cast.anna)
    approve(case.ref, by=cast.bolt)
    run_only("begin_return")
    parcel = ReturnShipment.objects.get(case_id=case.pk)
    give_address(parcel.ref, by=cast.bolt)
    ship(parcel.ref, carrier="SF", waybill="SF0000001", by=cast.anna)
    return case, parcel, row


def arrived(cast: Cast, parcel: ReturnShipment, row: Insurance) -> Insurance:
    """The lamp is at Bolt's."""
    carrier_says(parcel.ref, "deliver")
    receive(parcel.ref, by=cast.bolt)
    return Insurance.objects.get(pk=row.pk)


def test_a_covered_return_is_paid_once_at_the_insurers_cost(cast: Cast) -> None:
    case, parcel, row = under_way(cast)
    row = arrived(cast, parcel, row)
    assert (row.refused_because, row.paid_out_minor, row.case_id) == ("", 1800, case.pk)
    grant = Grant.objects.get(pk=row.grant_id)
    assert (grant.amount_minor, grant.borne_by, grant.subject, grant.stage) == (1800, "insurer", "sum", "doing")
    owed = [(one.party, one.holder_id, one.minor) for one in balances(case_id=case.pk) if one.party == "insurer" and one.minor]
    assert owed == [("insurer", row.insurer_id, 1800)], "it stands in the account of its own insurer"
    figures = insurers()[0]
    assert (figures.insured, figures.premiums, figures.paid, figures.paid_minor) == (1, 110, 1, 1800)
    assert ledger_check() == []


@pytest.mark.parametrize("because", ["freight_not_paid", "reason", "zone", "late"])
def test_what_is_not_covered_says_why_and_pays_nothing(cast: Cast, because: str) -> None:
    case, parcel, row = under_way(cast)
    if because == "freight_not_paid":
        ReturnShipment.objects.filter(pk=parcel.pk).update(freight="merchant")
    elif because == "reason":
        Case.objects.filter(pk=case.pk).update(issue="service")
    elif because == "zone":
        Insurance.objects.filter(pk=row.pk).update(zone="moon")
    else:
        Order.objects.filter(pk=case.order_id).update(placed_at=clock.now() - timedelta(days=91))
    row = arrived(cast, parcel, row)
    assert (row.refused_because, row.paid_out_minor) == (because, 0)
    assert not Grant.objects.filter(case_id=case.pk, borne_by="insurer").exists()
    assert [n for _, n in refusals()] == [1]


def test_a_parcel_lost_on_the_way_back_is_covered_too(cast: Cast, stepped_clock: clock.Stepped) -> None:
    _, parcel, row = under_way(cast)
    stepped_clock.until(clock.now() + timedelta(days=12))
    clockwork.tick()
    stepped_clock.until(clock.now() + timedelta(days=10))
    clockwork.tick()
    assert ReturnShipment.objects.get(pk=parcel.pk).stage == "lost"
    assert Insurance.objects.get(pk=row.pk).paid_out_minor == 1800


# ── statements ───────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_statement_adds_up_and_every_line_opens_its_case(cast: Cast, stepped_clock: clock.Stepped) -> None:
    topped_up(cast, 80_000)
    case = a_cost(cast, 9900)
    stepped_clock.until(clock.now() + timedelta(days=30))
    asked = asked_of_carrier(cast, case, 5000)
    admit_liability(asked.ref, words="确认", by=cast.agent)
    held(deposit_of(cast.bolts), 20_000, "risk", "核查", cast.agent)
    march, april = (statement(cast.bolts, period_of(cast.bolts, {"month": month})) for month in ("2026-03", "2026-04"))
    assert ledger_check() == []
    assert march.adds_up
    assert april.adds_up
    opening = {part.name: part.opening for part in april.accounts}
    assert opening == {part.name: part.closing for part in march.accounts} | {"deposit_held": 0}
    closing = {part.name: part.closing for part in april.accounts}
    assert closing == {"held": 5000, "deposit": 60_000, "deposit_held": 20_000}
    assert [(row.case, row.minor) for part in april.accounts if part.name == "held" for row in part.rows] == [(case.ref, 5000)]
    costs, more = costs_by_case(cast.bolts, period_of(cast.bolts, {"month": "2026-03"}))
    assert [(row.case, row.cost) for row in costs] == [(case.ref, 9900)]
    assert not more
    for asked_for in ({"month": "2026-13"}, {"since": "2026-03-02", "until": "2026-03-01"}, {"month": "x"}, {"since": "2020-01-01"}):
        with pytest.raises(Unprocessable):
            period_of(cast.bolts, asked_for)


def test_every_paper_has_the_same_figures(cast: Cast) -> None:
    topped_up(cast, 80_000)
    case = a_cost(cast, 9900)
    found = statement(cast.bolts, period_of(cast.bolts, {}))
    rows = list(csv.reader(io.StringIO(a_paper(found, "csv", base="https://x/cases/").decode("utf-8-sig"))))
    assert [row[-1] for row in rows if row[3] == "期末余额 Closing balance"] == ["0.00", "800.00"]
    book = openpyxl.load_workbook(io.BytesIO(a_paper(found, "xlsx", base="https://x/cases/")))
    cached = openpyxl.load_workbook(io.BytesIO(a_paper(found, "xlsx", base="https://x/cases/")), data_only=True)
    assert [cached.worksheets[0].cell(row, 4).value for row in (7, 8)] == [0, 800]
    assert [cell.hyperlink.target for row in book.worksheets[1].iter_rows() for cell in row if cell.hyperlink] == [
        f"https://x/cases/{case.ref}"
    ]
    pdf = a_paper(found, "pdf", base="https://x/cases/")
    assert pdf.startswith(b"%PDF")
    with pytest.raises(Unprocessable):
        a_paper(found, "doc", base="")


def test_figures_of_insurers_begin_with_nothing(cast: Cast) -> None:
    assert (insurers(), refusals()) == ([], [])
