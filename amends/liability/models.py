"""Bearers outside, charge-backs to them, merchants' deposits and return-freight insurance.

What anybody owes or holds is a sum of ledger lines; no column here is a balance (B27).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from django.db import models
from django.db.models import F, Q

from amends.cases import acting
from amends.cases.life import LifeRow
from amends.kernel.parties import Party
from amends.kernel.tables import Life
from amends.liability.rules import BEARERS, CHARGE_BACK_TO
from amends.people.rules import Actor
from amends.plumbing.tenants import Tenanted, child_of


class Bearer(models.Model):
    """A carrier, supplier or insurer that may bear costs. `key` is how orders and shipments name it."""

    ref = models.CharField(max_length=20, unique=True)
    kind = models.CharField(max_length=10)  # carrier, supplier, insurer
    key = models.CharField(max_length=80)
    name_zh = models.CharField(max_length=120)
    name_en = models.CharField(max_length=120)
    contact = models.CharField(max_length=200, blank=True)
    made_at = models.DateTimeField()

    class Meta:
        db_table = "liability_bearer"
        constraints = [models.UniqueConstraint(fields=["kind", "key"], name="one_bearer_a_key")]


class ChargeBackTo(LifeRow):
    """A cost put to whoever should bear it (追偿). `party` is carrier, supplier or merchant; a merchant has no `bearer` row.

    `borne_by` is who bears the cost until then: merchant or platform.
    """

    LIFE: ClassVar[Life] = CHARGE_BACK_TO
    AUDIENCE: ClassVar[str] = "merchant,platform"

    case = child_of("amends.Case", related_name="charge_backs")
    ref = models.CharField(max_length=20, unique=True)
    party = models.CharField(max_length=10)
    bearer = models.ForeignKey(Bearer, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    borne_by = models.CharField(max_length=10)
    amount_minor = models.BigIntegerField()
    unit = models.CharField(max_length=20)
    what = models.CharField(max_length=20)  # refund, return_freight, goodwill, compensation, other
    clause = models.CharField(max_length=60, blank=True)
    why = child_of("amends.CaseText", null=True, blank=True)
    answer = child_of("amends.CaseText", null=True, blank=True)
    decision = child_of("amends.CaseText", null=True, blank=True)
    owner = models.ForeignKey("amends.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="+", db_index=False)

    class Meta:
        db_table = "liability_charge_back_to"
        constraints = [
            models.UniqueConstraint(fields=["merchant", "id"], name="charge_back_tenant_key"),
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="charge_back_is_positive"),
            models.CheckConstraint(condition=~Q(party=F("borne_by")), name="charged_to_another"),
            models.CheckConstraint(
                condition=Q(party="merchant", bearer__isnull=True) | (~Q(party="merchant") & Q(bearer__isnull=False)), name="bearer_named"
            ),
        ]
        indexes = [
            models.Index(fields=["merchant", "case"], name="charge_backs_of_case"),
            models.Index(fields=["bearer", "-made_at"], name="charge_backs_of_bearer"),
        ]

    @property
    def awaited(self) -> tuple[Party, ...]:
        """Of those whom a cost may be asked of, the one of whom this is."""
        return (Party(self.party),) if Party(self.party) in BEARERS & set(self.where.waits_for) else self.where.waits_for

    @property
    def about(self) -> dict[str, Any]:
        """What every line of it says: of whom and for whom, and how much."""
        return {
            "charge": self.ref,
            "asks": self.party,
            "for": self.borne_by,
            "amount_minor": self.amount_minor,
            "unit_of_account": self.unit,
        }

    def _seen_by(self, audience: str) -> str:
        concerned = "merchant" in (self.party, self.borne_by)
        return super()._seen_by(audience) if concerned else acting.PLATFORM_ONLY

    def check_move(self, verb: str, by: Actor) -> None:
        """This move stands in the table for `by` now. Raises NoSuchMove, NotYourMove."""
        self._becomes(verb, by)

    def move(self, verb: str, by: Actor, *, facts: Mapping[str, Any] | None = None, audience: str = acting.EVERYBODY) -> None:
        """As every life; each line says of whom and for whom."""
        super().move(verb, by, facts={**self.about, **(facts or {})}, audience=audience)

    def tell(self, what: str, by: Actor, *, facts: Mapping[str, Any] | None = None, audience: str = acting.EVERYBODY) -> None:
        """As every life; each line says of whom and for whom."""
        super().tell(what, by, facts={**self.about, **(facts or {})}, audience=audience)


class Deposit(models.Model):
    """The deposit (保证金) that a merchant has to keep, in minor units; the row whose lock guards it. The balance is the ledger's."""

    merchant = models.OneToOneField("amends.Merchant", on_delete=models.PROTECT, related_name="deposit", primary_key=True)
    currency = models.CharField(max_length=3)
    required_minor = models.BigIntegerField(default=0)
    warn_minor = models.BigIntegerField(default=0)
    warned_at = models.DateTimeField(null=True, blank=True)
    made_at = models.DateTimeField()

    class Meta:
        db_table = "liability_deposit"
        constraints = [models.CheckConstraint(condition=Q(required_minor__gte=0, warn_minor__gte=0), name="deposit_not_negative")]


class DepositMove(Tenanted):
    """One move of a deposit: top_up, hold, release, deduct, pay_out. A deduction is announced and done after its notice has run."""

    ref = models.CharField(max_length=20, unique=True)
    kind = models.CharField(max_length=10)
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    reason = models.CharField(max_length=30)
    why = models.CharField(max_length=500, blank=True)
    case_id = models.BigIntegerField(null=True, blank=True)
    charge = child_of("amends.ChargeBackTo", null=True, blank=True)
    of_hold = child_of("amends.DepositMove", null=True, blank=True)
    state = models.CharField(max_length=10)  # announced, contested, done, withdrawn
    asked_by = models.ForeignKey("amends.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    approval_ref = models.CharField(max_length=20, blank=True)
    provider_ref = models.CharField(max_length=80, blank=True)
    made_at = models.DateTimeField()
    notice_until = models.DateTimeField(null=True, blank=True)
    contested_why = models.CharField(max_length=500, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    taken_minor = models.BigIntegerField(default=0)

    class Meta:
        db_table = "liability_deposit_move"
        constraints = [
            models.UniqueConstraint(fields=["merchant", "id"], name="deposit_move_tenant_key"),
            models.UniqueConstraint(fields=["merchant", "provider_ref"], condition=~Q(provider_ref=""), name="topped_up_once"),
            models.UniqueConstraint(
                fields=["merchant", "charge"], condition=Q(charge__isnull=False) & ~Q(state="withdrawn"), name="one_deduction_a_charge"
            ),
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="deposit_move_is_positive"),
        ]
        indexes = [
            models.Index(fields=["merchant", "-made_at"], name="deposit_moves_of_merchant"),
            models.Index(fields=["notice_until"], condition=Q(state="announced"), name="deductions_due"),
        ]


class Insurance(Tenanted):
    """Return-freight insurance (退货运费险) of one order: who paid the premium, what it covers, and what was paid out, once."""

    order = child_of("amends.Order")
    ref = models.CharField(max_length=20, unique=True)
    insurer = models.ForeignKey(Bearer, on_delete=models.PROTECT, related_name="+", db_index=False)
    paid_by = models.CharField(max_length=10)  # consumer, merchant, platform
    premium_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    rules_version = models.CharField(max_length=12)
    zone = models.CharField(max_length=20)
    made_at = models.DateTimeField()
    case_id = models.BigIntegerField(null=True, blank=True)
    grant = child_of("amends.Grant", null=True, blank=True)
    paid_out_minor = models.BigIntegerField(default=0)
    paid_out_at = models.DateTimeField(null=True, blank=True)
    refused_because = models.CharField(max_length=30, blank=True)

    class Meta:
        db_table = "liability_insurance"
        constraints = [
            models.UniqueConstraint(fields=["merchant", "order"], name="one_insurance_an_order"),
            models.CheckConstraint(condition=Q(premium_minor__gte=0, paid_out_minor__gte=0), name="insurance_not_negative"),
        ]


class Proposal(Tenanted):
    """Who should bear a cost of a case, as the record suggests it: `reasons` are [{"code", "facts"}], what each rests on.

    `state`: proposed, asked (`charge` came of it), dismissed. It moves nothing by itself: a person asks the bearer.
    """

    case = child_of("amends.Case")
    ref = models.CharField(max_length=20, unique=True)
    party = models.CharField(max_length=10)
    bearer = models.ForeignKey(Bearer, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    what = models.CharField(max_length=20)
    amount_minor = models.BigIntegerField()
    unit = models.CharField(max_length=20)
    score_bps = models.PositiveSmallIntegerField()
    reasons = models.JSONField(default=list)
    state = models.CharField(max_length=10, default="proposed")
    charge = child_of("amends.ChargeBackTo", null=True, blank=True)
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey("amends.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="+", db_index=False)

    class Meta:
        db_table = "liability_proposal"
        constraints = [
            models.UniqueConstraint(fields=["merchant", "id"], name="proposal_tenant_key"),
            models.UniqueConstraint(
                fields=["merchant", "case", "party", "what"], condition=Q(state="proposed"), name="one_open_proposal_a_party"
            ),
            models.CheckConstraint(condition=Q(amount_minor__gt=0, score_bps__lte=10000), name="proposal_sane"),
        ]
        indexes = [models.Index(fields=["merchant", "-made_at"], condition=Q(state="proposed"), name="proposals_open")]


class SignedLink(Tenanted):
    """A link by which somebody without an account answers for one charge or one enquiry, once. Only the secret's digest is kept."""

    ref = models.CharField(max_length=20, unique=True)
    digest = models.CharField(max_length=64, unique=True)
    life = models.CharField(max_length=20)  # charge_back_to, delivery
    life_id = models.BigIntegerField()
    case = child_of("amends.Case")
    bearer = models.ForeignKey(Bearer, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    made_by = models.ForeignKey("amends.User", null=True, on_delete=models.SET_NULL, related_name="+", db_index=False)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    opened_at = models.DateTimeField(null=True, blank=True)
    used_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "liability_signed_link"
        constraints = [
            models.UniqueConstraint(fields=["merchant", "id"], name="signed_link_tenant_key"),
            models.UniqueConstraint(
                fields=["merchant", "life", "life_id"],
                condition=Q(used_at__isnull=True, ended_at__isnull=True),
                name="one_open_link_a_matter",
            ),
        ]
