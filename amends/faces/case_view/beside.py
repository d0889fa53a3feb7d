"""What stands beside a remedy: both settlements of a part return, compensation, who looks at the claim; each rule with its source tag.

The application asks it of a fresh decision, a case's page of the stamped one. Nothing is decided or worked out here. Minor units.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from amends.cases.lanes import AT_ONCE
from amends.cases.models import Case
from amends.faces.case_view.shapes import Clause, Column, Compensation, LaneView, Spoken, SumRow
from amends.kernel.texts import Text, say
from amends.policy.rules.decision import ClaimAnswer, Decision, Reason
from amends.policy.rules.facts import LANE_NAMES, Lane, Remedy

AT_ONCE_BY_RULE = say(
    "这单由规则直接同意，没有人看过。事实、理由和依据都在这一页；有不同意见，可以要求由人来裁决。",
    "The rules alone approved this claim; nobody looked at it. Facts, reasons and basis stand on this page; whoever disagrees may ask that "
    "a person decides.",
)
RULED_BY_RULE = say(
    "判责员没有按时裁决，这份裁决由规则自动做出。理由和依据在下面；裁决生效前，双方都可以要求由人来裁决。",
    "No arbiter ruled in time, so the rules gave this ruling. Reasons and basis stand below; until it binds, either side may ask that a "
    "person decides.",
)


def spoken(reason: Reason) -> Spoken:
    """A rule in words, with its article and how surely it was read."""
    return Spoken(reason.text, reason.holds, {"key": reason.article, "text": reason.text, "url": ""}, reason.source, reason.tag)


def each_once(reasons: Iterable[Reason]) -> tuple[Spoken, ...]:
    """The reasons in words, each sentence once."""
    seen: dict[str, Spoken] = {}
    for reason in reasons:
        seen.setdefault(str(reason.text), spoken(reason))
    return tuple(seen.values())


def columns(decisions: Sequence[Decision], remedy: Remedy, currency: str) -> tuple[Column, ...]:
    """Both ways to settle a part return, where there are two: of one article with rows, of several with sums. The same column is chosen
    for all articles or none is marked."""
    answers = [(decision, decision.answer(remedy)) for decision in decisions]
    lost = next((answer.settlements for _, answer in answers if answer.settlements), ())
    found = []
    for place, settlement in enumerate(lost):
        parts = [answer.settlements[place] if answer.settlements else None for _, answer in answers]
        minor = sum(part.minor if part else answer.amount_minor for part, (_, answer) in zip(parts, answers, strict=True))
        rows = tuple(SumRow(row.text, row.minor, row.note, _clause(answers[0][0], row.clause), currency) for row in settlement.rows)
        chosen = all(part.chosen for part in parts if part)
        found.append(Column(settlement.text, minor, rows if len(answers) == 1 else (), chosen))
    return tuple(found)


def _clause(decision: Decision, name: str) -> Clause | None:
    article = decision.articles.get(name)
    return {"key": article, "text": None, "url": ""} if article else None


def compensations(decisions: Sequence[Decision], currency: str) -> tuple[Compensation, ...]:
    """What may be asked for beside the remedies, the open ones first; of several articles one row each of the same name."""
    by_name: dict[str, list[ClaimAnswer]] = {}
    for decision in decisions:
        for claim in decision.claims:
            by_name.setdefault(claim.name, []).append(claim)
    return tuple(sorted((_compensation(parts, currency) for parts in by_name.values()), key=lambda one: not one.open))


def _compensation(parts: Sequence[ClaimAnswer], currency: str) -> Compensation:
    open_parts = [part for part in parts if part.open]
    told = open_parts or parts
    needs: dict[str, Text] = {}
    for part in told:
        for text in [*([part.opens_by] if part.opens_by else []), *(question.text for question in part.asks)]:
            needs.setdefault(str(text), text)
    rows = tuple(SumRow(row.text, row.minor, row.note, None, currency) for part in open_parts for row in part.sum_rows)
    reasons = each_once(reason for part in told for reason in part.reasons)
    return Compensation(
        told[0].name, told[0].title, bool(open_parts), sum(part.amount_minor for part in open_parts), rows, reasons,
        tuple(needs.values()), told[0].first_asked,
    )  # fmt: skip


def lane_view(case: Case, decisions: Sequence[Decision], *, ruled_by_default: bool) -> LaneView:
    """Who looks at this case, and whether rules alone decided it so far."""
    lane = Lane(case.lane)
    reasons = each_once(reason for decision in decisions for reason in decision.answer(Remedy(case.remedy)).lane_reasons)
    by_machine = AT_ONCE_BY_RULE if lane in AT_ONCE else RULED_BY_RULE if ruled_by_default and case.person_asked_at is None else None
    return LaneView(lane.value, LANE_NAMES[lane], reasons, by_machine, case.person_asked_at)
