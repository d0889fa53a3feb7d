"""WeChat Pay's daily bills as it hands them out: CSV in UTF-8 with a backtick before every value and the sums in the last two lines.

The trade bill lists captures and refunds, each as it stood when the bill was made; the fund-flow bill lists what moved on the balance.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from amends.plumbing.simulators.payments.till import Entry, fee_of, instant, yuan

GOOD_FOR = 30_000_000
TRADE = (
    "交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,货币种类,应结订单金额,"
    "代金券金额,微信退款单号,商户退款单号,退款金额,充值券退款金额,退款类型,退款状态,商品名称,商户数据包,手续费,费率,订单金额,"
    "申请退款金额,费率备注"
)
TRADE_SUMS = "总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额"
FLOW = "记账时间,微信支付业务单号,资金流水单号,业务名称,业务类型,收支类型,收支金额(元),账户结余(元),资金变更提交申请人,备注,业务凭证号"
FLOW_SUMS = "资金流水总笔数,收入笔数,收入金额,支出笔数,支出金额"
STATES = {"paid": "SUCCESS", "failed": "FAIL", "accepted": "PROCESSING"}


def trade_bill(entries: Sequence[Entry], mchid: str, appid: str) -> bytes:
    """The day's captures and refunds."""
    rows, sums = [], [0, 0, 0, 0, 0, 0, 0]
    for entry in entries:
        if entry.kind not in ("capture", "refund"):
            continue
        back = entry.kind == "refund"
        fee = -fee_of(entry.amount) if back else fee_of(entry.amount)
        paid, given = (0, entry.amount) if back else (entry.amount, 0)
        refunded = [entry.provider_ref, entry.key, yuan(given), "0.00", "ORIGINAL", STATES[entry.state]] if back else [""] * 6
        if not back:
            refunded[2:4] = ["0.00", "0.00"]
        rows.append([
            instant(entry.at).strftime("%Y-%m-%d %H:%M:%S"), appid, mchid, "0", "", entry.payment_ref or entry.tender, entry.tender,
            entry.payer_ref, "JSAPI", "REFUND" if back else "SUCCESS", "OTHERS", "CNY", yuan(paid), "0.00", *refunded, "订单", "",
            f"{fee / 100:.5f}", "0.60%", yuan(paid), yuan(given), "",
        ])  # fmt: skip
        for place, value in enumerate((1, paid, given, 0, fee, paid, given)):
            sums[place] += value
    return _bill(TRADE, rows, TRADE_SUMS, [str(sums[0]), *(yuan(value) for value in sums[1:])])


def flow_bill(entries: Sequence[Entry]) -> bytes:
    """What came into the merchant's balance and went out of it: captures, refunds and transfers that were paid."""
    rows, into, out = [], [0, 0], [0, 0]
    for number, entry in enumerate(entries):
        if entry.state not in ("captured", "paid"):
            continue
        came = entry.kind == "capture"
        kind, voucher = {"capture": ("交易", entry.tender), "refund": ("退款", entry.key), "transfer": ("商家转账", entry.key)}.get(
            entry.kind, ("其他", entry.provider_ref)
        )
        side = into if came else out
        side[0], side[1] = side[0] + 1, side[1] + entry.amount
        theirs = (entry.payment_ref or entry.tender) if came else entry.provider_ref
        at = instant(entry.at).strftime("%Y-%m-%d %H:%M:%S")
        flow = f"{entry.at}{number:06d}"
        rows.append([at, theirs, flow, kind, kind, "收入" if came else "支出", yuan(entry.amount), "0.00", "system", kind, voucher])
    total = [str(into[0] + out[0]), str(into[0]), yuan(into[1]), str(out[0]), yuan(out[1])]
    return _bill(FLOW, rows, FLOW_SUMS, total)


def digest(bill: bytes) -> str:
    """SHA1 of a bill, as the answer that gives its address says it."""
    return hashlib.sha1(bill, usedforsecurity=False).hexdigest()


def _bill(heading: str, rows: list[list[str]], sums_heading: str, sums: list[str]) -> bytes:
    written = [",".join(f"`{value}" for value in row) for row in [*rows, sums]]
    return ("\ufeff" + "\r\n".join([heading, *written[:-1], sums_heading, written[-1]]) + "\r\n").encode()
