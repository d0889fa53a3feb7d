"""Incidents and the cases that hang on them."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from amends.plumbing.tenants import Tenanted, child_of


class Incident(models.Model):
    """One cause of many cases, across merchants. `state`: open, closed. `words_*` is what may be told to the sides of its cases."""

    ref = models.CharField(max_length=20, unique=True)
    cause = models.CharField(max_length=20)
    title_zh = models.CharField(max_length=120)
    title_en = models.CharField(max_length=120)
    words_zh = models.CharField(max_length=2000, blank=True)
    words_en = models.CharField(max_length=2000, blank=True)
    batch = models.CharField(max_length=60, blank=True)
    state = models.CharField(max_length=10, default="open")
    opened_by = models.ForeignKey("amends.User", null=True, on_delete=models.SET_NULL, related_name="+", db_index=False)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=2000, blank=True)

    class Meta:
        db_table = "incidents_incident"
        indexes = [models.Index(fields=["state", "-opened_at"], name="incidents_by_state")]


class IncidentCase(Tenanted):
    """A case hangs on an incident until `ended_at`."""

    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="cases", db_index=False)
    case = child_of("amends.Case", related_name="incidents")
    made_by = models.ForeignKey("amends.User", null=True, on_delete=models.SET_NULL, related_name="+", db_index=False)
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "incidents_case"
        constraints = [
            models.UniqueConstraint(fields=["merchant", "incident", "case"], condition=Q(ended_at__isnull=True), name="once_an_incident")
        ]
        indexes = [
            models.Index(fields=["merchant", "case"], name="incidents_of_case"),
            models.Index(fields=["incident", "id"], name="cases_of_incident"),
        ]
