"""Proofs about decisions: what is kinder takes nothing away, nothing but packs, facts and instant decides, part returns stay between the
law's least and what was paid, every column adds up, and nobody's past closes anything (FAILURES B9, B11).
"""

from __future__ import annotations

import hashlib
import json
import os
import random
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from amends.kernel.money import apportion
from amends.kernel.parties import Party
from amends.policy.rules import Decision, Facts, PackRefused, Promotion, Remedy, Stack, decide, stack_for
from amends.policy.rules.amounts import in_kind
from amends.policy.rules.decide import judge
from amends.policy.rules.facts import GoodsClass, History, IssueType, Lane, State
from tests.deciding import ANY_FACTS, CALENDAR, CN, TODAY, facts, under, written

SCALE = int(os.environ.get("PROOF_SCALE", "1"))
PROJECT = Path(__file__).resolve().parents[2]
JD = stack_for("CN", "jd", TODAY)


# ── a kinder layer never takes anything away ─────────────────────────────────────────────────────────────────────────────────


def _toml(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{name} = {_toml(each)}" for name, each in value.items() if each is not None) + " }"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_toml(each) for each in value) + "]"
    return str(value) if isinstance(value, int) else json.dumps(str(value), ensure_ascii=False)


SOURCE = {"source": "test", "tag": "I"}
LENGTHS = st.sampled_from(["1d", "5d", "7d", "8d", "15d", "30d", "60d", "6mo", "12mo", "24mo", "36mo"])
SPOKEN = st.sampled_from(["amount_paid", "wrong_goods", "danger", "quality_return"])
NEEDS = st.lists(
    st.sampled_from(
        ["intact", "allowed", "not_misused", "yes:unusable", "not:soiled", "within:no_reason", "within:long_stop", "promised:no_reason"]
    ),
    max_size=2, unique=True,
)  # fmt: skip
SOME_ISSUES = st.lists(st.sampled_from([each.value for each in IssueType]), min_size=1, max_size=4, unique=True)
RIGHTS = st.fixed_dictionaries({
    "remedy": st.sampled_from([each.value for each in Remedy]),
    "issues": SOME_ISSUES,
    "states": st.lists(st.sampled_from([each.value for each in State]), min_size=1, max_size=3, unique=True),
    "regime": st.sampled_from(["any", "general", "three"]),
    "fresh": st.sampled_from([None, True, False]),
    "needs": NEEDS,
    "clause": SPOKEN,
    "amount": st.sampled_from(["paid", "paid", "worn", "ceiling", "none", "bad_share"]),
    "when": st.sampled_from([None, None, "paid_minor < 5000", "'durable' in traits"]),
})  # fmt: skip
CLAIMS = st.fixed_dictionaries({
    "name": st.sampled_from(["fraud", "food", "thanks"]),
    "title": st.just({"zh": "补偿", "en": "Compensation"}),
    "issues": SOME_ISSUES,
    "needs": NEEDS,
    "base": st.sampled_from(["price", "loss", "kinder_of_both"]),
    "times": st.integers(1, 12),
    "loss_times": st.integers(1, 5),
    "minimum_minor": st.sampled_from([0, 50_000, 200_000]),
    "on_top": st.booleans(),
    "clause": SPOKEN,
})  # fmt: skip


def _changed(cells: Any, field: str, value: Any) -> dict[str, Any]:
    raw: dict[str, Any] = cells.model_dump(mode="json", exclude_none=True)
    return raw | {field: value} | SOURCE


def _goods(name: GoodsClass, change: tuple[str, Any]) -> str:
    return f"[goods]\n{name.value} = {_toml(_changed(CN.terms.goods[name], *change))}\n"


CHANGES = st.one_of(
    st.tuples(st.just("exclusion"), st.sampled_from(["none", "outright", "if_confirmed", "if_unsealed"])),
    st.tuples(st.just("regime"), st.sampled_from(["general", "three"])),
    st.tuples(st.sampled_from(["durable", "fresh", "cancellable"]), st.booleans()),
    st.tuples(st.just("tests"), st.sampled_from([[], ["parts_missing"], ["soiled", "tag_removed"]])),
    st.tuples(st.just("daily_wear_bps"), st.integers(0, 60)),
    st.tuples(st.just("parts_days"), st.integers(1, 120)),
)
PIECES = st.one_of(
    st.builds(
        lambda name, length, start: "[windows]\n" + f"{name} = {_toml(_changed(CN.terms.windows[name], 'length', length) | start)}\n",
        st.sampled_from(sorted(CN.terms.windows)), LENGTHS, st.sampled_from([{}, {}, {"counts_from": "installed"}, {"roll": "none"}]),
    ),
    st.builds(
        lambda name, value: f"[counts]\n{name} = {_toml({'value': value} | SOURCE)}\n",
        st.sampled_from(sorted(CN.terms.counts)), st.integers(0, 60),
    ),
    st.builds(_goods, st.sampled_from(GoodsClass), CHANGES),
    st.builds(
        lambda name, least: f"[issues]\n{name} = {_toml(_changed(CN.terms.issues[name], 'at_least', least))}\n",
        st.sampled_from(IssueType), st.integers(0, 3),
    ),
    st.builds(
        lambda kind, back, out: f"[freight]\n{kind} = {_toml({'way_back': back, 'way_out': out, 'clause': 'freight_fault'} | SOURCE)}\n",
        st.sampled_from(sorted(CN.terms.freight)), st.sampled_from(["merchant", "consumer"]), st.sampled_from(["merchant", "consumer"]),
    ),
    st.builds(
        lambda discount, freight, fee, ceiling, bad: "[settlement]\n"
        f'lost_discount = "{discount}"\nlost_free_freight = "{freight}"\ncard_fee = "{fee}"\n'
        f'adjustment_ceiling_bps = {ceiling}\nbad_share_is_all_from_bps = {bad}\nsource = "test"\ntag = "I"\n',
        st.sampled_from(["kinder", "recalculate"]), st.sampled_from(["waive", "deduct"]), st.sampled_from(["waive", "deduct"]),
        st.sampled_from([1000, 4000, 9000]), st.sampled_from([2000, 5000, 9000]),
    ),
    st.builds(
        lambda consumer, others: f'[day_counting]\nconsumer = "{consumer}"\nothers = "{others}"\nsource = "test"\ntag = "I"\n',
        st.sampled_from(["consumer", "other", "none"]), st.sampled_from(["consumer", "other", "none"]),
    ),
    st.lists(RIGHTS, min_size=1, max_size=2).map(lambda rows: f"[rights]\nrows = {_toml(rows)}\n"),
    st.lists(CLAIMS, min_size=1, max_size=2).map(lambda rows: f"[claims]\nrows = {_toml(rows)}\n"),
)  # fmt: skip


def _shop(pieces: list[str]) -> Stack:
    """As many of the pieces as a shop's pack may say."""
    kept: dict[str, str] = {}
    stack = CN
    for piece in pieces:
        section = piece.partition("]")[0]
        if section in kept:
            continue
        try:
            stack = under(written("".join([*kept.values(), piece]), layer="shop"))
        except PackRefused:
            continue
        kept[section] = piece
    return stack


def _takes_nothing(before: Decision, after: Decision) -> None:
    for one, other in zip(before.remedies, after.remedies, strict=True):
        if not one.open:
            continue
        assert other.open, (one.remedy, one.reasons, other.reasons)
        assert other.amount_minor >= one.amount_minor, one.remedy
        assert other.amount_minor > one.amount_minor or other.until is None or (one.until is not None and other.until >= one.until)
        assert (one.return_freight, other.return_freight) != (Party.MERCHANT, Party.CONSUMER)
        assert other.evidence_min <= one.evidence_min
    for claim in before.claims:
        if claim.open:
            assert after.claim(claim.name).open
            assert after.claim(claim.name).amount_minor >= claim.amount_minor
    assert (before.proof_by, after.proof_by) != (Party.MERCHANT, Party.CONSUMER)


@settings(max_examples=100 * SCALE, deadline=None)
@given(st.lists(PIECES, min_size=1, max_size=6), st.lists(ANY_FACTS, min_size=4, max_size=4))
def test_a_kinder_layer_never_takes_anything_away(pieces: list[str], many: list[Facts]) -> None:
    stack = _shop(pieces)
    for these in many:
        _takes_nothing(decide(CN, these, CALENDAR), decide(stack, these, CALENDAR))


KIND = {
    "window": f"[windows]\nno_reason = {_toml(_changed(CN.terms.windows['no_reason'], 'length', '30d'))}\n",
    "goods": _goods(GoodsClass.FRESH, ("exclusion", "none")),
    "freight": "[freight]\nno_reason = "
    + _toml({"way_back": "merchant", "way_out": "merchant", "clause": "freight_fault"} | SOURCE)
    + "\n",
    "right": '[rights]\nrows = [{ remedy = "refund_only", groups = ["fault", "no_reason"], states = ["received"], needs = [],'
    ' clause = "danger", amount = "paid" }]\n',
    "claim": '[claims]\nrows = [{ name = "fraud", title = { zh = "五倍", en = "Five times" }, groups = ["fault", "wrong"],'
    ' needs = ["yes:fraud"], base = "kinder_of_both", times = 5, loss_times = 1, minimum_minor = 60000, clause = "danger" }]\n',
}


@pytest.mark.parametrize("what", KIND)
def test_a_shop_that_is_kind_in_one_thing_takes_nothing_away(what: str) -> None:
    stack = under(written(KIND[what], layer="shop"))

    @settings(max_examples=60 * SCALE, deadline=None)
    @given(ANY_FACTS)
    def proof(these: Facts) -> None:
        _takes_nothing(decide(CN, these, CALENDAR), decide(stack, these, CALENDAR))

    proof()


@settings(deadline=None)
@given(ANY_FACTS, st.sets(st.sampled_from(sorted(CN.terms.promises))))
def test_a_promise_that_was_made_takes_nothing_away(these: Facts, promises: set[str]) -> None:
    _takes_nothing(
        decide(CN, replace(these, promises=()), CALENDAR), decide(CN, replace(these, promises=tuple(sorted(promises))), CALENDAR)
    )


# ── nothing but packs, facts and instant ─────────────────────────────────────────────────────────────────────────────────────

ELSEWHERE = """
import hashlib, json, sys
from amends.policy.rules import Facts, decide
from tests.deciding import CALENDAR, CN
found = {}
for number, raw in reversed(list(enumerate(json.load(sys.stdin)))):
    answer = json.dumps(decide(CN, Facts.from_json(raw), CALENDAR).to_json(), sort_keys=True)
    found[number] = hashlib.sha256(answer.encode()).hexdigest()
print(json.dumps(found))
"""


def _digest(decision: Decision) -> str:
    return hashlib.sha256(json.dumps(decision.to_json(), sort_keys=True).encode()).hexdigest()


@settings(max_examples=1, phases=[Phase.generate], deadline=None)
@given(st.lists(ANY_FACTS, min_size=120, max_size=120))
def test_another_process_in_another_order_decides_alike(many: list[Facts]) -> None:
    told = json.dumps([these.to_json() for these in many])
    environment = os.environ | {"PYTHONHASHSEED": "7", "PYTHONPATH": str(PROJECT)}
    done = subprocess.run([sys.executable, "-c", ELSEWHERE], input=told, capture_output=True, text=True, check=True, env=environment)
    there = json.loads(done.stdout)
    assert {str(number): _digest(decide(CN, these, CALENDAR)) for number, these in enumerate(many)} == there


@settings(deadline=None)
@given(st.lists(ANY_FACTS, min_size=1, max_size=12), st.randoms(use_true_random=False))
def test_what_was_asked_before_and_what_is_forgotten_change_no_answer(many: list[Facts], shuffle: random.Random) -> None:
    first = {id(these): decide(CN, these, CALENDAR) for these in many}
    again = list(many)
    shuffle.shuffle(again)
    for these in again:
        if shuffle.random() < 0.3:
            CN.verdicts.clear()
        assert decide(CN, these, CALENDAR) == first[id(these)]


@settings(deadline=None)
@given(ANY_FACTS)
def test_counting_millions_counts_what_the_explanation_says(these: Facts) -> None:
    for stack in (CN, JD):
        decision, outcome = decide(stack, these, CALENDAR), judge(stack, these, CALENDAR)
        opened = [answer for answer in decision.remedies if answer.open]
        assert outcome.open == {answer.remedy for answer in opened}
        assert dict(outcome.amounts) == {answer.remedy: answer.amount_minor for answer in opened}
        assert dict(outcome.lanes) == {answer.remedy: answer.lane for answer in opened}
        assert outcome.claims_minor == sum(claim.amount_minor for claim in decision.claims)
        assert outcome.merchant_ships == {answer.remedy for answer in opened if answer.return_freight is Party.MERCHANT}
        for answer in opened:
            alone = judge(stack, these, CALENDAR, remedy=answer.remedy)
            assert (alone.open, alone.amounts, alone.lanes) == (
                outcome.open, {answer.remedy: answer.amount_minor}, {answer.remedy: answer.lane}
            )  # fmt: skip


# ── columns add up ───────────────────────────────────────────────────────────────────────────────────────────────────────────


@settings(max_examples=200 * SCALE, deadline=None)
@given(ANY_FACTS)
def test_every_column_of_lines_adds_up(these: Facts) -> None:
    decision = decide(CN, these, CALENDAR)
    most = these.paid_minor + these.freight_minor + (these.card_fee_minor if these.card_fee_by == "consumer" else 0)
    for answer in decision.remedies:
        assert sum(row.minor for row in answer.sum_rows) == answer.amount_minor
        assert 0 <= answer.amount_minor <= most
        for column in answer.settlements:
            assert sum(row.minor for row in column.rows) == column.minor >= 0
            assert column.chosen is (column.rows == answer.sum_rows and column.minor == answer.amount_minor) or not column.chosen
        assert not answer.settlements or [each.chosen for each in answer.settlements].count(True) == 1
        money = [share.minor for share in these.tenders if not in_kind(share.kind)]
        if money and answer.open:
            assert sum(share.minor for share in answer.back_to if not in_kind(share.kind)) == answer.amount_minor
        assert all(row.clause in decision.articles for row in answer.sum_rows)
    for claim in decision.claims:
        assert sum(row.minor for row in claim.sum_rows) == claim.amount_minor >= 0
        assert claim.open or not claim.amount_minor
    assert Decision.from_json(json.loads(json.dumps(decision.to_json()))) == decision


# ── part returns in any order ────────────────────────────────────────────────────────────────────────────────────────────────

RECALCULATING = under(written("""
[settlement]
lost_discount = "recalculate"
lost_free_freight = "waive"
card_fee = "deduct"
adjustment_ceiling_bps = 4000
bad_share_is_all_from_bps = 5000
source = "test"
tag = "I"
"""))  # fmt: skip


class Purchase:
    """An order of single pieces under one threshold discount, given back piece by piece; what is left was paid for as last settled."""

    def __init__(self, prices: list[int], saved: int, least: int) -> None:
        self.prices, self.least = prices, least
        self.saved = saved if sum(prices) >= least else 0
        self.shares = dict(enumerate(apportion(self.saved, prices)))
        self.paid = sum(prices) - self.saved
        self.kept = set(range(len(prices)))
        self.returned, self.broken = 0, False

    def listed(self, pieces: set[int]) -> int:
        return sum(self.prices[piece] for piece in pieces)

    def give_back(self, pieces: set[int], stack: Stack) -> None:
        rest = self.kept - pieces
        of = sorted(self.kept)
        settled = dict(zip(of, apportion(self.paid - self.returned, [self.prices[piece] for piece in of]), strict=True))
        listed = self.listed(pieces)
        discount = sum(self.shares[piece] for piece in pieces)
        paid, promotions = listed - discount, ()
        if self.broken:
            paid = sum(settled[piece] for piece in pieces) if stack is RECALCULATING else paid
        elif self.saved:
            still = sum(self.shares[piece] for piece in self.kept)
            promotions = (Promotion("discount", self.least, still, discount, self.listed(rest)),)  # type: ignore[assignment]
        asked = facts(list_minor=listed, discount_minor=max(0, listed - paid), paid_minor=paid, freight_minor=0, promotions=promotions)
        self.returned += decide(stack, asked, CALENDAR).answer(Remedy.RETURN_REFUND).amount_minor
        self.kept, self.broken = rest, self.broken or 0 < self.listed(rest) < self.least

    @property
    def least_by_law(self) -> int:
        """What was paid less what stays, settled at its price at purchase once the threshold is lost (art. 17(2))."""
        worth = self.listed(self.kept)
        holds = not self.kept or worth >= self.least
        return max(0, self.paid - (worth - sum(self.shares[piece] for piece in self.kept) if holds else worth))


@settings(max_examples=150 * SCALE, deadline=None)
@given(
    st.lists(st.integers(1, 50_000), min_size=1, max_size=8),
    st.integers(0, 60),
    st.integers(0, 100),
    st.booleans(),
    st.randoms(use_true_random=False),
)
def test_part_returns_in_any_order_stay_between_the_laws_least_and_what_was_paid(
    prices: list[int], off: int, threshold: int, kinder: bool, shuffle: random.Random
) -> None:
    whole = sum(prices)
    order = Purchase(prices, whole * off // 100, whole * threshold // 100)
    pieces = list(order.kept)
    shuffle.shuffle(pieces)
    while pieces:
        some = {pieces.pop() for _ in range(shuffle.randint(1, len(pieces)))}
        order.give_back(some, CN if kinder else RECALCULATING)
        assert order.least_by_law <= order.returned <= order.paid
    assert order.returned == order.paid


# ── nobody's past ────────────────────────────────────────────────────────────────────────────────────────────────────────────

PASTS = st.builds(
    History, st.integers(0, 500), st.integers(0, 10**9), st.integers(0, 10**9), st.integers(0, 99), st.none() | st.integers(0, 10_000)
)


@settings(max_examples=150 * SCALE, deadline=None)
@given(ANY_FACTS, PASTS, st.booleans())
def test_no_score_no_past_and_no_wish_for_a_person_closes_or_cuts_anything(these: Facts, past: History, asks: bool) -> None:
    judged = replace(these, history=past, asks_person=asks)
    for stack in (CN, JD):
        one, other = decide(stack, these, CALENDAR), decide(stack, judged, CALENDAR)
        without_lanes = [answer._replace(lane=Lane.ASSISTED, lane_reasons=()) for answer in one.remedies]
        assert without_lanes == [answer._replace(lane=Lane.ASSISTED, lane_reasons=()) for answer in other.remedies]
        assert (one.claims, one.missing, one.window_ends) == (other.claims, other.missing, other.window_ends)


@pytest.mark.parametrize("section", ["rights", "claims"])
def test_a_row_that_would_look_at_somebodys_past_is_refused(section: str) -> None:
    rows: dict[str, dict[str, Any]] = {
        "rights": {"remedy": "repair", "states": ["received"], "amount": "none"},
        "claims": {"name": "x", "title": {"zh": "甲", "en": "X"}, "base": "price", "times": 1},
    }
    told = rows[section] | {"issues": ["other"], "needs": [], "clause": "danger", "when": "history.score_bps < 500"}
    with pytest.raises(PackRefused, match="never what is granted"):
        under(written(f"[{section}]\nrows = [{_toml(told)}]\n"))
