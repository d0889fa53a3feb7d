"""Several processes that share one kind of work take the merchants apart by number: no merchant is served by two, none by nobody."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeVar, cast

from django.db.models import Model, QuerySet
from django.db.models.functions import Mod

M = TypeVar("M", bound=Model)


@dataclass(frozen=True, slots=True)
class Shard:
    """One of `of` parts of all merchants; the default is all of them."""

    number: int = 0
    of: int = 1

    def rows(self, found: QuerySet[M, Any]) -> QuerySet[M, Any]:
        """Those rows of a table below a merchant that belong to this part."""
        if self.of == 1:
            return found
        return cast("QuerySet[M, Any]", found.alias(part_of_merchants=Mod("merchant_id", self.of)).filter(part_of_merchants=self.number))


WHOLE = Shard()
