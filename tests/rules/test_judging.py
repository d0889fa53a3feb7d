"""Who may judge, who is asked, who proves what, who bears it, in which words: the rules of a review without a database."""

from __future__ import annotations

from typing import Any

import pytest

from amends.kernel.parties import Party
from amends.kernel.refusals import Unprocessable
from amends.kernel.texts import say
from amends.rulings.rules.assigning import BARS, REFUSED, Bar, Candidate, Wanted, chosen, ranked, weigh, why_chosen
from amends.rulings.rules.blocks import BLOCKS, GROUPS, MOST_BLOCKS, picked, written
from amends.rulings.rules.burden import FOUND, ISSUES, issues_of, with_found
from amends.rulings.rules.splitting import most_liable, shares, split
from amends.rulings.rules.testing import FINDINGS, bears_test

LAMPS = Wanted(frozenset({"electronics", "damaged"}), "zh")


def one(user: int, **known: Any) -> Candidate:
    return Candidate(user, **known)


# ── who is asked ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("bar", list(Bar))
def test_whoever_is_barred_is_never_asked(bar: Bar) -> None:
    barred = one(1, skills=frozenset({"electronics"}), bars=() if bar is Bar.RANK else (bar,))
    wanted = Wanted(LAMPS.skills, "zh", above_rank=1 if bar is Bar.RANK else 0)
    assert weigh(barred, wanted).bars == (bar,)
    assert chosen([barred], wanted) is None
    assert BARS[bar].zh and REFUSED[bar].en


def test_skill_comes_before_language_and_language_before_load() -> None:
    skilled = one(1, skills=frozenset({"electronics"}), languages=frozenset({"en"}), load=9)
    speaks = one(2, skills=frozenset({"food"}), languages=frozenset({"zh"}))
    anything = one(3, load=1)
    assert [fit.candidate.user_id for fit in ranked([speaks, anything, skilled], LAMPS)] == [1, 3, 2]
    idle = one(4, skills=frozenset({"damaged"}), languages=frozenset({"zh"}), load=3)
    busy = one(5, skills=frozenset({"damaged"}), languages=frozenset({"zh"}), load=5)
    assert [fit.candidate.user_id for fit in ranked([busy, skilled, idle], LAMPS)] == [4, 5, 1]


def test_the_full_are_asked_only_where_everybody_is_full() -> None:
    full = one(1, skills=frozenset({"electronics"}), load=3, load_most=3)
    free = one(2, skills=frozenset({"food"}), load=2, load_most=3)
    fit = chosen([full, free], LAMPS)
    assert fit is not None and fit.candidate.user_id == 2
    said = "not a specialist, and none was free, reads the language, of rank 1 (with nobody above for an appeal), owes 2 others"
    assert why_chosen(fit).into("en") == said
    alone = chosen([full], LAMPS)
    assert alone is not None and alone.candidate.user_id == 1
    assert chosen([full], LAMPS, but={1}) is None


def test_higher_ranks_stay_free_for_the_appeal() -> None:
    head = one(1, skills=frozenset({"electronics"}), languages=frozenset({"zh"}), rank=3)
    senior = one(2, skills=frozenset({"electronics"}), languages=frozenset({"zh"}), rank=2)
    junior = one(3, skills=frozenset({"electronics"}), languages=frozenset({"zh"}), rank=1, load=9)
    stranger = one(4, skills=frozenset({"food"}), rank=1)
    order = ranked([head, senior, junior, stranger], LAMPS)
    assert [fit.candidate.user_id for fit in order] == [3, 2, 4, 1], "the lowest rank of equals first, the last above all last"
    assert [fit.is_last_resort for fit in order] == [False, False, False, True]
    assert "which leaves higher ranks for an appeal" in why_chosen(order[0]).into("en") and "留给申诉" in why_chosen(order[0]).into("zh")
    full = one(5, skills=frozenset({"electronics"}), load=5, load_most=5)
    assert [fit.candidate.user_id for fit in ranked([head, full], LAMPS)] == [1, 5], "nobody is overloaded to spare a higher rank"
    barred = one(6, rank=9, bars=(Bar.RELATED,))
    assert [fit.is_last_resort for fit in ranked([senior, barred], LAMPS)] == [True, True], "who is barred examines no appeal either"


def test_a_rank_above_is_really_above() -> None:
    wanted = Wanted(frozenset(), "", above_rank=2)
    assert [fit.may for fit in ranked([one(1, rank=2), one(2, rank=3)], wanted)] == [True, False]
    fit = chosen([one(1, rank=2), one(2, rank=3)], wanted)
    assert fit is not None and fit.candidate.user_id == 2


# ── who proves what ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_each_point_in_dispute_names_who_proves_it() -> None:
    twice = [(Party.MERCHANT, "durable_proof", "L1 23(3)")] * 2
    rows = issues_of(twice, refused=True, worse=[7], missing=[8])
    assert [(row["key"], row["by"]) for row in rows] == [
        ("matter", "merchant"), ("refusal", "merchant"), ("condition", "merchant"), ("arrival", "merchant"),
    ]  # fmt: skip
    assert rows[0]["clause"] == "durable_proof" and rows[2]["units"] == [7]
    assert {row["key"] for row in rows} == set(ISSUES)
    assert [row["found"] for row in with_found(rows, {"matter": "proven"})] == ["proven", "", "", ""]


@pytest.mark.parametrize("found", [{"weather": "proven"}, {"matter": "maybe"}])
def test_what_is_not_in_dispute_is_not_found(found: dict[str, str]) -> None:
    with pytest.raises(Unprocessable) as refused:
        with_found(issues_of([(Party.CONSUMER, "", "")], refused=False, worse=[], missing=[]), found)
    assert set(refused.value.fields) == {"issues"}
    assert set(FOUND) == {"proven", "not_proven", "disproven"}


def test_a_test_is_borne_by_whom_it_speaks_against() -> None:
    assert [bears_test(each, Party.CONSUMER) for each in FINDINGS] == [Party.MERCHANT, Party.CONSUMER, Party.CONSUMER]
    assert bears_test("unclear", Party.MERCHANT) is Party.MERCHANT


# ── who bears it ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_shares_are_cut_exactly_among_all_but_the_consumer() -> None:
    told = shares({"carrier": 7000, "merchant": 3000, "consumer": 0})
    assert told == {"merchant": 3000, "carrier": 7000} and most_liable(told) == "carrier"
    assert split(9999, told) == {"merchant": 3000, "carrier": 6999}
    assert split(8000, {"consumer": 2000, "carrier": 5000, "merchant": 3000}) == {"merchant": 3000, "carrier": 5000}
    assert split(8000, {"consumer": 10_000}) == {} and split(1, {"merchant": 5000, "platform": 5000}) == {"merchant": 1, "platform": 0}
    assert most_liable({}) == "" and shares({}) == {}


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        ({"weather": 10_000}, "unknown_bearer"), ({"merchant": 9_999}, "shares_not_whole"), ({"merchant": 10_001}, "share_wrong"),
        ({"merchant": -1, "carrier": 10_001}, "share_wrong"), ({"merchant": True}, "share_wrong"), ({"merchant": "all"}, "share_wrong"),
    ],
)  # fmt: skip
def test_shares_that_are_not_the_whole_are_refused(raw: dict[str, Any], code: str) -> None:
    with pytest.raises(Unprocessable) as refused:
        shares(raw)
    assert (refused.value.code, set(refused.value.fields)) == (code, {"bears"})


# ── in which words ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_blocks_make_the_same_reasons_in_both_languages_in_their_order() -> None:
    rows = picked(["given", "clause", {"key": "claim"}, "clause"])
    assert [row["key"] for row in rows] == ["claim", "clause", "given"]
    text = written(rows, {"clause": "CN-QUAL-01", "issue": say("破损", "damage"), "remedy": say("仅退款", "a refund")})
    assert text.zh == "消费者以“破损”为由申请仅退款，商家没有同意。按规则“CN-QUAL-01”处理。支持消费者的诉求。"
    assert text.en.startswith("The consumer asked for a refund because of damage;")
    assert {block.group for block in BLOCKS.values()} == set(GROUPS)


def test_a_clause_with_braces_is_just_a_clause() -> None:
    assert "{nothing}" in written(picked(["clause"]), {"clause": "{nothing}"}).en


@pytest.mark.parametrize("raw", [["no_such_block"], [{"key": ""}], ["given"] * (MOST_BLOCKS + 1)])
def test_blocks_that_there_are_not_are_refused(raw: list[Any]) -> None:
    with pytest.raises(Unprocessable) as refused:
        picked(raw)
    assert set(refused.value.fields) == {"blocks"}
