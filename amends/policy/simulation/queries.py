"""Reads of simulations for one actor: what you may not see does not exist."""

from __future__ import annotations

import json
from datetime import datetime
from typing import NamedTuple

from django.db.models import Q, QuerySet

from amends.kernel.parties import Party
from amends.kernel.refs import clean_ref
from amends.kernel.refusals import NotFound, Unprocessable
from amends.kernel.texts import say
from amends.people.rules import Actor
from amends.policy.models import Flip, PastFacts, Simulation
from amends.policy.queries import calendar
from amends.policy.rules.decide import decide
from amends.policy.rules.decision import Decision
from amends.policy.rules.facts import Facts
from amends.policy.simulation.reading import YEAR, year_of
from amends.policy.simulation.running import sides_of

PAGE = 50
COLUMN_OF = {
    "merchant": "seller", "goods_class": "goods_class", "region": "region", "tier": "tier", "issue": "issue", "lane": "lane",
}  # fmt: skip
KINDS = ("won", "lost", "changed")


class Flipped(NamedTuple):
    """Both decisions of one flip, whole, and the facts that they were made of."""

    facts: Facts
    before: Decision
    after: Decision


def simulations_visible_to(by: Actor) -> QuerySet[Simulation]:
    """The office sees every simulation, and so do the platform's machines; nobody else any. Without the texts of their packs."""
    sees = by.may_enter("office") or (by.party is Party.PLATFORM and by.automatic)
    rows = Simulation.objects.select_related("draft", "made_by").defer("packs", "draft__text")
    return rows if sees else rows.none()


def simulations(by: Actor, *, draft: str = "", after: tuple[datetime, int] | None = None, limit: int = PAGE) -> list[Simulation]:
    """The newest, of one draft where its reference is given; `after` are made_at and key of the last one of the page before."""
    rows = simulations_visible_to(by).defer("packs", "result", "draft__text")
    if draft:
        rows = rows.filter(draft__ref=clean_ref(draft) or "")
    if after:
        made_at, pk = after
        rows = rows.filter(Q(made_at__lt=made_at) | Q(made_at=made_at, pk__lt=pk))
    return list(rows.order_by("-made_at", "-pk")[:limit])


def simulation(ref: str, by: Actor) -> Simulation:
    """One simulation. Refuses NotFound."""
    found = simulations_visible_to(by).filter(ref=clean_ref(ref) or "").first()
    if found is None:
        raise NotFound
    return found


def flips_of(found: Simulation) -> QuerySet[Flip]:
    """All flips that were kept."""
    return Flip.objects.filter(simulation=found).select_related("simulation").defer("simulation__packs", "simulation__result")


def flips(found: Simulation, *, kind: str = "", group: str = "", key: str = "", after: int | None = None, limit: int = PAGE) -> list[Flip]:
    """The kept flips of one kind and one group, by key; `after` is the key of the last one of the page before.

    Which are kept is even chance (keeping.py), so the first page is a fair picture of all. Refuses Unprocessable for a kind or a group
    that does not exist.
    """
    rows = flips_of(found)
    if kind:
        if kind not in KINDS:
            raise Unprocessable.field("kind", say("可选：won、lost、changed。", "One of won, lost, changed."), code="wrong_kind")
        rows = rows.filter(kind=kind)
    if group:
        if group not in COLUMN_OF:
            names = ", ".join(COLUMN_OF)
            raise Unprocessable.field("group", say("可选：{names}。", "One of {names}.", names=names), code="wrong_group")
        rows = rows.filter(**{COLUMN_OF[group]: key.replace("\0", "")})
    if after is not None:
        rows = rows.filter(pk__gt=after)
    return list(rows.order_by("pk")[:limit])


def flip(found: Simulation, pk: int) -> Flip:
    """One kept flip. Refuses NotFound."""
    row = flips_of(found).filter(pk=pk).first()
    if row is None:
        raise NotFound
    return row


def sides(row: Flip) -> Flipped:
    """Both decisions of a flip, made anew from the packs that were kept with the simulation. Refuses NotFound where the facts are gone."""
    facts = facts_of(row)
    stack, draft = sides_of(row.simulation_id).of(row.merchant_id)
    days = calendar("cn")
    return Flipped(facts, decide(stack, facts, days), decide(draft, facts, days))


def facts_of(row: Flip) -> Facts:
    """The facts of a flip: kept with the case, or drawn again from the seed of the year."""
    found: Simulation = row.simulation
    if found.source == YEAR:
        number = int(row.case_ref.removeprefix("Y-"))
        year = year_of(found.params, sides_of(found.pk).before, calendar("cn"))
        return next(iter(year.claims(number, number + 1))).facts
    if row.merchant_id is None or row.case_id is None:
        raise NotFound
    past = PastFacts.objects.filter(merchant_id=row.merchant_id, case_id=row.case_id, line=row.line).values_list("facts", flat=True).first()
    if past is None:
        raise NotFound
    return Facts.from_json(json.loads(past))
