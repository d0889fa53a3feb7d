"""Offers as pages and programs read them: what each part gives in goods, money and freight, beside what the rules give; and what a
composer can choose from. Nothing is written here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from amends.cases.dues import dues_of
from amends.cases.left import money_positions
from amends.cases.mix_sums import Sums
from amends.cases.mixing import as_of_right, checked, free_units, gives_way
from amends.cases.models import Case, ClaimedUnit, Deadline, Grant
from amends.cases.rules.mix import FREIGHT_AND_PACKAGING, MONEY_FOR_UNIT, NONE, POINTS, STAYS, SUMS, Part, from_rows
from amends.cases.rules.owing import FREIGHT, PACKAGING
from amends.cases.waiting_words import SILENCE
from amends.cases.words import stage_name, verb_name
from amends.kernel.parties import NAMES, Party
from amends.kernel.refusals import NotYourMove, Unprocessable
from amends.kernel.texts import Text, say
from amends.market.models import OrderLine, Unit
from amends.people.rules import Actor
from amends.policy.rules.facts import REMEDY_NAMES, Remedy
from amends.talks.limits import needs_another
from amends.talks.models import Offer
from amends.talks.offering import may_offer
from amends.talks.rules import OFFER, OPEN

BACK_TOO = (Remedy.RETURN_REFUND.value, Remedy.EXCHANGE.value, Remedy.REPAIR.value)
"""With these the goods go back first, where they were sent at all."""
OTHER_NAMES: dict[str, Text] = {
    NONE: say("不给", "nothing"),
    FREIGHT_AND_PACKAGING: say("退运费或包装费", "freight or packaging back"),
    POINTS: say("积分", "points"),
}
EXTRAS: dict[str, Text] = {FREIGHT: say("运费", "freight"), PACKAGING: say("包装费", "packaging")}


@dataclass(frozen=True, slots=True)
class PartView:
    """One part in words. `goods_minor`, `freight_minor`, `packaging_minor` add up to `amount_minor` where it is money for units; they are 0
    once an offer is over. `sends_back`: the goods go back first; `return_freight`: who pays that way. `beyond`: a sum beyond the order, at
    the cost of `borne_by`."""

    remedy: str
    name: Text
    articles: tuple[tuple[Text, int], ...]
    units: tuple[int, ...]
    amount_minor: int | None
    unit: str
    goods_minor: int
    freight_minor: int
    packaging_minor: int
    sends_back: bool
    return_freight: Text | None
    borne_by: Text
    beyond: bool


@dataclass(frozen=True, slots=True)
class OfferView:
    """One offer as its reader sees it. `least_minor`: what the rules give for these articles in these very remedies; `signed_by_another`:
    why the reader's yes has to be signed by somebody else."""

    ref: str
    side: Party
    side_name: Text
    round: int
    stage: str
    stage_name: Text
    is_open: bool
    made_at: datetime
    until: datetime | None
    silence: Text | None
    answers: str
    parts: tuple[PartView, ...]
    amount_minor: int
    least_minor: int
    currency: str
    words: str
    erased: bool
    agreed: tuple[Text, ...]
    raw: tuple[Mapping[str, Any], ...]
    choices: tuple[tuple[str, Text], ...]
    signed_by_another: Text | None = None


@dataclass(frozen=True, slots=True)
class Previewed:
    """A mix as it would be offered, or why it can't be: `wrong` in words, with its code. `signed_by_another`: why somebody else has to sign
    before it is sent."""

    parts: tuple[PartView, ...]
    amount_minor: int
    least_minor: int
    currency: str
    wrong: Text | None = None
    code: str = ""
    signed_by_another: Text | None = None


@dataclass(frozen=True, slots=True)
class Article:
    """A line of the case as a composer offers it: its free units, what is left of their price and of its freight and packaging."""

    position: int
    name: Text
    units: tuple[int, ...]
    left_minor: int
    freight_minor: int
    packaging_minor: int


@dataclass(frozen=True, slots=True)
class Composing:
    """What an offer can be made of now. `law`: each remedy that the rules open as of right, with its sum."""

    articles: tuple[Article, ...]
    locked: int
    law: tuple[tuple[str, Text, int], ...]
    currency: str
    may: bool


def offers_of(case: Case, by: Actor) -> list[OfferView]:
    """The offers of a case, open ones first, newest first. The case was found as `by` may see it."""
    rows = list(Offer.objects.filter(merchant_id=case.merchant_id, case_id=case.pk).select_related("words", "answers").order_by("-pk"))
    if not rows:
        return []
    limits = Deadline.objects.filter(merchant_id=case.merchant_id, case_id=case.pk, life=OFFER.name, ended_at__isnull=True)
    until = {limit.life_id: limit for limit in limits}
    goods = _Goods.of(case, live=any(not row.is_over for row in rows))
    return sorted((_view(row, goods, by, until.get(row.pk)) for row in rows), key=lambda view: not view.is_open)


def composing(case: Case, by: Actor) -> Composing:
    """The articles that an offer has to speak of, and what the rules give beside it."""
    free = free_units(case)
    sums = Sums(case, free, gives_way(case, free))
    mine: dict[int, list[Unit]] = {}
    for unit in free.values():
        mine.setdefault(unit.line_id, []).append(unit)
    lines = OrderLine.objects.filter(merchant_id=case.merchant_id, pk__in=mine).order_by("position")
    articles = tuple(
        Article(
            line.position, say(line.name_zh, line.name_en), tuple(unit.pk for unit in mine[line.pk]),
            sums.stays_left(unit.pk for unit in mine[line.pk]), sums.extra_left(line, FREIGHT), sums.extra_left(line, PACKAGING),
        )
        for line in lines
    )  # fmt: skip
    claimed = ClaimedUnit.objects.filter(merchant_id=case.merchant_id, case_id=case.pk).count()
    law = tuple((remedy, REMEDY_NAMES[Remedy(remedy)], minor) for remedy, minor in as_of_right(case).items())
    return Composing(articles, claimed - len(free), law, case.currency, may_offer(case, by))


def previewed(case: Case, raw: Sequence[Mapping[str, Any]], by: Actor) -> Previewed:
    """What this mix would give now, or why it can't be offered; nothing is kept."""
    try:
        mix = checked(case, raw, by)
        signed = needs_another(case, mix.parts, by)
    except (Unprocessable, NotYourMove) as refusal:
        return Previewed((), 0, 0, case.currency, refusal.text, refusal.code)
    goods = _Goods.of(case, live=True)
    views = tuple(_part(part, goods, live=True) for part in mix.parts)
    return Previewed(views, mix.money_minor, mix.least_minor, case.currency, signed_by_another=signed)


def open_offers(case: Case) -> int:
    """How many offers wait for an answer."""
    return Offer.objects.filter(merchant_id=case.merchant_id, case_id=case.pk, stage__in=OPEN).count()


def part_name(remedy: str) -> Text:
    """What a part is called."""
    return OTHER_NAMES.get(remedy) or REMEDY_NAMES[Remedy(remedy)]


@dataclass(frozen=True, slots=True)
class _Goods:
    """What views of one case's mixes share: names of its units, its tenders of money, and what an open mix would make void."""

    case: Case
    names: Mapping[int, tuple[Text, Unit]]
    money: frozenset[str]
    void: tuple[Grant, ...]

    @classmethod
    def of(cls, case: Case, *, live: bool) -> _Goods:
        rows = ClaimedUnit.objects.filter(merchant_id=case.merchant_id, case_id=case.pk).select_related("line", "unit")
        names = {row.unit_id: (say(row.line.name_zh, row.line.name_en), row.unit) for row in rows}
        money = frozenset(money_positions(case.merchant_id, case.order_id, case.currency))
        return cls(case, names, money, tuple(gives_way(case, free_units(case))) if live else ())


def _view(row: Offer, goods: _Goods, by: Actor, limit: Deadline | None) -> OfferView:
    parts, live = from_rows(row.parts), not row.is_over
    choices = tuple((verb, verb_name(OFFER.name, verb)) for verb in row.offered(by)) if live else ()
    yes = any(verb in ("accept_offer", "agree_first") for verb, _ in choices)
    return OfferView(
        ref=row.ref, side=Party(row.side), side_name=NAMES[Party(row.side)], round=row.round, stage=row.stage,
        stage_name=stage_name(OFFER.name, row.stage), is_open=live, made_at=row.made_at, until=limit.due_at if limit else None,
        silence=SILENCE[limit.silence] if limit else None, answers=row.answers.ref if row.answers else "",
        parts=tuple(_part(part, goods, live=live) for part in parts), amount_minor=row.amount_minor, least_minor=row.least_minor,
        currency=row.currency, words=row.words.body if row.words else "", erased=bool(row.words and row.words.erased_at),
        agreed=tuple(NAMES[Party(party)] for party in row.agreed), raw=tuple(part.to_json() for part in parts), choices=choices,
        signed_by_another=_signed_by_another(goods.case, parts, by) if yes else None,
    )  # fmt: skip


def _signed_by_another(case: Case, parts: Sequence[Part], by: Actor) -> Text | None:
    """Why the reader's yes needs another hand; where the rules of money can't weigh a sum in this currency, that nobody's will do."""
    try:
        return needs_another(case, parts, by)
    except Unprocessable as unweighed:
        return unweighed.text


def _part(part: Part, goods: _Goods, *, live: bool) -> PartView:
    of = {FREIGHT: 0, PACKAGING: 0}
    if live and part.remedy in MONEY_FOR_UNIT:
        of = _freight_of(part, goods)
    elif part.remedy == FREIGHT_AND_PACKAGING:
        of[part.part] = part.amount_minor or 0
    amount, case = part.amount_minor, goods.case
    price = max(0, (amount or 0) - sum(of.values())) if part.remedy in (*MONEY_FOR_UNIT, STAYS) else 0
    back = part.remedy in BACK_TOO and case.shipped and bool(goods.money)
    payer = _payer(case, part) if back else None
    what = part_name(part.remedy)
    if part.remedy == FREIGHT_AND_PACKAGING:
        what = say("退{what}", "{what} back", what=EXTRAS[part.part])
    return PartView(
        part.remedy, what, _articles(part, goods.names), part.units, amount, POINTS if part.remedy == POINTS else case.currency,
        price, of[FREIGHT], of[PACKAGING], back, payer, NAMES[Party(part.borne_by)], part.remedy in SUMS,
    )  # fmt: skip


def _freight_of(part: Part, goods: _Goods) -> dict[str, int]:
    """How much of the sum is freight and packaging, as the grants would say; nothing where it can't be given any more."""
    units = [goods.names[pk][1] for pk in part.units if pk in goods.names]
    try:
        dues = dues_of(goods.case, units, Remedy(part.remedy), part.amount_minor, goods.void)
    except Unprocessable:
        return {FREIGHT: 0, PACKAGING: 0}
    return {name: sum(due.parts.get(name, 0) for due in dues.values()) for name in (FREIGHT, PACKAGING)}


def _payer(case: Case, part: Part) -> Text | None:
    """Who pays the way back, as the decision says for this remedy, or as for the claim where it says nothing."""
    for line in case.decision.answer["lines"]:
        if set(part.units) & set(line["units"]):
            answer = next((a for a in line["answer"]["remedies"] if a["remedy"] == part.remedy), None)
            if answer and answer["return_freight"]:
                return NAMES[Party(answer["return_freight"])]
    return NAMES[Party(case.return_freight)] if case.return_freight in list(Party) else None


def _articles(part: Part, names: Mapping[int, tuple[Text, Unit]]) -> tuple[tuple[Text, int], ...]:
    counted: dict[int, int] = {}
    titles: dict[int, Text] = {}
    for pk in part.units:
        if pk in names:
            title, unit = names[pk]
            counted[unit.line_id] = counted.get(unit.line_id, 0) + 1
            titles[unit.line_id] = title
    return tuple((titles[line], n) for line, n in counted.items())
