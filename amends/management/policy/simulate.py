"""Replay a draft over past cases or over a generated year: who would win, who would lose, what it would cost. Ctrl-C cancels; what is
done stays, and `--resume` goes on."""

from __future__ import annotations

import json
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from amends.kernel.money import Money
from amends.kernel.refs import clean_ref
from amends.kernel.refusals import Unprocessable
from amends.kernel.texts import Text, say
from amends.management.person import actor_named
from amends.people.rules import PLATFORM, Actor
from amends.plumbing.console import language, tell
from amends.policy.models import Simulation
from amends.policy.simulation.planning import CASES
from amends.policy.simulation.running import PROCESSES
from amends.policy.simulation.running import run as run_simulation
from amends.policy.simulation.verbs import resume_simulation, start_simulation

HELP = "replay a draft over past cases or a generated year"
ENDINGS = {"done": 0, "cancelled": 130}
TOP = 5
GROUP_NAMES: dict[str, Text] = {
    "merchant": say("商家", "by merchant"),
    "goods_class": say("品类", "by class of goods"),
    "region": say("地区", "by region"),
    "tier": say("会员等级", "by tier"),
    "issue": say("问题类型", "by issue"),
    "lane": say("通道", "by lane"),
}


def add_arguments(parser: ArgumentParser) -> None:
    """What may follow `amends policy simulate`."""
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--draft", metavar="REF|FILE", default="", help="the reference of a draft, or a file with the text of a pack")
    what.add_argument("--resume", metavar="SM-…", default="", help="go on with a simulation that was cancelled or failed")
    source = parser.add_mutually_exclusive_group()
    source.add_argument("--history", action="store_true", help="past cases (the default)")
    source.add_argument("--year", type=int, metavar="N", nargs="?", const=CASES, help=f"a generated year of N cases ({CASES})")
    parser.add_argument("--since", default="", help="first day of the past cases, 2026-01-01")
    parser.add_argument("--until", default="", help="last day of the past cases")
    parser.add_argument("--seed", type=int, default=1, help="the same seed gives the same year, and keeps the same flips (1)")
    parser.add_argument("--processes", type=int, default=PROCESSES, help=f"child processes that share the work ({PROCESSES})")
    parser.add_argument("--as", dest="person", metavar="EMAIL", default="", help="as whom; the platform itself where it is left out")
    parser.add_argument("--json", action="store_true", help="print the result as JSON")


def run(asked: Namespace) -> None:
    """The simulation has ended and its result is printed; exit code 0 done, 130 cancelled, 1 failed."""
    by = actor_named(asked.person) if asked.person else PLATFORM
    simulation = resume_simulation(asked.resume, by, here=True) if asked.resume else _started(asked, by)
    with _bar() as heard:
        ended = run_simulation(simulation.ref, processes=max(0, asked.processes), heard=heard)
    if asked.json:
        print(json.dumps(plain(ended), ensure_ascii=False))
    else:
        for line in lines(ended):
            print(line.into(language()))
    if ended.stage != "done":
        tell(say("继续：amends policy simulate --resume {ref}", "Go on: amends policy simulate --resume {ref}", ref=ended.ref))
    raise SystemExit(ENDINGS.get(ended.stage, 1))


def _started(asked: Namespace, by: Actor) -> Simulation:
    source = "year" if asked.year is not None else "history"
    params = {"since": asked.since, "until": asked.until, "seed": asked.seed, "cases": asked.year}
    if clean_ref(asked.draft):
        return start_simulation(by, source=source, draft=asked.draft, params=params, here=True)
    try:
        text = Path(asked.draft).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as wrong:
        told = say("读不到草稿 {file}：{why}", "The draft {file} cannot be read: {why}", file=asked.draft, why=str(wrong))
        raise Unprocessable.field("draft", told, code="no_draft") from wrong
    return start_simulation(by, source=source, text=text, file=asked.draft, params=params, here=True)


@contextmanager
def _bar() -> Iterator[Callable[[int, int], None]]:
    """A progress bar on standard error, so that `--json` stays clean."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True)) as shown:
        task = shown.add_task("模拟 / simulation", total=None)
        yield lambda done, total: shown.update(task, completed=done, total=total)


def plain(simulation: Simulation) -> dict[str, Any]:
    """A simulation as JSON values."""
    asked = {name: value for name, value in simulation.params.items() if name != "merchant_id"}
    seconds = _seconds(simulation)
    return {
        "ref": simulation.ref,
        "draft": simulation.draft.ref if simulation.draft else "",
        "source": simulation.source,
        "stage": simulation.stage,
        "asked": asked,
        "total": simulation.total,
        "done": simulation.done,
        "seconds": seconds,
        "result": simulation.result,
    }


def _seconds(simulation: Simulation) -> float | None:
    if simulation.started_at is None or simulation.ended_at is None:
        return None
    return round((simulation.ended_at - simulation.started_at).total_seconds(), 1)


def lines(simulation: Simulation) -> list[Text]:
    """What was found, in a page of sentences."""
    result = simulation.result
    if not result:
        return [say("{ref} 没有结果。", "{ref} has no result.", ref=simulation.ref)]
    sums = {name: _money(result[f"{name}_minor"], result["currency"]) for name in ("won", "lost", "before", "after", "cost")}
    shares = {name: f"{result['totals'][f'{name}_share']:.2%}" for name in ("before", "after")}
    found = [
        say(
            "{ref}：{n} 个判断，{flips} 个有变化",
            "{ref}: {n} decisions, {flips} flip",
            ref=simulation.ref,
            n=result["decisions"],
            flips=result["flips"],
        ),
        say(
            "变为支持 {won}，不再支持 {lost}，结果不同 {changed}",
            "{won} granted now, {lost} refused now, {changed} otherwise",
            won=result["won"],
            lost=result["lost"],
            changed=result["changed"],
        ),
        say("支持的比例 {before} → {after}", "granted: {before} before, {after} after", **shares),
        say("消费者多得 {won}，少得 {lost}", "consumers gain {won} and lose {lost}", won=sums["won"], lost=sums["lost"]),
        say(
            "赔付合计 {before} → {after}，增加 {cost}",
            "paid out: {before} before, {after} after, {cost} more",
            before=sums["before"],
            after=sums["after"],
            cost=sums["cost"],
        ),
    ]
    for group, name in GROUP_NAMES.items():
        rows = [row for row in result["groups"][group] if row["flips"]][:TOP]
        if rows:
            found.append(say("{group}", "{group}", group=name))
            found += [_row(row) for row in rows]
    return found


def _row(row: dict[str, Any]) -> Text:
    name = say(row["zh"], row["en"])
    return say(
        "  {name}：{n} 个判断，支持 +{won} −{lost}，其他 {changed}",
        "  {name}: {n} decisions, +{won} −{lost} granted, {changed} otherwise",
        name=name,
        n=row["decisions"],
        won=row["won"],
        lost=row["lost"],
        changed=row["changed"],
    )


def _money(minor: int, currency: str) -> str:
    return str(Money(minor, currency))
