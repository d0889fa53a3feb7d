"""Two offers of one case taken in the same moment, and one that is taken while it is taken back, answered, run out or overtaken by the
merchant's refusal: one wins, and money is granted once."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import pytest

from amends.approvals import answering
from amends.cases import clockwork
from amends.cases.left import LIVE
from amends.cases.models import Case, Deadline, Entry, Grant
from amends.cases.verbs.answering import refuse, withdraw
from amends.insight.verify import CHECKS
from amends.kernel.clock import Stepped
from amends.kernel.refusals import Conflict, NoSuchMove, NotYourMove
from amends.people.rules import Role
from amends.plumbing.simulators.launch import Running
from amends.refunds.models import Refund
from amends.talks.asking import accept
from amends.talks.models import Offer
from amends.talks.offering import accept_offer, agree_first, counter, mediate, offer, retract
from tests.cast import Cast, an_order, claims, person, settled, the_cast
from tests.proofs.racing import refusals, together
from tests.verbs.returns_at_hand import fresh

SCALE = int(os.environ.get("PROOF_SCALE", "1"))
ROUNDS = 3 * SCALE


@pytest.fixture
def cast(committed_db: None, stepped_clock: Stepped, gateway: Running) -> Cast:
    return the_cast()


def is_sound() -> None:
    assert {check.name: found for check in CHECKS if (found := check.offenders())} == {}


def a_case(cast: Cast) -> Case:
    return claims(an_order(cast.bolts, cast.annas), by=cast.anna)


def keeps(case: Case, minor: int) -> list[dict[str, Any]]:
    units = list(case.claimed.values_list("unit_id", flat=True))
    return [{"remedy": "price_adjustment", "units": units, "amount_minor": minor}]


def taken(row: Offer, by: Any) -> Callable[[], Offer]:
    return lambda: accept_offer(row.ref, by=by)


def ends_once(case: Case, ends: list[Any]) -> Offer:
    """One offer is accepted, the case settled once, and exactly its sum granted and paid; whoever came late was told so."""
    assert all(isinstance(end, NoSuchMove | Conflict | NotYourMove) for end in refusals(ends)), ends
    settled()
    row = Offer.objects.get(case_id=case.pk, stage="accepted")
    assert Entry.objects.filter(case_id=case.pk, life="case", verb="settle").count() == 1, ends
    assert list(Grant.objects.filter(case_id=case.pk).values_list("amount_minor", flat=True)) == [row.amount_minor]
    assert list(Refund.objects.filter(case_id=case.pk).values_list("amount_minor", "stage")) == [(row.amount_minor, "paid")]
    assert not Offer.objects.filter(case_id=case.pk, stage__in=Offer.LIFE.open_stages).exists()
    is_sound()
    return row


def test_two_offers_taken_at_once_are_one_settlement(cast: Cast) -> None:
    for _ in range(ROUNDS):
        case = a_case(cast)
        his = [offer(case.ref, parts=keeps(case, 1000 + n), by=cast.bolt) for n in range(2)]
        hers = offer(case.ref, parts=keeps(case, 3000), by=cast.anna)
        ends = together(*(taken(row, cast.anna) for row in his), taken(hers, cast.bolt), taken(his[0], cast.anna))
        assert len(refusals(ends)) == 3, ends
        ends_once(case, ends)


def test_an_offer_taken_while_it_is_taken_back_or_countered(cast: Cast) -> None:
    for _ in range(ROUNDS):
        case = a_case(cast)
        row = offer(case.ref, parts=keeps(case, 1000), by=cast.bolt)
        ends = together(
            taken(row, cast.anna),
            lambda ref=row.ref: retract(ref, by=cast.bolt),
            lambda ref=row.ref, case=case: counter(ref, parts=keeps(case, 2000), by=cast.anna),
        )
        assert len(refusals(ends)) == 2, ends
        row.refresh_from_db()
        if row.stage == "accepted":
            ends_once(case, ends)
        else:
            assert (row.stage in ("retracted", "countered"), Grant.objects.filter(case_id=case.pk).exists()) == (True, False)
            assert Offer.objects.filter(case_id=case.pk, stage="to_merchant").count() == (row.stage == "countered")


def test_an_offer_taken_as_its_time_runs_out(cast: Cast, stepped_clock: Stepped) -> None:
    for _ in range(ROUNDS):
        case = a_case(cast)
        refuse(case.ref, reason="not_intact", words="It was used.", by=cast.bolt)
        row = offer(case.ref, parts=keeps(case, 1000), by=cast.bolt)
        limit = Deadline.objects.get(case_id=case.pk, life="offer", ended_at__isnull=True)
        stepped_clock.until(limit.due_at)
        fires = lambda limit=limit: clockwork.fire(limit.pk, limit.case_id)  # noqa: E731
        ends = together(fires, taken(row, cast.anna), fires)
        row.refresh_from_db()
        assert row.stage in ("accepted", "expired"), ends
        if row.stage == "accepted":
            ends_once(case, ends)
        else:
            assert (fresh(case).stage, Grant.objects.filter(case_id=case.pk).exists()) == ("refused", False)


def test_an_offer_taken_while_the_merchant_refuses_or_the_consumer_withdraws(cast: Cast) -> None:
    """A refusal does not end offers; a withdrawal before the settlement does, and after it unwinds what was agreed."""
    for _ in range(ROUNDS):
        case = a_case(cast)
        row = offer(case.ref, parts=keeps(case, 1000), by=cast.bolt)
        ends = together(taken(row, cast.anna), lambda ref=case.ref: refuse(ref, reason="not_intact", words="It was used.", by=cast.bolt))
        assert isinstance(ends[0], Offer), ends
        ends_once(case, ends)
    for _ in range(ROUNDS):
        case = a_case(cast)
        row = offer(case.ref, parts=keeps(case, 1000), by=cast.bolt)
        ends = together(taken(row, cast.anna), lambda ref=case.ref: withdraw(ref, by=cast.anna))
        settled()
        row.refresh_from_db()
        assert row.stage == ("dropped" if isinstance(ends[0], Exception) else "accepted"), ends
        assert Entry.objects.filter(case_id=case.pk, life="case", verb="settle").count() == (row.stage == "accepted")
        is_sound()


def test_both_sides_say_yes_to_the_platforms_proposal_at_once(cast: Cast) -> None:
    for _ in range(ROUNDS):
        case = a_case(cast)
        row = mediate(case.ref, parts=keeps(case, 1500), by=cast.agent)
        ends = together(lambda ref=row.ref: agree_first(ref, by=cast.anna), lambda ref=row.ref: agree_first(ref, by=cast.bolt))
        assert len(refusals(ends)) == 1, ends
        row.refresh_from_db()
        other = cast.anna if row.stage == "to_consumer" else cast.bolt
        ends_once(case, together(taken(row, other), taken(row, other)))


def test_a_signature_and_another_yes_at_once_settle_once(cast: Cast) -> None:
    bill = person("bill", Role.MERCHANT, merchant=cast.bolts)
    for _ in range(ROUNDS):
        case = a_case(cast)
        hers = offer(case.ref, parts=[*keeps(case, 1000), {"remedy": "goodwill", "amount_minor": 30_000}], by=cast.anna)
        his = offer(case.ref, parts=keeps(case, 2000), by=cast.bolt)
        waits = accept(hers.ref, why="She waited for weeks.", by=cast.bolt)
        ends = together(lambda ref=waits.ref: answering.approve(ref, by=bill), taken(his, cast.anna))
        settled()
        assert Offer.objects.filter(case_id=case.pk, stage="accepted").count() == 1, ends
        assert Entry.objects.filter(case_id=case.pk, life="case", verb="settle").count() == 1
        granted = sum(Grant.objects.filter(case_id=case.pk, stage__in=LIVE).values_list("amount_minor", flat=True))
        assert granted == Offer.objects.get(case_id=case.pk, stage="accepted").amount_minor
        is_sound()
