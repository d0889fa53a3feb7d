"""A merchant's book of addresses that goods go back to: entries for regions and goods, their hours, and one default.

An entry that changes is ended and written anew, so that a parcel under way keeps the address it was sent to. Only the shop's own people
change its book, and nobody but them and the platform reads it whole: a consumer sees the one address of their parcel.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.db import transaction
from django.db.models import QuerySet

from amends.cases.hands import check_not_reader
from amends.cases.texts import clean_words
from amends.kernel import clock
from amends.kernel.parties import Party
from amends.kernel.refs import clean_ref, new_ref
from amends.kernel.refusals import NotFound, Unprocessable
from amends.kernel.texts import Text, say
from amends.market.models import Merchant
from amends.people.rules import Actor
from amends.policy.rules.words import GoodsClass
from amends.shipping.addressing import Entry, clean_hours, clean_names, fitting
from amends.shipping.models import ReturnAddress

MOST_ENTRIES = 200
LONGEST = {"key": 40, "name": 80, "phone": 40, "address": 300, "place": 40}
NEEDED = ("key", "name", "address")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Given:
    """An entry as somebody wrote it. `key` names it in the shop; `zones` are regions of consumers, `goods` classes, both empty for all."""

    key: str
    name: str
    address: str
    phone: str = ""
    place: str = ""
    zones: Sequence[str] = field(default_factory=list)
    goods: Sequence[str] = field(default_factory=list)
    hours: Sequence[Any] = field(default_factory=list)
    tz: str = "Asia/Shanghai"
    is_default: bool = False


@transaction.atomic
def put_address(given: Given, *, by: Actor) -> ReturnAddress:
    """The entry with this key says this from now on; the first of a book is its default, and a new default takes the place of the old.

    Said word for word before it is the same entry. Raises NotFound and NotYourMove for other hands, Unprocessable with the fields.
    """
    merchant_id = shop_of(by)
    # The shop's row is the lock of its book: two who write at one time stand in a row.
    Merchant.objects.select_for_update().get(pk=merchant_id)
    columns = _checked(given)
    rows = list(in_force(merchant_id))
    before = next((row for row in rows if row.key == columns["key"]), None)
    columns["is_default"] = given.is_default or not rows or bool(before and before.is_default)
    if before is not None and all(getattr(before, name) == value for name, value in columns.items()):
        return before
    if len(rows) >= MOST_ENTRIES and before is None:
        full = say("地址簿最多 {n} 条。", "A book has {n} addresses at most.", n=MOST_ENTRIES)
        raise Unprocessable.field("key", full, code="book_full")
    at = clock.now()
    if before is not None:
        _end(before)
    if columns["is_default"]:
        ReturnAddress.objects.filter(merchant_id=merchant_id, is_default=True, ended_at__isnull=True).update(is_default=False)
    return ReturnAddress.objects.create(merchant_id=merchant_id, ref=new_ref("AD"), made_at=at, **columns)


@transaction.atomic
def end_address(ref: str, *, by: Actor) -> ReturnAddress:
    """The entry is taken by no new parcel. Ended before, it stays as it was.

    Raises NotFound, NotYourMove; Unprocessable for the default while there are others: name another default first.
    """
    merchant_id = shop_of(by)
    Merchant.objects.select_for_update().get(pk=merchant_id)
    row = ReturnAddress.objects.filter(merchant_id=merchant_id, ref=clean_ref(ref) or "").first()
    if row is None:
        raise NotFound
    if row.ended_at is None:
        if row.is_default and in_force(merchant_id).exclude(pk=row.pk).exists():
            wrong = say("这是默认地址，请先把另一条设为默认。", "This is the default. Please make another entry the default first.")
            raise Unprocessable.field("ref", wrong, code="is_default")
        _end(row)
    return row


def shop_of(by: Actor) -> int:
    """The merchant in whose book `by` writes. Raises NotFound for people of no shop, NotYourMove for who only reads."""
    if by.party is not Party.MERCHANT or not by.merchant_id:
        raise NotFound
    check_not_reader(by)
    return by.merchant_id


def in_force(merchant_id: int) -> QuerySet[ReturnAddress]:
    """The entries that new parcels may go to, the oldest first."""
    return ReturnAddress.objects.filter(merchant_id=merchant_id, ended_at__isnull=True).order_by("pk")


def book(by: Actor, *, merchant_id: int | None = None) -> list[ReturnAddress]:
    """The entries in force of the shop of `by`, or of any shop for the platform. Raises NotFound."""
    if by.party is Party.MERCHANT and by.merchant_id and merchant_id in (None, by.merchant_id):
        return list(in_force(by.merchant_id))
    if by.sees_everything and merchant_id is not None:
        return list(in_force(merchant_id))
    raise NotFound


def fitting_address(merchant_id: int, region: str, goods: Iterable[str]) -> ReturnAddress | None:
    """The entry that a parcel of these goods from this region goes to; None where the book has none for it."""
    rows = {row.pk: row for row in in_force(merchant_id)}
    found = fitting([Entry(row.pk, tuple(row.zones), tuple(row.goods), row.is_default) for row in rows.values()], region, goods)
    return rows[found.id] if found else None


def entry_in_force(ref: str, merchant_id: int) -> ReturnAddress:
    """The merchant's entry with this reference. Raises Unprocessable where there is none that new parcels may go to."""
    row = in_force(merchant_id).filter(ref=clean_ref(ref) or "").first()
    if row is None:
        raise Unprocessable.field("entry", say("地址簿里没有这一条。", "The book has no such entry."), code="no_such_address")
    return row


def full_words(row: ReturnAddress) -> str:
    """The entry as it stands on a label: address, name, telephone."""
    return "\n".join(part for part in (row.address, f"{row.name} {row.phone}".strip()) if part)


def _end(row: ReturnAddress) -> None:
    ReturnAddress.objects.filter(merchant_id=row.merchant_id, pk=row.pk, ended_at__isnull=True).update(
        ended_at=clock.now(), is_default=False
    )
    row.refresh_from_db()


def _checked(given: Given) -> dict[str, Any]:
    words = {
        name: " ".join(clean_words(str(getattr(given, name)), field=name, required=name in NEEDED, longest=most).split())
        for name, most in LONGEST.items()
    }
    wrong: dict[str, Text] = {}
    zones = _tried("zones", lambda: clean_names(list(given.zones)), _NAMES, wrong)
    goods = _tried("goods", lambda: clean_names(list(given.goods)), _NAMES, wrong)
    hours = _tried("hours", lambda: clean_hours(list(given.hours)), _HOURS, wrong)
    unknown = [name for name in goods or [] if name not in set(GoodsClass)]
    if unknown:
        wrong["goods"] = say("没有这种商品类别：{names}。", "No such class of goods: {names}.", names=", ".join(unknown))
    try:
        ZoneInfo(given.tz)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        wrong["tz"] = say("没有这个时区。", "There is no such time zone.")
    if wrong:
        raise Unprocessable(say("地址里有内容不对。", "Something in the address is not right."), code="wrong_address", fields=wrong)
    return {**words, "zones": zones, "goods": goods, "hours": hours, "tz": given.tz}


_NAMES = say("名称不对：最多 60 个，每个最多 40 个字。", "Not right: 60 names at most, of 40 characters at most.")
_HOURS = say("时间要写成“1-5 09:00-18:00”，一行一条。", "Hours are written like “1-5 09:00-18:00”, one row a line.")


def _tried(name: str, run: Callable[[], T], why: Text, wrong: dict[str, Text]) -> T | None:
    try:
        return run()
    except ValueError:
        wrong[name] = why
        return None
