"""What a reader is told first: one sentence for each stage that a case can wait in, as consumer, merchant and platform read it.

Also which part of the way a stage belongs to, for the period bar. Tables only: the stage that speaks is that of the turn shown.
"""

from __future__ import annotations

from amends.kernel.parties import Party
from amends.kernel.texts import Text, say

Three = tuple[Text, Text, Text]

ASKED: Three = (
    say("申请已提交，商家正在看", "Your claim is with the merchant"),
    say("请答复这单诉求", "Please answer this claim"),
    say("等商家答复", "The merchant has been asked"),
)
TRAVELS: Three = (
    say("退货在路上", "Your parcel is on its way"),
    say("退货在路上", "The goods are on their way back"),
    say("退货在路上", "The goods are on their way back"),
)
PAYING: Three = (
    say("退款正在办理", "Your refund is under way"),
    say("已同意，正在退款", "Approved, the refund is under way"),
    say("正在退款", "The refund is under way"),
)
REVIEW: Three = (
    say("平台已介入，等裁决", "The platform is looking at it"),
    say("平台已介入，等裁决", "The platform is looking at it"),
    say("等裁决", "A ruling is due"),
)
EVIDENCE: Three = (
    say("平台已介入，请提交凭证", "The platform is in: give your evidence"),
    say("平台已介入，请提交凭证", "The platform is in: give your evidence"),
    say("双方正在举证", "Both sides are giving evidence"),
)
APPEALED: Three = (
    say("裁决有申诉，暂不执行", "The ruling is appealed and stayed"),
    say("裁决有申诉，暂不执行", "The ruling is appealed and stayed"),
    say("申诉等答复", "An appeal waits for an answer"),
)
FOUND: Three = (
    say("商家对商品有不同看法，请你确认", "The merchant found something: please look"),
    say("等消费者看验货结果", "The consumer is looking at your finding"),
    say("等消费者看验货结果", "The consumer is looking at the finding"),
)
CHECKED: Three = (
    say("退款正在核对", "Your refund is being checked"),
    say("退款正在核对", "The refund is being checked"),
    say("退款没有回音，正在核对", "No answer from the gateway: being checked"),
)

SOUGHT: Three = (
    say("正在向承运商查件", "The carrier is being asked where it is"),
    say("正在向承运商查件", "The carrier is being asked where the parcel is"),
    say("等承运商答复查件", "The carrier owes an answer"),
)
COMES: Three = (
    say("包裹正在送给你", "Your parcel is on its way"),
    say("包裹正在送给消费者", "The parcel is on its way to the consumer"),
    say("包裹正在送给消费者", "The parcel is on its way to the consumer"),
)

HEADLINES: dict[tuple[str, str], Three] = {
    ("case", "triage"): (
        say("申请已收到", "We have your claim"),
        say("平台正在受理", "The platform is taking it in"),
        say("等平台受理", "To be taken in"),
    ),
    ("case", "awaiting_merchant"): ASKED,
    ("case", "answering_proof"): ASKED,
    ("case", "awaiting_proof"): (
        say("商家请你补充凭证", "The merchant asks for proof"),
        say("等消费者补充凭证", "Waiting for the consumer's proof"),
        say("等消费者补充凭证", "Waiting for the consumer's proof"),
    ),
    ("case", "refused"): (
        say("商家没有同意，你可以申请平台介入", "The merchant refused. You can call the platform in"),
        say("已拒绝，消费者还可申请平台介入", "Refused; the consumer may call the platform in"),
        say("商家已拒绝", "The merchant refused"),
    ),
    ("case", "in_review"): REVIEW,
    ("case", "ruled"): (
        say("平台已裁决", "The platform has ruled"),
        say("平台已裁决", "The platform has ruled"),
        say("已裁决，待生效", "Ruled, not yet binding"),
    ),
    ("case", "appealed"): APPEALED,
    ("appeal", "lodged"): APPEALED,
    ("appeal", "examining"): APPEALED,
    ("appeal", "overdue"): APPEALED,
    ("case", "executing"): PAYING,
    ("case", "merged"): (
        say("已并入另一份售后单，在那里继续办理", "Merged into another case, which goes on"),
        say("已并入另一份售后单", "Merged into another case"),
        say("已并入另一份售后单，还可取消", "Merged into another case; it can still be undone"),
    ),
    ("case", "unwinding"): (
        say("申请已撤回，正在收尾", "Withdrawn, being wound up"),
        say("消费者已撤回，正在收尾", "Withdrawn, being wound up"),
        say("撤回处理中", "Withdrawn, being wound up"),
    ),
    ("grant", "owed"): PAYING,
    ("grant", "doing"): PAYING,
    ("return_shipment", "addressing"): (
        say("已同意，等商家给退货地址", "Approved: the return address is coming"),
        say("请提供退货地址", "Please give the return address"),
        say("等商家提供退货地址", "The merchant owes the return address"),
    ),
    ("return_shipment", "awaiting_dispatch"): (
        say("请把商品寄回", "Please send the goods back"),
        say("等消费者寄回", "Waiting for the goods"),
        say("等消费者寄回", "Waiting for the goods"),
    ),
    ("return_shipment", "booked"): (
        say("等快递员上门取件", "A courier is coming"),
        say("等快递员上门取件", "A courier is coming"),
        say("等承运商取件", "A pick-up is due"),
    ),
    ("return_shipment", "in_transit"): TRAVELS,
    ("return_shipment", "tracing"): (
        say("承运商正在查找包裹", "The carrier is tracing your parcel"),
        say("承运商正在查找包裹", "The carrier is tracing the parcel"),
        say("承运商正在查找包裹", "The carrier is tracing the parcel"),
    ),
    ("return_shipment", "delivered"): (
        say("退货已送达，等商家确认", "Your parcel has arrived"),
        say("退货已送达，请确认收货", "The goods have arrived: confirm receipt"),
        say("等商家确认收货", "The merchant is to confirm receipt"),
    ),
    ("return_shipment", "sending_home"): (
        say("商家要把商品寄还给你", "The merchant is to send it home"),
        say("请把商品寄还消费者", "Please send the goods home"),
        say("等商家寄还商品", "The merchant is to send the goods home"),
    ),
    ("return_shipment", "on_way_home"): (
        say("商品正在寄还给你", "It is on its way home"),
        say("商品正在寄还消费者", "The goods are on their way home"),
        say("商品正在寄还消费者", "The goods are on their way home"),
    ),
    ("return_shipment", "tracing_home"): (
        say("承运商正在查找包裹", "The carrier is tracing your parcel"),
        say("承运商正在查找包裹", "The carrier is tracing the parcel"),
        say("承运商正在查找包裹", "The carrier is tracing the parcel"),
    ),
    ("return_shipment", "unclaimed"): (
        say("包裹等你领取", "Your parcel waits to be collected"),
        say("等消费者领取", "Waiting to be collected"),
        say("等消费者领取", "Waiting to be collected"),
    ),
    ("inspection", "awaiting"): (
        say("商家正在验货", "The merchant is inspecting"),
        say("请验货", "Please inspect the goods"),
        say("等商家验货", "The merchant is to inspect"),
    ),
    ("inspection", "reduced"): FOUND,
    ("inspection", "rejected"): FOUND,
    ("inspection", "missing"): FOUND,
    ("inspection", "contested"): REVIEW,
    ("inspection", "missing_contested"): REVIEW,
    ("refund", "intended"): PAYING,
    ("refund", "sent"): PAYING,
    ("refund", "frozen"): CHECKED,
    ("refund", "unknown"): CHECKED,
    ("refund", "failed"): (
        say("退款没有成功，平台正在处理", "The refund failed and is being mended"),
        say("退款没有成功，平台正在处理", "The refund failed and is being mended"),
        say("退款没有成功，请处理", "A refund failed: please see to it"),
    ),
    ("refund", "paid"): PAYING,
    ("repair", "booking"): (
        say("维修要开始了，等安排时间", "Your repair is being arranged"),
        say("请安排维修", "Please arrange the repair"),
        say("等安排维修", "A repair is to be arranged"),
    ),
    ("repair", "diagnosing"): (
        say("正在检查哪里坏了", "Your unit is being looked at"),
        say("请检修", "Please look at the unit"),
        say("等检修", "A unit is being looked at"),
    ),
    ("repair", "quoted"): (
        say("维修要收费，请你决定", "The repair has a price: please decide"),
        say("等消费者答复报价", "The consumer is looking at your quote"),
        say("等消费者答复报价", "The consumer is looking at a quote"),
    ),
    ("repair", "awaiting_parts"): (
        say("维修在等配件", "Your repair waits for parts"),
        say("维修在等配件", "A repair waits for parts"),
        say("维修在等配件", "A repair waits for parts"),
    ),
    ("repair", "repairing"): (
        say("正在维修", "Your unit is being repaired"),
        say("请完成维修", "Please finish the repair"),
        say("正在维修", "A unit is being repaired"),
    ),
    ("repair", "handed_back"): (
        say("修好了，请试用", "Repaired: please try it"),
        say("已修好，消费者在试用", "Repaired, on trial"),
        say("已修好，试用中", "Repaired, on trial"),
    ),
    ("replacement", "reserving"): (
        say("商家正在备货", "The merchant is looking for a piece"),
        say("请留一件货，或者说明没有货", "Please keep a piece, or say that there is none"),
        say("等商家备货", "The merchant is to keep a piece"),
    ),
    ("replacement", "choosing"): (
        say("没有货了，请选另一件或退款", "Out of stock: choose another, or the money"),
        say("没有货，等消费者选择", "Out of stock: the consumer is choosing"),
        say("没有货，等消费者选择", "Out of stock: the consumer is choosing"),
    ),
    ("replacement", "packing"): (
        say("货已留好，等商家发出", "A piece is kept for you and will be sent"),
        say("请发货", "Please send the piece"),
        say("等商家发货", "The merchant is to send the piece"),
    ),
    ("replacement", "in_transit"): (
        say("新的一件在路上", "Your piece is on its way"),
        say("新的一件在路上", "The piece is on its way"),
        say("新的一件在路上", "A piece is on its way"),
    ),
    ("replacement", "tracing"): (
        say("承运商正在查找包裹", "The carrier is tracing the parcel"),
        say("承运商正在查找包裹", "The carrier is tracing the parcel"),
        say("承运商正在查找包裹", "The carrier is tracing the parcel"),
    ),
    ("replacement", "arrived"): (
        say("新的一件到了，请查看", "Your piece has come: please look at it"),
        say("已送达，等消费者查看", "It has come: the consumer is looking at it"),
        say("已送达，等消费者查看", "A piece has come: the consumer is looking at it"),
    ),
    ("advance", "asked"): (
        say("付了保证金就先发货", "It is sent ahead once the security is paid"),
        say("等消费者付保证金", "The consumer is to pay a security"),
        say("等消费者付保证金", "The consumer is to pay a security"),
    ),
    ("advance", "running"): (
        say("先发新件，请寄回旧件", "Sent ahead: please send the old piece back"),
        say("已先发货，等旧件寄回", "Sent ahead: the old piece is to come back"),
        say("已先发货，等旧件寄回", "Sent ahead: the old piece is to come back"),
    ),
    ("advance", "overdue"): (
        say("旧件还没有寄回，请尽早处理", "The old piece is overdue: send it back, or keep and pay for it"),
        say("旧件逾期没有寄回", "The old piece is overdue"),
        say("旧件逾期没有寄回", "The old piece is overdue"),
    ),
    **{("delivery", stage): SOUGHT for stage in ("enquiring", "tracing")},
    **{("delivery", stage): COMES for stage in ("promised", "redirecting", "redelivering")},
    ("delivery", "fetching"): (
        say("承运商正在追回包裹", "The carrier is turning the parcel round"),
        say("承运商正在追回包裹", "The carrier is turning the parcel round"),
        say("等承运商追回包裹", "The carrier is to turn the parcel round"),
    ),
    ("delivery", "arrived"): (
        say("承运商说已送达，请确认", "The carrier says it is there: please confirm"),
        say("等消费者确认收到", "The consumer is to confirm"),
        say("等消费者确认收到", "The consumer is to confirm"),
    ),
    ("offer", "to_consumer"): (
        say("有一个方案等你答复", "There is an offer for you"),
        say("等消费者答复你的方案", "The consumer is to answer your offer"),
        say("等消费者答复方案", "The consumer is to answer an offer"),
    ),
    ("offer", "to_merchant"): (
        say("等商家答复你的方案", "The merchant is to answer your offer"),
        say("消费者提出了方案，请答复", "The consumer makes an offer: please answer"),
        say("等商家答复方案", "The merchant is to answer an offer"),
    ),
    ("offer", "to_both"): (
        say("平台提出了方案，请答复", "The platform proposes a settlement: please answer"),
        say("平台提出了方案，请答复", "The platform proposes a settlement: please answer"),
        say("等双方答复平台的方案", "Both sides are to answer the proposal"),
    ),
    ("extension", "to_consumer"): (
        say("商家请求多一些时间，请答复", "The merchant asks for more time: please answer"),
        say("等消费者答复延长申请", "The consumer is to answer your request for more time"),
        say("等消费者答复延长申请", "The consumer is to answer a request for more time"),
    ),
    ("extension", "to_merchant"): (
        say("等商家答复延长申请", "The merchant is to answer your request for more time"),
        say("消费者请求多一些时间，请答复", "The consumer asks for more time: please answer"),
        say("等商家答复延长申请", "The merchant is to answer a request for more time"),
    ),
    ("extension", "to_both"): (
        say("平台请求多一些时间，请答复", "The platform asks for more time: please answer"),
        say("平台请求多一些时间，请答复", "The platform asks for more time: please answer"),
        say("等双方答复延长申请", "Both sides are to answer a request for more time"),
    ),
    ("review", "gathering"): EVIDENCE,
    ("review", "replying"): (
        say("请看对方的凭证并回应", "Please reply to the other side"),
        say("请看对方的凭证并回应", "Please reply to the other side"),
        say("双方正在回应", "Both sides are replying"),
    ),
    ("review", "deciding"): REVIEW,
    ("review", "testing"): REVIEW,
    ("review", "second_reading"): REVIEW,
    ("review", "reassigned"): REVIEW,
}
GOES_ON: Three = (
    say("售后单正在办理", "Your case is being handled"),
    say("售后单正在办理", "The case is being handled"),
    say("售后单正在办理", "The case is being handled"),
)

STEPS: dict[str, Text] = {
    "ask": say("申请", "Claim"),
    "answer": say("商家答复", "Answer"),
    "ruling": say("平台裁决", "Ruling"),
    "back": say("寄回", "Return"),
    "check": say("验货", "Check"),
    "home": say("寄还", "Home"),
    "repair": say("维修", "Repair"),
    "piece": say("发新件", "Piece"),
    "refund": say("退款", "Refund"),
}
STEP_OF_LIFE = {
    "repair": "repair", "replacement": "piece", "advance": "piece", "review": "ruling", "appeal": "ruling",
    "return_shipment": "back", "inspection": "check",
    "refund": "refund", "grant": "refund",
}  # fmt: skip
MADE: dict[str, Text] = {
    "repair": say("已结案，修好了", "Closed: it was repaired"), "replacement": say("已结案，换好了", "Closed: it was replaced"),
}  # fmt: skip
"""How a case is told that ended with goods instead of money, by the life that did it."""
STEP_OF_CASE = {
    "triage": "ask",
    "drafted": "ask",
    "in_review": "ruling",
    "ruled": "ruling",
    "appealed": "ruling",
    "executing": "refund",
    "unwinding": "refund",
}
HOMEWARD = frozenset({"sending_home", "on_way_home", "tracing_home", "unclaimed"})


def headline(reader: Party, life: str, stage: str) -> Text:
    """The sentence for the side that reads."""
    three = HEADLINES.get((life, stage), GOES_ON)
    return three[{Party.CONSUMER: 0, Party.MERCHANT: 1}.get(reader, 2)]


def ended(ended_by: str, paid: Text | None) -> Text:
    """The sentence of a closed case: how it came to its end, and what was paid."""
    if paid is not None:
        return say("已结案，退了 {sum}", "Closed, {sum} was refunded", sum=paid)
    return {
        "withdraw": say("已撤回", "Withdrawn"),
        "absorb": say("已并入另一份售后单", "Merged into another case"),
        "accept_refusal": say("已结案，没有退款", "Closed without a refund"),
    }.get(ended_by, say("已结案，没有退款", "Closed without a refund"))


def step_of(life: str, stage: str) -> str:
    """Which part of the way this turn is on."""
    if life == "case":
        return STEP_OF_CASE.get(stage, "answer")
    return "home" if stage in HOMEWARD else STEP_OF_LIFE.get(life, "answer")
