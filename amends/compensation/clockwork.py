"""What time does to compensation: vouchers are warned of and run out, supplements lapse. Called by the clock, each second."""

from __future__ import annotations

from amends.compensation.supplements import lapse_due
from amends.compensation.vouchers import expire_due, warn_due
from amends.plumbing.shards import WHOLE, Shard

MOST = 200


def tick(*, most: int = MOST, shard: Shard = WHOLE) -> int:
    """The next of each have had their consequence; answers how many rows changed."""
    return expire_due(most=most, shard=shard) + lapse_due(most=most, shard=shard) + warn_due(most=most, shard=shard)
