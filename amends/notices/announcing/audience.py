"""For whom an announcement is: sides, narrowed by regions and shops. One row of JSON, read here alone.

Regions narrow consumers to those who live there. Merchants narrow shops to these, and consumers to those who ever bought from one of
them. The platform's own people are never narrowed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.db.models import Q, QuerySet

from amends.kernel.parties import Party
from amends.kernel.refusals import Unprocessable
from amends.kernel.texts import Text, say
from amends.market.models import Consumer, Merchant, Order
from amends.people.models import Membership, User
from amends.people.rules import Actor, Role

MOST_NARROWED = 200


class Side(StrEnum):
    """Who can be addressed."""

    CONSUMERS = "consumers"
    MERCHANTS = "merchants"
    PLATFORM = "platform"


SIDE_NAMES: dict[Side, Text] = {
    Side.CONSUMERS: say("消费者", "consumers"),
    Side.MERCHANTS: say("商家", "merchants"),
    Side.PLATFORM: say("平台人员", "people of the platform"),
}
OUTSIDE = (Role.CONSUMER.value, Role.MERCHANT.value)


@dataclass(frozen=True, slots=True)
class Audience:
    """`merchants` are keys of the database, which never leave the house; `regions` are the shops' own words for where consumers live."""

    sides: tuple[Side, ...]
    regions: tuple[str, ...] = ()
    merchants: tuple[int, ...] = ()

    @classmethod
    def read(cls, kept: Mapping[str, Any]) -> Audience:
        """As the row keeps it."""
        sides = tuple(side for side in Side if side.value in kept.get("sides", ()))
        return cls(sides, tuple(kept.get("regions", ())), tuple(kept.get("merchants", ())))

    def kept(self) -> dict[str, Any]:
        """For the row."""
        return {"sides": [side.value for side in self.sides], "regions": list(self.regions), "merchants": list(self.merchants)}

    def has(self, by: Actor) -> bool:
        """Whether this person, acting so, is meant."""
        if by.party is Party.CONSUMER:
            return Side.CONSUMERS in self.sides and self._has_consumer(by.consumer_id)
        if by.party is Party.MERCHANT:
            return Side.MERCHANTS in self.sides and (not self.merchants or by.merchant_id in self.merchants)
        return Side.PLATFORM in self.sides and by.sees_everything

    def _has_consumer(self, consumer_id: int | None) -> bool:
        if consumer_id is None:
            return False
        if self.regions and not Consumer.objects.filter(pk=consumer_id, region__in=self.regions).exists():
            return False
        return not self.merchants or Order.objects.filter(consumer_id=consumer_id, merchant_id__in=self.merchants).exists()


def people_of(audience: Audience) -> QuerySet[User]:
    """Everybody who is meant and can sign in, each once."""
    meant = Q(pk__in=())
    if Side.CONSUMERS in audience.sides:
        consumers = Q(role=Role.CONSUMER.value)
        if audience.regions:
            consumers &= Q(consumer__region__in=audience.regions)
        if audience.merchants:
            consumers &= Q(consumer_id__in=Order.objects.filter(merchant_id__in=audience.merchants).values("consumer_id"))
        meant |= consumers
    if Side.MERCHANTS in audience.sides:
        meant |= Q(role=Role.MERCHANT.value, **({"merchant_id__in": audience.merchants} if audience.merchants else {}))
    if Side.PLATFORM in audience.sides:
        meant |= ~Q(role__in=OUTSIDE)
    return User.objects.filter(is_active=True, pk__in=Membership.objects.filter(meant).values("user_id"))


def audience_of(sides: Iterable[str], *, regions: Iterable[str] = (), merchants: Iterable[str] = ()) -> Audience:
    """The audience that somebody asks for, shops by their references. Refuses Unprocessable with the field: an unknown side, region or
    shop, nobody at all, or too many to name."""
    asked = set(sides)
    if not asked or asked - set(Side):
        raise Unprocessable.field("sides", say("请选择告诉谁。", "Choose who is to be told."), code="no_audience")
    places, shops = _distinct(regions), _distinct(merchants)
    if len(places) > MOST_NARROWED or len(shops) > MOST_NARROWED:
        raise Unprocessable.field(
            "regions" if len(places) > MOST_NARROWED else "merchants",
            say("最多列 {n} 个；更多时请不限定。", "Name at most {n}; for more, leave it open.", n=MOST_NARROWED),
            code="too_many",
        )
    return Audience(tuple(side for side in Side if side in asked), _regions(places), _shops(shops))


def regions_known() -> list[str]:
    """Where consumers live, as the shops' files say."""
    found = Consumer.objects.exclude(region="").order_by("region").values_list("region", flat=True).distinct()
    return list(found[: MOST_NARROWED * 5])


def _distinct(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(value.strip() for value in values if value.strip()))


def _regions(asked: tuple[str, ...]) -> tuple[str, ...]:
    known = set(Consumer.objects.filter(region__in=asked).order_by().values_list("region", flat=True).distinct()) if asked else set()
    for region in asked:
        if region not in known:
            raise Unprocessable.field(
                "regions", say("没有消费者的地区是“{name}”。", "No consumer lives in “{name}”.", name=region), code="unknown_region"
            )
    return asked


def _shops(asked: tuple[str, ...]) -> tuple[int, ...]:
    known = dict(Merchant.objects.filter(ref__in=asked).order_by("pk").values_list("ref", "pk")) if asked else {}
    for ref in asked:
        if ref not in known:
            raise Unprocessable.field(
                "merchants", say("没有这个商家：{ref}。", "There is no such merchant: {ref}.", ref=ref), code="no_shop"
            )
    return tuple(known[ref] for ref in asked)
