"""A quarter that people of all tempers live through: claims, answers, quarrels and silence at random instants, in stepped time.

Everybody acts by the public verbs alone and chooses among what the house says they may do (quarter_hands.py); clock, worker and gateway
do their part at every instant at which something is due. The same seed plays the same quarter. Then everybody falls silent; then those
whom an alarm calls come. What must hold is asked by quarter_judge.py.
"""

from __future__ import annotations

import heapq
import random
from collections import Counter
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import count
from typing import TypeVar

from django.db import connection

from amends.approvals import answering as approvals
from amends.approvals import lapsing
from amends.approvals.models import Approval
from amends.cases import clockwork
from amends.cases.models import Case, Deadline, Entry
from amends.cases.verbs import ending
from amends.cases.verbs.applying import apply
from amends.compensation import clockwork as vouchers
from amends.kernel import clock
from amends.kernel.parties import Party
from amends.kernel.refusals import Refusal
from amends.kernel.tables import ALARM
from amends.liability import clockwork as deductions
from amends.management.commands.clock import make_months
from amends.market.models import Tender
from amends.people.rules import Actor
from amends.plumbing import jobs
from amends.plumbing.shards import WHOLE
from amends.refunds.jobs import collect_answers
from amends.refunds.models import Refund
from amends.replacements import debts
from amends.rulings.models import Appeal, Review
from tests.proofs import quarter_hands as hands
from tests.proofs.quarter_claims import an_application
from tests.proofs.quarter_money import Banks, MoodyTill
from tests.proofs.quarter_people import CALLED, DAY, HOUR, People, Someone, people, there_at

T = TypeVar("T")
START = datetime(2026, 4, 1, 1, 0, tzinfo=UTC)
"""Three months from here have Qingming, the days of May and the dragon boats in them."""
QUARTER, CLAIMED_FOR = timedelta(days=91), timedelta(days=70)
SILENCE, MOST_SILENCES = timedelta(days=20), 14
"""Longer than the longest chain of limits: a part that does not come for ninety days, a trial of a repair, and more, are among them."""
RINGS = 3
"""So often an alarm rings until somebody comes."""
MOST_LOOKS, AGAIN, MEDDLES, TRIES, CHARGED_BACK, APPROVED = 3, 0.4, 0.05, 3, 0.03, 0.75
OPEN_REFUNDS = ("intended", "frozen", "sent", "unknown", "failed")


class Broken(AssertionError):
    """Something that must never be has happened: with the seed, the case, and its timeline."""


@dataclass(frozen=True)
class Called:
    """In the silence an alarm rang again and again under this limit, until somebody of the side that it names came."""

    case_id: int
    limit: str
    waits_for: str


@dataclass(order=True)
class Planned:
    """Something that happens at an instant. `house`: not by a person, so that it happens in the silence, too."""

    at: datetime
    number: int
    run: Callable[[], None] = field(compare=False)
    house: bool = field(compare=False, default=False)


class Quarter:
    """One quarter of `cases` claims. Afterwards `made` and `refused` count what people did, `filed` has the claims, `said` every mark of
    a sentence that was taken, with its case and party, and `seen` since when each deadline was there."""

    def __init__(self, seed: int, cases: int, time: clock.Stepped, till: MoodyTill) -> None:
        self.seed, self.cases, self.time, self.till = seed, cases, time, till
        self.dice = random.Random(seed)
        till.dice = random.Random(seed + 1)
        self.agenda: list[Planned] = []
        self.numbers = count()
        self.made: Counter[hands.Key] = Counter()
        self.refused: Counter[tuple[str, str, str]] = Counter()
        self.filed: list[int] = []
        self.said: list[tuple[str, int, Party]] = []
        self.seen: dict[int, datetime] = {}
        self.looks: Counter[int] = Counter()
        self.people: People = people(self.dice, cases)
        self.last, self.silent, self.hour_planned = 0, False, False
        self.now_at = 0
        self.woken = time.at
        self.banks = Banks(till, self.dice, self._plan_house)
        self.rings: Counter[tuple[str, int]] = Counter()
        self.called: list[Called] = []

    # ── the whole of it ──────────────────────────────────────────────────────────────────────────────────────────────────────

    def lives_through(self) -> None:
        """The quarter, the silence, and those who were called."""
        for _ in range(self.cases):
            at = self.time.at + CLAIMED_FOR * self.dice.random()
            buyer = self.dice.choice(list(self.people.consumers.values()))
            self.plan(there_at(buyer.temper, at), partial(self.claims, buyer))
        self.plan(self.time.at, self._day, house=True)
        # Inside of a transaction nothing commits, and jobs have to be rows to be run.
        with nullcontext() if connection.in_atomic_block else jobs.kept_here():
            self.run(self.time.at + QUARTER)
            self.falls_silent()

    def falls_silent(self) -> None:
        """Nobody acts any more but whom an alarm has called: clock, worker, gateway and banks alone, until all is over."""
        self.silent = self.till.behaves = True
        self.agenda = [one for one in self.agenda if one.house]
        heapq.heapify(self.agenda)
        for _ in range(MOST_SILENCES):
            if not Deadline.objects.filter(ended_at__isnull=True).exists():
                break
            self.run(self.time.at + SILENCE)

    # ── time ─────────────────────────────────────────────────────────────────────────────────────────────────────────────────

    def plan(self, at: datetime, run: Callable[[], None], *, house: bool = False) -> None:
        heapq.heappush(self.agenda, Planned(at, next(self.numbers), run, house))

    def _plan_house(self, at: datetime, run: Callable[[], None]) -> None:
        self.plan(at, run, house=True)

    def run(self, until: datetime) -> None:
        """Everything that was planned, fell due or followed from that has happened up to `until`."""
        while True:
            due = self._next_due()
            planned = self.agenda[0].at if self.agenda else None
            at = min((one for one in (due, planned) if one is not None), default=None)
            if at is None or at > until:
                break
            self.time.until(at)
            if due is not None and due <= at:
                self._tick()
            else:
                self._guarded(self.now_at, "something planned", heapq.heappop(self.agenda).run)
            self._settle()
        self.time.until(until)

    def _tick(self) -> None:
        """The clock's second: what is due has happened when it is over, and nobody was forgotten."""
        clockwork.tick()
        for row in clockwork.due_rows():
            self._guarded(row.case_id, "the clock's own move", partial(clockwork.fire, row.id, row.case_id))
            raise self.broken(row.case_id, f"deadline {row.id} is due and the clock does not move it")

    def _next_due(self) -> datetime | None:
        """When a limit ends next. Reminders are left out: half of all lines would be theirs, and test_reminders.py is about them."""
        rows = Deadline.objects.filter(ended_at__isnull=True, paused_since__isnull=True)
        return rows.order_by("due_at").values_list("due_at", flat=True).first()

    def _settle(self) -> None:
        """Worker and gateway have done their part, and whoever is waited for now will look at it some time."""
        ran = self._guarded(self.now_at, "a job", jobs.drain)
        while ran and Refund.objects.filter(stage__in=("sent", "unknown")).exists() and collect_answers():
            ran = self._guarded(self.now_at, "a job", jobs.drain)
        if self.banks.post() or ran:
            self._plan_hour()
        self._wake()

    def _day(self) -> None:
        """What the clock does beside deadlines, and a supervisor who looks at what waits for a second person; every other day."""
        make_months(self.time.at.date())
        vouchers.tick()
        deductions.deduct_all()
        deductions.call_all()
        lapsing.tick(WHOLE)
        debts.remind_due(shard=WHOLE)
        ending.sweep()
        for row in Approval.objects.filter(state="asked").order_by("pk"):
            self._approve(row)
        self.plan(self.time.at + 2 * DAY, self._day, house=True)

    def _approve(self, row: Approval) -> None:
        who = self.dice.choice(self.people.supervisors).actor
        try:
            if self.dice.random() < APPROVED:
                approvals.approve(row.ref, by=who)
            else:
                approvals.refuse(row.ref, by=who, why="this is not what was agreed")
        except Refusal as no:
            self.refused["approval", "answer", no.code] += 1

    def _hour(self) -> None:
        """Refunds without an answer are asked for, failed ones tried again after their pause."""
        self.hour_planned = False
        collect_answers()
        self._plan_hour()

    def _plan_hour(self) -> None:
        if not self.hour_planned and Refund.objects.filter(stage__in=OPEN_REFUNDS).exists():
            self.hour_planned = True
            self.plan(self.time.at + 6 * HOUR, self._hour, house=True)

    # ── people ───────────────────────────────────────────────────────────────────────────────────────────────────────────────

    def claims(self, buyer: Someone) -> None:
        """A claim of this buyer, if the policy leaves anything open for what was drawn."""
        application = an_application(buyer.actor, self.dice.choice(list(self.people.shops)), self.dice)
        if application is None:
            return
        for ref, minor in Tender.objects.filter(order__ref=application.order).values_list("ref", "captured_minor"):
            self.till.captured[ref] = minor
        try:
            case = apply(application, by=buyer.actor)
        except Refusal as no:
            self.refused["case", "apply", no.code] += 1
            return
        self.made["case", "apply"] += 1
        self.filed.append(case.pk)
        self.said.append((application.words.split()[0], case.pk, Party.CONSUMER))
        if self.dice.random() < CHARGED_BACK:
            tender = Tender.objects.filter(order_id=case.order_id).order_by("position")[0]
            self._plan_house(self.time.at + DAY * self.dice.uniform(0.1, 12), partial(self.banks.take_back, tender))

    def _wake(self) -> None:
        """Of every case in which something happened: whoever is waited for anew will look, and now and then somebody else does."""
        since, self.woken = self.woken, self.time.at
        lines = list(Entry.objects.filter(id__gt=self.last, made_at__gte=since).order_by("id").values_list("id", "case_id"))
        if not lines:
            return
        self.last = lines[-1][0]
        changed = sorted({case_id for _, case_id in lines if case_id is not None})
        for row in Deadline.objects.filter(case_id__in=changed, ended_at__isnull=True).order_by("pk"):
            if row.pk not in self.seen:
                self.seen[row.pk] = self.time.at
                self._begins(row)
        for case_id in [] if self.silent else changed:
            if self.dice.random() < MEDDLES:
                party = self.dice.choice([Party.CONSUMER, Party.MERCHANT, Party.PLATFORM, Party.PLATFORM, Party.ARBITER])
                at = there_at(CALLED, self.time.at + HOUR * self.dice.uniform(0.5, 60))
                self.plan(at, partial(self._look, party, case_id, None))

    def _begins(self, row: Deadline) -> None:
        """Somebody is waited for from now on: they will look; and where an alarm has rung often enough, somebody comes."""
        case_id, focus = row.case_id or 0, (row.life, row.life_id)
        if row.silence == ALARM:
            self.rings[focus] += 1
            if self.rings[focus] > RINGS and not row.paused_since:
                party = Party(self.dice.choice(row.waits_for.split(",")))
                self.called += [Called(case_id, f"{row.life}.{row.limit}", row.waits_for)] if self.silent else []
                self.plan(self.time.at + HOUR, partial(self._comes, party, case_id, focus), house=True)
        for party_ in [] if row.backstop or self.silent else row.waits_for.split(","):
            self._expect(Party(party_), case_id, focus, row.pk)

    def _comes(self, party: Party, case_id: int, focus: tuple[str, int]) -> None:
        """Somebody whom an alarm called looks at it; where money only waits to be told where to, they ask its consumer, who says so."""
        case = Case.objects.get(pk=case_id)
        if focus[0] == "refund" and hands.waits_for_a_payee(case):
            self._pressed(case, self.people.consumers[case.consumer_id].actor, hands.Choice(hands.PAYEE, None, 1.0))
        else:
            self._look(party, case_id, focus, called=True)

    def _expect(self, party: Party, case_id: int, focus: tuple[str, int], deadline: int) -> None:
        """This side will look at it at an instant of its own, or let it pass."""
        who = self._who(party, Case.objects.only("consumer_id", "merchant_id").get(pk=case_id))
        if who is None or self.dice.random() < who.temper.silent or self.looks[deadline] >= MOST_LOOKS:
            return
        self.looks[deadline] += 1
        at = there_at(who.temper, self.time.at + HOUR * self.dice.uniform(*who.temper.hours))

        def run() -> None:
            self._look(party, case_id, focus)
            if self.dice.random() < AGAIN and Deadline.objects.filter(pk=deadline, ended_at__isnull=True).exists():
                self._expect(party, case_id, focus, deadline)

        self.plan(at, run)

    def _who(self, party: Party, case: Case) -> Someone | None:
        crowd = self.people
        if party is Party.CONSUMER:
            return crowd.consumers[case.consumer_id]
        if party is Party.MERCHANT:
            return self.dice.choice(crowd.shops[case.merchant_id])
        if party is Party.PLATFORM:
            return self.dice.choice([*crowd.agents, *crowd.supervisors])
        if party is Party.ARBITER:
            return crowd.arbiter(_judge_of(case), self.dice)
        return {Party.CARRIER: crowd.carrier, Party.SUPPLIER: crowd.supplier}.get(party)

    def _look(self, party: Party, case_id: int, focus: tuple[str, int] | None, *, called: bool = False) -> None:
        """Somebody of this side opens the case and presses a button of those that are there; refused, another one."""
        for _ in range(TRIES):
            case = Case.objects.select_related("merchant", "order", "decision", "consumer").get(pk=case_id)
            who = self._who(party, case)
            if who is None:
                return
            if called:
                choice = hands.chosen(case, who.actor, CALLED.likes, focus, self.dice, at_ease=False)
            else:
                choice = hands.chosen(case, who.actor, who.temper.likes, focus, self.dice)
            if choice is None or self._pressed(case, who.actor, choice):
                return

    def _pressed(self, case: Case, by: Actor, choice: hands.Choice) -> bool:
        scene = hands.Scene(case, by, self.dice, self.people)
        self.now_at = case.pk
        try:
            made = hands.make(scene, choice)
        except Refusal as no:
            self.refused[(*choice.key, no.code)] += 1
            return False
        except Exception as fault:
            raise self.broken(case.pk, f"{'.'.join(choice.key)} by {by.party.value}: {type(fault).__name__}: {fault}") from fault
        self.made[choice.key] += 1
        # What begins another case (taken up again, split off) is said in that one.
        about = made.pk if isinstance(made, Case) else case.pk
        self.said += [(mark, about, by.party) for mark in scene.said]
        return True

    # ── when something is wrong ──────────────────────────────────────────────────────────────────────────────────────────────

    def _guarded(self, case_id: int, what: str, run: Callable[[], T]) -> T:
        try:
            return run()
        except Broken:
            raise
        except Exception as fault:
            raise self.broken(case_id, f"{what}: {type(fault).__name__}: {fault}") from fault

    def broken(self, case_id: int, what: str) -> Broken:
        """The fault with all that it takes to see it again."""
        again = f"PROOF_SEED={self.seed} PROOF_CASES={self.cases} pytest tests/proofs/test_quarter.py"
        return Broken(f"{what}\nat {self.time.at:%F %T}Z; again: {again}\n{timeline(case_id)}")


def timeline(case_id: int) -> str:
    """The case with its timeline, a line for each entry."""
    case = Case.objects.filter(pk=case_id).first()
    if case is None:
        return "no case"
    lines = [
        f"  {e.number:3} {e.made_at:%m-%d %H:%M} {e.party:9} {e.life}.{e.verb} {e.came_from}>{e.went_to} "
        + " ".join(f"{k}={v}" for k, v in e.facts.items() if k not in ("digest", "digest_en", "text"))[:160]
        for e in Entry.objects.filter(case_id=case_id).order_by("number")
    ]
    open_ones = Deadline.objects.filter(case_id=case_id, ended_at__isnull=True).order_by("due_at")
    waits = [f"  waits: {d.life}.{d.limit} {d.waits_for} until {d.due_at:%m-%d %H:%M} then {d.silence}" for d in open_ones]
    return "\n".join([f"case {case.pk} {case.ref} ({case.issue}, {case.remedy}) in {case.stage}", *lines, *waits])


def _judge_of(case: Case) -> int | None:
    appeal = Appeal.objects.filter(case_id=case.pk, stage__in=Appeal.LIFE.open_stages).order_by("-pk").first()
    if appeal is not None:
        return appeal.examiner_id
    review = Review.objects.filter(case_id=case.pk, stage__in=Review.LIFE.open_stages).order_by("-pk").first()
    if review is None:
        return None
    return review.second_reader_id if review.stage == "second_reading" else review.arbiter_id
