"""The one door to deciding about money: done alone and noted, asked of somebody else, or done at once behind broken glass.

Invariants
 1. Sums are counted and the decision is written under the locks of person, case, consumer and shop (advisory, until the commit): two
    decisions at once can't both be the last that fits.
 2. These locks come after all others: call `decide` after every row lock of your verb.
 3. What is decided once for a key is never decided again for it: `Spending` is unique by shop and key.
 4. What is asked is not done. Granting runs what `register` names, in the transaction of the grant (answering.py).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from django.db import connection

from amends.approvals.counting import GRANTED, Matter, lock, note, so_far, weigh
from amends.approvals.hands import check_asker, is_machine, not_to_ask
from amends.approvals.judging import best, glass_up_to
from amends.approvals.models import Approval, Spending
from amends.approvals.money_schema import Rules
from amends.approvals.rules import ACTIONS, REASONS, Because, State, Verdict
from amends.approvals.rules_of_money import rules_on
from amends.approvals.telling import note_step
from amends.cases.models import Case
from amends.kernel import clock
from amends.kernel.refs import new_ref
from amends.kernel.refusals import Conflict, NotYourMove, Unprocessable
from amends.kernel.texts import Text, say
from amends.people.rules import Actor

LONGEST_KEY, LEAST_WHY, MOST_WHY = 70, 4, 500

Run = Callable[[Mapping[str, Any], Actor, Actor, Approval], str]
Words = Callable[[Mapping[str, Any]], Text]
RUNS: dict[str, Run] = {}
WORDS: dict[str, Words] = {}


def register(action: str, run: Run, words: Words | None = None, *, what: str = "") -> None:
    """Granting `action` calls `run(payload, asker, approver, approval)` in the same transaction; it answers what came of it (≤120 signs,
    a reference), and must not call `decide`. `words(payload)` says what granting will do. `what`: only for payloads that name this under
    `what`. Refuses an action that has one already."""
    name = _name(action, what)
    if action not in ACTIONS or RUNS.get(name, run) is not run:
        raise ValueError(f"approvals: {name} is unknown or registered twice")
    RUNS[name] = run
    if words is not None:
        WORDS[name] = words


def run_of(row: Approval) -> Run | None:
    """What granting this approval calls."""
    return RUNS.get(_name(row.action, row.payload["do"].get("what", "")), RUNS.get(row.action))


def words_of(row: Approval) -> Words | None:
    """What says in words what granting this approval does."""
    return WORDS.get(_name(row.action, row.payload["do"].get("what", "")), WORDS.get(row.action))


def _name(action: str, what: str) -> str:
    return f"{action}:{what}" if what else action


def decide(
    action: str,
    *,
    by: Actor,
    merchant_id: int,
    amount_minor: int,
    unit: str,
    payload: Mapping[str, Any],
    key: str,
    case: Case | None = None,
    consumer_id: int | None = None,
    why: str = "",
    break_glass: bool = False,
    counted: bool = True,
) -> Approval | None:
    """None: do it now, it is noted as this person's (or, behind broken glass, is to be reviewed). An Approval: it is asked, do nothing.

    `payload` is what `run` of `register` is given when it is granted: JSON of ids, amounts and codes. `key` names the act: once a shop
    and key. Machines (policy, clock) need nobody. `counted` False: it is only promised, and whoever keeps the promise notes it
    (counting.note). Raises NotYourMove for who may not ask, Conflict for a key that was decided or is being asked, Unprocessable for a
    sum nobody may approve, a unit without weight, and where `why` is wanted and missing.
    """
    _check_call(action, key, amount_minor)
    matter = Matter.of(merchant_id, case, consumer_id)
    if is_machine(by):
        _check_key(merchant_id, key)
        note(by, action, amount_minor, unit, key, matter)
        return None
    user_id = check_asker(by, merchant_id=merchant_id, consumer_id=matter.consumer_id)
    rules = rules_on(clock.now())
    weighed = weigh(rules, amount_minor, unit)
    lock(by, matter)
    _check_key(merchant_id, key)
    found = best(action, by.roles, weighed, so_far(rules, by, matter), rules)
    if found is None:
        raise not_to_ask(ACTIONS[action].words)
    role, because = found
    if not because:
        if counted:
            note(by, action, amount_minor, unit, key, matter)
        return None
    _check_someone_may(rules, action, weighed)
    asked = Approval(
        ref=new_ref("AP"), action=action, amount_minor=amount_minor, unit=unit, **matter._asdict(),
        payload={"do": dict(payload), "key": key, "because": [b.value for b in because], "rules": rules.version},
        asked_by_id=user_id, asked_as=role.value, asked_at=clock.now(), asked_why=_why(why, because, break_glass),
        due_at=clock.now() + timedelta(hours=rules.approvals.answer_hours),
    )  # fmt: skip
    if not break_glass:
        asked.save(force_insert=True)
        note_step("ask", asked, by, case)
        return asked
    check_glass(rules, action, by, weighed)
    asked.state, asked.review_due_at = State.BROKEN.value, clock.now() + timedelta(hours=rules.approvals.review_hours)
    asked.save(force_insert=True)
    note(by, action, amount_minor, unit, key, matter, approval_ref=asked.ref)
    note_step("break_glass", asked, by, case)
    return None


def _check_call(action: str, key: str, amount_minor: int) -> None:
    if not connection.in_atomic_block:
        raise AssertionError("deciding about money belongs to the transaction of what is done")
    if len(key) > LONGEST_KEY or action not in ACTIONS:
        raise ValueError(f"approvals: {action} with key {key}")
    if amount_minor <= 0:
        raise Unprocessable.field("amount", say("金额要大于零。", "The amount is more than nothing."), code="no_amount")


def approval_of(merchant_id: int, key: str) -> Approval | None:
    """What was asked or done behind broken glass for this key, the newest; None where nobody was asked."""
    return Approval.objects.filter(merchant_id=merchant_id, payload__key=key).order_by("-asked_at", "-pk").first()


def check_glass(rules: Rules, action: str, by: Actor, weighed: int) -> None:
    """An emergency within the role's bound, of somebody whose last ones were reviewed and found justified; raises NotYourMove otherwise."""
    if weighed > glass_up_to(action, by.roles, rules):
        raise NotYourMove(
            say("这个金额不能先办后审，请等审批。", "This sum cannot be decided before it is approved; ask and wait."), code="no_glass"
        )
    mine = Approval.objects.filter(asked_by_id=by.user_id, state=State.BROKEN.value)
    if mine.filter(reviewed_at__isnull=True).count() >= rules.approvals.glass_open_most:
        wrong = say("你上一次先办的还没有复核，不能再先办。", "Your last one without approval is not reviewed yet; no other before that.")
        raise NotYourMove(wrong, code="glass_open")
    since = clock.now() - timedelta(days=rules.approvals.glass_pause_days)
    if mine.filter(reviewed_as=Verdict.UNJUSTIFIED.value, reviewed_at__gt=since).exists():
        wrong = say(
            "你有一次先办被认定为不该先办，{n} 天内不能再先办。", "One of yours was found unjustified; none for {n} days after that.",
            n=rules.approvals.glass_pause_days,
        )  # fmt: skip
        raise NotYourMove(wrong, code="glass_paused")


# ── refusals ─────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _check_key(merchant_id: int, key: str) -> None:
    if Spending.objects.filter(merchant_id=merchant_id, key__in=[key, f"{GRANTED}{key}"]).exists():
        raise Conflict(say("这笔钱已经决定过了。", "This sum has been decided already."), code="decided_already")
    open_one = Approval.objects.filter(merchant_id=merchant_id, payload__key=key, state=State.ASKED.value).order_by("pk").first()
    if open_one is not None:
        wrong = say("这笔钱正在等审批（{ref}）。", "This sum waits for approval already ({ref}).", ref=open_one.ref)
        raise Conflict(wrong, code="asked_already")


def _why(why: str, because: list[Because], break_glass: bool) -> str:
    said = why.strip()
    if len(said) < LEAST_WHY:
        first = REASONS[because[0]]
        wrong = say(
            "{reason}，请写明理由，由别人审批。", "Somebody else has to approve, because {reason}: say why it is needed.", reason=first
        )
        if break_glass:
            wrong = say("先办后审，请写明为什么等不及。", "To do it before it is approved, say why it cannot wait.")
        raise Unprocessable.field("why", wrong, code="why_missing")
    if len(said) > MOST_WHY or "\0" in said:
        raise Unprocessable.field("why", say("理由最多 {n} 个字。", "{n} characters at most.", n=MOST_WHY), code="why_too_long")
    return said


def _check_someone_may(rules: Rules, action: str, weighed: int) -> None:
    if weighed > rules.most_approved(action):
        wrong = say("这个金额超过任何人可以批准的上限。", "Nobody may approve as much as this.")
        raise Unprocessable.field("amount", wrong, code="above_everybody")
