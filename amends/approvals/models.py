"""Approvals asked for and given, what each person spent alone, and the dated rules of money that set both bounds.

Invariants
 1. Whoever asks never approves, and whoever broke the glass never reviews it: the database refuses it too (B17).
 2. What was approved is what is done: the payload is written once, when it is asked for.
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from amends.plumbing.tenants import Tenanted


class Approval(Tenanted):
    """One decision about money above what the asker may decide alone. `action` is a key of the table in rules.py."""

    ref = models.CharField(max_length=20, unique=True)
    action = models.CharField(max_length=30)
    payload = models.JSONField()
    case_id = models.BigIntegerField(null=True, blank=True)
    consumer_id = models.BigIntegerField(null=True, blank=True)
    amount_minor = models.BigIntegerField()
    unit = models.CharField(max_length=20)
    asked_by = models.ForeignKey("amends.User", on_delete=models.PROTECT, related_name="+", db_index=False)
    asked_as = models.CharField(max_length=20)
    asked_at = models.DateTimeField()
    asked_why = models.CharField(max_length=500)
    due_at = models.DateTimeField()
    # asked, granted, refused, withdrawn, lapsed, void (what it was about is over); broken: done without approval, to be reviewed.
    state = models.CharField(max_length=10, default="asked")
    decided_by = models.ForeignKey("amends.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_why = models.CharField(max_length=500, blank=True)
    outcome = models.CharField(max_length=120, blank=True)
    review_due_at = models.DateTimeField(null=True, blank=True)
    reviewed_by = models.ForeignKey("amends.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    reviewed_at = models.DateTimeField(null=True, blank=True)
    reviewed_as = models.CharField(max_length=12, blank=True)  # justified, unjustified
    reviewed_why = models.CharField(max_length=500, blank=True)
    warned = models.PositiveSmallIntegerField(default=0)

    class Meta:
        db_table = "approvals_approval"
        constraints = [
            models.UniqueConstraint(fields=["merchant", "id"], name="approval_tenant_key"),
            models.CheckConstraint(
                condition=~Q(state__in=["granted", "refused"]) | (Q(decided_by__isnull=False) & ~Q(decided_by=F("asked_by"))),
                name="asker_never_approves",
            ),
            models.CheckConstraint(condition=Q(reviewed_by__isnull=True) | ~Q(reviewed_by=F("asked_by")), name="breaker_never_reviews"),
        ]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(state="asked"), name="approvals_waiting"),
            models.Index(fields=["review_due_at"], condition=Q(state="broken", reviewed_at__isnull=True), name="approvals_to_review"),
            models.Index(fields=["merchant", "case_id"], name="approvals_of_case"),
            models.Index(fields=["-asked_at"], name="approvals_by_time"),
        ]


class Spending(Tenanted):
    """What somebody decided about money on one day, alone or with an approval: the day's limits are sums of these rows."""

    user = models.ForeignKey("amends.User", null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    party = models.CharField(max_length=20)
    action = models.CharField(max_length=30)
    day = models.DateField()
    unit = models.CharField(max_length=20)
    amount_minor = models.BigIntegerField()
    case_id = models.BigIntegerField(null=True, blank=True)
    consumer_id = models.BigIntegerField(null=True, blank=True)
    approval_ref = models.CharField(max_length=20, blank=True)
    key = models.CharField(max_length=80)
    made_at = models.DateTimeField()

    class Meta:
        db_table = "approvals_spending"
        constraints = [models.UniqueConstraint(fields=["merchant", "key"], name="spent_once")]
        indexes = [
            models.Index(fields=["user", "day"], name="spending_of_user"),
            models.Index(fields=["merchant", "day"], name="spending_of_merchant"),
            models.Index(fields=["consumer_id", "day"], name="spending_on_consumer"),
            models.Index(fields=["merchant", "case_id"], name="spending_on_case"),
        ]


class MoneyRules(models.Model):
    """One dated version of the rules of money as TOML: written by one person, signed by another, in force from an instant on."""

    version = models.CharField(max_length=12, unique=True)
    body = models.TextField()
    why = models.CharField(max_length=500)
    written_by = models.ForeignKey("amends.User", null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    written_at = models.DateTimeField()
    signed_by = models.ForeignKey("amends.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    signed_at = models.DateTimeField(null=True, blank=True)
    in_force_from = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "approvals_money_rules"
        constraints = [
            models.CheckConstraint(
                condition=Q(signed_by__isnull=True) | ~Q(signed_by=F("written_by")), name="money_rules_signed_by_another"
            ),
            models.CheckConstraint(condition=Q(in_force_from__isnull=True) | Q(signed_at__isnull=False), name="in_force_once_signed"),
        ]
