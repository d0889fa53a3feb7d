"""Which files are taken as evidence, told by their bytes and never by their name; and the words for what is not taken.

Nothing here opens a file's contents: sniffing a type is not decoding it (images.py, videos.py, papers.py do that).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import filetype

from amends.kernel.refusals import Unprocessable
from amends.kernel.texts import Text, say

MIB = 1024 * 1024
HEAD = 8192

PICTURE, VIDEO, DOCUMENT = "picture", "video", "document"
LARGEST = {PICTURE: 10 * MIB, VIDEO: 50 * MIB, DOCUMENT: 10 * MIB}
KIND_NAMES = {PICTURE: say("图片", "picture"), VIDEO: say("视频", "video"), DOCUMENT: say("PDF 文件", "PDF")}

KIND_OF = {
    "image/jpeg": PICTURE,
    "image/png": PICTURE,
    "image/webp": PICTURE,
    "image/heic": PICTURE,
    "video/mp4": VIDEO,
    "video/x-m4v": VIDEO,
    "video/quicktime": VIDEO,
    "application/pdf": DOCUMENT,
}
EXTENSION = {
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/webp": "webp",
    "video/mp4": "mp4",
    "video/quicktime": "mov",
    "application/pdf": "pdf",
}

RIGHT = say(
    "请上传 JPEG、PNG、WebP、HEIC 图片，MP4、MOV 视频，或 PDF 文件。",
    "Please upload a JPEG, PNG, WebP or HEIC picture, an MP4 or MOV video, or a PDF.",
)
PROGRAM = say("一个程序", "a program")
ARCHIVE = say("一个压缩包", "an archive")
FOREIGN: dict[str, Text] = {
    "application/x-msdownload": PROGRAM,
    "application/x-executable": PROGRAM,
    "application/x-mach-binary": PROGRAM,
    "application/wasm": PROGRAM,
    "application/zip": ARCHIVE,
    "application/gzip": ARCHIVE,
    "application/x-7z-compressed": ARCHIVE,
    "application/x-rar-compressed": ARCHIVE,
    "application/x-tar": ARCHIVE,
    "image/gif": say("一张 GIF 图片", "a GIF picture"),
    "image/avif": say("一张 AVIF 图片", "an AVIF picture"),
    "image/bmp": say("一张 BMP 图片", "a BMP picture"),
    "image/tiff": say("一张 TIFF 图片", "a TIFF picture"),
}
# Programs and pages that filetype does not know by number: told by how they begin.
BEGINNINGS: tuple[tuple[bytes, Text], ...] = (
    (b"MZ", PROGRAM),
    (b"\x7fELF", PROGRAM),
    (b"\xca\xfe\xba\xbe", PROGRAM),
    (b"\xcf\xfa\xed\xfe", PROGRAM),
    (b"\xfe\xed\xfa", PROGRAM),
    (b"#!", PROGRAM),
    (b"@echo", PROGRAM),
    (b"<?php", PROGRAM),
    (b"<svg", say("一张 SVG 图片", "an SVG picture")),
    (b"<?xml", say("一个 XML 文件", "an XML file")),
    (b"<!doctype html", say("一个网页", "a web page")),
    (b"<html", say("一个网页", "a web page")),
)


@dataclass(frozen=True, slots=True)
class Cleaned:
    """What is kept of a picture: its bytes without places, and a small view of it. `taken_at` in UTC where it is plausible."""

    mime: str
    body: bytes
    thumb: bytes
    width: int
    height: int
    taken_at: datetime | None


def sniffed(head: bytes) -> str:
    """The media type of a file that begins with `head`, one of KIND_OF. Raises Unprocessable for anything else, by what it is."""
    if not head:
        raise refuse(say("这个文件是空的。{right}", "This file is empty. {right}", right=RIGHT), "evidence_empty")
    begins = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    program = next((name for start, name in BEGINNINGS if begins.startswith(start.lower())), None)
    found = None if program else filetype.guess(head[:HEAD])
    mime = str(found.mime) if found else ""
    if mime in KIND_OF:
        return mime
    what = program or FOREIGN.get(mime)
    if what is None:
        raise refuse(
            say("认不出这是什么文件。{right}", "This is no kind of file that is taken here. {right}", right=RIGHT), "evidence_foreign"
        )
    raise refuse(
        say(
            "这个文件其实是{what}，不能作为凭证。{right}",
            "This file is really {what} and cannot be evidence. {right}",
            what=what,
            right=RIGHT,
        ),
        "evidence_foreign",
    )


def too_large(kind: str) -> Unprocessable:
    """The refusal of a file above the limit of its kind."""
    most = LARGEST[kind] // MIB
    return refuse(
        say(
            "{kind}最大 {most} MB，请压缩后再传。",
            "A {kind} may have {most} MB at most. Please make it smaller.",
            kind=KIND_NAMES[kind],
            most=most,
        ),
        "evidence_too_large",
    )


def damaged(kind: str) -> Unprocessable:
    """The refusal of a file that says what it is and cannot be read to its end."""
    return refuse(
        say(
            "这个{kind}打不开，或者没有传完整，请重新上传原文件。",
            "This {kind} cannot be read, or is not complete. Please upload the original again.",
            kind=KIND_NAMES[kind],
        ),
        "evidence_damaged",
    )


def refuse(text: Text, code: str) -> Unprocessable:
    """A refusal about the field that carries the file."""
    return Unprocessable.field("file", text, code=code)
