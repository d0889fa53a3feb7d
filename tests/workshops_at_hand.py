"""Bolt's workshops: one that comes home, its technicians, who works there, and a lamp that waits to be repaired."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from typing import Any

from amends.cases.models import Grant
from amends.cases.verbs.answering import approve
from amends.cases.verbs.uploading import upload
from amends.kernel.parties import Party
from amends.people.models import Membership, User
from amends.people.rules import Actor, Role
from amends.plumbing import jobs
from amends.repairs.models import Repair, Technician, Workshop
from amends.repairs.workshops import save_technician, save_workshop
from tests.cast import Cast, an_order, claims
from tests.files_of_evidence import picture

HOURS = [{"days": [1, 2, 3, 4, 5], "from": "09:00", "until": "12:00"}, {"days": [1, 2, 3, 4, 5], "from": "13:00", "until": "17:00"}]
TOMORROW_NINE = datetime(2026, 3, 11, 1, 0, tzinfo=UTC)
"""09:00 in Shanghai on the Wednesday after the stories' first day."""


def a_workshop(cast: Cast, key: str = "east", **given: Any) -> Workshop:
    """A workshop of Bolt's that repairs at home and in the shop, Monday to Friday, by the hour."""
    spec = {
        "name_zh": "东城维修点",
        "name_en": "East workshop",
        "address": "杭州市上城区 3 号",
        "ways": ["home", "workshop"],
        "hours": HOURS,
    }
    return save_workshop(key, spec | given, by=cast.bolt)


def a_technician(cast: Cast, shop: Workshop, name: str = "Ming", **given: Any) -> Technician:
    return save_technician(shop.ref, {"name": name} | given, by=cast.bolt)


def a_worker(shop: Workshop, name: str = "ming") -> Actor:
    """Who signs in for this workshop."""
    user = User.objects.create_user(f"{name}@example.com", f"{name} keeps a secret", name=name.title(), language="en")
    Membership.objects.create(user=user, role=Role.WORKSHOP.value, merchant_id=shop.merchant_id, workshop_id=shop.pk)
    return Actor(Party.WORKSHOP, user.pk, shop.merchant_id, None, frozenset({Role.WORKSHOP}), user.name, workshop_id=shop.pk)


def a_repair(cast: Cast, *, consumer: Actor | None = None, goods_class: str = "appliance") -> Repair:
    """An appliance of Anna's (or of `consumer`) whose repair Bolt has approved, where it stands: it waits to be booked."""
    of = cast.annas if consumer is None or consumer == cast.anna else cast.bertas
    order = an_order(cast.bolts, of, goods_class=goods_class, prices=(129900,))
    by = consumer or cast.anna
    photo = upload(order.ref, name="lamp.jpg", stream=io.BytesIO(picture()), by=by).ref
    case = claims(order, by=by, issue="quality", remedy="repair", evidence=[photo])
    approve(case.ref, by=cast.bolt)
    jobs.drain()
    grant = Grant.objects.get(case_id=case.pk)
    return Repair.objects.get(grant_id=grant.pk)
