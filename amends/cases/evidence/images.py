"""Pictures, decoded to the last line and written anew, so that nothing travels with them but what is seen.

Invariants
 1. The number of pixels is read from the head and refused before a single one is decoded.
 2. What is kept was re-encoded: no EXIF, XMP, comment or trailing bytes are left; orientation is applied, the colour profile stays.
 3. Of several frames the first is kept: a moving picture is no picture, and a second frame must not prove what nobody looked at.

numpy and scipy stay out: the likeness is a job's work (likeness.py).
"""

from __future__ import annotations

import io
import struct
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pillow_heif
from PIL import Image, ImageOps

from amends.cases.evidence.kinds import PICTURE, Cleaned, damaged, refuse
from amends.kernel.texts import say

MOST_PIXELS = 50_000_000
THUMB = (480, 480)
QUALITY = 92
ZONE = ZoneInfo("Asia/Shanghai")
OLDEST = datetime(2000, 1, 1, tzinfo=UTC)
FORMATS = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP", "image/heic": "HEIF"}
SHOT_AT, SHOT_OFFSET, EXIF_PART = 36867, 36881, 34665

pillow_heif.register_heif_opener(thumbnails=False)
# Pillow's own limit warns below twice its number and raises above; ours stands in `_opened`, the only place where a picture is opened.
Image.MAX_IMAGE_PIXELS = None


def clean(body: bytes, mime: str, now: datetime) -> Cleaned:
    """The picture without places, in its own format (HEIC becomes JPEG), upright. Raises Unprocessable where it is too large or damaged."""
    picture = _opened(body, mime)
    try:
        picture.seek(0)
        picture.load()
        exif: Any = picture.getexif()
    except (OSError, ValueError, SyntaxError, struct.error, EOFError) as wrong:
        raise damaged(PICTURE) from wrong
    taken = _taken_at(exif, now)
    turned = exif.get(0x0112, 1) not in (0, 1, None)
    colours = picture.info.get("icc_profile")
    upright: Image.Image = ImageOps.exif_transpose(picture) if turned else picture
    upright.info.clear()
    kept, out = _encoded(upright, mime, colours)
    return Cleaned(kept, out, _thumb(upright, colours), upright.width, upright.height, taken)


def _opened(body: bytes, mime: str) -> Image.Image:
    try:
        picture = Image.open(io.BytesIO(body), formats=[FORMATS[mime]])
    except (OSError, ValueError, SyntaxError, struct.error, EOFError) as wrong:
        raise damaged(PICTURE) from wrong
    if picture.width * picture.height > MOST_PIXELS:
        wrong_size = say(
            "这张图片有 {n} 百万像素，最多 {most} 百万，请缩小后再传。",
            "This picture has {n} megapixels; {most} is the most. Please make it smaller.",
            n=picture.width * picture.height // 1_000_000,
            most=MOST_PIXELS // 1_000_000,
        )
        raise refuse(wrong_size, "evidence_too_many_pixels")
    return picture


def _encoded(picture: Image.Image, mime: str, colours: bytes | None) -> tuple[str, bytes]:
    out = io.BytesIO()
    if mime == "image/png":
        picture.save(out, "PNG", icc_profile=colours)
        return mime, out.getvalue()
    if mime == "image/webp":
        picture.save(out, "WEBP", quality=QUALITY, icc_profile=colours or b"")
        return mime, out.getvalue()
    # `keep` re-uses the camera's own tables, so that an upright JPEG loses nothing; a turned or converted one has none.
    quality: Any = "keep" if picture.format == "JPEG" else QUALITY
    opaque = picture if picture.mode in ("RGB", "L", "CMYK") else picture.convert("RGB")
    opaque.save(out, "JPEG", quality=quality if opaque is picture else QUALITY, icc_profile=colours)
    return "image/jpeg", out.getvalue()


def _thumb(picture: Image.Image, colours: bytes | None) -> bytes:
    small = picture.convert("RGB")
    small.thumbnail(THUMB)
    out = io.BytesIO()
    small.save(out, "JPEG", quality=80, icc_profile=None if picture.mode == "CMYK" else colours)
    return out.getvalue()


def _taken_at(exif: Any, now: datetime) -> datetime | None:
    """When the camera says it was; None where it says nothing, or what can't be: before 2000 or after tomorrow."""
    try:
        part = exif.get_ifd(EXIF_PART)
        at = datetime.strptime(str(part.get(SHOT_AT, "")).strip("\x00 "), "%Y:%m:%d %H:%M:%S").replace(
            tzinfo=_offset(part.get(SHOT_OFFSET))
        )
    except (ValueError, KeyError, TypeError, SyntaxError, struct.error):
        return None
    return plausible(at.astimezone(UTC), now)


def _offset(written: object) -> Any:
    # Most cameras write local time without a zone: then the market's is the likeliest.
    try:
        return datetime.strptime(str(written).strip("\x00 "), "%z").tzinfo
    except ValueError:
        return ZONE


def plausible(at: datetime, now: datetime) -> datetime | None:
    """`at` where a camera could have been right about it."""
    return at if OLDEST <= at <= now + timedelta(days=1) else None
