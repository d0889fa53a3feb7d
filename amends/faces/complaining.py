"""Complaints of authorities as desk and office show them: rows with their clocks, and the instants that people type.

Both faces read the same; only the desk acts. What a complaint is and who may move it: amends/complaints.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.core.paginator import Page, Paginator
from django.http import HttpRequest

from amends.cases.words import stage_name
from amends.complaints.clocks import mediation_ends, taken_on_by
from amends.complaints.models import Complaint
from amends.complaints.queries import STATES, complaints
from amends.kernel.refusals import Unprocessable
from amends.kernel.texts import Text, say
from amends.people.rules import Actor

HERE, PER_PAGE = ZoneInfo("Asia/Shanghai"), 50
KINDS = {"received": "warn", "raised": "bad", "answered": "line", "ended": "warn", "settled": "ok", "unsettled": "", "refused": ""}
WHO: dict[str, Text] = {"": say("谁的都看", "anybody's"), "me": say("我的", "mine")}
NOT_A_TIME = say("请写明日期和时间。", "Give day and time.")


def row_of(row: Complaint) -> dict[str, Any]:
    """A complaint in words: `due_at` is None once it is over."""
    return {"row": row, "stage": stage_name("complaint", row.stage), "kind": KINDS[row.stage], "due_at": getattr(row, "due_at", None)}


def list_context(request: HttpRequest, by: Actor, *, at: str) -> dict[str, Any]:
    """The list with its filters as the address names them: `state`, `who`, `q`."""
    state = request.GET.get("state", "open")
    state = state if state in STATES else "open"
    who, find = request.GET.get("who", ""), request.GET.get("q", "").strip()[:60]
    found = complaints(by, state="all" if find else state, who=who if who in WHO else "", find=find)
    page: Page[Complaint] = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    return {
        "page": page, "rows": [row_of(row) for row in page.object_list], "at": at, "nav_here": at, "states": STATES.items(), "state": state,
        "whos": WHO.items(), "who": who, "q": find,
    }  # fmt: skip


def panel(by: Actor, case_ref: str) -> list[dict[str, Any]]:
    """The complaints about one case, the open ones first."""
    return [row_of(row) for row in complaints(by, case=case_ref)[:20]]


def law_of(row: Complaint) -> dict[str, Any]:
    """What the law asks of the authority: by when it decides whether it takes the complaint on, when mediation is over."""
    return {"taken_on_by": taken_on_by(row), "ends": None if row.is_over else mediation_ends(row)}


def whole_number(text: str, field: str) -> int:
    """Raises Unprocessable."""
    if not (text.strip().isascii() and text.strip().isdecimal() and len(text.strip()) < 10):
        raise Unprocessable.field(field, say("请填一个整数。", "A whole number is wanted."), code="no_number")
    return int(text)


def instant(text: str, field: str, *, needed: bool = False) -> datetime | None:
    """As a browser's field for a time gives it, by the clock of the market; None where it is empty. Raises Unprocessable, for an empty
    one too that is `needed`."""
    if not text.strip():
        if needed:
            raise Unprocessable.field(field, NOT_A_TIME, code="required")
        return None
    try:
        found = datetime.fromisoformat(text.strip())
    except ValueError as wrong:
        raise Unprocessable.field(field, NOT_A_TIME, code="wrong_time") from wrong
    return found if found.tzinfo else found.replace(tzinfo=HERE)
