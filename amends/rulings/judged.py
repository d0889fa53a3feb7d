"""A review as its readers see it beside what both sides said: issues with burdens, proofs asked for, tests, what was ruled part by part,
who bears it. Reads only; pages, API and command tell it from here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from amends.cases.models import Case
from amends.cases.rules.mix import FREIGHT_AND_PACKAGING, NONE, POINTS, Part, from_rows
from amends.kernel.parties import NAMES, Party
from amends.kernel.refs import clean_ref
from amends.kernel.refusals import NotFound
from amends.kernel.texts import Text, say
from amends.market.models import Unit
from amends.people.rules import Actor
from amends.policy.rules.facts import REMEDY_NAMES, Remedy
from amends.rulings.holding import holds
from amends.rulings.mixing_of import Costs, cost_of_mix
from amends.rulings.models import ProofRequest, Review, TestOrder
from amends.rulings.queries import OUTCOMES, contested, heard_units, reasons_of
from amends.rulings.rules.burden import FOUND, ISSUES
from amends.rulings.rules.splitting import per_cent
from amends.rulings.rules.testing import FINDINGS, PAYERS, STATES
from amends.rulings.verbs.accepting import may_accept

REQUEST_STATES: dict[str, Text] = {
    "asked": say("等提供", "asked for"),
    "given": say("已提供", "given"),
    "not_given": say("没有提供", "not given"),
    "dropped": say("不再需要", "not needed any more"),
}
PART_NAMES: dict[str, Text] = {
    **{remedy.value: REMEDY_NAMES[remedy] for remedy in Remedy},
    NONE: say("不给", "nothing"),
    POINTS: say("积分", "points"),
}
EXTRAS: dict[str, Text] = {"freight": say("退运费", "freight back"), "packaging": say("退包装费", "packaging back")}
"""Parts of a line beside its goods, which a ruling may give back apart."""


@dataclass(frozen=True, slots=True)
class IssueView:
    """One point in dispute."""

    key: str
    name: Text
    by: str
    by_name: Text
    clause: str
    source: str
    found: str
    found_name: Text | None


@dataclass(frozen=True, slots=True)
class RequestView:
    """A proof that was asked of one side. `words` and `answer` are '' where erased or none."""

    ref: str
    party: str
    party_name: Text
    words: str
    state: str
    state_name: Text
    due_at: datetime
    answer: str
    mine: bool


@dataclass(frozen=True, slots=True)
class TestView:
    """Goods before a testing body; sums in minor units."""

    ref: str
    body: Text
    question: str
    cost_minor: int
    currency: str
    pays_first: Text
    bears: Text | None
    state: str
    state_name: Text
    finding: Text | None
    report: str


@dataclass(frozen=True, slots=True)
class PartView:
    """One thing that a ruling gives: of which articles (or the line whose freight it is), and how much: minor units of the case's currency
    (None where it is goods, or nothing), or points."""

    remedy: str
    name: Text
    units: tuple[Text, ...]
    amount_minor: int | None
    points: int | None
    borne_by: str


@dataclass(frozen=True, slots=True)
class ExtraLeft:
    """Freight or packaging of a line that was not given back yet, in minor units."""

    line: int
    part: str
    name: Text
    left_minor: int


@dataclass(frozen=True, slots=True)
class HeardUnit:
    """A unit that a ruling of now would decide about."""

    id: int
    name: Text
    remedy: str
    contested: bool


@dataclass(frozen=True, slots=True)
class Judged:
    """One review, whole."""

    ref: str
    stage: str
    issues: tuple[IssueView, ...]
    requests: tuple[RequestView, ...]
    tests: tuple[TestView, ...]
    parts: tuple[PartView, ...]
    bears: tuple[tuple[str, int], ...]
    costs: Costs | None
    outcome: Text | None
    clause: str
    reasons: Text | None
    heard: tuple[HeardUnit, ...]
    is_final: bool
    waits_for_other: bool
    may_accept: bool

    @property
    def shares(self) -> list[tuple[str, str]]:
        """Who bears it, in per cent."""
        return [(party, per_cent(bps)) for party, bps in self.bears]


def review_for(ref: str, by: Actor) -> Review:
    """The review with this reference, where `by` may see its case. Raises NotFound."""
    row = Review.objects.select_related("case__decision", "reasons", "reasons_also").filter(ref=clean_ref(ref) or "").first()
    if row is None or not Case.objects.visible_to(by).filter(pk=row.case_id).exists():
        raise NotFound
    return row


def judged(review: Review, by: Actor) -> Judged:
    """The review as `by` may see it. What each side bears is the sides' and ours to see; a draft is nobody's here."""
    case, mine = review.case, {"merchant_id": review.merchant_id, "review_id": review.pk}
    is_ruled = review.ruled_at is not None
    held = holds(review) if is_ruled else None
    parts = from_rows(held.parts) if held else ()
    costs = cost_of_mix(case, parts, held.bears, heard=review.heard, since=review.ruled_at) if held and parts else None
    requests = ProofRequest.objects.filter(**mine).select_related("words", "answer").order_by("pk")
    tests = TestOrder.objects.filter(**mine).select_related("body", "question", "report").order_by("pk")
    return Judged(
        ref=review.ref, stage=review.stage, issues=tuple(_issue(one) for one in review.issues),
        requests=tuple(_request(row, by) for row in requests), tests=tuple(_test(row) for row in tests),
        parts=tuple(part_views(case, parts)), bears=tuple(held.bears.items()) if held else (),
        costs=costs if by.party is not Party.CONSUMER else None, outcome=OUTCOMES.get(held.outcome) if held else None,
        clause=held.clause if held else "", reasons=reasons_of(review) if is_ruled else None,
        heard=heard_now(review) if not review.is_over and by.sees_everything else (), is_final=review.is_final,
        waits_for_other=is_ruled and by.party.value in review.stands and review.bound_at is None, may_accept=may_accept(case, by),
    )  # fmt: skip


def heard_now(review: Review) -> tuple[HeardUnit, ...]:
    """The units that a ruling given now would decide about, or that this one heard; with what was asked or granted for each."""
    case = review.case
    heard = review.heard if review.ruled_at is not None else heard_units(case)
    found = {row.unit_id: row for row in contested(case)}
    rows = Unit.objects.filter(merchant_id=case.merchant_id, pk__in=heard).select_related("line").order_by("line_id", "number")
    return tuple(
        HeardUnit(row.pk, _unit_name(row), found[row.pk].grant.remedy if row.pk in found else case.remedy, row.pk in found) for row in rows
    )


def _unit_name(row: Unit) -> Text:
    return say("{name} 第 {n} 件", "{name}, no. {n}", name=say(row.line.name_zh, row.line.name_en), n=row.number)


def part_views(case: Case, parts: Sequence[Part]) -> list[PartView]:
    """These parts with the names of their articles and lines."""
    wanted = {pk for part in parts for pk in part.units}
    rows = Unit.objects.filter(merchant_id=case.merchant_id, pk__in=wanted).select_related("line")
    names = {row.pk: _unit_name(row) for row in rows}
    lines = {row.position: say(row.name_zh, row.name_en) for row in case.order.lines.all()} if any(part.line for part in parts) else {}
    return [_part(part, names, lines) for part in parts]


def _part(part: Part, names: Mapping[int, Text], lines: Mapping[int, Text]) -> PartView:
    about = [names[pk] for pk in part.units if pk in names] + ([lines[part.line]] if part.line in lines else [])
    in_points = part.remedy == POINTS
    name = EXTRAS[part.part] if part.remedy == FREIGHT_AND_PACKAGING else PART_NAMES[part.remedy]
    return PartView(
        part.remedy, name, tuple(about), None if in_points else part.amount_minor, part.amount_minor if in_points else None, part.borne_by
    )


def extras_left(case: Case) -> list[ExtraLeft]:
    """What freight and packaging of the claimed lines a ruling could still give back."""
    return [
        ExtraLeft(line.position, part, say(line.name_zh, line.name_en), left)
        for line in case.order.lines.filter(pk__in=case.claimed.values("line_id")).order_by("position")
        for part in EXTRAS
        if (left := getattr(line, f"{part}_minor") - getattr(line, f"{part}_granted_minor")) > 0
    ]


def _issue(row: dict[str, str]) -> IssueView:
    found = row.get("found", "")
    return IssueView(
        row["key"], ISSUES[row["key"]], row["by"], NAMES[Party(row["by"])], row.get("clause", ""), row.get("source", ""), found,
        FOUND.get(found),
    )  # fmt: skip


def _request(row: ProofRequest, by: Actor) -> RequestView:
    return RequestView(
        row.ref, row.party, NAMES[Party(row.party)], row.words.body, row.state, REQUEST_STATES[row.state], row.due_at,
        row.answer.body if row.answer else "", row.party == by.party.value and row.state == "asked",
    )  # fmt: skip


def _test(row: TestOrder) -> TestView:
    return TestView(
        row.ref, say(row.body.name_zh, row.body.name_en), row.question.body, row.cost_minor, row.currency, PAYERS[row.pays_first],
        NAMES[Party(row.bears)] if row.bears else None, row.state, STATES[row.state], FINDINGS.get(row.finding),
        row.report.body if row.report else "",
    )  # fmt: skip
