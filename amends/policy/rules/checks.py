"""Is the whole of the rules whole? Every name that a cell uses exists, and a law leaves no question open.

Not about one cell (schema.py) nor about who may change it (layers.py). Answers problems by path; the caller knows the file.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from amends.kernel.texts import Text, say
from amends.policy.rules.facts import GoodsClass, IssueType, Remedy, State
from amends.policy.rules.places import Path
from amends.policy.rules.schema import PackCells, Right, SilenceRow, Voluntary


def _names(text: str) -> tuple[str, ...]:
    return tuple(text.split())


LIMITS = _names("""
    consumer_confirms platform_triages leader_decides merchant_answers consumer_proves merchant_answers_proof consumer_escalates
    review_ends appeal_window appeal_ends execution_ends unwinding_ends merge_undo grant_begins offer_answered evidence_round
    evidence_reply arbiter_rules arbiter_rules_late test_reported second_reader appeal_first_answer appeal_final_answer
    appeal_last_call merchant_gives_address consumer_ships carrier_collects parcel_arrives carrier_traces merchant_receives
    merchant_sends_home consumer_collects merchant_inspects consumer_contests refund_sent chargeback_decided gateway_answers
    refund_reconciled refund_mended reversal_window stock_reserved consumer_chooses merchant_ships consumer_checks repair_booked
    repair_diagnosed consumer_accepts_quote parts_arrive repair_ends repair_trial bearer_answers bearer_pays liability_decided
    deduction_made hazard_checked hazard_reported recall_planned recall_published recall_phase_reported recall_final_report
""")
COUNTS = _names("""
    claim_changes reviews appeals unmerges evidence_rounds tests drafts pickups searches retries chargebacks choices parts_orders
    repairs_before_refund repair_days_at_fault
""")
WINDOWS = ("no_reason", "durable_proof")
# What the code itself says, whatever the tables hold: each is a clause of the law's pack.
SPOKEN = _names("""
    allowed intact promise preticked widened confirmed cancellable repairs_failed repair_late short_weight not_misused
    amount_paid coupon_in_kind lost_discount lost_free_freight gift bad_share wear ceiling durable_proof ordinary_proof free_return
""")
CONDITIONS = frozenset({"allowed", "intact", "cancellable", "repairs_failed", "repair_late", "short_weight", "not_misused"})
ASKED = {"bad_share": "bad_share", "short_weight": "weighed_again"}
FREIGHT = ("unshipped", "no_reason", "fault", "wrong", "not_arrived", "other")

Found = Iterator[tuple[Path, Text]]


def _unknown(name: str, among: Mapping[str, object]) -> Text:
    return say(
        "没有名为 {name} 的格，可用的有：{known}。",
        "Nothing is named {name}; there are: {known}.",
        name=name, known=", ".join(sorted(map(str, among))) or "-",
    )  # fmt: skip


def check_names(own: PackCells, terms: PackCells) -> Found:
    """Every name that the cells of `own` use exists in `terms`, the rules as they stand with it."""
    for path, clause in _clauses(own):
        if clause not in terms.clauses:
            yield path, _unknown(clause, terms.clauses)
    for goods, cell in own.goods.items():
        for number, flag in enumerate(cell.tests):
            if flag not in terms.questions:
                yield ("goods", goods, "tests", number), _unknown(flag, terms.questions)
    for number, right in enumerate(own.rights.rows):
        for place, need in enumerate(right.needs):
            if wrong := _need(need, terms):
                yield ("rights", "rows", number, "needs", place), wrong
        if not right.issues and not right.groups:
            yield ("rights", "rows", number), say("要写 issues 或 groups。", "Name issues or groups.")
        if not right.states:
            yield ("rights", "rows", number, "states"), say("至少写一个状态。", "Name at least one state.")
    for number, row in enumerate(own.silence.rows):
        if row.limit not in terms.limits:
            yield ("silence", "rows", number, "limit"), _unknown(row.limit, terms.limits)
    counted = {window.clause for window in terms.windows.values()}
    elsewhere = {clause for path, clause in _clauses(terms) if path[0] != "windows"} | set(SPOKEN)
    for name, said in own.clauses.items():
        if "{" in f"{said.yes}{said.no}" and (name not in counted or name in elsewhere):
            yield ("clauses", name), say("只有时间窗自己的条款能写 days 和 length。", "Only a window's own clause may say days and length.")
    for name in set(own.limits) - set(LIMITS):
        yield ("limits", name), _unknown(name, dict.fromkeys(LIMITS))
    for name in set(own.counts) - set(COUNTS):
        yield ("counts", name), _unknown(name, dict.fromkeys(COUNTS))
    if own.in_force_until and own.in_force_until < own.in_force_from:
        yield ("in_force_until",), say("应不早于 in_force_from。", "It should not be before in_force_from.")


def _clauses(own: PackCells) -> Iterator[tuple[Path, str]]:
    for name, window in own.windows.items():
        yield ("windows", name, "clause"), window.clause
    for goods, cell in own.goods.items():
        yield ("goods", goods, "exclusion_clause"), cell.exclusion_clause
    for flag, question in own.questions.items():
        yield ("questions", flag, "clause"), question.clause
    for kind, freight in own.freight.items():
        yield ("freight", kind, "clause"), freight.clause
    tables: dict[str, Sequence[Right | Voluntary | SilenceRow]] = {
        "rights": own.rights.rows,
        "voluntary": own.voluntary.rows,
        "silence": own.silence.rows,
    }
    for section, rows in tables.items():
        for number, row in enumerate(rows):
            yield (section, "rows", number, "clause"), row.clause


def _need(need: str, terms: PackCells) -> Text | None:
    kind, _, name = need.partition(":")
    if kind == "within" and name:
        return None if name in terms.windows else _unknown(name, terms.windows)
    if kind in ("yes", "not") and name:
        return None if name in terms.questions else _unknown(name, terms.questions)
    if need in CONDITIONS:
        return None
    right = ", ".join([*sorted(CONDITIONS), "within:<window>", "yes:<question>", "not:<question>"])
    return say("不认识条件 {need}，可用的有：{right}。", "The need {need} is unknown; there are: {right}.", need=repr(need), right=right)


def check_whole(law: PackCells) -> Found:
    """A law answers for every limit, count, class of goods, issue, kind of freight, remedy and state."""
    wanted: dict[str, tuple[Mapping[Any, object], tuple[str, ...]]] = {
        "limits": (law.limits, LIMITS),
        "counts": (law.counts, COUNTS),
        "clauses": (law.clauses, SPOKEN),
        "windows": (law.windows, WINDOWS),
        "goods": (law.goods, tuple(GoodsClass)),
        "issues": (law.issues, tuple(IssueType)),
        "freight": (law.freight, FREIGHT),
        "questions": (law.questions, tuple(ASKED.values())),
    }
    for section, (cells, names) in wanted.items():
        for name in names:
            if name not in cells:
                yield (section, name), say("缺少 {name}。", "{name} is missing.", name=str(name))
    for section in ("day_counting", "settlement", "automatic"):
        if getattr(law, section) is None:
            yield (section,), say("缺少 {name}。", "{name} is missing.", name=section)
    spoken = {(row.remedy, state) for row in law.voluntary.rows for state in row.states}
    for remedy in Remedy:
        for state in State:
            if (remedy, state) not in spoken:
                yield (
                    ("voluntary", "rows"),
                    say("缺少 {remedy} 在 {state} 时的一行。", "A row for {remedy} while {state} is missing.", remedy=remedy, state=state),
                )
    if not law.rights.rows:
        yield ("rights", "rows"), say("至少要有一行。", "There should be at least one row.")
