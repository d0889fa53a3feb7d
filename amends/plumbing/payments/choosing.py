"""Which payment gateways this installation has: each by its settings in the environment, else a simulator of the data folder, else none.

What is not set up is said to be so, with the reason; it is never pretended. Not about paying.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from typing import NamedTuple, cast

from amends.kernel.texts import Text, say
from amends.plumbing.database import home
from amends.plumbing.payments import http
from amends.plumbing.payments.places import NotSetUp, Place, Setting, given_for, nowhere, read_place, simulated
from amends.plumbing.payments.port import Capture, Event, Gateway, GatewayUnreachable
from amends.plumbing.payments.webhooks import webhook_secret


@dataclass(frozen=True, slots=True)
class Maker:
    """How a gateway is made: what it is called, and the room that has its `NEEDS` and `build`.

    A provider's library takes a good part of a second to load and tens of megabytes: it is loaded where that gateway is asked for.
    """

    words: Text
    room: str

    @property
    def needs(self) -> Sequence[Setting]:
        """The settings that it is made of."""
        return cast(Sequence[Setting], import_module(f"amends.plumbing.payments.{self.room}").NEEDS)

    def build(self, place: Place) -> Gateway:
        """The gateway at `place`. Raises NotSetUp."""
        return cast(Gateway, import_module(f"amends.plumbing.payments.{self.room}").build(place))


MAKERS: dict[str, Maker] = {
    "house": Maker(say("自有支付网关", "The house's gateway"), "http"),
    "stripe": Maker(say("Stripe", "Stripe"), "stripe_gateway"),
    "alipay": Maker(say("支付宝", "Alipay"), "alipay_gateway"),
    "wechat": Maker(say("微信支付", "WeChat Pay"), "wechat_gateway"),
}


class SetUp(NamedTuple):
    """How a gateway stands: `ready` to be asked, `simulated` by a process of this machine, and a sentence that says so or why not."""

    ready: bool
    simulated: bool
    words: Text


def gateway(name: str = "house") -> Gateway:
    """The gateway as it is set up now; a simulator restarted elsewhere is found anew. Raises GatewayUnreachable where it is not set up."""
    try:
        return _kept(_place(name), os.getpid())
    except NotSetUp as wrong:
        raise GatewayUnreachable(f"{name}: {wrong} (amends simulator payments plays it)") from wrong


def names() -> list[str]:
    """Every gateway that Amends knows, set up or not."""
    return list(MAKERS)


def set_up() -> dict[str, SetUp]:
    """How each gateway stands, for people."""
    return {name: _standing(name) for name in MAKERS}


def verify(name: str, headers: Mapping[str, str], body: bytes, query: Mapping[str, str]) -> list[Event]:
    """What a webhook of this gateway tells. Raises NotFromGateway; GatewayUnreachable where the gateway is not set up.

    The house's is checked with the shared secret alone, so that it is heard wherever that gateway is.
    """
    if name == "house":
        try:
            return http.events_of(headers, body, webhook_secret(home()))
        except NotSetUp as wrong:
            raise GatewayUnreachable(f"{name}: {wrong}") from wrong
    return gateway(name).verify(headers, body, query)


def register_captures(captures: Sequence[Capture]) -> int:
    """Simulated gateways have these captures in their book, once each; answers how many were new. Raises GatewayUnreachable.

    A real gateway knows by itself what it captured.
    """
    told = [capture for capture in captures if capture.gateway == "house" or _played(capture.gateway)]
    return gateway().register_captures(told) if told else 0


def _played(name: str) -> bool:
    """Whether the payment simulator plays this gateway: by the data folder's own word, or by an address on the house's gateway."""
    try:
        place, house = _place(name), _place("house")
    except NotSetUp:
        return False
    return place.simulated or any(value.startswith(house.values["AMENDS_PAYMENTS_URL"]) for value in place.values.values())


def _place(name: str) -> Place:
    if name not in MAKERS:
        raise NotSetUp(say("没有叫 {name} 的支付渠道。", "No gateway is called {name}.", name=name))
    if name != "house":
        return read_place(name, MAKERS[name].needs)
    # The house's gateway shares one secret with us, made once; where it answers is all that has to be told.
    given = given_for("AMENDS_PAYMENTS_URL")
    url = given or str(simulated().get("url", ""))
    if not url:
        raise NotSetUp(nowhere("AMENDS_PAYMENTS_URL"))
    return Place(name, {"AMENDS_PAYMENTS_URL": url, "AMENDS_PAYMENTS_SECRET": webhook_secret(home())}, simulated=not given)


@lru_cache(maxsize=16)
def _kept(place: Place, _pid: int) -> Gateway:
    return MAKERS[place.name].build(place)


def _standing(name: str) -> SetUp:
    try:
        place = _place(name)
        _kept(place, os.getpid())
    except NotSetUp as wrong:
        return SetUp(False, False, wrong.text)
    if place.simulated:
        return SetUp(True, True, say("模拟器：不动真钱。", "A simulator: it moves no real money."))
    return SetUp(True, False, say("已按环境变量设置。", "Set up by the environment."))
