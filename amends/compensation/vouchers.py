"""Vouchers: given, redeemed once by a shop's till, taken back; run out by the clock (clockwork.py).

    issued ──redeem──▶ redeemed      issued ──revoke──▶ revoked      issued ──clock──▶ expired

Invariants
 1. Whoever ends a voucher holds its row; two tills at once leave it redeemed by one, and the other is told so.
 2. A redemption is named by the shop's order number: the same number again has the same answer.
 3. What is outstanding stands in the books in a unit of its own (CNY.voucher): given and ended are one posting each.
 4. What one of ours (given by the platform) is redeemed for is owed to the merchant who took it, in the same transaction.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from amends.approvals.counting import check_most
from amends.approvals.rules_of_money import rules_on
from amends.cases import left
from amends.cases.models import Case, Grant
from amends.cases.record import an_act
from amends.cases.taking import take_case_of
from amends.cases.texts import clean_words
from amends.compensation.models import Voucher
from amends.compensation.rules import Purchase, Standing, off, voucher_unit, why_not
from amends.kernel import clock
from amends.kernel.parties import Party
from amends.kernel.refs import clean_ref, new_ref
from amends.kernel.refusals import Conflict, NotFound, NotYourMove, Unprocessable
from amends.kernel.texts import Text, say
from amends.ledger.posting import About, post
from amends.people.rules import Actor

ISSUED = "issued"
GIFT = left.GIFT
"""What the grant of a voucher rests on that was given; every other answers a claim."""
MOST_MINOR = 10**12


@dataclass(frozen=True, slots=True)
class Terms:
    """What a voucher takes off and under which conditions. `days` of validity; 0 is what the rules of money say."""

    currency: str
    amount_minor: int
    min_spend_minor: int = 0
    scope: str = "merchant"
    days: int = 0

    def __post_init__(self) -> None:
        if not 1 <= self.amount_minor <= MOST_MINOR:
            wrong = say("面额至少是最小单位的 1，也不能大得没有意义。", "The amount is at least one minor unit, and not beyond all sense.")
            raise Unprocessable.field("amount_minor", wrong, code="wrong_amount")
        if not 0 <= self.min_spend_minor <= MOST_MINOR:
            wrong = say("门槛不能小于零，也不能大得没有意义。", "The least spend is not below zero, and not beyond all sense.")
            raise Unprocessable.field("min_spend_minor", wrong, code="wrong_amount")
        if self.scope not in ("merchant", "platform"):
            raise Unprocessable.field("scope", say("只能是 merchant 或 platform。", "It is merchant or platform."), code="wrong_scope")
        if self.days < 0:
            raise Unprocessable.field("days", say("有效期至少 1 天。", "It is valid for a day at least."), code="wrong_days")


def check_bounds(terms: Terms) -> None:
    """A gift on these terms is within the rules of money: asked before anybody decides about it. Raises Unprocessable.

    What a granted claim is owed knows no such bound.
    """
    rules = rules_on(clock.now())
    most = rules.vouchers.most_days
    if terms.days > most:
        wrong = say("有效期最多 {most} 天。", "It is valid for {most} days at most.", most=most)
        raise Unprocessable.field("days", wrong, code="wrong_days")
    check_most(rules, terms.amount_minor, terms.currency, rules.vouchers.most_minor)


def issue(
    terms: Terms, *, merchant_id: int, consumer_id: int, given_by: str, cause: str,
    case: Case | None = None, grant: Grant | None = None, reason: str = "",
) -> Voucher:  # fmt: skip
    """A voucher of these terms is the consumer's, and stands in the books as given by `given_by` (merchant or platform).

    For callers inside a transaction that has decided it (carrying.py). One that a merchant gives counts at that merchant's alone.
    """
    at = clock.now()
    days = terms.days or rules_on(at).vouchers.valid_days
    voucher = Voucher.objects.create(
        merchant_id=merchant_id, ref=new_ref("VC"), consumer_id=consumer_id, case=case, grant=grant,
        scope="merchant" if given_by == "merchant" else terms.scope, given_by=given_by, currency=terms.currency,
        amount_minor=terms.amount_minor, min_spend_minor=terms.min_spend_minor, valid_from=at, valid_until=at + timedelta(days=days),
        made_at=at, reason=reason[:200],
    )  # fmt: skip
    _book(voucher, "given", cause)
    return voucher


def redeem(ref: str, purchase: Purchase, *, by: Actor) -> Voucher:
    """The voucher is redeemed for this purchase, once; the same order number again answers the same. `redeemed_minor` is what came off.

    For the till of a shop: `by` is a merchant. Raises NotFound where the voucher does not count at that merchant's, Conflict where it is
    used, taken back or out of time, Unprocessable where the purchase does not fit.
    """
    if by.party is not Party.MERCHANT or not by.merchant_id:
        if not Voucher.objects.filter(visible_to(by), ref=clean_ref(ref) or "").exists():
            raise NotFound
        raise NotYourMove(say("优惠券由店铺的收银台核销。", "A voucher is redeemed by a shop's till."))
    number = clean_words(purchase.number, field="number", required=True, longest=60)
    if purchase.total_minor < 0:
        raise Unprocessable.field("total_minor", say("不能小于零。", "It cannot be below zero."), code="wrong_amount")
    with transaction.atomic():
        voucher = _locked(ref, counts_at(by.merchant_id))
        if voucher.state == "redeemed" and voucher.redeemed_for == _redeemed_for(by.merchant_id, number):
            return voucher
        standing = standing_of(voucher)
        if wrong := why_not(standing, purchase, clock.now()):
            raise _refusal(*wrong)
        minor = off(standing, purchase)
        voucher.redeemed_for, voucher.redeemed_minor = _redeemed_for(by.merchant_id, number), minor
        end(voucher, "redeemed", f"voucher:{voucher.pk}:redeem")
        if voucher.given_by == "platform" and minor:
            about = About(by.merchant_id, consumer_id=voucher.consumer_id, case_id=_case_at(voucher, by.merchant_id))
            post("voucher_met", about, minor, voucher.currency, key=f"voucher_met:{voucher.ref}", cause=f"voucher:{voucher.pk}:redeem")
    return voucher


@an_act
def revoke(ref: str, *, reason: str, by: Actor) -> Voucher:
    """A voucher that nobody has used yet is taken back, with a reason that its consumer reads; told on its case where there is one.

    Whoever gave it may take it back: the merchant its own, the platform's people the platform's. Raises NotFound, NotYourMove, Conflict
    (also for one that a granted claim brought: it was owed, not given).
    """
    words = clean_words(reason, field="reason", required=True, longest=200)
    case = _case_taken(ref, by)
    voucher = _locked(ref, visible_to(by))
    if by.party is Party.CONSUMER or (by.party is Party.MERCHANT) != (voucher.given_by == "merchant") or by.only_reads:
        raise NotYourMove(say("谁发的券由谁收回。", "A voucher is taken back by whoever gave it."))
    if voucher.state != ISSUED:
        raise Conflict(say("这张优惠券已不能收回。", "This voucher can't be taken back any more."), code="voucher_over")
    if voucher.grant is not None and voucher.grant.basis != GIFT:
        owed = say("这张优惠券是售后的结果，不是赠送，不能收回。", "This voucher settles a claim; it was owed, not given, and stays.")
        raise Conflict(owed, code="voucher_owed")
    voucher.reason = words
    end(voucher, "revoked", f"voucher:{voucher.pk}:revoke")
    if case is not None:
        case.tell("revoke_voucher", by, facts=facts_of(voucher))
    return voucher


# ── rows ─────────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def visible_to(by: Actor) -> Q:
    """Which vouchers `by` may read of: the consumer's own, a merchant's own and what its till has taken, all for the platform."""
    if by.sees_everything:
        return Q()
    if by.party is Party.CONSUMER and by.consumer_id:
        return Q(consumer_id=by.consumer_id)
    if by.party is Party.MERCHANT and by.merchant_id:
        return Q(merchant_id=by.merchant_id) | Q(redeemed_for__startswith=_redeemed_for(by.merchant_id, ""))
    return Q(pk__in=[])


def shown_to(by: Actor) -> Q:
    """Which vouchers `by` may look up by their number: a till also what somebody shows it, though it may list no other shop's."""
    return visible_to(by) | counts_at(by.merchant_id) if by.party is Party.MERCHANT and by.merchant_id else visible_to(by)


def counts_at(merchant_id: int) -> Q:
    """The vouchers that this merchant's till may redeem: those for its shop, and those for the whole platform."""
    return Q(scope="merchant", merchant_id=merchant_id) | Q(scope="platform")


def standing_of(voucher: Voucher) -> Standing:
    """The voucher as its rules know it."""
    return Standing(voucher.state, voucher.currency, voucher.amount_minor, voucher.min_spend_minor, voucher.valid_from, voucher.valid_until)


def state_at(voucher: Voucher, at: datetime) -> str:
    """Its state as a reader should be told: run out by the clock alone, whether or not a job has ended it yet."""
    return "expired" if voucher.state == ISSUED and at >= voucher.valid_until else voucher.state


def facts_of(voucher: Voucher) -> dict[str, str | int]:
    """What the timeline tells of a voucher."""
    return {
        "voucher": voucher.ref, "amount_minor": voucher.amount_minor, "currency": voucher.currency,
        "min_spend_minor": voucher.min_spend_minor, "until": voucher.valid_until.isoformat(),
    }  # fmt: skip


def _locked(ref: str, among: Q) -> Voucher:
    voucher = Voucher.objects.select_for_update().filter(among, ref=clean_ref(ref) or "").first()
    if voucher is None:
        raise NotFound
    return voucher


def _case_taken(ref: str, by: Actor) -> Case | None:
    """The voucher's case, locked before the voucher is: cases come first in the order of locks."""
    found = Voucher.objects.filter(visible_to(by), ref=clean_ref(ref) or "").values_list("case_id", flat=True).first()
    return take_case_of(found) if found else None


def end(voucher: Voucher, state: str, cause: str) -> None:
    """It is `state` from now on, and outstanding no longer. For callers that hold its row."""
    voucher.state, voucher.ended_at = state, clock.now()
    voucher.save(update_fields=["state", "ended_at", "redeemed_for", "redeemed_minor", "reason"])
    _book(voucher, "ended", cause)


def _book(voucher: Voucher, what: str, cause: str) -> None:
    ours = "_ours" if voucher.given_by == "platform" else ""
    about = About(voucher.merchant_id, case_id=voucher.case_id, consumer_id=voucher.consumer_id)
    unit = voucher_unit(voucher.currency)
    post(f"voucher_{what}{ours}", about, voucher.amount_minor, unit, key=f"voucher_{what}:{voucher.ref}", cause=cause)


def _redeemed_for(merchant_id: int, number: str) -> str:
    """Order numbers are each shop's own: two shops may both have a number 1."""
    return f"{merchant_id}:{number}"


def number_of(voucher: Voucher) -> str:
    """The shop's order number that the voucher was redeemed for; empty where it was not."""
    return voucher.redeemed_for.partition(":")[2]


def _case_at(voucher: Voucher, merchant_id: int) -> int | None:
    """No verb joins two merchants' rows: the case is named only in its own merchant's books."""
    return voucher.case_id if voucher.merchant_id == merchant_id else None


def _refusal(code: str, text: Text) -> Conflict | Unprocessable:
    field = {"voucher_currency": "currency", "voucher_min_spend": "total_minor", "voucher_nothing_to_pay": "total_minor"}.get(code)
    return Unprocessable.field(field, text, code=code) if field else Conflict(text, code=code)


def ends_soon(voucher: Voucher, at: datetime) -> bool:
    """Whether its consumer should be told on a page that it runs out."""
    return voucher.state == ISSUED and voucher.valid_until <= at + timedelta(days=rules_on(at).vouchers.warn_days)
