"""The same questions asked of each merchant and of each class of goods, about the cases that were opened in the period."""

from __future__ import annotations

from typing import Any

from django.db import connection

from amends.insight.figures.choice import Choice
from amends.insight.figures.choosing import cases_of
from amends.insight.figures.shapes import Figure, Side
from amends.insight.rules import share, wilson
from amends.people.rules import Actor
from amends.policy.rules.facts import GOODS_NAMES, GoodsClass

# One pass over the chosen cases; each is looked at once, and told of twice: under its merchant and under its class of goods.
_SIDES = """
WITH chosen AS (SELECT id, merchant_id, goods_class FROM cases_case WHERE id IN ({cases})),
answer AS (
    SELECT e.case_id, min(e.made_at) FILTER (WHERE e.went_to = 'awaiting_merchant') AS asked,
           min(e.made_at) FILTER (WHERE e.came_from = 'awaiting_merchant' AND e.went_to <> e.came_from
                                  AND e.party = 'merchant') AS answered,
           bool_or(e.verb = 'refuse' AND e.party = 'merchant') AS refused
    FROM cases_entry e JOIN chosen c ON c.merchant_id = e.merchant_id AND c.id = e.case_id WHERE e.life = 'case' GROUP BY e.case_id
),
told AS (
    SELECT c.merchant_id, c.goods_class, coalesce(a.refused, false) AS refused, s.score,
           extract(epoch FROM a.answered - a.asked) AS seconds,
           a.answered IS NOT NULL AS answered,
           EXISTS (SELECT 1 FROM cases_deadline d WHERE d.merchant_id = c.merchant_id AND d.case_id = c.id
                   AND d.ended_as = 'enforced' AND d.waits_for = 'merchant') AS silent
    FROM chosen c LEFT JOIN answer a ON a.case_id = c.id LEFT JOIN surveys_survey s ON s.merchant_id = c.merchant_id AND s.case_id = c.id
)
SELECT m.ref, m.name_zh, m.name_en, t.goods_class, count(*), count(*) FILTER (WHERE t.refused), count(*) FILTER (WHERE t.silent),
       count(*) FILTER (WHERE t.answered), percentile_cont(0.5) WITHIN GROUP (ORDER BY t.seconds) FILTER (WHERE t.answered),
       count(t.score), count(*) FILTER (WHERE t.score >= 4)
FROM told t LEFT JOIN market_merchant m ON m.id = t.merchant_id
GROUP BY GROUPING SETS ((m.ref, m.name_zh, m.name_en), (t.goods_class)) ORDER BY count(*) DESC, 1, 4
"""


def sides(choice: Choice, actor: Actor) -> tuple[list[Side], list[Side]]:
    """Merchants, then classes of goods, those with most cases first. One query."""
    opened = choice.but(by="opened")
    cases, params = cases_of(opened, actor).order_by().values("pk").query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(_SIDES.format(cases=cases), params)
        rows = cursor.fetchall()
    merchants = [_side(opened.but(merchant=row[0]), row[0], row[1], row[2], row) for row in rows if row[0] is not None]
    goods = []
    for row in rows:
        if row[0] is None:
            name = GOODS_NAMES.get(GoodsClass(row[3])) if row[3] in set(GoodsClass) else None
            goods.append(_side(opened.but(goods=row[3]), row[3], name.zh if name else row[3], name.en if name else row[3], row))
    return merchants, goods


def _side(choice: Choice, key: str, zh: str, en: str, row: tuple[Any, ...]) -> Side:
    n, refused, silent, answered, seconds, rated, good = row[4:]
    return Side(
        key,
        zh,
        en,
        opened=Figure(n, n, choice),
        refused=Figure(share(refused, n), refused, choice.but(refused="yes")),
        enforced=Figure(share(silent, n), silent, choice.but(silent="merchant")),
        first_answer=Figure(None if seconds is None else round(float(seconds) / 3600, 2), answered, choice.but(answered="yes")),
        csat=Figure(share(good, rated), rated, choice.but(score="any")),
        interval=wilson(good, rated),
    )
