"""Is the whole of the rules whole? Every name that a cell uses exists, and a law leaves no question open.

Not about one cell (schema.py), rows that contradict each other (coherence.py) or who may change what (layers.py). Answers problems by
path; the caller knows the file.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from typing import Any

from amends.kernel.texts import Text, say
from amends.policy.rules.facts import GoodsClass, IssueType, Remedy, State
from amends.policy.rules.places import Path
from amends.policy.rules.restraint import as_law, dear
from amends.policy.rules.schema import ClaimRow, Goods, LaneRow, PackCells, Right, TraitCell
from amends.policy.rules.when import compiled


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
    deduction_made security_paid advance_returned advance_settled carrier_redirects carrier_fetches new_date_kept loan_handed_out
    loan_out loan_returned expert_answers session_held task_answered task_raised complaint_answered complaint_raised mediation_ends
    mediation_told extension_answered hazard_checked hazard_reported recall_planned recall_published recall_phase_reported
    recall_final_report
""")
COUNTS = _names("""
    claim_changes reviews appeals unmerges evidence_rounds tests drafts pickups searches retries chargebacks choices parts_orders
    repairs_before_refund repair_days_at_fault new_dates absences experts hand_offs inquiries extension_asks extension_hours
    offers open_offers
""")
WINDOWS = ("no_reason", "durable_proof")
# What the code itself says, whatever the tables hold: each is a clause of the law's pack.
SPOKEN = _names("""
    allowed intact promise preticked widened confirmed cancellable repairs_failed repair_late short_weight not_misused
    amount_paid coupon_in_kind lost_discount lost_free_freight gift bad_share wear ceiling durable_proof ordinary_proof free_return
    card_fee person_decides
""")
# Duties that clocks, pages and records ask for by name.
DUTIES = _names("""
    refund_after_receipt refund_delayed address_delayed handling_delayed complaint_taken complaint_refused_told mediation_ends
    mediation_end_told offence_checked records_kept live_records_kept rule_published rule_published_major rule_comments_kept
    recall_records_kept impact_report_kept courier_answers car_spare repair_spare
""")
# What the clock may choose from at the end of a limit, as the tables of lives have it.
SILENT_VERBS = {
    "leader_decides": ("approve", "pass_on"),
    "merchant_answers": ("approve", "call_platform"),
    "merchant_answers_proof": ("approve", "call_platform"),
}
CONDITIONS = frozenset({"allowed", "intact", "cancellable", "repairs_failed", "repair_late", "short_weight", "not_misused"})
ASKED = {"bad_share": "bad_share", "short_weight": "weighed_again"}
LONGEST_PAUSE = 31
# What is known of a person, not of the purchase: it may choose a lane and never a right.
ROUTES = frozenset({"history", "asks_person"})
FEW = 8
ROWED = ("rights", "claims", "lanes", "pauses", "voluntary", "silence")
FREIGHT = ("unshipped", "no_reason", "fault", "wrong", "not_arrived", "other")

Found = Iterator[tuple[Path, Text]]


def _unknown(name: str, among: Iterable[str]) -> Text:
    known = sorted(map(str, among))
    near = known if len(known) <= FEW else get_close_matches(name, known, FEW, 0.5) or known
    return say(
        "没有名为 {name} 的格，可用的有：{known}。",
        "Nothing is named {name}; there are: {known}.",
        name=name, known=", ".join(near) or "-",
    )  # fmt: skip


def check_names(own: PackCells, terms: PackCells) -> Found:
    """Every name that the cells of `own` use exists in `terms`, the rules as they stand with it."""
    for path, clause in _clauses(own):
        if clause not in terms.clauses:
            yield path, _unknown(clause, terms.clauses)
    yield from _tests(own, terms)
    yield from _of_rights(own, terms)
    yield from _of_claims_and_lanes(own, terms)
    yield from _of_clocks(own, terms)
    yield from as_law(own)
    yield from dear(own)
    for key, promise in own.promises.items():
        for number, window in enumerate(promise.windows):
            if window not in terms.windows:
                yield ("promises", key, "windows", number), _unknown(window, terms.windows)
        claims = {row.name: row for row in terms.claims.rows}
        for number, claim in enumerate(promise.claims):
            if claim not in claims:
                yield ("promises", key, "claims", number), _unknown(claim, claims)
    counted = {window.clause for window in terms.windows.values()}
    elsewhere = {clause for path, clause in _clauses(terms) if path[0] != "windows"} | set(SPOKEN)
    for name, said in own.clauses.items():
        if "{" in f"{said.yes}{said.no}" and (name not in counted or name in elsewhere):
            yield ("clauses", name), say("只有时间窗自己的条款能写 days 和 length。", "Only a window's own clause may say days and length.")
    for name in sorted(set(own.limits) - set(LIMITS)):
        yield ("limits", name), _unknown(name, LIMITS)
    for name in sorted(set(own.counts) - set(COUNTS)):
        yield ("counts", name), _unknown(name, COUNTS)
    if own.in_force_until and own.in_force_until < own.in_force_from:
        yield ("in_force_until",), say("应不早于 in_force_from。", "It should not be before in_force_from.")


def _tests(own: PackCells, terms: PackCells) -> Found:
    laid: dict[str, Mapping[Any, Goods | TraitCell]] = {"goods": own.goods, "traits": own.traits}
    for section, cells in laid.items():
        for name, cell in cells.items():
            for number, flag in enumerate(cell.tests):
                if flag not in terms.questions:
                    yield (section, name, "tests", number), _unknown(flag, terms.questions)


def _of_rights(own: PackCells, terms: PackCells) -> Found:
    for number, right in enumerate(own.rights.rows):
        path: Path = ("rights", "rows", number)
        yield from _needs(path, right, terms)
        if not right.issues and not right.groups:
            yield path, say("要写 issues 或 groups。", "Name issues or groups.")
        if not right.states:
            yield (*path, "states"), say("至少写一个状态。", "Name at least one state.")
    for number, row in enumerate(own.silence.rows):
        if (verbs := SILENT_VERBS.get(row.limit)) is None:
            yield ("silence", "rows", number, "limit"), _unknown(row.limit, SILENT_VERBS)
        elif row.verb not in verbs:
            offered = say(
                "时限 {limit} 到期时没有 {verb}，可用的有：{known}。", "At the end of {limit} there is no {verb}; there are: {known}.",
                limit=row.limit, verb=row.verb, known=", ".join(verbs),
            )  # fmt: skip
            yield ("silence", "rows", number, "verb"), offered


def _of_claims_and_lanes(own: PackCells, terms: PackCells) -> Found:
    for number, row in enumerate(own.claims.rows):
        path: Path = ("claims", "rows", number)
        yield from _needs(path, row, terms)
        if not row.issues and not row.groups:
            yield path, say("要写 issues 或 groups。", "Name issues or groups.")
        if not row.times and row.base != "loss":
            yield path, say("按价款计算要写 times。", "A sum on the price needs times.")
        if not row.loss_times and row.base != "price":
            yield path, say("按损失计算要写 loss_times。", "A sum on the loss needs loss_times.")
    for number, lane in enumerate(own.lanes.rows):
        yield from _needs(("lanes", "rows", number), lane, terms)
        if not lane.remedies:
            yield ("lanes", "rows", number, "remedies"), say("至少写一个，或写 any。", "Name at least one, or any.")


def _needs(path: Path, row: Right | ClaimRow | LaneRow, terms: PackCells) -> Found:
    for place, need in enumerate(row.needs):
        if wrong := _need(need, terms):
            yield (*path, "needs", place), wrong
    if row.when is None:
        return
    for flag in sorted(compiled(row.when).flags):
        if flag not in terms.questions:
            yield (*path, "when"), _unknown(flag, terms.questions)
    past = sorted(set(compiled(row.when).names) & ROUTES)
    if past and not isinstance(row, LaneRow):
        yield (
            (*path, "when"),
            say(
                "{names} 只能决定由谁处理（lanes），不能决定给不给（L14 24）。",
                "{names} may only choose who looks (lanes), never what is granted (L14 24).",
                names=", ".join(past),
            ),
        )


def _of_clocks(own: PackCells, terms: PackCells) -> Found:
    for name, limit in own.limits.items():
        if limit.legal and limit.legal not in terms.duties:
            yield ("limits", name, "legal"), _unknown(limit.legal, terms.duties)
    for number, pause in enumerate(own.pauses.rows):
        path: Path = ("pauses", "rows", number)
        for place, name in enumerate(pause.limits):
            if name not in terms.limits:
                yield (*path, "limits", place), _unknown(name, terms.limits)
        if not pause.limits:
            yield (*path, "limits"), say("至少写一个时限。", "Name at least one limit.")
        if not 0 <= (pause.last - pause.first).days < LONGEST_PAUSE:
            right = say(
                "应不早于 first（{first}），最长 {n} 天。", "It should not be before first ({first}), and {n} days at most.",
                first=pause.first.isoformat(), n=LONGEST_PAUSE,
            )  # fmt: skip
            yield (*path, "last"), right


def _clauses(own: PackCells) -> Iterator[tuple[Path, str]]:
    for name, window in own.windows.items():
        yield ("windows", name, "clause"), window.clause
    for goods, cell in own.goods.items():
        yield ("goods", goods, "exclusion_clause"), cell.exclusion_clause
    for trait, laid in own.traits.items():
        yield ("traits", trait, "exclusion_clause"), laid.exclusion_clause
    for key, promise in own.promises.items():
        yield ("promises", key, "clause"), promise.clause
    for key, duty in own.duties.items():
        if duty.clause:
            yield ("duties", key, "clause"), duty.clause
    for flag, question in own.questions.items():
        yield ("questions", flag, "clause"), question.clause
    for kind, freight in own.freight.items():
        yield ("freight", kind, "clause"), freight.clause
    for section in ROWED:
        for number, row in enumerate(getattr(own, section).rows):
            yield (section, "rows", number, "clause"), row.clause


def _need(need: str, terms: PackCells) -> Text | None:
    kind, _, name = need.partition(":")
    tables: dict[str, Mapping[str, object]] = {
        "within": terms.windows, "yes": terms.questions, "not": terms.questions, "promised": terms.promises,
    }  # fmt: skip
    known = tables.get(kind) if name else None
    if known is not None:
        return None if name in known else _unknown(name, known)
    if need in CONDITIONS:
        return None
    right = ", ".join([*sorted(CONDITIONS), "within:<window>", "yes:<question>", "not:<question>", "promised:<promise>"])
    return say("不认识条件 {need}，可用的有：{right}。", "The need {need} is unknown; there are: {right}.", need=repr(need), right=right)


def check_whole(law: PackCells) -> Found:
    """A law answers for every limit, count, class of goods, issue, kind of freight, remedy and state."""
    wanted: dict[str, tuple[Mapping[Any, object], tuple[str, ...]]] = {
        "limits": (law.limits, LIMITS),
        "counts": (law.counts, COUNTS),
        "duties": (law.duties, DUTIES),
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
    for table in ("rights", "lanes"):
        if not getattr(law, table).rows:
            yield (table, "rows"), say("至少要有一行。", "There should be at least one row.")
