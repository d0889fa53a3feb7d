"""Order 116 art. 27 under other names: whatever pays while the goods stay with the consumer, in a pack that is no merchant's own."""

from __future__ import annotations

import pytest

from amends.policy.rules import PackRefused, read_pack, stacked
from amends.policy.rules.packs import Problem
from tests.rules.test_layers import HEAD, NO_RETURN, SAID, SILENT, law, refusals, under_law

OWN = 'source = "house 1", tag = "I"'
SUMS = (
    '[settlement]\nlost_discount = "kinder"\nlost_free_freight = "waive"\nadjustment_ceiling_bps = {ceiling}\n'
    'bad_share_is_all_from_bps = {share}\nsource = "house 1"\ntag = "I"\n'
)


def paying(remedy: str, amount: str = "paid") -> str:
    row = f'remedy = "{remedy}", groups = ["no_reason", "fault"], states = ["received"], needs = [], clause = "ours", amount = "{amount}"'
    return f"[rights]\nrows = [{{ {row} }}]\n{SAID}"


def fresh(length: str, more: str = "") -> str:
    return f'[windows]\nfresh_claim = {{ length = "{length}", clause = "fresh_window", roll = "none", {more}{OWN} }}\n'


def of_all_shops(cells: str, head: str = "", name: str = "lower") -> tuple[Problem, ...]:
    with pytest.raises(PackRefused) as refused:
        stacked([law(), read_pack(HEAD.format(id=name, layer="shop") + head + cells, "shop.toml")])
    return refused.value.problems


def names_the_article(problem: Problem, *said: str) -> None:
    for language in ("zh", "en"):
        sentence = problem.sentence.into(language)
        assert "L7 27" in sentence and all(word in sentence for word in said)
    assert problem.place.row > 1


@pytest.mark.parametrize("cells", [NO_RETURN + SAID, SILENT, paying("goodwill")])
@pytest.mark.parametrize(("head", "name"), [("for_all = true\n", "everyshop"), ("", "default")])
def test_a_pack_laid_on_every_shop_is_no_merchants_own_will(cells: str, head: str, name: str) -> None:
    [problem] = of_all_shops(cells, head, name)
    names_the_article(problem)


@pytest.mark.parametrize("remedy", ["price_adjustment", "goodwill", "voucher", "refund_only"])
def test_another_name_is_still_a_refund_without_return(remedy: str) -> None:
    [problem] = refusals(paying(remedy))
    assert problem.cell == "rights.rows.0"
    names_the_article(problem, remedy, "amount = paid")
    assert under_law(paying(remedy), "shop").versions[-1] == "lower_0@2026-11"


def test_more_than_the_law_pays_is_more_though_the_law_pays_some() -> None:
    row = 'issues = ["spoiled"], states = ["received"], fresh = true, needs = ["within:fresh_claim"], clause = "ours"'
    some = f'[rights]\nrows = [{{ remedy = "refund_only", {row}, amount = "bad_share" }}]\n{SAID}'
    assert under_law(some).versions[-1] == "lower_0@2026-11"
    assert [problem.cell for problem in refusals(some.replace("bad_share", "paid"))] == ["rights.rows.0"]


@pytest.mark.parametrize("remedy", ["price_adjustment", "goodwill"])
def test_silence_grants_no_sum_without_return(remedy: str) -> None:
    [problem] = refusals(SILENT.replace("refund_only", remedy))
    assert problem.cell == "silence.rows.0.verb"
    names_the_article(problem, remedy)


@pytest.mark.parametrize(
    ("share", "ceiling", "cell"), [(1, 4000, "settlement.bad_share_is_all_from_bps"), (5000, 10000, "settlement.adjustment_ceiling_bps")]
)
def test_no_share_and_no_ceiling_turns_a_part_into_all(share: int, ceiling: int, cell: str) -> None:
    [problem] = refusals(SUMS.format(share=share, ceiling=ceiling))
    assert problem.cell == cell
    names_the_article(problem, cell)
    assert under_law(SUMS.format(share=share, ceiling=ceiling), "shop").terms.settlement is not None
    assert under_law(SUMS.format(share=5000, ceiling=4000)).terms.settlement is not None


@pytest.mark.parametrize(
    "cells", [fresh("3660d"), fresh("400h"), fresh("1d").replace('"none"', '"consumer"'), fresh("1d", 'counts_from = "installed", ')]
)
def test_no_window_that_such_rows_hang_on_is_stretched(cells: str) -> None:
    [problem] = refusals(cells)
    assert problem.cell == "windows.fresh_claim"
    names_the_article(problem, "fresh_claim")
    assert under_law(cells, "shop").versions[-1] == "lower_0@2026-11"


def test_a_platform_lengthens_what_a_return_hangs_on_under_a_name_of_its_own() -> None:
    assert [problem.cell for problem in refusals('[windows]\nlong_stop = { length = "36mo", clause = "ours", ' + OWN + " }\n" + SAID)] == [
        "windows.long_stop"
    ]
    longer = '[windows]\nours = { length = "36mo", clause = "ours", ' + OWN + " }\n"
    row = 'remedy = "return_refund", issues = ["wrong_item"], states = ["received"], needs = ["within:ours"], amount = "paid"'
    said = SAID + SAID.replace("clauses.ours", "clauses.said")
    stack = under_law(f'{longer}[rights]\nrows = [{{ {row}, clause = "said" }}]\n{said}')
    assert stack.terms.windows["ours"].length == "36mo"
