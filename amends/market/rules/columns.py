"""Which column of a shop's file holds which fact: the fields that an order needs, a mapping from file, or a guess from the header.

A mapping is TOML or JSON: `[columns]` names for our field their header; `[options]` may hold `cancelled_prefix` (order numbers that
begin so are cancellations and are left out) and `date_format` (strptime's signs, for dates that are not ISO 8601).
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

from amends.kernel.refusals import Unprocessable
from amends.kernel.texts import Text, say


@dataclass(frozen=True, slots=True)
class Field:
    """One fact of a row: its name for people, whether a file can do without, and the headers that it is known by (lower case)."""

    label: Text
    required: bool
    known_as: tuple[str, ...]


FIELDS: dict[str, Field] = {
    "order": Field(say("订单号", "order number"), True, ("order no", "order id", "order", "invoiceno", "invoice", "订单编号", "订单id")),
    "placed_at": Field(
        say("下单时间", "order time"), True, ("placed at", "order date", "created at", "invoicedate", "date", "订单时间", "创建时间")
    ),
    "consumer": Field(
        say("买家编号", "customer number"),
        True,
        ("customer id", "customerid", "customer", "buyer id", "buyer", "买家id", "会员号", "客户编号"),
    ),
    "product": Field(say("商品编码", "product number"), True, ("sku", "stockcode", "product id", "item no", "货号", "商品id")),
    "product_name": Field(say("商品名称", "product name"), True, ("description", "title", "item name", "product", "商品标题", "品名")),
    "quantity": Field(say("数量", "quantity"), True, ("qty", "pieces", "count", "件数", "购买数量")),
    "unit_price": Field(say("单价", "unit price"), True, ("price", "unitprice", "item price", "价格", "商品单价")),
    "product_name_en": Field(say("英文商品名称", "English product name"), False, ("name en", "英文名", "英文名称")),
    "consumer_name": Field(say("买家姓名", "customer name"), False, ("buyer name", "买家昵称", "收货人")),
    "discount": Field(say("行优惠金额", "line discount"), False, ("discount", "off", "优惠", "优惠金额", "折扣")),
    "coupon": Field(say("优惠券支付", "paid by coupon"), False, ("coupon", "voucher", "优惠券", "平台券")),
    "freight": Field(say("运费", "freight"), False, ("shipping", "shipping fee", "postage", "delivery fee", "邮费")),
    "packaging": Field(say("包装费", "packaging fee"), False, ("packaging", "packing", "packing fee", "包装", "打包费")),
    "commission": Field(say("平台佣金", "commission"), False, ("commission", "platform fee", "佣金", "技术服务费")),
    "gateway": Field(say("收款渠道", "payment gateway"), False, ("gateway", "payment provider", "支付渠道", "支付方式")),
    "payment_ref": Field(say("支付单号", "payment number"), False, ("payment id", "transaction id", "trade no", "交易号", "支付流水号")),
    "payer_ref": Field(say("付款账户", "payer account"), False, ("payer", "payer id", "openid", "付款人", "付款账号")),
    "goods_class": Field(say("商品类别", "class of goods"), False, ("category", "goods class", "类目", "品类")),
    "warranty_days": Field(say("保修天数", "warranty in days"), False, ("warranty", "warranty days", "质保天数")),
    "carrier": Field(say("承运商", "carrier"), False, ("courier", "快递公司", "物流公司")),
    "waybill": Field(say("运单号", "waybill"), False, ("tracking number", "tracking no", "快递单号", "物流单号")),
    "shipped_at": Field(say("发货时间", "shipped at"), False, ("ship date", "shipping date", "发货日期")),
    "consumer_tier": Field(say("买家等级", "customer tier"), False, ("tier", "level", "member level", "会员等级", "买家级别")),
    "consumer_region": Field(say("买家地区", "customer region"), False, ("region", "province", "area", "地区", "省份", "收货地区")),
    "channel": Field(say("下单渠道", "channel"), False, ("sales channel", "source channel", "渠道", "销售渠道")),
    "promises": Field(say("服务承诺", "promises"), False, ("services", "service promises", "承诺", "服务保障")),
    "bundle": Field(say("组合编号", "bundle number"), False, ("bundle", "bundle id", "set", "套装", "套餐编号")),
    "bundle_name": Field(say("组合名称", "bundle name"), False, ("bundle title", "set name", "套装名称", "套餐名称")),
    "bundle_price": Field(say("组合总价", "bundle price"), False, ("set price", "套装价", "套餐价")),
    "variants": Field(say("款式组", "group of variants"), False, ("parent sku", "spu", "variant group", "商品组")),
    "variant": Field(say("款式", "variant"), False, ("variant name", "option", "size", "colour", "color", "规格", "尺码", "颜色")),
    "price_now": Field(say("现价", "price now"), False, ("current price", "list price now", "今日价")),
    "serialised": Field(say("有序列号", "bears a serial number"), False, ("serialized", "has serial", "序列号商品")),
    "serials": Field(say("序列号", "serial numbers"), False, ("serial", "serial no", "imei", "sn", "序列号码", "串号")),
    "batch": Field(say("批次", "batch"), False, ("batch no", "lot", "lot no", "批号", "生产批次")),
    "supplier": Field(say("供应商", "supplier"), False, ("vendor", "manufacturer", "供货商", "厂家")),
    "weight": Field(say("单件重量（克）", "weight of a piece in grams"), False, ("weight", "weight g", "grams", "重量", "克重")),
    "bulky": Field(say("大件", "bulky"), False, ("oversize", "bulky goods", "大件商品", "是否大件")),
    "expected_at": Field(say("承诺送达时间", "promised for"), False, ("promised at", "deliver by", "预计送达", "承诺送达")),
    "parcel_weight": Field(
        say("包裹重量（克）", "weight of the parcel in grams"), False, ("parcel weight", "gross weight", "包裹重量", "毛重")
    ),
    "signed_at": Field(say("签收时间", "signed at"), False, ("delivered at", "delivery date", "签收日期")),
}
OPTIONS = ("cancelled_prefix", "date_format")


@dataclass(frozen=True, slots=True)
class ColumnMap:
    """Our field -> their header, and how to read what stands there."""

    columns: Mapping[str, str]
    options: Mapping[str, str] = field(default_factory=dict)

    @property
    def cancelled_prefix(self) -> str:
        return self.options.get("cancelled_prefix", "")

    @property
    def date_format(self) -> str:
        return self.options.get("date_format", "")


def load_mapping(written: str, *, name: str) -> ColumnMap:
    """The mapping in a file of this `name` (.toml or .json). Refuses (Unprocessable) what cannot be read and fields that nobody knows."""
    try:
        raw = json.loads(written) if name.lower().endswith(".json") else tomllib.loads(written)
    except (json.JSONDecodeError, tomllib.TOMLDecodeError) as wrong:
        raise Unprocessable(say("映射文件无法读取：{why}。", "The mapping cannot be read: {why}.", why=str(wrong))) from wrong
    columns, options = (_strings(raw, part) for part in ("columns", "options"))
    fields = {part: _unknown(part, FIELDS) for part in columns if part not in FIELDS}
    fields |= {part: _unknown(part, OPTIONS) for part in options if part not in OPTIONS}
    if fields:
        raise Unprocessable(say("映射里有不认识的字段。", "The mapping names unknown fields."), fields=fields)
    mapping = ColumnMap(columns, options)
    _complete(mapping)
    return mapping


def guess_mapping(header: Sequence[str]) -> ColumnMap:
    """The mapping that the header's own words suggest, in either language. Refuses (Unprocessable) where a required field is not found."""
    theirs = {_plain(name): name for name in header}
    columns: dict[str, str] = {}
    for ours, row in FIELDS.items():
        words = (ours, row.label.zh, row.label.en, *row.known_as)
        found = next((theirs[_plain(word)] for word in words if _plain(word) in theirs), None)
        if found and found not in columns.values():
            columns[ours] = found
    mapping = ColumnMap(columns)
    _complete(mapping, header)
    return mapping


def places(mapping: ColumnMap, header: Sequence[str]) -> dict[str, int]:
    """Our field -> index in a row. Refuses (Unprocessable) columns that the file lacks or holds twice, naming the nearest header."""
    fields: dict[str, Text] = {}
    for ours, theirs in mapping.columns.items():
        if (times := list(header).count(theirs)) == 1:
            continue
        near = get_close_matches(theirs, header, n=1) or [", ".join(header)]
        fields[ours] = (
            say(
                "文件里没有“{theirs}”列，最接近的是：{near}。",
                "The file has no column “{theirs}”; nearest: {near}.",
                theirs=theirs,
                near=near[0],
            )
            if not times
            else say(
                "“{theirs}”列出现了 {n} 次，请只保留一列。", "The column “{theirs}” stands {n} times; keep one.", theirs=theirs, n=times
            )
        )
    if fields:
        raise Unprocessable(say("文件的列与映射不符。", "The file's columns do not fit the mapping."), fields=fields)
    return {ours: list(header).index(theirs) for ours, theirs in mapping.columns.items()}


def _plain(word: str) -> str:
    return "".join(letter for letter in word.lower() if letter.isalnum())


def _strings(raw: Mapping[str, Any], part: str) -> dict[str, str]:
    table = raw.get(part, {})
    if not isinstance(table, dict) or not all(isinstance(value, str) for value in table.values()):
        right = say("应是“我们的字段 = 文件表头”，两边都是文字。", "It should be our field = their header, text on both sides.")
        raise Unprocessable.field(part, right)
    return dict(table)


def _unknown(part: str, known: Sequence[str] | Mapping[str, Any]) -> Text:
    near = ", ".join(get_close_matches(part, list(known), n=1) or list(known))
    return say("没有“{part}”这个字段，可用：{near}。", "There is no field “{part}”; possible: {near}.", part=part, near=near)


def _complete(mapping: ColumnMap, header: Sequence[str] = ()) -> None:
    fields = {
        ours: say(
            "缺少“{label}”列，请在映射的 [columns] 里写 {ours} = \"文件表头\"。{seen}",
            "The column for the {label} is missing; write {ours} = \"their header\" under [columns] of the mapping.{seen}",
            label=row.label, ours=ours, seen=f" [{', '.join(header)}]" if header else "",
        )
        for ours, row in FIELDS.items()
        if row.required and ours not in mapping.columns
    }  # fmt: skip
    if fields:
        raise Unprocessable(say("映射缺少必填的列。", "The mapping lacks required columns."), fields=fields)
