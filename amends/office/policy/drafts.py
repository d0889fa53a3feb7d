"""Drafts: written beside their problems, checked, compared with what is in force, signed by somebody else, published with notice."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from amends.faces.entering import ActorRequest, act, face, given
from amends.faces.told import acted, tell
from amends.kernel import clock
from amends.kernel.refusals import Conflict, NotFound, Refusal, Unprocessable
from amends.kernel.texts import Text, say
from amends.office.policy import cell_words as words
from amends.office.policy.difference import Change, difference
from amends.office.policy.simulations import card_of
from amends.policy import verbs
from amends.policy.models import Draft
from amends.policy.queries import shelf
from amends.policy.queries_drafts import acts, comments, comments_open, draft, drafts, version
from amends.policy.rules.drafting import MOVES, STAGE_NAMES, Stage, earliest, owns_policy
from amends.policy.rules.packs import Pack, PackRefused, read_pack
from amends.policy.rules.places import nearest
from amends.policy.simulation.queries import simulations
from amends.policy.simulation.verbs import may_simulate

STEPS = (Stage.DRAFT, Stage.CHECKED, Stage.SIGNED, Stage.PUBLISHED)
STAGE_KINDS = {Stage.DRAFT: "", Stage.CHECKED: "brand", Stage.SIGNED: "brand", Stage.PUBLISHED: "ok", Stage.WITHDRAWN: ""}
FILE = "pack.toml"


@require_GET
@face("office")
def listed(request: ActorRequest) -> HttpResponse:
    """The newest drafts, and the versions that a new one may begin from."""
    stage = str(request.GET.get("stage", ""))
    found = drafts(request.actor, stage=stage if stage in set(Stage) else "")
    bases = sorted(shelf().packs, key=lambda pack: (pack.layer.value != "law", pack.stamp))
    context = {
        "rows": [{"draft": one, **_stage(one), "layer": words.LAYERS.get(one.layer)} for one in found],
        "may_draft": owns_policy(request.actor),
        "bases": [(pack.stamp, pack.cells.name.text) for pack in bases],
        "stages": [(one.value, STAGE_NAMES[one]) for one in Stage],
        "stage": stage,
    }
    return render(request, "office/policy/drafts.html", context)


def _stage(found: Draft) -> dict[str, Any]:
    stage = Stage(found.stage)
    return {"stage": stage.value, "stage_name": STAGE_NAMES[stage], "stage_kind": STAGE_KINDS[stage]}


@require_POST
@face("office")
def begin(request: ActorRequest) -> HttpResponse:
    """A new draft holds the text of the version it begins from, with a version and a day of its own."""
    stamp = given(request, "based_on")
    pack = next((one for one in shelf().packs if one.stamp == stamp), None)
    if pack is None:
        raise Unprocessable.field("based_on", say("请选择从哪一版起草。", "Choose the version to begin from."), code="no_base")
    name = given(request, "name").strip() or pack.stamp

    def run() -> str:
        made = verbs.save_draft(by=request.actor, text=renewed(pack), name=name, based_on=stamp)
        return f"/office/policy/drafts/{made.ref}/"

    return act(request, run)


def renewed(pack: Pack) -> str:
    """The text of `pack` with the next free version and the first day on which it could hold, so that it can be published as it is."""
    day = earliest(clock.now(), pack.cells.jurisdiction, major=False) + timedelta(days=1)
    taken = {one.cells.version for one in shelf().packs if one.id == pack.id}
    month = f"{day:%Y-%m}"
    free = next(name for at in range(1000) if (name := f"{month}.{at}" if at else month) not in taken)
    text = re.sub(r'(?m)^version\s*=\s*"[^"]*"', f'version = "{free}"', pack.text, count=1)
    return re.sub(r"(?m)^in_force_from\s*=\s*[0-9-]+", f"in_force_from = {day.isoformat()}", text, count=1)


@require_http_methods(["GET", "POST"])
@face("office")
def one(request: ActorRequest, ref: str) -> HttpResponse:
    """The editor. A POST keeps the text and, where asked, checks it; what was refused comes back with everything that was typed."""
    if request.method == "GET":
        return _page(request, draft(ref, request.actor))
    text, check = given(request, "text").replace("\r\n", "\n"), given(request, "then") == "check"

    def run() -> str:
        name, note = given(request, "name").strip(), given(request, "note").strip()
        kept = verbs.save_draft(by=request.actor, ref=ref, text=text, name=name, note=note, edits=_edits(request))
        if check:
            verbs.check_draft(kept.ref, by=request.actor)
        return f"/office/policy/drafts/{kept.ref}/"

    try:
        answer = act(request, run)
    except (Conflict, Unprocessable) as refused:
        return _page(request, draft(ref, request.actor), text=text, refusal=refused)
    if not check:
        tell(request, say("草稿已保存。", "The draft is saved."))
    return answer


def _edits(request: ActorRequest) -> int | None:
    written = given(request, "edits")
    return int(written) if written.isdecimal() else None


def _page(request: ActorRequest, found: Draft, *, text: str | None = None, refusal: Refusal | None = None) -> HttpResponse:
    shown = found.text if text is None else text
    pack, problems = _read(shown, found)
    possible = acts(found, request.actor)
    changes, base = _changes(request, found, pack)
    problems = _suspected(problems, changes, pack, shown)
    context = {
        "draft": found,
        "text": shown,
        "lines": shown.count("\n") + 1,
        **_stage(found),
        "steps": _steps(found),
        "acts": possible,
        "names": {name: row.name for name, row in MOVES.items()},
        "waits_for_other": found.stage == Stage.CHECKED and "sign_off" not in possible,
        "problems": problems,
        "marks": [{"row": p["row"], "column": p["column"], "binding": p["binding"]} for p in problems],
        "stopping": sum(1 for p in problems if p["binding"]),
        "checked": found.checked_at is not None and text is None,
        "pack": pack,
        "base": base,
        "changes": changes,
        "refusal": refusal,
        "first_day": earliest(clock.now(), pack.cells.jurisdiction, major=False) if pack else None,
        "first_major": earliest(clock.now(), pack.cells.jurisdiction, major=True) if pack else None,
        "comments": comments(found),
        "comments_open": comments_open(found),
        "may_simulate": may_simulate(request.actor),
        "simulations": [card_of(one) for one in simulations(request.actor, draft=found.ref)],
    }
    return render(request, "office/policy/draft.html", context, status=refusal.status if refusal else 200)


def _read(text: str, found: Draft) -> tuple[Pack | None, list[dict[str, Any]]]:
    """The pack that the text writes, and its problems: those of the last check, else those that reading it alone finds."""
    try:
        pack = read_pack(text, FILE)
    except PackRefused as refused:
        return None, [
            _problem({"row": p.place.row, "column": p.place.column, "cell": p.cell, **p.text.both()}, text) for p in refused.problems
        ]
    return pack, [_problem(p, text) for p in found.problems] if text == found.text else []


def _problem(told: dict[str, Any], text: str) -> dict[str, Any]:
    lines = text.split("\n")
    row = int(told["row"])
    line = lines[row - 1].strip() if 0 < row <= len(lines) else ""
    return {
        "row": row,
        "column": int(told["column"]),
        "cell": told.get("cell", ""),
        "text": Text(told["zh"], told["en"]),
        "kind": told.get("kind", "cell"),
        "suspects": [],
        "binding": told.get("binding", True),
        "check": told.get("check", ""),
        "case": str(told.get("check", "")).rpartition(".")[0],
        "line": line[:120],
    }


def _suspected(problems: list[dict[str, Any]], changes: list[Change] | None, pack: Pack | None, text: str) -> list[dict[str, Any]]:
    """A golden case that comes out otherwise stands at no row; what can have turned it are the cells that the draft changed."""
    if pack is None or not changes:
        return problems
    cells = [nearest(pack.places, change.path) for change in changes if change.section and change.now is not None]
    if not cells:
        return problems
    lines, first = text.split("\n"), cells[0]
    there = {"row": first.row, "column": first.column, "line": lines[first.row - 1].strip()[:120], "suspects": cells}
    return [{**p, **there} if p["kind"] == "golden" else p for p in problems]


def _changes(request: ActorRequest, found: Draft, pack: Pack | None) -> tuple[list[Change] | None, str]:
    """What is different from the version that the draft began from; None where the text cannot be read, or began from nothing."""
    if pack is None or not found.based_on:
        return None, found.based_on
    try:
        before = version(found.based_on, request.actor)
        return difference(read_pack(before.text, before.stamp).cells, pack.cells), found.based_on
    except (NotFound, PackRefused):
        return None, found.based_on


def _steps(found: Draft) -> list[dict[str, Any]]:
    stage = Stage(found.stage)
    if stage is Stage.WITHDRAWN:
        return []
    here = STEPS.index(stage)
    notes = {
        Stage.DRAFT: found.made_by.name,
        Stage.SIGNED: found.signed_by.name if found.signed_by else "",
    }
    return [
        {"name": STAGE_NAMES[step], "note": notes.get(step, ""), "state": "done" if at < here else "cur" if at == here else ""}
        for at, step in enumerate(STEPS)
    ]


def _made(request: ActorRequest, ref: str, verb: Callable[[], object], done: Text) -> HttpResponse:
    return acted(request, verb, f"/office/policy/drafts/{ref}/", done)


@require_POST
@face("office")
def sign(request: ActorRequest, ref: str) -> HttpResponse:
    """Another policy owner answers for the text."""
    return _made(request, ref, lambda: verbs.sign_off(ref, by=request.actor), say("已签字。", "It is signed."))


@require_POST
@face("office")
def publish(request: ActorRequest, ref: str) -> HttpResponse:
    """The text is a version for ever, and known in time before it holds."""
    major = given(request, "major") == "on"
    done = say("已公布，到生效日起执行。", "Published; it holds from its day on.")
    return _made(request, ref, lambda: verbs.publish(ref, by=request.actor, major=major), done)


@require_POST
@face("office")
def withdraw(request: ActorRequest, ref: str) -> HttpResponse:
    """The draft goes no further."""
    done = say("草稿已撤下。", "The draft is withdrawn.")
    return _made(request, ref, lambda: verbs.withdraw_draft(ref, by=request.actor), done)


@require_POST
@face("office")
def say_something(request: ActorRequest, ref: str) -> HttpResponse:
    """A comment is kept for three years."""
    said = given(request, "words")
    done = say("意见已保存。", "Your comment is kept.")
    return _made(request, ref, lambda: verbs.comment(ref, words=said, by=request.actor), done)
