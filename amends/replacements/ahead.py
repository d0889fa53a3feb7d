"""A replacement that leaves before the return has come (docs/adr/0029).

    asked ──security paid──▶ running ──goods back and accepted──▶ returned, the security goes back
    asked ──no, or silence──▶ declined: the goods come back first        running ──time over──▶ overdue ──time over──▶ charged

Whoever is trusted with it is told by the money rules for the consumer's tier: up to so much at once, and so many at a time. Beyond that
a security is asked for, the worth of the piece, as a supplement. What never comes back is charged: the security stays with the
merchant, or the consumer owes the worth.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import Sum

from amends.approvals.rules_of_money import rules_on
from amends.cases import acting
from amends.cases.life import LifeRow
from amends.cases.models import Case, Grant
from amends.cases.record import an_act, verb
from amends.cases.taking import take, take_case_of, take_life
from amends.cases.verbs.applying import lock_consumer
from amends.compensation.captures import hand_back
from amends.compensation.models import Supplement
from amends.compensation.supplements import ASKED, PAID, ask, end, facts_of
from amends.kernel import clock
from amends.kernel.parties import Party
from amends.kernel.refs import new_ref
from amends.kernel.refusals import NoSuchMove, NotYourMove
from amends.kernel.texts import say
from amends.ledger.posting import About, post
from amends.market.models import Tender
from amends.people.rules import PLATFORM, Actor
from amends.policy.rules.facts import Remedy
from amends.replacements.beginning import done_with, start, wanted_of
from amends.replacements.models import Advance
from amends.replacements.queries import came_back, live_of
from amends.replacements.rules import TRUSTED, why_of_security
from amends.returns.models import Inspection, ParcelUnit
from amends.returns.queries import ships_back

UNDER_WAY = ("in_transit", "tracing", "delivered", "received", "lost")


@an_act
def ask_ahead(ref: str, *, by: Actor) -> Advance:
    """The next piece of this case that is to be exchanged leaves before its return has come: at once where the consumer is trusted with
    it, else once a security of its worth was left.

    Raises NotFound, NotYourMove for anybody but the consumer, NoSuchMove where nothing of the case can be sent ahead.
    """
    case = take(ref, by)
    if by.party is not Party.CONSUMER or by.only_reads:
        raise NotYourMove(say("只有消费者可以要求先发货。", "Only the consumer asks to have it sent ahead."))
    lock_consumer(case.order)
    grant = next(iter(may_go_ahead(case)), None)
    if grant is None:
        raise NoSuchMove(say("现在没有可以先换后退的商品。", "Nothing of this case can be sent ahead now."), code="nothing_ahead")
    value = worth_of(case, grant)
    columns: dict[str, Any] = {"merchant_id": case.merchant_id, "case": case, "grant": grant, "ref": new_ref("AV"),
                               "value_minor": value, "currency": case.currency, "tier": case.consumer.tier}  # fmt: skip
    told = {"advance": columns["ref"], "grant": grant.pk, "unit": grant.unit_id, "amount_minor": value, "currency": case.currency}
    if is_trusted(case, value):
        row = Advance.born("trust", by.as_party(Party.PLATFORM), facts=told, **columns)
        start(case, grant, by, before_return=True)
        return row
    row = Advance.born("ask_security", by.as_party(Party.PLATFORM), facts=told, **columns)
    asked = ask(case.ref, amount_minor=max(1, value), why=why_of_security(row.pk), by=PLATFORM, key=f"security:{row.pk}")
    if isinstance(asked, Supplement):
        row.security = asked
        row.save(update_fields=["security"])
    return row


def may_go_ahead(case: Case) -> list[Grant]:
    """The grants of exchanges whose goods are still to come back and for which nothing goes out yet, in order."""
    travels = ships_back(case)
    rows = Grant.objects.filter(merchant_id=case.merchant_id, case_id=case.pk, remedy=Remedy.EXCHANGE, stage__in=["owed", "doing"])
    had = set(Advance.objects.filter(merchant_id=case.merchant_id, case_id=case.pk).values_list("grant_id", flat=True))
    there = set(Inspection.objects.filter(merchant_id=case.merchant_id, case_id=case.pk).values_list("grant_id", flat=True))
    return [
        grant for grant in rows.select_related("unit").order_by("pk")
        if grant.unit_id in travels and grant.pk not in had | there and live_of(grant) is None and not came_back(grant)
    ]  # fmt: skip


def worth_of(case: Case, grant: Grant) -> int:
    """What is at stake: what the wanted article counts for, or what was paid for the unit, in minor units of the case's currency."""
    _, price = wanted_of(case, grant)
    paid = grant.unit.paid_minor - grant.unit.granted_minor if grant.unit else 0
    return max(paid, price or 0)


def is_trusted(case: Case, value_minor: int) -> bool:
    """Whether the consumer's tier leaves room for one more piece of this worth. A sum in another currency is weighed as the rules say."""
    rules = rules_on(clock.now())
    tier = rules.advances.tier(case.consumer.tier)
    weighed = rules.weighed(value_minor, case.currency)
    if tier is None or weighed is None:
        return False
    open_ones = Advance.objects.filter(case__consumer_id=case.consumer_id, stage__in=TRUSTED, security__isnull=True)
    by_unit = open_ones.values_list("currency").annotate(minor=Sum("value_minor")).order_by("currency")
    used = sum(rules.weighed(minor, unit) or 0 for unit, minor in by_unit)
    return open_ones.count() < tier.most_open and used + weighed <= tier.most_minor


@verb("advance", "decline_advance")
def decline_advance(ref: str, *, by: Actor) -> Advance:
    """No security is left: the goods come back first, as usual."""
    _, row = take_life(Advance, ref, by)
    row.move("decline_advance", by, facts={"advance": row.ref})
    return row


@verb("advance", "keep_both")
def keep_both(ref: str, *, by: Actor) -> Advance:
    """The consumer keeps the old piece too and owes its worth; the security goes against it."""
    _, row = take_life(Advance, ref, by)
    row.move("keep_both", by, facts={"advance": row.ref, "amount_minor": row.value_minor, "currency": row.currency})
    return row


# ── followers ────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def send_out(life: LifeRow, by: Actor, facts: Mapping[str, Any]) -> None:
    """Follower of `secure`: the piece is looked for at once."""
    row = _advance(life)
    start(take_case_of(row.case_id), Grant.objects.get(merchant_id=row.merchant_id, pk=row.grant_id), PLATFORM, before_return=True)


def let_security_go(life: LifeRow, by: Actor, facts: Mapping[str, Any]) -> None:
    """Follower of `take_return`, `drop` and `decline_advance`: what was left is handed back, what was asked is asked no longer."""
    row, case = _advance(life), take_case_of(_advance(life).case_id)
    security = row.security_id and Supplement.objects.select_for_update().get(pk=row.security_id)
    if not security:
        return
    if security.state == ASKED:
        end(security, "dropped")
        case.tell("drop_supplement", PLATFORM, facts=facts_of(security))
    elif security.state == PAID and security.tender_id is not None:
        tender = Tender.objects.get(merchant_id=case.merchant_id, pk=security.tender_id)
        if tender.captured_minor > tender.reserved_minor:
            hand_back(case, security, tender, "advance_over")


def charge(life: LifeRow, by: Actor, facts: Mapping[str, Any]) -> None:
    """Follower of `keep_both` and `charge_advance`: what the security does not cover the consumer owes; nothing is waited for any more."""
    row, case = _advance(life), take_case_of(_advance(life).case_id)
    kept = row.security.amount_minor if row.security and row.security.state == PAID else 0
    if row.value_minor > kept:
        about = About(case.merchant_id, order_id=case.order_id, case_id=case.pk, consumer_id=case.consumer_id)
        cause = f"advance:{row.pk}:{'keep_both' if by.party is Party.CONSUMER else 'charge_advance'}:{acting.current().key}"
        post("advance_charged", about, row.value_minor - kept, row.currency, key=f"advance:{row.pk}", cause=cause)
    grant = Grant.objects.get(merchant_id=row.merchant_id, pk=row.grant_id)
    for packed in ParcelUnit.objects.filter(merchant_id=row.merchant_id, grant_id=grant.pk, parcel__direction="back").order_by("parcel_id"):
        parcel = packed.parcel
        others = ParcelUnit.objects.filter(merchant_id=row.merchant_id, parcel_id=parcel.pk).exclude(grant_id=grant.pk)
        if not others.exclude(grant__stage__in=["done", "void"]).exists():
            parcel.follow("drop", PLATFORM)
    done_with(grant, by)


def _advance(life: LifeRow) -> Advance:
    assert isinstance(life, Advance)  # noqa: S101 - wiring binds these to moves of advances alone
    return life
