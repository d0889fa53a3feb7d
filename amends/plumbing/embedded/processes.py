"""Which process serves a data folder, and what to do with the traces of one that died (invariant 3).

`postmaster.pid` may name a process that has nothing to do with us (numbers are reused) or a zombie that nobody reaped; PostgreSQL itself
would believe both and refuse to start. It also names the shared memory by which PostgreSQL sees backends that outlived their server, so
the file stays and only the number in it is blotted out.
"""

from __future__ import annotations

import os
import signal
from pathlib import Path

import psutil

NOBODYS_PID = 2147483647  # above every system's highest number: never alive


def serving(data: Path) -> int | None:
    """The process id of the living server of this data folder, or None."""
    lines = _lines(data)
    if not lines or not lines[0].strip().isdigit():
        return None
    pid = int(lines[0])
    return pid if _is_postgres_of(data, pid) else None


def said_status(data: Path) -> str:
    """The word in the eighth line: starting, ready, stopping, standby, or nothing."""
    lines = _lines(data)
    return lines[7].strip() if len(lines) > 7 else ""


def blot_out(data: Path, socket: Path) -> None:
    """Afterwards no file stops a new server on account of a number; call it only when nothing serves, under the lock."""
    file = data / "postmaster.pid"
    lines = _lines(data)
    if lines and lines[0].strip().isdigit():
        file.write_text("\n".join([str(NOBODYS_PID), *lines[1:]]) + "\n", encoding="utf-8")
    else:
        file.unlink(missing_ok=True)  # empty or garbled: it names no memory either
    for left in socket.glob(".s.PGSQL.*"):
        left.unlink(missing_ok=True)


def end_server(data: Path) -> None:
    """Afterwards nothing serves this data folder, which nobody wants any more; its rows are kept as after any stop."""
    if (pid := serving(data)) is not None:
        process = psutil.Process(pid)
        _signal(process, signal.SIGINT)  # what PostgreSQL calls a fast shutdown
        psutil.wait_procs([process], timeout=30)


def end_orphans(data: Path) -> int:
    """Afterwards no backend of a dead server works on this data folder; answers how many there were."""
    found = [each for each in psutil.process_iter(["name"]) if each.info["name"] == "postgres" and _is_postgres_of(data, each.pid)]
    for each in found:
        _signal(each, signal.SIGQUIT)
    _, stubborn = psutil.wait_procs(found, timeout=3)
    for each in stubborn:
        _signal(each, signal.SIGKILL)
    psutil.wait_procs(stubborn, timeout=3)
    return len(found)


def _signal(process: psutil.Process, number: signal.Signals) -> None:
    try:
        process.send_signal(number)
    except psutil.NoSuchProcess:
        return


def _lines(data: Path) -> list[str]:
    try:
        return (data / "postmaster.pid").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return []


def _is_postgres_of(data: Path, pid: int) -> bool:
    try:
        process = psutil.Process(pid)
        if process.status() == psutil.STATUS_ZOMBIE or not process.name().startswith("postgres"):
            return False
        return bool(os.path.realpath(process.cwd()) == os.path.realpath(data))
    except (psutil.Error, OSError):  # gone, or of a user whose processes we may not look at, so not our server
        return False
