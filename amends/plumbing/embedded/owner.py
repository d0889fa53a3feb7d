"""As whom the server runs. PostgreSQL refuses to run as root, so for root it runs as an unprivileged user of its own.

For everybody else the server's user is whoever starts it.
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SYSTEM_FOLDER = Path("/var/lib/amends")
SYSTEM_USER = "amends"


@dataclass(frozen=True, slots=True)
class Owner:
    """The server's user; `switch` is true where a program has to be started under another user than ours."""

    uid: int
    gid: int
    name: str
    switch: bool

    def run(self, arguments: list[str], *, env: dict[str, str], cwd: Path, log: Path | None = None) -> subprocess.CompletedProcess[str]:
        """Runs a program as this user with nothing of our environment but `env`. Output is read, or goes to `log` where the program
        leaves a server behind that would keep our pipe open."""
        as_user: dict[str, Any] = {"user": self.uid, "group": self.gid, "extra_groups": []} if self.switch else {}
        common: dict[str, Any] = {"env": env, "cwd": cwd, "text": True, "errors": "replace", "stdin": subprocess.DEVNULL, **as_user}
        if log is None:
            return subprocess.run(arguments, capture_output=True, check=False, timeout=300, **common)
        with log.open("w") as file:
            return subprocess.run(arguments, stdout=file, stderr=subprocess.STDOUT, check=False, timeout=300, **common)

    def may(self, test: str, path: Path) -> bool:
        """True when this user passes `test` (-r, -w or -x) on the path, asked of the system itself where the user is another."""
        if not self.switch:
            return os.access(path, {"-r": os.R_OK, "-w": os.W_OK, "-x": os.X_OK}[test])
        return self.run(["test", test, str(path)], env={"PATH": os.defpath}, cwd=Path("/")).returncode == 0

    def own(self, path: Path) -> None:
        """Afterwards the path belongs to this user alone."""
        if self.switch:
            os.chown(path, self.uid, self.gid)


def owner_of(data: Path) -> Owner:
    """The user who runs the server of this data folder: as root whoever owns the folder already, else the system user."""
    uid = os.geteuid()
    if uid != 0:
        return Owner(uid, os.getegid(), _name(uid), switch=False)
    if data.is_dir() and (has := data.stat()).st_uid != 0:
        return Owner(has.st_uid, has.st_gid, _name(has.st_uid), switch=True)
    found = _system_user()
    return Owner(found.pw_uid, found.pw_gid, found.pw_name, switch=True)


def _name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def _system_user() -> pwd.struct_passwd:
    """The user `amends`, made when it is absent; `nobody` on a machine where users cannot be made."""
    for _ in range(2):
        try:
            return pwd.getpwnam(SYSTEM_USER)
        except KeyError:
            if useradd := shutil.which("useradd", path="/usr/sbin:/sbin:/usr/bin:/bin"):
                # Refused when another process was quicker: then the second look finds the user.
                home = ["--no-create-home", "--home-dir", str(SYSTEM_FOLDER), "--shell", "/usr/sbin/nologin"]
                subprocess.run([useradd, "--system", "--user-group", *home, SYSTEM_USER], check=False, capture_output=True)
    return pwd.getpwnam("nobody")


def owner_name(path: Path) -> str:
    """The name of whoever owns a path."""
    return _name(path.stat().st_uid)
