"""The ruling: given by one arbiter, or above a sum drafted by one and signed by a second. Carrying it out is carrying_out.py's.

Invariants
 1. Whoever rules may judge the case (assigning.py), and whoever signs a draft did not write it.
 2. Above the sum of the money rules there is no ruling without a second reader.
 3. A ruling names for every unit that it hears what is given, be it nothing; the clause; who bears it; and why, in words.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from amends.cases.models import Case, CaseText
from amends.cases.record import verb
from amends.cases.rules.mix import Part, from_rows
from amends.cases.taking import take_life
from amends.cases.texts import clean_words, keep_text, told
from amends.kernel.parties import NAMES, Party
from amends.kernel.refusals import NotYourMove, Unprocessable
from amends.kernel.texts import Text, say
from amends.people.rules import Actor
from amends.policy.rules.facts import ISSUE_NAMES, REMEDY_NAMES, IssueType, Remedy
from amends.rulings.assigning import check_may_judge, choose, is_gone
from amends.rulings.citing import cited
from amends.rulings.mixing_of import as_claimed, bears_of, cost_of_mix, outcome_of, parts_for, short_parts
from amends.rulings.models import Review
from amends.rulings.queries import FOR, OUTCOMES, PARTLY, heard_units
from amends.rulings.rules.blocks import picked, written
from amends.rulings.rules.burden import with_found
from amends.rulings.rules.splitting import most_liable
from amends.rulings.verbs.shared import check_assigned, check_known, taken_to_judge, takes

LEAST_REASONS = 10
LONGEST_CLAUSE = 60
SECOND_READING = "second_reading"
LIABLE: dict[str, Text] = {
    party.value: NAMES[party] for party in (Party.MERCHANT, Party.CONSUMER, Party.CARRIER, Party.SUPPLIER, Party.LEADER, Party.PLATFORM)
}


@dataclass(frozen=True, slots=True)
class Ruled:
    """A ruling as it was found fit to be given. `reasons` and `reasons_also` are ids of texts (zh, en); `second`: a second person has to
    read it."""

    outcome: str
    liable: str
    clause: str
    parts: list[dict[str, Any]]
    bears: dict[str, int]
    blocks: list[dict[str, Any]]
    issues: list[dict[str, Any]]
    reasons: int
    reasons_also: int | None
    second: bool


@verb("review", "rule")
def rule(
    ref: str, *, outcome: str = "", liable: str = "", clause: str = "", words: str = "", words_en: str = "",
    parts: Sequence[Mapping[str, Any]] | None = None, bears: Mapping[str, Any] | None = None,
    blocks: Sequence[Mapping[str, Any] | str] = (), found: Mapping[str, str] | None = None, by: Actor,
) -> Review:  # fmt: skip
    """A ruling with reasons stands; it binds when the side that it burdens accepts it or the time for that is over.

    `parts` (cases.rules.mix) name what every heard unit is given; or `outcome` alone: for the claim as it was asked, or against it.
    `bears`: party -> hundredths of a per cent of what is given; or `liable` alone, who then bears it all (mixing_of.bears_of).
    `found`: issue -> proven, not_proven, disproven.
    `words` in Chinese or in the one language that there is, `words_en` in English beside them; `blocks` are put before both.
    On a draft that waits for its second reader, called with nothing else: it is signed and given as it stands.
    Raises Unprocessable where a field is wrong or the reasons are shorter than LEAST_REASONS, NotYourMove for an arbiter who may not judge
    it, was not assigned, or wrote the draft; Unprocessable (second_reader) above the sum that one person rules alone.
    """
    case, review = take_life(Review, ref, by)
    check_may_judge(case, by.user_id, review)
    if review.stage == SECOND_READING:
        return _signed(case, review, by, other=any((outcome, liable, clause, words, words_en, parts, bears, blocks, found)))
    check_assigned(review, by)
    ruled = _checked(case, review, by, outcome, liable, clause, (words, words_en), parts, bears, blocks, found)
    if ruled.second:
        wrong = say("金额较大，要先写草稿，由第二人复核。", "Of such a sum a draft is written first, which a second person reads.")
        raise Unprocessable(wrong, code="second_reader")
    takes(review, by)
    return _given(review, ruled, by)


@verb("review", "draft_ruling")
def draft_ruling(
    ref: str, *, outcome: str = "", liable: str = "", clause: str = "", words: str = "", words_en: str = "",
    parts: Sequence[Mapping[str, Any]] | None = None, bears: Mapping[str, Any] | None = None,
    blocks: Sequence[Mapping[str, Any] | str] = (), found: Mapping[str, str] | None = None, by: Actor,
) -> Review:  # fmt: skip
    """A second person has to read this ruling and sign it before anybody hears of it. Fields and refusals as of `rule`."""
    case, review = taken_to_judge(ref, by)
    ruled = _checked(case, review, by, outcome, liable, clause, (words, words_en), parts, bears, blocks, found)
    takes(review, by)
    review.draft, review.drafted_by_id = asdict(ruled), by.user_id
    review.second_reader_id = choose(case, skill=review.skill, language=review.language, but={by.user_id or 0})
    review.save(update_fields=["draft", "drafted_by", "second_reader"])
    text = CaseText.objects.get(merchant_id=case.merchant_id, case_id=case.pk, pk=ruled.reasons)
    review.move("draft_ruling", by, facts=told(text), audience="platform")
    return review


def give_ruling(ref: str, *, by: Actor, **fields: Any) -> Review:
    """The ruling is given, or drafted where a second person has to read it first: one button for an arbiter."""
    try:
        return rule(ref, by=by, **fields)
    except Unprocessable as refusal:
        if refusal.code != "second_reader":
            raise
    return draft_ruling(ref, by=by, **fields)


@verb("review", "return_draft")
def return_draft(ref: str, *, words: str, by: Actor) -> Review:
    """The draft goes back to whoever wrote it, with remarks. Raises NotYourMove for its own writer."""
    case, review = _taken_to_read(ref, by)
    text = keep_text(case, "remarks", clean_words(words, field="words", required=True), by)
    review.arbiter_id, review.second_reader_id = review.drafted_by_id, None
    review.draft = {**review.draft, "remarks": text.pk}
    review.save(update_fields=["arbiter", "second_reader", "draft"])
    review.move("return_draft", by, facts=told(text), audience="platform")
    return review


# ── signing ──────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _taken_to_read(ref: str, by: Actor) -> tuple[Case, Review]:
    case, review = take_life(Review, ref, by)
    check_may_judge(case, by.user_id, review)
    check_reader(review, by)
    return case, review


def check_reader(review: Review, by: Actor) -> None:
    """`by` may read this draft: not its writer, and whoever was named where somebody was. Raises NotYourMove."""
    if review.drafted_by_id is not None and review.drafted_by_id == by.user_id:
        raise NotYourMove(say("草稿是你写的，要由别人复核。", "You wrote this draft; somebody else has to read it."), code="own_draft")
    if review.second_reader_id not in (None, by.user_id) and not is_gone(review.second_reader_id):
        raise NotYourMove(say("已请另一位复核。", "Another reader has been named."), code="not_assigned")


def _signed(case: Case, review: Review, by: Actor, *, other: bool) -> Review:
    check_reader(review, by)
    if other:
        wrong = say("这里有等你复核的草稿：签字就按草稿裁决，要改请退回。",
                    "A draft waits here to be read: sign it as it stands, or return it to be written anew.")  # fmt: skip
        raise Unprocessable(wrong, code="draft_waits")
    row = dict(review.draft)
    row.pop("remarks", None)
    ruled = Ruled(**row)
    heard = set(heard_units(case))
    if ruled.parts and {pk for part in from_rows(ruled.parts) for pk in part.units} != heard:
        wrong = say("草稿之后情况有变，请退回重写。", "Things have changed since the draft: return it to be written anew.")
        raise Unprocessable(wrong, code="draft_stale")
    review.second_reader_id = by.user_id
    review.save(update_fields=["second_reader"])
    return _given(review, ruled, by, arbiter_id=review.drafted_by_id)


# ── giving ───────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _given(review: Review, ruled: Ruled, by: Actor, *, arbiter_id: int | None = None) -> Review:
    review.outcome, review.liable, review.clause = ruled.outcome, ruled.liable, ruled.clause
    review.parts, review.bears, review.blocks, review.issues = ruled.parts, ruled.bears, ruled.blocks, ruled.issues
    review.reasons = CaseText.objects.get(merchant_id=review.merchant_id, pk=ruled.reasons)
    review.reasons_also_id, review.arbiter_id = ruled.reasons_also, arbiter_id or by.user_id
    review.save(
        update_fields=["outcome", "liable", "clause", "parts", "bears", "blocks", "issues", "reasons", "reasons_also", "arbiter"],
    )
    facts = {"outcome": ruled.outcome, "liable": ruled.liable, "clause": ruled.clause, **told(review.reasons)}
    shared = {"bears": ruled.bears} if ruled.bears else {}
    review.move("rule", by, facts={**facts, **shared})
    return review


def _checked(
    case: Case, review: Review, by: Actor, outcome: str, liable: str, clause: str, words: tuple[str, str],
    parts: Sequence[Mapping[str, Any]] | None, bears: Mapping[str, Any] | None, blocks: Sequence[Mapping[str, Any] | str],
    found: Mapping[str, str] | None,
) -> Ruled:  # fmt: skip
    shares = bears_of(case, bears or {}, liable)
    raw, named = parts, outcome
    if parts is None:
        check_known(outcome, [key for key in OUTCOMES if key != PARTLY], "outcome")
        raw = short_parts(case, outcome)
    heard = heard_units(case)
    mix: tuple[Part, ...] = parts_for(review, raw or [], by) if raw or (parts is not None and heard) else ()
    if parts is not None:
        named = outcome_of(case, mix)
    who = most_liable(shares) if shares and not liable else liable
    check_known(who, LIABLE, "liable")
    rests_on = _clause(clause)
    chosen = picked(blocks)
    reasons, also = reasons_of_ruling(case, chosen, words, rests_on, by)
    costs = cost_of_mix(case, mix or (as_claimed(case, heard) if named == FOR else ()), shares, heard=heard)
    return Ruled(
        outcome=named, liable=who, clause=rests_on, parts=[part.to_json() for part in mix], bears=shares, blocks=chosen,
        issues=with_found(review.issues, found or {}), reasons=reasons.pk, reasons_also=also.pk if also else None,
        second=costs.second_reader,
    )  # fmt: skip


def _clause(clause: str) -> str:
    rests_on = " ".join(clean_words(clause, field="clause", longest=LONGEST_CLAUSE).split())
    if not rests_on:
        nothing = say("请写明裁决依据的条款。", "Please name the clause that the ruling rests on.")
        raise Unprocessable.field("clause", nothing, code="required")
    return rests_on


def reasons_of_ruling(
    case: Case, blocks: Sequence[Mapping[str, Any]], words: tuple[str, str], clause: str, by: Actor, *, kind: str = "ruling"
) -> tuple[CaseText, CaseText | None]:
    """The reasons are kept as texts of this kind, in Chinese (or the one language that there is) and in English: the blocks (as
    rules.blocks.picked has them) with the arbiter's own words behind. Raises Unprocessable where they are shorter than LEAST_REASONS."""
    own, own_en = clean_words(words[0], field="words"), clean_words(words[1], field="words_en")
    zh, en = own, own_en
    if blocks:
        text = reasons_text(case, blocks, clause)
        zh, en = "\n".join(filter(None, [text.into("zh"), own])), "\n".join(filter(None, [text.into("en"), own_en or own]))
    if len(zh) < LEAST_REASONS:
        wrong = say("理由至少 {least} 个字，让双方都能看懂。", "Give reasons of at least {least} characters that both sides can follow.",
                    least=LEAST_REASONS)  # fmt: skip
        raise Unprocessable.field("words", wrong, code="too_short" if zh else "required")
    return keep_text(case, kind, zh, by), keep_text(case, kind, en, by) if en else None


def reasons_text(case: Case, blocks: Sequence[Mapping[str, Any]], clause: str) -> Text:
    """The blocks in both languages, with what fills itself from the case."""
    issue, remedy = ISSUE_NAMES[IssueType(case.issue)], REMEDY_NAMES[Remedy(case.remedy)]
    values: dict[str, Text | str] = {"clause": cited(case, clause).article or "-", "issue": issue, "remedy": remedy}
    return written(blocks, values)
