"""Evidence comes in: first of an order, later of the case that it is attached to (applying, answering). And how it is looked at.

Seen by the consumer and the merchant of that order, and by the platform; nobody else knows of it.
"""

from __future__ import annotations

from datetime import timedelta

from django.core.files.base import File
from django.db import transaction
from django.db.models import Q

from amends.cases.evidence import files
from amends.cases.evidence.kinds import PICTURE, refuse
from amends.cases.evidence.likeness import likeness_later
from amends.cases.hands import check_not_reader
from amends.cases.models import Case, Evidence
from amends.cases.verbs.applying import MOST_EVIDENCE
from amends.kernel import clock
from amends.kernel.refs import clean_ref, new_ref
from amends.kernel.refusals import NotFound
from amends.kernel.texts import say
from amends.market.models import Order
from amends.people.rules import Actor

UNUSED_FOR = timedelta(hours=24)


@transaction.atomic
def upload(order_ref: str, *, name: str, stream: files.Stream, by: Actor) -> Evidence:
    """The file is kept as evidence of the order, cleaned; an application or an answer attaches it by its ref. `name` is not kept.

    Raises NotFound for an order that `by` may not see, NotYourMove for who only looks, Unprocessable (field `file`) for what can't be
    taken, and for a tenth file that waits to be attached.
    """
    order = Order.objects.visible_to(by).filter(ref=clean_ref(order_ref) or "").first()
    if order is None:
        raise NotFound
    check_not_reader(by)
    _room_for_one(order, by)
    at = clock.now()
    kept = files.receive(stream, at)
    piece = Evidence.objects.create(
        merchant_id=order.merchant_id,
        order=order,
        ref=new_ref("EV"),
        party=by.party.value,
        user_id=by.user_id,
        kind=kept.kind,
        mime=kept.mime,
        size=kept.size,
        width=kept.width,
        height=kept.height,
        digest=kept.digest,
        path=kept.path,
        taken_at=kept.taken_at,
        made_at=at,
    )
    if piece.kind == PICTURE:
        likeness_later(piece.ref)
    return piece


def open_evidence(ref: str, actor: Actor, *, thumb: bool = False) -> tuple[Evidence, File[bytes]]:
    """The piece and its file, open for reading; with `thumb` the small view of a picture. Raises NotFound."""
    piece = evidence_for(ref, actor)
    if thumb and piece.kind != PICTURE:
        raise NotFound
    return piece, files.opened(files.thumb_of(piece.path) if thumb else piece.path)


def evidence_for(ref: str, actor: Actor) -> Evidence:
    """The piece, where its order or its case is visible to `actor`. Raises NotFound."""
    seen = Q(order__in=Order.objects.visible_to(actor)) & (Q(case__isnull=True) | Q(case__in=Case.objects.visible_to(actor)))
    piece = Evidence.objects.filter(seen, ref=clean_ref(ref) or "").first()
    # What is not attached yet belongs to whoever uploaded it.
    if piece is None or (piece.case_id is None and not actor.sees_everything and piece.party != actor.party.value):
        raise NotFound
    return piece


def _room_for_one(order: Order, by: Actor) -> None:
    waiting = Evidence.objects.filter(merchant_id=order.merchant_id, order=order, case__isnull=True, made_at__gt=clock.now() - UNUSED_FOR)
    mine = [user for user in waiting.filter(party=by.party.value).values_list("user_id", flat=True) if user == by.user_id]
    if len(mine) >= MOST_EVIDENCE:
        raise refuse(
            say(
                "这个订单已有 {n} 份还没有提交的凭证，请先提交申请，再补充。",
                "{n} pieces of evidence already wait to be sent for this order. Please send them first, then add more.",
                n=MOST_EVIDENCE,
            ),
            "evidence_too_many",
        )
