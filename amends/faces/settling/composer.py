"""The composer of an offer: for each article what is given and how much, freight and sums beside. What may be offered the verbs say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.forms.boundfield import BoundField

from amends.cases.rules.mix import FREIGHT_AND_PACKAGING, MONEY_FOR_UNIT, NONE, POINTS, STAYS, SUMS
from amends.faces.case_pages import capital
from amends.faces.forms import FacesForm, MoneyField, dress, spoken
from amends.faces.forms import words as label
from amends.kernel.parties import Party
from amends.kernel.texts import Text, say
from amends.people.rules import Actor
from amends.policy.rules.facts import Remedy
from amends.talks.queries import Article, Composing, part_name

APART = 6
"""Up to so many pieces of a line have a row each; more have one row together."""
REMEDIES = (
    Remedy.REFUND_ONLY.value, Remedy.RETURN_REFUND.value, STAYS, Remedy.EXCHANGE.value, Remedy.RESEND.value, Remedy.REPAIR.value, NONE,
)  # fmt: skip
WITH_SUM = MONEY_FOR_UNIT | {STAYS}
WHY = "why"
AMOUNT = label("金额", "Amount")
ALL_OF_IT = label("不填就是规则给的，或者剩下的全部", "Left empty: what the rules give, or all that is left")


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the composer: which pieces, what is chosen for them, and the sum."""

    name: Text
    number: int
    pieces: int
    remedy: BoundField
    amount: BoundField


class Composer(FacesForm):
    """Fields for what this case has; `parts` is what the verb is told. `first`: the parts of the offer that is answered."""

    words = forms.CharField(
        label=label("写给对方的话", "Words for the other side"), required=False, widget=forms.Textarea(attrs={"rows": 2, "maxlength": 1000})
    )

    def __init__(
        self, told: Composing, by: Actor, *args: Any, asked: str, first: Sequence[Mapping[str, Any]] = (), **kwargs: Any
    ) -> None:  # fmt: skip
        super().__init__(*args, **kwargs)
        self.told, self.by = told, by
        self.groups: list[tuple[str, Article, tuple[int, ...]]] = [
            (f"u{units[0]}", article, units) for article in told.articles for units in _grouped(article)
        ]
        law = {remedy: minor for remedy, _, minor in told.law}
        choices = [(remedy, spoken(_named(remedy, law))) for remedy in REMEDIES]
        before = {pk: part for part in first for pk in part.get("units", ())}
        for key, _, units in self.groups:
            mine = before.get(units[0], {})
            first_choice = mine.get("remedy", asked)
            self._add(f"r-{key}", forms.ChoiceField(label=label("给什么", "What is given"), choices=choices, initial=first_choice))
            self._add(f"m-{key}", MoneyField(label=AMOUNT, currency=told.currency, required=False))
            if len(mine.get("units", ())) == len(units):
                self.fields[f"m-{key}"].initial = mine.get("amount_minor")
        for article in told.articles:
            for part, most in (("freight", article.freight_minor), ("packaging", article.packaging_minor)):
                if most > 0:
                    name = label("另退运费", "Freight back") if part == "freight" else label("另退包装费", "Packaging back")
                    self._add(f"x-{part}-{article.position}", MoneyField(label=name, currency=told.currency, required=False))
        if by.party is not Party.ARBITER:
            self._add_sums(by)
        for answered in first:
            remedy = answered["remedy"]
            name = f"x-{answered['part']}-{answered['line']}" if remedy == FREIGHT_AND_PACKAGING else remedy
            theirs = remedy not in SUMS or self._bearer == answered.get("borne_by", "merchant")
            if name in self.fields and theirs:
                self.fields[name].initial = answered["amount_minor"]

    def _add_sums(self, by: Actor) -> None:
        """Sums beyond the order, and the reason for whoever signs them; points are the platform's, and a consumer promises nothing."""
        self._add("goodwill", MoneyField(label=label("小额打款", "Goodwill payment"), currency=self.told.currency, required=False))
        self._add("voucher", MoneyField(label=label("优惠券面额", "Voucher"), currency=self.told.currency, required=False))
        if by.party is Party.PLATFORM:
            self._add(POINTS, forms.IntegerField(label=label("积分", "Points"), min_value=0, max_value=10**9, required=False))
        if by.party is not Party.CONSUMER:
            why = forms.CharField(label=label("理由（给审批的人看）", "Reason (for whoever signs)"), required=False, max_length=500)
            self._add(WHY, why)

    def clean(self) -> dict[str, Any]:
        """A sum beside goods, or beside nothing, is not asked for: what is typed there is no fault."""
        for key, _, _ in self.groups:
            if self.cleaned_data.get(f"r-{key}") not in WITH_SUM:
                self.errors.pop(f"m-{key}", None)
        return self.cleaned_data

    @property
    def rows(self) -> Iterator[Row]:
        """For the template: each article's rows."""
        counted: dict[int, int] = {}
        for key, article, units in self.groups:
            counted[article.position] = counted.get(article.position, 0) + 1
            yield Row(article.name, counted[article.position], len(units), self[f"r-{key}"], self[f"m-{key}"])

    @property
    def extras(self) -> list[BoundField]:
        """Freight, packaging and sums beside."""
        return [self[name] for name in self.fields if name.startswith("x-") or name in SUMS]

    @property
    def adds(self) -> bool:
        """Whether something stands beside the articles, or is missing there."""
        more = [*self.extras, *([self.signed] if self.signed else [])]
        return any(one.errors or one.value() for one in more)

    @property
    def signed(self) -> BoundField | None:
        """The reason for whoever signs, where the reader's sums may need that."""
        return self[WHY] if WHY in self.fields else None

    def parts(self) -> list[dict[str, Any]]:
        """The mix as typed; pieces with the same remedy and no sum of their own stand together."""
        self.is_valid()
        data = getattr(self, "cleaned_data", {})
        together: dict[str, list[int]] = {}
        parts: list[dict[str, Any]] = []
        for key, _, units in self.groups:
            remedy, minor = data.get(f"r-{key}") or NONE, data.get(f"m-{key}")
            if remedy in WITH_SUM and minor is not None:
                parts.append({"remedy": remedy, "units": list(units), "amount_minor": minor})
            else:
                together.setdefault(remedy, []).extend(units)
        parts += [{"remedy": remedy, "units": pieces} for remedy, pieces in together.items()]
        for name, minor in data.items():
            if name.startswith("x-") and minor:
                _, part, position = name.split("-")
                parts.append({"remedy": FREIGHT_AND_PACKAGING, "line": int(position), "part": part, "amount_minor": minor})
        sums = [name for name in ("goodwill", "voucher", POINTS) if data.get(name)]
        return parts + [{"remedy": name, "amount_minor": data[name], "borne_by": self._bearer} for name in sums]

    @property
    def _bearer(self) -> str:
        """Whose money the sums beyond the order are."""
        return "platform" if POINTS in self.fields else "merchant"

    def _add(self, name: str, field: forms.Field) -> None:
        dress(field)
        self.fields[name] = field


def _grouped(article: Article) -> list[tuple[int, ...]]:
    return [(pk,) for pk in article.units] if len(article.units) <= APART else [article.units]


def _named(remedy: str, law: Mapping[str, int]) -> Text:
    name = capital(part_name(remedy))
    return say("{name}（规则支持）", "{name} (as of right)", name=name) if remedy in law else name
