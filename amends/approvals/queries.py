"""What an actor may see of approvals: a shop its own, the platform all; and what of it waits for this actor."""

from __future__ import annotations

from dataclasses import dataclass

from django.core.exceptions import ObjectDoesNotExist
from django.db.models import F, Q, QuerySet

from amends.approvals.asking import check_glass, words_of
from amends.approvals.counting import weigh
from amends.approvals.hands import STAFF, check_decider
from amends.approvals.judging import approves_up_to
from amends.approvals.models import Approval
from amends.approvals.rules import ACTIONS, State, Verdict
from amends.approvals.rules_of_money import rules_on
from amends.kernel import clock
from amends.kernel.parties import Party
from amends.kernel.refs import clean_ref
from amends.kernel.refusals import NotFound, Refusal
from amends.kernel.texts import Text
from amends.people.rules import Actor, Role

MOST = 100
LONGEST_ID = 19
VIEWS = ("waiting", "mine", "ended", "alarms")
PEOPLE = ("asked_by", "decided_by", "reviewed_by", "merchant")
WAITS = Q(state=State.ASKED.value) | Q(state=State.BROKEN.value, reviewed_at__isnull=True)


@dataclass(frozen=True, slots=True)
class Listed:
    """One page of approvals; `after` fetches the next."""

    rows: list[Approval]
    after: str


def visible_to(by: Actor) -> QuerySet[Approval]:
    """A shop's people see what their shop asked, the platform's people everything, consumers and carriers nothing."""
    if by.party is Party.MERCHANT and by.merchant_id is not None:
        return Approval.objects.filter(merchant_id=by.merchant_id, asked_as=Role.MERCHANT.value)
    if by.party in (*STAFF, Party.CLOCK) and not by.is_stranger:
        return Approval.objects.all()
    return Approval.objects.none()


def approval(ref: str, by: Actor) -> Approval:
    """The approval `ref` with its people and shop. Raises NotFound where `by` may not see it."""
    found = visible_to(by).select_related(*PEOPLE).filter(ref=clean_ref(ref) or "").first()
    if found is None:
        raise NotFound
    return found


def listed(view: str, by: Actor, *, after: str = "", action: str = "", state: str = "") -> Listed:
    """One of VIEWS, MOST at a time; `ended` alone has further pages, and is narrowed by action and state."""
    if view == "ended":
        return answered(by, after=after, action=action, state=state)
    rows = {"waiting": waiting, "mine": mine, "alarms": alarms}[view](by)
    return Listed(list(rows[:MOST]), "")


def waiting(by: Actor) -> QuerySet[Approval]:
    """What was done behind broken glass and not reviewed, then what is asked and not answered, the nearest to its end first."""
    rows = visible_to(by).filter(WAITS).select_related(*PEOPLE)
    return rows.order_by(F("review_due_at").asc(nulls_last=True), "due_at", "pk")


def mine(by: Actor) -> QuerySet[Approval]:
    """What this person asked for, newest first."""
    return visible_to(by).filter(asked_by_id=by.user_id or 0).select_related(*PEOPLE).order_by("-pk")


def answered(by: Actor, *, after: str = "", action: str = "", state: str = "") -> Listed:
    """What is over, newest first, MOST at a time."""
    rows = visible_to(by).exclude(WAITS).select_related(*PEOPLE)
    if action in ACTIONS:
        rows = rows.filter(action=action)
    if state in State.__members__.values():
        rows = rows.filter(state=state)
    if after.isascii() and after.isdecimal() and len(after) < LONGEST_ID:
        rows = rows.filter(pk__lt=int(after))
    page = list(rows.order_by("-pk")[: MOST + 1])
    return Listed(page[:MOST], str(page[MOST - 1].pk) if len(page) > MOST else "")


def count_waiting(by: Actor) -> int:
    """How many wait, for the counter beside the page's name."""
    return waiting(by).order_by().count()


def of_case(case_id: int, by: Actor) -> list[Approval]:
    """What was asked about one case, newest first."""
    return list(visible_to(by).filter(case_id=case_id).select_related("asked_by", "decided_by").order_by("-asked_at", "-pk"))


def may(row: Approval, by: Actor) -> tuple[str, ...]:
    """Which of approve, refuse, withdraw, review this actor could do now, as far as hands and roles go; a day's sums are seen when done."""
    if row.state == State.ASKED.value and row.due_at > clock.now():
        if by.user_id == row.asked_by_id and not by.automatic:
            return ("withdraw",)
        return ("approve", "refuse") if _decides(row, by) else ("refuse",) if _decides(row, by, sum_too=False) else ()
    if row.state == State.BROKEN.value and row.reviewed_at is None and _decides(row, by):
        return ("review",)
    return ()


def may_break_glass(action: str, by: Actor, amount_minor: int, unit: str) -> bool:
    """Whether this actor could now decide such a sum before it is approved."""
    rules = rules_on(clock.now())
    try:
        check_glass(rules, action, by, weigh(rules, amount_minor, unit))
    except Refusal:
        return False
    return True


def _decides(row: Approval, by: Actor, *, sum_too: bool = True) -> bool:
    try:
        check_decider(row, by)
        rules = rules_on(clock.now())
        most = approves_up_to(row.action, by.roles, rules)
        return most > 0 and (not sum_too or weigh(rules, row.amount_minor, row.unit) <= most)
    except Refusal:
        return False


def what_it_does(row: Approval) -> Text:
    """In words what granting it will do, or has done."""
    plain = ACTIONS[row.action].words
    words = words_of(row)
    if words is None:
        return plain
    try:
        return words(row.payload["do"])
    except (KeyError, ObjectDoesNotExist, Refusal):
        # What it was about is gone, or was asked by an older version: the history must still be read.
        return plain


def alarms(by: Actor) -> QuerySet[Approval]:
    """Broken glass that nobody has reviewed in time, or that was found unjustified, newest first."""
    late = Q(reviewed_at__isnull=True, review_due_at__lte=clock.now()) | Q(reviewed_as=Verdict.UNJUSTIFIED.value)
    return visible_to(by).filter(late, state=State.BROKEN.value).select_related(*PEOPLE).order_by("-asked_at", "-pk")
