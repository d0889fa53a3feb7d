"""Where the embedded database keeps what: data, socket, lock, all following from AMENDS_HOME and the user (invariant 4).

An ordinary user has everything under AMENDS_HOME. Root's server runs as another user: where that user cannot reach AMENDS_HOME (a home
of mode 0700), the data stands under /var/lib/amends and AMENDS_HOME/postgres.pointer says where. Sockets have paths of at most about
a hundred bytes, so they move to a short private folder when AMENDS_HOME is long or has signs that a connection string would have to quote.
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import stat
from dataclasses import dataclass
from pathlib import Path

from amends.plumbing.embedded import errors
from amends.plumbing.embedded.owner import SYSTEM_FOLDER, Owner
from amends.plumbing.embedded.processes import end_server

LONGEST = 85
PORT = 5432  # names the socket file only: nothing listens on a port
SHORT_ROOT = Path("/tmp")  # noqa: S108 - the folder made in it is private and checked; TMPDIR would differ from shell to shell
_PLAIN = re.compile(r"[A-Za-z0-9/._-]+")


@dataclass(frozen=True, slots=True)
class Places:
    """The folders of one AMENDS_HOME."""

    home: Path
    data: Path
    socket: Path
    lock: Path
    users: Path
    pointer: Path

    @property
    def log(self) -> Path:
        """What the server says before it has a log of its own."""
        return self.data.parent / f"{self.data.name}.log"


def places(home: Path) -> Places:
    """Where everything of this AMENDS_HOME stands or would stand. Reads a pointer if there is one; makes nothing."""
    home = Path(os.path.realpath(home))  # one folder by two names is one AMENDS_HOME
    pointer = home / "postgres.pointer"
    data = home / "postgres"
    if pointer.is_file():
        data = Path(pointer.read_text(encoding="utf-8").strip())
    return Places(home, data, _socket(home), home / "postgres.lock", home / "postgres.users", pointer)


def digest(home: Path) -> str:
    """A short name for an AMENDS_HOME."""
    return hashlib.sha256(str(home).encode()).hexdigest()[:12]


def _socket(home: Path) -> Path:
    if os.geteuid() == 0:
        return SYSTEM_FOLDER / "run" / digest(home)
    beside = home / "run"
    if len(str(beside / f".s.PGSQL.{PORT}").encode()) <= LONGEST and _PLAIN.fullmatch(str(beside)):
        return beside
    return SHORT_ROOT / f"amends-{os.geteuid()}-{digest(home)}"


def make_home(found: Places) -> None:
    """Afterwards AMENDS_HOME exists and can be written. Refuses when it cannot."""
    try:
        found.home.mkdir(parents=True, exist_ok=True, mode=0o711 if os.geteuid() == 0 else 0o700)
        found.lock.touch()
    except OSError as error:
        raise errors.unwritable(found.home, error.strerror or error) from error


def settle(found: Places, owner: Owner) -> Places:
    """Afterwards it is decided for good where the data of this home stands; a new random folder when it is /var/lib/amends.

    Random, because an AMENDS_HOME that was removed and made anew is a new marketplace and must not meet the old one's rows.
    """
    if found.data.exists() or found.pointer.exists() or not owner.switch:
        return found
    if owner.may("-x", found.home):
        return found
    root = system_folder("data")
    for forsaken in root.glob(f"{digest(found.home)}-*"):
        end_server(forsaken)
    data = root / f"{digest(found.home)}-{secrets.token_hex(4)}"
    found.pointer.write_text(f"{data}\n", encoding="utf-8")
    return Places(found.home, data, found.socket, found.lock, found.users, found.pointer)


def system_folder(name: str) -> Path:
    """/var/lib/amends/<name>: entered by all, written by root alone."""
    folder = SYSTEM_FOLDER / name
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for each in (SYSTEM_FOLDER, folder):
            each.chmod(0o711)
    except OSError as error:
        raise errors.unwritable(folder, error.strerror or error) from error
    return folder


def make_socket_folder(found: Places, owner: Owner) -> None:
    """Afterwards the socket's folder exists, belongs to the server's user and lets nobody else in (invariant 5)."""
    length = len(str(found.socket / f".s.PGSQL.{PORT}").encode())
    if length > LONGEST:
        raise errors.socket_too_long(found.socket, length)
    if owner.switch:
        system_folder("run")
    try:
        found.socket.mkdir(mode=0o700, exist_ok=True)
        has = found.socket.lstat()
        if owner.switch and has.st_uid == 0 and stat.S_ISDIR(has.st_mode):
            owner.own(found.socket)
            has = found.socket.lstat()
    except OSError as error:
        raise errors.unwritable(found.socket, error.strerror or error) from error
    if has.st_uid != owner.uid or not stat.S_ISDIR(has.st_mode) or stat.S_IMODE(has.st_mode) & 0o077:
        raise errors.stolen_socket_folder(found.socket)
