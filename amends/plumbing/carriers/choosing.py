"""Which ways to couriers this installation has, and which of them leads to a courier: each by its settings, else by the simulator.

What is not set up is said to be so, with the reason; it is never pretended. A courier is reached by the way that AMENDS_CARRIERS_BY names
for it (`sf=kuaidi100,usps=easypost,*=house`), else by Kuaidi100 or EasyPost where those know it and are set up, else by the house's wire.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from typing import NamedTuple, cast

from amends.kernel.texts import Text, say
from amends.plumbing.carriers.names import COURIERS, carrier_key
from amends.plumbing.carriers.port import Carrier, CarrierUnreachable, Event, NotOffered, Service
from amends.plumbing.payments.places import NotSetUp, Place, Setting, read_place

KIND = "carriers"


@dataclass(frozen=True, slots=True)
class Maker:
    """How a way is made: what it is called, and the room that has its `NEEDS` and `build`, loaded where it is asked for."""

    words: Text
    room: str

    @property
    def needs(self) -> Sequence[Setting]:
        """The settings that it is made of."""
        return cast(Sequence[Setting], import_module(f"amends.plumbing.carriers.{self.room}").NEEDS)

    def build(self, place: Place) -> Carrier:
        """The way at `place`. Raises NotSetUp."""
        return cast(Carrier, import_module(f"amends.plumbing.carriers.{self.room}").build(place))


MAKERS: dict[str, Maker] = {
    "kuaidi100": Maker(say("快递100", "Kuaidi100"), "kuaidi100"),
    "easypost": Maker(say("EasyPost", "EasyPost"), "easypost_carrier"),
    "house": Maker(say("自有承运接口", "The house's wire"), "http"),
}
SERVES = {"kuaidi100": lambda row: bool(row.kuaidi100), "easypost": lambda row: bool(row.easypost)}


class SetUp(NamedTuple):
    """How a way stands: `ready` to be asked, `simulated` by a process of this machine, a sentence, and what it can do."""

    ready: bool
    simulated: bool
    words: Text
    can: frozenset[str]


def by_name(name: str) -> Carrier:
    """The way as it is set up now; a simulator restarted elsewhere is found anew. Raises CarrierUnreachable where it is not set up."""
    try:
        return _kept(_place(name), os.getpid())
    except NotSetUp as wrong:
        raise CarrierUnreachable(f"{name}: {wrong} (amends simulator carriers plays it)") from wrong


def way(carrier: str, service: Service = "tracking") -> Carrier:
    """The way that leads to this courier and has this service. Raises NotOffered where no way that is set up has it, and
    CarrierUnreachable where none is set up at all."""
    found = [reached for name in _ways_to(carrier) if (reached := _ready(name)) is not None]
    if not found:
        raise CarrierUnreachable(f"no way to {carrier} is set up")
    for reached in found:
        if service in reached.can:
            return reached
    raise NotOffered(service)


def serves(carrier: str, service: Service = "tracking") -> bool:
    """Whether this courier can be asked for that service now."""
    try:
        way(carrier, service)
    except (CarrierUnreachable, NotOffered):
        return False
    return True


def served(service: Service = "tracking") -> list[str]:
    """The couriers of our table that can be asked for that service now, in the table's order."""
    ready = {name: reached for name in MAKERS if (reached := _ready(name)) is not None}
    return [key for key in COURIERS if any(service in ready[name].can for name in _ways_to(key) if name in ready)]


def comes_for(carrier: str, label_of: str = "") -> bool:
    """Whether this courier (a key), who fetches, comes for a parcel with a label of the courier `label_of` ('' for none).

    Raises as `way`.
    """
    return carrier == label_of or not way(carrier, "pickups").fetches_labelled_only


def set_up() -> dict[str, SetUp]:
    """How each way stands, for people."""
    return {name: _standing(name) for name in MAKERS}


def verify(name: str, headers: Mapping[str, str], body: bytes, query: Mapping[str, str]) -> list[Event]:
    """What a push of this way tells. Raises NotFromCarrier; CarrierUnreachable where the way is not set up."""
    return by_name(name).verify(headers, body, query)


def _ways_to(carrier: str) -> list[str]:
    key = carrier_key(carrier)
    chosen = _chosen()
    if named := chosen.get(key) or chosen.get("*"):
        return [named]
    row = COURIERS.get(key)
    return [name for name in MAKERS if name == "house" or (row is not None and SERVES[name](row))]


def _chosen() -> dict[str, str]:
    found = {}
    for rule in os.environ.get("AMENDS_CARRIERS_BY", "").split(","):
        courier, _, name = rule.strip().partition("=")
        if name.strip() in MAKERS:
            found["*" if courier.strip() == "*" else carrier_key(courier)] = name.strip()
    return found


def _ready(name: str) -> Carrier | None:
    try:
        return _kept(_place(name), os.getpid())
    except NotSetUp:
        return None


def _place(name: str) -> Place:
    if name not in MAKERS:
        raise NotSetUp(say("没有叫 {name} 的承运渠道。", "No way to couriers is called {name}.", name=name))
    return read_place(name, MAKERS[name].needs, KIND)


@lru_cache(maxsize=16)
def _kept(place: Place, _pid: int) -> Carrier:
    return MAKERS[place.name].build(place)


def _standing(name: str) -> SetUp:
    try:
        place = _place(name)
        found = _kept(place, os.getpid())
    except NotSetUp as wrong:
        return SetUp(False, False, wrong.text, frozenset())
    if place.simulated:
        return SetUp(True, True, say("模拟器：没有真的快递员。", "A simulator: no courier really comes."), found.can)
    return SetUp(True, False, say("已按环境变量设置。", "Set up by the environment."), found.can)
