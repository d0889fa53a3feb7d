"""What was decided so far: each sum noted once, and counted under locks that come after all others and last until the commit.

A day begins at midnight in Beijing. Sums of several units are weighed into one (money_schema.py); what is noted is never weighed.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import NamedTuple, Self
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import Q, Sum

from amends.approvals.judging import SoFar
from amends.approvals.models import Approval, Spending
from amends.approvals.money_schema import Rules
from amends.approvals.rules import ACTIONS
from amends.approvals.words import sum_words
from amends.cases.models import Case
from amends.kernel import clock
from amends.kernel.parties import Party
from amends.kernel.refusals import Unprocessable
from amends.kernel.texts import say
from amends.people.rules import Actor

HERE = ZoneInfo("Asia/Shanghai")
GRANTED = "granted:"
"""Before the key of what an approval allowed: counted on whoever approved it, not on whoever asked."""
NOBODY = Q(pk__in=[])


class Matter(NamedTuple):
    """Whose money it is, on which case and to which consumer, where there are any."""

    merchant_id: int
    case_id: int | None
    consumer_id: int | None

    @classmethod
    def of(cls, merchant_id: int, case: Case | None, consumer_id: int | None) -> Self:
        """A case names its consumer."""
        return cls(merchant_id, case.pk, case.consumer_id) if case is not None else cls(merchant_id, None, consumer_id)

    @classmethod
    def about(cls, row: Approval) -> Self:
        """What an approval is about."""
        return cls(row.merchant_id, row.case_id, row.consumer_id)


def today(at: datetime) -> date:
    """The day whose limits count at this instant."""
    return at.astimezone(HERE).date()


def weigh(rules: Rules, amount_minor: int, unit: str) -> int:
    """The sum as the rules hold it against limits. Raises Unprocessable for a unit they don't name."""
    weighed = rules.weighed(amount_minor, unit)
    if weighed is None:
        wrong = say("资金规则没有写明 {unit} 怎样计入限额。", "The money rules don't say how {unit} counts against limits.", unit=unit)
        raise Unprocessable.field("unit", wrong, code="unit_without_weight")
    return weighed


def check_most(rules: Rules, amount_minor: int, unit: str, most_minor: int) -> None:
    """The sum is at most `most_minor` of the rules' own currency (0: no bound). Raises Unprocessable at the amount."""
    if most_minor and weigh(rules, amount_minor, unit) > most_minor:
        wrong = say("最多 {most}。", "{most} at most.", most=sum_words(most_minor, rules.currency))
        raise Unprocessable.field("amount_minor", wrong, code="wrong_amount")


def lock(by: Actor, matter: Matter) -> None:
    """Person, case, consumer and shop are this transaction's until it commits; nobody else counts their sums meanwhile."""
    named = {"user": by.user_id, "case": matter.case_id, "consumer": matter.consumer_id, "merchant": matter.merchant_id}
    keys = sorted(f"spending:{kind}:{pk}" for kind, pk in named.items() if pk is not None)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(k, 0)) FROM (SELECT unnest(%s::text[]) AS k) AS keys", [keys])


def so_far(rules: Rules, by: Actor, matter: Matter) -> SoFar:
    """What counts already against this person's day and this matter's bounds. One query.

    To a shop's people counts what their own shop gave the consumer: what others did is neither their bound nor theirs to learn.
    """
    day = today(clock.now())
    gifts = Q(action__in=[name for name, action in ACTIONS.items() if action.gift])
    since = day - timedelta(days=rules.goodwill.per_consumer_days)
    mine = Q(user_id=by.user_id or 0, day=day) & ~Q(key__startswith=GRANTED)
    of_case = gifts & Q(merchant_id=matter.merchant_id, case_id=matter.case_id) if matter.case_id else NOBODY
    of_consumer = gifts & Q(consumer_id=matter.consumer_id, day__gt=since) if matter.consumer_id else NOBODY
    if by.party is Party.MERCHANT:
        of_consumer &= Q(merchant_id=matter.merchant_id)
    of_shop = gifts & Q(merchant_id=matter.merchant_id, day=day, party=Party.MERCHANT.value)
    parts = {"own": mine, "on_case": of_case, "to_consumer": of_consumer, "by_shop": of_shop}
    sums = {name: Sum("amount_minor", filter=one, default=0) for name, one in parts.items()}
    rows = Spending.objects.filter(mine | of_case | of_consumer | of_shop).order_by().values("action", "unit").annotate(**sums)
    person: dict[str, int] = {}
    case = consumer = merchant = 0
    for action, unit, *found in rows.values_list("action", "unit", *parts):
        own, on_case, to_consumer, by_shop = (rules.weighed(each, unit) or 0 for each in found)
        person[action] = person.get(action, 0) + own
        case, consumer, merchant = case + on_case, consumer + to_consumer, merchant + by_shop
    return SoFar(person, case if matter.case_id else None, consumer if matter.consumer_id else None, merchant)


def approved_so_far(rules: Rules, by: Actor) -> SoFar:
    """What this person has approved of others today."""
    rows = Spending.objects.filter(user_id=by.user_id or 0, day=today(clock.now()), key__startswith=GRANTED)
    person: dict[str, int] = {}
    for action, unit, amount in rows.order_by("pk").values_list("action", "unit", "amount_minor"):
        person[action] = person.get(action, 0) + (rules.weighed(amount, unit) or 0)
    return SoFar(person)


def note(by: Actor, action: str, amount_minor: int, unit: str, key: str, matter: Matter, *, approval_ref: str = "") -> None:
    """The sum is decided, and counts on `by`."""
    at = clock.now()
    Spending.objects.create(
        user_id=by.user_id, party=by.party.value, action=action, day=today(at), unit=unit, amount_minor=amount_minor, key=key, made_at=at,
        approval_ref=approval_ref, **matter._asdict(),
    )  # fmt: skip


def note_granted(row: Approval, by: Actor) -> None:
    """The sum of an approval is decided, and counts on whoever approved it."""
    note(by, row.action, row.amount_minor, row.unit, f"{GRANTED}{row.payload['key']}", Matter.about(row), approval_ref=row.ref)
