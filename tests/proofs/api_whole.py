"""Matters of Anna's that belong together, each at the place that an address of the case as a whole needs."""

from __future__ import annotations

from amends.cases.linking import link_cases
from amends.cases.models import Likeness
from amends.cases.verbs.answering import withdraw
from amends.cases.verbs.extending import ask_extension
from amends.cases.verbs.merging import merge
from amends.incidents.verbs import hang, open_incident
from amends.kernel import clock
from tests.cast import Cast, an_order, claims
from tests.proofs.api_bodies import BODIES


def a_whole(cast: Cast) -> dict[str, str]:
    """One closed, one of two pieces, one to merge, one merged, one linked, one that may be another; more time asked for; an incident."""
    order = an_order(cast.bolts, cast.annas, quantities=(9,), prices=(90000,))
    closed, pair, carrier, single, merged, linked, alike, timed, late = (
        claims(order, by=cast.anna, quantity=2 if n == 1 else 1) if n else claims(an_order(cast.bolts, cast.annas), by=cast.anna)
        for n in range(9)
    )
    withdraw(closed.ref, by=cast.anna)
    merge(merged.ref, into=carrier.ref, by=cast.agent)
    link_cases(linked.ref, carrier.ref, by=cast.bolt)
    Likeness.objects.get_or_create(
        merchant_id=alike.merchant_id, case=alike, other=single, defaults={"score_bps": 4500, "reasons": ["line"], "made_at": clock.now()}
    )
    asked = ask_extension(timed.ref, limit="merchant_answers", hours=2, words="counting", by=cast.bolt)
    incident = open_incident(cause="batch", title_zh="灯", title_en="Lamps", by=cast.agent)
    hang(incident.ref, timed.ref, by=cast.agent)
    BODIES["MergerIn"] |= {"into": single.ref}
    BODIES["LinkingIn"] |= {"other": closed.ref}
    BODIES["UnlinkingIn"] |= {"other": carrier.ref}
    BODIES["HintIn"] |= {"other": single.ref}
    BODIES["IncidentCaseIn"] |= {"case": timed.ref}
    return {
        "cases/reopening": closed.ref, "cases/splitting": pair.ref, "cases/merger": late.ref, "cases/merger-undoing": merged.ref,
        "cases/links": carrier.ref, "cases/unlinking": linked.ref, "cases/hint": alike.ref, "extensions": asked.ref,
        "incidents": incident.ref,
    }  # fmt: skip
