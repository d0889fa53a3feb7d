"""The stories of the golden cases, told in both languages: English in golden.json, Chinese in texts.toml beside it.

golden.json is a copy and stays as it is; so what it lacks stands in a file of its own. Not about what is checked: golden.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from amends.kernel.texts import Text, say


class Told(NamedTuple):
    """The facts of a case and what must come out, for a reader of either language."""

    facts: Text
    expect: Text


def told(stories: Mapping[str, Mapping[str, Any]], chinese: Mapping[str, Mapping[str, Any]]) -> dict[str, Told]:
    """Every story by its id, in both languages. Refuses, with ValueError, a story that lacks one of them and a Chinese text of no story."""
    strangers = chinese.keys() - stories.keys()
    if strangers:
        raise ValueError(f"texts.toml tells cases that golden.json does not have: {', '.join(sorted(strangers))}")
    return {ref: Told(_both(ref, "facts", story, chinese), _both(ref, "expect", story, chinese)) for ref, story in stories.items()}


def _both(ref: str, name: str, story: Mapping[str, Any], chinese: Mapping[str, Mapping[str, Any]]) -> Text:
    try:
        return say(str(chinese.get(ref, {}).get(name, "")), str(story.get(name, "")))
    except ValueError as wrong:
        raise ValueError(f"the golden case {ref} lacks its {name} in Chinese (texts.toml) or English (golden.json)") from wrong
