"""What must hold of a quarter that was lived through (a_quarter.py): nothing lost, nothing stuck, every limit kept or enforced, nobody
left in silence, the money right, every decision explained.

Each question answers its faults, each with the case that it is about; where there are none, the promise was kept.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from itertools import groupby
from typing import Any, NamedTuple

from django.db.models import Q

from amends.cases import hooks
from amends.cases.carrying_on import carrier_id
from amends.cases.models import Case, CaseText, Deadline, Entry, Grant
from amends.cases.verbs.answering import REFUSALS
from amends.cases.waiting_words import LIMITS
from amends.cases.words import verb_done
from amends.insight.verify import CHECKS
from amends.kernel.parties import Party
from amends.kernel.tables import ALARM
from amends.kernel.texts import Text
from amends.ledger.posting import balances
from amends.market.models import Order, Tender
from amends.notices.models import Notice
from amends.notices.verbs.noticing import missing_notices
from amends.refunds.models import Refund
from amends.rulings.models import Appeal, Review
from amends.rulings.queries import reasons_of
from tests.proofs.a_quarter import Quarter, timeline

SIDES = (Party.CONSUMER, Party.MERCHANT)
HELD = ("paid", "settled")
MADE_GOOD = ("exchange", "resend", "repair")
CHINESE = re.compile(r"[\u4e00-\u9fff]")


class Fault(NamedTuple):
    """Something that must not be, and the case that it is about (0: none in particular)."""

    case_id: int
    what: str


def lost(quarter: Quarter) -> Iterator[Fault]:
    """Claims that are in no case that ended or goes on in another; sentences that are not in the case that carries their matter on."""
    there = set(Case.objects.values_list("pk", flat=True))
    yield from (Fault(pk, "a claim that was filed is no case") for pk in quarter.filed if pk not in there)
    marks: dict[str, set[int]] = defaultdict(set)
    for body, case_id in CaseText.objects.filter(body__contains="w0").values_list("body", "case_id"):
        for mark in re.findall(r"w\d{7}", body):
            marks[mark].add(case_id or 0)
    shops = dict(Case.objects.values_list("pk", "merchant_id"))
    for mark, case_id, party in quarter.said:
        carrier = carrier_id(shops[case_id], case_id)
        # What the platform says about a merger stands where it was said; what the sides say goes where their matter goes.
        if carrier not in marks[mark] and not (marks[mark] and party not in SIDES):
            yield Fault(
                case_id, f"what the {party.value} said ({mark}) is not in the case that carries on ({carrier}, there: {marks[mark]})"
            )


def stuck(quarter: Quarter) -> Iterator[Fault]:
    """Cases that did not end although everybody who was called came."""
    for case in Case.objects.filter(closed_at__isnull=True).order_by("pk"):
        yield Fault(case.pk, f"not ended: {case.stage}")
    for row in Deadline.objects.filter(ended_at__isnull=True).order_by("pk"):
        yield Fault(row.case_id or 0, f"{row.life}.{row.limit} waits for {row.waits_for} until {row.due_at:%F %T}")


def late(quarter: Quarter) -> Iterator[Fault]:
    """Limits whose end came after their instant, or whose silence was not what the row had said, or that nobody moved."""
    moves: dict[tuple[str, int, Any], list[tuple[str, str]]] = defaultdict(list)
    led: set[tuple[int | None, Any]] = set()  # a case follows what the clock did in one of its lives, in an arbiter's place
    rows = Entry.objects.order_by("id").values_list("life", "life_id", "made_at", "verb", "party", "case_id")
    for life, pk, at, verb, party, case_id in rows:
        moves[life, pk, at].append((verb, party))
        if party == Party.CLOCK:
            led.add((case_id, at))
    for row in Deadline.objects.filter(ended_at__isnull=False).order_by("pk"):
        at = row.ended_at
        assert at is not None
        due = max(row.due_at, quarter.seen.get(row.pk, row.due_at))
        if row.paused_since is None and at > due:
            yield Fault(row.case_id or 0, f"{row.life}.{row.limit} was due {due:%F %T} and ended {at:%F %T} ({row.ended_as})")
        there = moves[row.life, row.life_id, at]
        if not there:
            yield Fault(row.case_id or 0, f"{row.life}.{row.limit} ended {at:%F %T} as {row.ended_as} without a line of the timeline")
        if row.ended_as == "lapsed" and (ALARM, Party.CLOCK.value) not in there:
            yield Fault(row.case_id or 0, f"{row.life}.{row.limit} lapsed without an alarm: {there}")
        by_clock = any(party == Party.CLOCK for _, party in there) or (row.life == "case" and (row.case_id, at) in led)
        if row.ended_as == "enforced" and at == row.due_at and not by_clock:
            yield Fault(row.case_id or 0, f"{row.life}.{row.limit} was enforced by {there}, and not by the clock")


def unsound(quarter: Quarter) -> Iterator[Fault]:
    """What `amends verify` says: books, chains, queues, notices, claims and the rest."""
    for check in CHECKS:
        yield from (Fault(_case_in(said), f"verify {check.name}: {said}") for said in check.offenders())


def _case_in(said: str) -> int:
    by_ref = re.search(r"AS-[0-9A-Z-]+", said)
    if by_ref:
        return Case.objects.filter(ref=by_ref[0].rstrip("-")).values_list("pk", flat=True).first() or 0
    by_id = re.search(r"\bcase (\d+)", said)
    return int(by_id[1]) if by_id else 0


def untold(quarter: Quarter) -> Iterator[Fault]:
    """Lines of timelines of which somebody whom the table names has no notice: nothing passes in silence."""
    told = set(Notice.objects.values_list("key", flat=True))
    entries = Entry.objects.order_by("case_id", "number").iterator(chunk_size=5000)
    for case_id, lines in groupby(entries, key=lambda entry: entry.case_id):
        yield from (Fault(case_id or 0, missing) for missing in missing_notices(list(lines), told))


def overpaid(quarter: Quarter) -> Iterator[Fault]:
    """Units with two remedies, orders that brought more than was paid, tenders of which our books and the gateway's differ; and what came
    back after its books were closed, which they say no more, and is not owed anew."""
    final: Counter[int] = Counter()
    cases: dict[int, int] = {}
    for unit, stage, remedy, case_id in Grant.objects.filter(subject="unit").values_list("unit_id", "stage", "remedy", "case_id"):
        if stage in ("owed", "doing") or (stage == "done" and remedy not in MADE_GOOD):
            final[unit or 0] += 1
            cases[unit or 0] = case_id or 0
    yield from (Fault(cases[unit], f"unit {unit} has {n} remedies") for unit, n in final.items() if n > 1)
    ours: Counter[str] = Counter()
    by_order: Counter[int] = Counter()
    late = dict(Entry.objects.filter(life="refund", verb="come_back_late").values_list("life_id", "facts__amount_minor"))
    for row in Refund.objects.filter(stage__in=HELD, tender__isnull=False, way="tender").select_related("tender", "case"):
        assert row.tender is not None
        if row.pk in late:
            again = Grant.objects.filter(Q(case=row.case) | Q(case__follows=row.case), subject="sum", basis="reversed")
            if not again.filter(amount_minor=late[row.pk]).exists():
                yield Fault(row.case_id or 0, f"refund {row.ref} came back late and is not owed anew")
            continue
        ours[row.tender.ref] += row.amount_minor
        by_order[row.case.order_id or 0] += row.amount_minor
    for tender in Tender.objects.select_related("order").order_by("pk"):
        if ours[tender.ref] != quarter.till.net(tender.ref):
            about = Case.objects.filter(order_id=tender.order_id).order_by("pk").values_list("pk", flat=True).first()
            yield Fault(about or 0, f"tender {tender.ref}: {ours[tender.ref]} in our books, {quarter.till.net(tender.ref)} at the gateway")
    for pk, paid in Order.objects.order_by("pk").values_list("pk", "paid_minor"):
        if by_order[pk] > paid:
            about = Case.objects.filter(order_id=pk).order_by("pk").values_list("pk", flat=True).first()
            yield Fault(about or 0, f"order {pk}: {by_order[pk]} went back of {paid}")
    for row_ in balances():
        if (row_.party, row_.name) == ("consumer", "owed") and row_.minor:
            yield Fault(0, f"the books still owe a consumer: {row_}")


DECIDED = {
    ("case", "refuse"), ("case", "approve"), ("case", "accept_refusal"), ("case", "let_stand"), ("case", "go_on_unproven"),
    ("review", "rule"), ("review", "rule_by_default"), ("appeal", "uphold"), ("appeal", "change"), ("appeal", "send_back"),
    ("inspection", "accept"), ("inspection", "reject"), ("inspection", "reduce"), ("inspection", "accept_finding"), ("offer", "expire"),
    ("extension", "decline_extension"), ("return_shipment", "lapse"), ("return_shipment", "keep_goods"), ("replacement", "fall_back"),
}  # fmt: skip


def unexplained(quarter: Quarter) -> Iterator[Fault]:
    """Decisions without words in both languages, refusals without a reason, rulings without clause or reasons, and silences whose limit
    has no name or whose source the case does not know."""
    texts = dict(CaseText.objects.values_list("pk", "body"))
    clocks = {pk: {row[0] for row in answer["clocks"]} for pk, answer in Case.objects.values_list("pk", "decision__answer")}
    for e in Entry.objects.order_by("id").iterator(chunk_size=5000):
        key = (e.life, e.verb)
        is_silence = e.party == Party.CLOCK and "limit" in e.facts and e.verb in hooks.LIVES[e.life].LIFE.all_verbs
        if key not in DECIDED and not is_silence:
            continue
        case_id, name = e.case_id or 0, f"line {e.number} ({e.life}.{e.verb})"
        if not _both(verb_done(e.life, e.verb)):
            yield Fault(case_id, f"{name} has no words in both languages")
        if is_silence:
            limit = e.facts["limit"]
            if limit not in LIMITS or not _both(LIMITS[limit]):
                yield Fault(case_id, f"{name}: the limit {limit} has no name in both languages")
            if limit not in clocks[case_id]:
                yield Fault(case_id, f"{name}: the case does not know where its limit {limit} comes from")
        elif key == ("case", "refuse"):
            if e.facts.get("reason") not in REFUSALS or not texts.get(e.facts.get("text", 0)):
                yield Fault(case_id, f"{name}: refused without a reason or without words")
        elif e.life == "appeal" and not texts.get(e.facts.get("text", 0)):
            yield Fault(case_id, f"{name}: answered without reasons")
    for row in Review.objects.filter(ruled_at__isnull=False).order_by("pk"):
        if not (row.clause and row.outcome and row.liable and _both(reasons_of(row))):
            yield Fault(row.case_id or 0, f"ruling {row.ref}: {row.outcome!r} {row.liable!r} {row.clause!r} {reasons_of(row)}")
    for appeal in Appeal.objects.filter(stage="changed").order_by("pk"):
        if not (appeal.clause and appeal.outcome and appeal.answer_id):
            yield Fault(appeal.case_id or 0, f"appeal {appeal.ref} changed the ruling without a clause or reasons")


def _both(text: Text) -> bool:
    return bool(CHINESE.search(text.zh)) and bool(text.en) and text.zh != text.en


QUESTIONS: dict[str, Callable[[Quarter], Iterator[Fault]]] = {
    "lost": lost, "stuck": stuck, "late": late, "unsound": unsound, "untold": untold, "overpaid": overpaid, "unexplained": unexplained,
}  # fmt: skip


def report(quarter: Quarter, faults: list[Fault], most: int = 3) -> str:
    """The faults, how to see them again, and the timelines of the first cases."""
    if not faults:
        return ""
    cases = list(dict.fromkeys(fault.case_id for fault in faults if fault.case_id))[:most]
    again = f"PROOF_SEED={quarter.seed} PROOF_CASES={quarter.cases} pytest tests/proofs/test_quarter.py"
    said = [f"{Case.objects.filter(pk=f.case_id).values_list('ref', flat=True).first()}: {f.what}" for f in faults[:20]]
    return "\n".join([f"{len(faults)} faults; again: {again}", *said, *map(timeline, cases)])
