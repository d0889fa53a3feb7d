"""Outbound deliveries that are being put right."""

from __future__ import annotations

from datetime import timedelta
from typing import ClassVar

from django.db import models
from django.db.models import Q

from amends.cases.life import LifeRow
from amends.deliveries.rules import ABOUT_DAMAGE, DAMAGED, DELIVERY, PROMISED
from amends.kernel.tables import Life
from amends.plumbing.tenants import child_of


class OutboundDelivery(LifeRow):
    """One outbound parcel of an order, looked for or led elsewhere. `kind`: late, lost, misdelivered, damaged."""

    LIFE: ClassVar[Life] = DELIVERY

    case = child_of("amends.Case", related_name="deliveries")
    order = child_of("amends.Order")
    shipment = child_of("amends.Shipment")
    ref = models.CharField(max_length=20, unique=True)
    kind = models.CharField(max_length=20)
    carrier = models.CharField(max_length=40)
    waybill = models.CharField(max_length=60)
    new_waybill = models.CharField(max_length=60, blank=True)
    expected_at = models.DateTimeField(null=True, blank=True)
    address = child_of("amends.CaseText", null=True, blank=True)
    why = child_of("amends.CaseText", null=True, blank=True)
    answer = child_of("amends.CaseText", null=True, blank=True)

    class Meta:
        db_table = "deliveries_delivery"
        constraints = [
            models.UniqueConstraint(fields=["merchant", "id"], name="outbound_tenant_key"),
            models.UniqueConstraint(
                fields=["merchant", "shipment"],
                condition=~Q(stage__in=["confirmed", "fetched", "lost", "dropped"]),
                name="one_open_enquiry_a_shipment",
            ),
        ]
        indexes = [models.Index(fields=["merchant", "case"], name="deliveries_of_case")]

    @property
    def travels_as(self) -> str:
        """The waybill that it travels under now."""
        return self.new_waybill or self.waybill

    @property
    def is_about_damage(self) -> bool:
        """Whether the carrier is asked what happened to the parcel, which the consumer has, and not where it is."""
        return self.kind == DAMAGED

    @property
    def silences(self) -> tuple[str, ...]:
        """A carrier that says nothing has lost what is looked for, and damaged what came damaged."""
        return tuple(verb for verb in self.where.silence if (verb in ABOUT_DAMAGE) is self.is_about_damage)

    @property
    def grace(self) -> timedelta:
        """A new date is broken when the limit after that date is over, and not after the day on which it was given."""
        if self.stage != PROMISED or self.expected_at is None:
            return timedelta(0)
        return max(timedelta(0), self.expected_at - self.since)
