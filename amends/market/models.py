"""Facts copied from the shop: merchants, consumers, products, orders and their units, payments and their tenders, shipments.

Every sum is apportioned to units when the order comes in, so that any partition of the units refunds to exactly what was paid (B9).
"""

from __future__ import annotations

from typing import ClassVar, Self

from django.db import models
from django.db.models import F, Q

from amends.kernel import clock
from amends.kernel.parties import Party
from amends.people.rules import Actor
from amends.plumbing.tenants import Tenanted, child_of


class Merchant(models.Model):
    """A seller on the marketplace: the wall between tenants."""

    ref = models.CharField(max_length=20, unique=True)
    name_zh = models.CharField(max_length=120)
    name_en = models.CharField(max_length=120)
    zone = models.CharField(max_length=40, default="Asia/Shanghai")
    calendar = models.CharField(max_length=20, default="cn")
    return_address = models.CharField(max_length=300)
    source = models.CharField(max_length=200, blank=True)
    made_at = models.DateTimeField(default=clock.now)

    class Meta:
        db_table = "market_merchant"


class Consumer(models.Model):
    """A buyer. The name is personal and erasable; nothing in a timeline holds it."""

    ref = models.CharField(max_length=20, unique=True)
    name_zh = models.CharField(max_length=80)
    name_en = models.CharField(max_length=80)
    # How good a customer the shop says this is, and where they live: lanes may ask for either, no right ever does.
    tier = models.CharField(max_length=20, blank=True)
    region = models.CharField(max_length=40, blank=True)
    source = models.CharField(max_length=200, blank=True)
    made_at = models.DateTimeField(default=clock.now)

    class Meta:
        db_table = "market_consumer"


class Product(Tenanted):
    """What is sold, with the class of goods that the policy asks for."""

    ref = models.CharField(max_length=20, unique=True)
    key = models.CharField(max_length=80)
    name_zh = models.CharField(max_length=200)
    name_en = models.CharField(max_length=200)
    goods_class = models.CharField(max_length=20)
    department = models.CharField(max_length=80, blank=True)
    warranty_days = models.PositiveIntegerField(default=0)
    # Articles of one `variants` key are variants of each other (size, colour); what it costs now, where the shop told it.
    variants = models.CharField(max_length=80, blank=True)
    variant_zh = models.CharField(max_length=80, blank=True)
    variant_en = models.CharField(max_length=80, blank=True)
    price_minor = models.BigIntegerField(null=True, blank=True)
    currency = models.CharField(max_length=3, blank=True)
    serialised = models.BooleanField(default=False)
    weight_grams = models.PositiveIntegerField(null=True, blank=True)
    bulky = models.BooleanField(default=False)
    supplier = models.CharField(max_length=80, blank=True)
    invented = models.BooleanField(default=False)

    class Meta:
        db_table = "market_product"
        constraints = [
            models.UniqueConstraint(fields=["merchant", "id"], name="product_tenant_key"),
            models.UniqueConstraint(fields=["merchant", "key"], name="one_product_a_key"),
            models.CheckConstraint(condition=Q(price_minor__isnull=True) | Q(price_minor__gte=0), name="product_price_not_negative"),
        ]
        indexes = [models.Index(fields=["merchant", "variants"], condition=~Q(variants=""), name="variants_of_an_article")]


class PriceMark(Tenanted):
    """What a listing cost from an instant on, as the shop told it; of one instant and product there is one price."""

    product = child_of("amends.Product", related_name="price_marks")
    currency = models.CharField(max_length=3)
    price_minor = models.BigIntegerField()
    since = models.DateTimeField()
    source = models.CharField(max_length=200, blank=True)

    class Meta:
        db_table = "market_price_mark"
        constraints = [
            models.UniqueConstraint(fields=["merchant", "product", "currency", "since"], name="one_price_an_instant"),
            models.CheckConstraint(condition=Q(price_minor__gte=0), name="price_not_negative"),
        ]


class OrderQuery(models.QuerySet["Order"]):
    def visible_to(self, actor: Actor) -> Self:
        """The orders that `actor` may know of; everything else does not exist."""
        if actor.sees_everything:
            return self
        if actor.party is Party.CONSUMER and actor.consumer_id:
            return self.filter(consumer_id=actor.consumer_id)
        if actor.party is Party.MERCHANT and actor.merchant_id:
            return self.filter(merchant_id=actor.merchant_id)
        return self.none()


class Order(Tenanted):
    """One purchase as the shop told it. All sums in minor units of `currency`."""

    ref = models.CharField(max_length=20, unique=True)
    number = models.CharField(max_length=80)
    consumer = models.ForeignKey(Consumer, on_delete=models.PROTECT, related_name="+")
    placed_at = models.DateTimeField()
    currency = models.CharField(max_length=3)
    list_minor = models.BigIntegerField()
    discount_minor = models.BigIntegerField()
    freight_minor = models.BigIntegerField(default=0)
    packaging_minor = models.BigIntegerField(default=0)
    paid_minor = models.BigIntegerField()
    promotions = models.JSONField(default=list)
    promised_no_reason = models.BooleanField(default=False)
    channel = models.CharField(max_length=20, default="online")
    # Keys of the packs' [promises] that the shop made for this purchase.
    promises = models.JSONField(default=list)
    source = models.CharField(max_length=200, blank=True)
    simulated = models.JSONField(default=list)

    objects: ClassVar[models.Manager[Order]] = OrderQuery.as_manager()

    class Meta:
        db_table = "market_order"
        constraints = [
            models.UniqueConstraint(fields=["merchant", "id"], name="order_tenant_key"),
            models.UniqueConstraint(fields=["merchant", "number"], name="one_order_a_number"),
            models.CheckConstraint(
                condition=Q(paid_minor=F("list_minor") - F("discount_minor") + F("freight_minor") + F("packaging_minor")),
                name="order_adds_up",
            ),
        ]
        indexes = [models.Index(fields=["consumer", "-placed_at"], name="orders_of_consumer")]


class OrderLine(Tenanted):
    """One article of an order. `paid_minor` is what all tenders paid for the goods, freight and packaging apart.

    `commission_minor` is what the platform took of it; `…_granted_minor` how much of freight and packaging was ever granted back (B11).
    """

    order = child_of("amends.Order", related_name="lines")
    product = child_of("amends.Product")
    position = models.PositiveIntegerField()
    name_zh = models.CharField(max_length=200)
    name_en = models.CharField(max_length=200)
    goods_class = models.CharField(max_length=20)
    quantity = models.PositiveIntegerField()
    list_minor = models.BigIntegerField()
    discount_minor = models.BigIntegerField()
    freight_minor = models.BigIntegerField(default=0)
    packaging_minor = models.BigIntegerField(default=0)
    paid_minor = models.BigIntegerField()
    commission_minor = models.BigIntegerField(default=0)
    freight_granted_minor = models.BigIntegerField(default=0)
    packaging_granted_minor = models.BigIntegerField(default=0)
    confirmed_exclusion = models.CharField(max_length=20, blank=True)
    # The bundle that the line was sold in, exploded when the order came in: its key in this order, and its name (magento2#39060).
    bundle = models.CharField(max_length=80, blank=True)
    bundle_zh = models.CharField(max_length=200, blank=True)
    bundle_en = models.CharField(max_length=200, blank=True)

    class Meta:
        db_table = "market_order_line"
        constraints = [
            models.UniqueConstraint(fields=["merchant", "id"], name="line_tenant_key"),
            models.UniqueConstraint(fields=["merchant", "order", "position"], name="one_line_a_position"),
            models.CheckConstraint(condition=Q(quantity__gte=1, quantity__lte=100), name="line_quantity_sane"),
            models.CheckConstraint(condition=Q(paid_minor=F("list_minor") - F("discount_minor")), name="line_adds_up"),
            # slatwall#5225: freight refunded twice.
            models.CheckConstraint(
                condition=Q(
                    freight_granted_minor__gte=0,
                    freight_granted_minor__lte=F("freight_minor"),
                    packaging_granted_minor__gte=0,
                    packaging_granted_minor__lte=F("packaging_minor"),
                ),
                name="extras_granted_once",
            ),
            models.CheckConstraint(condition=Q(commission_minor__gte=0), name="commission_not_negative"),
        ]


class Unit(Tenanted):
    """One piece of a line, with its exact share of every sum. `…shares`: tender position -> minor units.

    `granted_minor` is how much of its price was ever granted back, a price adjustment included: never above `paid_minor`.
    """

    order = child_of("amends.Order")
    line = child_of("amends.OrderLine", related_name="units")
    number = models.PositiveIntegerField()
    list_minor = models.BigIntegerField()
    discount_minor = models.BigIntegerField()
    freight_minor = models.BigIntegerField(default=0)
    packaging_minor = models.BigIntegerField(default=0)
    paid_minor = models.BigIntegerField()
    commission_minor = models.BigIntegerField(default=0)
    granted_minor = models.BigIntegerField(default=0)
    shares = models.JSONField()
    freight_shares = models.JSONField(default=dict)
    packaging_shares = models.JSONField(default=dict)
    # What was sold, where the shop told it: serial number or IMEI, and batch.
    serial = models.CharField(max_length=60, blank=True)
    batch = models.CharField(max_length=60, blank=True)

    class Meta:
        db_table = "market_unit"
        constraints = [
            models.UniqueConstraint(fields=["merchant", "id"], name="unit_tenant_key"),
            models.UniqueConstraint(fields=["merchant", "line", "number"], name="one_unit_a_number"),
            models.CheckConstraint(condition=Q(granted_minor__gte=0, granted_minor__lte=F("paid_minor")), name="unit_granted_within_price"),
        ]
        indexes = [models.Index(fields=["merchant", "order"], name="units_of_order")]


class Payment(Tenanted):
    """What was captured for one order: the row whose lock guards all its money (B1)."""

    order = child_of("amends.Order", related_name="payments")
    currency = models.CharField(max_length=3)
    captured_minor = models.BigIntegerField()
    made_at = models.DateTimeField()

    class Meta:
        db_table = "market_payment"
        constraints = [
            models.UniqueConstraint(fields=["merchant", "id"], name="payment_tenant_key"),
            models.UniqueConstraint(fields=["merchant", "order"], name="one_payment_an_order"),
        ]


class Tender(Tenanted):
    """One means that an order was paid with. `reserved_minor` is all that is refunded or on its way back: never above `captured_minor`.

    `gateway` is who captured it, `payment_ref` its number there, `payer_ref` the payer's account there where the gateway told it.
    """

    payment = child_of("amends.Payment", related_name="tenders")
    order = child_of("amends.Order")
    ref = models.CharField(max_length=40, unique=True)
    position = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=20)
    unit = models.CharField(max_length=20)
    captured_minor = models.BigIntegerField()
    reserved_minor = models.BigIntegerField(default=0)
    gateway = models.CharField(max_length=20, default="house")
    payment_ref = models.CharField(max_length=120, blank=True)
    payer_ref = models.CharField(max_length=120, blank=True)

    class Meta:
        db_table = "market_tender"
        constraints = [
            models.UniqueConstraint(fields=["merchant", "id"], name="tender_tenant_key"),
            models.UniqueConstraint(fields=["merchant", "payment", "position"], name="one_tender_a_position"),
            # The second wall of B1, saleor#19645: whatever the code does, no more goes back than came in.
            models.CheckConstraint(
                condition=Q(reserved_minor__gte=0, reserved_minor__lte=F("captured_minor")), name="never_more_than_captured"
            ),
        ]


class Shipment(Tenanted):
    """The outbound parcel. `signed_at` is the consumer's signature, from which windows count (CN-DAY-7)."""

    order = child_of("amends.Order", related_name="shipments")
    carrier = models.CharField(max_length=40)
    waybill = models.CharField(max_length=60)
    shipped_at = models.DateTimeField(null=True, blank=True)
    signed_at = models.DateTimeField(null=True, blank=True)
    expected_at = models.DateTimeField(null=True, blank=True)
    weight_grams = models.PositiveIntegerField(null=True, blank=True)
    simulated = models.BooleanField(default=False)

    class Meta:
        db_table = "market_shipment"
        constraints = [models.UniqueConstraint(fields=["merchant", "id"], name="shipment_tenant_key")]
        indexes = [
            models.Index(fields=["merchant", "order"], name="shipments_of_order"),
            models.Index(fields=["merchant", "waybill"], condition=~Q(waybill=""), name="shipments_by_waybill"),
        ]
