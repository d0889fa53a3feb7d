"""A file of bank transfers: made by one person, released by another, handed out, or thrown away before anybody had it.

open refunds ──make──▶ made ──release──▶ released ──confirm (confirming.py)──▶ confirmed
                        └──discard──▶ discarded
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from decimal import Decimal

from django.db import connection
from django.db.models import QuerySet

from amends.cases.record import an_act
from amends.kernel import clock
from amends.kernel.money import Money, currencies
from amends.kernel.refs import clean_ref, new_ref
from amends.kernel.refusals import Conflict, NoSuchMove, NotFound, NotYourMove, Refusal, Unprocessable
from amends.kernel.texts import Text, say
from amends.people.queries import note_access
from amends.people.rules import Actor
from amends.plumbing.delimited import RUNS, written
from amends.plumbing.payments.port import Answer
from amends.plumbing.sealing import Unreadable
from amends.refunds.answers import take_answer
from amends.refunds.bank.hands import only_keepers, only_lookers
from amends.refunds.banking import DISCARDED, hand_to_bank
from amends.refunds.models import BankBatch, BankRow, Payee, Refund
from amends.refunds.payees import Account, account_of, open_for_bank

MOST_ROWS = 500
"""Each row holds its case's lock until the file is whole."""
LOCK = 0x62616E6B  # "bank": one file is made at a time, so that two cannot both want the same refunds
COLUMNS = ("序号", "收款户名", "收款账号", "开户行", "金额", "币种", "附言")
STATES: dict[str, Text] = {
    "made": say("待放行", "to be released"),
    "released": say("已放行", "released"),
    "confirmed": say("银行已回执", "confirmed by the bank"),
    "discarded": say("已作废", "discarded"),
}
LET_OUT = ("released", "confirmed")
"""States of a file that two people have let out: it may be handed to the bank, and only of it can the bank speak."""


@dataclass(frozen=True, slots=True)
class Made:
    """A new file, and the refunds that could not go into it, each with the reason."""

    batch: BankBatch
    left: dict[str, Text] = field(default_factory=dict)


def waiting(by: Actor) -> QuerySet[Refund]:
    """The refunds that may go into the next file, oldest first. Raises NotFound where `by` may not look."""
    only_lookers(by)
    return open_for_bank().select_related("payee", "case").order_by("made_at", "pk")


def batches(by: Actor) -> QuerySet[BankBatch]:
    """Every file, newest first."""
    only_lookers(by)
    return BankBatch.objects.select_related("made_by", "released_by").order_by("-made_at", "-pk")


def batch(ref: str, by: Actor) -> BankBatch:
    """One file. Raises NotFound."""
    found = batches(by).filter(ref=clean_ref(ref) or "").first()
    if found is None:
        raise NotFound
    return found


def rows_of(found: BankBatch) -> list[BankRow]:
    """The rows of a file in their order, each with its refund, payee and case."""
    return list(found.rows.select_related("refund__payee", "refund__case").order_by("position"))


@an_act
def make_batch(*, by: Actor, currency: str = "") -> Made:
    """At most MOST_ROWS waiting refunds of one currency (the oldest one's where none is named) are `sent` and stand in a new file.

    Refuses: nothing waiting (Conflict), an unknown currency (Unprocessable), other hands than keepers. Nobody is paid by this.
    """
    only_keepers(by)
    _alone()
    unit = currency or _oldest_unit()
    if unit not in currencies():
        raise Unprocessable.field("currency", say("未知的币种 {code}。", "Unknown currency {code}.", code=unit[:20] or "-"))
    chosen = list(open_for_bank().filter(unit=unit).select_related("payee").order_by("made_at", "pk")[:MOST_ROWS])
    made = Made(BankBatch(ref=new_ref("BB"), currency=unit, made_by_id=by.user_id, made_at=clock.now()))
    handed: list[tuple[Refund, Account]] = []
    for refund in sorted(chosen, key=lambda one: (one.case_id, one.pk)):  # in the order of locks
        try:
            account = _account(refund.payee)
            handed.append((hand_to_bank(refund.pk, by=by), account))
        except Refusal as refused:
            made.left[refund.ref] = refused.text
    if not handed:
        why = next(iter(made.left.values()), say("没有等待银行付款的退款。", "No refund waits for the bank."))
        raise Conflict(why, code="nothing_to_pay")
    handed.sort(key=lambda pair: pair[0].pk)
    _keep(made.batch, handed)
    return made


@an_act
def release(ref: str, *, by: Actor) -> BankBatch:
    """The file may be handed out. Refuses whoever made it (NotYourMove), machines, and a file that is not waiting (NoSuchMove)."""
    found = _locked(ref, by, "made")
    if by.user_id is None:
        raise NotYourMove(say("放行只能由人来做。", "Only a person releases a file."), code="not_a_person")
    if by.user_id == found.made_by_id:
        raise NotYourMove(say("制单人不能放行自己的文件。", "Whoever made the file cannot release it."), code="self_approval")
    content_of(found)  # what is released is what was made
    found.state, found.released_by_id, found.released_at = "released", by.user_id, clock.now()
    found.save(update_fields=["state", "released_by", "released_at"])
    return found


@an_act
def discard(ref: str, *, by: Actor) -> BankBatch:
    """A file that nobody has had is void: its refunds have failed for sure and wait for the next one, which is no retry. Refuses
    a released one."""
    found = _locked(ref, by, "made")
    for row in found.rows.select_related("refund").order_by("refund__case_id", "pk"):
        BankRow.objects.filter(pk=row.pk).update(answer="failed", reason=DISCARDED)
        take_answer(row.refund.ref, Answer("failed", f"{found.ref}:{row.position}", DISCARDED), source="bank")
    found.state = "discarded"
    found.save(update_fields=["state"])
    return found


def download(ref: str, *, by: Actor) -> tuple[str, bytes]:
    """The name and bytes of a released file; who had it is in the access log. Refuses one that is not released (NoSuchMove)."""
    only_keepers(by)
    found = batch(ref, by)
    if found.state not in LET_OUT:
        raise NoSuchMove(say("文件放行后才能下载。", "The file is handed out once it is released."), code="not_released")
    content = content_of(found)
    note_access(by, found.ref)
    return f"{found.ref}.csv", content


def content_of(found: BankBatch) -> bytes:
    """The file as the bank gets it, the same bytes as when it was made. Raises Conflict where an account can't be opened or has changed."""
    rows = [(row.refund, _account(row.refund.payee)) for row in rows_of(found)]
    content = _content(found.currency, rows)
    if hashlib.sha256(content).hexdigest() != found.digest:
        raise Conflict(say("文件内容与制单时不一致。", "The file is not what it was when it was made."), code="changed")
    return content


def _keep(found: BankBatch, handed: list[tuple[Refund, Account]]) -> None:
    found.total_minor, found.count = sum(refund.amount_minor for refund, _ in handed), len(handed)
    found.digest = hashlib.sha256(_content(found.currency, handed)).hexdigest()
    found.save()
    BankRow.objects.bulk_create(
        BankRow(merchant_id=refund.merchant_id, batch=found, refund=refund, position=position, amount_minor=refund.amount_minor)
        for position, (refund, _) in enumerate(handed, 1)
    )


def _content(currency: str, rows: list[tuple[Refund, Account]]) -> bytes:
    lines = (
        (str(position), account.name, account.number, account.bank, f"{_major(refund.amount_minor, currency):f}", currency, refund.ref)
        for position, (refund, account) in enumerate(rows, 1)
    )
    return "".join(written(COLUMNS, lines)).encode()


def _major(minor: int, currency: str) -> Decimal:
    return Money(minor, currency).decimal


def _account(payee: Payee | None) -> Account:
    """The account in clear. Raises Conflict where there is none any more, or one that a bank's program would not take as text."""
    if payee is None or not payee.sealed or payee.erased_at is not None:
        raise Conflict(say("收款账户已删除。", "The payee's account was erased."), code="erased")
    try:
        account = account_of(payee)
    except Unreadable as wrong:
        raise Conflict(
            say("收款账户打不开，密钥已更换。", "The account can't be opened; the key is another."), code="unreadable"
        ) from wrong
    if account.name.startswith(RUNS) or account.bank.startswith(RUNS):
        raise Conflict(say("户名或开户行不能以符号开头。", "A holder's or bank's name can't begin with a sign."), code="bad_account")
    return account


def _locked(ref: str, by: Actor, state: str) -> BankBatch:
    only_keepers(by)
    found = BankBatch.objects.select_for_update(of=("self",)).filter(ref=clean_ref(ref) or "").first()
    if found is None:
        raise NotFound
    if found.state != state:
        raise NoSuchMove(say("文件现在是：{state}。", "The file is: {state}.", state=STATES[found.state]), code="not_now")
    return found


def _oldest_unit() -> str:
    oldest = open_for_bank().filter(unit__in=sorted(currencies())).order_by("made_at", "pk").values_list("unit", flat=True).first()
    if oldest is None:
        raise Conflict(say("没有等待银行付款的退款。", "No refund waits for the bank."), code="nothing_to_pay")
    return oldest


def _alone() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
