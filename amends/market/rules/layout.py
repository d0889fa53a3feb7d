"""How an order file is written: its encoding, its delimiter, its header, and its rows one after the other. Not about what they mean."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

from amends.kernel.refusals import Unprocessable
from amends.kernel.texts import say

MOST_BYTES = 200_000_000
MOST_ROWS = 1_000_000
STEP = 1 << 20
DELIMITERS = (",", ";", "\t", "|")
MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
UNMARKED = ("utf-8", "gb18030")
Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Layout:
    """How a file is written."""

    encoding: str
    delimiter: str
    header: tuple[str, ...]


def layout_of(stream: BinaryIO) -> Layout:
    """Encoding (UTF-8 with or without mark, UTF-16 with mark, else GB 18030), delimiter and header; the stream stands at its start again.

    Refuses (Unprocessable) an empty file, one above MOST_BYTES, one that is none of these encodings, or has a single column.
    """
    encoding = _encoding(stream)
    stream.seek(0)
    first = _text(stream, encoding).readline(100_000)
    stream.seek(0)
    if not first.strip():
        raise Unprocessable(say("文件没有表头。", "The file has no header."))
    delimiter = max(DELIMITERS, key=first.count)
    if not first.count(delimiter):
        raise Unprocessable(
            say("表头只有一列，请用逗号、分号、制表符或竖线分隔。", "The header has one column; separate by comma, semicolon, tab or bar.")
        )
    header = next(csv.reader([first], delimiter=delimiter))
    return Layout(encoding, delimiter, tuple(name.strip() for name in header))


class _Kept(io.RawIOBase):
    """A reader that tells how far it is, and leaves the stream below open when it is thrown away."""

    def __init__(self, below: BinaryIO, progress: Progress | None = None) -> None:
        self.below, self.progress, self.seen = below, progress, 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int:
        piece = self.below.read(len(buffer))
        buffer[: len(piece)] = piece
        self.seen += len(piece)
        if self.progress:
            self.progress(self.seen)
        return len(piece)


def _text(stream: BinaryIO, encoding: str, progress: Progress | None = None) -> io.TextIOWrapper:
    return io.TextIOWrapper(io.BufferedReader(_Kept(stream, progress), STEP), encoding=encoding, newline="")


def _encoding(stream: BinaryIO) -> str:
    stream.seek(0)
    start = stream.read(4)
    marked = [name for mark, name in MARKS if start.startswith(mark)]
    size, candidates = 0, {name: codecs.getincrementaldecoder(name)() for name in marked or UNMARKED}
    stream.seek(0)
    while piece := stream.read(STEP):
        size += len(piece)
        if size > MOST_BYTES:
            raise Unprocessable(say("文件超过 {n} MB，请拆开。", "The file exceeds {n} MB; split it.", n=MOST_BYTES // 1_000_000))
        for name in [name for name, decoder in candidates.items() if not _decodes(decoder, piece)]:
            del candidates[name]
    if not size:
        raise Unprocessable(say("文件是空的。", "The file is empty."))
    whole = [name for name, decoder in candidates.items() if _decodes(decoder, b"", final=True)]
    if not whole:
        raise Unprocessable(
            say("文件既不是 UTF-8 也不是 GB 18030，请另存为 UTF-8。", "Neither UTF-8 nor GB 18030; save the file as UTF-8.")
        )
    return whole[0]


def _decodes(decoder: codecs.IncrementalDecoder, piece: bytes, *, final: bool = False) -> bool:
    try:
        decoder.decode(piece, final)
    except UnicodeDecodeError:
        return False
    return True


def records(stream: BinaryIO, layout: Layout, progress: Progress | None) -> Iterator[tuple[int, list[str]]]:
    """Every filled row below the header with its number; the header is 1."""
    text = _text(stream, layout.encoding, progress)
    rows = csv.reader(text, delimiter=layout.delimiter)
    try:
        for number, cells in enumerate(rows, 1):
            if number > MOST_ROWS:
                raise Unprocessable(say("超过 {n} 行，请拆开。", "More than {n} rows; split the file.", n=MOST_ROWS))
            if number > 1 and any(cell.strip() for cell in cells):
                yield number, cells
    except (csv.Error, UnicodeDecodeError) as wrong:
        at = rows.line_num
        raise Unprocessable(
            say("第 {at} 行附近无法读取：{why}。", "Cannot be read near line {at}: {why}.", at=at, why=str(wrong))
        ) from wrong
