"""Simulations: a draft replayed over history or a generated year; who wins, who loses, what it costs, and each turned decision."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_POST

from amends.faces.entering import ActorRequest, act, face, given
from amends.faces.words import money
from amends.kernel import clock
from amends.kernel.refusals import NotFound
from amends.kernel.texts import Text, say
from amends.office.policy import simulation_charts as charts
from amends.office.policy import trying_view
from amends.office.policy.cells import limit_name
from amends.office.policy.difference import Change, difference
from amends.office.policy.trying_form import TIERS, address_of
from amends.policy.models import Flip, Simulation
from amends.policy.queries_drafts import drafts
from amends.policy.rules.facts import GOODS_NAMES, ISSUE_NAMES, LANE_NAMES, REMEDY_NAMES, GoodsClass, IssueType, Lane, Remedy
from amends.policy.simulation.queries import PAGE, flip, flips, sides, simulation, simulations
from amends.policy.simulation.running import sides_of
from amends.policy.simulation.telling import name_of
from amends.policy.simulation.verbs import MOVES, STAGE_NAMES, acts, cancel_simulation, may_simulate, resume_simulation, start_simulation

SOURCES: dict[str, Text] = {"history": say("历史售后单", "past cases"), "year": say("模拟的一年", "a generated year")}
STAGE_KINDS = {"queued": "", "running": "brand", "done": "ok", "cancelled": "warn", "failed": "bad"}
UNDER_WAY = MOVES["cancel"]
SHOWN_CHANGES = 4
CLOSED = say("不成立", "closed")
Side = dict[str, Any]


@require_GET
@face("office")
def listed(request: ActorRequest) -> HttpResponse:
    """The newest simulations, and what a new one may replay."""
    found = simulations(request.actor, after=_after(str(request.GET.get("after", ""))), limit=PAGE + 1)
    context = {
        "rows": [card_of(one) for one in found[:PAGE]],
        "next": f"{found[PAGE - 1].made_at.isoformat().replace('+00:00', 'Z')}~{found[PAGE - 1].pk}" if len(found) > PAGE else "",
        "may": may_simulate(request.actor),
        "drafts": [one for one in drafts(request.actor) if one.stage != "withdrawn"],
    }
    return render(request, "office/policy/simulations.html", context)


def _after(written: str) -> tuple[datetime, int] | None:
    """The last row of the page before, as its link wrote it. Refuses NotFound for anything else."""
    if not written:
        return None
    told, _, key = written.partition("~")
    try:
        at, pk = datetime.fromisoformat(told), int(key)
    except ValueError as wrong:
        raise NotFound(say("这一页不存在。", "There is no such page.")) from wrong
    if at.tzinfo is None:
        raise NotFound(say("这一页不存在。", "There is no such page."))
    return at, pk


def card_of(found: Simulation) -> dict[str, Any]:
    """What a list says of a simulation."""
    return {
        "ref": found.ref,
        "url": address_of_simulation(found),
        "name": found.params.get("name") or found.params.get("pack", ""),
        "draft": found.draft.ref if found.draft else "",
        "source": SOURCES[found.source],
        "stage": found.stage,
        "stage_name": STAGE_NAMES[found.stage],
        "stage_kind": STAGE_KINDS[found.stage],
        "made_at": found.made_at,
        "made_by": found.made_by.name if found.made_by else "",
        "is_year": found.source == "year",
        "total_words": f"{found.total:,}",
        "done_words": f"{found.done:,}",
    }


def address_of_simulation(found: Simulation) -> str:
    """Where a simulation is read."""
    return f"/office/policy/simulations/{found.ref}/"


@require_POST
@face("office")
def start(request: ActorRequest) -> HttpResponse:
    """A simulation is queued; its page shows how far it is."""
    source = given(request, "source")
    names = ("since", "until") if source == "history" else ("cases", "seed")
    params = {name: given(request, name) for name in names}

    def run() -> str:
        return address_of_simulation(start_simulation(request.actor, source=source, draft=given(request, "draft"), params=params))

    return act(request, run)


def _moved(request: ActorRequest, ref: str, verb: Callable[[], Simulation]) -> HttpResponse:
    return act(request, lambda: address_of_simulation(verb()))


@require_POST
@face("office")
def cancel(request: ActorRequest, ref: str) -> HttpResponse:
    """No further part is begun; what is counted stays."""
    return _moved(request, ref, lambda: cancel_simulation(ref, request.actor))


@require_POST
@face("office")
def resume(request: ActorRequest, ref: str) -> HttpResponse:
    """It goes on with the parts that are not done."""
    return _moved(request, ref, lambda: resume_simulation(ref, request.actor))


@require_GET
@face("office")
def one(request: ActorRequest, ref: str) -> HttpResponse:
    """What a simulation found, or how far it is."""
    found = simulation(ref, request.actor)
    changes = [change for change in _changes(found) if change.section]
    context = {**_progress(request, found), "changes": changes[:SHOWN_CHANGES], "more_changes": len(changes) - SHOWN_CHANGES}
    if found.result.get("decisions"):
        context |= _found(request, found)
    return render(request, "office/policy/simulation.html", context)


@require_GET
@face("office")
def progress(request: ActorRequest, ref: str) -> HttpResponse:
    """How far it is, for the page that asks every second; once it is over that page is loaded anew."""
    found = simulation(ref, request.actor)
    answer = render(request, "office/policy/parts/progress.html", _progress(request, found))
    if found.stage not in UNDER_WAY:
        answer["HX-Refresh"] = "true"
    return answer


def _progress(request: ActorRequest, found: Simulation) -> dict[str, Any]:
    spent = ((found.ended_at or clock.now()) - found.started_at).total_seconds() if found.started_at else 0.0
    return {
        "sim": card_of(found),
        "simulation": found,
        "under_way": found.stage in UNDER_WAY,
        "share": min(100, round(100 * found.done / found.total)) if found.total else 0,
        "seconds": round(spent),
        "left": round(spent * (found.total - found.done) / found.done) if found.done and found.total else None,
        "may": may_simulate(request.actor),
        "may_cancel": "cancel" in acts(found, request.actor),
        "may_resume": "resume" in acts(found, request.actor),
    }


def _changes(found: Simulation) -> list[Change]:
    """What the draft changes, cell by cell, against the version it would take the place of."""
    both = sides_of(found.pk)
    old = {pack.digest for pack in both.before.packs}
    new = {pack.digest for pack in both.after.packs}
    draft = next((pack for pack in both.after.packs if pack.digest not in old), None)
    base = next((pack for pack in both.before.packs if pack.digest not in new), None)
    return difference(base.cells, draft.cells) if draft and base else []


def _found(request: ActorRequest, found: Simulation) -> dict[str, Any]:
    result, address = found.result, address_of_simulation(found)
    asked = {name: str(request.GET.get(name, "")) for name in ("kind", "group", "key")}
    after = str(request.GET.get("after", ""))
    rows = flips(found, **asked, after=int(after) if after.isdecimal() else None, limit=PAGE + 1)
    return {
        "result": result,
        "words": {name: f"{result[name]:,}" for name in ("decisions", "flips", "kept", "won", "lost", "changed")},
        "is_year": found.source == "year",
        "currency": result["currency"],
        "charts": charts.drawn(result, address),
        "costs": _costs(result),
        "moves": [_move(each) for each in result.get("moves", ()) if each["before"] != each["after"]],
        "clocks": [{**each, "name": limit_name(each["limit"]), "words": f"{each['decisions']:,}"} for each in result.get("clocks", ())],
        "flips": [flip_row(each, result["currency"]) for each in rows[:PAGE]],
        "next": rows[PAGE - 1].pk if len(rows) > PAGE else None,
        "asked": asked,
        "asked_after": after,
        "keep": urlencode({name: value for name, value in asked.items() if value}),
        "asked_name": _asked_name(result, asked),
        "kinds": [(kind, name, f"{result[kind]:,}") for kind, (name, _) in charts.KINDS.items()],
        "shares": {kind: f"{result[kind] / max(1, result['decisions']):.2%}" for kind in ("flips", "won", "lost", "changed")},
        "cost_share": f"{result['cost_minor'] / result['before_minor']:+.1%}" if result["before_minor"] else "",
    }


def _asked_name(result: Mapping[str, Any], asked: Mapping[str, str]) -> Text | None:
    rows = result["groups"].get(asked["group"], ())
    row = next((row for row in rows if row["key"] == asked["key"]), None)
    return charts.name_of(asked["group"], row) if row else None


def _costs(result: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Who bears the difference: a column that adds up."""
    costs = result.get("costs") or {}
    if not costs:
        return []
    shops, platform = costs["merchants"], costs["platform"]
    rows = [
        {"label": say("退款", "Refunds"), "minor": shops["refunds_minor"][1] - shops["refunds_minor"][0]},
        {"label": say("赔偿", "Compensation"), "minor": shops["claims_minor"][1] - shops["claims_minor"][0]},
        {
            "label": say("寄回运费", "Ways back"),
            "minor": shops["ways_back_minor"][1] - shops["ways_back_minor"][0],
            "estimate": True,
            "note": say("每件按 {s} 估", "taken as {s} each", s=money(costs["assumed"]["parcel_minor"], result["currency"])),
        },
        {
            "label": say("平台人工", "People of the platform"),
            "minor": platform["delta_minor"],
            "estimate": True,
            "note": say("每小时按 {s} 估", "taken as {s} an hour", s=money(costs["assumed"]["hour_minor"], result["currency"])),
        },
    ]
    return [*rows, {"label": say("合计", "Together"), "minor": sum(row["minor"] for row in rows), "total": True}]


def _move(each: Mapping[str, Any]) -> dict[str, Any]:
    return {"before": _lane(each["before"]), "after": _lane(each["after"]), "words": f"{each['decisions']:,}"}


def _lane(key: str) -> Text:
    return LANE_NAMES[Lane(key)] if key in set(Lane) else CLOSED


def flip_row(row: Flip, currency: str) -> dict[str, Any]:
    """One turned decision as a line of the table."""
    name, _ = charts.KINDS[row.kind]
    old, new = set(row.before.get("clauses", ())), set(row.after.get("clauses", ()))
    return {
        "pk": row.pk,
        "ref": row.case_ref,
        "kind": row.kind,
        "kind_name": name,
        "issue": ISSUE_NAMES[IssueType(row.issue)] if row.issue in set(IssueType) else row.issue,
        "goods": GOODS_NAMES[GoodsClass(row.goods_class)] if row.goods_class in set(GoodsClass) else row.goods_class,
        "seller": row.seller,
        "then": side_words(row.before, currency),
        "now": side_words(row.after, currency),
        "opens": [REMEDY_NAMES[Remedy(one)] for one in row.after.get("open", ()) if one not in row.before.get("open", ())],
        "closes": [REMEDY_NAMES[Remedy(one)] for one in row.before.get("open", ()) if one not in row.after.get("open", ())],
        "minor": row.delta_minor,
        "clauses": sorted(old ^ new) or sorted(new),
    }


def side_words(side: Mapping[str, Any], currency: str) -> Text:
    """What one side says to what was asked for, in a few words."""
    claims = side.get("claims_minor", 0)
    more = say("，另赔 {s}", ", and {s} compensation", s=money(claims, currency)) if claims else None
    if not side.get("granted"):
        return say("{c}{m}", "{c}{m}", c=CLOSED, m=more) if more else CLOSED
    sum_ = money(side.get("amount_minor", 0), currency)
    told = say("{s}，{lane}", "{s}, {lane}", s=sum_, lane=_lane(side["lane"]))
    return say("{t}{m}", "{t}{m}", t=told, m=more) if more else told


@require_GET
@face("office")
def turned(request: ActorRequest, ref: str, pk: int) -> HttpResponse:
    """One turned decision: the facts, and what was said beside what would be said, with the clauses that differ."""
    found = simulation(ref, request.actor)
    row = flip(found, pk)
    both = sides(row)
    before, after = (trying_view.remedies_of(decision) for decision in (both.before, both.after))
    context = {
        "sim": card_of(found),
        "row": flip_row(row, found.result.get("currency", "CNY")),
        "case_url": f"/office/cases/{row.case_ref}/" if row.case_id else "",
        "try_url": f"/office/policy/try/?{address_of(both.facts).urlencode()}",
        "facts": facts_told(row, both.facts),
        "pairs": pairs(before, after),
        "claims": pairs(trying_view.claims_of(both.before), trying_view.claims_of(both.after)),
        "versions": _apart(both.before.versions, both.after.versions),
        "currency": both.facts.currency,
    }
    return render(request, "office/policy/flip.html", context)


def _apart(before: Sequence[str], after: Sequence[str]) -> tuple[list[str], list[str]]:
    """The versions that are not on both sides."""
    return [one for one in before if one not in after], [one for one in after if one not in before]


def facts_told(row: Flip, facts: Any) -> list[tuple[Text, Any]]:
    """The facts in a few lines."""
    told: list[tuple[Text, Any]] = [
        (say("商家", "Merchant"), row.seller),
        (say("问题", "Issue"), ISSUE_NAMES[facts.issue]),
        (say("商品", "Goods"), GOODS_NAMES[facts.goods_class]),
        (say("件数", "Units"), f"{facts.quantity} / {facts.ordered}"),
        (say("实付", "Paid"), money(facts.paid_minor, facts.currency)),
        (say("地区", "Region"), name_of("region", row.region) if row.region else ""),
        (say("会员等级", "Tier"), TIERS.get(row.tier, row.tier)),
    ]
    return [(label, value) for label, value in told if value]


def pairs(
    before: list[dict[str, Any]], after: list[dict[str, Any]]
) -> dict[str, list[tuple[dict[str, Any] | None, dict[str, Any] | None]]]:
    """Each remedy's two sides: those that differ, and those that stay. A reason that only one side gives is marked."""
    old, new = {one["key"]: one for one in before}, {one["key"]: one for one in after}
    sorted_: dict[str, list[tuple[Side | None, Side | None]]] = {"differ": [], "stay": []}
    for key in dict.fromkeys((*old, *new)):
        was, now = old.get(key), new.get(key)
        if was and now:
            _mark(was, now)
        sorted_["stay" if was and now and _same(was, now) else "differ"].append((was, now))
    return sorted_


def _mark(was: dict[str, Any], now: dict[str, Any]) -> None:
    for one, other in ((was, now), (now, was)):
        there = {(reason["clause"], reason["holds"]) for reason in other["reasons"]}
        for reason in one["reasons"]:
            reason["only"] = (reason["clause"], reason["holds"]) not in there


def _same(was: Mapping[str, Any], now: Mapping[str, Any]) -> bool:
    marked = any(reason.get("only") for side in (was, now) for reason in side["reasons"])
    return not marked and all(was.get(name) == now.get(name) for name in ("open", "minor", "freight", "lane_key"))
