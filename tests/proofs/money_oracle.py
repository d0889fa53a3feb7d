"""What the books of some orders should hold, in plain Python: from what was granted, what the gateway has told, and what banks took.

Nothing here looks at postings, reservations or stages of refunds: those are what is judged by it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from amends.cases.models import Case, Grant
from amends.ledger.posting import balances
from amends.market.models import Order, OrderLine, Tender, Unit
from amends.refunds.models import Chargeback, Refund
from tests.proofs.faithful_till import Till

Books = dict[tuple[str, str, str], int]
LIVE = ("owed", "doing", "done")
PAYING = ("doing", "done")


@dataclass
class Bank:
    """One chargeback as the bank has it, and how far we were told of it."""

    tender: str
    minor: int
    state: str = "open"
    told: str = ""


@dataclass
class Oracle:
    """One order: what came in, what is granted, what banks took. `captured` by unit of account."""

    order: Order
    till: Till
    captured: Counter[str] = field(default_factory=Counter)
    banks: dict[str, Bank] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for tender in Tender.objects.filter(order=self.order).order_by("pk"):
            self.captured[tender.unit] += tender.captured_minor
            self.till.captured[tender.ref] = tender.captured_minor

    # ── what is granted ──────────────────────────────────────────────────────────────────────────────────────────────────────

    def grants(self) -> list[Grant]:
        """Everything granted about this order that stands, without what came back and is owed once more."""
        rows = Grant.objects.filter(case__order_id=self.order.pk, stage__in=LIVE).select_related("unit").order_by("pk")
        return [grant for grant in rows if "again" not in grant.parts]

    def judge_grants(self) -> None:
        """Each unit brings what was paid for it less what was adjusted; no part of a price, and no freight, is granted twice."""
        live = self.grants()
        goods, extras = Counter[int](), Counter[tuple[int, str]]()
        for grant in live:
            mine = grant.parts.get("goods", 0)
            if grant.subject == "unit" and grant.unit is not None:
                assert mine == grant.unit.paid_minor - goods[grant.unit.pk], f"unit {grant.unit.pk} brings {mine}"
                assert grant.shares.get("2", 0) == grant.unit.shares.get("2", 0), "a coupon comes back whole with its unit"
            if grant.subject != "sum":
                parts = sum(minor for name, minor in grant.parts.items() if name != "covered")  # a bank's part of these
                assert sum(grant.shares.values()) == grant.amount_minor == parts
            if grant.unit is not None:
                goods[grant.unit.pk] += mine
            line = grant.unit.line_id if grant.unit is not None else grant.line_id
            for part in ("freight", "packaging"):
                if line is not None:
                    extras[line, part] += grant.parts.get(part, 0)
        units = list(Unit.objects.filter(order=self.order).order_by("pk"))
        assert all(goods[unit.pk] == unit.granted_minor <= unit.paid_minor for unit in units)
        for line in OrderLine.objects.filter(order=self.order).order_by("pk"):
            assert extras[line.pk, "freight"] == line.freight_granted_minor <= line.freight_minor
            assert extras[line.pk, "packaging"] == line.packaging_granted_minor <= line.packaging_minor
        returned = {grant.unit_id for grant in live if grant.subject == "unit"}
        if returned == {unit.pk for unit in units}:
            all_of_it = sum(grant.amount_minor for grant in live if grant.subject != "sum")
            assert all_of_it == self.order.paid_minor, f"{all_of_it} of {self.order.paid_minor} goes back although all goods do"

    # ── what the books should hold ───────────────────────────────────────────────────────────────────────────────────────────

    def expected(self) -> Books:
        """Every account of this order by (party, name, unit), zeros left out."""
        books: Counter[tuple[str, str, str]] = Counter()
        for unit in self.captured:
            for account, minor in self._of_unit(unit):
                books[*account, unit] += minor
        for unit in self.captured:
            books["merchant", "held", unit] -= sum(minor for account, minor in books.items() if account[2] == unit)
        return {account: minor for account, minor in books.items() if minor}

    def _of_unit(self, unit: str) -> Iterator[tuple[tuple[str, str], int]]:
        paid, credited, back = self._moved(unit)
        money = unit == self.order.currency
        banks = [bank for bank in self.banks.values() if bank.told] if money else []
        taken = sum(bank.minor for bank in banks if bank.told != "merchant")
        granted = self._granted(unit)
        yield ("clearing", "gateway"), self.captured[unit] - paid + back - taken
        yield ("merchant", "disputed"), sum(bank.minor for bank in banks if bank.told == "open")
        yield ("consumer", "owed"), -(sum(granted.values()) - paid - credited + back - (self._covered() if money else 0))
        yield ("consumer", "credit"), -credited
        yield ("platform", "cost"), granted["platform"]
        yield ("insurer", "receivable"), granted["insurer"]
        if money:
            yield ("platform", "commission"), -self._commission()

    def _moved(self, unit: str) -> tuple[int, int, int]:
        """What we know the gateway paid, what went to store credit, and what we know came back."""
        rows = Refund.objects.filter(case__order_id=self.order.pk, unit=unit).order_by("pk")
        paid = sum(row.amount_minor for row in rows if row.ref in self.till.told_paid)
        back = sum(row.amount_minor for row in rows if row.ref in self.till.told_reversed)
        return paid, sum(row.amount_minor for row in rows if row.way == "credit" and row.stage in ("paid", "settled")), back

    def _granted(self, unit: str) -> Counter[str]:
        """What is being paid or was, by who bears it."""
        kinds = {str(t.position): t.unit for t in Tender.objects.filter(order=self.order).order_by("pk")}
        sums = Counter[str]()
        for grant in self.grants():
            if grant.stage in PAYING:
                minor = sum(m for t, m in grant.shares.items() if kinds[t] == unit) if grant.shares else grant.amount_minor
                sums[grant.borne_by] += minor if grant.shares or grant.currency == unit else 0
        return sums

    def _covered(self) -> int:
        rows = list(Chargeback.objects.filter(tender__order=self.order).order_by("pk"))
        for row in rows:
            assert row.state == self.banks[row.provider_ref].told
            assert 0 <= row.covered_minor <= (row.amount_minor if row.state == "consumer" else 0)
        return sum(row.covered_minor for row in rows)

    def _commission(self) -> int:
        """What the platform keeps: of each unit's commission the part whose goods stay; nothing where all goods or all money went back."""
        goods, whole, banks = Counter[int](), 0, self._kept_by_banks()
        for grant in self.grants():
            if grant.stage in PAYING and grant.unit_id is not None:
                less = grant.reduced_minor - grant.parts.get("covered", 0)
                goods[grant.unit_id] += max(0, grant.parts.get("goods", 0) - less)
                whole += max(0, grant.parts.get("goods", 0) + grant.parts.get("anew", 0) - less)
        units = list(Unit.objects.filter(order=self.order).order_by("pk"))
        if whole + banks >= sum(unit.paid_minor for unit in units) or (banks and self._unspent() <= banks):
            return 0
        left = {unit.pk: max(0, unit.paid_minor - goods[unit.pk]) for unit in units}
        kept = 0
        for unit in units:
            if unit.paid_minor:
                gone = goods[unit.pk] + left[unit.pk] * min(banks, sum(left.values())) // max(1, sum(left.values()))
                kept += unit.commission_minor - unit.commission_minor * min(gone, unit.paid_minor) // unit.paid_minor
            else:
                kept += unit.commission_minor
        return kept

    def _kept_by_banks(self) -> int:
        """What banks took back and no refund accounts for."""
        rows = Chargeback.objects.filter(tender__order=self.order, tender__unit=self.order.currency, state="consumer").order_by("pk")
        return sum(row.amount_minor - row.covered_minor for row in rows)

    def _unspent(self) -> int:
        """The money that came in and that no refund of ours is for."""
        tenders = Tender.objects.filter(order=self.order, unit=self.order.currency).order_by("pk")
        return sum(tender.captured_minor - tender.reserved_minor for tender in tenders)

    def judge(self) -> None:
        """The books hold what they should, and no tender has more refunded, reserved or promised than came in."""
        self.judge_grants()
        there: Counter[tuple[str, str, str]] = Counter()
        for row in balances(order_id=self.order.pk):
            there[row.party, row.name, row.unit] += row.minor
        found = {account: minor for account, minor in there.items() if minor}
        assert found == self.expected(), f"books {found}\nshould {self.expected()}"
        for tender in Tender.objects.filter(order=self.order).order_by("pk"):
            rows = Refund.objects.filter(tender=tender).exclude(stage__in=["dropped", "redirected", "reversed"]).order_by("pk")
            assert tender.reserved_minor == sum(row.amount_minor for row in rows) <= tender.captured_minor
            assert self.till.net(tender.ref) <= tender.captured_minor == self.till.captured[tender.ref]
        self._judge_gateway()

    def _judge_gateway(self) -> None:
        """The gateway has never paid more than is granted, whatever we were told of it."""
        rows = {row.ref: row.unit for row in Refund.objects.filter(case__order_id=self.order.pk).order_by("pk")}
        out = Counter[str]()
        for key, paid in self.till.outs.items():
            if key in rows and paid.state in ("paid", "accepted"):
                out[rows[key]] += paid.asked.amount
        for unit, minor in out.items():
            covered = self._covered() if unit == self.order.currency else 0
            assert minor + self._moved(unit)[1] + covered <= sum(self._granted(unit).values()), f"{minor} {unit} went out"

    def cases(self) -> list[Case]:
        return list(Case.objects.filter(order=self.order).order_by("pk"))
