"""What a check of the whole database found wrong, in both languages.

A finding is a string, and then it is English: what programs, logs and tests read. Whoever has a reader takes `words_of` it.
"""

from __future__ import annotations

from typing import Any

from amends.kernel.texts import Text, say


class Finding(str):
    """One sentence about what is wrong; `text` has it in both languages."""

    __slots__ = ("text",)
    text: Text

    def __new__(cls, text: Text) -> Finding:
        made = super().__new__(cls, text.into("en"))
        made.text = text
        return made


def finding(zh: str, en: str, **values: Any) -> Finding:
    """Short for a finding of this text."""
    return Finding(say(zh, en, **values))


def words_of(said: str, language: str) -> str:
    """The finding for a reader of `language`; as it stands where it was written in one alone."""
    return said.text.into(language) if isinstance(said, Finding) else said
