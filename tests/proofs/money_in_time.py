"""A program: grants refunds in real time on an Amends that runs, as many as it is told on a line of its input, and says which orders.

`python -m tests.proofs.money_in_time --orders 3 --units 10`, with AMENDS_HOME and AMENDS_PACKS of the Amends that is meant. Nothing was
shipped, so that each unit's refund begins at once; the rest is done by the processes that are being killed.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from typing import Any

import django


def main() -> None:
    asked = argparse.ArgumentParser()
    asked.add_argument("--batches", type=int, required=True, help="how many times it will be asked")
    asked.add_argument("--orders", type=int, required=True, help="orders of one batch")
    asked.add_argument("--units", type=int, required=True, help="pieces of one order, each a refund of its own")
    options = asked.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "amends.settings")
    django.setup()
    from tests.cast import the_cast  # noqa: PLC0415 - after setup
    from tests.refunding import an_unshipped_order  # noqa: PLC0415

    cast = the_cast()
    sums = [options.units * 1000 + number for number in range(options.orders)]  # uneven, so that units differ by a cent
    sold = [[an_unshipped_order(cast, quantities=(options.units,), prices=(minor,)) for minor in sums] for _ in range(options.batches)]
    _say({"ready": True, "refunds": options.batches * options.orders * options.units, "minor": options.batches * sum(sums)})
    for batch in sold:
        if not sys.stdin.readline():
            return
        for order in batch:
            _grant(cast, order, options.units)
        _say({"orders": [order.pk for order in batch]})


def _grant(cast: Any, order: Any, units: int) -> None:
    from amends.cases.verbs.answering import approve  # noqa: PLC0415 - after setup
    from amends.kernel.refusals import Refusal  # noqa: PLC0415
    from tests.refunding import asked_back  # noqa: PLC0415

    case = asked_back(cast, order, quantity=units)
    try:
        approve(case.ref, by=cast.bolt)
    except Refusal as faster:  # the clock has approved it for a silent merchant
        sys.stderr.write(f"{case.ref}: {faster.code}\n")


def _say(what: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
