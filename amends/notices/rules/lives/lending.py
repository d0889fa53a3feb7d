"""What is told of appointments, loan units and experts on call.

What an expert is asked and answers is the platform's own; a session is the consumer's too.
"""

from __future__ import annotations

from collections.abc import Mapping

from amends.kernel.texts import Text, say

TOLD = """
repair.book_visit                  consumer             merchant    news     -         visit_booked
repair.book_visit                  -                    consumer    result   -         visit_booked
repair.move_visit                  consumer             merchant    news     -         visit_moved
repair.move_visit                  -                    consumer    result   -         visit_moved
repair.cancel_visit                consumer             merchant    act      -         visit_cancelled
repair.cancel_visit                -                    consumer    act      -         visit_cancelled
repair.end_absent                  -                    consumer    result   -         repair_ended_absent
repair.end_absent                  -                    merchant    result   -         repair_ended_absent
repair.miss_visit                  -                    consumer    act      -         visit_missed
repair.miss_visit                  -                    merchant    act      -         visit_missed
loan.promise_loan                  platform             merchant    act      merchant  loan_wanted
loan.promise_loan                  -                    consumer    news     merchant  loan_promised
loan.hand_out                      -                    consumer    result   consumer  loan_handed_out
loan.call_back_loan                clock                consumer    act      consumer  loan_called_back_by_time
loan.call_back_loan                -                    consumer    act      consumer  loan_called_back
loan.call_back_loan                -                    merchant    news     consumer  loan_called_back_merchant
loan.send_back_loan                -                    merchant    act      merchant  loan_on_its_way
loan.bring_back_loan               clock                merchant    result   -         loan_counted_back
loan.bring_back_loan               -                    consumer    result   -         loan_back
loan.write_off_loan                clock                merchant    result   -         loan_given_up_by_silence
loan.write_off_loan                -                    consumer    result   -         loan_given_up
loan.drop                          -                    consumer    news     -         loan_dropped
loan.alarm                         -                    supervisor  act      -         alarm
loan.remind                        >consumer            consumer    remind   told      remind
loan.remind                        >merchant            merchant    remind   told      remind
consultation.call_expert           -                    agent       act      -         expert_called
consultation.pass_to               -                    agent       act      -         expert_called
consultation.advise                -                    agent       result   -         expert_advised
consultation.alarm                 -                    supervisor  act      -         alarm
consultation.remind                >platform            agent       remind   told      remind_platform
consultation.ask_consent           -                    consumer    act      -         session_asked
consultation.give_consent          -                    agent       news     -         session_agreed
consultation.refuse_consent        -                    agent       news     -         session_refused
"""

SILENT: Mapping[str, Text] = {
    "repair.start_visit": say("双方都在场。", "Both sides are there."),
    "repair.finish_visit": say("双方都在场；修得怎样另有通知。", "Both sides were there; what came of it has a notice of its own."),
    "consultation.join": say("专家自己应下的；要消费者同意的另有通知。", "The expert's own step; a session has a notice of its own."),
    "consultation.drop": say("没有人要再做什么。", "There is nothing left for anybody to do."),
}  # fmt: skip
