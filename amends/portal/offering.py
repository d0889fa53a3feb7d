"""The remedies of a considered claim as the page shows them: what is open with its sum, what is closed and why, what follows a claim.

All of it is read from the decision; nothing is decided here. Sums in minor units of the order's currency.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, NamedTuple

from amends.cases.claims import Considered, closed_because
from amends.cases.lanes import AT_ONCE
from amends.cases.left import MADE_GOOD, would_bring
from amends.cases.models import Case
from amends.cases.rules.owing import added
from amends.cases.verbs.applying import MOST_EVIDENCE, stamped
from amends.compensation.rules import Worth
from amends.compensation.worths import worths
from amends.faces.case_pages import capital
from amends.faces.case_view import words_of_silence
from amends.faces.case_view.beside import columns, each_once
from amends.faces.case_view.shapes import Column, Spoken, SumRow
from amends.faces.case_view.sums import IN_KIND, TIMES, clause_of, tender_label
from amends.kernel.parties import NAMES, Party
from amends.kernel.texts import Text, say
from amends.market.models import Tender
from amends.policy.queries import Terms, calendar, due_by, legal_due
from amends.policy.rules.decision import Reason, RemedyAnswer
from amends.policy.rules.facts import LANE_NAMES, REMEDY_NAMES, Remedy

TO_YOU = say("退给你", "Refund to you")
CLOSED = say("现在不能选。", "Not open now.")
ANSWER_LIMIT = "merchant_answers"
Clause = Mapping[str, Any]


class Begins(NamedTuple):
    """What comes of a remedy, and the limit by which it is begun once nothing stands before it."""

    limit: str
    then: Text


MONEY = Begins("refund_sent", say("退款", "refunded"))
BEGINS: Mapping[Remedy, Begins] = {
    Remedy.EXCHANGE: Begins("stock_reserved", say("备好换的那件", "another piece is kept for you")),
    Remedy.RESEND: Begins("stock_reserved", say("备好补发的那件", "a piece is kept for you")),
    Remedy.REPAIR: Begins("repair_booked", say("安排维修", "the repair is arranged")),
}


@dataclass(frozen=True, slots=True)
class Option:
    """One remedy, in the names that the part `remedy` asks for."""

    value: str
    name: Text
    open: bool
    amount_minor: int | None = None
    aside: Text | None = None
    line: Text | None = None
    rows: tuple[SumRow, ...] = ()
    total: SumRow | None = None
    tenders: tuple[SumRow, ...] = ()
    clauses: tuple[Clause, ...] = ()
    reason: Text | None = None
    opens_when: Text | None = None
    evidence_min: int = 0
    until: datetime | None = None
    columns: tuple[Column, ...] = ()
    worth: Worth | None = None


@dataclass(frozen=True, slots=True)
class Afterwards:
    """Until when the merchant answers and what follows without an answer; or that nobody has to be asked, and why."""

    due: datetime
    silence: Text
    legal: datetime | None
    at_once: bool
    lane: Text
    reasons: tuple[Spoken, ...]


def options(considered: Considered) -> list[Option]:
    """Every remedy: those that can be chosen first, then the closed ones."""
    tenders = _tenders_of(considered)
    there = worths(considered, [remedy for remedy in Remedy if considered.is_open(remedy)])
    found = [
        replace(_open(considered, remedy, tenders), worth=there[remedy]) if remedy in there else _closed(considered, remedy)
        for remedy in Remedy
    ]
    return _alike(sorted(found, key=lambda one: not one.open))


def _alike(found: Sequence[Option]) -> list[Option]:
    """Closed remedies with the same reason are told together."""
    told: dict[str, Option] = {}
    for one in found:
        key = one.value if one.open else f"{one.reason} {one.opens_when} {[str(clause['key']) for clause in one.clauses]}"
        known = told.get(key)
        told[key] = replace(known, name=say("{a}、{b}", "{a}, {b}", a=known.name, b=REMEDY_NAMES[Remedy(one.value)])) if known else one
    return list(told.values())


def chosen_of(found: Sequence[Option], wished: str) -> Option | None:
    """The remedy that was wished for where it can be chosen, else the one that brings most."""
    there = [one for one in found if one.open]
    return next((one for one in there if one.value == wished), max(there, key=lambda one: one.amount_minor or 0, default=None))


def _open(considered: Considered, remedy: Remedy, tenders: Sequence[Tender]) -> Option:
    answers, currency = considered.answers(remedy), considered.order.currency
    total = considered.amount_minor(remedy)
    until = [answer.until for answer in answers if answer.until]
    return Option(
        remedy.value, capital(REMEDY_NAMES[remedy]), True, amount_minor=total or None, line=_way(considered, remedy, answers[0]),
        rows=_rows(considered, remedy), total=SumRow(TO_YOU, total, currency=currency),
        tenders=() if remedy in MADE_GOOD else _tenders(considered, remedy, tenders),
        clauses=_clauses(considered, answers), evidence_min=considered.evidence_min(remedy), until=min(until, default=None),
        columns=columns([line.decision for line in considered.lines], remedy, currency),
    )  # fmt: skip


def _closed(considered: Considered, remedy: Remedy) -> Option:
    answers = considered.answers(remedy)
    why = closed_because(considered, remedy)
    opens = next((answer.opens_by for answer in answers if not answer.open and answer.opens_by), None)
    against = [reason for answer in answers for reason in answer.reasons if not reason.holds]
    return Option(
        remedy.value, capital(REMEDY_NAMES[remedy]), False, clauses=_chips(against[:1]), reason=why[0] if why else CLOSED, opens_when=opens,
    )  # fmt: skip


def _way(considered: Considered, remedy: Remedy, answer: RemedyAnswer) -> Text:
    """Who pays the way back, what comes of it and by when each step is due, from the limits of this very decision."""
    limits = considered.lines[0].decision
    begins = BEGINS.get(remedy, MONEY)
    limit, then = limits.limit(begins.limit).in_words(), begins.then
    if not answer.ships_back:
        return say(
            "不用寄回。同意后 {limit}内{then}。", "Nothing to send back. {then} within {limit} of the approval.",
            limit=limit, then=capital(then),
        )  # fmt: skip
    payer = NAMES[answer.return_freight] if answer.return_freight else NAMES[Party.CONSUMER]
    yours = answer.return_freight is Party.CONSUMER
    theirs = say("退回运费由{payer}付。", "The {payer} pays the way back.", payer=payer)
    freight = say("退回运费由你付。", "You pay the way back.") if yours else theirs
    return say(
        "{freight}同意后 {ships}内寄回，商家收到后 {inspects}内验货，合格后 {limit}内{then}。",
        "{freight} Send it within {ships} of the approval; the merchant inspects it within {inspects}; {then} within {limit}.",
        freight=freight, ships=limits.limit("consumer_ships").in_words(), inspects=limits.limit("merchant_inspects").in_words(),
        limit=limit, then=then,
    )  # fmt: skip


def _rows(considered: Considered, remedy: Remedy) -> tuple[SumRow, ...]:
    """Of one article the rows of its sum, of several one row each; they add up to the amount."""
    currency = considered.order.currency
    if len(considered.lines) == 1:
        decision = considered.lines[0].decision
        rows = decision.answer(remedy).sum_rows
        return tuple(SumRow(row.text, row.minor, row.note, clause_of(decision, row.clause), currency) for row in rows)
    named = [(TIMES.filled(name=say(one.line.name_zh, one.line.name_en), n=len(one.units)), one.decision) for one in considered.lines]
    return tuple(SumRow(name, decision.answer(remedy).amount_minor, currency=currency) for name, decision in named)


def _clauses(considered: Considered, answers: Sequence[RemedyAnswer]) -> tuple[Clause, ...]:
    spoken = [reason for answer in answers for reason in answer.reasons if reason.holds]
    chips = _chips(spoken)
    freight = considered.lines[0].decision.articles.get(answers[0].freight_clause)
    if freight and answers[0].return_freight and all(chip["key"] != freight for chip in chips):
        chips += ({"key": freight, "text": say("退回运费由谁付", "Who pays the way back"), "url": ""},)
    return chips


def _chips(reasons: Sequence[Reason]) -> tuple[Clause, ...]:
    """Each article once, with what it says here and how surely it was read."""
    seen: dict[str, list[Text]] = {}
    articles: dict[str, Text] = {}
    origins: dict[str, tuple[str, str]] = {}
    for reason in reasons:
        key = str(reason.article)
        articles[key] = reason.article
        origins.setdefault(key, (reason.source, reason.tag))
        if all(str(text) != str(reason.text) for text in seen.setdefault(key, [])):
            seen[key].append(reason.text)
    return tuple(
        {"key": articles[key], "text": _joined(texts), "url": "", "source": origins[key][0], "tag": origins[key][1]}
        for key, texts in seen.items()
    )


def _joined(texts: Sequence[Text]) -> Text:
    whole = texts[0]
    for text in texts[1:]:
        whole = say("{a}；{b}", "{a}; {b}", a=whole, b=text)
    return whole


# ── to which tender ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def _tenders_of(considered: Considered) -> list[Tender]:
    return list(Tender.objects.filter(merchant_id=considered.order.merchant_id, order_id=considered.order.pk).order_by("position"))


def _tenders(considered: Considered, remedy: Remedy, tenders: Sequence[Tender]) -> tuple[SumRow, ...]:
    """What goes back to which tender, cut by largest remainder as the grants will be; what went in kind comes back in kind."""
    currency = considered.order.currency
    money = {str(one.position) for one in tenders if one.unit == currency}
    back: dict[str, int] = {}
    for line in considered.lines:
        answer = line.decision.answer(remedy)
        for due in would_bring(line.units, answer.amount_minor, answer.outbound_freight_minor, answer.packaging_minor, money).values():
            back = added(back, due.shares)
    return tuple(
        SumRow(capital(tender_label(one.kind)), sum_, None if one.unit == currency else IN_KIND, currency=one.unit.split(".")[0])
        for one in tenders if (sum_ := back.get(str(one.position)))
    )  # fmt: skip


# ── after the claim ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def afterwards(considered: Considered, chosen: Option, *, at: datetime) -> Afterwards:
    """Until when the merchant would answer a claim made at `at`, and what silence would do; the case's own clock starts when it is made."""
    decision, remedy = considered.lines[0].decision, Remedy(chosen.value)
    merchant = considered.order.merchant
    days, terms = calendar(merchant.calendar), Terms(stamped(considered))
    end = due_by(terms, ANSWER_LIMIT, start=at, waits_for=(Party.MERCHANT,), calendar=days)
    default = next(stage.silence[0] for stage in Case.LIFE.stages.values() if stage.limit == ANSWER_LIMIT)
    verb = decision.silence_verb(ANSWER_LIMIT, remedy, considered.shipped, considered.received, default)
    minor, currency = chosen.amount_minor or 0, considered.order.currency
    silence = words_of_silence(ANSWER_LIMIT, verb, remedy=remedy.value, amount_minor=minor, currency=currency)
    legal = legal_due(terms, ANSWER_LIMIT, start=at, waits_for=(Party.MERCHANT,), calendar=days)
    lane = considered.lane(remedy)
    reasons = each_once(reason for answer in considered.answers(remedy) for reason in answer.lane_reasons if reason.holds)
    return Afterwards(end.at, silence, legal, lane in AT_ONCE, LANE_NAMES[lane], reasons)


def shows(considered: Considered) -> Text:
    """What the evidence should show."""
    return considered.lines[0].decision.evidence


def counted(chosen: Option | None) -> Text:
    """How many files are needed at least, and how many are taken."""
    least = chosen.evidence_min if chosen else 0
    if not least:
        return say("选填，最多 {most} 份", "Optional, up to {most}", most=MOST_EVIDENCE)
    return say("至少 {least} 份，最多 {most} 份", "At least {least}, up to {most}", least=least, most=MOST_EVIDENCE)
