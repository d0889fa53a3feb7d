"""MP4 and MOV, read as the tree of boxes that they are: whole, with a picture track, and with every place blanked where it stands.

Blanked in place: a box that holds a place becomes `free` space of the same length, so that no offset of the film moves. Known places:
udta/©xyz and udta/loci, meta keys named *location*, XMP boxes, and timed metadata tracks (a camera's GPS log) with their samples.
Frames are not decoded: that would need a codec for each camera; the structure must hold to the last byte instead.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import IO

from amends.cases.evidence.images import plausible
from amends.cases.evidence.kinds import MIB, VIDEO, damaged

MOST_MOOV = 16 * MIB
NESTED = {b"moov", b"trak", b"mdia", b"minf", b"stbl", b"udta", b"edts"}
PLACES = {b"\xa9xyz", b"loci", b"XMP_"}
# A camera's log of places runs beside the film as metadata; drones write it as subtitles.
TIMED = {b"meta", b"gps ", b"camm", b"text", b"sbtl"}
XMP = bytes.fromhex("be7acfcb97a942e89c71999491e3afac")
EPOCH = datetime(1904, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Film:
    """What is known of a film: pixels, and when it was made where that is plausible."""

    width: int
    height: int
    taken_at: datetime | None


@dataclass(frozen=True, slots=True)
class Box:
    """One box inside a buffer: its type, where it begins, where its contents begin and end."""

    kind: bytes
    start: int
    inner: int
    end: int


def clean(file: IO[bytes], size: int, now: datetime) -> Film:
    """The film in `file` names no place any more. Raises Unprocessable where it is cut short or has no picture track."""
    top = list(_top(file, size))
    moov = [box for box in top if box.kind == b"moov"]
    if len(moov) != 1 or not any(box.kind == b"mdat" for box in top) or moov[0].end - moov[0].start > MOST_MOOV:
        raise damaged(VIDEO)
    file.seek(moov[0].start)
    tree = bytearray(file.read(moov[0].end - moov[0].start))
    try:
        film = _film(tree, now)
        for begin, length in _timed_places(tree):
            _zero(file, begin, length, size)
        _blank(tree, 0, len(tree))
    except (struct.error, IndexError) as wrong:
        raise damaged(VIDEO) from wrong
    file.seek(moov[0].start)
    file.write(tree)
    for box in top:
        if _is_xmp(file, box):
            _zero(file, box.inner, box.end - box.inner, size)
    return film


def _top(file: IO[bytes], size: int) -> Iterator[Box]:
    at = 0
    while at < size:
        file.seek(at)
        head = file.read(16)
        if len(head) < 8:
            raise damaged(VIDEO)
        box = _box(head, at, size)
        yield box
        at = box.end


def _box(head: bytes | bytearray, at: int, limit: int) -> Box:
    length, kind = struct.unpack(">I4s", head[:8])
    inner = at + 8
    if length == 1:
        length, inner = struct.unpack(">Q", head[8:16])[0], at + 16
    elif length == 0:
        length = limit - at
    if at + length > limit or at + length < inner:
        raise damaged(VIDEO)
    return Box(kind, at, inner, at + length)


def _boxes(tree: bytearray, begin: int, end: int) -> Iterator[Box]:
    while begin + 8 <= end:
        if tree[begin : begin + 4] == b"\0\0\0\0":
            return  # QuickTime ends a list of user data with a zero
        box = _box(tree[begin : begin + 16], begin, end)
        yield box
        begin = box.end


def _inside(tree: bytearray, *path: bytes) -> list[Box]:
    """All boxes at this path, from the contents of the outermost."""
    found = [_box(tree[:16], 0, len(tree))]
    for kind in path:
        found = [box for outer in found for box in _boxes(tree, outer.inner, outer.end) if box.kind == kind]
    return found


def _film(tree: bytearray, now: datetime) -> Film:
    shown = [trak for trak in _tracks(tree) if _handler(tree, trak) == b"vide"]
    headers = [box for trak in shown for box in _boxes(tree, trak.inner, trak.end) if box.kind == b"tkhd"]
    made = _inside(tree, b"mvhd")
    if not headers or not made:
        raise damaged(VIDEO)
    width, height = (value >> 16 for value in struct.unpack(">II", tree[headers[0].end - 8 : headers[0].end]))
    form = ">Q" if tree[made[0].inner] == 1 else ">I"
    seconds = struct.unpack_from(form, tree, made[0].inner + 4)[0]
    at = EPOCH + timedelta(seconds=seconds) if 0 < seconds < 10**10 else EPOCH
    return Film(width, height, plausible(at, now))


def _tracks(tree: bytearray) -> list[Box]:
    return _inside(tree, b"trak")


def _handler(tree: bytearray, trak: Box) -> bytes:
    for media in (box for box in _boxes(tree, trak.inner, trak.end) if box.kind == b"mdia"):
        for box in _boxes(tree, media.inner, media.end):
            if box.kind == b"hdlr":
                return bytes(tree[box.inner + 8 : box.inner + 12])
    return b""


# ── places ───────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _blank(tree: bytearray, begin: int, end: int) -> None:
    for box in list(_boxes(tree, begin, end)):
        if box.kind in PLACES or _is_timed(tree, box) or tree[box.inner : box.inner + 16] == XMP:
            tree[box.start + 4 : box.start + 8] = b"free"
            tree[box.inner : box.end] = bytes(box.end - box.inner)
        elif box.kind == b"meta":
            _blank_keys(tree, box)
        elif box.kind in NESTED:
            _blank(tree, box.inner, box.end)


def _blank_keys(tree: bytearray, meta: Box) -> None:
    """Apple's list of keys and values: the values of keys that name a location are blanked, and so are old ©xyz items."""
    # ISO's meta box has four bytes of version first, QuickTime's has none.
    begin = meta.inner + (0 if tree[meta.inner + 4 : meta.inner + 8] == b"hdlr" else 4)
    parts = list(_boxes(tree, begin, meta.end))
    named: set[int] = set()
    for keys in (box for box in parts if box.kind == b"keys"):
        for number, key in enumerate(_boxes(tree, keys.inner + 8, keys.end), 1):
            if b"location" in bytes(tree[key.inner : key.end]).lower():
                named.add(number)
    for items in (box for box in parts if box.kind == b"ilst"):
        for item in _boxes(tree, items.inner, items.end):
            if struct.unpack(">I", item.kind)[0] in named or item.kind in PLACES:
                for value in _boxes(tree, item.inner, item.end):
                    tree[value.inner + 8 : value.end] = bytes(max(0, value.end - value.inner - 8))
    for box in parts:
        if box.kind in (b"xml ", b"uuid"):
            tree[box.inner : box.end] = bytes(box.end - box.inner)


def _is_timed(tree: bytearray, box: Box) -> bool:
    return box.kind == b"trak" and _handler(tree, box) in TIMED


def _timed_places(tree: bytearray) -> Iterator[tuple[int, int]]:
    """Where in the file the samples of timed metadata lie: (offset, length) of each chunk."""
    for trak in _tracks(tree):
        if _is_timed(tree, trak):
            tables = {b.kind: b for m in _down(tree, trak, b"mdia", b"minf", b"stbl") for b in _boxes(tree, m.inner, m.end)}
            if {b"stsz", b"stsc"} <= tables.keys():
                yield from _chunks(tree, tables)


def _down(tree: bytearray, box: Box, *path: bytes) -> list[Box]:
    found = [box]
    for kind in path:
        found = [inner for outer in found for inner in _boxes(tree, outer.inner, outer.end) if inner.kind == kind]
    return found


def _chunks(tree: bytearray, tables: dict[bytes, Box]) -> Iterator[tuple[int, int]]:
    wide = b"co64" in tables
    where = tables.get(b"co64") or tables.get(b"stco")
    if where is None:
        return
    same, count = struct.unpack_from(">II", tree, tables[b"stsz"].inner + 4)
    sizes = [same] * min(count, MOST_MOOV) if same else list(_numbers(tree, tables[b"stsz"], 12, count))
    runs_count = struct.unpack_from(">I", tree, tables[b"stsc"].inner + 4)[0]
    runs = list(_numbers(tree, tables[b"stsc"], 8, runs_count * 3))
    chunks = struct.unpack_from(">I", tree, where.inner + 4)[0]
    sample, run = 0, 0
    for number in range(1, min(chunks, (where.end - where.inner) // (8 if wide else 4)) + 1):
        while run + 3 < len(runs) and runs[run + 3] <= number:
            run += 3
        held = runs[run + 1] if runs else 1
        offset = struct.unpack_from(">Q" if wide else ">I", tree, where.inner + 8 + (number - 1) * (8 if wide else 4))[0]
        yield offset, sum(sizes[sample : sample + held])
        sample += held


def _numbers(tree: bytearray, box: Box, skip: int, count: int) -> tuple[int, ...]:
    there = min(count, (box.end - box.inner - skip) // 4)
    return struct.unpack_from(f">{max(there, 0)}I", tree, box.inner + skip)


def _is_xmp(file: IO[bytes], box: Box) -> bool:
    if box.kind != b"uuid":
        return False
    file.seek(box.inner)
    return file.read(16) == XMP


def _zero(file: IO[bytes], begin: int, length: int, size: int) -> None:
    length = max(0, min(length, size - begin))
    file.seek(begin)
    while length:
        step = min(length, MIB)
        file.write(bytes(step))
        length -= step
