"""What is told of words and offers: who proposes, who answers by when, what became of it. A settlement is told by the case."""

from __future__ import annotations

from collections.abc import Mapping

from amends.kernel.texts import Text, say

TOLD = """
case.say_words                     !consumer            consumer    news     -         said
case.say_words                     !merchant            merchant    news     -         said
offer.offer                        >consumer            consumer    act      told      offered
offer.offer                        >merchant            merchant    act      told      offered
offer.mediate                      -                    consumer    act      told      mediated
offer.mediate                      -                    merchant    act      told      mediated
offer.agree_first                  >consumer            consumer    act      told      agreed_first
offer.agree_first                  >merchant            merchant    act      told      agreed_first
offer.decline                      -                    consumer    result   -         offer_declined
offer.decline                      -                    merchant    result   -         offer_declined
offer.retract                      -                    consumer    news     -         offer_retracted
offer.retract                      -                    merchant    news     -         offer_retracted
offer.expire                       -                    consumer    result   -         offer_expired
offer.expire                       -                    merchant    result   -         offer_expired
offer.remind                       >consumer            consumer    remind   told      remind
offer.remind                       >merchant            merchant    remind   told      remind
"""

SILENT: Mapping[str, Text] = {
    "offer.accept_offer": say("和解的通知已经说了。", "Said by the notice of the settlement."),
    "offer.counter": say("新方案的通知已经说了。", "Said by the notice of the new offer."),
    "offer.drop": say("和解、撤回或者结束的通知已经说了。", "Said by the notice of the settlement, the withdrawal or the end."),
}  # fmt: skip
