"""Promises kept: every time told to a consumer by which somebody else acts is written down when it is told, and may be told anew.

What became of a promise is never written: it is read from its deadline (promises_read.py). Not about limits either: a new time changes
none, it is what whoever is waited for says of himself.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from amends.cases.hands import check_hand
from amends.cases.life import LifeRow
from amends.cases.models import Case, Deadline, Extension
from amends.cases.record import an_act
from amends.cases.taking import take
from amends.cases.texts import clean_words, keep_text, told
from amends.deliveries.models import OutboundDelivery
from amends.kernel import clock
from amends.kernel.parties import Party
from amends.kernel.refusals import NoSuchMove, NotFound, NotYourMove
from amends.kernel.texts import say
from amends.notices.models import Notice, Promise
from amends.notices.rules.promises import AGREED, EARLIER, STOOD_STILL, check_new_time
from amends.people.rules import Actor
from amends.returns.models import ReturnShipment

REVISED_BY_HAND = "revise_promise"


def keep(notice: Notice, case: Case, turn: Mapping[str, Any] | None) -> None:
    """The time in this notice is written down, once for each limit and instant, where it tells a consumer by when somebody else acts.

    In the caller's transaction. `turn` is the one that gave the time, as in `case.turns`. A limit that stood still and was told of with
    a later end is a new promise that revises the one before, unless whoever is waited for has named a time of his own.
    """
    if turn is None or notice.due_at is None or notice.party != Party.CONSUMER or turn["party"] == Party.CONSUMER:
        return
    if notice.kind.split(".")[1] == REVISED_BY_HAND:
        return
    before = _newest(case.merchant_id, turn["deadline"])
    if before is not None and (before.due_at == notice.due_at or before.reason not in ("", STOOD_STILL)):
        return
    row = Promise(
        merchant_id=case.merchant_id, case_id=case.pk, deadline_id=turn["deadline"], life=turn["life"], limit=turn["limit"],
        bearer=turn["party"], carrier=_carrier(case, turn), told_at=notice.made_at, due_at=notice.due_at,
        key=_key(turn["deadline"], notice.due_at), revises=before, reason=STOOD_STILL if before else "",
    )  # fmt: skip
    # Two notices of one act may tell the same time at once: the unique key lets one of them write it down.
    Promise.objects.bulk_create([row], ignore_conflicts=True)


@an_act
def revise_promise(ref: str, promise: int, *, at: datetime, reason: str = "", words: str = "", by: Actor) -> Case:
    """The consumer of case `ref` is told another time, with the reason where it is later; the promise before stands as it was told.

    The merchant for what he was waited for, the platform's people for everything. Raises NotFound, NotYourMove, NoSuchMove where the
    promise is over or was revised already, Unprocessable as `check_new_time` says, and where `other` is not put into words.
    """
    case = take(ref, by)
    check_hand(case, by)
    row = Promise.objects.filter(merchant_id=case.merchant_id, case_id=case.pk, pk=promise).first()
    if row is None:
        raise NotFound
    _check_turn(row, by)
    limit = Deadline.objects.filter(merchant_id=case.merchant_id, pk=row.deadline_id, ended_at__isnull=True).first()
    newest = _newest(case.merchant_id, row.deadline_id)
    if limit is None or newest is None or newest.pk != row.pk:
        raise NoSuchMove(say("这个时间已经不再有效，请刷新后再看。", "This time holds no longer. Reload to see the present one."))
    check_new_time(at, now=clock.now(), told=row.due_at, due=limit.due_at, silence=limit.silence, reason=reason)
    said = clean_words(words, field="words", required=reason == "other", longest=500)
    text = keep_text(case, "promise", said, by) if said else None
    fresh = Promise.objects.create(
        merchant_id=case.merchant_id, case_id=case.pk, deadline_id=row.deadline_id, life=row.life, limit=row.limit, bearer=row.bearer,
        carrier=row.carrier, told_at=clock.now(), due_at=at, revises=row, reason=reason or EARLIER, words=text,
        key=_key(row.deadline_id, at, row.pk),
    )  # fmt: skip
    facts = {"promise": fresh.pk, "limit": row.limit, "told_at": row.due_at.isoformat(), "due_at": at.isoformat(), "reason": fresh.reason}
    case.tell(REVISED_BY_HAND, by, facts={**facts, **told(text)})
    return case


def move_with_limit(life: LifeRow, by: Actor, facts: Mapping[str, Any]) -> None:
    """Follower of `grant_extension`: what the consumer was told of this limit is told anew, in the same commit, with the reason why."""
    assert isinstance(life, Extension)  # noqa: S101 - wiring binds this to moves of extensions alone
    limit = Deadline.objects.filter(
        merchant_id=life.merchant_id, case_id=life.case_id, life=life.turn_life, life_id=life.turn_id, generation=life.turn_generation,
        limit=life.limit, ended_at__isnull=True,
    ).first()  # fmt: skip
    before = _newest(life.merchant_id, limit.pk) if limit is not None else None
    if limit is None or before is None or life.until_at is None or before.due_at >= life.until_at:
        return
    Promise.objects.create(
        merchant_id=life.merchant_id, case_id=life.case_id, deadline_id=limit.pk, life=before.life, limit=before.limit,
        bearer=before.bearer, carrier=before.carrier, told_at=clock.now(), due_at=life.until_at, revises=before, reason=AGREED,
        words_id=life.why_id, key=_key(limit.pk, life.until_at, before.pk),
    )  # fmt: skip


def may_revise(bearer: str, by: Actor) -> bool:
    """Whether it is for `by` to name another time for what `bearer` was waited for."""
    if by.only_reads or by.party is Party.CONSUMER:
        return False
    return by.sees_everything or by.party.value == bearer


def _check_turn(row: Promise, by: Actor) -> None:
    if not may_revise(row.bearer, by):
        raise NotYourMove(say("这个时间不由你来改。", "This time is not yours to change."))


def _newest(merchant_id: int, deadline_id: int) -> Promise | None:
    return Promise.objects.filter(merchant_id=merchant_id, deadline_id=deadline_id).order_by("-pk").first()


def _carrier(case: Case, turn: Mapping[str, Any]) -> str:
    """Who carries the parcel that the limit is about, where a carrier is waited for."""
    if turn["party"] != Party.CARRIER:
        return ""
    carried = {model.LIFE.name: model for model in (ReturnShipment, OutboundDelivery)}
    if turn["life"] not in carried:
        return ""
    rows = carried[turn["life"]]._default_manager.filter(merchant_id=case.merchant_id, pk=turn["life_id"])
    return rows.values_list("carrier", flat=True).first() or ""


def _key(deadline_id: int, due_at: datetime, revises: int | None = None) -> str:
    return f"{deadline_id}:{due_at.isoformat()}" + (f":{revises}" if revises else "")
