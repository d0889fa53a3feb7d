"""A secret made once and kept in a file of the data folder that only its owner may read; whoever comes first makes it for all.

Not for what a person chooses: that comes from the environment.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable
from pathlib import Path


def kept(path: Path, make: Callable[[], str]) -> str:
    """The text of `path` (0600), which is `make()` where there was none; two processes that come at once get the same."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
        draft.touch(mode=0o600)
        draft.write_text(make())
        try:
            os.link(draft, path)  # fails where another process was first: its secret stands
        except FileExistsError:
            return path.read_text()
        finally:
            draft.unlink()
    return path.read_text()
