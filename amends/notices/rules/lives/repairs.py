"""What is told of repairs: a slot, a finding, a price, parts, the unit that comes back, and what follows when it did not help."""

from __future__ import annotations

from collections.abc import Mapping

from amends.kernel.texts import Text, say

TOLD = """
repair.book_for                    -                    consumer    result   merchant  repair_begins
repair.book_for                    -                    merchant    act      merchant  repair_to_book
repair.book                        consumer             merchant    act      merchant  repair_booked_merchant
repair.book                        -                    consumer    result   merchant  repair_booked
repair.diagnose                    -                    consumer    result   merchant  repair_diagnosed
repair.quote                       -                    consumer    act      consumer  repair_quoted
repair.accept_quote                -                    consumer    result   merchant  repair_paid
repair.accept_quote                -                    merchant    act      merchant  repair_to_do
repair.decline_quote               clock                consumer    result   -         repair_quote_lapsed
repair.decline_quote               -                    consumer    result   -         repair_declined
repair.decline_quote               -                    merchant    result   -         repair_declined_merchant
repair.order_parts                 -                    consumer    result   supplier  repair_parts_ordered
repair.bring_parts                 -                    consumer    news     merchant  repair_parts_came
repair.hand_back                   -                    consumer    result   consumer  repair_handed_back
repair.give_up                     -                    consumer    result   -         repair_gave_up
repair.report_fault                -                    consumer    result   -         repair_fault_noted
repair.report_fault                -                    merchant    act      -         repair_failed_at_home
repair.confirm                     clock                consumer    news     -         repair_trial_over
repair.confirm                     -                    merchant    news     -         repair_confirmed
repair.fall_back                   clock                consumer    result   -         repair_late
repair.fall_back                   clock                merchant    result   -         repair_late_merchant
repair.remind                      quoted               consumer    remind   told      remind_repair_quote
repair.remind                      handed_back          consumer    remind   told      remind_repair_trial
repair.remind                      booking              merchant    remind   told      remind_repair_book
repair.remind                      diagnosing           merchant    remind   told      remind_repair
repair.remind                      repairing            merchant    remind   told      remind_repair
repair.remind                      awaiting_parts       merchant    remind   told      remind_repair_parts
case.choose_repair_way             -                    merchant    news     -         repair_way_chosen
case.turn_repair                   -                    consumer    result   -         repair_turned
case.turn_repair                   -                    merchant    result   -         repair_turned_merchant
"""

SILENT: Mapping[str, Text] = {
    "repair.drop": say("使它不再需要的那一步已经告知。", "Said by the step that made it needless."),
}  # fmt: skip
