"""The books over the API, for the platform alone: the trial balance, T-accounts of a case or order, and whether the books are sound."""

from __future__ import annotations

from datetime import datetime

from ninja import Router, Schema

from amends.api.bodies import Ref
from amends.api.callers import Asked
from amends.api.doing import reading
from amends.kernel.refs import clean_ref
from amends.kernel.refusals import NotFound
from amends.ledger.checks import CHECKS
from amends.ledger.queries import TAccount, about_ref, t_accounts, trial_balance
from amends.market.models import Merchant

router = Router(tags=["ledger"])


class BalanceOut(Schema):
    """One account of the chart in one unit, over all its holders: both sides and what is left (debit positive), in minor units."""

    party: str
    account: str
    unit: str
    holders: int
    debits_minor: int
    credits_minor: int
    balance_minor: int


class BalancesOut(Schema):
    """The trial balance; within a unit the balances add up to zero."""

    items: list[BalanceOut]


class BookLineOut(Schema):
    """One line of an account: what happened, its key and cause, debit positive; `case` is empty where the posting is the order's."""

    what: str
    key: str
    cause: str
    at: datetime
    amount_minor: int
    case: str


class TAccountOut(Schema):
    """One account of a case or order with its lines as they were posted, and what they add up to."""

    party: str
    account: str
    unit: str
    balance_minor: int
    lines: list[BookLineOut]


class TAccountsOut(Schema):
    """The T-accounts of `about`; within a unit their balances add up to zero."""

    about: str
    items: list[TAccountOut]


class BookCheckOut(Schema):
    """One promise of the books and what breaks it."""

    promise: str
    offenders: list[str]


class BookChecksOut(Schema):
    """`sound`: nothing breaks any promise."""

    sound: bool
    items: list[BookCheckOut]


@reading(router, "/ledger/balances", BalancesOut, "The trial balance")
def ledger_balances(request: Asked, merchant: Ref = "") -> BalancesOut:
    """Every account with both sides; of one merchant's postings where `merchant` names one."""
    _platform(request)
    chosen = Merchant.objects.filter(ref=clean_ref(merchant) or "").first() if merchant else None
    if merchant and chosen is None:
        raise NotFound
    rows = trial_balance(chosen.pk if chosen else None)
    items = [
        BalanceOut(
            party=row.party, account=row.name, unit=row.unit, holders=row.holders, debits_minor=row.debits, credits_minor=row.credits,
            balance_minor=row.minor,
        )
        for row in rows
    ]  # fmt: skip
    return BalancesOut(items=items)


@reading(router, "/ledger/accounts/{ref}", TAccountsOut, "The T-accounts of a case or order")
def ledger_accounts(request: Asked, ref: str) -> TAccountsOut:
    """`ref` is a case (AS-…) or an order (OR-…)."""
    found = about_ref(ref, request.auth.actor)
    return TAccountsOut(about=found.ref, items=[account_out(one) for one in t_accounts(found)])


@reading(router, "/ledger/checks", BookChecksOut, "Whether the books are sound")
def ledger_checks(request: Asked) -> BookChecksOut:
    """Every promise of the books, asked of the whole ledger now: seconds, not milliseconds."""
    _platform(request)
    items = [BookCheckOut(promise=promise, offenders=asked()) for promise, asked in CHECKS]
    return BookChecksOut(sound=not any(item.offenders for item in items), items=items)


def account_out(one: TAccount) -> TAccountOut:
    """One account as the API and the command line tell it."""
    lines = [
        BookLineOut(what=line.what, key=line.key, cause=line.cause, at=line.at, amount_minor=line.minor, case=line.case_ref)
        for line in one.lines
    ]
    return TAccountOut(party=one.party, account=one.name, unit=one.unit, balance_minor=one.minor, lines=lines)


def _platform(request: Asked) -> None:
    if not request.auth.actor.sees_everything:
        raise NotFound
