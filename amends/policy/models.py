"""Calendar days as rows (a change of law is a row), and the decisions that were stamped on cases."""

from __future__ import annotations

from django.db import models

from amends.plumbing.tenants import Tenanted


class CalendarDay(models.Model):
    """What one day is in one calendar; official days come from the year's notice, others are provisional."""

    calendar = models.CharField(max_length=20)
    day = models.DateField()
    kind = models.CharField(max_length=12)
    official = models.BooleanField()
    source = models.CharField(max_length=120)

    class Meta:
        db_table = "policy_calendar_day"
        constraints = [models.UniqueConstraint(fields=["calendar", "day"], name="one_kind_a_day")]


class Decision(Tenanted):
    """What the policy said about given facts, with the versions it was said under; never changed afterwards."""

    ref = models.CharField(max_length=20, unique=True)
    made_at = models.DateTimeField()
    versions = models.JSONField()
    answer = models.JSONField()

    class Meta:
        db_table = "policy_decision"
        constraints = [models.UniqueConstraint(fields=["merchant", "id"], name="decision_tenant_key")]
