"""Receiving a file: to the end or not at all, within its limit, looked at by the scanner, cleaned, and kept under its digest.

The file waits under a temporary name in the storage's own folder, so that coming to its place is one rename: a file is there whole or not
at all. What a rolled-back upload leaves behind is a file that nobody refers to; the next upload of the same bytes finds it.
"""

from __future__ import annotations

import hashlib
import os
import shlex
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Protocol

import structlog
from django.core.files.base import File
from django.core.files.storage import default_storage

from amends.cases.evidence import images, papers, videos
from amends.cases.evidence.kinds import DOCUMENT, EXTENSION, HEAD, KIND_OF, LARGEST, PICTURE, VIDEO, damaged, refuse, sniffed, too_large
from amends.kernel.refusals import Refusal
from amends.kernel.texts import say

log = structlog.get_logger(__name__)
STEP = 256 * 1024
SCANNER_SECONDS = 60


class Stream(Protocol):
    """What can be read from: an upload, a file, a socket."""

    def read(self, size: int = ..., /) -> bytes: ...


class ScannerAway(Refusal):
    """The virus scanner could not be asked; nothing unseen is kept."""

    status, code = 503, "scanner_away"


@dataclass(frozen=True, slots=True)
class Kept:
    """A file in the storage, cleaned. `digest` is the SHA-256 of what is kept, `size` its bytes."""

    kind: str
    mime: str
    size: int
    digest: str
    path: str
    width: int | None = None
    height: int | None = None
    taken_at: datetime | None = None


def receive(stream: Stream, now: datetime) -> Kept:
    """The file is kept, without places. Raises Unprocessable for what is too large, foreign, damaged or infected, ScannerAway."""
    head = stream.read(HEAD)
    mime = sniffed(head)
    kind = KIND_OF[mime]
    with _waiting() as waiting:
        size = _copied(head, stream, waiting, kind)
        _scan(waiting)
        waiting.seek(0)
        if kind == PICTURE:
            return _keep_picture(waiting.read(), mime, now)
        if kind == DOCUMENT:
            return _keep_document(waiting.read(), now)
        return _keep_film(waiting, size, mime, now)


def opened(path: str) -> File[bytes]:
    """The kept file, for reading."""
    return default_storage.open(path)


def thumb_of(path: str) -> str:
    """Where the small view of a kept picture lies."""
    return f"{path.rpartition('.')[0]}.thumb.jpg"


def _copied(head: bytes, stream: Stream, into: IO[bytes], kind: str) -> int:
    size, most, piece = 0, LARGEST[kind], head
    while piece:
        size += len(piece)
        if size > most:
            raise too_large(kind)
        into.write(piece)
        piece = stream.read(STEP)
    into.flush()
    return size


def _scan(file: IO[bytes]) -> None:
    """AMENDS_SCANNER names a command that reads the file: it ends with 0 for clean, 1 for infected; anything else is no answer."""
    command = os.environ.get("AMENDS_SCANNER", "")
    if not command:
        return
    file.seek(0)
    try:
        done = subprocess.run(shlex.split(command), stdin=file, capture_output=True, timeout=SCANNER_SECONDS, check=False).returncode
    except (OSError, ValueError, subprocess.TimeoutExpired):
        log.exception("scanner cannot be asked", command=command)
        done = -1
    if done == 1:
        raise refuse(
            say("这个文件没有通过病毒检查，请换一个文件。", "This file did not pass the virus check. Please use another one."),
            "evidence_infected",
        )
    if done != 0:
        raise ScannerAway(
            say(
                "病毒检查暂时不可用，文件没有保存，请过几分钟再传。",
                "The virus check is not available, so the file was not kept. Please upload it again in a few minutes.",
            )
        )


def _keep_picture(body: bytes, mime: str, now: datetime) -> Kept:
    found = images.clean(body, mime, now)
    digest = hashlib.sha256(found.body).hexdigest()
    path = _place(digest, found.mime, now)
    _store(path, found.body)
    _store(thumb_of(path), found.thumb)
    return Kept(PICTURE, found.mime, len(found.body), digest, path, found.width, found.height, found.taken_at)


def _keep_document(body: bytes, now: datetime) -> Kept:
    clean = papers.clean(body)
    digest = hashlib.sha256(clean).hexdigest()
    path = _place(digest, "application/pdf", now)
    _store(path, clean)
    return Kept(DOCUMENT, "application/pdf", len(clean), digest, path)


def _keep_film(file: IO[bytes], size: int, mime: str, now: datetime) -> Kept:
    try:
        film = videos.clean(file, size, now)
    except OverflowError as wrong:
        raise damaged(VIDEO) from wrong
    file.flush()
    file.seek(0)
    digest = _digest(file)
    plain = "video/quicktime" if mime == "video/quicktime" else "video/mp4"
    path = _place(digest, plain, now)
    if not default_storage.exists(path):
        file.seek(0)
        default_storage.save(path, _Waiting(file))
    return Kept(VIDEO, plain, size, digest, path, film.width, film.height, film.taken_at)


def _digest(file: IO[bytes]) -> str:
    found = hashlib.sha256()
    while piece := file.read(STEP):
        found.update(piece)
    return found.hexdigest()


def _place(digest: str, mime: str, now: datetime) -> str:
    return f"evidence/{now:%Y}/{now:%m}/{digest}.{EXTENSION[mime]}"


def _store(path: str, body: bytes) -> None:
    if default_storage.exists(path):
        return
    with _waiting() as waiting:
        waiting.write(body)
        waiting.flush()
        waiting.seek(0)
        default_storage.save(path, _Waiting(waiting))


class _Waiting(File):  # type: ignore[type-arg]
    """A file of ours that a storage on this machine may move to its place instead of copying it."""

    def temporary_file_path(self) -> str:
        return str(self.name)


@contextmanager
def _waiting() -> Iterator[IO[bytes]]:
    """A file under a temporary name where the storage keeps its own; gone afterwards unless it was moved to its place."""
    folder = Path(getattr(default_storage, "location", "") or tempfile.gettempdir()) / "waiting"
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=folder, delete=False) as file:
        try:
            yield file
        finally:
            with suppress(FileNotFoundError):
                os.unlink(file.name)
