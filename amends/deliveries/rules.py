"""An outbound delivery that went wrong, from the enquiry at the carrier to its end, as a table (docs/lifecycle.md draws it)."""

from __future__ import annotations

from amends.kernel.tables import life

DELIVERY = life(
    "delivery",
    stages="""
    stage              waits_for          limit                   silence
    enquiring          carrier            carrier_traces          presume_lost
    promised           carrier            new_date_kept           break_date
    redirecting        carrier            carrier_redirects       presume_lost
    fetching           carrier            carrier_fetches         presume_lost
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
    enquiring                                 give_date       carrier,platform          promised
    promised                                  break_date      carrier,clock             enquiring
    enquiring,promised                        redirect        consumer,merchant,platform  redirecting
    redirecting                               take_new_way    carrier,platform          redelivering
    enquiring,promised                        fetch_back      merchant,platform         fetching
    fetching                                  bring_back      carrier,merchant          fetched
    fetching                                  redeliver       carrier,merchant          redelivering
    enquiring,promised,redirecting,redelivering  deliver      carrier                   arrived
    enquiring,promised,redirecting,fetching,redelivering  declare_lost  carrier         lost
    enquiring,redirecting,fetching,redelivering  presume_lost clock                     lost
    arrived                                   confirm         consumer,clock            confirmed
    arrived                                   report_absent   consumer                  enquiring
    enquiring,promised,redirecting,fetching,redelivering,arrived  drop  platform        dropped
    """,
    counted={"give_date": "new_dates", "report_absent": "absences"},
)
