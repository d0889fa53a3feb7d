"""Alipay's daily bills as it hands them out: CSV in GBK in a zip, with its headings, its tabs behind numbers and its sums at the end.

`trade` lists captures and refunds, `signcustomer` what moved on the merchant's balance (transfers and fees among it).
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence

from amends.plumbing.simulators.payments.till import Entry, fee_of, instant, yuan

GOOD_FOR = 30_000_000
ACCOUNT = "20880000000000010156"
TRADE = (
    "支付宝交易号,商户订单号,业务类型,商品名称,创建时间,完成时间,门店编号,门店名称,操作员,终端号,对方账户,订单金额（元）,商家实收（元）,"
    "支付宝红包（元）,集分宝（元）,支付宝优惠（元）,商家优惠（元）,券核销金额（元）,券名称,商家红包消费金额（元）,卡消费金额（元）,"
    "退款批次号/请求号,服务费（元）,分润（元）,备注"
)
BALANCE = (
    "账务流水号,业务流水号,商户订单号,商品名称,发生时间,对方账号,收入金额（+元）,支出金额（-元）,账户余额（元）,交易渠道,业务类型,备注"
)


def zipped(kind: str, day: str, entries: Sequence[Entry]) -> bytes:
    """The bill of a day: the listing, and beside it the sums by shop, as two files."""
    listing, name = (_trade(day, entries), "业务明细") if kind == "trade" else (_balance(day, entries), "账务明细")
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for title, text in ((name, listing), (f"{name}(汇总)", f"#支付宝{name}汇总查询\r\n#账号：[{ACCOUNT}]\r\n")):
            # Alipay writes the names in GBK without saying so; a zip of Python's own would say UTF-8.
            info = zipfile.ZipInfo(f"{ACCOUNT}_{day.replace('-', '')}_{title}.csv".encode("gbk").decode("cp437"))
            archive.writestr(info, text.encode("gbk"))
    return packed.getvalue()


def _trade(day: str, entries: Sequence[Entry]) -> str:
    rows, sums = [], {"交易": [0, 0], "退款": [0, 0]}
    for entry in entries:
        if entry.kind not in ("capture", "refund") or entry.state not in ("captured", "paid"):
            continue
        back = entry.kind == "refund"
        amount, fee = (-entry.amount, 0) if back else (entry.amount, -fee_of(entry.amount))
        at, kind = instant(entry.at).strftime("%Y-%m-%d %H:%M:%S"), "退款" if back else "交易"
        trade = entry.payment_ref or entry.tender
        rows.append([
            f"{trade}\t", f"{entry.tender}\t", kind, "订单", at, at, "", "", "", "", "buy***@example.com", yuan(amount), yuan(amount),
            *["0.00"] * 5, "", "0.00", "0.00", f"{entry.key}\t" if back else "", yuan(fee), "0.00", "",
        ])  # fmt: skip
        sums[kind][0] += 1
        sums[kind][1] += amount
    tail = [f"#交易合计：{sums['交易'][0]}笔，商家实收共{yuan(sums['交易'][1])}元，商家优惠共0.00元",
            f"#退款合计：{sums['退款'][0]}笔，商家实收退款共{yuan(sums['退款'][1])}元，商家优惠退款共0.00元"]  # fmt: skip
    return _framed("业务明细", day, TRADE, rows, tail)


def _balance(day: str, entries: Sequence[Entry]) -> str:
    rows: list[list[str]] = []
    for number, entry in enumerate(entries):
        if entry.state not in ("captured", "paid"):
            continue
        at, trade = instant(entry.at).strftime("%Y-%m-%d %H:%M:%S"), entry.payment_ref or entry.tender
        kind, into, out = {"capture": ("在线支付", entry.amount, 0), "refund": ("交易退款", 0, entry.amount),
                           "transfer": ("转账", 0, entry.amount)}.get(entry.kind, ("其它", 0, 0))  # fmt: skip
        ours, theirs = (entry.key, entry.provider_ref) if entry.kind == "transfer" else (entry.tender, trade)
        flow = f"{entry.at}{number:04d}"
        money = [f"{yuan(into)}" if into else "", f"-{yuan(out)}" if out else "", "0.00"]
        rows.append([f"{flow}\t", f"{theirs}\t", f"{ours}\t", "订单", at, entry.payer_ref, *money, "支付宝", kind, ""])
        if entry.kind == "capture":
            fee = ["", f"-{yuan(fee_of(entry.amount))}", "0.00", "支付宝", "收费", "服务费"]
            rows.append([f"{flow}9\t", f"{theirs}\t", f"{ours}\t", "服务费", at, "", *fee])
    return _framed("账务明细", day, BALANCE, rows, [f"#合计：{len(rows)}笔"])


def _framed(name: str, day: str, heading: str, rows: list[list[str]], tail: list[str]) -> str:
    rule, year = "-" * 40, day.split("-")
    span = "年".join(year[:1]) + f"年{year[1]}月{year[2]}日"
    head = [f"#支付宝{name}查询", f"#账号：[{ACCOUNT}]", f"#起始日期：[{span} 00:00:00]   终止日期：[{span} 24:00:00]",
            f"#{rule}{name}列表{rule}", heading]  # fmt: skip
    return "\r\n".join([*head, *(",".join(row) for row in rows), f"#{rule}{name}列表结束{rule}", *tail]) + "\r\n"
