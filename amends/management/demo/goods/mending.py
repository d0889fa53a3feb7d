"""Repairs in the plays: at home, in the workshop and by post, each at a stage of its own, and a unit lent meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from amends.kernel import clock
from amends.management.demo.goods.going_back import HOME, accept, come, post, receive
from amends.management.demo.goods.telling import Play, Tale, approve
from amends.repairs import booking, loans, verbs
from amends.repairs.free import Slot, free_slots
from amends.repairs.models import Appointment, Technician
from amends.repairs.verbs import PartWanted

SHOPS_ZONE = ZoneInfo("Asia/Shanghai")
HERS = "Tina"
ARRIVES = timedelta(minutes=10)


def today_at(hour: int) -> Callable[[Tale], None]:
    """Booked with Tina for this hour of the day on which the demo is made; she begins when it has come."""

    def book(tale: Tale) -> None:
        _booked(tale, _day(tale, 0, hour), HERS)
        tale.at(_visit(tale).starts_at + ARRIVES, begin)

    return book


def tomorrow_at(hour: int) -> Callable[[Tale], None]:
    """Booked for tomorrow."""

    def book(tale: Tale) -> None:
        _booked(tale, _day(tale, 1, hour), HERS)

    return book


def soon(tale: Tale) -> None:
    """Booked for the next free time, with whoever has it; the technician begins then."""
    _booked(tale, clock.now())
    tale.at(_visit(tale).starts_at + ARRIVES, begin)


def begin(tale: Tale) -> None:
    """The technician has it before them."""
    booking.start_visit(_visit(tale).ref, by=tale.shop)


def to_centre(tale: Tale) -> None:
    """What came by post is on the bench of the centre."""
    booking.book(tale.repair.ref, by=tale.shop)


def diagnose(tale: Tale) -> None:
    """It is known what is wrong."""
    verbs.diagnose(tale.repair.ref, words="主板供电芯片损坏，需要更换（模拟）", photos=[tale.photo(tale.shop)], by=tale.shop)


def quote(tale: Tale) -> None:
    """It fell into water, as the photo shows: that is not covered."""
    verbs.quote(
        tale.repair.ref, amount_minor=38_000, words="进水腐蚀，不在保修范围，更换主板（模拟）", misuse=True, photos=[tale.photo(tale.shop)],
        by=tale.shop,
    )  # fmt: skip


def order_parts(tale: Tale) -> None:
    """It waits for a part."""
    due = clock.now() + timedelta(days=5)
    verbs.order_parts(tale.repair.ref, parts=[PartWanted("屏幕总成", "P5-LCD", price_minor=32_000, expected_at=due)], by=tale.shop)


def bring_parts(tale: Tale) -> None:
    """The part has come."""
    verbs.bring_parts(tale.repair.ref, by=tale.shop)


def lend(tale: Tale) -> None:
    """The consumer has a loan unit meanwhile."""
    loan = loans.promise_loan(tale.repair.ref, by=tale.shop)
    loans.hand_out(loan.ref, condition="外观完好，含充电器（模拟）", by=tale.shop)


def promise(tale: Tale) -> None:
    """The consumer is promised one."""
    loans.promise_loan(tale.repair.ref, by=tale.shop)


def hand_back(tale: Tale) -> None:
    """Repaired and tried out."""
    verbs.hand_back(
        tale.repair.ref,
        words="更换供电芯片，清洁接口（模拟）",
        tests=["开机", "充电", "触摸"],
        photos=[tale.photo(tale.shop, 1)],
        by=tale.shop,
    )


def give_up(tale: Tale) -> None:
    """It did not help."""
    verbs.give_up(tale.repair.ref, words="更换主板后仍然无法开机（模拟）", by=tale.shop)


def _day(tale: Tale, ahead: int, hour: int) -> datetime:
    """That hour of the day on which the demo is made, or of one after it, where the workshop is."""
    here = tale.now.astimezone(SHOPS_ZONE) + timedelta(days=ahead)
    return here.replace(hour=hour, minute=0, second=0, microsecond=0)


def _booked(tale: Tale, wanted: datetime, who: str = "") -> None:
    repair = tale.repair
    ref = Technician.objects.get(merchant_id=repair.merchant_id, name=who).ref if who else ""
    slots = free_slots(repair, technician=ref)
    slot: Slot = min(slots, key=lambda one: abs(one.starts_at - wanted))
    address = HOME if repair.way == "home" else ""
    booking.book(repair.ref, starts_at=slot.starts_at, technician=ref, address=address, by=tale.consumer)


def _visit(tale: Tale) -> Appointment:
    return Appointment.objects.get(merchant_id=tale.order.merchant_id, repair_id=tale.repair.pk, state="booked")


SENT = ((326, approve), (314, post), (270, come), (268, receive), (266, accept))
DARK = "开机黑屏（模拟）"
PLAYS = (
    Play("not booked", "guest-1", "tablet", "quality", "repair", 20, ((16, approve),), "repair.booking", DARK),
    Play("at home tomorrow", "anna", "television", "quality", "repair", 44, ((40, approve), (30, tomorrow_at(10))), "repair.diagnosing",
         "没有画面，有声音（模拟）", signed=40),
    Play("at home in the morning", "guest-1", "television", "quality", "repair", 44, ((40, approve), (28, today_at(9))),
         "repair.diagnosing", "遥控没有反应（模拟）", signed=60),
    Play("at home in the afternoon", "guest-2", "projector", "quality", "repair", 44, ((40, approve), (28, today_at(14))),
         "repair.diagnosing", "自动关机（模拟）", signed=30),
    Play("at home in the evening", "guest-3", "television", "quality", "repair", 44, ((40, approve), (28, today_at(18))),
         "repair.diagnosing", "颜色偏紫（模拟）", signed=50),
    Play("quoted", "anna", "tablet", "quality", "repair", 72, ((68, approve), (66, soon), (14, quote)), "repair.quoted", DARK, signed=90),
    Play("waiting for parts", "guest-2", "tablet", "quality", "repair", 96,
         ((92, approve), (90, soon), (60, diagnose), (56, order_parts), (54, lend)), "repair.awaiting_parts", "屏幕碎了（模拟）",
         signed=80),
    Play("on the bench", "guest-3", "tablet", "quality", "repair", 80, ((76, approve), (74, soon), (40, diagnose), (36, promise)),
         "repair.repairing", "充电口松动（模拟）", signed=70),
    Play("on trial", "anna", "buds-white", "quality", "repair", 120, ((116, approve), (114, soon), (80, diagnose), (30, hand_back)),
         "repair.handed_back", "左耳断断续续（模拟）", signed=45),
    Play("by post", "guest-4", "phone-128", "quality", "repair", 130,
         ((126, approve), (114, post), (70, come), (68, receive), (66, accept), (60, to_centre), (20, diagnose)), "repair.repairing",
         "摄像头无法对焦（模拟）", signed=30),
    Play("failed twice", "guest-2", "phone-256", "quality", "repair", 330,
         (*SENT, (262, to_centre), (250, order_parts), (150, bring_parts), (140, give_up), (130, to_centre), (100, diagnose),
          (40, give_up)), "replacement.packing", "反复死机（模拟）", signed=40),
)  # fmt: skip
