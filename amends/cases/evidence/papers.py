"""PDF: whole from head to end, without code that runs, and without places in its metadata or in the photos inside.

Not about what the pages say. Blanked in place, so that no offset of the document moves.
"""

from __future__ import annotations

import re

from amends.cases.evidence.kinds import DOCUMENT, damaged, refuse
from amends.kernel.texts import say

ACTIVE = re.compile(rb"/(JavaScript|JS|Launch|EmbeddedFile|RichMedia)\b")
PLACE = re.compile(rb"((?:exif:GPS\w+|photoshop:City|Iptc4xmpCore:Location)\s*(?:=\s*[\"']|>))([^\"'<]{1,200})")
PHOTO = re.compile(rb"\xff\xe1(..)Exif\x00\x00", re.DOTALL)


def clean(body: bytes) -> bytes:
    """The document, the same length, without places. Raises Unprocessable where it is cut short or holds code."""
    if not body.startswith(b"%PDF-") or b"%%EOF" not in body[-2048:] or b"startxref" not in body[-4096:]:
        raise damaged(DOCUMENT)
    if ACTIVE.search(body):
        wrong = say(
            "这个 PDF 里有会运行的内容或附件，请另存为普通 PDF 再上传。",
            "This PDF holds code that runs, or attachments. Please save it as a plain PDF and upload that.",
        )
        raise refuse(wrong, "evidence_active")
    placeless = bytearray(PLACE.sub(lambda m: m.group(1) + b" " * len(m.group(2)), body))
    for photo in PHOTO.finditer(bytes(placeless)):
        end = min(photo.start(1) + int.from_bytes(photo.group(1), "big"), len(placeless))
        placeless[photo.end() : end] = bytes(max(0, end - photo.end()))
    return bytes(placeless)
