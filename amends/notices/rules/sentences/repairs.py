"""What is told of repairs, from the slot to the end of the trial."""

from __future__ import annotations

from collections.abc import Mapping

from amends.notices.rules.sentences.told import Told, told

REPAIRS: Mapping[str, Told] = {
    "repair_begins": told(
        "维修开始安排", "Your repair is being arranged",
        "售后单 {case} 的维修由商家安排，最晚 {due}定下时间；到时没有安排，{silence}。",
        "The merchant arranges the repair of case {case} by {due}. Otherwise: {silence}.",
    ),
    "repair_to_book": told(
        "请安排维修", "Please arrange a repair",
        "售后单 {case} 有一件商品等维修。请在 {due}前安排；到时没有安排，{silence}。",
        "A unit of case {case} waits for its repair. Please arrange it by {due}. Otherwise: {silence}.",
    ),
    "repair_booked": told(
        "维修已安排", "Your repair is arranged",
        "售后单 {case} 的维修已安排，检修最晚 {due}完成；到时没有结果，{silence}。时间和地点见页面。",
        "The repair of case {case} is arranged; the unit is looked at by {due}. Otherwise: {silence}. Time and place stand on its page.",
    ),
    "repair_booked_merchant": told(
        "消费者选好了维修时间", "The consumer chose a time",
        "售后单 {case} 的消费者选好了维修时间。请在 {due}前检修；到时没有结果，{silence}。",
        "The consumer of case {case} chose a time for the repair. Please look at the unit by {due}. Otherwise: {silence}.",
    ),
    "repair_diagnosed": told(
        "已查明问题，开始维修", "The fault was found",
        "售后单 {case} 的问题已查明，正在维修，最晚 {due}修好；到时没有修好，{silence}。查明的内容见页面。",
        "The fault of case {case} was found and is being mended by {due}. Otherwise: {silence}. Its page says what was found.",
    ),
    "repair_quoted": told(
        "维修要收费，请决定", "The repair has a price: please decide",
        "售后单 {case} 的维修商家报价 {sum}，理由见页面。请在 {due}前同意并付款，或者不修；到时没有答复，{silence}。",
        "The merchant asks {sum} for the repair of case {case}; the page says why. Please agree and pay by {due}, or decline. "
        "Otherwise: {silence}.",
    ),
    "repair_paid": told(
        "维修费已收到", "Your payment was received",
        "售后单 {case} 的维修费已收到，正在维修，最晚 {due}修好；到时没有修好，{silence}。",
        "Your payment for the repair of case {case} was received. It is mended by {due}. Otherwise: {silence}.",
    ),
    "repair_to_do": told(
        "消费者同意报价，请维修", "The quote was accepted: please repair",
        "售后单 {case} 的维修费已付。请在 {due}前修好；到时没有修好，{silence}。",
        "The quote of case {case} was paid. Please repair the unit by {due}. Otherwise: {silence}.",
    ),
    "repair_quote_lapsed": told(
        "报价没有答复，不再维修", "The quote was not answered",
        "你在 {until}前没有答复售后单 {case} 的报价，按“{rule}”不再维修。商品在商家处的，会寄回给你。",
        "The quote of case {case} was not answered by {until}, so under the rule “{rule}” it is not repaired. "
        "A unit that the merchant has goes back to you.",
    ),
    "repair_declined": told(
        "已取消维修", "The repair was called off",
        "售后单 {case} 的商品不再维修。商品在商家处的，会寄回给你。",
        "The unit of case {case} is not repaired. If the merchant has it, it goes back to you.",
    ),
    "repair_declined_merchant": told(
        "消费者没有接受报价", "The quote was not accepted",
        "售后单 {case} 的消费者没有接受维修报价。商品在你处的，请寄回。",
        "The consumer of case {case} did not accept the quote. If you have the unit, please send it back.",
    ),
    "repair_parts_ordered": told(
        "维修在等配件", "Your repair waits for parts",
        "售后单 {case} 的维修在等配件，最晚 {due}到；到时没有到，{silence}。",
        "The repair of case {case} waits for parts, by {due} at the latest. Otherwise: {silence}.",
    ),
    "repair_parts_came": told(
        "配件到了，继续维修", "The parts have come",
        "售后单 {case} 的配件到了，最晚 {due}修好；到时没有修好，{silence}。",
        "The parts for case {case} have come; it is mended by {due}. Otherwise: {silence}.",
    ),
    "repair_handed_back": told(
        "修好了，请试用", "Repaired: please try it",
        "售后单 {case} 的商品修好了。请在 {due}前试用，又坏了就在页面上告诉商家；到时没有问题，{silence}。",
        "The unit of case {case} is repaired. Please try it until {due} and say on its page if it fails again. Otherwise: {silence}.",
    ),
    "repair_gave_up": told(
        "这次没有修好", "This repair did not help",
        "售后单 {case} 的商品这次没有修好。{next}",
        "The unit of case {case} could not be repaired this time. {next}",
    ),
    "repair_fault_noted": told(
        "已记下：又坏了", "Noted: it failed again",
        "售后单 {case} 的商品修后又坏，已算作一次没有修好。{next}",
        "The unit of case {case} failed again after its repair, and this counts as one that did not help. {next}",
    ),
    "repair_failed_at_home": told(
        "修后又坏", "It failed again after the repair",
        "售后单 {case} 的商品在试用期内又坏了，这次维修算没有修好。接着怎么办见页面。",
        "The unit of case {case} failed again within its trial, so the repair counts as one that did not help. Its page says what follows.",
    ),
    "repair_trial_over": told(
        "维修后试用期结束", "The trial after the repair is over",
        "售后单 {case} 的商品在 {until}前没有再坏，按“{rule}”视为修好。以后再坏，可以重新申请售后。",
        "The unit of case {case} did not fail again by {until}, so under the rule “{rule}” it counts as repaired. "
        "Should it fail later, you can apply anew.",
    ),
    "repair_confirmed": told(
        "维修已结束", "The repair is over",
        "售后单 {case} 的商品修好了，试用期已经结束，你不用做什么。",
        "The unit of case {case} works and its trial is over. There is nothing for you to do.",
    ),
    "repair_late": told(
        "维修没有按时完成", "The repair took too long",
        "售后单 {case} 的维修在 {until}前没有完成，按“{rule}”不再等了。接着怎么办，另有通知。",
        "The repair of case {case} was not done by {until}, so under the rule “{rule}” nobody waits for it any more. "
        "You are told at once what follows.",
    ),
    "repair_late_merchant": told(
        "维修超过了时限", "The repair is overdue",
        "售后单 {case} 的维修在 {until}前没有完成，按“{rule}”改成别的方案，见页面。",
        "The repair of case {case} was not done by {until} and, under the rule “{rule}”, was turned into another remedy, as its page says.",
    ),
    "repair_way_chosen": told(
        "消费者选了维修方式", "The consumer chose how it is repaired",
        "售后单 {case} 的消费者选了寄修、送修或上门中的一种，详情见页面。{next}",
        "The consumer of case {case} chose among repair by post, in a workshop and at home; its page says which. {next}",
    ),
    "repair_turned": told(
        "维修改为换货或者退款", "Exchange or refund instead of the repair",
        "售后单 {case} 的维修没有解决问题，按规则自动改成换货或者退款，你不用再申请。{next}",
        "The repair of case {case} did not solve it. By rule you get an exchange or your money instead, without asking. {next}",
    ),
    "repair_turned_merchant": told(
        "维修改为换货或者退款", "The repair became another remedy",
        "售后单 {case} 的维修没有解决问题，按规则自动改成换货或者退款，依据见页面。",
        "The repair of case {case} did not solve it and became an exchange or a refund by rule; its page names the clause.",
    ),
    "remind_repair_quote": told(
        "维修报价还没有答复", "A quote waits for your answer",
        "售后单 {case} 的维修报价等你决定，{due}到期，还有 {left}。到时没有答复，{silence}。",
        "The quote for the repair of case {case} waits for you until {due}: {left} from now. Otherwise: {silence}.",
    ),
    "remind_repair_trial": told(
        "维修后的试用期将到", "The trial is about to end",
        "售后单 {case} 修后的试用期到 {due}，还有 {left}。又坏了请在页面上说明；到时{silence}。",
        "The trial after the repair of case {case} ends {due}: {left} from now. If it failed again, say so on its page. "
        "After that: {silence}.",
    ),
    "remind_repair_book": told(
        "维修还没有安排", "A repair is still to be arranged",
        "售后单 {case} 的维修等你安排，{due}到期，还有 {left}。到时没有安排，{silence}。",
        "The repair of case {case} waits to be arranged until {due}: {left} from now. Otherwise: {silence}.",
    ),
    "remind_repair": told(
        "维修时限将到", "A repair is due soon",
        "售后单 {case} 的维修 {due}到期，还有 {left}。到时没有完成，{silence}。",
        "The repair of case {case} is due {due}: {left} from now. Otherwise: {silence}.",
    ),
    "remind_repair_parts": told(
        "维修还在等配件", "A repair still waits for its parts",
        "售后单 {case} 的维修在等配件，{due}到期，还有 {left}。配件到了请登记；到时没有到，{silence}。",
        "The repair of case {case} waits for its parts until {due}: {left} from now. Note it when they come. Otherwise: {silence}.",
    ),
}  # fmt: skip
