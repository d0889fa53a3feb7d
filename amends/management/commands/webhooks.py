"""`amends webhooks`: a shop's endpoints from the terminal, as the person that `--as` names, through the verbs of pages and API.

amends webhooks add --url https://shop.example.com/hooks --event "case.*" --event refund.pay --as bolt@example.com
amends webhooks secret WE-… --as bolt@example.com
amends webhooks test WE-… --as bolt@example.com
amends webhooks deliveries WE-… --state given_up --as bolt@example.com
amends webhooks replay WE-… WD-… --as bolt@example.com
amends webhooks replay WE-… --since 2026-03-10T00:00:00Z --as sue@example.com
amends webhooks events --as bolt@example.com
amends webhooks page        writes docs/webhooks.md
"""

from __future__ import annotations

import json
from argparse import ArgumentParser, Namespace
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand

from amends.kernel import clock
from amends.kernel.refusals import Unprocessable
from amends.kernel.texts import Text, say
from amends.management.person import actor_named
from amends.management.webhooks_page import PAGE, page
from amends.notices.webhooks import queries, sealing, verbs
from amends.notices.webhooks.models import Delivery, Endpoint
from amends.notices.webhooks.rules.events import patterns_now
from amends.notices.webhooks.words import DELIVERY_STATES, ENDPOINT_STATES, WHY, error_words
from amends.people.rules import Actor
from amends.plumbing.console import language

WORDS = (
    "list", "add", "show", "secret", "change", "pause", "resume", "rotate", "remove", "test", "deliveries", "delivery", "replay", "events",
    "page",
)  # fmt: skip

STATES = ("", "waiting", "delivered", "given_up", "dropped")


class Command(BaseCommand):
    help = "Where a shop's programs listen: endpoints, what was sent to them, and sending it again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("what", choices=WORDS)
        parser.add_argument("ref", nargs="?", default="", metavar="WE-…", help="an endpoint")
        parser.add_argument("delivery", nargs="?", default="", metavar="WD-…", help="delivery, replay: one event that was sent")
        parser.add_argument("--as", dest="person", default="", metavar="EMAIL", help="who acts (page: nobody)")
        parser.add_argument("--url", help="add, change: where to send")
        parser.add_argument("--event", action="append", help="add, change: a pattern such as *, case.* or refund.pay; may be repeated")
        parser.add_argument("--label", help="add, change: what it is for")
        parser.add_argument("--since", default="", help="replay: everything that was owed since this instant (ISO 8601 with its zone)")
        parser.add_argument("--state", default="", choices=STATES, help="deliveries: only these")
        parser.add_argument("--json", action="store_true", help="print what a program can read")

    def handle(self, *args: Any, **options: Any) -> None:
        asked = Namespace(**options)
        if asked.what == "page":
            PAGE.write_text(page(), "utf-8")
            return
        told = getattr(self, f"_{asked.what}")(asked, actor_named(asked.person))
        if asked.json:
            print(json.dumps(told, ensure_ascii=False, default=_plain))
            return
        for row in told if isinstance(told, list) else [told]:
            self.stdout.write("\n".join(f"{name:<20} {_shown(value)}" for name, value in row.items()) + "\n")

    def _list(self, asked: Namespace, by: Actor) -> list[dict[str, Any]]:
        return [_endpoint(one) for one in queries.endpoints(by)]

    def _add(self, asked: Namespace, by: Actor) -> dict[str, Any]:
        return _endpoint(verbs.add(url=asked.url or "", types=asked.event or ["*"], label=asked.label or "", by=by))

    def _show(self, asked: Namespace, by: Actor) -> dict[str, Any]:
        found = queries.endpoint(asked.ref, by)
        counts = queries.counts([found]).get(found.pk, queries.Counts())
        return _endpoint(found) | {"waiting": counts.waiting, "delivered_7_days": counts.delivered, "given_up_7_days": counts.given_up}

    def _secret(self, asked: Namespace, by: Actor) -> dict[str, Any]:
        return {"secret": queries.secret(asked.ref, by)}

    def _change(self, asked: Namespace, by: Actor) -> dict[str, Any]:
        return _endpoint(verbs.change(asked.ref, url=asked.url, types=asked.event, label=asked.label, by=by))

    def _pause(self, asked: Namespace, by: Actor) -> dict[str, Any]:
        return _endpoint(verbs.pause(asked.ref, by=by))

    def _resume(self, asked: Namespace, by: Actor) -> dict[str, Any]:
        return _endpoint(verbs.resume(asked.ref, by=by))

    def _rotate(self, asked: Namespace, by: Actor) -> dict[str, Any]:
        return _endpoint(verbs.rotate(asked.ref, by=by))

    def _remove(self, asked: Namespace, by: Actor) -> dict[str, Any]:
        return _endpoint(verbs.end(asked.ref, by=by))

    def _test(self, asked: Namespace, by: Actor) -> dict[str, Any]:
        return _delivery(verbs.send_test(asked.ref, by=by), {})

    def _deliveries(self, asked: Namespace, by: Actor) -> list[dict[str, Any]]:
        page = queries.deliveries(asked.ref, by, state=asked.state)
        return [_delivery(row, page.cases) for row in page.rows]

    def _delivery(self, asked: Namespace, by: Actor) -> dict[str, Any]:
        row = queries.delivery(asked.ref, asked.delivery, by)
        return _delivery(row, queries.cases_of([row])) | {"log": row.log, "body": json.loads(queries.body_of_delivery(row))}

    def _replay(self, asked: Namespace, by: Actor) -> dict[str, Any]:
        if asked.delivery:
            row = verbs.replay(asked.ref, asked.delivery, by=by)
            return _delivery(row, queries.cases_of([row]))
        return {"replayed": verbs.replay_since(asked.ref, _instant(asked.since), by=by)}

    def _events(self, asked: Namespace, by: Actor) -> list[dict[str, Any]]:
        return [{"life": one["life"], "name": one["name"], "types": one["types"]} for one in queries.catalogue()]


def _endpoint(one: Endpoint) -> dict[str, Any]:
    state = queries.state_of(one)
    return {
        "ref": one.ref, "url": one.url, "label": one.label, "events": patterns_now(one.events), "state": state,
        "state_name": ENDPOINT_STATES[state], "why": WHY.get(one.why), "failing_since": one.failing_since, "next_at": one.next_at,
        "old_secret_until": sealing.old_until(one.secrets, clock.now()),
    }  # fmt: skip


def _delivery(row: Delivery, cases: Any) -> dict[str, Any]:
    return {
        "ref": row.ref, "type": row.type, "case": cases.get(row.case_id, ""), "number": row.number, "state": row.state,
        "state_name": DELIVERY_STATES[row.state], "attempts": row.attempts, "happened_at": row.entry_made_at, "next_at": row.next_at,
        "delivered_at": row.delivered_at, "status": row.status, "error": error_words(row.error),
    }  # fmt: skip


def _instant(typed: str) -> datetime:
    try:
        found = datetime.fromisoformat(typed)
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        wrong = say(
            "补发要给出一条记录，或用 --since 给出带时区的时间，例如 2026-03-10T00:00:00Z。",
            "Name one delivery, or give --since an instant with its zone, such as 2026-03-10T00:00:00Z.",
        )
        raise Unprocessable(wrong)
    return found


def _plain(value: Any) -> Any:
    return value.both() if isinstance(value, Text) else value.isoformat()


def _shown(value: Any) -> str:
    if isinstance(value, Text):
        return value.into(language())
    if isinstance(value, list):
        return " ".join(str(one) for one in value)
    if isinstance(value, datetime):
        return f"{value:%F %H:%M %Z}"
    return "-" if value in (None, "") else str(value)
