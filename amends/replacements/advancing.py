"""A replacement that leaves before the return has come: who is trusted with it, what it waits for, and how it is settled (ADR 0029)."""

from __future__ import annotations

from amends.cases.models import Grant
from amends.people.rules import Actor
from amends.replacements.models import Advance
from amends.replacements.queries import had_of
from amends.replacements.rules import ADVANCE, TRUSTED


def is_open(grant: Grant) -> bool:
    """Whether a return is still waited for because of what was sent ahead."""
    return _open_of(grant) is not None


def take_return(grant: Grant, by: Actor) -> bool:
    """What was to come back is here; False where nothing was sent ahead for this grant."""
    row = _open_of(grant)
    return row is not None and row.stage in TRUSTED and row.follow("take_return", by, facts={"advance": row.ref})


def drop_asked(grant: Grant, by: Actor) -> None:
    """The exchange begins otherwise: no security is asked for any more."""
    row = _open_of(grant)
    if row is not None and row.stage == "asked":
        row.follow("drop", by, facts={"advance": row.ref})


def call_off(grant: Grant, by: Actor) -> None:
    """What was owed is owed no longer: nothing is waited for any more. Where the replacement left all the same, it is charged, since the
    consumer has it and the old piece did not come back as it should."""
    row = _open_of(grant)
    if row is not None:
        row.follow("charge_advance" if had_of(grant) and row.stage in TRUSTED else "drop", by, facts={"advance": row.ref})


def charged_of(grant: Grant) -> Advance | None:
    """What was charged because nothing came back for this grant."""
    rows = Advance.objects.filter(merchant_id=grant.merchant_id, grant_id=grant.pk, stage="charged")
    return rows.select_related("security").order_by("pk").first()


def _open_of(grant: Grant) -> Advance | None:
    rows = Advance.objects.filter(merchant_id=grant.merchant_id, grant_id=grant.pk, stage__in=ADVANCE.open_stages)
    return rows.order_by("pk").first()
