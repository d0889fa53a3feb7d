"""Small files made for tests: pictures with places in them, films as trees of boxes, papers, and a program that calls itself a photo."""

from __future__ import annotations

import io
import struct
import zlib
from typing import Any

import pillow_heif
from PIL import Image

PLACE = "+30.2741+120.1551/"
PROGRAM = b"MZ\x90\x00" + bytes(200)


def picture(
    form: str = "JPEG", *, size: tuple[int, int] = (64, 48), orientation: int = 1, taken: str = "2026:03:09 18:30:00", **more: Any
) -> bytes:
    """A picture, red on the left and blue on the right, that says where and when it was taken."""
    image = Image.new("RGB", size, (220, 20, 20))
    image.paste((20, 20, 220), (size[0] // 2, 0, size[0], size[1]))
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010F] = "Camera of Anna"
    exif.get_ifd(34853).update({1: "N", 2: (30.0, 16.0, 26.0), 3: "E", 4: (120.0, 9.0, 18.0)})
    exif.get_ifd(34665)[36867] = taken
    out = io.BytesIO()
    if form == "HEIF":
        pillow_heif.register_heif_opener()
    image.save(out, form, exif=exif, **more)
    return out.getvalue()


def huge_png(width: int = 20_000, height: int = 10_000) -> bytes:
    """A PNG of 200 megapixels by its head, in a few hundred bytes."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")


def box(kind: bytes, *inner: bytes) -> bytes:
    """One box of a film."""
    body = b"".join(inner)
    return struct.pack(">I4s", 8 + len(body), kind) + body


def film(
    *, brand: bytes = b"qt  ", places: bool = True, frames: bytes = b"frames of a lamp" * 8, log: bytes = b"GPS log 30.2741,120.1551"
) -> bytes:
    """A film with a picture track, places in user data, in Apple's keys, in XMP, and a timed log of places."""
    start = box(b"ftyp", brand + struct.pack(">I", 0) + brand)
    mdat = box(b"mdat", frames, log)
    at_log = len(start) + 8 + len(frames)
    made = 3_850_000_000  # a day in 2026, in seconds since 1904
    parts = [box(b"mvhd", struct.pack(">IIIII", 0, made, made, 600, 600) + bytes(80)), _track(b"vide", len(start) + 8, len(frames))]
    if places:
        parts += [
            _track(b"meta", at_log, len(log)),
            box(b"udta", box(b"\xa9xyz", struct.pack(">HH", len(PLACE), 0x15C7) + PLACE.encode()), box(b"loci", b"\0\0\0\0Hangzhou\0")),
            _keys(),
            box(b"uuid", bytes.fromhex("be7acfcb97a942e89c71999491e3afac") + b"<exif:GPSLatitude>30,16.4N</exif:GPSLatitude>"),
        ]
    return start + mdat + box(b"moov", *parts)


def _track(handler: bytes, offset: int, length: int) -> bytes:
    head = bytes(76) + struct.pack(">II", 1920 << 16, 1080 << 16)
    table = box(
        b"stbl",
        box(b"stsz", struct.pack(">IIII", 0, 0, 1, length)),
        box(b"stsc", struct.pack(">IIIII", 0, 1, 1, 1, 1)),
        box(b"stco", struct.pack(">III", 0, 1, offset)),
    )
    return box(b"trak", box(b"tkhd", head), box(b"mdia", box(b"hdlr", bytes(4) + b"mhlr" + handler + bytes(12)), box(b"minf", table)))


def _keys() -> bytes:
    names = [b"com.apple.quicktime.make", b"com.apple.quicktime.location.ISO6709"]
    keys = box(b"keys", struct.pack(">II", 0, len(names)), *(box(b"mdta", name) for name in names))
    values = [b"Apple", PLACE.encode()]
    items = [box(struct.pack(">I", n), box(b"data", struct.pack(">II", 1, 0) + value)) for n, value in enumerate(values, 1)]
    return box(b"meta", box(b"hdlr", bytes(8) + b"mdta" + bytes(12)), keys, box(b"ilst", *items))


def paper(extra: bytes = b"") -> bytes:
    """A PDF of one page with a place in its metadata and in the head of a photo."""
    xmp = b"<x exif:GPSLatitude='30,16.4N'/><exif:GPSLongitude>120,9.3E</exif:GPSLongitude>"
    photo = b"\xff\xd8\xff\xe1" + struct.pack(">H", 30) + b"Exif\0\0" + b"MM\0*30.2741,120.155" + b"\xff\xd9"
    body = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\n" + xmp + photo + extra
    return body + b"\nxref\n0 1\ntrailer<</Root 1 0 R>>\nstartxref\n9\n%%EOF\n"
