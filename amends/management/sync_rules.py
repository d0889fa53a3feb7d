"""The synchronisation rules S1 to S21: what ties the lives together, in words, and which of them this version keeps.

The rows that keep them in the same commit are marked in amends/wiring.py; `elsewhere` names the walls that stand in other files.
"""

from __future__ import annotations

from dataclasses import dataclass

from amends.kernel.texts import Text, say


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule; `later` says what a later issue adds, empty where the rule is whole."""

    number: int
    text: Text
    elsewhere: tuple[str, ...] = ()
    later: Text | None = None


OFFERS = say("和解与方案随方案一题建成", "settlement and offers come with the issue on offers")

RULES: tuple[Rule, ...] = (
    Rule(
        1,
        say(
            "退款、换货、维修只能由给付产生。同一件商品最多有一个应给付、给付中或已给付的给付。",
            "A grant is the only source of a refund, replacement or repair. At most one grant of a unit is owed, doing or done.",
        ),
        ("amends/cases/models.py: one_live_grant_a_unit", "amends/cases/models.py: one_open_claim_a_unit"),
    ),
    Rule(
        2,
        say(
            "同意、按规则直接同意、和解和生效的裁决写下给付；`begin` 开始执行。两者之间售后单不能结束。",
            "`approve`, `grant_at_once`, `settle` and a ruling that binds write grants; `begin` opens their lives. The case cannot "
            "complete between the two. An arrival, loss or destruction that overtakes `begin` begins the grant itself, first.",
        ),
        ("amends/cases/grants.py",),
        OFFERS,
    ),
    Rule(
        3,
        say(
            "没有给付、包裹、验货、换货、维修、介入、申诉未了，也没有退款未付，才能结束。已到账的退款不拖住售后单。",
            "`complete` is legal only if no grant, parcel, inspection, replacement, repair, review or appeal is open and no refund is "
            "intended, frozen, sent, unknown or failed. A refund in `paid` does not hold the case.",
        ),
        ("amends/wiring.py: OPEN_LIVES",),
    ),
    Rule(
        4,
        say(
            "裁决生效即开始执行。只有裁决对其不利的一方可以提前接受；双方都不利则须双方接受。",
            "A ruling starts execution by itself when it binds. Only the side whom it burdens may let it stand early; burdening both, "
            "it takes both.",
        ),
        ("amends/rulings/holding.py: holds",),
    ),
    Rule(
        5,
        say(
            "裁决只约束判责员听取过的商品：既没有给付、也没有被先前生效的裁决驳回的，和有争议的。之后的争议另行介入。",
            "A ruling binds only the units that the arbiter heard: those that no grant and no ruling before answered, and "
            "those contested when it was given. A unit contested later calls the platform anew.",
        ),
    ),
    Rule(
        6,
        say(
            "和解结束介入、申诉和其他方案，并替换未锁定商品的给付。",
            "Settlement closes the review, the appeal and all other offers, and replaces the grants of units that are not locked.",
        ),
        (),
        OFFERS,
    ),
    Rule(
        7,
        say(
            "钱已发出（或不明、被冻结）、换的已经寄出、修好已经交还、商品在寄回消费者途中或报缺件的，该商品锁定：不和解、不撤回，办完为止。",
            "A unit is locked when money was sent (or is unknown, or frozen), a replacement left, a repair was handed back, it is on its "
            "way home, or it is missing. A locked unit is neither settled nor withdrawn: it is finished.",
        ),
        ("amends/refunds/books.py: LOCKED", "amends/returns/queries/whereabouts.py", "amends/wiring.py: LOCKS"),
    ),
    Rule(
        8,
        say(
            "介入或给付之前撤回，立即结束；之后撤回进入撤回处理，没有商品在外时立即办完，否则到货后寄回。",
            "Withdrawal before a review or a grant closes at once. Later it leads to `unwinding`, which completes at once where nothing "
            "is away; goods under way travel on, arrive and are sent home.",
        ),
        ("amends/refunds/listeners.py",),
    ),
    Rule(
        9,
        say(
            "丢失、按要求销毁或被商家留下的商品不能撤回：欠的是钱。",
            "Goods lost, destroyed on order or kept by the merchant can't be withdrawn from: they are owed in money.",
        ),
        ("amends/returns/queries/whereabouts.py",),
    ),
    Rule(
        10,
        say(
            "退货途中确认丢失视同完好到达，照常退款；由谁承担另问承运商。之后找到包裹不再动钱。",
            "`declare_lost` on the way back counts as arrival in good order and the refund is intended; who bears it is asked of the "
            "carrier. A parcel found afterwards moves no money.",
        ),
        (),
        say("向承运商追偿随追偿一题建成", "asking the carrier comes with the issue on charge-backs to"),
    ),
    Rule(
        11,
        say(
            "商家该寄回而没有寄回的商品视为买下：`keep_goods` 产生新的退款给付。",
            "Goods that the merchant has to send home and does not are bought: `keep_goods` makes a new grant of a refund.",
        ),
    ),
    Rule(
        12,
        say(
            "合格的商品开始给付；不合格的给付作废，商品寄回。退款不超过接收的金额。",
            "A payable unit starts its remedy; an unpayable one voids its grant and goes home; payable is never more than was accepted.",
        ),
        ("amends/cases/models.py: reduced_within", "amends/market/models.py: never_more_than_captured", "amends/wiring.py: STARTS"),
    ),
    Rule(
        13,
        say(
            "报缺件后消费者沉默，视为有异议：一句没有证据的话加三天沉默，不该让消费者货款两空。",
            "Silence on `missing` contests it for the consumer: one unproven word and three days of silence must not cost both goods "
            "and money.",
        ),
    ),
    Rule(
        14,
        say(
            "换货落空、补发丢失、维修太迟或第二次失败，给付作废并欠下一种方案，默认退款；结案后试用期内又坏，另开关联单并算上这一次。",
            "`fall_back`, a lost replacement, or a second `give_up` void the grant and owe the next remedy, by default the refund. A fault "
            "within the trial opens, after closing, a linked case that counts the first attempt.",
        ),
    ),
    Rule(
        15,
        say(
            "退款被退回，重新欠下；已结案的另开关联单。`cover` 使给付完成，因为银行已付。",
            "`reverse` owes the refund anew; on a closed case it opens a linked one. `cover` fulfils the grant, because the bank has paid.",
        ),
        ("amends/wiring.py: refund.cover",),
        say("`reverse` 随支付一题建成", "`reverse` comes with the issue on payments"),
    ),
    Rule(
        16,
        say("`drop` 从不是按钮，只随另一条生命的动作发生。", "`drop` is never a button. It follows from another life's verb."),
        ("amends/cases/hooks.py: VERBS",),
    ),
    Rule(
        17,
        say("一张售后单只能申诉一次；发回后的新裁决为终局。", "One appeal a case. After `send_back` the new ruling is final."),
        ("amends/rulings/models.py: one_appeal_a_ruling",),
    ),
    Rule(
        18,
        say(
            "合并与拆分只在给付之前。重新申请总是新的关联单，从受理开始。",
            "`merge` and `split_off` are legal only before any grant. Reopening is always a new linked case in `triage`.",
        ),
        (
            "amends/cases/restamping.py: check_nothing_granted",
            "amends/cases/verbs/splitting.py: check_splitting",
            "amends/cases/verbs/reopening.py: check_reopening",
        ),
    ),
    Rule(
        19,
        say(
            "折价、优惠券、积分、小额打款是没有商品的给付，以退款或发券完成。",
            "Price adjustment, voucher, points and goodwill payment are grants without goods, fulfilled by a refund or a voucher.",
        ),
        (),
        say("随补偿一题建成", "come with the issue on compensation"),
    ),
    Rule(
        20,
        say(
            "安全隐患与售后单并行，从不拖延给付；停售期间以销毁或安全回收代替退货。",
            "Hazard runs beside the case and never delays its remedy; while it is stopped, return of goods is replaced by `destroy` or "
            "safe collection.",
        ),
        (),
        say("随隐患一题建成", "comes with the issue on hazards"),
    ),
    Rule(
        21,
        say(
            "一方要求由人来裁决后，机器不再对任何一方裁决：到时没有裁决就通知主管；已按规则自动做出、尚未生效的裁决，由人重新裁决。",
            "Once a side has asked that a person decides, no machine rules against anybody: where the limit runs out a supervisor is "
            "called instead, and a ruling by default that does not bind yet is looked at afresh by a person. Asked once a case.",
        ),
        ("amends/cases/lanes.py: silence_of", "docs/adr/0014-a-person-decides.md"),
    ),
)

INVARIANTS: tuple[Text, ...] = (
    say("售后单总在等某一方，到某一时刻为止；结束的除外。", "A case always waits for somebody until an instant, unless it is over."),
    say("每一行等待的阶段恰有一条属于本轮的未结时限。", "Every stage that waits has exactly one open deadline of its own turn."),
    say("被等的一方在该阶段至少有一个动作。", "Whoever is waited for has a move at that stage."),
    say(
        "沉默的后果恰好是时钟在该阶段可做的动作；沉默终会走到结束，或走到叫来一个人的阶段。",
        "What silence means is exactly what the clock may do there; silence leads to an end, or to a stage where a named person is called.",
    ),
    say("没有不计次数的循环：每条生命都有尽头。", "There is no circle without a count: every life is finite."),
    say("每个阶段都可到达；结束的阶段没有动作。", "Every stage can be reached; a stage that is over has no moves."),
    say(
        "一个阶段、一个动作、一方，只通向一个阶段：表里没有条件。",
        "One stage, one verb, one party lead to one stage: a table has no conditions.",
    ),
)
