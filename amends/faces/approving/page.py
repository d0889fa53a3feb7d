"""What the pages of approvals show: rows of the list, and one approval with what it will do, what bounds it and what became of it.

Not who may do what: queries.may says that, and the verbs decide.
"""

from __future__ import annotations

from typing import Any

from amends.approvals import queries, words
from amends.approvals.counting import Matter, so_far
from amends.approvals.hands import asker_of
from amends.approvals.judging import SoFar
from amends.approvals.models import Approval
from amends.approvals.money_schema import Rules
from amends.approvals.rules import ACTIONS, VERDICTS, Because, State
from amends.approvals.rules_of_money import rules_on
from amends.cases.models import Case
from amends.kernel import clock
from amends.kernel.parties import Party
from amends.kernel.texts import Text, say
from amends.market.models import Consumer
from amends.people.rules import ROLES, Actor, Role

VIEWS: dict[str, Text] = {
    "waiting": say("等审批", "Waiting"),
    "mine": say("我申请的", "Asked by me"),
    "ended": say("已有结果", "Answered"),
    "alarms": say("先办后审的警报", "Alarms"),
}
LAPSES = say("申请失效，钱不会动", "the request lapses and no money moves")
RINGS = say("警报升级，经办人不能再先办", "an alarm is raised, and no other may be done first")


def rows_of(found: list[Approval], by: Actor) -> list[dict[str, Any]]:
    """The approvals as rows of the list, each with its case. One query more."""
    cases = {case.pk: case for case in Case.objects.filter(pk__in=[row.case_id for row in found if row.case_id])}
    return [
        {
            "row": row, "action": words.action_words(row), "sum": words.sum_words(row.amount_minor, row.unit),
            "state": words.state_words(row), "kind": words.state_kind(row),
            "case": cases.get(row.case_id or 0), "mine": row.asked_by_id == by.user_id,
            "as": words.asked_as(row), "due": _due(row),
        }
        for row in found
    ]  # fmt: skip


def _due(row: Approval) -> Any:
    """The instant that somebody is waited for, None where nobody is."""
    if row.state == State.ASKED.value:
        return row.due_at
    return row.review_due_at if row.state == State.BROKEN.value and row.reviewed_at is None else None


def one(row: Approval, by: Actor) -> dict[str, Any]:
    """Everything that the page of one approval says."""
    rules = rules_on(clock.now())
    shop = row.asked_as == Role.MERCHANT.value
    return {
        **rows_of([row], by)[0], "row": row, "does": queries.what_it_does(row), "reasons": words.reasons(row), "may": queries.may(row, by),
        "consumer": Consumer.objects.filter(pk=row.consumer_id).first() if row.consumer_id else None,
        "bounds": _bounds(row, rules_on(row.asked_at)), "entries": _history(row),
        "verdicts": [(v.value, text) for v, text in VERDICTS.items()],
        "turn": _turn(row, shop=shop), "rules": row.payload["rules"], "approvers": _approvers(row, rules),
    }  # fmt: skip


def _turn(row: Approval, *, shop: bool) -> dict[str, Any]:
    party = Party.MERCHANT if shop else Party.PLATFORM
    if row.state == State.ASKED.value:
        whom = say("等店里另一个人审批", "Waits for a colleague") if shop else say("等另一个人审批", "Waits for somebody else")
        return {"party": party, "words": whom, "due": row.due_at, "silence": LAPSES}
    if row.state == State.BROKEN.value and row.reviewed_at is None:
        return {"party": party, "words": say("等另一个人复核", "Waits for a review"), "due": row.review_due_at, "silence": RINGS}
    return {"party": None, "words": words.state_words(row)}


def _approvers(row: Approval, rules: Rules) -> list[Text]:
    """The roles that could approve this sum."""
    weighed = rules.weighed(row.amount_minor, row.unit) or 0
    limits = [(role, rules.limit(role, row.action)) for role in Role if role in ACTIONS[row.action].approves]
    names = [ROLES[role].name for role, limit in limits if limit and weighed <= limit.approves_minor]
    return [name for name in names if name is not ROLES[Role.MERCHANT].name or row.asked_as == Role.MERCHANT.value]


def _bounds(row: Approval, rules: Rules) -> list[dict[str, Any]]:
    """Each bound that counts here, of the rules under which it was asked; while it waits, also what has been used until now."""
    waits = row.state == State.ASKED.value
    asker = asker_of(row) if waits else None
    used = so_far(rules, asker, Matter.about(row)) if asker else SoFar({})
    limit = rules.limit(Role(row.asked_as), row.action)
    found = (
        [(Because.ALONE, 0, limit.alone_minor), (Because.DAY, used.day(limit), limit.per_day_minor)] if limit else [(Because.ALONE, 0, 0)]
    )
    if ACTIONS[row.action].gift:
        found += [(Because.CASE, used.case or 0, rules.goodwill.per_case_minor)] if row.case_id else []
        found += [(Because.CONSUMER, used.consumer or 0, rules.goodwill.per_consumer_minor)] if row.consumer_id else []
        if row.asked_as == Role.MERCHANT.value:
            found.append((Because.MERCHANT, used.merchant, rules.goodwill.per_merchant_day_minor))
    return [
        {
            "name": BOUNDS[why], "used": words.sum_words(before, rules.currency), "bound": words.sum_words(most, rules.currency),
            "over": why.value in row.payload["because"], "alone": why is Because.ALONE or not waits, "none": not most,
        }
        for why, before, most in found
    ]  # fmt: skip


BOUNDS: dict[Because, Text] = {
    Because.ALONE: say("经办人一次", "The asker, at once"),
    Because.DAY: say("经办人今天", "The asker, today"),
    Because.CASE: say("这份售后单", "This case"),
    Because.CONSUMER: say("这位消费者近期", "This consumer of late"),
    Because.MERCHANT: say("店铺今天", "The shop, today"),
}


def _history(row: Approval) -> list[dict[str, Any]]:
    """What happened to it, newest first."""
    side = ROLES[Role(row.asked_as)].party.value
    broke = row.state == State.BROKEN.value
    asked = say("未批先办了这笔钱", "decided it without approval") if broke else say("申请审批", "asked for approval")
    found = [_entry(row, side, row.asked_by.name, asked, row.asked_at, row.asked_why)]
    if row.decided_at is not None:
        by = row.decided_by.name if row.decided_by else row.asked_by.name if row.state == State.WITHDRAWN.value else ""
        party = "platform" if row.decided_by else side if row.state == State.WITHDRAWN.value else "clock"
        found.append(_entry(row, party, by, ENDED[State(row.state)], row.decided_at, row.decided_why))
    if row.reviewed_at is not None and row.reviewed_by is not None:
        found.append(_entry(row, "platform", row.reviewed_by.name, words.state_words(row), row.reviewed_at, row.reviewed_why))
    return found[::-1]


ENDED: dict[State, Text] = {
    State.GRANTED: say("批准了，并已照办", "approved it, and it was done"),
    State.REFUSED: say("没有批准", "turned it down"),
    State.WITHDRAWN: say("撤回了", "withdrew it"),
    State.LAPSED: say("到时没有人批，已失效", "Nobody answered in time; it lapsed"),
    State.VOID: say("事情已了，不再需要", "No longer needed"),
}


def _entry(row: Approval, party: str, who: str, verb: Text, at: Any, body: str) -> dict[str, Any]:
    return {"party": party, "who": who, "verb": verb, "at": at, "body": body, "audience": "", "id": f"{row.ref}-{verb.en[:4]}"}
