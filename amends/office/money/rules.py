"""The money rules in the office: which version holds, how versions differ in words, writing one, signing another's, withdrawing."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from amends.approvals import versions
from amends.approvals.counting import HERE
from amends.approvals.differing import LIMITS, cells, differences, limit_rows
from amends.approvals.rules_of_money import RulesRefused, read
from amends.approvals.versions import Standing, Version
from amends.faces.entering import ActorRequest, act, face, given
from amends.faces.told import acted
from amends.kernel import clock
from amends.kernel.refusals import Refusal, Unprocessable
from amends.kernel.texts import say

HOME = "/office/money/rules/"
KINDS = {Standing.WRITTEN: "brand", Standing.SIGNED: "brand", Standing.HOLDS: "ok", Standing.REPLACED: "", Standing.WITHDRAWN: ""}
SIGNED = say("已签字。", "Signed.")
WITHDRAWN = say("已撤下，这一版不会生效。", "Withdrawn; this version will never hold.")


@require_GET
@face("office")
def listed(request: ActorRequest) -> HttpResponse:
    """Every version, the one in force in whole."""
    found = versions.versions()
    holds = next(one for one in found if one.standing is Standing.HOLDS)
    context = {
        "rows": [{"version": one, "kind": KINDS[one.standing]} for one in found], "holds": holds,
        "may_write": versions.may_write(request.actor), **_content(holds), "nav_here": HOME,
    }  # fmt: skip
    return render(request, "office/money/rules.html", context)


@require_GET
@face("office")
def one(request: ActorRequest, name: str) -> HttpResponse:
    """One version: what differs from the version in force, its text, and what the reader may do with it."""
    found, holds = versions.version(name), versions.current()
    context = {
        "version": found, "kind": KINDS[found.standing], "holds": holds, "may": versions.may(found, request.actor),
        "changes": differences(holds.rules, found.rules) if found.name != holds.name else None, **_content(found), "nav_here": HOME,
    }  # fmt: skip
    return render(request, "office/money/version.html", context)


def _content(found: Version) -> dict[str, Any]:
    return {"limits": limit_rows(found.rules), "heads": list(LIMITS.values()), "cells": cells(found.rules)}


@require_http_methods(["GET", "POST"])
@face("office")
def new(request: ActorRequest) -> HttpResponse:
    """Writing a version beside what it would change; `then` = `look` reads it and keeps nothing."""
    if request.method == "GET":
        return _editor(request, renewed(versions.current()), why="")
    body, why = given(request, "body").replace("\r\n", "\n"), given(request, "why")
    if given(request, "then") == "look":
        return _editor(request, body, why=why, looked=True)
    try:
        return act(request, lambda: f"{HOME}{versions.write(body, why=why, by=request.actor).version}/")
    except Unprocessable as refused:
        return _editor(request, body, why=why, refusal=refused)


def renewed(base: Version) -> str:
    """The text of `base` with a free name and tomorrow as its first day."""
    day = clock.now().astimezone(HERE).date() + timedelta(days=1)
    taken = {one.name for one in versions.versions()}
    free = next(name for n in range(1000) if (name := f"{day:%Y-%m}.{n}" if n else f"{day:%Y-%m}") not in taken)
    text = re.sub(r'(?m)^version\s*=\s*"[^"]*"', f'version = "{free}"', base.text, count=1)
    return re.sub(r"(?m)^in_force_from\s*=\s*[0-9-]+", f"in_force_from = {day.isoformat()}", text, count=1)


def _editor(request: ActorRequest, body: str, *, why: str, looked: bool = False, refusal: Refusal | None = None) -> HttpResponse:
    holds = versions.current()
    try:
        rules, problems = read(body), []
    except RulesRefused as refused:
        rules, problems = None, list(refused.problems)
    lines = body.split("\n")
    context = {
        "body": body, "why": why, "holds": holds, "looked": looked, "refusal": None if isinstance(refusal, RulesRefused) else refusal,
        "problems": [{"place": p.place, "cell": p.cell, "text": p.text, "line": lines[p.place.row - 1].strip()[:120]} for p in problems],
        "marks": [{"row": p.place.row, "column": p.place.column, "binding": True} for p in problems],
        "changes": differences(holds.rules, rules) if rules else None, "rules": rules, "nav_here": HOME,
        "may_write": versions.may_write(request.actor),
    }  # fmt: skip
    return render(request, "office/money/new_rules.html", context, status=422 if refusal else 200)


@require_POST
@face("office")
def sign(request: ActorRequest, name: str) -> HttpResponse:
    """Another pair of eyes answers for it."""
    return acted(request, lambda: versions.sign(name, by=request.actor), f"{HOME}{name}/", SIGNED)


@require_POST
@face("office")
def withdraw(request: ActorRequest, name: str) -> HttpResponse:
    """It never comes into force."""
    return acted(request, lambda: versions.withdraw(name, by=request.actor), f"{HOME}{name}/", WITHDRAWN)
