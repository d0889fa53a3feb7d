"""What is told of labels, couriers that come, addresses that never came, and goods that need not travel."""

from __future__ import annotations

from collections.abc import Mapping

from amends.notices.rules.sentences.told import Told, told

WAY_BACK: Mapping[str, Told] = {
    "label_ready": told(
        "寄件码已就绪", "Your return label is ready",
        "售后单 {case} 的预付面单和寄件码在页面上，贴好面单或出示寄件码即可寄出，不用填运单号。最晚 {due}；到时没有寄出，{silence}。",
        "The prepaid label and the drop-off code of case {case} stand on its page: stick the label on, or show the code. Nothing to type. "
        "Please drop it off by {due}. Otherwise: {silence}.",
    ),
    "label_failed": told(
        "没有出成面单，请换一种寄法", "No label: please choose another way",
        "售后单 {case} 的预付面单没有出成。请换一家承运商、预约上门取件或自行寄出，最晚 {due}；到时没有寄出，{silence}。",
        "The label of case {case} could not be made. Please choose another carrier, book a pick-up or send it yourself by {due}. "
        "Otherwise: {silence}.",
    ),
    "pickup_due": told(
        "消费者预约了上门取件", "A pick-up was booked",
        "售后单 {case} 的消费者预约了上门取件，时间和地址在页面上。页面上没有写承运商的，请你安排快递员。",
        "The consumer of case {case} booked a pick-up; time and address stand on its page. Where it names no carrier, please send "
        "a courier.",
    ),
    "pickup_confirmed": told(
        "快递员已确认上门", "The courier confirmed the pick-up",
        "售后单 {case} 的上门取件已由承运商确认，时间在页面上。",
        "The carrier confirmed the pick-up for case {case}; the time stands on its page.",
    ),
    "brought_back": told(
        "退货包裹退回给你了", "The parcel came back to you",
        "售后单 {case} 的退货没有送达，已退回给你。请核对地址后再寄，最晚 {due}；到时没有寄出，{silence}。商家拒收的，可以请平台介入。",
        "The return of case {case} was not delivered and came back to you. Please check the address and send it again by {due}. "
        "Otherwise: {silence}. If the merchant refused it, you may call the platform in.",
    ),
    "brought_back_merchant": told(
        "退货被退回消费者", "The return went back to the consumer",
        "售后单 {case} 的退货没有送达你处，已退回消费者，最晚 {due}再寄；到时没有寄出，{silence}。",
        "The return of case {case} was not delivered to you and went back to the consumer, who sends it again by {due}. "
        "Otherwise: {silence}.",
    ),
    "brought_back_agent": told(
        "退货被退回消费者", "A return went back to the consumer",
        "售后单 {case} 的退货没有送达商家，已退回消费者。请看看是否商家拒收。",
        "The return of case {case} was not delivered and went back to the consumer. Please see whether the merchant refused it.",
    ),
    "freight_proven": told(
        "消费者提交了寄回运费凭证", "The freight back was proved",
        "售后单 {case} 的消费者提交了寄回运费和凭证，在页面上。",
        "The consumer of case {case} told what the way back cost, with its proof; see the page.",
    ),
    "parcel_added": told(
        "退货分成了几个包裹", "The return comes in several parcels",
        "售后单 {case} 的退货分成了几个包裹，每个包裹里有什么在页面上。",
        "The goods of case {case} come back in several parcels; the page says what is in each.",
    ),
    "travels_together": told(
        "两份售后单的退货一起寄", "Two returns come in one parcel",
        "售后单 {case} 的退货和同一位消费者另一份售后单的退货放在一个包裹里，收货时一起登记。",
        "The goods of case {case} come in one parcel with those of another case of the same consumer; both are received together.",
    ),
    "destroy_asked": told(
        "不用寄回，请就地销毁并拍照", "Please destroy the goods, with a photo",
        "售后单 {case} 的商品不用寄回。请就地销毁并在页面上提交照片，最晚 {due}；到时没有提交，{silence}。",
        "The goods of case {case} need not travel. Please destroy them and give the photo on the page by {due}. Otherwise: {silence}.",
    ),
    "return_waived": told(
        "不用寄回，直接退款", "Nothing to send: the money is refunded",
        "售后单 {case} 的商品不用寄回，退款照常进行。",
        "The goods of case {case} need not come back. The refund goes on.",
    ),
    "intercept_asked": told(
        "已请承运商拦截包裹", "Asked to turn the parcel round",
        "售后单 {case} 的在途包裹已请承运商拦截退回。拦截成功就不用寄件；没有拦截成功会另行通知。",
        "The carrier was asked to turn the parcel of case {case} round. If it can, there is nothing to send; if it can't, you are told.",
    ),
    "intercept_failed": told(
        "没能拦截包裹", "The parcel could not be turned round",
        "售后单 {case} 的在途包裹没有拦截成功，退货照原来的方式寄回。",
        "The parcel of case {case} could not be turned round; the goods come back the usual way.",
    ),
    "parcel_refused": told(
        "消费者会拒收在途包裹", "The consumer will refuse the parcel",
        "售后单 {case} 的消费者会拒收还在路上的包裹，承运商退回时会登记为退货。",
        "The consumer of case {case} will refuse the parcel that is on its way; its way back is noted when the carrier turns round.",
    ),
    "address_missed": told(
        "商家没有退货地址，不用寄回", "No return address: nothing to send",
        "售后单 {case} 的商家在法定时限内没有提供退货地址，也没有登记过地址。不用寄回商品，退款照常进行。",
        "The merchant of case {case} gave no return address within the legal limit and has none on file. Nothing to send; the "
        "refund goes on.",
    ),
    "address_missed_merchant": told(
        "没有退货地址，已按违约记录", "No return address: recorded as a breach",
        "售后单 {case} 在法定时限内没有退货地址，地址簿也是空的。已记为违约，消费者不用寄回，退款照常进行。请补全地址簿。",
        "Case {case} had no return address within the legal limit, and the address book is empty. It is recorded as a breach: the consumer "
        "keeps the goods and is refunded. Please fill in the address book.",
    ),
    "address_missed_agent": told(
        "商家没有退货地址", "A merchant without a return address",
        "售后单 {case} 的商家在法定时限内没有退货地址，已记为违约。",
        "The merchant of case {case} had no return address within the legal limit; it is recorded as a breach.",
    ),
}  # fmt: skip
