"""What is done with an approval that was asked: granted, refused, withdrawn, reviewed; and what time and the end of its matter do to it.

Invariants
 1. Whoever asked never answers: by account, by a second membership, by a second account of the same consumer, by key or by page (hands.py).
 2. Granting does what was asked, with the asker as cause, in the transaction of the grant: both or neither.
 3. One answer: the row is locked and must still wait. The case is locked before the row, the counting locks come last.
"""

from __future__ import annotations

from collections.abc import Collection

from amends.approvals.asking import LEAST_WHY, MOST_WHY, run_of
from amends.approvals.counting import Matter, approved_so_far, lock, note_granted, weigh
from amends.approvals.hands import asker_of, check_decider
from amends.approvals.judging import approves_today, approves_up_to
from amends.approvals.models import Approval
from amends.approvals.queries import visible_to
from amends.approvals.rules import ACTIONS, STATES, State, Verdict
from amends.approvals.rules_of_money import rules_on
from amends.approvals.telling import note_step
from amends.cases.models import Case
from amends.cases.record import an_act
from amends.cases.taking import take_case_of
from amends.kernel import clock
from amends.kernel.refs import clean_ref
from amends.kernel.refusals import NoSuchMove, NotFound, NotYourMove, Unprocessable
from amends.kernel.texts import Text, say
from amends.people.rules import CLOCK, Actor

NOT_TO_APPROVE = say("你的角色不能批“{action}”。", "Your role does not approve “{action}”.")


class Moot(Exception):
    """What was asked for can no longer be done: the thing itself has no such move any more."""

    def __init__(self, text: Text) -> None:
        super().__init__(str(text))
        self.text = text


def approve(ref: str, *, by: Actor, why: str = "") -> Approval:
    """What was asked is done and noted on `by`; or, where the thing has moved on and has no such move any more, the request is void.

    Raises NotFound, NotYourMove (asker, party, role, sum, day), NoSuchMove (answered, lapsed, the asker may no more), and what else the
    thing refuses (Unprocessable, Conflict): then it waits on.
    """
    try:
        return _approve(ref, by=by, why=why)
    except Moot as moot:
        return _void_moot(ref, by, moot.text)


@an_act
def _approve(ref: str, *, by: Actor, why: str) -> Approval:
    row, case = _taken(ref, by)
    _still_asked(row)
    check_decider(row, by)
    rules = rules_on(clock.now())
    weighed = weigh(rules, row.amount_minor, row.unit)
    _check_role(row, by, weighed)
    asker = asker_of(row)
    if asker is None:
        raise NoSuchMove(say("申请人已不在这个岗位，不能再批。", "The asker has lost the role."), code="asker_gone")
    outcome = _run(row, asker, by)
    lock(by, Matter.about(row))
    if not approves_today(row.action, by.roles, weighed, approved_so_far(rules, by), rules):
        raise NotYourMove(say("超过你一天可以批准的金额。", "It is more than you may approve in one day."), code="day_limit")
    note_granted(row, by)
    return _answer(row, State.GRANTED, by, _words(why, least=0), case, outcome=outcome)


def _run(row: Approval, asker: Actor, by: Actor) -> str:
    run = run_of(row)
    if run is None:
        raise AssertionError(f"approvals: nothing runs for {row.action}")
    try:
        return run(row.payload["do"], asker, by, row)[:120]
    except NoSuchMove as gone:
        raise Moot(gone.text) from gone


@an_act
def _void_moot(ref: str, by: Actor, text: Text) -> Approval:
    """Whoever approved finds it void, with the reason in both languages; nothing was done."""
    row, case = _taken(ref, by)
    _still_asked(row)
    row.decided_why = f"{text.into('zh')} {text.into('en')}"[:MOST_WHY]
    row.save(update_fields=["decided_why"])
    return _end(row, State.VOID, by, case)


@an_act
def refuse(ref: str, *, by: Actor, why: str) -> Approval:
    """It is turned down, for a reason that the asker reads. Raises as `approve`; a small role may refuse a great sum."""
    row, case = _taken(ref, by)
    _still_asked(row)
    check_decider(row, by)
    _check_role(row, by, 0)
    return _answer(row, State.REFUSED, by, _words(why, least=LEAST_WHY), case)


@an_act
def withdraw(ref: str, *, by: Actor) -> Approval:
    """The asker asks no more. Raises NotYourMove for anybody else."""
    row, case = _taken(ref, by)
    _still_asked(row)
    if by.user_id != row.asked_by_id or by.automatic:
        raise NotYourMove(say("只有申请人可以撤回。", "Only the asker withdraws it."))
    return _end(row, State.WITHDRAWN, by, case)


@an_act
def review(ref: str, *, by: Actor, verdict: str, why: str) -> Approval:
    """What was done behind broken glass has been looked at by another who could have approved it. Nothing is undone by a review."""
    row, case = _taken(ref, by)
    if row.state != State.BROKEN.value or row.reviewed_at is not None:
        raise NoSuchMove(say("这里没有要复核的。", "There is nothing to review here."))
    check_decider(row, by)
    _check_role(row, by, weigh(rules_on(clock.now()), row.amount_minor, row.unit))
    if verdict not in Verdict.__members__.values():
        raise Unprocessable.field("verdict", say("请选择复核结论。", "Choose what you find."), code="no_verdict")
    row.reviewed_by_id, row.reviewed_at = by.user_id, clock.now()
    row.reviewed_as, row.reviewed_why = verdict, _words(why, least=LEAST_WHY)
    row.save(update_fields=["reviewed_by", "reviewed_at", "reviewed_as", "reviewed_why"])
    note_step("review", row, by, case)
    return row


# ── what nobody's hand does ──────────────────────────────────────────────────────────────────────────────────────────────────


def void_case(case: Case, by: Actor, actions: Collection[str], *, what: str = "", but: str = "") -> int:
    """What was asked of these actions about this case is no longer needed; how many. `what`: only payloads that name this; `but`: none
    about this offer. Inside the act that holds the case, and with it whoever would answer."""
    mine = Approval.objects.filter(merchant_id=case.merchant_id, case_id=case.pk, action__in=actions, state=State.ASKED.value)
    asked = [row for row in mine.select_for_update().order_by("pk") if _is_about(row, what, but)]
    for row in asked:
        _end(row, State.VOID, by, case)
    return len(asked)


def _is_about(row: Approval, what: str, but: str) -> bool:
    do = row.payload["do"]
    return (not what or do.get("what") == what) and (not but or do.get("offer") != but)


# ── shared steps ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _taken(ref: str, by: Actor) -> tuple[Approval, Case | None]:
    """The approval locked, and before it its case where it has one. Raises NotFound."""
    known = visible_to(by).filter(ref=clean_ref(ref) or "").values("pk", "case_id").first()
    if known is None:
        raise NotFound
    case = take_case_of(known["case_id"]) if known["case_id"] else None
    return Approval.objects.select_for_update().get(pk=known["pk"]), case


def _still_asked(row: Approval) -> None:
    if row.state != State.ASKED.value:
        now = STATES[State(row.state)]
        raise NoSuchMove(say("这笔申请已经有结果：{state}。", "This has an end already: {state}.", state=now), code="answered")
    if row.due_at <= clock.now():
        raise NoSuchMove(say("审批时限已过，请重新申请。", "Its time has run out; it has to be asked anew."), code="lapsed")


def _check_role(row: Approval, by: Actor, weighed: int) -> None:
    """The role may be asked about this action, and about this sum (0: whatever the sum)."""
    action = ACTIONS[row.action].words
    most = approves_up_to(row.action, by.roles, rules_on(clock.now()))
    if not most:
        raise NotYourMove(NOT_TO_APPROVE.filled(action=action), code="not_an_approver")
    if weighed > most:
        raise NotYourMove(say("超过你一次可以批准的金额。", "It is more than you may approve at once."), code="above_limit")


def _words(why: str, *, least: int) -> str:
    said = why.strip()
    if len(said) < least:
        raise Unprocessable.field("why", say("请写明理由。", "Say why."), code="why_missing")
    if len(said) > MOST_WHY or "\0" in said:
        raise Unprocessable.field("why", say("理由最多 {n} 个字。", "{n} characters at most.", n=MOST_WHY), code="why_too_long")
    return said


def _answer(row: Approval, state: State, by: Actor, why: str, case: Case | None, outcome: str = "") -> Approval:
    row.state, row.decided_by_id, row.decided_at, row.decided_why, row.outcome = state.value, by.user_id, clock.now(), why, outcome
    row.save(update_fields=["state", "decided_by", "decided_at", "decided_why", "outcome"])
    note_step("grant" if state is State.GRANTED else "refuse", row, by, case)
    return row


def _end(row: Approval, state: State, by: Actor, case: Case | None) -> Approval:
    """It is over without an answer."""
    row.state, row.decided_at = state.value, clock.now()
    row.save(update_fields=["state", "decided_at"])
    note_step({State.WITHDRAWN: "withdraw", State.LAPSED: "lapse", State.VOID: "void"}[state], row, by, case)
    return row


def lapse(row: Approval, case: Case | None) -> None:
    """Nobody answered in time: nothing is done, and it can be asked anew. For the clock, which holds the row."""
    _end(row, State.LAPSED, CLOCK, case)
