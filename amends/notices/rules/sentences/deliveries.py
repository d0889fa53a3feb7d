"""What is told of parcels to the consumer that are looked for, led elsewhere, found or lost."""

from __future__ import annotations

from collections.abc import Mapping

from amends.notices.rules.sentences.told import Told, told

DELIVERIES: Mapping[str, Told] = {
    "enquiry_made": told(
        "已向承运商查件", "The carrier was asked about it",
        "售后单 {case} 的包裹已向承运商查件，承运商在 {due}前答复；到时没有答复，{silence}。",
        "The carrier was asked where the parcel of case {case} is and answers by {due}. Otherwise: {silence}.",
    ),
    "new_date": told(
        "包裹有了新的送达时间", "The parcel has a new date",
        "承运商答应送达售后单 {case} 的包裹，最晚 {due}；到时没有送达，{silence}。",
        "The carrier promises the parcel of case {case}, at the latest by {due}. Otherwise: {silence}.",
    ),
    "date_broken": told(
        "承运商没有按新的时间送达", "The carrier did not keep its date",
        "售后单 {case} 的包裹在 {until}前没有送达，按“{rule}”继续查件，承运商在 {due}前答复；到时没有答复，{silence}。",
        "The parcel of case {case} did not come by {until}. Under the rule “{rule}” the carrier is asked again and answers by {due}. "
        "Otherwise: {silence}.",
    ),
    "date_taken_back": told(
        "承运商改了送达时间", "The carrier took its date back",
        "承运商收回了售后单 {case} 包裹的送达时间，正在重新确认，{due}前答复；到时没有答复，{silence}。",
        "The carrier took back the date for the parcel of case {case} and answers anew by {due}. Otherwise: {silence}.",
    ),
    "redirect_asked": told(
        "已请承运商改派", "Asked to bring it elsewhere",
        "售后单 {case} 的包裹已请承运商改送新地址，承运商在 {due}前办理；到时没有办理，{silence}。",
        "The carrier was asked to bring the parcel of case {case} to another address by {due}. Otherwise: {silence}.",
    ),
    "new_way": told(
        "包裹改送新地址", "The parcel goes to the new address",
        "承运商已把售后单 {case} 的包裹改送新地址，最晚 {due}送达；到时没有送达，{silence}。",
        "The carrier brings the parcel of case {case} to the new address by {due}. Otherwise: {silence}.",
    ),
    "way_kept": told(
        "没能改派或追回，继续查件", "It could not be led elsewhere",
        "售后单 {case} 的包裹没能改派或追回，承运商继续查找，{due}前答复；到时没有答复，{silence}。",
        "The parcel of case {case} could not be led elsewhere or turned round. The carrier looks for it and answers by {due}. "
        "Otherwise: {silence}.",
    ),
    "way_lapsed": told(
        "承运商没有改派或追回", "The carrier did not lead it elsewhere",
        "承运商在 {until}前没有改派或追回售后单 {case} 的包裹，按“{rule}”继续查件，承运商在 {due}前答复；到时没有答复，{silence}。",
        "The carrier neither led the parcel of case {case} elsewhere nor turned it round by {until}. Under the rule “{rule}” it "
        "looks for it "
        "and answers by {due}. Otherwise: {silence}.",
    ),
    "fetch_asked": told(
        "已请承运商追回包裹", "Asked to turn the parcel round",
        "售后单 {case} 的包裹已请承运商追回，承运商在 {due}前办理；到时没有办理，{silence}。",
        "The carrier was asked to turn the parcel of case {case} round by {due}. Otherwise: {silence}.",
    ),
    "sent_again": told(
        "包裹重新派送", "The parcel is on its way again",
        "售后单 {case} 的包裹已重新派送，最晚 {due}送达；到时没有送达，{silence}。",
        "The parcel of case {case} is on its way again, by {due}. Otherwise: {silence}.",
    ),
    "parcel_back": told(
        "包裹已退回商家", "The parcel is back at the merchant",
        "售后单 {case} 的包裹没有送到消费者手里，已退回商家。{next}",
        "The parcel of case {case} did not reach the consumer and is back at the merchant. {next}",
    ),
    "parcel_here": told(
        "承运商说包裹已送达，请确认", "The carrier says that it delivered",
        "承运商报告售后单 {case} 的包裹已送达。没有收到的，请在 {due}前在页面上说明；到时没有说明，{silence}。",
        "The carrier reports the parcel of case {case} as delivered. If you don't have it, say so on its page by {due}. "
        "Otherwise: {silence}.",
    ),
    "parcel_here_merchant": told(
        "承运商报告包裹已送达", "The carrier reports a delivery",
        "承运商报告售后单 {case} 的包裹已送达，消费者可以在 {due}前说明没有收到；到时没有说明，{silence}。",
        "The carrier reports the parcel of case {case} as delivered; the consumer may say until {due} that it is not there. "
        "Otherwise: {silence}.",
    ),
    "parcel_lost": told(
        "承运商确认包裹丢失", "The carrier lost the parcel",
        "承运商确认售后单 {case} 的包裹丢失，售后照常进行，消费者不用承担。{next}",
        "The carrier says that the parcel of case {case} is lost. The claim goes on, and the loss is not the consumer's. {next}",
    ),
    "parcel_presumed_lost": told(
        "承运商没有答复，按丢失处理", "No answer: the parcel counts as lost",
        "承运商在 {until}前没有答复售后单 {case} 的查件，按“{rule}”视为丢失，售后照常进行，消费者不用承担。{next}",
        "The carrier gave no answer about the parcel of case {case} by {until}. Under the rule “{rule}” it counts as lost; the claim goes "
        "on, and the loss is not the consumer's. {next}",
    ),
    "parcel_turned_up": told(
        "丢失的包裹后来送达了", "The lost parcel came after all",
        "承运商报告，售后单 {case} 中按丢失处理的包裹后来送达了。已经退款或补发的，请不要拆用，"
        "先和商家商量怎样处理；没有收到的，不用理会。",
        "The carrier reports that the parcel of case {case}, which counts as lost, was delivered after all. If you were refunded or have "
        "another one, please leave it closed and settle with the shop what becomes of it. If it is not there, you need do nothing.",
    ),
    "parcel_turned_up_shop": told(
        "丢失的包裹后来送达了", "The lost parcel came after all",
        "承运商报告，售后单 {case} 中按丢失处理的包裹后来送达了。已经给付的不会自动收回，请和消费者商量怎样处理。",
        "The carrier reports that the parcel of case {case}, which counts as lost, was delivered after all. What was granted is not taken "
        "back by itself; please settle with the consumer what becomes of it.",
    ),
    "parcel_turned_up_agent": told(
        "丢失的包裹后来送达了", "The lost parcel came after all",
        "售后单 {case} 中按丢失处理的包裹后来送达了；已向承运商追偿的，请重新核对。",
        "The parcel of case {case}, which counts as lost, was delivered after all. What the carrier was asked to bear should be looked at "
        "again.",
    ),
    "damage_admitted": told(
        "承运商确认途中破损", "The carrier damaged it",
        "承运商确认售后单 {case} 的包裹是在途中破损的，消费者不用承担，售后照常进行。{next}",
        "The carrier says that the parcel of case {case} was damaged on the way. The damage is not the consumer's; the claim "
        "goes on. {next}",
    ),
    "damage_denied": told(
        "承运商否认途中破损", "The carrier denies the damage",
        "承运商否认售后单 {case} 的包裹是在途中破损的，理由在页面上；售后照常进行，不因此改变。{next}",
        "The carrier denies having damaged the parcel of case {case}; its page says why. The claim goes on as it was. {next}",
    ),
    "damage_presumed": told(
        "承运商没有答复，视为途中破损", "No answer: it counts as damaged",
        "承运商在 {until}前没有答复售后单 {case} 的破损，按“{rule}”视为途中破损，消费者不用承担，售后照常进行。{next}",
        "The carrier gave no answer about the damage in case {case} by {until}. Under the rule “{rule}” it counts as damaged on the way; "
        "the damage is not the consumer's, and the claim goes on. {next}",
    ),
    "damage_agent": told(
        "包裹在送货途中破损", "A parcel was damaged on its way out",
        "售后单 {case} 的包裹在送货途中破损，可以在页面上向承运商追偿。",
        "The parcel of case {case} was damaged on its way out. Its page leads to a claim on the carrier.",
    ),
    "parcel_lost_agent": told(
        "送货途中的包裹丢失", "A parcel was lost on its way out",
        "售后单 {case} 的包裹在送货途中丢失，可以在页面上向承运商追偿。",
        "The parcel of case {case} was lost on its way out. Its page leads to a claim on the carrier.",
    ),
    "parcel_counted": told(
        "没有说明，按已收到处理", "It counts as received",
        "你在 {until}前没有说明没收到，按“{rule}”，售后单 {case} 的包裹视为已收到。",
        "You did not say by {until} that it was missing. Under the rule “{rule}” the parcel of case {case} counts as received.",
    ),
    "parcel_confirmed": told(
        "消费者已收到包裹", "The consumer has the parcel",
        "售后单 {case} 的包裹已到消费者手里。",
        "The parcel of case {case} has reached the consumer.",
    ),
    "not_here": told(
        "消费者没有收到，再次查件", "The consumer does not have it",
        "承运商报告售后单 {case} 的包裹已送达，消费者没有收到，已再次查件，承运商在 {due}前答复；到时没有答复，{silence}。",
        "The carrier reported the parcel of case {case} as delivered, but the consumer does not have it. It was asked again and answers "
        "by {due}. Otherwise: {silence}.",
    ),
    "ask_by_hand": told(
        "请人工向承运商查件", "Please ask the carrier by hand",
        "售后单 {case} 的承运商不能自动查件，请人工联系并在页面上登记答复，最晚 {due}；到时没有登记，{silence}。",
        "The carrier of case {case} takes no enquiries by wire. Please ask it and write down its answer by {due}. Otherwise: {silence}.",
    ),
    "enquiry_turned_down": told(
        "承运商没有受理查件", "The carrier turned the enquiry down",
        "承运商没有受理售后单 {case} 的查件，原因在页面上。请人工联系，最晚 {due}；到时没有结果，{silence}。",
        "The carrier turned down the enquiry about case {case}; the page says why. Please see to it by {due}. Otherwise: {silence}.",
    ),
}  # fmt: skip
