"""The issue types as the first screen shows them: with icons, the likely ones for these goods at this moment first. None is hidden."""

from __future__ import annotations

from dataclasses import dataclass

from amends.faces.case_pages import capital
from amends.kernel.texts import Text
from amends.market.models import Order, Shipment
from amends.policy.rules.facts import ISSUE_NAMES, GoodsClass, IssueType

ICONS: dict[IssueType, str] = {
    IssueType.QUALITY: "tool",
    IssueType.NOT_AS_DESCRIBED: "photo-x",
    IssueType.WRONG_ITEM: "arrows-exchange",
    IssueType.MISSING_ITEM: "puzzle-off",
    IssueType.DAMAGED: "package-off",
    IssueType.LOST: "map-question",
    IssueType.LATE: "clock-x",
    IssueType.MISDELIVERED: "map-pin-off",
    IssueType.SPOILED: "plant-off",
    IssueType.SHORT_WEIGHT: "scale",
    IssueType.SERVICE: "message-off",
    IssueType.PRICE: "receipt",
    IssueType.NO_REASON: "arrow-back-up",
    IssueType.HAZARD: "alert-triangle",
    IssueType.OTHER: "dots",
}
IN_HAND = (
    IssueType.QUALITY, IssueType.NOT_AS_DESCRIBED, IssueType.DAMAGED, IssueType.WRONG_ITEM, IssueType.MISSING_ITEM, IssueType.NO_REASON,
)  # fmt: skip
EATEN = (
    IssueType.SPOILED, IssueType.QUALITY, IssueType.DAMAGED, IssueType.WRONG_ITEM, IssueType.MISSING_ITEM, IssueType.NO_REASON,
)  # fmt: skip
ON_THE_WAY = (IssueType.NO_REASON, IssueType.LATE, IssueType.LOST, IssueType.MISDELIVERED)
NOT_SENT = (IssueType.NO_REASON, IssueType.LATE, IssueType.PRICE)
FOODS = frozenset({GoodsClass.FOOD.value, GoodsClass.FRESH.value})


@dataclass(frozen=True, slots=True)
class Pick:
    """One issue type as a card."""

    value: str
    name: Text
    icon: str


def picks(order: Order, parcel: Shipment | None) -> tuple[list[Pick], list[Pick]]:
    """The likely issue types, and all the others."""
    likely = _likely(order, parcel)
    return [_pick(issue) for issue in likely], [_pick(issue) for issue in IssueType if issue not in likely]


def _likely(order: Order, parcel: Shipment | None) -> tuple[IssueType, ...]:
    if parcel is None or parcel.shipped_at is None:
        return NOT_SENT
    if parcel.signed_at is None:
        return ON_THE_WAY
    return EATEN if any(line.goods_class in FOODS for line in order.lines.all()) else IN_HAND


def _pick(issue: IssueType) -> Pick:
    return Pick(issue.value, capital(ISSUE_NAMES[issue]), ICONS[issue])
