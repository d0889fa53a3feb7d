"""What every page of the console shows around its own matter: the shop, and how much waits in each room of the side bar."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.db.models import CharField, Value
from django.http import HttpResponse
from django.shortcuts import render

from amends.approvals.queries import waiting as approvals
from amends.cases.models import Turn
from amends.cases.queries import COUNT_LIMIT
from amends.faces.entering import ActorRequest
from amends.kernel.parties import Party
from amends.liability.queries.charges import waiting_for
from amends.notices.queries import unread
from amends.people.rules import Actor

HOME = "/console/"
GOODS = ("return_shipment", "inspection")
NOTICES = "notice"
APPROVALS = "approval"
MONEY = "money"


def shown(request: ActorRequest, template: str, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    """The template inside the console's frame. One query for the side bar."""
    framed = {"waits": waits(request.actor), "find_url": f"{HOME}find", "prefix": HOME, "me_party": "merchant", **context}
    return render(request, template, framed, status=status)


def waits(actor: Actor) -> dict[str, int]:
    """How many turns wait for this shop, by what they are about, and how many notices are unread; counting stops at COUNT_LIMIT."""
    turns = Turn.objects.filter(merchant_id=actor.shop_id, party=Party.MERCHANT.value).order_by("due_at").values_list("life")
    told = unread(actor).order_by().annotate(what=Value(NOTICES, CharField())).values_list("what")
    money = approvals(actor).order_by().annotate(what=Value(APPROVALS, CharField())).values_list("what")
    costs = waiting_for(actor).order_by().annotate(room=Value(MONEY, CharField())).values_list("room")
    most = COUNT_LIMIT + 1
    counted = Counter(row[0] for row in turns[:most].union(told[:most], money[:most], costs[:most], all=True))
    lives = {name: n for name, n in counted.items() if name not in (NOTICES, APPROVALS, MONEY)}
    return {
        "all": sum(lives.values()), "answer": lives.get("case", 0), "goods": sum(lives.get(life, 0) for life in GOODS),
        "pieces": lives.get("replacement", 0), "repairs": lives.get("repair", 0), "reviews": lives.get("review", 0),
        "unread": counted[NOTICES],
        "approvals": counted[APPROVALS], "money": counted[MONEY],
    }  # fmt: skip
