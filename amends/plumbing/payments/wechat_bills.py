"""WeChat Pay's daily bills read into lines: CSV in UTF-8, a backtick before every value, sums in the last two lines, yuan with decimals.

Not about fetching them.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from amends.plumbing.payments.bill_days import BEIJING
from amends.plumbing.payments.port import Answer, GatewayUnreachable, Line, our_key

BARE = re.compile(r"([A-Z]{2})([0-9A-Z]{4})([0-9A-Z]{4})([0-9A-Z]{4})(?:t(\d+))?")
REF = re.compile(r"[A-Z]{2}-[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}(-t\d+)?")
Row = dict[str, str]
Ask = Callable[[str], Answer]
"""How a refund number stands now: a bill shows each as it stood when the bill was made, for ever."""


def trade_lines(bill: bytes, now: Ask) -> Iterator[Line]:
    """Captures, refunds and the fees of both, out of the bill of trades; a refund without an end there is asked for, and left out while it
    has none. Raises GatewayUnreachable where it is no bill."""
    for row in _rows(bill, "交易时间"):
        at, trade, fee = _instant(row["交易时间"]), row["微信订单号"], _fee(row["手续费"])
        currency = row["货币种类"] or "CNY"
        if row["交易状态"] == "SUCCESS":
            ref = trade
            yield Line("capture", "", _ours(row["商户订单号"]), _fen(row["订单金额"]), currency, "captured", "", ref, at, trade)
        elif row["交易状态"] == "REFUND":
            ref, number = row["微信退款单号"], row["商户退款单号"]
            state, reason = {"SUCCESS": ("paid", ""), "FAIL": ("failed", "FAIL")}.get(row["退款状态"]) or _present(now(number))
            if not state:
                continue
            amount = _fen(row["申请退款金额"] or row["退款金额"])
            yield Line("refund", "", our_key(number), amount, currency, state, reason, ref, at, trade)
            if state != "paid":
                continue
        else:
            continue
        if fee:
            yield Line("fee", "", "", abs(fee), currency, "paid" if fee > 0 else "returned", "", ref, at, trade)


def flow_lines(bill: bytes) -> Iterator[Line]:
    """Transfers out, out of the bill of the balance; what the bill of trades has already is left out. Raises as above."""
    for row in _rows(bill, "记账时间"):
        if "转账" in row["业务类型"] and row["收支类型"] == "支出":
            key, ref = dashed(row["业务凭证号"]), row["微信支付业务单号"]
            yield Line("transfer", "", key, _fen(row["收支金额(元)"]), "CNY", "paid", "", ref, _instant(row["记账时间"]))


def bare(key: str) -> str:
    """Our key as WeChat wants numbers of transfers: letters and digits alone."""
    return key.replace("-", "")


def dashed(number: str) -> str:
    """Our key out of a number that `bare` made; any other number as it is."""
    found = BARE.fullmatch(number)
    return "-".join(found.groups()[:4]) if found else number


def _ours(number: str) -> str:
    return our_key(number) if REF.fullmatch(number) else ""


def _present(answer: Answer) -> tuple[str, str]:
    return (answer.state, answer.reason) if answer.state in ("paid", "failed") else ("", "")


def _rows(bill: bytes, first: str) -> Iterator[Row]:
    """The rows of the listing by their headings (which WeChat also writes with full-width brackets), without the sums at its end."""
    try:
        lines = [line for line in bill.decode("utf-8-sig").splitlines() if line.strip()]
        if not lines or not lines[0].startswith(first):
            raise GatewayUnreachable(f"this is no bill of WeChat's: it begins {lines[0][:40] if lines else 'with nothing'!r}")
        headings = [name.strip().replace("（", "(").replace("）", ")") for name in next(csv.reader(lines[:1]))]
        for line in lines[1:]:
            if not line.startswith("`"):  # the headings of the sums; the sums follow
                return
            # Values may hold commas, and are told apart by the backtick that begins each.
            values = [value.strip() for value in line[1:].split(",`")]
            if len(values) != len(headings):
                raise GatewayUnreachable(f"a line of WeChat's bill has {len(values)} values, not {len(headings)}")
            yield dict(zip(headings, values, strict=True))
    except (UnicodeDecodeError, csv.Error) as wrong:
        raise GatewayUnreachable(f"this is no bill of WeChat's: {wrong}") from wrong


def _yuan(text: str) -> Decimal:
    try:
        return Decimal(text or "0") * 100
    except InvalidOperation as wrong:
        raise GatewayUnreachable(f"a bill of WeChat's says {text!r} for a sum") from wrong


def _fen(text: str) -> int:
    fen = _yuan(text)
    if fen != int(fen):
        raise GatewayUnreachable(f"a bill of WeChat's has parts of a fen: {text!r}")
    return int(fen)


def _fee(text: str) -> int:
    """Fees come with five decimals, of which WeChat takes whole fen, halves up."""
    return int(_yuan(text).quantize(Decimal(1), ROUND_HALF_UP))


def _instant(text: str) -> datetime:
    try:
        return datetime.strptime(text, "%Y-%m-%d %H:%M:%S").replace(tzinfo=BEIJING).astimezone(UTC)
    except ValueError as wrong:
        raise GatewayUnreachable(f"a bill of WeChat's says {text!r} for a time") from wrong
