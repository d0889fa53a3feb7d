"""Tables as text files, in and out: decoded, split into clean cells, and written so that no table program runs a cell.

In: UTF-8 with or without its mark, UTF-16 with its mark, else GB 18030; comma, semicolon, tab or bar. Out: UTF-8 with its mark.
Not about what the cells mean.
"""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterable, Iterator, Sequence

from amends.kernel.refusals import Unprocessable
from amends.kernel.texts import say

MOST_BYTES = 50_000_000
MOST_ROWS = 200_000
DELIMITERS = (",", ";", "\t", "|")
LOOKED_AT = 40
MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
RUNS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What a table program takes for the beginning of a formula, in both widths."""

Cells = tuple[str, ...]


def text_of(content: bytes) -> str:
    """The file as text. Refuses (Unprocessable) nothing, more than MOST_BYTES, other encodings, and what is no text."""
    if not content.strip():
        raise Unprocessable(say("文件是空的。", "The file is empty."))
    if len(content) > MOST_BYTES:
        raise Unprocessable(say("文件超过 {n} MB，请拆开。", "The file exceeds {n} MB; split it.", n=MOST_BYTES // 1_000_000))
    marked = next((name for mark, name in MARKS if content.startswith(mark)), None)
    for encoding in (marked,) if marked else ("utf-8", "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" in text or content[:5] == b"%PDF-":
            raise Unprocessable(say("这不是文本文件，请上传 CSV。", "This is not a text file; upload CSV."))
        return text
    raise Unprocessable(say("文件既不是 UTF-8 也不是 GB 18030，请另存为 UTF-8。", "Neither UTF-8 nor GB 18030; save the file as UTF-8."))


def records(text: str) -> Iterator[tuple[int, Cells]]:
    """Every filled row with its number as a spreadsheet counts, cells clean. Refuses (Unprocessable) what the reader of CSV refuses."""
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text))
    try:
        for number, cells in enumerate(rows, 1):
            if number > MOST_ROWS:
                raise Unprocessable(say("超过 {n} 行，请拆开。", "More than {n} rows; split the file.", n=MOST_ROWS))
            clean = tuple(clean_cell(cell) for cell in cells)
            if any(clean):
                yield number, clean
    except csv.Error as wrong:
        at = rows.line_num
        raise Unprocessable(
            say("第 {at} 行附近无法读取：{why}。", "Cannot be read near line {at}: {why}.", at=at, why=str(wrong))
        ) from wrong


def clean_cell(cell: str) -> str:
    """Without the tab, backtick, apostrophe or ="…" that keep a table program from rounding a long number or running a cell."""
    bare = cell.strip().lstrip("`'").strip()
    return bare[2:-1].strip() if bare.startswith('="') and bare.endswith('"') else bare


def plain(word: str) -> str:
    """A header without what people write differently."""
    return "".join(letter for letter in word.lower() if letter.isalnum())


def written(header: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """The lines of a CSV file: the header, then each row; every cell is harmless."""
    writer = csv.writer(_Echo())
    yield "\ufeff" + writer.writerow(header)
    for row in rows:
        yield writer.writerow([harmless(cell) for cell in row])


def harmless(cell: str) -> str:
    """A cell that a table program shows and never runs: what begins like a formula has an apostrophe before it."""
    return f"'{cell}" if cell.startswith(RUNS) else cell


def _delimiter(text: str) -> str:
    start = [line for line in text[:200_000].splitlines()[:LOOKED_AT] if not line.startswith("#")]
    return max(DELIMITERS, key=lambda sign: max((line.count(sign) for line in start), default=0))


class _Echo:
    def write(self, line: str) -> str:
        return line
