"""`amends announce`: announcements from the terminal, as the person that `--as` names: list, write, publish, withdraw, reach.

amends announce list --as olga@example.com
amends announce write --title "…" --title-en "…" --text "…" --text-en "…" --to consumers --days 7 --as olga@example.com
amends announce publish AN-… --as olga@example.com
amends announce reach AN-… --as olga@example.com
amends announce withdraw AN-… --as olga@example.com
"""

from __future__ import annotations

import json
from argparse import Namespace
from collections.abc import Mapping
from dataclasses import asdict
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from amends.kernel import clock
from amends.management.person import actor_named
from amends.notices.announcing import verbs
from amends.notices.announcing.audience import Side, audience_of
from amends.notices.announcing.queries import STATES, announcement, announcements, reach, state_of
from amends.notices.models import Announcement
from amends.notices.rules.writers import only_office
from amends.people.rules import Actor
from amends.plumbing.console import tell


class Command(BaseCommand):
    help = "Tell many at once: write an announcement, publish it, see whom it reached, withdraw it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("what", choices=["list", "write", "publish", "reach", "withdraw"])
        parser.add_argument("ref", nargs="?", default="", metavar="AN-…", help="which one; write: the draft to change")
        parser.add_argument("--as", dest="person", required=True, metavar="EMAIL", help="who acts")
        parser.add_argument("--kind", choices=sorted(verbs.KINDS), default="service")
        for name in ("title", "text"):
            parser.add_argument(f"--{name}", default="", help=f"write: the {name} in Chinese")
            parser.add_argument(f"--{name}-en", default="", help=f"write: the {name} in English")
        parser.add_argument("--to", action="append", default=[], choices=[*Side], help="write: who is told; may be repeated")
        parser.add_argument("--region", action="append", default=[], help="write: only consumers of this region; may be repeated")
        parser.add_argument("--merchant", action="append", default=[], metavar="ME-…", help="write: only these and who bought there")
        parser.add_argument("--days", type=int, default=7, help="write: shown for so many days from now")
        parser.add_argument("--outside", action="store_true", help="write: by push, WeChat or mail too, not on the pages alone")
        parser.add_argument("--state", default="", choices=["", *STATES], help="list: only these")
        parser.add_argument("--json", action="store_true", help="print what a program can read")

    def handle(self, *args: Any, **options: Any) -> None:
        asked = Namespace(**options)
        by = actor_named(asked.person)
        told = getattr(self, f"_{asked.what}")(asked, by)
        if asked.json:
            print(json.dumps(told, ensure_ascii=False, default=lambda value: value.isoformat()))
        else:
            for line in told if isinstance(told, list) else [told]:
                tell("\t".join(str(value) for value in line.values()))

    def _list(self, asked: Namespace, by: Actor) -> list[dict[str, Any]]:
        only_office(by)
        return [_plain(one) for one in announcements(state=asked.state)]

    def _write(self, asked: Namespace, by: Actor) -> dict[str, Any]:
        audience = audience_of(asked.to, regions=asked.region, merchants=asked.merchant)
        start, end = clock.now(), clock.now() + timedelta(days=asked.days)
        written = verbs.Written(asked.kind, asked.title, asked.title_en, asked.text, asked.text_en, audience, start, end, asked.outside)
        return _plain(verbs.draft_announcement(written, by=by, ref=asked.ref))

    def _publish(self, asked: Namespace, by: Actor) -> dict[str, Any]:
        return _plain(verbs.publish(asked.ref, by=by))

    def _withdraw(self, asked: Namespace, by: Actor) -> dict[str, Any]:
        return _plain(verbs.withdraw(asked.ref, by=by))

    def _reach(self, asked: Namespace, by: Actor) -> dict[str, Any]:
        only_office(by)
        counted: Mapping[str, Any] = asdict(reach(announcement(asked.ref)))
        return dict(counted) if asked.json else {name: f"{name} {value}" for name, value in counted.items() if name != "states"}


def _plain(one: Announcement) -> dict[str, Any]:
    return {
        "ref": one.ref,
        "state": state_of(one),
        "kind": one.kind,
        "title": one.title_zh,
        "title_en": one.title_en,
        "until": one.shown_until,
    }
