"""A statement as plain values that any writer can read: words in both languages, sums as whole minor units and as people write them."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from amends.kernel.money import Money, exponent
from amends.kernel.texts import Text, say
from amends.liability.queries.statements import AccountPart, Row, Statement

TITLE = say("商家账单", "Merchant statement")
HEADS: dict[str, Text] = {
    "at": say("时间", "time"),
    "what": say("事项", "what"),
    "case": say("售后单", "case"),
    "order": say("订单", "order"),
    "amount": say("金额", "amount"),
    "after": say("余额", "balance"),
}
WORDS: dict[str, Text] = {
    "title": TITLE,
    "period": say("期间", "Period"),
    "made": say("生成时间", "Made at"),
    "opening": say("期初余额", "Opening balance"),
    "moved": say("本期变动", "Sum of the lines"),
    "closing": say("期末余额", "Closing balance"),
    "whole": say("合计", "All accounts"),
    "account": say("账户", "account"),
    "nothing": say("本期没有变动。", "Nothing happened in this period."),
    "signs": say("正数是平台欠你的，负数是你欠平台的。", "Above zero is owed to you, below zero is owed by you."),
    "page": say("页", "page"),
}


def document(found: Statement, base: str) -> dict[str, Any]:
    """The statement for a writer; `base` begins the address of a case, so that each line opens its own."""
    merchant = found.merchant
    return {
        "words": {name: both(text) for name, text in WORDS.items()},
        "heads": {name: both(text) for name, text in HEADS.items()},
        "merchant": both(say(merchant.name_zh, merchant.name_en)),
        "ref": merchant.ref,
        "name": found.period.name,
        "period": f"{found.period.first:%Y-%m-%d} – {found.period.last:%Y-%m-%d} ({found.period.zone})",
        "made": local(found.made_at, found.period.zone),
        "whole": [
            {"unit": unit, "decimals": decimals(unit), "opening": plain(before, unit), "closing": plain(after, unit),
             "opening_minor": before, "closing_minor": after}
            for unit, (before, after) in found.whole.items()
        ],
        "accounts": [_account(part, base, found.period.zone) for part in found.accounts],
    }  # fmt: skip


def _account(part: AccountPart, base: str, zone: str) -> dict[str, Any]:
    return {
        "name": part.name, "words": both(part.words), "unit": part.unit, "decimals": decimals(part.unit),
        "opening": plain(part.opening, part.unit), "closing": plain(part.closing, part.unit), "moved": plain(part.moved, part.unit),
        "opening_minor": part.opening, "closing_minor": part.closing, "moved_minor": part.moved,
        "rows": [_row(row, part.unit, base, zone) for row in part.rows],
    }  # fmt: skip


def _row(row: Row, unit: str, base: str, zone: str) -> dict[str, Any]:
    return {
        "at": local(row.at, zone), "what": both(row.what), "case": row.case, "link": f"{base}{row.case}" if row.case else "",
        "order": row.order, "amount": plain(row.minor, unit), "after": plain(row.after, unit), "minor": row.minor, "after_minor": row.after,
    }  # fmt: skip


def both(text: Text) -> str:
    """Both languages on one line, or once where they are alike."""
    return text.into("zh") if text.into("zh") == text.into("en") else f"{text.into('zh')} {text.into('en')}"


def local(at: Any, zone: str) -> str:
    """The instant on the merchant's own clock."""
    return f"{at.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M}"


def decimals(unit: str) -> int:
    """How many decimals a unit has: its currency's, none where it is no money."""
    head = unit.split(".")[0]
    return exponent(head) if len(head) == 3 and head.isupper() else 0


def plain(minor: int, unit: str) -> str:
    """The sum as a plain number with its decimals, as in `-1286.00`."""
    head = unit.split(".")[0]
    return str(Money(minor, head).decimal) if decimals(unit) or (len(head) == 3 and head.isupper()) else str(minor)
