"""A mail taken apart without ever failing: decoded headers, its own text, what it gives back of ours, and the references in it.

Mails lie about their charset, break their encodings and leave out half of what the standards ask for. Whatever is unreadable is read as
well as it can be. Not about what kind of mail it is: inbound.py says that.
"""

from __future__ import annotations

import base64
import binascii
import html
import re
from collections.abc import Iterator
from contextlib import suppress
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message
from email.parser import BytesParser
from email.policy import compat32
from itertools import islice

from amends.kernel.refs import clean_ref

MOST_BYTES = 2_000_000
MOST_READ = 256_000
"""What a report or a person says stands before what is attached to it; the library's reader is slow enough for more to hold a worker."""
MOST_PARTS = 60
LONGEST_HEADER = 2_000
LONGEST_TEXT = 40_000
_CHARSETS = {"gb2312": "gb18030", "gbk": "gb18030", "x-gbk": "gb18030", "cp936": "gb18030", "unknown-8bit": "utf-8", "": "utf-8"}
MOST = {re.compile(rb"content-type:", re.IGNORECASE): MOST_PARTS, re.compile(rb"\r\n\r\n|\n\n|\r\r"): 1_000}
"""Of each of these: kinds of parts, and empty lines, each of which may begin a group of a report."""
_REF = re.compile(r"(?<![A-Za-z0-9])(MG|AS)-?([0-9A-Za-z]{4})-?([0-9A-Za-z]{4})-?([0-9A-Za-z]{4})(?![A-Za-z0-9])", re.IGNORECASE)
_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,8}")


def parsed(raw: bytes) -> Message:
    """The mail as a tree of parts; of one that is larger than MOST_READ, or has more than MOST of something, its beginning.

    A mail within a mail names its kind, so this bounds how deep the library's reader, which calls itself, has to go.
    """
    beginning = raw[:MOST_READ]
    for mark, most in MOST.items():
        over = next(islice(mark.finditer(beginning), most, None), None)
        beginning = beginning[: over.start()] if over else beginning
    return BytesParser(policy=compat32).parsebytes(beginning)


def header(mail: Message, name: str) -> str:
    """The first header of this name, decoded and on one line; empty where there is none."""
    return next(iter(headers(mail, name)), "")


def headers(mail: Message, name: str) -> list[str]:
    """All headers of this name, in order."""
    # Raw: `get` gives up on bytes that no encoding was declared for, and those are common and readable.
    return [_decoded(str(value)) for key, value in mail.raw_items() if key.lower() == name.lower()]


def parts(mail: Message) -> Iterator[Message]:
    """The parts of the mail itself, outermost first: what it encloses as another mail is one part and is not entered."""
    todo, seen = [mail], 0
    while todo and seen < MOST_PARTS:
        part = todo.pop(0)
        seen += 1
        yield part
        if part.get_content_maintype() == "multipart":
            todo = [*_inner(part), *todo]


def text_of(mail: Message) -> str:
    """What the mail says in words: its plain texts, else its HTML without marks; attachments and enclosed mails are left out."""
    plain = [_text(part) for part in parts(mail) if _is_plain(part) and not _is_attached(part)]
    if not any(text.strip() for text in plain):
        plain = [_unmarked(_text(part)) for part in parts(mail) if part.get_content_type() == "text/html" and not _is_attached(part)]
    return "\n".join(plain)[:LONGEST_TEXT].strip()


def returned(mail: Message) -> str:
    """What the mail gives back of another one: headers and text of enclosed mails, as far as they can be read."""
    found: list[str] = []
    for part in parts(mail):
        kind = part.get_content_type()
        if kind in ("text/rfc822-headers", "message/rfc822-headers"):
            found.append(_text(part))
        elif kind in ("message/rfc822", "message/global"):
            found += map(plainly, _enclosed(part))
    return "\n".join(found)[:LONGEST_TEXT]


def blocks(part: Message) -> list[Message]:
    """The groups of fields of a delivery report (RFC 3464), also where somebody encoded it, which the standard forbids."""
    groups = _inner(part)[:MOST_PARTS]
    if any(group.get("Action") or group.get("Reporting-MTA") for group in groups):
        return groups
    text = "\n\n".join(map(plainly, groups)) if groups else _text(part)
    with suppress(binascii.Error, ValueError):  # not encoded: read as it stands
        text = base64.b64decode(re.sub(r"\s", "", text), validate=True).decode("utf-8", "replace")
    return [parsed(block.encode("utf-8", "replace")) for block in re.split(r"\r?\n\s*\r?\n", text.strip())[:MOST_PARTS]]


def refs_in(text: str, kind: str) -> list[str]:
    """The references of `kind` (MG, AS) that stand in the text with a true check sign, in order, each once."""
    found = (clean_ref("".join(match.groups())) for match in _REF.finditer(text) if match[1].upper() == kind)
    return list(dict.fromkeys(ref for ref in found if ref))


def addresses_in(text: str) -> list[str]:
    """The mail addresses in the text, in lower case, each once."""
    return list(dict.fromkeys(match[0].lower().strip(".'`") for match in _ADDRESS.finditer(text)))


def plainly(inner: Message) -> str:
    """Its headers and its text, as lines."""
    lines = [f"{name}: {_decoded(str(value))}" for name, value in inner.raw_items()]
    return "\n".join([*lines, "", text_of(inner)])


def _enclosed(part: Message) -> list[Message]:
    return _inner(part) or [parsed(_bytes(part))]


def _inner(part: Message) -> list[Message]:
    """What stands in it, asked only where something does: a payload that is text may not be readable in the charset that it names."""
    inner = part.get_payload() if part.is_multipart() else []
    return [one for one in inner if isinstance(one, Message)] if isinstance(inner, list) else []


def _is_plain(part: Message) -> bool:
    """A part that calls itself several and has no boundary is one text after all."""
    kind = part.get_content_type()
    return kind == "text/plain" or (kind.startswith("multipart/") and not part.is_multipart())


def _is_attached(part: Message) -> bool:
    return str(part.get("Content-Disposition", "")).strip().lower().startswith("attachment")


def _bytes(part: Message) -> bytes:
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


def _text(part: Message) -> str:
    try:
        charset = part.get_content_charset("") or ""
    except ValueError:  # a charset with a zero byte in its name
        charset = ""
    return _read(_bytes(part), charset).replace("\r\n", "\n")


def _read(data: bytes, charset: str) -> str:
    """Bytes as text: as declared, else as UTF-8, else as Chinese; what still can't be read is marked."""
    for name in (_CHARSETS.get(charset.lower(), charset), "utf-8", "gb18030"):
        try:
            return data.decode(name)
        except (LookupError, ValueError):
            continue
    return data.decode("utf-8", "replace")


def _decoded(value: str) -> str:
    whole = _read(value.encode("utf-8", "surrogateescape"), "")
    one_line = re.sub(r"[\r\n]+[ \t]*", " ", whole)[:LONGEST_HEADER]
    try:
        pieces = decode_header(one_line)
    except (HeaderParseError, ValueError, LookupError):
        return one_line.strip()
    return "".join(piece if isinstance(piece, str) else _read(piece, charset or "") for piece, charset in pieces).strip()


def _unmarked(text: str) -> str:
    bare = re.sub(r"(?is)<(script|style|head)\b.{0,4000}?</\1>", " ", text[:LONGEST_TEXT])
    bare = re.sub(r"(?i)<(br|/p|/div|/tr)\b[^>]{0,200}>", "\n", bare)
    return re.sub(r"[ \t]{2,}", " ", html.unescape(re.sub(r"<[^>]{0,2000}>", "", bare)))
