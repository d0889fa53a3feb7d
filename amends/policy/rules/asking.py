"""The facts still missing, as questions: and for each answer that could be given, what it would change.

So that nobody answers blindly: 'was the tag taken off?' says that yes would close the return. Decides nothing by itself: it lets the rules
decide with each answer put in. Sums are integer minor units.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Literal, NamedTuple

from amends.kernel.calendars import Calendar
from amends.kernel.texts import Text, say
from amends.policy.rules.checks import ASKED
from amends.policy.rules.decide import decide
from amends.policy.rules.decision import Decision, Question
from amends.policy.rules.facts import Facts, Remedy, Weighing
from amends.policy.rules.stack import Stack

Kind = Literal["yes_no", "share", "grams"]

YES, NO = say("是", "Yes"), say("不是", "No")
SHARES = ((1_000, say("大约一成", "About a tenth")), (2_500, say("大约四分之一", "About a quarter")),
          (5_000, say("一半或更多", "Half or more")))  # fmt: skip
FULL, SHORT = say("足称", "The full weight"), say("短少一成", "A tenth less")
KILOGRAM = 1_000


class Effect(NamedTuple):
    """What one answer would change against not knowing: remedies and claims (by name) that it opens or closes, and sums that change.

    `change_minor` holds the difference for each remedy that is open before and after.
    """

    answer: str
    text: Text
    opens: tuple[Remedy, ...]
    closes: tuple[Remedy, ...]
    change_minor: Mapping[Remedy, int]
    opens_claims: tuple[str, ...] = ()
    closes_claims: tuple[str, ...] = ()

    @property
    def changes_nothing(self) -> bool:
        return not (self.opens or self.closes or self.change_minor or self.opens_claims or self.closes_claims)


class AskedQuestion(NamedTuple):
    """A question with the effect of each answer; `kind` says how it is answered."""

    flag: str
    text: Text
    kind: Kind
    effects: tuple[Effect, ...]


def effects(stack: Stack, facts: Facts, calendar: Calendar, decision: Decision) -> tuple[AskedQuestion, ...]:
    """Every question that `decision` leaves open, its remedies' first and then its claims', with what each answer would change."""
    asked = {question.flag: question for question in decision.missing}
    for claim in decision.claims:
        for question in claim.asks:
            asked.setdefault(question.flag, question)
    return tuple(_asked(stack, facts, calendar, decision, question) for question in asked.values())


def _asked(stack: Stack, facts: Facts, calendar: Calendar, decision: Decision, question: Question) -> AskedQuestion:
    kind: Kind = "yes_no"
    if question.flag == ASKED["bad_share"]:
        kind = "share"
        tried: list[tuple[str, Text, dict[str, Any]]] = [(str(bps), text, {"bad_share_bps": bps}) for bps, text in SHARES]
    elif question.flag == ASKED["short_weight"]:
        kind = "grams"
        tried = [
            ("full", FULL, {"weighing": Weighing(KILOGRAM, KILOGRAM)}),
            ("short", SHORT, {"weighing": Weighing(KILOGRAM, KILOGRAM * 9 // 10)}),
        ]
    else:
        tried = [
            (name, text, {"flags": {**facts.flags, question.flag: said}}) for name, text, said in (("yes", YES, True), ("no", NO, False))
        ]
    found = tuple(_effect(decision, decide(stack, replace(facts, **told), calendar), name, text) for name, text, told in tried)
    return AskedQuestion(question.flag, question.text, kind, found)


def _effect(before: Decision, after: Decision, answer: str, text: Text) -> Effect:
    changes = {
        one.remedy: other.amount_minor - one.amount_minor
        for one, other in zip(before.remedies, after.remedies, strict=False)
        if one.open and other.open and one.amount_minor != other.amount_minor
    }
    was, now = before.open_remedies, after.open_remedies
    had, has = ({claim.name for claim in decision.claims if claim.open} for decision in (before, after))
    return Effect(
        answer, text, tuple(r for r in now if r not in was), tuple(r for r in was if r not in now), changes,
        tuple(sorted(has - had)), tuple(sorted(had - has)),
    )  # fmt: skip
