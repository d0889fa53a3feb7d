"""The door of each face: who you are there, and one guard for acts, so that no view repeats either.

`@face("console")` hands the view an Actor as `request.actor`; strangers are sent to sign in, people without the role see 404.
`act(request, run)` runs a verb once for the form's idempotency key and answers with a redirect.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, Concatenate, ParamSpec, cast

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict

from amends.kernel.refusals import NotFound
from amends.people.queries import entered as entering
from amends.people.rules import Actor
from amends.plumbing import live
from amends.plumbing.idempotency import Answer, once

P = ParamSpec("P")


class ActorRequest(HttpRequest):
    """A request whose sender is known in this face."""

    actor: Actor
    face: str
    live_since: str


View = Callable[Concatenate[ActorRequest, P], HttpResponse]


def face(name: str) -> Callable[[View[P]], Callable[Concatenate[HttpRequest, P], HttpResponse]]:
    """Only people with a role for this face enter; the view finds its Actor at `request.actor`."""

    def guard(view: View[P]) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
        @functools.wraps(view)
        def entered(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            actor, oldest_unseen = entering(request.user, name)
            if actor is None:
                raise NotFound
            found = cast(ActorRequest, request)
            found.actor, found.face, found.live_since = actor, name, str(live.mark_of(oldest_unseen))
            return view(found, *args, **kwargs)

        return cast(Callable[Concatenate[HttpRequest, P], HttpResponse], entered)

    return guard


def act(request: ActorRequest, run: Callable[[], str]) -> HttpResponseRedirect:
    """`run` makes a verb and answers the address to go to; a form that was sent twice leads to the same place without a second act."""
    posted = cast(QueryDict, request.POST)
    body = "&".join(f"{k}={v}" for k, values in sorted(posted.lists()) if k != "csrfmiddlewaretoken" for v in values).encode()
    scope = f"user:{request.actor.user_id}"
    answer = once(scope, posted.get("idempotency_key", ""), request.path, body, lambda: Answer(303, run()))
    response = HttpResponseRedirect(cast(str, answer.body))
    response.status_code = 303
    return response


def given(request: HttpRequest, name: str, default: Any = "") -> str:
    """One posted value as text."""
    return str(request.POST.get(name, default))
