"""Stock as the shop tells it, pieces kept for cases, and the moves that after-sales make.

Invariants
 1. No more is kept than there is: `0 <= reserved <= on_hand`, under the level's row lock and a check of the database.
 2. A life keeps at most one piece at a time (a replacement, a loan, a part).
 3. A move is never changed; an inspection makes at most one, and so does a piece that leaves (woocommerce#29502, #27504).
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from amends.plumbing.tenants import Tenanted, child_of


class StockLevel(Tenanted):
    """How many sellable pieces of a product one place (a warehouse, '' where there is one only) has; told by the shop."""

    product = child_of("amends.Product", related_name="levels")
    place = models.CharField(max_length=40, blank=True)
    on_hand = models.PositiveIntegerField(default=0)
    reserved = models.PositiveIntegerField(default=0)
    told_at = models.DateTimeField()
    source = models.CharField(max_length=200, blank=True)

    class Meta:
        db_table = "stock_level"
        constraints = [
            models.UniqueConstraint(fields=["merchant", "id"], name="level_tenant_key"),
            models.UniqueConstraint(fields=["merchant", "product", "place"], name="one_level_a_place"),
            models.CheckConstraint(condition=Q(reserved__lte=F("on_hand")), name="no_more_kept_than_there_is"),
        ]


class Reservation(Tenanted):
    """One piece of a level that is kept for a life. `state`: held, shipped (it left), released (it stays)."""

    level = child_of("amends.StockLevel")
    life = models.CharField(max_length=20)
    life_id = models.BigIntegerField()
    state = models.CharField(max_length=10, default="held")
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "stock_reservation"
        constraints = [
            models.UniqueConstraint(fields=["merchant", "id"], name="reservation_tenant_key"),
            models.UniqueConstraint(fields=["merchant", "life", "life_id"], condition=Q(state="held"), name="one_piece_kept_a_life"),
        ]
        indexes = [models.Index(fields=["merchant", "level"], condition=Q(state="held"), name="kept_of_level")]


class StockMove(Tenanted):
    """One piece that after-sales put back (restock, refurbish, scrap, to_supplier) or took out (out). Never changed; `key` is once."""

    product = child_of("amends.Product")
    unit = child_of("amends.Unit", null=True, blank=True)
    inspection_id = models.BigIntegerField(null=True, blank=True)
    reservation = child_of("amends.Reservation", null=True, blank=True)
    kind = models.CharField(max_length=12)
    place = models.CharField(max_length=40, blank=True)
    grade = models.CharField(max_length=1, blank=True)
    key = models.CharField(max_length=60)
    made_at = models.DateTimeField()

    class Meta:
        db_table = "stock_move"
        constraints = [
            models.UniqueConstraint(fields=["merchant", "key"], name="stock_moves_once"),
            models.UniqueConstraint(
                fields=["merchant", "inspection_id"], condition=Q(inspection_id__isnull=False), name="one_move_an_inspection"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["restock", "refurbish", "scrap", "to_supplier", "out"]), name="stock_move_of_a_kind"
            ),
        ]
        indexes = [models.Index(fields=["merchant", "-made_at"], name="stock_moves_by_time")]
