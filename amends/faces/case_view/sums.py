"""The money of a case: what each claimed article cost and brings, and what goes to which tender and how far it has come.

The sums are those of the stamped decision and of the grants; nothing is worked out anew. Minor units.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from amends.cases.grants import LIVE, unit_shares
from amends.cases.left import SUM
from amends.cases.models import Case, ClaimedUnit, Grant
from amends.compensation.offers import BASIS as GIVEN_BESIDE
from amends.faces.case_view.beside import each_once, spoken
from amends.faces.case_view.shapes import ClaimedLine, Clause, Decided, Spoken, SumRow
from amends.kernel.parties import NAMES
from amends.kernel.texts import Text, say
from amends.market.models import Tender, Unit
from amends.market.rules.specs import TENDER_NAMES
from amends.policy.rules.decision import Decision
from amends.policy.rules.facts import Remedy
from amends.refunds.models import Refund

MONEY_STATES: dict[str, str] = {
    "intended": "none", "sent": "sent", "unknown": "checked", "frozen": "checked", "failed": "failed",
    "paid": "paid", "settled": "paid", "covered": "paid",
}  # fmt: skip
LEAST_FAR = ("failed", "checked", "none", "sent", "paid")
IN_KIND = say("券按原样退还", "given back as a coupon")
TIMES = say("{name} ×{n}", "{name} ×{n}")


def tender_label(kind: str) -> Text:
    """What a means of payment is called."""
    return TENDER_NAMES.get(kind) or say("原支付方式", "Original means of payment")


def decisions(case: Case) -> list[tuple[list[int], Decision]]:
    """For each claimed line the ids of its units and the decision that was stamped about it."""
    return [(line["units"], Decision.from_json(line["answer"])) for line in case.decision.answer["lines"]]


def claimed_lines(case: Case, claimed: Sequence[ClaimedUnit]) -> tuple[ClaimedLine, ...]:
    """The articles of the claim with their sums."""
    by_unit = {one.unit_id: one for one in claimed}
    return tuple(_line(case, [by_unit[pk] for pk in units if pk in by_unit], decision) for units, decision in decisions(case))


def _line(case: Case, claimed: Sequence[ClaimedUnit], decision: Decision) -> ClaimedLine:
    line, units = claimed[0].line, [one.unit for one in claimed]
    answer, facts = decision.answer(Remedy(case.remedy)), decision.facts
    rows = tuple(SumRow(row.text, row.minor, row.note, clause_of(decision, row.clause), case.currency) for row in answer.sum_rows)
    return ClaimedLine(
        line.position, say(line.name_zh, line.name_en), len(units), line.quantity, line.goods_class, _total(units, "list_minor"),
        _total(units, "discount_minor"), facts.coupon_minor, _total(units, "freight_minor"), facts.paid_minor, answer.amount_minor, rows,
    )  # fmt: skip


def _total(units: Iterable[Unit], name: str) -> int:
    return sum(getattr(unit, name) for unit in units)


def clause_of(decision: Decision, name: str) -> Clause | None:
    """The article behind a row of a sum, None where the decision kept none."""
    article = decision.articles.get(name)
    return {"key": article, "text": None, "url": ""} if article else None


def sum_rows(lines: Sequence[ClaimedLine], currency: str) -> tuple[SumRow, ...]:
    """The rows of the whole claim: of one article in full, of several one row each. They add up to what is claimed."""
    if len(lines) == 1:
        return lines[0].rows
    return tuple(SumRow(TIMES.filled(name=line.name, n=line.quantity), line.amount_minor, currency=currency) for line in lines)


def decided(case: Case) -> Decided:
    """Why the remedy is open, in the words of the day the case was opened; of several lines, each reason once."""
    answers = [(decision, decision.answer(Remedy(case.remedy))) for _, decision in decisions(case)]
    reasons = each_once(reason for _, answer in answers for reason in answer.reasons)
    first, answer = answers[0]
    payer, article = answer.return_freight, first.articles.get(answer.freight_clause)
    freight = None
    if payer and article:
        text = say("寄回运费由{payer}付", "The {payer} pays the way back", payer=NAMES[payer])
        freight = Spoken(text, True, {"key": article, "text": None, "url": ""})
    return Decided(reasons, spoken(first.proof), payer.value if payer else "", freight, answer.until, first.versions)


def tender_rows(case: Case, grants: Sequence[Grant], refunds: Sequence[Refund], tenders: Sequence[Tender]) -> tuple[SumRow, ...]:
    """What goes to which tender: paid and intended refunds where there are some, else what is granted, else what would be.

    A tender's state is that of the intent that has come least far. Sums beyond the order go to no tender: refunds.where tells of them.
    """
    grants = [grant for grant in grants if _of_claim(grant)]
    mine = {grant.pk for grant in grants}
    live = [(one, one.tender) for one in refunds if one.stage in MONEY_STATES and one.tender is not None and one.grant_id in mine]
    known = {tender.position: tender for tender in tenders}
    minor, states = _shares(case, grants, known), dict[int, set[str]]()
    if live:
        minor = {}
        for refund, tender in live:
            place = tender.position
            minor[place] = minor.get(place, 0) + refund.amount_minor
            states.setdefault(place, set()).add(MONEY_STATES[refund.stage])
    return tuple(
        SumRow(
            tender_label(known[place].kind), amount, IN_KIND if "." in known[place].unit else None, None, known[place].unit.split(".")[0],
            next((state for state in LEAST_FAR if state in states.get(place, ())), ""),
        )
        for place, amount in sorted(minor.items()) if amount and place in known
    )  # fmt: skip


def _of_claim(grant: Grant) -> bool:
    """What was given beside the claim is told beside it (compensation)."""
    return grant.subject != SUM and grant.basis != GIVEN_BESIDE


def _shares(case: Case, grants: Sequence[Grant], known: Mapping[int, Tender]) -> dict[int, int]:
    live = [grant for grant in grants if grant.stage in LIVE]
    shares = [grant.shares for grant in live] if grants else list(unit_shares(case, Remedy(case.remedy)).values())
    minor: dict[int, int] = {}
    for one in shares:
        for place, amount in one.items():
            minor[int(place)] = minor.get(int(place), 0) + amount
    return {place: amount for place, amount in minor.items() if place in known}
