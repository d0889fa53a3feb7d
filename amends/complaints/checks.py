"""What must hold of authorities' complaints whenever somebody looks; `amends verify` asks."""

from __future__ import annotations

from django.db.models import F, Q

from amends.cases.models import Deadline, Entry
from amends.complaints.clocks import due_of
from amends.complaints.models import Complaint
from amends.complaints.rules import ANSWERED, BY_CLOCK, COMPLAINT, ENDED, OPEN, RECEIVED
from amends.kernel.findings import finding

MOST = 50


def torn_complaints() -> list[str]:
    """Complaints whose clock runs past the term that the authority named, or that does not end with the mediation; that were answered in no
    words, or that ended by a person's hand without what the authority decided."""
    waits = {row.pk: row for row in Complaint.objects.filter(stage=RECEIVED, answer_by__isnull=False)}
    clocks = Deadline.objects.filter(life=COMPLAINT.name, life_id__in=waits, ended_at__isnull=True).order_by("pk")
    found: list[str] = [
        finding(
            "投诉 {ref} 的时限是 {due}，监管部门要求 {term} 前答复",
            "complaint {ref} is due {due}, but the authority wants it by {term}",
            ref=waits[row.life_id].ref,
            due=f"{row.due_at:%F %T}",
            term=f"{waits[row.life_id].answer_by:%F %T}",
        )
        for row in clocks
        if row.due_at > max(waits[row.life_id].answer_by or row.due_at, row.started_at)
    ]
    waiting = Complaint.objects.filter(stage__in=(ANSWERED, ENDED)).select_related("case__decision", "case__merchant")
    with_them = {row.pk: row for row in waiting}
    # A day that was not official yet may have become another one since.
    running = Deadline.objects.filter(life=COMPLAINT.name, life_id__in=with_them, ended_at__isnull=True, provisional=False).order_by("pk")
    found += [
        finding(
            "投诉 {ref} 的时限是 {due}，按受理和检测的时间应该是 {right}",
            "complaint {ref} is due {due}, but by its acceptance and testing {right}",
            ref=with_them[row.life_id].ref, due=f"{row.due_at:%F %T}", right=f"{due_of(with_them[row.life_id]):%F %T}",
        )
        for row in running
        if row.due_at != due_of(with_them[row.life_id])
    ][:MOST]  # fmt: skip
    mute = Complaint.objects.filter(stage=ANSWERED, answer__isnull=True).order_by("pk").values_list("ref", flat=True)
    found += [finding("投诉 {ref} 已答复，却没有答复的内容", "complaint {ref} was answered in no words", ref=ref) for ref in mute[:MOST]]
    over = Complaint.objects.exclude(stage__in=OPEN).filter(outcome__isnull=True).order_by("pk")
    by_clock = set(Entry.objects.filter(life=COMPLAINT.name, verb=BY_CLOCK).values_list("life_id", flat=True))
    found += [
        finding(
            "投诉 {ref} 已结束，没有监管部门的决定", "complaint {ref} is over, and nothing says what the authority decided", ref=row.ref
        )
        for row in over[:1000]
        if row.pk not in by_clock
    ]
    early = Complaint.objects.filter(Q(answer_by__lte=F("received_at")) | Q(received_at__gt=F("made_at"))).order_by("pk")
    return found + [
        finding("投诉 {ref} 的期限早于收到的时间", "complaint {ref} was to be answered before it came", ref=ref)
        for ref in early.values_list("ref", flat=True)[:MOST]
    ]
