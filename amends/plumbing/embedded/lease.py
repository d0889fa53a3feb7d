"""Who still needs the embedded server. The first to come starts it, the last to leave stops it.

A lease is a shared lock on one file, so that a process that was killed counts no longer, whatever it left undone.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType

from amends.plumbing.embedded.control import Server, start, stop
from amends.plumbing.embedded.places import make_home, places


class Lease:
    """`with Lease(home) as server:` the server runs for as long as the block does; whoever leaves last stops it.

    `settings` are lines of postgresql.conf, heeded by whoever comes first.
    """

    def __init__(self, home: Path, settings: Mapping[str, str] | None = None) -> None:
        self.home = home
        self.settings = settings
        self._file: int | None = None

    def __enter__(self) -> Server:
        found = places(self.home)
        make_home(found)
        self._file = os.open(found.users, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        fcntl.flock(self._file, fcntl.LOCK_SH)
        try:
            return start(self.home, self.settings)
        except BaseException:
            self._leave()
            raise

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        last = self._is_last()
        try:
            if last:
                stop(self.home)
        finally:
            self._leave()

    def _is_last(self) -> bool:
        """True when nobody else holds a lease; then the lock is ours alone until we leave, and newcomers wait and start the server anew."""
        if self._file is None:
            return False
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True

    def _leave(self) -> None:
        if self._file is not None:
            os.close(self._file)
            self._file = None
