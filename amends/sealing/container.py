"""The ZIP of a proof file, written so that whoever reads it can say of every byte why it is there: stored, one date, no extras.

The headers are those of the verifying script itself (third_party/verify.py): what it expects is what is written.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO

from amends.sealing.third_party.verify import central_header, end_record, local_header

LARGEST = 1 << 30
STEP = 1 << 20


@dataclass(frozen=True, slots=True)
class Part:
    """One file of the ZIP: `name` in ASCII, SHA-256 and size of what was written."""

    name: str
    digest: str
    size: int


class TooLarge(Exception):
    """More than LARGEST bytes."""


class Container:
    """A ZIP that is being written to a seekable file; `close` ends it."""

    def __init__(self, file: IO[bytes]) -> None:
        self.file, self.parts = file, list[Part]()
        self._directory = b""

    def add(self, name: str, content: bytes | Iterable[bytes]) -> Part:
        """The file stands in the ZIP. Raises TooLarge."""
        raw, at = name.encode("ascii"), self.file.tell()
        self.file.write(local_header(raw, 0, 0))
        digest, crc, size = hashlib.sha256(), 0, 0
        for piece in (content,) if isinstance(content, bytes) else content:
            digest.update(piece)
            crc, size = zlib.crc32(piece, crc), size + len(piece)
            if at + size > LARGEST:
                raise TooLarge
            self.file.write(piece)
        end = self.file.tell()
        self.file.seek(at)
        self.file.write(local_header(raw, crc, size))
        self.file.seek(end)
        self._directory += central_header(raw, crc, size, at)
        self.parts.append(Part(name, digest.hexdigest(), size))
        return self.parts[-1]

    def close(self) -> None:
        """The directory is written: the ZIP is whole."""
        at = self.file.tell()
        self.file.write(self._directory + end_record(len(self.parts), len(self._directory), at))
        self.file.flush()


@contextmanager
def container(file: IO[bytes]) -> Iterator[Container]:
    """A ZIP in `file`, whole when the block is left."""
    made = Container(file)
    yield made
    made.close()


def pieces(file: IO[bytes]) -> Iterator[bytes]:
    """The content of a file, a piece at a time."""
    with file:
        while piece := file.read(STEP):
            yield piece
