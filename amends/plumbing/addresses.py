"""Where the outside finds this installation: the one place that turns a path into a full address, for messages, which have no request."""

from __future__ import annotations

import os
from collections.abc import Mapping
from urllib.parse import urlsplit

from amends.plumbing import machine


def public_url(path: str = "/", env: Mapping[str, str] = os.environ) -> str:
    """`path` (from the root, with its slash) as a full address: below AMENDS_URL, else at the address and port that pages listen on."""
    root = env.get("AMENDS_URL") or f"http://{machine.bind_address(env)}:{machine.port(env)}"
    return root.rstrip("/") + path


def public_host(env: Mapping[str, str] = os.environ) -> str:
    """The host of `public_url`, as Message-IDs name it."""
    return urlsplit(public_url("/", env)).hostname or "localhost"
