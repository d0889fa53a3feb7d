"""What goes on beside a case of Anna's: a department's task, what an authority asks, offers, a note and a quick reply of the shop."""

from __future__ import annotations

from amends.cases.models import Case
from amends.complaints import verbs as complaints
from amends.talks import notes, offering, replies
from amends.tasks import verbs as tasks
from tests.cast import Cast
from tests.proofs.api_bodies import BODIES


def beside_the_case(cast: Cast, case: Case) -> dict[str, str]:
    """A task for quality and two complaints of one authority."""
    task = tasks.give_task(case.ref, department="quality", words="同一批还有吗？", by=cast.agent)
    asked, answered = (
        complaints.file_complaint(case.ref, authority="12315", number=number, words="请说明", by=cast.agent) for number in ("1", "2")
    )
    complaints.answer_complaint(answered.ref, words="已说明", by=cast.agent)
    return {"tasks": task.ref, "complaints": asked.ref, "complaints/inquiry": answered.ref}


def a_talk(cast: Cast, case: Case) -> dict[str, str]:
    """An offer of Bolt's, the platform's proposal, and what the shop keeps to itself."""
    parts = [{"remedy": "price_adjustment", "units": [row.unit_id for row in case.claimed.all()], "amount_minor": 100}]
    BODIES["OfferIn"] |= {"parts": parts}
    BODIES["MixIn"] |= {"parts": parts}
    made = offering.offer(case.ref, parts=parts, by=cast.bolt)
    proposed = offering.mediate(case.ref, parts=parts, by=cast.agent)
    note = notes.note(case.ref, words="ask the warehouse", by=cast.bolt)
    told = {"key": "sorry", "title_zh": "抱歉", "title_en": "Sorry", "body_zh": "抱歉", "body_en": "Sorry"}
    reply = replies.save_reply(told, by=cast.bolt)
    return {"offers": made.ref, "offers/agreement": proposed.ref, "note": str(note.pk), "quick-replies": reply.ref}
