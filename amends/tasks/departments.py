"""Who belongs to a department and who leads it: stated by supervisors, read by whoever gives a task, and by notices.

A seat is ended and never deleted, so that it can be said who was there when a task was given. Not about tasks themselves: verbs.py.

Invariants
 1. A person has one open seat in a department at most, and may have one in several.
 2. A task that names nobody goes to whoever there has least to do and is no party of its case; to nobody where there is no such person.
 3. Whose seat ends has no task of that department any more: each goes on as if nobody had been named, and its limit runs on.
"""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import Count, Q, QuerySet

from amends.cases.hands import STAFF, impartial, is_party
from amends.cases.models import Case, Entry
from amends.cases.record import an_act
from amends.cases.taking import take_case_of
from amends.kernel import clock
from amends.kernel.parties import Party
from amends.kernel.refusals import NotFound, NotYourMove, Unprocessable
from amends.kernel.texts import say
from amends.people.models import Membership, User
from amends.people.rules import PLATFORM, Actor, Role
from amends.plumbing import jobs
from amends.tasks.models import Seat, Task
from amends.tasks.queries import OWNER_ROLES
from amends.tasks.rules import DEPARTMENTS, OPEN, RAISED

KEEPERS = frozenset({Role.SUPERVISOR, Role.ADMIN})
FREE = "free_task"
TO_WHOM_IT_LEADS = frozenset({"give_task", "pass_task", "own_task", FREE, "withdraw_task", "remind"})
PASSED = frozenset({"raise_task", "alarm"})
MOST = 200


def seats(by: Actor) -> list[Seat]:
    """Every open seat with its person, leaders first; nothing for anybody but the platform's people."""
    if by.party not in STAFF or by.is_stranger:
        return []
    return list(_open().select_related("user").order_by("department", "-leads", "user__name", "pk"))


def departments_of(by: Actor) -> tuple[str, ...]:
    """The departments to which this person belongs, in the order of DEPARTMENTS."""
    mine = set(_open().filter(user_id=by.user_id or 0).values_list("department", flat=True))
    return tuple(name for name in DEPARTMENTS if name in mine)


def who_takes(case: Case, department: str, *, but: Collection[int | None] = ()) -> User | None:
    """Whoever of the department has the fewest open tasks, may still work at the desk and is no party of the case; None where nobody is."""
    here = _open().filter(department=department, user__is_active=True, user__memberships__role__in=OWNER_ROLES)
    owing = Task.objects.filter(stage__in=OPEN, owner__in=here.values("user_id")).values("owner_id").annotate(n=Count("pk")).order_by()
    load = {row["owner_id"]: row["n"] for row in owing}
    people = User.objects.filter(pk__in=here.values("user_id")).order_by("pk")
    free = [one for one in people if one.pk not in but and not is_party(case, one.pk)]
    return min(free, key=lambda one: (load.get(one.pk, 0), one.pk), default=None)


@an_act
def give_seat(email: str, *, department: str, leads: bool = False, by: Actor) -> Seat:
    """The person belongs to the department from now on, as its leader or not; a seat that is so already stays.

    Raises NotFound for a side of cases, NotYourMove for anybody else but supervisors and administrators, Unprocessable for an unknown
    department or person.
    """
    _check_keeper(by)
    where, person = checked_department(department), _colleague(email)
    known = _open().filter(user=person, department=where).first()
    if known is not None and known.leads == leads:
        return known
    _end(known)
    return Seat.objects.create(user=person, department=where, leads=leads, given_by_id=by.user_id, made_at=clock.now())


@an_act
def end_seat(email: str, *, department: str, by: Actor) -> Seat:
    """The person belongs to the department no more, and a job hands on what they had of it. Raises NotYourMove, Unprocessable, NotFound."""
    _check_keeper(by)
    known = _open().filter(user__email__iexact=email.strip(), department=checked_department(department)).first()
    if known is None:
        raise NotFound
    _end(known)
    jobs.later("seat.ended", user=known.user_id, department=known.department)
    return known


@jobs.task("seat.ended", taken_up=True)
def hand_on(*, user: int, department: str) -> None:
    """Job: whoever left the department has no task of it; a second run finds nothing, and who came back meanwhile keeps what is theirs."""
    if _open().filter(user_id=user, department=department).exists():
        return
    theirs = Task.objects.filter(owner_id=user, department=department, stage__in=OPEN).order_by("pk")
    for case_id, task_id in theirs.values_list("case_id", "pk"):
        _free(case_id, task_id, user)


@an_act
def _free(case_id: int, task_id: int, user: int) -> None:
    """This task is whoever's has least to do there, or nobody's; a raised one waits for a supervisor to say whose."""
    case = take_case_of(case_id)
    row = Task.objects.filter(merchant_id=case.merchant_id, pk=task_id, owner_id=user, stage__in=OPEN).first()
    if row is None:
        return
    row.owner = None if row.stage == RAISED else who_takes(case, row.department, but=(user,))
    row.save(update_fields=["owner"])
    row.tell(FREE, PLATFORM, facts={"task": row.ref, "department": row.department, "left": user, "owner": row.owner_id})


def may_keep(by: Actor) -> bool:
    """Whether `by` says who belongs where."""
    return by.party is Party.PLATFORM and bool(by.roles & KEEPERS)


def checked_department(name: str) -> str:
    """`name`, which a department has. Raises Unprocessable."""
    if name not in DEPARTMENTS:
        wrong = say("部门可选：{all}。", "Choose the department from {all}.", all=", ".join(DEPARTMENTS))
        raise Unprocessable.field("department", wrong, code="unknown_department")
    return name


def whom_to_tell(entry: Entry) -> list[int]:
    """The people whom a line of a task concerns by name, at most MOST: whoever has it; where nobody has, the department; where that is
    empty, every agent. Of a limit that passed the leaders; of an answer whoever asked. Nobody hears of their own act, or
    of a case to which they are a party."""
    row = Task.objects.filter(merchant_id=entry.merchant_id, pk=entry.life_id).select_related("case").first()
    if row is None:
        return []
    if entry.verb in PASSED:
        found = _people(row.department, leads=True)
    elif entry.verb in TO_WHOM_IT_LEADS:
        found = _whoever_has(row)
    else:
        found = [row.given_by_id] if row.given_by_id else []
    return impartial(row.case, [one for one in found if one != entry.actor_id or entry.automatic])


def _whoever_has(row: Task) -> list[int]:
    """Its owner, if they are still there; else the department, or every agent."""
    owner = _active(Q(pk=row.owner_id)) if row.owner_id else []
    return owner or _people(row.department) or _active(Q(memberships__role=Role.AGENT.value))


def _people(department: str, *, leads: bool = False) -> list[int]:
    here = _open().filter(department=department, **({"leads": True} if leads else {}))
    return _active(Q(pk__in=here.values("user_id")))


def _active(which: Q) -> list[int]:
    return list(User.objects.filter(which, is_active=True).order_by("pk").values_list("pk", flat=True).distinct()[:MOST])


def _open() -> QuerySet[Seat]:
    return Seat.objects.filter(ended_at__isnull=True)


def _end(seat: Seat | None) -> None:
    if seat is not None:
        seat.ended_at = clock.now()
        seat.save(update_fields=["ended_at"])


def _check_keeper(by: Actor) -> None:
    if by.party not in STAFF:
        raise NotFound
    if not may_keep(by):
        raise NotYourMove(say("谁属于哪个部门，由主管登记。", "Supervisors say who belongs to a department."), code="supervisors_only")


def _colleague(email: str) -> User:
    """Somebody of the platform's desk, their row locked: two hands that seat one person come one after the other."""
    found = User.objects.select_for_update().filter(email__iexact=email.strip(), is_active=True).first()
    if found is None or not Membership.objects.filter(user=found, role__in=OWNER_ROLES).exists():
        wrong = say("平台没有这个人，或者不办任务。", "Nobody at the platform's desk who does tasks has this address.")
        raise Unprocessable.field("person", wrong, code="unknown_person")
    return found
