"""`amends case`: the whole journey from the terminal, as the person that `--as` names, through the verbs that pages and API call.

amends case orders --as anna@example.com
amends case consider OR-… --line 1:2 --issue quality --as anna@example.com
amends case apply OR-… --line 1:2 --issue quality --remedy return_refund --photo broken.jpg --as anna@example.com
amends case queue --as bolt@example.com
amends case do approve AS-… --as bolt@example.com
amends case ask-person AS-… --as anna@example.com --set words="nobody has looked at it"
amends case show AS-… --as anna@example.com
"""

from __future__ import annotations

import inspect
import json
from argparse import ArgumentParser, Namespace
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from amends.cases import hooks
from amends.cases.claims import Considered, LineClaim, consider
from amends.cases.queries import case_for, queue, timeline
from amends.cases.verbs.answering import ask_person
from amends.cases.verbs.applying import Application, apply
from amends.cases.verbs.uploading import upload
from amends.cases.words import stage_name, verb_name
from amends.faces.case_view import case_view
from amends.kernel import clock
from amends.kernel.money import Money
from amends.kernel.parties import NAMES, Party
from amends.kernel.refusals import NotFound, Unprocessable
from amends.kernel.texts import Text, say
from amends.management.person import actor_named
from amends.market.queries import order_by_ref, orders_of
from amends.people.rules import Actor
from amends.plumbing.console import language
from amends.policy.rules.explain import explain
from amends.policy.rules.facts import LANE_NAMES, Lane, Remedy
from amends.refunds.models import Refund
from amends.returns.models import ReturnShipment
from amends.rulings.models import Review

LIVES = ("case", "return_shipment", "inspection", "review", "refund")


class Command(BaseCommand):
    help = "Apply, answer, return, inspect, rule, rate: one case from the terminal."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("what", choices=["orders", "consider", "apply", "queue", "show", "do", "ask-person"])
        parser.add_argument(
            "words",
            nargs="*",
            help="orders, queue: nothing; consider, apply: an order; show, ask-person: a case; do: a verb and the ref it is about",
        )
        parser.add_argument("--as", dest="person", required=True, metavar="EMAIL", help="who acts")
        parser.add_argument(
            "--line", action="append", default=[], metavar="N:COUNT", help="pieces of a line of the order, e.g. 1:2; may be repeated"
        )
        parser.add_argument(
            "--flag", action="append", default=[], metavar="NAME=yes|no", help="the answer to one of the policy's questions"
        )
        parser.add_argument("--issue", default="no_reason")
        parser.add_argument("--remedy", default="return_refund")
        parser.add_argument("--photo", action="append", default=[], type=Path, help="a file that proves it; may be repeated")
        parser.add_argument(
            "--set", action="append", default=[], metavar="NAME=VALUE", help="do: what the verb wants to know, e.g. words=..., waybill=..."
        )
        parser.add_argument("--person", action="store_true", help="apply: a person is to decide, not a machine alone")
        parser.add_argument("--lane", default="", help="queue: instant, automatic, assisted or expert")
        parser.add_argument("--json", action="store_true", help="print what a program can read")

    def handle(self, *args: Any, **options: Any) -> None:
        asked = Namespace(**options)
        actor = actor_named(asked.person)
        told = getattr(self, f"_{asked.what.replace('-', '_')}")(asked, actor)
        if asked.json:
            print(json.dumps(told, ensure_ascii=False, default=_plain))
        else:
            for line in _lines(told):
                self.stdout.write(line)

    def _orders(self, asked: Namespace, actor: Actor) -> list[dict[str, Any]]:
        return [
            {
                "order": order.ref,
                "placed": order.placed_at,
                "paid": Money(order.paid_minor, order.currency),
                "lines": [f"{line.position}: {line.quantity} × {_in(say(line.name_zh, line.name_en))}" for line in order.lines.all()],
            }
            for order in orders_of(actor)[:20]
        ]

    def _consider(self, asked: Namespace, actor: Actor) -> dict[str, Any]:
        considered = self._considered(asked, actor)
        return {
            "questions": {q.flag: q.text for q in considered.missing},
            "remedies": {remedy.value: self._remedy(considered, remedy) for remedy in Remedy},
        }

    def _considered(self, asked: Namespace, actor: Actor) -> Considered:
        order = order_by_ref(_word(asked, 0), actor)
        return consider(order, _claims(asked), asked.issue, at=clock.now())

    def _remedy(self, considered: Considered, remedy: Remedy) -> dict[str, Any]:
        return {
            "open": considered.is_open(remedy),
            "amount": Money(considered.amount_minor(remedy), considered.order.currency),
            "lane": LANE_NAMES[considered.lane(remedy)],
            "why": [text for line in considered.lines for text in explain(line.decision, remedy)],
        }

    def _apply(self, asked: Namespace, actor: Actor) -> dict[str, Any]:
        order = order_by_ref(_word(asked, 0), actor)
        evidence = []
        for photo in asked.photo:
            with photo.open("rb") as stream:
                evidence.append(upload(order.ref, name=photo.name, stream=stream, by=actor).ref)
        words = _settings(asked).get("words", "")
        case = apply(
            Application(order.ref, _claims(asked), asked.issue, asked.remedy, words, evidence, "command", asks_person=asked.person),
            by=actor,
        )
        return self._told(case.ref, actor)

    def _queue(self, asked: Namespace, actor: Actor) -> list[dict[str, Any]]:
        return [
            {
                "case": row.ref,
                "about": row.title,
                "due": row.due_at,
                "left": _left(row.due_at - clock.now()),
                "silence": verb_name(row.life, row.silence),
                "lane": LANE_NAMES[Lane(row.lane)],
            }
            for row in queue(actor, lane=asked.lane).rows
        ]

    def _show(self, asked: Namespace, actor: Actor) -> dict[str, Any]:
        return self._told(_word(asked, 0), actor)

    def _ask_person(self, asked: Namespace, actor: Actor) -> dict[str, Any]:
        """A person decides, and no machine rules any more."""
        ref = _word(asked, 0)
        ask_person(ref, words=_settings(asked).get("words", ""), by=actor)
        return self._told(ref, actor)

    def _do(self, asked: Namespace, actor: Actor) -> dict[str, Any]:
        """Any verb of any life, by its own name and arguments."""
        name, ref = _word(asked, 0), _word(asked, 1)
        found = [hooks.VERBS[life, name] for life in LIVES if (life, name) in hooks.VERBS and _about(life, ref)]
        if not found:
            known = ", ".join(sorted({verb for life, verb in hooks.VERBS if _about(life, ref)}))
            raise Unprocessable(
                say("没有这个动作：{name}。可用：{known}。", "There is no such verb: {name}. Known: {known}.", name=name, known=known)
            )
        settings: dict[str, Any] = _settings(asked)
        wants = inspect.signature(found[0]).parameters
        unknown = set(settings) - set(wants)
        missing = {n for n, p in wants.items() if p.default is p.empty and n not in ("ref", "by")} - set(settings)
        if unknown or missing:
            told = say(
                "这个动作要的是：{wants}。", "This verb wants: {wants}.", wants=", ".join(n for n in wants if n not in ("ref", "by"))
            )
            raise Unprocessable(told)
        for key, value in settings.items():
            settings[key] = int(value) if "int" in str(wants[key].annotation) else value
        found[0](ref, by=actor, **settings)
        return self._told(case_ref(ref), actor)

    def _told(self, ref: str, actor: Actor) -> dict[str, Any]:
        case = case_for(ref, actor)
        view = case_view(ref, actor)
        return {
            "case": case.ref,
            "about": case.title,
            "stage": stage_name("case", case.stage),
            "amount": Money(case.claimed_minor, case.currency),
            "lane": view.lane.name,
            "person_asked": view.lane.asked_at or "-",
            "waits": [{"for": NAMES[Party(turn.party)], "until": turn.due, "else": turn.silence} for turn in view.turns],
            "you_may": [{"verb": act.verb, "ref": act.ref, "words": act.words} for act in view.acts],
            "parcels": [{"ref": parcel.ref, "stage": parcel.stage} for parcel in view.parcels],
            "timeline": [f"{row.made_at:%F %H:%M} {_in(row.who)} {_in(row.what)}" for row in timeline(case, actor)],
        }


def case_ref(ref: str) -> str:
    """The case that a parcel, a review or a refund belongs to; the ref itself where it is a case's."""
    if ref.upper().startswith("AS"):
        return ref
    for model in (ReturnShipment, Review, Refund):
        found = model._default_manager.filter(ref=ref).select_related("case").first()
        if found is not None:
            return str(found.case.ref)
    raise NotFound


def _about(life: str, ref: str) -> bool:
    """Whether verbs of this life are said about such a ref."""
    kinds = {"AS": ("case", "inspection"), "RT": ("return_shipment", "inspection"), "RV": ("review",), "RF": ("refund",)}
    return life in kinds.get(ref[:2].upper(), ())


def _claims(asked: Namespace) -> list[LineClaim]:
    flags = {name: value.lower() in ("yes", "y", "true", "1", "是") for name, _, value in (flag.partition("=") for flag in asked.flag)}
    claims = []
    for line in asked.line or ["1:1"]:
        position, _, count = line.partition(":")
        if not position.isdigit() or not (count or "1").isdigit():
            raise Unprocessable(say("商品行写成 行号:件数，例如 1:2。", "A line is written NUMBER:COUNT, for example 1:2."))
        claims.append(LineClaim(int(position), int(count or 1), flags))
    return claims


def _settings(asked: Namespace) -> dict[str, str]:
    return {name: value for name, _, value in (pair.partition("=") for pair in asked.set)}


def _word(asked: Namespace, at: int) -> str:
    if len(asked.words) <= at:
        raise Unprocessable(say("还缺一个编号或动作，见 amends case --help。", "A reference or a verb is missing; see amends case --help."))
    return str(asked.words[at])


def _left(span: timedelta) -> str:
    hours = int(span.total_seconds() // 3600)
    return f"{hours // 24} d {hours % 24} h" if hours >= 24 else f"{hours} h"


def _in(text: Text) -> str:
    return text.into(language())


def _plain(value: Any) -> Any:
    if isinstance(value, Text):
        return value.both()
    if isinstance(value, Money):
        return {"minor": value.minor, "currency": value.currency}
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def _lines(told: Any, indent: str = "") -> list[str]:
    """Nested values as lines a person reads."""
    if not isinstance(told, dict | list):
        return [indent + _shown(told)]
    rows = list(told.items()) if isinstance(told, dict) else [("-", value) for value in told]
    out = []
    for key, value in rows:
        if isinstance(value, dict | list):
            out += [f"{indent}{key}", *_lines(value, indent + "  ")]
        else:
            out.append(f"{indent}{key}  {_shown(value)}")
    return out


def _shown(value: Any) -> str:
    if isinstance(value, Text):
        return _in(value)
    if isinstance(value, Money):
        return value.into(language())
    return f"{value:%F %H:%M %Z}" if hasattr(value, "tzinfo") else str(value)
