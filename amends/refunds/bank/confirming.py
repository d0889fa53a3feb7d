"""The bank's file comes in: each row of it answers a refund of one batch. All rows are read before any answer is written.

A row is met by our refund's reference wherever it stands in the file's words, and must be of the same sum. Rows that the bank still works
on are left for the next file; a batch is confirmed once every row has its answer. What was paid and came back days later (退票) is owed
again, once its books are closed at the platform's cost.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice

from amends.cases.record import an_act
from amends.kernel import clock
from amends.kernel.money import Money, MoneyError
from amends.kernel.refs import clean_ref
from amends.kernel.refusals import Conflict, NoSuchMove, NotFound, Unprocessable
from amends.kernel.texts import Text, say
from amends.ledger.words import sum_words
from amends.people.rules import Actor
from amends.plumbing.delimited import LOOKED_AT, Cells, plain, records, text_of
from amends.plumbing.payments.port import Answer
from amends.refunds.answers import take_answer, take_came_back
from amends.refunds.bank.batches import LET_OUT, STATES
from amends.refunds.bank.hands import only_keepers
from amends.refunds.books import DELIVERED
from amends.refunds.models import BankBatch, BankRow

FIELDS: dict[str, tuple[str, ...]] = {
    "key": ("附言", "用途", "摘要", "备注", "退款单号", "refund", "refund ref", "reference", "remark", "remittance information"),
    "amount": ("金额", "交易金额", "付款金额", "amount", "sum"),
    "result": ("处理结果", "交易结果", "结果", "处理状态", "交易状态", "状态", "result", "status", "state"),
    "reason": ("失败原因", "原因", "错误信息", "处理信息", "返回信息", "reason", "error"),
    "currency": ("币种", "货币", "交易币种", "currency", "ccy"),
    "provider_ref": ("流水号", "交易流水号", "银行流水号", "回单编号", "transaction id", "bank reference", "id"),
}
NEEDED = ("key", "amount", "result")
PAID = frozenset(
    {"成功", "处理成功", "交易成功", "付款成功", "支付成功", "已付", "paid", "success", "successful", "succeeded", "ok", "done"}
)
FAILED = frozenset({"失败", "处理失败", "交易失败", "付款失败", "拒绝", "failed", "failure", "rejected", "refused"})
RETURNED = frozenset({"退票", "已退票", "退汇", "已退汇", "returned", "reversed"})
"""Of what the bank had paid: it came back. Of what it had not answered yet: it failed."""
UNDER_WAY = frozenset({"处理中", "交易中", "待处理", "已受理", "processing", "pending", "accepted"})
CURRENCIES = {"人民币": "CNY", "rmb": "CNY"}
BEFORE: dict[str, Text] = {"paid": say("成功", "paid"), "failed": say("失败", "failed"), "returned": say("已退回", "returned")}
REF = re.compile(r"(?<![0-9A-Z])RF(?:-?[0-9A-Z]{4}){3}(?![0-9A-Z])", re.IGNORECASE)
SHOWN = 50


@dataclass(frozen=True, slots=True)
class Said:
    """What the bank says of one refund: paid, failed, returned after it was paid, or "" while it works on it."""

    row: int
    key: str
    answer: str
    reason: str
    provider_ref: str


@dataclass(frozen=True, slots=True)
class Confirmed:
    """A confirmation that was taken: how many rows were paid, failed and came back by it, and how many still wait."""

    batch: BankBatch
    paid: int
    failed: int
    waiting: int
    returned: int = 0


@an_act
def confirm(ref: str, content: bytes, *, by: Actor) -> Confirmed:
    """Every row of the file has answered its refund, or nothing has changed.

    Refuses: a batch that was not released (NoSuchMove), the same file again (Conflict), rows that are of no refund of this batch, of
    another sum or currency, in unknown words or against what the bank said before (Unprocessable, by row), other hands than keepers.
    """
    only_keepers(by)
    batch = BankBatch.objects.select_for_update(of=("self",)).filter(ref=clean_ref(ref) or "").first()
    if batch is None:
        raise NotFound
    if batch.state not in LET_OUT:
        raise NoSuchMove(say("文件现在是：{state}。", "The file is: {state}.", state=STATES[batch.state]), code="not_now")
    digest = hashlib.sha256(content).hexdigest()
    if batch.confirmation == digest:
        raise Conflict(say("这份回执已经导入过。", "This confirmation was taken before."), code="taken_before")
    rows = {row.refund.ref: row for row in batch.rows.select_related("refund").order_by("refund__case_id", "pk")}
    said = _read(content, batch, rows)
    for key, row in rows.items():  # in the order of locks
        if (told := said.get(key)) and told.answer and told.answer != row.answer:
            _answer(row, told, batch)
    return _kept(batch, digest, said, rows)


def _answer(row: BankRow, told: Said, batch: BankBatch) -> None:
    row.answer, row.reason = told.answer, told.reason[:80]
    row.save(update_fields=["answer", "reason"])
    provider_ref = told.provider_ref or f"{batch.ref}:{row.position}"
    if told.answer == "returned":
        take_came_back(row.refund.ref, reason=told.reason, provider_ref=provider_ref)
        return
    answer = Answer("paid" if told.answer == "paid" else "failed", provider_ref, told.reason)
    take_answer(row.refund.ref, answer, source="bank")


def _kept(batch: BankBatch, digest: str, said: Mapping[str, Said], rows: Mapping[str, BankRow]) -> Confirmed:
    waiting = sum(not row.answer for row in rows.values())
    batch.confirmation = digest
    if not waiting:
        batch.state, batch.confirmed_at = "confirmed", batch.confirmed_at or clock.now()
    batch.save(update_fields=["confirmation", "state", "confirmed_at"])
    answers = [one.answer for one in said.values()]
    return Confirmed(batch, answers.count("paid"), answers.count("failed"), waiting, answers.count("returned"))


# ── reading ──────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _read(content: bytes, batch: BankBatch, rows: Mapping[str, BankRow]) -> dict[str, Said]:
    if content[:2] == b"PK":
        raise Unprocessable(say("请上传 CSV，不要上传 Excel 或压缩包。", "Upload CSV, neither a spreadsheet nor an archive."))
    lines = records(text_of(content))
    places = _places(lines)
    said: dict[str, Said] = {}
    faults: dict[str, Text] = {}
    for number, cells in lines:
        told = _said(number, cells, places, batch, rows)
        if isinstance(told, Said) and told.key in said and said[told.key].answer != told.answer:
            told = say("与第 {n} 行说的不同。", "It says other than row {n}.", n=said[told.key].row)
        if isinstance(told, Said):
            said[told.key] = told
        elif told is not None:
            faults[f"row_{number}"] = told
    if faults:
        shown = dict(list(faults.items())[:SHOWN])
        wrong = say("回执里有 {n} 行对不上，没有导入。", "Rows that do not fit: {n}. Nothing was taken.", n=len(faults))
        raise Unprocessable(wrong, code="wrong_rows", fields=shown)
    if not said:
        raise Unprocessable(say("回执里没有这批退款。", "The confirmation has no refund of this batch."), code="no_lines")
    return said


def _places(lines: Iterator[tuple[int, Cells]]) -> dict[str, int]:
    """Where each field stands, by the first row that has all that is needed. Refuses (Unprocessable) a file without such a row."""
    seen: Cells = ()
    for _, cells in islice(lines, LOOKED_AT):
        header = [plain(cell) for cell in cells]
        found = {name: next((header.index(plain(word)) for word in words if plain(word) in header), None) for name, words in FIELDS.items()}
        places = {name: place for name, place in found.items() if place is not None}
        if all(name in places for name in NEEDED):
            return places
        seen = max(seen, cells, key=len)
    wrong = say(
        "认不出表头：要有附言、金额和处理结果。看到的是：{seen}。",
        "The header is not known: remark, amount and result are needed. Seen: {seen}.",
        seen=", ".join(seen)[:200] or "-",
    )  # fmt: skip
    raise Unprocessable(wrong, code="no_header")


def _said(number: int, cells: Cells, places: Mapping[str, int], batch: BankBatch, rows: Mapping[str, BankRow]) -> Said | Text | None:
    """What a row says; a sentence where it cannot be taken; None where it is about nothing of ours (totals, remarks)."""

    def cell(name: str) -> str:
        place = places.get(name)
        return cells[place] if place is not None and place < len(cells) else ""

    found = REF.search(cell("key"))
    if found is None:
        return None if not cell("result") else say("没有退款单号。", "It names no refund.")
    key = clean_ref(found.group()) or ""
    row = rows.get(key)
    if row is None:
        return say("{key} 不在这个文件里。", "{key} is not in this file.", key=found.group())
    currency = cell("currency").strip()
    if currency and CURRENCIES.get(currency.lower(), currency.upper()) != batch.currency:
        return say("币种不是 {code}。", "The currency is not {code}.", code=batch.currency)
    try:
        minor = Money.parse(cell("amount").replace(",", "").lstrip("¥￥"), batch.currency).minor
    except MoneyError as wrong:
        return wrong.text
    if minor != row.amount_minor:
        return say("金额不是 {sum}。", "The sum is not {sum}.", sum=sum_words(row.amount_minor, batch.currency))
    answer = _word(cell("result"), row)
    if not isinstance(answer, str):
        return answer
    return Said(number, key, answer, cell("reason")[:80], cell("provider_ref")[:80])


def _word(written: str, row: BankRow) -> str | Text:
    """The answer that the bank's word stands for, after what it said of this row before; a sentence where it can't be."""
    word = written.strip().lower()
    # A statement may have said so first.
    before = "paid" if not row.answer and row.refund.stage in DELIVERED else row.answer
    if word in RETURNED:
        return "returned" if before in ("paid", "returned") else "failed"
    if word not in PAID | FAILED | UNDER_WAY:
        return say("不认识的结果“{word}”。", "Unknown result “{word}”.", word=written[:40])
    answer = "paid" if word in PAID else "failed" if word in FAILED else ""
    if answer and before and answer != before:
        return say("银行先前说的是{before}。", "The bank said before: {before}.", before=BEFORE[before])
    return answer
