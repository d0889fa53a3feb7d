"""What is told of an appeal: whose turn it is, that it was taken up, brought up or left unanswered, and what the other side said to it.

That it began and how it was answered is told by the case, which moves in the same act.
"""

from __future__ import annotations

from collections.abc import Mapping

from amends.kernel.texts import Text, say

TOLD = """
appeal.appeal                      -                    arbiter     act      arbiter   appeal_to_examine
appeal.want_examiner               -                    supervisor  act      arbiter   examiner_wanted
appeal.admit                       clock                consumer    result   arbiter   appeal_admitted_by_silence
appeal.admit                       clock                merchant    result   arbiter   appeal_admitted_by_silence
appeal.admit                       -                    consumer    result   arbiter   appeal_admitted
appeal.admit                       -                    merchant    result   arbiter   appeal_admitted
appeal.admit                       clock                arbiter     act      arbiter   appeal_to_answer
appeal.bring_up                    -                    consumer    result   arbiter   appeal_overdue
appeal.bring_up                    -                    merchant    result   arbiter   appeal_overdue
appeal.bring_up                    -                    arbiter     act      arbiter   appeal_last_call
appeal.bring_up                    -                    supervisor  act      arbiter   appeal_overdue_supervisor
appeal.uphold                      clock                consumer    result   -         appeal_unanswered_consumer
appeal.uphold                      clock                merchant    result   -         appeal_unanswered_merchant
appeal.uphold                      clock                supervisor  result   -         appeal_unanswered_supervisor
appeal.reply_appeal                consumer             merchant    news     arbiter   appeal_reply
appeal.reply_appeal                merchant             consumer    news     arbiter   appeal_reply
appeal.reply_appeal                -                    arbiter     news     arbiter   appeal_reply_arbiter
appeal.remind                      >arbiter             arbiter     remind   told      remind_appeal
"""

SILENT: Mapping[str, Text] = {
    "appeal.note_caller": say("只记在时间线上，申诉的通知已经发出。", "For the timeline alone; the appeal itself is told."),
    "appeal.entrust": say("双方不需要知道是谁，判责员在自己的队列里看到。", "Not for the sides to know; the arbiter sees it in the queue."),
    "appeal.change": say("申诉结果的通知由售后单发出。", "Told by the case, whose ruling is changed in the same act."),
    "appeal.send_back": say("发回重审的通知由售后单发出。", "Told by the case, which is heard again from the same act on."),
    "appeal.retract": say("收回申诉的通知由售后单发出。", "Told by the case, whose ruling is carried out from the same act on."),
    "appeal.drop": say("和解或撤回的通知已经说了。", "Said by the notice of the settlement or withdrawal."),
}  # fmt: skip
