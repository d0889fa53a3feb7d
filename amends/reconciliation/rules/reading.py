"""A statement file as rows of clean cells: unpacked, decoded, its table found below whatever the provider writes above it.

Refuses what is no such file with a sentence that says what would be right. Not about what the cells mean (lines.py).
"""

from __future__ import annotations

import io
import lzma
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from amends.kernel.refusals import Unprocessable
from amends.kernel.texts import say
from amends.plumbing.delimited import LOOKED_AT, MOST_BYTES, records, text_of
from amends.reconciliation.rules.layouts import known_sheet
from amends.reconciliation.rules.mapping import Sheet, guess_sheet

MOST_FILES = 20
BROKEN = (zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, lzma.LZMAError)
SUMMARY = ("汇总", "summary")
"""Files in a provider's archive that repeat in sums what another has in rows."""


@dataclass(frozen=True, slots=True)
class Table:
    """One table of a statement: its name, its sheet, its header, and its rows with their numbers as a spreadsheet counts them."""

    name: str
    sheet: Sheet
    header: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]


def tables(name: str, content: bytes, sheet: Sheet | None = None) -> list[Table]:
    """The tables of a CSV file or of a ZIP of them, by `sheet`, else by the provider whose header it is, else by guessing.

    Refuses (Unprocessable): nothing, more than MOST_BYTES (unpacked too), spreadsheets, other encodings, no such header, a cut file.
    """
    files = _unpacked(name, content) if content[:2] == b"PK" else [(name, content)]
    return [_table(each, text_of(inside), sheet) for each, inside in files]


UNOPENED = say(
    "压缩包打不开：可能损坏、加了密，或者用了这里不支持的压缩方法。",
    "The archive cannot be opened: it may be damaged, locked by a password, or packed by a method that is not known here.",
)


def _unpacked(name: str, content: bytes) -> list[tuple[str, bytes]]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return _members(archive)
    except (*BROKEN, RuntimeError, NotImplementedError, EOFError, OSError, ValueError) as wrong:
        # RuntimeError: a password; NotImplementedError: a method that nobody has here; the others: cut off or made up.
        raise Unprocessable(UNOPENED) from wrong


def _members(archive: zipfile.ZipFile) -> list[tuple[str, bytes]]:
    infos = [info for info in archive.infolist() if not info.is_dir()]
    names = {_name_of(info) for info in infos}
    if "[Content_Types].xml" in names:
        raise Unprocessable(say("这是 Excel 文件，请另存为 CSV。", "This is a spreadsheet; save it as CSV."))
    wanted = [info for info in infos if _name_of(info).lower().endswith((".csv", ".txt")) and not _is_summary(_name_of(info))]
    if not wanted:
        raise Unprocessable(say("压缩包里没有 CSV 文件。", "The archive holds no CSV file."))
    if len(wanted) > MOST_FILES or sum(info.file_size for info in wanted) > MOST_BYTES:
        size = say(
            "压缩包超过 {n} 个文件或 {mb} MB，请拆开。", "The archive exceeds {n} files or {mb} MB; split it.",
            n=MOST_FILES, mb=MOST_BYTES // 1_000_000,
        )  # fmt: skip
        raise Unprocessable(size)
    found = []
    for info in wanted:
        with archive.open(info) as inside:
            # What the archive says of itself need not be true: no more is read than it said.
            found.append((_name_of(info), inside.read(info.file_size + 1)))
    return found


def _name_of(info: zipfile.ZipInfo) -> str:
    """Names in Chinese archives are GBK without saying so."""
    if info.flag_bits & 0x800:
        return info.filename
    try:
        return info.filename.encode("cp437").decode("gb18030")
    except UnicodeError:
        return info.filename


def _is_summary(name: str) -> bool:
    return any(word in name.lower() for word in SUMMARY)


def _table(name: str, text: str, sheet: Sheet | None) -> Table:
    rows = records(text)
    head: list[tuple[int, tuple[str, ...]]] = []
    for number, cells in rows:
        head.append((number, cells))
        if found := _sheet_of(cells, sheet):
            return Table(name, found, cells, tuple(_body(rows, found, text)))
        if len(head) >= LOOKED_AT:
            break
    raise _no_header(name, head, sheet)


def _sheet_of(cells: tuple[str, ...], sheet: Sheet | None) -> Sheet | None:
    if sheet is None:
        return known_sheet(cells) or guess_sheet(cells)
    return sheet if set(sheet.columns.values()) <= set(cells) else None


def _no_header(name: str, head: list[tuple[int, tuple[str, ...]]], sheet: Sheet | None) -> Unprocessable:
    likely = max((cells for _, cells in head), key=len, default=())
    seen = ", ".join(cell for cell in likely if cell)[:300]
    lacks = sorted(set(sheet.columns.values()) - set(likely)) if sheet else []
    text = (
        say("{name}：没有“{lacks}”列，看到的是：{seen}。", "{name}: there is no column “{lacks}”; seen: {seen}.",
            name=name, lacks="”, “".join(lacks)[:200], seen=seen)
        if lacks else
        say("{name}：认不出表头，请给出映射。看到的是：{seen}。", "{name}: the header is not known; give a mapping. Seen: {seen}.",
            name=name, seen=seen)
    )  # fmt: skip
    return Unprocessable.field("mapping" if sheet else "file", text, code="no_header")


def _body(rows: Iterator[tuple[int, tuple[str, ...]]], sheet: Sheet, text: str) -> Iterator[tuple[int, tuple[str, ...]]]:
    count = 0
    for number, cells in rows:
        if cells[0].startswith("#"):
            continue
        if cells[0] in sheet.ends_at:
            _totals_agree(next(rows, None), count)
            return
        count += 1
        yield number, cells
    if sheet.ends_at or (sheet.closed_by and sheet.closed_by not in text):
        raise Unprocessable(
            say("文件没有结尾的汇总，可能没有下载完整。", "Its last lines with the totals are missing: it may be cut off."),
            code="cut_off",
        )


def _totals_agree(totals: tuple[int, tuple[str, ...]] | None, count: int) -> None:
    said = totals[1][0].replace(",", "") if totals else ""
    if said.isascii() and said.isdigit() and int(said) != count:
        raise Unprocessable(
            say("汇总写着 {said} 行，读到 {count} 行。", "The totals say {said} rows, and there are {count}.", said=said, count=count),
            code="cut_off",
        )
