"""What the clock does about deposits: deductions whose notice has run are done, each under its own locks, once."""

from __future__ import annotations

import structlog

from amends.kernel import clock
from amends.liability.models import DepositMove
from amends.liability.rules import ANNOUNCED
from amends.liability.verbs.deposits import deduct_due
from amends.plumbing.shards import WHOLE, Shard

log = structlog.get_logger(__name__)
BATCH = 200


def deduct_all(*, most: int = BATCH, shard: Shard = WHOLE) -> int:
    """The next `most` deductions whose notice has run are done; answers how many. One that fails is logged and stops no other."""
    rows = shard.rows(DepositMove.objects.filter(state=ANNOUNCED, notice_until__lte=clock.now()))
    done = 0
    for pk in list(rows.order_by("notice_until", "pk").values_list("pk", flat=True)[:most]):
        try:
            done += deduct_due(pk)
        except Exception:
            log.exception("deduction failed", move=pk)
    return done
