"""All plays of the demo's shop (goods/, quarrels/), told on the stage of whoever plays it, and what its people do beside single cases."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from amends.cases.models import Case
from amends.kernel import clock
from amends.kernel.texts import Text
from amends.liability import linking
from amends.liability.models import Proposal
from amends.liability.proposing import take_up
from amends.management.demo.engine import Stage
from amends.management.demo.goods import going_astray, going_back, going_out, mending
from amends.management.demo.goods.telling import Play, Tale
from amends.management.demo.goods.wares import PREFIX, import_plays, order_of
from amends.management.demo.money import hand
from amends.management.demo.quarrels import appealing, beside, joining, judging, settling
from amends.market.models import Consumer, Order
from amends.market.rules.people import invented_consumer
from amends.market.rules.specs import ConsumerSpec
from amends.repairs import consulting
from amends.returns.receiving import note_unknown, open_batch, scan

PLAYS: tuple[Play, ...] = (
    *going_back.PLAYS, *going_out.PLAYS, *mending.PLAYS, *going_astray.PLAYS,
    *settling.PLAYS, *judging.PLAYS, *appealing.PLAYS, *joining.PLAYS, *beside.PLAYS,
)  # fmt: skip
SCANNED = ("scanned", "scanned, too")
UNANNOUNCED = "YT8800213344517"
PLACED_BEFORE = timedelta(days=3)


def import_orders_of_plays(anna: int | None, seed: int) -> None:
    """Every play has its order, bought by Anna or by a guest of the plays' own."""
    now, buyers = clock.now(), _buyers(anna, seed)
    specs = []
    for place, play in enumerate(PLAYS, 1):
        claimed_at = now - timedelta(hours=play.begins)
        signed_at = None if play.signed is None else claimed_at - timedelta(days=play.signed)
        placed_at = (signed_at or claimed_at - timedelta(days=3)) - PLACED_BEFORE
        specs.append(order_of(number_of(place), buyers[play.buyer], play.bought, play.pieces, placed_at=placed_at, signed_at=signed_at))
    import_plays(specs)


def number_of(place: int) -> str:
    """The number of the order of the play at this place of the table, from 1."""
    return f"{PREFIX}{place:03d}0"


def put_on(stage: Stage, now: datetime) -> None:
    """Every play that is not told yet, and the shop's own errands, stand on the agenda of this stage."""
    orders = {order.number: order for order in stage.shard.rows(Order.objects.filter(number__startswith=PREFIX)).order_by("pk")}
    tales = {}
    for place, play in enumerate(PLAYS, 1):
        order = orders.get(number_of(place))
        if order is not None and not Case.objects.filter(merchant_id=order.merchant_id, order_id=order.pk).exists():
            tales[play.name] = Tale(play, order, stage)
            tales[play.name].plan(now)
    if len(tales) == len(PLAYS):
        for hours, errand in ERRANDS:
            stage.tell(now - timedelta(hours=hours), _told(errand, tales))


def _told(errand: Callable[[dict[str, Tale]], None], tales: dict[str, Tale]) -> Callable[[], None]:
    return lambda: errand(tales)


def receive_a_batch(tales: dict[str, Tale]) -> None:
    """Half of what is at the door has been scanned, and one parcel that nobody announced lies on the shelf."""
    bolt = hand("bolt@example.com")
    batch = open_batch("东区仓库", by=bolt)
    for name in SCANNED:
        scan(batch.ref, tales[name].parcel.waybill, weight_grams=going_back.tale_grams(tales[name]), by=bolt)
    strange = scan(batch.ref, UNANNOUNCED, weight_grams=900, carrier="yunda", by=bolt).unknown
    if strange is not None:
        read = f"{tales['two parcels'].order.number}，寄件人电话看不清（模拟）"
        note_unknown(strange.ref, words=read, shelf="A-03", by=bolt)


def ask_the_carrier(tales: dict[str, Tale]) -> None:
    """Of what the record proposes one is asked of the carrier, who may answer by a link; so may whoever looks for a parcel."""
    agent = hand("agent@example.com")
    for row in Proposal.objects.filter(case_id=tales["gone, and asked of the carrier"].case_id, state="proposed").order_by("pk"):
        charge = take_up(row.ref, by=agent)
        linking.make_link(charge=charge.ref, by=agent)
    for ref in tales["looked for"].case.deliveries.order_by("pk").values_list("ref", flat=True):
        linking.make_link(delivery=ref, by=agent)


def call_experts(tales: dict[str, Tale]) -> None:
    """One will see the watch by video, if Anna agrees; another has not answered yet."""
    agent, boss = hand("agent@example.com"), hand("supervisor@example.com")
    seen = consulting.call_expert(
        tales["contested"].case.ref, skill="watch", why="划痕是使用造成的，还是运输造成的（模拟）", kind="video",
        expert="supervisor@example.com", by=agent,
    )  # fmt: skip
    tomorrow = tales["contested"].now + timedelta(days=1)
    starts_at = tomorrow.replace(hour=7, minute=0, second=0, microsecond=0)
    consulting.join(seen.ref, starts_at=starts_at, link="https://meet.example.com/amends-demo", by=boss)
    consulting.call_expert(tales["by post"].case.ref, skill="phone", why="对焦马达是不是人为损坏（模拟）", by=agent)


ERRANDS: tuple[tuple[float, Callable[[dict[str, Tale]], None]], ...] = (
    (5, receive_a_batch), (4, beside.tell_of_a_batch), (3, ask_the_carrier), (1.5, call_experts),
)  # fmt: skip


def _buyers(anna: int | None, seed: int) -> dict[str, ConsumerSpec]:
    guests = {name: invented_consumer(name, seed, source=f"invented guest of the demo's plays: {name}") for name in _GUESTS}
    guests["gold"] = replace(guests["gold"], tier="gold")
    found = Consumer.objects.filter(pk=anna).first() if anna else None
    if found is None:
        return guests | {"anna": guests["guest-1"]}
    known = ConsumerSpec(found.ref, Text(found.name_zh, found.name_en), found.source, found.tier, found.region)
    return guests | {"anna": known}


_GUESTS = ("guest-1", "guest-2", "guest-3", "guest-4", "guest-5", "guest-6", "guest-7", "guest-8", "gold")
