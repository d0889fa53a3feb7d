"""What each open remedy of a claim is worth to its consumer, and which is best: for the page on which one is chosen. Nothing is written."""

from __future__ import annotations

from amends.approvals.rules_of_money import rules_on
from amends.cases.claims import Considered
from amends.compensation.rules import Worth, with_best, worth_of_goods, worth_of_voucher
from amends.kernel import clock
from amends.kernel.texts import say
from amends.policy.rules.facts import Remedy

AND_KEPT = say("到手的钱，商品也留下", "money in hand, and you keep the goods")
AND_SENT = say("到手的钱，商品要寄回", "money in hand, and the goods go back")
NEVER_SENT = say("到手的钱，商品还没到", "money in hand; the goods have not come")
ANOTHER = frozenset({Remedy.EXCHANGE, Remedy.RESEND})


def worths(considered: Considered, remedies: list[Remedy]) -> dict[Remedy, Worth]:
    """Of these open remedies what each brings, in minor units of the order's currency; the best is marked where there are several."""
    found = with_best([_worth(considered, remedy) for remedy in remedies])
    return dict(zip(remedies, found, strict=True))


def _worth(considered: Considered, remedy: Remedy) -> Worth:
    minor = considered.amount_minor(remedy)
    if remedy is Remedy.VOUCHER:
        return worth_of_voucher(remedy.value, minor, rules_on(clock.now()).vouchers.worth_bps)
    if remedy in ANOTHER:
        return worth_of_goods(remedy.value, sum(line.facts.paid_minor for line in considered.lines))
    if any(answer.ships_back for answer in considered.answers(remedy)):
        return Worth(remedy.value, minor, AND_SENT)
    return Worth(remedy.value, minor, AND_KEPT if considered.received else NEVER_SENT)
