"""Vouchers, moves of points and store credit, and what a consumer is asked to pay on top.

What they are worth stands in the ledger, in units of their own; these rows say whose they are, for how long, and what became of them.
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from amends.plumbing.tenants import Tenanted, child_of


class Voucher(Tenanted):
    """One voucher (优惠券): `amount_minor` off an order of at least `min_spend_minor`, once, from `valid_from` to before `valid_until`."""

    ref = models.CharField(max_length=20, unique=True)
    consumer = models.ForeignKey("amends.Consumer", on_delete=models.PROTECT, related_name="+", db_index=False)
    case = child_of("amends.Case", null=True, blank=True)
    grant = child_of("amends.Grant", null=True, blank=True)
    # Where it counts: at this merchant's, or on the whole platform; and who bears it when it is redeemed.
    scope = models.CharField(max_length=10, default="merchant")
    given_by = models.CharField(max_length=10, default="merchant")
    currency = models.CharField(max_length=3)
    amount_minor = models.BigIntegerField()
    min_spend_minor = models.BigIntegerField(default=0)
    valid_from = models.DateTimeField()
    valid_until = models.DateTimeField()
    state = models.CharField(max_length=10, default="issued")  # issued, redeemed, revoked, expired
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    redeemed_for = models.CharField(max_length=80, blank=True)
    redeemed_minor = models.BigIntegerField(default=0)
    reason = models.CharField(max_length=200, blank=True)
    warned_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "compensation_voucher"
        constraints = [
            models.UniqueConstraint(fields=["merchant", "id"], name="voucher_tenant_key"),
            models.UniqueConstraint(fields=["merchant", "grant"], condition=Q(grant__isnull=False), name="one_voucher_a_grant"),
            models.CheckConstraint(condition=Q(amount_minor__gt=0, min_spend_minor__gte=0), name="voucher_is_positive"),
            models.CheckConstraint(condition=Q(valid_until__gt=F("valid_from")), name="voucher_valid_some_time"),
            models.CheckConstraint(condition=Q(redeemed_minor__gte=0, redeemed_minor__lte=F("amount_minor")), name="redeemed_within"),
        ]
        indexes = [
            models.Index(fields=["consumer", "-made_at"], name="vouchers_of_consumer"),
            models.Index(fields=["valid_until"], condition=Q(state="issued"), name="vouchers_running_out"),
            models.Index(fields=["merchant", "case"], name="vouchers_of_case"),
        ]


class PurseMove(Tenanted):
    """Points or store credit given, spent or taken back, once for each `key`; the balance is the sum in the ledger."""

    consumer = models.ForeignKey("amends.Consumer", on_delete=models.PROTECT, related_name="+", db_index=False)
    purse = models.CharField(max_length=10)  # points, credit
    unit = models.CharField(max_length=20)
    amount_minor = models.BigIntegerField()
    what = models.CharField(max_length=12)  # give, spend, take_back
    case_id = models.BigIntegerField(null=True, blank=True)
    grant_id = models.BigIntegerField(null=True, blank=True)
    spent_for = models.CharField(max_length=80, blank=True)
    key = models.CharField(max_length=80)
    made_at = models.DateTimeField()

    class Meta:
        db_table = "compensation_purse_move"
        constraints = [
            models.UniqueConstraint(fields=["merchant", "key"], name="moved_once"),
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="purse_move_is_positive"),
        ]
        indexes = [models.Index(fields=["consumer", "purse", "-made_at"], name="purse_of_consumer")]


class Supplement(Tenanted):
    """What a consumer is asked to pay on top of an order (the difference of an exchange): paid, it is one more tender of the order."""

    case = child_of("amends.Case", related_name="supplements")
    order = child_of("amends.Order")
    ref = models.CharField(max_length=20, unique=True)
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    why = models.CharField(max_length=30)
    state = models.CharField(max_length=10, default="asked")  # asked, paid, lapsed, dropped
    asked_at = models.DateTimeField()
    due_at = models.DateTimeField()
    gateway = models.CharField(max_length=20)
    tender = child_of("amends.Tender", null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "compensation_supplement"
        constraints = [
            models.UniqueConstraint(fields=["merchant", "id"], name="supplement_tenant_key"),
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="supplement_is_positive"),
        ]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(state="asked"), name="supplements_due"),
            models.Index(fields=["merchant", "case"], name="supplements_of_case"),
        ]
