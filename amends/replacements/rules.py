"""One unit that goes out by exchange or resend, and a replacement that leaves before the return has come, as tables."""

from __future__ import annotations

from amends.kernel.tables import life

REPLACEMENT = life(
    "replacement",
    stages="""
    stage              waits_for          limit                   silence
    reserving          merchant           stock_reserved          run_out
    choosing           consumer           consumer_chooses        fall_back
    packing            merchant           merchant_ships          fall_back
    in_transit         carrier            parcel_arrives          chase
    tracing            carrier            carrier_traces          declare_lost
    arrived            consumer           consumer_checks         confirm
    confirmed          -                  -                       -
    fallen_back        -                  -                       -
    dropped            -                  -                       -
    """,
    moves="""
    stage                                     verb            by                        becomes
    -                                         reserve_for     platform                  reserving
    reserving                                 reserve         merchant                  packing
    reserving                                 run_out         merchant,clock            choosing
    choosing                                  choose_other    consumer                  reserving
    choosing                                  fall_back       consumer,clock            fallen_back
    packing                                   run_out         merchant                  choosing
    packing                                   fall_back       clock                     fallen_back
    packing                                   ship            merchant                  in_transit
    in_transit,tracing                        deliver         carrier                   arrived
    in_transit                                chase           clock                     tracing
    tracing                                   resume_travel   carrier                   in_transit
    tracing                                   declare_lost    carrier,clock             fallen_back
    arrived                                   confirm         consumer,clock            confirmed
    arrived                                   report_wrong    consumer                  choosing
    reserving,choosing,packing                drop            platform                  dropped
    """,
    counted={"choose_other": "choices", "resume_travel": "searches"},
)

# A replacement that leaves before the return has come: inside what the consumer's tier is trusted with, or against a security.
ADVANCE = life(
    "advance",
    stages="""
    stage              waits_for          limit                   silence
    asked              consumer           security_paid           decline_advance
    running            consumer           advance_returned        call_in
    overdue            consumer           advance_settled         charge_advance
    returned           -                  -                       -
    charged            -                  -                       -
    declined           -                  -                       -
    dropped            -                  -                       -
    """,
    moves="""
    stage                                     verb            by                        becomes
    -                                         trust           platform                  running
    -                                         ask_security    platform                  asked
    asked                                     secure          platform                  running
    asked                                     decline_advance consumer,clock            declined
    running                                   call_in         clock                     overdue
    running,overdue                           take_return     platform                  returned
    running,overdue                           keep_both       consumer                  charged
    running,overdue                           charge_advance  platform                  charged
    overdue                                   charge_advance  clock                     charged
    asked,running,overdue                     drop            platform                  dropped
    """,
)

RESERVING, CHOOSING, PACKING, ARRIVED = "reserving", "choosing", "packing", "arrived"
LEFT = frozenset({"in_transit", "tracing", "arrived"})
"""S7: it left the house; the unit is neither settled nor withdrawn, but finished."""
NOT_LEFT = frozenset({RESERVING, CHOOSING, PACKING})
"""It is in the house yet, or not even found: where it goes can still be said."""
ENDED_WITHOUT = frozenset({"fallen_back", "dropped"})
"""The consumer has nothing of it."""
LIFE = REPLACEMENT.name
TRUSTED = ("running", "overdue")
"""Advances that something is at stake with."""


def why_of(replacement_id: int) -> str:
    """Under which reason a supplement is asked for this exchange."""
    return f"exchange_difference:{replacement_id}"


def replacement_of(why: str) -> int | None:
    """The exchange that a supplement was asked for, None where it was another matter."""
    name, _, number = why.partition(":")
    return int(number) if name == "exchange_difference" and number.isdigit() else None


def why_of_security(advance_id: int) -> str:
    """Under which reason a security is asked for."""
    return f"security:{advance_id}"


def security_of(why: str) -> int | None:
    """The advance that a supplement is the security of, None where it was another matter."""
    name, _, number = why.partition(":")
    return int(number) if name == "security" and number.isdigit() else None
