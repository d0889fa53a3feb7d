"""The packs: what is in force on a day by layer, what was set aside as broken, one pack with every cell, its versions, its text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from amends.faces.entering import ActorRequest, face
from amends.insight.figures.choice import HERE
from amends.kernel import clock
from amends.kernel.refusals import Unprocessable
from amends.kernel.texts import say
from amends.office.policy import cell_words as words
from amends.office.policy.cells import Row, Section, anchor, rows_of, sections
from amends.office.policy.difference import difference
from amends.office.tables import lives_by_limit
from amends.people.rules import Actor
from amends.policy.queries import shelf, stack_on
from amends.policy.queries_drafts import Version, version, versions
from amends.policy.rules.drafting import owns_policy
from amends.policy.rules.packs import Pack, PackRefused, read_pack
from amends.policy.rules.schema import Layer, PackCells
from amends.policy.rules.stack import Stack, stacked


@require_GET
@face("office")
def overview(request: ActorRequest) -> HttpResponse:
    """The rules as they hold today, or on the day asked for; below, one table of them at a time."""
    day = day_asked(request)
    stack, held = stack_on(day), shelf()
    tables = _marked(sections(stack.terms, stack.terms, {}), _origins(stack))
    context = {
        "on": day.isoformat(),
        "layers": _layers(stack, held.packs, day),
        "broken": broken(held.refused),
        "tags": words.TAGS,
        "marked": True,
        **_chosen(request, tables, stack.terms),
    }
    return render(request, "office/policy/overview.html", context)


def day_asked(request: ActorRequest) -> date:
    """The day in the address, today where there is none. Refuses what is no day."""
    written = str(request.GET.get("on", ""))
    if not written:
        return clock.now().astimezone(HERE).date()
    try:
        return date.fromisoformat(written)
    except ValueError as wrong:
        raise Unprocessable.field("on", say("日期应写成 2026-03-10 这样。", "Write the day like 2026-03-10."), code="not_a_day") from wrong


def broken(refused: Sequence[PackRefused]) -> list[dict[str, Any]]:
    """Files that were set aside: each problem with file, row, column and words."""
    return [
        {"file": p.file.rsplit("/packs/", 1)[-1], "row": p.place.row, "column": p.place.column, "cell": p.cell, "text": p.text}
        for each in refused
        for p in each.problems
    ]


def _layers(stack: Stack, packs: Sequence[Pack], day: date) -> list[dict[str, Any]]:
    """The ladder: each layer with the packs that are laid here, those that others use, and those still to come."""
    laid = {pack.stamp for pack in stack.packs}
    rows = []
    for layer in Layer:
        own = [pack for pack in packs if pack.layer is layer]
        now = [pack for pack in own if pack.in_force(day)]
        rows.append(
            {
                "key": layer.value,
                "name": words.LAYERS[layer.value],
                "says": words.LAYER_SAYS[layer.value],
                "icon": words.LAYER_ICONS[layer.value],
                "laid": [card(pack) for pack in now if pack.stamp in laid],
                "others": [card(pack) for pack in now if pack.stamp not in laid],
                "coming": [card(pack) for pack in own if pack.cells.in_force_from > day],
            }
        )
    return rows


def card(pack: Pack) -> dict[str, Any]:
    """What a list says of a pack."""
    cells, tags = pack.cells, Counter[str]()
    for name in words.SECTIONS:
        tags.update(row.tag for _, row in rows_of(cells, name) if getattr(row, "tag", ""))
    return {
        "stamp": pack.stamp,
        "url": url_of(pack),
        "name": cells.name.text,
        "layer": words.LAYERS[cells.layer.value],
        "since": cells.in_force_from,
        "until": cells.in_force_until,
        "rows": sum(len(rows_of(cells, name)) for name in words.SECTIONS if name not in ("clauses", "documents")),
        "clauses": len(cells.clauses),
        "tags": [(tag, tags[tag]) for tag in words.TAGS if tags[tag]],
    }


def url_of(pack: Pack) -> str:
    """Where a pack is read."""
    return f"/office/policy/packs/{pack.id}/{pack.cells.version}/"


def _origins(stack: Stack) -> dict[str, dict[str, Any]]:
    """Which pack each row of the rules in force comes from, by the row's anchor."""
    found: dict[str, dict[str, Any]] = {}
    for pack in stack.packs:
        mark = {"name": pack.cells.name.text, "url": url_of(pack), "layer": pack.layer.value}
        owned = {id(row) for name in words.SECTIONS for _, row in rows_of(pack.cells, name)}
        for name in words.SECTIONS:
            for path, row in rows_of(stack.terms, name):
                if id(row) in owned:
                    found[anchor(path)] = mark
    return found


def _marked(tables: list[Section], origins: dict[str, dict[str, Any]]) -> list[Section]:
    """Each row with the pack it comes from; limits that a stage of this version waits under come first."""
    waited = set(lives_by_limit())
    marked = []
    for table in tables:
        limits = table.key == "limits"
        rows = [row._replace(mark=origins.get(row.anchor), used=limits and row.key in waited) for row in table.rows]
        marked.append(table._replace(rows=sorted(rows, key=lambda row: not row.used) if limits else rows))
    return marked


def _chosen(request: ActorRequest, tables: list[Section], terms: PackCells) -> dict[str, Any]:
    """One table of many, or the rows of all that hold the words looked for."""
    sought = str(request.GET.get("q", "")).strip()[:80]
    keys = [table.key for table in tables]
    part = str(request.GET.get("part", ""))
    part = part if part in keys else keys[0] if keys else ""
    shown = [found for table in tables if (found := _holding(table, sought))] if sought else [t for t in tables if t.key == part]
    return {
        "packs_here": True,
        "tables": tables,
        "shown": [{"table": table, "clauses": _clauses(table, terms) if table.key == "clauses" else []} for table in shown],
        "part": "" if sought else part,
        "q": sought,
    }


def _clauses(table: Section, terms: PackCells) -> list[dict[str, Any]]:
    """Clauses in both languages side by side."""
    return [{"row": row, "cell": terms.clauses[row.key]} for row in table.rows]


def _holding(table: Section, sought: str) -> Section | None:
    low = sought.casefold()
    rows = [row for row in table.rows if low in _words_of(row)]
    return table._replace(rows=rows) if rows else None


def _words_of(row: Row) -> str:
    texts = [row.name, row.key, row.source, row.anchor, *(part for cell in row.cells for bit in cell.bits for part in (bit.text, bit.key))]
    both = [part if isinstance(part, str) else f"{part.into('zh')} {part.into('en')}" for part in texts]
    return " ".join(both).casefold()


@require_GET
@face("office")
def one(request: ActorRequest, pack_id: str, name: str) -> HttpResponse:
    """One version of one pack: every cell with its line, source and tag."""
    pack = version_of(pack_id, name, request.actor)
    above = terms_with(pack)
    tables = sections(pack.cells, above, pack.places)
    others = sorted((p for p in shelf().packs if p.id == pack.id), key=lambda p: p.cells.in_force_from, reverse=True)
    context = {
        "pack": pack,
        "card": card(pack),
        "tags": words.TAGS,
        "may_draft": owns_policy(request.actor),
        "versions": [{**card(p), "here": p.stamp == pack.stamp} for p in others],
        "before": next((p.cells.version for p in others if p.cells.in_force_from < pack.cells.in_force_from), ""),
        **_chosen(request, tables, above),
    }
    return render(request, "office/policy/pack.html", context)


def version_of(pack_id: str, name: str, by: Actor) -> Pack:
    """The pack of that id and version, also one that was published this second or taken back. Refuses NotFound."""
    for pack in shelf().packs:
        if pack.id == pack_id and pack.cells.version == name:
            return pack
    found = version(f"{pack_id}@{name}", by)
    return read_pack(found.text, found.stamp)


def terms_with(pack: Pack) -> PackCells:
    """The rules as they stand with `pack`: itself where it is a law, else laid on the law of its first day."""
    if pack.layer is Layer.LAW:
        return pack.cells
    laws = [p for p in shelf().packs if p.layer is Layer.LAW and p.cells.jurisdiction == pack.cells.jurisdiction]
    there = [p for p in laws if p.in_force(pack.cells.in_force_from)] or laws
    if not there:
        return pack.cells
    try:
        return stacked([max(there, key=lambda p: p.cells.in_force_from), pack]).terms
    except PackRefused:
        return pack.cells


@require_GET
@face("office")
def all_versions(request: ActorRequest) -> HttpResponse:
    """All versions that are in force, will be, or ended within three years (L7 art. 12), each with its text to keep."""
    today = clock.now().astimezone(HERE).date()
    known = {pack.digest: pack for pack in shelf().packs}
    found = [(one, known.get(one.digest) or read_pack(one.text, one.stamp)) for one in versions(request.actor)]
    found.sort(key=lambda two: (list(Layer).index(two[1].layer), two[0].pack_id, -two[0].in_force_from.toordinal()))
    rows = [{**card(pack), "until": one.in_force_until, "state": _state(one, today), "draft": one.draft} for one, pack in found]
    return render(request, "office/policy/versions.html", {"rows": rows, "packs_here": True})


def _state(found: Version, today: date) -> str:
    if found.was_taken_back:
        return "taken_back"
    if found.in_force_from > today:
        return "coming"
    return "now" if found.in_force_until is None or found.in_force_until >= today else "past"


@require_GET
@face("office")
def text(request: ActorRequest, pack_id: str, name: str) -> HttpResponse:
    """The text of a version, byte for byte, as a file to keep."""
    pack = version_of(pack_id, name, request.actor)
    answer = HttpResponse(pack.text, content_type="application/toml; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{pack.id}-{pack.cells.version}.toml"'
    return answer


@require_GET
@face("office")
def compared(request: ActorRequest, pack_id: str, name: str) -> HttpResponse:
    """What is different in this version from the one in `from`, cell by cell."""
    pack, before = version_of(pack_id, name, request.actor), version_of(pack_id, str(request.GET.get("from", "")), request.actor)
    context = {"pack": card(pack), "before": card(before), "changes": difference(before.cells, pack.cells), "packs_here": True}
    return render(request, "office/policy/difference.html", context)
