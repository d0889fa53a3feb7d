"""The same request twice has the same answer and happens once (B14).

The answer is written in the transaction of the verb that it belongs to: there is no moment in which one is there without the other.
Refusals are not kept: what was refused has changed nothing, so asking again does no harm and may be answered otherwise.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import connection, transaction

from amends.kernel import clock
from amends.kernel.refusals import Conflict, Unprocessable
from amends.kernel.texts import say
from amends.plumbing.models import Idempotency

KEPT_FOR = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Answer:
    """What was answered: an HTTP status and a JSON value."""

    status: int
    body: Any
    repeated: bool = False


def once(scope: str, key: str, path: str, body: bytes, run: Callable[[], Answer]) -> Answer:
    """`run`'s answer, or the one that the same key had before in this scope (a tenant or a person).

    Raises Unprocessable for a key that is too long or was used with another body, Conflict while the first request is still running.
    """
    if not key or len(key) > 200:
        raise Unprocessable(
            say("请给出 1 到 200 个字符的幂等键。", "Give an idempotency key of 1 to 200 characters."), code="idempotency_key_missing"
        )
    digest = hashlib.sha256(path.encode() + b"\n" + body).hexdigest()
    with transaction.atomic():
        if not _alone(scope, key):
            raise Conflict(
                say("同一个请求还在处理，请稍等几秒再看。", "The same request is still running. Look again in a few seconds."),
                code="still_running",
            )
        known = Idempotency.objects.filter(scope=scope, key=key).first()
        if known is not None:
            if known.body_digest != digest:
                wrong = say("这个幂等键已经用于另一个请求。", "This idempotency key was used for another request.")
                raise Unprocessable(wrong, code="idempotency_key_reused")
            return Answer(known.status, known.answer, repeated=True)
        answer = run()
        Idempotency.objects.create(
            scope=scope, key=key, path=path[:300], body_digest=digest, status=answer.status, answer=answer.body, made_at=clock.now()
        )
        return answer


def _alone(scope: str, key: str) -> bool:
    """A lock by scope and key that ends with the transaction; never waited for, so a second click is told so at once."""
    number = int.from_bytes(hashlib.sha256(f"{scope}\n{key}".encode()).digest()[:8], "big", signed=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [number])
        return bool(cursor.fetchone()[0])


def forget_old() -> int:
    """Answers older than KEPT_FOR are gone; how many."""
    return Idempotency.objects.filter(made_at__lt=clock.now() - KEPT_FOR).delete()[0]
