"""What every table below a merchant shares: the merchant first in its keys, and one way in (DESIGN 10, docs/adr/0002).

PRIMARY KEY id and UNIQUE (merchant_id, id); children refer by (merchant_id, parent_id), written in the migration as SQL beside the
plain Django field, so that a cluster can spread the tables by merchant without a new data model.
"""

from __future__ import annotations

from typing import Any

from django.db import models


def child_of(to: str, **options: Any) -> models.ForeignKey[Any, Any]:
    """A reference inside one merchant: the constraint is (merchant_id, x_id), made by SQL in the migration."""
    options.setdefault("related_name", "+")
    return models.ForeignKey(to, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, **options)


class Tenanted(models.Model):
    """A row that belongs to one merchant."""

    merchant = models.ForeignKey("amends.Merchant", on_delete=models.PROTECT, related_name="+", db_index=False)

    class Meta:
        abstract = True
