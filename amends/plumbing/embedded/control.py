"""Starts, stops and looks after the embedded server of one AMENDS_HOME. Safe to call from many processes at once (invariant 1).

    absent --_create--> stopped --_launch--> serving --stop--> stopped
                           ^                    |
                           +--- killed: _launch blots out the number, ends orphans, and PostgreSQL recovers

Crash safety is PostgreSQL's own: fsync and full-page writes stay on, data pages carry checksums. Only tests start with other settings.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from urllib.parse import quote

import psycopg
from filelock import FileLock, Timeout

from amends.plumbing.embedded import binaries, errors, owner, places, processes, roles
from amends.plumbing.embedded.binaries import Binaries
from amends.plumbing.embedded.owner import Owner
from amends.plumbing.embedded.places import Places

Role = Literal["app", "owner", "super"]
USERS: dict[Role, str] = {"app": roles.APP, "owner": roles.OWNER, "super": roles.SUPER}
PATIENCE = 300  # seconds for a recovery after a crash under load
LOCK_PATIENCE = 360
LEAST_DISK_MB = 200


@dataclass(frozen=True, slots=True)
class Server:
    """The running server of one AMENDS_HOME; `started` is true when this very call started it."""

    home: Path
    started: bool
    pid: int

    def url(self, role: Role = "app", database: str = roles.DATABASE) -> str:
        """The address for libpq and for settings."""
        return url(self.home, role, database)


@dataclass(frozen=True, slots=True)
class Status:
    """What stands in the folders now; `major` is None when there is no data yet."""

    running: bool
    pid: int | None
    major: int | None
    data: Path
    socket: Path


def url(home: Path, role: Role = "app", database: str = roles.DATABASE) -> str:
    """The address of the database of this AMENDS_HOME, whether it runs or not (invariant 4)."""
    return f"postgresql://{USERS[role]}@/{quote(database)}?host={quote(str(places.places(home).socket))}&port={places.PORT}"


def start(home: Path, settings: Mapping[str, str] | None = None, env: Mapping[str, str] = os.environ) -> Server:
    """Afterwards the server of this AMENDS_HOME runs with its roles and database, made now if it was absent. Refuses with LauncherError.

    `settings` are lines of postgresql.conf for a server that this call starts; `env` names PG_BIN.
    """
    with _locked(home) as found:
        programs = binaries.find(env)
        user = owner.owner_of(found.data)
        found = places.settle(found, user)
        _check_data(found, user, programs)
        programs = binaries.reachable(programs, user)
        if _await_ready(found):
            return Server(found.home, started=False, pid=processes.serving(found.data) or 0)
        places.make_socket_folder(found, user)
        if not (found.data / "PG_VERSION").is_file():
            _create(found, user, programs, durable=(settings or {}).get("fsync") != "off")
        _launch(found, user, programs, settings or {})
        roles.prepare(url(home, "super", "postgres"), url(home, "super"))
        return Server(found.home, started=True, pid=processes.serving(found.data) or 0)


def stop(home: Path, env: Mapping[str, str] = os.environ) -> bool:
    """Afterwards nothing serves this AMENDS_HOME and every committed row is on disk; False when nothing did before."""
    with _locked(home) as found:
        return _stop(found, env)


def status(home: Path) -> Status:
    """What is there, without changing anything."""
    found = places.places(home)
    pid = processes.serving(found.data)
    return Status(pid is not None, pid, _major(found.data), found.data, found.socket)


def destroy(home: Path, env: Mapping[str, str] = os.environ) -> None:
    """Afterwards the server is stopped and its data is gone for good, wherever it stood. For tests and for `make clean`."""
    with _locked(home) as found:
        _stop(found, env, mode="immediate")
        for folder in (found.data, found.socket):
            shutil.rmtree(folder, ignore_errors=True)
        for file in (found.pointer, found.log):
            file.unlink(missing_ok=True)


@contextmanager
def _locked(home: Path) -> Iterator[Places]:
    found = places.places(home)
    places.make_home(found)
    lock = FileLock(found.lock)
    try:
        lock.acquire(timeout=LOCK_PATIENCE)
    except Timeout as error:
        raise errors.busy(found.lock, LOCK_PATIENCE) from error
    except OSError as error:
        raise errors.unwritable(found.home, error.strerror or error) from error
    try:
        yield places.places(home)  # read again: who held the lock before may have settled the place
    finally:
        lock.release()


def _major(data: Path) -> int | None:
    try:
        return int((data / "PG_VERSION").read_text().strip())
    except (OSError, ValueError):
        return None


def _check_data(found: Places, user: Owner, programs: Binaries) -> None:
    """Refuses data that this user, or these programs, must not touch."""
    if not found.data.exists():
        return
    if not found.data.is_dir():
        raise errors.unwritable(found.data, "not a folder")
    if found.data.stat().st_uid != user.uid:
        raise errors.foreign_folder(found.data, owner.owner_name(found.data))
    if not user.may("-x", found.data):
        raise errors.unreachable(found.data, user.name)
    version = (found.data / "PG_VERSION").read_text().strip() if (found.data / "PG_VERSION").is_file() else str(programs.major)
    if version != str(programs.major):
        raise errors.other_version(found.data, version, programs.major, binaries.of_major(version))


def _environment() -> dict[str, str]:
    """What the programs see: messages in English, since we read them, and none of our PG* variables."""
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"}


def _create(found: Places, user: Owner, programs: Binaries, *, durable: bool) -> None:
    """Afterwards the data folder is whole: made beside its place, then renamed (invariant 2)."""
    part = found.data.with_name(f"{found.data.name}.part")
    try:
        free = shutil.disk_usage(found.data.parent).free // 2**20
        if free < LEAST_DISK_MB:
            raise errors.disk_full(found.data.parent, free)
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir(mode=0o700)
        user.own(part)
    except OSError as error:
        raise errors.unwritable(found.data.parent, error.strerror or error) from error
    sync = [] if durable else ["--no-sync"]
    access = ["--auth-local=trust", "--auth-host=reject", "--username", roles.SUPER]
    kind = ["--locale=C.UTF-8", "--encoding=UTF8", "--data-checksums", "--no-instructions"]
    done = user.run([programs.program("initdb"), "-D", str(part), *kind, *access, *sync], env=_environment(), cwd=part)
    if done.returncode:
        said = _last_line(done.stderr)
        shutil.rmtree(part, ignore_errors=True)
        raise errors.no_locale(said) if "locale" in said else errors.failed("init", said, found.log)
    with (part / "postgresql.conf").open("a", encoding="utf-8") as file:
        file.write("\ninclude 'amends.conf'\n")
    part.rename(found.data)


def _configuration(found: Places, settings: Mapping[str, str]) -> str:
    """Written at each start: the socket's folder follows from AMENDS_HOME. A file, since a command's words pass through a shell."""
    lines = {
        "listen_addresses": "",
        "port": str(places.PORT),
        "unix_socket_directories": str(found.socket),
        "unix_socket_permissions": "0700",
        "timezone": "UTC",
        "log_timezone": "UTC",
        "logging_collector": "on",
        "log_filename": "postgres-%a.log",
        "log_truncate_on_rotation": "on",
        "log_rotation_age": "1d",
        "log_rotation_size": "0",
        **settings,
    }
    escaped = {name: value.replace("'", "''") for name, value in lines.items()}
    return "".join(f"{name} = '{value}'\n" for name, value in escaped.items())


def _launch(found: Places, user: Owner, programs: Binaries, settings: Mapping[str, str]) -> None:
    """Afterwards the server answers. One that was killed leaves backends and numbers behind: they are cleared, and it is tried again."""
    conf = found.data / "amends.conf"
    try:
        conf.write_text(_configuration(found, settings), encoding="utf-8")
        conf.chmod(0o600)
        user.own(conf)
    except OSError as error:
        raise errors.unwritable(found.data, error.strerror or error) from error
    env = {**_environment(), "PGDATA": str(found.data)}
    for attempt in range(10):
        processes.end_orphans(found.data)
        processes.blot_out(found.data, found.socket)
        command = [programs.program("pg_ctl"), "start", "--wait", "--timeout=60", "--silent"]
        done = user.run(command, env=env, cwd=found.data, log=found.log)
        if done.returncode == 0 or _await_ready(found):
            return
        said = _log_tail(found)
        if "still in use" not in said and "already exists" not in said:
            break
        time.sleep(0.2 * (attempt + 1))
    if "No space left" in said:
        raise errors.disk_full(found.data, shutil.disk_usage(found.data).free // 2**20)
    raise errors.failed("start", _last_line(said), found.log)


def _await_ready(found: Places) -> bool:
    """True when the server answers, waiting while it starts or recovers; False as soon as none lives, also when one was just stopping."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        if processes.serving(found.data) is None:
            return False
        if processes.said_status(found.data) == "ready" and _answers(found):
            return True
        time.sleep(0.1)
    return False


def _answers(found: Places) -> bool:
    """A connection is made and closed again: what pg_isready does, without a program."""
    try:
        psycopg.connect(url(found.home, "super", "postgres"), connect_timeout=5).close()
    except psycopg.OperationalError:
        return False
    return True


def _stop(found: Places, env: Mapping[str, str], mode: str = "fast") -> bool:
    if processes.serving(found.data) is None:
        return False
    user = owner.owner_of(found.data)
    programs = binaries.reachable(binaries.find(env), user)
    command = [programs.program("pg_ctl"), "stop", "--wait", "--timeout=120", "--silent", f"--mode={mode}"]
    try:
        done = user.run(command, env={**_environment(), "PGDATA": str(found.data)}, cwd=found.data)
    except subprocess.TimeoutExpired as error:
        raise errors.failed("stop", str(error), found.log) from error
    if done.returncode and processes.serving(found.data) is not None:
        raise errors.failed("stop", _last_line(done.stderr), found.log)
    return True


def _log_tail(found: Places) -> str:
    """The last words of the server: before its own log is open they stand in ours."""
    files = [found.log, *sorted((found.data / "log").glob("*.log"), key=lambda each: each.stat().st_mtime)[-1:]]
    return "\n".join(file.read_text(encoding="utf-8", errors="replace")[-3000:] for file in files if file.is_file())


def _last_line(said: str) -> str:
    """The line that names the trouble: the last one with FATAL, PANIC or error, else the last one."""
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    grave = [line for line in lines if any(word in line for word in ("FATAL", "PANIC", "error:"))]
    return (grave or lines or ["?"])[-1]
