"""A program: people of the demo act in real time, each by a verb, on an Amends that runs, and it prints what they did.

`python -m tests.proofs.real_time --seconds 20 --seed 1`, with AMENDS_HOME and AMENDS_PACKS of the Amends that is meant. What fails because
the database or somebody else was faster is counted and left; who acts here never waits for the processes that are being killed.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import sys
import time
from collections import Counter
from datetime import timedelta
from typing import Any

import django


def main() -> None:
    asked = argparse.ArgumentParser()
    asked.add_argument("--seconds", type=float, required=True)
    asked.add_argument("--seed", type=int, default=1)
    asked.add_argument("--orders", type=int, default=300)
    options = asked.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "amends.settings")
    django.setup()
    from amends.kernel import clock  # noqa: PLC0415 - after setup
    from amends.management.demo.market import import_all, judge  # noqa: PLC0415
    from amends.market.catalogue import invented_orders  # noqa: PLC0415
    from amends.market.rules.people import invented_consumer  # noqa: PLC0415

    people = [invented_consumer(f"invented-{n}", options.seed, source=f"invented consumer {n}") for n in range(60)]
    yesterday = (clock.now() - timedelta(days=1)).date()
    import_all(invented_orders(options.orders, options.seed, consumers=people, yesterday=yesterday), lambda *_: None)
    _say({"ready": True})
    _say(_play(options.seconds, options.seed, judge()))


def _say(what: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


def _play(seconds: float, seed: int, arbiter: object) -> dict[str, int]:
    from django.db import DatabaseError, connection  # noqa: PLC0415

    from amends.cases.models import Case  # noqa: PLC0415
    from amends.kernel.refusals import Refusal  # noqa: PLC0415
    from amends.management.demo.characters import Character, drawn  # noqa: PLC0415
    from amends.management.demo.openings import Opening, opened  # noqa: PLC0415
    from amends.management.demo.reactions import Scene, react  # noqa: PLC0415

    dice, did = random.Random(seed), Counter[str]()
    players: dict[int, Character] = {}
    answered: set[int] = set()
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            if dice.random() < 0.7:
                who = drawn(dice)
                case = opened(Opening(who, ""), dice, None)
                if case is not None:
                    players[case.pk] = who
                    did["opened"] += 1
            for case in Case.objects.filter(pk__in=players, closed_at__isnull=True).select_related("merchant").order_by("?")[:12]:
                for turn in case.turns:
                    if turn["deadline"] in answered or dice.random() < 0.4:
                        continue
                    answered.add(turn["deadline"])
                    act = react(Scene(case, turn, players[case.pk], dice, arbiter))  # type: ignore[arg-type]
                    if act is not None:
                        act()
                        did["acts"] += 1
        except Refusal as faster:
            did[f"refused {faster.code}"] += 1
        except DatabaseError:
            did["database away"] += 1
            connection.close()
        time.sleep(0.05)
    return dict(did)


if __name__ == "__main__":
    main()
