"""Reading endpoints and deliveries. Every read begins at `visible`: a merchant's own, or all for those of the platform who keep them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Max, Q, QuerySet

from amends.cases.models import Case
from amends.kernel import clock
from amends.kernel.parties import Party
from amends.kernel.refs import clean_ref
from amends.kernel.refusals import NotFound, Unprocessable
from amends.kernel.texts import say
from amends.notices.webhooks import sealing
from amends.notices.webhooks.models import Delivery, Endpoint
from amends.notices.webhooks.releasing import OPEN
from amends.notices.webhooks.rules.events import LIFE_NAMES, LIVES, TYPES
from amends.notices.webhooks.telling import body
from amends.people.rules import Actor, Role

PAGE = 50
KEEPERS = frozenset({Role.SUPERVISOR, Role.ADMIN})
"""Of the platform: they see every endpoint, and may pause, resume and replay; secrets are their merchant's alone."""
RECENT = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class DeliveriesPage:
    """Newest first; `after` is the key of the next page, '' on the last. `cases` holds the reference of each row's case."""

    rows: list[Delivery]
    cases: Mapping[int, str]
    after: str


@dataclass(frozen=True, slots=True)
class Counts:
    """Of one endpoint: what waits now, and what of the last seven days arrived or was given up; when the last one arrived."""

    waiting: int = 0
    delivered: int = 0
    given_up: int = 0
    last_at: datetime | None = None


def is_owner(endpoint: Endpoint, actor: Actor) -> bool:
    """Whether the endpoint is this merchant's own."""
    return actor.party is Party.MERCHANT and actor.merchant_id == endpoint.merchant_id


def is_keeper(actor: Actor) -> bool:
    """Whether the actor looks after every merchant's endpoints."""
    return actor.sees_everything and (actor.automatic or bool(actor.roles & KEEPERS))


def visible(actor: Actor) -> QuerySet[Endpoint]:
    """The endpoints that this actor may know of, ended ones too."""
    if is_keeper(actor):
        return Endpoint.objects.all()
    if actor.party is Party.MERCHANT and actor.merchant_id:
        return Endpoint.objects.filter(merchant_id=actor.merchant_id)
    return Endpoint.objects.none()


def endpoints(actor: Actor, *, state: str = "", ended: bool = False) -> list[Endpoint]:
    """The endpoints of this side, those that need somebody first, then newest first."""
    found = visible(actor).select_related("merchant")
    found = found if ended else found.filter(ended_at__isnull=True)
    if state:
        found = found.filter(failing_since__isnull=False, state="on") if state == "failing" else found.filter(state=state)
    return sorted(found.order_by("-made_at", "-pk")[:500], key=lambda one: (one.state != "alarmed", one.failing_since is None))


def endpoint(ref: str, actor: Actor) -> Endpoint:
    """One endpoint with its merchant. Raises NotFound where the actor may not know of it, or it has ended."""
    found = visible(actor).select_related("merchant").filter(ref=clean_ref(ref) or "", ended_at__isnull=True).first()
    if found is None:
        raise NotFound
    return found


def state_of(one: Endpoint) -> str:
    """`on`, `failing`, `paused`, `alarmed` or `ended`."""
    if one.ended_at is not None:
        return "ended"
    return "failing" if one.state == "on" and one.failing_since is not None else one.state


def counts(found: list[Endpoint]) -> dict[int, Counts]:
    """How each of these endpoints fares, by its key. Two queries: what waits, and what ended of late."""
    theirs = Delivery.objects.filter(merchant_id__in={one.merchant_id for one in found}, endpoint__in=found).order_by()
    waiting = dict(theirs.filter(state__in=OPEN).values_list("endpoint_id").annotate(n=Count("pk")))
    recent = theirs.filter(made_at__gte=clock.now() - RECENT).exclude(case_id=0).values_list("endpoint_id")
    ended = recent.annotate(
        delivered=Count("pk", filter=Q(state="delivered")), given_up=Count("pk", filter=Q(state="given_up")), last_at=Max("delivered_at")
    )
    fared = {pk: told for pk, *told in ended}
    return {pk: Counts(waiting.get(pk, 0), *fared.get(pk, (0, 0, None))) for pk in waiting.keys() | fared.keys()}


def secret(ref: str, actor: Actor) -> str:
    """The newest signing secret, for the merchant whose endpoint it is and for nobody else. Raises NotFound, sealing.Unreadable."""
    found = endpoint(ref, actor)
    if not is_owner(found, actor):
        raise NotFound
    return sealing.living(found.secrets, clock.now())[0]


def deliveries(
    ref: str, actor: Actor, *, state: str = "", type_: str = "", case: str = "", after: str = "", size: int = PAGE
) -> DeliveriesPage:
    """What is and was owed to this endpoint, newest first. `state`: waiting, delivered, given_up or dropped."""
    found = endpoint(ref, actor)
    rows = _theirs(found)
    if state:
        rows = rows.filter(state__in=OPEN) if state == "waiting" else rows.filter(state=state)
    if type_:
        rows = rows.filter(type=type_)
    if case:
        rows = rows.filter(case_id=Case.objects.filter(merchant_id=found.merchant_id, ref=clean_ref(case) or "").values("pk")[:1])
    if after:
        made_at, pk = _key(after)
        rows = rows.filter(Q(made_at__lt=made_at) | Q(made_at=made_at, pk__lt=pk))
    page = list(rows.order_by("-made_at", "-pk")[: size + 1])
    last = page[size - 1] if len(page) > size else None
    return DeliveriesPage(page[:size], cases_of(page[:size]), f"{last.made_at.isoformat()}~{last.pk}" if last else "")


def delivery(ref: str, delivery_ref: str, actor: Actor) -> Delivery:
    """One delivery of an endpoint. Raises NotFound."""
    found = endpoint(ref, actor)
    row = _theirs(found).select_related("endpoint").filter(ref=clean_ref(delivery_ref) or "").first()
    if row is None:
        raise NotFound
    return row


def body_of_delivery(row: Delivery) -> str:
    """The JSON that is sent with it."""
    return body(row, row.endpoint)


def cases_of(rows: list[Delivery]) -> dict[int, str]:
    """The references of the cases that these deliveries are about, by the case's key."""
    wanted = {row.case_id for row in rows if row.case_id}
    return dict(
        Case.objects.filter(merchant_id__in={row.merchant_id for row in rows}, pk__in=wanted).order_by("pk").values_list("pk", "ref")
    )


def catalogue() -> list[dict[str, Any]]:
    """Every life with its events, for a page or a program to choose from."""
    return [
        {"life": life.name, "name": LIFE_NAMES[life.name], "types": [one for one in TYPES if one.partition(".")[0] == life.name]}
        for life in LIVES
    ]


def _theirs(found: Endpoint) -> QuerySet[Delivery]:
    return Delivery.objects.filter(merchant_id=found.merchant_id, endpoint=found)


def _key(after: str) -> tuple[datetime, int]:
    made_at, _, pk = after.partition("~")
    try:
        at, number = datetime.fromisoformat(made_at), int(pk)
    except ValueError:
        at, number = None, 0
    if at is None or at.tzinfo is None or not 0 < number < 2**63:
        raise Unprocessable.field("after", say("翻页的位置读不懂，请从第一页开始。", "This page cannot be found; begin at the first one."))
    return at, number
