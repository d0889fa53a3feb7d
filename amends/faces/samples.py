"""Invented cases for the style guide: every part in every state. No database; all people, shops and figures are made up."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms

from amends.faces.charts import Chart, Series
from amends.faces.forms import EvidenceField, FacesForm, MoneyField, Picks, Segments, Stepper, words
from amends.kernel import clock
from amends.kernel.texts import say

LAW_24 = {
    "key": say("消法 24 条", "Consumer Law, art. 24"),
    "text": say(
        "经营者提供的商品或者服务不符合质量要求的，消费者可以依照国家规定、当事人约定退货，或者要求经营者履行更换、修理等义务。依照前款规定进行退货、更换、修理的，经营者应当承担运输等必要费用。",
        "Goods that fall short may be returned, exchanged or repaired, and the trader bears the necessary cost of transport.",
    ),
    "url": "https://flk.npc.gov.cn/",
}
RULE_27 = {"key": say("平台规则办法 27 条", "Platform Rules, art. 27"), "text": None, "url": "https://www.samr.gov.cn/"}


class SampleForm(FacesForm):
    """One of each field."""

    way = forms.ChoiceField(
        label=words("方案", "Remedy"),
        widget=Segments,
        choices=[
            ("return_refund", words("退货退款", "Return")),
            ("exchange", words("换货", "Exchange")),
            ("repair", words("维修", "Repair")),
        ],
    )
    issue = forms.ChoiceField(
        label=words("养生壶怎么了", "What is wrong"),
        widget=Picks({"quality": "tool", "not_as_described": "photo-x", "damaged": "package-off"}),
        choices=[
            ("quality", words("质量问题", "Faulty")),
            ("not_as_described", words("与描述不符", "Not as described")),
            ("damaged", words("破损", "Damaged")),
        ],
    )
    units = forms.IntegerField(label=words("件数", "How many"), widget=Stepper(0, 3), help_text=words("买了 3 件", "3 were bought"))
    extra = MoneyField(label=words("另加打款", "Extra payment"), most_minor=5000, help_text=words("可填 0 到 50.00", "From 0 to 50.00"))
    waybill = forms.CharField(label=words("运单号", "Waybill"), required=False)
    message = forms.CharField(label=words("给消费者的话", "A word to the consumer"), widget=forms.Textarea)
    proof = EvidenceField(label=words("凭证", "Evidence"), most=9)

    def clean_waybill(self) -> str:
        """Refuses always, to show how a refused field looks."""
        raise forms.ValidationError(str(words("没找到这个运单号，请核对 12 位数字", "We can't find this waybill; check its 12 digits")))


def samples() -> dict[str, Any]:
    """Everything that the style guide shows, relative to now."""
    now = clock.now()
    return {
        "now": now,
        "ref": "AS-7K3F-9Q2M",
        "surname": "苏",
        "shares": [("merchant", 60), ("carrier", 40)],
        **_clocks(),
        **_turns(),
        **_case(),
        **_charts(),
        "form": SampleForm({"way": "exchange", "issue": "quality", "units": 1, "extra": "20.00", "waybill": "14825", "message": "…"}),
        "law": LAW_24,
        "currency": "CNY",
        "money_states": ["none", "sent", "paid", "failed", "checked"],
        "parties": ["consumer", "merchant", "platform", "arbiter", "carrier", "supplier", "gateway", None],
        "goods": [
            "general",
            "apparel",
            "shoes",
            "electronics",
            "appliance",
            "food",
            "fresh",
            "grocery",
            "cosmetics",
            "home",
            "furniture",
            "toys",
            "books",
            "digital",
            "medicine",
        ],
    }


def _clocks() -> dict[str, Any]:
    """The six states of a countdown, and one about to change."""
    now = clock.now()
    return {
        "far": now + timedelta(days=1, hours=3, minutes=1),
        "soon": now + timedelta(hours=5, minutes=42, seconds=30),
        "near": now + timedelta(hours=1, minutes=12, seconds=30),
        "last": now + timedelta(minutes=6, seconds=10),
        "paused_due": now + timedelta(hours=10),
        "paused_since": now - timedelta(hours=4, minutes=20),
        "past": now - timedelta(minutes=5),
        "approved": say("已超时，已自动同意", "Lapsed, approved by rule"),
    }


def _turns() -> dict[str, Any]:
    """Turn lines of a desk and of the portal."""
    now = clock.now()
    approve = say("自动同意，退货后退 ¥161.10", "Approved by rule; ¥161.10 after the return")
    goes_on = say("你的退货退款申请继续，商家要在 24 小时内答复。", "your claim goes on, and the merchant has 24 hours to answer.")
    steps = [
        {"name": say("申请", "Asked"), "note": say("11月19日", "19 Nov"), "state": "done"},
        {"name": say("协商", "Talks"), "note": say("第 1 轮", "Round 1"), "state": "cur"},
        {"name": say("寄回", "Return"), "note": say("上门取", "Pick-up"), "state": ""},
        {"name": say("验货", "Check"), "note": say("2 天内", "In 2 days"), "state": ""},
        {"name": say("退款", "Refund"), "note": say("1 到 3 天", "1 to 3 days"), "state": ""},
    ]
    return {
        "turn_merchant": {
            "party": "merchant",
            "due": now + timedelta(hours=5, minutes=42, seconds=30),
            "silence": approve,
            "clause": LAW_24,
        },
        "turn_lapsed": {"party": "carrier", "lapsed": say("已超时，已改由平台派件", "Lapsed, the platform sends a courier")},
        "turn_closed": {"party": None},
        "turn_you": {"party": "you", "css": "consumer", "due": now + timedelta(days=1, hours=23, minutes=2), "silence": goes_on},
        "headline": say("商家提出了 2 个方案", "The merchant made 2 offers"),
        "steps": steps,
    }


def _case() -> dict[str, Any]:
    """Sums, remedies, evidence and a timeline of one case."""
    rows = [
        {"label": say("标价", "List price"), "minor": 18900},
        {
            "label": say("满 300 减 30 的分摊", "Share of 30 off 300"),
            "minor": -1860,
            "note": say("质量问题退货，其余商品不补收满减", "A faulty item: the others keep the discount"),
        },
        {"label": say("平台券 15 的分摊", "Share of the 15 coupon"), "minor": -930},
    ]
    total = {"label": say("退给你", "Refund to you"), "minor": 16110}
    tenders = [
        {"label": say("微信支付", "WeChat Pay"), "minor": 12402, "state": "sent"},
        {"label": say("礼品卡", "Gift card"), "minor": 3708, "state": "paid"},
    ]
    line = say("商家付运费，上门取件。商家验货后 1 到 3 天到账。", "The merchant pays for the pick-up. Paid 1 to 3 days after the check.")
    options = [
        {
            "value": "return_refund",
            "name": say("退货退款", "Return and refund"),
            "open": True,
            "amount_minor": 16110,
            "rows": rows,
            "total": total,
            "tenders": tenders,
            "clauses": [LAW_24],
            "line": line,
        },
        {
            "value": "exchange",
            "name": say("换货", "Exchange"),
            "open": True,
            "amount_minor": None,
            "aside": say("同款有货", "In stock"),
            "line": say("收到旧壶后 24 小时内寄新壶。", "A new one leaves within 24 hours of the old one's arrival."),
        },
        {
            "value": "refund_only",
            "name": say("仅退款", "Refund only"),
            "open": False,
            "clauses": [RULE_27],
            "reason": say("需要商家自愿。", "Only if the merchant is willing."),
            "opens_when": say("提交后商家可以向你提出，你不用现在选。", "They can offer it after you send; no need to choose now."),
        },
    ]
    return {
        "rows": rows,
        "total": total,
        "tenders": tenders,
        "options": options,
        "chosen": "return_refund",
        "items": _evidence(),
        "entries": _entries(),
    }


def _evidence() -> list[dict[str, Any]]:
    """A picture, a late document, a video and a parcel."""
    now, art = clock.now(), "/static/amends/art/"
    return [
        {
            "url": f"{art}evidence-photo.svg",
            "shows": say("底座显示 E3", "Base shows E3"),
            "taken_at": now - timedelta(days=2),
            "by": "consumer",
        },
        {
            "url": f"{art}evidence-label.svg",
            "shows": say("机身铭牌", "Name plate"),
            "taken_at": now - timedelta(days=2, minutes=4),
            "length": "0:12",
        },
        {"url": f"{art}evidence-box.svg", "shows": say("出厂检验单", "Factory check"), "taken_at": now - timedelta(hours=5), "late": True},
        {"url": "#", "kind": "document", "shows": say("代收短信", "Text message"), "taken_at": now - timedelta(hours=9), "by": "merchant"},
    ]


def _entries() -> list[dict[str, Any]]:
    """Four entries, one internal, one that unfolds."""
    now = clock.now()
    return [
        {
            "party": "merchant",
            "who": say("陈默", "Chen Mo"),
            "verb": say("内部备注", "Internal note"),
            "at": now - timedelta(minutes=40),
            "audience": "inside",
            "body": say("同批 2609 已有 4 单报 E3，先查温控器来料。", "Batch 2609 has 4 claims with E3; check the thermostats first."),
        },
        {
            "party": "platform",
            "who": say("平台", "Platform"),
            "verb": say("提醒商家：还剩 12 小时", "reminded the merchant: 12 hours left"),
            "at": now - timedelta(hours=6),
            "audience": "some",
            "audience_words": say("商家、平台", "Merchant, platform"),
        },
        {
            "party": "consumer",
            "who": say("苏女士", "Ms Su"),
            "verb": say("补充了 1 份视频", "added a video"),
            "at": now - timedelta(days=1),
            "audience": "all",
            "fold": True,
            "body": say(
                "“换插座也一样，水一直是凉的。我试了三次，每次都是通电两分钟后显示 E3，底座没有温度，"
                "说明书上没有写这个代码是什么意思。客服电话说先等等，可我等了一个晚上，第二天早上再试还是一样，所以把视频也传上来。”",
                "“Another socket made no difference and the water stays cold. I tried three times; "
                "each time it shows E3 after two minutes, "
                "the base is cold, and the manual does not name this code. I waited a night as I was told, and it is the same.”",
            ),
        },
        {
            "party": "platform",
            "who": say("规则判定", "Rules"),
            "verb": say("可退、可换、可修", "return, exchange or repair"),
            "at": now - timedelta(days=2),
            "audience": "all",
            "body": say("签收第 3 天，在 7 日内。", "Day 3 after delivery, within 7 days."),
            "clauses": [LAW_24],
        },
    ]


def _charts() -> dict[str, Any]:
    """A line and a chart of rows with limits."""
    days = [f"11/{day}" for day in range(1, 21)]
    opened = [142, 148, 151, 146, 139, 133, 144, 158, 163, 171, 182, 204, 226, 238, 221, 205, 188, 178, 169, 123]
    closed = [131, 140, 149, 152, 148, 137, 135, 141, 152, 158, 166, 175, 189, 203, 214, 219, 211, 204, 196, 187]
    stages = [
        say("商家回应", "Merchant answers"),
        say("协商", "Talks"),
        say("寄回途中", "On its way"),
        say("验货", "Check"),
        say("退款到账", "Refund arrives"),
    ]
    trend = Chart(
        title=say("新开与结案", "Opened and closed"),
        finding=say("大促三天后到峰", "The peak came three days after the sale"),
        labels=days,
        series=[
            Series(say("新开", "Opened"), opened, links=["#"] * 20),
            Series(say("结案", "Closed"), closed, colour="ink-3", drawn="dashed"),
        ],
        label_name=say("日期", "Day"),
    )
    spans = Chart(
        title=say("各阶段用时", "Time in each stage"),
        finding=say("竖线是时限", "The mark is the limit"),
        labels=stages,
        kind="rows",
        series=[Series(say("九成", "Nine in ten"), [31, 44, 88, 39, 41]), Series(say("中位", "Median"), [7, 18, 46, 14, 9], colour="rest")],
        limits=[48, 48, 120, 48, 72],
        unit=say("小时", "h"),
        label_name=say("阶段", "Stage"),
    )
    return {"trend": trend, "spans": spans}
