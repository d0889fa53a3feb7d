"""Starting a simulator as a process of its own and knowing where it is. Used by tests, the demo and the supervisor.

What is started here never outlives its starter, even one that is killed: the simulator reads a pipe whose other end we hold.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

import amends
from amends.plumbing.trusted import authorities

PATIENCE = 15.0


class SimulatorFailed(RuntimeError):
    """It did not come up; the message ends with its own last words."""


@dataclass(frozen=True, slots=True)
class Running:
    """A simulator that answers. `ours` is false where another process had started it already: then `stop` leaves it alone."""

    url: str
    pid: int
    ours: bool
    _process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    def stop(self) -> None:
        """It has ended, with its book closed; at once if it was dead already."""
        if self._process is None:
            return
        if self._process.poll() is None:
            self._process.terminate()
        try:
            self._process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._process.stdin:
            self._process.stdin.close()

    def kill(self) -> None:
        """It has died without a chance to tidy up, as in a power cut (SIGKILL)."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def push_to(self, url: str, secret: str = "", *, wire: str = "house") -> None:
        """From now on it pushes what happens on `wire` to `url`; the house signs with `secret`, a provider with its own keys."""
        told = {"url": url, "secret": secret} if wire == "house" else {"url": url, "wire": wire}
        httpx.post(f"{self.url}/webhook-target", json=told, **_within()).raise_for_status()

    def report_to(self, hooks: dict[str, dict[str, str]]) -> None:
        """From now on the simulated services of `hooks` report to these addresses."""
        httpx.post(f"{self.url}/hooks", json=hooks, **_within()).raise_for_status()

    def behave(self, behaviour: dict[str, Any] | str) -> None:
        """From now on it behaves so (a profile's name, or fields)."""
        wanted = {"profile": behaviour} if isinstance(behaviour, str) else behaviour
        httpx.post(f"{self.url}/behaviour", json=wanted, **_within()).raise_for_status()


def start_simulator(
    home: Path, *, port: int = 0, behaviour: dict[str, Any] | str = "plain", seed: str | None = None, instant: bool = False
) -> Running:
    """The payment simulator of `home` answers; `home`/payments.json says where, and its book is `home`/payments.sqlite.

    One that runs there already is taken as it is, behaviour included (`ours` is false). Raises SimulatorFailed.
    """
    more = (["--seed", seed] if seed else []) + (["--instant"] if instant else [])
    return _started("payments", home, port, behaviour, more)


def start_messages(
    home: Path,
    *,
    port: int = 0,
    behaviour: dict[str, Any] | str = "plain",
    seed: str | None = None,
    hooks: dict[str, dict[str, str]] | None = None,
) -> Running:
    """The simulator of mail, SMS, WeChat and push of `home` answers; `home`/messages.json says where each of them is.

    `hooks` says where reports go ({"aliyun": {"url": ..}, "wechat": {..}, "mail": {"url": .., "secret": ..}}). Else as start_simulator.
    """
    more = (["--seed", seed] if seed else []) + (["--hooks", json.dumps(hooks)] if hooks else [])
    return _started("messages", home, port, behaviour, more)


def start_carriers(home: Path, *, port: int = 0, behaviour: dict[str, Any] | str = "plain", seed: str | None = None) -> Running:
    """The simulator of couriers of `home` answers; `home`/carriers.json says where each of its wires is. Else as start_simulator."""
    return _started("carriers", home, port, behaviour, ["--seed", seed] if seed else [])


def start_stock(home: Path, *, port: int = 0, behaviour: dict[str, Any] | str = "plain") -> Running:
    """The simulator of a shop's stock system of `home` answers; `home`/stock.json says where. Else as start_simulator."""
    return _started("stock", home, port, behaviour, [])


def start_timestamps(home: Path, *, port: int = 0, behaviour: dict[str, Any] | str = "plain") -> Running:
    """The simulated time-stamp authority of `home` answers; `home`/timestamps.json says where. Else as start_simulator."""
    return _started("timestamps", home, port, behaviour, [])


def find_simulator(home: Path, kind: str = "payments") -> Running | None:
    """The simulator that runs for `home`, or None; a stale port file is not believed."""
    try:
        told = json.loads((home / f"{kind}.json").read_text())
        health = httpx.get(f"{told['url']}/health", timeout=2, **_within()).json()
    except (OSError, ValueError, KeyError, httpx.HTTPError):
        return None
    if health.get("pid") != told["pid"] or health.get("book") != str((home / f"{kind}.sqlite").resolve()):
        return None
    return Running(told["url"], told["pid"], ours=False)


def _within() -> dict[str, Any]:
    """How calls to a simulator of this machine are made: by no proxy of the environment."""
    return {"trust_env": False, "verify": authorities()}


def _started(kind: str, home: Path, port: int, behaviour: dict[str, Any] | str, more: list[str]) -> Running:
    found = find_simulator(home, kind)
    if found:
        return found
    home.mkdir(parents=True, exist_ok=True)
    asked = behaviour if isinstance(behaviour, str) else json.dumps(behaviour)
    command = [sys.executable, "-m", f"amends.plumbing.simulators.{kind}", "--until-eof", "--port", str(port), "--behaviour", asked]
    command += ["--book", str(home / f"{kind}.sqlite"), "--port-file", str(home / f"{kind}.json"), *more]
    root = str(Path(amends.__file__).parents[1])
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, [root, os.environ.get("PYTHONPATH")]))}
    log = home / f"{kind}.log"
    with log.open("ab") as output:
        # A session of its own: Ctrl-C reaches the starter, who stops it in good order.
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=output, stderr=output, env=environment, start_new_session=True)
    return _awaited(kind, process, home, log)


def _awaited(kind: str, process: subprocess.Popen[bytes], home: Path, log: Path) -> Running:
    # perf_counter, not the clock: this is patience with the machine, whatever time the house plays.
    end = time.perf_counter() + PATIENCE
    while time.perf_counter() < end and process.poll() is None:
        found = find_simulator(home, kind)
        if found and found.pid == process.pid:
            return Running(found.url, found.pid, ours=True, _process=process)
        time.sleep(0.02)
    process.kill()
    process.wait()
    words = log.read_text(errors="replace").strip().splitlines()
    raise SimulatorFailed(words[-1] if words else f"the {kind} simulator said nothing and did not answer")
