"""The plain parts that cells of a pack are made of: limits, sentences, keys, sources. schema.py puts them together."""

from __future__ import annotations

import re
import string
from collections.abc import Callable
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from amends.kernel.limits import Limit, LimitError
from amends.kernel.texts import Text, say

PLACES = {"days", "length"}


class CellError(ValueError):
    """What is wrong with a cell and what would be right, in both languages; `offset` is the character of the cell where it goes wrong."""

    def __init__(self, text: Text, offset: int | None = None) -> None:
        super().__init__(str(text))
        self.text, self.offset = text, offset


def _limit(written: str) -> str:
    try:
        return str(Limit.parse(written))
    except LimitError as wrong:
        raise CellError(wrong.text) from wrong


def _sentence(written: str) -> str:
    try:
        places = {name for _, name, spec, turn in string.Formatter().parse(written) if name is not None and not spec and not turn}
        broken = any(spec or turn for _, name, spec, turn in string.Formatter().parse(written) if name is not None)
    except ValueError:
        places, broken = set(), True
    if broken or not places <= PLACES or not written.strip():
        right = say("应是一句话，花括号里只能是 days 或 length。", "It is a sentence; braces may hold only days or length.")
        raise CellError(right)
    return written


def _legible(sign: str, right: Text) -> Callable[[str], str]:
    """A check that a sentence shows at least one `sign`: what cannot be seen is no sentence."""
    pattern = re.compile(sign)

    def check(written: str) -> str:
        if not pattern.search(written):
            raise CellError(right)
        return written

    return check


def _plain(written: str) -> str:
    if "{" in _sentence(written) or "}" in written:
        raise CellError(say("这里不能有花括号。", "There can be no braces here."))
    return written


LimitText = Annotated[str, AfterValidator(_limit)]
Sentence = Annotated[str, AfterValidator(_sentence)]
Plain = Annotated[str, AfterValidator(_plain)]
Chinese = AfterValidator(_legible(r"[\u4e00-\u9fff]", say("这里应有汉字。", "There should be Chinese characters here.")))
English = AfterValidator(_legible(r"[A-Za-z0-9]", say("这里应有字母或数字。", "There should be letters or digits here.")))
# Names may be the same in both languages.
Shown = AfterValidator(_legible(r"[^\W_]", say("这里应有看得见的文字。", "There should be something to read here.")))
Key = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=60)]
Minor = Annotated[int, Field(ge=0, le=10**12)]
Bps = Annotated[int, Field(ge=0, le=10_000)]
Tag = Literal["P", "S", "I", "G"]
Source = Annotated[str, Field(min_length=1, max_length=120)]


class Cell(BaseModel):
    """A cell of a pack: strict, frozen, nothing extra."""

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid")


class Words(Cell):
    """A sentence in both languages."""

    zh: Annotated[Plain, Shown]
    en: Annotated[Plain, English]

    @property
    def text(self) -> Text:
        return say(self.zh, self.en)


class Counted(Cell):
    """A sentence that may say how many `{days}` have passed and the `{length}` of a window."""

    zh: Annotated[Sentence, Chinese]
    en: Annotated[Sentence, English]

    @property
    def text(self) -> Text:
        return say(self.zh, self.en)


class Sourced(Cell):
    """A value that says where it comes from; tag P binds whoever stands below."""

    source: Source
    tag: Tag
