"""`amends gateways`: the payment gateways from the terminal, through the reads and verbs of page and API. No secret is printed.

amends gateways list --as sue@example.com
amends gateways pushes --gateway stripe --state failed --as sue@example.com
amends gateways again stripe evt_… --as sue@example.com
amends gateways probe alipay --as sue@example.com
"""

from __future__ import annotations

import json
from argparse import ArgumentParser, Namespace
from typing import Any

from django.core.management.base import BaseCommand

from amends.kernel.texts import Text
from amends.management.person import actor_named
from amends.people.rules import Actor
from amends.plumbing.console import language
from amends.refunds import gateways as reads
from amends.refunds.gateway_words import OFFERS, STATES
from amends.refunds.models import GatewayEvent

MOST = 200


class Command(BaseCommand):
    help = "How payment gateways are set up, what they pushed, working a push again, and whether one answers."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("what", choices=("list", "pushes", "again", "probe"))
        parser.add_argument("name", nargs="?", default="", metavar="GATEWAY", help="again, probe: house, stripe, alipay or wechat")
        parser.add_argument("event", nargs="?", default="", metavar="EVENT", help="again: the push's own id")
        parser.add_argument("--as", dest="person", default="", metavar="EMAIL", help="who asks")
        parser.add_argument("--gateway", default="", help="pushes: of this gateway only")
        parser.add_argument("--state", default="", choices=("", *STATES), help="pushes: only these")
        parser.add_argument("--json", action="store_true", help="print what a program can read")

    def handle(self, *args: Any, **options: Any) -> None:
        asked = Namespace(**options)
        rows = getattr(self, f"_{asked.what}")(asked, actor_named(asked.person))
        if asked.json:
            self.stdout.write(json.dumps(rows, ensure_ascii=False, default=_plain))
            return
        for row in rows:
            self.stdout.write("\n".join(f"{name:<12} {_shown(value)}" for name, value in row.items()) + "\n")

    def _list(self, asked: Namespace, by: Actor) -> list[dict[str, Any]]:
        return [
            {
                "name": one.name, "ready": one.set_up.ready, "simulated": one.set_up.simulated, "words": one.set_up.words,
                "offers": [OFFERS[offer] for offer in one.offers], "hook": one.hook, "pushes": one.events, "refunds": one.refunds,
                "missing": [setting.name for setting in one.settings if setting.missing], "untried": one.untried,
            }
            for one in reads.standings(by)
        ]  # fmt: skip

    def _pushes(self, asked: Namespace, by: Actor) -> list[dict[str, Any]]:
        return [_push(row) for row in reads.pushes_of(by, gateway=asked.gateway, state=asked.state)[:MOST]]

    def _again(self, asked: Namespace, by: Actor) -> list[dict[str, Any]]:
        return [_push(reads.push_again(asked.name, asked.event, by=by))]

    def _probe(self, asked: Namespace, by: Actor) -> list[dict[str, Any]]:
        found = reads.probe(asked.name, by=by)
        return [{"name": found.name, "answers": found.answers, "words": found.words}]


def _push(row: GatewayEvent) -> dict[str, Any]:
    return {
        "gateway": row.gateway, "event": row.event, "kind": row.kind, "key": str(row.told.get("key", "")), "state": row.state,
        "outcome": row.outcome, "times": row.times, "received_at": row.received_at,
    }  # fmt: skip


def _shown(value: Any) -> str:
    if isinstance(value, Text):
        return value.into(language())
    if isinstance(value, dict):
        return " · ".join(f"{name} {n}" for name, n in value.items()) or "–"
    return ", ".join(_shown(one) for one in value) or "–" if isinstance(value, list) else str(value)


def _plain(value: Any) -> Any:
    return value.both() if isinstance(value, Text) else value.isoformat()
