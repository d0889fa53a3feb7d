"""One platform review: the file, who rules, and the ruling with its reasons."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from amends.cases.life import LifeRow
from amends.kernel.tables import Life
from amends.plumbing.tenants import child_of
from amends.rulings.rules import REVIEW


class Review(LifeRow):
    """A review of one case. `heard` lists the units that the ruling binds (S5); `outcome` is for or against the claim."""

    LIFE: ClassVar[Life] = REVIEW

    case = child_of("amends.Case", related_name="reviews")
    ref = models.CharField(max_length=20, unique=True)
    called_by = models.CharField(max_length=20)
    arbiter = models.ForeignKey("amends.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="+", db_index=False)
    outcome = models.CharField(max_length=10, blank=True, choices=[("for", "for"), ("against", "against")])
    liable = models.CharField(max_length=20, blank=True)
    clause = models.CharField(max_length=60, blank=True)
    reasons = child_of("amends.CaseText", null=True, blank=True)
    heard = models.JSONField(default=list)
    stands = models.JSONField(default=list)
    ruled_at = models.DateTimeField(null=True, blank=True)
    bound_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "rulings_review"
        constraints = [
            models.UniqueConstraint(fields=["merchant", "id"], name="review_tenant_key"),
            models.UniqueConstraint(fields=["merchant", "case"], condition=~Q(stage__in=["ruled", "dropped"]), name="one_open_review"),
        ]
        indexes = [models.Index(fields=["merchant", "case"], name="reviews_of_case")]
