"""No shop's pack that loads ever takes anything away: what the law opens stays open, for no less, in no less time."""

from __future__ import annotations

import os
import random
from datetime import datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from amends.kernel.calendars import Calendar
from amends.kernel.parties import Party
from amends.policy.rules import Decision, Facts, GoodsClass, IssueType, PackRefused, Remedy, Weighing, decide, load_pack, read_pack, stacked
from amends.policy.rules.lengths import surely_no_longer, surely_no_shorter
from amends.policy.rules.waiting import for_consumer

PACKS = Path(__file__).resolve().parents[2] / "packs"
LAW = load_pack(PACKS / "cn" / "2026-02.toml")
SHOP = """id = "shop"
name = { zh = "本店", en = "The shop" }
layer = "shop"
jurisdiction = "CN"
version = "2026-11"
in_force_from = 2026-11-01
"""
CALENDAR = Calendar("plain", ZoneInfo("Asia/Shanghai"), {weekday: [(time(9), time(18))] for weekday in range(5)})
SIGNED = datetime(2026, 11, 2, 12, tzinfo=CALENDAR.zone)
SHOPS = 30 * int(os.environ.get("PROOF_SCALE", "1"))


def corpus(chance: random.Random) -> list[Facts]:
    """Facts of every issue and many classes, before and after shipping, early and late."""
    made = []
    for issue in IssueType:
        for goods in chance.sample(list(GoodsClass), 5):
            state = chance.choice([0, 1, 2, 2, 2])
            made.append(
                Facts(
                    issue=issue, goods_class=goods, order_at=SIGNED - timedelta(days=2), shipped=state > 0, received=state > 1,
                    signed_at=SIGNED if state > 1 else None, asked_at=SIGNED + timedelta(days=chance.choice([0, 1, 5, 9, 14, 100, 400])),
                    list_minor=8000, discount_minor=1000, coupon_minor=500, paid_minor=6500, freight_minor=600,
                    bad_share_bps=chance.choice([3000, 7000]), weighing=Weighing(2000, chance.choice([1950, 1970])),
                    flags={flag: chance.choice([True, False, None]) for flag in ("unusable", "parts_missing", "reminded")},
                    confirmed_exclusion=chance.choice([None, "single_purchase"]), repairs_failed=chance.choice([0, 2]),
                )
            )  # fmt: skip
    return made


def a_shop(chance: random.Random) -> str:
    """Some cells of a shop, kind or not; every section that a shop may write."""
    pick, own, yes_no = chance.choice, 'source = "s", tag = "I"', ["true", "false"]
    group, state = pick(["no_reason", "fault", "wrong"]), pick(["transit", "received"])
    window, days = pick(["no_reason", "quality_return", "long_stop"]), pick([1, 6, 7, 15, 30])
    limit, hours = pick(["merchant_answers", "consumer_ships", "execution_ends"]), pick([1, 24, 48, 96])
    back, out = pick(["merchant", "consumer"]), pick(["merchant", "consumer"])
    remedy, amount = pick(["return_refund", "exchange", "price_adjustment"]), pick(["paid", "ceiling", "none", "worn"])
    silent, verb = pick(["any", "refund_only", "exchange"]), pick(["approve", "call_platform"])
    parts = [
        f'[windows]\n{window} = {{ length = "{days}d", clause = "quality_window", {own} }}',
        f'[limits]\n{limit} = {{ value = "{hours}h", {own} }}',
        f'[freight]\n{group} = {{ way_back = "{back}", way_out = "{out}", clause = "freight_fault", {own} }}',
        f'[rights]\nrows = [{{ remedy = "{remedy}", groups = ["{group}"], states = ["{state}"], needs = [], clause = "price_reduction", '
        f'amount = "{amount}" }}]',
        f'[settlement]\nlost_discount = "{pick(["kinder", "recalculate"])}"\nlost_free_freight = "{pick(["waive", "deduct"])}"\n'
        f"adjustment_ceiling_bps = {pick([3000, 4000, 9000])}\nbad_share_is_all_from_bps = {pick([3000, 5000, 8000])}\n"
        'source = "s"\ntag = "I"',
        f'[goods]\ngeneral = {{ exclusion = "none", exclusion_clause = "allowed", regime = "general", durable = {pick(yes_no)}, '
        f'fresh = {pick(yes_no)}, cancellable = {pick(yes_no)}, tests = ["parts_missing"], daily_wear_bps = {pick([0, 30])}, '
        f"parts_days = 90, {own} }}",
        f'[silence]\nrows = [{{ limit = "merchant_answers", remedy = "{silent}", shipped = "any", received = "any", verb = "{verb}", '
        'clause = "silence_approves" }]',
    ]
    return "\n".join(chance.sample(parts, chance.randint(1, 3)))


@pytest.mark.slow
def test_no_shop_that_loads_ever_takes_anything_away() -> None:
    chance, loaded, refused = random.Random(20261101), 0, 0
    bare, facts = stacked([LAW]), corpus(random.Random(7))
    before = [decide(bare, these, CALENDAR) for these in facts]
    while loaded < SHOPS:
        cells = a_shop(chance)
        try:
            stack = stacked([LAW, read_pack(SHOP + cells, "shop.toml")])
        except PackRefused:
            refused += 1
            continue
        loaded += 1
        for these, law_says in zip(facts, before, strict=True):
            _no_worse(law_says, decide(stack, these, CALENDAR), cells)
        for name, value in before[0].limits.items():
            now = stack.limits(facts[0].goods_class, facts[0].shipped)[name]
            assert surely_no_shorter(now, value) if for_consumer(name) else surely_no_longer(now, value), cells
    assert refused > loaded // 2


def _no_worse(law_says: Decision, now: Decision, cells: str) -> None:
    for answer in law_says.remedies:
        after = now.answer(answer.remedy)
        assert after.open or not answer.open, f"{cells}\ncloses {answer.remedy} for {law_says.facts}"
        if not answer.open:
            continue
        assert after.amount_minor >= answer.amount_minor, f"{cells}\ncuts {answer.remedy} for {law_says.facts}"
        assert after.return_freight is not Party.CONSUMER or answer.return_freight is Party.CONSUMER, cells
        assert after.until is None or answer.until is None or after.until >= answer.until, cells
        assert after.evidence_min <= answer.evidence_min, cells
    assert now.proof_by is law_says.proof_by or now.proof_by is Party.MERCHANT, cells
    for limit_name in ("merchant_answers", "merchant_answers_proof"):
        for remedy in Remedy:
            verbs = [each.silence_verb(limit_name, remedy, True, True, "-") for each in (law_says, now)]
            assert verbs[0] != "approve" or verbs[1] == "approve", cells


def test_a_stack_knows_no_order_of_files() -> None:
    jd, shop = load_pack(PACKS / "platform" / "jd.toml"), load_pack(PACKS / "shop" / "default.toml")
    one, other = stacked([LAW, jd, shop]), stacked([shop, jd, LAW])
    assert one.versions == other.versions
    for these in corpus(random.Random(1)):
        assert decide(one, these, CALENDAR) == decide(other, these, CALENDAR)
