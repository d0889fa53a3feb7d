"""Packs are read whole or refused with row, column and what would be right; a lower layer may only be kinder."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from amends.kernel.limits import Limit
from amends.kernel.refusals import NotFound
from amends.policy.rules import PackRefused, Stack, load_pack, load_stack, read_pack, stack_for, stacked
from amends.policy.rules.checks import LIMITS
from amends.policy.rules.places import places
from amends.policy.rules.schema import Layer

PACKS = Path(__file__).resolve().parents[2] / "packs"
CN = (PACKS / "cn" / "2026-02.toml").read_text()
TODAY = date(2026, 11, 1)
SHOP = """id = "kind_shop"
name = { zh = "好店", en = "Kind shop" }
layer = "shop"
jurisdiction = "CN"
version = "2026-11"
in_force_from = 2026-11-01
"""


def under_law(cells: str, layer: str = "shop") -> Stack:
    return stacked([read_pack(CN, "cn.toml"), read_pack(SHOP.replace('"shop"', f'"{layer}"') + cells, "lower.toml")])


@pytest.mark.parametrize(
    ("was", "becomes", "cell", "wanted_zh", "wanted_en"),
    [
        ('merchant_answers = { value = "48h"', 'merchant_answers = { value = "48"', "limits.merchant_answers.value", "48h", "48h"),
        ('merchant_answers = { value = "48h"', "merchant_answers = { value = 48", "limits.merchant_answers.value", "文字", "text"),
        ("durable = true", "durable = 1", "goods.electronics.durable", "true 或 false", "true or false"),
        ("appeals = { value = 1,", 'appeals = { value = "1",', "counts.appeals.value", "整数", "whole number"),
        (
            'way_back = "consumer"',
            'way_back = "carrier"',
            "freight.no_reason.way_back",
            "'consumer' 或 'merchant'",
            "'consumer' or 'merchant'",
        ),
        ('needs = ["cancellable"]', 'needs = ["canceled"]', "rights.rows.2.needs.0", "可用的有", "there are"),
        ('clause = "no_reason_window"', 'clause = "no_such"', "windows.no_reason.clause", "no_such", "no_such"),
        ("lost_discount = ", "lost_dicsount = ", "settlement.lost_dicsount", "不认识", "unknown"),
        ("{days}，在 {length}退", "{tage}，在 {length}退", "clauses.quality_window.yes.zh", "days", "days"),
        ("{days}，在 {length}退", "{days，在 {length}退", "clauses.quality_window.yes.zh", "days", "days"),
    ],
)
def test_a_broken_cell_is_refused_where_it_stands(was: str, becomes: str, cell: str, wanted_zh: str, wanted_en: str) -> None:
    broken = CN.replace(was, becomes, 1)
    assert broken != CN
    with pytest.raises(PackRefused) as refused:
        stacked([read_pack(broken, "packs/cn.toml")])
    problem = next(p for p in refused.value.problems if p.cell == cell)
    row = next(n for n, (old, new) in enumerate(zip(CN.splitlines(), broken.splitlines(), strict=True), 1) if old != new)
    assert (problem.file, problem.place.row) == ("packs/cn.toml", row)
    assert 1 <= problem.place.column <= len(broken.splitlines()[row - 1])
    assert wanted_zh in problem.sentence.into("zh")
    assert wanted_en in problem.sentence.into("en")
    assert f"row {row}" in problem.sentence.into("en")
    assert f"第 {row} 行" in problem.sentence.into("zh")


def test_text_that_is_not_toml_is_refused_with_its_row() -> None:
    with pytest.raises(PackRefused) as refused:
        read_pack(CN.replace("[limits]", "[limits", 1), "cn.toml")
    assert refused.value.problems[0].place.row == CN[: CN.index("[limits]")].count("\n") + 1


def test_a_file_that_is_absent_or_binary_is_refused_in_words(tmp_path: Path) -> None:
    binary = tmp_path / "binary.toml"
    binary.write_bytes(b"\xff\xfe\x00")
    for file in (binary, tmp_path / "absent.toml"):
        with pytest.raises(PackRefused) as refused:
            load_pack(file)
        assert str(file) in str(refused.value)


def test_a_law_with_a_hole_is_refused() -> None:
    holed = "\n".join(line for line in CN.splitlines() if not line.startswith("consumer_ships"))
    with pytest.raises(PackRefused) as refused:
        stacked([read_pack(holed, "cn.toml")])
    assert [p.cell for p in refused.value.problems] == ["limits.consumer_ships"]


def test_the_law_of_china_has_every_limit_of_the_lives() -> None:
    stack = stack_for("CN", None, TODAY)
    assert set(stack.terms.limits) == set(LIMITS)
    assert str(Limit.parse(stack.terms.limits["merchant_answers"].value)) == "48h"
    assert stack.versions[0] == "cn@2026-02"
    assert {pack.layer for pack in stack.packs[1:]} == {Layer.PROMISE}


def test_every_clause_of_the_law_is_used() -> None:
    names = {line[9:-1] for line in CN.splitlines() if line.startswith("[clauses.")}
    code = "".join(file.read_text() for file in (PACKS.parent / "amends/policy").rglob("*.py"))
    code += "".join(file.read_text() for file in PACKS.glob("*/*.toml") if file.parent.name != "cn")
    unused = {name for name in names if CN.count(f'"{name}"') == 0 and name not in code}
    assert not unused


@pytest.mark.parametrize(
    ("cells", "cell"),
    [
        ('[windows]\nno_reason = { length = "6d", clause = "no_reason_window", source = "shop", tag = "I" }', "windows.no_reason.length"),
        (
            '[windows]\nno_reason = { length = "7d", roll = "none", clause = "no_reason_window", source = "s", tag = "I" }',
            "windows.no_reason.roll",
        ),
        ('[limits]\nexecution_ends = { value = "16d", source = "shop", tag = "I" }', "limits.execution_ends"),
        ('[limits]\nmerchant_answers = { value = "5d", source = "shop", tag = "I" }', "limits.merchant_answers"),
        (
            '[limits]\nmerchant_answers = { value = "24h", goods = { digital = "3d" }, source = "shop", tag = "I" }',
            "limits.merchant_answers",
        ),
        ('[limits]\nconsumer_ships = { value = "3d", source = "shop", tag = "I" }', "limits.consumer_ships"),
        (
            '[freight]\nfault = { way_back = "consumer", way_out = "merchant", clause = "freight_fault", source = "s", tag = "I" }',
            "freight.fault.way_back",
        ),
        ('[counts]\nappeals = { value = 0, source = "shop", tag = "I" }', "counts.appeals"),
        (
            '[settlement]\nlost_discount = "recalculate"\nlost_free_freight = "waive"\nadjustment_ceiling_bps = 4000\n'
            'bad_share_is_all_from_bps = 5000\nsource = "s"\ntag = "I"',
            "settlement.lost_discount",
        ),
        (
            '[goods]\ngeneral = { exclusion = "outright", exclusion_clause = "allowed", regime = "general", durable = false, fresh = false,'
            ' cancellable = true, tests = ["parts_missing"], daily_wear_bps = 0, parts_days = 90, source = "s", tag = "I" }',
            "goods.general.exclusion",
        ),
        (
            '[clauses.no_reason]\nrule = "X"\nsource = "X"\ntag = "I"\n'
            'article = { zh = "无", en = "none" }\nyes = { zh = "无", en = "none" }'
            '\nno = { zh = "无", en = "none" }',
            "clauses.no_reason",
        ),
    ],
)
def test_a_shop_cannot_cut_what_stands_above_it(cells: str, cell: str) -> None:
    with pytest.raises(PackRefused) as refused:
        under_law(cells)
    assert [p.cell for p in refused.value.problems] == [cell]
    assert refused.value.problems[0].file == "lower.toml"


def test_a_shop_may_promise_more() -> None:
    stack = under_law(
        '[windows]\nno_reason = { length = "30d", clause = "no_reason_window", source = "shop", tag = "I" }\n'
        '[limits]\nmerchant_answers = { value = "12h", source = "shop", tag = "I" }\n'
        '[freight]\nno_reason = { way_back = "merchant", way_out = "merchant", clause = "free_return", source = "shop", tag = "I" }\n'
    )
    assert stack.terms.windows["no_reason"].length == "30d"
    assert stack.versions == ("cn@2026-02", "kind_shop@2026-11")


def test_a_platform_may_set_what_the_law_leaves_open_but_not_what_it_fixes() -> None:
    five_days = '[limits]\nmerchant_answers = { value = "5d", source = "platform", tag = "S" }'
    assert under_law(five_days, "platform").terms.limits["merchant_answers"].value == "5d"
    with pytest.raises(PackRefused):
        under_law('[limits]\nexecution_ends = { value = "16d", source = "platform", tag = "S" }', "platform")


def test_test_packs_lie_on_every_stack_of_their_market_where_the_environment_names_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AMENDS_PACKS", str(PACKS / "test"))
    stack = stack_for("CN", None, TODAY)
    assert stack.versions[0] == "cn@2026-02"
    assert stack.versions[-1] == "seconds@2026-02"
    assert {cell.value[-1] for cell in stack.terms.limits.values()} == {"s"}
    monkeypatch.delenv("AMENDS_PACKS")
    assert "seconds@2026-02" not in stack_for("CN", None, TODAY).versions


def test_a_day_without_a_pack_and_an_unknown_platform_are_not_found() -> None:
    for jurisdiction, platform, on in (("CN", None, date(2020, 1, 1)), ("XX", None, TODAY), ("CN", "nobody", TODAY)):
        with pytest.raises(NotFound):
            stack_for(jurisdiction, platform, on)


def test_packs_are_named_or_pointed_at(tmp_path: Path) -> None:
    shop = tmp_path / "shop.toml"
    shop.write_text(SHOP)
    assert load_stack(["cn", str(shop)], TODAY).versions == ("cn@2026-02", "kind_shop@2026-11")


def test_places_follow_heads_inline_tables_and_arrays() -> None:
    known = places('a = 1\n[b]\nc = { d = [10, { e = "x" }] } # {\n[[f]]\ng = """\n]"""\n[[f]]\ng = 2\n')
    assert known["a",] == (1, 5)
    assert known["b", "c", "d", 1, "e"] == (3, 22)
    assert known["f", 1, "g"] == (8, 5)
