"""Sums beyond the order in an offer: whose money they are, whether whoever says yes may promise them alone, and who else has to sign.

The merchant's sums are promised by its person who offers, agrees or accepts; the platform's by its person who proposes. A consumer
promises nobody's money. What one offer gives beyond the order is weighed together, so that no limit is passed in slices.

Invariants
 1. Nobody promises above the money rules alone: a second person signs first (approvals), who never is the asker.
 2. A sum counts once: on whoever offered it when the other side takes it, or on whoever said yes or signed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from amends.approvals.asking import decide
from amends.approvals.counting import GRANTED, Matter, lock, note, so_far, weigh
from amends.approvals.judging import approves_up_to, best
from amends.approvals.models import Approval, Spending
from amends.approvals.money_schema import Rules
from amends.approvals.rules import REASONS
from amends.approvals.rules_of_money import rules_on
from amends.cases.models import Case
from amends.cases.rules.mix import SUMS, Part, from_rows
from amends.compensation.offers import unit_of
from amends.compensation.rules import Kind
from amends.kernel import clock
from amends.kernel.parties import Party
from amends.kernel.refusals import NotYourMove
from amends.kernel.texts import Text, say
from amends.people.rules import Actor
from amends.talks.models import Offer

BORNE_BY: Mapping[Party, str] = {
    Party.MERCHANT: "merchant", Party.LEADER: "merchant", Party.PLATFORM: "platform", Party.ARBITER: "platform",
}  # fmt: skip
"""Whose money each party promises with its yes."""
SIGNS: Mapping[str, Text] = {
    "merchant": say("店铺的另一位同事", "a colleague of the shop"),
    "platform": say("平台的主管或管理员", "a supervisor or an administrator of the platform"),
}
"""Who signs what a person may not promise alone."""
Sums = Mapping[str, int]


class Weighed(NamedTuple):
    """Sums as one decision about money: in their own unit where there is one kind, else by weight in the rules' currency."""

    action: str
    amount_minor: int
    unit: str


def sums_of(parts: Iterable[Part], by: Actor) -> Sums:
    """What this actor's yes to these parts gives beyond the order, by kind; minor units of the case's currency, or points."""
    sums: dict[str, int] = {}
    for part in parts:
        if part.remedy in SUMS and part.borne_by == BORNE_BY.get(by.party):
            sums[part.remedy] = sums.get(part.remedy, 0) + (part.amount_minor or 0)
    return sums


def needs_another(case: Case, parts: Iterable[Part], by: Actor) -> Text | None:
    """Why this actor may not promise these parts alone, and who signs; None where they may, or nothing is theirs to promise."""
    sums, rules = sums_of(parts, by), rules_on(clock.now())
    if not sums:
        return None
    _check_party(by)
    whole = _together(case, sums, by, rules)
    found = best(whole.action, by.roles, weigh(rules, whole.amount_minor, whole.unit), so_far(rules, by, _matter(case)), rules)
    if found is not None and not found[1]:
        return None
    why = REASONS[found[1][0]] if found else say("你的角色不能决定", "your role does not decide about it")
    return say("订单之外的钱要由{who}审批：{why}。", "Sums beyond the order have to be signed by {who}: {why}.",
               who=SIGNS[BORNE_BY[by.party]], why=why)  # fmt: skip


def check_alone(case: Case, parts: Iterable[Part], by: Actor) -> None:
    """This actor may promise these parts alone. Raises NotYourMove, which names who signs otherwise."""
    wrong = needs_another(case, parts, by)
    if wrong is not None:
        raise NotYourMove(wrong, code="above_your_limit")


def decided(
    case: Case, parts: Iterable[Part], by: Actor, *, key: str, payload: Mapping[str, Any], why: str, counted: bool
) -> Approval | None:  # fmt: skip
    """None: these parts are this actor's to promise now. An Approval: somebody else was asked, and nothing is to be done. `counted`: the
    yes gives at once; False: another side answers first (`count_promised`). Raises as approvals.asking.decide."""
    sums = sums_of(parts, by)
    if not sums:
        return None
    _check_party(by)
    whole = _together(case, sums, by, rules_on(clock.now()))
    return decide(whole.action, by=by, merchant_id=case.merchant_id, amount_minor=whole.amount_minor, unit=whole.unit,
                  payload=payload, key=key, case=case, why=why, counted=counted)  # fmt: skip


def check_signer(case: Case, parts: Iterable[Part], asker: Actor, signer: Actor, approval: Approval) -> None:
    """Whoever signs may approve so much of every kind that the parts give. Raises NotYourMove."""
    rules = rules_on(clock.now())
    weighed = weigh(rules, approval.amount_minor, approval.unit)
    if any(approves_up_to(kind, signer.roles, rules) < weighed for kind in sums_of(parts, asker)):
        raise NotYourMove(say("超过你一次可以批准的金额。", "It is more than you may approve at once."), code="above_limit")


def count_promised(case: Case, row: Offer) -> None:
    """The offer is taken: what its maker promised alone counts on them now; what another signed counted then."""
    key = made_key(row.ref)
    maker = Actor(Party(row.side), user_id=row.user_id, merchant_id=row.merchant_id if row.side == Party.MERCHANT else None)
    sums = sums_of(from_rows(row.parts), maker)
    if not sums or Spending.objects.filter(merchant_id=case.merchant_id, key=f"{GRANTED}{key}").exists():
        return
    matter = _matter(case)
    lock(maker, matter)
    whole = _joined(case, sums, rules_on(clock.now()), max(sums, key=lambda kind: sums[kind]))
    note(maker, whole.action, whole.amount_minor, whole.unit, key, matter)


def made_key(ref: str) -> str:
    """The name of the promise that making this offer is, for approvals."""
    return f"offer:{ref}"


def yes_key(ref: str) -> str:
    """The name of the promise that saying yes to this offer is."""
    return f"offer:{ref}:yes"


def _together(case: Case, sums: Sums, by: Actor, rules: Rules) -> Weighed:
    """All sums as one, under the kind that holds this actor back most."""
    whole = _joined(case, sums, rules, next(iter(sums)))
    weighed, known = weigh(rules, whole.amount_minor, whole.unit), so_far(rules, by, _matter(case))

    def held(kind: str) -> int:
        found = best(kind, by.roles, weighed, known, rules)
        return len(found[1]) if found else len(REASONS) + 1

    return whole._replace(action=max(sums, key=held))


def _joined(case: Case, sums: Sums, rules: Rules, action: str) -> Weighed:
    units = {kind: unit_of(Kind(kind), case.currency) for kind in sums}
    if len(sums) == 1:
        return Weighed(action, sums[action], units[action])
    return Weighed(action, sum(weigh(rules, minor, units[kind]) for kind, minor in sums.items()), rules.currency)


def _matter(case: Case) -> Matter:
    return Matter.of(case.merchant_id, case, case.consumer_id)


def _check_party(by: Actor) -> None:
    """Compensation asks no arbiter for sums either: what an arbiter gives stands in a ruling, with its second reader."""
    if by.party is Party.ARBITER:
        ours = say("订单之外的钱由平台的客服或主管提出，判责员写在裁决里。",
                   "The platform's agents and supervisors propose sums beyond the order; an arbiter gives them in a ruling.")  # fmt: skip
        raise NotYourMove(ours, code="not_to_ask")
