"""Random people over a simulated quarter of 300 cases: no claim is lost, none is stuck, every limit is kept or enforced. `make proof` plays
twenty quarters, 6,000 cases.

One test for each quarter, since to live through it is what costs time; what is asked of it stands in quarter_judge.py. PROOF_SEED and
PROOF_CASES play one quarter again, as a failure tells.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.db.models import F

from amends.cases import clockwork, hooks
from amends.cases.models import Case, CaseText, Deadline, Entry
from amends.kernel import clock
from amends.notices.models import Notice
from amends.refunds.models import Refund
from amends.rulings.models import Review
from tests.proofs.a_quarter import START, Broken, Quarter
from tests.proofs.quarter_judge import QUESTIONS, Fault, report
from tests.proofs.quarter_money import MoodyTill
from tests.proofs.quarter_people import DAY

SCALE = int(os.environ.get("PROOF_SCALE", "1"))
SEED = int(os.environ.get("PROOF_SEED", "12"))
WHOLE, PART, FEW = 300, 24, 2
CASES = int(os.environ.get("PROOF_CASES", WHOLE))
SEEDS = [SEED] if "PROOF_SEED" in os.environ else [SEED + n for n in range(SCALE)]


@contextmanager
def a_quarter(seed: int, cases: int) -> Iterator[Quarter]:
    """The beginning of a quarter, at a gateway in moods."""
    till = MoodyTill()
    with pytest.MonkeyPatch.context() as patched, clock.stepped(START) as time:
        for room in ("asking", "intents"):
            patched.setattr(f"amends.refunds.{room}.gateway", lambda *_: till)
        patched.setattr("amends.refunds.jobs.register_captures", len)
        # A notice says that somebody is told. The messages that carry it to their addresses are other proofs' matter, and half the work.
        patched.setattr("amends.notices.listeners.plan", lambda *_: None)
        yield Quarter(seed, cases, time, till)


@contextmanager
def undone() -> Iterator[None]:
    """What happens inside is undone."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def test_the_same_seed_plays_the_same_quarter(db: None) -> None:
    told = []
    for _ in range(2):
        with undone(), a_quarter(7, FEW) as quarter:
            quarter.lives_through()
            told.append(list(Entry.objects.order_by("id").values_list("made_at", "life", "verb", "party", "went_to")))
    assert told[0] == told[1]
    assert len(told[0]) > FEW * 5


@pytest.mark.slow
@pytest.mark.parametrize("seed", SEEDS)
def test_over_a_quarter_of_random_people_nothing_is_lost_stuck_or_late(committed_db: None, seed: int) -> None:
    with a_quarter(seed, CASES) as quarter:
        quarter.lives_through()
        _all_holds(quarter)
        if quarter.cases >= WHOLE:
            _came_everywhere()
        if quarter.cases >= PART:
            _came_far()
            for name, (question, breaks) in BREAKS.items():
                _finds(quarter, name, question, breaks)
        _sees_a_clock_that_leaves_a_limit_out(quarter)


def _all_holds(quarter: Quarter) -> None:
    faults: list[Fault] = [fault for asked in QUESTIONS.values() for fault in asked(quarter)]
    assert not faults, report(quarter, faults)
    # In the silence each case ended by itself, but where the table calls a person by name: there it rang until somebody came.
    assert all(one.waits_for for one in quarter.called)
    assert len(quarter.filed) >= quarter.cases * 0.85


# ── everything was there ─────────────────────────────────────────────────────────────────────────────────────────────────────

QUARREL = ("case", "review", "appeal", "offer", "extension", "task", "complaint", "inspection")
NO_BUTTON = "has no function behind it yet"
RARE = "comes seldom, and not in every quarter"
NOT_MADE = {
    **{("case", verb): NO_BUTTON for verb in ("file_for", "confirm_claim", "discard", "ask_leader", "pass_on", "amend")},
    **{("case", verb): RARE for verb in ("absorb", "alarm", "unmerge", "retract")},
    **{("review", verb): RARE for verb in ("alarm", "return_draft")},
    **{("appeal", verb): RARE for verb in ("retract", "drop")},
    **{("inspection", verb): RARE for verb in ("alarm", "find_reduced", "drop")},
    **{("task", verb): RARE for verb in ("alarm", "drop")},
    **{("complaint", verb): RARE for verb in ("alarm", "close_unheard", "end_mediation")},
    ("extension", "drop"): RARE,
}
"""What of a quarrel a quarter does not show, and why."""
NOT_LIVED = {"advance": "a piece is sent ahead by a hand that is no button of a life", "loan": RARE}
FEWEST_LIVES, FEWEST_VERBS, MOST_MISSING = 5, 40, 8


def _came_far() -> None:
    """Some dozens of cases come through most of a quarrel."""
    made = _made()
    assert len({life for life, _ in made} & set(QUARREL)) >= FEWEST_LIVES
    assert len(made) >= FEWEST_VERBS


def _came_everywhere() -> None:
    """Every life of a quarrel lived, and nearly every verb of them was made. A change of any table lets the dice fall otherwise, so a few
    may be missing that mostly come."""
    made = _made()
    assert set(hooks.LIVES) - {life for life, _ in made} <= set(NOT_LIVED)
    wanted = {(life, verb) for life in QUARREL for verb in hooks.LIVES[life].LIFE.all_verbs}
    missing = wanted - made - set(NOT_MADE)
    assert len(missing) <= MOST_MISSING, missing
    assert made & {key for key, why in NOT_MADE.items() if why != RARE} == set()


def _made() -> set[tuple[str, str]]:
    return set(Entry.objects.order_by().values_list("life", "verb").distinct())


# ── that it can fail ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def _first(rows: Any) -> Any:
    return rows.filter(pk=rows.order_by("pk").values_list("pk", flat=True)[0])


BREAKS: dict[str, tuple[str, Callable[[], object]]] = {
    "a limit enforced an hour late": (
        "late", lambda: _first(Deadline.objects.filter(ended_as="enforced")).update(ended_at=F("ended_at") + timedelta(hours=1))
    ),
    "a sentence that is gone": ("lost", lambda: _first(CaseText.objects.filter(kind="claim")).update(body="")),
    "a claim that is still open": ("stuck", lambda: _first(Case.objects.filter(closed_at__isnull=False)).update(closed_at=None)),
    "a cent too much": (
        "overpaid", lambda: _first(Refund.objects.filter(stage="settled", way="tender")).update(amount_minor=F("amount_minor") + 1)
    ),
    "somebody who was not told": ("untold", lambda: _first(Notice.objects.all()).update(key="nothing")),
    "a ruling without a clause": ("unexplained", lambda: _first(Review.objects.filter(ruled_at__isnull=False)).update(clause="")),
}  # fmt: skip


def _finds(quarter: Quarter, name: str, question: str, breaks: Callable[[], object]) -> None:
    """What was broken by hand is found, and the seed is told."""
    with undone():
        assert breaks()
        faults = list(QUESTIONS[question](quarter))
        told = report(quarter, faults)
    assert faults, name
    assert f"PROOF_SEED={quarter.seed} PROOF_CASES={quarter.cases}" in told


def _sees_a_clock_that_leaves_a_limit_out(quarter: Quarter) -> None:
    """A clock that skips one limit is noticed in the second in which it should have fired, with seed and timeline."""
    fire = clockwork.fire

    def forgetful(deadline_id: int, case_id: int) -> bool:
        left_out = Deadline.objects.filter(pk=deadline_id, limit="merchant_answers").exists()
        return False if left_out else fire(deadline_id, case_id)

    quarter.silent = True
    seen = pytest.raises(Broken, match=f"(?s)the clock does not move it.*PROOF_SEED={quarter.seed} .*merchant_answers")
    with pytest.MonkeyPatch.context() as patched, undone(), seen:
        patched.setattr(clockwork, "fire", forgetful)
        for buyer in list(quarter.people.consumers.values())[:4]:
            quarter.claims(buyer)
        quarter.run(quarter.time.at + 9 * DAY)
