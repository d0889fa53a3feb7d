"""Keys of pages: `next` of one page is `after` of the following. Opaque to the caller, checked when it comes back."""

from __future__ import annotations

import base64
import binascii
import re
from datetime import datetime

from amends.kernel.refusals import Unprocessable
from amends.kernel.texts import say

SHAPE = re.compile(r"^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,6})?\+00:00)~(\d{1,18})(?:~x)?$")
NO_SUCH_PAGE = say("after 应是上一页的 next。", "`after` is the `next` of the page before.")


def key_out(key: str | None) -> str | None:
    """A key of the queries as the caller gets it."""
    return base64.urlsafe_b64encode(key.encode()).decode().rstrip("=") if key else None


def key_in(after: str) -> str | None:
    """The key of the queries that the caller gave back, None for the first page. Raises Unprocessable for anything else."""
    if not after:
        return None
    try:
        key = base64.urlsafe_b64decode(after + "=" * (-len(after) % 4)).decode()
        match = SHAPE.match(key)
        if match:
            datetime.fromisoformat(match[1])
            return key
    except (binascii.Error, ValueError):
        raise Unprocessable.field("after", NO_SUCH_PAGE, code="no_such_page") from None
    raise Unprocessable.field("after", NO_SUCH_PAGE, code="no_such_page")


def parts(key: str) -> tuple[datetime, int]:
    """Instant and id of a key that `key_in` has checked."""
    at, _, pk = key.removesuffix("~x").partition("~")
    return datetime.fromisoformat(at), int(pk)
