"""The stage: an agenda of what the characters are about to do, the clock that stands in for the silent, and time that moves between them.

Stepped time, one process: before each step all jobs have run and the gateway's answers are in, so the same seed tells the same stories.
"""

from __future__ import annotations

import heapq
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from typing import Any

from django.db import connection

from amends.cases import clockwork
from amends.cases.models import Case
from amends.kernel.clock import Stepped
from amends.kernel.refusals import Refusal
from amends.management.demo.characters import Character, delay
from amends.management.demo.openings import Opening, opened
from amends.management.demo.reactions import Scene, react
from amends.notices.verbs import sending
from amends.people.rules import Actor
from amends.plumbing import jobs
from amends.plumbing.shards import WHOLE, Shard
from amends.refunds.jobs import collect_answers
from amends.refunds.models import Refund
from amends.surveys.verbs import rate

UNANSWERED = ("intended", "sent", "unknown", "failed")
RATING_WORDS = {1: "等了太久（模拟）", 2: "不太满意（模拟）", 3: "一般（模拟）", 4: "挺好（模拟）", 5: "很快，谢谢（模拟）"}


@dataclass(order=True)
class Planned:
    """Something that will be tried at an instant; whatever came first may have made it pointless."""

    at: datetime
    number: int
    run: Callable[[], None] = field(compare=False)


class Stage:
    """All cases of one run. `heard` is told each instant that time has come to."""

    def __init__(
        self,
        time: Stepped,
        seed: int,
        judge: Actor,
        *,
        anna: int | None = None,
        shard: Shard = WHOLE,
        heard: Callable[[datetime], None] = lambda at: None,
    ) -> None:
        self.time, self.judge, self.anna, self.shard, self.heard = time, judge, anna, shard, heard
        self.dice = random.Random(seed)  # noqa: S311 - a seeded play, not a secret
        self.agenda: list[Planned] = []
        self.numbers = count()
        self.players: dict[int, Character] = {}
        self.answered: set[int] = set()
        self.rated: set[int] = set()
        self.not_opened = 0

    def plan(self, at: datetime, run: Callable[[], None]) -> None:
        """`run` is tried at `at`."""
        heapq.heappush(self.agenda, Planned(at, next(self.numbers), run))

    def tell(self, at: datetime, act: Callable[[], object]) -> None:
        """`act` is done at `at`, and what follows from it; nobody reacts to it by character."""

        def run() -> None:
            act()
            self._settle(set())

        self.plan(at, run)

    def open_case(self, at: datetime, who: Character, *, wants: str = "", shop: int | None = None) -> None:
        """At `at` a consumer of this character files a claim about some order that was signed for shortly before, in `shop` if one can."""
        self.plan(at, lambda: self._open(Opening(who, wants, shop)))

    def run(self, until: datetime) -> None:
        """Everything that was planned, and all that follows from it, has happened up to `until`."""
        with jobs.kept_here():
            with connection.cursor() as cursor:
                # A play that dies is played again; nothing of it is worth a wait for the disk at every commit.
                cursor.execute("SET synchronous_commit TO off")
            self._run(until)

    def _run(self, until: datetime) -> None:
        while True:
            due = clockwork.next_instant(self.shard)
            planned = self.agenda[0] if self.agenda else None
            at = min([t for t in (due, planned.at if planned else None) if t is not None], default=None)
            if at is None or at > until:
                break
            self._carry(at)
            self.heard(self.time.until(at))
            if due is not None and due <= at:
                rows = clockwork.due_rows(shard=self.shard)
                clockwork.fire_all(rows)
                clockwork.warn_due(shard=self.shard)
                self._settle({row.case_id for row in rows})
            else:
                heapq.heappop(self.agenda).run()
        self._carry(until)
        self.heard(self.time.until(until))

    def _carry(self, until: datetime) -> None:
        """Messages that fall due before the next thing happens have gone out, each at its own instant."""
        while (at := sending.next_instant(self.shard)) is not None and at <= until:
            self.heard(self.time.until(at))
            sending.release(shard=self.shard)
            jobs.drain()

    def _open(self, opening: Opening) -> None:
        tries = (opened(opening, self.dice, self.anna, self.shard) for _ in range(4))
        case = next((case for case in tries if case is not None), None)
        if case is None:
            self.not_opened += 1
            return
        self.players[case.pk] = opening.who
        self._settle({case.pk})

    def _settle(self, changed: set[int]) -> None:
        ran = jobs.drain()
        waiting = self.shard.rows(Refund.objects.filter(stage__in=UNANSWERED))
        while ran and waiting.exists() and collect_answers(shard=self.shard):
            ran = jobs.drain()
        for case in Case.objects.filter(pk__in=changed & set(self.players)).select_related("merchant").order_by("pk"):
            self._look(case)

    def _look(self, case: Case) -> None:
        who = self.players[case.pk]
        if case.is_over:
            self._end(case, who)
            return
        for turn in case.turns:
            if turn["deadline"] in self.answered:
                continue
            self.answered.add(turn["deadline"])
            act = react(Scene(case, turn, who, self.dice, self.judge))
            if act is not None:
                self.plan(self.time.at + delay(self.dice, who), self._tried(act, case.pk))

    def _tried(self, act: Callable[[], Any], case_id: int) -> Callable[[], None]:
        def run() -> None:
            try:
                act()
            except Refusal:
                # The clock or the other side was faster: as for anybody, the act is refused and the case goes its own way.
                return
            self._settle({case_id})

        return run

    def _end(self, case: Case, who: Character) -> None:
        if case.pk in self.rated:
            return
        self.rated.add(case.pk)
        if who.score and case.ended_by in ("complete", "accept_refusal"):
            consumer = Scene(case, {}, who, self.dice, self.judge).consumer
            self.plan(
                self.time.at + delay(self.dice, who),
                self._tried(lambda: rate(case.ref, score=who.score, words=RATING_WORDS[who.score], by=consumer), case.pk),
            )
