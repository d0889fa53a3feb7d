"""Keeps a few processes running on one machine: starts them, starts again what died, and stops them all when asked.

Each child leads a process group of its own, so that Ctrl-C reaches the supervisor alone and every child gets its time to finish.
What a child writes goes to AMENDS_HOME/logs/<name>.log; what happens to it goes to supervisor.log as JSON and as a short line to the
terminal. Not about what the children do, and not about many machines: there each process is run by that machine's own manager.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any

from amends.kernel import clock
from amends.kernel.texts import say
from amends.plumbing.console import tell
from amends.plumbing.supervised import VARIABLE

QUIET_AFTER = 60.0  # seconds of running after which earlier deaths are forgiven
LONGEST_WAIT = 30.0
LARGEST_LOG = 10 * 2**20


@dataclass(slots=True)
class Child:
    """One program to keep running; `grace` is how many seconds it gets to finish what it has in hand."""

    name: str
    command: list[str]
    grace: float = 25
    process: subprocess.Popen[bytes] | None = None
    started: float = 0
    deaths: int = 0
    due: float = 0
    env: dict[str, str] = field(default_factory=dict)

    @property
    def alive(self) -> bool:
        """True while the process runs."""
        return self.process is not None and self.process.poll() is None


class Supervisor:
    """Runs children until SIGINT or SIGTERM, or until `stop` is called. `watch` is called every second, for whatever else must live."""

    def __init__(self, children: Iterable[Child], logs: Path, watch: Callable[[], None] | None = None) -> None:
        self.children = list(children)
        self.logs = logs
        self.watch = watch
        self.stopping = False
        self._pipe_for_children, self._pipe = os.pipe()
        os.set_inheritable(self._pipe_for_children, True)

    def __enter__(self) -> Supervisor:
        self.logs.mkdir(parents=True, exist_ok=True, mode=0o700)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            if signal.getsignal(number) != signal.SIG_IGN:  # nohup wants us to outlive the terminal
                signal.signal(number, self._asked)
        for child in self.children:
            self._start(child)
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def run(self) -> None:
        """Returns when we were asked to stop; the children still run then, until the block ends."""
        while not self.stopping:
            self.look_after()
            time.sleep(0.2)

    def look_after(self) -> None:
        """One round: whoever died is started again, the sooner the longer it had lived."""
        for child in self.children:
            if child.process is not None and not child.alive:
                self._died(child)
            if child.process is None and time.monotonic() >= child.due and not self.stopping:
                self._start(child)
        if self.watch:
            self.watch()

    def stop(self) -> None:
        """Afterwards no child runs: each is asked, given its grace, and killed with its group when it does not listen."""
        self.stopping = True
        for child in self.children:
            self._signal(child, signal.SIGTERM)
        for child in self.children:
            if child.process is not None:
                try:
                    child.process.wait(timeout=child.grace)
                except subprocess.TimeoutExpired:
                    self.note("killed", child, seconds=child.grace)
                self._signal_group(child, signal.SIGKILL)
                child.process.wait()
                self.note("stopped", child, code=child.process.returncode)
                child.process = None

    def renew(self, *names: str) -> None:
        """Ends these children at once, so that they start afresh; for those whose work in hand died with what they depend on."""
        for child in self.children:
            if child.name in names:
                self._signal(child, signal.SIGKILL)

    def note(self, event: str, child: Child | None = None, **facts: Any) -> None:
        """One JSON line in supervisor.log."""
        line = {"at": clock.machine_now().isoformat(), "event": event, **({"process": child.name} if child else {}), **facts}
        with rotated(self.logs / "supervisor.log").open("a", encoding="utf-8") as file:
            file.write(json.dumps(line, ensure_ascii=False) + "\n")

    def _start(self, child: Child) -> None:
        env = {**os.environ, **child.env, VARIABLE: str(self._pipe_for_children), "AMENDS_PROCESS": f"amends {child.name}"}
        with rotated(self.logs / f"{child.name}.log").open("ab") as log:
            child.process = subprocess.Popen(
                child.command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=env,
                process_group=0,
                pass_fds=[self._pipe_for_children],
            )
        child.started = time.monotonic()
        self.note("started", child, pid=child.process.pid)

    def _died(self, child: Child) -> None:
        if child.process is None:
            return
        code, lived = child.process.returncode, time.monotonic() - child.started
        self._signal_group(child, signal.SIGKILL)  # what it had started must not work beside its successor
        child.process = None
        child.deaths = 1 if lived > QUIET_AFTER else child.deaths + 1
        wait = min(LONGEST_WAIT, 0.5 * 2 ** (child.deaths - 1))
        child.due = time.monotonic() + wait
        self.note("died", child, code=code, lived=round(lived, 1), again_in=wait)
        tell(
            say(
                "{name} 已退出（{code}），{wait} 秒后重新启动；日志：{log}",
                "{name} ended ({code}) and starts again in {wait} s; its log: {log}",
                name=child.name,
                code=_words(code),
                wait=f"{wait:g}",
                log=self.logs / f"{child.name}.log",
            )
        )

    def _asked(self, number: int, frame: FrameType | None) -> None:
        self.stopping = True

    def _signal(self, child: Child, number: signal.Signals) -> None:
        if child.alive and child.process is not None:
            child.process.send_signal(number)

    def _signal_group(self, child: Child, number: signal.Signals) -> None:
        if child.process is not None:
            try:
                os.killpg(child.process.pid, number)
            except ProcessLookupError:  # nobody of the group is left
                return


def rotated(log: Path) -> Path:
    """The same path; a file that has grown past 10 MB is kept once as <name>.1."""
    if log.is_file() and log.stat().st_size > LARGEST_LOG:
        log.replace(log.with_name(f"{log.name}.1"))
    return log


def _words(code: int) -> str:
    return signal.Signals(-code).name if code < 0 else str(code)
