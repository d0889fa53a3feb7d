"""What goes on beside a case of Anna's: a department's task, and what an authority asks, once to be answered and once answered."""

from __future__ import annotations

from amends.cases.models import Case
from amends.complaints import verbs as complaints
from amends.tasks import verbs as tasks
from tests.cast import Cast


def beside_the_case(cast: Cast, case: Case) -> dict[str, str]:
    """A task for quality and two complaints of one authority."""
    task = tasks.give_task(case.ref, department="quality", words="同一批还有吗？", by=cast.agent)
    asked, answered = (
        complaints.file_complaint(case.ref, authority="12315", number=number, words="请说明", by=cast.agent) for number in ("1", "2")
    )
    complaints.answer_complaint(answered.ref, words="已说明", by=cast.agent)
    return {"tasks": task.ref, "complaints": asked.ref, "complaints/inquiry": answered.ref}
