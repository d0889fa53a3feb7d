"""One cause, many cases: an incident is opened, cases hang on it, their sides are told what is known, and it is closed with its outcome.

Invariants
 1. A case hangs on an incident once at a time; that it did stays to be read.
 2. An incident moves no case: each goes on by its own table. What it says is said to the sides of each of its cases, and no side learns
    which other cases there are.
 3. Whoever belongs to a party of a case puts it on no incident (B17).
"""

from __future__ import annotations

import hashlib

from django.db import transaction

from amends.cases.hands import check_hand, check_not_reader
from amends.cases.models import Case, Entry
from amends.cases.record import an_act
from amends.cases.taking import take, take_case_of
from amends.cases.texts import clean_words
from amends.incidents.models import Incident, IncidentCase
from amends.incidents.queries import Wish, cases_of, found_by
from amends.incidents.rules import CAUSES
from amends.kernel import clock
from amends.kernel.parties import Party
from amends.kernel.refs import clean_ref, new_ref
from amends.kernel.refusals import NoSuchMove, NotFound, NotYourMove, Refusal, Unprocessable
from amends.kernel.texts import say
from amends.people.rules import Actor
from amends.plumbing import jobs

HANG_ON, LET_OFF, TELL, CLOSE = "hang_on", "let_off", "tell_incident", "close_incident"
LONGEST_TITLE, LONGEST = 120, 2000


@transaction.atomic
def open_incident(
    *, cause: str, title_zh: str, title_en: str, words_zh: str = "", words_en: str = "", batch: str = "", by: Actor
) -> Incident:
    """An incident is open; nobody is told yet. Raises NotYourMove, Unprocessable for an unknown cause or a title that is missing."""
    _only_platform(by)
    if cause not in CAUSES:
        wrong = say("请选择原因：{all}。", "Choose a cause: {all}.", all=", ".join(CAUSES))
        raise Unprocessable.field("cause", wrong, code="unknown_cause")
    titles = {"title_zh": title_zh, "title_en": title_en}
    titles = {name: clean_words(value, field=name, required=True, longest=LONGEST_TITLE) for name, value in titles.items()}
    told = _both_or_none(words_zh, words_en)
    return Incident.objects.create(
        ref=new_ref("IC"), cause=cause, **titles, words_zh=told[0], words_en=told[1], opened_by_id=by.user_id, opened_at=clock.now(),
        batch=clean_words(batch, field="batch", longest=60),
    )  # fmt: skip


@an_act
def hang(incident: str, case: str, *, by: Actor) -> bool:
    """The case hangs on the incident and its sides know; False where it did already.

    Raises NotFound, NotYourMove, NoSuchMove where the incident is closed.
    """
    _only_platform(by)
    held = take(case, by)
    return _hang(_open(incident), held, by)


def hang_found(incident: str, wish: Wish, *, by: Actor) -> tuple[int, int]:
    """Every case that the wish finds hangs on the incident; answers how many are new, and how many this person may not touch.

    Each in a transaction of its own: one that can't be put there keeps no other away.
    """
    _only_platform(by)
    row = known(incident)
    if row.state != "open":
        raise _closed()
    fresh = barred = 0
    for case_id in [case.pk for case in found_by(wish, by, without=row)]:
        try:
            fresh += _hang_known(row.ref, case_id, by)
        except Refusal:
            barred += 1
    return fresh, barred


@an_act
def let_off(incident: str, case: str, *, by: Actor) -> None:
    """The case hangs on the incident no longer. Raises NotFound, NotYourMove."""
    _only_platform(by)
    held = take(case, by)
    row = known(incident)
    rows = IncidentCase.objects.filter(merchant_id=held.merchant_id, case_id=held.pk, incident_id=row.pk, ended_at__isnull=True)
    check_hand(held, by)
    if not rows.update(ended_at=clock.now()):
        raise NotFound
    held.tell(LET_OFF, by, facts={"incident": row.ref}, audience="platform")


@transaction.atomic
def tell(incident: str, *, words_zh: str, words_en: str, by: Actor) -> int:
    """What is known now is what the sides of all its cases read, and a job tells them that there is news; answers how many cases.

    Raises NotYourMove, NotFound, NoSuchMove where it is closed, Unprocessable where a language is missing.
    """
    _only_platform(by)
    row = _open(incident)
    row.words_zh, row.words_en = _both_or_none(words_zh, words_en, required=True)
    row.save(update_fields=["words_zh", "words_en"])
    return _tell_all(row, TELL, by)


@transaction.atomic
def close_incident(incident: str, *, outcome: str, words_zh: str, words_en: str, by: Actor) -> int:
    """The incident is over: its outcome is kept for the platform, its last words are told to all its sides; answers how many cases.

    Raises as `tell`, and Unprocessable without an outcome.
    """
    _only_platform(by)
    row = _open(incident)
    row.outcome = clean_words(outcome, field="outcome", required=True, longest=LONGEST)
    row.words_zh, row.words_en = _both_or_none(words_zh, words_en, required=True)
    row.state, row.closed_at = "closed", clock.now()
    row.save(update_fields=["outcome", "words_zh", "words_en", "state", "closed_at"])
    return _tell_all(row, CLOSE, by)


@jobs.task("incident.tell", taken_up=True)
def tell_each(*, incident: str, what: str, digest: str, by: int | None) -> None:
    """Job: each case that hangs on the incident has a line that there is news, once for the same words however often the job runs."""
    for case_id in cases_of(known(incident)):
        _tell_one(incident, case_id, what, digest, Actor(Party.PLATFORM, user_id=by))


def known(ref: str) -> Incident:
    """The incident. Raises NotFound."""
    found = Incident.objects.filter(ref=clean_ref(ref) or "").first()
    if found is None:
        raise NotFound
    return found


def _only_platform(by: Actor) -> None:
    """Incidents do not exist for the sides of cases; arbiters and readers may look and not touch."""
    if not by.sees_everything:
        raise NotFound
    check_not_reader(by)
    if by.party is not Party.PLATFORM:
        raise NotYourMove(say("事件由平台处理。", "Incidents are the platform's."))


def _open(ref: str) -> Incident:
    """The incident, locked: it is not closed while a case is put on it."""
    row = Incident.objects.select_for_update().filter(pk=known(ref).pk, state="open").first()
    if row is None:
        raise _closed()
    return row


def _closed() -> NoSuchMove:
    return NoSuchMove(say("事件已有结论。", "The incident is closed."), code="incident_closed")


def _both_or_none(zh: str, en: str, *, required: bool = False) -> tuple[str, str]:
    told = (clean_words(zh, field="words_zh", longest=LONGEST), clean_words(en, field="words_en", longest=LONGEST))
    if (required or any(told)) and not all(told):
        field = "words_zh" if not told[0] else "words_en"
        raise Unprocessable.field(field, say("两种语言都要写。", "Both languages are needed."), code="required")
    return told


@an_act
def _hang_known(incident: str, case_id: int, by: Actor) -> bool:
    held = take_case_of(case_id)
    return _hang(_open(incident), held, by)


def _hang(row: Incident, case: Case, by: Actor) -> bool:
    check_hand(case, by)
    _, fresh = IncidentCase.objects.get_or_create(
        merchant_id=case.merchant_id, incident_id=row.pk, case_id=case.pk, ended_at=None,
        defaults={"made_by_id": by.user_id, "made_at": clock.now()},
    )  # fmt: skip
    if fresh:
        case.tell(HANG_ON, by, facts={"incident": row.ref})
    return fresh


def _tell_all(row: Incident, what: str, by: Actor) -> int:
    digest = hashlib.sha256(f"{row.words_zh}\n{row.words_en}".encode()).hexdigest()
    jobs.later("incident.tell", incident=row.ref, what=what, digest=digest, by=by.user_id)
    return len(cases_of(row))


@an_act
def _tell_one(ref: str, case_id: int, what: str, digest: str, by: Actor) -> None:
    case = take_case_of(case_id)
    told = Entry.objects.filter(merchant_id=case.merchant_id, case_id=case.pk, life="case", verb=what)
    if not told.filter(facts__incident=ref, facts__digest=digest).exists():
        case.tell(what, by, facts={"incident": ref, "digest": digest})
