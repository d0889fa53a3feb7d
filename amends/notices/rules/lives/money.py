"""What is told of refunds."""

from __future__ import annotations

from collections.abc import Mapping

from amends.kernel.texts import Text, say

TOLD = """
refund.intend                      -                    consumer    news     platform  begun
refund.pay                         -                    consumer    result   -         paid
refund.pay                         -                    merchant    news     -         paid_merchant
refund.fail                        -                    consumer    result   platform  failed
refund.fail                        -                    agent       act      platform  failed_agent
refund.doubt                       -                    consumer    result   platform  doubted
refund.doubt                       -                    agent       act      platform  doubted_agent
refund.freeze                      -                    consumer    result   gateway   frozen
refund.freeze                      -                    agent       act      gateway   frozen_agent
refund.unfreeze                    -                    consumer    news     platform  unfrozen
refund.cover                       -                    consumer    result   -         covered
refund.cover                       -                    merchant    result   -         covered_merchant
refund.redirect                    -                    consumer    result   -         redirected
refund.reverse                     -                    consumer    result   -         reversed
refund.reverse                     -                    agent       act      -         reversed_agent
refund.come_back_late              -                    agent       act      -         reversed_late_agent
refund.ask_payee                   -                    consumer    act      -         payee_wanted
refund.alarm                       -                    consumer    result   -         refund_late
refund.alarm                       -                    supervisor  act      -         alarm
refund.remind                      >platform            agent       remind   told      remind_platform
"""

SILENT: Mapping[str, Text] = {
    "refund.send": say("几分钟内有回音：到账、未成功或核对中，到时告知。", "The answer comes within minutes and is told."),
    "refund.retry": say("未成功时已告知平台在处理，结果会告知。", "Told with the failure; the result is told."),
    "refund.assign": say("退款页面上写着负责人。", "The page of refunds names who has it."),
    "refund.recheck": say("结果会告知。", "The result is told."),
    "refund.settle_books": say("只是账目，到账时已经告知。", "Book-keeping; the payment was told."),
    "refund.drop": say("使它不再需要的那一步已经告知。", "Said by the step that made it needless."),
}  # fmt: skip
