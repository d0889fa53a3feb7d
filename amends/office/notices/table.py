"""The table of notices on a page: who is told what, how urgently and over which channels; what tells nobody, and why."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from amends.faces.entering import ActorRequest, face
from amends.kernel.texts import Text, say
from amends.notices.rules.routes import ROUTES
from amends.notices.rules.words import AUDIENCE_NAMES, URGENCY_NAMES, Audience, Urgency
from amends.notices.table_words import InWords, channels_words, silent, table
from amends.notices.wording import own_wordings, worded
from amends.office.tables import LIFE_NAMES

URGENCY_KINDS = {Urgency.HAZARD: "bad", Urgency.ACT: "brand", Urgency.REMIND: "warn", Urgency.RESULT: "", Urgency.NEWS: "line"}
OTHER = say("其他", "Other matters")


@require_GET
@face("office")
def show(request: ActorRequest) -> HttpResponse:
    """Every row, narrowed by who is told or by urgency."""
    to, urgency = str(request.GET.get("to", "")), str(request.GET.get("urgency", ""))
    own = own_wordings()
    rows = [
        _row(one, own) for one in table() if (not to or one.row.to == to) and (not urgency or one.row.urgency == urgency)
    ]  # fmt: skip
    context = {
        "lives": _by_life(rows),
        "total": len(rows), "own": len(own), "to": to, "urgency": urgency, "silent": silent() if not (to or urgency) else [],
        "audiences": [(one.value, AUDIENCE_NAMES[one]) for one in Audience], "routes": [_route(one) for one in Urgency],
    }  # fmt: skip
    return render(request, "office/notices/table.html", context)


def _by_life(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    lives = dict.fromkeys(row["life"] for row in rows)
    return [{"key": life, "name": LIFE_NAMES.get(life, OTHER), "rows": [row for row in rows if row["life"] == life]} for life in lives]


def _row(one: InWords, own: set[tuple[str, str]]) -> dict[str, Any]:
    row = one.row
    return {
        "life": one.life, "key": row.kind, "when": one.when, "given": one.given, "to": one.to, "urgency": one.urgency,
        "urgency_kind": URGENCY_KINDS[row.urgency], "due_of": one.due_of, "subject": worded(row.kind, row.to).subject,
        "own": (row.kind, row.to.value) in own, "url": address(row.kind, row.to),
    }  # fmt: skip


def address(kind: str, party: str) -> str:
    """The page of one row."""
    return f"/office/notices/{quote(kind, safe='')}/{party}/"


def _route(urgency: Urgency) -> dict[str, Any]:
    row = ROUTES[urgency]
    bundle: Text = say("马上", "at once") if not row.bundle_seconds else say("{n} 秒内合并", "bundled for {n} s", n=row.bundle_seconds)
    return {
        "key": urgency.value, "name": URGENCY_NAMES[urgency], "kind": URGENCY_KINDS[urgency], "channels": channels_words(urgency),
        "breaks": row.breaks_quiet, "may_stop": row.may_stop, "bundle": bundle,
    }  # fmt: skip
