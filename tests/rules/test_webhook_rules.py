"""Webhooks without a database: which events are wanted, when they are tried again, where they may go, what they say."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from amends.cases.rules.facts import outward
from amends.cases.rules.told import is_told
from amends.kernel.parties import Party
from amends.management.webhooks_page import PAGE, body, page
from amends.notices.webhooks.rules import events
from amends.notices.webhooks.rules.examples import EXAMPLES
from amends.notices.webhooks.rules.places import is_public, wrong_address
from amends.notices.webhooks.rules.schedule import MOST_ATTEMPTS, WAITS, Heard, Outcome, error_of, outcome_of, seconds_asked, wait_after

AT = datetime(2026, 3, 10, 2, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("pattern", "type_", "fits"),
    [
        ("*", "refund.pay", True), ("refund.*", "refund.pay", True), ("refund.pay", "refund.pay", True), ("*.remind", "case.remind", True),
        ("case.*", "refund.pay", False), ("refund.pay", "refund.fail", False), ("*.pay", "case.remind", False),
    ],
)  # fmt: skip
def test_patterns(pattern: str, type_: str, fits: bool) -> None:
    assert events.fits(pattern, type_) is fits


@pytest.mark.parametrize(
    "patterns", [[], ["case"], ["case."], [".pay"], ["CASE.*"], ["case.*.x"], ["lamp.*"], ["case.pay"], ["case.app*"], ["*"] * 41]
)
def test_patterns_that_mean_nothing_are_refused(patterns: list[str]) -> None:
    assert events.wrong_patterns(patterns) is not None


def test_every_type_that_there_is_may_be_asked_for_by_name() -> None:
    assert len(events.TYPES) > 80 and all(events.wrong_patterns([type_]) is None for type_ in events.TYPES)


def test_a_changed_filter_leaves_the_past_as_it_was() -> None:
    kept = events.begun(["case.*"], AT)
    kept = events.changed(kept, ["refund.*"], AT + HOUR)
    assert events.changed(kept, ["refund.*"], AT + 2 * HOUR) == kept, "the same patterns begin nothing new"
    assert events.wants(kept, "case.apply", AT) and not events.wants(kept, "refund.pay", AT)
    assert events.wants(kept, "refund.pay", AT + HOUR) and not events.wants(kept, "case.apply", AT + HOUR)
    assert not events.wants(kept, "case.apply", AT - HOUR) and events.patterns_now(kept) == ["refund.*"]
    for number in range(20):
        kept = events.changed(kept, ["*"] if number % 2 else ["case.*"], AT + number * HOUR)
    assert len(kept) == events.MOST_CHANGES


def test_the_waits_last_three_days_and_are_spread_but_alike_for_one_key() -> None:
    waits = [wait_after(failed, key="WD-1") for failed in range(1, MOST_ATTEMPTS)]
    assert all(wait is not None and least <= wait <= least * 1.1 for wait, least in zip(waits, WAITS, strict=True))
    assert timedelta(days=3) < sum(WAITS, timedelta()) < timedelta(days=4) and wait_after(MOST_ATTEMPTS, key="WD-1") is None
    assert wait_after(2, key="WD-1") == wait_after(2, key="WD-1") != wait_after(2, key="WD-2")
    assert wait_after(1, key="WD-1", asked=3600) == HOUR and wait_after(1, key="WD-1", asked=10**8) == 24 * HOUR


@pytest.mark.parametrize(
    ("heard", "outcome", "error"),
    [
        (Heard(200), Outcome.ARRIVED, ""), (Heard(204), Outcome.ARRIVED, ""), (Heard(301), Outcome.AWAY, "redirected"),
        (Heard(400), Outcome.REFUSED, "http_400"), (Heard(410), Outcome.GONE, "http_410"), (Heard(429), Outcome.AWAY, "http_429"),
        (Heard(503), Outcome.AWAY, "http_503"), (Heard(error="timeout"), Outcome.AWAY, "timeout"), (Heard(), Outcome.AWAY, "no_connection"),
    ],
)  # fmt: skip
def test_what_an_answer_means(heard: Heard, outcome: Outcome, error: str) -> None:
    assert (outcome_of(heard), error_of(heard)) == (outcome, error)


@pytest.mark.parametrize(("header", "seconds"), [("120", 120), ("", None), ("-1", None), ("1e9", None), ("٣", None), ("9" * 30, None)])
def test_retry_after(header: str, seconds: int | None) -> None:
    assert seconds_asked(header) == seconds


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808", "2002:808:808::1"])
def test_addresses_of_the_open_internet(address: str) -> None:
    assert is_public(address)


INSIDE = """
127.0.0.1 127.8.8.8 0.0.0.0 10.0.0.1 172.16.0.1 192.168.1.1 169.254.169.254 100.64.0.1 192.0.0.1 192.88.99.1 198.18.0.1 203.0.113.5
224.0.1.1 240.0.0.1 255.255.255.255 :: ::1 ::7f00:1 ::ffff:10.0.0.1 64:ff9b::7f00:1 64:ff9b:1::1 2002:7f00:1::1 2001:0:53aa:64c::1
2001:db8::1 3fff::1 100::1 5f00::1 fe80::1%eth0 fc00::1 fec0::1 ff02::1 ff0e::1
"""


@pytest.mark.parametrize("address", INSIDE.split())
def test_addresses_that_are_never_called(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("host", ["127.1", "2130706433", "0", "0x7f000001", "a.0x7f", "example.com:22", "example.com:25", "127.1."])
def test_a_host_is_a_name_or_a_whole_address_at_a_port_for_the_web(host: str) -> None:
    assert wrong_address(f"https://{host}/hooks") is not None


@pytest.mark.parametrize(
    "host", ["example.com", "example.com:443", "example.com:8443", "8.8.8.8", "[2606:4700::1111]:1024", "7eleven.example"]
)
def test_hosts_that_may_be_written_down(host: str) -> None:
    assert wrong_address(f"https://{host}/hooks") is None


def test_keys_of_the_database_stay_here_and_the_unit_of_a_sum_goes_out() -> None:
    facts = {"unit": "CNY", "refund": "RF-1", "amount_minor": 5, "text": 7, "units": [1, 2], "heard": [3], "tender": "T-1"}
    assert outward(facts) == {"unit": "CNY", "refund": "RF-1", "amount_minor": 5}
    assert outward({"unit": 12, "units": 3, "refund": 9}) == {"units": 3}


@pytest.mark.parametrize("type_", EXAMPLES)
def test_an_example_is_a_move_of_the_table_and_small(type_: str) -> None:
    one, (life, _, verb) = EXAMPLES[type_], type_.partition(".")
    moves = next(each for each in events.LIVES if each.name == life).moves
    assert type_ in events.TYPES
    assert is_told(life, verb) or moves[one.came_from, verb, Party(one.party)] == one.went_to
    told = json.loads(body(one))
    assert told["type"] == type_ and len(body(one).encode()) < 20_000 and outward(one.facts) == one.facts


def test_the_page_of_events_is_what_the_tables_say() -> None:
    assert PAGE.read_text("utf-8") == page(), "docs/webhooks.md is stale; run: amends webhooks page"
