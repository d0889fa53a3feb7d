"""How replacements begin and what their ends mean for what is owed (docs/lifecycle.md 13: S1, S2, S7, S12, S14).

Followers run in the commit of the move that they follow; `begin_grants` and `reserve_from_stock` are jobs and bear to be told twice.

Invariants
 1. A grant of an exchange or a resend has at most one live replacement (`one_live_replacement_a_grant`).
 2. What falls back or is lost voids its grant and owes the money in the same commit: never are two grants of a unit alive.
 3. Of a replacement that left before the return came nothing is owed in money while the consumer has both: the exchange goes on as usual.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from amends.cases.grants import open_grants, owe
from amends.cases.life import LifeRow
from amends.cases.models import Case, Entry, Grant
from amends.cases.record import an_act
from amends.cases.taking import take_case_of
from amends.kernel.parties import Party
from amends.kernel.refs import new_ref
from amends.market.models import Product
from amends.people.rules import PLATFORM, Actor
from amends.policy.rules.facts import Remedy
from amends.replacements import advancing
from amends.replacements.charging import give_back, undo
from amends.replacements.differences import ask_next, difference, may_be_asked, return_rest, supplements
from amends.replacements.models import Replacement
from amends.replacements.queries import came_back, comes_back, has_left, live_of, product_of
from amends.replacements.rules import ARRIVED, LIFE, RESERVING
from amends.returns.queries import ships_back
from amends.stock import verbs as stock

GOES_OUT = (Remedy.EXCHANGE.value, Remedy.RESEND.value)


def begin_grants(entry: Entry) -> None:
    """Listener: what was just granted and needs no goods back first is begun. Told twice it does nothing more."""
    begin_owed(entry.case_id)


@an_act
def begin_owed(case_id: int) -> None:
    """Every owed resend, and every owed exchange whose unit stays or never came, has its replacement."""
    case = take_case_of(case_id)
    travels = ships_back(case)
    for grant in open_grants(case):
        if grant.remedy in GOES_OUT and grant.unit_id not in travels and grant.may("begin", PLATFORM):
            start(case, grant, PLATFORM)


def begin_returned(grant: Grant, by: Actor) -> None:
    """The unit came back and was found as it should be, or was lost on its way and counts as that (S10, S12): its exchange begins.

    For cases.hooks.STARTS. Where the replacement left ahead of the return, what was trusted with it is settled.
    """
    if grant.is_over:
        return
    if (kept := advancing.charged_of(grant)) is not None and live_of(grant) is not None:
        undo(kept, grant, "fulfil")  # charged for what comes after all
    if advancing.take_return(grant, by) or kept is not None:
        done_with(grant, by)
    if live_of(grant) is None:
        start(take_case_of(grant.case_id), grant, by)


def start(case: Case, grant: Grant, by: Actor, *, before_return: bool = False) -> Replacement:
    """The grant is begun and has its one live replacement, which waits for the merchant's stock. Told twice, it answers the one there."""
    there = live_of(grant)
    if there is not None:
        return there
    if not before_return:
        advancing.drop_asked(grant, by)
    grant.follow("begin", by)
    wanted, price_minor = wanted_of(case, grant)
    return Replacement.born(
        "reserve_for", by.as_party(Party.PLATFORM), merchant_id=case.merchant_id, case=case, grant=grant, unit_id=grant.unit_id,
        ref=new_ref("RX"), kind=grant.remedy, wanted=wanted, price_minor=price_minor, before_return=before_return,
        facts={"unit": grant.unit_id, "grant": grant.pk, "kind": grant.remedy, "ahead": before_return,
               **({"wanted": wanted.ref, "price_minor": price_minor} if wanted else {})},
    )  # fmt: skip


def wanted_of(case: Case, grant: Grant) -> tuple[Product | None, int | None]:
    """What the consumer asked for in place of this unit, and what it cost when they asked; (None, None) for the same article."""
    if grant.remedy != Remedy.EXCHANGE:
        return None, None
    for line in case.decision.answer["lines"]:
        if grant.unit_id in line["units"] and (wanted := line.get("wanted")):
            return Product.objects.get(merchant_id=case.merchant_id, pk=wanted["product"]), wanted["prices"][str(grant.unit_id)]
    return None, None


def reserve_from_stock(entry: Entry) -> None:
    """Listener of `reserve_for` and `choose_other`: where the shop tells its stock and a piece is free, it is kept at once."""
    _reserve(entry.case_id, entry.life_id)


@an_act
def _reserve(case_id: int, replacement_id: int) -> bool:
    case = take_case_of(case_id)
    row = Replacement.objects.select_related("unit__line__product", "wanted").get(merchant_id=case.merchant_id, pk=replacement_id)
    if row.stage != RESERVING or not may_be_asked(case, difference(row)) or stock.reserve(product_of(row), LIFE, row.pk) is None:
        return False
    return row.follow("reserve", PLATFORM, facts={"replacement": row.ref})


# ── what a move of a replacement means ───────────────────────────────────────────────────────────────────────────────────────


def ask_difference(life: LifeRow, by: Actor, facts: Mapping[str, Any]) -> None:
    """Follower of `reserve`: what it costs more is asked for."""
    ask_next(_replacement(life).case)


def return_difference(life: LifeRow, by: Actor, facts: Mapping[str, Any]) -> None:
    """Follower of `ship`: what it costs less is owed back."""
    return_rest(_replacement(life), PLATFORM)


def let_go(life: LifeRow, by: Actor, facts: Mapping[str, Any]) -> None:
    """Follower of `run_out`, `fall_back`, `drop`: no piece is kept for it any more."""
    row = _replacement(life)
    stock.release(LIFE, row.pk, merchant_id=row.merchant_id)


def owe_instead(life: LifeRow, by: Actor, facts: Mapping[str, Any]) -> None:
    """Follower of `fall_back` and `declare_lost`: the grant is void and its money owed, in this commit (S14).

    What was delivered and found wrong comes back before its money is paid. Of one that left ahead of the return, what was charged is
    undone; while the old piece may still come, the exchange begins once it is here. Where it can come no more, or the claim was taken
    back, nothing is owed to who has the old piece.
    """
    row = _replacement(life)
    case, grant = take_case_of(row.case_id), Grant.objects.get(merchant_id=row.merchant_id, pk=row.grant_id)
    told = {"because": row.stage, "unit": grant.unit_id}
    if row.before_return and not came_back(grant):
        if (charged := advancing.charged_of(grant)) is not None:
            undo(charged, row, "fall_back" if row.LIFE.becomes("choosing", "fall_back", by.party) else "declare_lost")
        advancing.call_off(grant, by)
        if case.stage == "unwinding" or not comes_back(grant):
            grant.follow("void", by, facts=told)
        return
    if grant.follow("void", by, facts=told):
        remedy = Remedy.REFUND_ONLY if row.delivered_at is None else Remedy.RETURN_REFUND
        owe(case, [row.unit], basis=row.stage, by=by, remedy=remedy.value)


def fulfil(life: LifeRow, by: Actor, facts: Mapping[str, Any]) -> None:
    """Follower of `confirm`: the consumer has had it; the grant is done, unless what came ahead still waits for the return."""
    row = _replacement(life)
    done_with(Grant.objects.get(merchant_id=row.merchant_id, pk=row.grant_id), by)


def done_with(grant: Grant, by: Actor) -> None:
    """The grant is fulfilled where its replacement is confirmed and no return is waited for."""
    confirmed = Replacement.objects.filter(merchant_id=grant.merchant_id, grant_id=grant.pk, stage="confirmed").order_by("pk").first()
    if confirmed is not None and not advancing.is_open(grant):
        grant.follow("fulfil", by, facts={"amount_minor": 0, "replacement": confirmed.ref})


def drop_unsent(life: LifeRow, by: Actor, facts: Mapping[str, Any]) -> None:
    """Follower of `grant.void`: what is owed no longer does not go out (S16), what was paid on top of it goes back, and what left ahead
    of a return that does not come is charged."""
    assert isinstance(life, Grant)  # noqa: S101 - wiring binds this to moves of grants alone
    if life.remedy not in GOES_OUT:
        return
    advancing.call_off(life, by)
    case = take_case_of(life.case_id)
    for row in Replacement.objects.filter(merchant_id=life.merchant_id, grant_id=life.pk).order_by("pk"):
        if not row.is_over and row.stage != ARRIVED:
            row.follow("drop", PLATFORM, facts={"replacement": row.ref})
        if not has_left(row):
            for asked in supplements(row).select_for_update().order_by("pk"):
                give_back(case, asked)


def _replacement(life: LifeRow) -> Replacement:
    assert isinstance(life, Replacement)  # noqa: S101 - wiring binds these to moves of replacements alone
    return life
