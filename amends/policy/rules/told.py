"""A decision as other programs read it: JSON values with every sentence in both languages, filled in. What the API and `amends decide` say.

Not the stamp of a case: that one keeps texts unfilled and comes back as a decision (Decision.to_json). Sums are whole minor units of the
`currency` at the top, instants RFC 3339 in UTC.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from amends.kernel.limits import Limit
from amends.kernel.texts import Text
from amends.policy.rules.answers import ClaimAnswer, ClockRow, Reason, RemedyAnswer, SumRow
from amends.policy.rules.asking import AskedQuestion, Effect
from amends.policy.rules.decision import Decision
from amends.policy.rules.facts import LANE_NAMES, REMEDY_NAMES


def told(decision: Decision) -> dict[str, Any]:
    """Everything that `decision` says: remedies, claims, missing facts, window, proof, limits, pauses, versions."""
    facts = decision.facts
    return {
        "issue": facts.issue.value,
        "goods_class": facts.goods_class.value,
        "state": facts.state.value,
        "asked_at": _instant(facts.asked_at),
        "currency": facts.currency,
        "remedies": [_remedy(answer, decision.articles) for answer in decision.remedies],
        "claims": [_claim(claim) for claim in decision.claims],
        "missing": [{"flag": question.flag, "text": question.text.both()} for question in decision.missing],
        "window_ends": _instant(decision.window_ends),
        "proof": {"by": decision.proof_by.value, "reason": _reason(decision.proof)},
        "evidence": decision.evidence.both(),
        "limits": dict(decision.limits),
        "counts": dict(decision.counts),
        "pauses": [{"limits": list(pause.limits), "first": pause.first, "last": pause.last} for pause in decision.pauses],
        "versions": list(decision.versions),
    }


def told_clocks(clocks: Iterable[ClockRow]) -> list[dict[str, Any]]:
    """Each limit beside the duty of the law that runs with it; `legal` is null where none does."""
    return [
        {
            "limit": row.limit,
            "value": row.value,
            "text": Limit.parse(row.value).in_words().both(),
            "source": row.source,
            "tag": row.tag,
            "legal": _legal(row) if row.legal_name else None,
        }
        for row in clocks
    ]


def told_effects(asked: Iterable[AskedQuestion]) -> list[dict[str, Any]]:
    """The facts still missing: the question, and what each answer would change."""
    return [
        {"flag": each.flag, "text": each.text.both(), "kind": each.kind, "answers": [_effect(effect) for effect in each.effects]}
        for each in asked
    ]


def _remedy(answer: RemedyAnswer, articles: Mapping[str, Text]) -> dict[str, Any]:
    return {
        "remedy": answer.remedy.value,
        "name": REMEDY_NAMES[answer.remedy].both(),
        "open": answer.open,
        "reasons": [_reason(reason) for reason in answer.reasons],
        "opens_by": _text(answer.opens_by),
        "amount_minor": answer.amount_minor,
        "rows": _rows(answer.sum_rows),
        "settlements": [
            {"name": each.name, "text": each.text.both(), "amount_minor": each.minor, "chosen": each.chosen, "rows": _rows(each.rows)}
            for each in answer.settlements
        ],
        "back_to": [{"kind": share.kind, "amount_minor": share.minor} for share in answer.back_to],
        "return_freight": answer.return_freight.value if answer.return_freight else None,
        "freight_clause": answer.freight_clause,
        "freight_article": _text(articles.get(answer.freight_clause)),
        "outbound_freight_minor": answer.outbound_freight_minor,
        "packaging_minor": answer.packaging_minor,
        "ships_back": answer.ships_back,
        "evidence_min": answer.evidence_min,
        "lane": answer.lane.value if answer.open else None,
        "lane_name": LANE_NAMES[answer.lane].both() if answer.open else None,
        "lane_reasons": [_reason(reason) for reason in answer.lane_reasons] if answer.open else [],
        "until": _instant(answer.until),
    }


def _claim(claim: ClaimAnswer) -> dict[str, Any]:
    return {
        "name": claim.name,
        "title": claim.title.both(),
        "open": claim.open,
        "reasons": [_reason(reason) for reason in claim.reasons],
        "opens_by": _text(claim.opens_by),
        "amount_minor": claim.amount_minor,
        "rows": _rows(claim.sum_rows),
        "first_asked": claim.first_asked,
        "missing": [{"flag": question.flag, "text": question.text.both()} for question in claim.asks],
    }


def _reason(reason: Reason) -> dict[str, Any]:
    return {
        "rule_id": reason.rule_id,
        "clause": reason.clause,
        "text": reason.text.both(),
        "article": reason.article.both(),
        "source": reason.source,
        "tag": reason.tag,
        "holds": reason.holds,
    }


def _rows(rows: Iterable[SumRow]) -> list[dict[str, Any]]:
    return [{"text": row.text.both(), "amount_minor": row.minor, "note": _text(row.note), "clause": row.clause} for row in rows]


def _legal(row: ClockRow) -> dict[str, Any]:
    return {
        "name": row.legal_name,
        "value": row.legal_value,
        "text": Limit.parse(row.legal_value).in_words().both(),
        "source": row.legal_source,
        "article": _text(row.article),
    }


def _effect(effect: Effect) -> dict[str, Any]:
    return {
        "answer": effect.answer,
        "text": effect.text.both(),
        "opens": [remedy.value for remedy in effect.opens],
        "closes": [remedy.value for remedy in effect.closes],
        "changes": {remedy.value: minor for remedy, minor in effect.change_minor.items()},
        "opens_claims": list(effect.opens_claims),
        "closes_claims": list(effect.closes_claims),
    }


def _text(text: Text | None) -> dict[str, str] | None:
    return text.both() if text else None


def _instant(at: datetime | None) -> str | None:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z") if at else None
