"""The payment gateways as the office sees them: how each is set up, what it offers, what it pushed, whether it answers. No secret is shown.

Not about single refunds; what a push does is in events.py.
"""

from __future__ import annotations

import os
from dataclasses import dataclass

from django.db.models import Count, QuerySet

from amends.kernel.refusals import NotFound, NotYourMove, Unprocessable
from amends.kernel.texts import Text, say
from amends.people.rules import Actor, Role
from amends.plumbing.addresses import public_url
from amends.plumbing.payments import choosing
from amends.plumbing.payments.choosing import MAKERS, SetUp
from amends.plumbing.payments.places import Setting
from amends.plumbing.payments.port import NEVER_RECEIVED, Asked, GatewayUnreachable
from amends.refunds import gateway_words as words
from amends.refunds import pushes
from amends.refunds.books import STUCK, UNANSWERED
from amends.refunds.models import GatewayEvent, Refund

KEEPERS = frozenset({Role.ADMIN, Role.SUPERVISOR})
PROBE = "AMENDS-PROBE"
REACHED = {"stripe": "http_404", "alipay": "ACQ.TRADE_NOT_EXIST"}
"""How a gateway says of a payment that nobody made that it is not there, where that is no clear answer about a refund."""
IN_NEED = UNANSWERED | STUCK
HOOKS = "/api/v1/hooks/payments/"


@dataclass(frozen=True, slots=True)
class Given:
    """One setting: its name, how it stands, and its value where that is a plain address."""

    name: str
    words: Text
    missing: bool
    value: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """One gateway: `events` by state (and `doubled`), `refunds` by stage of those that somebody waits for."""

    name: str
    title: Text
    set_up: SetUp
    offers: tuple[str, ...]
    settings: tuple[Given, ...]
    hook: str
    events: dict[str, int]
    refunds: dict[str, int]
    last: GatewayEvent | None
    untried: Text


@dataclass(frozen=True, slots=True)
class Probed:
    """Whether a gateway answered a question that changes nothing, and what it said."""

    name: str
    answers: bool
    words: Text


def standings(by: Actor) -> list[Standing]:
    """Every gateway that Amends knows, set up or not. Raises NotFound for whoever may not enter the office."""
    _only_office(by)
    events, refunds = pushes.counts(), _refunds()
    return [_standing(name, how, events.get(name, {}), refunds.get(name, {})) for name, how in choosing.set_up().items()]


def pushes_of(by: Actor, *, gateway: str = "", state: str = "") -> QuerySet[GatewayEvent]:
    """What gateways pushed, newest first. Raises NotFound for strangers; Unprocessable for a gateway or state that there is not."""
    _only_office(by)
    if gateway and gateway not in MAKERS:
        raise Unprocessable.field("gateway", say("渠道是 {all} 之一。", "The gateway is one of {all}.", all=", ".join(MAKERS)))
    if state and state not in words.STATES:
        raise Unprocessable.field("state", say("状态是 {all} 之一。", "The state is one of {all}.", all=", ".join(words.STATES)))
    found = GatewayEvent.objects.order_by("-received_at", "-pk")
    found = found.filter(gateway=gateway) if gateway else found
    return found.filter(state=state) if state else found


def push_again(gateway: str, event: str, *, by: Actor) -> GatewayEvent:
    """A push that could not be worked will be worked once more. Raises NotFound, NotYourMove, and NoSuchMove unless it failed."""
    _only_keepers(by)
    found = GatewayEvent.objects.filter(gateway=gateway, event=event).values_list("pk", flat=True).first()
    if found is None:
        raise NotFound
    return pushes.work_again(found)


def probe(name: str, *, by: Actor) -> Probed:
    """The gateway was asked for a payment that nobody knows: whether it answered, and whether it took our keys. Nothing changes there."""
    _only_keepers(by)
    if name not in MAKERS:
        raise NotFound
    try:
        answer = choosing.gateway(name).look(Asked(PROBE, payment_ref=f"pi_{PROBE}", tender=PROBE, amount=1, currency="CNY", captured=1))
    except GatewayUnreachable as why:
        return Probed(name, False, say("问不到：{why}", "It cannot be asked: {why}", why=str(why)[:200]))
    if answer.reason == NEVER_RECEIVED or answer.reason == REACHED.get(name):
        return Probed(name, True, say("有应答，密钥可用。", "It answers, and takes our keys."))
    return Probed(name, False, say("没有得到明确的回答：{why}", "No clear answer: {why}", why=answer.reason or answer.state))


def _standing(name: str, how: SetUp, events: dict[str, int], refunds: dict[str, int]) -> Standing:
    last = GatewayEvent.objects.filter(gateway=name).order_by("-received_at", "-pk").first()
    settings = tuple(_given(setting, how) for setting in MAKERS[name].needs)
    hook = public_url(f"{HOOKS}{name}")
    return Standing(name, MAKERS[name].words, how, _offers(name, how), settings, hook, events, refunds, last, words.UNTRIED[name])


def _offers(name: str, how: SetUp) -> tuple[str, ...]:
    if not how.ready:
        return ()
    transfers = choosing.gateway(name).can_transfer
    return ("refund", *(["transfer"] if transfers else []), "pay_link", "statement", "webhook")


def _given(setting: Setting, how: SetUp) -> Given:
    plain, file = (os.environ.get(name, "").strip() for name in (setting.name, f"{setting.name}_FILE"))
    shown = "" if setting.secret or setting.path else plain
    if plain:
        return Given(setting.name, words.GIVEN, False, shown if shown.startswith("http") else "")
    if file:
        return Given(setting.name, words.BY_FILE, False)
    if how.simulated:
        return Given(setting.name, words.PLAYED, False)
    if setting.usual:
        return Given(setting.name, words.USUAL, False, setting.usual if setting.usual.startswith("http") else "")
    return Given(setting.name, words.MISSING if setting.wanted else words.OPTIONAL, setting.wanted)


def _refunds() -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    rows = Refund.objects.filter(stage__in=IN_NEED, way__in=["tender", "transfer"]).order_by("gateway", "stage")
    for gateway, stage, n in rows.values_list("gateway", "stage").annotate(n=Count("pk")):
        found.setdefault(gateway, {})[stage] = n
    return found


def may_keep(by: Actor) -> bool:
    """Whether this person may have a gateway asked and a push worked again."""
    return by.user_id is not None and bool(by.roles & KEEPERS)


def _only_office(by: Actor) -> None:
    if not by.may_enter("office"):
        raise NotFound


def _only_keepers(by: Actor) -> None:
    _only_office(by)
    if not may_keep(by):
        raise NotYourMove(say("只有主管和管理员可以这样做。", "Only supervisors and administrators may do this."))
