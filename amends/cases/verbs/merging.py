"""Two cases that are one matter go on as one: merge, undo it within its time, or let the clock make it final (B23).

Invariants
 1. A unit is claimed by one case at every instant: merging hands the claim over, undoing hands it back, in one commit.
 2. Nothing is merged into a case that is merged or closed, and nothing after a grant (S18): the links of mergers are a forest.
 3. What was said, shown and written in the merged case stands in the one that carries on; what is written to the old number later
    reaches it too (carrying_on.py), and is brought back where the merger is undone.
 4. Nobody gains time. The clock of the case that carries on stays as it runs, since its sides were told of it, and is never the later
    one; what is undone goes on with that clock, or with the time that it had left (B18, B19).
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from datetime import datetime

from amends.cases import acting
from amends.cases.carrying_on import JOINED, MERGED_INTO
from amends.cases.claims import Considered, LineClaim, free_units, known_remedy
from amends.cases.copying import bring_evidence, bring_lines
from amends.cases.hands import check_hand
from amends.cases.lanes import most_careful
from amends.cases.life import LifeRow
from amends.cases.models import Case, CaseLink, Deadline, Entry
from amends.cases.record import verb
from amends.cases.restamping import (
    MOVES_ON,
    check_nothing_granted,
    claims_of,
    hand_over,
    joined,
    reconsidered,
    release,
    restamp,
    take_up,
    turn_of,
)
from amends.cases.taking import take_known
from amends.cases.texts import clean_words, keep_text, told
from amends.cases.verbs.applying import locked_order
from amends.cases.verbs.ending import is_something_open
from amends.cases.wanting import Wanted
from amends.kernel import clock
from amends.kernel.calendars import after, next_hold, time_run
from amends.kernel.parties import Party
from amends.kernel.refs import clean_ref
from amends.kernel.refusals import NoSuchMove, NotFound, NotYourMove, Unprocessable
from amends.kernel.texts import say
from amends.market.models import Order
from amends.people.rules import PLATFORM, Actor
from amends.policy.queries import calendar, holds_of
from amends.policy.rules.words import Lane

CARRIES = frozenset({"triage", "awaiting_leader", "awaiting_merchant", "awaiting_proof", "answering_proof"})
"""The stages in which a case may take another one in: its claim has no answer yet."""
ANSWERING = frozenset({Party.MERCHANT.value, Party.LEADER.value})
TAKE_IN, LET_OUT = "take_in", "let_out"


@verb("case", "merge")
def merge(ref: str, *, into: str, words: str = "", by: Actor) -> Case:
    """The case `ref` is merged: `into` carries its claim on, with all that was said and shown; it can be undone once within its time.

    Answers the case that carries on. Raises NotFound where either may not be seen, NotYourMove for anybody but the platform, Unprocessable
    (field `into`) for a case of another order or consumer or the case itself, NoSuchMove where something was granted or is under way, the
    other's claim was answered or may be answered later than this one, or its remedy is not open for all units.
    """
    merged, carrier = _both(ref, into, by)
    turn = turn_of(merged)
    _check_pair(merged, carrier)
    _check_time(turn, turn_of(carrier))
    said = clean_words(words, field="words")
    order = locked_order(carrier.order.ref, by)
    both = joined(claims_of(carrier), claims_of(merged))
    units = release(merged)
    release(carrier)
    hand_over(merged, carrier, units)
    considered, wanted = _asked(carrier, order, both)
    restamp(carrier, considered, wanted, by)
    take_up(carrier)
    _look_as_carefully(carrier, merged, considered)
    before, stage = claims_of(merged), merged.stage
    merged.units_count = 0
    text = keep_text(merged, "merge", said, by) if said else None
    merged.move("merge", by, facts={"into": carrier.ref, "count": len(units), **told(text)})
    pieces = bring_evidence(merged, carrier)
    texts = bring_lines(merged, carrier, _lines_of(merged))
    carrier.tell(TAKE_IN, by, facts={
        "from": merged.ref, "count": len(units), "amount_minor": carrier.claimed_minor, "currency": carrier.currency,
        "decision": carrier.decision.ref, "evidence": [piece.digest for piece in pieces], "texts": texts,
    })  # fmt: skip
    carrier.counts[JOINED] = carrier.counts.get(JOINED, 0) + 1
    CaseLink.objects.create(
        merchant_id=merged.merchant_id, case=merged, other=carrier, kind=MERGED_INTO, made_by_id=by.user_id, made_at=clock.now(),
        facts={"units": units, "lines": len(before), "stage": stage, "turn": turn.pk if turn else 0},
    )  # fmt: skip
    return carrier


@verb("case", "unmerge")
def unmerge(ref: str, *, by: Actor) -> Case:
    """The case is its own again, with its units and all that was written to its number meanwhile; the other keeps the rest.

    Where its claim was with the merchant or a leader it is there again, with the time that is left; else in triage. Raises NoSuchMove where
    its time is over, it was undone before, or the case that carries it on has gone further than its claim.
    """
    known = _known(ref, by)
    link = CaseLink.objects.filter(merchant_id=known.merchant_id, case_id=known.pk, kind=MERGED_INTO, ended_at__isnull=True).first()
    if link is None:
        raise NoSuchMove(say("这份售后单没有被合并。", "This case is not merged."), code="not_merged")
    merged, carrier = _locked(known, Case.objects.get(merchant_id=known.merchant_id, pk=link.other_id))
    _check_undoing(merged, carrier)
    units = set(link.facts["units"])
    order = locked_order(merged.order.ref, by)
    rest = claims_of(carrier, only={pk for claim in claims_of(carrier) for pk in claim.units} - units)
    release(carrier)
    if not units <= {unit.pk for there in free_units(order).values() for unit in there}:
        wrong = say("商品已经在别的售后单里，不能取消合并。", "Its units are claimed in another case meanwhile; the merger stands.")
        raise NoSuchMove(wrong, code="claimed_elsewhere")
    hand_over(carrier, merged, units)
    merged.units_count = len(units)
    merged.move("unmerge", by, facts={"from": carrier.ref, "count": len(units)})
    _ask_for_a_person_too(merged, carrier)
    _go_on(merged, carrier, link)
    if not carrier.is_over:
        considered, wanted = _asked(carrier, order, rest)
        restamp(carrier, considered, wanted, by)
        take_up(carrier)
    else:
        carrier.units_count -= len(units)
    take_up(merged)
    carrier.tell(LET_OUT, by, facts={"to": merged.ref, "count": len(units), "amount_minor": carrier.claimed_minor,
                                     "currency": carrier.currency, "decision": carrier.decision.ref})  # fmt: skip
    _bring_back(carrier, merged)
    carrier.counts[JOINED] = carrier.counts.get(JOINED, 1) - 1
    link.ended_at = clock.now()
    link.save(update_fields=["ended_at"])
    return merged


def check_carrier(life: LifeRow, by: Actor) -> None:
    """Guard of `unmerge`: nothing that rests on the joined claim happened yet."""
    assert isinstance(life, Case)  # noqa: S101 - wiring binds this to moves of cases alone
    rows = CaseLink.objects.filter(merchant_id=life.merchant_id, case_id=life.pk, kind=MERGED_INTO, ended_at__isnull=True)
    link = rows.select_related("other").first()
    if link is not None:
        _check_undoing(life, link.other)


# ── what must hold ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def _known(ref: str, by: Actor) -> Case:
    found = Case.objects.visible_to(by).filter(ref=clean_ref(ref) or "").first()
    if found is None:
        raise NotFound
    if by.party is not Party.PLATFORM:
        raise NotYourMove(say("只有平台可以合并或取消合并。", "Only the platform merges cases and undoes it."))
    return found


def _both(ref: str, into: str, by: Actor) -> tuple[Case, Case]:
    known, other = _known(ref, by), Case.objects.visible_to(by).filter(ref=clean_ref(into) or "").first()
    if other is None:
        raise Unprocessable.field("into", say("没有找到要并入的售后单。", "The case to merge into was not found."), code="unknown_case")
    if other.pk == known.pk:
        raise Unprocessable.field("into", say("不能并入自己。", "A case can't be merged into itself."), code="same_case")
    if (other.merchant_id, other.order_id, other.consumer_id) != (known.merchant_id, known.order_id, known.consumer_id):
        wrong = say("只能合并同一个订单的售后单；不同订单的可以关联。", "Only cases of one order are merged; others can be linked.")
        raise Unprocessable.field("into", wrong, code="other_order")
    merged, carrier = _locked(known, other)
    check_hand(carrier, by)
    return merged, carrier


def _locked(first: Case, second: Case) -> tuple[Case, Case]:
    """Both, locked in the order of their ids (docs/adr/0002)."""
    held = {case.pk: take_known(case.merchant_id, case.order_id, case.pk) for case in sorted((first, second), key=lambda one: one.pk)}
    return held[first.pk], held[second.pk]


def _check_pair(merged: Case, carrier: Case) -> None:
    if merged.LIFE.becomes(merged.stage, "merge", Party.PLATFORM) is None:
        raise NoSuchMove(say("现在的阶段不能合并。", "It can't be merged at this stage."), code="not_now")
    if carrier.stage not in CARRIES:
        wrong = say("要并入的售后单已经有了答复，不能再并入。", "The case to merge into has been answered already.")
        raise NoSuchMove(wrong, code="carrier_answered")
    for case in (merged, carrier):
        check_nothing_granted(case)
    if is_something_open(merged):
        raise NoSuchMove(say("还有没办完的事，不能合并。", "Something of this case is under way; it can't be merged."), code="still_open")


def _check_time(mine: Deadline | None, carriers: Deadline | None) -> None:
    """Whoever owes this claim an answer owes it no later in the other case. Raises NoSuchMove."""
    if mine is None or not set(mine.waits_for.split(",")) & ANSWERING:
        return
    if carriers is None or carriers.waits_for != mine.waits_for or carriers.due_at > mine.due_at:
        wrong = say(
            "那一份答复的期限更晚，请反过来把那一份并入这一份。",
            "The other case may be answered later than this one; merge the other one into this.",
        )
        raise NoSuchMove(wrong, code="would_gain_time")


def _check_undoing(merged: Case, carrier: Case) -> None:
    check_nothing_granted(carrier)
    if not (carrier.stage in CARRIES or carrier.is_over):
        wrong = say("承接的售后单已经往下办理，不能取消合并。", "The case that carries it on has gone further; the merger stands.")
        raise NoSuchMove(wrong, code="carried_further")


def _asked(carrier: Case, order: Order, claims: Sequence[LineClaim]) -> tuple[Considered, Wanted]:
    try:
        return reconsidered(carrier, order, claims)
    except Unprocessable as refusal:
        wrong = say("合并后的诉求不符合规则，不能合并：{why}", "The joined claim is not open under the rules: {why}", why=refusal.text)
        raise NoSuchMove(wrong, code="claim_not_open") from refusal


# ── what goes along ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def _look_as_carefully(carrier: Case, merged: Case, considered: Considered) -> None:
    """Who asked in either case that a person decides has asked it of the whole (S21), and the most careful lane counts."""
    asked = [at for at in (carrier.person_asked_at, merged.person_asked_at) if at is not None]
    carrier.person_asked_at = min(asked, default=None)
    carrier.lane = most_careful((Lane(carrier.lane), Lane(merged.lane), considered.lane(known_remedy(carrier.remedy)))).value


def _ask_for_a_person_too(merged: Case, carrier: Case) -> None:
    """Who asked of the whole that a person decides (S21), be it under the old number, asked it of what is its own again."""
    if carrier.person_asked_at is not None and merged.person_asked_at is None:
        merged.person_asked_at, merged.lane = carrier.person_asked_at, Lane.EXPERT.value


def _go_on(merged: Case, carrier: Case, link: CaseLink) -> None:
    """Whoever was asked for an answer is asked again, until when the case that carried it on waits for them, or, where that one waits no
    more, with the time that was left when it was merged."""
    move = MOVES_ON.get(link.facts.get("stage", ""))
    if move is None:
        return
    merged.move(move, PLATFORM)
    before, running = Deadline.objects.filter(merchant_id=merged.merchant_id, pk=link.facts.get("turn", 0)).first(), turn_of(carrier)
    if before is not None and running is not None and running.limit == before.limit:
        acting.current().carried["case", merged.pk] = running
    elif before is not None and before.ended_at is not None:
        acting.current().carried["case", merged.pk] = _what_is_left(merged, before, before.ended_at)


def _what_is_left(merged: Case, before: Deadline, since: datetime) -> Deadline:
    """The limit that ran until `since`, as it runs on from now: with the time that was left, of which a pause of the pack takes nothing."""
    at, left = clock.now(), copy.copy(before)
    held = holds_of(merged.terms, before.limit, calendar(merged.merchant.calendar))
    left.started_at = before.started_at + (at - since)
    left.due_at = after(at, time_run(since, before.due_at, holds=held), holds=held)
    into = next_hold(held, at, left.due_at)
    left.held_from, left.held_until = (into.start, into.end) if into else (None, None)
    return left


def _lines_of(case: Case) -> list[Entry]:
    return list(Entry.objects.filter(merchant_id=case.merchant_id, case_id=case.pk).order_by("number"))


def _bring_back(carrier: Case, merged: Case) -> None:
    """What was written to the old number while the case was merged stands in it, each as a line of its own, and the files with it."""
    lines = [line for line in _lines_of(carrier) if line.facts.get("written_to") == merged.ref]
    bring_lines(carrier, merged, lines)
    bring_evidence(carrier, merged, digests={digest for line in lines for digest in line.facts.get("evidence", ())})
