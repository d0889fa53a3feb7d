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
import uuid
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from typing import Any

import django
import httpx


def main() -> None:
    asked = argparse.ArgumentParser()
    asked.add_argument("--seconds", type=float, required=True)
    asked.add_argument("--seed", type=int, default=1)
    asked.add_argument("--orders", type=int, default=300)
    asked.add_argument("--cases", type=int, default=0, help="go on until so many were opened, on however slow a machine")
    asked.add_argument("--paid", type=int, default=0, help="and until so many refunds were paid")
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
    shop = _Shop()
    _say({"ready": True})
    with ThreadPoolExecutor(1) as pool:
        by_api = pool.submit(shop.sell_and_regret, options.seconds)
        did = _play(options.seconds, options.seed, judge(), cases=options.cases, paid=options.paid)
        _say(did | by_api.result())


SOLD_OUT = "wrong_quantity"


class _Shop:
    """A program that opens cases by API and never gives up a request: a lost answer is asked for again under the same key (B14)."""

    PIECES, PAUSE = 100, 0.1

    def __init__(self) -> None:
        from amends.management.demo.market import a_user  # noqa: PLC0415
        from amends.market.models import Consumer, Merchant  # noqa: PLC0415
        from amends.people.models import Membership  # noqa: PLC0415
        from amends.people.rules import Role  # noqa: PLC0415
        from amends.people.verbs import make_key  # noqa: PLC0415
        from tests.cast import an_order  # noqa: PLC0415

        consumer, merchant = Consumer.objects.order_by("pk").first(), Merchant.objects.order_by("pk").first()
        assert consumer and merchant
        self.buy = partial(an_order, merchant, consumer, quantities=(self.PIECES,), prices=(self.PIECES * 1000,))
        self.orders = [self.buy()]
        user = a_user("regret@example.com", "Regret", Role.CONSUMER, consumer=consumer)
        key = make_key(Membership.objects.get(user=user), "kills")
        self.http = httpx.Client(
            base_url=f"http://127.0.0.1:{os.environ['AMENDS_PORT']}/api/v1", headers={"Authorization": f"Bearer {key}"}, timeout=5
        )

    def sell_and_regret(self, seconds: float) -> dict[str, int]:
        """One piece after the other is claimed; answers how many claims were answered, how many were asked again, how many cases stand."""
        from django.db import connection  # noqa: PLC0415

        from amends.cases.models import Case  # noqa: PLC0415

        refs: list[str] = []
        again, end = 0, time.monotonic() + seconds
        while time.monotonic() < end:
            key, order = str(uuid.uuid4()), self.orders[-1].ref
            while (answer := self._asked(order, key)) is None:
                again += 1
                time.sleep(0.2)
            if answer == SOLD_OUT:  # the others act on this order too
                self.orders.append(self.buy())
                continue
            refs.append(answer)
            time.sleep(self.PAUSE)
        stand = Case.objects.filter(order__in=self.orders, channel="api").count()
        connection.close()
        return {"claimed_by_api": len(refs), "asked_again": again, "different_cases": len(set(refs)), "cases_of_the_orders": stand}

    def _asked(self, order: str, key: str) -> str | None:
        line = {"position": 1, "quantity": 1, "flags": {"parts_missing": False, "function_lost": False}}
        body = {"order": order, "lines": [line], "issue": "no_reason", "remedy": "return_refund"}
        try:
            answer = self.http.post("/cases", json=body, headers={"Idempotency-Key": key})
        except httpx.HTTPError:
            return None
        if answer.status_code == 201:
            return str(answer.json()["ref"])
        if answer.status_code == 422 and answer.json()["code"] == SOLD_OUT:
            return SOLD_OUT
        if answer.status_code in (409, 500, 502, 503):
            return None
        raise AssertionError(f"{answer.status_code} {answer.text}")


def _say(what: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


LONGEST = 150.0


def _play(seconds: float, seed: int, arbiter: object, *, cases: int, paid: int) -> dict[str, int]:
    from django.db import DatabaseError, connection  # noqa: PLC0415

    from amends.cases.models import Case  # noqa: PLC0415
    from amends.kernel.refusals import Refusal  # noqa: PLC0415
    from amends.management.demo.characters import Character, drawn  # noqa: PLC0415
    from amends.management.demo.openings import Opening, opened  # noqa: PLC0415
    from amends.management.demo.reactions import Scene, react  # noqa: PLC0415
    from amends.refunds.models import Refund  # noqa: PLC0415

    dice, did = random.Random(seed), Counter[str]()
    players: dict[int, Character] = {}
    answered: set[int] = set()
    began = time.monotonic()
    while time.monotonic() < began + seconds or ((did["opened"] < cases or did["paid"] < paid) and time.monotonic() < began + LONGEST):
        try:
            did["paid"] = Refund.objects.filter(stage__in=("paid", "settled")).count()
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
