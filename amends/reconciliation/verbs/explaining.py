"""A difference is taken on, given to somebody, explained. What a later run finds agreed is closed by the run itself (comparing.py)."""

from __future__ import annotations

from datetime import timedelta

import structlog
from django.db import transaction

from amends.approvals.rules_of_money import rules_on
from amends.kernel import clock
from amends.kernel.refs import clean_ref
from amends.kernel.refusals import NoSuchMove, NotFound, Unprocessable
from amends.kernel.texts import say
from amends.people.models import User
from amends.people.rules import Actor
from amends.reconciliation.models import Difference
from amends.reconciliation.owners import keepers
from amends.reconciliation.rules.words import BY_HAND, RESOLUTIONS, choices
from amends.refunds.bank.hands import only_keepers

log = structlog.get_logger(__name__)
MOST_WORDS = 500
REMINDED, OVERDUE = 1, 2


@transaction.atomic
def take_on(ref: str, *, by: Actor) -> Difference:
    """`by` owns the difference. Refuses one that is closed (NoSuchMove) and machines (Unprocessable)."""
    row = _open_one(ref, by)
    if by.user_id is None:
        raise Unprocessable.field("owner", say("负责人要是一个人。", "The owner has to be a person."))
    return _owned(row, by.user_id)


@transaction.atomic
def give_to(ref: str, email: str, *, by: Actor) -> Difference:
    """The keeper with this address owns the difference. Refuses (Unprocessable) anybody who may not act about it."""
    row = _open_one(ref, by)
    user = next((one for one in keepers() if one.email.casefold() == email.strip().casefold()), None)
    if user is None:
        raise Unprocessable.field("owner", say("这个人不能负责对账。", "This person may not own a difference."), code="no_such_owner")
    return _owned(row, user.pk)


@transaction.atomic
def explain(ref: str, resolution: str, why: str, *, by: Actor) -> Difference:
    """The difference is closed as `written`, `theirs` or `accepted`, with the reason, for ever; no money moves by this.

    Refuses: closed ones (NoSuchMove), another resolution, no reason or more than MOST_WORDS signs (Unprocessable).
    """
    row = _open_one(ref, by)
    words = " ".join(why.replace("\0", " ").split())
    fields = {}
    if resolution not in BY_HAND:
        fields["resolution"] = say("请选：{known}。", "Choose one of: {known}.", known=choices({key: RESOLUTIONS[key] for key in BY_HAND}))
    if not words or len(words) > MOST_WORDS:
        fields["why"] = say("请写明原因，最多 {n} 字。", "Say why, in {n} signs at most.", n=MOST_WORDS)
    if fields:
        raise Unprocessable(say("还不能结清。", "It cannot be closed like this."), fields=fields)
    row.resolved_at, row.resolved_by_id, row.resolution, row.why = clock.now(), by.user_id, resolution, words
    row.save(update_fields=["resolved_at", "resolved_by", "resolution", "why"])
    return row


def remind() -> int:
    """Open differences near their limit are marked, those beyond it are alarmed, each once; answers how many. For the clock."""
    at = clock.now()
    near = at + timedelta(hours=rules_on(at).reconciliation.warn_hours)
    opened = Difference.objects.filter(resolved_at__isnull=True)
    late = list(opened.filter(due_at__lte=at, warned__lt=OVERDUE).order_by("due_at").values_list("pk", "ref", "gateway", "owner_id")[:500])
    for _, ref, gateway, owner in late:
        log.error("a difference with a gateway is not explained in time", difference=ref, gateway=gateway, owner=owner)
    Difference.objects.filter(pk__in=[pk for pk, *_ in late]).update(warned=OVERDUE)
    return len(late) + opened.filter(due_at__lte=near, due_at__gt=at, warned__lt=REMINDED).update(warned=REMINDED)


def _open_one(ref: str, by: Actor) -> Difference:
    only_keepers(by)
    row = Difference.objects.select_for_update(of=("self",)).filter(ref=clean_ref(ref) or "").first()
    if row is None:
        raise NotFound
    if row.resolved_at is not None:
        closed = say("这项差异已经结清：{how}。", "This difference is closed: {how}.", how=RESOLUTIONS[row.resolution])
        raise NoSuchMove(closed, code="closed")
    return row


def _owned(row: Difference, user_id: int) -> Difference:
    row.owner = User.objects.get(pk=user_id)
    row.save(update_fields=["owner"])
    return row
