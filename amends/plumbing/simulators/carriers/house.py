"""The house's wire as a courier speaks it: JSON in, JSON out, signed both ways as Standard Webhooks 1.0 says (docs/manual: carriers)."""

from __future__ import annotations

import base64
import hmac
import json
import re
import secrets
import time
from typing import Any
from urllib.parse import unquote

from amends.plumbing.simulators.books import Refused, stamp
from amends.plumbing.simulators.carriers.wires import Letter, Stumbled, Wire, document, new_waybill
from amends.plumbing.simulators.payments.webhooks import NOT_OURS, signature
from amends.plumbing.simulators.serving import Asked, Reply

TOLERANCE = 300
DESCRIPTIONS = {"enquiries": ("enquiry", "ENQ"), "interceptions": ("interception", "INT"), "redirections": ("redirection", "RED")}


class House(Wire):
    """See the file's head. Its secret is made once, in `folder`/house.json."""

    name = "house"

    @property
    def secret(self) -> str:
        """What both sides sign with."""
        return self.kept(lambda: {"secret": "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()})["secret"]

    @property
    def settings(self) -> dict[str, str]:
        """See Wire."""
        return {"AMENDS_CARRIERS_URL": f"{self.url}/house", "AMENDS_CARRIERS_SECRET": self.secret}

    def reply(self, asked: Asked, path: str) -> Reply:
        """See Wire."""
        self._theirs(asked)
        try:
            return self._answer(asked, path)
        except Stumbled:
            return Reply(503, {"error": "unavailable", "detail": "it stumbled; whether it did what was asked it does not say"})

    def letter(self, fact: dict[str, Any], secret: str, forged: bool) -> Letter | None:
        """See Wire: the one event."""
        rows = [row for row in self.so_far(fact) if row["id"] == fact["event"]]
        data = {"carrier": fact["carrier"], "waybill": fact["waybill"], "events": [shown(row) for row in rows]}
        event, now = fact["id"] + ("f" if forged else ""), time.time_ns() // 1_000_000_000
        if forged:
            data["events"] = [
                {**one, "id": one["id"] + "f", "kind": "delivered" if one["kind"] != "delivered" else "lost"} for one in data["events"]
            ]
        body = json.dumps({"id": event, "type": "tracking", "timestamp": now, "data": data}, ensure_ascii=False).encode()
        headers = {
            "content-type": "application/json", "webhook-id": event, "webhook-timestamp": str(now),
            "webhook-signature": signature(NOT_OURS if forged else self.secret, event, now, body),
        }  # fmt: skip
        return Letter(headers, body)

    def _theirs(self, asked: Asked) -> None:
        event, now = (asked.headers.get(f"webhook-{name}", "") for name in ("id", "timestamp"))
        if not now.isdigit() or abs(time.time_ns() // 1_000_000_000 - int(now)) > TOLERANCE:
            raise Refused(401, "stale", "the request does not say its time, or another than now")
        if not hmac.compare_digest(signature(self.secret, event, int(now), asked.body), asked.headers.get("webhook-signature", "")):
            raise Refused(401, "signature", "the request is not signed with the shared secret")

    def _answer(self, asked: Asked, path: str) -> Reply:
        body = asked.json() or {}
        if asked.method == "GET" and (found := re.fullmatch(r"/tracks/([^/]+)/([^/]+)", path)):
            carrier, waybill = (unquote(part) for part in found.groups())
            return Reply(
                200, {"carrier": carrier, "waybill": waybill, "events": [shown(row) for row in self.book.events(carrier, waybill)]}
            )
        if asked.method != "POST":
            raise Refused(404, "no_such_page", f"nothing answers {asked.method} {path}")
        if path == "/labels":
            return self.desk.through(f"label {body['key']}", lambda: self._label(body))
        if path == "/pickups":
            return self.desk.through(f"pickup {body['key']}", lambda: self._pickup(body))
        if path == "/subscriptions":
            self.desk.follow(self.name, body["carrier"], body["waybill"])
            return Reply(200, {})
        if path.removeprefix("/") in DESCRIPTIONS:
            return self.desk.through(f"{path} {body['key']}", lambda: self._case(body, *DESCRIPTIONS[path.removeprefix("/")]))
        return self._change(path, body)

    def _label(self, body: dict[str, Any]) -> Reply:
        if self.desk.server.behaviour.is_refused(body["key"]):
            raise Refused(422, "not_served", "nobody carries between these places")
        made = self.book.deal("label", self.name, body["key"], body, prefix="LBL", waybill=new_waybill())
        self.desk.begin(self.name, body["carrier"], made.waybill, int(body["weight_grams"]))
        cost = 800 + int(body["weight_grams"]) // 500 * 200 + (3000 if body.get("bulky") else 0)
        label = document("AMENDS SIMULATOR - CARRIES NOTHING", made.ref, made.waybill, body["carrier"])
        return Reply(200, {
            "ref": made.ref, "waybill": made.waybill, "carrier": body["carrier"], "pdf": base64.b64encode(label).decode(),
            "drop_off_code": f"DROP:{made.waybill}", "cost_minor": cost, "currency": body.get("currency") or "CNY",
            "expires_at": stamp(made.at + 14 * 86_400_000_000),
        })  # fmt: skip

    def _pickup(self, body: dict[str, Any]) -> Reply:
        made = self.book.deal(
            "pickup", self.name, body["key"], body, prefix="PU", waybill=body.get("waybill") or new_waybill(), state="booked"
        )
        self.desk.begin(self.name, body["carrier"], made.waybill, int(body.get("weight_grams") or 0))
        cost = 500 + 1500 * (int(body.get("people") or 1) - 1) + (1000 if body.get("packaging") else 0)
        return Reply(200, {
            "ref": made.ref, "from": made.asked["from"], "until": made.asked["until"], "waybill": made.waybill,
            "cost_minor": cost, "currency": "CNY",
        })  # fmt: skip

    def _case(self, body: dict[str, Any], what: str, prefix: str) -> Reply:
        carrier, waybill = body["carrier"], body["waybill"]
        seen = self.book.events(carrier, waybill)
        known = self.book.found("wire = ? AND key = ? AND what = ?", (self.name, body["key"], what))
        if what != "enquiry" and not known and any(row["kind"] == "delivered" for row in seen):
            raise Refused(409, "too_late", "the parcel was delivered")
        made = self.book.deal(what, self.name, body["key"], body, prefix=prefix, waybill=waybill)
        if what == "interception" and seen and not known:
            self.book.stop(carrier, waybill)
            self.desk.go(carrier, waybill, "intercepted")
        return Reply(200, {"ref": made.ref})

    def _change(self, path: str, body: dict[str, Any]) -> Reply:
        if found := re.fullmatch(r"/labels/([^/]+)/void", path):
            deal = self.book.one(unquote(found[1]), "label")
            if self.book.events(deal.asked["carrier"], deal.waybill) and deal.state != "voided":
                raise Refused(409, "used", "the label is in use")
            self.book.change(deal.ref, state="voided")
            return Reply(200, {})
        if found := re.fullmatch(r"/pickups/([^/]+)(/cancel)?", path):
            deal = self.book.one(unquote(found[1]), "pickup")
            if found[2]:
                self.book.change(deal.ref, state="cancelled")
                return Reply(200, {})
            if deal.state != "booked":
                raise Refused(409, "not_booked", "nobody is coming")
            self.book.change(deal.ref, asked=body)
            return Reply(200, {"ref": deal.ref, "from": body["from"], "until": body["until"], "waybill": deal.waybill})
        raise Refused(404, "no_such_page", f"nothing answers POST {path}")


def shown(row: dict[str, Any]) -> dict[str, Any]:
    """One event on the wire."""
    told = {"id": f"ev-{row['id']}", "kind": row["kind"], "at": stamp(row["at"]), "place": row["place"], "words": row["words"]}
    more = {"weight_grams": row["grams"], "expected_at": row["expected"] or None}
    return told | {name: value for name, value in more.items() if value is not None}
