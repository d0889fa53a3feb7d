"""The form that gathers facts for a try-out: what happened, when, for how much, under which promises. It makes facts; it decides nothing.

It is read from the address, so that a try-out can be kept as a link, sent to a colleague and asked again as JSON.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.http import QueryDict

from amends.faces.forms import FacesForm, MoneyField, Segments, spoken, words
from amends.insight.figures.choice import HERE
from amends.kernel.money import Money
from amends.kernel.parties import NAMES, Party
from amends.kernel.texts import Text, say
from amends.policy.rules.checks import ASKED
from amends.policy.rules.facts import GOODS_NAMES, INSTANTS, ISSUE_NAMES, Facts, Promotion
from amends.policy.rules.packs import Pack
from amends.policy.rules.schema import Layer, PackCells
from amends.policy.rules.words import CHANNEL_NAMES, PROOF_NAMES, STATE_NAMES, TRAIT_NAMES

UNKNOWN = ("", spoken(say("不知道", "not known")))
YES_NO = (UNKNOWN, ("yes", spoken(say("是", "yes"))), ("no", spoken(say("否", "no"))))
INSTANT = "%Y-%m-%dT%H:%M"
TIERS: dict[str, Text] = {
    "silver": say("银卡", "silver"),
    "gold": say("金卡", "gold"),
    "black": say("黑卡", "black"),
}
FLAG = "f-"
SELLER = {party: NAMES[party] for party in (Party.CONSUMER, Party.MERCHANT)}
BEARERS = {party: NAMES[party] for party in (Party.MERCHANT, Party.CONSUMER, Party.CARRIER)}
ELSEWHERE = frozenset(ASKED.values())
"""Questions that are answered by a number, not by yes or no."""


def choices(named: Mapping[Any, Text], *, empty: bool = False) -> list[tuple[str, Any]]:
    """The options of a list, in both languages."""
    return [*([UNKNOWN] if empty else []), *((getattr(key, "value", key), spoken(name)) for key, name in named.items())]


class When(forms.DateTimeField):
    """An instant as the market's clocks show it, to the minute."""

    def __init__(self, label: Any, *, required: bool = False) -> None:
        widget = forms.DateTimeInput(attrs={"type": "datetime-local", "class": "form-control"}, format=INSTANT)
        super().__init__(label=label, required=required, widget=widget, input_formats=[INSTANT, "%Y-%m-%dT%H:%M:%S"])


def _amount(zh: str, en: str) -> MoneyField:
    return MoneyField(label=words(zh, en), required=False)


def _count(zh: str, en: str, most: int = 10_000) -> forms.IntegerField:
    return forms.IntegerField(label=words(zh, en), required=False, min_value=0, max_value=most)


def _list(zh: str, en: str, options: Iterable[tuple[str, Any]]) -> forms.ChoiceField:
    return forms.ChoiceField(label=words(zh, en), required=False, choices=list(options))


class TrialForm(FacesForm):
    """All facts that a decision may rest on; left out means not known, or none."""

    issue = forms.ChoiceField(label=words("什么问题", "What is wrong"), choices=choices(ISSUE_NAMES))
    goods = forms.ChoiceField(label=words("什么商品", "What goods"), choices=choices(GOODS_NAMES))
    state = forms.ChoiceField(label=words("货在哪", "Where the goods are"), choices=choices(STATE_NAMES), widget=Segments())
    quantity = forms.IntegerField(label=words("退几件", "Units claimed"), min_value=1, max_value=999)
    ordered = forms.IntegerField(label=words("共买几件", "Units ordered"), min_value=1, max_value=999)
    traits = forms.MultipleChoiceField(label=words("商品特征", "Traits of the goods"), required=False, choices=choices(TRAIT_NAMES),
                                       widget=forms.CheckboxSelectMultiple)  # fmt: skip

    order_at = When(words("下单", "Ordered"), required=True)
    signed_at = When(words("签收", "Signed for"))
    asked_at = When(words("申请", "Asked"), required=True)
    installed_at = When(words("安装", "Installed"))
    opened_at = When(words("拆封", "Opened"))
    noticed_at = When(words("发现问题", "Noticed"))
    received_back_at = When(words("商家收到退货", "Return received"))

    paid = _amount("实付", "Paid")
    price = _amount("标价", "List price")
    discount = _amount("优惠", "Discount")
    coupon = _amount("退券部分", "Paid by coupon")
    freight = _amount("已付运费", "Freight paid")
    gift = _amount("留下的赠品", "Gift kept")
    loss = _amount("另有损失", "Loss beyond the price")
    packaging = _amount("包装费", "Packaging")
    price_cut = _amount("买后降价", "Price cut since")
    card_fee = _amount("银行卡手续费", "Card fee")
    card_fee_by = _list("手续费谁付的", "Who paid the fee", choices(SELLER, empty=True))

    discount_from = _amount("满减门槛", "Discount from")
    discount_saved = _amount("整单减了", "Saved on the order")
    discount_share = _amount("其中分到退的", "Of that on the return")
    discount_kept = _amount("留下的商品原价", "Kept, at list price")
    free_from = _amount("包邮门槛", "Free freight from")
    free_saved = _amount("免掉的运费", "Freight saved")
    free_kept = _amount("留下的商品", "Kept")

    no_reason = forms.BooleanField(label=words("商家承诺无理由", "Change of mind promised"), required=False)
    free_return = forms.BooleanField(label=words("商家承诺退货包运费", "Free return promised"), required=False)
    promises = forms.MultipleChoiceField(label=words("其他承诺", "Other promises"), required=False, widget=forms.CheckboxSelectMultiple)
    confirmed = _list("下单时确认过不退", "Confirmed as not returnable", (
        ("", spoken(say("没有", "no"))), ("single_purchase", spoken(say("针对这一单确认", "for this purchase"))),
        ("preticked", spoken(say("默认勾选", "by a box already ticked")))))  # fmt: skip

    bad_share = _count("坏了百分之几", "Bad, per cent", 100)
    billed = _count("卖了多少克", "Grams billed", 10**7)
    weighed = _count("复称多少克", "Grams weighed", 10**7)
    three = _list("三包商品", "Three guarantees", YES_NO)
    repairs = _count("修过几次不好", "Failed repairs")
    repair_days = _count("修了几天", "Days in repair")
    repair_open = _count("在修第几天", "Day of this repair")
    repair_delay = _list("维修拖延因为", "Repair late because of", (
        UNKNOWN, ("fault", spoken(say("修理者", "the repairer"))), ("parts", spoken(say("缺配件", "missing parts")))))  # fmt: skip
    same_model = _list("有同型号可换", "Same model there", YES_NO)
    invoice_days = _count("开票后几天", "Days since invoice")

    fault_of = _list("谁的责任", "Whose fault", choices(BEARERS, empty=True))
    fault_proof = _list("凭什么认定", "What proves it", choices(PROOF_NAMES, empty=True))
    courier_by = _list("谁选的快递", "Who chose the carrier", choices(SELLER, empty=True))
    channel = _list("怎么买的", "Bought by", choices(CHANNEL_NAMES))
    tier = _list("会员等级", "Tier", choices(TIERS, empty=True))
    region = forms.CharField(label=words("地区", "Region"), required=False, max_length=40)
    score = _count("风险分，百分之", "Risk score, per cent", 100)
    cases = _count("30 天内售后", "Cases in 30 days")
    refunds = _amount("30 天内退款", "Refunds in 30 days")
    instant_today = _amount("今天已即时退", "Instant refunds today")
    instant_count = _count("今天即时退几次", "Instant refunds today, number")
    asks_person = forms.BooleanField(label=words("要求人工处理", "Asks for a person"), required=False)

    platform = _list("平台", "Platform", ())
    shop = _list("店铺规则", "Shop's rules", ())
    promise_packs = forms.MultipleChoiceField(label=words("承诺包", "Promise packs"), required=False, widget=forms.CheckboxSelectMultiple)

    def __init__(self, given: Mapping[str, Any], *, terms: PackCells, laid: Sequence[Pack], packs: Sequence[Pack]) -> None:
        super().__init__(given)
        self.laid = laid
        self.platforms = {p.id for p in packs if p.layer is Layer.PLATFORM}
        ids = {layer: {p.id: p.cells.name.text for p in packs if p.layer is layer} for layer in Layer}
        # A case may name a tier or a market that no list here has; it is shown as it is, and never refused.
        self.choose("tier", [*choices(TIERS), *_own(given, "tier", TIERS)], none=say("不知道", "not known"))
        platforms = [*choices(ids[Layer.PLATFORM]), *_own(given, "platform", ids[Layer.PLATFORM])]
        self.choose("platform", platforms, none=say("这里的设置", "as set here"))
        self.choose("shop", choices(ids[Layer.SHOP]), none=say("没有", "none"))
        self.choose("promise_packs", choices(ids[Layer("promise")]))
        self.choose("promises", choices({key: row.name.text for key, row in terms.promises.items()}))
        for key, question in terms.questions.items():
            if key not in ELSEWHERE:
                field = forms.ChoiceField(label=spoken(question.ask.text), required=False, choices=YES_NO)
                field.widget.attrs["class"] = "form-select"
                self.fields[f"{FLAG}{key}"] = field

    def choose(self, name: str, options: list[tuple[str, Any]], *, none: Text | None = None) -> None:
        """Fills a list whose options are known only now."""
        field = self.fields[name]
        field.choices = [*([("", spoken(none))] if none else []), *options]  # type: ignore[attr-defined]

    @property
    def flags(self) -> list[Any]:
        """The questions of yes and no."""
        return [self[name] for name in self.fields if name.startswith(FLAG)]

    def stack_names(self) -> list[str]:
        """The packs that were chosen, laid on those of this installation; none where its own rules are to be asked as they are."""
        data = self.cleaned_data
        platform = data["platform"] if data["platform"] in self.platforms else ""
        chosen = [*(f"promise/{key}" for key in data["promise_packs"]), *([f"platform/{platform}"] if platform else [])]
        chosen += [f"shop/{data['shop']}"] if data["shop"] else []
        if not chosen:
            return []
        here = [pack for pack in self.laid if pack.layer is not Layer.SHOP and not (platform and pack.layer is Layer.PLATFORM)]
        named = [pack.id if pack.layer is Layer.LAW else f"{pack.layer.value}/{pack.id}" for pack in here]
        return list(dict.fromkeys((*named, *chosen)))

    def facts(self) -> dict[str, Any]:
        """What was written, as the JSON that facts are read from; only what is known."""
        data = self.cleaned_data
        raw: dict[str, Any] = {
            "issue": data["issue"], "goods_class": data["goods"],
            "shipped": data["state"] != "unshipped", "received": data["state"] == "received",
            "quantity": data["quantity"], "ordered": max(data["ordered"], data["quantity"]), "traits": data["traits"],
            "channel": data["channel"] or "online", "region": data["region"], "tier": data["tier"], "market": data["platform"],
            "flags": {name[len(FLAG):]: data[name] == "yes" for name in self.fields if name.startswith(FLAG) and data[name]},
            "promised_no_reason": data["no_reason"], "promised_free_return": data["free_return"], "promises": data["promises"],
            "asks_person": data["asks_person"], "promotions": self._promotions(),
        }  # fmt: skip
        for name in INSTANTS:
            raw[name] = _instant(data[name])
        for name, field in SUMS.items():
            raw[name] = data[field] or 0
        for name, field in COUNTED.items():
            raw[name] = data[field] or 0
        for name, field in NAMED.items():
            raw[name] = data[field] or None
        for name, field in TOLD.items():
            raw[name] = None if not data[field] else data[field] == "yes"
        raw["list_minor"] = data["price"] if data["price"] is not None else sum(data[k] or 0 for k in ("paid", "discount", "coupon"))
        raw["days_since_invoice"] = data["invoice_days"]
        raw["bad_share_bps"] = None if data["bad_share"] is None else data["bad_share"] * 100
        if data["billed"] and data["weighed"] is not None:
            raw["weighing"] = {"billed_grams": data["billed"], "weighed_grams": data["weighed"]}
        raw["history"] = {name: data[field] or 0 for name, field in HISTORY.items()} | {
            "score_bps": None if data["score"] is None else data["score"] * 100
        }
        return {name: value for name, value in raw.items() if value not in (None, "", [], {})}

    def _promotions(self) -> list[dict[str, Any]]:
        data, found = self.cleaned_data, []
        if data["discount_from"] and data["discount_saved"]:
            found.append(("discount", data["discount_from"], data["discount_saved"], data["discount_share"], data["discount_kept"]))
        if data["free_from"] and data["free_saved"]:
            found.append(("free_freight", data["free_from"], data["free_saved"], data["free_saved"], data["free_kept"]))
        parts = ("kind", "min_spend_minor", "saved_minor", "share_minor", "kept_minor")
        return [dict(zip(parts, (part or 0 for part in one), strict=True)) for one in found]

    def refuse(self, fields: Mapping[str, Text]) -> None:
        """What the reader of facts refused, at the field it is about."""
        where = {fact: field for named in (SUMS, COUNTED, NAMED, TOLD, {"goods_class": "goods"}) for fact, field in named.items()}
        for name, text in fields.items():
            head = name.partition(".")[0]
            field = where.get(head, head)
            self.add_error(field if field in self.fields else None, str(spoken(text)))


SUMS = {
    "paid_minor": "paid", "discount_minor": "discount", "coupon_minor": "coupon", "freight_minor": "freight", "gift_kept_minor": "gift",
    "loss_minor": "loss", "card_fee_minor": "card_fee", "price_cut_minor": "price_cut", "packaging_minor": "packaging",
}  # fmt: skip
COUNTED = {"repairs_failed": "repairs", "repair_days": "repair_days", "repair_open_days": "repair_open"}
NAMED = {
    "confirmed_exclusion": "confirmed", "repair_delay": "repair_delay", "fault_of": "fault_of", "fault_proof": "fault_proof",
    "courier_by": "courier_by", "card_fee_by": "card_fee_by",
}  # fmt: skip
TOLD = {"three_guarantees": "three", "same_model_there": "same_model"}
HISTORY = {
    "cases_30d": "cases", "refunds_30d_minor": "refunds", "instant_today_minor": "instant_today", "instant_today_count": "instant_count",
}  # fmt: skip


def _own(given: Mapping[str, Any], name: str, known: Mapping[str, Any]) -> list[tuple[str, str]]:
    written = str(given.get(name, ""))[:40]
    return [(written, written)] if written and written not in known else []


def _instant(at: datetime | None) -> str | None:
    return at.isoformat() if at is not None else None


def address_of(facts: Facts, *, platform: str = "", promises: Sequence[str] = ()) -> QueryDict:
    """The address at which the form is filled with these facts: a golden case, or one side of a turned decision, to be changed there."""
    raw, made = facts.to_json(), QueryDict(mutable=True)
    told: dict[str, Any] = {
        "issue": facts.issue.value, "goods": facts.goods_class.value, "state": facts.state.value, "quantity": facts.quantity,
        "ordered": facts.ordered, "channel": facts.channel, "tier": facts.tier, "region": facts.region, "price": money_of(facts.list_minor),
        "platform": platform or facts.market, "invoice_days": facts.days_since_invoice,
    }  # fmt: skip
    told |= {name: _local(getattr(facts, name)) for name in INSTANTS}
    told |= {field: money_of(raw[name]) for name, field in SUMS.items() if raw[name]}
    told |= {field: raw[name] for name, field in (*COUNTED.items(), *NAMED.items()) if raw[name]}
    told |= {field: "yes" if raw[name] else "no" for name, field in TOLD.items() if raw[name] is not None}
    told |= {f"{FLAG}{key}": "yes" if known else "no" for key, known in facts.flags.items() if known is not None}
    told |= {"no_reason": facts.promised_no_reason, "free_return": facts.promised_free_return, "asks_person": facts.asks_person}
    told |= {"bad_share": None if facts.bad_share_bps is None else facts.bad_share_bps // 100, "confirmed": facts.confirmed_exclusion}
    told |= {"billed": facts.weighing.billed_grams, "weighed": facts.weighing.weighed_grams} if facts.weighing else {}
    told |= {"score": facts.history.score_bps // 100} if facts.history.score_bps is not None else {}
    for one in facts.promotions:
        told |= _address_of(one)
    made.update({name: "on" if value is True else str(value) for name, value in told.items() if value not in (None, "", False)})
    made.setlist("traits", [getattr(trait, "value", trait) for trait in facts.traits])
    made.setlist("promises", list(facts.promises))
    made.setlist("promise_packs", list(promises))
    return made


def _address_of(one: Promotion) -> dict[str, str]:
    names = ("discount_from", "discount_saved", "discount_share", "discount_kept")
    if one.kind != "discount":
        names = ("free_from", "free_saved", "", "free_kept")
    sums = (one.min_spend_minor, one.saved_minor, one.share_minor, one.kept_minor)
    return {name: money_of(minor) for name, minor in zip(names, sums, strict=True) if name}


def money_of(minor: int) -> str:
    """Minor units as the form's fields read them."""
    return str(Money(minor, "CNY").decimal)


def _local(at: datetime | None) -> str:
    return at.astimezone(HERE).strftime(INSTANT) if at else ""
