"""Secrets of endpoints: made here, kept sealed, opened to sign with. The database alone gives none of them away.

The seal (Fernet: AES-128-CBC and HMAC-SHA256) is made from the installation's own secret (AMENDS_SECRET): with another one nothing
can be opened, and each endpoint needs a new secret.
"""

from __future__ import annotations

import base64
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from standardwebhooks.webhooks import Webhook

from amends.kernel.refusals import Conflict
from amends.kernel.texts import say

BYTES = 32
OLD_SIGNS_FOR = timedelta(hours=24)
MOST_SECRETS = 4
"""A secret that was changed oftener than this within a day no longer signs."""

Kept = list[dict[str, Any]]


class Unreadable(Conflict):
    """The secret cannot be opened with this installation's own."""

    code = "secret_unreadable"


def new_secret() -> str:
    """`whsec_` and 32 random bytes in base64."""
    return "whsec_" + base64.b64encode(secrets.token_bytes(BYTES)).decode()


def begun(at: datetime) -> Kept:
    """What is kept of a first secret."""
    return [{"sealed": _seal(new_secret()), "since": at.isoformat(), "until": None}]


def rotated(kept: Sequence[Mapping[str, Any]], at: datetime) -> Kept:
    """A new secret before the old ones, which sign beside it for OLD_SIGNS_FOR more; those whose time has come are gone."""
    until = (at + OLD_SIGNS_FOR).isoformat()
    old = [{**one, "until": one["until"] or until} for one in kept if _signs(one, at)]
    return [*begun(at), *old][:MOST_SECRETS]


def living(kept: Sequence[Mapping[str, Any]], at: datetime) -> list[str]:
    """The secrets that sign at this instant, newest first. Raises Unreadable."""
    return [_opened(one["sealed"]) for one in kept if _signs(one, at)]


def old_until(kept: Sequence[Mapping[str, Any]], at: datetime) -> datetime | None:
    """Until when an older secret signs too, None where the newest is alone."""
    ends = [datetime.fromisoformat(one["until"]) for one in kept if one["until"] and _signs(one, at)]
    return max(ends, default=None)


def signature(kept: Sequence[Mapping[str, Any]], at: datetime, *, key: str, stamped: datetime, body: str) -> str:
    """The header `webhook-signature`: one `v1,…` for each living secret. `stamped` is the machine's own time, as receivers check it."""
    return " ".join(Webhook(secret).sign(key, stamped, body) for secret in living(kept, at))


def _signs(one: Mapping[str, Any], at: datetime) -> bool:
    return one["until"] is None or at < datetime.fromisoformat(one["until"])


def _seal(secret: str) -> str:
    return _fernet(settings.SECRET_KEY).encrypt(secret.encode()).decode()


def _opened(sealed: str) -> str:
    try:
        return _fernet(settings.SECRET_KEY).decrypt(sealed.encode()).decode()
    except InvalidToken as wrong:
        text = say(
            "本系统的密钥（AMENDS_SECRET）换过，打不开这个签名密钥。请更换签名密钥。",
            "This installation's own secret (AMENDS_SECRET) was changed and does not open this one. Change the signing secret.",
        )
        raise Unreadable(text) from wrong


@lru_cache(maxsize=4)
def _fernet(secret: str) -> Fernet:
    key = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"amends: secrets of webhook endpoints").derive(secret.encode())
    return Fernet(base64.urlsafe_b64encode(key))
