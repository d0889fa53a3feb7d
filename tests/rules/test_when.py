"""Conditions over facts: what they may say, what is refused with its column, and that the unknown never counts as true."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from amends.kernel.parties import Party
from amends.policy.rules.facts import Facts, GoodsClass, History, IssueType, TenderShare, Weighing
from amends.policy.rules.when import LOOPS, NAMES, WhenError, compiled

NOON = datetime(2026, 11, 2, 4, tzinfo=UTC)


def facts(**more: Any) -> Facts:
    usual: dict[str, Any] = {
        "issue": IssueType.QUALITY, "goods_class": GoodsClass.FOOD, "asked_at": NOON, "order_at": NOON - timedelta(days=3), "shipped": True,
        "received": True, "signed_at": NOON - timedelta(hours=30), "paid_minor": 8800, "traits": ("durable",), "tier": "gold",
    }  # fmt: skip
    return Facts(**(usual | more))


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("paid_minor <= 10000 && 'durable' in traits", True),
        ("issue == 'quality' && state == 'received' && goods_class in ['food', 'fresh']", True),
        ("asked_at - signed_at < duration('24h')", False),
        ("asked_at < timestamp('2026-11-11T00:00:00+08:00')", True),
        ("tier == 'gold' ? paid_minor <= 5000 : paid_minor <= 10000", False),
        ("!(group == 'fault') || asks_person", False),
        ("region.startsWith('CN-') || size(promises) == 0", True),
        ("has(flags.activated) && flags.activated", False),
        ("fault_of == null", True),
        ("paid_minor * 2 - 100 > 17000 && quantity % 2 == 1", True),
        ("history.cases_30d < 5 // never decides, only routes", True),
        ("'card' in tenders", False),
    ],
)
def test_a_condition_holds_or_not(text: str, holds: bool) -> None:
    assert compiled(text).holds(facts()) is holds


@pytest.mark.parametrize(
    "text", ["bad_share_bps > 3000", "history.score_bps >= 8000", "flags.activated", "opened_at < asked_at", "weighing.billed_grams > 1"]
)
def test_what_is_not_known_is_neither_true_nor_false(text: str) -> None:
    assert compiled(text).holds(facts()) is None
    known = facts(
        bad_share_bps=4000, history=History(score_bps=9000), flags={"activated": True}, opened_at=NOON - timedelta(hours=1),
        weighing=Weighing(500, 480),
    )  # fmt: skip
    assert compiled(text).holds(known) is True


@pytest.mark.parametrize("loop", sorted(LOOPS))
def test_no_loop_is_let_in(loop: str) -> None:
    for text in (f"traits.{loop}(t, t == 'fresh')", f"{loop}(traits, t, true)", f"[1, 2].{loop}(x, x > 1)"):
        with pytest.raises(WhenError) as refused:
            compiled(text)
        assert refused.value.offset == text.index(loop)
        assert "循环" in refused.value.text.into("zh")
        assert "Loops" in refused.value.text.into("en")


@pytest.mark.parametrize(
    ("text", "at", "said"),
    [
        ("paid_minor <=", 13, "ends too early"),
        ("paid_minor < < 3", 13, "no place"),
        ("paid_minr < 3", 0, "paid_minr is unknown"),
        ("shipped && nobody == 1", 11, "nobody is unknown"),
        ("history.nothing > 1", 8, "nothing is unknown"),
        ("paid_minor", 0, "yes or no"),
        ("paid_minor + 1", 0, "yes or no"),
        ("shipped && paid_minor", 11, "yes or no"),
        ("shipped ? 1 : 2", 0, "yes or no"),
        ("paid_minor == 'many'", 11, "do not go together"),
        ("issue == 'qualty'", 9, "There is no qualty"),
        ("issue in ['quality', 'othr']", 9, "There is no othr"),
        ("'freshh' in traits", 0, "There is no freshh"),
        ("duration('48 hours') < duration('1h')", 9, "cannot be read"),
        ("timestamp('2026-02-30T00:00:00Z') < asked_at", 10, "cannot be read"),
        ("env('HOME') == 'x'", 0, "env is unknown"),
        ("tier.matches('(a+)+')", 5, "matches is unknown"),
        ("shipped @ received", 8, "no place"),
        ("{'a': true}.a", 0, "no place"),
        ("paid_minor < 99999999999999999999", 13, "too large"),
        ("traits[0] == 'fresh'", 6, "Only flags"),
    ],
)
def test_what_cannot_be_is_refused_with_its_column(text: str, at: int, said: str) -> None:
    with pytest.raises(WhenError) as refused:
        compiled(text)
    assert (refused.value.offset, said in refused.value.text.into("en")) == (at, True), refused.value.text.into("en")
    assert refused.value.text.into("zh") != refused.value.text.into("en")


def test_a_condition_that_is_too_long_or_too_deep_is_refused() -> None:
    for text in ("shipped && " * 200 + "shipped", "(" * 60 + "shipped" + ")" * 60, "!" * 900 + "shipped"):
        with pytest.raises(WhenError):
            compiled(text)


def test_every_name_can_be_read_from_bare_and_from_full_facts() -> None:
    full = facts(
        fault_of=Party.MERCHANT, weighing=Weighing(1, 1), tenders=(TenderShare("card", 8800),), flags={"a": True}, installed_at=NOON,
        opened_at=NOON, noticed_at=NOON, received_back_at=NOON, courier_by="merchant",
    )  # fmt: skip
    for name in NAMES:
        for these in (facts(), full):
            assert compiled(f"{name} == null || {name} != null").holds(these) is True, name


def test_a_condition_names_the_flags_that_it_asks_about() -> None:
    when = compiled("flags.activated || flags['soiled'] || has(flags.tag_removed)")
    assert when.flags == {"activated", "soiled", "tag_removed"}
    assert when.names == ("flags",)
    assert compiled(when.text) is when
