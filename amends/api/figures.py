"""Figures of a period, and the cases behind each of them: every figure carries the address of exactly its cases."""

from __future__ import annotations

from dataclasses import fields
from datetime import datetime
from typing import Any

from django.db.models import Q
from ninja import Router, Schema
from ninja.params import functions as params
from pydantic import create_model

from amends.api import case_shapes, telling
from amends.api.bodies import Ref, Str
from amends.api.callers import Asked
from amends.api.doing import reading
from amends.api.pages import key_in, key_out, parts
from amends.cases.queries import PAGE
from amends.insight.figures import Choice, cases_of, figures, plain

router = Router(tags=["figures"])
LIST_AT = f"{telling.ROOT}/figures/cases"

# What an address may choose by is said once, in insight; here it only gets the types of an address.
names: Any = {field.name: (Str, "") for field in fields(Choice)}
FigureChoiceIn = create_model("FigureChoiceIn", __base__=Schema, **names)
CHOSEN: Any = params.Query(...)


class FiguresOut(Schema):
    """The figures as `amends figures --json` prints them; each has a `value`, how many `cases` it rests on, and their `cases_url`."""

    figures: dict[str, Any]


@reading(router, "/figures", FiguresOut, "Figures of a period")
def my_figures(request: Asked, since: Str = "", until: Str = "", merchant: Ref = "", goods: Str = "", issue: Str = "") -> FiguresOut:
    """Volume, backlog, stage times, issues, outcomes, satisfaction, money, limits and sides of what you may see; 30 days up to today."""
    choice = Choice.read({"since": since, "until": until, "merchant": merchant, "goods": goods, "issue": issue})
    return FiguresOut(figures=plain(figures(request.auth.actor, choice), LIST_AT))


@reading(router, "/figures/cases", case_shapes.CasesPage, "The cases behind a figure")
def cases_behind(request: Asked, chosen: FigureChoiceIn = CHOSEN, after: Ref = "") -> case_shapes.CasesPage:  # type: ignore[valid-type]
    """The cases of a choice, newest first; a figure's `cases_url` leads here."""
    key = key_in(after)
    found = cases_of(Choice.read(chosen.model_dump()), request.auth.actor)  # type: ignore[attr-defined]
    if key:
        opened_at, pk = parts(key)
        found = found.filter(Q(opened_at__lt=opened_at) | Q(opened_at=opened_at, pk__lt=pk))
    rows = list(found.order_by("-opened_at", "-pk")[: PAGE + 1])
    last = rows[PAGE - 1] if len(rows) > PAGE else None
    return case_shapes.CasesPage(items=[telling.short(case) for case in rows[:PAGE]], next=_key(last.opened_at, last.pk) if last else None)


def _key(at: datetime, pk: int) -> str | None:
    return key_out(f"{at.isoformat()}~{pk}")
