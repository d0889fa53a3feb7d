"""DER as RFC 3161 and CMS need it: writing the few shapes of an answer, reading those of a request. Not a general parser."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from amends.plumbing.simulators.books import Refused

INTEGER, OCTETS, OID, UTF8, GENERALIZED, SEQUENCE, SET, BOOLEAN = 0x02, 0x04, 0x06, 0x0C, 0x18, 0x30, 0x31, 0x01


def wrapped(tag: int, *content: bytes) -> bytes:
    """One element of this tag around `content`."""
    body = b"".join(content)
    if len(body) < 0x80:
        return bytes([tag, len(body)]) + body
    size = len(body).to_bytes((len(body).bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(size)]) + size + body


def sequence(*content: bytes) -> bytes:
    """SEQUENCE."""
    return wrapped(SEQUENCE, *content)


def set_of(*content: bytes) -> bytes:
    """SET OF, in the order that DER wants."""
    return wrapped(SET, *sorted(content))


def integer(value: int) -> bytes:
    """INTEGER, not negative."""
    return wrapped(INTEGER, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def octets(value: bytes) -> bytes:
    """OCTET STRING."""
    return wrapped(OCTETS, value)


def oid(dots: str) -> bytes:
    """OBJECT IDENTIFIER."""
    first, second, *rest = (int(number) for number in dots.split("."))
    out = bytearray()
    for number in (first * 40 + second, *rest):
        piece = [number & 0x7F]
        while number := number >> 7:
            piece.append(number & 0x7F | 0x80)
        out += bytes(reversed(piece))
    return wrapped(OID, bytes(out))


def explicit(number: int, *content: bytes) -> bytes:
    """[number] EXPLICIT, or IMPLICIT of a constructed type whose content is given."""
    return wrapped(0xA0 | number, *content)


def instant(micros: int) -> bytes:
    """GeneralizedTime in whole seconds."""
    at = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=micros)
    return wrapped(GENERALIZED, f"{at:%Y%m%d%H%M%S}Z".encode())


def parts(data: bytes) -> list[tuple[int, bytes, bytes]]:
    """The elements of a constructed content: tag, content, and the whole as it stands. Refuses what is no DER."""
    found, at = [], 0
    while at < len(data):
        begin = at
        head = data[at : at + 2]
        if len(head) < 2:
            raise _bad()
        tag, length = head
        at += 2
        if length & 0x80:
            count = length & 0x7F
            if not 0 < count <= 4:
                raise _bad()
            length = int.from_bytes(data[at : at + count], "big")
            at += count
        if at + length > len(data):
            raise _bad()
        found.append((tag, data[at : at + length], data[begin : at + length]))
        at += length
    return found


def only(data: bytes, tag: int) -> bytes:
    """The content of the one element that is there, of this tag. Refuses anything else."""
    found = parts(data)
    if len(found) != 1 or found[0][0] != tag:
        raise _bad()
    return found[0][1]


def _bad() -> Refused:
    return Refused(400, "bad_request", "this is no time-stamp request")
