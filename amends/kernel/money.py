"""Sums of money: whole minor units of one ISO 4217 currency, and the fair division of a sum into parts.

Integers only, because a float loses cents (FAILURES B9), and the number of decimals belongs to the currency, because 5,800 yen once
became 58 (B10). Not about exchange: two currencies never meet in one sum.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache

from babel.core import get_global
from babel.numbers import get_currency_precision, get_currency_symbol

from amends.kernel.texts import Text, say

MOST = 2**63 - 1  # what a BigInteger column holds
MINUS = "\N{MINUS SIGN}"
NO_BREAK_SPACE = "\N{NO-BREAK SPACE}"
_WRITTEN = re.compile(r"(-?)([0-9]{1,18})(?:\.([0-9]+))?")
_OLDEST_TENDER = (2010, 1, 1)  # no order that we take in is older

# Babel follows CLDR, which leaves out decimals that nobody pays in cash. Gateways and banks count in the units of ISO 4217 itself,
# and there these differ.
_ISO_DECIMALS = {"IQD": 3} | dict.fromkeys(
    ("AFN", "ALL", "IRR", "KPW", "LAK", "LBP", "MGA", "MMK", "MRO", "RSD", "SLL", "SOS", "STD", "SYP", "YER", "ZMK"), 2
)
# The yen's sign is the yuan's too. Ours is the yuan, so the yen says whose it is, in either language.
_SIGNS = {"CNY": "¥", "JPY": "JP¥"}


class MoneyError(ValueError):
    """Not a sum of money, or sums of two currencies; `text` says so to a person."""

    def __init__(self, text: Text) -> None:
        super().__init__(str(text))
        self.text = text


@cache
def currencies() -> frozenset[str]:
    """Every currency that was legal tender somewhere in or after 2010 (CLDR)."""
    used = get_global("territory_currencies").values()
    return frozenset(code for rows in used for code, _, end, tender in rows if tender and (end is None or tuple(end) >= _OLDEST_TENDER))


@cache
def exponent(currency: str) -> int:
    """How many decimals the minor unit of `currency` stands for (JPY 0, CNY 2, KWD 3; ISO 4217). Refuses what is no currency."""
    if currency not in currencies():
        raise MoneyError(say("未知的币种 {code}。", "Unknown currency {code}.", code=repr(currency)))
    return _ISO_DECIMALS.get(currency, get_currency_precision(currency))


@dataclass(frozen=True, slots=True)
class Money:
    """`minor` whole minor units of `currency`: Money(2898, "CNY") is ¥28.98.

    Sums and comparisons refuse a second currency with MoneyError; only == answers False, as sets and lists need it to.
    """

    minor: int
    currency: str

    def __post_init__(self) -> None:
        if type(self.minor) is not int:  # a bool is an int to isinstance, and True is not one cent
            whole = say("金额须为整数，不能是 {got}。", "Money is a whole number of minor units, not {got}.", got=repr(self.minor))
            raise MoneyError(whole)
        if abs(self.minor) > MOST:
            raise MoneyError(say("金额过大。", "The amount is too large."))
        exponent(self.currency)

    @classmethod
    def zero(cls, currency: str) -> Money:
        """Nothing, in `currency`; the start of a sum: `sum(parts, Money.zero("CNY"))`."""
        return cls(0, currency)

    @classmethod
    def total(cls, parts: Iterable[Money], currency: str) -> Money:
        """The sum of `parts`, all in `currency`; zero where there is none."""
        return sum(parts, cls.zero(currency))

    @classmethod
    def parse(cls, written: str, currency: str) -> Money:
        """What a person or a gateway wrote ("28.98"), taken exactly.

        Refuses with MoneyError: thousands signs (a comma is a decimal point elsewhere), exponents, and more decimals than the
        currency has, zeros too, because they tell that the writer meant another currency.
        """
        places = exponent(currency)
        match = _WRITTEN.fullmatch(written.strip().replace(MINUS, "-"))
        if not match:
            wrong = say("“{written}”不是金额，请写成 28.98 的样子。", "“{written}” is not an amount; write it like 28.98.", written=written)
            raise MoneyError(wrong)
        sign, whole, decimals = match[1], match[2], match[3] or ""
        if len(decimals) > places:
            raise MoneyError(say("{currency} 最多 {n} 位小数。", "{currency} has at most {n} decimals.", currency=currency, n=places))
        return cls(int(sign + whole + decimals.ljust(places, "0")), currency)

    @property
    def decimal(self) -> Decimal:
        """The sum in major units, exactly, with all its decimals."""
        return Decimal(self.minor).scaleb(-exponent(self.currency))

    def into(self, language: str) -> str:
        """The sum for a reader of `language`: `¥1,286.00`, `−JP¥500`; sign of the currency first, minus (U+2212) before it."""
        sign = _sign(self.currency, "zh" if language.lower().startswith("zh") else "en")
        return f"{MINUS if self.minor < 0 else ''}{sign}{abs(self.decimal):,f}"

    def __str__(self) -> str:
        return f"{self.currency} {self.decimal:f}"

    def __add__(self, other: Money) -> Money:
        return Money(self.minor + self._same(other), self.currency)

    def __sub__(self, other: Money) -> Money:
        return Money(self.minor - self._same(other), self.currency)

    def __neg__(self) -> Money:
        return Money(-self.minor, self.currency)

    def __bool__(self) -> bool:
        return self.minor != 0

    def __lt__(self, other: Money) -> bool:
        return self.minor < self._same(other)

    def __le__(self, other: Money) -> bool:
        return self.minor <= self._same(other)

    def __gt__(self, other: Money) -> bool:
        return self.minor > self._same(other)

    def __ge__(self, other: Money) -> bool:
        return self.minor >= self._same(other)

    def _same(self, other: Money) -> int:
        if not isinstance(other, Money):
            raise TypeError(f"money and {type(other).__name__} do not mix")
        if other.currency != self.currency:
            raise MoneyError(say("{a} 与 {b} 不能相加或相比。", "{a} and {b} do not mix.", a=self.currency, b=other.currency))
        return other.minor


@cache
def _sign(currency: str, locale: str) -> str:
    sign = _SIGNS.get(currency) or get_currency_symbol(currency, locale=locale)
    return sign + NO_BREAK_SPACE if sign[-1].isalpha() else sign


def apportion(total: int, weights: Sequence[int]) -> list[int]:
    """`total` minor units divided by `weights`: the parts add up to it exactly and each is within one unit of its exact share.

    Largest remainder; of equal remainders the earlier part gets the unit, so that the same order is always divided alike. Weights
    that are all zero count alike. A negative total is divided as its opposite. Refuses no weights and a negative one (ValueError).
    """
    if not weights or min(weights) < 0:
        raise ValueError(f"weights must be some, and none below zero: {list(weights)}")
    if total < 0:
        return [-part for part in apportion(-total, weights)]
    whole = sum(weights)
    if not whole:
        return apportion(total, [1] * len(weights))
    parts = [total * weight // whole for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda i: -(total * weights[i] % whole))  # sorted() keeps the order of equals
    for i in by_remainder[: total - sum(parts)]:
        parts[i] += 1
    return parts


def unit_shares(total: int, quantity: int) -> list[int]:
    """The share of each of `quantity` units (at least 1) in one line's `total`, fixed once; any units together are simply their sum."""
    if quantity < 1:
        raise ValueError(f"a line has at least one unit, not {quantity}")
    return apportion(total, [1] * quantity)
