"""What somebody wants to give on a case, checked before anybody decides about it: kind, sum, article, conditions, who may give it.

Not about limits and four eyes (approvals), and nothing is written here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Sum

from amends.approvals.rules_of_money import rules_on
from amends.approvals.words import sum_words
from amends.cases.left import LIVE
from amends.cases.models import Case, Grant
from amends.compensation.articles import PARTS, check_part, units_for
from amends.compensation.rules import OF_THE_ORDER, PLATFORMS, POINTS, Kind, voucher_unit
from amends.compensation.vouchers import GIFT, MOST_MINOR, Terms, check_bounds
from amends.kernel import clock
from amends.kernel.parties import Party
from amends.kernel.refusals import NoSuchMove, NotYourMove, Unprocessable
from amends.kernel.texts import Text, say
from amends.people.rules import Actor
from amends.policy.rules.answers import text_in

BASIS = GIFT


@dataclass(frozen=True, slots=True)
class Offer:
    """What is to be given: `amount_minor` in minor units of the case's currency, or points.

    `line` and `quantity` name articles (price adjustment, freight or packaging as `part`); `min_spend_minor`, `days` and `scope` are a
    voucher's conditions; `claim` names a sum that the case's decision opens beside the remedies, and 0 then means all that is left of it.
    """

    kind: str
    amount_minor: int
    words: str = ""
    line: int = 0
    quantity: int = 1
    part: str = ""
    min_spend_minor: int = 0
    days: int = 0
    scope: str = "merchant"
    claim: str = ""


@dataclass(frozen=True, slots=True)
class DecidedClaim:
    """A sum that the case's decision opens, and what was granted of it already."""

    name: str
    title: Text
    amount_minor: int
    granted_minor: int

    @property
    def left_minor(self) -> int:
        return max(0, self.amount_minor - self.granted_minor)


def checked(case: Case, offer: Offer, by: Actor) -> dict[str, Any]:
    """The offer as ids, sums and codes: what an approval keeps and what is carried out. Raises NotYourMove, NoSuchMove, Unprocessable."""
    kind = known_kind(offer.kind)
    check_giver(kind, by)
    check_stage(case)
    amount = offer.amount_minor
    if kind is Kind.CLAIM_SUM:
        amount = _of_claim(case, offer)
    if not 1 <= amount <= MOST_MINOR:
        none, beyond = say("金额要大于零。", "The amount is more than nothing."), say("金额太大了。", "The amount is beyond all sense.")
        raise Unprocessable.field("amount_minor", none if amount < 1 else beyond, code="wrong_amount")
    most = rules_on(clock.now()).points.most_points
    if kind is Kind.POINTS and amount > most:
        raise Unprocessable.field("amount_minor", say("最多 {n} 积分。", "{n} points at most.", n=most), code="wrong_amount")
    given: dict[str, Any] = {"kind": kind.value, "amount_minor": amount, "unit": unit_of(kind, case.currency)}
    if kind is Kind.VOUCHER:
        terms = Terms(case.currency, amount, offer.min_spend_minor, offer.scope, offer.days)
        check_bounds(terms)
        given |= {"min_spend_minor": terms.min_spend_minor, "days": terms.days, "scope": terms.scope}
    elif kind is Kind.CLAIM_SUM:
        given["claim"] = offer.claim
    elif kind in OF_THE_ORDER:
        given["line"] = offer.line
        if kind is Kind.EXTRA:
            check_part(case, offer.line, offer.part, amount)
            given["part"] = offer.part
        else:
            units_for(case, offer.line, offer.quantity, amount)
            given["quantity"] = offer.quantity
    given["borne_by"] = bearer(kind, by)
    return given


def known_kind(kind: str) -> Kind:
    """The kind by its name. Raises Unprocessable."""
    try:
        return Kind(kind)
    except ValueError as unknown:
        wrong = say("没有这种补偿。可选：{all}。", "There is no such compensation. Choose one of {all}.", all=", ".join(Kind))
        raise Unprocessable.field("kind", wrong, code="unknown_kind") from unknown


def kinds_for(by: Actor) -> list[Kind]:
    """What `by` may give at all, in the order in which a form shows them."""
    if by.party is Party.ARBITER:
        return [Kind.CLAIM_SUM]
    if by.party is Party.MERCHANT:
        return [kind for kind in Kind if kind not in PLATFORMS]
    return [kind for kind in Kind if kind not in OF_THE_ORDER] if by.party is Party.PLATFORM else []


def check_giver(kind: Kind, by: Actor) -> None:
    """`by` may give this. Money of the order is the merchant's to give back, the platform gives its own. Raises NotYourMove."""
    if kind in kinds_for(by) and not by.only_reads:
        return
    if kind in OF_THE_ORDER and by.party is Party.PLATFORM:
        ours = say("订单里的钱由商家退。平台可以由自己承担，给同样多的小额打款、优惠券或积分。",
                   "Money of the order is the merchant's to give back. The platform may give as much at its own cost: as goodwill, "
                   "a voucher or points.")  # fmt: skip
        raise NotYourMove(ours, code="merchants_money")
    raise NotYourMove(say("这种补偿不由你来给。", "It is not for you to give this."))


def check_stage(case: Case) -> None:
    """Something may be given on this case now. Raises NoSuchMove."""
    if case.is_over:
        over = say("售后单已结束，不能再给补偿。", "The case is closed; nothing can be given on it any more.")
        raise NoSuchMove(over, code="case_over")
    if not claim_stands(case):
        raise NoSuchMove(say("售后单现在不能给补偿。", "Nothing can be given on this case now."), code="not_now")


def claim_stands(case: Case) -> bool:
    """Whether the case has a claim, by its table: one that could be withdrawn. A draft has none yet; withdrawn or merged it is no more."""
    return bool(case.LIFE.who_may(case.stage, "withdraw"))


def bearer(kind: Kind, by: Actor) -> str:
    """Whose money it is: the merchant's own, or the platform's where the platform's people give; a claim is the seller's to pay (L1 55)."""
    return "platform" if by.party is Party.PLATFORM and kind is not Kind.CLAIM_SUM else "merchant"


def unit_of(kind: Kind, currency: str) -> str:
    """In what unit of account this is given."""
    return POINTS if kind is Kind.POINTS else voucher_unit(currency) if kind is Kind.VOUCHER else currency


def decided_claims(case: Case) -> list[DecidedClaim]:
    """The sums beside the remedies that the case's decision opens, over all its lines, and what was granted of each."""
    sums: dict[str, int] = {}
    titles: dict[str, Text] = {}
    for line in case.decision.answer["lines"]:
        for claim in line["answer"].get("claims", ()):
            if claim["open"] and claim["amount_minor"]:
                sums[claim["name"]] = sums.get(claim["name"], 0) + claim["amount_minor"]
                titles.setdefault(claim["name"], text_in(claim["title"]))
    return [DecidedClaim(name, titles[name], minor, _granted(case, name)) for name, minor in sums.items()]


def claim_basis(name: str) -> str:
    """What a grant of this claim rests on."""
    return f"claim:{name}"[:30]


def _of_claim(case: Case, offer: Offer) -> int:
    claim = next((one for one in decided_claims(case) if one.name == offer.claim), None)
    if claim is None:
        wrong = say("售后单的规则判定里没有这项赔偿。", "The case's decision opens no such claim.")
        raise Unprocessable.field("claim", wrong, code="unknown_claim")
    if offer.amount_minor > claim.left_minor or not claim.left_minor:
        wrong = say("超过这项赔偿还能给的金额。", "It is more than what is left of this claim.")
        raise Unprocessable.field("amount_minor", wrong, code="above_claim")
    return offer.amount_minor or claim.left_minor


def _granted(case: Case, name: str) -> int:
    mine = Grant.objects.filter(merchant_id=case.merchant_id, case_id=case.pk, basis=claim_basis(name), stage__in=LIVE)
    return int(mine.aggregate(minor=Sum("amount_minor"))["minor"] or 0)


def asked_of(payload: Mapping[str, Any]) -> Text:
    """What granting this payload does, for whoever is asked to approve it."""
    from_whom = (
        say("平台承担", "at the platform's cost") if payload["borne_by"] == "platform" else say("商家承担", "at the merchant's cost")
    )
    return say("向消费者给出{what}{terms}，{whose}", "give the consumer {what}{terms}, {whose}", what=KIND_WORDS[payload["kind"]],
               terms=_terms_of(payload), whose=from_whom)  # fmt: skip


def _terms_of(payload: Mapping[str, Any]) -> Text:
    """Of a voucher its conditions, of what is given for articles which ones; empty for a plain sum."""
    if payload["kind"] == Kind.VOUCHER:
        least, days = payload["min_spend_minor"], payload["days"] or rules_on(clock.now()).vouchers.valid_days
        currency = payload["unit"].partition(".")[0]
        spend = say("满 {sum}", "from {sum}", sum=sum_words(least, currency)) if least else say("没有门槛", "no least spend")
        anywhere = payload["borne_by"] == "platform" and payload["scope"] == "platform"
        where = say("全平台可用", "for any shop") if anywhere else say("本店可用", "for the shop")
        return say("（{spend}，{days} 天，{where}）", " ({spend}, {days} days, {where})", spend=spend, days=days, where=where)
    if payload["kind"] == Kind.PRICE_ADJUSTMENT:
        return say("（第 {line} 行，{n} 件）", " (line {line}, {n} pieces)", line=payload["line"], n=payload["quantity"])
    if payload["kind"] == Kind.EXTRA:
        return say("（第 {line} 行，{part}）", " (line {line}, {part})", line=payload["line"], part=PARTS[payload["part"]])
    return say("", "")


KIND_WORDS: dict[str, Text] = {
    "goodwill": say("小额打款", "a goodwill payment"),
    "voucher": say("优惠券", "a voucher"),
    "points": say("积分", "points"),
    "price_adjustment": say("折价补偿", "a price adjustment"),
    "extra": say("运费或包装费", "freight or packaging"),
    "claim_sum": say("赔偿", "compensation as decided"),
}
