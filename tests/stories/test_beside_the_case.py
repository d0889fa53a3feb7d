"""A cup that burned: legal is asked and passed around, the regulator asks too, and both are answered while the case goes its own way."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from amends.cases.models import Case, Entry
from amends.cases.verbs.answering import accept_refusal, refuse
from amends.complaints import verbs as complaints
from amends.complaints.files import file_for_authority
from amends.complaints.models import Complaint
from amends.insight.verify import CHECKS
from amends.kernel import clock
from amends.kernel.clock import Stepped
from amends.notices.models import Notice
from amends.people.rules import Role
from amends.tasks import verbs as tasks
from amends.tasks.models import Task
from tests.cast import START, Cast, an_order, claims, later_by, person, settled, the_cast

DAY = timedelta(days=1)


@pytest.fixture
def cast(db: None, stepped_clock: Stepped) -> Cast:
    return the_cast()


def test_nobody_s_task_becomes_a_supervisor_s_and_the_regulator_outlives_the_case(
    cast: Cast, stepped_clock: Stepped, settings: Any, tmp_path: Any
) -> None:
    settings.MEDIA_ROOT = tmp_path
    boss = person("sun", Role.SUPERVISOR)
    case = claims(an_order(cast.bolts, cast.annas), by=cast.anna)
    refuse(case.ref, reason="other", words="it was used for a year", by=cast.bolt)

    # Three departments pass the question to each other; the second hand-off makes it a supervisor's, who settles it.
    task = tasks.give_task(case.ref, department="quality", words="这一批杯子出过问题吗？", by=cast.agent)
    later_by(stepped_clock, DAY)
    tasks.pass_task(task.ref, department="legal", why="要看条款", by=cast.agent)
    tasks.pass_task(task.ref, department="logistics", why="要看物流", by=cast.agent)
    assert Task.objects.get().stage == "raised"
    tasks.answer_task(task.ref, words="没有，同批无投诉。", by=boss)

    # The regulator took Anna's complaint on yesterday and wants an answer within a day.
    complaint = complaints.file_complaint(
        case.ref, authority="杭州市场监管局", number="3301-77", words="为何拒绝退款？", accepted_at=START,
        answer_by=clock.now() + DAY, by=cast.agent,
    )  # fmt: skip
    later_by(stepped_clock, DAY + timedelta(minutes=1))
    assert Complaint.objects.get().stage == "raised", "its term was missed"
    made = file_for_authority(complaint.ref, boss)
    complaints.answer_complaint(complaint.ref, words="全部经过在举证包里。", by=boss)

    # Anna lets the refusal stand; the case is over and the mediation goes on to its end by law.
    accept_refusal(case.ref, by=cast.anna)
    settled()
    assert Case.objects.get(pk=case.pk).closed_at is not None
    later_by(stepped_clock, 30 * DAY)
    complaints.ask_again(complaint.ref, words="请补充照片。", by=boss)
    complaints.answer_complaint(complaint.ref, words="已补充。", by=boss)
    later_by(stepped_clock, 30 * DAY)
    assert Complaint.objects.get().stage == "ended", "and the authority has seven working days to say how"
    later_by(stepped_clock, 12 * DAY)
    ended = Complaint.objects.get()
    assert ended.stage == "unsettled"
    line = Entry.objects.get(life="complaint", verb="end_mediation")
    assert line.party == "clock" and timedelta(days=59) < line.made_at - START < timedelta(days=62)
    assert made.complaint_id == ended.pk

    # Who had to know was told, the sides of nothing of it, and everything holds.
    told = set(Notice.objects.filter(kind__regex=r"^(task|complaint)\.").values_list("party", flat=True))
    assert told == {"named", "supervisor"}
    assert {check.name: check.offenders() for check in CHECKS if check.name not in ("walls", "notices")} == {
        check.name: [] for check in CHECKS if check.name not in ("walls", "notices")
    }
