"""What bearing a cost does to the books: one posting for each thing, in the transaction of the move or deposit move that caused it.

A charge names two sides: who bore the cost until now, and who is to bear it. Their accounts are told here; that a posting balances and
is posted once is kept by ledger/posting.py and the database. No balance is kept anywhere else (B27).
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Sum

from amends.cases import acting
from amends.cases.models import Case
from amends.ledger.models import Line, Posting
from amends.ledger.posting import About, Side, post, post_sides
from amends.ledger.rules import HELD, Account
from amends.liability.models import ChargeBackTo, DepositMove, Insurance
from amends.liability.rules import BANK, COST, RECEIVABLE, WAYS

LOSSES: Account = ("platform", "losses")
OF_MERCHANT = ("held", "receivable", "deposit", "deposit_held", "disputed")
OF_PLATFORM = ("cost", "losses")
GIVEN_BACK = "given_back"


# ── charges ──────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def book_liable(charge: ChargeBackTo, verb: str) -> Posting:
    """Whom it was asked of owes it; whoever bore it until now does no longer."""
    return _charge("liable", charge, verb, _owing(charge), _bearing(charge))


def is_booked(charge: ChargeBackTo) -> bool:
    """Whether it was ever owed in the books."""
    return Posting.objects.filter(merchant_id=charge.merchant_id, key=f"liable:{charge.ref}").exists()


def book_excused(charge: ChargeBackTo) -> Posting:
    """What was owed is not any more; whoever bore it first bears it again."""
    return _charge("excused", charge, "excuse", _bearing(charge), _owing(charge))


def book_borne(charge: ChargeBackTo, way: str) -> Posting | None:
    """It is paid by `way`: from what we hold for the merchant, or by bank. What came from a deposit is posted with the deposit's move."""
    if way == "deposit":
        return None
    return _charge("borne", charge, "bear", HELD if way == "held" else BANK, _owing(charge))


def book_written_off(charge: ChargeBackTo, minor: int) -> Posting:
    """What could not be collected is the platform's loss."""
    return _charge("written_off", charge, "write_off", LOSSES, _owing(charge), minor)


def book_given_back(charge: ChargeBackTo, minor: int) -> Posting:
    """What was paid for nothing is theirs who paid it: by bank, or in what we hold for the merchant; whoever was credited is no longer."""
    to = HELD if charge.party == "merchant" else BANK
    before = Posting.objects.filter(merchant_id=charge.merchant_id, key__startswith=f"{GIVEN_BACK}:{charge.ref}:").count()
    return _charge(GIVEN_BACK, charge, "give_back", _bearing(charge), to, minor, part=f":{before}")


def _charge(
    what: str, charge: ChargeBackTo, verb: str, debit: Account, credit: Account, minor: int | None = None, *, part: str = ""
) -> Posting:
    case = acting.current().cases[charge.case_id]
    about = About(charge.merchant_id, case.order_id, case.pk, bearer_id=charge.bearer_id)
    amount = charge.amount_minor if minor is None else minor
    sides = [
        Side(debit, about.holder(debit[0]), charge.unit, amount),
        Side(credit, about.holder(credit[0]), charge.unit, -amount),
    ]
    cause = f"charge_back_to:{charge.pk}:{verb}:{acting.current().key}"
    return post_sides(what, about, sides, key=f"{what}:{charge.ref}{part}", cause=cause)


def _owing(charge: ChargeBackTo) -> Account:
    return (charge.party, "receivable")


def _bearing(charge: ChargeBackTo) -> Account:
    return HELD if charge.borne_by == "merchant" else COST


def cost_of(case: Case, bearer: str) -> int:
    """What this case costs `bearer` (merchant or platform) by the books now, in minor units of its currency; never below zero.

    What was charged on to others is no longer in it; what is only asked, is.
    """
    return max(0, balance_of(case, bearer))


def balance_of(case: Case, bearer: str) -> int:
    """The same, and below zero where more was charged on than the case costs by now."""
    names = OF_MERCHANT if bearer == "merchant" else OF_PLATFORM
    rows = Line.objects.filter(
        merchant_id=case.merchant_id, posting__case_id=case.pk, unit=case.currency, account__party=bearer, account__name__in=names
    )
    borne: int = rows.aggregate(sum=Sum("amount_minor", default=0))["sum"]
    return borne


# ── deposits ─────────────────────────────────────────────────────────────────────────────────────────────────────────────────


KEPT = ("deposit", "deposit_held", RECEIVABLE)


@dataclass(frozen=True, slots=True)
class Kept:
    """What a merchant has with us as a deposit, in minor units: `free`, `held` (frozen), and what it `owes`."""

    free: int
    held: int
    owes: int

    @property
    def whole(self) -> int:
        return self.free + self.held


def kept(merchant_id: int, currency: str) -> Kept:
    """The deposit by the books. One query."""
    rows = Line.objects.filter(
        account__party="merchant", account__holder_id=merchant_id, account__name__in=KEPT, account__unit=currency
    ).values_list("account__name")
    found = dict(rows.annotate(sum=Sum("amount_minor")).order_by())
    return Kept(-found.get("deposit", 0), -found.get("deposit_held", 0), found.get(RECEIVABLE, 0))


def held_for(merchant_id: int, currency: str) -> int:
    """What we hold for a merchant of its sales, in minor units; below zero where it owes us more than that."""
    rows = Line.objects.filter(account__party="merchant", account__holder_id=merchant_id, account__name="held", account__unit=currency)
    found: int = rows.aggregate(sum=Sum("amount_minor", default=0))["sum"]
    return -found


def book_move(what: str, move: DepositMove, minor: int, *, part: str = "") -> Posting:
    """`what` (a key of ledger.rules.POSTINGS) has happened by this move of a deposit; `part` tells several takings of one move apart."""
    about = About(move.merchant_id, case_id=move.case_id)
    return post(what, about, minor, move.currency, key=f"{what}:{move.ref}{part}", cause=f"deposit_move:{move.pk}:{move.kind}")


# ── insurance ────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def book_premium(row: Insurance) -> Posting:
    """The premium is the insurer's, at the cost of whoever paid it."""
    about = About(row.merchant_id, row.order_id, bearer_id=row.insurer_id)
    cause = f"insurance:{row.pk}:premium"
    return post(f"premium_{row.paid_by}", about, row.premium_minor, row.currency, key=f"premium:{row.ref}", cause=cause)


def book_named(row: Insurance, minor: int, *, back: bool = False) -> Posting:
    """What is owed under a cover stands in the account of its own insurer, not in that of insurers at large; or `back` again."""
    about = About(row.merchant_id, row.order_id, row.case_id)
    sign = -1 if back else 1
    sides = [
        Side(("insurer", RECEIVABLE), row.insurer_id, row.currency, sign * minor),
        Side(("insurer", RECEIVABLE), 0, row.currency, -sign * minor),
    ]
    what = "insurer_unnamed" if back else "insurer_named"
    cause = f"insurance:{row.pk}:pay_out"
    return post_sides(what, about, sides, key=f"{what}:{row.ref}:{row.grant_id}", cause=cause)


assert set(WAYS) == {"held", "bank", "deposit"}  # noqa: S101 - checked when this is imported: every way has its accounts above
