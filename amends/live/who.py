"""Who opens a stream: the session of the pages or a program's key, and which cases they may name. Asked again while the stream is open.

Everything here asks the database through Django and blocks; app.py calls it in threads of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import wraps
from types import SimpleNamespace
from typing import ParamSpec, TypeVar, cast

from django.contrib.auth import get_user
from django.contrib.sessions.backends.db import SessionStore
from django.db import close_old_connections
from django.http import HttpRequest

from amends.cases.models import Case
from amends.kernel.refs import clean_ref
from amends.kernel.refusals import NotFound
from amends.people.models import User
from amends.people.queries import actor_of_key, actors_of
from amends.people.rules import Actor

P = ParamSpec("P")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Pass:
    """What a stream was opened with: a session's key and the face that the page belongs to, or a program's key."""

    session: str = ""
    face: str = ""
    key: str = ""


def fresh(run: Callable[P, R]) -> Callable[P, R]:
    """`run` with a connection that answers, given back afterwards."""

    @wraps(run)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> R:
        close_old_connections()
        try:
            return run(*args, **kwargs)
        finally:
            close_old_connections()

    return wrapped


@fresh
def bearer(shown: Pass) -> Actor | None:
    """As whom this pass lets listen; None for one that opens nothing, or no longer."""
    return _actor(shown)


@fresh
def admitted(shown: Pass, refs: Sequence[str]) -> tuple[Actor | None, dict[int, str]]:
    """The actor, and the cases by id. Raises NotFound where one of them is not theirs to see."""
    actor = _actor(shown)
    if actor is None or not refs:
        return actor, {}
    wanted = {clean_ref(ref) or "" for ref in refs}
    found = dict(Case.objects.visible_to(actor).filter(ref__in=wanted).values_list("pk", "ref"))
    if len(found) != len(wanted):
        raise NotFound
    return actor, found


def _actor(shown: Pass) -> Actor | None:
    if shown.key:
        return actor_of_key(shown.key) if shown.key.isascii() and "\0" not in shown.key else None
    if not shown.session:
        return None
    user = get_user(cast(HttpRequest, SimpleNamespace(session=SessionStore(shown.session))))
    if not isinstance(user, User) or not user.is_active:
        return None
    actors = actors_of(user)
    return actors.get(shown.face or next(iter(actors), ""))
