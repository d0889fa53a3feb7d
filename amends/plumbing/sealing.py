"""Texts that the database may hold only sealed: bank accounts. A stolen copy of it without the key says nothing about them.

The key: AMENDS_SEAL_KEY or AMENDS_SEAL_KEY_FILE, else one made once and kept in the data folder (seal.key, 0600). A lost key is a lost
text: whoever gave it is asked again. Not about secrets that Amends only compares: those are kept as digests.
"""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken

from amends.plumbing.database import home
from amends.plumbing.kept import kept

FILE = "seal.key"


class Unreadable(RuntimeError):
    """The text was sealed with another key, or is no sealed text."""


def seal(text: str) -> str:
    """`text`, which only the holder of the key can read."""
    return _lock(_key()).encrypt(text.encode()).decode()


def unseal(sealed: str) -> str:
    """What was sealed. Raises Unreadable where the key is another."""
    try:
        return _lock(_key()).decrypt(sealed.encode()).decode()
    except InvalidToken as wrong:
        raise Unreadable("sealed with another key") from wrong


def _key() -> str:
    given = os.environ.get("AMENDS_SEAL_KEY", "")
    file = os.environ.get("AMENDS_SEAL_KEY_FILE", "")
    if given or file:
        return given or Path(file).read_text().strip()
    return kept(home() / FILE, lambda: Fernet.generate_key().decode())


@lru_cache(maxsize=4)
def _lock(key: str) -> Fernet:
    return Fernet(key)
