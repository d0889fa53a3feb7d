"""B16 and B14, generated from the router: what is not yours does not exist, at any address; and every POST twice is one.

A new endpoint is in here by itself. One that the tables below cannot fill or answer fails the test until somebody thinks about it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction

from amends.cases.models import Case, Entry, Evidence
from amends.kernel import clock
from amends.kernel.refs import new_ref
from amends.plumbing.models import Idempotency
from tests.cast import START, an_order, answered
from tests.proofs.api_bodies import ENDPOINTS, body_of, fields_of
from tests.proofs.api_world import OWNERS, World, a_world, asks, undone

# What belongs to nobody in particular: answered for everybody, empty of others' rows.
LISTS = {
    "/api/v1/orders", "/api/v1/cases", "/api/v1/queue", "/api/v1/notices", "/api/v1/figures/cases", "/api/v1/policy/drafts",
    "/api/v1/policy/simulations", "/api/v1/webhooks", "/api/v1/promises", "/api/v1/promises/figures", "/api/v1/contacts",
    "/api/v1/push-subscriptions", "/api/v1/announcements/shown", "/api/v1/refunds", "/api/v1/chargebacks",
    "/api/v1/appeals",
    "/api/v1/approvals", "/api/v1/charges", "/api/v1/vouchers", "/api/v1/tracks",
    "/api/v1/deliveries", "/api/v1/proposals", "/api/v1/replacements", "/api/v1/repairs",
    "/api/v1/workshops", "/api/v1/visits", "/api/v1/loan-units", "/api/v1/loans", "/api/v1/consultations",
    "/api/v1/tasks", "/api/v1/departments", "/api/v1/complaints", "/api/v1/quick-replies", "/api/v1/testing-bodies",
    "/api/v1/receiving/batches", "/api/v1/receiving/shelf", "/api/v1/stock/levels", "/api/v1/stock/moves",
}  # fmt: skip
# The rules are everybody's to read and to ask: L7 art. 12.
RULES = {f"/api/v1/policy/{name}" for name in ("decisions", "facts-schema", "golden", "packs", "versions")}
OWN = {"/api/v1/preferences", "/api/v1/notices/reading", "/api/v1/arbiters", "/api/v1/arbiters/absence", "/api/v1/arbiters/relations"}
# What a shop's own listings cost: asked by the listing, and not there for anybody else.
PRICES = {"/api/v1/prices"}
# A shop's own book: it does not exist for who keeps none.
BOOK = {"/api/v1/return-addresses"}
# Signed by a service outside, each in its own way.
HOOKS = {path for _, path in ENDPOINTS if "/hooks/" in path}
# What the office keeps does not exist for anybody else.
OFFICE = {f"/api/v1/{name}" for name in ("notices/table", "notices/preview", "notices/tests", "messages", "announcements")}
OFFICE |= {"/api/v1/gateways", "/api/v1/gateways/pushes", "/api/v1/carriers", "/api/v1/carriers/pushes"}
OFFICE |= {"/api/v1/testing-bodies/ending"}
DESK = {"/api/v1/incidents", "/api/v1/departments/seats", "/api/v1/departments/seats/end"}
"""The platform's people's, arbiters among them."""
OFFICE |= DESK
OFFICE |= {"/api/v1/money-rules", "/api/v1/bearers", "/api/v1/insurers"}
OFFICE |= {f"/api/v1/reconciliation/{name}" for name in ("differences", "trend", "runs", "statements")}
OFFICE |= {"/api/v1/bank/waiting", "/api/v1/bank/batches", "/api/v1/links"}
# And the books as a whole are for the platform's people: arbiters among them.
BOOKS = {"/api/v1/ledger/balances", "/api/v1/ledger/checks"}
OFFICE |= BOOKS
OF_EVERYBODY = LISTS | RULES | OWN | PRICES | BOOK | HOOKS | OFFICE | {"/api/v1/figures", "/api/v1/webhooks/events"}
PUBLISHED = {"/api/v1/policy/packs/{stamp}", "/api/v1/policy/versions/{pack_id}/{version}"}
NAMED = [(method, path) for method, path in ENDPOINTS if "{" in path and path not in PUBLISHED | HOOKS]
# What this world is not ready for: nobody may do it now, so that twice is only the same refusal twice. May only grow shorter: a new
# address is made possible in api_world.py.
NOT_NOW = {f"/api/v1/{path}" for path in (
    "announcements/{ref}/publication", "announcements/{ref}/text", "approvals/{ref}/approval", "approvals/{ref}/refusal",
    "approvals/{ref}/review", "bank/batches/{ref}/confirmation", "bank/batches/{ref}/discarding", "bank/batches/{ref}/file",
    "bank/batches/{ref}/release", "carriers/{name}/pushes/{event}/again", "cases/{ref}/charges", "cases/{ref}/enquiries",
    "cases/{ref}/inspections/{inspection}/contest", "cases/{ref}/inspections/{inspection}/disposal",
    "cases/{ref}/inspections/{inspection}/finding-acceptance", "cases/{ref}/proof", "cases/{ref}/rating", "cases/{ref}/refusal-acceptance",
    "cases/{ref}/standing", "cases/{ref}/supplements", "charges/{ref}/deduction", "charges/{ref}/giving-back", "charges/{ref}/liability",
    "charges/{ref}/payment", "charges/{ref}/write-off", "consultations/{ref}/join", "contacts/{contact}/code",
    "contacts/{contact}/confirmation", "deliveries/{ref}/redelivery", "deposit-moves/{ref}/release", "deposit-moves/{ref}/upholding",
    "deposits/{merchant}/holds", "deposits/{merchant}/pay-outs", "deposits/{merchant}/terms", "gateways/{name}/probe",
    "gateways/{name}/pushes/{event}/again", "messages/{ref}/again", "money-rules/{version}/signature", "orders/{ref}/considerations",
    "orders/{ref}/insurance", "parcels/{ref}/address", "parcels/{ref}/collection", "parcels/{ref}/company", "parcels/{ref}/destruction",
    "parcels/{ref}/freight", "parcels/{ref}/home-dispatch", "parcels/{ref}/interception", "parcels/{ref}/keeping", "parcels/{ref}/label",
    "parcels/{ref}/label-voiding", "parcels/{ref}/pickup-cancellation", "parcels/{ref}/pickup-change", "parcels/{ref}/receipt",
    "parcels/{ref}/refusal", "policy/drafts/{ref}/publication", "policy/drafts/{ref}/signature", "policy/simulations/{ref}/resumption",
    "purses/{consumer}/corrections", "reconciliation/differences/{ref}/explanation", "reconciliation/differences/{ref}/owner",
    "refunds/{ref}/recheck", "refunds/{ref}/redirection", "refunds/{ref}/retry", "repairs/{ref}/fault", "reviews/{ref}/reassignment",
    "reviews/{ref}/reply-closing", "reviews/{ref}/ruling", "reviews/{ref}/more", "reviews/{ref}/tests", "reviews/{ref}/test-report",
    "reviews/{ref}/test-link", "reviews/{ref}/draft", "reviews/{ref}/draft-return", "cases/{ref}/ruling-acceptance",
    "supplements/{ref}/payment", "tracks/{track}/ask",
)}  # fmt: skip
# Another shop, another consumer, and who work at workshops that do nothing for Anna: one of another shop, one of the same.
STRANGERS = ("rival", "berta", "fern", "wes")
POSTS = [path for method, path in ENDPOINTS if method == "post" and "hooks" not in path]


@pytest.fixture(scope="module")
def built(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    """One world for all, in a transaction that is never committed."""
    with django_db_blocker.unblock(), clock.stepped(START), transaction.atomic():
        yield a_world()
        transaction.set_rollback(True)


@pytest.fixture
def world(built: World) -> Iterator[World]:
    """What one test leaves behind, the next does not meet."""
    with undone():
        yield built


def test_what_is_not_yours_does_not_exist(world: World) -> None:
    assert [wrong for method, template in NAMED for wrong in seen_by_strangers(world, method, template)] == []


def seen_by_strangers(world: World, method: str, template: str) -> list[str]:
    """What tells a stranger that this address of Anna's is there; and whether it is there for her own side, else nothing is proved."""
    path, nobody = world.path(template), re.sub(r"[A-Z]{2}-[0-9A-Z-]{14}", new_ref("AS"), world.path(template))
    wrong = []
    with undone():
        before = Entry.objects.count(), Evidence.objects.count()
        for stranger in STRANGERS:
            answer = asks(world.by[stranger], method, template, path)
            if answer.status_code != 404 or answer.json() != asks(world.by[stranger], method, template, nobody).json():
                wrong.append(f"{stranger} {method} {path}: {answer.status_code} {answer.content[:300]!r}")
        if (Entry.objects.count(), Evidence.objects.count()) != before:
            wrong.append(f"{method} {path} leaves a trace")
        if all(asks(world.by[name], method, template, path).status_code == 404 for name in OWNERS):
            wrong.append(f"{method} {path} is 404 for its own people too: the test proves nothing")
    return wrong


def test_lists_hold_nothing_of_others(world: World) -> None:
    assert {path for _, path in ENDPOINTS if "{" not in path} == {path for path in OF_EVERYBODY if "{" not in path}
    for path in LISTS:
        for stranger in STRANGERS:
            items = world.by[stranger].get(path).json()["items"]
            own = {"rival": ["far"], "fern": ["far"], "wes": ["west"]}.get(stranger, []) if path == "/api/v1/workshops" else []
            assert [item.get("key") for item in items] == own, f"{stranger} {path}"
    assert world.by["rival"].get("/cases", order=world.refs["orders"]).json()["items"] == []


def test_what_the_office_keeps_does_not_exist_for_others(world: World) -> None:
    for stranger in ("anna", "bolt", "judge", "wes"):
        for method, path in ENDPOINTS:
            if path in OFFICE and not (stranger == "judge" and path in BOOKS | DESK):
                program = world.by[stranger]
                answer = program.get(path, case="x", kind="x", to="x") if method == "get" else program.post(path, body_of(path))
                assert answer.status_code == 404, f"{stranger} {method} {path}"


def test_an_application_for_a_foreign_order_finds_none(world: World) -> None:
    body = {"order": world.refs["orders"], "lines": [{"position": 1, "quantity": 1}], "issue": "no_reason", "remedy": "return_refund"}
    before = Case.objects.count()
    for stranger in ("rival", "berta"):
        answer = world.by[stranger].post("/cases", body)
        assert answer.status_code == 404 and answer.json()["code"] == "not_found"
    assert Case.objects.count() == before


def test_every_post_twice_is_one(world: World) -> None:
    """Whoever may do it does it twice with one key: the same answer, and nothing more on record."""
    ends = {template: twice(world, template) for template in POSTS if "{" in template}
    assert {template: end for template, end in ends.items() if end not in ("one", "refused")} == {}
    assert {template for template, end in ends.items() if end == "refused"} <= NOT_NOW, "nobody could do it: the test proves nothing"


def twice(world: World, template: str) -> str:
    """`one`: somebody did it and the second answer was the first; `refused`: of its own people nobody may in this world, twice the same."""
    path = world.path(template)
    with undone():
        for name in OWNERS:
            first = asks(world.by[name], "post", template, path, once="twice")
            count = Entry.objects.count(), Evidence.objects.count(), Idempotency.objects.count()
            second = asks(world.by[name], "post", template, path, once="twice")
            same = (Entry.objects.count(), Evidence.objects.count(), Idempotency.objects.count()) == count
            if first.status_code == 201:
                repeated = first.content == second.content and second["Idempotent-Replayed"] == "true"
                return "one" if same and repeated else f"{name}: {second.status_code} {second.content[:300]!r}"
            if not same or first.status_code != second.status_code or first.status_code not in (403, 404, 409, 422):
                return f"{name}: {first.status_code}, then {second.status_code}"
    return "refused"


HOSTILE: tuple[dict[str, Any], ...] = ({"stage": "closed"}, {"amount_minor": 1}, {"merchant_id": 2}, {"by": "platform"})


def test_a_body_is_never_the_row(world: World) -> None:
    """B32: what the form does not have is refused by its name, before anything is looked up."""
    application = {
        "order": world.refs["orders"],
        "lines": [{"position": 1, "quantity": 1}],
        "issue": "no_reason",
        "remedy": "return_refund",
    }
    before = Entry.objects.count()
    for template in POSTS:
        known = fields_of(template)
        if known is None:
            continue
        path, body = (world.path(template), body_of(template)) if "{" in template else (template, application)
        for hostile in (one for one in HOSTILE if not set(one) & known):
            answer = world.by["anna"].post(path, {**body, **hostile})
            assert answer.status_code == 422 and set(hostile) <= set(answer.json()["fields"]), f"{path} {answer.content!r}"
    assert Entry.objects.count() == before


def test_an_application_twice_is_one(world: World) -> None:
    order = an_order(world.cast.bolts, world.cast.annas)
    line = {"position": 1, "quantity": 1, "flags": answered(order, 1, 1, "no_reason", {})}
    body = {"order": order.ref, "lines": [line], "issue": "no_reason", "remedy": "return_refund"}
    first, second = (world.by["anna"].post("/cases", body, once="apply") for _ in range(2))
    assert json.loads(first.content) == json.loads(second.content) and first.status_code == 201
    assert Case.objects.filter(order=order).count() == 1
