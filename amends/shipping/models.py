"""Addresses that goods go back to, waybills and what carriers told of them, labels, pick-ups, and pushes as they came.

Invariants
 1. What a carrier tells is kept once for its event id, and never changed; a track's `state` is a fold over its events, so that the order
    in which they come makes no difference.
 2. A push is stored before it is worked on.
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from amends.plumbing.tenants import Tenanted, child_of


class ReturnAddress(Tenanted):
    """An entry of the merchant's address book. `zones`: regions of consumers that send here, none means all; likewise `goods` by class.

    `hours`: [{"days": [1, 2], "from": "09:00", "until": "18:00"}] in the zone `tz`, ISO weekdays.
    """

    ref = models.CharField(max_length=20, unique=True)
    key = models.CharField(max_length=40)
    name = models.CharField(max_length=80)
    phone = models.CharField(max_length=40, blank=True)
    address = models.CharField(max_length=300)
    place = models.CharField(max_length=40, blank=True)
    zones = models.JSONField(default=list)
    goods = models.JSONField(default=list)
    hours = models.JSONField(default=list)
    tz = models.CharField(max_length=40, default="Asia/Shanghai")
    is_default = models.BooleanField(default=False)
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "shipping_return_address"
        constraints = [
            models.UniqueConstraint(fields=["merchant", "id"], name="return_address_tenant_key"),
            models.UniqueConstraint(fields=["merchant", "key"], condition=Q(ended_at__isnull=True), name="one_address_a_key"),
            models.UniqueConstraint(fields=["merchant"], condition=Q(is_default=True, ended_at__isnull=True), name="one_default_address"),
        ]


class Track(Tenanted):
    """One waybill of one carrier for one merchant. `state` and what stands beside it are folded from its events."""

    carrier = models.CharField(max_length=40)
    waybill = models.CharField(max_length=60)
    state = models.CharField(max_length=20, blank=True)
    state_at = models.DateTimeField(null=True, blank=True)
    place = models.CharField(max_length=120, blank=True)
    weight_grams = models.PositiveIntegerField(null=True, blank=True)
    said_grams = models.PositiveIntegerField(null=True, blank=True)
    expected_at = models.DateTimeField(null=True, blank=True)
    heard_at = models.DateTimeField(null=True, blank=True)
    poll_at = models.DateTimeField(null=True, blank=True)
    polls = models.PositiveIntegerField(default=0)
    ended_at = models.DateTimeField(null=True, blank=True)
    made_at = models.DateTimeField()

    class Meta:
        db_table = "shipping_track"
        constraints = [
            models.UniqueConstraint(fields=["merchant", "id"], name="track_tenant_key"),
            models.UniqueConstraint(fields=["merchant", "carrier", "waybill"], name="one_track_a_waybill"),
        ]
        indexes = [
            models.Index(fields=["carrier", "waybill"], name="tracks_by_waybill"),
            models.Index(fields=["waybill"], name="tracks_by_number"),
            models.Index(fields=["poll_at"], condition=Q(poll_at__isnull=False), name="tracks_to_poll"),
        ]


class TrackEvent(Tenanted):
    """One thing that a carrier told of a waybill. `kind` is a word of shipping.rules, `key` the carrier's id of it (or its digest)."""

    track = child_of("amends.Track", related_name="events")
    key = models.CharField(max_length=120)
    kind = models.CharField(max_length=20)
    at = models.DateTimeField()
    place = models.CharField(max_length=120, blank=True)
    words = models.CharField(max_length=200, blank=True)
    weight_grams = models.PositiveIntegerField(null=True, blank=True)
    expected_at = models.DateTimeField(null=True, blank=True)
    source = models.CharField(max_length=10)  # push, poll, hand
    heard_at = models.DateTimeField()

    class Meta:
        db_table = "shipping_track_event"
        constraints = [models.UniqueConstraint(fields=["merchant", "track", "key"], name="told_once_of_a_track")]
        indexes = [models.Index(fields=["merchant", "track", "at"], name="events_of_track")]


class CarrierPush(models.Model):
    """One push of a carrier, verified and stored before it is worked on; its event id is taken once."""

    carrier = models.CharField(max_length=40)
    event = models.CharField(max_length=120)
    waybill = models.CharField(max_length=60, blank=True)
    told = models.JSONField()
    received_at = models.DateTimeField()
    times = models.PositiveIntegerField(default=1)
    state = models.CharField(max_length=10, default="stored")  # stored, worked, ignored, failed
    outcome = models.CharField(max_length=120, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    worked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "shipping_carrier_push"
        constraints = [models.UniqueConstraint(fields=["carrier", "event"], name="one_push_an_event")]
        indexes = [
            models.Index(fields=["received_at"], condition=Q(state="stored"), name="carrier_pushes_waiting"),
            models.Index(fields=["waybill"], condition=Q(state="ignored") & ~Q(waybill=""), name="carrier_pushes_unknown"),
            models.Index(fields=["-received_at"], name="carrier_pushes_by_time"),
        ]


class Label(Tenanted):
    """A shipping label bought for a life (a parcel back or home, a replacement): its PDF, and the code that a drop-off point scans."""

    ref = models.CharField(max_length=20, unique=True)
    life = models.CharField(max_length=20)
    life_id = models.BigIntegerField()
    carrier = models.CharField(max_length=40)
    waybill = models.CharField(max_length=60, blank=True)
    provider_ref = models.CharField(max_length=80, blank=True)
    drop_off_code = models.CharField(max_length=200, blank=True)
    path = models.CharField(max_length=200, blank=True)
    cost_minor = models.BigIntegerField(null=True, blank=True)
    currency = models.CharField(max_length=3, blank=True)
    state = models.CharField(max_length=10, default="asked")  # asked, bought, failed, voided
    reason = models.CharField(max_length=80, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    made_at = models.DateTimeField()
    bought_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "shipping_label"
        constraints = [
            models.UniqueConstraint(fields=["merchant", "id"], name="label_tenant_key"),
            models.UniqueConstraint(
                fields=["merchant", "life", "life_id"], condition=Q(state__in=["asked", "bought"]), name="one_label_a_life"
            ),
        ]


class Pickup(Tenanted):
    """A courier is booked to fetch goods from a consumer. `people` 2 for what is bulky; `packaging`: the courier brings it."""

    ref = models.CharField(max_length=20, unique=True)
    life = models.CharField(max_length=20)
    life_id = models.BigIntegerField()
    carrier = models.CharField(max_length=40)
    provider_ref = models.CharField(max_length=80, blank=True)
    from_at = models.DateTimeField()
    until_at = models.DateTimeField()
    address = child_of("amends.CaseText", null=True, blank=True)
    people = models.PositiveSmallIntegerField(default=1)
    packaging = models.BooleanField(default=False)
    # asked, booked, failed, missed, collected, cancelled
    state = models.CharField(max_length=10, default="asked")
    reason = models.CharField(max_length=80, blank=True)
    changes = models.PositiveSmallIntegerField(default=0)
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "shipping_pickup"
        constraints = [
            models.UniqueConstraint(fields=["merchant", "id"], name="pickup_tenant_key"),
            models.UniqueConstraint(
                fields=["merchant", "life", "life_id"], condition=Q(state__in=["asked", "booked"]), name="one_pickup_a_life"
            ),
            models.CheckConstraint(condition=Q(until_at__gt=F("from_at")), name="pickup_lasts"),
            models.CheckConstraint(condition=Q(people__gte=1, people__lte=4), name="pickup_people"),
        ]
        indexes = [models.Index(fields=["until_at"], condition=Q(state__in=["asked", "booked"]), name="pickups_due")]
