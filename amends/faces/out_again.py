"""Pieces that go out again, as a page and the API show them: what goes out, where it is, what may be chosen instead, what is to pay.

The case has been fetched by its own reader; so whoever calls has been let in.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from amends.cases.models import Case, Deadline
from amends.cases.words import stage_name, verb_name
from amends.kernel.parties import Party
from amends.kernel.texts import Text, say
from amends.market.variants import name_of
from amends.people.rules import Actor
from amends.replacements import ahead
from amends.replacements.charging import debt_of, is_undone
from amends.replacements.debts import may_settle
from amends.replacements.differences import difference, supplements, waits_for_money
from amends.replacements.models import Advance, Offered, Replacement
from amends.replacements.queries import product_of
from amends.replacements.rules import CHOOSING, PACKING
from amends.replacements.verbs.destination import may_send_elsewhere, seen_as
from amends.shipping.couriers import carrier_words

WITH_TRUST = say(
    "你的等级可以先收新件，再在限期内寄回旧件。", "Your standing lets you have the new piece first and send the old one back in time."
)
WITH_SECURITY = say(
    "先交与商品等值的保证金，旧件寄回并验收后原路退还。",
    "You leave the worth of the piece as a security first; it goes back once the old piece is back and accepted.",
)
KINDS: Mapping[str, Text] = {"exchange": say("换货", "Exchange"), "resend": say("补发", "Resend")}


@dataclass(frozen=True, slots=True)
class OfferView:
    """An article that may be chosen: `difference_minor` is to pay (above zero) or goes back (below)."""

    product: str
    key: str
    name: Text
    price_minor: int
    difference_minor: int

    @property
    def back_minor(self) -> int:
        """What goes back, above zero."""
        return -self.difference_minor


@dataclass(frozen=True, slots=True)
class PieceView:
    """One piece. `difference_minor` is what is still to pay on top; `pay` the supplement by which it is paid, '' where none is asked.

    `address`: where it goes instead of where the order went, '' where it goes there or the words were erased; `sent_to` names that address
    for whoever ships it. `part`: what of the unit is sent, '' for all of it.
    """

    id: int
    ref: str
    case: str
    kind: str
    kind_name: Text
    line: int
    number: int
    name: Text
    product: str
    sold: Text
    goods_class: str
    serialised: bool
    stage_key: str
    stage: Text
    over: bool
    ahead: bool
    currency: str
    price_minor: int | None
    difference_minor: int
    pay: str
    carrier: Text | None
    waybill: str
    serial: str
    shipped_at: datetime | None
    delivered_at: datetime | None
    due: datetime | None
    offered: tuple[OfferView, ...]
    address: str
    sent_to: str
    part: str
    may: Mapping[str, Text] = field(default_factory=dict)

    @property
    def may_be_part(self) -> bool:
        """Whether a part of the unit may do."""
        return self.kind == "resend"


@dataclass(frozen=True, slots=True)
class AheadView:
    """A replacement that left before the return came, and until when what is waited for.

    `debt_minor` is what the consumer owes for the old piece and nobody collects; `undone`: it was charged, and is not any more.
    """

    ref: str
    stage_key: str
    stage: Text
    over: bool
    value_minor: int
    currency: str
    security_minor: int | None
    pay: str
    due: datetime | None
    debt_minor: int
    undone: bool
    may: Mapping[str, Text] = field(default_factory=dict)


def shown_of(case: Case, by: Actor) -> dict[str, Any]:
    """What a case's page needs to know of pieces: those that go out, what left ahead, and whether the reader may ask for that."""
    mine = by.party is Party.CONSUMER and not case.is_over
    first = next(iter(ahead.may_go_ahead(case)), None) if mine else None
    worth = ahead.worth_of(first) if first is not None else 0
    trusted = first is not None and ahead.is_trusted(case, worth)
    return {
        "pieces_out": pieces_of(case, by), "ahead": ahead_of(case, by),
        "may_ask_ahead": first is not None and (trusted or ahead.may_secure(case, worth)),
        "ahead_words": WITH_TRUST if trusted else WITH_SECURITY,
    }  # fmt: skip


def pieces_of(case: Case, by: Actor) -> list[PieceView]:
    """The pieces of the case in the order in which they began."""
    rows = Replacement.objects.filter(merchant_id=case.merchant_id, case_id=case.pk).order_by("pk")
    known = list(rows.select_related("unit__line__product", "wanted", "case", "address", "part"))
    return [piece_view(row, by) for row in known]


def piece_view(row: Replacement, by: Actor) -> PieceView:
    """One piece as `by` sees it."""
    product, sold = product_of(row), row.unit.line
    asked = supplements(row).filter(state="asked").order_by("-pk").first() if row.stage == PACKING else None
    may = [*row.offered(by), *(["send_elsewhere"] if may_send_elsewhere(row, by) else [])]
    return PieceView(
        row.pk, row.ref, row.case.ref, row.kind, KINDS[row.kind], sold.position, row.unit.number, name_of(product), product.ref,
        name_of(sold.product), product.goods_class, product.serialised and row.kind == "exchange", row.stage,
        stage_name("replacement", row.stage), row.is_over, row.before_return, row.case.currency, row.price_minor,
        difference(row) if row.stage == PACKING and waits_for_money(row) else 0, asked.ref if asked else "",
        carrier_words(row.carrier) if row.carrier else None, row.waybill, row.serial, row.shipped_at, row.delivered_at,
        _due(row), _offered(row) if row.stage == CHOOSING else (), row.address.body if row.address else "", seen_as(row),
        row.part.body if row.part else "", {verb: verb_name("replacement", verb) for verb in may},
    )  # fmt: skip


def ahead_of(case: Case, by: Actor) -> list[AheadView]:
    """What left ahead of the return in this case."""
    rows = Advance.objects.filter(merchant_id=case.merchant_id, case_id=case.pk).select_related("security").order_by("pk")
    return [_ahead(row, by) for row in rows]


def _ahead(row: Advance, by: Actor) -> AheadView:
    security = row.security
    may = [*row.offered(by), *(["settle_debt"] if may_settle(row, by) else [])]
    return AheadView(
        row.ref, row.stage, stage_name("advance", row.stage), row.is_over, row.value_minor, row.currency,
        security.amount_minor if security else None, security.ref if security and security.state == "asked" else "", _due(row),
        debt_of(row), is_undone(row), {verb: verb_name("advance", verb) for verb in may},
    )  # fmt: skip


def _offered(row: Replacement) -> tuple[OfferView, ...]:
    rows = Offered.objects.filter(merchant_id=row.merchant_id, replacement_id=row.pk).select_related("product").order_by("pk")
    return tuple(OfferView(one.product.ref, one.product.key, name_of(one.product), one.price_minor, one.difference_minor) for one in rows)


def _due(row: Replacement | Advance) -> datetime | None:
    mine = Deadline.objects.filter(merchant_id=row.merchant_id, case_id=row.case_id, life=row.LIFE.name, life_id=row.pk)
    return mine.filter(ended_at__isnull=True).order_by("pk").values_list("due_at", flat=True).first()
