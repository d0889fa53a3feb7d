"""Kuaidi100, which tells of the waybills of Chinese couriers: subscriptions, their pushes, and queries, by its documented HTTP.

Enterprise interface: POST /poll subscribes (`param` holds the key), it pushes `param` with `sign` = MD5(param + salt), and POST
/poll/query.do asks with `sign` = MD5(param + key + customer); MD5 in capital hex. It neither sells labels nor looks for parcels here.
Its instants are wall time of China. Its states are a table: 0 to 14, and three digits for what lies below one of them.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final, NoReturn
from urllib.parse import parse_qs
from zoneinfo import ZoneInfo

import httpx

from amends.kernel.texts import say
from amends.plumbing.carriers.checking import forged, unread
from amends.plumbing.carriers.names import COURIERS, carrier_key, carrier_words
from amends.plumbing.carriers.port import (
    Address,
    CarrierRefuses,
    CarrierUnreachable,
    Event,
    Happened,
    LabelAsked,
    LabelBought,
    NotOffered,
    PickupAsked,
    PickupBooked,
)
from amends.plumbing.payments.places import Place, Setting
from amends.plumbing.trusted import authorities

NEEDS = (
    Setting("AMENDS_KUAIDI100_KEY", secret=True),
    Setting("AMENDS_KUAIDI100_CUSTOMER"),
    Setting("AMENDS_KUAIDI100_SALT", secret=True),
    Setting("AMENDS_KUAIDI100_CALLBACK"),
    Setting("AMENDS_KUAIDI100_URL", usual="https://poll.kuaidi100.com"),
)
CHINA = ZoneInfo("Asia/Shanghai")
STATES: dict[str, str] = {
    "0": "in_transit",  # 在途
    "1": "accepted",  # 揽收
    "2": "exception",  # 疑难
    "3": "delivered",  # 签收
    "4": "returned",  # 退签: the sender has it again
    "5": "out_for_delivery",  # 派件
    "6": "returning",  # 退回
    "7": "in_transit",  # 转投: to another courier
    "8": "in_transit",  # 清关
    "10": "in_transit",  # 待清关
    "11": "in_transit",  # 清关中
    "12": "in_transit",  # 已清关
    "13": "exception",  # 清关异常
    "14": "attempt_failed",  # 拒签: the addressee does not take it
}
FINER: dict[str, str] = {
    "101": "", "102": "", "103": "accepted",  # ordered, waits for the courier, collected
    "201": "exception", "202": "exception", "203": "attempt_failed", "204": "attempt_failed", "205": "unclaimed",
    "206": "attempt_failed", "207": "exception", "208": "exception", "209": "damaged", "210": "cancelled",
    "301": "delivered", "302": "delivered", "303": "delivered", "304": "delivered",
    "401": "cancelled", "501": "unclaimed",
    "1001": "in_transit", "1002": "in_transit", "1003": "in_transit",
}  # fmt: skip
"""Codes below a state ('' says nothing of where it is); an unknown code is what its state is."""
NAMES: dict[str, str] = {
    "在途": "0",
    "揽收": "1",
    "疑难": "2",
    "签收": "3",
    "退签": "4",
    "派件": "5",
    "退回": "6",
    "转投": "7",
    "拒签": "14",
}
KNOWN_ALREADY = "501"
"""The same waybill is subscribed: none the worse."""
UNKNOWN = ("500",)
"""Nothing is known of the waybill. Any other code (a wrong signature, an account that is used up, a courier that wants a telephone's last
digits) says nothing of the parcel."""
UNREADABLE = (KeyError, ValueError, TypeError, AttributeError)


class Kuaidi100:
    """See port.Carrier. May be shared by threads; not across a fork."""

    name: Final = "kuaidi100"
    can: Final = frozenset({"tracking"})
    fetches_labelled_only: Final = False

    def __init__(self, url: str, key: str, customer: str, salt: str, callback: str, timeout: float = 10.0) -> None:
        self.key, self.customer, self.salt, self.callback = key, customer, salt, callback
        self._client = httpx.Client(base_url=url.rstrip("/"), timeout=timeout, verify=authorities(), trust_env=False)

    def subscribe(self, carrier: str, waybill: str) -> None:
        """See port.Carrier."""
        parameters = {"callbackurl": self.callback, "salt": self.salt, "resultv2": "4"}
        param = {"company": _company(carrier), "number": waybill, "key": self.key, "parameters": parameters}
        told = self._ask("/poll", {"schema": "json", "param": _json(param)})
        if not told.get("result") and str(told.get("returnCode")) != KNOWN_ALREADY:
            raise CarrierRefuses(f"kuaidi100:{told.get('returnCode')}")

    def track(self, carrier: str, waybill: str) -> Sequence[Happened]:
        """See port.Carrier."""
        param = _json({"com": _company(carrier), "num": waybill, "resultv2": "4", "show": "0", "order": "desc"})
        told = self._ask("/poll/query.do", {"customer": self.customer, "param": param, "sign": md5(param + self.key + self.customer)})
        if str(told.get("status")) != "200":
            if (code := str(told.get("returnCode"))) not in UNKNOWN:
                raise CarrierUnreachable(f"kuaidi100: {code} {told.get('message') or ''}"[:200])
            return []
        try:
            return happened(told)
        except UNREADABLE as wrong:
            raise CarrierUnreachable(f"what kuaidi100 tells cannot be read: {wrong}") from wrong

    def verify(self, headers: Mapping[str, str], body: bytes, query: Mapping[str, str]) -> list[Event]:
        """See port.Carrier. A push has no id of its own: its digest is one, so the same list again is the same push."""
        try:
            form = parse_qs(body.decode(), strict_parsing=True)
            param, sign = form["param"][0], form["sign"][0]
        except (KeyError, ValueError) as wrong:
            raise unread() from wrong
        if not hmac.compare_digest(md5(param + self.salt).encode(), sign.upper().encode()):
            raise forged()
        try:
            told = json.loads(param)
            last = told["lastResult"]
            # It gave the waybill up (abort), or the courier was another one: nothing is told of where the parcel is.
            rows = happened(last) if told.get("status") != "abort" else ()
            return [Event("md5:" + md5(param), carrier_key(str(last["com"])), str(last["nu"])[:60], tuple(rows))]
        except UNREADABLE as wrong:
            raise unread(str(wrong)) from wrong

    def close(self) -> None:
        """Its connections are closed."""
        self._client.close()

    def buy_label(self, asked: LabelAsked) -> LabelBought:
        """See port.Carrier: not offered."""
        raise NotOffered("labels")

    def void_label(self, provider_ref: str) -> None:
        """See port.Carrier: not offered."""
        raise NotOffered("labels")

    def book_pickup(self, asked: PickupAsked) -> PickupBooked:
        """See port.Carrier: not offered."""
        raise NotOffered("pickups")

    def change_pickup(self, provider_ref: str, asked: PickupAsked) -> PickupBooked:
        """See port.Carrier: not offered."""
        raise NotOffered("pickups")

    def cancel_pickup(self, provider_ref: str) -> None:
        """See port.Carrier: not offered."""
        raise NotOffered("pickups")

    def enquire(self, carrier: str, waybill: str, what: str, key: str) -> NoReturn:
        """See port.Carrier: not offered."""
        raise NotOffered("enquiries")

    def intercept(self, carrier: str, waybill: str, key: str) -> NoReturn:
        """See port.Carrier: not offered."""
        raise NotOffered("interception")

    def redirect(self, carrier: str, waybill: str, address: Address, key: str) -> NoReturn:
        """See port.Carrier: not offered."""
        raise NotOffered("redirection")

    def _ask(self, path: str, form: dict[str, str]) -> dict[str, Any]:
        try:
            response = self._client.post(path, data=form)
            response.raise_for_status()
            told = response.json()
        except (httpx.HTTPError, ValueError) as wrong:
            raise CarrierUnreachable(f"POST {path}: {wrong or type(wrong).__name__}") from wrong
        if not isinstance(told, dict):
            raise CarrierUnreachable(f"POST {path}: no object in the answer")
        return told


def md5(text: str) -> str:
    """As Kuaidi100 signs: MD5 in capital hex."""
    return hashlib.md5(text.encode()).hexdigest().upper()  # noqa: S324 - theirs


def happened(told: Mapping[str, Any]) -> list[Happened]:
    """The events of a result: `data`, each with `time`, `context` and a state of its own, else the state of the whole for the newest.

    Raises KeyError, ValueError, TypeError where it is none.
    """
    rows = sorted(told.get("data") or [], key=lambda row: str(row.get("time") or row["ftime"]), reverse=True)
    whole = str(told.get("state", "0"))
    events = []
    for place, row in enumerate(rows[:200]):
        kind = kind_of(str(row.get("statusCode") or NAMES.get(str(row.get("status", "")).strip(), "") or (whole if place == 0 else "0")))
        if kind:
            at = datetime.fromisoformat(str(row.get("time") or row["ftime"])).replace(tzinfo=CHINA)
            events.append(Happened(kind, at, str(row.get("areaName") or ""), str(row.get("context") or "").strip()))
    return events


def kind_of(code: str) -> str:
    """Our word for a code of its table; '' where it says nothing of where the parcel is."""
    if code in FINER:
        return FINER[code]
    return STATES.get(code) or STATES.get(code[:1], "in_transit")


def build(place: Place) -> Kuaidi100:
    """Kuaidi100 at `place`."""
    key, customer, salt, callback, url = (place.values[need.name] for need in NEEDS)
    return Kuaidi100(url, key, customer, salt, callback)


def _company(carrier: str) -> str:
    row = COURIERS.get(carrier_key(carrier))
    if row is None or not row.kuaidi100:
        words = say("快递100 不认识承运商 {name}。", "Kuaidi100 does not know the carrier {name}.", name=carrier_words(carrier))
        raise CarrierRefuses(f"kuaidi100:no_code:{carrier}", words)
    return row.kuaidi100


def _json(told: Mapping[str, Any]) -> str:
    return json.dumps(told, ensure_ascii=False, separators=(",", ":"))
