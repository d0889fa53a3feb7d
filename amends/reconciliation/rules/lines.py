"""One row of a statement as lines in our words, or what is wrong with it: which column, what stands there, what would be right.

A row may be two lines: what moved, and the fee for it. Rows of kinds that are none of ours (payouts, top-ups) are left out and counted.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TypeVar, cast
from zoneinfo import ZoneInfo

from amends.kernel.money import Money, MoneyError, currencies
from amends.kernel.refs import clean_ref
from amends.kernel.texts import Text, say
from amends.market.rules.rows import SHAPES, RowError, WrongCell
from amends.plumbing.payments.port import Kind, Line, our_key
from amends.reconciliation.rules.mapping import IGNORED, STATES, Sheet
from amends.reconciliation.rules.reading import Table

T = TypeVar("T")
LONGEST_REF, LONGEST_KEY, LONGEST_TENDER, LONGEST_REASON = 120, 80, 80, 80
MOST_FAULTS = 200
OUR_REF = re.compile(r"(?<![0-9A-Z])(RF(?:[-_]?[0-9A-HJKMNP-TV-Y]{4}){3})(?:[-_]?t\d+)?(?![0-9A-Z])", re.IGNORECASE)
"""As providers let us write it: with dashes, with underscores or bare, and with the turn behind it (port.provider_key)."""
GROUPED = re.compile(r"-?\d{1,3}(?:,\d{3})+(?:\.\d+)?")
OLDEST = 2010


@dataclass(slots=True)
class Found:
    """What a statement's tables hold: lines, faults row by row (MOST_FAULTS at most), and how many rows of which word were left out."""

    lines: list[Line] = field(default_factory=list)
    faults: list[RowError] = field(default_factory=list)
    left: Counter[str] = field(default_factory=Counter)
    rows: int = 0


def lines_of(tables: list[Table]) -> Found:
    """Every table's rows as lines. What is wrong with a row stands in `faults`; a file with one is not to be taken."""
    found = Found()
    for table in tables:
        reader = _Reader(table)
        for number, cells in table.rows:
            found.rows += 1
            try:
                found.lines += reader.lines(number, cells, found.left)
            except _Fault as fault:
                if len(found.faults) < MOST_FAULTS:
                    found.faults.append(fault.error)
    return found


class _Fault(Exception):
    def __init__(self, error: RowError) -> None:
        super().__init__(str(error.wrong))
        self.error = error


class _Reader:
    """How the rows of one table are read."""

    def __init__(self, table: Table) -> None:
        self.sheet: Sheet = table.sheet
        self.width = len(table.header)
        # Two columns of one name: the first is meant, as in a spreadsheet's look-up.
        self.places: Mapping[str, int] = {ours: table.header.index(theirs) for ours, theirs in table.sheet.columns.items()}
        self.zone = ZoneInfo(table.sheet.options.get("zone", "Asia/Shanghai"))
        self.minor = table.sheet.options.get("amounts") == "minor"

    def lines(self, number: int, cells: tuple[str, ...], left: Counter[str]) -> Iterator[Line]:
        """The row's lines. Raises _Fault."""
        row = _Row(number, self._squared(number, cells), self.places, self.sheet.columns)
        kind = self._kind(row, left)
        if kind is None:
            return
        state = self._state(row, kind)
        if state == IGNORED:
            left[row.cell("refund_state") or row.cell("state")] += 1
            return
        unit = row.read("currency", self._unit) if row.cell("currency") else self.sheet.options.get("currency", "CNY")
        refunded = kind == "refund"
        ref = row.cell("refund_ref") if refunded and row.cell("refund_ref") else row.read("provider_ref", _filled)
        key = _key(row.cell("key")) if kind in ("refund", "transfer") else ""
        if refunded and "refund_ref" not in self.places and ref == row.cell("payment_ref"):
            # A provider without a number for each refund: the payment's and the request's together are one.
            ref = f"{ref}:{key}"
        at = row.read("at", self._instant)
        named = {"tender": row.cell("tender")[:LONGEST_TENDER], "payment_ref": row.cell("payment_ref")[:LONGEST_REF]}
        amount = self._amount(row, kind, unit)
        for name, written, longest in (("provider_ref", ref, LONGEST_REF), ("key", key, LONGEST_KEY)):
            if len(written) > longest:
                raise row.fault(name, say("太长。", "Too long."), say("最多 {n} 个字。", "At most {n} signs.", n=longest))
        yield Line(cast(Kind, kind), key=key, amount=amount, currency=unit, state=state, reason=row.cell("reason")[:LONGEST_REASON],
                   provider_ref=ref, at=at, **named)  # fmt: skip
        if kind != "fee" and (fee := self._fee(row, unit)):
            yield Line(
                "fee",
                key=key,
                amount=fee,
                currency=unit,
                state="returned" if refunded else "paid",
                reason="",
                provider_ref=ref,
                at=at,
                **named,
            )

    def _squared(self, number: int, cells: tuple[str, ...]) -> tuple[str, ...]:
        extra = cells[self.width :]
        if len(cells) < self.width and len(cells) > max(self.places.values()):
            return cells
        if any(extra) or len(cells) < self.width:
            wrong = say("有 {n} 个单元格。", "It has {n} cells.", n=len(cells))
            right = say("与表头一样，{n} 个。", "{n}, as the header has.", n=self.width)
            raise _Fault(RowError(number, "", "", wrong, right))
        return cells

    def _kind(self, row: _Row, left: Counter[str]) -> str | None:
        options = self.sheet.options
        word = row.cell("kind")
        if "kind" in self.places:
            kind = self.sheet.kinds.get(word.lower(), word.lower() if word.lower() in STATES and not self.sheet.kinds else IGNORED)
        elif {"income", "outgo"} & set(self.places):
            kind = options.get("outgo", "transfer") if _moves(row.cell("outgo")) else options.get("income", IGNORED)
            word = "income"
        else:
            kind = options.get("kind", "refund")
        if kind == IGNORED:
            left[word or "-"] += 1
            return None
        return kind

    def _state(self, row: _Row, kind: str) -> str:
        allowed = STATES[kind]
        column = "refund_state" if kind == "refund" and row.cell("refund_state") else "state"
        word = row.cell(column).lower()
        told = self.sheet.states.get(word)
        if told == IGNORED or told in allowed:
            return told
        if word in allowed:
            return word
        if word and self.sheet.states and word not in self.sheet.kinds and column in self.places and told is None:
            right = say("在映射的 [states] 里写明它是什么。", "Say under [states] of the mapping what it is.")
            raise row.fault(column, say("不认识的状态。", "Unknown state."), right)
        preset = self.sheet.options.get("state", "")
        return preset if preset in allowed else allowed[0]

    def _unit(self, written: str) -> str:
        code = written.upper()
        if code in currencies() or re.fullmatch(r"[A-Z]{3}\.[a-z]{1,16}", written):
            return code if code in currencies() else written
        named = {"人民币": "CNY", "RMB": "CNY", "美元": "USD", "港币": "HKD", "欧元": "EUR", "日元": "JPY"}.get(code)
        if named is None:
            raise WrongCell(say("未知的币种。", "Unknown currency."), say("三个字母的代码，例如 CNY。", "Three letters, such as CNY."))
        return named

    def _amount(self, row: _Row, kind: str, unit: str) -> int:
        columns = [name for name in ("refund_amount", "amount", "outgo", "income") if _moves(row.cell(name))]
        if kind != "refund":
            columns = [name for name in columns if name != "refund_amount"]
        if not columns:
            right = say("大于 0 的金额。", "A sum above 0.")
            raise row.fault("amount" if "amount" in self.places else "outgo", say("没有金额。", "There is no sum."), right)
        return row.read(columns[0], lambda written: abs(self._sum(written, unit)))

    def _fee(self, row: _Row, unit: str) -> int:
        return row.read("fee", lambda written: abs(self._sum(written, unit))) if _moves(row.cell("fee")) else 0

    def _sum(self, written: str, unit: str) -> int:
        plain = written.lstrip("¥￥$€£").strip()
        plain = plain.replace(",", "") if GROUPED.fullmatch(plain) else plain
        if self.minor:
            if not re.fullmatch(r"[-+]?\d{1,18}", plain):
                raise WrongCell(say("不是整数。", "Not a whole number."), say("最小货币单位的整数。", "Whole minor units."))
            return int(plain)
        try:
            return Money.parse(_trimmed(plain.lstrip("+"), unit), unit.partition(".")[0]).minor
        except MoneyError as wrong:
            raise WrongCell(wrong.text, say("写成 28.98 的样子。", "Write it like 28.98.")) from wrong

    def _instant(self, written: str) -> datetime:
        shape = self.sheet.options.get("date_format", "")
        plain = written.replace("：", ":")
        if not shape:
            with suppress(ValueError):  # by far the most, and the fastest to read
                return self._zoned(datetime.fromisoformat(plain))
        for known in (shape,) if shape else (*SHAPES, "%Y%m%d", "%Y-%m-%d%H:%M:%S"):
            with suppress(ValueError):
                return self._zoned(datetime.strptime(plain, known))  # noqa: DTZ007 - the zone is the file's, set at once
        raise WrongCell(say("不是时间。", "Not a time."), say("例如 2026-03-09 16:40:00。", "For example 2026-03-09 16:40:00."))

    def _zoned(self, found: datetime) -> datetime:
        zoned = found if found.tzinfo else found.replace(tzinfo=self.zone)
        if not OLDEST <= zoned.year < 2200:
            raise WrongCell(say("年份不对。", "The year cannot be right."), say("2010 年以后。", "After 2010."))
        return zoned.astimezone(UTC)


@dataclass(frozen=True, slots=True)
class _Row:
    number: int
    cells: tuple[str, ...]
    places: Mapping[str, int]
    headers: Mapping[str, str]

    def cell(self, name: str) -> str:
        place = self.places.get(name)
        return self.cells[place] if place is not None and place < len(self.cells) else ""

    def read(self, name: str, how: Callable[[str], T]) -> T:
        """The cell by its own reader. Raises _Fault where that refuses it."""
        try:
            return how(self.cell(name))
        except WrongCell as wrong:
            raise self.fault(name, wrong.wrong, wrong.right) from wrong

    def fault(self, name: str, wrong: Text, right: Text) -> _Fault:
        return _Fault(RowError(self.number, self.headers.get(name, name), self.cell(name)[:80], wrong, right))


def _filled(written: str) -> str:
    if not written:
        raise WrongCell(say("是空的。", "It is empty."), say("渠道给的流水号。", "The provider's reference."))
    return written


def _moves(written: str) -> bool:
    """Whether a cell holds a sum that is not nothing; what is no sum at all is for the reader to refuse."""
    return bool(written) and bool(written.strip("0.,-+¥￥$€£/ "))


def _key(written: str) -> str:
    """Our refund's reference where the cell holds one, among other words too; else the cell as it is."""
    found = OUR_REF.search(written)
    return (clean_ref(found[1]) or found[1]) if found else our_key(written)


def _trimmed(plain: str, unit: str) -> str:
    """Providers write two decimals for every currency; zeros that the currency does not have say nothing."""
    whole, point, decimals = plain.partition(".")
    places = Money.zero(unit.partition(".")[0]).decimal.as_tuple().exponent
    keep = -int(places) if isinstance(places, int) else 0
    return plain if not point or decimals[keep:].strip("0") else f"{whole}{point if keep else ''}{decimals[:keep]}"
