"""A simulation without a database: the generated year, the counts, the flips that stay, and both sides of a draft."""

from __future__ import annotations

import dataclasses
import subprocess
import sys
import tracemalloc
from collections import Counter
from datetime import date
from functools import cache
from random import Random

import pytest

from amends.policy.rules.decide import decide
from amends.policy.rules.facts import Facts
from amends.policy.rules.packs import Pack, PackRefused, load_pack, read_pack
from amends.policy.rules.stack import SHIPPED
from amends.policy.simulation.counting import DECISIONS, Tally, joined
from amends.policy.simulation.judging import CHANGED, LOST, WON, kind_of, read_side, side_of
from amends.policy.simulation.keeping import Kept, rank
from amends.policy.simulation.past import Past, read, written
from amends.policy.simulation.replaying import Flipped, Replay
from amends.policy.simulation.seasons import Season
from amends.policy.simulation.sides import Sides, brought, kept, replaced
from amends.policy.simulation.telling import told
from amends.policy.simulation.year import Asked, Year
from tests.calendars_at_hand import china

FIRST = date(2025, 1, 1)
LAW = SHIPPED / "cn" / "2026-02.toml"
SEVEN = 'no_reason = { length = "7d"'


@cache
def law() -> Pack:
    return load_pack(LAW)


def law_with(days: int) -> Pack:
    text = LAW.read_text(encoding="utf-8")
    assert SEVEN in text
    return read_pack(text.replace(SEVEN, f'no_reason = {{ length = "{days}d"'), "draft.toml")


@cache
def sides_with(days: int) -> Sides:
    return brought(kept([law()], law_with(days), {}))


@cache
def year(seed: int = 1) -> Year:
    return Year(seed, FIRST, china(), Asked.of(sides_with(14).before))


@cache
def claims(count: int = 1200) -> tuple[Past, ...]:
    return tuple(year().claims(0, count))


def replayed(sides: Sides, past: tuple[Past, ...], *, most: int = 20_000, seed: int = 1) -> Replay:
    replay = Replay(sides, china(), Kept[Flipped](most), seed=seed, currency="CNY")
    replay.run(past)
    return replay


# ── the year ─────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_same_seed_and_number_give_the_same_claim_in_whatever_parts_the_year_is_cut() -> None:
    whole = claims()
    assert [*year().claims(400, 500), *year().claims(500, 700)] == list(whole[400:700])
    assert list(Year(2, FIRST, china(), year().asked).claims(0, 50)) != list(whole[:50])


def test_festivals_tower_over_the_year_and_spring_festival_empties_it() -> None:
    weight = dict(zip(range(365), Season(FIRST, china()).weights, strict=True))
    assert max(weight, key=lambda day: weight[day]) == (date(2025, 11, 11) - FIRST).days
    assert weight[(date(2025, 6, 18) - FIRST).days] > 3 * weight[(date(2025, 6, 8) - FIRST).days]
    assert weight[(date(2025, 1, 30) - FIRST).days] < 0.6 * weight[(date(2025, 3, 13) - FIRST).days]


def test_a_year_has_every_class_issue_region_tier_and_many_shops() -> None:
    seen = {name: Counter(getattr(past.keys, name) for past in claims()) for name in ("goods_class", "issue", "region", "tier", "merchant")}
    assert len(seen["goods_class"]) >= 15 and len(seen["issue"]) >= 12 and len(seen["region"]) >= 29 and len(seen["tier"]) == 4
    assert len(seen["merchant"]) > 120 and seen["merchant"].most_common(1)[0][1] < 150
    assert {past.facts.state for past in claims()} == {"unshipped", "transit", "received"}


def test_facts_that_are_kept_are_read_back_as_they_were_and_decided_alike() -> None:
    stack = sides_with(14).before
    for past in claims(150):
        again = read(written(past.facts))
        assert again.to_json() == past.facts.to_json() == Facts.from_json(past.facts.to_json()).to_json()
        assert {name: getattr(again, name) for name in Facts.__slots__} == {name: getattr(past.facts, name) for name in Facts.__slots__}
        assert decide(stack, again, china())._replace(facts=past.facts) == decide(stack, past.facts, china())


# ── both sides ───────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_light_reading_of_a_side_says_what_the_whole_decision_says() -> None:
    for past in claims(200):
        for stack in (sides_with(14).before, sides_with(14).after):
            assert side_of(stack, past.facts, china(), past.remedy) == read_side(decide(stack, past.facts, china()), past.remedy)


def test_a_longer_window_only_lets_people_win_and_a_shorter_one_only_lets_them_lose() -> None:
    longer, shorter = replayed(sides_with(14), claims()), replayed(sides_with(3), claims())
    assert {flip.kind for _, flip in longer.kept.flips()} <= {WON, CHANGED}
    assert {flip.kind for _, flip in shorter.kept.flips()} <= {LOST, CHANGED}
    for flips in (longer.kept.flips(), shorter.kept.flips()):
        assert len(flips) > 8
        assert {flip.past.keys.issue for _, flip in flips} == {"no_reason"}


def test_the_same_pack_on_both_sides_flips_nothing() -> None:
    same = replayed(brought(kept([law()], read_pack(law().text, "draft.toml"), {})), claims())
    assert same.kept.flips() == [] and same.tally.total[DECISIONS] == len(claims())


def test_a_draft_takes_the_place_of_what_it_would_succeed_and_stands_beside_the_rest() -> None:
    taobao, jd = (load_pack(SHIPPED / "platform" / f"{name}.toml") for name in ("taobao", "jd"))
    draft = law_with(14)
    assert replaced([law(), taobao], draft) == [draft, taobao]
    assert replaced([law()], jd) == [law(), jd]
    fresh = read_pack(jd.text, "draft.toml")
    assert replaced([law(), jd], fresh) == [law(), fresh]


def test_a_draft_that_cuts_what_stands_above_it_is_refused_before_anything_runs() -> None:
    shop = load_pack(SHIPPED / "shop" / "default.toml")
    cut = f'{shop.text}\n[windows]\nno_reason = {{ length = "3d", clause = "no_reason_window", source = "x", tag = "I" }}\n'
    with pytest.raises(PackRefused) as refused:
        kept([law(), shop], read_pack(cut, "draft.toml"), {})
    assert [problem.cell for problem in refused.value.problems] == ["windows.no_reason.length"]


def test_kind_tells_what_became_of_what_was_asked_for() -> None:
    stack = sides_with(14).before
    granted = next(side for past in claims() if (side := side_of(stack, past.facts, china(), past.remedy)).granted)
    refused = granted._replace(granted=False, minor=0, lane="")
    assert kind_of(refused, granted) == WON and kind_of(granted, refused) == LOST
    assert kind_of(granted, granted._replace(minor=granted.minor + 1)) == CHANGED and kind_of(granted, granted) == ""


# ── counts and flips that stay ───────────────────────────────────────────────────────────────────────────────────────────────


def test_parts_joined_in_any_order_are_the_whole() -> None:
    whole = replayed(sides_with(14), claims()).tally.to_json()
    parts = [replayed(sides_with(14), claims()[at : at + 250]).tally.to_json() for at in range(0, len(claims()), 250)]
    Random(3).shuffle(parts)
    assert joined(parts).to_json() == whole == Tally.from_json(whole).to_json()


def test_every_group_adds_up_to_the_whole() -> None:
    tally = replayed(sides_with(14), claims()).tally
    for rows in tally.rows.values():
        assert [sum(column) for column in zip(*rows.values(), strict=True)] == tally.total
    assert sum(tally.moves.values()) == sum(tally.goods.values()) == len(claims())


def test_which_flips_stay_does_not_depend_on_parts_and_every_part_has_its_share() -> None:
    numbers = [(rank(7, f"Y-{n}", 1), n) for n in range(12_000)]
    whole = Kept[int](300)
    for place, number in numbers:
        whole.offer(place, number)
    joined_again = Kept[int](300)
    for at in range(0, len(numbers), 2_100):
        part = Kept[int](300, joined_again.bound)
        for place, number in reversed(numbers[at : at + 2_100]):
            part.offer(place, number)
        for place, number in part.flips():
            joined_again.offer(place, number)
    assert joined_again.flips() == whole.flips() and len(whole.flips()) == 300
    shares = Counter(number // 3_000 for _, number in whole.flips())
    assert all(50 < share < 100 for share in shares.values())


def test_memory_does_not_grow_with_the_number_of_decisions_that_go_by() -> None:
    def go_by(rounds: int) -> None:
        replay = Replay(sides_with(14), china(), Kept[Flipped](10), seed=1, currency="CNY")
        for at in range(rounds):
            # Other cases each time, though the same facts: what the stacks remember of facts is bounded by themselves.
            replay.run(past._replace(case=f"{at}-{past.case}") for past in year().claims(0, 100))
        assert replay.tally.total[DECISIONS] == 100 * rounds and len(replay.kept.flips()) <= 10

    def peak(rounds: int) -> int:
        tracemalloc.start()
        go_by(rounds)
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return most

    go_by(20)  # Python keeps the shells of some thousand tuples for the next ones
    assert peak(5) < peak(1) + 400_000  # four hundred claims with their facts would be about a million bytes


def test_decisions_of_another_market_or_currency_are_left_out_and_counted_by_themselves() -> None:
    past = claims()[0]
    euro = past._replace(facts=dataclasses.replace(past.facts, currency="EUR"))
    abroad = past._replace(facts=dataclasses.replace(past.facts, jurisdiction="US"))
    tally = replayed(sides_with(14), (past, euro, abroad)).tally
    assert tally.total[DECISIONS] == 1 and tally.foreign == {"currency": 1, "jurisdiction": 1}


def test_the_result_says_who_wins_what_it_costs_and_which_limits_change() -> None:
    text = LAW.read_text(encoding="utf-8").replace('merchant_answers = { value = "48h"', 'merchant_answers = { value = "24h"')
    both = brought(kept([law()], read_pack(text.replace(SEVEN, SEVEN.replace("7d", "14d")), "draft.toml"), {}))
    replay = replayed(both, claims())
    result = told([replay.tally.to_json()], kept=5, whole=True, currency="CNY", before=both.before, after=both.after)
    assert result["decisions"] == 1200 and result["flips"] == result["won"] + result["lost"] + result["changed"] > 0
    assert result["cost_minor"] == result["won_minor"] - result["lost_minor"] == result["after_minor"] - result["before_minor"] > 0
    assert result["totals"]["after_share"] > result["totals"]["before_share"]
    assert result["costs"]["merchants"]["delta_minor"] >= result["cost_minor"]
    assert {row["limit"] for row in result["clocks"]} == {"merchant_answers"}
    top = result["groups"]["goods_class"][0]
    assert top["zh"] and top["en"] and top["flips"] == max(row["flips"] for row in result["groups"]["goods_class"])
    assert [row["month"] for row in result["months"]] == sorted(row["month"] for row in result["months"])


def test_the_pure_part_knows_no_framework() -> None:
    names = ("counting", "judging", "keeping", "past", "places", "replaying", "seasons", "shops", "sides", "telling", "wares", "year")
    program = f"import sys; [__import__('amends.policy.simulation.' + n) for n in {names!r}]; sys.exit('django' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
