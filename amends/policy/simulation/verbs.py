"""What people do with simulations: start, cancel, resume. The work itself is a job (jobs.py) that runs in processes of its own.

For the platform's policy owners, analysts and administrators; a simulation changes no rule and no case, so nobody signs one.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from amends.kernel import clock
from amends.kernel.parties import Party
from amends.kernel.refs import clean_ref, new_ref
from amends.kernel.refusals import NoSuchMove, NotFound, NotYourMove
from amends.kernel.texts import Text, say
from amends.people.rules import Actor, Role
from amends.plumbing import jobs
from amends.policy.models import Simulation
from amends.policy.queries_drafts import drafts_visible_to
from amends.policy.simulation.planning import asked, both_sides
from amends.policy.simulation.sides import parsed

JOB = "simulate"
SIMULATES = frozenset({Role.POLICY_OWNER, Role.ANALYST, Role.ADMIN})
STAGE_NAMES: dict[str, Text] = {
    "queued": say("排队中", "queued"),
    "running": say("运行中", "running"),
    "cancelled": say("已取消", "cancelled"),
    "done": say("已完成", "done"),
    "failed": say("失败", "failed"),
}


MOVES: dict[str, tuple[str, ...]] = {"cancel": ("queued", "running"), "resume": ("cancelled", "failed")}


def may_simulate(by: Actor) -> bool:
    """Whether this actor starts, cancels and resumes simulations: policy owners, analysts, administrators, and the platform's own hand."""
    return bool(by.roles & SIMULATES) or (by.party is Party.PLATFORM and by.automatic)


def acts(simulation: Simulation, by: Actor) -> tuple[str, ...]:
    """What this actor can do with it now: cancel, resume, or nothing."""
    return tuple(move for move, stages in MOVES.items() if may_simulate(by) and simulation.stage in stages)


@transaction.atomic
def start_simulation(
    by: Actor, *, source: str, draft: str = "", text: str = "", file: str = "pack.toml", params: Mapping[str, Any] | None = None,
    here: bool = False,
) -> Simulation:  # fmt: skip
    """A simulation is queued, and a job runs it; with `here` no job does, because the caller runs it (the command line).

    It replays the draft of that reference, or the pack in `text`, over `source`: "history" (`params` since, until) or "year" (cases,
    seed). The packs of both sides are kept with it as they are now. Refuses NotYourMove, NotFound for a draft that `by` may not see,
    PackRefused with row and column for one that is no pack or does not stand, Unprocessable with the parameter that is wrong.
    """
    if not may_simulate(by):
        raise NotYourMove(say("只有规则运营、运营分析和管理员可以模拟。", "Policy owners, analysts and administrators simulate."))
    found = drafts_visible_to(by).filter(ref=clean_ref(draft) or "").first() if draft else None
    if draft and found is None:
        raise NotFound
    pack = parsed(found.pack_id or found.ref, found.text) if found else parsed(file, text)
    merchant_id = found.merchant_id if found else None
    clean = asked(source, params or {}, pack, merchant_id)
    simulation = Simulation.objects.create(
        ref=new_ref("SM"),
        draft=found,
        made_by_id=by.user_id,
        made_at=clock.now(),
        source=source,
        params={**clean, "pack": pack.stamp, "name": found.name if found else pack.file},
        packs=both_sides(pack, merchant_id),
    )
    if not here:
        jobs.later(JOB, ref=simulation.ref)
    return simulation


@transaction.atomic
def cancel_simulation(ref: str, by: Actor) -> Simulation:
    """No further batch is begun; what the parts that are done have counted stays and is shown as a part of the whole.

    Refuses NoSuchMove where it is over already.
    """
    simulation = _take(ref, by)
    if simulation.stage not in MOVES["cancel"]:
        raise _no_move(simulation)
    simulation.stage, simulation.ended_at = "cancelled", clock.now()
    simulation.save(update_fields=["stage", "ended_at"])
    return simulation


@transaction.atomic
def resume_simulation(ref: str, by: Actor, *, here: bool = False) -> Simulation:
    """It is queued again and goes on with the parts that are not done; the end is the same as if it had never stopped.

    Refuses NoSuchMove where it is done, queued or under way. With `here` one whose process died may be taken over at once.
    """
    simulation = _take(ref, by)
    if simulation.stage not in (*MOVES["resume"], *(MOVES["cancel"] if here else ())):
        raise _no_move(simulation)
    simulation.stage, simulation.ended_at = "queued", None
    simulation.save(update_fields=["stage", "ended_at"])
    if not here:
        jobs.later(JOB, ref=simulation.ref)
    return simulation


def _take(ref: str, by: Actor) -> Simulation:
    found = Simulation.objects.select_for_update(of=("self",)).filter(ref=clean_ref(ref) or "").first()
    if found is None or not may_simulate(by):
        raise NotFound
    return found


def _no_move(simulation: Simulation) -> NoSuchMove:
    stage = STAGE_NAMES[simulation.stage]
    return NoSuchMove(say("这次模拟{stage}，不能这样做。", "This simulation is {stage}; that cannot be done now.", stage=stage))
