"""No change is missed: two live processes, transactions that commit in another order than they began, readers that move between the two.

Every change is a row that is really committed; what a reader has heard is compared with what was committed, never with an order or a time.
"""

from __future__ import annotations

import asyncio
import os
import random
import signal
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import httpx
import psycopg
import pytest

from amends.cases.models import Case
from amends.cases.verbs.answering import approve
from amends.people.models import Membership
from amends.people.rules import Actor
from amends.people.verbs import make_key
from amends.plumbing.database import url_for
from amends.plumbing.live import Reading, first_reading, next_reading
from tests.cast import Cast, an_order, claims, the_cast
from tests.live_fixture import Live, Reader, live_process

SCALE = int(os.environ.get("PROOF_SCALE", "1"))
CASES, ROUNDS = 6, 3 * SCALE
TELL = (
    "INSERT INTO plumbing_live_change (made_at, merchant_id, case_id, consumer_id, topics) VALUES (now(), %s, %s, %s, '[\"case\"]')"
    " RETURNING xid::text"
)

NUMBERED = "INSERT INTO plumbing_live_change (made_at, merchant_id, topics) VALUES (now(), 1, %s)"


@pytest.fixture
def cast(committed_db: None) -> Cast:
    return the_cast()


@pytest.fixture(scope="module")
def two(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Live, Live]]:
    """Two for all tests of this file: that rows of the test before are gone is nothing new to them."""
    home = tmp_path_factory.mktemp("live")
    with live_process(home / "one") as one, live_process(home / "two") as two:
        yield one, two


def reads(place: Live, actor: Actor, *cases: Case, since: str = "", parts: str = "") -> Reader:
    """A program of this actor that follows these cases; it comes back with the mark it was given last."""
    key = make_key(Membership.objects.get(user_id=actor.user_id), "live")
    params = {"case": [case.ref for case in cases], **({"parts": parts} if parts else {})}
    return Reader(place.url, params, {"authorization": f"Bearer {key}", **({"last-event-id": since} if since else {})})


def some_cases(cast: Cast, count: int = CASES) -> list[Case]:
    return [claims(an_order(cast.bolts, cast.annas), by=cast.anna) for _ in range(count)]


class Pen:
    """A transaction under way that has told of a change and commits when it is told to."""

    def __init__(self, case: Case) -> None:
        self.connection, self.ref = psycopg.connect(url_for("app")), case.ref
        row = self.connection.execute(TELL, [case.merchant_id, case.pk, case.consumer_id]).fetchone()
        self.xid = int(row[0]) if row else 0

    def commits(self) -> None:
        self.connection.execute("SELECT pg_notify('amends_live', '')")
        self.connection.commit()
        self.connection.close()


def hears(reader: Reader, *refs: str) -> None:
    """Sooner or later all of these were told; an event may tell of several."""
    missing = set(refs)
    while missing:
        found = reader.next("change", "reset", "closed")
        assert found.name == "change", found
        missing -= set(found.data["cases"])


def test_a_change_that_began_first_and_commits_last_is_told_to_whoever_came_back_in_between(cast: Cast, two: tuple[Live, Live]) -> None:
    cases = some_cases(cast)
    dice = random.Random(SCALE)
    here, there = two
    with reads(here, cast.anna, *cases) as first:
        first.next("hello")
        mark = first.mark
    for _ in range(ROUNDS):
        pens = [Pen(case) for case in cases]
        assert [pen.xid for pen in pens] == sorted(pen.xid for pen in pens)
        order = pens[:]
        dice.shuffle(order)
        half = len(order) // 2
        with reads(here, cast.anna, *cases, since=mark) as reader:
            for pen in order[:half]:
                pen.commits()
            hears(reader, *(pen.ref for pen in order[:half]))
            mark = reader.mark
        for pen in order[half:]:
            pen.commits()
        with reads(there, cast.anna, *cases, since=mark) as reader:
            hears(reader, *(pen.ref for pen in order[half:]))
            mark = reader.mark
        here, there = there, here


def test_every_row_is_read_once_and_every_mark_stands_before_all_that_is_still_to_come(committed_db: None) -> None:
    """Four writers commit rows in an order of their own while one reader looks again and again; some roll back."""

    def writes(writer: int) -> set[str]:
        dice, kept = random.Random(writer), set[str]()
        for number in range(20 * SCALE):
            pens = {f"{writer}-{number}-{n}": psycopg.connect(url_for("app")) for n in range(3)}
            for topic, pen in pens.items():
                pen.execute(NUMBERED, [f'["{topic}"]'])
            for topic in dice.sample(sorted(pens), 3):
                if dice.random() < 0.8:
                    kept.add(topic)
                    pens[topic].commit()
                pens[topic].close()
        return kept

    async def reads_on(done: list[Future[set[str]]]) -> list[Reading]:
        async with await psycopg.AsyncConnection.connect(url_for("app"), autocommit=True) as reader:
            found = [await first_reading(reader, most=10)]
            while not all(one.done() for one in done):
                found.append(await next_reading(reader, found[-1].snapshot))
            return [*found, await next_reading(reader, found[-1].snapshot)]

    with ThreadPoolExecutor(4) as pool:
        done = [pool.submit(writes, writer) for writer in range(4)]
        readings = asyncio.run(reads_on(done))
    told = [change.topics[0] for reading in readings for change in reading.changes]
    assert sorted(told) == sorted(topic for one in done for topic in one.result())
    for at, reading in enumerate(readings):
        assert all(change.xid >= reading.xmin for later in readings[at + 1 :] for change in later.changes)


def test_what_writers_commit_at_random_is_heard_by_readers_of_both_processes_who_keep_moving(cast: Cast, two: tuple[Live, Live]) -> None:
    cases = some_cases(cast)

    def writes(number: int) -> None:
        dice = random.Random(number)
        for _ in range(ROUNDS):
            held = [Pen(case) for case in dice.sample(cases, 2)]
            dice.shuffle(held)
            for pen in held:
                pen.commits()

    with reads(two[0], cast.anna, *cases) as begun:
        begun.next("hello")
        mark = begun.mark
    with ThreadPoolExecutor(4) as pool:
        done = [pool.submit(writes, number) for number in range(4)]
        for place in two * 3:
            with reads(place, cast.anna, *cases, since=mark) as reader:
                reader.next("change", "hello")
                mark = reader.mark
        for one in done:
            one.result()
    last = [Pen(case) for case in cases]
    for pen in last:
        pen.commits()
    for place in two:
        with reads(place, cast.anna, *cases, since=mark) as reader:
            hears(reader, *(case.ref for case in cases))


def test_a_verb_is_heard_by_both_sides_and_the_platform_and_by_nobody_else(cast: Cast, two: tuple[Live, Live]) -> None:
    (case,) = some_cases(cast, 1)
    one, other = two
    with (
        reads(one, cast.anna, case) as anna,
        reads(other, cast.bolt, case, parts="queue,counters") as bolt,
        reads(other, cast.judge, parts="queue") as judge,
        reads(one, cast.rival, parts="queue,counters,notices") as rival,
        reads(other, cast.berta, parts="counters,notices") as berta,
    ):
        for reader in (anna, bolt, judge, rival, berta):
            reader.next("hello")
        approve(case.ref, by=cast.bolt)
        hears(anna, case.ref)
        hears(bolt, case.ref)
        assert judge.next("change").data == {"cases": [], "parts": ["queue"], "among": 1}
        assert rival.silent() and berta.silent()


def test_a_foreign_case_a_wrong_key_and_a_stranger_are_refused(cast: Cast, two: tuple[Live, Live]) -> None:
    (case,) = some_cases(cast, 1)
    url = f"{two[0].url}/events"
    keys = {actor: make_key(Membership.objects.get(user_id=actor.user_id), "live") for actor in (cast.rival, cast.berta, cast.anna)}
    for actor in (cast.rival, cast.berta):
        answer = httpx.get(url, params={"case": case.ref}, headers={"authorization": f"Bearer {keys[actor]}"})
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert httpx.get(url, headers={"authorization": "Bearer am_0000_nothing"}).status_code == 401
    assert httpx.get(url).status_code == 401
    mine = {"authorization": f"Bearer {keys[cast.anna]}"}
    assert httpx.get(url, headers={**mine, "origin": "https://elsewhere.example"}).status_code == 403
    assert httpx.get(url, headers={**mine, "host": "elsewhere.example"}).status_code == 404
    assert httpx.get(url, params={"parts": "everything"}, headers=mine).json()["code"] == "no_such_part"
    assert httpx.get(url, params={"since": "yesterday"}, headers=mine).json()["code"] == "bad_mark"
    assert httpx.post(url, headers=mine).status_code == 405


def test_more_pages_than_one_person_may_hold_are_refused_in_words(cast: Cast, tmp_path: Path) -> None:
    with live_process(tmp_path / "one", "--of-user", "2") as place, reads(place, cast.anna) as one, reads(place, cast.anna) as other:
        one.next("hello")
        other.next("hello")
        key = make_key(Membership.objects.get(user_id=cast.anna.user_id), "live")
        answer = httpx.get(f"{place.url}/events", headers={"authorization": f"Bearer {key}", "accept-language": "zh-CN"})
        assert answer.status_code == 429 and "最多 2 个" in answer.json()["detail"]


def test_asked_to_stop_it_ends_every_stream_and_its_successor_on_the_same_port_tells_what_was_missed(cast: Cast, tmp_path: Path) -> None:
    (case,) = some_cases(cast, 1)
    with live_process(tmp_path / "one") as place, reads(place, cast.anna, case) as reader:
        mark = reader.next("hello").mark
        assert place.ends(signal.SIGTERM) == 0
        assert reader.next("end").data == {"why": "restart"}
        assert reader.next("closed")
    approve(case.ref, by=cast.bolt)
    with live_process(tmp_path / "one") as place_again, reads(place_again, cast.anna, case, since=mark) as reader:
        assert place_again.url == place.url
        hears(reader, case.ref)


def test_whoever_missed_more_than_is_kept_is_told_to_look_at_everything(cast: Cast, two: tuple[Live, Live]) -> None:
    (case,) = some_cases(cast, 1)
    with reads(two[0], cast.anna, case, since="5-1000") as reader:
        assert reader.next("reset", "change").name == "reset"


def test_a_connection_that_the_database_cuts_costs_no_change(cast: Cast, two: tuple[Live, Live]) -> None:
    cases = some_cases(cast, 2)
    with reads(two[0], cast.anna, *cases) as reader:
        reader.next("hello")
        with psycopg.connect(url_for("app"), autocommit=True) as database:
            ours = "application_name = 'amends live' AND datname = current_database()"
            assert database.execute(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {ours}").fetchall()
        Pen(cases[0]).commits()
        Pen(cases[1]).commits()
        hears(reader, cases[0].ref, cases[1].ref)
