"""What a delivery's kind allows of its table: where a parcel is cannot be asked of one that the consumer has, and the other way round."""

from __future__ import annotations

from amends.cases.life import LifeRow
from amends.deliveries.models import OutboundDelivery
from amends.kernel.refusals import NoSuchMove
from amends.kernel.texts import say
from amends.people.rules import Actor


def only_of_damage(life: LifeRow, by: Actor) -> None:
    """Guard of ABOUT_DAMAGE. Raises NoSuchMove for a parcel that is looked for."""
    if not _delivery(life).is_about_damage:
        raise NoSuchMove(
            say("查的是包裹在哪里，不是破损。", "The question is where the parcel is, and not its damage."), code="not_about_damage"
        )


def only_on_the_way(life: LifeRow, by: Actor) -> None:
    """Guard of ABOUT_WHERE. Raises NoSuchMove for a parcel that the consumer has and that came damaged."""
    if _delivery(life).is_about_damage:
        raise NoSuchMove(
            say("包裹已经在消费者手里，查的是破损。", "The consumer has the parcel; the question is its damage."), code="about_damage"
        )


def _delivery(life: LifeRow) -> OutboundDelivery:
    assert isinstance(life, OutboundDelivery)  # noqa: S101 - wiring binds these to moves of deliveries alone
    return life
