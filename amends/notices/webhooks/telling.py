"""The body of a delivery: made when it is sent, from what never changes, so that every attempt says the same."""

from __future__ import annotations

from typing import Any

from amends.cases import hooks
from amends.cases.models import Case, Entry
from amends.cases.rules.facts import outward
from amends.cases.words import verb_done
from amends.notices.webhooks.models import Delivery, Endpoint
from amends.notices.webhooks.rules.events import TEST
from amends.notices.webhooks.rules.payload import body_of
from amends.notices.webhooks.words import TEST_WORDS
from amends.plumbing.addresses import public_url


def body(delivery: Delivery, endpoint: Endpoint) -> str:
    """The JSON of this delivery: the line as the merchant may see it, or the words of a test."""
    if delivery.type == TEST:
        return body_of(TEST, delivery.entry_made_at, {"endpoint": endpoint.ref, "what": TEST_WORDS.both()})
    line = Entry.objects.get(merchant_id=delivery.merchant_id, made_at=delivery.entry_made_at, pk=delivery.entry_id)
    case = Case.objects.select_related("merchant", "order").get(merchant_id=delivery.merchant_id, pk=delivery.case_id)
    return body_of(delivery.type, line.made_at, told(line, case))


def told(line: Entry, case: Case) -> dict[str, Any]:
    """`data` of an event: which case, what it is about, and the line itself."""
    return {
        "merchant": case.merchant.ref,
        "case": {"ref": case.ref, "order": case.order.ref, "url": public_url(f"/api/v1/cases/{case.ref}")},
        "about": _about(line, case),
        "entry": {
            "number": line.number,
            "life": line.life,
            "verb": line.verb,
            "what": verb_done(line.life, line.verb).both(),
            "party": line.party,
            "automatic": line.automatic,
            "came_from": line.came_from,
            "went_to": line.went_to,
            "facts": outward(line.facts),
            "hash": line.hash,
        },
    }


def _about(line: Entry, case: Case) -> str | None:
    """The reference of the parcel, refund or review; the case's own for what has none."""
    if line.life == "case":
        return case.ref
    row = hooks.LIVES[line.life]._default_manager.filter(merchant_id=line.merchant_id, pk=line.life_id).first()
    return getattr(row, "ref", None) or None
