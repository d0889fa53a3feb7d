"""A ruling, or an offer that both sides accepted, and somebody does not do their part: it leads on by itself, and it is on record.

What follows is the silence of the life that carries it out (the tables say what, and by when): the address on file, the refund in place of
goods that were not sent, the purchase of goods that were not sent home. Here it is only seen that this was a breach of something binding:
a line of the case, told to both sides and to a supervisor, and counted. No other hand is needed for what follows.
"""

from __future__ import annotations

from datetime import datetime

from django.db.models import QuerySet

from amends.cases import hooks
from amends.cases.left import MIXED
from amends.cases.models import Case, Entry, Grant
from amends.cases.record import an_act
from amends.cases.taking import take_case_of
from amends.kernel.parties import Party
from amends.people.rules import CLOCK
from amends.repairs.models import Repair
from amends.replacements.models import Replacement
from amends.returns.models import ParcelUnit, ReturnShipment

BREACH = "breach"
LEADS_ON = frozenset({
    ("return_shipment", "use_known_address"),  # no address was given: the one on file holds
    ("return_shipment", "keep_goods"),         # not sent home: bought, and refunded (S11)
    ("return_shipment", "lapse"),              # never sent back: what was owed for it is void
    ("replacement", "run_out"),                # nothing kept: the consumer chooses
    ("replacement", "fall_back"),              # not sent: the money is owed (S14)
    ("repair", "fall_back"),                   # too late: the next remedy is owed (S14)
})  # fmt: skip
"""Moves of the clock that take the place of what a side was bound to do."""
HEARD = tuple(f"{life}.{verb}" for life, verb in sorted(LEADS_ON))
BOUND = (Party.MERCHANT, Party.CONSUMER)


def who_failed(life: str, verb: str, came_from: str) -> Party | None:
    """The side for whom that life waited when the clock made this move; None where it waited for neither side."""
    if (life, verb) not in LEADS_ON or came_from not in hooks.LIVES[life].LIFE.stages:
        return None
    waited = hooks.LIVES[life].LIFE.stages[came_from].waits_for
    return next((party for party in BOUND if party in waited), None)


def hear(entry: Entry) -> None:
    """Listener: silence of a side that a ruling or a settlement bound is a breach of it, on record once."""
    failed = who_failed(entry.life, entry.verb, entry.came_from) if entry.party == Party.CLOCK else None
    if failed is not None:
        _note(entry.case_id, entry.pk, failed)


@an_act
def _note(case_id: int, entry_id: int, failed: Party) -> None:
    case = take_case_of(case_id)
    line = Entry.objects.get(merchant_id=case.merchant_id, case_id=case.pk, pk=entry_id)
    basis = _binding(case, line)
    if basis is None or breaches_of(case).filter(facts__line=line.number).exists():
        return
    case.tell(BREACH, CLOCK, facts={"line": line.number, "who": failed.value, "of": line.life, "move": line.verb, "basis": basis})


def breaches_of(case: Case) -> QuerySet[Entry]:
    """The breaches on record in this case, oldest first."""
    return Entry.objects.filter(merchant_id=case.merchant_id, case_id=case.pk, life="case", verb=BREACH).order_by("number")


def breaches(since: datetime) -> QuerySet[Entry]:
    """Every breach on record since then."""
    return Entry.objects.filter(life="case", verb=BREACH, made_at__gte=since).order_by("made_at", "number")


def _binding(case: Case, line: Entry) -> str | None:
    """On what the grants rest that this life carries out, where that is a ruling or a settlement."""
    bound = Grant.objects.filter(merchant_id=case.merchant_id, basis__in=MIXED)
    if line.life == ReturnShipment.LIFE.name:
        bound = bound.filter(pk__in=ParcelUnit.objects.filter(merchant_id=case.merchant_id, parcel_id=line.life_id).values("grant_id"))
    elif line.life == Replacement.LIFE.name:
        bound = bound.filter(pk__in=Replacement.objects.filter(merchant_id=case.merchant_id, pk=line.life_id).values("grant_id"))
    else:
        bound = bound.filter(pk__in=Repair.objects.filter(merchant_id=case.merchant_id, pk=line.life_id).values("grant_id"))
    return bound.order_by("pk").values_list("basis", flat=True).first()
