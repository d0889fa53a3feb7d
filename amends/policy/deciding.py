"""The whole answer to facts under a stack, as JSON values: what `amends decide`, the API and the try-out page of the office all say.

Here facts meet what this installation knows: its packs in force and its calendars. What is said of one decision is rules/told.py; nothing
is stored, and the facts are forgotten with the answer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from amends.kernel import clock
from amends.kernel.calendars import Calendar
from amends.kernel.parties import Party
from amends.kernel.refusals import NotFound, Unprocessable
from amends.kernel.texts import say
from amends.people.rules import PLATFORM, Actor
from amends.policy.queries import calendar, stack_on
from amends.policy.rules.asking import effects
from amends.policy.rules.decide import decide
from amends.policy.rules.decision import Decision
from amends.policy.rules.facts import Facts
from amends.policy.rules.facts_schema import FactsRefused, read_facts
from amends.policy.rules.packs import Pack, load_pack
from amends.policy.rules.plausible import implausible
from amends.policy.rules.schema import Layer
from amends.policy.rules.stack import Stack, stacked
from amends.policy.rules.told import told, told_clocks, told_effects
from amends.policy.shelf import held


class Answered(NamedTuple):
    """A decision with what it was made of."""

    facts: Facts
    stack: Stack
    calendar: Calendar
    decision: Decision


def answer(
    raw: Mapping[str, Any], stack: Sequence[str] = (), *, at: datetime | None = None, by: Actor = PLATFORM, files: bool = False
) -> dict[str, Any]:
    """The whole decision about `raw` facts as JSON values; takes and refuses what `answered` does."""
    found = answered(raw, stack, at=at, by=by, files=files)
    asked = effects(found.stack, found.facts, found.calendar, found.decision)
    return {
        **told(found.decision),
        "missing": told_effects(asked),
        "unasked": _unasked(found),
        "clocks": told_clocks(found.decision.clocks(found.stack)),
        "packs": [told_pack(pack) for pack in found.stack.packs],
        "zone": found.calendar.zone.key,
    }


def answered(
    raw: Mapping[str, Any], stack: Sequence[str] = (), *, at: datetime | None = None, by: Actor = PLATFORM, files: bool = False
) -> Answered:
    """What exactly the packs named in `stack` say of `raw` facts asked at `at`; without names, those in force here (for `by`'s shop).

    `at` goes before the facts' own `asked_at`; without either it is now. `files` lets names be paths: only for who sits at this machine.
    Refuses FactsRefused (an `at` without a zone, too), PackRefused, NotFound for a pack that is not there, and Unprocessable for facts of
    another market than the law's.
    """
    asked_at = at.isoformat() if at else raw.get("asked_at") or clock.now().isoformat()
    facts = read_facts({**raw, "asked_at": asked_at})
    if wrong := dict(implausible(facts)):
        raise FactsRefused(wrong)
    _law_for(facts)
    days = calendar(facts.jurisdiction.lower())
    day = days.date_at(facts.asked_at)
    named = tuple(pack_named(name, day, by=by, files=files) for name in stack)
    rules = _stack(named, files) if named else stack_on(day, merchant=by.merchant_id)
    if rules.terms.jurisdiction != facts.jurisdiction:
        raise _foreign(facts.jurisdiction, [rules.terms.jurisdiction])
    return Answered(facts, rules, days, decide(rules, facts, days))


def packs_for(by: Actor) -> list[Pack]:
    """The packs that `by` may read, law first and oldest first: all but other shops' own, which are for the platform and their buyers."""
    now = held()
    foreign = {name for merchant, name in now.shops.items() if merchant != by.merchant_id}
    seen = [pack for pack in now.shelf.packs if by.party is not Party.MERCHANT or pack.id not in foreign]
    order = list(Layer)
    return sorted(seen, key=lambda pack: (order.index(pack.layer), pack.id, pack.cells.in_force_from))


def pack_named(name: str, on: date, *, by: Actor = PLATFORM, files: bool = False) -> Pack:
    """The pack that `cn`, `platform/jd` or (with `files`) a path names, as in force on a day. Refuses NotFound and PackRefused."""
    if name.endswith(".toml"):
        if not files:
            raise Unprocessable.field("stack", say("这里写包的编号，不写文件。", "Name packs by id here, not by file."), code="no_files")
        return load_pack(Path(name))
    layer, _, key = name.rpartition("/")
    known = [pack for pack in packs_for(by) if pack.in_force(on)]
    there = [pack for pack in known if pack.id == key and layer in ("", pack.layer.value)]
    if not there:
        wrong = say(
            "{on} 没有生效的规则包“{name}”。有这些：{ids}。", "No pack “{name}” is in force on {on}. There are: {ids}.",
            name=name, on=on.isoformat(), ids=", ".join(dict.fromkeys(map(name_of, known))) or "-",
        )  # fmt: skip
        raise NotFound(wrong, code="no_pack")
    return max(there, key=lambda pack: pack.cells.in_force_from)


def name_of(pack: Pack) -> str:
    """How a pack is named in a stack: `cn`, `platform/jd`."""
    return pack.id if pack.layer is Layer.LAW else f"{pack.layer.value}/{pack.id}"


def told_pack(pack: Pack) -> dict[str, Any]:
    """One version of a pack as JSON values."""
    return {
        "id": pack.id,
        "version": pack.cells.version,
        "layer": pack.layer.value,
        "name": pack.cells.name.text.both(),
        "digest": pack.digest,
    }


def _unasked(found: Answered) -> list[str]:
    """Flags and promises that these packs know nothing of: a slip of the pen, or a fact of other packs."""
    flags = [f"flags.{name}" for name in found.facts.flags if name not in found.stack.asks]
    return sorted(flags) + sorted(f"promises.{name}" for name in found.facts.promises if name not in found.stack.terms.promises)


@lru_cache(maxsize=64)
def _stack(packs: tuple[Pack, ...], files: bool) -> Stack:
    # Where the files lie is no business of a caller from outside, and refusals name files.
    return stacked(packs if files else [replace(pack, file=Path(pack.file).name) for pack in packs])


def _law_for(facts: Facts) -> None:
    known = {pack.cells.jurisdiction for pack in held().shelf.packs if pack.layer is Layer.LAW}
    if facts.jurisdiction not in known:
        raise _foreign(facts.jurisdiction, sorted(known))


def _foreign(got: str, known: Sequence[str]) -> Unprocessable:
    there = ", ".join(known)
    right = say("这里没有 {got} 的法律，只有：{known}。", "There is no law of {got} here, only of: {known}.", got=got, known=there)
    return Unprocessable.field("facts.jurisdiction", right, code="foreign_jurisdiction")
