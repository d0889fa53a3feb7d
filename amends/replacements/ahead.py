"""A replacement that leaves before the return has come (docs/adr/0029).

    asked ──security paid──▶ running ──goods back and accepted──▶ returned, the security goes back
    asked ──no, or silence──▶ declined: the goods come back first        running ──time over──▶ overdue ──time over──▶ charged

Whoever is trusted with it is told by the money rules for the consumer's tier: up to so much at once, and so many at a time. Beyond that
a security is asked for, the worth of the piece, as a supplement. What never comes back is charged: the security stays with the
merchant, or the consumer owes the worth.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.db.models import Sum

from amends.approvals.rules_of_money import rules_on
from amends.cases.life import LifeRow
from amends.cases.models import Case, Deadline, Grant
from amends.cases.record import an_act, verb
from amends.cases.taking import take, take_case_of, take_life
from amends.cases.verbs.applying import lock_consumer
from amends.compensation.models import Supplement
from amends.compensation.supplements import ASKED, ask
from amends.kernel import clock
from amends.kernel.parties import Party
from amends.kernel.refs import new_ref
from amends.kernel.refusals import NoSuchMove, NotYourMove
from amends.kernel.texts import say
from amends.people.rules import PLATFORM, Actor
from amends.policy.rules.facts import Remedy
from amends.replacements.beginning import done_with, start
from amends.replacements.charging import charge, give_back, undo
from amends.replacements.debts import tell_booked
from amends.replacements.differences import may_be_asked, stands_for
from amends.replacements.models import Advance
from amends.replacements.queries import came_back, comes_back, had_of, is_with_consumer, live_of
from amends.replacements.rules import TRUSTED, why_of_security
from amends.returns.models import Inspection, ParcelUnit
from amends.returns.queries import ships_back

UNDER_WAY = ("in_transit", "tracing", "delivered", "received")
LONGEST = timedelta(days=90)
"""Longer than any advance lasts: its own clock calls the return in and charges it."""


@an_act
def ask_ahead(ref: str, *, by: Actor) -> Advance:
    """The next piece of this case that is to be exchanged leaves before its return has come: at once where the consumer is trusted with
    it, else once a security of its worth was left.

    Raises NotFound, NotYourMove for anybody but the consumer, NoSuchMove where nothing of the case can be sent ahead, or its security
    could not be asked for now.
    """
    case = take(ref, by)
    if by.party is not Party.CONSUMER or by.only_reads:
        raise NotYourMove(say("只有消费者可以要求先发货。", "Only the consumer asks to have it sent ahead."))
    lock_consumer(case.order)
    grant = next(iter(may_go_ahead(case)), None)
    if grant is None:
        raise NoSuchMove(say("现在没有可以先换后退的商品。", "Nothing of this case can be sent ahead now."), code="nothing_ahead")
    value = worth_of(grant)
    columns: dict[str, Any] = {"merchant_id": case.merchant_id, "case": case, "grant": grant, "ref": new_ref("AV"),
                               "value_minor": value, "currency": case.currency, "tier": case.consumer.tier}  # fmt: skip
    told = {"advance": columns["ref"], "grant": grant.pk, "unit": grant.unit_id, "amount_minor": value, "currency": case.currency}
    if is_trusted(case, value):
        row = Advance.born("trust", by.as_party(Party.PLATFORM), facts=told, **columns)
        start(case, grant, by, before_return=True)
        return row
    check_security(case, value)
    row = Advance.born("ask_security", by.as_party(Party.PLATFORM), facts=told, **columns)
    asked = ask(case.ref, amount_minor=value, why=why_of_security(row.pk), by=PLATFORM, key=f"security:{row.pk}")
    if isinstance(asked, Supplement):
        row.security = asked
        row.save(update_fields=["security"])
    return row


def check_security(case: Case, value_minor: int) -> None:
    """Raises NoSuchMove where a security of so much is more than a consumer may be asked for, or something else is asked for now."""
    if not may_be_asked(case, value_minor):
        much = say("这件商品的保证金超过可以收取的金额，请先寄回再换。",
                   "Its security would be more than may be asked for. Please send the goods back first.")  # fmt: skip
        raise NoSuchMove(much, code="security_too_great")
    if Supplement.objects.filter(merchant_id=case.merchant_id, case_id=case.pk, state=ASKED).exists():
        first = say("还有一笔补款没有付，付清后再申请先发货。", "Something else is to pay first; ask again once it is paid.")
        raise NoSuchMove(first, code="asked_already")


def may_secure(case: Case, value_minor: int) -> bool:
    """Whether a security of so much could be asked for now."""
    try:
        check_security(case, value_minor)
    except NoSuchMove:
        return False
    return True


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


def worth_of(grant: Grant) -> int:
    """What is at stake, in minor units of the case's currency: what stands for the old piece. The new one's own price is settled before it
    leaves, so whoever keeps both owes the old one and nothing else."""
    return stands_for(grant.unit) if grant.unit else 0


def is_trusted(case: Case, value_minor: int) -> bool:
    """Whether the consumer's tier leaves room for one more piece of this worth; always where nothing is at stake. A sum in another currency
    is weighed as the rules say."""
    if value_minor <= 0:
        return True
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
    row = _advance(life)
    if row.security_id:
        give_back(take_case_of(row.case_id), Supplement.objects.select_for_update().get(pk=row.security_id))


def settle_charged(life: LifeRow, by: Actor, facts: Mapping[str, Any]) -> None:
    """Follower of `keep_both` and `charge_advance`: what the security does not cover the consumer owes.

    Charged is who has the new piece, or will have it; who has none owes nothing, and the exchange goes on once the goods are back.
    Where nothing is under way, nothing is waited for any more.
    """
    row = _advance(life)
    grant = Grant.objects.get(merchant_id=row.merchant_id, pk=row.grant_id)
    piece = live_of(grant)
    if not had_of(grant):
        if piece is not None:
            piece.follow("drop", PLATFORM, facts={"replacement": piece.ref})
        undo(row, row, "keep_both" if by.party is Party.CONSUMER else "charge_advance")
        return
    charge(row, row, "keep_both" if by.party is Party.CONSUMER else "charge_advance")
    tell_booked(row)
    if piece is not None and not grant.is_over and not comes_back(grant, *UNDER_WAY):
        _need_not_come(grant)
        done_with(grant, by)


def _need_not_come(grant: Grant) -> None:
    for packed in ParcelUnit.objects.filter(merchant_id=grant.merchant_id, grant_id=grant.pk, parcel__direction="back").order_by(
        "parcel_id"
    ):
        others = ParcelUnit.objects.filter(merchant_id=grant.merchant_id, parcel_id=packed.parcel_id).exclude(grant_id=grant.pk)
        if not others.exclude(grant__stage__in=["done", "void"]).exists():
            packed.parcel.follow("drop", PLATFORM)


def keeps_what_came(life: LifeRow, by: Actor) -> None:
    """Guard of `keep_both`: the new piece is there, and the old one is not on its way. Raises NoSuchMove."""
    row = _advance(life)
    grant = Grant.objects.get(merchant_id=row.merchant_id, pk=row.grant_id)
    if not is_with_consumer(live_of(grant)):
        raise NoSuchMove(say("新件送到后才能选择两件都留下。", "Both can be kept once the new piece has come."), code="not_there_yet")
    if comes_back(grant, *UNDER_WAY):
        raise NoSuchMove(say("旧件已经在寄回途中。", "The old piece is on its way back already."), code="on_its_way")


def gives_time(life: LifeRow) -> timedelta:
    """For hooks.LONGER: a parcel of what was replaced ahead of its return has the advance's time; its own silence ends nothing first."""
    if life.LIFE.name != "return_shipment" or life.stage != "awaiting_dispatch":
        return timedelta(0)
    mine = ParcelUnit.objects.filter(merchant_id=life.merchant_id, parcel_id=life.pk)
    ahead = Advance.objects.filter(merchant_id=life.merchant_id, stage__in=TRUSTED, grant_id__in=mine.values("grant_id"))
    return LONGEST if ahead.exists() else timedelta(0)


def give_time(life: LifeRow, by: Actor, facts: Mapping[str, Any]) -> None:
    """Follower of `trust` and `secure`: a parcel that is waited for already has the advance's time too."""
    row = _advance(life)
    mine = ParcelUnit.objects.filter(merchant_id=row.merchant_id, grant_id=row.grant_id, parcel__stage="awaiting_dispatch")
    due = Deadline.objects.filter(
        merchant_id=row.merchant_id, life="return_shipment", life_id__in=mine.values("parcel_id"), ended_at__isnull=True,
    )  # fmt: skip
    due.update(due_at=clock.now() + LONGEST)


def _advance(life: LifeRow) -> Advance:
    assert isinstance(life, Advance)  # noqa: S101 - wiring binds these to moves of advances alone
    return life
