"""The books in double entry: accounts, postings and their lines.

Invariants, kept by the database itself (triggers of migration 0007):
 1. A posting has at least two lines and balances to zero in every unit of account; refused at commit (B27).
 2. A line is added only in the transaction that wrote its posting, and is in its account's unit. Nothing is ever changed or deleted.
 3. Nothing is posted twice: `key` is what happened and to what.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from amends.plumbing.tenants import Tenanted, child_of


class Account(models.Model):
    """What one party holds or owes in one unit of account; clearing accounts belong to nobody.

    `holder_id` names whose: a merchant's, consumer's or bearer's id; 0 for the platform and for clearing.
    """

    party = models.CharField(max_length=20)
    holder_id = models.BigIntegerField(default=0)
    name = models.CharField(max_length=30)
    unit = models.CharField(max_length=20)

    class Meta:
        db_table = "ledger_account"
        constraints = [models.UniqueConstraint(fields=["party", "holder_id", "name", "unit"], name="one_account_a_name")]


class Posting(Tenanted):
    """One thing that happened in the books; never changed. `cause` names the timeline row: life, id, verb, act."""

    order = child_of("amends.Order", null=True, blank=True)
    case_id = models.BigIntegerField(null=True, blank=True)
    refund_id = models.BigIntegerField(null=True, blank=True)
    what = models.CharField(max_length=20)
    key = models.CharField(max_length=60)
    cause = models.CharField(max_length=80)
    made_at = models.DateTimeField()

    class Meta:
        db_table = "ledger_posting"
        constraints = [
            models.UniqueConstraint(fields=["merchant", "id"], name="posting_tenant_key"),
            models.UniqueConstraint(fields=["merchant", "key"], name="posted_once"),
        ]
        indexes = [
            models.Index(fields=["merchant", "order"], name="postings_of_order"),
            models.Index(fields=["merchant", "case_id"], condition=Q(case_id__isnull=False), name="postings_of_case"),
            models.Index(fields=["merchant", "made_at"], name="postings_by_time"),
        ]


class Line(Tenanted):
    """One side of a posting: debit positive, credit negative, in minor units of the account's unit.

    `order_line_id` says which article a commission is of; a commission given back `reverses` the line that took it (B26).
    """

    posting = child_of("amends.Posting", related_name="lines")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_index=False)
    unit = models.CharField(max_length=20)
    amount_minor = models.BigIntegerField()
    order_line_id = models.BigIntegerField(null=True, blank=True)
    reverses = child_of("amends.Line", null=True, blank=True)

    class Meta:
        db_table = "ledger_line"
        constraints = [
            models.UniqueConstraint(fields=["merchant", "id"], name="ledger_line_tenant_key"),
            models.CheckConstraint(condition=~Q(amount_minor=0), name="a_line_moves_something"),
        ]
        indexes = [
            models.Index(fields=["merchant", "posting"], name="lines_of_posting"),
            models.Index(fields=["account"], name="lines_of_account"),
            models.Index(fields=["merchant", "reverses"], condition=Q(reverses__isnull=False), name="lines_that_reverse"),
        ]
