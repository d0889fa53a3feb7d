"""What is told of goods on their way back, of what was found about them, and of goods that go home again."""

from __future__ import annotations

from collections.abc import Mapping

from amends.notices.rules.sentences.told import Told, told

GOODS: Mapping[str, Told] = {
    "address_wanted": told(
        "请提供退货地址", "Please give the return address",
        "售后单 {case} 请在 {due}前提供退货地址；到时没有提供，{silence}。",
        "Case {case}: please give the return address by {due}. Without it: {silence}.",
    ),
    "address_awaited": told(
        "等商家提供退货地址", "The return address comes next",
        "售后单 {case} 的商品要寄回，商家在 {due}前提供地址；到时没有提供，{silence}。收到地址前请先不要寄出。",
        "The goods of case {case} are to go back. The merchant gives the address by {due}; without it: {silence}. "
        "Please don't ship before you have it.",
    ),
    "ship_back": told(
        "请寄回商品", "Please send the goods back",
        "售后单 {case} 的退货地址在页面上。请在 {due}前寄出并填写运单号；到时没有寄出，{silence}。",
        "The return address of case {case} stands on its page. Please ship by {due} and give the waybill number. Otherwise: {silence}.",
    ),
    "ship_to_known": told(
        "请寄回商品", "Please send the goods back",
        "商家在 {until}前没有给地址，按“{rule}”使用商家登记的地址，见售后单 {case} 的页面。"
        "请在 {due}前寄出并填写运单号；到时没有寄出，{silence}。",
        "The merchant gave no address by {until}, so under the rule “{rule}” the one on file is used; see the page of case {case}. "
        "Please ship by {due} and give the waybill number. Otherwise: {silence}.",
    ),
    "address_lapsed": told(
        "已使用你登记的退货地址", "Your address on file was used",
        "你在 {until}前没有为售后单 {case} 提供地址，按“{rule}”使用你登记的退货地址。消费者在 {due}前寄出。",
        "You gave no address for case {case} by {until}, so under the rule “{rule}” the one on file is used. The consumer ships by {due}.",
    ),
    "pickup_booked": told(
        "已预约上门取件", "Pick-up booked",
        "售后单 {case} 的上门取件已预约，承运商在 {due}前取件。到时没有取件，{silence}。",
        "The pick-up for case {case} is booked; the carrier comes by {due}. Otherwise: {silence}.",
    ),
    "pickup_missed": told(
        "没有取到件，请另行寄出", "The pick-up was missed",
        "售后单 {case} 的包裹没有取走。请重新预约或自行寄出，最晚 {due}；到时没有寄出，{silence}。",
        "The parcel of case {case} was not picked up. Please book again or ship it yourself by {due}. Otherwise: {silence}.",
    ),
    "shipped": told(
        "退货已寄出", "The goods are on their way",
        "售后单 {case} 的退货已寄出，预计 {due}前送达，运单号在页面上。",
        "The goods of case {case} were shipped and are due by {due}; the waybill stands on its page.",
    ),
    "picked_up": told(
        "退货已取件", "Your parcel was picked up",
        "售后单 {case} 的包裹已由承运商取走，最晚 {due}送达。到时没有送达，{silence}。",
        "The carrier has the parcel of case {case} and delivers by {due}. Otherwise: {silence}.",
    ),
    "intercepted": told(
        "包裹已拦截，正在退回", "The parcel was stopped",
        "售后单 {case} 的包裹在途中拦截，正在退回商家，最晚 {due}送达。消费者不用寄件。",
        "The parcel of case {case} was stopped on its way and goes back to the merchant by {due}. The consumer need not ship anything.",
    ),
    "destroyed": told(
        "商品已就地销毁", "The goods were destroyed",
        "售后单 {case} 的商品已就地销毁，不用寄回。{next}",
        "The goods of case {case} were destroyed on site and need not be sent back. {next}",
    ),
    "unsent": told(
        "未按时寄回，诉求终止", "The goods were not sent back in time",
        "售后单 {case} 的商品在 {until}前没有寄出，按“{rule}”诉求终止，不退款。符合条件时可以重新申请。",
        "The goods of case {case} were not shipped by {until}, so under the rule “{rule}” the claim ended without a refund. "
        "You may apply again where the rules allow it.",
    ),
    "unsent_merchant": told(
        "消费者未寄回，诉求终止", "The goods were not sent back",
        "消费者在 {until}前没有寄回售后单 {case} 的商品，按“{rule}”诉求终止，你不用做什么。",
        "The goods of case {case} were not shipped by {until}, so under the rule “{rule}” the claim ended. There is nothing for you to do.",
    ),
    "at_door": told(
        "退货已送达", "The goods have arrived",
        "售后单 {case} 的退货已送达。请在 {due}前确认收货；到时没有确认，{silence}。",
        "The goods of case {case} were delivered. Please confirm by {due}. Otherwise: {silence}.",
    ),
    "arrived": told(
        "退货已送达商家", "Your parcel has arrived",
        "售后单 {case} 的包裹已送达商家。商家在 {due}前确认收货；到时没有确认，{silence}。",
        "The parcel of case {case} is with the merchant, who confirms by {due}. Otherwise: {silence}.",
    ),
    "to_inspect": told(
        "请验货", "Please inspect the goods",
        "售后单 {case} 请在 {due}前验货；到时没有验货，{silence}。",
        "Case {case}: please inspect the goods by {due}. Otherwise: {silence}.",
    ),
    "to_inspect_late": told(
        "视为已收货，请验货", "Counted as received: please inspect",
        "你在 {until}前没有确认收货，按“{rule}”视为已收到售后单 {case} 的退货。请在 {due}前验货；到时没有验货，{silence}。",
        "You did not confirm receipt by {until}, so under the rule “{rule}” the goods of case {case} count as received. "
        "Please inspect them by {due}. Otherwise: {silence}.",
    ),
    "being_inspected": told(
        "商家已收货，正在验货", "Received, now being inspected",
        "售后单 {case} 的商品由商家在 {due}前验货；到时没有结果，{silence}。",
        "The merchant inspects the goods of case {case} by {due}. Without a finding: {silence}.",
    ),
    "counted_received": told(
        "视为商家已收货", "Counted as received",
        "商家在 {until}前没有确认收货，按“{rule}”视为已收到售后单 {case} 的退货。商家在 {due}前验货；到时没有结果，{silence}。",
        "The merchant did not confirm receipt by {until}, so under the rule “{rule}” the goods of case {case} count as received. "
        "They are inspected by {due}. Without a finding: {silence}.",
    ),
    "traced": told(
        "包裹没有按时送达，正在查件", "The parcel is late and being traced",
        "售后单 {case} 的包裹在 {until}前没有送达，按“{rule}”已向承运商查件，最晚 {due}有结果；到时没有结果，{silence}。",
        "The parcel of case {case} was not delivered by {until}. Under the rule “{rule}” the carrier traces it until {due}. "
        "Without a result: {silence}.",
    ),
    "found": told(
        "包裹已找到，继续运输", "The parcel was found",
        "售后单 {case} 的包裹已找到，最晚 {due}送达。",
        "The parcel of case {case} was found and is due by {due}.",
    ),
    "lost": told(
        "退货在运输中丢失", "The parcel was lost",
        "售后单 {case} 的退货丢失，退款照常进行，你不用做什么。{next}",
        "The parcel of case {case} was lost. You are refunded all the same and need do nothing. {next}",
    ),
    "lost_by_silence": told(
        "退货视为丢失，照常退款", "Counted as lost, and refunded",
        "承运商在 {until}前没有查到售后单 {case} 的退货，按“{rule}”视为丢失。退款照常进行，你不用做什么。",
        "The carrier could not find the parcel of case {case} by {until}, so under the rule “{rule}” it counts as lost. "
        "You are refunded all the same and need do nothing.",
    ),
    "lost_merchant": told(
        "退货丢失", "The parcel was lost",
        "售后单 {case} 的退货在寄给你的途中丢失，消费者照常退款。费用由谁承担，向承运商追偿后确定。",
        "The parcel of case {case} was lost on its way to you and the consumer is refunded. Who bears it is settled with the carrier.",
    ),
    "lost_going_home": told(
        "寄回途中丢失，改为退款", "Lost on the way to you: refunded",
        "售后单 {case} 寄回给你的商品在途中丢失，改为退款，你不用做什么。{next}",
        "The goods of case {case} were lost on their way to you. You are refunded instead and need do nothing. {next}",
    ),
    "lost_going_home_merchant": told(
        "寄回消费者的商品丢失", "Lost on the way home",
        "售后单 {case} 寄回消费者的商品在途中丢失，改为退款。费用由谁承担，向承运商追偿后确定。",
        "The goods of case {case} were lost on their way home, so a refund is owed. Who bears it is settled with the carrier.",
    ),
    "lost_agent": told(
        "有包裹丢失", "A parcel was lost",
        "售后单 {case} 的包裹丢失，退款照常进行。请向承运商追偿。",
        "The parcel of case {case} was lost and the refund goes on. Please claim it from the carrier.",
    ),
    "passed": told(
        "验货合格，照常退款", "Your goods passed the inspection",
        "售后单 {case} 的商品验货合格。{next}",
        "The goods of case {case} were found in good order. {next}",
    ),
    "passed_by_silence": told(
        "商家没有验货，视为合格", "Not inspected in time: accepted",
        "商家在 {until}前没有验货，按“{rule}”，售后单 {case} 的商品视为合格，照常退款。",
        "The merchant did not inspect by {until}, so under the rule “{rule}” the goods of case {case} count as accepted and are refunded.",
    ),
    "passed_by_your_silence": told(
        "未按时验货，视为合格", "Not inspected in time: accepted",
        "你在 {until}前没有为售后单 {case} 验货，按“{rule}”视为合格，正在退款。",
        "You did not inspect the goods of case {case} by {until}, so under the rule “{rule}” they count as "
        "accepted and are being refunded.",
    ),
    "found_less": told(
        "验货结果：减额退款", "Inspection: a deduction",
        "售后单 {case} 有商品验货后减额，数额、照片和理由在页面上。你不同意的，在 {due}前提出异议；到时没有异议，{silence}。",
        "Goods of case {case} were found worth less; the sum, photos and reason stand on its page. "
        "If you disagree, contest it by {due}. Otherwise: {silence}.",
    ),
    "found_bad": told(
        "验货结果：不合格", "Inspection: rejected",
        "售后单 {case} 有商品验货不合格，照片和理由在页面上。你不同意的，在 {due}前提出异议；到时没有异议，{silence}。",
        "Goods of case {case} were rejected; photos and reason stand on its page. If you disagree, contest it by {due}. "
        "Otherwise: {silence}.",
    ),
    "found_missing": told(
        "验货结果：包裹里缺件", "Inspection: missing from the parcel",
        "商家说售后单 {case} 的包裹里缺件。请在 {due}前说明是否同意；到时没有说明，{silence}。",
        "The merchant says that something of case {case} was not in the parcel. Please say by {due} whether you agree. "
        "Without a word: {silence}.",
    ),
    "finding_stood": told(
        "验货结果已成立", "The finding stands",
        "你在 {until}前没有提出异议，按“{rule}”，售后单 {case} 的验货结果成立。{next}",
        "You did not contest it by {until}, so under the rule “{rule}” the finding in case {case} stands. {next}",
    ),
    "finding_stood_merchant": told(
        "验货结果已成立", "Your finding stands",
        "消费者没有异议，售后单 {case} 的验货结果成立。{next}",
        "The consumer did not contest your finding in case {case}, so it stands. {next}",
    ),
    "contested": told(
        "消费者对验货结果有异议", "Your finding is contested",
        "售后单 {case} 的验货结果有异议，由平台查明。查明之前商品和款项都不动，请保留商品和照片。",
        "Your finding in case {case} is contested and the platform looks into it. Until then neither goods nor money move; "
        "please keep the goods and the photos.",
    ),
    "contested_for_you": told(
        "缺件的说法已交平台查明", "The platform looks into it for you",
        "你在 {until}前没有说明，按“{rule}”视为你有异议：售后单 {case} 是否缺件由平台查明，不会只凭商家一面之词扣款。",
        "You did not say by {until}, so under the rule “{rule}” it counts as contested: the platform finds "
        "out what was missing in case {case}. "
        "The merchant's word alone costs you nothing.",
    ),
    "send_home": told(
        "请把商品寄回消费者", "Please send the goods home",
        "售后单 {case} 的商品属于消费者，请在 {due}前寄回；到时没有寄出，{silence}。",
        "The goods of case {case} belong to the consumer. Please send them home by {due}. Otherwise: {silence}.",
    ),
    "coming_home": told(
        "商品将寄回给你", "Your goods come back to you",
        "售后单 {case} 的商品由商家在 {due}前寄回给你；到时没有寄出，{silence}。",
        "The merchant sends the goods of case {case} back to you by {due}. Otherwise: {silence}.",
    ),
    "on_way_home": told(
        "商品已寄回给你", "Your goods are on their way to you",
        "售后单 {case} 的商品已寄出，最晚 {due}送达，运单号在页面上。",
        "The goods of case {case} are on their way to you and due by {due}; the waybill stands on its page.",
    ),
    "home": told(
        "商品已送回", "The goods are home",
        "售后单 {case} 的商品已送回给你。{next}",
        "The goods of case {case} are back with you. {next}",
    ),
    "home_merchant": told(
        "商品已送回消费者", "The goods are home",
        "售后单 {case} 的商品已送回消费者。{next}",
        "The goods of case {case} are back with the consumer. {next}",
    ),
    "bought_by_silence": told(
        "商家没有寄回，改为退款", "Not sent home: you are refunded",
        "商家在 {until}前没有寄回售后单 {case} 的商品，按“{rule}”视为买下，改为退款，你不用做什么。",
        "The merchant did not send the goods of case {case} home by {until}, so under the rule “{rule}” they "
        "count as bought and you are refunded. "
        "There is nothing for you to do.",
    ),
    "bought_by_your_silence": told(
        "未按时寄回，视为买下", "Not sent home in time: bought",
        "你在 {until}前没有寄回售后单 {case} 的商品，按“{rule}”视为买下，正在退款给消费者。",
        "You did not send the goods of case {case} home by {until}, so under the rule “{rule}” they count as "
        "bought; the consumer is refunded.",
    ),
    "bought": told(
        "商家留下商品并退款", "The merchant keeps the goods",
        "售后单 {case} 的商品由商家留下，退款给你，你不用做什么。",
        "The merchant keeps the goods of case {case} and you are refunded. There is nothing for you to do.",
    ),
    "to_collect": told(
        "商品等你领取", "Your goods wait to be collected",
        "售后单 {case} 的商品没有送到，现在可以领取，地点在页面上。请在 {due}前领取；到时没有领取，{silence}。",
        "The goods of case {case} could not be delivered and wait to be collected; its page says where. Please do so by {due}. "
        "Otherwise: {silence}.",
    ),
    "given_up": told(
        "商品逾期未领取", "The goods were not collected",
        "售后单 {case} 的商品在 {until}前没有领取，按“{rule}”视为放弃。",
        "The goods of case {case} were not collected by {until}, so under the rule “{rule}” they count as given up.",
    ),
}  # fmt: skip
