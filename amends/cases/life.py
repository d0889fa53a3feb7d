"""A row that lives by a table: stage, generation, and the one function that moves it.

`move` is the only writer of a stage. It asks the table, then the guards; writes the stage; notes the step for the timeline; and lets the
followers of LIFECYCLE move other lives in the same commit. What it never does: speak to the outside, or decide what the policy decides.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any, ClassVar, Self

from django.db import models

from amends.cases import acting, hooks
from amends.cases.hands import check_hand
from amends.cases.words import stage_name, verb_name
from amends.kernel import clock
from amends.kernel.parties import Party
from amends.kernel.refusals import Conflict, NoSuchMove, NotYourMove
from amends.kernel.tables import ALARM, BIRTH, Life, Stage
from amends.kernel.texts import say
from amends.people.rules import Actor
from amends.plumbing.tenants import Tenanted

if TYPE_CHECKING:
    from amends.cases.models import Case


class LifeRow(Tenanted):
    """Anything with a table of stages. `generation` counts its turns: a deadline is of one generation and can't fire for another."""

    LIFE: ClassVar[Life]
    AUDIENCE: ClassVar[str] = acting.EVERYBODY
    """Whose eyes its lines are for where a move does not say."""

    stage = models.CharField(max_length=30)
    generation = models.PositiveIntegerField(default=0)
    since = models.DateTimeField()
    made_at = models.DateTimeField()

    class Meta:
        abstract = True

    @property
    def where(self) -> Stage:
        """The row of the table that this life is in."""
        return self.LIFE.stages[self.stage]

    @property
    def awaited(self) -> tuple[Party, ...]:
        """For whom this very life waits now: of the parties that the table names for its stage, all, or the one that it is about."""
        return self.where.waits_for

    @property
    def silences(self) -> tuple[str, ...]:
        """What silence may mean for this very life now: of the verbs that the table names for its stage, all, or those it is about."""
        return self.where.silence

    @property
    def grace(self) -> timedelta:
        """How much longer than its stage's limit says this very life may take, by its nature and nobody's choice."""
        return timedelta(0)

    @property
    def is_over(self) -> bool:
        return self.where.is_over

    @classmethod
    def born(cls, verb: str, by: Actor, *, facts: Mapping[str, Any] | None = None, audience: str = acting.EVERYBODY, **fields: Any) -> Self:
        """A new life begins by `verb`; its birth is a step of the act under way. `fields` are the row's own columns."""
        at = clock.now()
        row = cls(stage=BIRTH, since=at, made_at=at, **fields)
        row.move(verb, by, facts=facts, audience=audience)
        return row

    def move(self, verb: str, by: Actor, *, facts: Mapping[str, Any] | None = None, audience: str = acting.EVERYBODY) -> None:
        """`verb` has happened: new stage, a step for the timeline, followers moved. Raises NoSuchMove, NotYourMove, Conflict."""
        act = acting.current()
        becomes = self._becomes(verb, by)
        self._check_hand(by)
        for guard in hooks.GUARDS[self.LIFE.name, verb]:
            guard(self, by)
        self._check_count(verb)
        came_from, self.stage, known = self.stage, becomes, self.generation
        if becomes != came_from or verb == ALARM:
            self.generation += 1
            self.since = clock.now()
        self._write(born=came_from == BIRTH, known=known)
        self._count(verb)
        act.steps.append(acting.Step(self, verb, by, came_from, becomes, dict(facts or {}), self._seen_by(audience)))
        for follower in hooks.FOLLOWERS[self.LIFE.name, verb]:
            follower(self, by, facts or {})

    def follow(self, verb: str, cause: Actor, *, facts: Mapping[str, Any] | None = None) -> bool:
        """Make `verb` because another life's move asks for it, acting for the party that the table names; False where it can't be made."""
        parties = self.LIFE.who_may(self.stage, verb)
        if not parties:
            return False
        self.move(verb, cause.as_party(cause.party if cause.party in parties else parties[0]), facts=facts)
        return True

    def may(self, verb: str, by: Actor) -> bool:
        """Whether `by` could make this move now, by table, guards and counts."""
        if by.only_reads or self.LIFE.becomes(self.stage, verb, by.party) is None:
            return False
        try:
            for guard in hooks.GUARDS[self.LIFE.name, verb]:
                guard(self, by)
        except NoSuchMove:
            return False
        return self.LIFE.counted.get(verb) is None or not self._used_up(verb, self._own_case())

    def offered(self, by: Actor) -> list[str]:
        """The verbs that `by` may choose here: in the table, with a function behind them, and no guard against them."""
        return [v for v in self.LIFE.verbs(self.stage, by.party) if (self.LIFE.name, v) in hooks.VERBS and self.may(v, by)]

    def _becomes(self, verb: str, by: Actor) -> str:
        becomes = self.LIFE.becomes(self.stage, verb, by.party)
        if becomes is not None:
            return becomes
        asked, stage = verb_name(self.LIFE.name, verb), stage_name(self.LIFE.name, self.stage)
        if self.LIFE.who_may(self.stage, verb):
            raise NotYourMove(say("“{verb}”现在不由你来做。", "It is not for you to “{verb}” now.", verb=asked))
        raise NoSuchMove(
            say("售后单现在处于“{stage}”，不能“{verb}”。", "At this stage ({stage}) nobody can “{verb}”.", stage=stage, verb=asked)
        )

    def _check_hand(self, by: Actor) -> None:
        """Asked once for each person, side and case of an act."""
        case, known = self._held_case(), acting.current().hands
        hand = (by.user_id or 0, by.party.value, case.pk)
        if hand not in known:
            check_hand(case, by)
            known.add(hand)

    def _write(self, *, born: bool, known: int) -> None:
        if born:
            self.save(force_insert=True)
            return
        changed = (
            type(self)
            ._default_manager.filter(pk=self.pk, merchant_id=self.merchant_id, generation=known)
            .update(stage=self.stage, generation=self.generation, since=self.since)
        )
        if changed != 1:
            raise Conflict(say("刚刚有人先处理了，请刷新后再看。", "Somebody was faster. Reload to see the present state."))

    def tell(self, what: str, by: Actor, *, facts: Mapping[str, Any] | None = None, audience: str = acting.EVERYBODY) -> None:
        """Something happened that is no move (evidence, a rating): a line for the timeline, heard by listeners like any other."""
        acting.current().steps.append(acting.Step(self, what, by, self.stage, self.stage, dict(facts or {}), self._seen_by(audience)))

    def _seen_by(self, audience: str) -> str:
        return self.AUDIENCE if audience == acting.EVERYBODY else audience

    def _held_case(self) -> Case:
        return acting.current().cases[self.case_id]  # type: ignore[attr-defined]

    def _own_case(self) -> Case:
        return self.case  # type: ignore[attr-defined,no-any-return]

    def count_key(self, verb: str) -> str:
        """Under which name its case counts this verb."""
        name = self.LIFE.counted[verb]
        return name if self.LIFE.name == "case" else f"{self.LIFE.name}:{self.pk}:{name}"

    def _used_up(self, verb: str, case: Case) -> bool:
        return bool(case.counts.get(self.count_key(verb), 0) >= case.terms.count(self.LIFE.counted[verb]))

    def _check_count(self, verb: str) -> None:
        """A counted verb may be made only as often as the case's own terms say (LIFECYCLE 14). Asked before anything is written: a caller
        that lives with the refusal must find the row as it was."""
        name = self.LIFE.counted.get(verb)
        if name is not None and self._used_up(verb, self._held_case()):
            wrong = say("“{verb}”最多 {n} 次，已经用完。", "“{verb}” can be done {n} times at most, and has been.",
                        verb=verb_name(self.LIFE.name, verb), n=self._held_case().terms.count(name))  # fmt: skip
            raise NoSuchMove(wrong, code="count_used_up")

    def _count(self, verb: str) -> None:
        if verb in self.LIFE.counted:
            counts, key = self._held_case().counts, self.count_key(verb)
            counts[key] = counts.get(key, 0) + 1
