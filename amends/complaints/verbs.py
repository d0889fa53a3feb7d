"""A regulator's complaint (12315 and the like): entered, answered, asked about again, settled, refused, or ended with the mediation.

Invariants
 1. The authority is outside: what it asks and decides is entered by the platform's people, in its own words, and never by a machine.
    Only the end of the time that the law gives mediation, and of the time in which its end is told, is the clock's.
 2. One number of one authority is one complaint (one_complaint_a_number), whatever case it hangs on.
 3. It hangs on an open or a closed case and holds none open, moves nothing of the claim, and the sides of the case see nothing of it.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction

from amends.cases.carrying_on import written_to
from amends.cases.hands import STAFF, check_hand
from amends.cases.models import Case
from amends.cases.record import an_act, verb
from amends.cases.taking import take_carrier, take_life
from amends.cases.texts import clean_words, keep_text, told
from amends.complaints.clocks import reckon_anew
from amends.complaints.models import Complaint
from amends.kernel import clock
from amends.kernel.refs import new_ref
from amends.kernel.refusals import Conflict, NoSuchMove, NotFound, NotYourMove, Unprocessable
from amends.kernel.texts import Text, say
from amends.people.rules import Actor
from amends.tasks.owners import owner_myself, owner_of

LONGEST_AUTHORITY, LONGEST_NUMBER, MOST_DAYS = 40, 60, 365
LONGEST_AGO = timedelta(days=3 * 366)
NOT_PAST = say("这个时间还没有到。", "That is in the future.")
TOO_EARLY = say("这个时间在三年以前，请核对年份。", "That is more than three years ago. Please look at the year.")
NO_ZONE = say("请写明日期和时间。", "Give day and time.")


@verb("complaint", "file_complaint")
def file_complaint(
    ref: str,
    *,
    authority: str,
    number: str,
    words: str,
    received_at: datetime | None = None,
    accepted_at: datetime | None = None,
    answer_by: datetime | None = None,
    owner: str = "",
    by: Actor,
) -> Complaint:
    """What an authority asks about the case `ref`, open or closed, is on its file with clocks of its own.

    `received_at`: when it came (now where it is left out); `accepted_at`: when the authority took it on, where it said so; `answer_by`:
    the term that it named. Raises NotFound, NotYourMove, Conflict for a number that this authority's complaint has already,
    Unprocessable.
    """
    (case, named), at = take_carrier(ref, by), clock.now()
    who = _one_line(authority, "authority", LONGEST_AUTHORITY)
    told_number = _one_line(number, "number", LONGEST_NUMBER)
    came = _past(received_at, "received_at") or at
    asked = clean_words(words, field="words", required=True)
    person = owner_of(case, owner) if owner.strip() else None
    columns: dict[str, Any] = {
        "accepted_at": _past(accepted_at, "accepted_at"),
        "answer_by": _term(answer_by, came),
        "received_at": came,
        "owner": person,
    }
    text = keep_text(case, "complaint_asked", asked, by)
    try:
        with transaction.atomic():
            return Complaint.born(
                "file_complaint", by, merchant_id=case.merchant_id, case=case, ref=new_ref("CM"), authority=who, number=told_number,
                words=text, **columns, facts=written_to(case, named, _instants(columns) | told(text)),
            )  # fmt: skip
    except IntegrityError as refused:
        if "one_complaint_a_number" not in str(refused):
            raise
        known = Complaint.objects.filter(authority=who, number=told_number).values_list("ref", flat=True).first()
        wrong = say("{who}的 {number} 号已经登记过：{ref}。", "No. {number} of {who} is on file already: {ref}.",
                    who=who, number=told_number, ref=known or "")  # fmt: skip
        raise Conflict(wrong, code="number_known") from refused


@verb("complaint", "answer_complaint")
def answer_complaint(ref: str, *, words: str, accepted_at: datetime | None = None, by: Actor) -> Complaint:
    """We have answered the authority in these words; mediation runs on until its end. `accepted_at`: where it is known by now."""
    case, row = _take(ref, by)
    row.accepted_at = _past(accepted_at, "accepted_at") or row.accepted_at
    row.answer = keep_text(case, "complaint_answer", clean_words(words, field="words", required=True), by)
    row.owner_id = row.owner_id or by.user_id
    row.save(update_fields=["accepted_at", "answer", "owner_id"])
    row.move("answer_complaint", by, facts=_facts(row) | told(row.answer))
    return row


@verb("complaint", "raise_complaint")
def raise_complaint(ref: str, *, why: str = "", by: Actor) -> Complaint:
    """A supervisor has it now."""
    case, row = _take(ref, by)
    words = clean_words(why, field="why")
    row.move("raise_complaint", by, facts=_facts(row) | told(keep_text(case, "complaint_raised", words, by) if words else None))
    return row


@verb("complaint", "ask_again")
def ask_again(ref: str, *, words: str, answer_by: datetime | None = None, accepted_at: datetime | None = None, by: Actor) -> Complaint:
    """The authority asks again, with a new term or none; so often as the case's terms allow. Mediation's end stays where it was."""
    case, row = _take(ref, by)
    row.words = keep_text(case, "complaint_asked", clean_words(words, field="words", required=True), by)
    row.answer_by, row.accepted_at = _term(answer_by, clock.now()), _past(accepted_at, "accepted_at") or row.accepted_at
    row.save(update_fields=["words", "answer_by", "accepted_at"])
    row.move("ask_again", by, facts=_facts(row) | told(row.words))
    return row


@verb("complaint", "settle_complaint")
def settle_complaint(ref: str, *, words: str, by: Actor) -> Complaint:
    """The authority's mediation ended in agreement; `words` are what it wrote down. What is owed by it is a matter of the case."""
    return _ended(ref, "settle_complaint", words, by)


@verb("complaint", "refuse_complaint")
def refuse_complaint(ref: str, *, words: str, by: Actor) -> Complaint:
    """The authority did not take the complaint on (CN-CMP-03); `words` are its reasons."""
    return _ended(ref, "refuse_complaint", words, by)


@verb("complaint", "end_mediation")
def end_mediation(ref: str, *, words: str, by: Actor) -> Complaint:
    """The authority ended its mediation without agreement; `words` are what it wrote down."""
    return _ended(ref, "end_mediation", words, by)


@an_act
def note_acceptance(ref: str, *, accepted_at: datetime, by: Actor) -> Complaint:
    """The authority took the complaint on then: its mediation counts from there (CN-CMP-02), and a clock that runs is set by it. Raises
    NoSuchMove once it is over, NotYourMove, Unprocessable."""
    row = _take_open(ref, by)
    row.accepted_at = _past(accepted_at, "accepted_at")
    row.save(update_fields=["accepted_at"])
    reckon_anew(row)
    row.tell("note_acceptance", by, facts=_facts(row))
    return row


@an_act
def note_testing(ref: str, *, began_at: datetime, days: int, by: Actor) -> Complaint:
    """Goods are or were tested since `began_at`, and mediation does not count these days (CN-CMP-02); `days` are all of them so far, known
    or expected, in place of what was noted before. Raises NoSuchMove once it is over, NotYourMove, Unprocessable."""
    row = _take_open(ref, by)
    if not 0 <= days <= MOST_DAYS:
        wrong = say("天数为 0 到 {n}。", "From 0 to {n} days.", n=MOST_DAYS)
        raise Unprocessable.field("days", wrong, code="wrong_days")
    row.paused_since, row.paused_days = _past(began_at, "began_at"), days
    row.save(update_fields=["paused_since", "paused_days"])
    reckon_anew(row)
    row.tell("note_testing", by, facts=_facts(row) | _instants({"began_at": row.paused_since}) | {"days": days})
    return row


@an_act
def own_complaint(ref: str, *, owner: str = "", by: Actor) -> Complaint:
    """Whoever `owner` names answers for it, or `by` where it names nobody. Raises NoSuchMove once it is over, Unprocessable."""
    row = _take_open(ref, by)
    person = owner_of(row.case, owner) if owner.strip() else owner_myself(row.case, by)
    if person.pk != row.owner_id:
        row.owner = person
        row.save(update_fields=["owner"])
        row.tell("own_complaint", by, facts=_facts(row) | {"owner": person.pk})
    return row


def _ended(ref: str, verb_: str, words: str, by: Actor) -> Complaint:
    case, row = _take(ref, by)
    row.outcome = keep_text(case, "complaint_outcome", clean_words(words, field="words", required=True), by)
    row.save(update_fields=["outcome"])
    row.move(verb_, by, facts=_facts(row) | told(row.outcome))
    return row


def _take(ref: str, by: Actor) -> tuple[Case, Complaint]:
    """The complaint and its case, locked; for the sides of the case it does not exist."""
    if by.party not in STAFF and not by.automatic:
        raise NotFound
    return take_life(Complaint, ref, by)


def _one_line(typed: str, field: str, longest: int) -> str:
    """One line without outer or double space. Raises Unprocessable."""
    return clean_words(" ".join(typed.split()), field=field, required=True, longest=longest)


def _take_open(ref: str, by: Actor) -> Complaint:
    """The same for what is no move of the table: by whoever moves a complaint, and as long as it is open."""
    case, row = _take(ref, by)
    if row.is_over:
        raise NoSuchMove(say("这件投诉已经结束。", "This complaint is over."), code="complaint_over")
    if not row.LIFE.verbs(row.stage, by.party):
        raise NotYourMove(say("判责员不办投诉。", "An arbiter answers no complaints."))
    check_hand(case, by)
    return row


def _past(at: datetime | None, field: str) -> datetime | None:
    """An instant that is past, and not so long that its year must be a slip. Raises Unprocessable."""
    if at is None:
        return None
    if at.tzinfo is None:
        raise Unprocessable.field(field, NO_ZONE, code="no_zone")
    if at < clock.now() - LONGEST_AGO:
        raise Unprocessable.field(field, TOO_EARLY, code="too_long_ago")
    if at > clock.now():
        raise Unprocessable.field(field, NOT_PAST, code="in_the_future")
    return at


def _term(answer_by: datetime | None, after: datetime) -> datetime | None:
    """The authority's own term, if it named one. Raises Unprocessable for one that ends before it began, or that no authority names."""
    if answer_by is None:
        return None
    wrong: Text | None = None
    if answer_by.tzinfo is None:
        wrong = NO_ZONE
    elif answer_by <= after:
        wrong = say("答复期限要在收到之后。", "The term ends after the complaint came.")
    elif answer_by > after + timedelta(days=MOST_DAYS):
        wrong = say("答复期限最长 {n} 天，请核对年份。", "A term has {n} days at most. Please look at the year.", n=MOST_DAYS)
    if wrong is not None:
        raise Unprocessable.field("answer_by", wrong, code="wrong_term")
    return answer_by


def _facts(row: Complaint) -> dict[str, Any]:
    return {"complaint": row.ref} | _instants({"accepted_at": row.accepted_at, "answer_by": row.answer_by})


def _instants(columns: dict[str, Any]) -> dict[str, str]:
    return {name: at.isoformat() for name, at in columns.items() if isinstance(at, datetime)}
