"""What the rules say: decisions about facts that are not stored, what facts may hold, packs with their texts, golden cases.

Whoever is signed in may ask. Drafts and publication: policy_drafts.py; simulations: policy_simulations.py.
"""

from __future__ import annotations

import json
from datetime import date, datetime
from functools import lru_cache
from typing import Annotated, Any

from ninja import Router
from pydantic import AfterValidator, ConfigDict, Field, StringConstraints, WithJsonSchema
from pydantic_core import PydanticCustomError

from amends.api import policy_shapes as shapes
from amends.api.bodies import Body
from amends.api.callers import Asked
from amends.api.doing import KEY_HEADER, REFUSALS, reading
from amends.api.shapes import Problem, TextOut
from amends.kernel import clock
from amends.kernel.refusals import NotFound
from amends.kernel.texts import Text
from amends.policy.deciding import answer, packs_for, told_pack
from amends.policy.golden import Check, golden_cases, run, shipped
from amends.policy.queries import calendar
from amends.policy.rules.facts_schema import facts_schema
from amends.policy.rules.packs import Pack
from amends.policy.rules.packs import Problem as Broken
from amends.policy.shelf import shelf

router = Router(tags=["policy"])
NO_KEY = KEY_HEADER | {
    "required": False,
    "description": "Not needed: nothing is made or kept, so asking twice does no harm. / 不需要：什么都不生成也不保存，问两次没有影响。",
}


def _sendable(facts: dict[str, Any]) -> dict[str, Any]:
    try:
        json.dumps(facts, ensure_ascii=False).encode()
    except (UnicodeEncodeError, RecursionError) as wrong:
        raise PydanticCustomError("unsendable", "half a character, or nested without end") from wrong
    return facts


def _facts_here() -> dict[str, Any]:
    """The schema of facts inside the API's own document; `at` or now stand in for `asked_at`."""
    schema = {name: value for name, value in facts_schema().items() if not name.startswith("$")}
    return schema | {"required": [name for name in schema["required"] if name != "asked_at"]}


PackName = Annotated[str, StringConstraints(pattern=r"^((law|promise|platform|shop)/)?[a-z][a-z0-9_]{0,59}$")]
FactsIn = Annotated[dict[str, Any], AfterValidator(_sendable), WithJsonSchema(_facts_here())]


class DecisionIn(Body):
    """Facts, the packs to decide under (those in force here where it is empty), and the instant of asking (the facts' own, else now)."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "facts": {
                        "issue": "no_reason", "goods_class": "apparel", "shipped": True, "received": True,
                        "order_at": "2026-03-01T02:00:00Z", "signed_at": "2026-03-02T04:00:00Z", "paid_minor": 19900, "list_minor": 19900,
                    },
                    "stack": ["cn", "platform/taobao"],
                    "at": "2026-03-09T04:00:00Z",
                }
            ]
        },
    )  # fmt: skip

    facts: FactsIn
    stack: Annotated[list[PackName], Field(max_length=20)] = []
    at: datetime | None = None


@router.post(
    "/policy/decisions",
    response={200: shapes.PolicyDecisionOut, REFUSALS: Problem},
    summary="What the rules say of facts",
    openapi_extra={"parameters": [NO_KEY]},
)
def policy_decision(request: Asked, body: DecisionIn) -> dict[str, Any]:
    """Every remedy, open or not, with sentences, articles, sums and lane; claims, clocks, proof, and what each missing answer would change.

    Nothing is stored, the facts least of all.
    """
    return answer(body.facts, body.stack, at=body.at, by=request.auth.actor)


@reading(router, "/policy/facts-schema", dict[str, Any], "What facts may hold")
def policy_facts_schema(request: Asked) -> dict[str, Any]:
    """The JSON Schema (2020-12) of `facts`, with a title and a description in both languages for each field."""
    return facts_schema()


@reading(router, "/policy/packs", shapes.PacksOut, "Every version of every pack")
def policy_packs(request: Asked, on: date | None = None) -> shapes.PacksOut:
    """The packs on the shelf, law first; `in_force` tells which count on the day `on` (today), in the market."""
    day, actor = on or _today(), request.auth.actor
    broken = shelf().refused if actor.sees_everything else ()
    return shapes.PacksOut(
        on=day,
        packs=[shapes.PackListed(**_listed(pack, day)) for pack in packs_for(actor)],
        set_aside=[_set_aside(problem) for refused in broken for problem in refused.problems],
    )


@reading(router, "/policy/packs/{stamp}", shapes.PackTextOut, "One version with its text")
def policy_pack(request: Asked, stamp: str) -> shapes.PackTextOut:
    """The TOML of one version; `stamp` is what decisions carry, such as `cn@2026-02`."""
    found = [pack for pack in packs_for(request.auth.actor) if pack.stamp == stamp]
    if not found:
        raise NotFound
    return shapes.PackTextOut(**_listed(found[0], _today()), text=found[0].text)


@reading(router, "/policy/golden", shapes.GoldenOut, "The golden cases")
def policy_golden(request: Asked) -> shapes.GoldenOut:
    """Cases that the law has answered, and how the packs as shipped answer them. No version is published that fails one."""
    return _golden()


@lru_cache(maxsize=1)
def _golden() -> shapes.GoldenOut:
    """Files that ship do not change while a process runs."""
    return shapes.GoldenOut(
        cases=[
            shapes.GoldenCaseOut(
                id=case.ref, jurisdiction=case.jurisdiction, title=_text(case.title), story=_text_or_none(case.story),
                outcome=_text_or_none(case.outcome), source=case.source, tag=case.tag, later=_text_or_none(case.later),
                checks=[_check(check) for check in case.checks],
            )
            for case in golden_cases()
        ]
    )  # fmt: skip


def _today() -> date:
    return calendar("cn").date_at(clock.now())


def _listed(pack: Pack, on: date) -> dict[str, Any]:
    cells = pack.cells
    return {
        **told_pack(pack), "stamp": pack.stamp, "jurisdiction": cells.jurisdiction, "in_force_from": cells.in_force_from,
        "in_force_until": cells.in_force_until, "in_force": pack.in_force(on),
    }  # fmt: skip


def _set_aside(problem: Broken) -> shapes.SetAsideOut:
    return shapes.SetAsideOut(
        file=problem.file, row=problem.place.row, column=problem.place.column, cell=problem.cell, text=_text(problem.text)
    )


def _check(check: Check) -> shapes.CheckOut:
    wrong = run(check, shipped)
    state = "later" if not check.answered else "fails" if wrong else "passes"
    told = {"id": check.id, "kind": check.kind, "tag": check.tag, "source": check.source, "state": state}
    return shapes.CheckOut.model_validate(told | {"differs": [each.text.both() for each in wrong]})


def _text(text: Text) -> TextOut:
    return TextOut(**text.both())


def _text_or_none(text: Text | None) -> TextOut | None:
    return _text(text) if text else None
