"""One POST, made once: the verb and its kept answer are one transaction, and the same key has the same answer for thirty days (B14).

The answer is sent as it is kept, byte for byte (the database keeps no order of keys, so they are sorted); the header
`Idempotent-Replayed` tells the second from the first.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from http.client import responses
from typing import Any

from django.http import HttpResponse
from ninja import Router, Schema

from amends.api.callers import Asked
from amends.api.problems import MEDIA
from amends.approvals.models import Approval
from amends.plumbing.idempotency import Answer, once

KEY_HEADER: dict[str, Any] = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": True,
    "description": "Made by you for this act; the same key has the same answer for 30 days. / 由你生成，同一个键三十天内得到同一个答复。",
    "schema": {"type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[!-~]+$"},
    "example": "6f2f9c1e-1d1b-4a0e-9a53-0b1f6f0f6a11",
}
REFUSALS = frozenset({400, 401, 403, 404, 409, 413, 422, 503})
READ_REFUSALS = frozenset({400, 401, 404, 422})

Operation = Callable[..., HttpResponse]


def done(request: Asked, run: Callable[[], Schema], *, body: bytes | None = None, status: int = 201) -> HttpResponse:
    """`run` has happened once for this key; its answer, or the one it had before. `body` stands for a body that is a file."""

    def answer() -> Answer:
        return Answer(status, run().model_dump(mode="json"))

    key = request.headers.get("Idempotency-Key", "")
    found = once(request.auth.scope, key.replace("\0", ""), request.path, request.body if body is None else body, answer)
    response = HttpResponse(
        json.dumps(found.body, ensure_ascii=False, sort_keys=True), status=found.status, content_type="application/json; charset=utf-8"
    )
    if found.repeated:
        response["Idempotent-Replayed"] = "true"
    return response


def done_or_asked(request: Asked, run: Callable[[], object], told: Callable[[Any, str], Schema]) -> HttpResponse:
    """The same for what a caller may not always decide alone: `told` is given what `run` made, or None and the ref of the approval that
    was asked in its place."""

    def answer() -> Schema:
        made = run()
        return told(None, made.ref) if isinstance(made, Approval) else told(made, "")

    return done(request, answer)


def posting(router: Router, path: str, answers: type[Schema], summary: str) -> Callable[[Operation], Operation]:
    """Declare a POST that makes something: 201 with `answers`, or a problem."""
    extra = {"parameters": [dict(KEY_HEADER)], **_refused(REFUSALS)}
    return router.post(path, response={201: answers}, summary=summary, openapi_extra=extra)


def reading(router: Router, path: str, answers: Any, summary: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Declare a GET: 200 with `answers`, or a problem."""
    return router.get(path, response={200: answers}, summary=summary, openapi_extra=_refused(READ_REFUSALS))


def _refused(codes: Iterable[int]) -> dict[str, Any]:
    """The problems in the document alone: they never pass through an operation, and ninja would build a model for each code of each."""
    schema = {"$ref": "#/components/schemas/Problem"}
    return {"responses": {code: {"description": responses[code], "content": {MEDIA: {"schema": schema}}} for code in sorted(codes)}}
