"""What is told of offers between the sides."""

from __future__ import annotations

from collections.abc import Mapping

from amends.notices.rules.sentences.told import Told, told

OFFERS: Mapping[str, Told] = {
    "said": told(
        "有新的留言", "There is a message for you",
        "售后单 {case} 有一条新的留言，在页面上可以看，也可以回。",
        "Somebody wrote to you in case {case}. Read it on its page; you can answer there.",
    ),
    "offered": told(
        "对方提出了方案", "There is an offer",
        "售后单 {case}：对方提出了一个方案，内容和金额写在页面上，旁边是按规则应得的。可以接受、拒绝或者另提方案。请在 {due}前答复；"
        "到时没有答复，{silence}。",
        "Case {case}: the other side makes an offer. What it gives stands on the page, beside what the rules give. Accept it, decline it "
        "or make another by {due}. Otherwise: {silence}.",
    ),
    "mediated": told(
        "平台提出了方案", "The platform proposes a settlement",
        "售后单 {case}：平台给双方提出了一个方案，双方都同意才算数。请在 {due}前答复；到时没有答复，{silence}。",
        "Case {case}: the platform proposes a settlement to both sides. It holds once both agree. Please answer by {due}. "
        "Otherwise: {silence}.",
    ),
    "agreed_first": told(
        "对方同意了平台的方案", "The other side agrees",
        "售后单 {case}：对方同意了平台提出的方案，现在等你。请在 {due}前答复；到时没有答复，{silence}。",
        "Case {case}: the other side agrees to what the platform proposed, and it is your turn. Please answer by {due}. "
        "Otherwise: {silence}.",
    ),
    "offer_declined": told(
        "方案没有被接受", "An offer was declined",
        "售后单 {case} 的一个方案没有被接受，诉求照常处理。{next}",
        "An offer in case {case} was declined; the claim goes on as it was. {next}",
    ),
    "offer_retracted": told(
        "方案收回了", "An offer was taken back",
        "售后单 {case} 的一个方案已收回，你不用答复。", "An offer in case {case} was taken back; no answer is needed.",
    ),
    "offer_expired": told(
        "方案过期了", "An offer has expired",
        "售后单 {case} 的一个方案到 {until}没有答复，按“{rule}”过期，诉求照常处理。{next}",
        "Nobody answered an offer in case {case} by {until}, so it expired under the rule “{rule}”. The claim goes on. {next}",
    ),
}  # fmt: skip
