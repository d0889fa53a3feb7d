"""Who finally bears a cost, as a table (docs/lifecycle.md draws it). It never delays the consumer."""

from __future__ import annotations

from amends.kernel.tables import life

CHARGE_BACK_TO = life(
    "charge_back_to",
    stages="""
    stage              waits_for          limit                   silence
    asked              carrier,supplier,merchant  bearer_answers  presume_liable
    contested          platform           liability_decided       alarm
    admitted           carrier,supplier,merchant  bearer_pays     deduct
    deducting          platform           deduction_made          alarm
    borne              -                  -                       -
    excused            -                  -                       -
    written_off        -                  -                       -
    """,
    moves="""
    stage                                     verb            by                        becomes
    -                                         ask_bearer      platform                  asked
    asked                                     admit_liability carrier,supplier,merchant admitted
    asked                                     deny_liability  carrier,supplier,merchant contested
    asked                                     presume_liable  clock                     admitted
    contested                                 hold_liable     platform                  admitted
    contested                                 excuse          platform                  excused
    admitted                                  bear            carrier,supplier,merchant borne
    admitted                                  deduct          clock                     deducting
    deducting                                 bear            platform                  borne
    deducting                                 write_off       platform                  written_off
    asked,admitted                            excuse          platform                  excused
    contested,deducting                       alarm           clock                     =
    """,
)
