"""What a person does to one refund: sends a failed one again, pays it another way, takes it in hand or gives it to another.

    failed ──retry──▶ sent      failed ──redirect──▶ redirected, and a new intent that stands for it

Redirecting changes where money goes: the consumer has said so on record (payees.py), and above what one may decide alone a second person
approves it (approvals, B17). Not about asking the gateway (asking.py) nor about its answers (answers.py); both are named here for whoever
looks for the verbs of a refund.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import Count, Q

from amends.approvals.asking import decide
from amends.approvals.models import Approval
from amends.cases.life import LifeRow
from amends.cases.models import Case
from amends.cases.record import an_act, verb
from amends.cases.taking import take_life
from amends.kernel.money import currencies
from amends.kernel.parties import Party
from amends.kernel.refs import clean_ref
from amends.kernel.refusals import NoSuchMove, NotFound, NotYourMove, Unprocessable
from amends.kernel.texts import Text, say
from amends.people.models import User
from amends.people.rules import PLATFORM, Actor, Role
from amends.plumbing import jobs
from amends.refunds.answers import is_old_news, take_answer
from amends.refunds.asking import asked_now, call, call_again, mark_sent, send
from amends.refunds.books import OPEN
from amends.refunds.intents import intend_instead
from amends.refunds.models import Payee, Refund, Way
from amends.refunds.payees import hint_of, payee_of

__all__ = [
    "assign", "call", "call_again", "is_old_news", "mark_sent", "name_owner", "redirect", "redirect_approved", "retry", "send",
    "take_answer", "take_on",
]  # fmt: skip

HANDS = (Role.AGENT.value, Role.SUPERVISOR.value, Role.ADMIN.value)
"""Who may own a refund that the machine can't mend; agents first."""


@verb("refund", "retry")
def retry(ref: str, *, by: Actor) -> Refund:
    """A failed refund is sent once more with the same key, by a job; counted against the case's terms (`retries`).

    Raises NoSuchMove for one by the bank's file: that goes into the next one.
    """
    case, refund = take_life(Refund, ref, by)
    if refund.way == Way.BANK and refund.may("retry", by):
        raise NoSuchMove(say("银行转账请放进下一批。", "A bank transfer goes into the next file."), code="by_bank")
    refund.move("retry", by, facts={"refund": refund.ref, "reason": refund.reason})
    asked_now(refund, case)
    jobs.later("call_gateway", refund_id=refund.pk)
    return refund


# ── another way ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


@verb("refund", "redirect")
def redirect(ref: str, *, payee: str, by: Actor, why: str = "", break_glass: bool = False) -> Refund | Approval:
    """A failed refund is paid to a payee whom its consumer named: the new intent stands for it, its reservation goes over to that.

    An Approval where a second person has to say so first: nothing was done yet. Raises NotFound for a payee of another case.
    """
    case, refund = take_life(Refund, ref, by)
    _may_redirect(refund, by)
    to = _payee(case, payee)
    asked = decide(
        "redirect", by=by, merchant_id=case.merchant_id, amount_minor=refund.amount_minor, unit=refund.unit, case=case,
        payload={"refund": refund.ref, "payee": to.ref}, key=f"redirect:{refund.ref}:{to.ref}", why=why, break_glass=break_glass,
    )  # fmt: skip
    if asked is not None:
        return asked
    return _redirected(case, refund, to, by)


def redirect_approved(payload: Mapping[str, Any], asker: Actor, approver: Actor, approval: Approval) -> str:
    """What `approvals` runs when a redirection is granted; answers the new refund's reference."""
    case, refund = take_life(Refund, str(payload["refund"]), PLATFORM)
    by = asker.as_party(Party.PLATFORM)
    _may_redirect(refund, by)
    to = _payee(case, str(payload["payee"]))
    newest = payee_of(case)
    if newest is not None and newest.pk != to.pk and newest.consented_at >= approval.asked_at:
        renewed = say("消费者之后填写了新的收款方式，请重新提交。", "Its consumer has named another payee since; ask anew.")
        raise NoSuchMove(renewed, code="newer_payee")
    return _redirected(case, refund, to, by).ref


def words_of_redirect(payload: Mapping[str, Any]) -> Text:
    """What granting a redirection does, for whoever is asked to."""
    payee = Payee.objects.filter(ref=str(payload.get("payee"))).first()
    to = hint_of(payee) or say("另一个收款方式", "another payee")
    return say("退款 {refund} 改付到{to}", "Refund {refund} goes to {to}", refund=str(payload.get("refund")), to=to)


def _may_redirect(refund: Refund, by: Actor) -> None:
    if by.party is not Party.PLATFORM or by.only_reads:
        raise NotYourMove(say("只有平台可以更换退款去向。", "Only the platform pays a refund another way."))
    if not refund.may("redirect", by):
        raise NoSuchMove(say("只有未成功的退款可以改用其他方式。", "Only a failed refund can be paid another way."), code="not_failed")
    if refund.unit not in currencies():
        raise NoSuchMove(say("券和积分只能原样退还。", "Coupons and points only go back as they are."), code="not_money")


def may_redirect(refund: Refund, by: Actor) -> bool:
    """Whether `by` could ask for another way."""
    return by.party is Party.PLATFORM and refund.unit in currencies() and refund.may("redirect", by)


def _payee(case: Case, ref: str) -> Payee:
    mine = Payee.objects.filter(merchant_id=case.merchant_id, case_id=case.pk, erased_at__isnull=True)
    found = mine.filter(ref=clean_ref(ref) or "").first()
    if found is None:
        raise NotFound
    return found


def _redirected(case: Case, refund: Refund, payee: Payee, by: Actor) -> Refund:
    refund.move("redirect", by, facts={"refund": refund.ref, "payee": payee.ref, "way": payee.way, "amount_minor": refund.amount_minor,
                                       "unit": refund.unit, "reason": refund.reason})  # fmt: skip
    return intend_instead(case, refund, by, payee=payee)


# ── whose it is ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


@an_act
def take_on(ref: str, *, by: Actor) -> Refund:
    """This person works on the refund now."""
    return _given(ref, by.user_id or 0, by)


@an_act
def assign(ref: str, *, to: str, by: Actor) -> Refund:
    """The person with the e-mail address `to` works on it. Raises Unprocessable for who may not."""
    user = User.objects.filter(email__iexact=to.strip(), is_active=True).order_by("pk").first()
    return _given(ref, user.pk if user else 0, by)


def name_owner(life: LifeRow, by: Actor, facts: Mapping[str, Any]) -> None:
    """Follower of what calls a person (a failure, a doubt, a freeze, an alarm): a refund that nobody owns is the least loaded agent's."""
    assert isinstance(life, Refund)  # noqa: S101 - wiring binds this to moves of refunds alone
    if life.owner_id is not None:
        return
    owner = _least_loaded()
    if owner is not None:
        _own(life, owner, PLATFORM)


def may_own(refund: Refund, by: Actor) -> bool:
    """Whether `by` could take the refund in hand or give it to another."""
    return by.party is Party.PLATFORM and not by.only_reads and refund.stage in OPEN


def _given(ref: str, user_id: int, by: Actor) -> Refund:
    _, refund = take_life(Refund, ref, by)
    if by.party is not Party.PLATFORM or by.only_reads:
        raise NotYourMove(say("只有平台的人可以接手退款。", "Only the platform's people take refunds in hand."))
    if refund.stage not in OPEN:
        raise NoSuchMove(say("这笔退款已经办完。", "This refund is over."), code="refund_over")
    if not User.objects.filter(pk=user_id, is_active=True, memberships__role__in=HANDS).exists():
        raise Unprocessable.field("to", say("这个人不能接手退款。", "This person cannot take refunds in hand."), code="no_hand")
    _own(refund, user_id, by)
    return refund


def _own(refund: Refund, user_id: int, by: Actor) -> None:
    refund.owner_id = user_id
    refund.save(update_fields=["owner"])
    refund.tell("assign", by, facts={"refund": refund.ref, "owner": user_id}, audience="platform")


def _least_loaded() -> int | None:
    """The active agent with the fewest open refunds; a supervisor or administrator only where there is no agent."""
    loads = dict(
        Refund.objects.filter(stage__in=OPEN, owner__isnull=False).values_list("owner").annotate(n=Count("pk")).order_by("owner")
    )  # fmt: skip
    people = User.objects.filter(is_active=True, memberships__role__in=HANDS).annotate(
        agent=Count("memberships", filter=Q(memberships__role=Role.AGENT.value))
    )
    ranked = sorted((not agent, loads.get(pk, 0), pk) for pk, agent in people.values_list("pk", "agent"))
    return ranked[0][2] if ranked else None
