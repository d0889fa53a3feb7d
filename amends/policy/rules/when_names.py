"""The names that a condition over facts may use, with their types: what of `Facts` an expression can read, and the few functions."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from amends.kernel.parties import Party
from amends.policy.rules.facts import CHANNELS, CONFIRMATIONS, COURIER_BY, FAULT_PROOFS, FEE_BY, REPAIR_DELAYS, Facts
from amends.policy.rules.words import GoodsClass, IssueGroup, IssueType, State, Trait


class Type(NamedTuple):
    """A type of the language; `words` are the only values of a text that has a closed list, `of` the type in a list."""

    name: str
    words: frozenset[str] | None = None
    of: str = ""


BOOL, INT, TEXT, INSTANT, DURATION, NULL, FLOAT = (Type(n) for n in ("bool", "int", "text", "instant", "duration", "null", "float"))
FLAGS, RECORD = Type("flags"), Type("record")
NUMBERS = ("int", "float")


class Name(NamedTuple):
    """A name of the facts: its type, and how it is read."""

    type: Type
    reader: Callable[[Facts], Any]
    fields: tuple[str, ...] = ()


def _words(values: Iterable[str]) -> Type:
    return Type("text", frozenset(str(value) for value in values))


def _many(name: str, words: Iterable[str] | None = None) -> Name:
    return Name(Type("list", frozenset(words) if words else None, "text"), lambda facts: list(getattr(facts, name)))


def _plain(kind: Type, names: str) -> dict[str, Name]:
    return {name: Name(kind, operator.attrgetter(name)) for name in names.split()}


NAMES: dict[str, Name] = {
    **_plain(BOOL, "shipped received promised_no_reason promised_free_return three_guarantees same_model_there asks_person"),
    **_plain(
        INT,
        "quantity ordered paid_minor list_minor discount_minor coupon_minor freight_minor gift_kept_minor loss_minor card_fee_minor "
        "price_cut_minor packaging_minor bad_share_bps repairs_failed days_since_invoice repair_days repair_open_days",
    ),
    **_plain(INSTANT, "asked_at order_at signed_at installed_at opened_at noticed_at received_back_at"),
    **_plain(TEXT, "jurisdiction market region tier currency"),
    "issue": Name(_words(IssueType), operator.attrgetter("issue.value")),
    "group": Name(_words(IssueGroup), operator.attrgetter("issue.group.value")),
    "goods_class": Name(_words(GoodsClass), operator.attrgetter("goods_class.value")),
    "state": Name(_words(State), operator.attrgetter("state.value")),
    "fault_of": Name(_words(Party), lambda facts: facts.fault_of and facts.fault_of.value),
    "channel": Name(_words(CHANNELS), operator.attrgetter("channel")),
    "courier_by": Name(_words(COURIER_BY), operator.attrgetter("courier_by")),
    "card_fee_by": Name(_words(FEE_BY), operator.attrgetter("card_fee_by")),
    "fault_proof": Name(_words(FAULT_PROOFS), operator.attrgetter("fault_proof")),
    "confirmed_exclusion": Name(_words(CONFIRMATIONS), operator.attrgetter("confirmed_exclusion")),
    "repair_delay": Name(_words(REPAIR_DELAYS), operator.attrgetter("repair_delay")),
    "traits": _many("traits", Trait),
    "promises": _many("promises"),
    "tenders": Name(Type("list", None, "text"), lambda facts: [share.kind for share in facts.tenders]),
    "flags": Name(FLAGS, lambda facts: {flag: told for flag, told in facts.flags.items() if told is not None}),
    "weighing": Name(RECORD, lambda facts: facts.weighing and facts.weighing._asdict(), ("billed_grams", "weighed_grams")),
    "history": Name(
        RECORD,
        lambda facts: {name: value for name, value in facts.history._asdict().items() if value is not None},
        ("cases_30d", "refunds_30d_minor", "instant_today_minor", "instant_today_count", "score_bps"),
    ),
}
FUNCTIONS = {"size": INT, "duration": DURATION, "timestamp": INSTANT, "has": BOOL}
METHODS = {"startsWith": BOOL, "endsWith": BOOL, "contains": BOOL, "size": INT}
