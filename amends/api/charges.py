"""Who bears a cost: charges, bearers and return-freight insurance.

The same verbs as the pages. What a caller may not decide alone answers 201 with the approval that was asked (`approval`), and nothing
is done yet.
"""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpResponse
from ninja import Router

from amends.api import shapes, telling
from amends.api.bearing_shapes import (
    BearerIn,
    BearerOut,
    BearersOut,
    ChargeAnswerIn,
    ChargeDecisionIn,
    ChargeDoneOut,
    ChargeGivingBackIn,
    ChargeIn,
    ChargeOut,
    ChargePaymentIn,
    ChargesOut,
    InsuranceIn,
    InsuranceOut,
    InsurerOut,
    InsurersOut,
)
from amends.api.bodies import Flag, NothingIn, Ref
from amends.api.callers import Asked
from amends.api.doing import done, done_or_asked, posting, reading
from amends.approvals.models import Approval
from amends.liability.hands import check_office
from amends.liability.models import Bearer, ChargeBackTo, Insurance
from amends.liability.queries import charges as charge_reads
from amends.liability.queries.insuring import insurers
from amends.liability.verbs import charging
from amends.liability.verbs.bearers import add_bearer
from amends.liability.verbs.deductions import announce_charge
from amends.liability.verbs.giving_back import give_back
from amends.liability.verbs.insuring import insure

router = Router(tags=["bearing"])


def _charge(row: charge_reads.ChargeRow) -> ChargeOut:
    one = row.charge
    return ChargeOut(
        ref=one.ref,
        case=row.case.ref,
        merchant=row.case.merchant.ref,
        party=one.party,
        bearer=one.bearer.ref if one.bearer else "",
        borne_by=one.borne_by,
        sum=shapes.Money(amount_minor=one.amount_minor, currency=one.unit),
        what=one.what,
        what_name=telling.text(row.what),
        clause=one.clause,
        stage=one.stage,
        stage_name=telling.text(row.stage),
        asked_at=one.made_at,
        due_at=row.due_at,
        asked_words=row.asked_words,
        answer_words=row.answer_words,
        decision_words=row.decision_words,
        you_may=list(row.can),
    )


def charged(request: Asked, run: Callable[[], ChargeBackTo | Approval], ref: str = "") -> HttpResponse:
    """The act was made once for its key; answers the charge as it stands, or the approval that was asked."""

    def told(made: ChargeBackTo | None, asked: str) -> ChargeDoneOut:
        return ChargeDoneOut(charge=_charge(charge_reads.charge(ref or (made.ref if made else ""), request.auth.actor)), approval=asked)

    return done_or_asked(request, run, told)


@reading(router, "/charges", ChargesOut, "Charges: who is asked to bear what")
def charges_listed(
    request: Asked,
    stage: Flag = "",
    party: Flag = "",
    bearer: Ref = "",
    case: Ref = "",
    open: Flag = "",
    after: Ref = "",
) -> ChargesOut:
    """The newest first; `open=yes` those that are not over. A merchant sees those asked of it or for it."""
    asked = {"stage": stage, "party": party, "bearer": bearer, "case": case, "open": open}
    found = charge_reads.charges(request.auth.actor, asked, after=after)
    return ChargesOut(items=[_charge(row) for row in found.rows], next=found.after or None)


@reading(router, "/charges/{ref}", ChargeOut, "One charge")
def charge_told(request: Asked, ref: str) -> ChargeOut:
    """With everybody's words and what the caller may do now."""
    return _charge(charge_reads.charge(ref, request.auth.actor))


@posting(router, "/cases/{ref}/charges", ChargeDoneOut, "Ask somebody to bear a cost")
def charge_asked(request: Asked, ref: str, body: ChargeIn) -> HttpResponse:
    """It waits for their answer; never more than is still borne and asked of nobody. The consumer waits for none of it."""
    return charged(request, lambda: charging.ask_bearer(ref, by=request.auth.actor, **body.model_dump()))


@posting(router, "/charges/{ref}/admission", ChargeDoneOut, "Admit a charge")
def charge_admission(request: Asked, ref: str, body: ChargeAnswerIn) -> HttpResponse:
    """It is owed and in the books."""
    return charged(request, lambda: charging.admit_liability(ref, words=body.words, by=request.auth.actor), ref)


@posting(router, "/charges/{ref}/denial", ChargeDoneOut, "Deny a charge")
def charge_denial(request: Asked, ref: str, body: ChargeAnswerIn) -> HttpResponse:
    """The platform decides, on the reasons given."""
    return charged(request, lambda: charging.deny_liability(ref, words=body.words, by=request.auth.actor), ref)


@posting(router, "/charges/{ref}/payment", ChargeDoneOut, "Pay a charge")
def charge_payment(request: Asked, ref: str, body: ChargePaymentIn) -> HttpResponse:
    """A merchant pays from what is held for it; for others the desk names the bank's reference."""
    return charged(request, lambda: charging.bear(ref, reference=body.reference, by=request.auth.actor), ref)


@posting(router, "/charges/{ref}/deduction", ChargeDoneOut, "Announce a charge's deduction again")
def charge_deduction(request: Asked, ref: str, body: NothingIn) -> HttpResponse:
    """After the one before was withdrawn: it is taken from the merchant's deposit when its notice has run, unless contested."""

    def run() -> ChargeBackTo:
        announce_charge(ref, by=request.auth.actor)
        return charge_reads.charge(ref, request.auth.actor).charge

    return charged(request, run, ref)


@posting(router, "/charges/{ref}/liability", ChargeDoneOut, "Hold liable")
def charge_liability(request: Asked, ref: str, body: ChargeDecisionIn) -> HttpResponse:
    """Whoever denied it bears it."""
    return charged(request, lambda: charging.hold_liable(ref, by=request.auth.actor, **body.model_dump()), ref)


@posting(router, "/charges/{ref}/excuse", ChargeDoneOut, "Excuse")
def charge_excuse(request: Asked, ref: str, body: ChargeDecisionIn) -> HttpResponse:
    """Whoever was asked does not bear it."""
    return charged(request, lambda: charging.excuse(ref, by=request.auth.actor, **body.model_dump()), ref)


@posting(router, "/charges/{ref}/write-off", ChargeDoneOut, "Write a charge off")
def charge_write_off(request: Asked, ref: str, body: ChargeDecisionIn) -> HttpResponse:
    """What could not be collected is the platform's loss."""
    return charged(request, lambda: charging.write_off(ref, by=request.auth.actor, **body.model_dump()), ref)


@posting(router, "/charges/{ref}/giving-back", ChargeDoneOut, "Give back what was paid for nothing")
def charge_giving_back(request: Asked, ref: str, body: ChargeGivingBackIn) -> HttpResponse:
    """All of it that the case no longer costs: to a merchant into what is held for it, to others by bank."""
    return charged(request, lambda: give_back(ref, by=request.auth.actor, **body.model_dump()), ref)


# ── bearers and insurance ────────────────────────────────────────────────────────────────────────────────────────────────────


def _bearer(row: Bearer) -> BearerOut:
    return BearerOut(ref=row.ref, kind=row.kind, key=row.key, name=telling.text(charge_reads.bearer_name(row)), contact=row.contact)


@reading(router, "/bearers", BearersOut, "Carriers, suppliers and insurers")
def bearers_listed(request: Asked, kind: Flag = "") -> BearersOut:
    """Who can be asked, and who insures. For the platform."""
    check_office(request.auth.actor)
    return BearersOut(items=[_bearer(row) for row in charge_reads.bearers(kind)])


@posting(router, "/bearers", BearerOut, "Put a bearer on record")
def bearer_added(request: Asked, body: BearerIn) -> HttpResponse:
    """Once for each kind and key."""
    return done(request, lambda: _bearer(add_bearer(by=request.auth.actor, **body.model_dump())))


def _insurance(row: Insurance) -> InsuranceOut:
    return InsuranceOut(
        ref=row.ref, insurer=row.insurer.ref, zone=row.zone, paid_by=row.paid_by, rules=row.rules_version,
        premium=shapes.Money(amount_minor=row.premium_minor, currency=row.currency), paid_out_minor=row.paid_out_minor,
        paid_out_at=row.paid_out_at, refused_because=row.refused_because,
    )  # fmt: skip


@posting(router, "/orders/{ref}/insurance", InsuranceOut, "Insure the way back of an order")
def order_insurance(request: Asked, ref: str, body: InsuranceIn) -> HttpResponse:
    """The premium is in the books; a return that is covered is paid once. Asked again on the same terms it is the same insurance."""
    return done(request, lambda: _insurance(insure(ref, by=request.auth.actor, **body.model_dump())))


@reading(router, "/insurers", InsurersOut, "Figures of insurers")
def insurers_told(request: Asked) -> InsurersOut:
    """Premiums, pay-outs and refusals by insurer and currency. For the platform."""
    check_office(request.auth.actor)
    return InsurersOut(
        items=[
            InsurerOut(ref=row.insurer.ref, name=telling.text(row.name), currency=row.currency, insured=row.insured,
                       premiums_minor=row.premiums, paid=row.paid, paid_minor=row.paid_minor, refused=row.refused)
            for row in insurers()
        ]
    )  # fmt: skip
