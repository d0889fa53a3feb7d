"""A decision as the try-out page shows it: remedies with sentences and sums, lanes, claims, clocks, questions. It decides nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from amends.faces.words import money
from amends.kernel.limits import Limit
from amends.kernel.texts import Text, say
from amends.market.rules.specs import TENDER_NAMES
from amends.office.policy.cells import limit_name
from amends.office.policy.difference import long_of
from amends.office.tables import lives_by_limit
from amends.policy.rules.answers import ClaimAnswer, ClockRow, Reason, RemedyAnswer, SumRow
from amends.policy.rules.asking import AskedQuestion, Effect
from amends.policy.rules.decision import Decision
from amends.policy.rules.facts import LANE_NAMES, REMEDY_NAMES, Lane, Remedy
from amends.policy.rules.stack import Stack

LANE_LOOKS = {
    Lane.INSTANT: ("bolt", "ok"),
    Lane.AUTOMATIC: ("settings-automation", "ok"),
    Lane.ASSISTED: ("user", ""),
    Lane.EXPERT: ("user-star", "warn"),
}
TOTAL, NOTHING = say("合计", "Total"), say("不变", "nothing changes")


def shown(decision: Decision, stack: Stack) -> dict[str, Any]:
    """Everything that the page says of a decision."""
    remedies = remedies_of(decision)
    return {
        "open": [one for one in remedies if one["open"]],
        "closed": [one for one in remedies if not one["open"]],
        "headline": headline(decision),
        "claims": claims_of(decision),
        "proof": reason(decision.proof),
        "proof_by": decision.proof_by,
        "evidence": decision.evidence,
        "window_ends": decision.window_ends,
        "clocks": clocks(decision.clocks(stack)),
        "pauses": [{"limits": [limit_name(name) for name in p.limits], "first": p.first, "last": p.last} for p in decision.pauses],
        "versions": decision.versions,
        "currency": decision.facts.currency,
    }


def remedies_of(decision: Decision) -> list[dict[str, Any]]:
    """Every remedy as the pages show it."""
    return [remedy(each, decision) for each in decision.remedies]


def claims_of(decision: Decision) -> list[dict[str, Any]]:
    """Every claim as the pages show it."""
    return [claim(each, decision) for each in decision.claims]


def headline(decision: Decision) -> Text:
    """The decision in one sentence: the best that is open, else that nothing is."""
    there = [each for each in decision.remedies if each.open]
    if not there:
        return say("没有一个方案可以直接要", "No remedy can be demanded")
    best = max(there, key=lambda each: each.amount_minor)
    name = REMEDY_NAMES[best.remedy]
    if not best.amount_minor:
        return say("可以{name}", "Open: {name}", name=name)
    return say("可以{name}，{sum}", "Open: {name}, {sum}", name=name, sum=money(best.amount_minor, decision.facts.currency))


def reason(each: Reason) -> dict[str, Any]:
    """One sentence with what it rests on."""
    return {
        "text": each.text,
        "holds": each.holds,
        "rule": each.rule_id,
        "article": each.article,
        "source": each.source,
        "tag": each.tag,
        "clause": each.clause,
    }


def remedy(answer: RemedyAnswer, decision: Decision) -> dict[str, Any]:
    """One remedy, open or closed, whole."""
    icon, kind = LANE_LOOKS[answer.lane]
    return {
        "key": answer.remedy.value,
        "name": REMEDY_NAMES[answer.remedy],
        "open": answer.open,
        "minor": answer.amount_minor or None,
        "reasons": [reason(each) for each in answer.reasons],
        "opens_by": answer.opens_by,
        "rows": rows(answer.sum_rows, decision.articles),
        "total": {"label": TOTAL, "minor": answer.amount_minor},
        "settlements": [
            {
                "text": each.text,
                "chosen": each.chosen,
                "rows": rows(each.rows, decision.articles),
                "total": {"label": TOTAL, "minor": each.minor},
            }
            for each in answer.settlements
        ],
        "back_to": [
            {"label": TENDER_NAMES.get(share.kind) or say(share.kind, share.kind), "minor": share.minor} for share in answer.back_to
        ],
        "freight": answer.return_freight,
        "freight_article": decision.articles.get(answer.freight_clause),
        "until": answer.until,
        "evidence_min": answer.evidence_min,
        "lane_key": answer.lane.value,
        "lane": {"name": LANE_NAMES[answer.lane], "icon": icon, "kind": kind, "reasons": [reason(each) for each in answer.lane_reasons]},
    }


def rows(lines: Sequence[SumRow], articles: Mapping[str, Text]) -> list[dict[str, Any]]:
    """A column of money as the shared part shows it."""
    return [
        {
            "label": line.text,
            "minor": line.minor,
            "note": line.note,
            "clause": {"key": articles[line.clause], "text": "", "url": ""} if line.clause in articles else None,
        }
        for line in lines
    ]


def claim(answer: ClaimAnswer, decision: Decision) -> dict[str, Any]:
    """One sum beside the remedies."""
    return {
        "key": answer.name,
        "name": answer.title,
        "open": answer.open,
        "minor": answer.amount_minor or None,
        "reasons": [reason(each) for each in answer.reasons],
        "opens_by": answer.opens_by,
        "rows": rows(answer.sum_rows, decision.articles),
        "total": {"label": TOTAL, "minor": answer.amount_minor},
        "first_asked": answer.first_asked,
    }


def clocks(found: Iterable[ClockRow]) -> dict[str, list[dict[str, Any]]]:
    """Limits with a duty of the law beside them first, the nearer marked; then those that stages wait under; then the rest."""
    used, sorts = set(lives_by_limit()), dict[str, list[dict[str, Any]]](both=[], alone=[], rest=[])
    for row in found:
        told = {
            "name": limit_name(row.limit),
            "length": Limit.parse(row.value).in_words(),
            "source": row.source,
            "tag": row.tag,
            "legal": Limit.parse(row.legal_value).in_words() if row.legal_value else None,
            "legal_name": limit_name(row.legal_name) if row.legal_name else None,
            "legal_source": row.legal_source,
            "article": row.article,
            "nearer": "" if not row.legal_value else "legal" if long_of(row.legal_value) < long_of(row.value) else "own",
        }
        sorts["both" if row.legal_value else "alone" if row.limit in used else "rest"].append(told)
    return sorts


def questions(asked: Sequence[AskedQuestion], links: Mapping[tuple[str, str], str]) -> list[dict[str, Any]]:
    """The facts still missing: each with its answers, what they would change and where they lead."""
    return [
        {
            "text": one.text,
            "flag": one.flag,
            "answers": [{"text": e.text, "effects": effect(e), "url": links.get((one.flag, e.answer), "")} for e in one.effects],
        }
        for one in asked
    ]


def effect(change: Effect) -> list[dict[str, Any]]:
    """What one answer would open, close, raise or lower, in words."""
    told = [{"text": say("打开{r}", "opens {r}", r=REMEDY_NAMES[r]), "kind": "ok"} for r in change.opens]
    told += [{"text": say("关闭{r}", "closes {r}", r=REMEDY_NAMES[r]), "kind": "bad"} for r in change.closes]
    told += [{"text": _more(r, minor), "kind": "ok" if minor > 0 else "warn"} for r, minor in change.change_minor.items()]
    told += [{"text": say("打开赔偿 {c}", "opens the claim {c}", c=c), "kind": "ok"} for c in change.opens_claims]
    told += [{"text": say("关闭赔偿 {c}", "closes the claim {c}", c=c), "kind": "bad"} for c in change.closes_claims]
    return told or [{"text": NOTHING, "kind": ""}]


def _more(which: Remedy, minor: int) -> Text:
    sum_ = money(abs(minor))
    if minor > 0:
        return say("{r}多 {s}", "{r}: {s} more", r=REMEDY_NAMES[which], s=sum_)
    return say("{r}少 {s}", "{r}: {s} less", r=REMEDY_NAMES[which], s=sum_)
