"""The consumer's application: a claim is considered, written down with the decision it rests on, and goes to the merchant."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any

from amends.cases.claims import Considered, LineClaim, closed_because, consider, known_remedy
from amends.cases.lanes import AT_ONCE, AT_ONCE_BASIS
from amends.cases.models import Case, ClaimedUnit, Evidence
from amends.cases.record import verb
from amends.cases.taking import take
from amends.cases.texts import clean_words, keep_text, told
from amends.cases.verbs.answering import waiting_evidence
from amends.cases.wanting import Wanted, wanted_instead
from amends.kernel import clock
from amends.kernel.refs import clean_ref, new_ref
from amends.kernel.refusals import NotFound, Unprocessable
from amends.kernel.texts import say
from amends.market.models import Consumer, Order, Payment
from amends.people.rules import PLATFORM, Actor
from amends.policy.models import Decision, PastFacts
from amends.policy.rules.decision import text_out
from amends.policy.rules.facts import Remedy

MOST_EVIDENCE = 9
AS_OF = "as_of"
TERMS = ("limits", "counts", "silence", "rolls", "versions", "pauses")


@dataclass(frozen=True, slots=True)
class Application:
    """What a consumer sends: one order, some of its lines, what is wrong, what is wanted, and whether a person should decide."""

    order: str
    lines: Sequence[LineClaim]
    issue: str
    remedy: str
    words: str = ""
    evidence: Sequence[str] = ()
    channel: str = "portal"
    asks_person: bool = False


@verb("case", "apply")
def apply(application: Application, *, by: Actor) -> Case:
    """A case is open about the claimed units and carries the decision it was opened under: granted at once where the pack's lane says
    that nobody has to look, else waiting for the merchant.

    Raises NotFound for an order that is not the consumer's, Unprocessable where quantity, remedy, evidence or words can't be taken.
    """
    order = locked_order(application.order, by)
    lock_consumer(order)
    considered = consider(order, application.lines, application.issue, at=clock.now(), asks_person=application.asks_person)
    remedy = known_remedy(application.remedy)
    check_remedy(considered, remedy)
    wanted = wanted_instead(considered, application.lines, remedy)
    words = clean_words(application.words, field="words")
    evidence = evidence_given(order, application.evidence, by)
    check_evidence(considered, remedy, len(evidence))
    case = open_case(considered, remedy, application.channel, by, wanted)
    text = keep_text(case, "claim", words, by) if words else None
    for piece in evidence:
        piece.case_id = case.pk
        piece.save(update_fields=["case_id"])
    case.tell("attach", by, facts={"evidence": [piece.digest for piece in evidence], **told(text)}) if evidence or text else None
    if application.asks_person:
        case.move("ask_person", by, facts={"asked_by": by.party.value, "lane": case.lane})
    # Nothing has to be looked at by a person of the platform before the merchant is asked: triage ends in the same act.
    if case.lane in AT_ONCE:
        _grant_at_once(case, considered, remedy)
    else:
        case.move("ask_merchant", PLATFORM)
    return case


def _grant_at_once(case: Case, considered: Considered, remedy: Remedy) -> None:
    """The claim is granted as asked by the rules alone; the timeline says which rules (CN-PLAT-06)."""
    clauses = dict.fromkeys(reason.rule_id for answer in considered.answers(remedy) for reason in (*answer.reasons, *answer.lane_reasons))
    facts = {"basis": AT_ONCE_BASIS, "lane": case.lane, "amount_minor": case.claimed_minor, "currency": case.currency}
    case.move("grant_at_once", PLATFORM, facts={**facts, "rules": list(clauses)})


def lock_consumer(order: Order) -> None:
    """No other claim of this consumer is decided until the act ends: what lanes grant in a day is counted and granted by one at a time.

    Taken after the order's payment and before any case (docs/adr/0002); references to the consumer's row may go on meanwhile.
    """
    list(Consumer.objects.select_for_update(no_key=True).filter(pk=order.consumer_id).values_list("pk"))


@verb("case", "ask_merchant")
def ask_merchant(ref: str, *, by: Actor) -> Case:
    """The claim is with the merchant, whose clock runs."""
    case = take(ref, by)
    case.move("ask_merchant", by)
    return case


def locked_order(ref: str, by: Actor) -> Order:
    """The order `ref` with its payment locked, so that two claims can't take the same unit. Raises NotFound."""
    order = Order.objects.visible_to(by).select_related("merchant", "consumer").filter(ref=clean_ref(ref) or "").first()
    if order is None:
        raise NotFound
    Payment.objects.select_for_update().filter(merchant_id=order.merchant_id, order_id=order.pk).first()
    return order


def check_remedy(considered: Considered, remedy: Remedy) -> None:
    """Everything was answered that has to be, and this remedy is open as of right. Raises Unprocessable."""
    if considered.missing:
        fields = {f"flags.{q.flag}": q.text for q in considered.missing}
        raise Unprocessable(say("还有问题没有回答。", "Some questions are not answered yet."), code="facts_missing", fields=fields)
    if not considered.is_open(remedy):
        why = closed_because(considered, remedy)
        text = why[0] if why else say("这种解决方案现在不能申请。", "This remedy is not open.")
        raise Unprocessable.field("remedy", text, code="remedy_closed")


def check_evidence(considered: Considered, remedy: Remedy, there: int) -> None:
    """So many files are as many as the policy wants and may be. Raises Unprocessable."""
    least = considered.evidence_min(remedy)
    if there < least:
        wrong = say(
            "这种问题至少要 {n} 份凭证，现在有 {there} 份。",
            "This issue needs at least {n} pieces of evidence; there are {there}.",
            n=least,
            there=there,
        )
        raise Unprocessable.field("evidence", wrong, code="evidence_missing")
    if there > MOST_EVIDENCE:
        wrong = say("最多 {n} 份凭证。", "At most {n} pieces of evidence.", n=MOST_EVIDENCE)
        raise Unprocessable.field("evidence", wrong, code="evidence_too_many")


def evidence_given(order: Order, refs: Sequence[str], by: Actor) -> list[Evidence]:
    """The files of an order that `by` uploaded and no case has yet, by their references. Raises Unprocessable where one is none."""
    wanted = {clean_ref(ref) or "" for ref in refs}
    found = list(waiting_evidence(order.merchant_id, order.pk, by).filter(ref__in=wanted))
    if len(found) != len(wanted):
        wrong = say("有凭证没有找到，请重新上传。", "Some of the evidence was not found. Please upload it again.")
        raise Unprocessable.field("evidence", wrong, code="evidence_unknown")
    return found


def about(considered: Considered, remedy: Remedy) -> dict[str, Any]:
    """What a case says of its claim in its own columns: sums in minor units, number of units, who pays the way back, title."""
    first, payer = considered.lines[0].line, considered.return_freight(remedy)
    more = len(considered.lines) - 1
    return {
        "claimed_minor": considered.amount_minor(remedy),
        "units_count": len(considered.units),
        "return_freight": payer.value if payer else "",
        "title_zh": first.name_zh + (f" 等 {more + 1} 种" if more else ""),
        "title_en": first.name_en + (f" and {more} more" if more else ""),
        "goods_class": first.goods_class,
    }


def open_case(
    considered: Considered, remedy: Remedy, channel: str, by: Actor, wanted: Wanted, *, verb: str = "apply", follows: Case | None = None,
    facts: Mapping[str, Any] = MappingProxyType({}), as_of: datetime | None = None,
) -> Case:  # fmt: skip
    """A case is born in triage by `verb`, stamped with what was considered, and claims its units. `follows`: the case that it goes on from;
    `facts` are told beside those of the claim; `as_of`: the instant at which it was considered, where that is not now."""
    order, at = considered.order, clock.now()
    decision = Decision.objects.create(
        merchant_id=order.merchant_id,
        ref=new_ref("DE"),
        made_at=at,
        versions=list(considered.lines[0].decision.versions),
        answer=stamped(considered, wanted) | ({AS_OF: as_of.isoformat()} if as_of else {}),
    )
    case = Case.born(
        verb,
        by,
        follows=follows,
        merchant_id=order.merchant_id,
        merchant=order.merchant,
        ref=new_ref("AS"),
        order=order,
        consumer=order.consumer,
        decision=decision,
        issue=considered.issue.value,
        remedy=remedy.value,
        currency=order.currency,
        **about(considered, remedy),
        channel=channel,
        lane=considered.lane(remedy).value,
        shipped=considered.shipped,
        received=considered.received,
        opened_at=at,
        facts={
            "issue": considered.issue.value,
            "remedy": remedy.value,
            "units": len(considered.units),
            "order": order.ref,
            "amount_minor": considered.amount_minor(remedy),
            "currency": order.currency,
            "decision": decision.ref,
            "lane": considered.lane(remedy).value,
            **({"wanted": [each["ref"] for each in wanted.values()]} if wanted else {}),
            **facts,
        },
    )
    remember(case, considered)
    ClaimedUnit.objects.bulk_create(
        ClaimedUnit(merchant_id=order.merchant_id, case=case, line=line.line, unit=unit) for line in considered.lines for unit in line.units
    )
    return case


def remember(case: Case, considered: Considered) -> None:
    """The facts of each line are kept compact, so that a draft of a policy can be replayed over them."""
    day = considered.days.date_at(asked_at(case))
    PastFacts.objects.bulk_create(
        PastFacts(
            merchant_id=case.merchant_id, case_id=case.pk, line=line.line.position, day=day, issue=case.issue,
            goods_class=line.line.goods_class, region=line.facts.region, tier=line.facts.tier, remedy=case.remedy,
            facts=json.dumps(line.facts.compact(), ensure_ascii=False, separators=(",", ":")),
        )
        for line in considered.lines
    )  # fmt: skip


def asked_at(case: Case) -> datetime:
    """The instant by whose rules and facts the claim is decided: the case's opening, or that of the one that it was split off from or
    that the platform took up again."""
    known = case.decision.answer.get(AS_OF)
    return datetime.fromisoformat(known) if known else case.opened_at


def stamped(considered: Considered, wanted: Wanted = MappingProxyType({})) -> dict[str, Any]:
    """The decision as it stays on the case: terms once, with the sources of its limits; answers for each line with their units, and what
    is wanted in exchange for them."""
    lines: list[dict[str, Any]] = [
        {
            "position": line.line.position,
            "units": [unit.pk for unit in line.units],
            "facts": line.facts.to_json(),
            "answer": line.decision.to_json(),
            **({"adjusted_minor": line.adjusted_minor} if line.adjusted_minor else {}),
            **({"wanted": dict(wanted[line.line.position])} if line.line.position in wanted else {}),
        }
        for line in considered.lines
    ]
    clocks = [[row.limit, row.source, row.tag, row.legal_name, row.legal_value, row.legal_source, row.article and text_out(row.article)]
              for row in considered.clocks()]  # fmt: skip
    return {**{name: lines[0]["answer"][name] for name in TERMS}, "clocks": clocks, "lines": lines}
