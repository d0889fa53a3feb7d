"""What must hold of tasks whenever somebody looks; `amends verify` asks."""

from __future__ import annotations

from django.db.models import Count, F, Func, IntegerField, OuterRef, Subquery
from django.db.models.functions import Coalesce

from amends.cases.models import Entry
from amends.kernel.findings import finding
from amends.tasks.models import Task
from amends.tasks.rules import OPEN, RAISED, TASK

MOST = 50


def torn_tasks() -> list[str]:
    """Tasks that outlive their case, whose hand-offs are not those of the timeline, that were passed on as often as may be and are no
    supervisor's, or that count as answered without an answer."""
    orphans = Task.objects.filter(stage__in=OPEN, case__closed_at__isnull=False).order_by("pk").values_list("ref", "case__ref")
    found: list[str] = [
        finding("任务 {ref} 还开着，售后单 {case} 已经结束", "task {ref} is open, and its case {case} is over", ref=ref, case=case)
        for ref, case in orphans[:MOST]
    ]
    lines = Entry.objects.filter(merchant_id=OuterRef("merchant_id"), case_id=OuterRef("case_id"), life=TASK.name, life_id=OuterRef("pk"))
    passed = lines.filter(verb="pass_task").order_by().values("life_id").annotate(n=Count("pk")).values("n")
    counted = Task.objects.annotate(
        told=Coalesce(Subquery(passed), 0), listed=Func(F("passed"), function="jsonb_array_length", output_field=IntegerField())
    )
    wrong = (counted.exclude(told=F("passes")) | counted.exclude(listed=F("passes"))).order_by("pk")
    found += [
        finding(
            "任务 {ref} 记着转手 {n} 次，时间线上有 {told} 次",
            "task {ref} counts {n} hand-offs, its timeline has {told}",
            ref=row.ref,
            n=row.passes,
            told=row.told,
        )
        for row in wrong[:MOST]
    ]
    kept = Task.objects.filter(stage__in=OPEN, passes__gt=0).exclude(stage=RAISED).select_related("case__decision").order_by("pk")
    found += [
        finding(
            "任务 {ref} 转手 {n} 次，还没有交主管", "task {ref} was passed on {n} times and is no supervisor's", ref=row.ref, n=row.passes
        )
        for row in kept[:1000]
        if row.passes >= row.case.terms.count(TASK.counted["pass_task"])
    ]
    mute = Task.objects.filter(answered_at__isnull=False, answer__isnull=True).order_by("pk").values_list("ref", flat=True)
    return found + [finding("任务 {ref} 已答复，却没有答复的内容", "task {ref} was answered in no words", ref=ref) for ref in mute[:MOST]]
