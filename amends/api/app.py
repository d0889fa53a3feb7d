"""The API as one object: its routers, its problems, and the OpenAPI document that is exported to docs/api."""

from __future__ import annotations

from typing import Any

from ninja import NinjaAPI
from ninja.openapi.schema import OpenAPISchema
from ninja.operation import Operation

from amends.api import (
    announcements,
    appeals,
    approvals,
    bank,
    carriers,
    carrying,
    cases,
    charges,
    compensation,
    complaints,
    consultations,
    deliveries,
    deposits,
    desk,
    figures,
    gateways,
    hooks_carriers,
    hooks_mail,
    hooks_messages,
    hooks_payments,
    incidents,
    judging,
    ledger,
    loans,
    money,
    notices,
    office_notices,
    orders,
    parcels,
    policy,
    policy_drafts,
    policy_simulations,
    promises,
    proofs,
    purses,
    receiving,
    reconciliation,
    repairs,
    replacements,
    stock,
    talks,
    tasks,
    webhooks,
    whole,
    workshops,
)
from amends.api.callers import KeyAuth, SessionAuth
from amends.api.problems import MEDIA, register

ABOUT = """Orders in, cases opened, answered, carried out and rated: the same verbs as the pages.

**密钥 / Keys** `Authorization: Bearer am_…`, acting as the membership it was made for. A session works too, with its CSRF token.
**一次 / Once** every POST that makes something carries an `Idempotency-Key`; the same key has the same answer for 30 days, then with
`Idempotent-Replayed: true`.
**拒绝 / Refusals** are RFC 9457 problems with `code`, `fields` and the sentence in Chinese and English; what you may not see is 404.
**金额 / Sums** are whole minor units with their currency; **时间 / instants** are RFC 3339 in UTC.
**分页 / Pages** `next` of one page is `after` of the following.
"""


class AmendsAPI(NinjaAPI):
    """NinjaAPI whose document says what is really sent: problems as problem+json."""

    def get_openapi_schema(self, **options: Any) -> OpenAPISchema:
        """The document, with the media type of every refusal put right."""
        document = super().get_openapi_schema(**options)
        for methods in document["paths"].values():
            for operation in methods.values():
                _put_right(operation["responses"])
        # The cookie is named after the port, so that two that run side by side keep their sign-ins apart.
        document["components"]["securitySchemes"]["SessionAuth"]["name"] = "amends_session_8000"
        return document

    def get_openapi_operation_id(self, operation: Operation) -> str:
        """The name of the function: what a generated client calls it."""
        return operation.view_func.__name__


def _put_right(responses: dict[Any, Any]) -> None:
    for status, answer in responses.items():
        content = answer.get("content", {})
        if int(status) >= 400 and "application/json" in content:
            content[MEDIA] = content.pop("application/json")
        if int(status) == 201:
            answer["headers"] = {
                "Idempotent-Replayed": {"schema": {"type": "string", "enum": ["true"]}, "description": "Only on a second answer."}
            }


api = AmendsAPI(title="Amends", version="1.0.0", description=ABOUT, auth=[KeyAuth(), SessionAuth()], urls_namespace="api")
register(api)
ROUTERS = (
    orders.router, cases.router, replacements.router, repairs.router, parcels.router, parcels.addresses, carrying.parcels,
    carrying.reviews, judging.router, carrying.refunds, money.router, desk.router, notices.router,
    office_notices.router, announcements.router, figures.router, ledger.router,
    approvals.router, policy.router, policy_drafts.router, policy_simulations.router, promises.router, compensation.router, purses.router,
    proofs.router, webhooks.router, whole.router, gateways.router, hooks_payments.router, hooks_carriers.router, carriers.router,
    hooks_messages.router, hooks_mail.router, incidents.router,
    receiving.router, stock.router, workshops.router, loans.router, consultations.router, appeals.router, tasks.router, complaints.router,
    reconciliation.router, bank.router, charges.router, deliveries.router, deposits.router, talks.router,
)  # fmt: skip
for part in ROUTERS:
    api.add_router("/v1", part)
