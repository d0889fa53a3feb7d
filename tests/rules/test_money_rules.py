"""The document of the money rules: what is refused and where, how two of them differ in words, how sums of other units weigh."""

from __future__ import annotations

import pytest

from amends.approvals.differing import cells, differences
from amends.approvals.judging import SoFar, best, reasons
from amends.approvals.rules import ACTIONS, Because
from amends.approvals.rules_of_money import RulesRefused, read, shipped, shipped_text
from amends.approvals.words import sum_words
from amends.people.rules import Role

BROKEN: tuple[tuple[str, str, str, str], ...] = (
    ("warn_days = 7", "warn_days = 90", "vouchers", "warn_days < valid_days"),
    ("valid_days = 90", "valid_days = 9999", "vouchers.valid_days", "3650 or less"),
    ("per_points = 1", "per_points = 1.5", "points.per_points", "whole number"),
    ("per_points = 1", 'per_points = "1"', "points.per_points", "whole number"),
    ("per_case_minor = 20000", "per_case_minor = -1", "goodwill.per_case_minor", "-1"),
    ("per_case_minor = 20000", "", "goodwill.per_case_minor", "missing"),
    ("answer_hours = 48", "answer_hours = 48\nanswers = 1", "approvals.answers", "unknown"),
    ("remind_hours = 24", "remind_hours = 48", "approvals", "less than answer_hours"),
    ('role = "agent"', 'role = "consumer"', "limits.2.role", "agent"),
    ('actions = ["deposit_hold"]', 'actions = ["goodwill"]', "", "stand twice"),
    ('actions = ["deposit_hold"]', 'actions = ["gamble"]', "limits.5", "No such action"),
    ('actions = ["deposit_hold"]', 'actions = ["correction"]', "limits.5", "never ask"),
    ("per_day_minor = 200000\napproves_minor = 100000", "per_day_minor = 1\napproves_minor = 100000", "limits.0", "at least alone_minor"),
    ("CNY = 1000", "CNY = 999", "", "CNY 1000"),
    ("warn_minor = 300000", "warn_minor = 3000000", "deposits", "not above required_minor"),
    ('{ zone = "far"', '{ zone = "remote"', "insurance", "stands twice"),
    ("in_force_from = 2026-11-01", 'in_force_from = "soon"', "in_force_from", "date"),
    ('version = "2026-11"', 'version = "new"', "version", "new"),
    ("[goodwill]", "[goodwill", "", "not TOML"),
)


@pytest.mark.parametrize(("was", "now", "cell", "says"), BROKEN, ids=[f"{row[2] or 'all'}-{row[3][:20]}" for row in BROKEN])
def test_a_broken_cell_is_refused_with_its_row_and_reason(was: str, now: str, cell: str, says: str) -> None:
    whole = shipped_text()
    assert was in whole
    with pytest.raises(RulesRefused) as refused:
        read(whole.replace(was, now, 1))
    found = next(p for p in refused.value.problems if p.cell == cell)
    assert says in found.sentence.into("en") and f"row {found.place.row}" in found.sentence.into("en")
    if cell.count(".") == 1 and now and "_" in cell and not cell.startswith("limits"):
        assert whole.replace(was, now, 1).splitlines()[found.place.row - 1].startswith(cell.rpartition(".")[2])


def test_what_would_break_the_reader_is_refused_as_well() -> None:
    for text in ("a = " + "[" * 5000, "x" * 2_000_000, "a = 1\n" * 100, "\0"):
        with pytest.raises(RulesRefused):
            read(text)


def test_every_action_has_somebody_who_approves_it_and_every_cell_has_words() -> None:
    rules = shipped()
    assert all(rules.most_approved(action) for action in ACTIONS)
    assert all(what.zh and what.en and value.into("zh") for _, what, value in cells(rules))


def test_two_versions_differ_in_words_and_equal_ones_in_none() -> None:
    changed = shipped_text()
    for was, now in (("per_case_minor = 20000", "per_case_minor = 30000"), ("alone_minor = 5000\n", "alone_minor = 8000\n"),
                     ('  { zone = "far", premium_minor = 110, cover_minor = 1800 },\n', ""), ("KRW = 5500\n", "")):  # fmt: skip
        changed = changed.replace(was, now, 1)
    told = [(c.path, c.was and c.was.into("en"), c.now and c.now.into("en")) for c in differences(shipped(), read(changed))]
    assert told == [
        ("limits.agent.alone_minor", "¥50.00", "¥80.00"),
        ("goodwill.per_case_minor", "¥200.00", "¥300.00"),
        ("insurance.zones.far", "premium ¥1.10, pays up to ¥18.00", None),
        ("weights.KRW", "5500", None),
    ]
    first = differences(shipped(), read(changed))[0].what
    assert first.into(
        "zh"
    ) == "平台客服，小额打款、发优惠券、发积分：一次可以独自决定" and "goodwill payment, voucher, points" in first.into("en")
    assert differences(shipped(), shipped()) == []


def test_sums_of_other_units_weigh_by_the_document_and_round_up() -> None:
    weighed = shipped().weighed
    sums = [(1, "CNY"), (1, "JPY"), (1, "HKD"), (1, "points"), (7, "CNY.voucher"), (1, "SHELL")]
    assert [weighed(amount, unit) for amount, unit in sums] == [1, 50, 1, 1, 7, None]
    said = [sum_words(300, unit).into("en") for unit in ("CNY", "JPY", "points", "CNY.voucher")]
    assert said == ["¥3.00", "JP¥300", "300 points", "¥3.00 as a voucher"]


def test_whoever_has_two_roles_decides_in_the_better_one() -> None:
    rules, nothing = shipped(), SoFar({})
    assert best("goodwill", {Role.AGENT, Role.SUPERVISOR}, 20_000, nothing, rules) == (Role.SUPERVISOR, [])
    assert reasons("goodwill", Role.AGENT, 20_000, nothing, rules) == [Because.ALONE]
    assert best("goodwill", {Role.ANALYST, Role.CONSUMER}, 1, nothing, rules) is None
    spent = SoFar({"goodwill": 290_000, "points": 5_000})
    assert best("voucher", {Role.SUPERVISOR}, 5_001, spent, rules) == (Role.SUPERVISOR, [Because.DAY])
