"""The money rules that hold at an instant: the shipped file, until a version that two people wrote and signed takes its place.

`rules_on(at)` is what everybody asks. Decided things keep the version they were decided under; nothing here reaches back. Writing and
signing versions is versions.py's.
"""

from __future__ import annotations

import functools
import json
import tomllib
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from django.db.models import Q, QuerySet
from pydantic import ValidationError

import packs
from amends.approvals.models import MoneyRules
from amends.approvals.money_schema import Rules
from amends.kernel.refusals import Unprocessable
from amends.kernel.texts import say
from amends.policy.rules.bounds import TOO_DEEP, out_of_bounds
from amends.policy.rules.packs import Problem, not_toml, problem_of
from amends.policy.rules.places import Place, places

SHIPPED = Path(packs.__file__).parent / "money"
FILE = "money.toml"


class RulesRefused(Unprocessable):
    """The document is no set of money rules; `problems` say where (row, column, cell) and why."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        text = say("\n".join(p.sentence.into("zh") for p in problems), "\n".join(p.sentence.into("en") for p in problems))
        super().__init__(text, code="rules_refused", fields={"body": text})


def rules_on(at: datetime) -> Rules:
    """The money rules in force at `at`: the signed version that began last, else the shipped ones. One small query; reading is cached."""
    found = in_force(at).values_list("pk", "signed_at").first()
    return _signed(*found) if found else shipped()


def in_force(at: datetime) -> QuerySet[MoneyRules]:
    """Signed versions that have begun by `at` and are not withdrawn, the last to begin first."""
    begun = MoneyRules.objects.filter(in_force_from__lte=at).filter(Q(withdrawn_at__isnull=True) | Q(withdrawn_at__gt=at))
    return begun.order_by("-in_force_from", "-pk")


@functools.lru_cache(maxsize=64)
def _signed(pk: int, signed_at: datetime) -> Rules:
    return read(MoneyRules.objects.values_list("body", flat=True).get(pk=pk, signed_at=signed_at))


@functools.cache
def shipped() -> Rules:
    """The newest file of packs/money: what holds where nobody has signed anything else."""
    return read(shipped_text())


@functools.cache
def shipped_text() -> str:
    """The newest file of packs/money as it is written."""
    return max(SHIPPED.glob("*.toml"), key=lambda path: path.stem).read_text(encoding="utf-8")


def read(text: str) -> Rules:
    """`text` as Rules. Raises RulesRefused with row, column and reason for everything that is not as the schema says."""
    if beyond := out_of_bounds(text):
        raise RulesRefused([Problem(FILE, Place(beyond[0], 1), "", beyond[1])])
    try:
        raw = tomllib.loads(text)
    except RecursionError as deep:
        raise RulesRefused([Problem(FILE, Place(1, 1), "", TOO_DEEP)]) from deep
    except ValueError as wrong:
        raise RulesRefused([not_toml(wrong, FILE, text)]) from wrong
    known = places(text)
    try:
        return Rules.model_validate_json(json.dumps(raw, default=str))
    except ValidationError as wrong:
        raise RulesRefused([problem_of(error, FILE, known, text) for error in wrong.errors()]) from wrong
