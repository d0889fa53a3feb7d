"""`column__any_of=[…]`: one array as one parameter, whatever its length. `__in` writes a parameter a value, and refuses 65,536 of them."""

from __future__ import annotations

from typing import Any

from django.db.models import CharField
from django.db.models.lookups import Lookup


@CharField.register_lookup
class AnyOf(Lookup):
    """`column = ANY(array)`; served by the column's index."""

    lookup_name = "any_of"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        """SQL and its parameters."""
        lhs, params = self.process_lhs(compiler, connection)
        return f"{lhs} = ANY(%s::text[])", (*params, list(self.rhs))
