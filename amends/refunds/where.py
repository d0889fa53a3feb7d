"""Where the money of a case is, refund by refund, as its consumer is told: how much, to what, how far, expected by when, and why.

Reads alone. The words are those of every face; instants in UTC, sums in minor units of the refund's own unit.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from amends.cases.models import Case
from amends.kernel.texts import Text, say
from amends.market.rules.specs import TENDER_NAMES
from amends.refunds.books import BY_US, DELIVERED, LIVE, MENDABLE, word
from amends.refunds.models import Chargeback, Refund, Way
from amends.refunds.payees import hint_of

ORIGINAL = say("原支付方式", "the tender you paid with")
WAYS: dict[str, Text] = {
    "tender": say("原路退回", "back to the tender"), "transfer": say("付到支付账户", "to the payer's account"),
    "bank": say("银行转账", "bank transfer"), "credit": say("商城余额", "store credit"),
}  # fmt: skip
WHY: dict[str, Text] = {
    "intended": say("已登记，马上向支付渠道发起。", "It is written down and goes to the payment service next."),
    "intended.payee": say("等你填写收款方式，填好后就付。", "Waiting for you to say where it should go; then it is paid."),
    "intended.bank": say("排在下一批银行转账里。", "It goes out with the next file of bank transfers."),
    "frozen": say("你的银行正在处理这笔付款的拒付，有结果前不能再退，避免付两次。",
                  "Your bank is deciding a chargeback of this payment; until then it can't be refunded as well."),
    "sent": say("支付渠道已收到，等它付款。", "The payment service has it and is paying."),
    "sent.bank": say("已排入给银行的转账文件，等银行付款。", "It is in the file for the bank, which pays next."),
    "unknown": say("支付渠道没有回音，平台正在核对。不会重复退款，也不会少退。",
                   "The payment service did not answer; the platform is checking. It is paid neither twice nor not at all."),
    "failed": say("这次没有成功，钱没有动。平台会再试或改用其他方式。",
                  "It did not go through and no money moved. The platform tries again or pays another way."),
    "paid": say("支付渠道已付款。", "The payment service has paid."),
    "paid.card": say("支付渠道已付款，银行卡账单可能晚几天才显示。", "The payment service has paid. A card may list it days later."),
    "paid.credit": say("已存入你的商城余额。", "It is in your store credit."),
    "covered": say("你的银行已通过拒付赔给你，不再重复退款。", "Your bank has paid you by chargeback, so it is not refunded again."),
    "reversed": say("银行退回了这笔款，已经重新退。", "The bank sent it back; it is being paid anew."),
    "redirected": say("原支付方式收不到，已改用其他方式。", "The tender can't take it; it goes another way."),
    "dropped": say("这笔款不再应退，没有付出。", "It is owed no longer, and was not paid."),
}  # fmt: skip
"""By stage, and by stage and how it goes where that says more (_how)."""
CERTAIN = MENDABLE - {"unknown"}
"""In these stages the expected day is worth something; a chargeback or a doubt has no day."""


@dataclass(frozen=True, slots=True)
class Where:
    """One sum on its way: `stage` as the table names it, `expected_at` where a day can be told, `to` where it goes if not back."""

    refund: Refund
    label: Text
    minor: int
    unit: str
    in_kind: bool
    stage: str
    state: Text
    why: Text
    expected_at: datetime | None
    paid_at: datetime | None
    to: Text | None

    @property
    def is_there(self) -> bool:
        return self.stage in DELIVERED


def where_of(case: Case) -> list[Where]:
    """Every refund of the case that pays, or is to pay, its consumer; the oldest first. One query."""
    rows = Refund.objects.filter(merchant_id=case.merchant_id, case_id=case.pk, stage__in=LIVE)
    return told(rows.select_related("tender", "payee", "grant").order_by("pk"), case.currency)


def told(rows: Iterable[Refund], currency: str) -> list[Where]:
    """These refunds (with tender and payee) in words."""
    return [_row(row, currency) for row in rows]


def label_of(refund: Refund) -> Text:
    """What a refund goes back to, or what else it is."""
    if refund.tender is not None:
        return TENDER_NAMES.get(refund.tender.kind) or ORIGINAL
    return say("补偿款", "compensation")


def chargebacks_of(case: Case) -> list[Chargeback]:
    """What banks have taken back of this order's payment, in order."""
    rows = Chargeback.objects.filter(merchant_id=case.merchant_id, tender__order_id=case.order_id)
    return list(rows.select_related("tender__order").order_by("pk"))


def why_of(refund: Refund) -> Text:
    """Why a refund is where it is, in a sentence for its consumer."""
    stage = "paid" if refund.stage in BY_US else refund.stage
    return WHY.get(f"{stage}.{_how(refund)}") or WHY[stage]


def _how(refund: Refund) -> str:
    if refund.way == Way.BANK and refund.payee_id is None:
        return "payee"
    if refund.way == Way.TENDER and refund.tender is not None and refund.tender.kind not in TENDER_NAMES:
        return "card"
    return refund.way


def _row(row: Refund, currency: str) -> Where:
    waits = row.way == Way.BANK and row.payee_id is None
    return Where(
        row, label_of(row), row.amount_minor, row.unit, row.unit != currency, row.stage, word([row.stage]), why_of(row),
        row.expected_at if row.stage in CERTAIN and not waits else None, row.paid_at,
        hint_of(row.payee) if row.way in (Way.BANK, Way.CREDIT) else None,
    )  # fmt: skip
