"""Approvals of money and the money rules: what waits, answering it, reviewing broken glass; versions written by one and signed by another.

Asking is no endpoint of its own: whatever is above the caller's limit (goodwill, a voucher, a deduction) answers with the approval.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

from django.http import HttpResponse
from ninja import Router, Schema
from pydantic import AfterValidator, Field, StringConstraints

from amends.api import shapes, telling
from amends.api.bodies import Body, NothingIn, Ref, Str, _storable
from amends.api.callers import Asked
from amends.api.doing import done, posting, reading
from amends.approvals import answering, queries, versions, words
from amends.approvals.differing import differences
from amends.approvals.models import Approval
from amends.cases.models import Case
from amends.kernel.refusals import NotFound
from amends.kernel.texts import Text
from amends.market.models import Consumer

router = Router(tags=["approvals"])
RulesText = Annotated[str, StringConstraints(max_length=200_000), AfterValidator(_storable)]
Why = Annotated[Str, Field(max_length=2000)]


class ApprovalOut(Schema):
    """A decision about money above the asker's limit. `you_may`: approve, refuse, withdraw, review, as far as roles and hands go.

    `state`: asked, granted, refused, withdrawn, lapsed, void; broken was done without approval and is to be reviewed by `review_due_at`.
    `because` are the limits it passes: alone, day, case, consumer, merchant. `rules` is the version of the money rules.
    """

    ref: str
    action: str
    action_name: shapes.TextOut
    does: shapes.TextOut
    sum: shapes.Money
    merchant: str
    case: str
    consumer: str
    state: str
    state_name: shapes.TextOut
    because: list[str]
    rules: str
    asked_by: str
    asked_as: str
    asked_at: datetime
    asked_why: str
    due_at: datetime
    decided_by: str
    decided_at: datetime | None
    decided_why: str
    outcome: str
    review_due_at: datetime | None
    reviewed_by: str
    reviewed_at: datetime | None
    reviewed_as: str
    reviewed_why: str
    you_may: list[str]


class ApprovalsOut(Schema):
    items: list[ApprovalOut]
    next: str | None = None


class ApprovalWhyIn(Body):
    """Why; a refusal needs it, the asker reads it."""

    why: Why = ""


class GlassReviewIn(Body):
    """What the review of something done without approval found, and why. Nothing is undone by it."""

    verdict: Literal["justified", "unjustified"]
    why: Why


class RulesVersionOut(Schema):
    """One version of the money rules. `standing`: written, signed, holds, replaced, withdrawn."""

    version: str
    standing: str
    standing_name: shapes.TextOut
    from_day: date
    in_force_from: datetime | None
    written_by: str
    written_at: datetime | None
    signed_by: str
    signed_at: datetime | None
    why: str
    you_may: list[str]


class RulesChangeOut(Schema):
    """One cell that differs from the version in force; null where it did not stand before, or stands no more."""

    path: str
    what: shapes.TextOut
    was: shapes.TextOut | None
    now: shapes.TextOut | None


class WholeRulesOut(RulesVersionOut):
    text: str
    changes: list[RulesChangeOut]


class RulesVersionsOut(Schema):
    items: list[RulesVersionOut]


class RulesIn(Body):
    """The whole text of a version (TOML) and why it changes. Refused with row, column and reason where it cannot be read."""

    body: RulesText
    why: Why


@reading(router, "/approvals", ApprovalsOut, "Approvals: what waits, or what is over")
def my_approvals(
    request: Asked, view: Literal["waiting", "mine", "ended", "alarms"] = "waiting", action: Str = "", state: Str = "", after: Ref = ""
) -> ApprovalsOut:
    """`waiting`: unanswered and unreviewed, nearest first. `mine`: what you asked. `ended`: newest first, by action and state. `alarms`:
    broken glass unreviewed in time or found unjustified. A shop sees its own, the platform all."""
    page = queries.listed(view, request.auth.actor, after=after, action=action, state=state)
    return ApprovalsOut(items=_outs(page.rows, request), next=page.after or None)


@reading(router, "/approvals/{ref}", ApprovalOut, "One approval")
def money_approval(request: Asked, ref: str) -> ApprovalOut:
    """With what granting it does."""
    return _one(ref, request)


@posting(router, "/approvals/{ref}/approval", ApprovalOut, "Approve and do it")
def grant_approval(request: Asked, ref: str, body: ApprovalWhyIn) -> HttpResponse:
    """Never by who asked. It is done in the same transaction; `void` where the thing has moved on and can't be done any more."""
    return done(request, lambda: _answered(answering.approve(ref, by=request.auth.actor, why=body.why), request))


@posting(router, "/approvals/{ref}/refusal", ApprovalOut, "Turn it down")
def refuse_approval(request: Asked, ref: str, body: ApprovalWhyIn) -> HttpResponse:
    """With a reason that the asker reads."""
    return done(request, lambda: _answered(answering.refuse(ref, by=request.auth.actor, why=body.why), request))


@posting(router, "/approvals/{ref}/withdrawal", ApprovalOut, "Withdraw what you asked")
def withdraw_approval(request: Asked, ref: str, body: NothingIn) -> HttpResponse:
    """By the asker alone."""
    return done(request, lambda: _answered(answering.withdraw(ref, by=request.auth.actor), request))


@posting(router, "/approvals/{ref}/review", ApprovalOut, "Review what was done without approval")
def review_broken_glass(request: Asked, ref: str, body: GlassReviewIn) -> HttpResponse:
    """By another who could have approved it."""
    return done(request, lambda: _answered(answering.review(ref, by=request.auth.actor, verdict=body.verdict, why=body.why), request))


@reading(router, "/money-rules", RulesVersionsOut, "Versions of the money rules")
def money_rules(request: Asked) -> RulesVersionsOut:
    """Newest first; the one that comes with the program is last."""
    _office(request)
    return RulesVersionsOut(items=[RulesVersionOut(**_version(found, request)) for found in versions.versions()])


@reading(router, "/money-rules/{version}", WholeRulesOut, "One version of the money rules")
def money_rules_version(request: Asked, version: str) -> WholeRulesOut:
    """Its text, and each cell that differs from the version in force."""
    _office(request)
    found, holds = versions.version(version), versions.current()
    changes = [
        RulesChangeOut(path=c.path, what=telling.text(c.what), was=_said(c.was), now=_said(c.now))
        for c in differences(holds.rules, found.rules)
    ]
    return WholeRulesOut(**_version(found, request), text=found.text, changes=changes)


@posting(router, "/money-rules", RulesVersionOut, "Write a version of the money rules")
def write_money_rules(request: Asked, body: RulesIn) -> HttpResponse:
    """It waits for another's signature."""
    _office(request)
    return done(request, lambda: _told(versions.write(body.body, why=body.why, by=request.auth.actor).version, request))


@posting(router, "/money-rules/{version}/signature", RulesVersionOut, "Sign a version")
def sign_money_rules(request: Asked, version: str, body: NothingIn) -> HttpResponse:
    """Never by who wrote it. It holds from its own day on, or from now."""
    _office(request)
    return done(request, lambda: _told(versions.sign(version, by=request.auth.actor).version, request))


@posting(router, "/money-rules/{version}/withdrawal", RulesVersionOut, "Withdraw a version that does not hold yet")
def withdraw_money_rules(request: Asked, version: str, body: NothingIn) -> HttpResponse:
    """What holds is replaced instead."""
    _office(request)
    return done(request, lambda: _told(versions.withdraw(version, by=request.auth.actor).version, request))


# ── shapes ───────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _office(request: Asked) -> None:
    if not request.auth.actor.may_enter("office"):
        raise NotFound


def _said(text: Text | None) -> shapes.TextOut | None:
    return telling.text(text) if text is not None else None


def _one(ref: str, request: Asked) -> ApprovalOut:
    return _outs([queries.approval(ref, request.auth.actor)], request)[0]


def _answered(row: Approval, request: Asked) -> ApprovalOut:
    return _one(row.ref, request)


def _outs(rows: list[Approval], request: Asked) -> list[ApprovalOut]:
    cases = dict(Case.objects.filter(pk__in=[row.case_id for row in rows if row.case_id]).order_by("pk").values_list("pk", "ref"))
    consumers = dict(Consumer.objects.filter(pk__in=[row.consumer_id for row in rows]).order_by("pk").values_list("pk", "ref"))
    return [
        ApprovalOut(**_out(row, request), case=cases.get(row.case_id or 0, ""), consumer=consumers.get(row.consumer_id or 0, ""))
        for row in rows
    ]


def _out(row: Approval, request: Asked) -> dict[str, Any]:
    same = (
        "ref", "action", "state", "asked_as", "asked_at", "asked_why", "due_at", "decided_at", "decided_why", "outcome", "review_due_at",
        "reviewed_at", "reviewed_as", "reviewed_why",
    )  # fmt: skip
    return {
        **{name: getattr(row, name) for name in same},
        "action_name": telling.text(words.action_words(row)), "does": telling.text(queries.what_it_does(row)),
        "sum": shapes.Money(amount_minor=row.amount_minor, currency=row.unit), "merchant": row.merchant.ref,
        "state_name": telling.text(words.state_words(row)), "because": row.payload["because"], "rules": row.payload["rules"],
        "asked_by": row.asked_by.name, "decided_by": row.decided_by.name if row.decided_by else "",
        "reviewed_by": row.reviewed_by.name if row.reviewed_by else "", "you_may": list(queries.may(row, request.auth.actor)),
    }  # fmt: skip


def _told(name: str, request: Asked) -> RulesVersionOut:
    return RulesVersionOut(**_version(versions.version(name), request))


def _version(found: versions.Version, request: Asked) -> dict[str, Any]:
    row = found.row
    return {
        "version": found.name, "standing": found.standing.value, "standing_name": telling.text(found.standing_name),
        "from_day": found.rules.in_force_from, "in_force_from": row and row.in_force_from,
        "written_by": row.written_by.name if row and row.written_by else "", "written_at": row and row.written_at,
        "signed_by": row.signed_by.name if row and row.signed_by else "", "signed_at": row and row.signed_at, "why": row.why if row else "",
        "you_may": list(versions.may(found, request.auth.actor)),
    }  # fmt: skip
