"""What each check of `amends verify` promises, and what to do where it is broken; for the terminal and the office's page alike."""

from __future__ import annotations

from typing import NamedTuple

from amends.kernel.texts import Text, say


class Words(NamedTuple):
    """`promise` holds as long as nothing is found; `mend` says what to do with what is."""

    promise: Text
    mend: Text


REBUILD = say(
    "程序自己不会这样写：先停下写入的进程，查明是谁改了数据库，再从备份核对。",
    "The program itself never writes this: stop what writes, find who changed the database, and compare with a backup.",
)
START_CLOCK = say(
    "看时钟和任务进程是否在运行、日志里有没有报错；修好后它们会自己补上。",
    "See whether clock and worker run and what their logs say; once they do, they catch up by themselves.",
)
LOOK_AT_CASE = say(
    "打开这张售后单的时间线，由有权的人补上缺的那一步；改数据库不是办法。",
    "Open the case's timeline and let whoever may make the step that is missing; changing rows is no remedy.",
)

WORDS: dict[str, Words] = {
    "chains": Words(say("时间线的哈希一环扣一环", "the timeline's hashes follow from each other"), REBUILD),
    "texts": Words(say("文字写下后没有被改过", "no text was changed after it was written"), REBUILD),
    "entries": Words(say("每条时间线都属于一张售后单", "every timeline row belongs to a case"), REBUILD),
    "waits": Words(say("未结的事都在等某一方，到某一时刻为止", "every open life waits for somebody until an instant"), LOOK_AT_CASE),
    "deadlines": Words(say("已经往前走的事没有留下时限", "no deadline of a life that has moved on is open"), LOOK_AT_CASE),
    "clocks": Words(say("没有别的时限在走时，没有时限停着不走", "no clock stands still while nothing else runs"), LOOK_AT_CASE),
    "queues": Words(say("队列里的每一项都有未到的时限", "whoever stands in a queue is waited for"), LOOK_AT_CASE),
    "overdue": Words(
        say("时钟运行时，没有时限超过 60 秒未处理", "no deadline is overdue by more than 60 s while a clock runs"), START_CLOCK
    ),
    "notices": Words(
        say("时间线的每一步都告诉了该告诉的人", "of every line of a timeline whoever the table names has a notice"), START_CLOCK
    ),
    "messages": Words(say("没有发完的消息都会按时再看", "every message that is not at its end is looked at again, in time"), START_CLOCK),
    "live": Words(
        say(
            "时钟运行时，启动过的实时进程在运行，或正常退出了",
            "a live process that began is there while a clock runs, or said goodbye",
        ),
        say(
            "重新启动实时进程；在这之前，页面每 30 秒看一次。",
            "Start the live process again; until then pages look every 30 seconds.",
        ),
    ),
    "grants": Words(
        say("给付完成的都付了款，付了款的都有给付", "what is done was paid, what is paid was owed"),
        say(
            "在平台的退款页面核对这笔退款和支付渠道的账；不要手工再付。",
            "Compare the refund with the gateway's book on the desk's page of refunds; pay nothing by hand.",
        ),
    ),
    "replacements": Words(
        say(
            "换过、补发过的都在消费者手里，没有白白留着的货",
            "what was exchanged or sent again is with the consumer, and no piece is kept for nothing",
        ),
        say(
            "打开售后单：该发的发出，不再需要的取消，先换后退没有退回的由平台决定怎样收回。",
            "Open the case: ship what is owed, call off what is not, and let the platform decide about what was sent ahead and never paid "
            "for.",
        ),
    ),
    "repairs": Words(
        say(
            "每次维修都在办应给付的商品，一次只有一个，交还的都有记录",
            "every repair works on what is owed, once, and what was handed back is told",
        ),
        say(
            "打开售后单的维修：多出来的取消，没有记录的交还补记；质保日期不对的，按购买和维修日期重算。",
            "Open the case's repair: call off the one too many, note the hand-back that is missing, and reckon a wrong warranty anew from "
            "the days of purchase and repair.",
        ),
    ),
    "claims": Words(say("没有商品被给付两次，件数与申请一致", "no unit is granted twice, and each case claims what it says"), LOOK_AT_CASE),
    "granted": Words(
        say("价款、运费、包装费的给付与计数一致", "no price, freight or packaging is granted back beyond what was counted"), REBUILD
    ),
    "closed": Words(say("结案的售后单没有未了的事", "nothing of a closed case is open"), LOOK_AT_CASE),
    "approvals": Words(
        say("批准的都照办并记了一次账，没批的没有动", "what was approved was done and noted once, and nothing else"), REBUILD
    ),
    "walls": Words(
        say("谁都不许改的，程序的数据库角色也改不了", "what nobody may change, the application's role cannot change"),
        say("用迁移的角色收回这项权限（REVOKE），再查是谁给的。", "REVOKE the right as the role of migrations, and find who gave it."),
    ),
    "books": Words(
        say("账目平衡，退款不超过实付", "the books balance and no refund exceeds what was captured"),
        say(
            "停下这张订单的退款，用 `amends ledger order` 看账，再与支付渠道核对。",
            "Stop refunds of the order, read its books with `amends ledger order`, and compare with the gateway.",
        ),
    ),
    "bearing": Words(
        say(
            "追偿不超过实际成本，用原币种收取，答复过的都有答复",
            "what is charged on is no more than it cost, is taken in its own currency, and what counts as answered was",
        ),
        say(
            "打开追偿页面：多收的退回，没有答复的重新发链接或人工登记。",
            "Open the charge: give back what is too much; where an answer is missing, make a new link or note it by hand.",
        ),
    ),
    "stock": Words(
        say("留着的货都有预留，每次进出都有原因", "what is kept has its reservations, and every move its cause"),
        say(
            "停下这件商品的发货，清点实物，用 `amends stock tell` 登记实数。",
            "Ship none of this article, count the pieces, and put the count on record with `amends stock tell`.",
        ),
    ),
    "desks": Words(
        say("商品的去向只动一次库存，每次扫描都如记录所说", "what was put somewhere moved once, and every scan is as it says"),
        say(
            "找出这件商品或包裹核对实物，再由收货台登记；已经入库的不要重复入库。",
            "Find the piece or parcel itself and let the receiving desk note what it is; put nothing back in stock a second time.",
        ),
    ),
    "offers": Words(
        say("方案不低于规则给的，接受一个就和解", "no offer is below the law, and one that was accepted settled its case"),
        say(
            "打开这张售后单：方案还开着的收回；和解没有写下的，按接受的方案补做，或者交主管。",
            "Open the case: take back what is still open; where a settlement is missing, carry out what was accepted or ask a supervisor.",
        ),
    ),
    "reviews": Words(
        say(
            "生效的裁决都执行了或者有人在等，责任合计 100%，裁决的人之前没有参与，检测费都记了账",
            "rulings are carried out or waited for, their shares are whole, their judges took no part before, and tests are paid for",
        ),
        say(
            "打开这张售后单：没有执行的，由主管按裁决补做；裁决的人不该参与的，请另一位判责员重新看；检测费对不上的，按结论补记。",
            "Open the case: a supervisor carries out what is missing; a ruling by the wrong person is looked at anew by another; "
            "of a test, book what its finding says.",
        ),
    ),
    "appeals": Words(
        say(
            "有申诉的裁决暂不执行，由没有做过裁决的人答复，新凭证都判断过",
            "an appealed ruling is stayed, and answered by somebody else once all that is new was judged",
        ),
        say(
            "打开这张售后单：申诉和售后单的阶段对不上的，由主管按时间线补做；答复有问题的，请复核负责人重新看。",
            "Open the case: where appeal and case disagree, a supervisor makes up for it by the timeline; a wrong one is looked at anew.",
        ),
    ),
    "talks": Words(
        say("留言都在时间线上", "whatever was said stands in the timeline"),
        say(
            "留言和时间线在同一个事务里写下，对不上说明有人直接改过数据库：从备份核对。",
            "Both are written in one transaction, so somebody changed the database by hand: compare with a backup.",
        ),
    ),
    "mergers": Words(
        say(
            "并入的售后单都有一份承接，商品都在承接的那一份里，合并不绕圈",
            "every merged case is carried on by one that has its units, and no merger goes in a circle",
        ),
        say(
            "打开这份售后单的“整份售后单”页面：还能取消合并的先取消，再重新合并；不能的由主管写明哪一份承接。",
            "Open the case as a whole: undo the merger where that can be done and merge anew; else a supervisor notes which case goes on.",
        ),
    ),
    "extensions": Words(
        say(
            "延长申请不比它的时限活得久，同意的都有新的时限",
            "no request for more time outlives its limit, and each that was granted has a new end",
        ),
        say("打开这份售后单的“整份售后单”页面，收回这个申请。", "Open the case as a whole and take the request back."),
    ),
    "tasks": Words(
        say("部门任务不比售后单活得久，转手次数如时间线所记", "no task outlives its case, and its hand-offs are those of the timeline"),
        say(
            "打开这个任务：售后单结束了的，撤回；转手到了次数的，交主管。",
            "Open the task: withdraw what outlived its case, and raise what was passed on as often as may be.",
        ),
    ),
    "complaints": Words(
        say(
            "监管投诉的时限不晚于监管部门的要求，结束的都有结果",
            "no authority's complaint is due later than the authority wants, and each that is over says how",
        ),
        say(
            "打开这件监管投诉，核对来文上的期限和结果；缺的由办理的人登记。",
            "Open the complaint, compare term and result with the authority's letter, and let whoever answers it enter what is missing.",
        ),
    ),
    "tracks": Words(
        say("每个运单的状态都由收到的全部消息得出", "every waybill is where all that was told of it says"),
        say(
            "在管理后台的承运渠道页面打开这张运单，重新查询；承运商说的与包裹不符的，人工登记。",
            "Open the waybill on the office's page of carriers and ask again; where the carrier is wrong, note it by hand.",
        ),
    ),
    "stamps": Words(
        say(
            "设了时间戳机构时，每张售后单都有该有的时间戳，每个时间戳都是它那一条的",
            "where an authority is set up, every case has the time stamp that is due, and each stamp is over the line that it names",
        ),
        say(
            "缺时间戳：看 AMENDS_TSA_URL 的机构是否应答，再运行 `amends proof stamp`。内容不符：查明是谁改了数据库。",
            "Where one is missing: see whether the authority of AMENDS_TSA_URL answers, then run `amends proof stamp`. Where one says "
            "something else: find who changed the database.",
        ),
    ),
}
