"""Carriers, suppliers and insurers by name: who they are to us, once for each key that orders and parcels use."""

from __future__ import annotations

from django.db import transaction

from amends.cases.texts import clean_words
from amends.kernel import clock
from amends.kernel.refs import clean_ref, new_ref
from amends.kernel.refusals import Conflict, NotFound, Unprocessable
from amends.kernel.texts import say
from amends.liability.hands import check_office, platform_hand
from amends.liability.models import Bearer
from amends.liability.rules import OUTSIDE_KINDS
from amends.people.rules import Actor


@transaction.atomic
def add_bearer(*, kind: str, key: str, name_zh: str, name_en: str, contact: str = "", by: Actor) -> Bearer:
    """A new bearer. Raises NotFound for who is not the platform, NotYourMove for who only reads, Conflict for a key that is taken,
    Unprocessable."""
    check_office(by)
    platform_hand(by)
    if kind not in OUTSIDE_KINDS:
        raise Unprocessable.field(
            "kind", say("须为承运商、供应商或保险公司。", "It is a carrier, a supplier or an insurer."), code="unknown_kind"
        )
    named = {
        "key": clean_words(key, field="key", required=True, longest=80),
        "name_zh": clean_words(name_zh, field="name_zh", required=True, longest=120),
        "name_en": clean_words(name_en, field="name_en", required=True, longest=120),
        "contact": clean_words(contact, field="contact", longest=200),
    }
    if Bearer.objects.filter(kind=kind, key=named["key"]).exists():
        raise Conflict(say("这个代号已经登记过。", "There is one with this key already."), code="known_already")
    return Bearer.objects.create(ref=new_ref("BE"), kind=kind, made_at=clock.now(), **named)


def bearer_of(ref: str, kinds: tuple[str, ...] = OUTSIDE_KINDS) -> Bearer:
    """The bearer `ref` of one of these kinds. Raises NotFound."""
    found = Bearer.objects.filter(ref=clean_ref(ref) or "", kind__in=kinds).first()
    if found is None:
        raise NotFound(say("没有这个责任方：{ref}。", "There is no such bearer: {ref}.", ref=ref[:40]))
    return found
