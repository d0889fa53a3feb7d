"""What is told of more time: who asks, who answers, and the new end."""

from __future__ import annotations

from collections.abc import Mapping

from amends.kernel.texts import Text, say

TOLD = """
extension.ask_extension            >consumer            consumer    act      told      extension_asked
extension.ask_extension            >merchant            merchant    act      told      extension_asked
extension.grant_extension          -                    consumer    result   told      extension_granted
extension.grant_extension          -                    merchant    result   told      extension_granted
extension.decline_extension        clock                consumer    result   -         extension_unanswered
extension.decline_extension        clock                merchant    result   -         extension_unanswered
extension.decline_extension        -                    consumer    result   -         extension_declined
extension.decline_extension        -                    merchant    result   -         extension_declined
extension.retract                  -                    consumer    news     -         extension_retracted
extension.retract                  -                    merchant    news     -         extension_retracted
extension.remind                   >consumer            consumer    remind   told      remind
extension.remind                   >merchant            merchant    remind   told      remind
"""

SILENT: Mapping[str, Text] = {
    "extension.agree_first": say("另一方早已被问到，同意后另有通知。", "The other side was asked already; its answer is told."),
    "extension.drop": say("没有人要再做什么。", "There is nothing left for anybody to do."),
}  # fmt: skip
