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
from amends.rulings.carrying_out import RULED
from amends.rulings.models import Review

BREACH = "breach"
LEADS_ON = frozenset({
    ("return_shipment", "addressing", "use_known_address"),  # no address was given: the one on file holds
    ("return_shipment", "sending_home", "keep_goods"),       # not sent home: bought, and refunded (S11)
    ("return_shipment", "awaiting_dispatch", "lapse"),       # never sent back: what was owed for it is void
    ("replacement", "reserving", "run_out"),                 # nothing kept: the consumer chooses
    ("replacement", "packing", "fall_back"),                 # not sent: the money is owed (S14)
    ("repair", "booking", "fall_back"),                      # too late: the next remedy is owed (S14)
    ("repair", "diagnosing", "fall_back"),
    ("repair", "repairing", "fall_back"),
})  # fmt: skip
"""Moves of the clock that take the place of what a side was bound to do, by the stage in which it was waited for."""
WAIVED = frozenset({
    ("return_shipment", "delivered", "receive"),             # nothing is said against the parcel
    ("return_shipment", "unclaimed", "forfeit"),             # one's own goods are not fetched
    ("inspection", "awaiting", "accept"),                    # nothing is found against the goods
    ("inspection", "reduced", "accept_finding"),
    ("inspection", "rejected", "accept_finding"),
    ("inspection", "missing", "contest"),                    # silence contests for the consumer (S13)
    ("replacement", "choosing", "fall_back"),                # a choice is no duty
    ("replacement", "arrived", "confirm"),
    ("repair", "quoted", "decline_quote"),                   # an offer beyond the warranty
    ("repair", "handed_back", "confirm"),
})  # fmt: skip
"""Silences of a side that give something of its own up, and break nothing."""
HEARD = tuple(dict.fromkeys(f"{life}.{verb}" for life, _, verb in sorted(LEADS_ON)))
BOUND = (Party.MERCHANT, Party.CONSUMER)


def who_failed(life: str, verb: str, came_from: str) -> Party | None:
    """The side for whom that life waited when the clock made this move, where it was bound to act; None elsewhere."""
    if (life, came_from, verb) not in LEADS_ON:
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
    """On what this life rests: a ruling or settlement by which it is owed, or a ruling that found about its very units; None elsewhere."""
    units, grants = _carried_out(case, line)
    owed = Grant.objects.filter(merchant_id=case.merchant_id, pk__in=grants, basis__in=MIXED)
    basis = owed.order_by("pk").values_list("basis", flat=True).first()
    if basis is not None:
        return basis
    bound = Review.objects.filter(merchant_id=case.merchant_id, case_id=case.pk, bound_at__isnull=False)
    return RULED if any(units & set(heard) for heard in bound.values_list("heard", flat=True)) else None


def _carried_out(case: Case, line: Entry) -> tuple[set[int], set[int]]:
    """The units and grants that this life is about."""
    mine: dict[str, int] = {"merchant_id": case.merchant_id, "pk": line.life_id}
    if line.life == ReturnShipment.LIFE.name:
        contents = ParcelUnit.objects.filter(merchant_id=case.merchant_id, parcel_id=line.life_id)
        pairs = list(contents.values_list("unit_id", "grant_id"))
    elif line.life == Replacement.LIFE.name:
        pairs = list(Replacement.objects.filter(**mine).values_list("unit_id", "grant_id"))
    else:
        pairs = list(Repair.objects.filter(**mine).values_list("unit_id", "grant_id"))
    return {unit for unit, _ in pairs}, {grant for _, grant in pairs}
