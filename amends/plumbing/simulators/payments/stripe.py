"""The wire of Stripe's API: form bodies in, its JSON objects out, idempotency keys, and events signed as `Stripe-Signature` says.

Only what a shop needs to pay back, to look, to read what was settled and to be told: refunds, payment intents, balance transactions,
checkout sessions, disputes. Not about money: the book is. Stripe never tries a failed refund again: that takes another key.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, parse_qsl, quote, unquote, urlsplit

from amends.plumbing.simulators.books import Refused, micros
from amends.plumbing.simulators.payments import pages, statement
from amends.plumbing.simulators.payments.book import Captured, Out
from amends.plumbing.simulators.payments.webhooks import opposite
from amends.plumbing.simulators.payments.wires import Letter, Stumbled, Wire
from amends.plumbing.simulators.serving import Asked, Reply

if TYPE_CHECKING:
    from amends.plumbing.simulators.payments.server import Gateway

VERSION = "2026-10-28.endive"
# Stripe counts these otherwise than ISO 4217: two decimals for krónur and shillings, none for ariary.
TIMES, PARTS = {"ISK": 100, "UGX": 100}, {"MGA": 100}
REASONS = {"insufficient_balance": "insufficient_funds", "account_closed": "expired_or_canceled_card", "reversed": "declined"}
FEE_BPS, FEE_FIXED = 290, 30


class Wrong(Exception):
    """An error of the API: status, type, code and a sentence."""

    def __init__(self, status: int, kind: str, code: str, message: str) -> None:
        super().__init__(message)
        self.status, self.kind, self.code = status, kind, code


class Stripe(Wire):
    """See the file's head. Secret key and signing secret are made once, in `folder`/stripe.json."""

    name = "stripe"

    def __init__(self, folder: Path, url: str) -> None:
        super().__init__(folder, url)
        path = folder / "stripe.json"
        if not path.exists():
            folder.mkdir(parents=True, exist_ok=True)
            path.touch(mode=0o600)
            path.write_text(json.dumps({"key": "sk_test_" + secrets.token_hex(24), "hook": "whsec_" + secrets.token_hex(24)}))
        self.secrets: dict[str, str] = json.loads(path.read_text())

    @property
    def settings(self) -> dict[str, str]:
        """See Wire."""
        return {
            "AMENDS_STRIPE_KEY": self.secrets["key"], "AMENDS_STRIPE_WEBHOOK_SECRET": self.secrets["hook"],
            "AMENDS_STRIPE_URL": f"{self.url}/stripe",
        }  # fmt: skip

    def reply(self, gateway: Gateway, asked: Asked, path: str) -> Reply:
        """See Wire."""
        try:
            if path.startswith("/pay/"):
                return self._page(gateway, asked, unquote(path.removeprefix("/pay/")))
            if not hmac.compare_digest(asked.headers.get("authorization", "").encode(), f"Bearer {self.secrets['key']}".encode()):
                raise Wrong(401, "invalid_request_error", "", "Invalid API Key provided: sk_test_***")
            return self._api(gateway, asked, path.removeprefix("/v1"))
        except Wrong as wrong:
            return Reply(wrong.status, {"error": {"type": wrong.kind, "code": wrong.code, "message": str(wrong)}})
        except Stumbled:
            return Reply(503, {"error": {"type": "api_error", "message": "Sorry! An error occurred while talking to a backend."}})

    def _api(self, gateway: Gateway, asked: Asked, path: str) -> Reply:
        query = parse_qs(urlsplit(asked.target).query)
        if asked.method == "POST":
            form = dict(parse_qsl(asked.body.decode()))
            makers = {"/refunds": self._refund, "/checkout/sessions": self._session}
            if path in makers:
                return makers[path](gateway, form, asked.headers.get("idempotency-key", ""))
        elif path == "/refunds":
            return self._refunds(gateway, query)
        elif path.startswith("/refunds/re_"):
            found = gateway.book.found("a.provider_ref = ? AND r.wire = 'stripe'", ("sim_" + path.removeprefix("/refunds/re_"),))
            if found:
                return Reply(200, refund_object(found[0]))
        elif path.startswith("/payment_intents/"):
            return Reply(200, intent_object(_captured(gateway, path.removeprefix("/payment_intents/"))))
        elif path == "/balance_transactions":
            return _listed([_transaction(line, gateway.book.find(line["key"])) for line in _lines(gateway, query)], query, path)
        raise Wrong(404, "invalid_request_error", "resource_missing", f"Unrecognized request URL or no such object: {path}")

    def _refund(self, gateway: Gateway, form: dict[str, str], key: str) -> Reply:
        captured = _captured(gateway, form.get("payment_intent", ""))
        wanted = int(form["amount"]) if form.get("amount", "").isdigit() else 0
        amount = from_stripe(wanted, captured.currency) or captured.amount - captured.held
        note = {name[len("metadata[") : -1]: value for name, value in form.items() if name.startswith("metadata[")}
        note |= {"reason": form["reason"]} if form.get("reason") else {}
        book_key = self._book_key(gateway, key or "none_" + secrets.token_hex(8))
        body = {"key": book_key, "tender": captured.tender, "amount": amount, "currency": captured.currency}
        behaviour = gateway.behaviour
        try:
            out = gateway.through(book_key, lambda: gateway.book.ask(body, behaviour.plan, behaviour.news, anew=False, note=note))
        except Refused as refused:
            raise _wrong(refused, captured) from refused
        replayed = {"idempotent-replayed": "true"} if gateway.book.now() - out.since > 1_000_000 else {}
        return Reply(200, refund_object(out), {"request-id": "req_" + secrets.token_hex(7), **replayed})

    def _book_key(self, gateway: Gateway, key: str) -> str:
        """Stripe forgets a key a day later: then the same key is a new refund, which the book keeps under a name of its own."""
        known = gateway.book.found("(r.key = ? OR r.key LIKE ? ESCAPE '\\') AND r.wire = 'stripe'", (key, _like(key) + "~%"))
        if known and gateway.behaviour.forgets(key):
            return f"{key}~{len(known)}"
        return known[0].key if known else key

    def _refunds(self, gateway: Gateway, query: dict[str, list[str]]) -> Reply:
        captured = _captured(gateway, query.get("payment_intent", [""])[0])
        found = gateway.book.found("r.tender = ? AND r.wire = 'stripe'", (captured.tender,))
        return _listed([refund_object(out) for out in found], query, "/v1/refunds")

    def _session(self, gateway: Gateway, form: dict[str, str], key: str) -> Reply:
        price = "line_items[0][price_data]"
        currency, amount = form.get(f"{price}[currency]", "").upper(), form.get(f"{price}[unit_amount]", "")
        if not (amount.isdigit() and currency and form.get("client_reference_id")):
            raise Wrong(400, "invalid_request_error", "parameter_missing", "Missing required param: line_items.")
        title, ours = form.get(f"{price}[product_data][name]", "payment"), form["client_reference_id"]
        try:
            page = pages.make(gateway.book, ours, "stripe", title, from_stripe(int(amount), currency), currency)
        except Refused as refused:
            raise Wrong(400, "idempotency_error", "", "Keys for idempotent requests can only be used with the same parameters") from refused
        return Reply(200, self._session_object(page))

    def _session_object(self, page: pages.Page) -> dict[str, Any]:
        return {
            "id": "cs_test_" + page.payment_ref.removeprefix("pi_"), "object": "checkout.session", "mode": "payment",
            "client_reference_id": page.key, "amount_total": to_stripe(page.amount, page.currency), "currency": page.currency.lower(),
            "payment_intent": page.payment_ref if page.paid else None, "payment_status": "paid" if page.paid else "unpaid",
            "status": "complete" if page.paid else "open", "customer": page.payer_ref if page.paid else None,
            "url": None if page.paid else f"{self.url}/stripe/pay/{quote(page.key, safe='')}",
            "created": page.at // 1_000_000, "livemode": False, "metadata": {},
        }  # fmt: skip

    def _page(self, gateway: Gateway, asked: Asked, key: str) -> Reply:
        page = pages.pay(gateway.book, key, gateway.behaviour.news) if asked.method == "POST" else pages.find(gateway.book, key)
        gateway.pusher.nudge()
        said = "paid" if page.paid else '<form method="post"><button>pay</button></form>'
        text = f"<!doctype html><title>simulator</title><p>{page.amount} {page.currency} (minor units), no real money</p>{said}"
        return Reply(200, text.encode(), {"content-type": "text/html; charset=utf-8"})

    def letter(self, fact: dict[str, Any], secret: str, forged: bool) -> Letter:
        """See Wire: `t=…,v1=…`, HMAC-SHA256 in hex over `t.body`."""
        told = opposite(fact) if forged else fact
        kind, thing, before = _event_of(told, self)
        data: dict[str, Any] = {"object": thing} | ({"previous_attributes": before} if before else {})
        event = {
            "id": told["id"], "object": "event", "api_version": VERSION, "created": micros(told["timestamp"]) // 1_000_000,
            "data": data, "livemode": False, "pending_webhooks": 1, "request": {"id": None, "idempotency_key": None}, "type": kind,
        }  # fmt: skip
        body, stamp = json.dumps(event, ensure_ascii=False), time.time_ns() // 1_000_000_000
        signer = secrets.token_hex(24) if forged else self.secrets["hook"]
        digest = hmac.new(signer.encode(), f"{stamp}.{body}".encode(), hashlib.sha256).hexdigest()
        headers = {"content-type": "application/json; charset=utf-8", "stripe-signature": f"t={stamp},v1={digest}"}
        return Letter(headers, body.encode())


def to_stripe(amount: int, currency: str) -> int:
    """Minor units of ISO 4217 as Stripe counts them."""
    return amount * TIMES.get(currency, 1) // PARTS.get(currency, 1)


def from_stripe(amount: int, currency: str) -> int:
    """What Stripe counts, in minor units of ISO 4217; a fraction that the currency does not have is refused."""
    if amount % TIMES.get(currency, 1) or (currency in ("BHD", "IQD", "JOD", "KWD", "OMR", "TND", "LYD") and amount % 10):
        raise Wrong(400, "invalid_request_error", "parameter_invalid_integer", f"Invalid amount for {currency.lower()}: {amount}")
    return amount * PARTS.get(currency, 1) // TIMES.get(currency, 1)


def refund_object(out: Out) -> dict[str, Any]:
    """A refund as Stripe says it."""
    status = {"accepted": "pending", "paid": "succeeded", "failed": "failed", "reversed": "failed"}[out.state]
    metadata = {name: value for name, value in out.note.items() if name != "reason"}
    thing = {
        "id": _re(out.provider_ref), "object": "refund", "amount": to_stripe(out.amount, out.currency),
        "balance_transaction": _txn("r:" + out.provider_ref), "charge": _ch(out.payment_ref), "created": out.since // 1_000_000,
        "currency": out.currency.lower(), "metadata": metadata, "payment_intent": out.payment_ref, "reason": out.note.get("reason"),
        "receipt_number": None, "status": status,
    }  # fmt: skip
    if status == "failed":
        thing |= {"failure_reason": REASONS.get(out.reason, "unknown"), "failure_balance_transaction": _txn("v:" + out.provider_ref)}
    return thing


def intent_object(captured: Captured) -> dict[str, Any]:
    """A payment intent as Stripe says it."""
    amount = to_stripe(captured.amount, captured.currency)
    return {
        "id": captured.payment_ref, "object": "payment_intent", "amount": amount, "amount_received": amount, "status": "succeeded",
        "currency": captured.currency.lower(), "created": captured.at // 1_000_000, "latest_charge": _ch(captured.payment_ref),
        "customer": captured.payer_ref or None, "metadata": {"order": captured.order}, "livemode": False,
    }  # fmt: skip


def _event_of(fact: dict[str, Any], wire: Stripe) -> tuple[str, dict[str, Any], dict[str, Any]]:
    kind, data = str(fact["type"]), fact["data"]
    if kind.startswith("refund."):
        out = Out(
            data["key"], data["tender"], data["asked"], data["currency"], data["attempt"], data["provider_ref"],
            kind.removeprefix("refund."), data["reason"], micros(data["at"]), micros(data["at"]), "", "refund", "stripe", data["note"],
            data["amount"], data["payment_ref"],
        )  # fmt: skip
        before = {"status": "succeeded" if out.state == "reversed" else "pending"}
        return "refund.updated" if out.state == "paid" else "refund.failed", refund_object(out), before
    if kind.startswith("chargeback."):
        return f"charge.dispute.{'created' if data['state'] == 'open' else 'closed'}", _dispute(data), {}
    page = pages.Page(data["key"], "stripe", "", data["amount"], data["currency"], micros(data["at"]), micros(data["at"]))
    return "checkout.session.completed", wire._session_object(page), {}


def _dispute(data: dict[str, Any]) -> dict[str, Any]:
    status = {"open": "needs_response", "consumer": "lost", "merchant": "won"}[data["state"]]
    opened = micros(data["opened_at"]) // 1_000_000
    return {
        "id": _dp(data["id"]), "object": "dispute", "amount": to_stripe(data["amount"], data["currency"]),
        "currency": data["currency"].lower(), "charge": _ch(data["payment_ref"]), "payment_intent": data["payment_ref"],
        "reason": "product_not_received", "status": status, "created": opened, "livemode": False,
        "evidence_details": {"due_by": opened + 7 * 86_400, "has_evidence": False, "past_due": False, "submission_count": 0},
        "is_charge_refundable": False, "metadata": {},
    }  # fmt: skip


def _lines(gateway: Gateway, query: dict[str, list[str]]) -> list[dict[str, Any]]:
    """What was settled in the time that was asked for, newest first, as Stripe lists it."""
    since, until = query.get("created[gte]", ["0"])[0], query.get("created[lt]", [""])[0]
    begin, end = int(since) * 1_000_000, int(until) * 1_000_000 if until else statement.NEVER
    return list(reversed(statement.lines(gateway.book, since=begin, until=end, limit=100_000, wire="stripe")["lines"]))


def _transaction(line: dict[str, Any], out: Out | None) -> dict[str, Any]:
    amount, fee = to_stripe(line["amount"], line["currency"]), 0
    if line["kind"] == "capture":
        kind, source, fee = "charge", {"id": _ch(line["payment_ref"]), "object": "charge"}, amount * FEE_BPS // 10_000 + FEE_FIXED
    elif line["kind"] == "refund":
        kind = "refund" if line["state"] == "paid" else "refund_failure"
        amount = -amount if kind == "refund" else amount
        source = refund_object(out) if out else {}
    else:
        amount = amount if line["state"] == "merchant" else -amount
        kind, source = "adjustment", {**_dispute_line(line), "object": "dispute"}
    source |= {"payment_intent": line["payment_ref"], "currency": line["currency"].lower()}
    return {
        "id": _txn(line["id"]), "object": "balance_transaction", "amount": amount, "currency": line["currency"].lower(), "fee": fee,
        "net": amount - fee, "created": micros(line["at"]) // 1_000_000, "source": source, "status": "available", "type": kind,
        "reporting_category": {"adjustment": "dispute_reversal" if amount > 0 else "dispute"}.get(kind, kind),
        "description": line["reason"] or None,
    }  # fmt: skip


def _dispute_line(line: dict[str, Any]) -> dict[str, Any]:
    return {"id": _dp(line["provider_ref"]), "status": {"open": "needs_response", "consumer": "lost", "merchant": "won"}[line["state"]]}


def _listed(things: list[dict[str, Any]], query: dict[str, list[str]], url: str) -> Reply:
    """A page of a list, which begins behind `starting_after`."""
    limit, after = min(100, int(query.get("limit", ["10"])[0])), query.get("starting_after", [""])[0]
    start = next((place + 1 for place, thing in enumerate(things) if thing["id"] == after), 0) if after else 0
    page = things[start : start + limit]
    return Reply(200, {"object": "list", "data": page, "has_more": start + limit < len(things), "url": url})


def _captured(gateway: Gateway, payment_intent: str) -> Captured:
    found = gateway.book.capture_of("stripe", payment_intent)
    if found is None:
        raise Wrong(404, "invalid_request_error", "resource_missing", f"No such payment_intent: '{payment_intent}'")
    return found


def _wrong(refused: Refused, captured: Captured) -> Wrong:
    if refused.code == "other_body":
        return Wrong(400, "idempotency_error", "", "Keys for idempotent requests can only be used with the same parameters they were first")
    if refused.code == "charged_back":
        return Wrong(400, "invalid_request_error", "charge_disputed", "Charge has been charged back; cannot issue a refund.")
    whole = captured.held >= captured.amount
    code = "charge_already_refunded" if whole else "amount_too_large"
    return Wrong(400, "invalid_request_error", code, "Refund amount is greater than unrefunded amount on charge.")


def _like(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _re(provider_ref: str) -> str:
    return "re_" + provider_ref.removeprefix("sim_")


def _ch(payment_intent: str) -> str:
    return "ch_" + payment_intent.removeprefix("pi_")


def _dp(identity: str) -> str:
    return "du_" + identity.removeprefix("cb_")


def _txn(line: str) -> str:
    return "txn_" + hashlib.sha256(line.encode()).hexdigest()[:24]
