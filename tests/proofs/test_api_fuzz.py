"""The API against its own document: 400 x PROOF_SCALE calls made from the OpenAPI schema, lawful and broken ones.

None ends in a fault of ours, and every answer is what the document says: status, media type, shape.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis.checks import not_a_server_error
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi import checks as openapi

from amends.api.app import api
from amends.notices.webhooks import verbs as webhooks
from amends.people.rules import Role
from amends.policy.verbs import save_draft
from amends.wsgi import application
from tests.api_client import program, programs
from tests.cast import an_order, claims, person, the_cast
from tests.policy_at_hand import law

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("db", "stepped_clock", "one_connection")]
SCALE = float(os.environ.get("PROOF_SCALE", "1"))
CALLS = max(1, int(400 * SCALE))

CONFORM = [
    not_a_server_error,
    openapi.status_code_conformance,
    openapi.content_type_conformance,
    openapi.response_headers_conformance,
    openapi.response_schema_conformance,
]


@schemathesis.serializer("message/rfc822")
def mail_as_it_came(context: Any, value: Any) -> bytes:
    """A mail is handed over as bytes."""
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "replace")


@pytest.fixture
def one_connection() -> Iterator[None]:
    """The calls go through the real WSGI application, which would close the test's own connection after each of them."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def test_no_call_ends_in_a_fault_and_every_answer_conforms() -> None:
    cast = the_cast()
    by = programs(cast) | {"olga": program(person("olga", Role.POLICY_OWNER))}
    order = an_order(cast.bolts, cast.annas, quantities=(2,))
    case = claims(order, by=cast.anna)
    schema = schemathesis.openapi.from_dict(api.get_openapi_schema(path_prefix="/api/"))
    schema.app = application
    operations = [found.ok() for found in schema.get_all_operations()]
    share, seen = max(1, CALLS // (2 * len(operations))), set[str]()
    draft = save_draft(by=by["olga"].actor, text=law(), name="A day to answer")
    endpoint = webhooks.add(url="https://bolt.example.com/hooks", by=cast.bolt)
    refs = {"orders": order.ref, "cases": case.ref, "policy": draft.ref, "webhooks": endpoint.ref}

    def tries(operation: Any, mode: GenerationMode, number: int) -> None:
        @seed(number)
        @settings(
            max_examples=share, deadline=None, database=None, derandomize=False, suppress_health_check=list(HealthCheck), print_blob=False
        )
        @given(
            drawn=operation.as_strategy(generation_mode=mode),
            who=st.sampled_from(("anna", "bolt", "judge", "agent", "olga")),
            known=st.booleans(),
            key=st.uuids(),
        )
        def one(drawn: Any, who: str, known: bool, key: Any) -> None:
            kind = drawn.path.split("/")[3]
            if known and kind in refs and "ref" in (drawn.path_parameters or {}):
                drawn.path_parameters["ref"] = refs[kind]
            headers = by[who].headers | {"Idempotency-Key": str(key)}
            answer = drawn.call(headers=headers)
            drawn.validate_response(answer, checks=CONFORM)
            seen.add(f"{operation.label} {answer.status_code}")

        one()

    for number, operation in enumerate(operations):
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
            # An address without parameters cannot be asked wrongly.
            with suppress(Unsatisfiable):
                tries(operation, mode, number)
    assert {label.rsplit(" ", 1)[0] for label in seen} == {operation.label for operation in operations}
