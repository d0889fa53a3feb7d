"""The ways that a parcel may take, by name: stations in the order in which they happen. Pure."""

from __future__ import annotations

from dataclasses import dataclass

PLACES = ("杭州", "上海", "苏州", "宁波", "义乌", "南京")


@dataclass(frozen=True, slots=True)
class Station:
    """What happens there. `place` counts from where the parcel began (0) to where it goes (3); `elsewhere` is another."""

    kind: str
    words: str
    place: int = 0


ACCEPTED = Station("accepted", "快件已揽收")
WEIGHED = Station("weighed", "已称重", 1)
LEFT = Station("in_transit", "快件离开分拨中心", 1)
ARRIVED = Station("in_transit", "快件到达目的地分拨中心", 2)
OUT = Station("out_for_delivery", "快递员正在派送", 3)
DONE = Station("delivered", "快件已签收", 3)
GOES_BACK = Station("returning", "退回中", 1)
BACK = Station("delivered", "寄件人已签收")
BEFORE = (ACCEPTED, WEIGHED, LEFT, ARRIVED)
JOURNEYS: dict[str, tuple[Station, ...]] = {
    "delivered": (*BEFORE, OUT, DONE),
    "attempted": (*BEFORE, OUT, Station("attempt_failed", "收件人不在，改日再派", 3), OUT, DONE),
    "unclaimed": (*BEFORE, OUT, Station("attempt_failed", "收件人不在", 3), Station("unclaimed", "已放入自提点，请领取", 3)),
    "returned": (*BEFORE, OUT, Station("attempt_failed", "收件人拒收", 3), GOES_BACK, BACK),
    "intercepted": (Station("returning", "已拦截，退回中", 1), BACK),
    "damaged": (*BEFORE, Station("damaged", "外包装破损", 2), OUT, DONE),
    "lost": (*BEFORE, Station("exception", "快件查找中", 2), Station("lost", "确认丢失", 2)),
    "silent": (ACCEPTED,),
    "elsewhere": (*BEFORE, OUT, Station("delivered", "已签收，签收地址与运单不一致", 5)),
    "backwards": (*BEFORE, OUT, DONE, Station("in_transit", "补录：离开分拨中心", 1)),
}  # fmt: skip
