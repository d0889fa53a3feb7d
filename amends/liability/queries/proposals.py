"""Proposals of who should bear a cost, as the platform's people read them; nobody else knows of them until somebody is asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db.models import QuerySet

from amends.cases.hands import STAFF
from amends.cases.models import Case
from amends.kernel.refs import clean_ref
from amends.kernel.refusals import NotFound
from amends.kernel.texts import Text, say
from amends.liability.models import Proposal
from amends.liability.proposing import ASKED, DISMISSED, PROPOSED, said
from amends.liability.reasons import reason_words
from amends.liability.rules import PARTY_WORDS, WHAT
from amends.people.rules import Actor

PAGE = 50
STATES: dict[str, Text] = {
    PROPOSED: say("待处理", "open"),
    ASKED: say("已追偿", "asked"),
    DISMISSED: say("不采用", "dismissed"),
}


@dataclass(frozen=True, slots=True)
class ReasonRow:
    """One reason, and how far it carries, in hundredths."""

    code: str
    words: Text
    percent: int


@dataclass(frozen=True, slots=True)
class ProposalRow:
    """One proposal in words. `can`: whether the reader may ask or dismiss; `default_words` is what whoever is asked would read."""

    proposal: Proposal
    case: Case
    party: Text
    bearer: Text | None
    what: Text
    state: Text
    percent: int
    reasons: Sequence[ReasonRow]
    can: bool
    default_words: str


@dataclass(frozen=True, slots=True)
class ProposalPage:
    """A page of proposals, newest first; `after` leads on."""

    rows: list[ProposalRow]
    after: str


def visible(by: Actor) -> QuerySet[Proposal]:
    """All for the platform's people, none for anybody else."""
    return Proposal.objects.all() if by.sees_everything else Proposal.objects.none()


def proposals(by: Actor, asked: Mapping[str, str], *, after: str = "", most: int = PAGE) -> ProposalPage:
    """Proposals by `state`, `party` and `case` (ref), the newest first."""
    rows = visible(by)
    for name in ("state", "party"):
        if asked.get(name):
            rows = rows.filter(**{name: asked[name]})
    if asked.get("case"):
        rows = rows.filter(case__ref=clean_ref(asked["case"]) or "")
    if after:
        last = visible(by).filter(ref=clean_ref(after) or "").values_list("pk", flat=True).first()
        rows = rows.filter(pk__lt=last or 0)
    found = list(_wide(rows).order_by("-pk")[: most + 1])
    return ProposalPage([_row(one, by) for one in found[:most]], found[most - 1].ref if len(found) > most else "")


def proposal(ref: str, by: Actor) -> ProposalRow:
    """One proposal. Raises NotFound."""
    found = _wide(visible(by).filter(ref=clean_ref(ref) or "")).first()
    if found is None:
        raise NotFound
    return _row(found, by)


def proposals_of(case: Case, by: Actor) -> list[ProposalRow]:
    """The open proposals of one case, the strongest first."""
    rows = visible(by).filter(merchant_id=case.merchant_id, case_id=case.pk, state=PROPOSED)
    return [_row(one, by) for one in _wide(rows).order_by("-score_bps", "pk")]


def open_count(by: Actor) -> int:
    """How many wait for somebody to look at."""
    return visible(by).filter(state=PROPOSED).count()


def _wide(rows: QuerySet[Proposal]) -> QuerySet[Proposal]:
    return rows.select_related("case__merchant", "bearer", "charge")


def _row(one: Proposal, by: Actor) -> ProposalRow:
    bearer = say(one.bearer.name_zh, one.bearer.name_en) if one.bearer else None
    reasons = [ReasonRow(row["code"], reason_words(row["code"], row["facts"]), row["bps"] // 100) for row in one.reasons]
    can = one.state == PROPOSED and by.party in STAFF and not by.only_reads
    return ProposalRow(
        one, one.case, PARTY_WORDS[one.party], bearer, WHAT[one.what], STATES[one.state], one.score_bps // 100, reasons, can, said(one)
    )  # fmt: skip
