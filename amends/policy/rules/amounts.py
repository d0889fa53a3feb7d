"""What a remedy brings, as a sum whose rows add up to it exactly. Integer minor units; a part is rounded in the consumer's favour.

The base is what was really paid (L3 17(1), L2 18(2)). From it go what a part return costs other promises (L3 17(2), 18(2)), a gift
kept (L3 12), the card fee that the seller bore (L3 16), the sound part of fresh goods, what scales gave, wear (CN-3G), or all above a
ceiling; outbound freight and packaging come on top where the seller bears them, and under a fault the card fee that the consumer paid
(L1 24(2)). A part return that loses a discount is settled twice, side by side.
"""

from __future__ import annotations

from typing import NamedTuple

from amends.kernel.money import apportion
from amends.kernel.texts import Text, say
from amends.policy.rules.answers import Settlement, SumRow
from amends.policy.rules.facts import Facts, IssueGroup, Promotion, TenderShare
from amends.policy.rules.schema import PackCells
from amends.policy.rules.schema import Settlement as SettlementCell

WHOLE = 10_000

LISTED = say("标价", "List price")
DISCOUNT = say("优惠的分摊", "Share of discounts")
COUPON = say("优惠券的分摊", "Share of coupons")
IN_KIND = say("券按原样退还，不折成现金", "The coupon comes back as a coupon, not as money")
OTHER = say("其他调整", "Other adjustment")
LOST_DISCOUNT = say("其余商品不再满足优惠门槛", "The rest no longer reaches the discount threshold")
LOST_FREIGHT = say("其余商品不再满足包邮门槛", "The rest no longer reaches the free-shipping threshold")
GIFT = say("未退回的赠品", "Gift not sent back")
FEE_BORNE = say("商家承担过的支付手续费", "Card fee that the seller had borne")
FEE_PAID = say("你付过的支付手续费", "Card fee that you paid")
FEE_KEPT = say("商家可以不退这笔手续费", "The seller need not give this fee back")
FREIGHT_OUT = say("发货运费", "Outbound freight")
PACKAGING = say("包装费", "Packaging")
SOUND_PART = say("完好的部分", "The sound part")
RECEIVED_PART = say("称到的部分", "The part that was weighed out")
WEAR = say("使用折旧", "Wear")
NOW = say("买后的最低价", "The lowest price since then")
KEPT = say("留下商品，最多补偿这么多", "You keep the goods; this is the most")
APPORTIONED = say("按分摊后的实付结算", "Settled at what was paid for it, discounts shared out")
RECALCULATED = say("其余商品按购买时单价重新结算", "The rest settled anew at its price at purchase")

PAID, COUPON_CLAUSE, GIFT_CLAUSE, FEE_CLAUSE = "amount_paid", "coupon_in_kind", "gift", "card_fee"
SUM_CLAUSES = frozenset(
    {PAID, COUPON_CLAUSE, GIFT_CLAUSE, FEE_CLAUSE, "lost_discount", "lost_free_freight", "bad_share", "short_weight", "wear", "ceiling"}
)
NOT_MONEY = frozenset({"points", "voucher"})
AT_FAULT = frozenset({IssueGroup.FAULT, IssueGroup.WRONG, IssueGroup.NOT_ARRIVED})


class Brought(NamedTuple):
    """A sum, the outbound freight contained in it, its rows, both columns where there are two, and whether all that was paid goes back."""

    minor: int
    freight_minor: int = 0
    rows: tuple[SumRow, ...] = ()
    settlements: tuple[Settlement, ...] = ()
    whole: bool = False
    packaging_minor: int = 0


class Payer(NamedTuple):
    """Whether the seller bears the way out, and the clause that says so."""

    freight_out: bool
    clause: str


_NOTHING = Brought(0)


def paid_rows(facts: Facts) -> list[SumRow]:
    """List price down to what was really paid for the claimed units, freight apart."""
    rows = [SumRow(LISTED, facts.list_minor, None, PAID)]
    if facts.discount_minor:
        rows.append(SumRow(DISCOUNT, -facts.discount_minor, None, PAID))
    if facts.coupon_minor:
        rows.append(SumRow(COUPON, -facts.coupon_minor, IN_KIND, COUPON_CLAUSE))
    rest = facts.paid_minor - facts.list_minor + facts.discount_minor + facts.coupon_minor
    if rest:
        rows.append(SumRow(OTHER, rest, None, PAID))
    return rows


def sum_of(kind: str, terms: PackCells, facts: Facts, payer: Payer, wear_bps: int) -> Brought:
    """What a right's `amount` cell brings. `wear_bps` is what these goods lose a day, in basis points."""
    if kind == "none":
        return _NOTHING
    cell = terms.settlement
    if cell is None:
        raise ValueError("check_whole lets no law pass without settlement")
    if kind == "paid":
        if facts.issue.group is IssueGroup.NO_REASON and facts.shipped:
            return _settled(facts, cell, payer)
        return _column(facts, _fee_by_cell(facts, cell), payer, whole=True)
    paid, whole = facts.paid_minor, kind == "worn"
    if kind == "bad_share":
        part = facts.bad_share_bps if facts.bad_share_bps is not None else WHOLE
        whole = part >= cell.bad_share_is_all_from_bps
        less = [] if whole else _taken(paid - _part(paid, part, WHOLE), SOUND_PART, "bad_share")
    elif kind == "short_weight":
        less = _taken(paid - _short(facts), RECEIVED_PART, "short_weight")
    elif kind == "price_cut":
        less = _taken(paid - min(paid, facts.price_cut_minor), NOW, PAID)
    elif kind == "worn":
        less = _taken(_wear(facts, wear_bps), WEAR, "wear")
    else:
        # A ceiling is no promise of a sum: rounded down, so that the merchant is never asked for more than the cell says.
        less = _taken(paid - paid * cell.adjustment_ceiling_bps // WHOLE, KEPT, "ceiling")
    return _column(facts, less, payer, whole=whole)


def back_to(facts: Facts, brought: Brought) -> tuple[TenderShare, ...]:
    """The sum over the means of payment, by what each paid, to the last cent (L3 14); coupons and points in kind where all goes back."""
    tenders = facts.tenders
    if not tenders or (not brought.minor and not brought.whole):
        return ()
    money = [share for share in tenders if not in_kind(share.kind)]
    weights = [share.minor for share in money]
    parts = apportion(brought.minor, weights) if len(weights) > 1 else [brought.minor][: len(weights)]
    shares = [TenderShare(share.kind, part) for share, part in zip(money, parts, strict=True) if part]
    if brought.whole and len(money) < len(tenders):
        shares += [share for share in tenders if in_kind(share.kind)]
    return tuple(shares)


def in_kind(tender: str) -> bool:
    """Whether this means of payment goes back as itself, not as money (L3 15)."""
    return tender in NOT_MONEY or tender.endswith("coupon")


def _column(facts: Facts, less: list[SumRow], payer: Payer, *, whole: bool) -> Brought:
    rows, bears = paid_rows(facts), whole and payer.freight_out
    out, packaging = (facts.freight_minor, facts.packaging_minor) if bears else (0, 0)
    rows += less
    if out:
        rows.append(SumRow(FREIGHT_OUT, out, None, payer.clause))
    if packaging:
        # Paid to get the goods there, as the freight is: it comes back wherever that does.
        rows.append(SumRow(PACKAGING, packaging, None, payer.clause))
    if bears and facts.card_fee_minor and facts.card_fee_by == "consumer" and facts.issue.group in AT_FAULT:
        # Whatever the cell says of a change of mind: it is a cost of the fault like the way out, and rests on the same clause.
        rows.append(SumRow(FEE_PAID, facts.card_fee_minor, None, payer.clause))
    return Brought(sum([row.minor for row in rows]), out, tuple(rows), (), whole, packaging)


def _settled(facts: Facts, cell: SettlementCell, payer: Payer) -> Brought:
    """A change of mind: one column, or two where a discount is lost, of which the cell chooses; kinder is the one that brings more."""
    lost = [each for each in facts.promotions if 0 < each.kept_minor < each.min_spend_minor]
    discounts = [each for each in lost if each.kind != "free_freight"]
    freight = [each for each in lost if each.kind == "free_freight"]
    apportioned = _column(facts, _left(facts, cell, [], freight), payer, whole=True)
    if not discounts:
        return apportioned
    recalculated = _column(facts, _left(facts, cell, discounts, freight), payer, whole=True)
    anew = cell.lost_discount == "recalculate" or recalculated.minor > apportioned.minor
    columns = (
        Settlement("apportioned", APPORTIONED, apportioned.minor, apportioned.rows, not anew),
        Settlement("recalculated", RECALCULATED, recalculated.minor, recalculated.rows, anew),
    )
    return (recalculated if anew else apportioned)._replace(settlements=columns)


def _left(facts: Facts, cell: SettlementCell, discounts: list[Promotion], freight: list[Promotion]) -> list[SumRow]:
    """What goes off the price paid, never below nothing in all; and the card fee as the cell says."""
    rows: list[SumRow] = []
    left = facts.paid_minor
    # Art. 17(2) counts as lost the whole saving that still rests on the order; the units' own share of it is taken off already.
    takes = [(each.saved_minor - each.share_minor, LOST_DISCOUNT, "lost_discount") for each in discounts]
    if cell.lost_free_freight == "deduct":
        takes += [(each.saved_minor, LOST_FREIGHT, "lost_free_freight") for each in freight]
    takes.append((facts.gift_kept_minor, GIFT, GIFT_CLAUSE))
    if facts.card_fee_by == "merchant" and cell.card_fee == "deduct":
        takes.append((facts.card_fee_minor, FEE_BORNE, FEE_CLAUSE))
    for minor, text, clause in takes:
        taken = _taken(min(minor, left), text, clause)
        rows += taken
        left += sum([row.minor for row in taken])
    return rows + _fee_by_cell(facts, cell)


def _fee_by_cell(facts: Facts, cell: SettlementCell) -> list[SumRow]:
    """The card fee that the consumer paid, where no fault was the seller's: back where the cell waives, else told and kept (L3 16)."""
    if not facts.card_fee_minor or facts.card_fee_by != "consumer" or facts.issue.group in AT_FAULT:
        return []
    waived = cell.card_fee == "waive"
    return [SumRow(FEE_PAID, facts.card_fee_minor if waived else 0, None if waived else FEE_KEPT, FEE_CLAUSE)]


def _taken(minor: int, text: Text, clause: str) -> list[SumRow]:
    return [SumRow(text, -minor, None, clause)] if minor > 0 else []


def _part(whole: int, part: int, of: int) -> int:
    """`part` of `of` of a sum, rounded up."""
    return -(-whole * part // of)


def _short(facts: Facts) -> int:
    if facts.weighing is None:
        return facts.paid_minor
    billed, weighed = facts.weighing
    return _part(facts.paid_minor, max(0, billed - min(weighed, billed)), billed)


def _wear(facts: Facts, daily_bps: int) -> int:
    """Depreciation since the invoice without the days in repair, rounded down; none where no same model can be had (CN-3G art. 13)."""
    if not facts.same_model_there or facts.days_since_invoice is None:
        return 0
    days = max(0, facts.days_since_invoice - facts.repair_days)
    return min(facts.paid_minor, facts.paid_minor * daily_bps * days // WHOLE)
