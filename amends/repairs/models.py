"""Workshops and technicians, repairs with their appointments and parts, loan units, warranties, consultations.

Invariants
 1. A technician is in one place at a time: the database refuses appointments that overlap.
 2. A loan unit is out once at a time.
 3. A unit has one warranty; what stops or restarts it is written down.
"""

from __future__ import annotations

from datetime import timedelta
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from amends.cases import acting
from amends.cases.life import LifeRow
from amends.kernel.tables import Life
from amends.plumbing.tenants import Tenanted, child_of
from amends.repairs.lateness import cut
from amends.repairs.rules import CONSULTATION, LOAN, REPAIR


class Workshop(Tenanted):
    """Who repairs for a merchant. `ways`: post, workshop, home. `skills` and `zones` are keys; no zones means everywhere.

    `hours`: as in ReturnAddress, in the zone `tz`; appointments start on `slot_minutes` steps.
    """

    ref = models.CharField(max_length=20, unique=True)
    key = models.CharField(max_length=40)
    name_zh = models.CharField(max_length=120)
    name_en = models.CharField(max_length=120)
    address = models.CharField(max_length=300, blank=True)
    ways = models.JSONField(default=list)
    skills = models.JSONField(default=list)
    zones = models.JSONField(default=list)
    hours = models.JSONField(default=list)
    tz = models.CharField(max_length=40, default="Asia/Shanghai")
    slot_minutes = models.PositiveSmallIntegerField(default=60)
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "repairs_workshop"
        constraints = [
            models.UniqueConstraint(fields=["merchant", "id"], name="workshop_tenant_key"),
            models.UniqueConstraint(fields=["merchant", "key"], name="one_workshop_a_key"),
            models.CheckConstraint(condition=Q(slot_minutes__gte=15, slot_minutes__lte=480), name="slot_sane"),
        ]


class Technician(Tenanted):
    """One person of a workshop; `skills` and `zones` empty mean the workshop's. `day_most`: appointments a day at most."""

    ref = models.CharField(max_length=20, unique=True)
    workshop = child_of("amends.Workshop", related_name="technicians")
    user = models.ForeignKey("amends.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="+", db_index=False)
    name = models.CharField(max_length=80)
    skills = models.JSONField(default=list)
    zones = models.JSONField(default=list)
    day_most = models.PositiveSmallIntegerField(default=8)
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "repairs_technician"
        constraints = [models.UniqueConstraint(fields=["merchant", "id"], name="technician_tenant_key")]
        indexes = [models.Index(fields=["merchant", "workshop"], name="technicians_of_workshop")]


class Repair(LifeRow):
    """One attempt at one unit. Sums in minor units of the case's currency; photos before and after are Evidence references."""

    LIFE: ClassVar[Life] = REPAIR

    case = child_of("amends.Case", related_name="repairs")
    grant = child_of("amends.Grant")
    unit = child_of("amends.Unit")
    ref = models.CharField(max_length=20, unique=True)
    attempt = models.PositiveSmallIntegerField(default=1)
    way = models.CharField(max_length=10, choices=[("post", "post"), ("workshop", "workshop"), ("home", "home")], default="post")
    workshop = child_of("amends.Workshop", null=True, blank=True)
    in_warranty = models.BooleanField(default=True)
    fault = child_of("amends.CaseText", null=True, blank=True)
    diagnosis = child_of("amends.CaseText", null=True, blank=True)
    quote = child_of("amends.CaseText", null=True, blank=True)
    quote_minor = models.BigIntegerField(null=True, blank=True)
    quote_payment = child_of("amends.Supplement", null=True, blank=True)
    outcome = child_of("amends.CaseText", null=True, blank=True)
    tests = models.JSONField(default=list)
    photos_before = models.JSONField(default=list)
    photos_after = models.JSONField(default=list)
    carrier = models.CharField(max_length=40, blank=True)
    waybill = models.CharField(max_length=60, blank=True)
    # The days that the consumer was without the unit count from when it was taken in (or the visit) until it was handed back.
    taken_in_at = models.DateTimeField(null=True, blank=True)
    handed_back_at = models.DateTimeField(null=True, blank=True)

    @property
    def grace(self) -> timedelta:
        """Below zero: the law counts the days of a whole repair, whatever each stage is given (lateness.py)."""
        return cut(self)

    class Meta:
        db_table = "repairs_repair"
        constraints = [
            models.UniqueConstraint(fields=["merchant", "id"], name="repair_tenant_key"),
            models.UniqueConstraint(fields=["merchant", "grant", "attempt"], name="one_repair_an_attempt"),
            models.CheckConstraint(condition=Q(quote_minor__isnull=True) | Q(quote_minor__gt=0), name="quote_is_positive"),
        ]
        indexes = [
            models.Index(fields=["merchant", "case"], name="repairs_of_case"),
            models.Index(fields=["merchant", "workshop", "stage"], name="repairs_of_workshop"),
            models.Index(fields=["merchant", "unit"], name="repairs_of_unit"),
        ]


class Appointment(Tenanted):
    """A technician is somewhere from `starts_at` until `ends_at`. `state`: booked, done, missed, cancelled, moved.

    EXCLUDE USING gist (technician_id WITH =, tstzrange(starts_at, ends_at) WITH &&) WHERE state = 'booked', made in the migration.
    """

    ref = models.CharField(max_length=20, unique=True)
    repair = child_of("amends.Repair", related_name="appointments")
    technician = child_of("amends.Technician")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    address = child_of("amends.CaseText", null=True, blank=True)
    state = models.CharField(max_length=10, default="booked")
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "repairs_appointment"
        constraints = [
            models.UniqueConstraint(fields=["merchant", "id"], name="appointment_tenant_key"),
            models.UniqueConstraint(fields=["merchant", "repair"], condition=Q(state="booked"), name="one_appointment_a_repair"),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="appointment_lasts"),
        ]
        indexes = [models.Index(fields=["merchant", "technician", "starts_at"], name="appointments_of_technician")]


class Part(Tenanted):
    """A spare part ordered for a repair. `state`: ordered, arrived, cancelled."""

    repair = child_of("amends.Repair", related_name="parts")
    name = models.CharField(max_length=120)
    number = models.CharField(max_length=60, blank=True)
    quantity = models.PositiveSmallIntegerField(default=1)
    price_minor = models.BigIntegerField(default=0)
    state = models.CharField(max_length=10, default="ordered")
    ordered_at = models.DateTimeField()
    expected_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "repairs_part"
        constraints = [
            models.UniqueConstraint(fields=["merchant", "id"], name="part_tenant_key"),
            models.CheckConstraint(condition=Q(quantity__gte=1, quantity__lte=99, price_minor__gte=0), name="part_sane"),
        ]
        indexes = [models.Index(fields=["merchant", "repair"], name="parts_of_repair")]


class LoanUnit(Tenanted):
    """A unit that a merchant or workshop lends."""

    ref = models.CharField(max_length=20, unique=True)
    workshop = child_of("amends.Workshop", null=True, blank=True)
    name_zh = models.CharField(max_length=120)
    name_en = models.CharField(max_length=120)
    serial = models.CharField(max_length=60, blank=True)
    goods_class = models.CharField(max_length=20)
    value_minor = models.BigIntegerField(default=0)
    currency = models.CharField(max_length=3)
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "repairs_loan_unit"
        constraints = [models.UniqueConstraint(fields=["merchant", "id"], name="loan_unit_tenant_key")]


class Loan(LifeRow):
    """A loan unit that a consumer has, or is promised, while a repair lasts."""

    LIFE: ClassVar[Life] = LOAN

    case = child_of("amends.Case", related_name="loans")
    repair = child_of("amends.Repair")
    unit = child_of("amends.LoanUnit")
    ref = models.CharField(max_length=20, unique=True)
    condition_out = child_of("amends.CaseText", null=True, blank=True)
    condition_back = child_of("amends.CaseText", null=True, blank=True)
    out_at = models.DateTimeField(null=True, blank=True)
    back_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "repairs_loan"
        constraints = [
            models.UniqueConstraint(fields=["merchant", "id"], name="loan_tenant_key"),
            models.UniqueConstraint(
                fields=["merchant", "unit"],
                condition=Q(stage__in=["promised", "out", "called_back", "returning"]),
                name="lent_once_at_a_time",
            ),
            models.UniqueConstraint(
                fields=["merchant", "repair"],
                condition=Q(stage__in=["promised", "out", "called_back", "returning"]),
                name="one_loan_a_repair",
            ),
        ]
        indexes = [models.Index(fields=["merchant", "case"], name="loans_of_case")]


class Warranty(Tenanted):
    """The warranty of one unit: `days` from `started_at`, later by what a repair took (`paused_days`) or gave (`ends_at` says all).

    `extended_once`: the twelve months that follow a repair in the EU (2024/1799, art. 16) were given. `restarted_by`: the exchange.
    """

    unit = child_of("amends.Unit")
    started_at = models.DateTimeField()
    days = models.PositiveIntegerField()
    paused_days = models.PositiveIntegerField(default=0)
    extended_once = models.BooleanField(default=False)
    restarted_by = models.BigIntegerField(null=True, blank=True)
    repair_ends_at = models.DateTimeField(null=True, blank=True)
    ends_at = models.DateTimeField()
    made_at = models.DateTimeField()

    class Meta:
        db_table = "repairs_warranty"
        constraints = [models.UniqueConstraint(fields=["merchant", "unit"], name="one_warranty_a_unit")]


class Consultation(LifeRow):
    """An expert pulled into a case; `link` is where the session is held, shown to the consumer only once they have agreed."""

    LIFE: ClassVar[Life] = CONSULTATION
    AUDIENCE: ClassVar[str] = acting.PLATFORM_ONLY

    case = child_of("amends.Case", related_name="consultations")
    ref = models.CharField(max_length=20, unique=True)
    skill = models.CharField(max_length=40)
    expert = models.ForeignKey("amends.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="+", db_index=False)
    called_by = models.ForeignKey("amends.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="+", db_index=False)
    why = child_of("amends.CaseText", null=True, blank=True)
    kind = models.CharField(max_length=10, default="notes")  # notes, video, screen
    link = models.CharField(max_length=300, blank=True)
    starts_at = models.DateTimeField(null=True, blank=True)
    consented_at = models.DateTimeField(null=True, blank=True)
    declined_at = models.DateTimeField(null=True, blank=True)
    advice = child_of("amends.CaseText", null=True, blank=True)

    class Meta:
        db_table = "repairs_consultation"
        constraints = [models.UniqueConstraint(fields=["merchant", "id"], name="consultation_tenant_key")]
        indexes = [models.Index(fields=["merchant", "case"], name="consultations_of_case")]
