"""Offers with what they would give, what the sides said beside them, notes of one side alone, and ready answers.

Invariants
 1. An offer never gives less than the law owes the consumer (`least_minor`), whoever makes it.
 2. A note is read by its own side alone, wherever a case is shown.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from amends.cases.life import LifeRow
from amends.kernel.tables import Life
from amends.plumbing.tenants import Tenanted, child_of
from amends.talks.rules import OFFER, OPEN


class Offer(LifeRow):
    """One proposal. `parts` says what it gives, part by part (cases.rules.mix); sums in minor units of the case's currency.

    `side`: who made it (consumer, merchant, platform). `least_minor`: what the law owes for these units, as it stood when it was made.
    `round`: the how-many-eth of its side. `answers`: the offer that it counters.
    """

    LIFE: ClassVar[Life] = OFFER

    case = child_of("amends.Case", related_name="offers")
    ref = models.CharField(max_length=20, unique=True)
    side = models.CharField(max_length=10)
    user = models.ForeignKey("amends.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="+", db_index=False)
    round = models.PositiveSmallIntegerField(default=1)
    answers = child_of("amends.Offer", null=True, blank=True)
    parts = models.JSONField(default=list)
    amount_minor = models.BigIntegerField(default=0)
    least_minor = models.BigIntegerField(default=0)
    currency = models.CharField(max_length=3)
    words = child_of("amends.CaseText", null=True, blank=True)
    agreed = models.JSONField(default=list)

    class Meta:
        db_table = "talks_offer"
        constraints = [
            models.UniqueConstraint(fields=["merchant", "id"], name="offer_tenant_key"),
            models.CheckConstraint(condition=Q(amount_minor__gte=0, least_minor__gte=0), name="offer_not_negative"),
        ]
        indexes = [
            models.Index(fields=["merchant", "case"], name="offers_of_case"),
            models.Index(fields=["merchant", "case"], condition=Q(stage__in=OPEN), name="offers_open"),
        ]


class Said(Tenanted):
    """One line of the conversation. `to`: the parties that read it beside its own side and the platform."""

    case = child_of("amends.Case", related_name="said")
    ref = models.CharField(max_length=20, unique=True)
    party = models.CharField(max_length=20)
    user = models.ForeignKey("amends.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="+", db_index=False)
    words = child_of("amends.CaseText")
    evidence = models.JSONField(default=list)
    made_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "talks_said"
        constraints = [models.UniqueConstraint(fields=["merchant", "id"], name="said_tenant_key")]
        indexes = [models.Index(fields=["merchant", "case", "id"], name="said_in_case")]


class Note(Tenanted):
    """Words of one side about a case that the other side never sees. `side`: merchant or platform."""

    case = child_of("amends.Case", related_name="notes")
    side = models.CharField(max_length=10, choices=[("merchant", "merchant"), ("platform", "platform")])
    user = models.ForeignKey("amends.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="+", db_index=False)
    body = models.TextField()
    made_at = models.DateTimeField()
    erased_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "talks_note"
        constraints = [models.UniqueConstraint(fields=["merchant", "id"], name="note_tenant_key")]
        indexes = [models.Index(fields=["merchant", "case", "side", "id"], name="notes_of_case")]


class QuickReply(models.Model):
    """A ready answer in both languages: of one merchant, or of the platform (`merchant` empty). Places are filled as in wordings."""

    merchant = models.ForeignKey("amends.Merchant", null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    ref = models.CharField(max_length=20, unique=True)
    key = models.CharField(max_length=40)
    title_zh = models.CharField(max_length=80)
    title_en = models.CharField(max_length=80)
    body_zh = models.CharField(max_length=1000)
    body_en = models.CharField(max_length=1000)
    used = models.PositiveIntegerField(default=0)
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "talks_quick_reply"
        constraints = [
            models.UniqueConstraint(
                fields=["merchant", "key"], condition=Q(ended_at__isnull=True), nulls_distinct=False, name="one_quick_reply_a_key"
            )
        ]
