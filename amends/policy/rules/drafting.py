"""How a text becomes law of the house: the stages of a draft, who may make which move, and how long before it holds it must be known.

| move     | from                   | by, for a pack of the platform | by, for a shop's own pack | to        |
| save     | draft checked signed   | policy owner                   | the shop                  | draft     |
| check    | draft checked signed   | policy owner                   | the shop, policy owner    | checked   |
| sign_off | checked                | another policy owner           | another of these          | signed    |
| publish  | signed                 | policy owner                   | the shop                  | published |
| withdraw | draft to published     | policy owner                   | the shop                  | withdrawn |

A check that fails leads back to `draft`. Whoever wrote any of the text is not the other who signs it (B17). Pure: not about rows.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import NamedTuple
from zoneinfo import ZoneInfo

from amends.kernel.parties import Party
from amends.kernel.texts import Text, say
from amends.people.rules import Actor, Role

NOTICE, NOTICE_MAJOR = timedelta(days=7), timedelta(days=15)  # L7 art. 11
YEARS_KEPT = 3  # L7 art. 12 to 15: versions and comments
ZONES = {"CN": ZoneInfo("Asia/Shanghai")}


class Stage(StrEnum):
    """Where a draft stands."""

    DRAFT = "draft"
    CHECKED = "checked"
    SIGNED = "signed"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"


class Hand(StrEnum):
    """What somebody is to a draft."""

    OWNER = "owner"
    SHOP = "shop"


class Move(NamedTuple):
    """One row of the table above; `other` is True where it takes a hand that wrote none of the text."""

    came_from: frozenset[Stage]
    for_platform: frozenset[Hand]
    for_shop: frozenset[Hand]
    goes_to: Stage
    name: Text
    other: bool = False


_TEXT = frozenset({Stage.DRAFT, Stage.CHECKED, Stage.SIGNED})
_OWNER, _SHOP, _BOTH = frozenset({Hand.OWNER}), frozenset({Hand.SHOP}), frozenset(Hand)

MOVES: dict[str, Move] = {
    "save": Move(_TEXT, _OWNER, _SHOP, Stage.DRAFT, say("保存", "Save")),
    "check": Move(_TEXT, _OWNER, _BOTH, Stage.CHECKED, say("检查", "Check")),
    "sign_off": Move(frozenset({Stage.CHECKED}), _OWNER, _BOTH, Stage.SIGNED, say("复核签字", "Sign off"), other=True),
    "publish": Move(frozenset({Stage.SIGNED}), _OWNER, _SHOP, Stage.PUBLISHED, say("公布", "Publish")),
    "withdraw": Move(_TEXT | {Stage.PUBLISHED}, _OWNER, _SHOP, Stage.WITHDRAWN, say("撤下", "Withdraw")),
}
STAGE_NAMES: dict[Stage, Text] = {
    Stage.DRAFT: say("草稿", "draft"),
    Stage.CHECKED: say("已检查", "checked"),
    Stage.SIGNED: say("已签字", "signed"),
    Stage.PUBLISHED: say("已公布", "published"),
    Stage.WITHDRAWN: say("已撤下", "withdrawn"),
}


def owns_policy(by: Actor) -> bool:
    """Whether this actor answers for the platform's rules."""
    return by.user_id is not None and bool(by.roles & {Role.POLICY_OWNER, Role.ADMIN})


def hand_of(by: Actor, merchant_id: int | None) -> Hand | None:
    """What `by` is to a draft of the platform (None) or of that shop; None where they are nothing to it."""
    if owns_policy(by):
        return Hand.OWNER
    is_shop = by.party is Party.MERCHANT and by.user_id is not None and by.merchant_id is not None
    return Hand.SHOP if is_shop and by.merchant_id == merchant_id else None


def may(move: str, by: Actor, merchant_id: int | None, hands: Collection[int]) -> bool:
    """Whether the table gives this move to this actor, at whatever stage; `hands` are those who wrote any of the text."""
    row = MOVES[move]
    allowed = row.for_platform if merchant_id is None else row.for_shop
    return hand_of(by, merchant_id) in allowed and not (row.other and by.user_id in hands)


def acts(stage: Stage, by: Actor, merchant_id: int | None, hands: Collection[int]) -> tuple[str, ...]:
    """The moves that this actor can make now, in the order of the table."""
    return tuple(name for name, row in MOVES.items() if stage in row.came_from and may(name, by, merchant_id, hands))


def midnight(day: date, jurisdiction: str) -> datetime:
    """When `day` begins in that market."""
    return datetime.combine(day, time(0), ZONES.get(jurisdiction, ZONES["CN"]))


def earliest(published_at: datetime, jurisdiction: str, *, major: bool) -> date:
    """The first day that begins seven whole days after publication, fifteen for a major change (L7 art. 11)."""
    known = published_at + (NOTICE_MAJOR if major else NOTICE)
    day = known.astimezone(ZONES.get(jurisdiction, ZONES["CN"])).date()
    return day if midnight(day, jurisdiction) >= known else day + timedelta(days=1)
