"""The page of promises: figures by merchant, team and carrier, each leading to its cases, and the list below them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest

from amends.kernel import clock
from amends.kernel.parties import Party
from amends.kernel.texts import Text, say
from amends.notices.promises_read import HERE, Chosen, Kept, kept_by, promises
from amends.notices.rules.promises import STATE_NAMES, State
from amends.people.rules import Actor

USUAL_DAYS = 30
MOST_ROWS = 30
HEADS: dict[str, Text] = {
    "merchant": say("按商家", "By merchant"),
    "team": say("按团队", "By team"),
    "carrier": say("按承运商", "By carrier"),
}
EVERY = tuple(HEADS)
JUDGED, BESIDE = (State.OPEN, State.KEPT, State.LATE), (State.REVISED, State.VOID)
"""The columns of figures, and what stands in small beside the name where there is any."""
ALL = say("全部", "All")


def chosen(request: HttpRequest) -> Chosen:
    """What the address asks for; the last 30 days where it names neither days nor a case."""
    asked = Chosen.read({name: str(value) for name, value in request.GET.items()})
    if asked.since or asked.until or asked.case:
        return asked
    today = clock.now().astimezone(HERE).date()
    return Chosen.read({**asked.pairs, "since": (today - timedelta(days=USUAL_DAYS - 1)).isoformat(), "until": today.isoformat()})


def context(request: HttpRequest, by: Actor, path: str, groups: Sequence[str]) -> dict[str, Any]:
    """Everything that the page shows. `groups` are the tables of figures, of BY."""
    asked = chosen(request)
    page = promises(by, asked, after=str(request.GET.get("after", "")))
    counted = Chosen.read({name: value for name, value in asked.pairs.items() if name in ("since", "until")})
    return {
        "chosen": asked, "rows": page.rows, "path": path, "tables": [_table(by, counted, group, path) for group in groups],
        "states": [("", ALL, _url(path, asked, state=""), not asked.state), *_states(path, asked)],
        "next_url": _url(path, asked, after=page.after) if page.after else "",
        "first_url": _url(path, asked) if request.GET.get("after") else "", "nav_here": path,
    }  # fmt: skip


def _states(path: str, asked: Chosen) -> list[tuple[str, Text, str, bool]]:
    return [(state.value, STATE_NAMES[state], _url(path, asked, state=state.value), asked.state == state) for state in State]


def _table(by: Actor, counted: Chosen, group: str, path: str) -> dict[str, Any]:
    rows = kept_by(by, counted, group)
    shown = [_row(kept, group, counted, path) for kept in rows[:MOST_ROWS]]
    return {"head": HEADS[group], "rows": shown, "more": max(0, len(rows) - MOST_ROWS)}


def _row(kept: Kept, group: str, counted: Chosen, path: str) -> dict[str, Any]:
    whose = {"merchant": kept.key, "bearer": Party.MERCHANT.value} if group == "merchant" else {_COLUMN[group]: kept.key}

    def cell(state: State) -> dict[str, Any]:
        return {"n": kept.counts[state], "url": _url(path, counted, state=state.value, **whose), "name": STATE_NAMES[state]}

    beside = [cell(state) for state in BESIDE if kept.counts[state]]
    share = f"{kept.share:.0%}" if kept.share is not None else "-"
    return {
        "name": kept.name,
        "url": _url(path, counted, **whose),
        "cells": [cell(state) for state in JUDGED],
        "beside": beside,
        "share": share,
    }


_COLUMN = {"team": "bearer", "carrier": "carrier"}


def _url(path: str, asked: Chosen, **changes: str) -> str:
    pairs = {name: value for name, value in {**asked.pairs, **changes}.items() if value}
    return f"{path}?{urlencode(pairs)}#list"
