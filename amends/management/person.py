"""As whom a command acts: the person that `--as` names, with the roles they have."""

from __future__ import annotations

from amends.kernel.refusals import NotFound
from amends.kernel.texts import say
from amends.people.models import User
from amends.people.queries import actors_of
from amends.people.rules import Actor


def actor_named(email: str) -> Actor:
    """The user with this address in the first face that is open to them. Raises NotFound with the way to find out who there is."""
    user = User.objects.filter(email=email, is_active=True).first()
    actors = actors_of(user) if user else {}
    if not actors:
        raise NotFound(
            say(
                "没有这个人：{email}。运行 amends demo_users 可以看到有谁。",
                "There is nobody called {email}. `amends demo_users` tells who there is.",
                email=email,
            )
        )
    return next(iter(actors.values()))
