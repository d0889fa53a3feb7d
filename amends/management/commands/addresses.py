"""`amends addresses …`: a shop's book of return addresses: listed, written, ended; and the cases in which there was none in time."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from amends.cases.models import Case
from amends.kernel.texts import say
from amends.management.bearing import refused, said, with_person
from amends.management.person import actor_named
from amends.people.rules import Actor
from amends.policy.rules.words import GoodsClass
from amends.returns.addressing import BREACHES
from amends.shipping.addresses import Given, book, end_address, put_address
from amends.shipping.addressing import read_hours
from amends.shipping.models import ReturnAddress


class Command(BaseCommand):
    help = "The addresses that a shop's returns go to, by region and goods, with hours; and where an address was missing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        below = parser.add_subparsers(dest="word", metavar="list|put|end|breaches", required=True)
        listed = below.add_parser("list", help="the entries in force, the oldest first")
        put = below.add_parser("put", help="write the entry with this key, or change it")
        put.add_argument("key", help="what the shop calls it")
        put.add_argument("--name", required=True, help="who receives")
        put.add_argument("--address", required=True)
        put.add_argument("--phone", default="")
        put.add_argument("--place", default="", help="the warehouse")
        put.add_argument("--zone", action="append", default=[], help="a region of consumers that send here; several times; none is all")
        put.add_argument("--goods", action="append", default=[], choices=[each.value for each in GoodsClass], help="a class of goods")
        put.add_argument("--hours", default="", help="1-5 09:00-18:00; 6 10:00-16:00")
        put.add_argument("--tz", default="Asia/Shanghai")
        put.add_argument("--default", action="store_true", help="where nothing else fits")
        end = below.add_parser("end", help="no new parcel goes there")
        end.add_argument("ref", help="AD-…")
        breaches = below.add_parser("breaches", help="cases without a return address within the legal limit")
        for each in (listed, put, end, breaches):
            with_person(each)

    def handle(self, *args: Any, word: str, **options: Any) -> None:
        by: Actor = refused(lambda: actor_named(options["person"]))
        if word == "breaches":
            self._breaches(by, options)
        elif word == "put":
            self._told(refused(lambda: put_address(_given(options), by=by)), options)
        elif word == "end":
            self._told(refused(lambda: end_address(options["ref"], by=by)), options)
        else:
            rows = refused(lambda: book(by))
            if not rows and not options["json"]:
                print(said(say("地址簿是空的。", "The book is empty.")))
            for row in rows:
                self._told(row, options)

    def _breaches(self, by: Actor, options: dict[str, Any]) -> None:
        rows = Case.objects.visible_to(by).filter(**{f"counts__{BREACHES}__gte": 1}).select_related("merchant").order_by("pk")
        for case in rows:
            plain = {"case": case.ref, "merchant": case.merchant.ref, "times": case.counts[BREACHES]}
            print(json.dumps(plain) if options["json"] else "  ".join(str(value) for value in plain.values()))

    def _told(self, row: ReturnAddress, options: dict[str, Any]) -> None:
        names = ("ref", "key", "name", "phone", "address", "place", "zones", "goods", "hours", "tz", "is_default")
        plain = {name: getattr(row, name) for name in names} | {"ended": row.ended_at is not None}
        shown = [row.ref, row.key, "*" if row.is_default else "", row.address, ",".join(row.zones), ",".join(row.goods)]
        print(json.dumps(plain, ensure_ascii=False) if options["json"] else "  ".join(filter(None, shown)))


def _given(options: dict[str, Any]) -> Given:
    try:
        hours = read_hours(options["hours"])
    except ValueError as wrong:
        why = say("时间要写成“1-5 09:00-18:00”。", "Hours are written like “1-5 09:00-18:00”.")
        raise CommandError(said(why)) from wrong
    words = {name: options[name] for name in ("key", "name", "address", "phone", "place", "goods", "tz")}
    return Given(**words, zones=options["zone"], hours=hours, is_default=options["default"])
