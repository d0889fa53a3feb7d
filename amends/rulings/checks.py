"""What must hold of reviews in every database, for `amends verify`: rulings carried out or waited for, shares whole, judges who took no
part before, tests paid as their rule says. Reads only; that appeals hold together is asked by appeal_checks.py.

A sentence for each offender, at most MOST of a kind.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import connection
from django.db.models import Exists, OuterRef, QuerySet, Sum

from amends.cases.models import Case, Grant
from amends.kernel.findings import finding
from amends.kernel.parties import Party
from amends.ledger.models import Line
from amends.liability.models import ChargeBackTo
from amends.rulings.models import ProofRequest, Review, TestOrder
from amends.rulings.queries import CONTESTED
from amends.rulings.rules import REVIEW
from amends.rulings.rules.testing import CLAIMED, OWED, PAID, REPAYMENT, booked, is_charged, is_repaid

MOST = 50
OPEN_TO_BOTH = [stage for stage in REVIEW.stages if REVIEW.who_may(stage, "submit")]
READ_TWICE = REVIEW.moves["deciding", "draft_ruling", Party.ARBITER]
BEING_TESTED = REVIEW.moves["deciding", "order_test", Party.ARBITER]
WAITING = [
    stage for stage in Case.LIFE.stages
    if Case.LIFE.becomes(stage, "let_stand", Party.CLOCK) or Case.LIFE.becomes(stage, "uphold", Party.ARBITER)
]  # fmt: skip
"""Where a ruling that was given and binds nothing yet may stand."""

_SHARES = """
SELECT ref FROM (SELECT ref, bears FROM rulings_review UNION ALL SELECT ref, bears FROM rulings_appeal) r
WHERE bears <> '{}' AND (SELECT sum(value::bigint) FROM jsonb_each_text(bears)) <> 10000
"""
# What binds is the ruling's own, or what an appeal put in its place. Of each part: the units that have no grant at all. Of what stands
# beside them: where nothing was left to give, since the ruling was given somebody gave it back already.
_NOT_CARRIED_OUT = """
WITH held AS (
    SELECT r.merchant_id, r.case_id, r.ref, r.heard, r.ruled_at, r.bound_at, coalesce(a.parts, r.parts) AS parts,
        coalesce(a.outcome, r.outcome) AS outcome
    FROM rulings_review r
    LEFT JOIN rulings_appeal a ON a.merchant_id = r.merchant_id AND a.review_id = r.id AND a.stage = 'changed'
    WHERE r.bound_at IS NOT NULL AND r.heard <> '[]'
), part AS (
    SELECT h.*, p.value AS part FROM held h, jsonb_array_elements(h.parts) p
    WHERE p.value->>'remedy' <> 'none' AND coalesce((p.value->>'amount_minor')::bigint, 1) > 0
)
SELECT p.ref FROM part p CROSS JOIN LATERAL jsonb_array_elements_text(p.part->'units') u
WHERE p.part->>'remedy' <> 'price_adjustment' AND NOT EXISTS (
    SELECT 1 FROM cases_grant g WHERE g.merchant_id = p.merchant_id AND g.case_id = p.case_id AND g.unit_id = u.value::bigint)
UNION SELECT p.ref FROM part p WHERE (p.part->'units' IS NULL OR p.part->>'remedy' = 'price_adjustment') AND NOT EXISTS (
    SELECT 1 FROM cases_grant g WHERE g.merchant_id = p.merchant_id AND g.case_id = p.case_id AND g.basis IN ('ruled', 'changed')
        AND g.made_at >= p.bound_at AND (g.unit_id IS NULL OR p.part->'units' @> to_jsonb(g.unit_id)))
    AND NOT EXISTS (
        SELECT 1 FROM cases_grant g WHERE g.merchant_id = p.merchant_id AND g.case_id = p.case_id AND g.made_at >= p.ruled_at
            AND g.subject = 'share' AND p.part->'units' @> to_jsonb(g.unit_id))
    AND NOT EXISTS (
        SELECT 1 FROM cases_case c JOIN market_order_line l ON l.merchant_id = c.merchant_id AND l.order_id = c.order_id
        WHERE c.merchant_id = p.merchant_id AND c.id = p.case_id AND p.part->>'remedy' = 'extra' AND l.position = (p.part->>'line')::int
            AND CASE p.part->>'part' WHEN 'freight' THEN l.freight_granted_minor = l.freight_minor
                ELSE l.packaging_granted_minor = l.packaging_minor END)
UNION SELECT h.ref FROM held h WHERE h.parts = '[]' AND h.outcome = 'for' AND NOT EXISTS (
    SELECT 1 FROM cases_grant g WHERE g.merchant_id = h.merchant_id AND g.case_id = h.case_id)
UNION SELECT h.ref FROM held h JOIN returns_inspection i ON i.merchant_id = h.merchant_id AND i.case_id = h.case_id
    AND h.heard @> to_jsonb(i.unit_id) AND i.since < h.bound_at WHERE i.stage = ANY(%(contested)s)
ORDER BY 1
"""
# Whoever gave, wrote or signed a ruling: what else they did in its case before, or meanwhile in another part than an arbiter's. An offer
# that an arbiter mediated is none of it.
_PART_BEFORE = """
SELECT DISTINCT r.ref FROM rulings_review r
CROSS JOIN LATERAL (VALUES (r.arbiter_id), (r.drafted_by_id), (r.second_reader_id)) AS j (user_id)
JOIN cases_entry o ON o.merchant_id = r.merchant_id AND o.case_id = r.case_id AND o.life = 'review' AND o.life_id = r.id
    AND o.verb = 'open_round'
JOIN cases_entry e ON e.merchant_id = r.merchant_id AND e.case_id = r.case_id AND e.actor_id = j.user_id
    AND NOT (e.life = 'offer' AND e.party = 'arbiter') AND NOT (e.life = 'review' AND e.life_id = r.id)
    AND (e.number < o.number OR (e.party <> 'arbiter' AND e.made_at < r.ruled_at))
WHERE r.ruled_at IS NOT NULL ORDER BY r.ref
"""
_RELATED = """
SELECT DISTINCT r.ref FROM rulings_review r
JOIN rulings_relation l ON l.merchant_id = r.merchant_id AND l.user_id IN (r.arbiter_id, r.drafted_by_id, r.second_reader_id)
    AND l.made_at <= r.ruled_at AND (l.ended_at IS NULL OR l.ended_at > r.ruled_at)
WHERE r.ruled_at IS NOT NULL ORDER BY r.ref
"""
_OWN_DRAFT = "SELECT ref FROM rulings_review WHERE ruled_at IS NOT NULL AND drafted_by_id = second_reader_id ORDER BY ref"


def torn_reviews() -> list[str]:
    """All that is wrong of reviews, their rulings, and the tests that were ordered in them."""
    return [*_torn_rulings(), *_torn_judges(), *_torn_files(), *_torn_tests()]


def _torn_rulings() -> list[str]:
    waits = Case.objects.filter(merchant_id=OuterRef("merchant_id"), pk=OuterRef("case_id"), stage__in=WAITING)
    given = Review.objects.filter(ruled_at__isnull=False, bound_at__isnull=True).exclude(heard=[])
    return [
        *_told(_rows(_SHARES), "裁决 {ref} 的责任比例加起来不是 100%", "the shares of ruling {ref} do not make 100 %"),
        *_told(
            _rows(_NOT_CARRIED_OUT), "裁决 {ref} 已生效，但有一部分没有执行", "ruling {ref} binds, and a part of it was not carried out"
        ),
        *_told(
            _refs(given.exclude(Exists(waits))), "裁决 {ref} 没有生效，售后单也没有在等它",
            "ruling {ref} binds nothing yet, and its case does not wait for it",
        ),
    ]  # fmt: skip


def _torn_judges() -> list[str]:
    return [
        *_told(
            _rows(_PART_BEFORE), "裁决 {ref} 由参与过这份售后单的人做出", "ruling {ref} was given by somebody who had a part in the case"
        ),
        *_told(_rows(_RELATED), "裁决 {ref} 由与商家有关联的人做出", "ruling {ref} was given by somebody related to the merchant"),
        *_told(_rows(_OWN_DRAFT), "裁决 {ref} 的草稿由写的人自己签字", "the draft of ruling {ref} was signed by its writer"),
    ]


def _torn_files() -> list[str]:
    mine = Review.objects.filter(merchant_id=OuterRef("merchant_id"), pk=OuterRef("review_id"))
    asked = ProofRequest.objects.filter(state="asked").exclude(Exists(mine.filter(stage__in=OPEN_TO_BOTH)))
    tests = TestOrder.objects.filter(state="ordered")
    ordered = tests.filter(merchant_id=OuterRef("merchant_id"), review_id=OuterRef("pk"))
    untested = Review.objects.filter(stage=BEING_TESTED).exclude(Exists(ordered))
    unwritten = Review.objects.filter(stage=READ_TWICE, drafted_by__isnull=True)
    return [
        *_told(_refs(unwritten), "介入 {ref} 在等复核，却没有草稿", "review {ref} waits for a second reader of no draft"),
        *_told(_refs(asked), "凭证 {ref} 还在要求，但举证已结束", "proof {ref} is still asked for, and its rounds are over"),
        *_told(
            _refs(tests.exclude(Exists(mine.filter(stage=BEING_TESTED)))), "检测 {ref} 没有结果，介入却已继续",
            "test {ref} has no end, and its review goes on without it",
        ),
        *_told(_refs(untested), "介入 {ref} 在等检测，却没有送检", "review {ref} waits for a test that nobody ordered"),
    ]  # fmt: skip


def _torn_tests() -> list[str]:
    """Tests whose cost is not in the books, asked of the merchant, or given back to the consumer, as rules/testing.py says."""
    lines = Line.objects.filter(posting__what__in=(PAID, OWED, CLAIMED), amount_minor__gt=0)
    there = dict(lines.values_list("posting__key").annotate(minor=Sum("amount_minor")).order_by())
    found: list[str] = []
    for row in TestOrder.objects.exclude(bears="").filter(cost_minor__gt=0).order_by("ref"):
        for what in (PAID, OWED, CLAIMED):
            told, ours = row.cost_minor if what in booked(row.pays_first, row.bears) else 0, there.pop(f"{what}:{row.ref}", 0)
            if told != ours:
                found.append(finding(
                    "检测 {ref} 应记 {told}，{what} 实记 {ours}", "test {ref}: {ours} is booked as {what}, its rule says {told}",
                    ref=row.ref, told=told, ours=ours, what=what,
                ))  # fmt: skip
        if not _is_asked(row):
            found.append(finding("检测 {ref} 的费用没有向承担方要", "the cost of test {ref} is asked of nobody who bears it", ref=row.ref))
    found += [finding("{key} 记了账，却没有这次检测", "{key} is booked, and there is no such test", key=key) for key in sorted(there)]
    return found[:MOST]


def _is_asked(row: TestOrder) -> bool:
    mine: dict[str, Any] = {"merchant_id": row.merchant_id, "case_id": row.case_id}
    if is_charged(row.pays_first, row.bears):
        return ChargeBackTo.objects.filter(**mine, clause__startswith=row.ref).exists()
    return not is_repaid(row.pays_first, row.bears) or Grant.objects.filter(**mine, basis=REPAYMENT, amount_minor=row.cost_minor).exists()


def _told(refs: Iterable[str], zh: str, en: str) -> list[str]:
    return [finding(zh, en, ref=ref) for ref in refs]


def _refs(rows: QuerySet[Any]) -> list[str]:
    return list(rows.order_by("ref").values_list("ref", flat=True)[:MOST])


def _rows(question: str) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(f"{question} LIMIT {MOST}", {"contested": sorted(CONTESTED)})
        return [ref for (ref,) in cursor.fetchall()]
