"""What the page of a case as a whole shows to its reader: links, hints, incidents, limits that may be longer, and what may be done."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from amends.cases.carrying_on import carrier_id
from amends.cases.duplicates import hints
from amends.cases.linking import BY_HAND, KINDS, linked_to
from amends.cases.models import Case, Extension
from amends.cases.verbs.extending import may_ask, most_hours, running
from amends.cases.verbs.reopening import BY, check_reopening
from amends.cases.verbs.splitting import check_splitting
from amends.cases.waiting_words import LIMITS
from amends.cases.words import stage_name
from amends.incidents.queries import incidents_of
from amends.kernel.parties import NAMES, Party
from amends.kernel.refusals import Refusal
from amends.kernel.texts import Text, say
from amends.market.models import OrderLine
from amends.people.rules import Actor
from amends.policy.rules.facts import REMEDY_NAMES, Remedy


@dataclass(frozen=True, slots=True)
class Asked:
    """A request for more time in words, and what its reader may do with it (`consent`, `refusal`, `retraction`)."""

    ref: str
    limit: Text
    who: Text
    hours: int
    words: str
    stage: Text
    is_open: bool
    was_due_at: datetime
    until_at: datetime | None
    can: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Limit:
    """A running limit that may be longer by consent."""

    key: str
    name: Text
    due_at: datetime
    most: int


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the claim, to choose a part of."""

    position: int
    name: Text
    quantity: int


def shown_of(case: Case, actor: Actor) -> dict[str, Any]:
    """Everything that the page and its link from the case's page need."""
    platform, shop = actor.party is Party.PLATFORM and not actor.only_reads, actor.party is Party.MERCHANT and not actor.only_reads
    carrier = carrier_id(case.merchant_id, case.pk)
    told = [one for one in incidents_of(case) if one.words or actor.sees_everything]
    links, alike = linked_to(case, actor), hints(case, actor)
    may_merge = platform and case.LIFE.becomes(case.stage, "merge", Party.PLATFORM) is not None
    return {
        "links": links, "hints": alike, "incidents": told, "asked": asked_of(case, actor), "limits": limits_of(case, actor),
        "carrier": Case.objects.values_list("ref", flat=True).get(pk=carrier) if carrier != case.pk else "",
        "may_reopen": actor.party in BY and not actor.only_reads and holds(check_reopening, case),
        "may_split": platform and holds(check_splitting, case), "may_merge": may_merge,
        "may_undo": platform and case.may("unmerge", actor), "may_link": platform or shop,
        "undo_within": case.terms.limit("merge_undo").in_words() if may_merge else None,
        "lines": lines_of(case) if platform else [], "kinds": [(kind, KINDS[kind][0]) for kind in BY_HAND],
        "remedies": [(one.value, REMEDY_NAMES[one], one.value == case.remedy) for one in Remedy],
    }  # fmt: skip


def asked_of(case: Case, actor: Actor) -> list[Asked]:
    """Every request for more time, newest first."""
    rows = Extension.objects.filter(merchant_id=case.merchant_id, case_id=case.pk).select_related("why").order_by("-pk")
    return [
        Asked(
            row.ref, LIMITS[row.limit], NAMES[Party(row.side)], row.hours, row.why.body if row.why else "",
            stage_name("extension", row.stage), not row.is_over, row.was_due_at, row.until_at, _can(row, actor),
        )
        for row in rows
    ]  # fmt: skip


def limits_of(case: Case, actor: Actor) -> list[Limit]:
    """The running limits under which this reader may ask for more time, each once."""
    found: dict[str, Limit] = {}
    for row in [] if case.is_over else running(case):
        if row.limit not in found and may_ask(case, row, actor):
            found[row.limit] = Limit(row.limit, LIMITS[row.limit], row.due_at, most_hours(case, row))
    return list(found.values())


def lines_of(case: Case) -> list[Line]:
    """The lines of the claim with how many units each has."""
    there = {line["position"]: len(line["units"]) for line in case.decision.answer["lines"]}
    rows = OrderLine.objects.filter(merchant_id=case.merchant_id, order_id=case.order_id, position__in=there).order_by("position")
    return [Line(row.position, say(row.name_zh, row.name_en), there[row.position]) for row in rows]


def holds(check: Any, case: Case) -> bool:
    """Whether nothing speaks against it now."""
    try:
        check(case)
    except Refusal:
        return False
    return True


def _can(row: Extension, actor: Actor) -> tuple[str, ...]:
    verbs = {"agree_first": "consent", "grant_extension": "consent", "decline_extension": "refusal", "retract": "retraction"}
    return tuple(dict.fromkeys(verbs[verb] for verb in row.offered(actor) if verb in verbs)) if not row.is_over else ()
