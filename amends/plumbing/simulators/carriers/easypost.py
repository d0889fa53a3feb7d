"""EasyPost's API as far as a shop needs it here: shipments, pick-ups and trackers in its JSON objects, and events with `X-Hmac-Signature`.

A shipment without a state or post code on either side has no rates, as EasyPost answers. Not about parcels: the book is.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import secrets
from typing import Any
from urllib.parse import parse_qs, urlsplit

from amends.plumbing.simulators.books import Refused, stamp
from amends.plumbing.simulators.carriers.book import Deal
from amends.plumbing.simulators.carriers.wires import Letter, Stumbled, Wire, document, new_waybill
from amends.plumbing.simulators.payments.webhooks import NOT_OURS
from amends.plumbing.simulators.serving import Asked, Reply

OUNCE = 28.349523125
LARGEST_PAGE = 100
RATES = (("USPS", "GroundAdvantage", "7.45"), ("USPS", "Priority", "9.20"), ("UPS", "Ground", "11.08"), ("FedEx", "FEDEX_GROUND", "12.30"))
STATES: dict[str, tuple[str, str]] = {
    "accepted": ("in_transit", "received_at_origin_facility"), "in_transit": ("in_transit", "departed_facility"),
    "out_for_delivery": ("out_for_delivery", "out_for_delivery"), "delivered": ("delivered", "arrived_at_destination"),
    "attempt_failed": ("failure", "delivery_exception"), "unclaimed": ("available_for_pickup", "arrived_at_pickup_location"),
    "returning": ("return_to_sender", "return"), "returned": ("return_to_sender", "return"), "exception": ("error", "delayed"),
    "lost": ("error", "lost"), "damaged": ("error", "damaged"), "cancelled": ("cancelled", "cancelled"),
}  # fmt: skip


class Wrong(Exception):
    """An error of the API: status, code and a sentence."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status, self.code = status, code


class EasyPost(Wire):
    """See the file's head. Key and webhook secret are made once, in `folder`/easypost.json."""

    name = "easypost"

    @property
    def secrets(self) -> dict[str, str]:
        """Its keys."""
        return self.kept(lambda: {"key": "EZTK" + secrets.token_hex(20), "hook": secrets.token_hex(16)})

    @property
    def settings(self) -> dict[str, str]:
        """See Wire."""
        return {
            "AMENDS_EASYPOST_KEY": self.secrets["key"], "AMENDS_EASYPOST_WEBHOOK_SECRET": self.secrets["hook"],
            "AMENDS_EASYPOST_URL": f"{self.url}/easypost/v2",
        }  # fmt: skip

    def reply(self, asked: Asked, path: str) -> Reply:
        """See Wire."""
        try:
            if found := re.fullmatch(r"/label/(shp_\w+)\.pdf", path):
                deal = self.book.one(found[1], "shipment")
                return Reply(
                    200, document("AMENDS SIMULATOR - CARRIES NOTHING", deal.ref, deal.waybill), {"content-type": "application/pdf"}
                )
            if not hmac.compare_digest(asked.headers.get("authorization", ""), f"Bearer {self.secrets['key']}"):
                raise Wrong(401, "APIKEY.INACTIVE", "This api key is no longer active.")
            return Reply(200, self._api(asked, path.removeprefix("/v2")))
        except Wrong as wrong:
            return Reply(wrong.status, {"error": {"code": wrong.code, "message": str(wrong), "errors": []}})
        except Refused as refused:
            return Reply(refused.status, {"error": {"code": refused.code.upper(), "message": refused.detail, "errors": []}})
        except Stumbled:
            return Reply(503, {"error": {"code": "SERVICE.UNAVAILABLE", "message": "temporarily unavailable", "errors": []}})

    def letter(self, fact: dict[str, Any], secret: str, forged: bool) -> Letter | None:
        """See Wire: the whole tracker as it stood then."""
        rows = self.so_far(fact)
        if forged:
            rows = [*rows, {**rows[-1], "kind": "lost" if rows[-1]["kind"] == "delivered" else "delivered"}] if rows else rows
        event = "evt_" + hashlib.sha256(f"{fact['id']}{forged}".encode()).hexdigest()[:32]
        told = {
            "id": event, "object": "Event", "description": "tracker.updated", "mode": "test", "status": "pending",
            "result": self._tracker(fact["carrier"], fact["waybill"], rows),
        }  # fmt: skip
        body = json.dumps(told, ensure_ascii=False).encode()
        mark = hmac.new((NOT_OURS if forged else self.secrets["hook"]).encode(), body, hashlib.sha256).hexdigest()
        return Letter({"content-type": "application/json", "x-hmac-signature": f"hmac-sha256-hex={mark}"}, body)

    def _api(self, asked: Asked, path: str) -> dict[str, Any]:
        body = asked.json() or {}
        query = parse_qs(urlsplit(asked.target).query)
        if path == "/trackers" and asked.method == "POST":
            told = body["tracker"]
            carrier, waybill = str(told.get("carrier") or "USPS").lower(), str(told["tracking_code"])
            self.desk.follow(self.name, carrier, waybill)
            return self._tracker(carrier, waybill, self.book.events(carrier, waybill))
        if path in ("/shipments", "/pickups"):
            return self._many(path.strip("/"), asked.method, body, query)
        if found := re.fullmatch(r"/(shipments|pickups)/(\w+)(?:/(buy|refund|cancel))?", path):
            return self._one(found[1], found[2], found[3] or "", body)
        raise Wrong(404, "NOT_FOUND", f"The requested resource could not be found: {path}")

    def _many(self, what: str, method: str, body: dict[str, Any], query: dict[str, list[str]]) -> dict[str, Any]:
        single = what.rstrip("s")
        if method == "GET":
            rows = self.book.found("wire = ? AND what = ?", (self.name, single))
            if what == "shipments":
                bought = query.get("purchased", ["true"])[0].lower() == "true"
                rows = [row for row in rows if (row.state != "made") == bought]
            if before := query.get("before_id"):
                rows = rows[[row.ref for row in rows].index(before[0]) + 1 :]
            size = min(int(query.get("page_size", ["20"])[0]), LARGEST_PAGE)
            shown = [self._shipment(row) if what == "shipments" else self._pickup(row) for row in rows[:size]]
            return {what: shown, "has_more": len(rows) > size}
        told = body[single]
        prefix = "shp_" if single == "shipment" else "pickup_"

        def make() -> dict[str, Any]:
            # EasyPost keeps no keys: asked twice it makes two.
            deal = self.book.deal(single, self.name, "", told, prefix=prefix)
            return self._shipment(deal) if single == "shipment" else self._pickup(deal)

        return self.desk.through(f"{single} {told.get('reference')}", make)

    def _one(self, what: str, ref: str, verb: str, body: dict[str, Any]) -> dict[str, Any]:
        deal = self.book.one(ref, what.rstrip("s"))
        if what == "pickups":
            if verb:
                self.book.change(ref, state={"buy": "scheduled", "cancel": "canceled"}[verb])
            return self._pickup(self.book.one(ref, "pickup"))
        if verb == "buy":
            return self.desk.through(f"buy {deal.asked.get('reference')}", lambda: self._buy(deal, body))
        if verb == "refund":
            if deal.state == "made":
                raise Wrong(422, "SHIPMENT.INVALID_PARAMS", "Unable to refund a shipment that was not bought.")
            self.book.change(ref, state="refunded")
        return self._shipment(self.book.one(ref, "shipment"))

    def _buy(self, deal: Deal, body: dict[str, Any]) -> dict[str, Any]:
        if deal.state != "made":
            raise Wrong(422, "SHIPMENT.POSTAGE.EXISTS", "Postage already exists for this shipment.")
        if self.desk.server.behaviour.is_refused(str(deal.asked.get("reference"))):
            raise Wrong(422, "SHIPMENT.POSTAGE.FAILURE", "Unable to complete shipment purchase.")
        rate = next((one for one in self._rates(deal) if one["id"] == body.get("rate", {}).get("id")), None)
        if rate is None:
            raise Wrong(422, "SHIPMENT.POSTAGE.NO_RATES", "No rates were found.")
        self.book.change(deal.ref, state="bought", waybill=new_waybill(), asked={**deal.asked, "selected_rate": rate})
        done = self.book.one(deal.ref, "shipment")
        grams = int(float(done.asked["parcel"]["weight"]) * OUNCE)
        self.desk.begin(self.name, rate["carrier"].lower(), done.waybill, grams)
        return self._shipment(done)

    def _rates(self, deal: Deal) -> list[dict[str, Any]]:
        if not all(deal.asked[side].get(name) for side in ("to_address", "from_address") for name in ("street1", "city", "state", "zip")):
            return []
        rows = enumerate(RATES)
        return [
            {"id": f"rate_{deal.ref[4:]}{n}", "object": "Rate", "carrier": one[0], "service": one[1], "rate": one[2], "currency": "USD"}
            for n, one in rows
        ]

    def _shipment(self, deal: Deal) -> dict[str, Any]:
        bought = deal.state != "made"
        label = {
            "object": "PostageLabel",
            "label_url": f"{self.url}/easypost/label/{deal.ref}.pdf",
            "label_pdf_url": f"{self.url}/easypost/label/{deal.ref}.pdf",
        }
        return {
            "id": deal.ref, "object": "Shipment", "reference": deal.asked.get("reference"), "created_at": stamp(deal.at),
            "rates": self._rates(deal), "selected_rate": deal.asked.get("selected_rate"), "tracking_code": deal.waybill or None,
            "postage_label": label if bought else None, "refund_status": "submitted" if deal.state == "refunded" else None,
        }  # fmt: skip

    def _pickup(self, deal: Deal) -> dict[str, Any]:
        rate = {"object": "PickupRate", "carrier": "USPS", "service": "NextDay", "rate": "0.00", "currency": "USD"}
        return {
            "id": deal.ref, "object": "Pickup", "reference": deal.asked.get("reference"),
            "status": {"made": "unknown"}.get(deal.state, deal.state),
            "min_datetime": deal.asked.get("min_datetime"), "max_datetime": deal.asked.get("max_datetime"), "pickup_rates": [rate],
            "confirmation": "SIM" + deal.ref[-6:] if deal.state == "scheduled" else None,
        }  # fmt: skip

    def _tracker(self, carrier: str, waybill: str, rows: list[dict[str, Any]]) -> dict[str, Any]:
        placed = [row for row in rows if row["kind"] in STATES]
        weight = next((row["grams"] for row in reversed(rows) if row["grams"] is not None), None)
        expected = next((row["expected"] for row in reversed(rows) if row["expected"]), None)
        latest = max((row["at"] for row in rows), default=self.book.now())
        status, detail = STATES[placed[-1]["kind"]] if placed else ("unknown", "unknown")
        return {
            "id": "trk_" + hashlib.sha256(f"{carrier}{waybill}".encode()).hexdigest()[:32], "object": "Tracker", "tracking_code": waybill,
            "carrier": next((name for name, *_ in RATES if name.lower() == carrier), carrier), "status": status, "status_detail": detail,
            "weight": None if weight is None else round(weight / OUNCE, 4), "est_delivery_date": expected,
            "created_at": stamp(latest), "updated_at": stamp(latest), "tracking_details": [_detail(row) for row in placed],
        }  # fmt: skip


def _detail(row: dict[str, Any]) -> dict[str, Any]:
    status, detail = STATES[row["kind"]]
    return {
        "object": "TrackingDetail", "message": row["words"], "status": status, "status_detail": detail, "datetime": stamp(row["at"]),
        "source": "USPS",
        "tracking_location": {"object": "TrackingLocation", "city": row["place"] or None, "state": None, "country": None, "zip": None},
    }  # fmt: skip
