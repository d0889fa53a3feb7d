"""What is told to whom: a table of moves, sides and sentences in both languages (LIFECYCLE 15).

`{due}` is the instant by which the reader or the other side must act; `{sum}` an amount of money; `{case}` the case's reference.
"""

from __future__ import annotations

from typing import NamedTuple

from amends.kernel.texts import Text, say


class Told(NamedTuple):
    """One notice: for which side, its subject and its sentence. `due_of` names the party whose clock `{due}` is about."""

    party: str
    subject: Text
    body: Text
    due_of: str = ""


NOTICES: dict[str, tuple[Told, ...]] = {
    "case.ask_merchant": (
        Told(
            "consumer",
            say("已收到你的售后申请", "We have your request"),
            say(
                "售后单 {case} 已交给商家，商家要在 {due} 前答复。到时没有答复，按规则自动处理。",
                "Case {case} is with the merchant, who has until {due}. Without an answer the rules decide by themselves.",
            ),
            "merchant",
        ),
        Told(
            "merchant",
            say("新的售后申请", "A new claim"),
            say(
                "售后单 {case} 请在 {due} 前答复。到时没有答复，{silence}。",
                "Case {case}: please answer by {due}. Without an answer: {silence}.",
            ),
            "merchant",
        ),
    ),
    "case.approve": (
        Told(
            "consumer",
            say("你的申请已同意", "Your claim is approved"),
            say("售后单 {case} 已同意，接下来的步骤会逐一告诉你。", "Case {case} is approved. Each next step will be told to you."),
        ),
        Told(
            "merchant",
            say("诉求已同意", "The claim is approved"),
            say("售后单 {case} 已同意，正在执行。", "Case {case} is approved and being carried out."),
        ),
    ),
    "case.grant_at_once": (
        Told(
            "consumer",
            say("你的申请已同意", "Your claim is approved"),
            say(
                "售后单 {case} 按规则直接同意，不用等商家答复。接下来的步骤会逐一告诉你。",
                "Case {case} is approved at once under the rules; nobody has to be waited for. Each next step will be told to you.",
            ),
        ),
        Told(
            "merchant",
            say("诉求按规则直接同意", "A claim was approved at once"),
            say(
                "售后单 {case} 由规则直接同意，事实、理由和依据在页面上。你不同意的，可以在页面上要求由人来裁决。",
                "Case {case} was approved by the rules alone; facts, reasons and basis stand on its page. "
                "If you disagree, ask there that a person decides.",
            ),
        ),
    ),
    "case.ask_person": (
        Told(
            "consumer",
            say("将由人来裁决", "A person will decide"),
            say(
                "售后单 {case} 有一方要求由人来裁决。之后不会再由机器单独决定，结果会通知你。",
                "In case {case} a side asked that a person decides. No machine decides alone from now on; you will be told the result.",
            ),
        ),
        Told(
            "merchant",
            say("将由人来裁决", "A person will decide"),
            say(
                "售后单 {case} 有一方要求由人来裁决。之后不会再由机器单独决定，结果会通知你。",
                "In case {case} a side asked that a person decides. No machine decides alone from now on; you will be told the result.",
            ),
        ),
    ),
    "review.rule_by_default": (
        Told(
            "consumer",
            say("这是按规则自动做出的裁决", "This ruling was given by rule"),
            say(
                "售后单 {case} 的判责员没有按时裁决，由规则裁决，依据在页面上。你可以在 {due} 前要求由人来裁决。",
                "No arbiter ruled on case {case} in time, so the rules did; the basis stands on its page. "
                "Until {due} you can ask that a person decides.",
            ),
            "consumer",
        ),
        Told(
            "merchant",
            say("这是按规则自动做出的裁决", "This ruling was given by rule"),
            say(
                "售后单 {case} 的判责员没有按时裁决，由规则裁决，依据在页面上。你可以在 {due} 前要求由人来裁决。",
                "No arbiter ruled on case {case} in time, so the rules did; the basis stands on its page. "
                "Until {due} you can ask that a person decides.",
            ),
            "merchant",
        ),
    ),
    "case.refuse": (
        Told(
            "consumer",
            say("商家没有同意你的申请", "The merchant refused your claim"),
            say(
                "售后单 {case} 被拒绝，理由已写在页面上。你可以在 {due} 前申请平台介入；到时没有申请，售后单结束。",
                "Case {case} was refused; the reason stands on its page. You can call the platform in until {due}; else the case ends.",
            ),
            "consumer",
        ),
    ),
    "case.ask_proof": (
        Told(
            "consumer",
            say("商家请你补充凭证", "The merchant asks for proof"),
            say(
                "售后单 {case} 请在 {due} 前补充凭证。到时没有补充，商家按现有材料答复。",
                "Case {case}: please give the proof by {due}. Otherwise the merchant answers with what there is.",
            ),
            "consumer",
        ),
    ),
    "case.prove": (
        Told(
            "merchant",
            say("消费者已补充凭证", "The proof is there"),
            say("售后单 {case} 请在 {due} 前答复。", "Case {case}: please answer by {due}."),
            "merchant",
        ),
    ),
    "case.go_on_unproven": (
        Told(
            "merchant",
            say("消费者未补充凭证", "No proof was given"),
            say("售后单 {case} 请在 {due} 前答复。", "Case {case}: please answer by {due}."),
            "merchant",
        ),
    ),
    "review.open_round": (
        Told(
            "consumer",
            say("平台已介入", "The platform has stepped in"),
            say(
                "售后单 {case} 请在 {due} 前提交凭证，之后由判责员裁决。",
                "Case {case}: please give your evidence by {due}; then an arbiter rules.",
            ),
            "consumer",
        ),
        Told(
            "merchant",
            say("平台已介入", "The platform has stepped in"),
            say(
                "售后单 {case} 请在 {due} 前提交凭证，之后由判责员裁决。",
                "Case {case}: please give your evidence by {due}; then an arbiter rules.",
            ),
            "merchant",
        ),
    ),
    "case.rule": (
        Told(
            "consumer",
            say("平台已裁决", "The platform has ruled"),
            say(
                "售后单 {case} 的裁决和理由已写在页面上，{due} 起生效。",
                "The ruling on case {case} and its reasons stand on its page; it binds from {due}.",
            ),
            "consumer",
        ),
        Told(
            "merchant",
            say("平台已裁决", "The platform has ruled"),
            say(
                "售后单 {case} 的裁决和理由已写在页面上，{due} 起生效。",
                "The ruling on case {case} and its reasons stand on its page; it binds from {due}.",
            ),
            "merchant",
        ),
    ),
    "return_shipment.give_address": (
        Told(
            "consumer",
            say("请寄回商品", "Please send the goods back"),
            say(
                "售后单 {case} 的退货地址已提供，请在 {due} 前寄出并填写运单号。到时没有寄出，诉求终止。",
                "The return address of case {case} is there. Please ship by {due} and give the waybill number; else the claim ends.",
            ),
            "consumer",
        ),
    ),
    "return_shipment.use_known_address": (
        Told(
            "consumer",
            say("请寄回商品", "Please send the goods back"),
            say(
                "售后单 {case} 使用商家登记的退货地址，请在 {due} 前寄出并填写运单号。到时没有寄出，诉求终止。",
                "Case {case}: use the merchant's address on file. Please ship by {due} and give the waybill number; else the claim ends.",
            ),
            "consumer",
        ),
    ),
    "return_shipment.ask_back": (
        Told(
            "merchant",
            say("请提供退货地址", "Please give the return address"),
            say(
                "售后单 {case} 请在 {due} 前提供退货地址，到时使用登记的地址。",
                "Case {case}: please give the return address by {due}; otherwise the one on file is used.",
            ),
            "merchant",
        ),
    ),
    "return_shipment.ship": (
        Told(
            "merchant",
            say("退货已寄出", "The goods are on their way"),
            say("售后单 {case} 的退货已寄出。", "The goods of case {case} have been shipped."),
        ),
    ),
    "return_shipment.deliver": (
        Told(
            "merchant",
            say("退货已送达", "The goods have arrived"),
            say(
                "售后单 {case} 的退货已送达，请在 {due} 前确认收货，到时视为收到。",
                "The goods of case {case} were delivered. Please confirm by {due}; then they count as received.",
            ),
            "merchant",
        ),
    ),
    "return_shipment.receive": (
        Told(
            "merchant",
            say("请验货", "Please inspect the goods"),
            say(
                "售后单 {case} 请在 {due} 前验货，到时视为合格。", "Case {case}: please inspect by {due}; then the goods count as accepted."
            ),
            "merchant",
        ),
    ),
    "return_shipment.lapse": (
        Told(
            "consumer",
            say("未按时寄回，诉求终止", "The goods were not sent back in time"),
            say(
                "售后单 {case} 没有在时限内寄回，诉求终止。符合条件时可以重新申请。",
                "The goods of case {case} were not sent back in time, so the claim ended. You may apply again where the rules allow it.",
            ),
        ),
    ),
    "return_shipment.declare_lost": (
        Told(
            "consumer",
            say("退货在运输中丢失", "The parcel was lost"),
            say(
                "售后单 {case} 的退货丢失，退款照常进行，你不用做什么。",
                "The parcel of case {case} was lost. You are refunded all the same and need do nothing.",
            ),
        ),
    ),
    **{
        f"inspection.{verb}": (
            Told(
                "consumer",
                say("验货结果", "The inspection's finding"),
                say(
                    "售后单 {case} 有一件商品的验货结果需要你看。你可以在 {due} 前提出异议。",
                    "There is a finding about a unit of case {case}. You can contest it until {due}.",
                ),
                "consumer",
            ),
        )
        for verb in ("reduce", "reject", "report_missing")
    },
    "refund.pay": (
        Told(
            "consumer",
            say("退款已到账", "Your refund is paid"),
            say("售后单 {case} 的 {sum} 已退回原支付方式。", "{sum} of case {case} went back to the tender you paid with."),
        ),
    ),
    "refund.doubt": (
        Told(
            "consumer",
            say("退款正在核对", "Your refund is being checked"),
            say(
                "售后单 {case} 的 {sum} 还没有回音，平台正在核对，不会重复退款。",
                "There is no answer yet about {sum} of case {case}. The platform is checking; it will not be paid twice.",
            ),
        ),
    ),
    "return_shipment.send_home": (
        Told(
            "merchant",
            say("请把商品寄回消费者", "Please send the goods home"),
            say(
                "售后单 {case} 请在 {due} 前把商品寄回消费者，到时视为买下。",
                "Case {case}: please send the goods home by {due}; otherwise they count as bought.",
            ),
            "merchant",
        ),
    ),
    **{
        f"case.{verb}": (
            Told(
                "consumer",
                say("售后单已结束", "The case is closed"),
                say("售后单 {case} 已结束。请为这次售后打分。", "Case {case} is closed. Please rate how it was handled."),
            ),
            Told("merchant", say("售后单已结束", "The case is closed"), say("售后单 {case} 已结束。", "Case {case} is closed.")),
        )
        for verb in ("complete", "accept_refusal", "withdraw")
    },
}
