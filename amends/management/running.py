"""What `amends up` and `amends serve` share: which processes make an Amends on one machine, and how they are kept running."""

from __future__ import annotations

import json
import math
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psycopg
from django.core.management import get_commands
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from amends.kernel.texts import Text, say
from amends.plumbing import database, embedded, machine
from amends.plumbing.console import complain, tell
from amends.plumbing.supervisor import Child, Supervisor

AMENDS = [sys.executable, "-m", "amends"]
# name -> (command, seconds to finish what it has in hand); a process whose command is absent is left out
PROCESSES = {
    "payments": (["simulator", "payments"], 10),
    "messages": (["simulator", "messages"], 10),
    "carriers": (["simulator", "carriers"], 10),
    "timestamps": (["simulator", "timestamps"], 10),
    "web": (["web"], 25),
    "worker": (["worker"], 25),
    "clock": (["clock"], 25),
    "live": (["live"], 10),
}
PATIENCE = 60.0
"""Seconds after which a start that is not over says what it waits for."""
PLACES = (
    ("/", say("消费者", "Portal (consumers)")),
    ("/console/", say("商家工作台", "Console (merchants)")),
    ("/desk/", say("平台客服与裁决", "Desk (the platform's people)")),
    ("/office/", say("管理后台", "Office (policy and figures)")),
    ("/api/docs", say("接口文档", "API documentation")),
)


@contextmanager
def the_database() -> Iterator[None]:
    """While the block runs there is a database that Amends may use; refuses in words when there is none."""
    with embedded.Lease(database.home()) if database.is_embedded() else _named_server():
        yield


@contextmanager
def _named_server() -> Iterator[None]:
    try:
        with psycopg.connect(database.url_for("app"), connect_timeout=10) as found:
            database.check_version(found)
            for warning in database.warnings(found):
                complain(warning)
    except psycopg.OperationalError as error:
        why = str(error).strip().splitlines()[-1]
        raise database.DatabaseRefused(
            say(
                "连不上 DATABASE_URL 指定的数据库：{why}。请检查地址、密码和服务器。",
                "The database that DATABASE_URL names cannot be reached: {why}. Check address, password and server.",
                why=why,
            )
        ) from error
    yield


def behind() -> bool:
    """True when migrations wait; asked as the application's role, which may read what has been applied."""
    executor = MigrationExecutor(connection)
    waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    connection.close()
    return bool(waiting)


def run(*words: str, env: dict[str, str] | None = None) -> int:
    """Runs another `amends` command to its end in a process of its own, on this terminal; answers its exit code."""
    return subprocess.run([*AMENDS, *words], check=False, env=env).returncode


def children() -> list[Child]:
    """The processes of one machine, as far as their commands exist."""
    known = get_commands()
    return [Child(name, [*AMENDS, *words], grace) for name, (words, grace) in PROCESSES.items() if words[0] in known]


def serve(ready: Callable[[str], None]) -> None:
    """Keeps all processes running until SIGINT or SIGTERM, then stops them; `ready` is called once with the address when all is ready:
    pages answer, and clock and worker have shown a sign of life.

    The database must run already; should it be killed meanwhile it is started again.
    """
    host, port = machine.bind_address(), machine.port()
    if trouble := machine.port_trouble(host, port):
        complain(trouble)
        raise SystemExit(2)
    address = f"http://{host}:{port}"
    watch = Watch(address, ready)
    supervisor = Supervisor(children(), database.home() / "logs", watch)
    watch.supervisor = supervisor
    with supervisor:
        supervisor.run()
        tell(say("正在停止……", "Stopping ..."))
    tell(say("网页、任务和时钟都已停止。", "Web, worker and clock have stopped."))


class Watch:
    """What the supervisor looks at besides its children: whether all is ready for the first time, and whether the database lives."""

    def __init__(self, address: str, ready: Callable[[str], None]) -> None:
        self.address = address
        self.ready: Callable[[str], None] | None = ready
        self.supervisor: Supervisor | None = None
        self.next_look = 0.0
        self.complains_at = time.monotonic() + PATIENCE

    def __call__(self) -> None:
        if self.ready:
            self._look_whether_ready(self.ready)
        if database.is_embedded() and time.monotonic() >= self.next_look:
            self.next_look = time.monotonic() + 1
            self._revive()

    def _look_whether_ready(self, ready: Callable[[str], None]) -> None:
        missing = machine.missing(f"{self.address}/health/ready")
        if missing == []:
            self.ready = None
            ready(self.address)
        elif time.monotonic() >= self.complains_at:
            self.complains_at = math.inf
            complain(
                say(
                    "{address} 还没有就绪，缺：{missing}。日志：{logs}",
                    "{address} is not ready yet; missing: {missing}. Logs: {logs}",
                    address=self.address,
                    missing=", ".join(missing or ["web"]),
                    logs=database.home() / "logs",
                )
            )

    def _revive(self) -> None:
        if embedded.status(database.home()).running:
            return
        tell(say("数据库意外停止，正在重新启动。", "The database ended unexpectedly; it is being started again."))
        try:
            server = embedded.start(database.home())
        except embedded.LauncherError as error:
            complain(error.text)
            self.next_look = time.monotonic() + 10
            return
        if self.supervisor:
            self.supervisor.note("database started again", pid=server.pid)
            self.supervisor.renew("worker")  # its listener for new jobs does not connect again; the pools of the others do


def say_where(address: str) -> None:
    """The addresses of all faces, and whom one can sign in as."""
    tell(say("Amends 已就绪，按 Ctrl-C 停止。", "Amends is ready; Ctrl-C stops it."))
    for path, name in PLACES:
        tell(_row(name, f"{address}{path}"))
    tell(_row(say("日志", "Logs"), str(database.home() / "logs")))
    _say_users()


def _row(name: Text, value: str) -> Text:
    return say("  {name}\t{value}", "  {name}\t{value}", name=name, value=value)


def _say_users() -> None:
    if "demo_users" not in get_commands():
        return
    done = subprocess.run([*AMENDS, "demo_users", "--json"], capture_output=True, text=True, check=False)
    try:
        users = json.loads(done.stdout) if done.returncode == 0 else []
    except json.JSONDecodeError:
        users = []
    if users:
        tell(say("演示用户：", "Demo users:"))
    for user in users:
        tell("  " + "\t".join(str(user[key]) for key in ("role", "email", "password", "acts_for") if user.get(key)))
