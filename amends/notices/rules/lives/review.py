"""What is told of a review: its rounds, its test, its ruling and who makes it."""

from __future__ import annotations

from collections.abc import Mapping

from amends.kernel.texts import Text, say

TOLD = """
review.open_round                  alone                consumer    act      consumer  round
review.open_round                  alone                merchant    act      merchant  round
review.open_round                  -                    arbiter     news     -         round_arbiter
review.submit                      consumer             merchant    news     merchant  evidence_of_other
review.submit                      merchant             consumer    news     consumer  evidence_of_other
review.close_round                 -                    consumer    act      consumer  reply
review.close_round                 -                    merchant    act      merchant  reply
review.close_replies               -                    consumer    news     arbiter   arbiter_has_it
review.close_replies               -                    merchant    news     arbiter   arbiter_has_it
review.close_replies               -                    arbiter     act      arbiter   to_rule
review.ask_more                    -                    consumer    act      consumer  more_wanted
review.ask_more                    -                    merchant    act      merchant  more_wanted
review.order_test                  -                    consumer    result   platform  test_ordered
review.order_test                  -                    merchant    result   platform  test_ordered
review.report_test                 -                    consumer    result   arbiter   test_reported
review.report_test                 -                    merchant    result   arbiter   test_reported
review.report_test                 -                    arbiter     act      arbiter   to_rule
review.close_test                  -                    consumer    result   arbiter   test_lapsed
review.close_test                  -                    merchant    result   arbiter   test_lapsed
review.close_test                  -                    arbiter     act      arbiter   to_rule
review.draft_ruling                -                    arbiter     act      arbiter   second_reading
review.return_draft                -                    arbiter     act      arbiter   draft_returned
review.rule_by_default             -                    consumer    result   consumer  default_ruling
review.rule_by_default             -                    merchant    result   merchant  default_ruling
review.rule_by_default             -                    supervisor  result   -         default_ruling_supervisor
review.reassign                    clock                consumer    result   arbiter   arbiter_silent
review.reassign                    clock                merchant    result   arbiter   arbiter_silent
review.reassign                    clock                supervisor  act      arbiter   reassigned_supervisor
review.reassign                    -                    consumer    news     arbiter   reassigned
review.reassign                    -                    merchant    news     arbiter   reassigned
review.reassign                    -                    arbiter     act      arbiter   to_rule
review.alarm                       -                    consumer    result   -         review_late
review.alarm                       -                    merchant    result   -         review_late
review.alarm                       -                    supervisor  act      -         alarm
review.want_of_consumer            -                    consumer    act      consumer  proof_of_you
review.want_of_consumer            -                    merchant    news     -         proof_of_other
review.want_of_merchant            -                    merchant    act      merchant  proof_of_you
review.want_of_merchant            -                    consumer    news     -         proof_of_other
review.accept_ruling               consumer             merchant    news     merchant  other_accepted
review.accept_ruling               merchant             consumer    news     consumer  other_accepted
review.remind                      >consumer            consumer    remind   told      remind_evidence
review.remind                      >merchant            merchant    remind   told      remind_evidence
review.remind                      >arbiter             arbiter     remind   told      remind_ruler
review.remind                      >platform            agent       remind   told      remind_platform
"""

SILENT: Mapping[str, Text] = {
    "review.entrust": say("双方不需要知道是谁，判责员在自己的队列里看到。", "Not for the sides to know; the arbiter sees it in the queue."),
    "review.bear_share": say("费用页面和账单上可见。", "Seen on the page of costs and on the statement."),
    "review.rule": say("裁决的通知由售后单发出。", "Told by the case, which is ruled in the same act."),
    "review.drop": say("和解、撤回或结束的通知已经说了。", "Said by the notice of the settlement, the withdrawal or the end."),
}  # fmt: skip
