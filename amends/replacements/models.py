"""Replacements on their way to a consumer, and those that left before the return came."""

from __future__ import annotations

from datetime import timedelta
from typing import ClassVar

from django.db import models
from django.db.models import Q

from amends.cases.life import LifeRow
from amends.compensation.models import Supplement
from amends.kernel import clock
from amends.kernel.tables import Life
from amends.plumbing.tenants import Tenanted, child_of
from amends.replacements.rules import ADVANCE, PACKING, REPLACEMENT
from amends.returns.models import ParcelUnit


class Replacement(LifeRow):
    """One piece that goes out for one unit. `kind`: exchange, resend. `wanted` is what goes out (None: the same article).

    `price_minor` is what the wanted article costs now, where it is another one; `part` says what of the unit is sent, where it is a part.
    """

    LIFE: ClassVar[Life] = REPLACEMENT

    case = child_of("amends.Case", related_name="replacements")
    grant = child_of("amends.Grant")
    unit = child_of("amends.Unit")
    ref = models.CharField(max_length=20, unique=True)
    kind = models.CharField(max_length=10, choices=[("exchange", "exchange"), ("resend", "resend")])
    wanted = child_of("amends.Product", null=True, blank=True)
    price_minor = models.BigIntegerField(null=True, blank=True)
    part = child_of("amends.CaseText", null=True, blank=True)
    before_return = models.BooleanField(default=False)
    serial = models.CharField(max_length=60, blank=True)
    address = child_of("amends.CaseText", null=True, blank=True)
    carrier = models.CharField(max_length=40, blank=True)
    waybill = models.CharField(max_length=60, blank=True)
    shipped_at = models.DateTimeField(null=True, blank=True)
    delivered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "replacements_replacement"
        constraints = [
            models.UniqueConstraint(fields=["merchant", "id"], name="replacement_tenant_key"),
            models.UniqueConstraint(
                fields=["merchant", "grant"], condition=~Q(stage__in=["fallen_back", "dropped"]), name="one_live_replacement_a_grant"
            ),
            models.UniqueConstraint(fields=["merchant", "carrier", "waybill"], condition=~Q(waybill=""), name="one_replacement_a_waybill"),
        ]
        indexes = [models.Index(fields=["merchant", "case"], name="replacements_of_case")]

    @property
    def grace(self) -> timedelta:
        """While a difference is asked for, the merchant may not ship: the limit to ship runs from the day when it must be paid."""
        if self.stage != PACKING or self.price_minor is None:
            return timedelta(0)
        asked = Supplement.objects.filter(merchant_id=self.merchant_id, case_id=self.case_id, state="asked").order_by("-due_at").first()
        return max(timedelta(0), asked.due_at - clock.now()) if asked else timedelta(0)


class Offered(Tenanted):
    """An article that the consumer may choose instead; `difference_minor` is to pay (above zero) or goes back (below)."""

    case = child_of("amends.Case")
    replacement = child_of("amends.Replacement", related_name="alternatives")
    product = child_of("amends.Product")
    price_minor = models.BigIntegerField()
    difference_minor = models.BigIntegerField()
    made_at = models.DateTimeField()

    class Meta:
        db_table = "replacements_offered"
        constraints = [models.UniqueConstraint(fields=["merchant", "replacement", "product"], name="offered_once")]


class Advance(LifeRow):
    """A replacement that leaves before the return has come. `value_minor` is at stake; `security` is what the consumer left for it."""

    LIFE: ClassVar[Life] = ADVANCE

    case = child_of("amends.Case", related_name="advances")
    grant = child_of("amends.Grant")
    ref = models.CharField(max_length=20, unique=True)
    value_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    tier = models.CharField(max_length=20, blank=True)
    security = child_of("amends.Supplement", null=True, blank=True)

    class Meta:
        db_table = "replacements_advance"
        constraints = [
            models.UniqueConstraint(fields=["merchant", "id"], name="advance_tenant_key"),
            models.UniqueConstraint(
                fields=["merchant", "grant"], condition=~Q(stage__in=["declined", "dropped"]), name="one_live_advance_a_grant"
            ),
            models.CheckConstraint(condition=Q(value_minor__gte=0), name="advance_not_negative"),
        ]
        indexes = [models.Index(fields=["merchant", "case"], name="advances_of_case")]

    @property
    def grace(self) -> timedelta:
        """Once the return was called in, a parcel that is under way has the time to come and to be inspected."""
        mine = ParcelUnit.objects.filter(merchant_id=self.merchant_id, grant_id=self.grant_id, parcel__direction="back")
        under_way = mine.filter(parcel__stage__in=["in_transit", "tracing", "delivered", "received"])
        return timedelta(days=30) if self.stage == "overdue" and under_way.exists() else timedelta(0)
