"""Texts of packs and the people who work on them, for stories about drafts."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from amends.people.rules import Actor, Role
from amends.policy.models import Draft
from amends.policy.rules.stack import SHIPPED
from amends.policy.shelf import forget_shelf
from amends.policy.verbs import check_draft, save_draft, sign_off
from tests.cast import Cast, person, the_cast

LAW = (SHIPPED / "cn" / "2026-02.toml").read_text(encoding="utf-8")
ANSWERS = 'merchant_answers = { value = "48h"'
SHOP = """id = "bolts"
name = { zh = "螺栓承诺", en = "Bolt's promise" }
layer = "shop"
jurisdiction = "CN"
version = "2026-04"
in_force_from = 2026-04-01

[windows]
no_reason = { length = "10d", clause = "no_reason_window", source = "shop", tag = "I" }
"""


def law(*, version: str = "2026-04", since: str = "2026-04-01", answers: str = "24h") -> str:
    """The law of China once more, as a later version that gives merchants less time."""
    text = LAW.replace('version = "2026-02"', f'version = "{version}"', 1).replace(
        "in_force_from = 2026-02-01", f"in_force_from = {since}", 1
    )
    assert ANSWERS in text
    return text.replace(ANSWERS, f'merchant_answers = {{ value = "{answers}"', 1)


def promise(*, version: str = "2026-04", since: str = "2026-04-01", days: int = 10, name: str = "bolts") -> str:
    """What a shop promises: more days to return without a reason."""
    text = SHOP.replace('"bolts"', f'"{name}"').replace('"10d"', f'"{days}d"')
    return text.replace('"2026-04"', f'"{version}"').replace("2026-04-01", since)


@dataclass(frozen=True)
class Office:
    """Olga and Omar answer for the policy, Ana looks at it; Bolt has Bella beside him in the shop."""

    cast: Cast
    olga: Actor
    omar: Actor
    ana: Actor
    bella: Actor


def the_office() -> Office:
    """Everybody who has to do with drafts."""
    cast = the_cast()
    return Office(
        cast,
        olga=person("olga", Role.POLICY_OWNER),
        omar=person("omar", Role.POLICY_OWNER),
        ana=person("ana", Role.ANALYST),
        bella=person("bella", Role.MERCHANT, merchant=cast.bolts),
    )


@contextmanager
def fresh_shelf() -> Iterator[None]:
    """What was published in another test is not known here, nor afterwards."""
    forget_shelf()
    yield
    forget_shelf()


def signed(office: Office, text: str = "") -> Draft:
    """Olga wrote it, it was found good, Omar signed it."""
    draft = save_draft(by=office.olga, text=text or law(), name="A day to answer")
    checked = check_draft(draft.ref, by=office.olga)
    assert checked.stage == "checked", checked.problems
    return sign_off(draft.ref, by=office.omar)
