"""Parcels of goods that come back or go home, and what was found about each unit that arrived."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from amends.cases.life import LifeRow
from amends.kernel.tables import Life
from amends.plumbing.tenants import Tenanted, child_of
from amends.returns.rules import INSPECTION, RETURN_SHIPMENT


class ReturnShipment(LifeRow):
    """One parcel: `direction` back (to the merchant) or home (to the consumer). Addresses are erasable texts beside it."""

    LIFE: ClassVar[Life] = RETURN_SHIPMENT

    case = child_of("amends.Case", related_name="parcels")
    ref = models.CharField(max_length=20, unique=True)
    direction = models.CharField(max_length=5, choices=[("back", "back"), ("home", "home")])
    address = child_of("amends.CaseText", null=True, blank=True)
    freight = models.CharField(max_length=20, blank=True)
    carrier = models.CharField(max_length=40, blank=True)
    waybill = models.CharField(max_length=60, blank=True)
    shipped_at = models.DateTimeField(null=True, blank=True)
    delivered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "returns_shipment"
        constraints = [
            models.UniqueConstraint(fields=["merchant", "id"], name="parcel_tenant_key"),
            models.UniqueConstraint(fields=["merchant", "carrier", "waybill"], condition=~Q(waybill=""), name="one_parcel_a_waybill"),
        ]
        indexes = [models.Index(fields=["merchant", "case"], name="parcels_of_case")]


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

    class Meta:
        db_table = "returns_inspection"
        constraints = [
            models.UniqueConstraint(fields=["merchant", "id"], name="inspection_tenant_key"),
            models.UniqueConstraint(fields=["merchant", "grant"], name="one_inspection_a_grant"),
        ]
        indexes = [models.Index(fields=["merchant", "case"], name="inspections_of_case")]
