"""Whom calls to the outside trust, read once per process: each client that reads the authorities itself takes about 35 ms for it."""

from __future__ import annotations

import ssl
from functools import lru_cache

import httpx


@lru_cache(maxsize=1)
def authorities() -> ssl.SSLContext:
    """The authorities that httpx ships with, whatever the environment names; may be shared by clients and threads."""
    return httpx.create_ssl_context(trust_env=False)
