"""Random walks over real cases while everything goes wrong that can: services that refuse, lose and double, processes killed at every
step of telling and sending. Whatever happens, no line of a timeline is without its notices and its messages, and nobody is told twice.

A killed process is an exception that no code of ours catches, raised at the very line; real kills are in test_message_kills.py. What a
mail server was asked twice, because it answers no questions, comes twice under one Message-ID: the one double that is allowed.
"""

from __future__ import annotations

import os
import random
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest
from django.db import connection

from amends.cases.models import Entry
from amends.insight.verify import stuck_messages, untold_entries
from amends.notices import listeners
from amends.notices.models import Message, Notice
from amends.notices.rules.delivery import OPEN
from amends.notices.verbs import answers, planning, sending
from amends.notices.verbs.noticing import missing_notices
from amends.people.models import Membership
from amends.plumbing import jobs
from tests.messages_at_hand import Killed, Services, delivered, reachable_by, services
from tests.proofs.roads import ROADS, World

SCALE = int(os.environ.get("PROOF_SCALE", "1"))
WALKS = 2 * SCALE
ROADS_A_WALK = 3
KILLS_A_WALK = 12
BEHAVES = ("accepted", "accepted", "later", "failed", "cut_before", "cut_after", "dies")
DIES_AT: tuple[tuple[Any, str], ...] = (
    (listeners, "plan"), (listeners, "changed"), (planning, "queue"), (sending, "_claim"), (sending, "_claim_again"),
    (sending, "take_answer"), (answers, "fall_back"), (answers, "keep"),
)  # fmt: skip
"""Where a process dies, right before or right after the function has done its work."""


class Reaper:
    """Kills now and then at the places above, `most` times at most, and says where it did."""

    def __init__(self, dice: random.Random, most: int) -> None:
        self.dice, self.left, self.killed = dice, most, Counter[str]()

    @contextmanager
    def at_work(self) -> Iterator[None]:
        with ExitStack() as stack:
            for owner, name in DIES_AT:
                stack.enter_context(patch.object(owner, name, self._mortal(getattr(owner, name), name)))
            stack.enter_context(patch.object(jobs, "drain", self._revived(jobs.drain)))
            yield

    def _mortal(self, run: Callable[..., Any], name: str) -> Callable[..., Any]:
        def mortal(*args: Any, **kwargs: Any) -> Any:
            self._strike(f"before {name}")
            result = run(*args, **kwargs)
            self._strike(f"after {name}")
            return result

        return mortal

    def _strike(self, where: str) -> None:
        if self.left and self.dice.random() < 0.1:
            self.left -= 1
            self.killed[where] += 1
            raise Killed

    def _revived(self, drain: Callable[[], int]) -> Callable[[], int]:
        """A worker that dies leaves its jobs `doing`; another one does them again, as `retry_stalled` sees to."""

        def revived() -> int:
            while True:
                try:
                    return drain()
                except Killed:
                    with connection.cursor() as cursor:
                        cursor.execute("UPDATE procrastinate_jobs SET status = 'todo' WHERE status = 'doing'")

        return revived


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(WALKS))
def test_whatever_dies_and_whatever_services_do_everybody_is_told_once(world: World, seed: int) -> None:
    dice = random.Random(seed)
    with services() as post:
        reaper = Reaper(dice, KILLS_A_WALK)
        addresses(world)
        misbehave(post, dice)
        with reaper.at_work():
            for name in dice.sample(sorted(ROADS), ROADS_A_WALK):
                ROADS[name](world)
                jobs.drain()
                delivered(world.time, timedelta(minutes=dice.choice((1, 5, 700))), step=timedelta(minutes=1))
            for service in post.all:
                service.behaves.clear()
            delivered(world.time, timedelta(hours=30), step=timedelta(minutes=20))
        assert reaper.killed
        nothing_is_left_to_do()
        no_line_is_untold()
        nobody_is_told_twice(post)
        everybody_was_reached(post)


def addresses(world: World) -> None:
    """Bolt has every channel, Anna a telephone."""
    assert world.cast.bolt.user_id is not None
    assert world.cast.anna.user_id is not None
    reachable_by(world.cast.bolt.user_id, "push", "wechat", "sms")
    reachable_by(world.cast.anna.user_id, "sms")


def misbehave(post: Services, dice: random.Random) -> None:
    """Each service has a bad day of its own: some of its answers fail, are lost, or are never heard because we die; some addresses end.
    Mail, the last resort, has fewer bad answers than one message has tries."""
    for service in post.all:
        ends = ("gone",) if service.name in ("push", "wechat") else ()
        service.behaves = [dice.choice((*BEHAVES, *ends)) for _ in range(5 if service.name == "mail" else 8)]
    post.sms.reports_within = timedelta(minutes=20)


def nothing_is_left_to_do() -> None:
    assert not Message.objects.filter(state__in=OPEN).exists()
    assert not Message.objects.filter(next_at__isnull=False).exists()
    assert stuck_messages() == []


def no_line_is_untold() -> None:
    """Of every line every audience has its notice, and of every notice every person of the side has a message."""
    assert untold_entries() == []
    told = set(Notice.objects.values_list("key", flat=True))
    assert missing_notices(list(Entry.objects.order_by("case_id", "number")), told) == []
    carried = {(row.user_id, item["key"]) for row in Message.objects.order_by("pk") for item in row.items}
    for notice in Notice.objects.filter(party__in=("consumer", "merchant")).order_by("pk"):
        side = {"consumer_id": notice.consumer_id} if notice.party == "consumer" else {"merchant_id": notice.merchant_id}
        for user in Membership.objects.filter(role=notice.party, **side).order_by().values_list("user_id", flat=True):
            assert (user, notice.key) in carried, notice.kind


def nobody_is_told_twice(post: Services) -> None:
    keys = list(Notice.objects.values_list("key", flat=True))
    assert len(keys) == len(set(keys))
    carried = Counter((row.address, item["key"]) for row in Message.objects.order_by("pk") for item in row.items)
    assert max(carried.values()) == 1, carried.most_common(3)
    for service in post.all:
        for ref, times in service.reached.items():
            row = Message.objects.get(ref=ref)
            assert times == 1 or (not service.takes_keys and times <= row.attempts), (ref, times, row.log)
            if service.can_be_asked or times == 1:
                assert times == 1, (ref, row.log)
                continue
            # It could not be asked, and its answer was lost or nobody lived to hear it: the same text under the same name, once more.
            same = {(out.subject, out.text, out.headers.get("Message-ID")) for out in service.book if out.key == ref}
            assert len(same) == 1, same


def everybody_was_reached(post: Services) -> None:
    """A notice that no message brought was needless when its turn came: what it asked for was done, or its limit had passed."""
    reached = {out.key for service in post.all for out in service.book}
    brought = {(row.user_id, item["key"]) for row in Message.objects.filter(ref__in=reached).order_by("pk") for item in row.items}
    for row in Message.objects.exclude(ref__in=reached).order_by("pk"):
        for item in row.items:
            needless = row.state == "dropped" and row.reason in ("done", "too_late")
            assert needless or (row.user_id, item["key"]) in brought, (row.channel, row.state, row.urgency, row.due_at, row.log[-9:])
