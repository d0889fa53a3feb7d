"""What merchant and workshop do with a unit: look at it, order parts, mend it, hand it back, give it up.

Invariants
 1. What came by a parcel goes home in a parcel, under a waybill, or is fetched: until it is there its grant is not fulfilled.
 2. Photos before and after, and the tests, belong to the attempt; whoever made them is on the timeline, their words are erasable texts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from amends.cases.models import Case
from amends.cases.record import verb
from amends.cases.texts import clean_words, keep_text, told
from amends.cases.verbs.answering import attach_to
from amends.kernel import clock
from amends.kernel.refusals import Unprocessable
from amends.kernel.texts import say
from amends.people.rules import Actor
from amends.repairs.hands import take_repair
from amends.repairs.models import Part, Repair
from amends.repairs.rules import HOME, POST
from amends.repairs.ways import is_with_merchant
from amends.returns import listeners as parcels
from amends.returns import verbs as carrying

LONGEST_NAME, LONGEST_NUMBER, MOST_PARTS, MOST_TESTS, MOST_PHOTOS = 120, 60, 20, 20, 9


@dataclass(frozen=True, slots=True)
class PartWanted:
    """A spare part to order. `price_minor` is what it costs the merchant, in minor units of the case's currency."""

    name: str
    number: str = ""
    quantity: int = 1
    price_minor: int = 0
    expected_at: datetime | None = None


@verb("repair", "diagnose")
def diagnose(ref: str, *, words: str, photos: Sequence[str] = (), by: Actor) -> Repair:
    """What is wrong is written down for the consumer, and the work begins. Raises Unprocessable without words."""
    case, row, hand = take_repair(ref, by)
    taken_in(row)
    row.diagnosis = keep_text(case, "diagnosis", clean_words(words, field="words", required=True), hand)
    seen = take_photos(case, row, "before", photos, by)
    row.save(update_fields=["diagnosis", "photos_before"])
    row.move("diagnose", hand, facts={**about(row), **told(row.diagnosis), "evidence": seen})
    return row


@verb("repair", "order_parts")
def order_parts(ref: str, *, parts: Sequence[PartWanted], by: Actor) -> Repair:
    """The repair waits for these parts. Raises Unprocessable for a part that can't be one, NoSuchMove when parts were ordered too often."""
    case, row, hand = take_repair(ref, by)
    taken_in(row)
    if not 1 <= len(parts) <= MOST_PARTS:
        wrong = say("一次订 1 到 {most} 种配件。", "Order 1 to {most} parts at a time.", most=MOST_PARTS)
        raise Unprocessable.field("parts", wrong, code="wrong_quantity")
    rows = [_part(case, row, number, part) for number, part in enumerate(parts)]
    Part.objects.bulk_create(rows)
    row.move("order_parts", hand, facts={**about(row), "parts": len(rows)})
    return row


@verb("repair", "bring_parts")
def bring_parts(ref: str, *, by: Actor) -> Repair:
    """Everything that was ordered is there, and the work goes on."""
    _, row, hand = take_repair(ref, by)
    Part.objects.filter(merchant_id=row.merchant_id, repair_id=row.pk, state="ordered").update(state="arrived", ended_at=clock.now())
    row.move("bring_parts", hand, facts=about(row))
    return row


@verb("repair", "hand_back")
def hand_back(
    ref: str, *, words: str, tests: Sequence[str] = (), photos: Sequence[str] = (), carrier: str = "", waybill: str = "", by: Actor
) -> Repair:
    """The consumer has the unit again, or it is on its way under this waybill; the trial begins.

    `words` say what was done; `tests` are the names of what was tried out. Raises Unprocessable without words, and for a unit that came
    by post without carrier and waybill (one that the consumer fetches has neither).
    """
    case, row, hand = take_repair(ref, by)
    taken_in(row)
    row.outcome = keep_text(case, "repair_outcome", clean_words(words, field="words", required=True), hand)
    row.tests = [*row.tests, *_tests(tests)]
    seen = take_photos(case, row, "after", photos, by)
    row.handed_back_at = clock.now()
    row.save(update_fields=["outcome", "tests", "photos_after", "handed_back_at"])
    travels = bool(carrier or waybill)
    if travels and not (row.way == POST and is_with_merchant(row)):
        wrong = say("商品不是寄来的，不用填写运单。", "The unit did not come by post: no waybill is needed.")
        raise Unprocessable.field("waybill", wrong, code="not_by_post")
    row.move("hand_back", hand, facts={**about(row), **told(row.outcome), "evidence": seen, "by_post": travels})
    if travels:
        _send_home(case, row, carrier, waybill, hand)
    return row


@verb("repair", "give_up")
def give_up(ref: str, *, words: str, by: Actor) -> Repair:
    """This attempt did not help. The next one, an exchange or a refund follows by rule (S14). Raises Unprocessable without words."""
    case, row, hand = take_repair(ref, by)
    row.outcome = keep_text(case, "repair_outcome", clean_words(words, field="words", required=True), hand)
    row.save(update_fields=["outcome"])
    row.move("give_up", hand, facts={**about(row), **told(row.outcome)})
    return row


def about(row: Repair) -> dict[str, Any]:
    """What the timeline says of an attempt: ids and counts."""
    return {"repair": row.ref, "unit": row.unit_id, "grant": row.grant_id, "attempt": row.attempt}


def taken_in(row: Repair) -> None:
    """From now on the consumer is without the unit, if it was not taken in before (CN-3G: the days in repair)."""
    if row.taken_in_at is None:
        row.taken_in_at = clock.now()
        row.save(update_fields=["taken_in_at"])


def take_photos(case: Case, row: Repair, when: str, refs: Sequence[str], by: Actor) -> list[str]:
    """The files belong to the case and to the attempt, `before` or `after`; answers their digests. Raises Unprocessable."""
    pieces = attach_to(case, refs, by)
    kept = [*getattr(row, f"photos_{when}"), *(piece.ref for piece in pieces)]
    if len(kept) > MOST_PHOTOS:
        wrong = say("最多 {most} 张照片。", "At most {most} photos.", most=MOST_PHOTOS)
        raise Unprocessable.field("photos", wrong, code="too_many")
    setattr(row, f"photos_{when}", kept)
    return [piece.digest for piece in pieces]


def _tests(names: Sequence[str]) -> list[str]:
    cleaned = [clean_words(name, field="tests", longest=LONGEST_NAME) for name in names]
    if len(cleaned) > MOST_TESTS:
        raise Unprocessable.field("tests", say("最多 {most} 项测试。", "At most {most} tests.", most=MOST_TESTS), code="too_many")
    return [name for name in cleaned if name]


def _part(case: Case, row: Repair, number: int, part: PartWanted) -> Part:
    field = f"parts.{number}."
    name = clean_words(part.name, field=f"{field}name", required=True, longest=LONGEST_NAME)
    code = clean_words(part.number, field=f"{field}number", longest=LONGEST_NUMBER)
    if not 1 <= part.quantity <= 99:
        raise Unprocessable.field(
            f"{field}quantity", say("数量在 1 到 99 之间。", "The quantity is between 1 and 99."), code="wrong_quantity"
        )
    if not 0 <= part.price_minor < 10**12:
        raise Unprocessable.field(f"{field}price_minor", say("价格不能小于零。", "A price is not below zero."), code="wrong_amount")
    return Part(
        merchant_id=case.merchant_id, repair=row, name=name, number=code, quantity=part.quantity, price_minor=part.price_minor,
        ordered_at=clock.now(), expected_at=part.expected_at,
    )  # fmt: skip


def _send_home(case: Case, row: Repair, carrier: str, waybill: str, hand: Actor) -> None:
    parcel = parcels.go_home(case, [row.grant], hand)
    if parcel is None or row.way == HOME:
        wrong = say("商品不在商家处，不能寄回。", "The unit is not with the merchant, so it cannot be sent.")
        raise Unprocessable.field("waybill", wrong, code="not_there")
    sent = carrying.ship(parcel.ref, carrier=carrier, waybill=waybill, by=hand)
    row.carrier, row.waybill = sent.carrier, sent.waybill
    row.save(update_fields=["carrier", "waybill"])
