"""`amends approvals`: what waits for approval, one in whole, and answering it, as the person that `--as` names.

amends approvals --as lead@example.com
amends approvals show AP-… --as lead@example.com
amends approvals approve AP-… --as lead@example.com
amends approvals refuse AP-… --as lead@example.com --why "too much for a scratch"
amends approvals withdraw AP-… --as agent@example.com
amends approvals review AP-… --as lead@example.com --verdict justified --why "I rang the hospital"
"""

from __future__ import annotations

import json
from argparse import ArgumentParser, Namespace
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from amends.approvals import answering, queries, words
from amends.approvals.models import Approval
from amends.approvals.rules import Verdict
from amends.kernel.refusals import Refusal
from amends.kernel.texts import Text, say
from amends.management.person import actor_named
from amends.people.rules import Actor
from amends.plumbing.console import language, tell

NONE = say("没有。", "None.")


class Command(BaseCommand):
    help = "What waits for approval; approve, refuse, withdraw and review."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("what", nargs="?", default="list", choices=["list", "show", "approve", "refuse", "withdraw", "review"])
        parser.add_argument("ref", nargs="?", default="", metavar="AP-…", help="which one; not for list")
        parser.add_argument("--as", dest="person", required=True, metavar="EMAIL", help="who acts")
        parser.add_argument("--view", choices=queries.VIEWS, default="waiting", help="list: what waits, your own, what is over, alarms")
        parser.add_argument("--why", default="", help="the reason; a refusal and a review need one")
        parser.add_argument("--verdict", default="", choices=["", *(v.value for v in Verdict)], help="review: what you find")
        parser.add_argument("--json", action="store_true", help="print what a program can read")

    def handle(self, *args: Any, **options: Any) -> None:
        asked = Namespace(**options)
        try:
            by = actor_named(asked.person)
            if asked.what == "list":
                self._list(queries.listed(asked.view, by).rows, by, as_json=asked.json)
            else:
                self._show(_done(asked, by), by, as_json=asked.json)
        except Refusal as refusal:
            raise CommandError(refusal.text.into(language())) from refusal

    def _list(self, rows: list[Approval], by: Actor, *, as_json: bool) -> None:
        if as_json:
            print(json.dumps([plain(row, by) for row in rows], ensure_ascii=False))
            return
        if not rows:
            tell(NONE)
            return
        for row in rows:
            told = (words.action_words(row), words.sum_words(row.amount_minor, row.unit), words.state_words(row))
            until = f"{row.review_due_at or row.due_at:%Y-%m-%d %H:%MZ}"
            tell("  ".join([row.ref, *(_say(each) for each in told), row.asked_by.name, until]))

    def _show(self, row: Approval, by: Actor, *, as_json: bool) -> None:
        if as_json:
            print(json.dumps(plain(row, by), ensure_ascii=False))
            return
        tell(f"{row.ref}  {_say(words.state_words(row))}")
        tell(f"{_say(queries.what_it_does(row))}  {_say(words.sum_words(row.amount_minor, row.unit))}")
        tell(f"{row.asked_by.name} ({_say(words.asked_as(row))}): {row.asked_why}")
        for reason in words.reasons(row):
            tell(f"- {_say(reason)}")
        if row.decided_why or row.outcome:
            tell(f"{row.decided_why}  {row.outcome}".strip())


def plain(row: Approval, by: Actor) -> dict[str, Any]:
    """What a program reads."""
    instants = {name: getattr(row, name) for name in ("asked_at", "due_at", "decided_at", "review_due_at", "reviewed_at")}
    return {
        "ref": row.ref, "action": row.action, "state": row.state, "amount_minor": row.amount_minor, "unit": row.unit,
        "asked_by": row.asked_by.name, "asked_as": row.asked_as, "why": row.asked_why, "because": row.payload["because"],
        "rules": row.payload["rules"], "outcome": row.outcome, "decided_why": row.decided_why, "reviewed_as": row.reviewed_as,
        "you_may": list(queries.may(row, by)), **{name: at and at.isoformat() for name, at in instants.items()},
    }  # fmt: skip


def _done(asked: Namespace, by: Actor) -> Approval:
    if asked.what == "approve":
        answering.approve(asked.ref, by=by, why=asked.why)
    elif asked.what == "refuse":
        answering.refuse(asked.ref, by=by, why=asked.why)
    elif asked.what == "withdraw":
        answering.withdraw(asked.ref, by=by)
    elif asked.what == "review":
        answering.review(asked.ref, by=by, verdict=asked.verdict, why=asked.why)
    return queries.approval(asked.ref, by)


def _say(text: Text) -> str:
    return text.into(language())
