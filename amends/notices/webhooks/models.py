"""Where a merchant's own programs listen, and what each of them is owed: one delivery for each line of a timeline."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from amends.kernel import clock
from amends.plumbing.tenants import Tenanted, child_of


class Endpoint(Tenanted):
    """An address that takes webhooks. `secrets` are kept sealed, newest first; an older one signs too until its `until` has come.

    `state`: on, paused (by a person) or alarmed (by us, because nobody answers there); what comes meanwhile waits in order.
    """

    ref = models.CharField(max_length=20, unique=True)
    url = models.CharField(max_length=500)
    label = models.CharField(max_length=80, blank=True)
    events = models.JSONField(default=list)
    secrets = models.JSONField(default=list)
    state = models.CharField(max_length=10, default="on")
    why = models.CharField(max_length=80, blank=True)
    failing_since = models.DateTimeField(null=True, blank=True)
    failures = models.PositiveIntegerField(default=0)
    next_at = models.DateTimeField(null=True, blank=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False)
    made_at = models.DateTimeField(default=clock.now)
    changed_at = models.DateTimeField(default=clock.now)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "notices_endpoint"
        constraints = [
            models.UniqueConstraint(fields=["merchant", "id"], name="endpoint_tenant_key"),
            models.UniqueConstraint(fields=["merchant", "url"], condition=Q(ended_at__isnull=True), name="one_endpoint_an_address"),
        ]
        indexes = [models.Index(fields=["merchant"], condition=Q(ended_at__isnull=True), name="endpoints_open")]


class Delivery(Tenanted):
    """One line of a timeline owed to one endpoint. `number` orders the deliveries of a case: none goes out before the one before it has
    arrived or was given up. The webhook's id never changes, however often it is tried or replayed."""

    endpoint = child_of("amends.Endpoint", related_name="deliveries")
    ref = models.CharField(max_length=20)
    case_id = models.BigIntegerField()
    number = models.PositiveIntegerField()
    entry_id = models.BigIntegerField()
    entry_made_at = models.DateTimeField()
    type = models.CharField(max_length=60)
    state = models.CharField(max_length=12, default="queued")
    attempts = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField(null=True, blank=True)
    made_at = models.DateTimeField(default=clock.now)
    first_at = models.DateTimeField(null=True, blank=True)
    delivered_at = models.DateTimeField(null=True, blank=True)
    status = models.PositiveSmallIntegerField(null=True, blank=True)
    error = models.CharField(max_length=200, blank=True)
    replays = models.PositiveSmallIntegerField(default=0)
    log = models.JSONField(default=list)

    class Meta:
        db_table = "notices_delivery"
        constraints = [
            models.UniqueConstraint(fields=["merchant", "id"], name="delivery_tenant_key"),
            models.UniqueConstraint(fields=["merchant", "endpoint", "entry_id"], name="delivered_once_an_entry"),
        ]
        indexes = [
            # The sender's only reader: what is due, and whether something of the same case waits before it.
            models.Index(fields=["next_at"], condition=Q(next_at__isnull=False), name="deliveries_due"),
            models.Index(fields=["merchant", "endpoint", "case_id", "number"], name="deliveries_in_order"),
            models.Index(fields=["merchant", "endpoint", "-made_at"], name="deliveries_by_time"),
            models.Index(fields=["merchant", "endpoint", "ref"], name="deliveries_by_ref"),
            # The first of a case that is still on its way, however many have arrived.
            models.Index(
                fields=["merchant", "endpoint", "case_id", "number"],
                condition=Q(state__in=["queued", "handed", "sending"]),
                name="deliveries_open",
            ),
        ]
