"""What test processes need not do over and over: plan statements that they planned before, and look for garbage among modules.

Nothing here may change what a test sees.
"""

from __future__ import annotations

import gc
import re
from collections.abc import Sequence
from typing import Any

from psycopg import pq
from psycopg._preparing import Prepare, PrepareManager

STATEMENTS = 3000
_forget = PrepareManager._should_discard
_made_anew = re.compile(rb"^(?:DROP|ALTER|DISCARD ALL|DEALLOCATE ALL)\b").match


def read_in_peace() -> None:
    """No collection of garbage while tests are read: nearly all that is made then stays."""
    gc.disable()


def keep_plans() -> None:
    """Connections keep their prepared statements over a rollback. psycopg forgets them all, since a table may have been made in it and be
    made again; every test ends in one, and none makes tables."""
    PrepareManager.prepared_max = STATEMENTS
    PrepareManager._should_discard = _kept_over_rollback  # type: ignore[method-assign]


def _kept_over_rollback(self: PrepareManager, prep: Prepare, results: Sequence[pq.abc.PGresult], _: Any = None) -> bool:
    return _forget(self, prep, results, _made_anew)


def leave_modules_alone() -> None:
    """The collector of garbage passes over what is there by now (two million objects that stay), and comes less often."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)
    gc.enable()
