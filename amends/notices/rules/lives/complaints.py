"""What is told of an authority's complaints: the platform's own matter, of which no side of a case hears."""

from __future__ import annotations

from collections.abc import Mapping

from amends.kernel.texts import Text, say

TOLD = """
complaint.file_complaint           -                    agent       act      told      complaint_came
complaint.file_complaint           -                    supervisor  news     told      complaint_came
complaint.ask_again                -                    agent       act      told      complaint_asked_again
complaint.answer_complaint         -                    supervisor  result   -         complaint_answered
complaint.raise_complaint          clock                supervisor  act      told      complaint_raised_by_time
complaint.raise_complaint          -                    supervisor  act      told      complaint_raised
complaint.settle_complaint         -                    supervisor  result   -         complaint_settled
complaint.refuse_complaint         -                    supervisor  result   -         complaint_refused
complaint.end_mediation            clock                supervisor  act      -         mediation_over_by_time
complaint.end_mediation            -                    supervisor  result   -         mediation_over
complaint.alarm                    -                    supervisor  act      -         alarm
complaint.remind                   answered             agent       remind   told      remind_mediation
complaint.remind                   >platform            agent       remind   told      remind_platform
"""

SILENT: Mapping[str, Text] = {
    "complaint.own_complaint": say(
        "谁来办，写在投诉页面上；通知是给一个岗位的。", "Who answers it stands on its page; notices are for a whole role."
    ),
}  # fmt: skip
