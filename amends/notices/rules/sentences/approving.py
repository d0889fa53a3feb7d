"""What is told of decisions about money that somebody else has to approve. To the platform's people and the shop's; never to the consumer.

No sum and no reason stand here: both are on the page of the approval.
"""

from __future__ import annotations

from collections.abc import Mapping

from amends.notices.rules.sentences.told import Told, told

APPROVING: Mapping[str, Told] = {
    "approval_wanted": told(
        "有一笔钱等你审批", "A sum waits for approval",
        "售后单 {case} 有一笔钱超过了经办人的额度，等审批。请到“审批”页面批准或退回；到时没有人批，申请失效，什么都不会发生。",
        "In case {case} somebody asks to decide about a sum above their limit. Approve it or turn it down under “Approvals”; "
        "unanswered in time it lapses and nothing happens.",
    ),
    "approval_wanted_still": told(
        "有一笔钱还在等审批", "A sum still waits for approval",
        "售后单 {case} 的一笔申请还没有人批，快到时限了。请到“审批”页面处理；到时没有人批，申请失效。",
        "Nobody has answered the request about case {case}, and its time is running out. Answer it under “Approvals”, or it lapses.",
    ),
    "colleague_asks": told(
        "同事有一笔钱等你审批", "A colleague asks for approval",
        "售后单 {case} 有一笔钱超过了同事的额度，等店里另一个人审批。请到“审批”页面批准或退回；到时没有人批，申请失效，什么都不会发生。",
        "In case {case} a colleague asks to give a sum above their limit. Somebody else of the shop approves it or turns it down under "
        "“Approvals”; unanswered in time it lapses and nothing happens.",
    ),
    "approval_granted": told(
        "申请已批准", "A request was approved",
        "售后单 {case} 的一笔申请已批准，并已照办。",
        "A request about case {case} was approved and carried out.",
    ),
    "approval_refused": told(
        "申请没有批准", "A request was turned down",
        "售后单 {case} 的一笔申请没有批准，理由在“审批”页面。钱没有动。",
        "A request about case {case} was turned down; why stands under “Approvals”. No money moved.",
    ),
    "approval_lapsed": told(
        "申请逾期未批，已失效", "A request lapsed",
        "售后单 {case} 的一笔申请到时没有人批，已失效，钱没有动。还需要的话，请重新申请。",
        "Nobody answered a request about case {case} in time. It lapsed and no money moved; ask again if it is still needed.",
    ),
    "glass_broken": told(
        "有一笔钱未批先办，等你复核", "A sum was decided without approval",
        "售后单 {case} 有一笔钱因情况紧急未批先办。请另一个人到“审批”页面按时复核。",
        "In case {case} a sum was decided at once because it could not wait. Somebody else has to review it in time under “Approvals”.",
    ),
    "glass_unreviewed": told(
        "未批先办的一笔钱逾期没有复核", "A sum waits for review since too long",
        "售后单 {case} 未批先办的一笔钱，到时没有人复核。请马上到“审批”页面复核。",
        "Nobody has reviewed in time what was decided without approval in case {case}. Review it now under “Approvals”.",
    ),
}  # fmt: skip
