"""A merchant's statement by period: what stood in each of its accounts, every line since, and what stands there at the end.

Signs are the merchant's: what we owe it is above zero, what it owes us below (the ledger's debits are positive, so each sum is turned
round here and nowhere else). Opening plus lines is the closing in every account and unit, whatever was posted, because all three are
sums of the same lines; `adds_up` says so again. Only the merchant's own accounts stand here: an account belongs to one holder.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import BigIntegerField, Q, Sum
from django.db.models.functions import Coalesce

from amends.cases.models import Case
from amends.kernel import clock
from amends.kernel.refusals import Unprocessable
from amends.kernel.texts import Text, say
from amends.ledger.models import Line
from amends.ledger.words import what_name
from amends.liability.statement_words import ACCOUNTS
from amends.market.models import Merchant, Order

MOST_DAYS = 366
MOST_LINES = 20_000
NO_PERIOD = say("请给出一个月（2026-11）或起止日期。", "Give a month (2026-11), or the first and the last day.")


@dataclass(frozen=True, slots=True)
class Period:
    """From the first day to the last, both inclusive, in the merchant's zone."""

    first: date
    last: date
    zone: str

    @property
    def since(self) -> datetime:
        return datetime.combine(self.first, datetime.min.time(), ZoneInfo(self.zone))

    @property
    def until(self) -> datetime:
        """The first instant that no longer belongs to it."""
        return datetime.combine(self.last + timedelta(days=1), datetime.min.time(), ZoneInfo(self.zone))

    @property
    def name(self) -> str:
        """`2026-11` for a whole month, else both days."""
        whole = self.first.day == 1 and (self.last + timedelta(days=1)).day == 1 and (self.last - self.first).days < 31
        return f"{self.first:%Y-%m}" if whole else f"{self.first:%Y-%m-%d}_{self.last:%Y-%m-%d}"


@dataclass(frozen=True, slots=True)
class Row:
    """One line: when, what, of which case and order, the sum in the merchant's sign, and what stands in the account after it."""

    at: datetime
    what: Text
    case: str
    order: str
    minor: int
    after: int
    posting: str


@dataclass(frozen=True, slots=True)
class AccountPart:
    """One account of the merchant in one unit over the period."""

    name: str
    words: Text
    unit: str
    opening: int
    rows: tuple[Row, ...]
    closing: int

    @property
    def moved(self) -> int:
        return sum(row.minor for row in self.rows)

    @property
    def adds_up(self) -> bool:
        return self.opening + self.moved == self.closing

    @property
    def currency(self) -> str:
        """The currency of its unit; empty for what is no money."""
        head = self.unit.split(".")[0]
        return head if len(head) == 3 and head.isupper() else ""


@dataclass(frozen=True, slots=True)
class Statement:
    """Everything of one merchant and period. `whole` is what stands in all its accounts of money, by unit, before and after."""

    merchant: Merchant
    period: Period
    made_at: datetime
    accounts: tuple[AccountPart, ...]

    @property
    def whole(self) -> dict[str, tuple[int, int]]:
        sums: dict[str, tuple[int, int]] = {}
        for part in self.accounts:
            before, after = sums.get(part.unit, (0, 0))
            sums[part.unit] = (before + part.opening, after + part.closing)
        return sums

    @property
    def lines(self) -> int:
        return sum(len(part.rows) for part in self.accounts)

    @property
    def adds_up(self) -> bool:
        return all(part.adds_up for part in self.accounts)


def period_of(merchant: Merchant, asked: Mapping[str, str]) -> Period:
    """`month` (2026-11), or `since` and `until` (days, inclusive); this month in the merchant's zone where nothing is asked.

    Refuses what is no day, ends before it begins, or is longer than a year.
    """
    zone = merchant.zone
    today = clock.now().astimezone(ZoneInfo(zone)).date()
    try:
        if asked.get("since") or asked.get("until"):
            first = date.fromisoformat(asked.get("since") or "")
            last = date.fromisoformat(asked.get("until") or today.isoformat())
        else:
            month = asked.get("month") or f"{today:%Y-%m}"
            first = date.fromisoformat(f"{month}-01")
            last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    except (ValueError, OverflowError) as wrong:
        raise Unprocessable.field("month", NO_PERIOD, code="no_period") from wrong
    if last < first or (last - first).days >= MOST_DAYS or not 2000 <= first.year <= 9000:
        raise Unprocessable.field("month", NO_PERIOD, code="no_period")
    return Period(first, last, zone)


def statement(merchant: Merchant, period: Period, *, most: int | None = MOST_LINES) -> Statement:
    """The statement as the books stand now. Refuses more lines than `most` (a shorter period, or CSV and XLSX by the command)."""
    mine = Line.objects.filter(account__party="merchant", account__holder_id=merchant.pk)
    before = Coalesce(Sum("amount_minor", filter=Q(posting__made_at__lt=period.since)), 0, output_field=BigIntegerField())
    accounts = {
        (row["account__name"], row["unit"]): -row["before"]
        for row in mine.filter(posting__made_at__lt=period.until).values("account__name", "unit").annotate(before=before).order_by()
    }
    lines = list(
        mine.filter(posting__made_at__gte=period.since, posting__made_at__lt=period.until)
        .select_related("posting", "account").order_by("posting__made_at", "posting_id", "pk")[: None if most is None else most + 1]
    )  # fmt: skip
    if most is not None and len(lines) > most:
        wrong = say("这段时间超过 {n} 行，请缩短时间段。", "More than {n} lines; choose a shorter period.", n=most)
        raise Unprocessable.field("month", wrong, code="too_many_lines")
    cases, orders = _refs(lines)
    found: dict[tuple[str, str], list[Row]] = {key: [] for key in accounts}
    running = dict(accounts)
    for line in lines:
        key = (line.account.name, line.unit)
        running[key] = running.get(key, 0) - line.amount_minor
        posting = line.posting
        found.setdefault(key, []).append(
            Row(posting.made_at, what_name(posting.what), cases.get(posting.case_id or 0, ""),
                orders.get(posting.order_id or 0, ""), -line.amount_minor, running[key], posting.key)
        )  # fmt: skip
    parts = [
        AccountPart(name, ACCOUNTS.get(name, say(name, name)), unit, accounts.get((name, unit), 0), tuple(rows), running[name, unit])
        for (name, unit), rows in found.items()
    ]
    order = list(ACCOUNTS)
    return Statement(
        merchant, period, clock.now(), tuple(sorted(parts, key=lambda p: (p.unit, order.index(p.name) if p.name in order else 99)))
    )


def _refs(lines: Iterable[Line]) -> tuple[dict[int, str], dict[int, str]]:
    """The numbers of the cases and orders that these lines name."""
    of_cases = {line.posting.case_id for line in lines if line.posting.case_id}
    of_orders = {line.posting.order_id for line in lines if line.posting.order_id}
    cases = dict(Case.objects.filter(pk__in=of_cases).values_list("pk", "ref")) if of_cases else {}
    orders = dict(Order.objects.filter(pk__in=of_orders).values_list("pk", "number")) if of_orders else {}
    return cases, orders


@dataclass(frozen=True, slots=True)
class CaseCost:
    """What one case cost the merchant in the period, by account; above zero is a cost."""

    case: str
    title: Text
    unit: str
    refunds: int
    commission_back: int
    charges: int
    other: int

    @property
    def cost(self) -> int:
        return self.refunds - self.commission_back + self.charges + self.other


COMMISSION = "commission"
CHARGING = ("liable", "excused", "borne", "written_off", "deposit_taken", "deposit_due", "given_back")
REFUNDING = ("owed", "dropped", "dispute_lost", "covered_late", "covered", "disputed", "dispute_won")


def costs_by_case(merchant: Merchant, period: Period, *, most: int = 500) -> tuple[list[CaseCost], bool]:
    """What each case cost the merchant in this period, the dearest first, and whether there were more than `most`. Two queries.

    Commission given back lowers the cost; a cost charged on to a carrier too.
    """
    mine = Line.objects.filter(
        merchant_id=merchant.pk, account__party="merchant", account__holder_id=merchant.pk, posting__case_id__isnull=False,
        posting__made_at__gte=period.since, posting__made_at__lt=period.until,
    )  # fmt: skip
    back = Q(posting__what__startswith=COMMISSION)
    whole = Sum("amount_minor", default=0)
    rows = list(
        mine.values("posting__case_id", "unit").annotate(
            cost=whole,
            commission=Sum("amount_minor", filter=back, default=0),
            charges=Sum("amount_minor", filter=Q(posting__what__in=CHARGING) & ~back, default=0),
            refunds=Sum("amount_minor", filter=Q(posting__what__in=REFUNDING) & ~back, default=0),
        ).order_by("-cost", "posting__case_id")[: most + 1]
    )  # fmt: skip
    named = Case.objects.in_bulk([row["posting__case_id"] for row in rows])
    return [_case_cost(named[row["posting__case_id"] or 0], row) for row in rows[:most]], len(rows) > most


def _case_cost(case: Case, row: Mapping[str, Any]) -> CaseCost:
    commission, charges, refunds = row["commission"], row["charges"], row["refunds"]
    return CaseCost(case.ref, case.title, str(row["unit"]), refunds, -commission, charges, row["cost"] - commission - charges - refunds)
