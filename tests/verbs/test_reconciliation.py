"""Stories of statements: what the gateway says is set beside the books, and whatever differs has an owner until somebody explains it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import httpx
import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from amends.kernel import clock
from amends.kernel.refs import new_ref
from amends.kernel.refusals import Conflict, NoSuchMove, NotFound, NotYourMove, Unprocessable
from amends.market.models import Tender
from amends.people.rules import PLATFORM, Actor, Role
from amends.plumbing import jobs
from amends.plumbing.payments.port import GatewayUnreachable
from amends.plumbing.simulators.launch import Running
from amends.reconciliation import queries
from amends.reconciliation.jobs import daily
from amends.reconciliation.models import Difference, Run, Statement, StatementLine
from amends.reconciliation.queries import Choice
from amends.reconciliation.verbs import taking
from amends.reconciliation.verbs.comparing import compare, compare_statement
from amends.reconciliation.verbs.explaining import OVERDUE, explain, give_to, remind, take_on
from amends.reconciliation.verbs.taking import WrongRows, ask, take_file
from amends.refunds.jobs import announce_captures, collect_answers
from amends.refunds.models import BankBatch, BankRow, Refund
from tests.cast import Cast, person, the_cast
from tests.payments_fixture import capture, simulator
from tests.refunding import an_unshipped_order, granted, intended, refunds

DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with simulator(Path(tmp_path_factory.mktemp("payments"))) as found:
        yield found


@pytest.fixture
def payments(running: Running, monkeypatch: pytest.MonkeyPatch) -> Running:
    monkeypatch.setenv("AMENDS_PAYMENTS_URL", running.url)
    return running


@pytest.fixture
def cast(db: None, stepped_clock: clock.Stepped) -> Cast:
    return the_cast()


@pytest.fixture
def sue(cast: Cast) -> Actor:
    return person("sue", Role.SUPERVISOR)


HEADER = "kind,provider_ref,key,payment_ref,tender,amount,currency,state,reason,at\n"


def bill(*rows: str) -> bytes:
    return (HEADER + "".join(f"{row}\n" for row in rows)).encode()


def a_day() -> str:
    return clock.now().isoformat()


def found() -> list[tuple[str, str, str]]:
    rows = Difference.objects.filter(resolved_at__isnull=True).order_by("pk")
    return [(row.kind, row.what, row.key) for row in rows]


def a_paid_refund(cast: Cast, provider_ref: str = "P1", minor: int = 9900) -> Refund:
    """A refund that the gateway has paid two days ago, with its capture, both known to no statement yet."""
    order = an_unshipped_order(cast, prices=(minor,))
    (refund,) = intended(granted(cast, order))
    Refund.objects.filter(pk=refund.pk).update(stage="paid", provider_ref=provider_ref, paid_at=clock.now(), sent_at=clock.now())
    return Refund.objects.get(pk=refund.pk)


# ── asked ────────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_what_the_gateway_says_agrees_with_the_books(cast: Cast, payments: Running, sue: Actor) -> None:
    case = granted(cast, an_unshipped_order(cast, prices=(9900,), coupons=(900,)))
    jobs.drain()
    collect_answers()
    taken = ask("house", since=None, until=clock.now() + DAY, by=sue, compare=False)
    run = compare_statement(taken.statement, by=sue)
    mine = {refund.ref for refund in refunds(case)}
    assert mine <= set(StatementLine.objects.order_by("pk").values_list("key", flat=True))
    assert not Difference.objects.filter(key__in=mine).exists()
    assert run.matched >= 4
    assert run.missing_there == run.amount_differs == run.status_differs == 0
    assert Statement.objects.get().taken_by_id == sue.user_id


def test_a_refund_that_nobody_answered_is_answered_by_the_statement(cast: Cast, payments: Running, sue: Actor) -> None:
    (refund,) = intended(granted(cast, an_unshipped_order(cast)))
    httpx.post(f"{payments.url}/refunds", json={"key": refund.ref, "tender": refund.tender.ref, "amount": 9900, "currency": "CNY"})  # type: ignore[union-attr]
    Refund.objects.filter(pk=refund.pk).update(stage="unknown", sent_at=clock.now())
    taken = ask("house", since=None, until=clock.now() + DAY, by=sue, compare=False)
    compare_statement(taken.statement, by=sue)
    assert Refund.objects.get(pk=refund.pk).stage == "paid"
    assert not Difference.objects.filter(key=refund.ref).exists()


def test_the_same_day_asked_twice_is_one_statement(cast: Cast, payments: Running, sue: Actor) -> None:
    until = clock.now()
    ask("house", since=until - DAY, until=until, by=sue)
    with pytest.raises(Conflict) as refused:
        ask("house", since=until - DAY, until=until, by=sue)
    assert refused.value.code == "taken_before"


def test_every_day_is_asked_once_and_days_that_were_missed_are_taken_up(
    cast: Cast, payments: Running, stepped_clock: clock.Stepped
) -> None:
    for _ in range(3):
        daily()
        jobs.drain()
    assert Run.objects.filter(failed="").count() == 1
    stepped_clock.forward(3 * DAY)
    for _ in range(6):
        daily()
        jobs.drain()
    covered = list(Statement.objects.order_by("covers_until").values_list("covers_from", "covers_until"))
    assert len(covered) == 4
    assert all(before[1] == after[0] for before, after in pairwise(covered))


def test_a_gateway_that_is_away_is_on_record_and_asked_again_in_an_hour(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, stepped_clock: clock.Stepped, payments: Running
) -> None:
    monkeypatch.setenv("AMENDS_PAYMENTS_URL", "http://127.0.0.1:9")
    assert "house" in daily()
    jobs.drain()
    (run,) = Run.objects.all()
    assert run.failed
    assert "house" not in daily()
    monkeypatch.setenv("AMENDS_PAYMENTS_URL", payments.url)
    stepped_clock.forward(timedelta(hours=1, minutes=1))
    assert "house" in daily()
    jobs.drain()
    assert Run.objects.order_by("-pk")[0].failed == ""


def a_day_asked(gateway: str = "house") -> None:
    """The job of the last day until a minute from now has run."""
    now = clock.now()
    jobs.later("reconcile_day", gateway=gateway, since=(now - DAY).isoformat(), until=(now + timedelta(minutes=1)).isoformat())
    jobs.drain()


def test_a_day_that_contradicts_an_older_statement_stays_on_record_as_failed(cast: Cast, payments: Running, sue: Actor) -> None:
    capture(payments, tender=(tender := f"T-said-{sue.user_id}"), amount=700)
    take_file("house", name="a.csv", content=bill(f"capture,c:{tender},,,{tender},9.00,CNY,captured,,{a_day()}"), by=sue, compare=False)
    a_day_asked()
    (run,) = Run.objects.all()
    assert f"c:{tender}" in run.failed and "不一致" in run.failed and "another sum" in run.failed, "for readers of either language"
    house = next(one for one in queries.standings(sue) if one.gateway == "house")
    assert house.failed == run, "no comparison made without that day hides it"


def test_a_day_whose_worker_died_between_taking_and_comparing_is_compared(
    cast: Cast, payments: Running, sue: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    capture(payments, tender=(tender := f"T-died-{sue.user_id}"), amount=700)
    monkeypatch.setattr(taking, "SAME_CLOCK", timedelta.max)  # as where no clock was stepped
    ends = clock.machine_now() + 3 * DAY
    begins = ask("house", since=None, until=ends, by=sue, compare=False).statement.covers_from
    jobs.later("reconcile_day", gateway="house", since="", until=ends.isoformat())
    jobs.drain()
    (run,) = Run.objects.all()
    assert (run.covers_from, run.covers_until, run.failed, Statement.objects.count()) == (begins, ends, "", 1)
    assert Difference.objects.filter(key=f"c:{tender}").exists(), "also what happened before the last day"


def test_whoever_cannot_be_asked_says_so(cast: Cast, sue: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AMENDS_PAYMENTS_URL", "http://127.0.0.1:9")
    with pytest.raises(GatewayUnreachable):
        ask("house", since=clock.now() - DAY, until=clock.now(), by=sue)
    with pytest.raises(Unprocessable, match="cannot be asked"):
        ask("bank", since=clock.now() - DAY, until=clock.now(), by=sue)
    with pytest.raises(Unprocessable, match="no such gateway"):
        ask("cash", since=clock.now() - DAY, until=clock.now(), by=sue)


# ── by file ──────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_each_way_of_differing_has_a_row_with_an_owner_and_a_limit(cast: Cast, sue: Actor, stepped_clock: clock.Stepped) -> None:
    good, less, lost, failed = (a_paid_refund(cast, ref) for ref in ("P1", "P2", "P3", "P4"))
    tender = Tender.objects.get(pk=good.tender_id)
    at = a_day()
    first = take_file("house", name="a.csv", content=bill(f"capture,C0,,,{tender.ref},99,CNY,captured,,{at}"), by=sue, compare=False)
    compare_statement(first.statement, by=sue)
    stepped_clock.forward(3 * DAY)
    content = bill(
        f"refund,P1,{good.ref},,,99.00,CNY,paid,,{at}",
        f"refund,P2,{less.ref},,,98.00,CNY,paid,,{at}",
        f"refund,P4,{failed.ref},,,99.00,CNY,failed,closed_account,{at}",
        f"refund,P9,RF-NOBO-DYKN-OWS0,,,5.00,CNY,paid,,{at}",
        f"chargeback,B1,,,,99.00,CNY,open,,{a_day()}",
    )
    take_file("house", name="b.csv", content=content, by=sue, compare=False)
    begin = clock.now() - 4 * DAY
    run = compare("house", begin, clock.now() + timedelta(seconds=1), by=sue)
    told = found()
    assert ("amount_differs", "refund", less.ref) in told
    assert ("missing_there", "refund", lost.ref) in told
    assert ("status_differs", "refund", failed.ref) in told
    assert ("missing_here", "refund", "P9") in told
    assert ("missing_here", "chargeback", "B1") in told
    assert not [row for row in told if row[2] == good.ref]
    assert (run.amount_differs, run.status_differs) == (1, 1)
    row = Difference.objects.get(key=less.ref)
    assert (row.owner_id, row.ours_minor, row.theirs_minor, row.merchant_id) == (sue.user_id, 9900, 9800, cast.bolts.pk)
    assert row.due_at - row.found_at == timedelta(hours=72)


def test_what_agrees_later_is_gone_and_what_still_differs_is_the_same_row(cast: Cast, sue: Actor, stepped_clock: clock.Stepped) -> None:
    refund = a_paid_refund(cast, "P1")
    at = a_day()
    take_file("house", name="0.csv", content=bill(f"fee,F1,,,,1,CNY,paid,,{at}"), by=sue, compare=False)
    stepped_clock.forward(2 * DAY)
    for _ in range(2):
        compare("house", clock.now() - 3 * DAY, clock.now(), by=sue)
    (row,) = Difference.objects.filter(key=refund.ref)
    assert row.kind == "missing_there"
    stepped_clock.forward(DAY)
    late = bill(f"refund,P1,{refund.ref},,,99,CNY,paid,,{a_day()}")
    compare_statement(take_file("house", name="1.csv", content=late, by=sue, compare=False).statement, by=sue)
    row.refresh_from_db()
    assert (row.resolution, row.resolved_by_id) == ("gone", None)


def test_a_refund_paid_twice_is_seen(cast: Cast, sue: Actor) -> None:
    refund = a_paid_refund(cast, "P1")
    at = a_day()
    content = bill(f"refund,P1,{refund.ref},,,99,CNY,paid,,{at}", f"refund,P1B,{refund.ref},,,99,CNY,paid,,{at}")
    compare_statement(take_file("house", name="a.csv", content=content, by=sue, compare=False).statement, by=sue)
    row = Difference.objects.get(key=refund.ref)
    assert (row.kind, row.ours_minor, row.theirs_minor) == ("amount_differs", 9900, 19800)


def test_a_sum_that_differs_never_answers_a_refund(cast: Cast, sue: Actor) -> None:
    (refund,) = intended(granted(cast, an_unshipped_order(cast)))
    Refund.objects.filter(pk=refund.pk).update(stage="unknown", sent_at=clock.now())
    content = bill(f"refund,P1,{refund.ref},,,98,CNY,paid,,{a_day()}")
    compare_statement(take_file("house", name="a.csv", content=content, by=sue, compare=False).statement, by=sue)
    assert Refund.objects.get(pk=refund.pk).stage == "unknown"
    assert Difference.objects.get(key=refund.ref).kind == "amount_differs"


def unknown(cast: Cast, **columns: object) -> Refund:
    """A refund of 99.00 that was sent and of which nobody has heard."""
    (refund,) = intended(granted(cast, an_unshipped_order(cast)))
    Refund.objects.filter(pk=refund.pk).update(**{"stage": "unknown", "sent_at": clock.now(), **columns})
    return Refund.objects.get(pk=refund.pk)


def told_by(gateway: str, row: str, sue: Actor) -> None:
    """The statement of this gateway, with one line, is taken and compared."""
    compare_statement(take_file(gateway, name="a.csv", content=bill(row), by=sue, compare=False).statement, by=sue)


@pytest.mark.parametrize("gateway", ["alipay", "bank"])
def test_a_statement_answers_refunds_of_its_own_gateway_alone(cast: Cast, sue: Actor, gateway: str) -> None:
    refund = unknown(cast)
    told_by(gateway, f"refund,P1,{refund.ref},,,99.00,CNY,paid,,{a_day()}", sue)
    assert Refund.objects.get(pk=refund.pk).stage == "unknown"
    row = Difference.objects.get()
    assert (row.kind, row.gateway, row.owner_id) == ("missing_here", gateway, sue.user_id)


@pytest.mark.parametrize("way", ["bank", "credit"])
def test_a_gateway_says_nothing_about_money_that_goes_another_way(cast: Cast, sue: Actor, way: str) -> None:
    refund = unknown(cast, way=way)
    told_by("house", f"refund,P1,{refund.ref},,,99.00,CNY,paid,,{a_day()}", sue)
    assert Refund.objects.get(pk=refund.pk).stage == "unknown"


@pytest.mark.parametrize(("tender", "stage"), [("", "paid"), ("{tender}", "paid"), ("T-ANOTHER", "unknown")])
def test_a_line_about_another_tender_answers_nothing(cast: Cast, sue: Actor, tender: str, stage: str) -> None:
    refund = unknown(cast)
    named = tender.format(tender=Tender.objects.get(pk=refund.tender_id).ref)
    told_by("house", f"refund,P1,{refund.ref},,{named},99.00,CNY,paid,,{a_day()}", sue)
    assert Refund.objects.get(pk=refund.pk).stage == stage
    assert Difference.objects.filter(kind="status_differs", key=refund.ref).exists() is (stage == "unknown")


def test_a_line_in_another_unit_answers_nothing(cast: Cast, sue: Actor) -> None:
    refund = unknown(cast)
    told_by("house", f"refund,P1,{refund.ref},,,99.00,USD,paid,,{a_day()}", sue)
    assert Refund.objects.get(pk=refund.pk).stage == "unknown"


def test_a_statement_of_the_bank_answers_only_what_two_people_let_out(cast: Cast, sue: Actor) -> None:
    ada = person("ada", Role.ADMIN)
    refund = unknown(cast, way="bank")
    told_by("bank", f"refund,P1,{refund.ref},,,99.00,CNY,paid,,{a_day()}", sue)
    assert Refund.objects.get(pk=refund.pk).stage == "unknown"
    made = {"currency": "CNY", "total_minor": 9900, "count": 1, "digest": "0" * 64, "made_by_id": sue.user_id, "made_at": clock.now()}
    batch = BankBatch.objects.create(ref=new_ref("BB"), **made)
    BankRow.objects.create(merchant_id=refund.merchant_id, batch=batch, refund=refund, position=1, amount_minor=9900)
    day = clock.now() - DAY, clock.now() + DAY
    compare("bank", *day, by=sue)
    assert Refund.objects.get(pk=refund.pk).stage == "unknown"
    BankBatch.objects.filter(pk=batch.pk).update(state="released", released_by_id=ada.user_id, released_at=clock.now())
    compare("bank", *day, by=sue)
    assert Refund.objects.get(pk=refund.pk).stage == "paid"


def test_what_a_chargeback_holds_and_the_gateway_has_paid_is_paid(cast: Cast, sue: Actor) -> None:
    refund = unknown(cast, stage="frozen", sent_at=None)
    told_by("house", f"refund,P1,{refund.ref},,,99.00,CNY,paid,,{a_day()}", sue)
    assert Refund.objects.get(pk=refund.pk).stage == "paid"
    assert not Difference.objects.filter(key=refund.ref).exists()


def test_money_that_the_gateway_paid_and_we_do_not_owe_has_an_owner(cast: Cast, sue: Actor) -> None:
    refund = a_paid_refund(cast, "")
    Refund.objects.filter(pk=refund.pk).update(stage="dropped")
    content = bill(f"refund,P1,{refund.ref},,,99,CNY,paid,,{a_day()}")
    compare_statement(take_file("house", name="a.csv", content=content, by=sue, compare=False).statement, by=sue)
    row = Difference.objects.get(key=refund.ref)
    assert (row.kind, row.ours_state, row.theirs_state, row.owner_id) == ("status_differs", "dropped", "paid", sue.user_id)


def test_a_file_is_taken_once_and_never_by_halves(cast: Cast, sue: Actor) -> None:
    content = bill(f"refund,P1,K1,,,99,CNY,paid,,{a_day()}")
    take_file("house", name="a.csv", content=content, by=sue)
    with pytest.raises(Conflict) as again:
        take_file("house", name="other name.csv", content=content, by=sue)
    assert again.value.code == "taken_before"
    with pytest.raises(WrongRows) as wrong:
        take_file("house", name="b.csv", content=bill(f"refund,P2,K2,,,99,CNY,paid,,{a_day()}", "refund,,K3,,,1,CNY,paid,,never"), by=sue)
    assert "row_3" in wrong.value.fields
    assert StatementLine.objects.count() == 1
    foreign = "支付宝交易号,商户订单号,业务类型,完成时间,订单金额（元）\n#业务明细列表结束"
    with pytest.raises(Unprocessable) as other:
        take_file("stripe", name="c.csv", content=foreign.encode(), by=sue)
    assert other.value.code == "other_gateway"


def test_a_statement_that_contradicts_an_older_one_is_refused(cast: Cast, sue: Actor) -> None:
    take_file("house", name="a.csv", content=bill(f"refund,P1,K1,,,99,CNY,paid,,{a_day()}"), by=sue)
    with pytest.raises(Conflict) as refused:
        take_file("house", name="b.csv", content=bill(f"refund,P1,K1,,,1,CNY,paid,,{a_day()}"), by=sue)
    assert refused.value.code == "contradicts"
    assert Statement.objects.count() == 1


def test_a_statement_that_contradicts_itself_is_refused_and_not_taken_by_half(cast: Cast, sue: Actor) -> None:
    twice = bill(f"refund,P1,K1,,,99,CNY,paid,,{a_day()}", f"refund,P1,K1,,,1,CNY,paid,,{a_day()}")
    with pytest.raises(Conflict) as refused:
        take_file("house", name="a.csv", content=twice, by=sue)
    assert refused.value.code == "contradicts" and "P1" in str(refused.value.text)
    assert not Statement.objects.exists()
    same = bill(*[f"refund,P1,K1,,,99,CNY,paid,,{a_day()}"] * 2, f"fee,P1,,,,1,CNY,paid,,{a_day()}", f"fee,P1,,,,2,CNY,paid,,{a_day()}")
    assert take_file("house", name="b.csv", content=same, by=sue).fresh == 2


def test_a_line_that_stands_is_never_changed(cast: Cast, sue: Actor) -> None:
    take_file("house", name="a.csv", content=bill(f"refund,P1,K1,,,99,CNY,paid,,{a_day()}"), by=sue)
    for change in (lambda: StatementLine.objects.update(amount_minor=1), lambda: StatementLine.objects.all().delete()):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()


# ── explained ────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def a_difference(cast: Cast, sue: Actor) -> Difference:
    content = bill(f"refund,{new_ref('RF')},,,,5,CNY,paid,,{a_day()}")
    compare_statement(take_file("house", name="a.csv", content=content, by=sue, compare=False).statement, by=sue)
    return Difference.objects.order_by("-pk")[0]


def test_a_difference_is_explained_once_and_not_asked_again(cast: Cast, sue: Actor) -> None:
    row = a_difference(cast, sue)
    closed = explain(row.ref, "accepted", "  A test payment of the provider's.\x00 ", by=sue)
    assert (closed.resolution, closed.why, closed.resolved_by_id) == ("accepted", "A test payment of the provider's.", sue.user_id)
    with pytest.raises(NoSuchMove):
        explain(row.ref, "theirs", "again", by=sue)
    compare("house", row.found_at - DAY, row.found_at + DAY, by=sue)
    assert Difference.objects.count() == 1


@pytest.mark.parametrize(
    ("how", "why", "field"), [("gone", "words", "resolution"), ("accepted", " ", "why"), ("accepted", "x" * 501, "why")]
)
def test_nothing_is_explained_without_a_reason(cast: Cast, sue: Actor, how: str, why: str, field: str) -> None:
    row = a_difference(cast, sue)
    with pytest.raises(Unprocessable) as refused:
        explain(row.ref, how, why, by=sue)
    assert field in refused.value.fields


def test_differences_go_to_whoever_has_the_fewest_and_may_be_handed_on(cast: Cast, sue: Actor) -> None:
    ada = person("ada", Role.ADMIN)
    owners = [a_difference(cast, sue).owner_id for _ in range(4)]
    assert sorted(owners, key=int) == sorted([sue.user_id, ada.user_id] * 2, key=int)  # type: ignore[arg-type]
    row = Difference.objects.filter(owner_id=sue.user_id).order_by("pk")[0]
    assert take_on(row.ref, by=ada).owner_id == ada.user_id
    assert give_to(row.ref, "sue@example.com", by=ada).owner_id == sue.user_id
    with pytest.raises(Unprocessable):
        give_to(row.ref, "anna@example.com", by=ada)


def test_what_is_not_explained_in_time_is_alarmed_once(cast: Cast, sue: Actor, stepped_clock: clock.Stepped) -> None:
    row = a_difference(cast, sue)
    assert remind() == 0
    stepped_clock.until(row.due_at - timedelta(hours=23))
    assert (remind(), remind()) == (1, 0)
    stepped_clock.until(row.due_at)
    assert (remind(), remind()) == (1, 0)
    row.refresh_from_db()
    assert row.warned == OVERDUE
    assert queries.counts(sue).overdue == 1


def test_only_those_who_keep_the_money_act_and_only_the_office_looks(cast: Cast, sue: Actor) -> None:
    row = a_difference(cast, sue)
    analyst = person("lee", Role.ANALYST)
    assert queries.difference(row.ref, analyst).pk == row.pk
    with pytest.raises(NotYourMove):
        explain(row.ref, "accepted", "words", by=analyst)
    for stranger in (cast.anna, cast.bolt, cast.rival, cast.judge, cast.agent):
        with pytest.raises(NotFound):
            queries.difference(row.ref, stranger)
        with pytest.raises(NotFound):
            explain(row.ref, "accepted", "words", by=stranger)
        with pytest.raises(NotFound):
            take_file("house", name="x.csv", content=b"", by=stranger)
    assert queries.differences(PLATFORM, Choice()).count() == 1


def test_the_trend_counts_what_was_found_and_what_was_open(cast: Cast, sue: Actor, stepped_clock: clock.Stepped) -> None:
    row = a_difference(cast, sue)
    stepped_clock.forward(DAY)
    explain(row.ref, "theirs", "put right", by=sue)
    stepped_clock.forward(DAY)
    told = queries.trend(sue)[-3:]
    assert [(day.found, day.open_at_end) for day in told] == [(1, 1), (0, 0), (0, 0)]


def test_captures_that_only_one_side_knows_are_told(cast: Cast, payments: Running, sue: Actor, stepped_clock: clock.Stepped) -> None:
    order = an_unshipped_order(cast, prices=(9900,))
    announce_captures([order.pk])
    capture(payments, tender=f"T-unknown-{order.pk}", amount=700)
    taken = ask("house", since=None, until=clock.now() + DAY, by=sue, compare=False)
    compare_statement(taken.statement, by=sue)
    told = found()
    assert ("missing_here", "capture", f"c:T-unknown-{order.pk}") in told
    assert not [row for row in told if row[2] == Tender.objects.get(order=order).ref]


def test_how_each_gateway_stands_is_two_reads(cast: Cast, sue: Actor, stepped_clock: clock.Stepped) -> None:
    at = clock.now()
    for gateway, failed in (("house", ""), ("house", "away"), ("alipay", "away"), ("alipay", "")):
        stepped_clock.forward(DAY)
        Run.objects.create(ref=new_ref("RC"), gateway=gateway, covers_from=at, covers_until=at, made_at=clock.now(), failed=failed)
    with CaptureQueriesContext(connection) as asked:
        told = {one.gateway: (one.last and one.last.failed, one.failed and one.failed.failed) for one in queries.standings(sue)}
    assert len(asked) == 2
    assert told == {"house": ("", "away"), "alipay": ("", None), "wechat": (None, None), "stripe": (None, None), "bank": (None, None)}
