"""Intents to pay, what the gateway answered and pushed, chargebacks, and payments by hand.

Invariants
 1. An intent is written with its reservation under the payment row's lock (B1); `ref` is its key at the gateway for ever (B2).
 2. Attempts are children of the intent; granted (what we owe) and paid (what the gateway did) are two things.
 3. What a gateway pushes is stored before it is worked on, once for each of its event ids.
"""

from __future__ import annotations

from datetime import timedelta
from typing import ClassVar

from django.db import models
from django.db.models import Q

from amends.cases.life import LifeRow
from amends.kernel.tables import Life
from amends.plumbing.tenants import Tenanted, child_of
from amends.refunds.rules import REFUND

BY_FILE = timedelta(days=4)


class Way(models.TextChoices):
    """How money goes to the consumer."""

    TENDER = "tender"  # back to the means that it was paid with
    TRANSFER = "transfer"  # to the consumer's account at the gateway
    BANK = "bank"  # by a batch file to a bank account
    CREDIT = "credit"  # to the consumer's store credit, by recorded consent


class Payee(Tenanted):
    """Where money may go other than back: a bank account (sealed), or store credit; with the consumer's recorded consent."""

    case = child_of("amends.Case")
    consumer = models.ForeignKey("amends.Consumer", on_delete=models.PROTECT, related_name="+", db_index=False)
    ref = models.CharField(max_length=20, unique=True)
    way = models.CharField(max_length=10, choices=Way)
    sealed = models.TextField(blank=True)
    hint = models.CharField(max_length=80, blank=True)
    consented_by = models.ForeignKey("amends.User", null=True, on_delete=models.SET_NULL, related_name="+", db_index=False)
    consented_at = models.DateTimeField()
    erased_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "refunds_payee"
        constraints = [models.UniqueConstraint(fields=["merchant", "id"], name="payee_tenant_key")]
        indexes = [models.Index(fields=["merchant", "case"], name="payees_of_case")]


class Refund(LifeRow):
    """One intent to pay one tender of one grant, in minor units of the tender's own unit.

    `way` says how the money goes; a payment beyond what an order captured (goodwill, a claim's sum) has no tender. `stands_for` is the
    refund that was redirected to this one. `turn` counts sure failures. `owner` works on it when the machine can't.
    """

    LIFE: ClassVar[Life] = REFUND

    case = child_of("amends.Case", related_name="refunds")
    grant = child_of("amends.Grant")
    tender = child_of("amends.Tender", null=True, blank=True)
    way = models.CharField(max_length=10, choices=Way, default=Way.TENDER)
    gateway = models.CharField(max_length=20, default="house")
    payee = child_of("amends.Payee", null=True, blank=True)
    stands_for = child_of("amends.Refund", null=True, blank=True)
    turn = models.PositiveSmallIntegerField(default=0)
    owner = models.ForeignKey("amends.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="+", db_index=False)
    expected_at = models.DateTimeField(null=True, blank=True)
    ref = models.CharField(max_length=20, unique=True)
    amount_minor = models.BigIntegerField()
    unit = models.CharField(max_length=20)
    provider_ref = models.CharField(max_length=80, blank=True)
    reason = models.CharField(max_length=80, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    paid_at = models.DateTimeField(null=True, blank=True)

    @property
    def grace(self) -> timedelta:
        """The bank's file goes out and comes back on working days, and a consumer who is asked for an account answers in days."""
        return BY_FILE if self.way == Way.BANK and self.stage in ("intended", "sent") else super().grace

    class Meta:
        db_table = "refunds_refund"
        constraints = [
            models.UniqueConstraint(fields=["merchant", "id"], name="refund_tenant_key"),
            models.UniqueConstraint(
                fields=["merchant", "grant", "tender"],
                condition=~Q(stage__in=["dropped", "redirected", "reversed"]),
                name="one_live_refund_a_tender",
            ),
            models.UniqueConstraint(
                fields=["merchant", "grant"],
                condition=Q(tender__isnull=True) & ~Q(stage__in=["dropped", "redirected", "reversed"]),
                name="one_live_refund_without_tender",
            ),
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="refund_is_positive"),
            models.CheckConstraint(condition=Q(tender__isnull=False) | ~Q(way="tender"), name="back_to_some_tender"),
        ]
        indexes = [
            models.Index(fields=["merchant", "case"], name="refunds_of_case"),
            models.Index(fields=["sent_at"], condition=Q(stage__in=["sent", "unknown"]), name="refunds_unanswered"),
            models.Index(fields=["since"], condition=Q(stage__in=["intended", "frozen", "unknown", "failed"]), name="refunds_in_need"),
            models.Index(fields=["gateway", "provider_ref"], condition=~Q(provider_ref=""), name="refunds_at_provider"),
            models.Index(fields=["merchant", "tender"], name="refunds_of_tender"),
            models.Index(fields=["merchant", "grant"], name="refunds_of_grant"),
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


class Chargeback(Tenanted):
    """The consumer's bank takes a payment back (银行拒付). While it is open nothing more of that sum is refunded (B6)."""

    tender = child_of("amends.Tender", related_name="chargebacks")
    ref = models.CharField(max_length=20, unique=True)
    gateway = models.CharField(max_length=20)
    provider_ref = models.CharField(max_length=80)
    amount_minor = models.BigIntegerField()
    unit = models.CharField(max_length=20)
    reason = models.CharField(max_length=80, blank=True)
    state = models.CharField(max_length=10, default="open")  # open, consumer, merchant: who won
    opened_at = models.DateTimeField()
    answer_by = models.DateTimeField(null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey("amends.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="+", db_index=False)
    # What the bank was told: our words, and of each proof its kind and digest.
    answer = models.CharField(max_length=500, blank=True)
    proof = models.JSONField(default=list)
    decided_at = models.DateTimeField(null=True, blank=True)
    covered_minor = models.BigIntegerField(default=0)

    class Meta:
        db_table = "refunds_chargeback"
        constraints = [
            models.UniqueConstraint(fields=["merchant", "id"], name="chargeback_tenant_key"),
            models.UniqueConstraint(fields=["gateway", "provider_ref"], name="one_chargeback_a_provider_ref"),
            models.CheckConstraint(condition=Q(amount_minor__gt=0, covered_minor__gte=0), name="chargeback_is_positive"),
        ]
        indexes = [models.Index(fields=["merchant", "tender"], name="chargebacks_of_tender")]


class GatewayEvent(models.Model):
    """One push of a gateway, verified and stored before it is worked on; its event id is taken once."""

    gateway = models.CharField(max_length=20)
    event = models.CharField(max_length=120)
    kind = models.CharField(max_length=60, blank=True)
    told = models.JSONField()
    received_at = models.DateTimeField()
    times = models.PositiveIntegerField(default=1)
    state = models.CharField(max_length=10, default="stored")  # stored, worked, ignored, failed
    outcome = models.CharField(max_length=120, blank=True)
    worked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "refunds_gateway_event"
        constraints = [models.UniqueConstraint(fields=["gateway", "event"], name="one_event_an_id")]
        indexes = [
            models.Index(fields=["received_at"], condition=Q(state="stored"), name="gateway_events_waiting"),
            models.Index(fields=["-received_at"], name="gateway_events_by_time"),
            models.Index(
                fields=["received_at"], condition=Q(state__in=["worked", "ignored"]) & ~Q(told={}), name="gateway_events_to_empty"
            ),
        ]


class BankBatch(models.Model):
    """A file of bank transfers: made by one person, released by another, confirmed by the bank's file."""

    ref = models.CharField(max_length=20, unique=True)
    currency = models.CharField(max_length=3)
    total_minor = models.BigIntegerField()
    count = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)
    state = models.CharField(max_length=12, default="made")  # made, released, confirmed
    made_by = models.ForeignKey("amends.User", null=True, on_delete=models.SET_NULL, related_name="+", db_index=False)
    made_at = models.DateTimeField()
    released_by = models.ForeignKey("amends.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="+", db_index=False)
    released_at = models.DateTimeField(null=True, blank=True)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    confirmation = models.CharField(max_length=64, blank=True)

    class Meta:
        db_table = "refunds_bank_batch"
        constraints = [
            models.CheckConstraint(
                condition=Q(released_by__isnull=True) | ~Q(released_by=models.F("made_by")), name="batch_released_by_another"
            ),
        ]


class BankRow(Tenanted):
    """One transfer in a batch: the refund's attempt by bank."""

    batch = models.ForeignKey(BankBatch, on_delete=models.PROTECT, related_name="rows", db_index=False)
    refund = child_of("amends.Refund", related_name="bank_rows")
    position = models.PositiveIntegerField()
    amount_minor = models.BigIntegerField()
    answer = models.CharField(max_length=12, blank=True)
    reason = models.CharField(max_length=80, blank=True)

    class Meta:
        db_table = "refunds_bank_row"
        constraints = [
            models.UniqueConstraint(fields=["batch", "position"], name="one_row_a_position"),
            # A refund stands in one batch at a time: a second one only after the bank has surely refused the first.
            models.UniqueConstraint(fields=["merchant", "refund"], condition=~Q(answer="failed"), name="one_open_row_a_refund"),
        ]
