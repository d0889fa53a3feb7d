"""Reads of compensation for one actor: what was given on a case and what it is worth, vouchers, and what each way of giving is worth."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from amends.approvals.money_schema import Rules
from amends.approvals.rules_of_money import rules_on
from amends.cases.models import Case, CaseText, Entry, Grant
from amends.compensation.models import Voucher
from amends.compensation.rules import (
    KIND_NAMES,
    STATE_NAMES,
    STATE_TAGS,
    Kind,
    Worth,
    with_best,
    worth_of_money,
    worth_of_points,
    worth_of_voucher,
)
from amends.compensation.vouchers import shown_to, state_at, visible_to
from amends.kernel import clock
from amends.kernel.money import Money
from amends.kernel.parties import Party
from amends.kernel.refs import clean_ref
from amends.kernel.refusals import NotFound
from amends.kernel.texts import Text, say
from amends.people.rules import Actor

EXAMPLE_MINOR = 1000
PAGE = 25
ARRIVED, ON_ITS_WAY = say("已到账", "arrived"), say("在路上", "on its way")
WITH_PEOPLE = Voucher.objects.select_related("merchant", "consumer", "case")


@dataclass(frozen=True, slots=True)
class Given:
    """One thing that was given on a case. `unit`: its currency, CNY.voucher or points; `arrived` once it is wholly delivered.

    Its worth is counted in `worth_currency`: its own, or for points that of the money rules.
    """

    kind: Kind
    name: Text
    amount_minor: int
    unit: str
    borne_by: str
    by: Party
    at: datetime
    words: str
    voucher: Voucher | None
    arrived: bool
    worth: Worth
    worth_currency: str

    @property
    def state(self) -> Text:
        """Of a voucher where it stands by now, of money whether it has come."""
        return STATE_NAMES[state_at(self.voucher, clock.now())] if self.voucher else ARRIVED if self.arrived else ON_ITS_WAY

    @property
    def tag(self) -> str:
        """The colour of `state`."""
        return STATE_TAGS[state_at(self.voucher, clock.now())] if self.voucher else "ok" if self.arrived else "warn"

    @property
    def currency(self) -> str:
        """What its sum is written in; `points` for points."""
        return self.unit.partition(".")[0]


GIVES, ASKS = "compensate", "ask_supplement"


def anything_on(case: Case) -> frozenset[str]:
    """Whether something was given on the case, and whether a difference was asked for: GIVES, ASKS, both or neither. One query."""
    lines = Entry.objects.filter(merchant_id=case.merchant_id, case_id=case.pk, verb__in=[GIVES, ASKS])
    return frozenset(lines.values_list("verb", flat=True))


def given_on(case: Case) -> list[Given]:
    """What was given on the case beside its claim, newest first; one query where nothing was."""
    entries = Entry.objects.filter(merchant_id=case.merchant_id, case_id=case.pk, verb=GIVES).order_by("-number")
    facts = [(entry, entry.facts) for entry in entries]
    if not facts:
        return []
    wanted = {pk for _, told in facts for pk in told.get("grants", ())}
    stages = dict(Grant.objects.filter(merchant_id=case.merchant_id, pk__in=wanted).values_list("pk", "stage"))
    words = dict(
        CaseText.objects.filter(merchant_id=case.merchant_id, pk__in=[told["text"] for _, told in facts if "text" in told]).values_list(
            "pk", "body"
        )
    )
    mine = Voucher.objects.filter(merchant_id=case.merchant_id, case_id=case.pk)
    vouchers = {voucher.ref: voucher for voucher in mine.order_by("pk")}
    rules = rules_on(clock.now())
    return [_given(entry, told, stages, words, vouchers, rules) for entry, told in facts]


def _given(
    entry: Entry, told: Mapping[str, Any], stages: Mapping[int, str], words: Mapping[int, str], vouchers: Mapping[str, Voucher],
    rules: Rules,
) -> Given:  # fmt: skip
    kind = Kind(told["kind"])
    return Given(
        kind, KIND_NAMES[kind], told["amount_minor"], told["unit"], told["borne_by"], Party(entry.party), entry.made_at,
        words.get(told.get("text", 0), ""), vouchers.get(told.get("voucher", "")),
        all(stages.get(pk) == "done" for pk in told.get("grants", ())), worth_of(kind, told["amount_minor"], rules),
        rules.currency if kind is Kind.POINTS else told["unit"].partition(".")[0],
    )  # fmt: skip


def vouchers_of(by: Actor, *, state: str = "") -> QuerySet[Voucher]:
    """The vouchers that `by` may know of, newest first."""
    rows = WITH_PEOPLE.filter(visible_to(by))
    return (rows.filter(state=state) if state else rows).order_by("-made_at", "-pk")


def voucher_for(ref: str, by: Actor) -> Voucher:
    """The voucher that somebody typed, clicked or showed at a till. Raises NotFound."""
    found = WITH_PEOPLE.filter(shown_to(by), ref=clean_ref(ref) or "").first()
    if found is None:
        raise NotFound
    return found


def worth_of(kind: Kind, amount_minor: int, rules: Rules) -> Worth:
    """What so much of this kind is worth to its consumer, in minor units of the rules' currency or its own."""
    if kind is Kind.VOUCHER:
        return worth_of_voucher(kind.value, amount_minor, rules.vouchers.worth_bps)
    if kind is Kind.POINTS:
        return worth_of_points(kind.value, amount_minor, worth_minor=rules.points.worth_minor, per_points=rules.points.per_points)
    return worth_of_money(kind.value, amount_minor)


def compared(kinds: Sequence[Kind], currency: str, amount_minor: int = EXAMPLE_MINOR) -> list[tuple[Kind, Worth]]:
    """What the same sum is worth given in each of these ways, the best marked: for whoever chooses how to give.

    Points, which have a worth in the currency of the money rules alone, are left out where `currency` is another.
    """
    rules = rules_on(clock.now())
    gifts = (Kind.GOODWILL, Kind.VOUCHER, Kind.POINTS) if currency == rules.currency else (Kind.GOODWILL, Kind.VOUCHER)
    ways = [kind for kind in kinds if kind in gifts]
    points = amount_minor * rules.points.per_points // rules.points.worth_minor
    worths = [worth_of(kind, points if kind is Kind.POINTS else amount_minor, rules) for kind in ways]
    return list(zip(ways, with_best(worths), strict=True))


def points_worth(points: int) -> Money:
    """What these points are worth today."""
    rules = rules_on(clock.now())
    return Money(worth_of(Kind.POINTS, points, rules).minor, rules.currency)
