"""Stories of money by bank transfer: one person makes the file, another releases it, and the bank's answer is taken whole or not at all."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import IntegrityError, transaction

from amends.cases.grants import owe_sum
from amends.cases.models import Case
from amends.cases.record import an_act
from amends.cases.taking import take_case_of
from amends.kernel import clock
from amends.kernel.refusals import Conflict, NoSuchMove, NotFound, NotYourMove, Refusal, Unprocessable
from amends.ledger.posting import balances
from amends.people.models import AccessLog
from amends.people.rules import PLATFORM, Actor, Role
from amends.plumbing import jobs
from amends.plumbing.payments.port import Answer
from amends.plumbing.sealing import seal
from amends.plumbing.simulators.launch import Running
from amends.refunds.answers import take_answer
from amends.refunds.bank.batches import batch, discard, download, make_batch, release, waiting
from amends.refunds.bank.confirming import confirm
from amends.refunds.intents import intend_for
from amends.refunds.models import BankBatch, BankRow, Payee, Refund
from amends.refunds.payees import give_payee
from tests.cast import Cast, an_order, claims, person, the_cast
from tests.payments_fixture import simulator

ACCOUNT = {"name": "安娜", "number": "6222 0200 1234 5678", "bank": "中国工商银行"}


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with simulator(Path(tmp_path_factory.mktemp("payments"))) as found:
        yield found


@pytest.fixture
def cast(db: None, stepped_clock: clock.Stepped, running: Running, monkeypatch: pytest.MonkeyPatch) -> Cast:
    monkeypatch.setenv("AMENDS_PAYMENTS_URL", running.url)
    return the_cast()


@pytest.fixture
def sue(cast: Cast) -> Actor:
    return person("sue", Role.SUPERVISOR)


@pytest.fixture
def ada(cast: Cast) -> Actor:
    return person("ada", Role.ADMIN)


@an_act
def _given(case_id: int, minor: int) -> Refund:
    case = take_case_of(case_id)
    grant = owe_sum(case, amount_minor=minor, currency="CNY", remedy="goodwill", basis="sorry", borne_by="platform", by=PLATFORM)
    return intend_for(grant, PLATFORM)[0]


def owed(cast: Cast, minor: int = 500, **account: str) -> Refund:
    """A goodwill payment of Anna's that waits for the bank."""
    case = claims(an_order(cast.bolts, cast.annas), by=cast.anna, issue="no_reason", remedy="return_refund")
    refund = _given(case.pk, minor)
    give_payee(case.ref, way="bank", by=cast.anna, consents=True, **{**ACCOUNT, **account})
    return Refund.objects.get(pk=refund.pk)


def stage(refund: Refund) -> str:
    return Refund.objects.get(pk=refund.pk).stage


def told(*rows: tuple[str, str, str, str]) -> bytes:
    """The bank's file: remark, sum, result, reason."""
    lines = "".join(",".join(row) + f",B{n}\n" for n, row in enumerate(rows))
    return f"批次回执\n附言,金额,处理结果,失败原因,流水号\n{lines}".encode("gb18030")


def test_two_people_and_the_bank_pay_a_refund(cast: Cast, sue: Actor, ada: Actor) -> None:
    first, second = owed(cast, 500), owed(cast, 1250)
    made = make_batch(by=sue)
    assert (made.batch.count, made.batch.total_minor, made.left) == (2, 1750, {})
    assert [stage(first), stage(second)] == ["sent", "sent"]
    release(made.batch.ref, by=ada)
    name, content = download(made.batch.ref, by=ada)
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    assert name == f"{made.batch.ref}.csv"
    assert rows[1:] == [
        ["1", "安娜", "6222020012345678", "中国工商银行", "5.00", "CNY", first.ref],
        ["2", "安娜", "6222020012345678", "中国工商银行", "12.50", "CNY", second.ref],
    ]
    assert AccessLog.objects.filter(ref=made.batch.ref, user_id=ada.user_id).count() == 1
    done = confirm(made.batch.ref, told((f"退款{first.ref}", "5.00", "成功", ""), (second.ref, "12.50", "失败", "账号不存在")), by=sue)
    assert (done.paid, done.failed, done.waiting) == (1, 1, 0)
    assert [stage(first), stage(second)] == ["paid", "failed"]
    assert batch(made.batch.ref, sue).state == "confirmed"
    assert Refund.objects.get(pk=second.pk).reason == "账号不存在"
    jobs.drain()
    bank = [row.minor for row in balances() if (row.party, row.name) == ("clearing", "bank")]
    assert bank == [-500]


def test_what_the_bank_refused_goes_into_the_next_file_and_nothing_stands_in_two(cast: Cast, sue: Actor, ada: Actor) -> None:
    refund = owed(cast)
    first = make_batch(by=sue).batch
    with pytest.raises(Conflict):
        make_batch(by=sue)
    release(first.ref, by=ada)
    confirm(first.ref, told((refund.ref, "5.00", "退票", "户名不符")), by=sue)
    second = make_batch(by=sue).batch
    assert [row.refund_id for row in second.rows.order_by("pk")] == [refund.pk]
    with pytest.raises(IntegrityError), transaction.atomic():
        BankRow.objects.create(merchant_id=refund.merchant_id, batch=first, refund=refund, position=9, amount_minor=1)


def test_the_maker_never_releases_and_nothing_leaves_before(cast: Cast, sue: Actor, ada: Actor) -> None:
    refund = owed(cast)
    made = make_batch(by=sue).batch
    with pytest.raises(NotYourMove) as own:
        release(made.ref, by=sue)
    assert own.value.code == "self_approval"
    with pytest.raises(NotYourMove):
        release(made.ref, by=PLATFORM)
    with pytest.raises(NoSuchMove):
        download(made.ref, by=ada)
    with pytest.raises(NoSuchMove):
        confirm(made.ref, told((refund.ref, "5.00", "成功", "")), by=ada)
    with pytest.raises(IntegrityError), transaction.atomic():
        BankBatch.objects.filter(pk=made.pk).update(released_by=made.made_by)
    release(made.ref, by=ada)
    with pytest.raises(NoSuchMove):
        release(made.ref, by=ada)
    with pytest.raises(NoSuchMove):
        discard(made.ref, by=ada)


def test_a_file_that_nobody_had_is_discarded_and_its_refunds_wait_again(cast: Cast, sue: Actor) -> None:
    refund = owed(cast)
    made = make_batch(by=sue).batch
    assert discard(made.ref, by=sue).state == "discarded"
    assert stage(refund) == "failed"
    assert list(waiting(sue)) == [refund]


def test_files_that_nobody_had_use_up_no_retry(cast: Cast, sue: Actor, ada: Actor) -> None:
    refund = owed(cast)
    for _ in range(refund.case.terms.count("retries") + 1):
        discard(make_batch(by=sue).batch.ref, by=sue)
    assert Case.objects.get(pk=refund.case_id).counts.get(f"refund:{refund.pk}:retries", 0) == 0
    made = make_batch(by=sue).batch
    release(made.ref, by=ada)
    confirm(made.ref, told((refund.ref, "5.00", "失败", "户名不符")), by=sue)
    make_batch(by=sue)
    assert Case.objects.get(pk=refund.case_id).counts[f"refund:{refund.pk}:retries"] == 1, "what the bank refused counts"


def a_paid_file(cast: Cast, sue: Actor, ada: Actor) -> tuple[Refund, str]:
    refund = owed(cast)
    made = make_batch(by=sue).batch
    release(made.ref, by=ada)
    confirm(made.ref, told((refund.ref, "5.00", "成功", "")), by=sue)
    return refund, made.ref


def test_a_transfer_that_was_confirmed_and_returned_is_owed_again(cast: Cast, sue: Actor, ada: Actor) -> None:
    refund, file = a_paid_file(cast, sue, ada)
    first = batch(file, sue).confirmed_at
    back = told((refund.ref, "5.00", "退票", "账号户名不符"))
    assert confirm(file, back, by=sue).returned == 1
    assert stage(refund) == "reversed"
    row = BankRow.objects.get(refund_id=refund.pk)
    assert (row.answer, row.reason, batch(file, sue).confirmed_at) == ("returned", "账号户名不符", first)
    again = Refund.objects.exclude(pk=refund.pk).get(case__order_id=refund.case.order_id)
    assert (again.stage, again.amount_minor, again.stands_for_id) == ("intended", 500, refund.pk)
    bank = [held.minor for held in balances() if (held.party, held.name) == ("clearing", "bank")]
    assert bank in ([], [0])
    with pytest.raises(Unprocessable):
        confirm(file, told((refund.ref, "5.00", "成功", "")), by=sue)


def test_what_comes_back_after_the_books_were_closed_is_owed_at_the_platforms_cost(cast: Cast, sue: Actor, ada: Actor) -> None:
    refund, file = a_paid_file(cast, sue, ada)
    Refund.objects.filter(pk=refund.pk).update(stage="settled")
    assert confirm(file, told((refund.ref, "5.00", "退票", "")), by=sue).returned == 1
    again = Refund.objects.exclude(pk=refund.pk).get(case__order_id=refund.case.order_id)
    assert (stage(refund), again.amount_minor, again.grant.borne_by) == ("settled", 500, "platform")


def test_the_confirmation_does_not_say_otherwise_than_the_statement_before_it(cast: Cast, sue: Actor, ada: Actor) -> None:
    refund = owed(cast)
    made = make_batch(by=sue).batch
    release(made.ref, by=ada)
    take_answer(refund.ref, Answer("paid", "B7"), source="statement")
    with pytest.raises(Unprocessable) as refused:
        confirm(made.ref, told((refund.ref, "5.00", "失败", "户名不符")), by=sue)
    assert "The bank said before: paid" in str(next(iter(refused.value.fields.values())))
    assert (batch(made.ref, sue).state, stage(refund)) == ("released", "paid")
    assert confirm(made.ref, told((refund.ref, "5.00", "退票", "")), by=sue).returned == 1
    assert stage(refund) == "reversed"


@pytest.mark.parametrize(("amount", "currency"), [("5.00", "USD"), ("-5.00", "CNY")])
def test_a_confirmation_in_another_currency_or_the_other_way_is_refused(
    cast: Cast, sue: Actor, ada: Actor, amount: str, currency: str
) -> None:
    refund = owed(cast)
    made = make_batch(by=sue).batch
    release(made.ref, by=ada)
    with pytest.raises(Unprocessable):
        confirm(made.ref, f"附言,金额,币种,处理结果\n{refund.ref},{amount},{currency},成功\n".encode(), by=sue)
    assert stage(refund) == "sent"


@pytest.mark.parametrize("currency", ["CNY", "人民币", "RMB", ""])
def test_a_confirmation_may_name_its_currency(cast: Cast, sue: Actor, ada: Actor, currency: str) -> None:
    refund = owed(cast)
    made = make_batch(by=sue).batch
    release(made.ref, by=ada)
    confirm(made.ref, f"附言,金额,币种,处理结果\n{refund.ref},¥5.00,{currency},成功\n".encode(), by=sue)
    assert stage(refund) == "paid"


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (("RF-0000-0000-0000", "5.00", "成功", ""), "not in this file"),
        (("{ref}", "5.01", "成功", ""), "The sum is not ¥5.00."),
        (("{ref}", "five", "成功", ""), "not an amount"),
        (("{ref}", "5.00", "maybe", ""), "Unknown result"),
        (("no reference", "5.00", "成功", ""), "names no refund"),
    ],
)  # fmt: skip
def test_one_row_that_does_not_fit_refuses_the_whole_confirmation(
    cast: Cast, sue: Actor, ada: Actor, row: tuple[str, ...], words: str
) -> None:
    good, other = owed(cast), owed(cast)
    made = make_batch(by=sue).batch
    release(made.ref, by=ada)
    bad = tuple(cell.format(ref=other.ref) for cell in row)
    with pytest.raises(Unprocessable) as refused:
        confirm(made.ref, told((good.ref, "5.00", "成功", ""), bad), by=sue)  # type: ignore[arg-type]
    assert any(words in str(text) for text in refused.value.fields.values())
    assert [stage(good), stage(other)] == ["sent", "sent"]


def test_the_bank_answers_in_pieces_never_twice_and_never_otherwise(cast: Cast, sue: Actor, ada: Actor) -> None:
    first, second = owed(cast), owed(cast)
    made = make_batch(by=sue).batch
    release(made.ref, by=ada)
    early = told((first.ref, "5.00", "成功", ""), (second.ref, "5.00", "处理中", ""))
    assert confirm(made.ref, early, by=sue).waiting == 1
    with pytest.raises(Conflict):
        confirm(made.ref, early, by=sue)
    with pytest.raises(Unprocessable) as otherwise:
        confirm(made.ref, told((first.ref, "5.00", "失败", "")), by=sue)
    assert "The bank said before" in str(next(iter(otherwise.value.fields.values())))
    assert confirm(made.ref, told((first.ref, "5.00", "成功", ""), (second.ref, "5.00", "成功", "")), by=sue).waiting == 0
    assert [stage(first), stage(second)] == ["paid", "paid"]


@pytest.mark.parametrize("content", [b"", b"\xff\xff\xff", b"a,b\n1,2\n", b"PK\x03\x04xlsx", "附言,金额,处理结果\n".encode()])
def test_a_file_that_is_no_confirmation_is_refused(cast: Cast, sue: Actor, ada: Actor, content: bytes) -> None:
    owed(cast)
    made = make_batch(by=sue).batch
    release(made.ref, by=ada)
    with pytest.raises(Unprocessable):
        confirm(made.ref, content, by=sue)


def test_a_name_that_a_table_program_would_run_and_an_erased_account_stay_out_of_the_file(cast: Cast, sue: Actor) -> None:
    good, formula, erased = owed(cast), owed(cast), owed(cast)
    older = json.dumps({"name": "=cmd|'/c calc'!A1", "number": "6222020012345678", "bank": "ICBC"})
    Payee.objects.filter(pk=formula.payee_id).update(sealed=seal(older))
    Payee.objects.filter(pk=erased.payee_id).update(sealed="not sealed by us")
    made = make_batch(by=sue)
    assert set(made.left) == {formula.ref, erased.ref}
    assert [row.refund_id for row in made.batch.rows.order_by("pk")] == [good.pk]
    assert [stage(formula), stage(erased)] == ["intended", "intended"]


def test_only_the_keepers_of_money_see_or_touch_a_file(cast: Cast, sue: Actor) -> None:
    owed(cast)
    made = make_batch(by=sue).batch
    analyst = person("lee", Role.ANALYST)
    assert batch(made.ref, analyst).pk == made.pk
    for act in (lambda by: release(made.ref, by=by), lambda by: download(made.ref, by=by), lambda by: make_batch(by=by)):
        with pytest.raises(NotYourMove):
            act(analyst)
        for stranger in (cast.anna, cast.bolt, cast.agent, cast.judge):
            with pytest.raises(NotFound):
                act(stranger)
    with pytest.raises(Refusal):
        batch("BB-0000-0000-0000", sue)
    assert Case.objects.count() == 1
