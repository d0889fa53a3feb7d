"""How long, wide and deep the text of a pack may be before anybody reads it, so that no text keeps a process busy or breaks its reader.

Our own largest pack has about a thousand lines of at most 600 characters, three tables deep. Not about what the text says.
"""

from __future__ import annotations

import re
from typing import Any

from amends.kernel.texts import Text, say
from amends.policy.rules.places import Path

MOST_TEXT, MOST_LINES, MOST_WIDTH, MOST_DOTS, MOST_DEPTH = 400_000, 10_000, 4_000, 60, 30
TOO_DEEP = say("表和列表嵌套太深，最多 {n} 层。", "Tables and lists are nested too deeply; {n} at most.", n=MOST_DEPTH)
LEAST_NUMBER, MOST_NUMBER = -(2**63), 2**63 - 1
_STRINGS = re.compile(r'"(?:\\.|[^"\\\n])*"|\'[^\'\n]*\'|#[^\n]*')


def out_of_bounds(text: str) -> tuple[int, Text] | None:
    """The row where `text` goes beyond what a pack may be, and what would be right; None where it stays within."""
    lines = text.split("\n")
    if len(text) > MOST_TEXT or len(lines) > MOST_LINES:
        most = say("{n} 个字符、{m} 行", "{n} characters and {m} lines", n=MOST_TEXT, m=MOST_LINES)
        return len(lines), say("文本太长，最多 {most}。", "The text is too long; {most} at most.", most=most)
    if "\0" in text:
        return 1 + text[: text.index("\0")].count("\n"), say("这里有 NUL 字符，请去掉。", "There is a NUL character in it; take it out.")
    depth = 0
    for row, line in enumerate(lines, 1):
        if len(line) > MOST_WIDTH:
            return row, say("这一行太长，最多 {n} 个字符。", "This line is too long; {n} characters at most.", n=MOST_WIDTH)
        bare = _STRINGS.sub("", line)
        if bare.count(".") > MOST_DOTS:
            return row, say("这一行的键太深，最多 {n} 层。", "A key of this line is too deep; {n} parts at most.", n=MOST_DOTS)
        for sign in bare:
            depth = max(0, depth + (sign in "[{") - (sign in "]}"))
            if depth > MOST_DEPTH:
                return row, TOO_DEEP
    return None


def out_of_reach(value: Any, path: Path = ()) -> tuple[Path, Text] | None:
    """The first whole number in what a text wrote that is beyond 64 bits, and what would be right; None where all can be held."""
    if isinstance(value, int):
        if LEAST_NUMBER <= value <= MOST_NUMBER:
            return None
        return path, say("数字太大，最多 {most}。", "The number is too large; {most} at most.", most=MOST_NUMBER)
    steps = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    found = (out_of_reach(inner, (*path, step)) for step, inner in steps)
    return next((beyond for beyond in found if beyond), None)
