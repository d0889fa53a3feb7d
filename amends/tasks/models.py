"""Tasks that cases give to other departments, and who belongs to one."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from amends.cases import acting
from amends.cases.life import LifeRow
from amends.kernel.tables import Life
from amends.plumbing.tenants import child_of
from amends.tasks.rules import OPEN, TASK


class Task(LifeRow):
    """What a case asks of a department; `owner` has it, `due_at` is told to them, `passes` counts the hand-offs."""

    LIFE: ClassVar[Life] = TASK
    AUDIENCE: ClassVar[str] = acting.PLATFORM_ONLY

    case = child_of("amends.Case", related_name="tasks")
    ref = models.CharField(max_length=20, unique=True)
    department = models.CharField(max_length=20)
    owner = models.ForeignKey("amends.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="+", db_index=False)
    given_by = models.ForeignKey("amends.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="+", db_index=False)
    words = child_of("amends.CaseText", null=True, blank=True)
    answer = child_of("amends.CaseText", null=True, blank=True)
    passes = models.PositiveSmallIntegerField(default=0)
    passed = models.JSONField(default=list)
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "tasks_task"
        constraints = [models.UniqueConstraint(fields=["merchant", "id"], name="task_tenant_key")]
        indexes = [
            models.Index(fields=["merchant", "case"], name="tasks_of_case"),
            models.Index(fields=["department", "since"], condition=models.Q(stage__in=OPEN), name="tasks_of_department"),
            models.Index(fields=["owner", "since"], condition=models.Q(stage__in=OPEN), name="tasks_of_owner"),
        ]


class Seat(models.Model):
    """One of our people belongs to a department; who `leads` it is told when its limit passes. Ended, never deleted."""

    user = models.ForeignKey("amends.User", on_delete=models.CASCADE, related_name="+", db_index=False)
    department = models.CharField(max_length=20)
    leads = models.BooleanField(default=False)
    given_by = models.ForeignKey("amends.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="+", db_index=False)
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "tasks_seat"
        constraints = [
            models.UniqueConstraint(
                fields=["department", "user"], condition=models.Q(ended_at__isnull=True), name="one_seat_a_person_and_department"
            )
        ]
