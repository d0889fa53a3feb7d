"""Stripe, on its own library: refunds by payment intent, what was settled, disputes, and pages to pay on.

A refund that failed stays failed there, so a further try takes another key (port.provider_key). Stripe forgets keys a day later: whoever
may have asked before is looked up first, by the metadata that every refund of ours carries. Stripe pays nobody who has not paid, so
there are no transfers. Not about what is owed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

import httpx
import stripe
from stripe import StripeClient, StripeError

from amends.kernel.money import MoneyError, exponent
from amends.kernel.texts import say
from amends.plumbing.addresses import public_url
from amends.plumbing.payments.places import NotSetUp, Place, Setting
from amends.plumbing.payments.port import (
    NEVER_RECEIVED,
    OTHER_AMOUNT,
    Answer,
    Asked,
    Capture,
    Event,
    EventKind,
    GatewayUnreachable,
    Line,
    NotOffered,
    our_key,
    provider_key,
)
from amends.plumbing.payments.webhooks import NotFromGateway
from amends.plumbing.trusted import authorities

API = "https://api.stripe.com"
NEEDS = (
    Setting("AMENDS_STRIPE_KEY", secret=True),
    Setting("AMENDS_STRIPE_WEBHOOK_SECRET", secret=True),
    Setting("AMENDS_STRIPE_URL", usual=API),
    Setting("AMENDS_STRIPE_RETURN_URL", wanted=False),
)
TIMEOUT = 10.0
AT_ONCE = 100
NO_DECIMALS = frozenset(["BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "MGA", "PYG", "RWF", "VND", "VUV", "XAF", "XOF", "XPF"])
THREE_DECIMALS = frozenset(["BHD", "JOD", "KWD", "OMR", "TND"])
"""How Stripe counts a currency; two decimals otherwise, whatever ISO 4217 says. The last of three decimals must be 0."""
DISPUTES = {"won": "merchant", "lost": "consumer", "warning_closed": "merchant", "prevented": "merchant"}

stripe.enable_telemetry = False  # it would tell Stripe of this machine, and keep a file here


class Http(stripe.HTTPClient):
    """Stripe's requests by a client of our own: ten seconds, connections kept, no proxy of the environment, no redirect."""

    name = "httpx"

    def __init__(self) -> None:
        super().__init__()
        self._client = httpx.Client(timeout=TIMEOUT, verify=authorities(), trust_env=False, follow_redirects=False)

    def request(
        self, method: str, url: str, headers: Mapping[str, str] | None, post_data: Any = None, *, _usage: list[str] | None = None
    ) -> tuple[str, int, Mapping[str, str]]:
        """See stripe.HTTPClient. Raises APIConnectionError with why nothing was heard."""
        try:
            answer = self._client.request(method, url, headers=dict(headers or {}), content=post_data or None)
        except httpx.TimeoutException as late:
            raise _silence("timeout") from late
        except httpx.TransportError as broken:
            raise _silence("no_connection") from broken
        return answer.text, answer.status_code, answer.headers

    def close(self) -> None:
        """Its connections are closed."""
        self._client.close()


class StripeGateway:
    """See port.Gateway. May be shared by threads; not across a fork."""

    name: Final = "stripe"
    can_transfer: Final = False

    def __init__(self, key: str, hook_secret: str, url: str = API, return_url: str = "") -> None:
        base = url.rstrip("/")
        self._hook_secret, self._return_url = hook_secret, return_url or public_url("/")
        self._client = StripeClient(key, base_addresses={"api": base}, max_network_retries=0, http_client=Http())

    def refund(self, asked: Asked) -> Answer:
        """See port.Gateway."""
        amount = to_stripe(asked.amount, asked.currency)
        if amount is None or not asked.payment_ref:
            return Answer("failed", reason="amount_not_payable" if amount is None else "no_payment_ref")
        if asked.again or asked.turn:
            known = self.look(asked)
            if known.reason != NEVER_RECEIVED:
                return known
        try:
            made = self._client.v1.refunds.create(
                {
                    "payment_intent": asked.payment_ref, "amount": amount,
                    "metadata": {"amends_key": asked.key, "amends_turn": str(asked.turn)},
                },
                {"idempotency_key": provider_key(asked)},
            )  # fmt: skip
            return _answer(made.to_dict(), asked)
        except StripeError as wrong:
            return _refused(wrong)
        except (KeyError, AttributeError, TypeError, ValueError):
            return Answer("unheard", reason="not_understood")

    def transfer(self, asked: Asked) -> Answer:
        """See port.Gateway."""
        raise NotOffered("Stripe pays back to a payment, and to no account of a consumer")

    def look(self, asked: Asked) -> Answer:
        """See port.Gateway: the refunds of the payment that carry the key. One that was not refused, of whatever turn, comes first."""
        if not asked.payment_ref:
            return Answer("failed", reason=NEVER_RECEIVED)
        try:
            listed = self._client.v1.refunds.list({"payment_intent": asked.payment_ref, "limit": AT_ONCE})
            ours = [it for it in (found.to_dict() for found in listed.auto_paging_iter()) if _key_of(it) == asked.key]
            alive = [it for it in ours if it["status"] not in ("failed", "canceled")]
            of_turn = [it for it in ours if (it.get("metadata") or {}).get("amends_turn", "0") == str(asked.turn)]
            found = alive or of_turn
            return _answer(found[0], asked) if found else Answer("failed", reason=NEVER_RECEIVED)
        except StripeError as wrong:
            return Answer("unheard", reason=_why(wrong))
        except (KeyError, AttributeError, TypeError, ValueError):
            return Answer("unheard", reason="not_understood")

    def statement(self, since: datetime | None = None, until: datetime | None = None) -> Iterator[Line]:
        """See port.Gateway: balance transactions of charges, refunds and disputes, with the fee of each."""
        created = {"gte": int(since.timestamp())} if since else {}
        created |= {"lt": int(until.timestamp())} if until else {}
        try:
            asked: Any = {"limit": AT_ONCE, "expand": ["data.source"]} | ({"created": created} if created else {})
            found = list(self._client.v1.balance_transactions.list(asked).auto_paging_iter())
            lines = [line for it in reversed(found) for line in settlement_lines(it.to_dict())]
        except StripeError as wrong:
            raise GatewayUnreachable(f"Stripe: {_why(wrong)}") from wrong
        except (KeyError, AttributeError, TypeError, ValueError) as wrong:
            raise GatewayUnreachable(f"Stripe: not understood ({type(wrong).__name__})") from wrong
        yield from lines

    def register_captures(self, captures: Sequence[Capture]) -> int:
        """See port.Gateway: Stripe knows what it captured."""
        return 0

    def pay_link(self, key: str, amount: int, currency: str, title: str) -> str | None:
        """See port.Gateway: a checkout session, the same for the same key within a day."""
        counted = to_stripe(amount, currency)
        if counted is None:
            return None
        try:
            made = self._client.v1.checkout.sessions.create(
                {
                    "mode": "payment", "client_reference_id": key, "success_url": self._return_url,
                    "line_items": [
                        {
                            "quantity": 1,
                            "price_data": {"currency": currency.lower(), "unit_amount": counted, "product_data": {"name": title}},
                        }
                    ],
                },
                {"idempotency_key": f"page-{key}"},
            )  # fmt: skip
        except StripeError as wrong:
            raise GatewayUnreachable(f"Stripe: {_why(wrong)}") from wrong
        return made.url

    def verify(self, headers: Mapping[str, str], body: bytes, query: Mapping[str, str]) -> list[Event]:
        """See port.Gateway: `Stripe-Signature`, at most 5 minutes old."""
        signed = next((value for name, value in headers.items() if name.lower() == "stripe-signature"), "")
        try:
            event = self._client.construct_event(body, signed, self._hook_secret).to_dict()
            identity, kind = str(event["id"]), str(event["type"])
        except stripe.SignatureVerificationError as wrong:
            raise NotFromGateway(say("回调签名不正确。", "The webhook's signature is not right."), code="webhook_signature") from wrong
        except (ValueError, KeyError, TypeError, AttributeError) as wrong:
            raise NotFromGateway(say("回调内容读不懂。", "The webhook's body is not understood."), code="webhook_body") from wrong
        try:
            return [Event(identity, *_told(event))]
        except (ValueError, KeyError, TypeError, AttributeError):  # signed, and yet not as Stripe's documents have it: kept for a person
            return [Event(identity, "other", {"type": kind})]


def build(place: Place) -> StripeGateway:
    """Stripe at `place`. Raises NotSetUp where a key cannot be one of Stripe's."""
    key, hook = place.values["AMENDS_STRIPE_KEY"], place.values["AMENDS_STRIPE_WEBHOOK_SECRET"]
    if not key.startswith(("sk_", "rk_")) or not key.isascii():
        raise NotSetUp(say("AMENDS_STRIPE_KEY 应以 sk_ 或 rk_ 开头。", "AMENDS_STRIPE_KEY begins with sk_ or rk_."))
    if not hook.startswith("whsec_"):
        raise NotSetUp(say("AMENDS_STRIPE_WEBHOOK_SECRET 应以 whsec_ 开头。", "AMENDS_STRIPE_WEBHOOK_SECRET begins with whsec_."))
    url = place.values["AMENDS_STRIPE_URL"]
    if not url.startswith(("https://", "http://127.0.0.1:", "http://localhost:")):
        raise NotSetUp(say("AMENDS_STRIPE_URL 应为 https 地址。", "AMENDS_STRIPE_URL is an https address."))
    return StripeGateway(key, hook, url, place.values["AMENDS_STRIPE_RETURN_URL"])


def to_stripe(amount: int, currency: str) -> int | None:
    """Minor units of ISO 4217 as Stripe counts them; None for what Stripe cannot pay: a fraction, or no currency."""
    try:
        shift = _decimals(currency) - exponent(currency)
    except MoneyError:
        return None
    counted, rest = (amount * 10**shift, 0) if shift >= 0 else divmod(amount, 10**-shift)
    return None if rest or (currency in THREE_DECIMALS and counted % 10) else counted


def from_stripe(amount: int, currency: str) -> int:
    """What Stripe counts, in minor units of ISO 4217. Raises ValueError for a fraction that ISO 4217 does not know."""
    shift = _decimals(currency) - exponent(currency)
    counted, rest = (amount * 10**-shift, 0) if shift <= 0 else divmod(amount, 10**shift)
    if rest:
        raise ValueError(f"{amount} of {currency} is no whole minor unit")
    return int(counted)


def _decimals(currency: str) -> int:
    return 0 if currency in NO_DECIMALS else 3 if currency in THREE_DECIMALS else 2


def _answer(refund: Mapping[str, Any], asked: Asked) -> Answer:
    ref, at, status = str(refund["id"]), datetime.fromtimestamp(int(refund["created"]), UTC), refund["status"]
    if status == "succeeded":
        other = asked.amount and from_stripe(int(refund["amount"]), str(refund["currency"]).upper()) != asked.amount
        return Answer("unheard", ref, OTHER_AMOUNT) if other else Answer("paid", ref, at=at)
    if status in ("failed", "canceled"):
        return Answer("failed", ref, str(refund.get("failure_reason") or status), at)
    if status in ("pending", "requires_action"):
        return Answer("accepted", ref, at=at)
    return Answer("unheard", ref, "not_understood")


def _silence(why: str) -> stripe.APIConnectionError:
    made: stripe.APIConnectionError = stripe.APIConnectionError(why, code=why)  # type: ignore[no-untyped-call]
    return made


def _refused(wrong: StripeError) -> Answer:
    """Only a request that Stripe read and refused is sure: a key in use or used for another sum, a lock, a limit and any 5xx are not."""
    if (
        isinstance(wrong, stripe.InvalidRequestError | stripe.CardError)
        and wrong.http_status in (400, 402, 404)
        and wrong.code != "lock_timeout"
    ):
        return Answer("failed", reason=wrong.code or "invalid_request")
    return Answer("unheard", reason=_why(wrong))


def _why(wrong: StripeError) -> str:
    if isinstance(wrong, stripe.APIConnectionError):
        return wrong.code or "no_connection"
    if isinstance(wrong, stripe.IdempotencyError):
        return "key_used_for_another_sum"
    return f"http_{wrong.http_status}" if wrong.http_status else "not_understood"


def settlement_lines(it: Mapping[str, Any]) -> Iterator[Line]:
    """What one balance transaction says; nothing of pay-outs to the shop, reserves and the like."""
    source = it["source"] if isinstance(it.get("source"), Mapping) else {}
    kind, at = str(it["type"]), datetime.fromtimestamp(int(it["created"]), UTC)
    (amount, currency), ref, payment = _moved(it, source), str(source.get("id", "")), str(source.get("payment_intent") or "")
    if kind in ("charge", "payment"):
        yield Line("capture", "", "", amount, currency, "captured", "", ref, at, payment)
    elif kind in ("refund", "payment_refund"):
        if source.get("status", "succeeded") == "succeeded":
            yield Line("refund", "", _key_of(source), amount, currency, "paid", "", ref, at, payment)
    elif kind in ("refund_failure", "payment_failure_refund"):
        why = str(source.get("failure_reason") or "refund_failure")
        yield Line("refund", "", _key_of(source), amount, currency, "failed", why, ref, at, payment)
    elif str(it.get("reporting_category", "")).startswith("dispute"):
        state = "merchant" if int(it["amount"]) > 0 else "open"
        yield Line("chargeback", "", "", amount, currency, state, str(source.get("reason") or ""), ref, at, payment)
    if fee := int(it.get("fee") or 0):
        unit = str(it["currency"]).upper()
        yield Line("fee", "", "", from_stripe(abs(fee), unit), unit, "paid" if fee > 0 else "returned", kind, ref, at, payment)


def _moved(it: Mapping[str, Any], source: Mapping[str, Any]) -> tuple[int, str]:
    """The sum in the currency that was paid in: a shop whose account is kept in another one is settled in that, less the exchange."""
    settled, paid = str(it["currency"]).upper(), str(source.get("currency") or "").upper()
    amount = source.get("amount_captured") or source.get("amount")
    if paid in ("", settled) or amount is None:
        return from_stripe(abs(int(it["amount"])), settled), settled
    return from_stripe(abs(int(amount)), paid), paid


def _key_of(refund: Mapping[str, Any]) -> str:
    return our_key(str((refund.get("metadata") or {}).get("amends_key", "")))


def _told(event: Mapping[str, Any]) -> tuple[EventKind, dict[str, Any]]:
    thing, kind = event["data"]["object"], str(event["type"])
    if kind.startswith(("refund.", "charge.refund.")):
        return _refund_told(thing, event["data"].get("previous_attributes") or {})
    if kind in ("charge.dispute.created", "charge.dispute.closed"):
        return _dispute_told(thing, closed=kind.endswith("closed"))
    if kind in ("checkout.session.completed", "checkout.session.async_payment_succeeded") and thing.get("payment_status") == "paid":
        return "capture.paid", {
            "key": str(thing.get("client_reference_id") or ""), "payment_ref": str(thing.get("payment_intent") or ""),
            "payer_ref": str(thing.get("customer") or ""), **_sum(thing, "amount_total"), "at": _at(event["created"]),
        }  # fmt: skip
    return "other", {"type": kind}


def _refund_told(thing: Mapping[str, Any], before: Mapping[str, Any]) -> tuple[EventKind, dict[str, Any]]:
    told = {
        "key": _key_of(thing), "provider_ref": str(thing["id"]), "payment_ref": str(thing.get("payment_intent") or ""),
        "reason": str(thing.get("failure_reason") or ""), **_sum(thing, "amount"), "at": _at(thing["created"]),
    }  # fmt: skip
    if not told["key"] or thing["status"] in ("pending", "requires_action"):
        return "other", told
    if thing["status"] == "succeeded":
        return "refund.paid", told
    return "refund.reversed" if before.get("status") == "succeeded" else "refund.failed", told


def _dispute_told(thing: Mapping[str, Any], *, closed: bool) -> tuple[EventKind, dict[str, Any]]:
    due = (thing.get("evidence_details") or {}).get("due_by")
    told = {
        "provider_ref": str(thing["id"]), "payment_ref": str(thing.get("payment_intent") or ""), "reason": str(thing.get("reason") or ""),
        **_sum(thing, "amount"), "state": DISPUTES.get(str(thing["status"]), "open"), "at": _at(thing["created"]),
    } | ({"answer_by": _at(due)} if due else {})  # fmt: skip
    return "chargeback.decided" if closed else "chargeback.opened", told


def _sum(thing: Mapping[str, Any], name: str) -> dict[str, Any]:
    currency = str(thing["currency"]).upper()
    return {"amount": from_stripe(int(thing[name]), currency), "currency": currency}


def _at(seconds: Any) -> str:
    return datetime.fromtimestamp(int(seconds), UTC).isoformat()
