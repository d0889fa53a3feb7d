"""What a waybill's events come to: the same for every order and every doubling."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from amends.shipping.couriers import COURIERS, carrier_key, carrier_words
from amends.shipping.rules import KINDS, RANK, Told, clean_waybill, fold

DAY = datetime(2026, 3, 10, 8, tzinfo=UTC)


def told(kind: str, hour: int, **more: object) -> Told:
    return Told(kind, DAY + timedelta(hours=hour), **more)  # type: ignore[arg-type]


JOURNEYS = {
    "arrives": (["accepted", "in_transit", "weighed", "out_for_delivery", "delivered"], "delivered"),
    "attempted, then fetched": (["accepted", "out_for_delivery", "attempt_failed", "unclaimed", "delivered"], "delivered"),
    "goes back": (["accepted", "in_transit", "returning", "in_transit", "delivered"], "returned"),
    "never fetched": (["in_transit", "unclaimed", "returning", "in_transit"], "returning"),
    "lost": (["accepted", "in_transit", "exception", "lost"], "lost"),
    "lost and found": (["in_transit", "lost", "in_transit", "delivered"], "delivered"),
    "damaged on the way": (["in_transit", "damaged", "out_for_delivery", "delivered"], "delivered"),
    "a depot's scan comes late": (["in_transit", "out_for_delivery", "delivered", "in_transit"], "delivered"),
    "label voided": (["cancelled"], "cancelled"),
    "cancelled in vain": (["accepted", "in_transit", "cancelled"], "in_transit"),
}


@pytest.mark.parametrize("name", JOURNEYS)
def test_every_order_of_a_journey_ends_in_its_state(name: str) -> None:
    kinds, end = JOURNEYS[name]
    events = [told(kind, hour) for hour, kind in enumerate(kinds)]
    assert {fold(order).state for order in permutations(events)} == {end}
    assert fold([*events, *reversed(events)]) == fold(events)


@given(
    st.lists(st.tuples(st.sampled_from(list(KINDS)), st.integers(0, 5), st.sampled_from(["", "杭州", "Yiwu"])), max_size=12), st.randoms()
)
def test_any_set_of_events_folds_alike_in_any_order(rows: list[tuple[str, int, str]], draw: object) -> None:
    events = [told(kind, hour, place=place, weight_grams=hour * 100 if kind == "weighed" else None) for kind, hour, place in rows]
    shuffled = events + events[:3]
    draw.shuffle(shuffled)  # type: ignore[attr-defined]
    assert fold(shuffled) == fold(events)


def test_of_one_instant_the_later_stage_of_a_life_is_the_later_event() -> None:
    assert fold([told("delivered", 1), told("in_transit", 1)]).state == "delivered"
    assert RANK["accepted"] < RANK["in_transit"] < RANK["out_for_delivery"] < RANK["delivered"]


def test_the_last_weight_and_the_last_expectation_stand() -> None:
    later = DAY + timedelta(days=3)
    folded = fold([told("weighed", 2, weight_grams=900), told("weighed", 1, weight_grams=1200), told("expected", 3, expected_at=later)])
    assert (folded.state, folded.weight_grams, folded.expected_at) == ("", 900, later)


def test_the_state_stands_since_its_first_event_and_the_place_is_the_last() -> None:
    folded = fold([told("in_transit", 1, place="杭州"), told("in_transit", 5, place="上海"), told("accepted", 0)])
    assert (folded.at, folded.place) == (DAY + timedelta(hours=1), "上海")


def test_events_that_nobody_could_mean_are_refused() -> None:
    with pytest.raises(ValueError):
        told("teleported", 1)
    with pytest.raises(ValueError):
        Told("delivered", datetime(2026, 3, 10))  # noqa: DTZ001


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ("顺丰", "sf"),
        ("SF Express", "sf"),
        (" shunfeng ", "sf"),
        ("ＵＳＰＳ", "usps"),
        ("中通快递", "zto"),
        ("J&T Express", "jt"),
        ("Otto's Vans", "ottosvans"),
    ],
)
def test_however_a_courier_is_spelled_it_has_one_key(typed: str, key: str) -> None:
    assert carrier_key(typed) == key == carrier_key(key)


def test_no_spelling_means_two_couriers() -> None:
    for key, row in COURIERS.items():
        assert {carrier_key(name) for name in (row.words.zh, row.words.en, row.kuaidi100 or key, row.easypost or key)} == {key}
    assert str(carrier_words("Otto's Vans")) == "Otto's Vans"


def test_a_waybill_is_compared_without_what_people_put_between() -> None:
    assert clean_waybill(" sf-12 34 ５６ ") == "SF123456"


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("【杭州】快递员：张三，电话 138 0013 8000，正在派件", "【杭州】快递员：…，电话 …，正在派件"),
        ("已签收，签收人：李四。", "已签收，签收人：…。"),
        ("Signed by: J. Doe, call +1 555 010 9999", "Signed by: …, call …"),
        ("离开 3 号分拣线，重量 1.2 kg", "离开 3 号分拣线，重量 1.2 kg"),
    ],
)
def test_who_signed_and_whom_to_call_are_not_kept(said: str, kept: str) -> None:
    assert told("delivered", 1, words=said).words == kept
