"""`amends workshops …`: workshops and technicians told, free times, appointments booked, moved, cancelled; a day's list."""

from __future__ import annotations

import json
import re
from argparse import ArgumentParser
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from amends.kernel.texts import say
from amends.management.bearing import refused, said, with_person
from amends.management.person import actor_named
from amends.people.rules import Actor
from amends.repairs import booking
from amends.repairs import workshops as keeping
from amends.repairs.agenda import VisitView, day_of, visit_ahead, visits_of
from amends.repairs.free import free_slots
from amends.repairs.hands import job_of
from amends.repairs.models import Technician, Workshop

HOURS = re.compile(r"^([1-7])(?:-([1-7]))?((?: \d\d:\d\d-\d\d:\d\d)+)$")
WRONG_HOURS = say("营业时间写成“1-5 09:00-12:00 13:00-17:00”，1 是星期一。", "Write hours as “1-5 09:00-12:00 13:00-17:00”; 1 is Monday.")


class Command(BaseCommand):
    help = "Workshops: tell them and their technicians, find free times for a repair, book, move and cancel appointments."

    def add_arguments(self, parser: ArgumentParser) -> None:
        below = parser.add_subparsers(dest="word", metavar="list|save|close|technician|leave|slots|book|move|cancel|day", required=True)
        below.add_parser("list", help="workshops and technicians")
        save = below.add_parser("save", help="tell a workshop, or change it")
        save.add_argument("key", help="the shop's own key for it")
        for name in ("name", "name-en", "address", "tz"):
            save.add_argument(f"--{name}")
        for name in ("ways", "skills", "zones"):
            save.add_argument(f"--{name}", nargs="*")
        save.add_argument("--hours", action="append", help="1-5 09:00-12:00 13:00-17:00; again for other days")
        save.add_argument("--slot-minutes", type=int)
        close = below.add_parser("close", help="it takes no new jobs")
        close.add_argument("ref", help="WS-… or its key")
        technician = below.add_parser("technician", help="tell a technician, or change one")
        technician.add_argument("workshop", help="WS-… or its key")
        technician.add_argument("--ref", default="", help="TE-…, to change one")
        for name in ("name", "email"):
            technician.add_argument(f"--{name}")
        for name in ("skills", "zones"):
            technician.add_argument(f"--{name}", nargs="*")
        technician.add_argument("--day-most", type=int)
        leave = below.add_parser("leave", help="a technician takes no new appointments")
        leave.add_argument("ref", help="TE-…")
        slots = below.add_parser("slots", help="free times for a repair")
        slots.add_argument("ref", help="RE-…")
        slots.add_argument("--first", type=date.fromisoformat, help="the first day")
        slots.add_argument("--days", type=int, default=14)
        for word, what in (("book", "RE-…"), ("move", "VT-…")):
            placing = below.add_parser(word, help=f"{word} an appointment")
            placing.add_argument("ref", help=what)
            placing.add_argument("--at", type=datetime.fromisoformat, help="2026-03-11T09:00+08:00")
            placing.add_argument("--technician", default="", help="TE-…")
        below.choices["book"].add_argument("--address", default="", help="for a visit")
        below.choices["book"].add_argument("--workshop", default="", help="for goods that came by post")
        cancel = below.add_parser("cancel", help="cancel an appointment")
        cancel.add_argument("ref", help="VT-…")
        day = below.add_parser("day", help="the appointments of a day")
        day.add_argument("--day", type=date.fromisoformat)
        for each in below.choices.values():
            with_person(each)

    def handle(self, *args: Any, word: str, **options: Any) -> None:
        by: Actor = refused(lambda: actor_named(options["person"]))
        rows: Iterable[dict[str, Any]] = refused(lambda: list(getattr(self, f"_{word}")(options, by)))
        for row in rows:
            print(json.dumps(row, ensure_ascii=False, default=str) if options["json"] else "  ".join(str(v) for v in row.values()))

    def _list(self, options: dict[str, Any], by: Actor) -> Iterable[dict[str, Any]]:
        for shop in keeping.workshops(by)[:200]:
            yield _shop(shop)
            yield from (_technician(one) for one in shop.technicians.all())

    def _save(self, options: dict[str, Any], by: Actor) -> Iterable[dict[str, Any]]:
        given = {name: options[name] for name in ("name_en", "address", "tz", "ways", "skills", "zones", "slot_minutes")}
        given |= {
            "name_zh": options["name"],
            "hours": [one for text in options["hours"] for one in _hours(text)] if options["hours"] else None,
        }
        yield _shop(keeping.save_workshop(options["key"], _told(given), by=by))

    def _close(self, options: dict[str, Any], by: Actor) -> Iterable[dict[str, Any]]:
        yield _shop(keeping.close_workshop(options["ref"], by=by))

    def _technician(self, options: dict[str, Any], by: Actor) -> Iterable[dict[str, Any]]:
        given = _told({name: options[name] for name in ("name", "email", "skills", "zones", "day_most")})
        yield _technician(keeping.save_technician(options["workshop"], given, ref=options["ref"], by=by))

    def _leave(self, options: dict[str, Any], by: Actor) -> Iterable[dict[str, Any]]:
        yield _technician(keeping.end_technician(options["ref"], by=by))

    def _slots(self, options: dict[str, Any], by: Actor) -> Iterable[dict[str, Any]]:
        for slot in free_slots(job_of(options["ref"], by)[0], first=options["first"], days=options["days"]):
            yield {
                "local": f"{slot.local:%Y-%m-%d %H:%M}", "starts_at": slot.starts_at.isoformat(), "technician": slot.technician.ref,
                "name": slot.technician.name, "workshop": slot.workshop.key,
            }  # fmt: skip

    def _book(self, options: dict[str, Any], by: Actor) -> Iterable[dict[str, Any]]:
        where = {name: options[name] for name in ("technician", "address", "workshop")}
        ahead = visit_ahead(visits_of(booking.book(options["ref"], starts_at=options["at"], **where, by=by)))
        yield _visit(ahead) if ahead else {"repair": options["ref"]}

    def _move(self, options: dict[str, Any], by: Actor) -> Iterable[dict[str, Any]]:
        visit = booking.move_visit(options["ref"], starts_at=options["at"], technician=options["technician"], by=by)
        yield {"visit": visit.ref, "starts_at": visit.starts_at.isoformat()}

    def _cancel(self, options: dict[str, Any], by: Actor) -> Iterable[dict[str, Any]]:
        visit = booking.cancel_visit(options["ref"], by=by)
        yield {"visit": visit.ref, "state": visit.state}

    def _day(self, options: dict[str, Any], by: Actor) -> Iterable[dict[str, Any]]:
        return [_visit(view) for view in day_of(by, options["day"])[1]]


def _told(given: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in given.items() if value is not None}


def _hours(text: str) -> list[dict[str, Any]]:
    found = HOURS.match(text.strip())
    if found is None:
        raise CommandError(said(WRONG_HOURS))
    days = list(range(int(found[1]), int(found[2] or found[1]) + 1))
    return [{"days": days, "from": span[:5], "until": span[6:]} for span in found[3].split()]


def _shop(row: Workshop) -> dict[str, Any]:
    return {"ref": row.ref, "key": row.key, "name": row.name_zh, "ways": row.ways, "skills": row.skills, "ended_at": row.ended_at}


def _technician(row: Technician) -> dict[str, Any]:
    return {"ref": row.ref, "name": row.name, "skills": row.skills, "zones": row.zones, "day_most": row.day_most, "ended_at": row.ended_at}


def _visit(view: VisitView) -> dict[str, Any]:
    return {
        "visit": view.ref, "repair": view.job, "local": f"{view.local:%Y-%m-%d %H:%M}", "technician": view.technician, "state": view.state,
        "address": view.address,
    }  # fmt: skip
