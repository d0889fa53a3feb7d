"""An outbound delivery that went wrong, from the enquiry at the carrier to its end, as a table (docs/lifecycle.md draws it).

A carrier that cannot lead a parcel elsewhere goes on looking for it (tracing): from there only its own word, a new date or its silence
lead on, so that no circle runs without a count.

A parcel that came damaged is with the consumer: of it the carrier is asked what happened to it, and not where it is. Which of the two a row
is about is no stage but its kind: guards.py keeps the moves of one from the other, and its silence is its own (OutboundDelivery.silences).
"""

from __future__ import annotations

from amends.kernel.tables import life
from amends.kernel.texts import Text, say

DELIVERY = life(
    "delivery",
    stages="""
    stage              waits_for          limit                   silence
    enquiring          carrier            carrier_traces          presume_lost,presume_damaged
    promised           carrier            new_date_kept           break_date
    redirecting        carrier            carrier_redirects       keep_way
    fetching           carrier            carrier_fetches         keep_way
    tracing            carrier            carrier_traces          presume_lost
    redelivering       carrier            parcel_arrives          presume_lost
    arrived            consumer           consumer_checks         confirm
    confirmed          -                  -                       -
    fetched            -                  -                       -
    lost               -                  -                       -
    dropped            -                  -                       -
    """,
    moves="""
    stage                                     verb            by                        becomes
    -                                         enquire         consumer,merchant,platform  enquiring
    enquiring,tracing                         give_date       carrier,platform          promised
    promised                                  break_date      carrier,clock             enquiring
    enquiring,promised                    lead_elsewhere  consumer,merchant,platform  redirecting
    redirecting                               take_new_way    carrier,platform          redelivering
    redirecting,fetching                      keep_way        carrier,clock             tracing
    enquiring,promised                        fetch_back      merchant,platform         fetching
    fetching                                  redeliver       carrier,merchant          redelivering
    enquiring,promised,redirecting,fetching,tracing,redelivering  bring_back    carrier,merchant  fetched
    enquiring,promised,redirecting,fetching,tracing,redelivering  deliver       carrier           arrived
    enquiring,promised,redirecting,fetching,tracing,redelivering  declare_lost  carrier           lost
    enquiring,tracing,redelivering            presume_lost    clock                     lost
    enquiring                                 admit_damage    carrier                   confirmed
    enquiring                                 deny_damage     carrier                   confirmed
    enquiring                                 presume_damaged clock                     confirmed
    arrived                                   confirm         consumer,clock            confirmed
    arrived                                   report_absent   consumer                  enquiring
    enquiring,promised,redirecting,fetching,tracing,redelivering,arrived  drop  platform  dropped
    """,
    counted={"give_date": "new_dates", "report_absent": "absences"},
)
OPEN = DELIVERY.open_stages
PROMISED = "promised"

LATE, LOST, MISDELIVERED, DAMAGED = "late", "lost", "misdelivered", "damaged"
KINDS: dict[str, Text] = {
    LATE: say("迟迟没有送到", "it is late"),
    LOST: say("丢失", "it is lost"),
    MISDELIVERED: say("显示签收，但没有收到", "delivered by the record, but not to me"),
    DAMAGED: say("途中破损", "damaged on the way"),
}
"""What may be wrong with a delivery; a claim's issue of the same name is about it."""
UNHEARD = frozenset({LATE, LOST})
"""What can't be said of a parcel that was signed for."""
ABOUT_DAMAGE = frozenset({"admit_damage", "deny_damage", "presume_damaged"})
"""Moves of a row that asks what happened to a parcel."""
ABOUT_WHERE = frozenset(verb for _, verb, _ in DELIVERY.moves) - ABOUT_DAMAGE - {"enquire", "drop", "confirm", "report_absent"}
"""Moves of a row that asks where a parcel is."""
GONE = "lost"
NOWHERE = frozenset({GONE, "fetched"})
"""Ends after which there is nothing to look for: lost, or back at its sender."""

ERRANDS = {"enquire": "enquiries", "report_absent": "enquiries", "lead_elsewhere": "redirection", "fetch_back": "interception"}
"""Verbs that ask something of the carrier, and the service of its port that takes it."""
