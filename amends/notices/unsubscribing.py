"""The address in a mail's foot that stops news by mail, whoever opens it: signed, so that nobody stops another person's, and never
running out, because old mails are opened late. It says whom it is about and nothing else; opening it changes nothing (a POST does).
"""

from __future__ import annotations

from django.core import signing

SALT = "amends.notices.unsubscribe"


def unsubscribe_path(user_id: int) -> str:
    """The path under our own address; for `List-Unsubscribe` and for the foot of news."""
    return f"/unsubscribe/{signing.Signer(salt=SALT).sign_object([user_id])}"


def whose(token: str) -> int | None:
    """The user of a token of ours, None for anything else."""
    try:
        found = signing.Signer(salt=SALT).unsign_object(token)
    except (signing.BadSignature, ValueError):
        return None
    return found[0] if isinstance(found, list) and len(found) == 1 and isinstance(found[0], int) else None
