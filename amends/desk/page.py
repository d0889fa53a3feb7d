"""What every page of the desk shows around its own matter: how much waits for arbiters and for the platform."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.db.models import CharField, QuerySet, Value
from django.http import HttpResponse
from django.shortcuts import render

from amends.approvals.queries import waiting as approvals
from amends.cases.models import Turn
from amends.cases.queries import COUNT_LIMIT
from amends.complaints.queries import waiting_for as complaints
from amends.complaints.rules import RAISED as LATE_COMPLAINT
from amends.faces.entering import ActorRequest
from amends.kernel.parties import Party
from amends.liability.queries.charges import waiting_for
from amends.notices.queries import unread
from amends.people.rules import Actor
from amends.refunds.rules import REFUND
from amends.tasks.queries import waiting_for as tasks
from amends.tasks.rules import RAISED as LATE_TASK

HOME = "/desk/"
NOTICES = "notice"
CHARGES = "charge"
APPROVALS = "approval"
TASKS, COMPLAINTS = "tasks", "complaints"
OURS = (Party.ARBITER.value, Party.PLATFORM.value)
# Refunds that have been asked for and wait for a person or for certainty: what the table leaves to the platform after the first call.
HELD_UP = tuple(
    name for name, stage in REFUND.stages.items() if Party.PLATFORM in stage.waits_for and not REFUND.who_may(name, "send")
)  # fmt: skip


def shown(request: ActorRequest, template: str, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    """The template inside the desk's frame. One query for the side bar."""
    framed = {
        "waits": waits(request.actor),
        "find_url": f"{HOME}find",
        "prefix": HOME,
        "with_merchant": True,
        "me_party": "platform",
        **context,
    }
    return render(request, template, framed, status=status)


def waits(actor: Actor) -> dict[str, int]:
    """How many turns wait for arbiters, for the platform, of these for refunds, how many notices this person has not read, and what
    departments and authorities wait for, with how much of that is late; counting stops at COUNT_LIMIT for each."""
    sides = [Turn.objects.filter(party=party).order_by("due_at").values_list("party", "life", "stage")[: COUNT_LIMIT + 1] for party in OURS]
    # Beside the turns in the same statement: a notice is a row of three words, of which the first tells it from a party.
    rows = unread(actor).order_by().annotate(what=Value(NOTICES, CharField()), of=Value("", CharField()), at=Value("", CharField()))
    told = rows.values_list("what", "of", "at")[: COUNT_LIMIT + 1]
    asked = approvals(actor).order_by().annotate(what=Value(APPROVALS, CharField()), of=Value("", CharField()), at=Value("", CharField()))
    money = asked.values_list("what", "of", "at")[: COUNT_LIMIT + 1]
    costs = waiting_for(actor).order_by().annotate(room=Value(CHARGES, CharField()), of=Value("", CharField()), at=Value("", CharField()))
    charged = costs.values_list("room", "of", "at")[: COUNT_LIMIT + 1]
    beside = [_beside(what, rows) for what, rows in ((TASKS, tasks(actor)), (COMPLAINTS, complaints(actor)))]
    counted = Counter(sides[0].union(sides[1], told, money, charged, *beside, all=True))
    return {
        "arbiter": sum(n for (party, _, _), n in counted.items() if party == OURS[0]),
        "platform": sum(n for (party, _, _), n in counted.items() if party == OURS[1]),
        "unread": sum(n for (what, _, _), n in counted.items() if what == NOTICES),
        "approvals": sum(n for (what, _, _), n in counted.items() if what == APPROVALS),
        "charges": sum(n for (what, _, _), n in counted.items() if what == CHARGES),
        **_waiting(counted, TASKS, LATE_TASK),
        **_waiting(counted, COMPLAINTS, LATE_COMPLAINT),
        "refunds": sum(n for (_, life, stage), n in counted.items() if life == REFUND.name and stage in HELD_UP),
    }


def _beside(what: str, rows: QuerySet[Any]) -> QuerySet[Any, tuple[str, str, str]]:
    """Lives beside the cases as rows of three words, in which their stage says whether they are late."""
    words = rows.order_by().annotate(what=Value(what, CharField()), of=Value("", CharField()))
    found: QuerySet[Any, tuple[str, str, str]] = words.values_list("what", "of", "stage")[: COUNT_LIMIT + 1]
    return found


def _waiting(counted: Counter[tuple[str, str, str]], what: str, late: str) -> dict[str, int]:
    found = {stage: n for (of, _, stage), n in counted.items() if of == what}
    return {what: sum(found.values()), f"{what}_late": found.get(late, 0)}
