"""What is told of an authority's complaints: the platform's own matter, of which no side of a case hears.

By name: whoever answers for a complaint, else every agent.
"""

from __future__ import annotations

from collections.abc import Mapping

from amends.kernel.texts import Text, say

TOLD = """
complaint.file_complaint           -                    named       act      told      complaint_came
complaint.file_complaint           -                    supervisor  news     told      complaint_came
complaint.ask_again                -                    named       act      told      complaint_asked_again
complaint.own_complaint            -                    named       act      -         complaint_is_yours
complaint.answer_complaint         -                    supervisor  result   -         complaint_answered
complaint.raise_complaint          clock                supervisor  act      told      complaint_raised_by_time
complaint.raise_complaint          clock                named       act      told      complaint_raised_by_time
complaint.raise_complaint          -                    supervisor  act      told      complaint_raised
complaint.settle_complaint         -                    supervisor  result   -         complaint_settled
complaint.refuse_complaint         -                    supervisor  result   -         complaint_refused
complaint.end_mediation            clock                supervisor  act      told      mediation_over_by_time
complaint.end_mediation            clock                named       act      told      mediation_over_by_time
complaint.end_mediation            -                    supervisor  result   -         mediation_over
complaint.close_unheard            -                    supervisor  result   -         mediation_unheard
complaint.close_unheard            -                    named       result   -         mediation_unheard
complaint.alarm                    -                    supervisor  act      -         alarm
complaint.alarm                    -                    named       act      -         alarm
complaint.remind                   answered             named       remind   told      remind_mediation
complaint.remind                   ended                named       remind   told      remind_mediation_end
complaint.remind                   raised               supervisor  remind   told      remind_platform
complaint.remind                   received             named       remind   told      remind_platform
"""

OUR_ENTRY = say("平台自己登记的，时限随之调整，写在投诉页面上。", "Our own entry; its page shows the limit that follows from it.")
SILENT: Mapping[str, Text] = {
    "complaint.note_acceptance": OUR_ENTRY,
    "complaint.note_testing": OUR_ENTRY,
}  # fmt: skip
