"""What each field of `Facts` means and may hold, in both languages: for whoever sends facts (read_facts) and for the manual (facts_schema).

Facts of strangers are read here and refused field by field; our own stamped facts are read by Facts.from_json.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, fields
from typing import Any

from amends.kernel.parties import Party
from amends.kernel.refusals import Unprocessable
from amends.kernel.texts import Text, say
from amends.policy.rules.facts import (
    CHANNELS,
    CONFIRMATIONS,
    COURIER_BY,
    FAULT_PROOFS,
    FEE_BY,
    REPAIR_DELAYS,
    Facts,
    ImpossibleFacts,
)
from amends.policy.rules.facts_shapes import (
    BPS,
    COUNT,
    INSTANT,
    MINOR,
    YES_NO,
    Among,
    Field,
    Flags,
    Many,
    Record,
    Whole,
    Words,
    Wrong,
    or_null,
)
from amends.policy.rules.words import GoodsClass, IssueType, Trait


class FactsRefused(Unprocessable):
    """Facts that cannot be read; `fields` names each field, what is wrong with it and what would be right."""

    def __init__(self, wrong: Mapping[str, Text]) -> None:
        zh = "\n".join(f"{name}：{text.into('zh')}" for name, text in wrong.items())
        en = "\n".join(f"{name}: {text.into('en')}" for name, text in wrong.items())
        super().__init__(say("{said}", "{said}", said=say(_plain(zh), _plain(en))), code="facts_refused", fields=wrong)


def _plain(said: str) -> str:
    return said.replace("{", "(").replace("}", ")")


PROMOTION = Record(
    {
        "kind": (Among(("discount", "free_freight")), say("满减，或满额包邮", "a threshold discount, or free freight from a threshold")),
        "min_spend_minor": (MINOR, say("门槛", "the threshold")),
        "saved_minor": (MINOR, say("一共省了多少", "the whole saving")),
        "share_minor": (MINOR, say("分摊到所申请商品的部分", "the part apportioned to the claimed units")),
        "kept_minor": (MINOR, say("其余商品按优惠前价格还剩多少", "what stays in the order, at prices before the promotion")),
    }
)
WEIGHING = Record(
    {
        "billed_grams": (Whole(1, 10**7), say("按多少克计价", "grams billed")),
        "weighed_grams": (Whole(0, 10**7), say("复称多少克", "grams weighed again")),
    }
)
TENDER = Record({"kind": (Words(40), say("付款方式", "the means of payment")), "minor": (MINOR, say("付了多少", "what it paid"))})
HISTORY = Record(
    {
        "cases_30d": (COUNT, say("30 天内的售后单数", "cases within 30 days")),
        "refunds_30d_minor": (MINOR, say("30 天内的退款额", "refunds within 30 days")),
        "instant_today_minor": (MINOR, say("今天已极速退款的金额", "instant refunds today, in money")),
        "instant_today_count": (COUNT, say("今天已极速退款的次数", "instant refunds today, in number")),
        "score_bps": (BPS, say("风险分，只能决定由谁处理", "a risk score; it may only choose who looks")),
    },
    optional=frozenset(("cases_30d", "refunds_30d_minor", "instant_today_minor", "instant_today_count", "score_bps")),
    nullable=frozenset(("score_bps",)),
)


def _f(shape: Any, zh: str, en: str, about_zh: str, about_en: str) -> Field:
    return Field(shape, say(zh, en), say(about_zh, about_en))


FIELDS: dict[str, Field] = {
    "issue": _f(Among(IssueType), "问题类型", "Issue", "哪里不对。", "What went wrong."),
    "goods_class": _f(Among(GoodsClass), "商品类别", "Class of goods", "规则所区分的类别。", "The kinds of goods that rules tell apart."),
    "asked_at": _f(INSTANT, "申请时间", "Asked", "消费者提出申请的时刻。", "When the consumer asked."),
    "order_at": _f(INSTANT, "下单时间", "Ordered", "下单的时刻。", "When the order was placed."),
    "shipped": _f(YES_NO, "已发货", "Shipped", "商品是否已经发出。", "Whether the goods were sent."),
    "received": _f(YES_NO, "已收到", "Received", "商品是否已经签收或取走。", "Whether the goods were signed for or picked up."),
    "jurisdiction": _f(Words(2, "^[A-Z]{2}$"), "法域", "Jurisdiction", "适用哪国法律，如 CN。", "Whose law holds, such as CN."),
    "market": _f(Words(60), "平台", "Market", "平台的编号，没有平台就空着。", "The platform's id; empty where there is none."),
    "channel": _f(Among(CHANNELS), "购买渠道", "Channel", "在哪里买的。", "Where it was bought."),
    "region": _f(Words(60), "地区", "Region", "收货地区。", "The region it was delivered to."),
    "tier": _f(Words(60), "会员等级", "Tier", "消费者的会员等级。", "The consumer's membership tier."),
    "signed_at": _f(INSTANT, "签收时间", "Signed",
        "收货人签收的时刻；时间窗从这里起算。", "When the recipient signed; windows count from here."),
    "installed_at": _f(INSTANT, "安装时间", "Installed", "安装好的时刻。", "When it was installed."),
    "opened_at": _f(INSTANT, "拆封时间", "Opened", "拆开商品的时刻。", "When the goods were unpacked."),
    "noticed_at": _f(INSTANT, "发现时间", "Noticed", "发现问题的时刻。", "When the fault was noticed."),
    "received_back_at": _f(INSTANT, "退回签收时间", "Received back", "商家收到退货的时刻。", "When the merchant had the goods back."),
    "traits": _f(Many(Among(Trait), 7), "商品特征", "Traits",
        "这件商品与同类不同的地方。", "What sets these goods apart from their class."),
    "flags": _f(
        Flags(), "商品状态", "Flags",
        "规则包的问题，答是（true）、否（false）或不知道（null）。",
        "Questions of the packs answered yes (true), no (false) or not known (null).",
    ),
    "courier_by": _f(Among(COURIER_BY), "谁选的快递", "Courier chosen by",
        "谁选了承运商，运输风险就看这里。", "Who chose the carrier: it decides who bears the risk of transport."),
    "fault_of": _f(Among(Party), "责任方", "At fault", "已查明是谁的责任。", "Who was found to be at fault."),
    "fault_proof": _f(Among(FAULT_PROOFS), "责任依据", "Proof of fault", "凭什么查明。", "What proves the fault."),
    "confirmed_exclusion": _f(
        Among(CONFIRMATIONS), "单次购买确认", "Exclusion confirmed",
        "购买时是否单独确认过不适用无理由；预先勾选的不算。",
        "Whether the exclusion was confirmed for that single purchase; a ticked box in advance does not count.",
    ),
    "promised_no_reason": _f(YES_NO, "承诺无理由", "No-reason promised",
        "对法定例外的商品也承诺了无理由退货。", "No-reason return was promised for excluded goods, too."),
    "promised_free_return": _f(YES_NO, "承诺免退货运费", "Free return promised",
        "承诺退货运费由商家付。", "The merchant promised to pay the way back."),
    "promises": _f(Many(Words(60, "^[a-z][a-z0-9_]*$"), 40), "其他承诺", "Promises",
        "规则包 [promises] 里的名字。", "Names from the packs' [promises]."),
    "three_guarantees": _f(YES_NO, "适用三包", "Three guarantees",
        "是否适用三包；不填就看类别。", "Whether the three guarantees hold; by class where left out."),
    "currency": _f(Words(3, "^[A-Z]{3}$"), "币种", "Currency", "ISO 4217。", "ISO 4217."),
    "quantity": _f(Whole(1, 10**6), "申请件数", "Quantity", "申请售后的件数。", "Units claimed."),
    "ordered": _f(Whole(1, 10**6), "购买件数", "Ordered units", "这一行买了几件。", "Units of this line that were bought."),
    "paid_minor": _f(MINOR, "实付", "Paid",
        "为所申请的商品实际付的钱，运费和券除外，以分计。",
        "Money really paid for the claimed units, freight and coupons apart, in minor units."),
    "list_minor": _f(MINOR, "标价", "List price",
        "所申请商品优惠前的价格，以分计。", "The price of the claimed units before reductions, in minor units."),
    "discount_minor": _f(MINOR, "优惠分摊", "Discount",
        "分摊到所申请商品的优惠，以分计。", "Reductions apportioned to the claimed units, in minor units."),
    "coupon_minor": _f(MINOR, "券分摊", "Coupon",
        "可原样退还的券所付的部分，以分计。", "What coupons given back in kind paid, in minor units."),
    "freight_minor": _f(MINOR, "发货运费", "Outbound freight",
        "为所申请的商品付的发货运费，以分计。", "Outbound freight paid for the claimed units, in minor units."),
    "gift_kept_minor": _f(MINOR, "留下的赠品", "Gift kept",
        "没有退回的赠品事先标明的价格，以分计。", "The price stated in advance of a gift that is kept, in minor units."),
    "loss_minor": _f(MINOR, "其他损失", "Loss", "价款以外受到的损失，以分计。", "Loss suffered beyond the price, in minor units."),
    "card_fee_minor": _f(MINOR, "支付手续费", "Card fee", "付款时产生的手续费，以分计。", "The fee of the payment, in minor units."),
    "card_fee_by": _f(Among(FEE_BY), "手续费承担方", "Card fee paid by", "手续费是谁付的。", "Who bore the fee."),
    "packaging_minor": _f(MINOR, "包装费", "Packaging",
        "为所申请的商品付的包装费，以分计。", "Packaging paid for the claimed units, in minor units."),
    "price_cut_minor": _f(MINOR, "降价", "Price cut",
        "所申请的商品买后降了多少，在承诺保价的天数以内，以分计。",
        "What the claimed units cost less since they were bought, within the days of price protection, in minor units."),
    "tenders": _f(Many(TENDER, 40), "付款构成", "Tenders",
        "各种付款方式付了多少，原路退回。", "What each means of payment paid; money goes back the same way."),
    "promotions": _f(Many(PROMOTION, 40), "门槛优惠", "Promotions",
        "订单里有门槛的优惠。", "Promises of the order that hang on a threshold."),
    "bad_share_bps": _f(BPS, "坏的比例", "Bad share", "坏了多少，以万分之一计。", "How much of it is bad, in ten-thousandths."),
    "weighing": _f(WEIGHING, "称重", "Weighing", "计价的克数和复称的克数。", "Grams billed, and grams weighed again."),
    "repairs_failed": _f(COUNT, "修不好的次数", "Failed repairs", "已经修过几次还不行。", "Repairs that did not help."),
    "days_since_invoice": _f(Whole(0, 20_000), "开票天数", "Days since invoice", "从开票到退货的天数。", "Days from invoice to return."),
    "repair_days": _f(Whole(0, 20_000), "维修占用天数", "Repair days",
        "其中在维修的天数，不计折旧。", "Days of these in repair, which do not count as wear."),
    "same_model_there": _f(YES_NO, "有同型号", "Same model there", "是否有同型号可换。", "Whether the same model can be had."),
    "repair_open_days": _f(Whole(0, 20_000), "这次维修已几天", "Days of this repair",
        "这次维修已经多少天。", "How long the present repair has lasted."),
    "repair_delay": _f(Among(REPAIR_DELAYS), "维修拖延原因", "Repair delay",
        "维修者的责任，或没有配件。", "The repairer's fault, or want of parts."),
    "history": _f(HISTORY, "消费者的过往", "History",
        "只能决定由谁处理，不能决定给不给。", "It may choose who looks, never whether it is granted."),
    "asks_person": _f(YES_NO, "要求人工", "Asks for a person", "一方要求由人来决定。", "A party asks that a person decides."),
}  # fmt: skip
_BY_NAME = {each.name: each for each in fields(Facts)}
REQUIRED = tuple(name for name, each in _BY_NAME.items() if each.default is MISSING and each.default_factory is MISSING)
NULLABLE = frozenset(name for name, each in _BY_NAME.items() if each.default is None)


def facts_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of facts. Titles and descriptions are English; `x-texts` beside them holds both languages."""
    properties = {}
    for name, each in FIELDS.items():
        shape = each.shape.schema()
        default = _BY_NAME[name].default
        properties[name] = {
            "title": each.title.en,
            "description": each.about.en,
            "x-texts": {"title": each.title.both(), "description": each.about.both()},
            **(or_null(shape) if name in NULLABLE else shape),
            **({"default": default} if isinstance(default, bool | int | str) else {}),
        }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Facts",
        "description": "All that a decision may know.",
        "x-texts": {
            "title": {"zh": "事实", "en": "Facts"},
            "description": {"zh": "决定所能依据的一切。", "en": "All that a decision may know."},
        },
        "type": "object",
        "properties": properties,
        "required": list(REQUIRED),
        "additionalProperties": False,
    }


def read_facts(raw: Mapping[str, Any]) -> Facts:
    """The facts that somebody sent as JSON. Refuses (FactsRefused) unknown fields, wrong types and what cannot be, all at once."""
    if not isinstance(raw, Mapping):
        raise FactsRefused({"facts": say("应是一个 JSON 对象。", "It should be a JSON object.")})
    wrong: dict[str, Text] = {}
    given: dict[str, Any] = {}
    for name, value in raw.items():
        if name not in FIELDS:
            unknown = say("没有这个字段，可用的见 amends policy facts。", "There is no such field; `amends policy facts` lists them.")
            wrong[str(name)] = unknown
        elif value is None and name in NULLABLE:
            given[name] = None
        else:
            try:
                given[name] = FIELDS[name].shape.read(value, name)
            except Wrong as found:
                wrong |= found.wrong
    wrong |= {name: say("缺少这个字段。", "This field is missing.") for name in REQUIRED if name not in raw}
    if wrong:
        raise FactsRefused(wrong)
    try:
        return Facts.from_json(given)
    except ImpossibleFacts as found:
        raise FactsRefused(found.wrong) from found
