"""From a signed-in user or a key to the Actor that verbs are told."""

from __future__ import annotations

import hmac
from collections.abc import Sequence

from django.db.models import Func, TextField

from amends.kernel.parties import Party
from amends.people.models import AccessLog, ApiKey, Membership, User
from amends.people.rules import ROLES, Actor, Role, digest_of

FACES = ("portal", "console", "counter", "desk", "office")
# Read in the same statement as the memberships, so that a page knows at no cost before what it was drawn (plumbing/live.py, a mark).
OLDEST_UNSEEN = Func(template="pg_snapshot_xmin(pg_current_snapshot())::text", output_field=TextField())


def actors_of(user: User) -> dict[str, Actor]:
    """For each face that this user may enter, as whom: merchants and consumers as their own side, staff with all their roles."""
    return _actors(user, list(Membership.objects.filter(user=user).order_by("pk")))


def entered(user: User, face: str) -> tuple[Actor | None, int]:
    """As whom this user acts in a face, None where it is closed to them; and the oldest transaction whose changes were not yet to be
    seen when this was asked, 0 where it is closed. Whatever a page shows that is drawn after this, it shows no less than that."""
    held = list(Membership.objects.filter(user=user).order_by("pk").annotate(oldest_unseen=OLDEST_UNSEEN))
    actor = _actors(user, held).get(face)
    return actor, int(held[0].oldest_unseen) if actor else 0


def _actors(user: User, held: Sequence[Membership]) -> dict[str, Actor]:
    found: dict[str, Actor] = {}
    for face in FACES:
        mine = [m for m in held if face in ROLES[Role(m.role)].faces]
        if not mine:
            continue
        roles = frozenset(Role(m.role) for m in mine)
        # An arbiter rules; an agent with the same face does not: the party of the highest trust among the roles of this face speaks.
        party = Party.ARBITER if Role.ARBITER in roles else ROLES[Role(mine[0].role)].party
        found[face] = Actor(party, user.pk, mine[0].merchant_id, mine[0].consumer_id, roles, user.name, workshop_id=mine[0].workshop_id)
    return found


def actor_of(user: User, face: str) -> Actor | None:
    """As whom this user acts in a face, None where it is closed to them."""
    return actors_of(user).get(face)


def actor_of_key(key: str) -> Actor | None:
    """As whom a program with this key acts, None where the key opens nothing."""
    parts = key.split("_", 2)
    if len(parts) != 3 or parts[0] != "am":
        return None
    row = ApiKey.objects.select_related("membership__user").filter(prefix=parts[1], revoked_at__isnull=True).first()
    if row is None or not hmac.compare_digest(row.digest, digest_of(parts[2])) or not row.membership.user.is_active:
        return None
    role, member = Role(row.membership.role), row.membership
    return Actor(
        ROLES[role].party, member.user_id, member.merchant_id, member.consumer_id, frozenset({role}), member.user.name,
        workshop_id=member.workshop_id,
    )  # fmt: skip


def note_access(actor: Actor, ref: str) -> None:
    """It is known that this actor looked at `ref`."""
    AccessLog.objects.create(user_id=actor.user_id, party=actor.party.value, ref=ref)
