"""The colours of both themes keep the contrast that AA asks for: 4.5 for text, 3 for the edges of controls."""

from __future__ import annotations

import re
from itertools import product
from pathlib import Path

import pytest

CSS = (Path(__file__).resolve().parents[2] / "amends/static/amends/amends.css").read_text("utf-8")
SOFT = ("ok", "warn", "bad", "consumer", "merchant", "platform", "carrier", "supplier", "nobody", "brand")


def tokens(theme: str) -> dict[str, str]:
    """The colours of one theme by name."""
    block = re.search(rf"\[data-bs-theme={theme}\] {{(.*?)\n}}", CSS, re.DOTALL)
    assert block
    return dict(re.findall(r"--a-([\w-]+): (#[0-9a-f]{6})", block[1]))


def luminance(colour: str) -> float:
    """WCAG 2.1's relative luminance."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """WCAG 2.1's contrast ratio."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_text_is_readable_on_every_ground(theme: str) -> None:
    has = tokens(theme)
    texts = ("ink", "ink-2", "ink-3", *SOFT)
    pairs = [
        *product(texts, ("surface", "bg")),
        *product(("ink", "ink-2", "ink-3"), ("sunken",)),
        *[(name, f"{name}-soft") for name in SOFT],
    ]
    pairs += [
        ("ink", "brand-soft"),
        ("ink-2", "brand-soft"),
        ("on-brand", "brand"),
        ("on-brand", "brand-hover"),
        ("surface", "ink-2"),
        ("ink", "warn-soft"),
    ]
    poor = {pair: round(contrast(has[pair[0]], has[pair[1]]), 2) for pair in pairs if contrast(has[pair[0]], has[pair[1]]) < 4.5}
    assert poor == {}


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_edges_of_controls_are_seen(theme: str) -> None:
    has = tokens(theme)
    assert contrast(has["edge"], has["surface"]) >= 3
    assert contrast(has["edge"], has["bg"]) >= 3


def test_a_poor_pair_would_be_noticed() -> None:
    assert contrast("#868f9f", "#ffffff") < 4.5
