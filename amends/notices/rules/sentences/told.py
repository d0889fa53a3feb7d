"""The shape of what is told: a subject and a body, both with places in braces that are filled when a reader reads."""

from __future__ import annotations

from typing import NamedTuple

from amends.kernel.texts import Text, say


class Told(NamedTuple):
    """One notice in words. The subject stands alone in a list, so it says the matter; the body adds by when, and what silence means."""

    subject: Text
    body: Text


def told(subject_zh: str, subject_en: str, body_zh: str, body_en: str) -> Told:
    """Short for `Told(say(…), say(…))`: subject in both languages, then body in both."""
    return Told(say(subject_zh, subject_en), say(body_zh, body_en))
