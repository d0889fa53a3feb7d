"""Who calls: a program with a key, or a person with a session. Either way one Actor, who is told to the verbs as from any other face.

A key acts as its membership. A session acts in the face that the header `Amends-Face` names, or in the first one that is open to the user;
it must carry Django's CSRF token on every POST. A merchant's key may also ask on behalf of a consumer who bought there (`on_behalf`).
"""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest
from ninja.security import APIKeyCookie, HttpBearer

from amends.kernel.parties import Party
from amends.kernel.refs import clean_ref
from amends.kernel.refusals import Refusal, Unprocessable
from amends.kernel.texts import say
from amends.market.models import Order
from amends.people.queries import actor_of_key, actors_of
from amends.people.rules import Actor

SIGN_IN = say("请在 Authorization 里给出有效的密钥，或先登录。", "Give a valid key in Authorization, or sign in first.")


class Unknown(Refusal):
    """It is not known who calls."""

    status, code = 401, "unauthenticated"


@dataclass(frozen=True, slots=True)
class Caller:
    """Who acts, and the scope of this caller's idempotency keys. `by_key` is false for a person with a session."""

    actor: Actor
    scope: str
    by_key: bool


class Asked(HttpRequest):
    """A request whose caller is known."""

    auth: Caller


class KeyAuth(HttpBearer):
    """`Authorization: Bearer am_…`"""

    def authenticate(self, request: HttpRequest, token: str) -> Caller:
        """The key's caller. Raises Unknown for a key that opens nothing: a wrong key is never a reason to look at the session."""
        actor = actor_of_key(token) if token.isascii() and "\0" not in token else None
        if actor is None:
            raise Unknown(SIGN_IN)
        return Caller(actor, f"key:{token.split('_')[1]}", True)


class SessionAuth(APIKeyCookie):
    """The session of the pages; a POST needs the CSRF token in `X-CSRFToken`."""

    param_name = settings.SESSION_COOKIE_NAME

    def authenticate(self, request: HttpRequest, key: str | None) -> Caller | None:
        """The signed-in user in one of their faces, None where nobody is signed in."""
        if not request.user.is_authenticated:
            return None
        actors = actors_of(request.user)
        wanted = request.headers.get("Amends-Face", "") or next(iter(actors), "")
        actor = actors.get(wanted)
        return Caller(actor, f"user:{actor.user_id}", False) if actor else None


def on_behalf(caller: Caller, consumer: str, order_ref: str) -> Actor:
    """The caller's own actor; or, where a merchant's key names the consumer of one of its orders, that consumer by the key's hand.

    The timeline then says 'consumer' with the key's user as the hand. Raises Unprocessable where the name does not fit the order.
    """
    actor = caller.actor
    if not consumer:
        return actor
    if not caller.by_key or actor.party is not Party.MERCHANT:
        wrong = say(
            "只有商家的密钥可以代消费者提交；请去掉 consumer。", "Only a merchant's key may ask for a consumer. Leave `consumer` out."
        )
        raise Unprocessable.field("consumer", wrong, code="not_on_behalf")
    found = Order.objects.visible_to(actor).filter(ref=clean_ref(order_ref) or "", consumer__ref=clean_ref(consumer) or "").first()
    if found is None:
        wrong = say("这个订单不是这位消费者在你店里的订单。", "This is not an order of that consumer in your shop.")
        raise Unprocessable.field("consumer", wrong, code="foreign_consumer")
    return Actor(Party.CONSUMER, actor.user_id, None, found.consumer_id, actor.roles, actor.name)
