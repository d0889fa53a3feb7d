"""What wiring.py fills in: the lives there are, who follows which move in the same commit, who listens afterwards, what must hold first.

So `cases` never imports the packages above it, and what moves what is read in one file. Not a plug-in system: nothing else registers here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from amends.people.rules import Actor

if TYPE_CHECKING:
    from amends.cases.life import LifeRow
    from amends.cases.models import Case, Entry, Grant
    from amends.cases.rules.mix import Part
    from amends.market.models import Order, OrderLine, Unit

Key = tuple[str, str]
Follower = Callable[["LifeRow", Actor, Mapping[str, Any]], None]
Guard = Callable[["LifeRow", Actor], None]
PriceCut = Callable[["Order", "OrderLine", "Sequence[Unit]", "datetime"], int]
Listener = Callable[["Entry"], None]

LIVES: dict[str, type[LifeRow]] = {}
FOLLOWERS: dict[Key, list[Follower]] = defaultdict(list)
GUARDS: dict[Key, list[Guard]] = defaultdict(list)
LISTENERS: dict[Key, list[str]] = defaultdict(list)
LISTENER: dict[str, Listener] = {}
NEEDED: dict[str, Callable[[int], bool]] = {}
"""Listeners that most merchants have no use for: whether this merchant does, asked once an act instead of a job for each line."""
VERBS: dict[Key, Callable[..., Any]] = {}
PRICE_CUT: list[PriceCut] = []
"""Asked for a claim about the price: by how much the units cost less since they were bought, in minor units."""
PAST_OF_UNITS: list[Callable[[Sequence[Unit]], Mapping[str, Any]]] = []
"""Each answers what was made of these units before (repairs, exchanges), as fields of the policy's facts about a claim."""
STARTS: dict[str, Callable[[Grant, Actor], None]] = {}
"""By remedy: what carries out a grant whose goods have come back and were accepted (S12), where that is no refund."""
NOT_SENT: dict[str, Callable[[Case, Grant], bool]] = {}
"""By remedy: whether the unit of a grant is not to be sent back although its decision says so, since it is dealt with elsewhere."""
LOCKS: list[Callable[[Case], set[int]]] = []
"""Each answers which units of a case are locked (S7) because something left for the consumer: they are finished, not withdrawn."""
GONE: list[Callable[[Case], set[int]]] = []
"""Each answers which units of a case are locked (S7, S9) because of where they are: at home, on the way there, missing, lost; or because a
ruling that binds gave nothing for them (S5)."""
MONEY_MOVES: list[Callable[[Grant], bool]] = []
"""Each answers whether money of a grant was sent, may have been, or may not be touched (S7)."""
LETS_GO: list[Callable[[Case, Grant, Actor], None]] = []
"""Called before a grant is void because something else was settled or ruled: what was intended for it is dropped (S6)."""
TAKES_OVER: list[Callable[[Case, Sequence[tuple[Grant, Grant | None]], Actor], None]] = []
"""Told the void grants of units with what is owed in their place, or None: goods under way go over to it, or go home (S6)."""
CHECKS_SUM: list[Callable[[Case, Part, Actor], None]] = []
"""Each refuses a sum beyond the order that this actor may not offer, or that is beyond the rules of money."""
GIVES: dict[str, Callable[[Case, Part, str, Actor], Grant]] = {}
"""By remedy of a mix: what gives a sum beyond the order, at once; the third argument is what it rests on."""
FILE_CLOSED: list[Callable[[Case], bool]] = []
"""Each answers whether somebody judges the case and its round of evidence is over: what is given now, on whatever way, is late."""
CLAIM_CHANGED: list[Follower] = []
"""Told that a case is about other units than before (split, merged, undone): what was proposed for it as it was is needless."""
LONGER: list[Callable[[LifeRow], timedelta]] = []
"""Each answers how much longer than its limit says a life may wait, because of another life."""
HOLDS_OPEN: list[Callable[[Case], list[str]]] = []
"""Each answers which lives of a case are still open (S3)."""
