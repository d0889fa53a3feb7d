"""Platform reviews and appeals: the file, who rules, the ruling with its reasons, proofs asked for, tests ordered.

Invariants
 1. One review of a case is open at a time, and one appeal of it ever (S17).
 2. Nobody rules on a case that they worked on, or for whom they are related to.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from amends.cases.life import LifeRow
from amends.kernel.tables import Life
from amends.plumbing.tenants import Tenanted, child_of
from amends.rulings.rules import APPEAL, REVIEW


class Review(LifeRow):
    """A review of one case. `heard` lists the units that the ruling binds (S5); `outcome` is for, against or partly for the claim.

    `issues`: what is in dispute, who has to prove it, and what was found. `parts`: what the ruling gives (cases.rules.mix). `bears`: who
    bears it, in hundredths of a per cent by party. `blocks`: the building blocks of its reasons. `draft`: what waits for a second reader.
    """

    LIFE: ClassVar[Life] = REVIEW

    case = child_of("amends.Case", related_name="reviews")
    ref = models.CharField(max_length=20, unique=True)
    called_by = models.CharField(max_length=20)
    arbiter = models.ForeignKey("amends.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="+", db_index=False)
    outcome = models.CharField(max_length=10, blank=True, choices=[("for", "for"), ("against", "against"), ("partly", "partly")])
    liable = models.CharField(max_length=20, blank=True)
    clause = models.CharField(max_length=60, blank=True)
    reasons = child_of("amends.CaseText", null=True, blank=True)
    reasons_also = child_of("amends.CaseText", null=True, blank=True)
    skill = models.CharField(max_length=40, blank=True)
    language = models.CharField(max_length=5, blank=True)
    assigned_at = models.DateTimeField(null=True, blank=True)
    issues = models.JSONField(default=list)
    parts = models.JSONField(default=list)
    bears = models.JSONField(default=dict)
    blocks = models.JSONField(default=list)
    draft = models.JSONField(default=dict)
    drafted_by = models.ForeignKey("amends.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="+", db_index=False)
    second_reader = models.ForeignKey("amends.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="+", db_index=False)
    after = child_of("amends.Review", null=True, blank=True)
    is_final = models.BooleanField(default=False)
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


class Appeal(LifeRow):
    """One appeal against one ruling. `new_evidence`: pieces, each with why it could not be had before; `entered_from`: page, api, call,
    mail."""

    LIFE: ClassVar[Life] = APPEAL

    case = child_of("amends.Case", related_name="appeals")
    review = child_of("amends.Review", related_name="appeals")
    ref = models.CharField(max_length=20, unique=True)
    side = models.CharField(max_length=10)
    grounds = child_of("amends.CaseText", null=True, blank=True)
    new_evidence = models.JSONField(default=list)
    entered_from = models.CharField(max_length=10, default="page")
    entered_by = models.ForeignKey("amends.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="+", db_index=False)
    examiner = models.ForeignKey("amends.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="+", db_index=False)
    outcome = models.CharField(max_length=10, blank=True)
    parts = models.JSONField(default=list)
    bears = models.JSONField(default=dict)
    blocks = models.JSONField(default=list)
    clause = models.CharField(max_length=60, blank=True)
    answer = child_of("amends.CaseText", null=True, blank=True)
    answer_also = child_of("amends.CaseText", null=True, blank=True)
    admitted_at = models.DateTimeField(null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "rulings_appeal"
        constraints = [
            models.UniqueConstraint(fields=["merchant", "id"], name="appeal_tenant_key"),
            models.UniqueConstraint(fields=["merchant", "review"], name="one_appeal_a_ruling"),
        ]
        indexes = [models.Index(fields=["merchant", "case"], name="appeals_of_case")]


class ProofRequest(Tenanted):
    """A certain proof that an arbiter asks of one side. `state`: asked, given, not_given, dropped."""

    case = child_of("amends.Case", related_name="proof_requests")
    review = child_of("amends.Review", related_name="proof_requests")
    ref = models.CharField(max_length=20, unique=True)
    party = models.CharField(max_length=20)
    issue = models.CharField(max_length=40, blank=True)
    words = child_of("amends.CaseText")
    state = models.CharField(max_length=10, default="asked")
    evidence = models.JSONField(default=list)
    answer = child_of("amends.CaseText", null=True, blank=True)
    asked_by = models.ForeignKey("amends.User", null=True, on_delete=models.SET_NULL, related_name="+", db_index=False)
    made_at = models.DateTimeField()
    due_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "rulings_proof_request"
        constraints = [models.UniqueConstraint(fields=["merchant", "id"], name="proof_request_tenant_key")]
        indexes = [models.Index(fields=["merchant", "review"], name="proof_requests_of_review")]


class TestingBody(models.Model):
    """Who tests goods for reviews: independent of all sides. `skills` are keys of goods classes."""

    __test__ = False

    ref = models.CharField(max_length=20, unique=True)
    key = models.CharField(max_length=40, unique=True)
    name_zh = models.CharField(max_length=120)
    name_en = models.CharField(max_length=120)
    address = models.CharField(max_length=300, blank=True)
    skills = models.JSONField(default=list)
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "rulings_testing_body"


class TestOrder(Tenanted):
    """Goods before a testing body. `pays_first` advances the cost, `bears` is whoever lost the point (CN-CMP-05). `state`: ordered,
    reported, not_reported, dropped; `finding`: fault, no_fault, unclear."""

    __test__ = False

    case = child_of("amends.Case", related_name="test_orders")
    review = child_of("amends.Review", related_name="test_orders")
    ref = models.CharField(max_length=20, unique=True)
    body = models.ForeignKey(TestingBody, on_delete=models.PROTECT, related_name="+", db_index=False)
    question = child_of("amends.CaseText")
    cost_minor = models.BigIntegerField(default=0)
    currency = models.CharField(max_length=3)
    pays_first = models.CharField(max_length=10)
    bears = models.CharField(max_length=10, blank=True)
    state = models.CharField(max_length=12, default="ordered")
    finding = models.CharField(max_length=10, blank=True)
    report = child_of("amends.CaseText", null=True, blank=True)
    evidence = models.JSONField(default=list)
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "rulings_test_order"
        constraints = [
            models.UniqueConstraint(fields=["merchant", "id"], name="test_order_tenant_key"),
            models.UniqueConstraint(fields=["merchant", "review"], condition=Q(state="ordered"), name="one_open_test_a_review"),
            models.CheckConstraint(condition=Q(cost_minor__gte=0), name="test_cost_not_negative"),
        ]


class ArbiterProfile(models.Model):
    """What an arbiter can judge: skills (goods classes and issues), languages, rank (an appeal needs a higher one), load."""

    user = models.OneToOneField("amends.User", on_delete=models.CASCADE, related_name="arbiter_profile")
    skills = models.JSONField(default=list)
    languages = models.JSONField(default=list)
    rank = models.PositiveSmallIntegerField(default=1)
    load_most = models.PositiveSmallIntegerField(default=20)
    away_until = models.DateTimeField(null=True, blank=True)
    changed_at = models.DateTimeField()

    class Meta:
        db_table = "rulings_arbiter_profile"
        constraints = [models.CheckConstraint(condition=Q(rank__gte=1, rank__lte=9), name="rank_known")]


class Relation(models.Model):
    """One of our people is related to a merchant, and therefore has no part in its cases."""

    user = models.ForeignKey("amends.User", on_delete=models.CASCADE, related_name="+", db_index=False)
    merchant = models.ForeignKey("amends.Merchant", on_delete=models.PROTECT, related_name="+", db_index=False)
    why = models.CharField(max_length=200)
    declared_by = models.ForeignKey("amends.User", null=True, on_delete=models.SET_NULL, related_name="+", db_index=False)
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "rulings_relation"
        constraints = [
            models.UniqueConstraint(fields=["user", "merchant"], condition=Q(ended_at__isnull=True), name="one_relation_a_merchant")
        ]
