"""Simulations of drafts: start, read, cancel, resume, and the flips with both decisions. For the platform's people of the policy."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Annotated, Any, Literal

from django.http import HttpResponse
from ninja import Router, Schema
from pydantic import ConfigDict, Field

from amends.api import shapes, telling
from amends.api.bodies import Body, NothingIn, Ref, Str
from amends.api.callers import Asked
from amends.api.doing import done, posting, reading
from amends.api.pages import key_in, key_out, parts
from amends.kernel.refusals import NotFound
from amends.policy.models import Flip, Simulation
from amends.policy.rules.told import told
from amends.policy.simulation import queries as reads
from amends.policy.simulation import verbs
from amends.policy.simulation.judging import KIND_NAMES
from amends.policy.simulation.planning import CASES, MOST_CASES, MOST_SEED
from amends.policy.simulation.telling import name_of

router = Router(tags=["policy"])

Cases = Annotated[int, Field(ge=1, le=MOST_CASES, strict=True)]
Seed = Annotated[int, Field(ge=0, le=MOST_SEED, strict=True)]


class SimulationIn(Body):
    """What is replayed: `draft` over past cases (`history`, from `since` to `until`, both included, or all) or over a generated `year`
    of `cases` claims, the same for the same `seed`."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"draft": "PD-7K3F-9Q2M-4D1X", "source": "history", "since": "2026-01-01", "until": "2026-06-30"},
                {"draft": "PD-7K3F-9Q2M-4D1X", "source": "year", "cases": 100000, "seed": 1},
            ]
        },
    )

    draft: Ref
    source: Literal["history", "year"]
    since: date | None = None
    until: date | None = None
    cases: Cases = CASES
    seed: Seed = 1


class ShortSimulationOut(Schema):
    """A simulation on its way. `total` and `done` count decisions; `you_may` are the moves that you can make now."""

    ref: str
    draft: str
    name: str
    pack: str
    source: str
    stage: str
    stage_name: shapes.TextOut
    total: int
    done: int
    made_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    you_may: list[str]


class SimulationOut(ShortSimulationOut):
    """A simulation with what it found, as `amends policy simulate --json` prints it: counts and sums in all, by group, by month, what it
    costs, which limits change. `result` is empty until it has ended; where it was cancelled `whole` is false."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "ref": "SM-7K3F-9Q2M-4D1X", "draft": "PD-7K3F-9Q2M-4D1X", "name": "Two weeks", "pack": "cn@2026-04", "source": "year",
                    "stage": "done", "stage_name": {"zh": "已完成", "en": "done"}, "total": 100000, "done": 100000,
                    "made_at": "2026-03-10T02:00:00Z", "started_at": "2026-03-10T02:00:01Z", "ended_at": "2026-03-10T02:00:09Z",
                    "you_may": [], "asked": {"seed": 1, "cases": 100000, "currency": "CNY"},
                    "result": {"whole": True, "decisions": 100000, "flips": 2212, "won": 2212, "lost": 0, "cost_minor": 31415926},
                }
            ]
        }
    )  # fmt: skip

    asked: dict[str, Any]
    result: dict[str, Any]


class SimulationsPage(Schema):
    """`next` of one page is `after` of the following."""

    items: list[ShortSimulationOut]
    next: str | None


class SideOut(Schema):
    """What one side says of the remedy that was asked for; `open` are all remedies that are open."""

    open: list[str]
    granted: bool
    amount: shapes.Money
    lane: str
    clauses: list[str]


class FlipOut(Schema):
    """One decision that the draft turns over. `case` is a case, or a claim of the generated year."""

    case: str
    line: int
    kind: str
    kind_name: shapes.TextOut
    merchant: str
    goods_class: shapes.TextOut
    issue: shapes.TextOut
    region: shapes.TextOut
    tier: str
    delta: shapes.Money
    before: SideOut
    after: SideOut


class FlipsPage(Schema):
    """`next` of one page is `after` of the following."""

    items: list[FlipOut]
    next: str | None


class WholeFlipOut(FlipOut):
    """A flip with its facts and both decisions whole, in the shape of POST /policy/decisions."""

    facts: dict[str, Any]
    decision_before: dict[str, Any]
    decision_after: dict[str, Any]


def acted(request: Asked, run: Callable[[], Simulation]) -> HttpResponse:
    """The verb has happened once, and the answer is the simulation as it stands now."""
    return done(request, lambda: ShortSimulationOut(**_short(reads.simulation(run().ref, request.auth.actor), request)))


@posting(router, "/policy/simulations", ShortSimulationOut, "Simulate a draft")
def start_policy_simulation(request: Asked, body: SimulationIn) -> HttpResponse:
    """It is queued and runs by itself; both sides keep the packs of this moment."""
    asked = body.model_dump(exclude={"draft", "source"})
    return acted(request, lambda: verbs.start_simulation(request.auth.actor, draft=body.draft, source=body.source, params=asked))


@reading(router, "/policy/simulations", SimulationsPage, "Simulations, newest first")
def list_simulations(request: Asked, draft: Ref = "", after: Str = "") -> SimulationsPage:
    """All of them, or those of one draft."""
    key = key_in(after)
    rows = reads.simulations(request.auth.actor, draft=draft, after=parts(key) if key else None, limit=reads.PAGE + 1)
    last = rows[reads.PAGE - 1] if len(rows) > reads.PAGE else None
    items = [ShortSimulationOut(**_short(one, request)) for one in rows[: reads.PAGE]]
    return SimulationsPage(items=items, next=key_out(f"{last.made_at.isoformat()}~{last.pk}") if last else None)


@reading(router, "/policy/simulations/{ref}", SimulationOut, "One simulation")
def one_simulation(request: Asked, ref: str) -> SimulationOut:
    """How far it is, and what it found."""
    found = reads.simulation(ref, request.auth.actor)
    asked = {name: value for name, value in found.params.items() if name not in ("merchant_id", "pack", "name")}
    return SimulationOut(**_short(found, request), asked=asked, result=found.result)


@posting(router, "/policy/simulations/{ref}/cancellation", ShortSimulationOut, "Cancel a simulation")
def cancel_policy_simulation(request: Asked, ref: str, body: NothingIn) -> HttpResponse:
    """It stops within a batch; what was counted stays."""
    return acted(request, lambda: verbs.cancel_simulation(ref, request.auth.actor))


@posting(router, "/policy/simulations/{ref}/resumption", ShortSimulationOut, "Resume a simulation")
def resume_policy_simulation(request: Asked, ref: str, body: NothingIn) -> HttpResponse:
    """It goes on with what is left and ends as if it had never stopped."""
    return acted(request, lambda: verbs.resume_simulation(ref, request.auth.actor))


@reading(router, "/policy/simulations/{ref}/flips", FlipsPage, "Decisions that flip")
def simulation_flips(request: Asked, ref: str, kind: Str = "", group: Str = "", key: Str = "", after: Str = "") -> FlipsPage:
    """The flips that are kept: all, or an even choice of 20,000. `kind` is won, lost or changed; `group` one of merchant, goods_class,
    region, tier, issue, lane with the `key` of one of its rows."""
    found = reads.simulation(ref, request.auth.actor)
    at = key_in(after)
    rows = reads.flips(found, kind=kind, group=group, key=key, after=parts(at)[1] if at else None, limit=reads.PAGE + 1)
    last = rows[reads.PAGE - 1] if len(rows) > reads.PAGE else None
    following = key_out(f"{found.made_at.isoformat()}~{last.pk}") if last else None
    return FlipsPage(items=[FlipOut(**_flip(one, found)) for one in rows[: reads.PAGE]], next=following)


@reading(router, "/policy/simulations/{ref}/flips/{case}/{line}", WholeFlipOut, "Both decisions of one flip")
def simulation_flip(request: Asked, ref: str, case: str, line: Annotated[int, Field(ge=1, le=2**31 - 1)]) -> WholeFlipOut:
    """The facts, and both decisions as they would be explained."""
    found = reads.simulation(ref, request.auth.actor)
    row = reads.flips_of(found).filter(case_ref=case.replace("\0", ""), line=line).first()
    if row is None:
        raise NotFound
    both = reads.sides(row)
    return WholeFlipOut(**_flip(row, found), facts=both.facts.to_json(), decision_before=told(both.before), decision_after=told(both.after))


def _short(found: Simulation, request: Asked) -> dict[str, Any]:
    same = ("ref", "source", "stage", "total", "done", "made_at", "started_at", "ended_at")
    return {
        **{name: getattr(found, name) for name in same},
        "draft": found.draft.ref if found.draft else "",
        "name": found.params["name"],
        "pack": found.params["pack"],
        "stage_name": telling.text(verbs.STAGE_NAMES[found.stage]),
        "you_may": list(verbs.acts(found, request.auth.actor)),
    }


def _flip(row: Flip, found: Simulation) -> dict[str, Any]:
    currency = found.params["currency"]
    return {
        "case": row.case_ref,
        "line": row.line,
        "kind": row.kind,
        "kind_name": telling.text(KIND_NAMES[row.kind]),
        "merchant": row.seller,
        **{group: telling.text(name_of(group, getattr(row, group))) for group in ("goods_class", "issue", "region")},
        "tier": row.tier,
        "delta": telling.money(row.delta_minor, currency),
        "before": _side(row.before, currency),
        "after": _side(row.after, currency),
    }


def _side(side: dict[str, Any], currency: str) -> SideOut:
    return SideOut(
        open=side["open"], granted=side["granted"], amount=telling.money(side["amount_minor"], currency), lane=side["lane"],
        clauses=side["clauses"],
    )  # fmt: skip
