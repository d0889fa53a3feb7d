"""What stands beside cases in the plays: tasks of departments, a regulator's complaints, a batch at fault, and proof files."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from amends.complaints import verbs as complaints
from amends.complaints.files import file_for_authority
from amends.complaints.models import Complaint
from amends.incidents import verbs as incidents
from amends.kernel import clock
from amends.management.demo.goods.telling import Play, Tale, call, newest, refuse
from amends.management.demo.money import hand
from amends.sealing.models import ProofFile
from amends.sealing.stamping import due, stamp_case, stamp_due
from amends.tasks import verbs as tasks
from amends.tasks.models import Task

AUTHORITY = "深圳市市场监管局 12315（虚构）"
AGENT, BOSS = "agent@example.com", "supervisor@example.com"
OF_THE_BATCH = ("the supplier's", "scanned", "at the door", "to be packed", "settled in round two")


def ask_quality(tale: Tale) -> None:
    """The quality department is asked about the batch."""
    words = "这一批出过同样的问题吗？请附检测记录（模拟）"
    tasks.give_task(tale.case.ref, department="quality", words=words, by=hand(AGENT))


def pass_on(tale: Tale) -> None:
    """It is passed on: not theirs."""
    ref, by = task_of(tale).ref, hand(AGENT)
    tasks.pass_task(ref, department="logistics", why="外箱完好，可能是运输中受潮（模拟）", by=by)


def pass_again(tale: Tale) -> None:
    """And once more, by which it is a supervisor's."""
    ref, by = task_of(tale).ref, hand(AGENT)
    tasks.pass_task(ref, department="legal", why="要先看合同怎么约定（模拟）", by=by)


def regulator_asks(tale: Tale) -> None:
    """The authority took a complaint on and wants to know."""
    now = clock.now()
    complaints.file_complaint(
        tale.case.ref, authority=AUTHORITY, number=f"4403-{tale.order.number}", words="消费者反映商家拒绝退货，请说明处理情况（模拟）",
        received_at=now - timedelta(hours=2), accepted_at=now - timedelta(hours=20), answer_by=now + timedelta(days=4), by=hand(AGENT),
    )  # fmt: skip


def answer_regulator(tale: Tale) -> None:
    """It has its answer, and mediates."""
    words = "已安排平台介入，全部经过见举证包（模拟）"
    complaints.answer_complaint(complaint_of(tale).ref, words=words, by=hand(AGENT))


def task_of(tale: Tale) -> Task:
    """The newest task."""
    return newest(Task.objects.filter(merchant_id=tale.order.merchant_id, case_id=tale.case_id))


def complaint_of(tale: Tale) -> Complaint:
    """The newest complaint."""
    return newest(Complaint.objects.filter(merchant_id=tale.order.merchant_id, case_id=tale.case_id))


def tell_of_a_batch(tales: Mapping[str, Tale]) -> None:
    """Keyboards of one batch fail: their cases hang on one incident, and their sides know."""
    agent = hand(AGENT)
    row = incidents.open_incident(
        cause="batch", title_zh="流沙键盘 K7 九月批次串键（模拟）", title_en="Keyboard K7: keys of one batch repeat (simulated)",
        batch="K7-2609", by=agent,
    )  # fmt: skip
    for name in OF_THE_BATCH:
        if tales[name].case_id:
            incidents.hang(row.ref, tales[name].case.ref, by=agent)
    incidents.tell(
        row.ref, words_zh="供应商已确认这一批主控有问题，退换都支持，不需要再提供凭证（模拟）。",
        words_en="The supplier confirms a fault of this batch. Returns and exchanges are granted without further proof (simulated).",
        by=agent,
    )  # fmt: skip


def make_proofs() -> None:
    """Each case that an authority asks about has its newest line stamped, where there is a time-stamp authority, and a file made of it."""
    agent = hand(AGENT)
    for row in Complaint.objects.filter(number__startswith="4403-", stage__in=Complaint.LIFE.open_stages).order_by("pk"):
        if not ProofFile.objects.filter(merchant_id=row.merchant_id, complaint_id=row.pk).exists():
            stamp_case(row.case_id)
            file_for_authority(row.ref, agent)
    _stamp_what_is_due()


def _stamp_what_is_due() -> None:
    """Weeks were played without a clock that sweeps: what ended or was ruled in them has its stamp, where there is an authority."""
    left: list[int] = []
    while (lacking := due()) != left:
        left = lacking
        stamp_due()


HUMID = "拆开有水汽，按键粘连（模拟）"
PLAYS = (
    Play("a task for quality", "guest-7", "keyboard", "quality", "return_refund", 30, ((24, ask_quality),), "task.given", HUMID),
    Play("a task passed on twice", "guest-8", "tablet", "quality", "return_refund", 40,
         ((36, refuse), (32, call), (30, ask_quality), (20, pass_on), (6, pass_again)), "task.raised", "背板翘起（模拟）"),
    Play("an authority mediates", "anna", "phone-256", "quality", "return_refund", 80,
         ((76, refuse), (60, call), (52, regulator_asks), (26, answer_regulator)), "complaint.answered", "通话时对方听不见（模拟）"),
    Play("an authority asks", "guest-6", "buds-white", "quality", "return_refund", 60, ((56, refuse), (10, regulator_asks)),
         "complaint.received", "两只音量不一样（模拟）"),
)  # fmt: skip
