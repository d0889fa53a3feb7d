"""Appointments of technicians: booked, moved, cancelled, missed, begun, done. One technician is in one place at a time.

Invariants
 1. Two appointments of one technician never overlap: EXCLUDE USING gist on the rows that are `booked` (one_place_at_a_time). Asking
    first is for the sentence that a person reads; the constraint is what makes it true.
 2. A job has one appointment ahead of it at most (one_appointment_a_repair); how it came there is kept in the rows `moved`, `missed`.
 3. The technician's row is locked before the insert: two inserts that exclude each other would else wait for each other (a deadlock that
    PostgreSQL's manual warns of), and the most appointments a day could be exceeded by two at once. It is the last lock of an act.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from amends.cases.hands import check_hand
from amends.cases.life import LifeRow
from amends.cases.models import Case, CaseText
from amends.cases.record import an_act, verb
from amends.cases.texts import clean_words, keep_text
from amends.kernel import clock
from amends.kernel.parties import Party
from amends.kernel.refs import clean_ref, new_ref
from amends.kernel.refusals import Conflict, NoSuchMove, NotFound, NotYourMove, Unprocessable
from amends.kernel.texts import say
from amends.people.rules import Actor
from amends.repairs.free import BOOKED, DONE, HOME, POST, Slot, fitting, free_slots, least_busy, open_slots
from amends.repairs.hands import take_repair
from amends.repairs.models import Appointment, Repair, Technician, Workshop
from amends.repairs.waiting import begun_of, latest, lengthen, not_met
from amends.repairs.ways import is_with_merchant

MOVED, MISSED, CANCELLED = "moved", "missed", "cancelled"
OVERLAP, SECOND = "one_place_at_a_time", "one_appointment_a_repair"
ABSENT = ("consumer", "technician")
LONGEST_ADDRESS = 300
NEXT_SHOWN = 3
ARRANGING = (Party.CONSUMER, Party.MERCHANT, Party.PLATFORM)
NO_SLOT = say("请选一个预约时间。", "Choose a time for the appointment.")
NO_ZONE = say("时间要写明时区，比如 2026-03-11T09:00+08:00。", "Give the time with its zone, like 2026-03-11T09:00+08:00.")
TOO_LATE = say("这个时间超过了维修的时限；消费者可以自己选更晚的。",
               "This time lies beyond the limit for the repair; the consumer can choose a later one.")  # fmt: skip
NO_ADDRESS = say("上门维修要写明地址。", "A visit needs an address.")


class SlotTaken(Conflict):
    """Somebody else has this time; `free` are the next ones that nobody has."""

    code = "slot_taken"

    def __init__(self, free: Sequence[Slot]) -> None:
        times = ", ".join(f"{slot.local:%m-%d %H:%M}" for slot in free[:NEXT_SHOWN])
        text = (
            say("这个时间约不上。接下来还空着：{times}。", "This time can't be had. Next free: {times}.", times=times)
            if free
            else say("这个时间约不上，最近也没有空的时间，请和商家联系。",
                     "This time can't be had, and none is free in the near future. Please ask the merchant.")
        )  # fmt: skip
        super().__init__(text)
        self.free = list(free)


@verb("repair", "book")
def book(ref: str, *, starts_at: datetime | None = None, technician: str = "", workshop: str = "", address: str = "",
         by: Actor) -> Repair:  # fmt: skip
    """The job is at a workshop, with an appointment unless the unit is there already (it came by post, or a second attempt begins); of
    those who are free then, the least busy has it. Where the unit is there, the merchant says who repairs it.

    Raises NotFound, NotYourMove, NoSuchMove, Unprocessable, SlotTaken with the next free times.
    """
    case, repair, hand = take_repair(ref, by)
    facts: dict[str, Any] = {"repair": repair.ref}
    if starts_at is None and not takes_time(repair):
        _give_to(repair, _workshop_for(repair, workshop))
    else:
        visit = _place(case, repair, starts_at, technician, workshop, address, hand)
        facts |= visit_facts(visit)
    repair.move("book", hand, facts=facts)
    return repair


@an_act
def book_visit(ref: str, *, starts_at: datetime | None, technician: str = "", address: str = "", by: Actor) -> Appointment:
    """A job that is under way has an appointment again: after one was missed or cancelled, or to fit a part that has come."""
    case, repair, hand = take_repair(ref, by)
    _check_arranges(case, hand)
    check_visitable(repair)
    visit = _place(case, repair, starts_at, technician, "", address, hand)
    repair.tell("book_visit", hand, facts=visit_facts(visit))
    _wait_for(case, repair, visit, hand)
    return visit


@an_act
def move_visit(ref: str, *, starts_at: datetime | None, technician: str = "", by: Actor) -> Appointment:
    """The appointment `ref` (VT-…) is at another time, or with another technician, and the old time is free for others."""
    case, repair, old, hand = _take_visit(ref, by)
    _check_not_begun(old)
    _end(old, MOVED)
    visit = _place(case, repair, starts_at, technician, "", "", hand)
    repair.tell("move_visit", hand, facts=visit_facts(visit) | {"was": old.starts_at.isoformat()})
    _wait_for(case, repair, visit, hand)
    return visit


@an_act
def cancel_visit(ref: str, *, by: Actor) -> Appointment:
    """The time is free for others; the job stays where it is and wants another appointment."""
    _, repair, visit, hand = _take_visit(ref, by)
    _check_not_begun(visit)
    _end(visit, CANCELLED)
    repair.tell("cancel_visit", hand, facts=visit_facts(visit))
    return visit


@an_act
def miss_visit(ref: str, *, absent: str, by: Actor) -> Appointment:
    """Nobody was there: `absent` says who, the consumer or the technician. Not before it should have begun; for the
    consumer's absences see waiting.py. Raises NoSuchMove, Unprocessable."""
    case, repair, visit, hand = _take_visit(ref, by)
    if absent not in ABSENT:
        wrong = say("请说明谁没到：消费者还是维修人员。", "Say who was not there: the consumer or the technician.")
        raise Unprocessable.field("absent", wrong, code="unknown_absent")
    if clock.now() < visit.starts_at:
        raise NoSuchMove(say("预约时间还没到。", "The appointment has not begun yet."), code="too_early")
    if visit.ref in begun_of([repair]):
        raise NoSuchMove(say("这次预约已经开始，没有人缺席。", "This appointment was begun: nobody was absent."), code="visit_begun")
    _end(visit, MISSED)
    repair.tell("miss_visit", hand, facts=visit_facts(visit) | {"absent": absent})
    if absent == ABSENT[0]:
        not_met(case, repair, visit, hand)
    return visit


@an_act
def start_visit(ref: str, *, by: Actor) -> Appointment:
    """The technician has the unit before them: from here on the consumer is without it."""
    _, repair, visit, hand = _take_visit(ref, by)
    _check_shop(hand)
    if repair.taken_in_at is None:
        repair.taken_in_at = clock.now()
        repair.save(update_fields=["taken_in_at"])
    repair.tell("start_visit", hand, facts=visit_facts(visit))
    return visit


@an_act
def finish_visit(ref: str, *, by: Actor) -> Appointment:
    """The technician is done there and free from now on; whether the unit works is the repair's matter."""
    _, repair, visit, hand = _take_visit(ref, by)
    _check_shop(hand)
    _end(visit, DONE)
    repair.tell("finish_visit", hand, facts=visit_facts(visit))
    return visit


def let_visits_go(life: LifeRow, by: Actor, facts: Mapping[str, Any]) -> None:
    """FOLLOWS the end of work on a job: what was booked for it is done where it has begun, and free for others where it has not."""
    assert isinstance(life, Repair)  # noqa: S101 - wired to repairs alone
    for visit in Appointment.objects.filter(merchant_id=life.merchant_id, repair_id=life.pk, state=BOOKED):
        _end(visit, DONE if visit.starts_at <= clock.now() else CANCELLED)


def visit_facts(visit: Appointment) -> dict[str, str]:
    """What the timeline says of an appointment."""
    return {
        "visit": visit.ref, "technician": visit.technician.ref, "starts_at": visit.starts_at.isoformat(),
        "ends_at": visit.ends_at.isoformat(),
    }  # fmt: skip


def merchant_has_it(life: LifeRow, by: Actor) -> None:
    """Guard of `book`: where whoever repairs has the unit, its consumer arranges nothing."""
    assert isinstance(life, Repair)  # noqa: S101 - wired to repairs alone
    if by.party is Party.CONSUMER and not takes_time(life):
        raise NoSuchMove(
            say("商品已在商家处，由商家安排谁来修。", "The merchant has the unit and says who repairs it."), code="merchants_to_say"
        )


def takes_time(repair: Repair) -> bool:
    """Whether somebody has to be met for this job: not where whoever repairs has the unit already."""
    return repair.way != POST and not is_with_merchant(repair)


def is_visitable(repair: Repair) -> bool:
    """Whether work on this job is under way, as its table has it: it was booked, and can still come to nothing."""
    can = repair.LIFE.who_may
    return bool(can(repair.stage, "drop")) and not can(repair.stage, "book")


def check_visitable(repair: Repair) -> None:
    """Raises NoSuchMove where no appointment can be made for the job as it stands."""
    if not is_visitable(repair):
        raise NoSuchMove(say("现在不能给这件维修约时间。", "No appointment can be made for this repair now."))


def _wait_for(case: Case, repair: Repair, visit: Appointment, by: Actor) -> None:
    """A time that the consumer chose is waited for."""
    if by.party is Party.CONSUMER:
        lengthen(case, repair, visit.ends_at)


# ── placing ──────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _place(case: Case, repair: Repair, starts_at: datetime | None, technician: str, workshop: str, address: str,
           by: Actor) -> Appointment:  # fmt: skip
    if starts_at is None:
        raise Unprocessable.field("starts_at", NO_SLOT, code="required")
    if starts_at.tzinfo is None:
        raise Unprocessable.field("starts_at", NO_ZONE, code="wrong_time")
    if by.party is not Party.CONSUMER and starts_at > latest(case, repair):
        raise Unprocessable.field("starts_at", TOO_LATE, code="beyond_limit")
    wanted = clean_ref(technician) or "" if technician else ""
    if technician and not wanted:
        raise NotFound
    candidates = _candidates(repair, starts_at, wanted, workshop.strip())
    where = _address(case, repair, address, by) if repair.way == HOME else None
    people = [slot.technician.pk for slot in candidates]
    rows = Technician.objects.select_for_update(no_key=True).filter(merchant_id=repair.merchant_id, pk__in=people)
    list(rows.order_by("pk").values_list("pk"))
    free = open_slots([slot.technician for slot in candidates], days=_days_until(starts_at))
    slot = least_busy([one for one in free if one.starts_at == starts_at], free)
    if slot is None:
        raise _taken(repair)
    _give_to(repair, slot.workshop)
    try:
        with transaction.atomic():
            return Appointment.objects.create(
                merchant_id=repair.merchant_id, ref=new_ref("VT"), repair=repair, technician=slot.technician, starts_at=slot.starts_at,
                ends_at=slot.ends_at, address=where, made_at=clock.now(),
            )  # fmt: skip
    except IntegrityError as refused:
        if OVERLAP in str(refused):
            raise _taken(repair) from refused
        if SECOND in str(refused):
            known = say("这件维修已经约好了时间，可以改时间。", "This repair has an appointment already; you can move it.")
            raise Conflict(known, code="booked_already") from refused
        raise


def _candidates(repair: Repair, starts_at: datetime, technician: str, workshop: str) -> list[Slot]:
    """Who is free then, before anything is locked. Raises Unprocessable, SlotTaken."""
    who = fitting(repair, technician=technician, workshop=workshop)
    if not who:
        none = say(
            "没有合适的维修点或维修人员：看看技能、服务区域和维修方式。", "No workshop or technician fits: look at skills, zones and ways."
        )
        raise Unprocessable.field("technician", none, code="nobody_fits")
    found = [one for one in open_slots(who, days=_days_until(starts_at)) if one.starts_at == starts_at]
    if not found:
        raise _taken(repair)
    return found


def _days_until(starts_at: datetime) -> int:
    return max(1, (starts_at - clock.now()).days + 3)


def _taken(repair: Repair) -> SlotTaken:
    return SlotTaken(free_slots(repair, most=NEXT_SHOWN))


def _give_to(repair: Repair, workshop: Workshop | None) -> None:
    if workshop is not None and repair.workshop_id != workshop.pk:
        repair.workshop = workshop
        repair.save(update_fields=["workshop"])


def _workshop_for(repair: Repair, wanted: str) -> Workshop | None:
    """The workshop that goods sent by post go to; None where the merchant repairs by itself. Raises NotFound."""
    rows = Workshop.objects.filter(merchant_id=repair.merchant_id, ended_at__isnull=True)
    if repair.workshop_id:
        return Workshop.objects.get(merchant_id=repair.merchant_id, pk=repair.workshop_id)
    if not wanted:
        only = [shop for shop in rows.order_by("pk")[:50] if POST in shop.ways]
        return only[0] if len(only) == 1 else None
    found = rows.filter(ref=clean_ref(wanted) or "").first() or rows.filter(key=wanted.strip()).first()
    if found is None:
        raise NotFound
    return found


def _address(case: Case, repair: Repair, address: str, by: Actor) -> CaseText:
    """Where the technician goes: as given now, or as at the last appointment. Raises Unprocessable."""
    words = clean_words(address, field="address", longest=LONGEST_ADDRESS)
    if words:
        return keep_text(case, "visit_address", words, by)
    last = Appointment.objects.filter(merchant_id=repair.merchant_id, repair_id=repair.pk, address__isnull=False).order_by("-pk").first()
    if last is None or last.address is None:
        raise Unprocessable.field("address", NO_ADDRESS, code="required")
    return last.address  # type: ignore[no-any-return]


# ── one appointment ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def _take_visit(ref: str, by: Actor) -> tuple[Case, Repair, Appointment, Actor]:
    """The appointment with its job and case, locked, still ahead or under way. Raises NotFound, NotYourMove, NoSuchMove."""
    known = Appointment.objects.filter(ref=clean_ref(ref) or "").values_list("repair__ref", flat=True).first()
    if known is None:
        raise NotFound
    case, repair, hand = take_repair(known, by)
    _check_arranges(case, hand)
    visit = Appointment.objects.select_related("technician", "address").get(merchant_id=repair.merchant_id, ref=clean_ref(ref))
    if visit.state != BOOKED:
        raise NoSuchMove(say("这次预约已经了结。", "This appointment is over."), code="visit_over")
    return case, repair, visit, hand


def _check_arranges(case: Case, by: Actor) -> None:
    if by.party not in ARRANGING:
        raise NotYourMove(say("预约由消费者、商家和维修点来定。", "Appointments are made by consumer, merchant and workshop."))
    check_hand(case, by)


def _check_shop(by: Actor) -> None:
    if by.party is Party.CONSUMER:
        raise NotYourMove(say("这一步由维修人员来做。", "This is the technician's step."))


def _check_not_begun(visit: Appointment) -> None:
    if visit.starts_at <= clock.now():
        late = say("预约时间已到，不能再改；没有见面的话请登记失约。",
                   "It has begun, so it can't be changed any more; if nobody came, say so.")  # fmt: skip
        raise NoSuchMove(late, code="visit_begun")


def _end(visit: Appointment, state: str) -> None:
    """Conditional, so that of two ends one counts."""
    changed = Appointment.objects.filter(merchant_id=visit.merchant_id, pk=visit.pk, state=BOOKED).update(state=state, ended_at=clock.now())
    if changed != 1:
        raise Conflict(say("刚刚有人先处理了，请刷新后再看。", "Somebody was faster. Reload to see the present state."))
    visit.state, visit.ended_at = state, clock.now()
