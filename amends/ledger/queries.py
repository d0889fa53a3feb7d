"""Reads of the books: what accounts hold, the whole trial balance, and the T-accounts of a case or an order. Nothing is written.

Sums are integers in minor units of the account's own unit; debit positive, credit negative.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.db.models import Q, Sum

from amends.cases.models import Case
from amends.kernel.refs import clean_ref
from amends.kernel.refusals import NotFound
from amends.kernel.texts import Text, say
from amends.ledger.models import Line
from amends.ledger.words import account_name, party_name, what_name
from amends.market.models import Merchant, Order
from amends.people.rules import Actor


@dataclass(frozen=True, slots=True)
class Balance:
    """What one account holds: debit positive, credit negative, in minor units of `unit`."""

    party: str
    holder_id: int
    name: str
    unit: str
    minor: int


@dataclass(frozen=True, slots=True)
class TLine:
    """One line of an account: what happened, when, by what cause, which way, and the case or order that it is about."""

    at: datetime
    what: str
    words: Text
    key: str
    cause: str
    minor: int
    case_ref: str
    order_ref: str

    @property
    def debit(self) -> int:
        return max(0, self.minor)

    @property
    def credit(self) -> int:
        return max(0, -self.minor)


@dataclass(frozen=True, slots=True)
class TAccount:
    """One account with its lines, debits on the left and credits on the right; `holder` is None for accounts that belong to nobody."""

    party: str
    holder_id: int
    name: str
    unit: str
    title: Text
    holder: Text | None
    lines: tuple[TLine, ...]

    @property
    def debits(self) -> int:
        return sum(line.debit for line in self.lines)

    @property
    def credits(self) -> int:
        return sum(line.credit for line in self.lines)

    @property
    def minor(self) -> int:
        return self.debits - self.credits


@dataclass(frozen=True, slots=True)
class TrialRow:
    """One account of the chart over all its holders, in one unit: how many hold it, both sides, and what is left."""

    party: str
    name: str
    unit: str
    title: Text
    holders: int
    debits: int
    credits: int

    @property
    def minor(self) -> int:
        return self.debits - self.credits


def balances(*, order_id: int | None = None, case_id: int | None = None, merchant_id: int | None = None) -> list[Balance]:
    """What every account holds by the postings of this order, case or merchant, or by all of them; sorted by account."""
    wanted = {"posting__order_id": order_id, "posting__case_id": case_id, "merchant_id": merchant_id}
    rows = Line.objects.filter(**{name: value for name, value in wanted.items() if value is not None})
    names = ("account__party", "account__holder_id", "account__name", "unit")
    return [Balance(*row) for row in rows.values_list(*names).annotate(minor=Sum("amount_minor")).order_by(*names)]


def trial_balance(merchant_id: int | None = None) -> list[TrialRow]:
    """Every account of the chart with both its sides, over all holders, by unit; of one merchant's postings, or of all."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT a.party, a.name, a.unit, count(*), sum(s.debits), sum(s.credits) FROM ("
            " SELECT l.account_id, coalesce(sum(l.amount_minor) FILTER (WHERE l.amount_minor > 0), 0) AS debits,"
            "  coalesce(-sum(l.amount_minor) FILTER (WHERE l.amount_minor < 0), 0) AS credits"
            " FROM ledger_line l WHERE %s::bigint IS NULL OR l.merchant_id = %s GROUP BY l.account_id) s"
            " JOIN ledger_account a ON a.id = s.account_id"
            " GROUP BY a.party, a.name, a.unit ORDER BY a.party, a.name, a.unit",
            [merchant_id, merchant_id],
        )
        rows = cursor.fetchall()
    return [TrialRow(party, name, unit, account_name(party, name), n, int(d), int(c)) for party, name, unit, n, d, c in rows]


def t_accounts(about: Case | Order) -> list[TAccount]:
    """The accounts that a case, or an order with all its cases, has moved; with what its order was paid with. Three queries at most.

    Lines in the order in which they were posted; accounts sorted by party and name.
    """
    if isinstance(about, Case):
        of_order = Q(posting__order_id=about.order_id, posting__case_id__isnull=True)
        wanted = Q(posting__case_id=about.pk) | of_order
    else:
        wanted = Q(posting__order_id=about.pk)
    lines = Line.objects.filter(wanted, merchant_id=about.merchant_id).select_related("posting", "account").order_by("posting_id", "pk")
    return _drawn(list(lines), about.merchant)


def about_ref(ref: str, actor: Actor) -> Case | Order:
    """The case or order that a reference names, for who may read the books. Raises NotFound for others and where there is none."""
    if not actor.sees_everything:
        raise NotFound
    cleaned = clean_ref(ref) or ""
    case = Case.objects.visible_to(actor).filter(ref=cleaned).select_related("merchant", "order").first()
    found = case or Order.objects.visible_to(actor).filter(ref=cleaned).select_related("merchant").first()
    if found is None:
        raise NotFound
    return found


def totals(rows: Iterable[TAccount | TrialRow]) -> list[tuple[str, int, int]]:
    """Debits and credits of all these accounts together, by unit: alike where the books balance."""
    sums: dict[str, tuple[int, int]] = {}
    for row in rows:
        debits, credits = sums.get(row.unit, (0, 0))
        sums[row.unit] = (debits + row.debits, credits + row.credits)
    return [(unit, *both) for unit, both in sorted(sums.items())]


def _drawn(lines: list[Line], merchant: Merchant) -> list[TAccount]:
    cases = dict(Case.objects.filter(merchant=merchant, pk__in={line.posting.case_id for line in lines}).values_list("pk", "ref"))
    orders = dict(Order.objects.filter(merchant=merchant, pk__in={line.posting.order_id for line in lines}).values_list("pk", "ref"))
    shop = say(merchant.name_zh, merchant.name_en)
    drawn: dict[tuple[str, int, str, str], list[TLine]] = {}
    for line in lines:
        account = line.account
        drawn.setdefault((account.party, account.holder_id, account.name, account.unit), []).append(_line(line, cases, orders))
    return [
        TAccount(*key, account_name(key[0], key[2]), _holder(key[0], key[1], shop), tuple(found)) for key, found in sorted(drawn.items())
    ]


def _line(line: Line, cases: Mapping[int, str], orders: Mapping[int, str]) -> TLine:
    posting = line.posting
    return TLine(
        posting.made_at, posting.what, what_name(posting.what), posting.key, posting.cause, line.amount_minor,
        cases.get(posting.case_id or 0, ""), orders.get(posting.order_id or 0, ""),
    )  # fmt: skip


def _holder(party: str, holder_id: int, shop: Text) -> Text | None:
    if party == "merchant":
        return shop
    return party_name(party) if holder_id or party == "platform" else None
