"""One short survey for each closed case: a score of one to five, and a comment that can be erased."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from amends.plumbing.tenants import Tenanted, child_of


class Survey(Tenanted):
    """What the consumer thought of how a case was handled; answered once."""

    case = child_of("amends.Case", related_name="surveys")
    ref = models.CharField(max_length=20, unique=True)
    asked_at = models.DateTimeField()
    score = models.PositiveSmallIntegerField(null=True, blank=True)
    comment = child_of("amends.CaseText", null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "surveys_survey"
        constraints = [
            models.UniqueConstraint(fields=["merchant", "case"], name="one_survey_a_case"),
            models.CheckConstraint(condition=Q(score__isnull=True) | Q(score__gte=1, score__lte=5), name="one_to_five"),
        ]
