"""Which column of a statement holds what, and which of their words are which of ours. Not about reading bytes (reading.py).

A mapping is TOML or JSON: `[columns]` names for our field their header; `[kinds]` and `[states]` say for their word ours; `[options]` may
hold currency (CNY), zone (Asia/Shanghai), date_format (strptime's signs), amounts (major or minor), kind and state (where no column says
so), income and outgo (what a sum that came in or went out is).
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any
from zoneinfo import ZoneInfo

from amends.kernel.money import currencies
from amends.kernel.refusals import Unprocessable
from amends.kernel.texts import Text, say
from amends.market.rules.columns import Field
from amends.plumbing.delimited import plain

KINDS = ("capture", "refund", "transfer", "chargeback", "fee")
STATES: dict[str, tuple[str, ...]] = {
    "capture": ("captured",),
    "refund": ("paid", "failed", "reversed"),
    "transfer": ("paid", "failed", "reversed"),
    "chargeback": ("open", "consumer", "merchant"),
    "fee": ("paid", "returned"),
}
"""The states that a kind may have; the first is meant where none is told."""
IGNORED = "-"
"""Beside the kinds and states: such rows are left out and counted."""

FIELDS: dict[str, Field] = {
    "provider_ref": Field(
        say("渠道流水号", "provider reference"), True,
        ("transaction id", "id", "source", "source id", "reference", "流水号", "交易流水号", "交易号", "凭证号", "银行流水号"),
    ),
    "at": Field(
        say("时间", "time"), True,
        ("date", "created", "created at", "transaction date", "交易时间", "交易日期", "记账日期", "记账时间", "发生时间", "日期"),
    ),
    "kind": Field(say("类型", "kind"), False, ("type", "reporting category", "category", "业务类型", "交易类型")),
    "amount": Field(say("金额", "amount"), False, ("gross", "sum", "交易金额", "发生额")),
    "income": Field(say("收入", "money in"), False, ("credit", "paid in", "贷方金额", "贷方发生额", "收入金额", "存入金额")),
    "outgo": Field(say("支出", "money out"), False, ("debit", "paid out", "借方金额", "借方发生额", "支出金额", "支取金额")),
    "key": Field(
        say("退款单号", "refund key"), False,
        ("refund ref", "our reference", "out refund no", "商户退款单号", "退款请求号",
         "附言", "用途", "备注", "摘要", "remittance information"),
    ),
    "tender": Field(say("支付方式编号", "tender"), False, ("order ref", "out trade no", "商户订单号")),
    "payment_ref": Field(say("支付单号", "payment reference"), False, ("payment id", "payment intent id", "payment", "原交易号")),
    "currency": Field(say("币种", "currency"), False, ("currency code", "ccy", "货币", "货币种类")),
    "state": Field(say("状态", "state"), False, ("status", "result", "交易状态", "处理结果")),
    "reason": Field(say("原因", "reason"), False, ("failure reason", "失败原因", "原因说明")),
    "fee": Field(say("手续费", "fee"), False, ("fees", "服务费")),
    "refund_ref": Field(say("退款流水号", "provider reference of a refund"), False, ()),
    "refund_amount": Field(say("退款金额", "refunded amount"), False, ()),
    "refund_state": Field(say("退款状态", "state of a refund"), False, ()),
}  # fmt: skip
OPTIONS = ("currency", "zone", "date_format", "amounts", "kind", "state", "income", "outgo")
OUR_KINDS = {kind: kind for kind in KINDS}
OUR_STATES = {state: state for states in STATES.values() for state in states}


@dataclass(frozen=True, slots=True)
class Sheet:
    """How one layout is read: our field -> their header, their words -> ours (lower case), and the options."""

    columns: Mapping[str, str]
    kinds: Mapping[str, str] = field(default_factory=dict)
    states: Mapping[str, str] = field(default_factory=dict)
    options: Mapping[str, str] = field(default_factory=dict)
    name: str = "mapping"
    gateway: str = ""
    ends_at: tuple[str, ...] = ()
    """First cells of the rows with totals, below which nothing is read; the cell under it is how many rows there are."""
    closed_by: str = ""
    """A remark that the whole file has after its rows: without it the file was cut off."""


def load_sheet(written: str, *, name: str) -> Sheet:
    """The mapping in a file of this `name` (.json, else TOML). Refuses (Unprocessable) what cannot be read, and words that nobody knows."""
    try:
        raw = json.loads(written) if name.lower().endswith(".json") else tomllib.loads(written)
    except (json.JSONDecodeError, tomllib.TOMLDecodeError, RecursionError) as wrong:
        raise Unprocessable(say("映射文件无法读取：{why}。", "The mapping cannot be read: {why}.", why=str(wrong)[:200])) from wrong
    if not isinstance(raw, dict):
        raise Unprocessable(say("映射应是一张表。", "A mapping is a table."))
    parts = {part: _strings(raw, part) for part in ("columns", "kinds", "states", "options")}
    fields = {one: _unknown(one, list(FIELDS)) for one in parts["columns"] if one not in FIELDS}
    fields |= {one: _unknown(one, OPTIONS) for one in parts["options"] if one not in OPTIONS}
    fields |= {one: _unknown(ours, KINDS) for one, ours in parts["kinds"].items() if ours not in (*KINDS, IGNORED)}
    fields |= {one: _unknown(ours, list(OUR_STATES)) for one, ours in parts["states"].items() if ours not in (*OUR_STATES, IGNORED)}
    fields |= {part: _unknown(part, ("columns", "kinds", "states", "options")) for part in raw if part not in parts}
    fields |= _wrong_options(parts["options"])
    if fields:
        raise Unprocessable(say("映射里有不认识的词。", "The mapping has words that nobody knows."), fields=fields)
    made = Sheet(parts["columns"], _lower(parts["kinds"]), _lower(parts["states"]), parts["options"])
    check_complete(made)
    return made


def guess_sheet(header: Sequence[str]) -> Sheet | None:
    """The mapping that the header's own words suggest, in either language; None where a required field is not found."""
    theirs = {plain(name): name for name in header if name}
    columns: dict[str, str] = {}
    for ours, row in FIELDS.items():
        words = (ours, row.label.zh, row.label.en, *row.known_as)
        found = next((theirs[plain(word)] for word in words if plain(word) in theirs), None)
        if found and found not in columns.values():
            columns[ours] = found
    made = Sheet(columns, name="guessed")
    return None if missing(made) else made


def check_complete(sheet: Sheet) -> None:
    """Refuses (Unprocessable) a mapping without what every line needs."""
    if fields := missing(sheet):
        raise Unprocessable(say("映射缺少必填的列。", "The mapping lacks required columns."), fields=fields)


def missing(sheet: Sheet) -> dict[str, Text]:
    """The required fields that a mapping does not name, each with what would be right."""
    lacks = [ours for ours, row in FIELDS.items() if row.required and ours not in sheet.columns]
    if not {"amount", "income", "outgo"} & set(sheet.columns):
        lacks.append("amount")
    return {
        ours: say(
            "缺少“{label}”列，请在映射的 [columns] 里写 {ours} = \"文件表头\"。",
            "The column for the {label} is missing; write {ours} = \"their header\" under [columns] of the mapping.",
            label=FIELDS[ours].label, ours=ours,
        )
        for ours in lacks
    }  # fmt: skip


def _strings(raw: Mapping[str, Any], part: str) -> dict[str, str]:
    table = raw.get(part, {})
    if not isinstance(table, dict) or not all(isinstance(value, str) for value in table.values()):
        raise Unprocessable.field(part, say("应是一张两边都是文字的表。", "It should be a table with text on both sides."))
    return dict(table)


def _lower(table: Mapping[str, str]) -> dict[str, str]:
    return {word.strip().lower(): ours for word, ours in table.items()}


def _unknown(word: str, known: Sequence[str]) -> Text:
    near = ", ".join(get_close_matches(word, list(known), n=1) or list(known))
    return say("没有“{word}”，可用：{near}。", "There is no “{word}”; possible: {near}.", word=word, near=near)


def _wrong_options(options: Mapping[str, str]) -> dict[str, Text]:
    kinds = (*KINDS, IGNORED)
    allowed = {"amounts": ("major", "minor"), "kind": kinds, "income": kinds, "outgo": kinds, "state": tuple(OUR_STATES)}
    wrong = {name: _unknown(options[name], known) for name, known in allowed.items() if name in options and options[name] not in known}
    if (code := options.get("currency", "CNY")) not in currencies():
        wrong["currency"] = say("未知的币种 {code}。", "Unknown currency {code}.", code=code)
    try:
        ZoneInfo(options.get("zone", "UTC"))
    except (OSError, ValueError, KeyError):  # unknown is a KeyError of zoneinfo's own; a folder's name an OSError
        zone = options["zone"]
        wrong["zone"] = say(
            "没有时区 {zone}，请写成 Asia/Shanghai 的样子。", "There is no zone {zone}; write it like Asia/Shanghai.", zone=zone
        )
    return wrong
