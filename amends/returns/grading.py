"""What a person at the bench looks for: grades A to D by class of goods, the photos of a template, its questions, and serial numbers.

Pure. How much may be deducted for a grade stands in the money rules (`[inspection]`); that a deduction needs a reason and the photos of
the template's required slots is checked by the verb (verbs/inspecting.py).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from amends.kernel.texts import Text, say

GRADES = ("A", "B", "C", "D")
RESELLABLE = frozenset({"A", "B"})
"""Only what is as good as new, or nearly, may go back to stock."""

SLOTS: Mapping[str, Text] = {
    "whole": say("整体", "The whole"), "flaw": say("问题处", "The flaw"), "label": say("吊牌或铭牌", "Tag or name plate"),
    "seal": say("封口", "The seal"), "serial": say("序列号", "The serial number"), "parts": say("配件", "Accessories"),
}  # fmt: skip
NEEDED = ("whole", "flaw")
"""The slots without which nothing is deducted, whatever the class."""

CHECKS: Mapping[str, Text] = {
    "works": say("能正常使用", "It works"), "complete": say("配件齐全", "Accessories are complete"),
    "unlocked": say("已退出账号，没有锁", "Signed out of accounts, no lock"), "tags": say("吊牌还在", "Tags are on"),
    "clean": say("没有污渍和气味", "No stain, no smell"), "sealed": say("封口完好", "The seal is whole"),
    "in_date": say("在保质期内", "Within its date"), "packed": say("包装完好", "The packaging is whole"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Template:
    """For one family of goods: what each grade means, which photos are asked for, which questions."""

    grades: Mapping[str, Text]
    slots: tuple[str, ...]
    checks: tuple[str, ...]


def _grades(a: Text, b: Text, c: Text, d: Text) -> Mapping[str, Text]:
    return dict(zip(GRADES, (a, b, c, d), strict=True))


DEVICE = Template(
    _grades(
        say("未开封，或和新的一样", "Unopened, or like new"), say("开过封，能正常使用，没有痕迹", "Opened, works, no marks"),
        say("有痕迹，或缺配件", "Marks, or accessories missing"), say("损坏，或没有退出账号", "Broken, or locked to an account"),
    ),
    ("whole", "label", "serial", "parts", "flaw"), ("works", "complete", "unlocked", "packed"),
)  # fmt: skip
WORN = Template(
    _grades(
        say("吊牌在，没有穿过", "Tags on, not worn"), say("试穿过，没有痕迹", "Tried on, no trace"),
        say("有痕迹，清洗后能卖", "Traces that a wash removes"), say("有污渍、破损，或缺件", "Stained, torn or incomplete"),
    ),
    ("whole", "label", "flaw"), ("tags", "clean", "complete"),
)  # fmt: skip
CONSUMED = Template(
    _grades(
        say("封口完好，在保质期内", "Sealed and in date"), say("外盒有损，封口完好", "The box is damaged, the seal whole"),
        say("封口已开", "The seal is broken"), say("用过，或已变质", "Used, or spoiled"),
    ),
    ("whole", "seal", "label", "flaw"), ("sealed", "in_date", "packed"),
)  # fmt: skip
ANYTHING = Template(
    _grades(
        say("和新的一样", "Like new"), say("开过封，没有痕迹", "Opened, no marks"), say("有使用痕迹", "Marks of use"),
        say("损坏，或缺件", "Broken or incomplete"),
    ),
    ("whole", "parts", "flaw"), ("works", "complete", "clean", "packed"),
)  # fmt: skip

TEMPLATES: Mapping[str, Template] = {
    **dict.fromkeys(("electronics", "phone", "computer", "appliance", "air_conditioner", "car"), DEVICE),
    **dict.fromkeys(("apparel", "intimate"), WORN), **dict.fromkeys(("food", "fresh", "cosmetics", "medical", "near_expiry"), CONSUMED),
}  # fmt: skip


def template_of(goods_class: str) -> Template:
    """The template of this class of goods; the plain one where it has none of its own."""
    return TEMPLATES.get(goods_class, ANYTHING)


_SERIAL = re.compile(r"[A-Z0-9][A-Z0-9./_-]{3,59}")


def clean_serial(text: str) -> str | None:
    """A serial number in half-width capitals without spaces, 4 to 60 signs; None where it cannot be one. '' stays ''."""
    number = re.sub(r"\s", "", unicodedata.normalize("NFKC", text)).upper()
    return number if not number or _SERIAL.fullmatch(number) else None


def is_imei(number: str) -> bool:
    """Fifteen digits whose last is the check digit of the others (3GPP TS 23.003, annex B; Luhn)."""
    return len(number) == 15 and number.isascii() and number.isdigit() and luhn(number)


def luhn(number: str) -> bool:
    """Whether the last digit is the check digit of Luhn's formula (ISO/IEC 7812-1, annex B)."""
    doubled = [int(digit) * (2 if place % 2 else 1) for place, digit in enumerate(reversed(number))]
    return sum(digit - 9 if digit > 9 else digit for digit in doubled) % 10 == 0
