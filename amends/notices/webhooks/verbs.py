"""What a merchant does with its endpoints: add, change, pause, resume, end, change the secret, send a test, replay. One function each.

Supervisors and administrators may pause, resume and replay for a merchant; where webhooks go and what signs them is the merchant's alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import F, QuerySet

from amends.kernel import clock
from amends.kernel.parties import Party
from amends.kernel.refs import new_ref
from amends.kernel.refusals import Conflict, NotYourMove, Unprocessable
from amends.kernel.texts import say
from amends.market.models import Merchant
from amends.notices.webhooks import sealing
from amends.notices.webhooks.connecting import private_allowed
from amends.notices.webhooks.models import Delivery, Endpoint
from amends.notices.webhooks.queries import delivery, endpoint, is_owner
from amends.notices.webhooks.releasing import HANDED, OPEN, hand_over, may_go
from amends.notices.webhooks.rules import events
from amends.notices.webhooks.rules.places import wrong_address
from amends.people.rules import Actor

MOST_ENDPOINTS = 10
MOST_REPLAYED = 10_000
MOST_LABEL = 80
MOST_TESTS_WAITING = 5


@transaction.atomic
def add(*, url: str, types: Sequence[str] = (events.EVERYTHING,), label: str = "", by: Actor) -> Endpoint:
    """A new endpoint of the actor's shop, on from now: what happened before is not owed to it. Its secret is made here
    (queries.secret). Raises NotYourMove, Unprocessable(url, events, label), Conflict."""
    if by.party is not Party.MERCHANT or not by.merchant_id:
        raise NotYourMove(say("只有商家可以添加接收地址。", "Only a merchant adds an endpoint."))
    url, label = url.strip(), label.strip()
    _check(url, types, label)
    # One at a time for each shop: the limit and the address are counted by whoever holds the shop's row.
    shop = Merchant.objects.select_for_update(no_key=True).get(pk=by.merchant_id)
    mine = Endpoint.objects.filter(merchant=shop, ended_at__isnull=True)
    if mine.count() >= MOST_ENDPOINTS:
        text = say("最多 {n} 个接收地址，请先删除不用的。", "{n} endpoints at most. Remove one that is not in use.", n=MOST_ENDPOINTS)
        raise Conflict(text, code="too_many_endpoints")
    _check_alone(url, shop.pk, but=0)
    at = clock.now()
    return Endpoint.objects.create(
        merchant=shop, ref=new_ref("WE"), url=url, label=label, events=events.begun(types, at), secrets=sealing.begun(at),
        made_by_id=by.user_id, made_at=at, changed_at=at,
    )  # fmt: skip


@transaction.atomic
def change(ref: str, *, url: str | None = None, types: Sequence[str] | None = None, label: str | None = None, by: Actor) -> Endpoint:
    """What is given is changed. New patterns count for what happens from now on; a new address takes what waits too. Raises as `add`."""
    found = _own(ref, by)
    url = found.url if url is None else url.strip()
    label = found.label if label is None else label.strip()
    wanted = events.patterns_now(found.events) if types is None else types
    _check(url, wanted, label)
    if url != found.url:
        Merchant.objects.select_for_update(no_key=True).get(pk=found.merchant_id)
        _check_alone(url, found.merchant_id, but=found.pk)
    found.url, found.label, found.changed_at = url, label, clock.now()
    found.events = events.changed(found.events, wanted, found.changed_at)
    found.save(update_fields=["url", "label", "changed_at", "events"])
    return found


@transaction.atomic
def pause(ref: str, *, by: Actor) -> Endpoint:
    """Nothing goes there; what comes waits in order. Raises Conflict where it is not on."""
    found = _held(ref, by)
    if found.state != "on":
        raise Conflict(say("它现在没有在发送。", "Nothing is being sent there now."), code="not_on")
    return _set(found, "paused", "person")


@transaction.atomic
def resume(ref: str, *, by: Actor) -> Endpoint:
    """What waited goes out, in order, with all its attempts before it. Raises Conflict where it is on and healthy."""
    found = _held(ref, by)
    if found.state == "on" and found.failing_since is None:
        raise Conflict(say("它本来就在发送。", "It is on already."), code="already_on")
    found.failing_since, found.failures = None, 0
    _set(found, "on", "")
    waiting = _theirs(found).filter(state__in=("queued", "handed"))
    waiting.update(state="queued", attempts=0, first_at=None, next_at=clock.now())
    return found


@transaction.atomic
def end(ref: str, *, by: Actor) -> Endpoint:
    """The endpoint is gone, and what waited for it is not sent any more."""
    found = _own(ref, by)
    found.ended_at = found.changed_at = clock.now()
    found.next_at = None
    found.save(update_fields=["ended_at", "changed_at", "next_at"])
    _theirs(found).filter(state__in=OPEN).update(state="dropped", next_at=None)
    return found


@transaction.atomic
def rotate(ref: str, *, by: Actor) -> Endpoint:
    """A new secret signs, and the old one beside it for 24 hours more."""
    found = _own(ref, by)
    found.changed_at = clock.now()
    found.secrets = sealing.rotated(found.secrets, found.changed_at)
    found.save(update_fields=["secrets", "changed_at"])
    return found


@transaction.atomic
def send_test(ref: str, *, by: Actor) -> Delivery:
    """An event `webhook.test` goes there, once, whatever state the endpoint is in. Raises Conflict while several still wait."""
    found = _held(ref, by)
    tests = _theirs(found).filter(case_id=0)
    if tests.filter(state__in=OPEN).count() >= MOST_TESTS_WAITING:
        raise Conflict(say("前面的测试还没有发完。", "Earlier tests have not gone out yet."), code="tests_waiting")
    at, number = clock.now(), (tests.order_by("-number").values_list("number", flat=True).first() or 0) + 1
    row = Delivery.objects.create(
        merchant_id=found.merchant_id, endpoint=found, ref=new_ref("WD"), case_id=0, number=number, entry_id=-number, entry_made_at=at,
        type=events.TEST, state="handed", made_at=at, next_at=at + HANDED,
    )  # fmt: skip
    hand_over(found, 0)
    return row


@transaction.atomic
def replay(ref: str, delivery_ref: str, *, by: Actor) -> Delivery:
    """This delivery goes out again, with the id that it always had, before later ones of its case. Raises Conflict where it waits."""
    found = _held(ref, by)
    row = delivery(ref, delivery_ref, by)
    if row.state in OPEN:
        raise Conflict(say("它还没有发完，不用重发。", "It is still on its way; there is nothing to replay."), code="still_open")
    goes = row.type == events.TEST or may_go(found)
    at = clock.now()
    row.state, row.attempts, row.first_at, row.replays = "handed" if goes else "queued", 0, None, row.replays + 1
    row.next_at, row.delivered_at = at + HANDED if goes else at, None
    row.save(update_fields=["state", "attempts", "first_at", "replays", "next_at", "delivered_at"])
    if goes:
        hand_over(found, row.case_id)
    return row


@transaction.atomic
def replay_since(ref: str, since: datetime, *, by: Actor) -> int:
    """Every event that was owed since then and has arrived or was given up goes out again, in order within each case; answers how many.
    Raises Unprocessable for an instant to come and for more than MOST_REPLAYED."""
    found = _held(ref, by)
    at = clock.now()
    if since > at:
        raise Unprocessable.field("since", say("时间要在现在之前。", "Choose an instant before now."))
    ended = _theirs(found).filter(made_at__gte=since, state__in=("delivered", "given_up")).exclude(case_id=0)
    total = ended.count()
    if total > MOST_REPLAYED:
        wrong = "一次最多重发 {most} 条，这段时间有 {n} 条，请选晚一些的时间。"
        text = say(wrong, "{most} at once at most; since then there are {n}. Choose a later instant.", most=MOST_REPLAYED, n=total)
        raise Unprocessable.field("since", text)
    ended.update(state="queued", attempts=0, first_at=None, replays=F("replays") + 1, next_at=at, delivered_at=None)
    return total


def _theirs(found: Endpoint) -> QuerySet[Delivery]:
    return Delivery.objects.filter(merchant_id=found.merchant_id, endpoint=found)


def _held(ref: str, by: Actor) -> Endpoint:
    """The endpoint with its row locked, for its merchant and for those who keep all. Raises NotFound."""
    return Endpoint.objects.select_for_update(no_key=True).get(pk=endpoint(ref, by).pk)


def _own(ref: str, by: Actor) -> Endpoint:
    """The same for its merchant alone. Raises NotFound, NotYourMove."""
    found = _held(ref, by)
    if not is_owner(found, by):
        raise NotYourMove(say("接收地址和签名密钥由商家自己管理。", "Where webhooks go and what signs them is the merchant's own."))
    return found


def _set(found: Endpoint, state: str, why: str) -> Endpoint:
    found.state, found.why, found.next_at, found.changed_at = state, why, None, clock.now()
    found.save(update_fields=["state", "why", "next_at", "changed_at", "failing_since", "failures"])
    return found


def _check(url: str, types: Sequence[str], label: str) -> None:
    wrong = {"url": wrong_address(url, private=private_allowed()), "events": events.wrong_patterns(types)}
    if len(label) > MOST_LABEL:
        wrong["label"] = say("最多 {n} 个字。", "{n} characters at most.", n=MOST_LABEL)
    fields = {name: text for name, text in wrong.items() if text is not None}
    if fields:
        raise Unprocessable(next(iter(fields.values())), fields=fields)


def _check_alone(url: str, merchant_id: int, *, but: int) -> None:
    if Endpoint.objects.filter(merchant_id=merchant_id, url=url, ended_at__isnull=True).exclude(pk=but).exists():
        wrong = say("这个网址已经添加过。", "This address is there already.")
        raise Unprocessable.field("url", wrong, code="same_address")
