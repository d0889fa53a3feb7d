"""A sentence in every language that we speak, written side by side.

Both languages are written, not translated word by word, so they stand together: a sentence that lacks one cannot be built
(docs/adr/0003). Not about layout or dates: the faces do those.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

LANGUAGES = ("zh", "en")


@dataclass(frozen=True, slots=True)
class Text:
    """One sentence in Chinese and English; `{name}` places are filled from `values`."""

    zh: str
    en: str
    values: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not self.zh.strip() or not self.en.strip():
            raise ValueError(f"a text needs both languages: {self.zh!r} {self.en!r}")

    def into(self, language: str) -> str:
        """The sentence for a reader of `language` ('zh', 'zh-hans', 'en', …); English where we do not speak it."""
        template = self.zh if language.lower().startswith("zh") else self.en
        if not self.values:
            return template
        return template.format(**{k: v.into(language) if isinstance(v, Text) else v for k, v in self.values.items()})

    def filled(self, **values: Any) -> Text:
        """The same sentence with more places filled."""
        return Text(self.zh, self.en, {**self.values, **values})

    def both(self) -> dict[str, str]:
        """`{'zh': …, 'en': …}` for JSON."""
        return {language: self.into(language) for language in LANGUAGES}

    def __str__(self) -> str:
        return self.into("en")


def say(zh: str, en: str, **values: Any) -> Text:
    """Short for `Text(zh, en, values)`; reads well at the place where the sentence is said."""
    return Text(zh, en, values)
