"""Appealed and changed; a silent examiner: the two stories of LIFECYCLE 18, to their ends."""

from __future__ import annotations

from datetime import timedelta

import pytest

from amends.cases.models import Case, Entry, Grant
from amends.insight.verify import CHECKS
from amends.kernel.clock import Stepped
from amends.kernel.refusals import NoSuchMove
from amends.notices.models import Notice
from amends.plumbing import jobs
from amends.refunds.payees import give_payee
from amends.returns.verbs import Finding, carrier_says, give_address, inspect, receive, ship
from amends.rulings.appeal_evidence import NewPiece
from amends.rulings.appealing import appeal, enter_appeal, reply_appeal
from amends.rulings.examining import admit, change
from tests.cast import Cast, later_by, settled, the_cast
from tests.verbs.appeals_at_hand import a_call, appeal_of, of_rank, ruled
from tests.verbs.returns_at_hand import PaysAtOnce, a_photo, a_waybill, fresh, parcel_of, refunds_of

HOUR = timedelta(hours=1)


@pytest.fixture
def cast(db: None, stepped_clock: Stepped, monkeypatch: pytest.MonkeyPatch) -> Cast:
    gateway = PaysAtOnce()
    monkeypatch.setattr("amends.refunds.asking.gateway", lambda *_: gateway)
    return the_cast()


def told(case: Case, party: str) -> list[str]:
    return list(Notice.objects.filter(case_id=case.pk, party=party).order_by("made_at", "pk").values_list("kind", flat=True))


def is_sound() -> None:
    assert {check.name: found for check in CHECKS if (found := check.offenders())} == {}


def test_appealed_and_changed(cast: Cast, stepped_clock: Stepped) -> None:
    examiner, head = of_rank("examiner", 2), of_rank("head", 3)
    case = ruled(cast)
    # Anna has the brand's letter, which she could not have had before.
    letter = a_photo(case, cast.anna)
    row = appeal(case.ref, words="The bag is a fake, says its brand.", by=cast.anna,
                 new_evidence=[NewPiece(letter, "The brand answered today only.")])  # fmt: skip
    jobs.drain()
    assert (fresh(case).stage, Grant.objects.filter(case_id=case.pk).count()) == ("appealed", 0)
    assert "case.appeal" in told(case, "consumer")
    assert "case.appeal" in told(case, "merchant")
    # Another arbiter admits it within a day; Bolt answers; then the examiner is silent and the head has the last hours.
    first, last = (examiner, head) if row.examiner_id == examiner.user_id else (head, examiner)
    later_by(stepped_clock, 20 * HOUR)
    admit(row.ref, allowed=[letter], by=first)
    reply_appeal(row.ref, words="It came from the brand's own shop.", by=cast.bolt)
    later_by(stepped_clock, 36 * HOUR)
    assert (appeal_of(case).stage, appeal_of(case).examiner_id) == ("overdue", last.user_id)
    assert "appeal.bring_up" in told(case, "supervisor")
    change(row.ref, outcome="for", clause="CN-QUAL-01", words="The letter proves it.", by=last)
    jobs.drain()
    # What was asked for is carried out: the bag goes back, is accepted and paid.
    assert fresh(case).stage == "executing"
    give_address(parcel_of(case).ref, by=cast.bolt)
    ship(parcel_of(case).ref, carrier="SF", waybill=a_waybill(), by=cast.anna)
    carrier_says(parcel_of(case).ref, "deliver")
    receive(parcel_of(case).ref, by=cast.bolt)
    jobs.drain()
    inspect(parcel_of(case).ref, findings=[Finding("accept", line=1, count=1)], by=cast.bolt)
    settled()
    assert (fresh(case).stage, fresh(case).ended_by, refunds_of(case)) == ("closed", "complete", [("paid", 9900)])
    with pytest.raises(NoSuchMove):
        appeal(case.ref, words="No second appeal of it.", by=cast.bolt)
    is_sound()


def test_a_silent_examiner(cast: Cast, stepped_clock: Stepped) -> None:
    of_rank("head", 2)
    case = ruled(cast)
    # Anna calls; an agent enters it; nobody ever answers.
    enter_appeal(case.ref, side="consumer", contact=a_call(), words="She says that the seal was whole.", by=cast.agent)
    for wait, stage in ((24 * HOUR, "examining"), (36 * HOUR, "overdue"), (12 * HOUR, "upheld")):
        later_by(stepped_clock, wait)
        assert appeal_of(case).stage == stage
    jobs.drain()
    # The ruling stands, the platform owes for its silence and asks Anna where to, the breach is a line, and everybody was told.
    assert (fresh(case).stage, refunds_of(case)) == ("executing", [("intended", 2000)])
    give_payee(case.ref, way="credit", consents=True, by=cast.anna)
    settled()
    assert (fresh(case).stage, refunds_of(case)) == ("closed", [("paid", 2000)])
    assert Grant.objects.get(case_id=case.pk).borne_by == "platform"
    silent = Entry.objects.get(case_id=case.pk, life="appeal", verb="uphold")
    assert (silent.party, silent.came_from, silent.facts["limit"]) == ("clock", "overdue", "appeal_last_call")
    for party in ("consumer", "merchant", "supervisor"):
        assert "appeal.uphold.clock" in told(case, party)
    assert "appeal.admit.clock" in told(case, "arbiter")
    is_sound()
