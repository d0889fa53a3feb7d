"""The ways to couriers as the office sees them: how each is set up, what it offers, what it pushed, which waybills fell silent.

No secret is shown. Not about single parcels; what a push does is in verbs.py.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Q, QuerySet

from amends.kernel import clock
from amends.kernel.parties import Party
from amends.kernel.refusals import NotFound, NotYourMove, Unprocessable
from amends.kernel.texts import Text, say
from amends.people.rules import Actor, Role
from amends.plumbing.addresses import public_url
from amends.plumbing.carriers import choosing
from amends.plumbing.carriers.choosing import MAKERS, SetUp
from amends.plumbing.carriers.hooks import HOOKS
from amends.plumbing.carriers.port import SERVICES, CarrierRefuses, CarrierUnreachable
from amends.plumbing.payments.places import Setting
from amends.shipping import jobs, pushes
from amends.shipping.models import CarrierPush, Track, TrackEvent
from amends.shipping.queries import events_of
from amends.shipping.rules import clean_waybill

KEEPERS = frozenset({Role.ADMIN, Role.SUPERVISOR})
SILENT_FOR = timedelta(days=3)
"""A waybill of which nothing was told for so long is shown first."""
STATES: dict[str, Text] = {
    "stored": say("待处理", "waiting"),
    "worked": say("已处理", "worked"),
    "ignored": say("没有这个运单", "nobody knows the waybill"),
    "failed": say("没能处理", "could not be worked"),
}
SOURCES: dict[str, Text] = {"push": say("推送", "pushed"), "poll": say("查询", "asked for"), "hand": say("人工录入", "typed in")}
UNTRIED: dict[str, Text] = {
    "house": say(
        "只对着我们自己的模拟器试过。这是给任意承运商的约定，没有真的承运商接过。",
        "Tried against our own simulator only. It is a contract for any courier; no real one has been connected.",
    ),
    "easypost": say(
        "只对着模拟器试过，用的是 EasyPost 官方库和它的签名。没有试过真实账户：各承运商的费率、取件与面单退款的时间。",
        "Tried against the simulator only, with EasyPost's own library and signatures. Not tried with a real account: its carriers' rates"
        " and pick-ups, when labels are refunded.",
    ),
    "kuaidi100": say(
        "只对着模拟器试过，签名是真的 MD5。没有试过真实授权：要手机尾号才给查的快递、各家状态码的实际用法、订阅中止后的重新订阅。",
        "Tried against the simulator only, with real MD5 signatures. Not tried with a real account: couriers that want a phone number's"
        " last digits, how each uses its codes, subscribing anew after an abort.",
    ),
}
GIVEN, BY_FILE = say("已设置", "set"), say("由文件给出", "set by a file")
USUAL, MISSING, PLAYED = say("默认值", "usual value"), say("缺", "missing"), say("由模拟器给出", "from the simulator")


@dataclass(frozen=True, slots=True)
class Given:
    """One setting: its name, how it stands, and its value where that is a plain address."""

    name: str
    words: Text
    missing: bool
    value: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """One way: `pushes` by state (and `doubled`), the latest of them, and what nobody has tried yet."""

    name: str
    title: Text
    set_up: SetUp
    offers: tuple[str, ...]
    settings: tuple[Given, ...]
    hook: str
    pushes: dict[str, int]
    last: CarrierPush | None
    untried: Text


def standings(by: Actor) -> list[Standing]:
    """Every way that Amends knows, set up or not. Raises NotFound for whoever may not enter the office."""
    _only_office(by)
    counts = pushes.counts()
    return [_standing(name, how, counts.get(name, {})) for name, how in choosing.set_up().items()]


def pushes_of(by: Actor, *, way: str = "", state: str = "") -> QuerySet[CarrierPush]:
    """What carriers pushed, newest first. Raises NotFound for strangers; Unprocessable for a way or state that there is not."""
    _only_office(by)
    if way and way not in MAKERS:
        raise Unprocessable.field("way", say("渠道是 {all} 之一。", "The way is one of {all}.", all=", ".join(MAKERS)))
    if state and state not in STATES:
        raise Unprocessable.field("state", say("状态是 {all} 之一。", "The state is one of {all}.", all=", ".join(STATES)))
    found = CarrierPush.objects.order_by("-received_at", "-pk")
    found = found.filter(carrier=way) if way else found
    return found.filter(state=state) if state else found


def tracks_of(by: Actor, *, waybill: str = "", silent: bool = False) -> QuerySet[Track]:
    """Waybills under watch, newest first, silent ones longest first: the platform sees all, a merchant its own, others none."""
    found = Track.objects.all()
    if by.party is Party.MERCHANT and by.merchant_id:
        found = found.filter(merchant_id=by.merchant_id)
    elif not by.sees_everything:
        found = found.none()
    if waybill:
        found = found.filter(waybill=clean_waybill(waybill))
    if silent:
        found = _silent(found)
    return found.select_related("merchant").order_by("ended_at", "heard_at", "pk") if silent else found.order_by("-made_at", "-pk")


def track_for(by: Actor, track_id: int) -> tuple[Track, Sequence[TrackEvent]]:
    """One track with what was told of it, the latest first. Raises NotFound where it is not theirs to see."""
    found = tracks_of(by).filter(pk=track_id).first()
    if found is None:
        raise NotFound
    return found, events_of(found)


def silent_count() -> int:
    """How many waybills under watch were silent for too long."""
    return _silent(Track.objects.all()).count()


def ask_again(by: Actor, track_id: int) -> Track:
    """The carrier was asked about this waybill now; asking again does no harm. Not to be called inside a transaction.

    Raises NotFound, NotYourMove; Unprocessable where it cannot be asked.
    """
    _only_keepers(by)
    track = Track.objects.filter(pk=track_id).first()
    if track is None:
        raise NotFound
    try:
        jobs.ask_now(track)
    except CarrierRefuses as no:
        raise Unprocessable(no.words, code="carrier_refuses") from no
    except CarrierUnreachable as why:
        sentence = say("现在问不到承运方：{why}", "The carrier cannot be asked now: {why}", why=str(why)[:200])
        raise Unprocessable(sentence, code="carrier_unreachable") from why
    track.refresh_from_db()
    return track


def push_again(way: str, event: str, *, by: Actor) -> CarrierPush:
    """A push that could not be worked will be worked once more. Raises NotFound, NotYourMove, and NoSuchMove unless it failed."""
    _only_keepers(by)
    found = CarrierPush.objects.filter(carrier=way, event=event).values_list("pk", flat=True).first()
    if found is None:
        raise NotFound
    return pushes.work_again(found)


def may_keep(by: Actor) -> bool:
    """Whether this person may have a carrier asked and a push worked again."""
    return by.user_id is not None and bool(by.roles & KEEPERS)


def _silent(rows: QuerySet[Track]) -> QuerySet[Track]:
    """Those still asked about of which nothing was told for SILENT_FOR; what was given up is silent for nobody."""
    before = clock.now() - SILENT_FOR
    return rows.filter(poll_at__isnull=False).filter(Q(heard_at__lt=before) | Q(heard_at__isnull=True, made_at__lt=before))


def _standing(name: str, how: SetUp, counts: dict[str, int]) -> Standing:
    last = CarrierPush.objects.filter(carrier=name).order_by("-received_at", "-pk").first()
    settings = tuple(_given(setting, how) for setting in MAKERS[name].needs)
    offers = tuple(service for service in SERVICES if service in how.can)
    return Standing(name, MAKERS[name].words, how, offers, settings, public_url(f"{HOOKS}{name}"), counts, last, UNTRIED[name])


def _given(setting: Setting, how: SetUp) -> Given:
    plain, file = (os.environ.get(name, "").strip() for name in (setting.name, f"{setting.name}_FILE"))
    if plain:
        return Given(setting.name, GIVEN, False, plain if plain.startswith("http") and not setting.secret else "")
    if file:
        return Given(setting.name, BY_FILE, False)
    if how.simulated:
        return Given(setting.name, PLAYED, False)
    if setting.usual:
        return Given(setting.name, USUAL, False, setting.usual)
    return Given(setting.name, MISSING, setting.wanted)


def _only_office(by: Actor) -> None:
    if not by.may_enter("office"):
        raise NotFound


def _only_keepers(by: Actor) -> None:
    _only_office(by)
    if not may_keep(by):
        raise NotYourMove(say("只有主管和管理员可以这样做。", "Only supervisors and administrators may do this."))
