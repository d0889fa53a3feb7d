"""What is told of pieces that go out again, by exchange or resend."""

from __future__ import annotations

from collections.abc import Mapping

from amends.kernel.texts import Text, say

TOLD = """
replacement.reserve_for            -                    consumer    news     merchant  piece_awaited
replacement.reserve_for            -                    merchant    act      merchant  piece_wanted
replacement.reserve                merchant             consumer    news     merchant  piece_kept
replacement.reserve                -                    merchant    act      merchant  piece_to_ship
replacement.run_out                clock                consumer    act      consumer  none_by_silence
replacement.run_out                clock                merchant    result   consumer  none_by_your_silence
replacement.run_out                -                    consumer    act      consumer  none_there
replacement.choose_other           -                    merchant    act      merchant  other_wanted
replacement.fall_back              clock                consumer    result   -         money_by_silence
replacement.fall_back              clock                merchant    result   -         money_by_silence_merchant
replacement.fall_back              -                    merchant    result   -         money_chosen
replacement.ship                   -                    consumer    result   carrier   piece_shipped
replacement.deliver                -                    consumer    act      consumer  piece_arrived
replacement.deliver                -                    merchant    news     consumer  piece_arrived_merchant
replacement.chase                  -                    consumer    result   carrier   piece_traced
replacement.chase                  -                    merchant    news     carrier   piece_traced
replacement.resume_travel          -                    consumer    news     carrier   piece_found
replacement.resume_travel          -                    merchant    news     carrier   piece_found
replacement.declare_lost           clock                consumer    result   -         piece_lost_by_silence
replacement.declare_lost           -                    consumer    result   -         piece_lost
replacement.declare_lost           -                    merchant    result   -         piece_lost_merchant
replacement.confirm                clock                consumer    result   -         confirmed_by_silence
replacement.confirm                -                    merchant    result   -         confirmed_merchant
replacement.send_elsewhere         -                    merchant    news     -         sent_elsewhere
replacement.report_wrong           -                    merchant    result   consumer  wrong_came
advance.ask_security               -                    consumer    act      consumer  security_wanted
advance.trust                      -                    consumer    news     consumer  sent_ahead
advance.trust                      -                    merchant    news     consumer  sent_ahead_merchant
advance.secure                     -                    consumer    news     consumer  sent_ahead
advance.secure                     -                    merchant    news     consumer  sent_ahead_merchant
advance.decline_advance            clock                consumer    result   -         no_security
advance.call_in                    -                    consumer    act      consumer  called_in
advance.take_return                -                    consumer    result   -         ahead_over
advance.keep_both                  alone                merchant    result   -         both_kept
advance.charge_advance             clock                consumer    result   -         ahead_charged_late
advance.charge_advance             alone                consumer    result   -         ahead_charged
advance.charge_advance             alone                merchant    result   -         both_kept
advance.book_debt                  -                    consumer    result   -         debt_booked
advance.book_debt                  -                    merchant    result   -         debt_to_collect
advance.remind_debt                -                    consumer    remind   -         debt_open
advance.settle_debt                -                    consumer    result   -         debt_settled
advance.remind                     -                    consumer    remind   told      remind
replacement.remind                 >consumer            consumer    remind   told      remind
replacement.remind                 >merchant            merchant    remind   told      remind_piece
"""

SILENT: Mapping[str, Text] = {
    "advance.drop": say("使它不再需要的那一步已经告知。", "Said by the step that made it needless."),
    "replacement.drop": say("使它不再需要的那一步已经告知。", "Said by the step that made it needless."),
}
