"""What goes into a proof file beside the evidence itself: the case, its timeline, texts, decision, rulings, what was said; as JSON values.

Read once, up to the head that the case had then. Notes of one side, drafts of rulings and what only our own people see stay out, whoever
asks; an audit of the platform's own sees all lines.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from amends.cases.evidence.kinds import EXTENSION
from amends.cases.models import Case, CaseText, ClaimedUnit, Entry, Evidence
from amends.cases.queries import may_read
from amends.kernel.parties import Party
from amends.people.rules import Actor
from amends.policy.rules.decision import Decision
from amends.policy.rules.told import told as told_decision
from amends.rulings.models import Appeal, Review
from amends.sealing.lines import line_of, withheld
from amends.sealing.masking import consumer_name, text_out
from amends.sealing.models import TimeStamp
from amends.sealing.third_party.verify import digests_in

SIDES = (Party.CONSUMER.value, Party.MERCHANT.value)


@dataclass(frozen=True, slots=True)
class Asked:
    """For whom a file is made: `whole` where an authority asks by law, `audit` where the platform looks at itself."""

    case: Case
    by: Actor
    whole: bool
    audit: bool


@dataclass(frozen=True, slots=True)
class Gathered:
    """All that goes into a file, read; of evidence the rows alone, whose bytes never change."""

    about: dict[str, Any]
    timeline: list[dict[str, Any]]
    texts: list[dict[str, object]]
    evidence: list[tuple[dict[str, Any], Evidence]]
    decision: dict[str, Any]
    rulings: list[dict[str, Any]]
    stamps: list[TimeStamp]


def all_of(asked: Asked) -> Gathered:
    """What the asker's file holds."""
    lines = timeline(asked)
    return Gathered(
        about(asked), lines, texts(asked, lines), evidence(asked), decision(asked), rulings(asked), stamps(asked)
    )  # fmt: skip


def timeline(asked: Asked) -> list[dict[str, Any]]:
    """Every line up to the head; of those that the asker may not read, the link alone."""
    case = asked.case
    rows = Entry.objects.filter(merchant_id=case.merchant_id, case_id=case.pk, number__lte=case.entries_count).order_by("number")
    return [line_of(row) if _is_told(row, asked) else withheld(row) for row in rows]


def _is_told(row: Entry, asked: Asked) -> bool:
    """A file travels: what only our own people see is in one for our own audit, and in no other."""
    shared = any(side in row.audience.split(",") for side in SIDES)
    return may_read(row, asked.by) and (shared or asked.audit)


def texts(asked: Asked, lines: list[dict[str, Any]]) -> list[dict[str, object]]:
    """The texts that those lines name: what the sides claimed, answered, said to each other, and the reasons of rulings."""
    case = asked.case
    named = digests_in([line.get("facts") for line in lines])
    rows = CaseText.objects.filter(merchant_id=case.merchant_id, case_id=case.pk).order_by("made_at", "pk")
    return [text_out(row, asked.by, whole=asked.whole) for row in rows if row.digest in named]


def evidence(asked: Asked) -> list[tuple[dict[str, Any], Evidence]]:
    """Each file of the case as it is listed, and its row."""
    case = asked.case
    rows = Evidence.objects.filter(merchant_id=case.merchant_id, case_id=case.pk).order_by("made_at", "pk")
    return [
        (
            {
                "ref": row.ref, "party": row.party, "kind": row.kind, "mime": row.mime, "size": row.size, "digest": row.digest,
                "made_at": row.made_at.isoformat(), "taken_at": row.taken_at and row.taken_at.isoformat(), "late": row.late,
                "file": f"evidence/{row.ref}.{EXTENSION[row.mime]}",
            },
            row,
        )
        for row in rows
    ]  # fmt: skip


def about(asked: Asked) -> dict[str, Any]:
    """The matter in a few values: who, what, how much, since when."""
    case, order = asked.case, asked.case.order
    units = (
        ClaimedUnit.objects.filter(merchant_id=case.merchant_id, case_id=case.pk).select_related("line").order_by("line__position", "pk")
    )
    goods: dict[int, dict[str, Any]] = {}
    for unit in units:
        line = unit.line
        named = {"position": line.position, "zh": line.name_zh, "en": line.name_en, "units": 0, "paid_minor_of_line": line.paid_minor}
        goods.setdefault(line.position, named)["units"] += 1
    return {
        "case": case.ref, "order": order.ref, "ordered_at": order.placed_at.isoformat(), "stage": case.stage,
        "issue": case.issue, "remedy": case.remedy, "currency": case.currency, "claimed_minor": case.claimed_minor,
        "opened_at": case.opened_at.isoformat(), "closed_at": case.closed_at and case.closed_at.isoformat(), "ended_by": case.ended_by,
        "merchant": {"ref": case.merchant.ref, "zh": case.merchant.name_zh, "en": case.merchant.name_en},
        "consumer": {"ref": case.consumer.ref, **consumer_name(case, asked.by, whole=asked.whole).both()},
        "goods": list(goods.values()), "follows": case.follows and case.follows.ref,
    }  # fmt: skip


def decision(asked: Asked) -> dict[str, Any]:
    """What the rules said on the day the case opened, clause by clause, in both languages, and by which versions."""
    row = asked.case.decision
    lines = [
        {"position": line["position"], "units": len(line["units"]), **told_decision(Decision.from_json(line["answer"]))}
        for line in row.answer["lines"]
    ]
    return {"ref": row.ref, "made_at": row.made_at.isoformat(), "versions": row.versions, "lines": lines}


def rulings(asked: Asked) -> list[dict[str, Any]]:
    """Rulings that were given, with the clause, what they give and who bears it; their reasons stand among the texts. No drafts."""
    case = asked.case
    mine = {"merchant_id": case.merchant_id, "case_id": case.pk}
    given = Review.objects.filter(**mine).exclude(outcome="").order_by("pk")
    answered = Appeal.objects.filter(**mine).exclude(outcome="").order_by("pk")
    return [
        *({"review": row.ref, "outcome": row.outcome, "liable": row.liable, **_ruled(row), "issues": row.issues,
           "reasons": row.reasons_id, "reasons_also": row.reasons_also_id, "final": row.is_final} for row in given),
        *({"appeal": row.ref, "of": row.review.ref, "side": row.side, "outcome": row.outcome, **_ruled(row),
           "answer": row.answer_id, "answer_also": row.answer_also_id} for row in answered.select_related("review")),
    ]  # fmt: skip


def _ruled(row: Review | Appeal) -> dict[str, Any]:
    return {"clause": row.clause, "parts": row.parts, "bears": row.bears}


def stamps(asked: Asked) -> list[TimeStamp]:
    """The stamps over lines of this timeline, the oldest first."""
    case = asked.case
    rows = TimeStamp.objects.filter(merchant_id=case.merchant_id, case_id=case.pk, entries_count__lte=case.entries_count)
    return list(rows.order_by("entries_count", "pk"))
