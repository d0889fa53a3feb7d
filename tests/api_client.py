"""Programs that speak to the API in tests: one for each of the cast, with a key of its own."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from django.test import Client

from amends.people.models import Membership
from amends.people.rules import Actor
from amends.people.verbs import make_key
from tests.cast import Cast

_numbers = count(1)


@dataclass
class Program:
    """A client with a key; every POST gets a fresh Idempotency-Key unless one is given."""

    actor: Actor
    key: str
    client: Client = field(default_factory=Client)

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.key}", "Accept-Language": "en"}

    def get(self, path: str, **query: Any) -> Any:
        return self.client.get(_whole(path), query, headers=self.headers)

    def post(self, path: str, body: Any = None, *, once: str | None = None) -> Any:
        headers = self.headers | {"Idempotency-Key": once or f"test-{next(_numbers)}"}
        return self.client.post(_whole(path), json.dumps(body or {}), content_type="application/json", headers=headers)

    def send(self, order: str, file: Any, *, once: str | None = None, **form: Any) -> Any:
        headers = self.headers | {"Idempotency-Key": once or f"test-{next(_numbers)}"}
        return self.client.post(_whole(f"/orders/{order}/evidence"), {"file": file, **form}, headers=headers)


def _whole(path: str) -> str:
    return path if path.startswith("/api/") else f"/api/v1{path}"


def program(actor: Actor) -> Program:
    """A key for the actor's own membership."""
    return Program(actor, make_key(Membership.objects.get(user_id=actor.user_id), "tests"))


def programs(cast: Cast) -> dict[str, Program]:
    """One for each of the cast, by name."""
    return {name: program(getattr(cast, name)) for name in ("anna", "berta", "bolt", "rival", "judge", "agent")}
