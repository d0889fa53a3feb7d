"""Intents to pay, what the gateway answered, and the books in double entry.

Invariants
 1. An intent is written with its reservation under the payment row's lock (B1); `ref` is its key at the gateway for ever (B2).
 2. Attempts are children of the intent; granted (what we owe) and paid (what the gateway did) are two things.
 3. Postings are never changed; each balances to zero in every unit: a constraint trigger refuses the rest at commit.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from amends.cases.life import LifeRow
from amends.kernel.tables import Life
from amends.plumbing.tenants import Tenanted, child_of
from amends.refunds.rules import REFUND


class Refund(LifeRow):
    """One intent to pay one tender of one grant, in minor units of the tender's own unit."""

    LIFE: ClassVar[Life] = REFUND

    case = child_of("amends.Case", related_name="refunds")
    grant = child_of("amends.Grant")
    tender = child_of("amends.Tender")
    ref = models.CharField(max_length=20, unique=True)
    amount_minor = models.BigIntegerField()
    unit = models.CharField(max_length=20)
    provider_ref = models.CharField(max_length=80, blank=True)
    reason = models.CharField(max_length=80, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    paid_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "refunds_refund"
        constraints = [
            models.UniqueConstraint(fields=["merchant", "id"], name="refund_tenant_key"),
            models.UniqueConstraint(
                fields=["merchant", "grant", "tender"],
                condition=~Q(stage__in=["dropped", "redirected", "reversed"]),
                name="one_live_refund_a_tender",
            ),
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="refund_is_positive"),
        ]
        indexes = [
            models.Index(fields=["merchant", "case"], name="refunds_of_case"),
            models.Index(fields=["sent_at"], condition=Q(stage__in=["sent", "unknown"]), name="refunds_unanswered"),
        ]


class Attempt(Tenanted):
    """One call of the gateway for a refund, and what it answered."""

    refund = child_of("amends.Refund", related_name="attempts")
    number = models.PositiveSmallIntegerField()
    made_at = models.DateTimeField()
    answer = models.CharField(max_length=12)
    reason = models.CharField(max_length=80, blank=True)

    class Meta:
        db_table = "refunds_attempt"
        constraints = [models.UniqueConstraint(fields=["merchant", "refund", "number"], name="one_attempt_a_number")]


class Account(models.Model):
    """What one party holds or owes in one unit of account; clearing accounts belong to nobody."""

    party = models.CharField(max_length=20)
    holder_id = models.BigIntegerField(default=0)
    name = models.CharField(max_length=30)
    unit = models.CharField(max_length=20)

    class Meta:
        db_table = "refunds_account"
        constraints = [models.UniqueConstraint(fields=["party", "holder_id", "name", "unit"], name="one_account_a_name")]


class Posting(Tenanted):
    """One thing that happened in the books, caused by one timeline row; never changed."""

    order = child_of("amends.Order")
    case_id = models.BigIntegerField(null=True, blank=True)
    refund_id = models.BigIntegerField(null=True, blank=True)
    what = models.CharField(max_length=20)
    key = models.CharField(max_length=60)
    cause = models.CharField(max_length=80)
    made_at = models.DateTimeField()

    class Meta:
        db_table = "refunds_posting"
        constraints = [
            models.UniqueConstraint(fields=["merchant", "id"], name="posting_tenant_key"),
            models.UniqueConstraint(fields=["merchant", "key"], name="posted_once"),
        ]
        indexes = [models.Index(fields=["merchant", "order"], name="postings_of_order")]


class Line(Tenanted):
    """One side of a posting: debit positive, credit negative, in minor units of the account's unit."""

    posting = child_of("amends.Posting", related_name="lines")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    unit = models.CharField(max_length=20)
    amount_minor = models.BigIntegerField()

    class Meta:
        db_table = "refunds_line"
        indexes = [models.Index(fields=["merchant", "posting"], name="lines_of_posting")]
