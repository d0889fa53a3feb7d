"""Statements of gateways as they came in, the comparisons made with them, and each difference until it is explained."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class Statement(models.Model):
    """One statement of a gateway for a period, by file or by asking; the same file is taken once."""

    ref = models.CharField(max_length=20, unique=True)
    gateway = models.CharField(max_length=20)
    source = models.CharField(max_length=10)  # file, asked
    name = models.CharField(max_length=200, blank=True)
    digest = models.CharField(max_length=64)
    covers_from = models.DateTimeField()
    covers_until = models.DateTimeField()
    lines_count = models.PositiveIntegerField(default=0)
    taken_at = models.DateTimeField()
    taken_by = models.ForeignKey("amends.User", null=True, on_delete=models.SET_NULL, related_name="+", db_index=False)

    class Meta:
        db_table = "reconciliation_statement"
        constraints = [models.UniqueConstraint(fields=["gateway", "digest"], name="one_statement_a_file")]
        indexes = [models.Index(fields=["gateway", "-covers_until"], name="statements_of_gateway")]


class StatementLine(models.Model):
    """One line of a statement; `provider_ref` is unique for its gateway and kind, in however many statements it stands."""

    statement = models.ForeignKey(Statement, on_delete=models.CASCADE, related_name="lines", db_index=False)
    gateway = models.CharField(max_length=20)
    kind = models.CharField(max_length=12)  # capture, refund, transfer, chargeback, fee
    provider_ref = models.CharField(max_length=120)
    key = models.CharField(max_length=80, blank=True)
    tender = models.CharField(max_length=80, blank=True)
    amount_minor = models.BigIntegerField()
    unit = models.CharField(max_length=20)
    state = models.CharField(max_length=12)
    reason = models.CharField(max_length=80, blank=True)
    at = models.DateTimeField()

    class Meta:
        db_table = "reconciliation_statement_line"
        constraints = [models.UniqueConstraint(fields=["gateway", "kind", "provider_ref", "state"], name="one_line_a_provider_ref")]
        indexes = [
            models.Index(fields=["statement"], name="lines_of_statement"),
            models.Index(fields=["key"], condition=~Q(key=""), name="statement_lines_by_key"),
            models.Index(fields=["gateway", "at"], name="statement_lines_by_time"),
        ]


class Run(models.Model):
    """One comparison of our books with a gateway's over a period, and how it came out."""

    ref = models.CharField(max_length=20, unique=True)
    gateway = models.CharField(max_length=20)
    covers_from = models.DateTimeField()
    covers_until = models.DateTimeField()
    made_at = models.DateTimeField()
    made_by = models.ForeignKey("amends.User", null=True, on_delete=models.SET_NULL, related_name="+", db_index=False)
    matched = models.PositiveIntegerField(default=0)
    missing_here = models.PositiveIntegerField(default=0)
    missing_there = models.PositiveIntegerField(default=0)
    amount_differs = models.PositiveIntegerField(default=0)
    status_differs = models.PositiveIntegerField(default=0)
    sums = models.JSONField(default=dict)  # unit -> [ours, theirs]
    failed = models.CharField(max_length=200, blank=True)

    class Meta:
        db_table = "reconciliation_run"
        indexes = [models.Index(fields=["gateway", "-made_at"], name="runs_of_gateway")]


class Difference(models.Model):
    """One thing on which the books and a gateway disagree: it has an owner and an age until it is explained."""

    ref = models.CharField(max_length=20, unique=True)
    gateway = models.CharField(max_length=20)
    kind = models.CharField(max_length=16)  # missing_here, missing_there, amount_differs, status_differs
    what = models.CharField(max_length=12)  # capture, refund, transfer, chargeback
    key = models.CharField(max_length=120)
    provider_ref = models.CharField(max_length=120, blank=True)
    merchant = models.ForeignKey("amends.Merchant", null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    case_id = models.BigIntegerField(null=True, blank=True)
    refund_id = models.BigIntegerField(null=True, blank=True)
    ours_minor = models.BigIntegerField(null=True, blank=True)
    theirs_minor = models.BigIntegerField(null=True, blank=True)
    unit = models.CharField(max_length=20)
    ours_state = models.CharField(max_length=12, blank=True)
    theirs_state = models.CharField(max_length=12, blank=True)
    found_at = models.DateTimeField()
    found_by = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="found", db_index=False)
    seen_at = models.DateTimeField()
    owner = models.ForeignKey("amends.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="+", db_index=False)
    due_at = models.DateTimeField()
    resolved_at = models.DateTimeField(null=True, blank=True)
    resolved_by = models.ForeignKey("amends.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="+", db_index=False)
    # gone (a later run agrees), written (our books were put right), theirs (the gateway put it right), accepted (explained, no money moves)
    resolution = models.CharField(max_length=10, blank=True)
    why = models.CharField(max_length=500, blank=True)
    warned = models.PositiveSmallIntegerField(default=0)

    class Meta:
        db_table = "reconciliation_difference"
        constraints = [
            models.UniqueConstraint(
                fields=["gateway", "what", "kind", "key"], condition=Q(resolved_at__isnull=True), name="one_open_difference_a_thing"
            ),
            models.CheckConstraint(
                condition=Q(resolved_at__isnull=True, resolution="") | (Q(resolved_at__isnull=False) & ~Q(resolution="")),
                name="resolved_as",
            ),
        ]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(resolved_at__isnull=True), name="differences_open"),
            models.Index(fields=["-found_at"], name="differences_by_time"),
        ]
