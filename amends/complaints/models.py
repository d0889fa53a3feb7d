"""Complaints that an authority sent about a case."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from amends.cases import acting
from amends.cases.life import LifeRow
from amends.complaints.rules import COMPLAINT
from amends.kernel.tables import Life
from amends.plumbing.tenants import child_of


class Complaint(LifeRow):
    """What an authority asks about a case. `number` is the authority's own; `answer_by` its own term, where it named one.

    `paused_days`: all days of testing, known or expected, which mediation does not count (CN-CMP-02); `paused_since`: since when goods
    are or were tested.
    """

    LIFE: ClassVar[Life] = COMPLAINT
    AUDIENCE: ClassVar[str] = acting.PLATFORM_ONLY

    case = child_of("amends.Case", related_name="complaints")
    ref = models.CharField(max_length=20, unique=True)
    authority = models.CharField(max_length=40)
    number = models.CharField(max_length=60)
    received_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    answer_by = models.DateTimeField(null=True, blank=True)
    paused_days = models.PositiveSmallIntegerField(default=0)
    paused_since = models.DateTimeField(null=True, blank=True)
    owner = models.ForeignKey("amends.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="+", db_index=False)
    words = child_of("amends.CaseText", null=True, blank=True)
    answer = child_of("amends.CaseText", null=True, blank=True)
    outcome = child_of("amends.CaseText", null=True, blank=True)

    class Meta:
        db_table = "complaints_complaint"
        constraints = [
            models.UniqueConstraint(fields=["merchant", "id"], name="complaint_tenant_key"),
            models.UniqueConstraint(fields=["authority", "number"], name="one_complaint_a_number"),
        ]
        indexes = [models.Index(fields=["merchant", "case"], name="complaints_of_case")]
