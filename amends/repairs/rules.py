"""One attempt at repairing one unit, a loan unit that is out, and an expert on call, as tables (docs/lifecycle.md draws them)."""

from __future__ import annotations

from amends.kernel.tables import life

POST, WORKSHOP, HOME = "post", "workshop", "home"
WAYS = (POST, WORKSHOP, HOME)
VISITED = frozenset({"appliance", "air_conditioner"})
"""Classes of goods that are repaired where they stand, if somebody comes there: nobody posts them."""
FAILED = frozenset({"failed"})
ENDED = frozenset({"failed", "fallen_back", "unrepaired", "dropped", "confirmed"})
ON_TRIAL = "handed_back"

REPAIR = life(
    "repair",
    stages="""
    stage              waits_for          limit                   silence
    booking            merchant           repair_booked           fall_back
    diagnosing         merchant           repair_diagnosed        fall_back
    quoted             consumer           consumer_accepts_quote  decline_quote
    awaiting_parts     supplier           parts_arrive            fall_back
    repairing          merchant           repair_ends             fall_back
    handed_back        consumer           repair_trial            confirm
    confirmed          -                  -                       -
    failed             -                  -                       -
    fallen_back        -                  -                       -
    unrepaired         -                  -                       -
    dropped            -                  -                       -
    """,
    moves="""
    stage                                     verb            by                        becomes
    -                                         book_for        platform                  booking
    booking                                   book            merchant,consumer         diagnosing
    diagnosing                                diagnose        merchant                  repairing
    diagnosing                                quote           merchant                  quoted
    quoted                                    accept_quote    consumer                  repairing
    quoted                                    decline_quote   consumer,clock            unrepaired
    diagnosing,repairing                      end_absent      platform                  unrepaired
    diagnosing,repairing                      order_parts     merchant                  awaiting_parts
    awaiting_parts                            bring_parts     supplier,merchant         repairing
    repairing                                 hand_back       merchant                  handed_back
    repairing                                 give_up         merchant                  failed
    handed_back                               report_fault    consumer                  failed
    handed_back                               confirm         consumer,clock            confirmed
    booking,diagnosing,awaiting_parts,repairing  fall_back    clock                     fallen_back
    handed_back                               fall_back       platform                  fallen_back
    booking,diagnosing,quoted,awaiting_parts,repairing  drop  platform                  dropped
    """,
    counted={"order_parts": "parts_orders"},
)

# A unit that a consumer has while their own is being repaired.
LOAN = life(
    "loan",
    stages="""
    stage              waits_for          limit                   silence
    promised           merchant           loan_handed_out         alarm
    out                consumer           loan_out                call_back_loan
    called_back        consumer           loan_returned           write_off_loan
    returning          merchant           merchant_receives       bring_back_loan
    back               -                  -                       -
    written_off        -                  -                       -
    dropped            -                  -                       -
    """,
    moves="""
    stage                                     verb            by                        becomes
    -                                         promise_loan    merchant,platform         promised
    promised                                  hand_out        merchant                  out
    out                                       call_back_loan  platform,clock            called_back
    out,called_back                           send_back_loan  consumer                  returning
    out,called_back,returning                 bring_back_loan merchant                  back
    returning                                 bring_back_loan clock                     back
    called_back                               write_off_loan  merchant,clock            written_off
    promised                                  drop            merchant,platform         dropped
    promised                                  alarm           clock                     =
    """,
)

# An expert pulled into a case: asked, agreed with the consumer upon a time, advised.
CONSULTATION = life(
    "consultation",
    stages="""
    stage              waits_for          limit                   silence
    called             platform           expert_answers          alarm
    agreed             platform           session_held            alarm
    advised            -                  -                       -
    dropped            -                  -                       -
    """,
    moves="""
    stage                                     verb            by                        becomes
    -                                         call_expert     platform,arbiter          called
    called                                    join            platform,arbiter          agreed
    called,agreed                             pass_to         platform,arbiter          called
    called,agreed                             advise          platform,arbiter          advised
    called,agreed                             drop            platform,arbiter          dropped
    called,agreed                             alarm           clock                     =
    """,
    counted={"pass_to": "experts"},
)
