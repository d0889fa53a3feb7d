"""Facts: what is kept comes back, old facts still open, strangers' facts are refused field by field, and the schema says the same."""

from __future__ import annotations

import json
from dataclasses import MISSING, fields
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from amends.kernel.parties import Party
from amends.policy.rules.facts import (
    CHANNELS,
    CONFIRMATIONS,
    FAULT_PROOFS,
    REPAIR_DELAYS,
    Facts,
    GoodsClass,
    History,
    ImpossibleFacts,
    IssueType,
    Promotion,
    TenderShare,
    Trait,
    Weighing,
    _impossible,
)
from amends.policy.rules.facts_schema import FIELDS, FactsRefused, facts_schema, read_facts
from amends.policy.rules.plausible import implausible

NOON = datetime(2026, 11, 2, 4, tzinfo=UTC)
BARE: dict[str, Any] = {
    "issue": "quality", "goods_class": "food", "asked_at": "2026-11-02T12:00:00+08:00", "order_at": "2026-10-30T12:00:00+08:00",
    "shipped": True, "received": True,
}  # fmt: skip
INSTANT = st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - the strategy adds the zone
MINOR = st.integers(0, 10**9)


@st.composite
def all_facts(draw: st.DrawFn) -> Facts:
    """Facts of every kind, each field known or not."""
    shipped = draw(st.booleans())
    quantity = draw(st.integers(1, 5))
    sums = {name: draw(MINOR) for name in FIELDS if name.endswith("_minor")}
    more = {name: draw(st.none() | INSTANT) for name in ("signed_at", "installed_at", "opened_at", "noticed_at", "received_back_at")}
    return Facts(
        issue=draw(st.sampled_from(IssueType)), goods_class=draw(st.sampled_from(GoodsClass)), asked_at=draw(INSTANT),
        order_at=draw(INSTANT), shipped=shipped, received=shipped and draw(st.booleans()), channel=draw(st.sampled_from(CHANNELS)),
        traits=tuple(draw(st.lists(st.sampled_from(list(Trait)), max_size=3))), promises=draw(st.sampled_from([(), ("tenfold",)])),
        flags=draw(st.dictionaries(st.sampled_from(["soiled", "activated"]), st.none() | st.booleans())),
        courier_by=draw(st.sampled_from([None, "merchant", "consumer"])), fault_of=draw(st.none() | st.sampled_from(Party)),
        fault_proof=draw(st.sampled_from([None, *FAULT_PROOFS])), confirmed_exclusion=draw(st.sampled_from([None, *CONFIRMATIONS])),
        repair_delay=draw(st.sampled_from([None, *REPAIR_DELAYS])), quantity=quantity, ordered=quantity + draw(st.integers(0, 3)),
        weighing=draw(st.none() | st.builds(Weighing, st.integers(1, 5000), st.integers(0, 5000))),
        tenders=tuple(draw(st.lists(st.builds(TenderShare, st.sampled_from(["card", "points"]), MINOR), max_size=2))),
        promotions=tuple(draw(st.lists(st.builds(Promotion, st.just("discount"), MINOR, MINOR, MINOR, MINOR), max_size=2))),
        bad_share_bps=draw(st.none() | st.integers(0, 10_000)),
        history=History(draw(st.integers(0, 99)), draw(MINOR), score_bps=draw(st.none() | st.just(8000))),
        asks_person=draw(st.booleans()), **sums, **more,
    )  # fmt: skip


@settings(max_examples=40, deadline=None)
@given(all_facts())
def test_what_is_kept_comes_back(these: Facts) -> None:
    assert Facts.from_json(json.loads(json.dumps(these.to_json()))) == these
    assert Facts.from_json(json.loads(json.dumps(these.compact()))) == these
    assert read_facts(json.loads(json.dumps(these.to_json()))) == these


def test_facts_stamped_before_there_were_traits_and_promises_still_open() -> None:
    old = {
        **BARE, "signed_at": None, "flags": {"soiled": None}, "confirmed_exclusion": None, "promised_no_reason": False, "currency": "CNY",
        "promotions": [], "weighing": None, "paid_minor": 100, "repair_delay": None,
    }  # fmt: skip
    these = Facts.from_json(old)
    assert (these.traits, these.promises, these.history, these.channel, these.jurisdiction) == ((), (), History(), "online", "CN")


IMPOSSIBLE: dict[str, dict[str, Any]] = {
    "signed_at": {"signed_at": NOON.replace(tzinfo=None)},
    "installed_at": {"installed_at": NOON.replace(tzinfo=None)},
    "loss_minor": {"loss_minor": -1},
    "received": {"shipped": False, "received": True},
    "quantity": {"quantity": 2},
    "channel": {"channel": "pigeon"},
    "traits": {"traits": ("shiny",)},
    "courier_by": {"courier_by": "carrier"},
    "card_fee_by": {"card_fee_by": "bank"},
    "fault_proof": {"fault_proof": "rumour"},
    "confirmed_exclusion": {"confirmed_exclusion": "maybe"},
    "repair_delay": {"repair_delay": "sloth"},
    "bad_share_bps": {"bad_share_bps": 10_001},
    "weighing": {"weighing": Weighing(0, 0)},
}


@pytest.mark.parametrize("name", IMPOSSIBLE)
def test_what_cannot_be_is_refused_by_field(name: str) -> None:
    usual: dict[str, Any] = {
        "issue": IssueType.QUALITY, "goods_class": GoodsClass.FOOD, "asked_at": NOON, "order_at": NOON, "shipped": True, "received": True,
    }  # fmt: skip
    with pytest.raises(ImpossibleFacts) as refused:
        Facts(**(usual | IMPOSSIBLE[name]))
    assert set(refused.value.wrong) == {name}


@settings(max_examples=40, deadline=None)
@given(all_facts())
def test_possible_facts_have_nothing_impossible(these: Facts) -> None:
    assert not dict(_impossible(these))


REFUSED: list[tuple[dict[str, Any], str, str]] = [
    ({"colour": "red"}, "colour", "no such field"),
    ({"paid_minor": "3"}, "paid_minor", "whole number"),
    ({"paid_minor": 3.5}, "paid_minor", "whole number"),
    ({"paid_minor": -1}, "paid_minor", "from 0"),
    ({"repairs_failed": True}, "repairs_failed", "whole number"),
    ({"shipped": None}, "shipped", "true or false"),
    ({"asked_at": "2026-02-30T00:00:00Z"}, "asked_at", "instant"),
    ({"asked_at": "2026-02-20T00:00:00"}, "asked_at", "zone"),
    ({"asked_at": 1}, "asked_at", "instant"),
    ({"issue": "qualty"}, "issue", "one of"),
    ({"traits": ["shiny"]}, "traits.0", "one of"),
    ({"traits": "fresh"}, "traits", "list"),
    ({"flags": {"soiled": "yes"}}, "flags.soiled", "true, false or null"),
    ({"history": {"score_bps": 10_001}}, "history.score_bps", "from 0 to 10000"),
    ({"history": {"mood": 1}}, "history.mood", "no such field"),
    ({"weighing": {"billed_grams": 500}}, "weighing.weighed_grams", "missing"),
    ({"tenders": [{"kind": "card", "minor": -1}]}, "tenders.0.minor", "from 0"),
    ({"jurisdiction": "China"}, "jurisdiction", "at most 2"),
    ({"region": "x\x00"}, "region", "text"),
    ({"shipped": False}, "received", "never shipped"),
    ({"quantity": 3, "ordered": 2}, "quantity", "2 ordered"),
]


@pytest.mark.parametrize(("more", "field", "said"), REFUSED)
def test_strangers_facts_are_refused_field_by_field(more: dict[str, Any], field: str, said: str) -> None:
    with pytest.raises(FactsRefused) as refused:
        read_facts(BARE | more)
    assert set(refused.value.fields) == {field}
    assert said in refused.value.fields[field].into("en")
    assert refused.value.fields[field].into("zh") != refused.value.fields[field].into("en")
    assert field in refused.value.text.into("zh")


def test_everything_wrong_is_told_at_once() -> None:
    with pytest.raises(FactsRefused) as refused:
        read_facts({"issue": "x", "colour": 1, "shipped": "{no}"})
    assert set(refused.value.fields) == {"issue", "colour", "shipped", "goods_class", "asked_at", "order_at", "received"}
    assert refused.value.status == 422
    assert "(no)" in refused.value.text.into("en")


@pytest.mark.parametrize("raw", [[], "facts", None, 7])
def test_what_is_no_object_is_refused(raw: Any) -> None:
    with pytest.raises(FactsRefused):
        read_facts(raw)


def test_the_schema_names_every_field_in_both_languages() -> None:
    schema = facts_schema()
    assert list(schema["properties"]) == [each.name for each in fields(Facts)]
    assert schema["required"] == [each.name for each in fields(Facts) if each.default is MISSING and each.default_factory is MISSING]
    assert schema["additionalProperties"] is False
    for name, said in schema["properties"].items():
        texts = said["x-texts"]
        assert texts["title"]["zh"] != texts["title"]["en"], name
        assert texts["description"]["zh"] != texts["description"]["en"], name
        assert said["title"] == texts["title"]["en"]
    assert json.loads(json.dumps(schema)) == schema


def test_instants_are_read_as_utc() -> None:
    assert read_facts(BARE).asked_at == NOON
    assert read_facts(BARE).asked_at.utcoffset() == timedelta(0)


SOLD: dict[str, Any] = BARE | {"paid_minor": 19900, "list_minor": 24900, "discount_minor": 5000, "freight_minor": 600}
CONTRADICTORY: list[tuple[dict[str, Any], str]] = [
    ({"tenders": [{"kind": "wallet", "minor": 999_999_999}]}, "tenders"),
    ({"tenders": [{"kind": "wallet", "minor": 0}]}, "tenders"),
    ({"tenders": [{"kind": "voucher", "minor": 19900}]}, "tenders"),
    ({"tenders": [{"kind": "card", "minor": 19900}, {"kind": "wallet", "minor": 601}]}, "tenders"),
    ({"discount_minor": 50_000, "list_minor": 100}, "discount_minor"),
    ({"discount_minor": 20_000, "coupon_minor": 5_000}, "discount_minor"),
    ({"card_fee_minor": 10**9, "card_fee_by": "consumer"}, "card_fee_minor"),
    ({"signed_at": "2026-11-01T12:00:00+08:00", "opened_at": "2026-11-01T11:00:00+08:00"}, "opened_at"),
]


@pytest.mark.parametrize(("more", "field"), CONTRADICTORY)
def test_facts_that_contradict_each_other_are_refused_by_field(more: dict[str, Any], field: str) -> None:
    [(name, right)] = implausible(read_facts(SOLD | more))
    assert name == field
    assert right.into("zh") != right.into("en")


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"tenders": [{"kind": "card", "minor": 20500}]},
        {"tenders": [{"kind": "card", "minor": 19900}, {"kind": "shop_coupon", "minor": 600}]},
        {"discount_minor": 4000, "coupon_minor": 1000, "tenders": [{"kind": "card", "minor": 19900}, {"kind": "coupon", "minor": 1000}]},
        {"card_fee_minor": 199, "card_fee_by": "consumer"},
        {"list_minor": 0, "discount_minor": 0},
        {"signed_at": "2026-11-01T12:00:00+08:00", "opened_at": "2026-11-01T12:00:00+08:00"},
    ],
)
def test_facts_that_agree_are_taken(more: dict[str, Any]) -> None:
    assert not dict(implausible(read_facts(SOLD | more)))
