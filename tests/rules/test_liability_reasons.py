"""Who should bear a cost, from the record alone: each reason for its party, together never certain, and nothing from scales that differ."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from amends.liability.reasons import LEAST, MOST, WORDS, Record, Way, reason_words, suggest

LOST = Way("SF1", lost=True)


@pytest.mark.parametrize(
    ("record", "wanted"),
    [
        (Record("lost", [LOST]), {"carrier": ("told_lost",)}),
        (Record("lost", [Way("SF1", presumed=True)]), {"carrier": ("presumed_lost",)}),
        (Record("lost", [Way("SF1", lost=True, handed_over=False)]), {"merchant": ("not_handed_over",)}),
        (Record("damaged", [Way("SF1", damaged=True, weighed=1000, arrived=800)]), {"carrier": ("told_damaged", "light_on_arrival")}),
        (Record("missing_item", [Way("SF1", said=1000, weighed=700)]), {"merchant": ("sent_light",)}),
        (Record("missing_item", [Way("SF1", said=1000, weighed=960)]), {}),
        (Record("quality", [Way("RT1", outbound=False, said=1000, weighed=700)]), {}),
        (Record("misdelivered", [Way("SF1", missed=True, shared=True)]), {"merchant": ("wrong_label",), "carrier": ("missed",)}),
        (Record("late", [Way("SF1", late_days=3, broken_dates=2)]), {"carrier": ("broken_date", "late")}),
        (Record("wrong_item", wrong_items=1), {"merchant": ("wrong_item",)}),
        (Record("quality", faulty=1, batches={"B7": 2}), {"supplier": ("fault_found",)}),
        (Record("quality", faulty=1, batches={"B7": 3}), {"supplier": ("same_batch", "fault_found")}),
        (Record("no_reason", [Way("SF1")]), {}),
    ],
)
def test_the_record_speaks_for_its_party(record: Record, wanted: dict[str, tuple[str, ...]]) -> None:
    assert {one.party: tuple(row.code for row in one.reasons) for one in suggest(record)} == wanted


def test_the_strongest_party_stands_first() -> None:
    found = suggest(Record("misdelivered", [Way("SF1", missed=True, shared=True)]))
    assert [one.party for one in found] == ["merchant", "carrier"]
    assert found[0].score_bps > found[1].score_bps


def test_each_reason_says_what_it_rests_on_in_both_languages() -> None:
    for code, words in WORDS.items():
        said = reason_words(code, {"waybill": "SF1", "n": 2, "days": 3, "batch": "B7", "from_grams": 9, "to_grams": 8})
        assert "{" not in said.into("zh") + said.into("en"), (code, words)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    lost=st.booleans(), presumed=st.booleans(), damaged=st.booleans(), missed=st.booleans(), shared=st.booleans(), held=st.booleans(),
    late=st.integers(0, 9), broken=st.integers(0, 3), said=st.none() | st.integers(0, 9999), weighed=st.none() | st.integers(0, 9999),
    arrived=st.none() | st.integers(0, 9999), n=st.integers(0, 4),
)  # fmt: skip
def test_no_record_is_certain_and_nobody_is_named_for_nothing(
    lost: bool, presumed: bool, damaged: bool, missed: bool, shared: bool, held: bool, late: int, broken: int, said: int | None,
    weighed: int | None, arrived: int | None, n: int,
) -> None:  # fmt: skip
    way = Way("SF1", True, lost, presumed, damaged, missed, late, broken, held, shared, said, weighed, arrived)
    for one in suggest(Record("lost", [way], wrong_items=n, faulty=n, batches={"B": n})):
        assert LEAST <= one.score_bps <= MOST
        assert one.reasons
        assert max(row.bps for row in one.reasons) <= one.score_bps or one.score_bps == MOST
        assert all(row.party == one.party for row in one.reasons)
