"""One cell of the law's pack goes wrong: either the pack is refused with file and row, or decisions differ only in what that cell means.

200 x PROOF_SCALE mutations, seeded. What a cell means is written below as the parts of a decision that its section may move (MOVES);
no mutation may ever raise inside `decide`, and a refusal must point at the row that was changed or at one that names it.
"""

from __future__ import annotations

import os
import random
import re
from collections.abc import Callable
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from amends.kernel.calendars import Calendar
from amends.policy.rules import Decision, Facts, GoodsClass, IssueType, PackRefused, Remedy, Stack, Weighing, decide, read_pack, stacked

FILE = Path(__file__).resolve().parents[2] / "packs" / "cn" / "2026-02.toml"
TEXT = FILE.read_text()
MUTATIONS = 200 * int(os.environ.get("PROOF_SCALE", "1"))
CALENDAR = Calendar("plain", ZoneInfo("Asia/Shanghai"), {weekday: [(time(9), time(18))] for weekday in range(5)})
SIGNED = datetime(2026, 3, 2, 12, tzinfo=CALENDAR.zone)

VALUE = re.compile(r"""(?P<key>[A-Za-z_0-9]+) = (?P<value>"[^"\n]*"|true|false|\d{4}-\d\d-\d\d|\d+|\[[^\]\n]*\])""")
# Which parts of a decision the cells of a section may move. A window, a right or a class of goods decides what is open, and so the sums.
OPENING = {"open", "reasons", "texts", "sums", "freight", "asks", "ends", "proof", "evidence", "automatic"}
MOVES: dict[str, set[str]] = {
    "": {"versions"},
    "documents": set(),
    "day_counting": OPENING | {"rolls"},
    "windows": OPENING,
    "duties": set(),
    "limits": {"limits"},
    "counts": OPENING | {"counts"},
    "silence": {"silence"},
    "goods": OPENING,
    "questions": {"reasons", "texts", "asks"},
    "issues": {"evidence", "texts"},
    "freight": {"freight", "sums", "texts", "automatic"},
    "rights": OPENING,
    "voluntary": {"reasons", "texts"},
    "settlement": {"sums", "automatic"},
    "automatic": {"automatic"},
    "weights": OPENING,
    "clauses": {"reasons", "texts"},
}

# Whose facts a named cell of a section is about; the others it may not move at all.
ABOUT: dict[str, Callable[[Facts, str], bool]] = {
    "goods": lambda these, name: these.goods_class == name,
    "issues": lambda these, name: these.issue == name,
    "freight": lambda these, name: name == (these.issue.group if these.shipped else "unshipped"),
}


def _corpus() -> list[Facts]:
    """Facts of every issue type and class of goods, before and after shipping, early and late, with what sums need."""
    chance = random.Random(20260201)
    made = []
    for issue in IssueType:
        for goods in GoodsClass:
            state = chance.choice([0, 1, 2, 2, 2])
            flags = {flag: chance.choice([True, False, None]) for flag in ("unusable", "parts_missing", "reminded")}
            made.append(
                Facts(
                    issue=issue,
                    goods_class=goods,
                    order_at=SIGNED - timedelta(days=2),
                    shipped=state > 0,
                    received=state > 1,
                    signed_at=SIGNED if state > 1 else None,
                    asked_at=SIGNED + timedelta(days=chance.choice([0, 1, 5, 9, 14, 100, 400, 900])),
                    list_minor=800,
                    discount_minor=100,
                    coupon_minor=50,
                    paid_minor=650,
                    freight_minor=60,
                    bad_share_bps=chance.choice([3000, 7000]),
                    weighing=Weighing(2000, chance.choice([1950, 1970])),
                    repairs_failed=chance.choice([0, 2]),
                    days_since_invoice=200,
                    same_model_there=chance.random() < 0.5,
                    flags=flags,
                    confirmed_exclusion=chance.choice([None, "single_purchase", "preticked"]),
                )
            )
    return made


CORPUS = _corpus()


def _parts(decision: Decision) -> dict[str, Any]:
    """A decision taken apart by what its parts mean."""
    answers = decision.remedies
    return {
        "open": [a.open for a in answers],
        "reasons": [[(r.rule_id, r.clause, r.holds) for r in a.reasons] for a in answers],
        "texts": [[r.text for r in a.reasons] + [r.article for r in a.reasons] + [a.opens_by] for a in answers]
        + [dict(decision.articles), decision.evidence, decision.proof.text],
        "sums": [(a.amount_minor, a.outbound_freight_minor, a.sum_rows) for a in answers],
        "freight": [(a.return_freight, a.freight_clause, a.ships_back) for a in answers],
        "asks": decision.missing,
        "ends": (decision.window_ends, [a.until for a in answers]),
        "proof": (decision.proof_by, decision.proof.clause),
        "evidence": [a.evidence_min for a in answers],
        "automatic": [a.automatic for a in answers],
        "limits": dict(decision.limits),
        "counts": dict(decision.counts),
        "silence": decision.silence,
        "rolls": dict(decision.rolls),
        "versions": decision.versions,
    }


LAW = stacked([read_pack(TEXT)])
BEFORE = [decide(LAW, these, CALENDAR) for these in CORPUS]


def _other(value: str, chance: random.Random) -> str:
    """Another value for the cell: of the same kind three times of four, else of another kind or nonsense."""
    if chance.random() < 0.25:
        return chance.choice(['""', "7", "true", "1.5", '"{days"', "[7]", "{ x = 1 }"])
    if value.startswith('"'):
        known = ['"7d"', '"3h"', '"none"', '"any"', '"merchant"', '"return_refund"', '"allowed"', '"I"']
        return chance.choice([*known, f'{value[:-1]}x"', f'{value[:-2]}"'])
    if value in ("true", "false"):
        return "false" if value == "true" else "true"
    if value.startswith("["):
        others = ["[]", '["parts_missing"]', '["within:no_reason"]', '["received"]', value.replace("[", '["x", ', 1)]
        return chance.choice(others)
    return chance.choice(["0", "1", f"{value}0", f"1{value}", "2030-01-01"])


def _cells() -> dict[str, list[re.Match[str]]]:
    """The cells of each section; what stands in a comment is none."""
    found: dict[str, list[re.Match[str]]] = {}
    for cell in VALUE.finditer(TEXT):
        if not TEXT[TEXT.rfind("\n", 0, cell.start()) + 1 : cell.start()].lstrip().startswith("#"):
            heads = re.findall(r"^\[([a-z_]+)", TEXT[: cell.start()], re.MULTILINE)
            found.setdefault(heads[-1] if heads else "", []).append(cell)
    return found


CELLS = _cells()


def _mutated(chance: random.Random) -> tuple[str, int, str]:
    """The text with one cell changed, misnamed or torn; its row; its section."""
    section = chance.choice(sorted(CELLS))
    cell = chance.choice(CELLS[section])
    row = TEXT.count("\n", 0, cell.start()) + 1
    how = chance.random()
    if how < 0.8:
        start, end, put = cell.start("value"), cell.end("value"), _other(cell["value"], chance)
    elif how < 0.9:
        start, end, put = cell.start("key"), cell.end("key"), cell["key"] + "x"
    else:
        start, end, put = cell.end() - 1, cell.end(), ""
    return TEXT[:start] + put + TEXT[end:], row, section


@pytest.mark.slow
def test_a_wrong_cell_is_refused_with_its_row_or_moves_only_what_it_means() -> None:
    chance = random.Random(7)
    refused = loaded = 0
    for _ in range(MUTATIONS):
        text, row, section = _mutated(chance)
        try:
            stack = stacked([read_pack(text, "cn.toml")])
        except PackRefused as refusal:
            refused += 1
            _points_at(refusal, text, row, section)
            continue
        loaded += 1
        _moves_only(stack, section, text.splitlines()[row - 1])
    assert refused > MUTATIONS // 10
    assert loaded > MUTATIONS // 10


def _points_at(refusal: PackRefused, text: str, row: int, section: str) -> None:
    problems = refusal.problems
    assert problems
    assert all(p.file == "cn.toml" and 1 <= p.place.row <= text.count("\n") + 1 and p.place.column >= 1 for p in problems)
    assert all(p.sentence.into("zh") != p.sentence.into("en") for p in problems)
    # A law with a hole is told at the table that has it; everything else at the very row.
    assert row in {p.place.row for p in problems} or section == "voluntary", refusal


def _moves_only(stack: Stack, section: str, row: str) -> None:
    name = row.split(" = ")[0].strip()
    for these, decided in zip(CORPUS, BEFORE, strict=True):
        decision = decide(stack, these, CALENDAR)
        if decision == decided:
            continue
        before, after = _parts(decided), _parts(decision)
        moved = {part for part, value in after.items() if value != before[part]}
        assert moved <= MOVES[section], f"{row[:200]} moved {sorted(moved - MOVES[section])}"
        assert not moved or section not in ABOUT or ABOUT[section](these, name), f"{row[:200]} moved {these}"
        for table in {"limits", "counts"} & moved:
            changed = {key for key, value in after[table].items() if before[table].get(key) != value}
            assert changed == {name}, f"{row[:200]} moved {sorted(changed)}"


def test_every_part_of_the_pack_says_what_it_may_move() -> None:
    assert set(MOVES) == set(CELLS)
    assert {remedy for before in BEFORE for remedy in before.open_remedies} >= {
        Remedy.REFUND_ONLY, Remedy.RETURN_REFUND, Remedy.EXCHANGE, Remedy.REPAIR, Remedy.RESEND, Remedy.PRICE_ADJUSTMENT,
    }  # fmt: skip
