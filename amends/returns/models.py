"""Parcels of goods that come back or go home, and what was found about each unit that arrived."""

from __future__ import annotations

from datetime import timedelta
from typing import ClassVar

from django.db import models
from django.db.models import Q

from amends.cases.life import LifeRow
from amends.kernel.tables import Life
from amends.plumbing.tenants import Tenanted, child_of
from amends.returns.rules import INSPECTION, RETURN_SHIPMENT
from amends.shipping.models import Pickup


class ReturnShipment(LifeRow):
    """One parcel: `direction` back (to the merchant) or home (to the consumer). Addresses are erasable texts beside it."""

    LIFE: ClassVar[Life] = RETURN_SHIPMENT

    case = child_of("amends.Case", related_name="parcels")
    ref = models.CharField(max_length=20, unique=True)
    direction = models.CharField(max_length=5, choices=[("back", "back"), ("home", "home")])
    address = child_of("amends.CaseText", null=True, blank=True)
    freight = models.CharField(max_length=20, blank=True)
    # How it travels: label (prepaid), pickup, own (the consumer's courier), '' while nobody chose. Several parcels may travel under one
    # waybill (`travels_with` is the one that has it); `number` counts the parcels of one case.
    way = models.CharField(max_length=10, blank=True)
    number = models.PositiveSmallIntegerField(default=1)
    travels_with = child_of("amends.ReturnShipment", null=True, blank=True)
    goes_to = child_of("amends.ReturnAddress", null=True, blank=True)
    bulky = models.BooleanField(default=False)
    # What the way cost, as the consumer proved it or the label says, in minor units of the case's currency.
    freight_minor = models.BigIntegerField(null=True, blank=True)
    weight_grams = models.PositiveIntegerField(null=True, blank=True)
    received_at = models.DateTimeField(null=True, blank=True)
    received_place = models.CharField(max_length=40, blank=True)
    received_by = models.ForeignKey("amends.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="+", db_index=False)
    carrier = models.CharField(max_length=40, blank=True)
    waybill = models.CharField(max_length=60, blank=True)
    shipped_at = models.DateTimeField(null=True, blank=True)
    delivered_at = models.DateTimeField(null=True, blank=True)

    @property
    def grace(self) -> timedelta:
        """A courier who is booked, for this parcel or the one that it travels with, is late from the end of the booked slot on."""
        booked = self.travels_with_id or self.pk
        slots = Pickup.objects.filter(merchant_id=self.merchant_id, life=self.LIFE.name, life_id=booked, state__in=("asked", "booked"))
        until = slots.order_by("pk").values_list("until_at", flat=True).last() if self.where.limit == "carrier_collects" else None
        return max(timedelta(0), until - self.since) if until else timedelta(0)

    class Meta:
        db_table = "returns_shipment"
        constraints = [
            models.UniqueConstraint(fields=["merchant", "id"], name="parcel_tenant_key"),
            models.UniqueConstraint(fields=["merchant", "carrier", "waybill"], condition=~Q(waybill=""), name="one_parcel_a_waybill"),
        ]
        indexes = [
            models.Index(fields=["merchant", "case"], name="parcels_of_case"),
            models.Index(fields=["merchant", "waybill"], condition=~Q(waybill=""), name="parcels_by_waybill"),
            models.Index(fields=["merchant", "travels_with"], condition=Q(travels_with__isnull=False), name="parcels_that_travel_with"),
        ]


class ParcelUnit(Tenanted):
    """A unit that travels in a parcel, for the grant that it travels for."""

    parcel = child_of("amends.ReturnShipment", related_name="contents")
    grant = child_of("amends.Grant")
    unit = child_of("amends.Unit")

    class Meta:
        db_table = "returns_parcel_unit"
        constraints = [models.UniqueConstraint(fields=["merchant", "parcel", "unit"], name="unit_once_a_parcel")]


class Inspection(LifeRow):
    """What was decided about one unit that arrived."""

    LIFE: ClassVar[Life] = INSPECTION

    case = child_of("amends.Case", related_name="inspections")
    parcel = child_of("amends.ReturnShipment")
    grant = child_of("amends.Grant")
    unit = child_of("amends.Unit")
    reason = child_of("amends.CaseText", null=True, blank=True)
    reduced_minor = models.BigIntegerField(default=0)
    # What was seen: grade A to D of its goods class, the serial number read (and whether it is the one that was sold), grams, the answers
    # of the class's template, and its photos by slot (Evidence references).
    grade = models.CharField(max_length=1, blank=True)
    serial = models.CharField(max_length=60, blank=True)
    serial_fits = models.BooleanField(null=True, blank=True)
    weight_grams = models.PositiveIntegerField(null=True, blank=True)
    checks = models.JSONField(default=dict)
    photos = models.JSONField(default=dict)
    # What became of it in the merchant's house: restock, refurbish, scrap, to_supplier.
    disposition = models.CharField(max_length=12, blank=True)
    disposed_at = models.DateTimeField(null=True, blank=True)
    found_by = models.ForeignKey("amends.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="+", db_index=False)

    class Meta:
        db_table = "returns_inspection"
        constraints = [
            models.UniqueConstraint(fields=["merchant", "id"], name="inspection_tenant_key"),
            models.UniqueConstraint(fields=["merchant", "grant"], name="one_inspection_a_grant"),
        ]
        indexes = [models.Index(fields=["merchant", "case"], name="inspections_of_case")]


class UnknownParcel(Tenanted):
    """A parcel on the receiving desk that nobody announced. `state`: shelved, matched (it is `parcel`), sent_back, disposed."""

    ref = models.CharField(max_length=20, unique=True)
    carrier = models.CharField(max_length=40, blank=True)
    waybill = models.CharField(max_length=60)
    place = models.CharField(max_length=40, blank=True)
    shelf = models.CharField(max_length=40, blank=True)
    weight_grams = models.PositiveIntegerField(null=True, blank=True)
    words = models.CharField(max_length=300, blank=True)
    state = models.CharField(max_length=10, default="shelved")
    parcel = child_of("amends.ReturnShipment", null=True, blank=True)
    made_at = models.DateTimeField()
    due_at = models.DateTimeField()
    made_by = models.ForeignKey("amends.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="+", db_index=False)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "returns_unknown_parcel"
        constraints = [
            models.UniqueConstraint(fields=["merchant", "id"], name="unknown_parcel_tenant_key"),
            models.UniqueConstraint(fields=["merchant", "waybill"], condition=Q(state="shelved"), name="shelved_once"),
        ]
        indexes = [models.Index(fields=["due_at"], condition=Q(state="shelved"), name="shelved_too_long")]


class Batch(Tenanted):
    """One session of a receiving desk: parcels scanned one after the other at one place."""

    ref = models.CharField(max_length=20, unique=True)
    place = models.CharField(max_length=40, blank=True)
    made_by = models.ForeignKey("amends.User", null=True, on_delete=models.SET_NULL, related_name="+", db_index=False)
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "returns_batch"
        constraints = [models.UniqueConstraint(fields=["merchant", "id"], name="batch_tenant_key")]
        indexes = [models.Index(fields=["merchant", "-made_at"], name="batches_of_merchant")]


class Scan(Tenanted):
    """One waybill scanned in a batch and what came of it: received, again (received before), unknown (shelved), refused."""

    batch = child_of("amends.Batch", related_name="scans")
    number = models.PositiveIntegerField()
    waybill = models.CharField(max_length=60)
    outcome = models.CharField(max_length=10)
    parcel = child_of("amends.ReturnShipment", null=True, blank=True)
    unknown = child_of("amends.UnknownParcel", null=True, blank=True)
    made_at = models.DateTimeField()

    class Meta:
        db_table = "returns_scan"
        constraints = [
            models.UniqueConstraint(fields=["merchant", "batch", "number"], name="scans_numbered"),
            models.UniqueConstraint(fields=["merchant", "batch", "waybill"], name="scanned_once_a_batch"),
        ]
