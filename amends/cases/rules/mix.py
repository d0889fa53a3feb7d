"""What an offer, a ruling or an appeal gives: remedies of any mix, part by part. Plain values; no database.

A part is a remedy for units (their goods or their money), money for units that stay, freight or packaging of a line, or a sum beyond the
order. Not about whether somebody may give it: mixing.py asks that of the case.

Invariants
 1. No unit has two parts that decide about the unit itself, and none is paid for as staying while it goes back.
 2. What is nothing is said: a unit that gets nothing has a part `none`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from amends.kernel.refusals import Unprocessable
from amends.kernel.texts import Text, say
from amends.policy.rules.words import Remedy

MOST_PARTS = 20
MOST_ID, MOST_MINOR = 2**63 - 1, 10**15
"""No number of a row is greater; no sum of any currency, nor number of points."""
NONE = "none"
FREIGHT_AND_PACKAGING = "extra"
POINTS = "points"
MONEY_FOR_UNIT = frozenset({Remedy.REFUND_ONLY.value, Remedy.RETURN_REFUND.value})
GOODS_FOR_UNIT = frozenset({Remedy.EXCHANGE.value, Remedy.RESEND.value, Remedy.REPAIR.value})
FOR_UNITS = MONEY_FOR_UNIT | GOODS_FOR_UNIT | {NONE}
STAYS = Remedy.PRICE_ADJUSTMENT.value
SUMS = frozenset({Remedy.GOODWILL.value, Remedy.VOUCHER.value, POINTS})
KINDS = FOR_UNITS | {STAYS, FREIGHT_AND_PACKAGING} | SUMS
BEARERS = frozenset({"merchant", "platform"})
FIELDS = frozenset({"remedy", "units", "amount_minor", "line", "part", "borne_by"})


@dataclass(frozen=True, slots=True)
class Part:
    """One thing that is given. `amount_minor`: in minor units of the case's currency (points: points); None for a remedy of units means
    what the case's own decision says, or all that is left of their price. `line` and `part` (freight, packaging) name an extra."""

    remedy: str
    units: tuple[int, ...] = ()
    amount_minor: int | None = None
    line: int = 0
    part: str = ""
    borne_by: str = "merchant"

    @property
    def in_money(self) -> bool:
        """Whether it brings money of the case's currency."""
        return self.remedy in MONEY_FOR_UNIT or self.remedy in (STAYS, FREIGHT_AND_PACKAGING, Remedy.GOODWILL.value)

    @property
    def in_goods(self) -> bool:
        return self.remedy in GOODS_FOR_UNIT

    def to_json(self) -> dict[str, Any]:
        """As it stands in a row: what is empty is left out."""
        told: dict[str, Any] = {"remedy": self.remedy, "units": list(self.units), "amount_minor": self.amount_minor, "line": self.line,
                                "part": self.part, "borne_by": self.borne_by}  # fmt: skip
        return {name: value for name, value in told.items() if value or (value == 0 and name == "amount_minor")}


def parsed(raw: Sequence[Mapping[str, Any]]) -> tuple[Part, ...]:
    """The parts as told. Raises Unprocessable (field `parts`) where there is none, too many, or one contradicts itself or another."""
    if not raw:
        raise _wrong(say("请至少给出一项。", "Give at least one part."), "no_parts")
    if len(raw) > MOST_PARTS:
        raise _wrong(say("最多 {n} 项。", "At most {n} parts.", n=MOST_PARTS), "too_many_parts")
    parts = tuple(_part(each) for each in raw)
    _check_together(parts)
    return parts


def from_rows(raw: Sequence[Mapping[str, Any]]) -> tuple[Part, ...]:
    """The parts of a row, which were checked when it was written."""
    return tuple(Part(**{**each, "units": tuple(each.get("units", ()))}) for each in raw)


def _part(raw: Any) -> Part:
    if not isinstance(raw, Mapping):
        raise _wrong(say("每一项都要写成一个对象。", "Each part is an object with its fields."), "no_object")
    unknown = set(raw) - FIELDS
    if unknown:
        raise _wrong(say("不认识的字段：{all}。", "Unknown fields: {all}.", all=", ".join(sorted(unknown))), "unknown_field")
    _check_kinds(raw)
    part = Part(
        str(raw.get("remedy", "")), tuple(raw.get("units") or ()), raw.get("amount_minor"), int(raw.get("line") or 0),
        str(raw.get("part") or ""), str(raw.get("borne_by") or "merchant"),
    )  # fmt: skip
    if part.remedy not in KINDS:
        raise _wrong(say("请选择其中之一：{all}。", "Choose one of {all}.", all=", ".join(sorted(KINDS))), "unknown_remedy")
    if part.borne_by not in BEARERS:
        raise _wrong(say("费用由商家或者平台承担。", "The merchant or the platform bears it."), "unknown_bearer")
    _check_shape(part)
    return part


def _check_kinds(raw: Mapping[str, Any]) -> None:
    """Every field is of its kind: what came as JSON may hold anything."""
    units = raw.get("units") or ()
    fits = {
        "remedy": isinstance(raw.get("remedy", ""), str),
        "units": isinstance(units, Collection) and not isinstance(units, str | bytes | Mapping) and all(_is_whole(pk) for pk in units),
        "amount_minor": raw.get("amount_minor") is None or _is_whole(raw["amount_minor"], MOST_MINOR),
        "line": not raw.get("line") or _is_whole(raw["line"]),
        "part": isinstance(raw.get("part") or "", str),
        "borne_by": isinstance(raw.get("borne_by") or "", str),
    }
    wrong = [name for name, is_right in fits.items() if not is_right]
    if wrong:
        raise _wrong(say("写法不对的字段：{all}。", "Not as they should be: {all}.", all=", ".join(wrong)), "wrong_kind")


def _is_whole(value: object, most: int = MOST_ID) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) <= most


def _check_shape(part: Part) -> None:
    if (part.remedy in FOR_UNITS or part.remedy == STAYS) is not bool(part.units):
        raise _wrong(say("这一项要写明是哪几件商品。", "This part has to name its units, or may not have any."), "units_wrong")
    if part.remedy in GOODS_FOR_UNIT | {NONE} and part.amount_minor is not None:
        raise _wrong(say("给货的一项没有金额。", "A part in goods has no amount."), "no_amount_here")
    if part.amount_minor is not None and part.amount_minor < (1 if part.remedy not in MONEY_FOR_UNIT else 0):
        raise _wrong(say("金额须大于零。", "The amount must be above zero."), "not_above_zero")
    if part.amount_minor is None and (part.remedy == STAYS or part.remedy in SUMS or part.remedy == FREIGHT_AND_PACKAGING):
        raise _wrong(say("这一项要写明金额。", "This part has to name its amount."), "amount_missing")
    if (part.remedy == FREIGHT_AND_PACKAGING) is not (part.line > 0 and part.part in ("freight", "packaging")):
        raise _wrong(say("运费或包装费要写明是哪一行。", "Freight or packaging has to name its line."), "line_wrong")


def _check_together(parts: Sequence[Part]) -> None:
    decided = [unit for part in parts if part.remedy in FOR_UNITS for unit in part.units]
    if len(decided) != len(set(decided)):
        raise _wrong(say("同一件商品只能有一项。", "A unit can have one part only."), "unit_twice")
    stays = [unit for part in parts if part.remedy == STAYS for unit in part.units]
    leaves = {unit for part in parts if part.remedy in MONEY_FOR_UNIT for unit in part.units}
    if len(stays) != len(set(stays)) or leaves & set(stays):
        raise _wrong(say("退掉的商品不能再退差价。", "Units that are paid back can't be paid for as staying too."), "stays_and_goes")


def _wrong(text: Text, code: str) -> Unprocessable:
    return Unprocessable.field("parts", text, code=code)
