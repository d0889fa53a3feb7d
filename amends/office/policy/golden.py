"""The golden cases: what the law has answered, held against the packs in force now; each with its source tag, its kind and its state."""

from __future__ import annotations

from collections import Counter
from datetime import date
from functools import lru_cache
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from amends.faces.entering import ActorRequest, face
from amends.insight.figures.choice import HERE
from amends.kernel import clock
from amends.kernel.refusals import Refusal
from amends.kernel.texts import Text, say
from amends.office.policy.trying_form import address_of
from amends.policy.golden import KINDS, Case, Check, Laid, Mismatch, StackOf, facts_of, golden_cases, run
from amends.policy.queries import shelf
from amends.policy.rules.packs import Pack
from amends.policy.rules.stack import Stack, chosen, stacked

STATES: dict[str, tuple[Text, str, str]] = {
    "fails": (say("不通过", "fails"), "bad", "x"),
    "passes": (say("通过", "passes"), "ok", "check"),
    "later": (say("以后", "later"), "", "clock-hour-4"),
}
NO_CODES = (
    ("general knowledge", "常识"), ("annex", "附件"), ("AC rate 0.1%/day", "空调每天 0.1%"), ("(30/90-day rule)", "（30 天、90 天）"),
    ("mobile-phone rules", "手机规定"), ("exclusions", "除外情形"),
)  # fmt: skip
KIND_NAMES: dict[str, Text] = {
    "decision": say("决定", "decision"),
    "amount": say("金额", "amount"),
    "clock": say("时钟", "clock"),
    "duty": say("义务", "duty"),
    "text": say("文字", "text"),
}
STORY = "G-"
FILTERS = ("state", "kind", "tag", "jur")


@require_GET
@face("office")
def listed(request: ActorRequest) -> HttpResponse:
    """Every case, or those that the filters leave; the register of rules, which has checks of its own, stands below."""
    today = clock.now().astimezone(HERE).date()
    rows = [row_of(case, said) for case, said in judged(tuple(shelf().packs), today)]
    stories = [row for row in rows if row["ref"].startswith(STORY)]
    asked = {name: str(request.GET.get(name, "")) for name in FILTERS}
    context = {
        "rows": [row for row in stories if _fits(row, asked)],
        "rules": [row for row in rows if not row["ref"].startswith(STORY)] if not any(asked.values()) else [],
        "counts": Counter(row["state"] for row in stories),
        "total": len(stories),
        "asked": asked,
        "states": [(key, name) for key, (name, _, _) in STATES.items()],
        "kinds": [(kind, KIND_NAMES[kind]) for kind in KINDS],
        "jurisdictions": sorted({row["jurisdiction"] for row in stories}),
        "tags": sorted({row["tag"] for row in stories if row["tag"]}),
    }
    return render(request, "office/policy/golden.html", context)


def _fits(row: dict[str, Any], asked: dict[str, str]) -> bool:
    held = {"state": [row["state"]], "kind": row["kind_keys"], "tag": [row["tag"]], "jur": [row["jurisdiction"]]}
    return all(not wanted or wanted in held[name] for name, wanted in asked.items())


def row_of(case: Case, said: dict[str, tuple[Mismatch, ...]]) -> dict[str, Any]:
    """One case as the page shows it."""
    wrong = [one for found in said.values() for one in found]
    state = "later" if case.later or not any(check.answered for check in case.checks) else "fails" if wrong else "passes"
    name, kind, icon = STATES[state]
    kinds = list(dict.fromkeys(check.kind for check in case.checks))
    return {
        "ref": case.ref,
        "title": case.title,
        "story": case.story,
        "outcome": case.outcome,
        "jurisdiction": case.jurisdiction,
        "source": cited(case.source),
        "tag": case.tag,
        "later": case.later,
        "kind_keys": kinds,
        "kinds": [KIND_NAMES[key] for key in kinds],
        "state": state,
        "state_name": name,
        "state_kind": kind,
        "state_icon": icon,
        "wrong": wrong,
        "checks": len(case.checks),
        "tries": [url for check in case.checks if (url := _try(check))][:3],
    }


def cited(source: str) -> Text:
    """The basis of a case by its codes. In Chinese articles stand behind their law as the packs cite them, `L3 10`, and what is no code is
    translated."""
    zh = source.replace(" art.", " ")
    for english, chinese in NO_CODES:
        zh = zh.replace(english, chinese)
    return say(zh, source)


def _try(check: Check) -> str:
    """Where the facts of a check can be tried and changed; nothing for checks about clocks and texts."""
    if "facts" not in check.raw or not check.answered:
        return ""
    try:
        facts = facts_of(check)
    except (Refusal, ValueError, KeyError):  # a check that tells facts another way has no page of its own
        return ""
    return f"/office/policy/try/?{address_of(facts, platform=check.laid.platform or '', promises=check.laid.more).urlencode()}"


@lru_cache(maxsize=4)
def judged(packs: tuple[Pack, ...], today: date) -> list[tuple[Case, dict[str, tuple[Mismatch, ...]]]]:
    """Every case with what comes out otherwise, by check; the same packs on the same day are asked once."""
    stack_of = in_force(packs, today)
    return [(case, {check.id: _run(check, stack_of) for check in case.checks}) for case in golden_cases()]


def _run(check: Check, stack_of: StackOf) -> tuple[Mismatch, ...]:
    if not check.answered:
        return ()
    try:
        return tuple(run(check, stack_of))
    except Refusal as refused:
        return (Mismatch(check.id, refused.text, check.binding),)


def in_force(packs: tuple[Pack, ...], today: date) -> StackOf:
    """The stacks that checks ask for, of the packs that hold today."""

    @lru_cache(maxsize=64)
    def stack_of(laid: Laid) -> Stack:
        day = max(laid.on, today)
        base = chosen(packs, laid.jurisdiction, laid.platform, None, day)
        more = [one for name in laid.more for one in packs if one.id == name and one.in_force(day) and one not in base]
        newest = {one.id: one for one in sorted(more, key=lambda one: one.cells.in_force_from)}
        return stacked([*base, *newest.values()])

    return stack_of
