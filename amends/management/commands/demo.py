"""`amends demo`: many cases from application to rating, played by seeded characters in stepped time, through everybody's verbs."""

from __future__ import annotations

import json
import random
from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand

from amends.kernel import clock
from amends.management.demo.engine import Stage
from amends.management.demo.market import import_all, judge, nobody_else_works, orders_of_the_demo, people_a_run
from amends.management.demo.progress import bar
from amends.management.demo.report import report
from amends.market.models import Order
from amends.plumbing.database import home
from amends.plumbing.simulators.launch import start_messages, start_simulator

LONGEST = timedelta(days=56)
BEGINNING = timedelta(days=8)


class Command(BaseCommand):
    help = "Drive cases through the whole journey without pages and print what came of them."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--cases", type=int, default=100, help="how many cases (100)")
        parser.add_argument("--seed", type=int, default=1, help="the same seed plays the same characters")
        parser.add_argument("--json", action="store_true", help="print the report as JSON")

    def handle(self, *args: Any, cases: int, seed: int, **options: Any) -> None:
        nobody_else_works()
        simulators = start_simulator(home(), instant=True), start_messages(home())
        try:
            if not Order.objects.exists():
                specs, _ = orders_of_the_demo(max(400, cases * 4), seed)
                with bar("订单 / orders", len(specs)) as step:
                    import_all(specs, lambda done, _: step(done))
            told = report(list(self._play(cases, seed).players))
        finally:
            for simulator in simulators:
                if simulator.ours:
                    simulator.stop()
        if options["json"]:
            print(json.dumps(told, ensure_ascii=False))
        else:
            for name, value in told.items():
                self.stdout.write(f"{name}: {value}")

    def _play(self, cases: int, seed: int) -> Stage:
        now = clock.machine_now()
        with clock.stepped(now - LONGEST) as time, bar("天 / days", LONGEST.days) as step:
            begun = time.at
            stage = Stage(time, seed, judge(), heard=lambda at: step((at - begun).days))
            people_a_run(stage, cases, random.Random(seed), BEGINNING)  # noqa: S311 - a seeded play, not a secret
            stage.run(now)
        return stage
