"""A push is theirs or it is nothing: what is said to whoever cannot show that he is the carrier."""

from __future__ import annotations

from collections.abc import Mapping

from amends.kernel.refusals import Refusal
from amends.kernel.texts import Text, say


class NotFromCarrier(Refusal):
    """The push is not signed by the carrier, or not one that can be read; nothing of it may be used."""

    status, code = 401, "not_from_carrier"


def forged() -> NotFromCarrier:
    """Its signature is not right."""
    return NotFromCarrier(say("推送签名不正确。", "The push's signature is not right."), code="push_signature")


def unread(why: str = "") -> NotFromCarrier:
    """It is signed and cannot be read."""
    return NotFromCarrier(_unread(why), code="push_body")


def header(headers: Mapping[str, str], name: str) -> str:
    """A header by its name in any case, '' where it is not there."""
    return next((value for key, value in headers.items() if key.lower() == name.lower()), "")


def _unread(why: str) -> Text:
    if not why:
        return say("推送内容无法识别。", "The push cannot be read.")
    return say("推送内容无法识别：{why}。", "The push cannot be read: {why}.", why=why)
