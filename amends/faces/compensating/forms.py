"""The forms by which something is given: one for each kind, with the fields of that kind alone. What may be entered the verbs say."""

from __future__ import annotations

from typing import Any

from django import forms

from amends.compensation.articles import PARTS
from amends.compensation.offers import DecidedClaim, Offer
from amends.compensation.rules import Kind
from amends.faces.forms import FacesForm, MoneyField, spoken
from amends.faces.forms import words as label
from amends.kernel.texts import say
from amends.market.models import OrderLine
from amends.people.rules import Actor

AMOUNT = label("金额", "Amount")
POINTS = label("积分", "Points")
WHOLE = label("整笔退的金额", "The whole sum")
FACE_VALUE = label("面额", "Face value")
FIELDS: dict[Kind, tuple[str, ...]] = {
    Kind.GOODWILL: ("amount", "words", "why"),
    Kind.VOUCHER: ("amount", "min_spend", "days", "scope", "words", "why"),
    Kind.POINTS: ("points", "words", "why"),
    Kind.PRICE_ADJUSTMENT: ("line", "quantity", "amount", "words", "why"),
    Kind.EXTRA: ("line", "part", "amount", "words", "why"),
    Kind.CLAIM_SUM: ("claim", "amount", "words", "why"),
}
NAMED = {"amount_minor": "amount", "min_spend_minor": "min_spend"}
"""Fields of the verb's refusals by the form's own names."""


class GiveForm(FacesForm):
    """All fields; those of other kinds are taken out. `given` is what the verb is told."""

    line = forms.ChoiceField(label=label("商品", "Article"))
    quantity = forms.IntegerField(label=label("件数", "Pieces"), initial=1, min_value=1, max_value=1000)
    part = forms.ChoiceField(label=label("退哪一项", "Which part"), choices=[(key, spoken(name)) for key, name in PARTS.items()])
    claim = forms.ChoiceField(label=label("哪一项赔偿", "Which claim"))
    amount = MoneyField(label=AMOUNT)
    points = forms.IntegerField(label=POINTS, min_value=0, max_value=10**9)
    min_spend = MoneyField(label=label("满多少可用", "Least spend"), required=False)
    days = forms.IntegerField(label=label("有效天数", "Days of validity"), required=False, min_value=0, max_value=3650)
    scope = forms.ChoiceField(
        label=label("在哪里可用", "Where it counts"), required=False,
        choices=[("merchant", label("这家店", "this shop")), ("platform", label("整个平台", "the whole platform"))],
    )  # fmt: skip
    words = forms.CharField(
        label=label("给消费者的话", "Words for the consumer"), required=False, widget=forms.Textarea(attrs={"rows": 2, "maxlength": 500})
    )
    why = forms.CharField(
        label=label("理由（给审批的人看）", "Reason (for whoever approves)"), required=False,
        widget=forms.Textarea(attrs={"rows": 2, "maxlength": 500}),
    )  # fmt: skip

    def __init__(
        self, kind: Kind, by: Actor, *args: Any, lines: list[OrderLine], claims: list[DecidedClaim], currency: str, usual_days: int,
        **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(*args, **kwargs)
        self.kind = kind
        wanted = [name for name in FIELDS[kind] if name != "scope" or not by.merchant_id]
        for name in [name for name in self.fields if name not in wanted]:
            del self.fields[name]
        self._choose("line", [(str(line.position), spoken(say(line.name_zh, line.name_en))) for line in lines])
        self._choose("claim", [(claim.name, spoken(claim.title)) for claim in claims if claim.left_minor])
        for name in ("amount", "min_spend"):
            if isinstance(field := self.fields.get(name), MoneyField):
                field.currency = field.widget.currency = currency
        if kind is Kind.VOUCHER:
            self.fields["amount"].label = FACE_VALUE
            self.fields["days"].initial = usual_days
        if kind is Kind.PRICE_ADJUSTMENT:
            self.fields["amount"].label = WHOLE
        if kind is Kind.CLAIM_SUM:
            self.fields["amount"].required = False

    def _choose(self, name: str, choices: list[tuple[str, Any]]) -> None:
        if name in self.fields:
            self.fields[name].choices = choices  # type: ignore[attr-defined]

    def given(self) -> Offer:
        """What is to be given, as typed; what the form can't read counts as nothing, and the verb refuses it at its field."""
        self.is_valid()
        data = getattr(self, "cleaned_data", {})
        amount = data.get("points") if self.kind is Kind.POINTS else data.get("amount")
        return Offer(
            self.kind.value, amount or 0, data.get("words") or "", int(data.get("line") or 0), data.get("quantity") or 1,
            data.get("part") or "", data.get("min_spend") or 0, data.get("days") or 0, data.get("scope") or "merchant",
            data.get("claim") or "",
        )  # fmt: skip


class AskForm(FacesForm):
    """A difference that the consumer is asked to pay."""

    amount = MoneyField(label=label("请消费者补多少", "What the consumer is asked to pay"))
    reason = forms.CharField(label=label("理由（给审批的人看）", "Reason (for whoever approves)"), required=False, max_length=500)

    def __init__(self, *args: Any, currency: str, **kwargs: Any) -> None:
        super().__init__(*args, auto_id="ask_%s", **kwargs)
        if isinstance(field := self.fields["amount"], MoneyField):
            field.currency = field.widget.currency = currency
