"""The tables of every life as a page or a document shows them, in words. Read from the tables themselves; nothing is repeated by hand."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from amends.cases import hooks
from amends.cases.words import STAGES, stage_name, verb_done
from amends.faces.case_view import LIMITS, words_of_silence
from amends.kernel.parties import NAMES, Party
from amends.kernel.tables import BIRTH, Life
from amends.kernel.texts import Text, say

LIFE_NAMES: dict[str, Text] = {
    "case": say("售后单", "Case"),
    "grant": say("给付", "Grant"),
    "return_shipment": say("退货包裹", "Return shipment"),
    "inspection": say("验货", "Inspection"),
    "replacement": say("换货与补发", "Replacement"),
    "advance": say("先换后退", "Replacement before the return"),
    "repair": say("维修", "Repair"),
    "refund": say("退款", "Refund"),
    "review": say("平台介入", "Review"),
    "appeal": say("申诉", "Appeal"),
    "charge_back_to": say("追偿", "Charge-back to"),
    "delivery": say("送货补救", "Delivery put right"),
    "loan": say("备用机", "Loan unit"),
    "consultation": say("专家会诊", "Expert on call"),
    "complaint": say("监管投诉", "Complaint of an authority"),
    "task": say("部门任务", "Task for a department"),
    "offer": say("方案", "Offer"),
    "extension": say("延长时限", "Extension of a limit"),
}
LIFE_SAYS: dict[str, Text] = {
    "case": say("现在欠消费者什么，由谁决定？", "What is owed, and who decides it now?"),
    "grant": say(
        "决定与执行之间的铰链，一件商品一个：退款只能由它产生。",
        "The hinge between deciding and doing, one for each unit: the only source of a refund.",
    ),
    "return_shipment": say("一个包裹在哪里。", "Where one parcel is."),
    "inspection": say("寄到的每一件商品查明了什么。", "What was found about each unit that arrived."),
    "replacement": say("换货或补发的一件在哪里。", "Where one piece is that goes out by exchange or resend."),
    "advance": say(
        "先发货后寄回的一件，凭什么先发，怎样了结。", "What a piece that left before its return rests on, and how it is settled."
    ),
    "repair": say("一件商品的一次维修；再修是另一次。", "One attempt at repairing one unit; a second attempt is a life of its own."),
    "refund": say("向一种支付方式退款的一次意向。", "One intent to pay one tender."),
    "review": say("一次平台介入：举证、评议、裁决。", "One platform review: evidence, deliberation, ruling."),
    "appeal": say(
        "对一份裁决的第二次审查，由没有参与过、级别更高的人在 72 小时内答复。",
        "The second look at a ruling, within 72 hours, by somebody of higher rank who took no part.",
    ),
    "charge_back_to": say("一笔费用最后由谁承担；从不耽误消费者。", "Who finally bears a cost; it never delays the consumer."),
    "delivery": say(
        "送货途中出了问题的一个包裹怎样查找、改派、追回或认定丢失。",
        "How one parcel on its way out is looked for, led elsewhere or found lost.",
    ),
    "loan": say("维修期间借给消费者的一台备用机在哪里。", "Where a unit is that was lent while a repair lasts."),
    "offer": say(
        "一方提出的解决办法，可以同时有几个，接受一个，其余的都作废。",
        "One proposal; several may be open, and the first that is accepted ends the rest.",
    ),
    "extension": say("一方请求多一些时间，另一方同不同意。", "One side asks for more time, and the other agrees or not."),
    "complaint": say(
        "监管部门就一份售后单转来的一件投诉：答复、再问、调解到哪一步。",
        "What an authority asks about a case, and where its mediation stands; open or closed, the case goes its own way.",
    ),
    "task": say(
        "售后单请别的部门办的一件事：派出、转交、答复，从不耽误售后单。",
        "What a case asks of another department: given, passed on, answered; it never holds the case up.",
    ),
    "consultation": say("一位专家看一份售后单：应下、会诊、给意见。", "An expert looks at a case: takes it, holds a session, advises."),
}
PLANNED_LIMITS: dict[str, Text] = {
    "chargeback_decided": say("银行拒付裁定时限", "time for the bank to decide a chargeback"),
    "test_reported": say("检测时限", "time for a test"),
    "second_reader": say("复核时限", "time for a second reading"),
    "hazard_checked": say("隐患核查时限", "time to check a hazard"),
    "hazard_reported": say("隐患报告时限", "time to report a hazard"),
    "recall_planned": say("召回计划时限", "time to plan a recall"),
    "recall_published": say("召回公告时限", "time to publish a recall"),
    "recall_phase_reported": say("召回阶段报告时限", "time for a recall's phase report"),
    "recall_final_report": say("召回总结时限", "time for a recall's final report"),
}


@dataclass(frozen=True, slots=True)
class StageRow:
    """One row of STAGES in words."""

    key: str
    name: Text
    waits: tuple[Party, ...]
    limit: str
    limit_name: Text | None
    silence: tuple[tuple[str, Text], ...]


@dataclass(frozen=True, slots=True)
class MoveRow:
    """One verb that leads from some stages to one, by some parties."""

    origins: tuple[str, ...]
    verb: str
    done: Text
    by: tuple[Party, ...]
    becomes: str
    counted: str


def lives() -> list[Life]:
    """Every life of this version, the case first."""
    return [model.LIFE for model in hooks.LIVES.values()]


def limit_name(key: str) -> Text:
    """What a limit is called."""
    return LIMITS.get(key) or PLANNED_LIMITS[key]


def stage_rows(life: Life) -> list[StageRow]:
    """The table of stages."""
    return [
        StageRow(
            name,
            STAGES[life.name, name],
            stage.waits_for,
            stage.limit or "",
            limit_name(stage.limit) if stage.limit else None,
            tuple((verb, words_of_silence(stage.limit or "", verb)) for verb in stage.silence),
        )
        for name, stage in life.stages.items()
    ]


def move_rows(life: Life) -> list[MoveRow]:
    """The table of moves; origins that share verb, parties and end stand in one row."""
    by: dict[tuple[str, str, str], list[Party]] = {}
    for (origin, verb, party), becomes in life.moves.items():
        by.setdefault((origin, verb, "=" if becomes == origin else becomes), []).append(party)
    rows: dict[tuple[str, str, tuple[Party, ...]], list[str]] = {}
    for (origin, verb, becomes), parties in by.items():
        rows.setdefault((verb, becomes, tuple(parties)), []).append(origin)
    return [
        MoveRow(tuple(origins), verb, verb_done(life.name, verb), parties, becomes, life.counted.get(verb, ""))
        for (verb, becomes, parties), origins in rows.items()
    ]


def names_of(life: Life, stages: Iterable[str]) -> list[Text]:
    """Stages in words."""
    return [say("开始", "begins") if stage == BIRTH else stage_name(life.name, stage) for stage in stages]


def parties_of(parties: Iterable[Party]) -> list[Text]:
    """Parties in words."""
    return [NAMES[party] for party in parties]


def lives_by_limit() -> dict[str, list[str]]:
    """For each limit the `life.stage` that wait under it."""
    used: dict[str, list[str]] = {}
    for life in lives():
        for stage in life.stages.values():
            if stage.limit:
                used.setdefault(stage.limit, []).append(f"{life.name}.{stage.name}")
    return used
