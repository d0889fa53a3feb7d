"""Two at once over one statement, one difference, the same waiting refunds: one wins, the other hears why, nothing is doubled."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from amends.cases.grants import owe_sum
from amends.cases.record import an_act
from amends.cases.taking import take_case_of
from amends.kernel import clock
from amends.people.rules import PLATFORM, Actor, Role
from amends.plumbing.simulators.launch import Running
from amends.reconciliation.models import Difference, Statement, StatementLine
from amends.reconciliation.verbs.comparing import compare_statement
from amends.reconciliation.verbs.explaining import explain
from amends.reconciliation.verbs.taking import take_file
from amends.refunds.bank.batches import discard, make_batch, release
from amends.refunds.bank.confirming import confirm
from amends.refunds.intents import intend_for
from amends.refunds.models import BankBatch, BankRow, Refund
from amends.refunds.payees import give_payee
from tests.cast import Cast, an_order, claims, person, the_cast
from tests.payments_fixture import simulator
from tests.proofs.racing import refusals, together

BILL = b"kind,provider_ref,key,amount,currency,at\nrefund,P1,K1,5,CNY,2026-03-09\nrefund,P2,K2,6,CNY,2026-03-09\n"


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with simulator(Path(tmp_path_factory.mktemp("payments"))) as found:
        yield found


@pytest.fixture
def cast(committed_db: None, stepped_clock: clock.Stepped, running: Running, monkeypatch: pytest.MonkeyPatch) -> Cast:
    monkeypatch.setenv("AMENDS_PAYMENTS_URL", running.url)
    return the_cast()


@pytest.fixture
def keepers(cast: Cast) -> tuple[Actor, Actor]:
    return person("sue", Role.SUPERVISOR), person("ada", Role.ADMIN)


@an_act
def _given(case_id: int) -> Refund:
    case = take_case_of(case_id)
    grant = owe_sum(case, amount_minor=500, currency="CNY", remedy="goodwill", basis="sorry", borne_by="platform", by=PLATFORM)
    return intend_for(grant, PLATFORM)[0]


def owed(cast: Cast) -> Refund:
    case = claims(an_order(cast.bolts, cast.annas), by=cast.anna, issue="no_reason", remedy="return_refund")
    refund = _given(case.pk)
    give_payee(case.ref, way="bank", by=cast.anna, consents=True, name="安娜", number="6222020012345678", bank="工商银行")
    return refund


def test_the_same_file_at_once_is_one_statement(cast: Cast, keepers: tuple[Actor, Actor]) -> None:
    ends = together(*(lambda by=by: take_file("house", name="a.csv", content=BILL, by=by) for by in keepers))  # type: ignore[misc]
    assert [refusal.code for refusal in refusals(ends)] == ["taken_before"]
    assert (Statement.objects.count(), StatementLine.objects.count()) == (1, 2)


def test_two_comparisons_at_once_open_each_difference_once(cast: Cast, keepers: tuple[Actor, Actor]) -> None:
    statement = take_file("house", name="a.csv", content=BILL, by=keepers[0], compare=False).statement
    together(*[lambda: compare_statement(statement)] * 3)
    assert sorted(Difference.objects.values_list("key", flat=True)) == ["P1", "P2"]
    row = Difference.objects.get(key="P1")
    ends = together(*(lambda by=by: explain(row.ref, "theirs", "put right", by=by) for by in keepers))  # type: ignore[misc]
    assert [refusal.code for refusal in refusals(ends)] == ["closed"]


def test_two_files_at_once_never_hold_the_same_refund(cast: Cast, keepers: tuple[Actor, Actor]) -> None:
    for _ in range(3):
        owed(cast)
    ends = together(*(lambda by=by: make_batch(by=by) for by in keepers))  # type: ignore[misc]
    assert [refusal.code for refusal in refusals(ends)] == ["nothing_to_pay"]
    assert (BankBatch.objects.count(), BankRow.objects.count()) == (1, 3)


def test_release_and_discard_at_once_end_one_way(cast: Cast, keepers: tuple[Actor, Actor]) -> None:
    refund, (sue, ada) = owed(cast), keepers
    ref = make_batch(by=sue).batch.ref
    ends = together(lambda: release(ref, by=ada), lambda: discard(ref, by=sue))
    assert [refusal.code for refusal in refusals(ends)] == ["not_now"]
    state = BankBatch.objects.get(ref=ref).state
    assert Refund.objects.get(pk=refund.pk).stage == {"released": "sent", "discarded": "failed"}[state]


def test_the_same_confirmation_at_once_pays_once(cast: Cast, keepers: tuple[Actor, Actor]) -> None:
    refund, (sue, ada) = owed(cast), keepers
    ref = make_batch(by=sue).batch.ref
    release(ref, by=ada)
    content = f"附言,金额,处理结果\n{refund.ref},5.00,成功\n".encode()
    ends = together(*(lambda by=by: confirm(ref, content, by=by) for by in keepers))  # type: ignore[misc]
    assert [refusal.code for refusal in refusals(ends)] == ["taken_before"]
    assert Refund.objects.get(pk=refund.pk).stage == "paid"
