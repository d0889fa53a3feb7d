"""What the merchant finds in a parcel, unit by unit, and what the consumer says to it.

Invariants
 1. A finding that costs the consumer something has a reason that the consumer reads.
 2. A deduction takes a part of the unit's money, never all of it: taking all is rejecting, which gives the goods back.
 3. `reduced_minor` is the deduction that stands: nothing stays of it once the unit is accepted after all.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from amends.approvals.rules_of_money import rules_on
from amends.cases.models import Case, Grant
from amends.cases.record import an_act, verb
from amends.cases.taking import take, take_case_of, take_life
from amends.cases.texts import clean_words, keep_text, told
from amends.cases.verbs.answering import attach_to
from amends.kernel import clock
from amends.kernel.money import Money
from amends.kernel.refs import clean_ref
from amends.kernel.refusals import NotFound, Unprocessable
from amends.kernel.texts import Text, say
from amends.market.models import Tender
from amends.people.rules import Actor
from amends.returns.models import Inspection, ReturnShipment
from amends.returns.queries.whereabouts import WAITS_FOR_FINDING
from amends.returns.together import all_of
from amends.returns.verbs.seeing import NOTHING, SEEN_COLUMNS, Seen, check_seen, put_seen
from amends.returns.verbs.sending import take_in

VERDICTS = {"accept": "accept", "reduce": "reduce", "reject": "reject", "wrong": "reject", "missing": "report_missing"}


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found about one unit (`unit_id`), or about the next `count` units of a line (`line`, its position in the order).

    `reduced_minor` is the deduction for each of them, in minor units of the case's currency.
    """

    verdict: str
    line: int | None = None
    count: int = 1
    unit_id: int | None = None
    reduced_minor: int = 0
    words: str = ""
    evidence: Sequence[str] = ()
    seen: Seen = NOTHING


@an_act
def inspect(ref: str, *, findings: Sequence[Finding], by: Actor) -> list[Inspection]:
    """Every finding stands, all in one act; a parcel not yet received is received first, with its box. Units that no finding names wait on.

    Raises Unprocessable naming the finding that is wrong; nothing is written then.
    """
    parcel, box = all_of(ref, "receive", by)
    case = take_case_of(parcel.case_id)
    if not parcel.is_over:
        for each in box:
            take_in(each, by)
    if not findings:
        nothing = say("请至少写明一件商品的验货结果。", "Give a finding for at least one unit.")
        raise Unprocessable.field("findings", nothing, code="required")
    rows = Inspection.objects.filter(merchant_id=case.merchant_id, parcel_id=parcel.pk, stage=WAITS_FOR_FINDING)
    waiting = list(rows.select_related("unit__line", "grant").order_by("unit__line__position", "unit__number"))
    chosen = [(number, finding, _chosen(number, finding, waiting)) for number, finding in enumerate(findings)]
    for number, finding, units in chosen:
        _find(case, units, finding, by, field=f"findings.{number}.")
    return [row for _, _, units in chosen for row in units]


@verb("inspection", "accept")
def accept(ref: str, *, inspection: int, seen: Seen = NOTHING, by: Actor) -> Inspection:
    """The unit is as it should be, or accepted after all; its remedy goes on in full."""
    case, row = _taken(ref, inspection, by)
    _find(case, [row], Finding("accept", seen=seen), by)
    return row


@verb("inspection", "reduce")
def reduce(
    ref: str, *, inspection: int, reduced_minor: int, words: str, evidence: Sequence[str] = (), seen: Seen = NOTHING, by: Actor
) -> Inspection:  # fmt: skip
    """The unit is taken less `reduced_minor`; the consumer may contest. Raises Unprocessable without a grade, without the photos of its
    class, and outside of 1 to what the money rules allow for the grade, always less than the unit's money."""
    case, row = _taken(ref, inspection, by)
    _find(case, [row], Finding("reduce", reduced_minor=reduced_minor, words=words, evidence=evidence, seen=seen), by)
    return row


@verb("inspection", "reject")
def reject(
    ref: str, *, inspection: int, words: str, evidence: Sequence[str] = (), seen: Seen = NOTHING, wrong_item: bool = False, by: Actor
) -> Inspection:  # fmt: skip
    """The unit is not taken, for a reason; the consumer may contest. With `wrong_item` another article was in the box, and a photo shows
    it."""
    case, row = _taken(ref, inspection, by)
    _find(case, [row], Finding("wrong" if wrong_item else "reject", words=words, evidence=evidence, seen=seen), by)
    return row


@verb("inspection", "report_missing")
def report_missing(ref: str, *, inspection: int, words: str, evidence: Sequence[str] = (), by: Actor) -> Inspection:
    """The unit was not in the parcel, says the merchant; the consumer's silence contests it (S13)."""
    case, row = _taken(ref, inspection, by)
    _find(case, [row], Finding("missing", words=words, evidence=evidence), by)
    return row


@verb("inspection", "accept_finding")
def accept_finding(ref: str, *, inspection: int, by: Actor) -> Inspection:
    """The consumer lets the finding stand: less money, the goods back, or nothing for what was not there."""
    _, row = _taken(ref, inspection, by)
    row.move("accept_finding", by, facts=_facts(row))
    return row


@verb("inspection", "contest")
def contest(ref: str, *, inspection: int, words: str = "", evidence: Sequence[str] = (), by: Actor) -> Inspection:
    """The consumer disputes the finding; the platform is called in where it is not at it already."""
    case, row = _taken(ref, inspection, by)
    said = clean_words(words, field="words")
    pieces = attach_to(case, evidence, by)
    text = keep_text(case, "contest", said, by) if said else None
    row.move("contest", by, facts={**_facts(row), "evidence": [piece.digest for piece in pieces], **told(text)})
    return row


def _taken(ref: str, inspection: int, by: Actor) -> tuple[Case, Inspection]:
    """The inspection with this id of the case or parcel `ref`, its case locked. Raises NotFound."""
    known = clean_ref(ref) or ""
    parcel = None
    if known.startswith("RT"):
        case, parcel = take_life(ReturnShipment, known, by)
    else:
        case = take(known, by)
    rows = Inspection.objects.select_related("grant").filter(merchant_id=case.merchant_id, case_id=case.pk, pk=inspection)
    row = (rows.filter(parcel_id=parcel.pk) if parcel else rows).first()
    if row is None:
        raise NotFound
    return case, row


def _chosen(number: int, finding: Finding, waiting: list[Inspection]) -> list[Inspection]:
    """The units that this finding speaks of, taken out of `waiting`, so that no unit gets two."""
    there = [row for row in waiting if (row.unit_id == finding.unit_id if finding.unit_id else row.unit.line.position == finding.line)]
    count = 1 if finding.unit_id else finding.count
    if not 1 <= count <= len(there):
        wrong = say("这一行还有 {left} 件等验货，填写了 {n} 件。", "{left} units of this line wait for a finding; {n} were given.",
                    left=len(there), n=count)  # fmt: skip
        raise Unprocessable.field(f"findings.{number}.count", wrong, code="wrong_quantity")
    for row in there[:count]:
        waiting.remove(row)
    return there[:count]


def _find(case: Case, rows: Sequence[Inspection], finding: Finding, by: Actor, *, field: str = "") -> None:
    """The verdict stands for each of `rows`. The reason and the files are kept once for all of them."""
    if finding.verdict not in VERDICTS:
        wrong = say("没有这种验货结果。可选：{all}。", "There is no such finding. Choose one of {all}.", all=", ".join(VERDICTS))
        raise Unprocessable.field(f"{field}verdict", wrong, code="unknown_verdict")
    for row in rows:
        if row.LIFE.becomes(row.stage, VERDICTS[finding.verdict], by.party) is None:
            row.move(VERDICTS[finding.verdict], by)  # refuses, before anybody is asked for a grade or a photo
    costs = finding.verdict != "accept"
    words = clean_words(finding.words, field=f"{field}words", required=costs)
    seen = check_seen(rows, finding.seen, finding.verdict, field=field)
    if finding.verdict == "reduce":
        for row in rows:
            _check_deduction(case, row.grant, finding.reduced_minor, seen.grade, f"{field}reduced_minor")
    pieces = attach_to(case, [*finding.evidence, *dict.fromkeys(seen.photos.values())], by)
    text = keep_text(case, "finding", words, by) if words else None
    for row in rows:
        row.reduced_minor = finding.reduced_minor if finding.verdict == "reduce" else 0
        row.reason = text if costs else row.reason
        row.found_by_id = by.user_id
        put_seen(row, seen, finding.verdict)
        row.save(update_fields=["reduced_minor", "reason", "found_by", *SEEN_COLUMNS])
        row.move(VERDICTS[finding.verdict], by, facts={**_facts(row), "evidence": [piece.digest for piece in pieces], **told(text)})


def most_deducted(case: Case, grant: Grant, grade: str) -> int:
    """What may be deducted at most for a unit of this grade, in minor units of the case's currency: the money rules' share of its money,
    and always less than all of it."""
    money = money_of(case, grant)
    return min(money - 1, money * rules_on(clock.now()).inspection.bps(grade) // 10_000)


def _check_deduction(case: Case, grant: Grant, reduced_minor: int, grade: str, field: str) -> None:
    most = most_deducted(case, grant, grade)
    if most < 1 and grade == "A" and money_of(case, grant) > 1:
        like_new = say("A 级商品不能扣减。", "Nothing is deducted from a unit of grade A.")
        raise Unprocessable.field(field, like_new, code="wrong_deduction")
    if most < 1:
        raise Unprocessable.field(field, say("这件商品没有可以扣减的金额。", "There is no money to deduct from."), code="wrong_deduction")
    if not 1 <= reduced_minor <= most:
        wrong = say("扣减金额应在 {least} 和 {most} 之间。", "The deduction is between {least} and {most}.",
                    least=_sum(1, case.currency), most=_sum(most, case.currency))  # fmt: skip
        raise Unprocessable.field(field, wrong, code="wrong_deduction")


def _sum(minor: int, currency: str) -> Text:
    money = Money(minor, currency)
    return say(money.into("zh"), money.into("en"))


def money_of(case: Case, grant: Grant) -> int:
    """What the grant brings in money, in minor units: what goes back in kind is never cut (B9)."""
    tenders = Tender.objects.filter(merchant_id=case.merchant_id, order_id=case.order_id, unit=case.currency)
    money = {str(position) for position in tenders.values_list("position", flat=True)}
    return sum(minor for tender, minor in grant.shares.items() if tender in money)


def _facts(row: Inspection) -> dict[str, Any]:
    told_of: dict[str, Any] = {"inspection": row.pk, "unit": row.unit_id, "grant": row.grant_id}
    told_of |= {"grade": row.grade} if row.grade else {}
    return {**told_of, "reduced_minor": row.reduced_minor} if row.reduced_minor else told_of
