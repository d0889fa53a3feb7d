"""What was decided to be given is carried out: a grant without goods (S19), fulfilled by a refund, a voucher that is issued, or points.

Called in the transaction of the decision: by whoever gave it alone (giving.py), by whoever approved it, or by the job that follows a
claim which was granted. Invariant: a grant of ours leads to exactly one refund, voucher or move of points.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import Q

from amends.approvals.models import Approval
from amends.approvals.rules_of_money import rules_on
from amends.cases import acting
from amends.cases.grants import open_grants, owe_extra, owe_share, owe_sum
from amends.cases.left import answers_claim
from amends.cases.life import LifeRow
from amends.cases.models import Case, Entry, Grant
from amends.cases.record import an_act
from amends.cases.rules.mix import Part
from amends.cases.rules.owing import AGAIN
from amends.cases.taking import take_case_of
from amends.compensation.articles import line_of, units_for
from amends.compensation.models import Voucher
from amends.compensation.offers import BASIS, check_stage, claim_basis, decided_claims
from amends.compensation.purses import give_points
from amends.compensation.rules import PLATFORMS, POINTS, Kind, voucher_unit
from amends.compensation.vouchers import MOST_MINOR, Terms, check_bounds, facts_of, issue
from amends.kernel import clock
from amends.kernel.refusals import NoSuchMove, Unprocessable
from amends.kernel.texts import say
from amends.people.rules import PLATFORM, Actor
from amends.policy.rules.facts import Remedy
from amends.refunds.intents import intend_for

PAID_BY_REFUND = (Remedy.PRICE_ADJUSTMENT.value, Remedy.GOODWILL.value)
WITHOUT_GOODS = (*PAID_BY_REFUND, Remedy.VOUCHER.value)


def run_offer(payload: Mapping[str, Any], asker: Actor, approver: Actor, approval: Approval) -> str:
    """What was asked and is granted now is given, with the asker as cause; answers what came of it. For approvals.register."""
    if payload.get("what") == "voucher":
        return issue_free(payload, asker).ref
    case = take_case_of(payload["case"])
    check_stage(case)
    return carry_out(case, payload, asker)


def carry_out(case: Case, given: Mapping[str, Any], by: Actor) -> str:
    """`given` (offers.checked) is the consumer's, and the timeline says so; answers the reference of the voucher, or of the case."""
    kind, minor = Kind(given["kind"]), int(given["amount_minor"])
    told: dict[str, Any] = {
        name: given[name] for name in ("kind", "amount_minor", "unit", "borne_by", "claim", "text", "digest") if name in given
    }
    came = case.ref
    if kind is Kind.VOUCHER:
        voucher = _voucher(case, given, minor, by)
        told |= facts_of(voucher) | {"grants": [voucher.grant_id]}
        came = voucher.ref
    elif kind is Kind.POINTS:
        told["grants"] = [_points(case, minor, by).pk]
    else:
        grants = _in_money(case, kind, given, minor, by)
        told["grants"] = [grant.pk for grant in grants]
        for grant in grants:
            intend_for(grant, by)
    case.tell("compensate", by, facts=told)
    return came


def _in_money(case: Case, kind: Kind, given: Mapping[str, Any], minor: int, by: Actor) -> list[Grant]:
    """The grants that refunds will fulfil."""
    if kind is Kind.PRICE_ADJUSTMENT:
        remedy = Remedy.PRICE_ADJUSTMENT
        parts = units_for(case, given["line"], given["quantity"], minor)
        return [owe_share(case, unit, amount_minor=part, remedy=remedy, basis=BASIS, by=by) for unit, part in parts]
    if kind is Kind.EXTRA:
        return [owe_extra(case, line_of(case, given["line"]), part=given["part"], amount_minor=minor, basis=BASIS, by=by)]
    return [_sum(case, given, minor, by)]


def issue_free(payload: Mapping[str, Any], by: Actor) -> Voucher:
    """A voucher that stands in no case, as decided."""
    terms = Terms(payload["currency"], payload["amount_minor"], payload["min_spend_minor"], payload["scope"], payload["days"])
    return issue(
        terms, merchant_id=payload["merchant"], consumer_id=payload["consumer"], given_by=payload["borne_by"],
        cause=f"voucher:{payload['key']}:issue", reason=payload.get("reason", ""),
    )  # fmt: skip


# ── a part of what was settled or ruled ──────────────────────────────────────────────────────────────────────────────────────


def check_part_of_mix(case: Case, part: Part, by: Actor) -> None:
    """A sum beyond the order that an offer or a ruling names is one that its bearer gives, within the bounds of its kind; for
    cases.hooks.CHECKS_SUM. Whose hand may promise it, talks.limits and the second reader say. Raises Unprocessable."""
    kind, minor = Kind(part.remedy), part.amount_minor or 0
    if kind in PLATFORMS and part.borne_by != "platform":
        raise Unprocessable.field("parts", say("积分由平台给。", "Points are the platform's to give."), code="platforms_to_give")
    if minor > MOST_MINOR or (kind is Kind.POINTS and minor > rules_on(clock.now()).points.most_points):
        raise Unprocessable.field("parts", say("金额太大了。", "The amount is too large."), code="wrong_amount")
    if kind is Kind.VOUCHER:
        check_bounds(Terms(case.currency, minor))


def give_part_of_mix(case: Case, part: Part, basis: str, by: Actor) -> Grant:
    """A sum beyond the order that was settled or ruled is the consumer's: a refund is intended, a voucher issued, points given. For
    cases.hooks.GIVES."""
    kind, minor = Kind(part.remedy), part.amount_minor or 0
    if kind is Kind.POINTS:
        return _points(case, minor, by, basis=basis)
    remedy, unit = (Remedy.VOUCHER, voucher_unit(case.currency)) if kind is Kind.VOUCHER else (Remedy.GOODWILL, case.currency)
    grant = owe_sum(case, amount_minor=minor, currency=unit, remedy=remedy, basis=basis, borne_by=part.borne_by, by=by)
    if kind is Kind.VOUCHER:
        _voucher_for(case, grant, minor, Terms(case.currency, minor), part.borne_by, by)
    else:
        intend_for(grant, by)
    return grant


# ── a claim that was granted ─────────────────────────────────────────────────────────────────────────────────────────────────


def begin_grants(entry: Entry) -> None:
    """Job: every owed price adjustment, goodwill payment and voucher of a claim that was granted is begun and delivered."""
    _begin(entry.case_id)


@an_act
def _begin(case_id: int) -> None:
    case = take_case_of(case_id)
    for grant in open_grants(case):
        if grant.remedy not in WITHOUT_GOODS or grant.basis == BASIS or not grant.may("begin", PLATFORM):
            continue
        if grant.remedy in PAID_BY_REFUND:
            intend_for(grant, PLATFORM)
        else:
            _voucher_for(case, grant, grant.amount_minor, Terms(case.currency, grant.amount_minor), "merchant", PLATFORM)


def nothing_on_its_way(life: LifeRow, by: Actor) -> None:
    """Guard of `withdraw` and `accept_refusal`: what is owed beside the claim must have arrived, or it would be left without a case.

    Beside the claim is all that does not answer it: what was given, a sum that was decided, insurance, what came back and is owed again.
    """
    assert isinstance(life, Case)  # noqa: S101 - wiring binds this to moves of cases alone
    mine = Grant.objects.filter(merchant_id=life.merchant_id, case_id=life.pk, stage__in=["owed", "doing"])
    if mine.exclude(answers_claim(life) & ~Q(parts__has_key=AGAIN)).exists():
        waits = say("这张售后单还有钱没到账，到账后再操作。", "Money of this case is on its way; try again once it has arrived.")
        raise NoSuchMove(waits, code="compensation_on_its_way")


# ── how each is given ────────────────────────────────────────────────────────────────────────────────────────────────────────


def _sum(case: Case, given: Mapping[str, Any], minor: int, by: Actor) -> Grant:
    basis = BASIS
    if name := given.get("claim"):
        left = next((one.left_minor for one in decided_claims(case) if one.name == name), 0)
        if minor > left:
            raise Unprocessable.field(
                "amount_minor", say("超过这项赔偿还能给的金额。", "It is more than what is left of this claim."), code="above_claim"
            )
        basis = claim_basis(name)
    return owe_sum(
        case, amount_minor=minor, currency=case.currency, remedy=Remedy.GOODWILL, basis=basis, borne_by=given["borne_by"], by=by,
        facts={"kind": given["kind"]},
    )  # fmt: skip


def _voucher(case: Case, given: Mapping[str, Any], minor: int, by: Actor) -> Voucher:
    grant = owe_sum(
        case, amount_minor=minor, currency=given["unit"], remedy=Remedy.VOUCHER, basis=BASIS, borne_by=given["borne_by"], by=by,
    )  # fmt: skip
    terms = Terms(case.currency, minor, given["min_spend_minor"], given["scope"], given["days"])
    return _voucher_for(case, grant, minor, terms, given["borne_by"], by)


def _voucher_for(case: Case, grant: Grant, minor: int, terms: Terms, given_by: str, by: Actor) -> Voucher:
    grant.follow("begin", by)
    voucher = issue(
        terms, merchant_id=case.merchant_id, consumer_id=case.consumer_id, given_by=given_by, case=case, grant=grant,
        cause=_cause(grant),
    )  # fmt: skip
    grant.follow("fulfil", by, facts={"amount_minor": minor, "voucher": voucher.ref})
    return voucher


def _points(case: Case, points: int, by: Actor, *, basis: str = BASIS) -> Grant:
    grant = owe_sum(case, amount_minor=points, currency=POINTS, remedy=Remedy.GOODWILL, basis=basis, borne_by="platform", by=by)
    grant.follow("begin", by)
    give_points(
        case.consumer_id, points, merchant_id=case.merchant_id, key=f"grant:{grant.pk}", cause=_cause(grant), case_id=case.pk,
        grant_id=grant.pk,
    )  # fmt: skip
    grant.follow("fulfil", by, facts={"amount_minor": points, "unit": POINTS})
    return grant


def _cause(grant: Grant) -> str:
    """The timeline row that a posting rests on: the grant's fulfilment in this very act."""
    return f"grant:{grant.pk}:fulfil:{acting.current().key}"
