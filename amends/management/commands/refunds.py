"""`amends refunds`: what needs a hand, one refund whole, one safe retry, another way, owners, and chargebacks with their answers."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from rich.console import Console
from rich.table import Table

from amends.approvals.models import Approval
from amends.kernel.refusals import Refusal
from amends.kernel.texts import Text, say
from amends.ledger.words import sum_words
from amends.people.models import User
from amends.people.queries import actor_of
from amends.people.rules import PLATFORM, Actor
from amends.plumbing.console import language
from amends.refunds import lists, verbs
from amends.refunds.chargebacks import PROOFS, STATES, answer_chargeback
from amends.refunds.mending import retry_safely
from amends.refunds.models import Chargeback, Refund
from amends.refunds.payees import hint_of
from amends.refunds.where import WAYS, label_of

ASKED = say("已提交审批：{ref}", "A second person is asked: {ref}")
NOBODY = say("没有要处理的退款。", "No refund needs a hand.")
HEADS = (
    say("退款", "refund"), say("售后单", "case"), say("金额", "amount"), say("退到", "goes to"), say("状态", "need"), say("时限", "limit"),
    say("负责人", "owner"),
)  # fmt: skip


class Command(BaseCommand):
    help = "Refunds that need a hand: list, show, recheck, take, assign, redirect; and chargebacks: list, answer."

    def add_arguments(self, parser: ArgumentParser) -> None:
        acts = parser.add_subparsers(dest="act", required=True)
        listing = acts.add_parser("list", help="what needs a hand, the oldest first")
        listing.add_argument("--need", default="", choices=["", *lists.NEEDS], help="one kind of need alone")
        show = acts.add_parser("show", help="one refund")
        recheck = acts.add_parser("recheck", help="look it up, and send it again if it has surely failed")
        take = acts.add_parser("take", help="work on it")
        assign = acts.add_parser("assign", help="give it to a colleague")
        assign.add_argument("--to", required=True, help="e-mail address")
        redirect = acts.add_parser("redirect", help="pay a failed refund to a payee of its consumer")
        redirect.add_argument("--payee", required=True, help="PY-…")
        redirect.add_argument("--why", default="")
        redirect.add_argument("--break-glass", action="store_true", help="do it now, to be reviewed")
        banks = acts.add_parser("chargebacks", help="what banks have taken back")
        banks.add_argument("--state", default="", choices=["", *STATES])
        answer = acts.add_parser("answer", help="answer a chargeback with proof")
        answer.add_argument("--proof", action="append", default=[], choices=list(PROOFS))
        answer.add_argument("--words", required=True)
        answer.add_argument("--evidence", action="append", default=[], help="EV-…")
        for one in (show, recheck, take, assign, redirect, answer):
            one.add_argument("ref")
        for one in (recheck, take, assign, redirect, answer):
            one.add_argument("--as", dest="who", required=True, help="e-mail address of whoever does it")
        for one in (listing, show, recheck, take, assign, redirect, banks, answer):
            one.add_argument("--json", action="store_true", help="print JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            getattr(self, f"_{options['act']}")(options)
        except Refusal as refusal:
            fields = "".join(f"\n  {name}: {text.into(language())}" for name, text in getattr(refusal, "fields", {}).items())
            raise CommandError(refusal.text.into(language()) + fields) from refusal

    def _list(self, options: dict[str, Any]) -> None:
        found = lists.in_need(PLATFORM, options["need"])
        if options["json"]:
            print(json.dumps([_plain(one.refund, one.due_at) for one in found], ensure_ascii=False))
            return
        if not found:
            print(NOBODY.into(language()))
            return
        table = Table(*(head.into(language()) for head in HEADS))
        for one in found:
            row = one.refund
            due = one.due_at.isoformat(timespec="minutes") if one.due_at else ""
            to = hint_of(row.payee) or label_of(row)
            table.add_row(row.ref, row.case.ref, _money(row.amount_minor, row.unit), to.into(language()),
                          lists.NEEDS[one.need].into(language()), due, str(row.owner or ""))  # fmt: skip
        Console().print(table)

    def _show(self, options: dict[str, Any]) -> None:
        self._tell(lists.refund_for(options["ref"], PLATFORM), options)

    def _recheck(self, options: dict[str, Any]) -> None:
        self._tell(retry_safely(options["ref"], by=_who(options["who"])), options)

    def _take(self, options: dict[str, Any]) -> None:
        self._tell(verbs.take_on(options["ref"], by=_who(options["who"])), options)

    def _assign(self, options: dict[str, Any]) -> None:
        self._tell(verbs.assign(options["ref"], to=options["to"], by=_who(options["who"])), options)

    def _redirect(self, options: dict[str, Any]) -> None:
        came = verbs.redirect(
            options["ref"], payee=options["payee"], why=options["why"], break_glass=options["break_glass"], by=_who(options["who"])
        )  # fmt: skip
        if isinstance(came, Refund):
            self._tell(came, options)
            return
        assert isinstance(came, Approval)  # noqa: S101 - the other of the two
        print(json.dumps({"approval": came.ref}) if options["json"] else ASKED.filled(ref=came.ref).into(language()))

    def _chargebacks(self, options: dict[str, Any]) -> None:
        for row in lists.chargebacks(PLATFORM, options["state"]):
            self._bank(row, options)

    def _answer(self, options: dict[str, Any]) -> None:
        by = _who(options["who"])
        row = answer_chargeback(options["ref"], proof=options["proof"], words=options["words"], evidence=options["evidence"], by=by)
        self._bank(lists.chargeback_for(row.ref, by), options)

    def _tell(self, row: Refund, options: dict[str, Any]) -> None:
        row = lists.refund_for(row.ref, PLATFORM)
        if options["json"]:
            print(json.dumps(_plain(row, lists.limit_of(row)), ensure_ascii=False))
            return
        words: list[Text | str] = [row.ref, row.case.ref, _money(row.amount_minor, row.unit), WAYS[row.way], row.stage, row.reason]
        print(*(word.into(language()) if isinstance(word, Text) else word for word in words if word), sep="  ")

    def _bank(self, row: Chargeback, options: dict[str, Any]) -> None:
        if options["json"]:
            print(json.dumps({
                "ref": row.ref, "order": row.tender.order.ref, "amount_minor": row.amount_minor, "currency": row.unit, "state": row.state,
                "reason": row.reason, "answer_by": row.answer_by and row.answer_by.isoformat(), "proof": row.proof,
                "answered": row.answered_at is not None, "covered_minor": row.covered_minor,
            }, ensure_ascii=False))  # fmt: skip
            return
        print(row.ref, row.tender.order.ref, _money(row.amount_minor, row.unit), STATES[row.state].into(language()), row.reason, sep="  ")


def _who(email: str) -> Actor:
    user = User.objects.filter(email__iexact=email, is_active=True).order_by("pk").first()
    found = user and (actor_of(user, "desk") or actor_of(user, "console"))
    if not found:
        raise CommandError(say("没有这个人。", "There is no such person.").into(language()))
    return found


def _money(minor: int, unit: str) -> str:
    return sum_words(minor, unit).into(language())


def _plain(row: Refund, due_at: datetime | None) -> dict[str, Any]:
    return {
        "ref": row.ref, "case": row.case.ref, "amount_minor": row.amount_minor, "currency": row.unit, "way": row.way,
        "gateway": row.gateway, "stage": row.stage, "need": lists.need_of(row), "reason": row.reason,
        "owner": row.owner.email if row.owner else "", "since": row.since.isoformat(), "due_at": due_at and due_at.isoformat(),
        "stands_for": row.stands_for.ref if row.stands_for else "",
    }  # fmt: skip
