"""Loan units and who has them, as JSON: for the merchant and its workshops; the consumer says when one is on its way back."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpResponse
from ninja import Router

from amends.api import workshop_shapes as out
from amends.api.bodies import NothingIn
from amends.api.callers import Asked
from amends.api.doing import done, posting, reading
from amends.repairs import loans as lending
from amends.repairs import workshops as keeping
from amends.repairs.models import Loan, LoanUnit

router = Router(tags=["workshops"])


@reading(router, "/loan-units", out.LoanUnitsOut, "Units that may be lent")
def loan_units(request: Asked) -> out.LoanUnitsOut:
    """A merchant's own, or a workshop's; 200 at most."""
    return out.LoanUnitsOut(items=[out.loan_unit_out(row) for row in keeping.loan_units(request.auth.actor)[:200]])


@posting(router, "/loan-units", out.LoanUnitOut, "Tell a unit that may be lent")
def loan_unit_saving(request: Asked, body: out.LoanUnitIn) -> HttpResponse:
    """A unit more."""
    return done(request, lambda: _unit(keeping.save_loan_unit(out.given(body), by=request.auth.actor)))


@posting(router, "/loan-units/{ref}", out.LoanUnitOut, "Change a unit that may be lent")
def loan_unit_changing(request: Asked, ref: str, body: out.LoanUnitIn) -> HttpResponse:
    """The unit is as the body says."""
    return done(request, lambda: _unit(keeping.save_loan_unit(out.given(body), ref=ref, by=request.auth.actor)))


@posting(router, "/loan-units/{ref}/ending", out.LoanUnitOut, "A unit is lent no more")
def loan_unit_ending(request: Asked, ref: str, body: NothingIn) -> HttpResponse:
    """Refused while somebody has it."""
    return done(request, lambda: _unit(keeping.end_loan_unit(ref, by=request.auth.actor)))


@reading(router, "/loans", out.LoansOut, "Loans")
def loans(request: Asked) -> out.LoansOut:
    """What the caller may know of, newest first, 200 at most."""
    return out.LoansOut(items=[out.loan_out(row) for row in lending.loans_seen_by(request.auth.actor)[:200]])


@posting(router, "/repairs/{ref}/loan", out.LoanOut, "Promise a loan unit")
def loan_promising(request: Asked, ref: str, body: out.LendIn) -> HttpResponse:
    """The consumer of this repair is promised a unit."""
    return _done(request, lambda: lending.promise_loan(ref, unit=body.unit, by=request.auth.actor))


@posting(router, "/loans/{ref}/hand-out", out.LoanOut, "Hand a loan unit out")
def loan_handing(request: Asked, ref: str, body: out.ConditionIn) -> HttpResponse:
    """The consumer has it."""
    return _done(request, lambda: lending.hand_out(ref, condition=body.condition, by=request.auth.actor))


@posting(router, "/loans/{ref}/sending", out.LoanOut, "The consumer sends it back")
def loan_sending(request: Asked, ref: str, body: NothingIn) -> HttpResponse:
    """It is on its way back."""
    return _done(request, lambda: lending.send_back_loan(ref, by=request.auth.actor))


@posting(router, "/loans/{ref}/return", out.LoanOut, "A loan unit is back")
def loan_returning(request: Asked, ref: str, body: out.ConditionIn) -> HttpResponse:
    """It can be lent again."""
    return _done(request, lambda: lending.bring_back(ref, condition=body.condition, by=request.auth.actor))


@posting(router, "/loans/{ref}/write-off", out.LoanOut, "Write a loan unit off")
def loan_writing_off(request: Asked, ref: str, body: out.WriteOffIn) -> HttpResponse:
    """It is lent no more; with `charge` the consumer is asked for what it is worth."""
    return _done(request, lambda: lending.write_off_loan(ref, charge=body.charge, by=request.auth.actor))


@posting(router, "/loans/{ref}/dropping", out.LoanOut, "Take a promise back")
def loan_dropping(request: Asked, ref: str, body: NothingIn) -> HttpResponse:
    """Nothing was handed out."""
    return _done(request, lambda: lending.drop_loan(ref, by=request.auth.actor))


def _done(request: Asked, run: Callable[[], Loan]) -> HttpResponse:
    def told() -> out.LoanOut:
        row = run()
        return out.loan_out(Loan.objects.select_related("case", "repair", "unit").get(merchant_id=row.merchant_id, pk=row.pk))

    return done(request, told)


def _unit(row: LoanUnit) -> out.LoanUnitOut:
    return out.loan_unit_out(LoanUnit.objects.select_related("workshop").get(merchant_id=row.merchant_id, pk=row.pk))
