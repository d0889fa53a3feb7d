"""Keys for programs: made, shown once, revoked."""

from __future__ import annotations

import secrets

from amends.kernel import clock
from amends.people.models import ApiKey, Membership
from amends.people.rules import digest_of


def make_key(membership: Membership, label: str) -> str:
    """A new key that acts as this membership; the secret is answered here and never again."""
    prefix, secret = secrets.token_hex(5), secrets.token_urlsafe(32)
    ApiKey.objects.create(membership=membership, prefix=prefix, digest=digest_of(secret), label=label)
    return f"am_{prefix}_{secret}"


def revoke_key(prefix: str) -> bool:
    """The key with this prefix opens nothing any more; False where it did not."""
    return ApiKey.objects.filter(prefix=prefix, revoked_at__isnull=True).update(revoked_at=clock.now()) == 1
