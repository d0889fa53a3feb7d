"""Alipay's daily bills read into lines: CSV in GBK in a zip, sums behind #, tabs after numbers, yuan with two decimals.

Not about fetching them.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation

from amends.plumbing.payments.alipay_client import BEIJING, SECONDS
from amends.plumbing.payments.port import GatewayUnreachable, Line, our_key

REF = re.compile(r"[A-Z]{2}-[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}(-t\d+)?")
Row = dict[str, str]


def trade_lines(packed: bytes) -> Iterator[Line]:
    """Captures, refunds and the fees of both, out of the bill of trades. Raises GatewayUnreachable where it is none."""
    for row in _rows(packed, "支付宝交易号"):
        amount, at, trade = abs(_fen(row["订单金额（元）"])), _instant(row["完成时间"]), row["支付宝交易号"]
        if row["业务类型"] == "交易":
            ref = trade
            yield Line("capture", "", _ours(row["商户订单号"]), amount, "CNY", "captured", "", ref, at, trade)
        elif row["业务类型"] == "退款":
            number = row["退款批次号/请求号"]
            ref = f"{trade}:{number}"
            yield Line("refund", "", our_key(number), amount, "CNY", "paid", "", ref, at, trade)
        else:
            continue
        if fee := _fen(row["服务费（元）"]):
            yield Line("fee", "", "", abs(fee), "CNY", "paid" if fee < 0 else "returned", "", ref, at, trade)


def balance_lines(packed: bytes) -> Iterator[Line]:
    """Transfers out, out of the bill of the balance; what the bill of trades has already is left out. Raises as above."""
    for row in _rows(packed, "账务流水号"):
        out = _fen(row["支出金额（-元）"])
        if "转账" in row["业务类型"] and out:
            key = our_key(dashed(row["商户订单号"]))
            yield Line("transfer", "", key, abs(out), "CNY", "paid", "", row["业务流水号"], _instant(row["发生时间"]))


def scored(key: str) -> str:
    """Our key as Alipay's numbers of trades and transfers may be written: letters, digits, underscores."""
    return key.replace("-", "_")


def dashed(number: str) -> str:
    """Our key out of a number of Alipay's that `scored` made."""
    return number.replace("_", "-")


def yuan(minor: int) -> str:
    """Fen as Alipay wants sums: yuan with two decimals."""
    return f"{minor // 100}.{minor % 100:02d}"


def minor(text: str) -> int:
    """Yuan as Alipay writes them, as fen. Raises ValueError."""
    try:
        fen = Decimal(text) * 100
    except InvalidOperation as wrong:
        raise ValueError(f"no sum: {text!r}") from wrong
    if fen != int(fen):
        raise ValueError(f"parts of a fen: {text!r}")
    return int(fen)


def _ours(number: str) -> str:
    key = dashed(number)
    return our_key(key) if REF.fullmatch(key) else ""


def _rows(packed: bytes, first: str) -> Iterator[Row]:
    """The rows of the listing (not of the sums beside it), by their headings."""
    try:
        with zipfile.ZipFile(io.BytesIO(packed)) as archive:
            texts = [archive.read(name).decode("gb18030") for name in archive.namelist()]
        listing = next(text for text in texts if f"\n{first}," in text)
        lines = [line for line in listing.splitlines() if line.strip() and not line.startswith("#")]
        for row in csv.DictReader(lines):
            yield {name.strip(): (value or "").strip() for name, value in row.items() if name is not None and not isinstance(value, list)}
    except (zipfile.BadZipFile, UnicodeDecodeError, StopIteration, csv.Error) as wrong:
        raise GatewayUnreachable(f"this is no bill of Alipay's: {wrong or type(wrong).__name__}") from wrong


def _fen(text: str) -> int:
    try:
        return minor(text or "0")
    except ValueError as wrong:
        raise GatewayUnreachable(f"a bill of Alipay's: {wrong}") from wrong


def _instant(text: str) -> datetime:
    try:
        return datetime.strptime(text, SECONDS).replace(tzinfo=BEIJING).astimezone(UTC)
    except ValueError as wrong:
        raise GatewayUnreachable(f"a bill of Alipay's: {wrong}") from wrong
