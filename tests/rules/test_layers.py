"""Law, promise, platform, shop: a lower layer may only be kinder. Refusals quote both clauses; what loads never takes anything away."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from amends.policy.rules import PackRefused, Stack, load_pack, read_pack, stacked
from amends.policy.rules.packs import Pack, Problem
from amends.policy.rules.waiting import for_consumer

PACKS = Path(__file__).resolve().parents[2] / "packs"
CN = (PACKS / "cn" / "2026-02.toml").read_text()
HEAD = """id = "{id}"
name = {{ zh = "下层", en = "Lower" }}
layer = "{layer}"
jurisdiction = "CN"
version = "2026-11"
in_force_from = 2026-11-01
"""
SAID = """
[clauses.ours]
rule = "ours"
source = "house 1"
tag = "I"
article = { zh = "本店规则 1 条", en = "House rules 1" }
yes = { zh = "本店这样说。", en = "The house says so." }
no = { zh = "本店不这样说。", en = "The house does not say so." }
"""


@cache
def law() -> Pack:
    return read_pack(CN, "cn.toml")


def under_law(cells: str, layer: str = "platform", *more: str) -> Stack:
    packs = [read_pack(HEAD.format(id=f"lower_{n}", layer=layer) + each, f"lower_{n}.toml") for n, each in enumerate((cells, *more))]
    return stacked([law(), *packs])


def refusals(cells: str, layer: str = "platform", *more: str) -> tuple[Problem, ...]:
    with pytest.raises(PackRefused) as refused:
        under_law(cells, layer, *more)
    return refused.value.problems


@pytest.mark.parametrize("name", ["repairs_before_refund", "repair_days_at_fault"])
def test_no_shop_makes_a_right_wait_for_more_repairs(name: str) -> None:
    cell = '[counts]\n{name} = {{ value = {value}, source = "house 1", tag = "I" }}\n'
    [problem] = refusals(cell.format(name=name, value=90), "shop")
    assert problem.cell == f"counts.{name}"
    assert under_law(cell.format(name=name, value=1), "shop").counts[name] == 1


# ── both clauses ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_cut_is_refused_with_both_clauses_quoted() -> None:
    cells = '[windows]\nno_reason = { length = "6d", clause = "ours", source = "house 1", tag = "I" }\n' + SAID
    [problem] = refusals(cells)
    zh, en = problem.sentence.into("zh"), problem.sentence.into("en")
    assert problem.cell == "windows.no_reason.length"
    assert "消法 25 条" in zh
    assert "本店这样说。" in zh
    assert "L1 25" in zh
    assert "7d" in en
    assert "The house says so." in en
    assert "house 1" in en


def test_a_freight_that_the_law_lays_on_the_merchant_stays_there() -> None:
    cells = '[freight]\nfault = { way_back = "consumer", way_out = "merchant", clause = "ours", source = "house 1", tag = "I" }\n' + SAID
    [problem] = refusals(cells)
    assert problem.cell == "freight.fault.way_back"
    assert "freight.fault.way_back = merchant" in problem.sentence.into("en")
    assert "freight.fault.way_back = consumer" in problem.sentence.into("en")


def test_a_row_cannot_say_that_the_law_gives_less_but_may_give_more_to_others() -> None:
    row = 'remedy = "return_refund", issues = ["quality"], states = ["received"], regime = "general", clause = "ours", amount = "ceiling"'
    [problem] = refusals(f"[rights]\nrows = [{{ {row}, needs = [] }}]\n{SAID}")
    assert problem.cell == "rights.rows.0.amount"
    assert "amount = paid" in problem.sentence.into("en")
    assert "amount = ceiling" in problem.sentence.into("en")
    assert under_law(f'[rights]\nrows = [{{ {row}, needs = ["within:durable_proof"] }}]\n{SAID}').terms.rights.rows[0].amount == "ceiling"


# ── statutory exclusions ─────────────────────────────────────────────────────────────────────────────────────────────────────

APPAREL = (
    '[goods]\napparel = {{ exclusion = "{exclusion}", exclusion_clause = "ours", regime = "general", durable = false, fresh = false, '
    'cancellable = true, tests = ["tag_removed"], daily_wear_bps = 0, parts_days = 90, source = "house 1", tag = "I" }}\n'
)


@pytest.mark.parametrize("layer", ["platform", "shop"])
@pytest.mark.parametrize("exclusion", ["outright", "if_confirmed", "if_unsealed"])
def test_statutory_exclusions_cannot_be_widened(layer: str, exclusion: str) -> None:
    problems = refusals(APPAREL.format(exclusion=exclusion) + SAID, layer)
    [widened] = [problem for problem in problems if problem.cell == "goods.apparel.exclusion"]
    assert "L2 art. 19(1)" in widened.sentence.into("en")
    assert "法定的例外不能扩大" in widened.sentence.into("zh")
    assert "The house does not say so." in widened.sentence.into("en")


def test_not_even_where_the_law_only_knows_them_from_second_hand() -> None:
    second_hand = CN.replace('source = "L3 8, 9(3)", tag = "P"', 'source = "L3 8, 9(3)", tag = "S"')
    assert second_hand != CN
    house = read_pack(HEAD.format(id="house", layer="platform") + APPAREL.format(exclusion="outright") + SAID, "house.toml")
    with pytest.raises(PackRefused):
        stacked([read_pack(second_hand, "cn.toml"), house])


def test_a_trait_cannot_exclude_what_the_law_does_not() -> None:
    cells = (
        '[traits]\ndurable = { exclusion = "outright", exclusion_clause = "ours", durable = true, source = "house 1", tag = "I" }\n' + SAID
    )
    assert "traits.durable.exclusion" in {problem.cell for problem in refusals(cells)}


# ── Order 116 art. 27 ────────────────────────────────────────────────────────────────────────────────────────────────────────

NO_RETURN = (
    '[rights]\nrows = [{ remedy = "refund_only", issues = ["quality"], states = ["received"], needs = [], clause = "ours", '
    'amount = "paid" }]\n'
)
SILENT = (
    '[silence]\nrows = [{ limit = "merchant_answers", remedy = "refund_only", shipped = true, received = "any", verb = "approve", '
    'clause = "silence_approves" }]\n'
)


@pytest.mark.parametrize(("cells", "cell"), [(NO_RETURN + SAID, "rights.rows.0"), (SILENT, "silence.rows.0.verb")])
def test_a_platform_cannot_force_refunds_without_return(cells: str, cell: str) -> None:
    [problem] = refusals(cells)
    assert problem.cell == cell
    assert "L7 27" in problem.sentence.into("zh")
    assert "cannot force a refund without return" in problem.sentence.into("en")


@pytest.mark.parametrize("cells", [NO_RETURN + SAID, SILENT])
def test_a_shop_may_promise_them_of_its_own_will(cells: str) -> None:
    assert under_law(cells, "shop").versions[-1] == "lower_0@2026-11"


def test_a_platform_may_repeat_what_the_law_gives_and_make_it_shorter_where_the_law_only_proposes() -> None:
    row = (
        '{ remedy = "refund_only", issues = ["spoiled"], states = ["received"], fresh = true, needs = ["within:half_day"], '
        'clause = "ours", amount = "bad_share" }'
    )
    window = '[windows]\nhalf_day = { length = "12h", clause = "ours", source = "house 1", tag = "I" }\n'
    assert under_law(f"{window}[rights]\nrows = [{row}]\n{SAID}").versions[-1] == "lower_0@2026-11"
    longer = f"{window.replace('12h', '72h')}[rights]\nrows = [{row}]\n{SAID}"
    assert [problem.cell for problem in refusals(longer)] == ["rights.rows.0"]


def test_a_score_may_choose_who_looks_and_never_what_is_granted() -> None:
    row = '{ remedy = "exchange", groups = ["no_reason"], states = ["received"], when = "history.score_bps < 5000", needs = [], '
    [problem] = refusals(f'[rights]\nrows = [{row}clause = "ours", amount = "none" }}]\n{SAID}')
    assert problem.cell == "rights.rows.0.when"
    assert "history" in problem.sentence.into("zh")
    lane = '{ lane = "expert", remedies = ["any"], when = "history.score_bps >= 5000", clause = "ours" }'
    assert under_law(f"[lanes]\nrows = [{lane}]\n{SAID}").terms.lanes.rows[0].lane == "expert"


# ── one layer ────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def limit(value: str) -> str:
    return f'[limits]\nmerchant_answers = {{ value = "{value}", source = "house", tag = "I" }}\n'


def test_packs_of_one_layer_agree_or_are_refused_with_both_files() -> None:
    [problem] = refusals(limit("24h"), "shop", limit("12h"))
    said = problem.sentence.into("en")
    assert (problem.file, problem.cell) == ("lower_1.toml", "limits.merchant_answers")
    assert "lower_0.toml row 8" in said
    assert "24h" in said
    assert "12h" in said
    assert under_law(limit("24h"), "shop", limit("24h")).terms.limits["merchant_answers"].value == "24h"


def test_a_market_has_one_law_and_packs_of_that_market() -> None:
    second = read_pack(CN.replace('id = "cn"', 'id = "cn_too"', 1), "second.toml")
    abroad = read_pack(HEAD.format(id="abroad", layer="shop").replace('"CN"', '"DE"'), "abroad.toml")
    for packs, cell in (([law(), second], "layer"), ([law(), abroad], "jurisdiction"), ([abroad], "layer")):
        with pytest.raises(PackRefused) as refused:
            stacked(packs)  # type: ignore[arg-type]
        assert cell in {problem.cell for problem in refused.value.problems}


# ── promises ─────────────────────────────────────────────────────────────────────────────────────────────────────────────────

THIRTY = (
    '[windows]\nthirty = { length = "30d", clause = "ours", source = "house 1", tag = "I" }\n'
    '[promises]\nthirty = { name = { zh = "三十天", en = "Thirty" }, clause = "ours", windows = ["thirty"], source = "h", tag = "I" }\n'
    '[rights]\nrows = [{ remedy = "return_refund", groups = ["no_reason"], states = ["received"], '
    'needs = ["promised:thirty", "within:thirty"], clause = "ours", amount = "paid" }]\n' + SAID
)


def test_a_promise_speaks_only_for_purchases_it_was_made_for() -> None:
    assert under_law(THIRTY, "promise").terms.promises["thirty"].windows == ("thirty",)
    free = THIRTY.replace('"promised:thirty", ', "")
    assert [problem.cell for problem in refusals(free, "promise")] == ["rights.rows.0.needs"]
    assert [problem.cell for problem in refusals(THIRTY + limit("24h"), "promise")] == ["limits"]


def test_what_was_promised_binds_the_platform() -> None:
    promise = read_pack(HEAD.format(id="thirty", layer="promise") + THIRTY, "thirty.toml")
    cut = HEAD.format(id="house", layer="platform") + '[windows]\nthirty = { length = "20d", clause = "ours", source = "h", tag = "I" }\n'
    with pytest.raises(PackRefused) as refused:
        stacked([law(), promise, read_pack(cut, "house.toml")])
    assert [problem.cell for problem in refused.value.problems] == ["windows.thirty.length"]


def test_the_duty_of_the_law_keeps_running_beside_a_platforms_limit() -> None:
    with_duty = next(name for name, cell in under_law("").terms.limits.items() if cell.legal and cell.tag != "P" and not for_consumer(name))
    shorter = under_law(f'[limits]\n{with_duty} = {{ value = "1h", source = "house", tag = "S" }}\n')
    assert shorter.terms.limits[with_duty].value == "1h"
    assert shorter.terms.limits[with_duty].legal == under_law("").terms.limits[with_duty].legal


@pytest.mark.parametrize("name", ["execution_ends", "refund_sent"])
def test_a_clock_that_binds_stands_still_for_nobody_but_the_consumer(name: str) -> None:
    pause = (
        f'[pauses]\nrows = [{{ name = {{ zh = "春节", en = "Spring Festival" }}, limits = ["{name}"], first = 2027-02-05, '
        'last = 2027-02-12, source = "J2", tag = "S", clause = "allowed" }]\n'
    )
    assert [problem.cell for problem in refusals(pause, "shop")] == ["pauses.rows.0.limits.0"]
    assert under_law(pause.replace(name, "consumer_ships"), "shop").terms.pauses.rows


def test_what_must_be_kept_is_not_kept_for_less_time() -> None:
    kept = under_law("").terms.duties["records_kept"]
    shorter = f'[duties]\nrecords_kept = {{ value = "12mo", who = "{kept.who}", source = "house", tag = "I" }}\n'
    assert "duties.records_kept" in {problem.cell for problem in refusals(shorter)}


def test_every_pack_that_ships_stands_on_the_law() -> None:
    others = [load_pack(file) for file in sorted(PACKS.glob("*/*.toml")) if file.parent.name not in ("cn", "golden", "money")]
    for pack in others:
        assert stacked([law(), pack]).versions[-1] == pack.stamp
    assert {pack.layer.value for pack in others} == {"promise", "platform", "shop"}
