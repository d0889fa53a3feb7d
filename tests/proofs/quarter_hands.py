"""What the house says somebody may do in a case now, and how much anybody wants to (a_quarter.py).

The buttons are `offered` of each life that is open, as on every page; beside them what nobody finds on a life that is there already
(an offer, a task, a complaint, a merger), by the question that its own page asks.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from amends.cases import hooks
from amends.cases.life import LifeRow
from amends.cases.models import Case, Deadline
from amends.cases.verbs import extending, merging, reopening, splitting
from amends.complaints.verbs import file_complaint
from amends.deliveries.verbs import asking as enquiries
from amends.kernel.parties import Party
from amends.kernel.refusals import Refusal
from amends.liability.verbs import charging
from amends.people.rules import Actor
from amends.refunds.models import Refund
from amends.refunds.payees import give_payee
from amends.repairs import consulting, loans
from amends.repairs.models import Loan, Repair
from amends.rulings import appealing
from amends.rulings import verbs as rulings
from amends.rulings.models import Appeal, Review
from amends.rulings.verbs.accepting import may_accept
from amends.talks import conversation, offering
from amends.tasks.verbs import give_task
from tests.proofs.quarter_fields import FIELDS, SIDES, STAFF, Key, Scene, act, free_mix

# ── what begins something ────────────────────────────────────────────────────────────────────────────────────────────────────


def _extend(scene: Scene) -> Any:
    rows = [row for row in extending.running(scene.case) if extending.may_ask(scene.case, row, scene.by)]
    limit = scene.dice.choice(rows).limit if rows else "merchant_answers"
    return extending.ask_extension(scene.case.ref, limit=limit, hours=scene.dice.randrange(1, 60), words=scene.words(), by=scene.by)


def _merge(scene: Scene) -> Any:
    others = Case.objects.filter(order_id=scene.case.order_id, closed_at__isnull=True).exclude(pk=scene.case.pk).order_by("pk")
    return merging.merge(scene.case.ref, into=scene.dice.choice(list(others)).ref, words=scene.words(), by=scene.by)


def _split(scene: Scene) -> Any:
    line = max(scene.case.decision.answer["lines"], key=lambda one: len(one["units"]))
    parts = [splitting.Part(line["position"], scene.dice.randrange(1, max(2, len(line["units"]))))]
    return splitting.split_off(scene.case.ref, parts=parts, words=scene.words(), by=scene.by)


def _complain(scene: Scene) -> Any:
    number = f"12315-{scene.dice.randrange(10**9)}"
    return file_complaint(scene.case.ref, authority="12315", number=number, words=scene.words(), by=scene.by)


def _charge(scene: Scene) -> Any:
    bearer = scene.dice.choice(scene.people.bearers)
    minor = max(1, scene.case.claimed_minor * scene.dice.randrange(5, 60) // 100)
    return charging.ask_bearer(
        scene.case.ref, party=bearer.kind, bearer=bearer.ref, amount_minor=minor, what="refund", words=scene.words(), by=scene.by
    )


def _lend(scene: Scene) -> Any:
    row = Repair.objects.filter(case_id=scene.case.pk).latest("pk")
    return loans.promise_loan(row.ref, by=scene.by)


def _want_proof(scene: Scene) -> Any:
    row = _open_review(scene.case)
    assert row is not None
    return rulings.request_proof(row.ref, party=scene.dice.choice(SIDES).value, words=scene.words(), by=scene.by)


def _reply_appeal(scene: Scene) -> Any:
    row = Appeal.objects.filter(case_id=scene.case.pk).latest("pk")
    return appealing.reply_appeal(row.ref, words=scene.words(), by=scene.by)


@dataclass(frozen=True)
class Begin:
    """Something that is on no life's own buttons: by whom, whether its page offers it now, and how it is done."""

    by: tuple[Party, ...]
    may: Callable[[Case, Actor], bool]
    do: Callable[[Scene], Any]
    often: float


def _open_review(case: Case) -> Review | None:
    return Review.objects.filter(case_id=case.pk, stage__in=Review.LIFE.open_stages).order_by("pk").first()


def _may_merge(case: Case, by: Actor) -> bool:
    alone = Case.objects.filter(order_id=case.order_id, closed_at__isnull=True).exclude(pk=case.pk)
    return case.LIFE.becomes(case.stage, "merge", by.party) is not None and alone.exists()


def _fits(check: Callable[[Case], None]) -> Callable[[Case, Actor], bool]:
    """Whether the check of a page lets the case pass."""

    def may(case: Case, by: Actor) -> bool:
        try:
            check(case)
        except Refusal:
            return False
        return True

    return may


def _may_lend(case: Case, by: Actor) -> bool:
    row = Repair.objects.filter(case_id=case.pk).order_by("-pk").first()
    return row is not None and loans.may_lend(row) and not Loan.objects.filter(repair=row).exists()


PAYEE = ("case", "give_payee")


def waits_for_a_payee(case: Case) -> bool:
    """Whether money of the case waits until its consumer says where to."""
    return Refund.objects.filter(case_id=case.pk, way="bank", payee__isnull=True, stage="intended").exists()


BEGINS: dict[Key, Begin] = {
    PAYEE: Begin((Party.CONSUMER,), lambda case, by: waits_for_a_payee(case),
                 lambda s: give_payee(s.case.ref, way="credit", by=s.by, consents=True), 2.0),
    ("offer", "offer"): Begin(
        SIDES, offering.may_offer, lambda s: offering.offer(s.case.ref, parts=free_mix(s), words=s.words(), by=s.by), 0.6
    ),
    ("offer", "mediate"): Begin(
        STAFF, offering.may_offer, lambda s: offering.mediate(s.case.ref, parts=free_mix(s), words=s.words(), by=s.by), 0.8
    ),
    ("extension", "ask_extension"): Begin(
        (*SIDES, *STAFF), lambda case, by: any(extending.may_ask(case, row, by) for row in extending.running(case)), _extend, 0.4
    ),
    ("case", "reopen"): Begin((Party.CONSUMER, Party.PLATFORM), _fits(reopening.check_reopening),
                              lambda s: reopening.reopen(s.case.ref, words=s.words(), by=s.by), 0.5),
    ("case", "merge"): Begin((Party.PLATFORM,), _may_merge, _merge, 4.0),
    ("case", "split_off"): Begin((Party.PLATFORM,), _fits(splitting.check_splitting), _split, 2.0),
    ("task", "give_task"): Begin(STAFF, lambda case, by: not case.is_over,
                                 lambda s: give_task(s.case.ref, department=FIELDS["department"](s), words=s.words(), by=s.by), 0.4),
    ("complaint", "file_complaint"): Begin((Party.PLATFORM,), lambda case, by: not case.is_over, _complain, 0.8),
    ("delivery", "enquire"): Begin((Party.CONSUMER, Party.MERCHANT), enquiries.may_enquire,
                                   lambda s: enquiries.enquire(s.case.ref, words=s.words(), by=s.by), 0.8),
    ("charge_back_to", "ask_bearer"): Begin((Party.PLATFORM,), lambda case, by: case.stage in ("executing", "closed"), _charge, 0.6),
    ("consultation", "call_expert"): Begin(
        STAFF, lambda case, by: not case.is_over, lambda s: consulting.call_expert(s.case.ref, skill="phone", why=s.words(), by=s.by), 0.2
    ),
    ("loan", "promise_loan"): Begin((Party.MERCHANT,), _may_lend, _lend, 0.8),
    ("talk", "say"): Begin((*SIDES, *STAFF), conversation.may_say, lambda s: conversation.say(s.case.ref, words=s.words(), by=s.by), 0.15),
    ("review", "request_proof"): Begin(
        (Party.ARBITER,),
        lambda case, by: (row := _open_review(case)) is not None and bool(row.LIFE.who_may(row.stage, "submit")), _want_proof, 0.5,
    ),
    ("appeal", "reply_appeal"): Begin(
        SIDES, lambda case, by: case.stage == "appealed" and Appeal.objects.filter(case_id=case.pk).exists(), _reply_appeal, 0.6
    ),
    ("case", "accept_ruling"): Begin(SIDES, may_accept, lambda s: rulings.accept_ruling(s.case.ref, by=s.by), 0.8),
}  # fmt: skip


# ── what may be done now ─────────────────────────────────────────────────────────────────────────────────────────────────────

WEIGHTS: Mapping[str, float] = {
    "withdraw": 0.06, "ask_person": 0.03, "submit": 0.25, "reassign": 0.15, "destroy": 0.05, "cancel_pickup": 0.1, "bring_back": 0.1,
    "declare_lost": 0.12, "leave_unclaimed": 0.15, "retract": 0.15, "miss_pickup": 0.2, "ask_proof": 0.5, "drop": 0.1, "withdraw_task": 0.2,
    "discard": 0.1, "order_test": 0.3, "ask_more": 0.3, "raise_task": 0.3, "raise_complaint": 0.8, "unmerge": 0.5, "settle_books": 0.1,
    "book_pickup": 0.4, "give_up": 0.4, "fetch_back": 0.3, "lead_elsewhere": 0.3, "keep_both": 0.3, "decline_extension": 0.6,
    "draft_ruling": 0.5, "close_round": 0.5, "pass_to": 0.3, "pass_task": 0.5, "ask_again": 1.0, "bring_up": 0.2, "report_wrong": 0.3,
    "send_back": 0.6, "appeal": 0.4,
}  # fmt: skip
OF_PLATFORM: Mapping[str, float] = {"call_platform": 0.04, "ask_merchant": 1.0, "merge": 0.0}
FOCUS, AT_EASE, DRAWN = 5.0, 0.25, 3


@dataclass(frozen=True)
class Choice:
    """One button: on this row, or one that begins something (row None)."""

    key: Key
    row: LifeRow | None
    weight: float


def chosen(
    case: Case, by: Actor, likes: Mapping[str, float], focus: tuple[str, int] | None, dice: random.Random, *, at_ease: bool = True
) -> Choice | None:
    """One of all that `by` may do in this case now, as the house says; None where there is nothing. `focus`: the life that waits for them,
    which they look at first; somebody not `at_ease` looks at nothing else."""
    found = _begin(case, by, likes, dice) if at_ease and dice.random() < AT_EASE else None
    if found is not None:
        return found
    there = buttons(case, by, likes, focus)
    if not at_ease:
        there = [one for one in there if one.row is not None and (one.key[0], one.row.pk) == focus] or there
    return dice.choices(there, [one.weight for one in there])[0] if there else None


def buttons(case: Case, by: Actor, likes: Mapping[str, float], focus: tuple[str, int] | None) -> list[Choice]:
    """The buttons of every life of the case that is open."""
    found: list[Choice] = []
    for row in open_rows(case):
        waited = FOCUS if (row.LIFE.name, row.pk) == focus else 1.0
        for verb in row.offered(by):
            key = (row.LIFE.name, verb)
            if key not in BEGINS:
                weight = (OF_PLATFORM if by.party is Party.PLATFORM else {}).get(verb, WEIGHTS.get(verb, 1.0))
                found.append(Choice(key, row, weight * waited * likes.get(verb, 1.0)))
    return found


def _begin(case: Case, by: Actor, likes: Mapping[str, float], dice: random.Random) -> Choice | None:
    """Something that `by` could begin: the first of what was drawn that its page offers."""
    mine = [key for key, begin in BEGINS.items() if by.party in begin.by]
    if not mine:
        return None
    drawn = dice.choices(mine, [BEGINS[one].often * likes.get(one[1], 1.0) for one in mine], k=DRAWN)
    return next((Choice(key, None, 1.0) for key in dict.fromkeys(drawn) if BEGINS[key].may(case, by)), None)


def open_rows(case: Case) -> list[LifeRow]:
    """The lives of the case that are not over: each has an open deadline."""
    by_life: dict[str, list[int]] = defaultdict(list)
    rows = Deadline.objects.filter(merchant_id=case.merchant_id, case_id=case.pk, ended_at__isnull=True).order_by("life", "life_id")
    for life, pk in rows.values_list("life", "life_id"):
        by_life[life].append(pk)
    found: list[LifeRow] = []
    for life, ids in by_life.items():
        found += (
            [case] if life == "case" else hooks.LIVES[life]._default_manager.filter(merchant_id=case.merchant_id, pk__in=ids).order_by("pk")
        )
    return found


def make(scene: Scene, choice: Choice) -> Any:
    """It is done. Raises Refusal."""
    return BEGINS[choice.key].do(scene) if choice.row is None else act(scene, choice.row, choice.key[1])
