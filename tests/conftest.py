"""What every test may ask for: a database, a clock that stands still, and a word on browser tests that were left out.

One embedded server serves all test processes of this checkout (several runs side by side too) from a folder under the system's
temporary one; it runs without fsync, and whoever leaves last stops it. Migrations run once into a template, named after what they
depend on, and each process works on a clone of its own, as the application's role. `db` rolls back; `committed_db` is for tests with
several connections, threads or processes: everything is committed, and deleted afterwards but for the tables in KEEP.
Crash tests start servers of their own (tests/verbs/test_embedded_database.py).
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Generator, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

import psutil
import psycopg
import pytest
from filelock import FileLock
from psycopg import sql

from amends.kernel import clock
from amends.plumbing.embedded import Lease, Server, binaries, roles
from tests import at_speed

at_speed.read_in_peace()
at_speed.keep_plans()

PROJECT = Path(__file__).resolve().parents[1]
START = datetime(2026, 3, 10, 2, 0, tzinfo=UTC)
NOT_DURABLE = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off", "max_connections": "300"}

# Rows that migrations and `amends prepare` bring and no test may change: `committed_db` leaves them.
KEEP = {"django_migrations", "django_content_type", "auth_permission", "django_site", "policy_calendar_day"}
LONGEST = ("test_money_kills.py", "test_kills.py", "test_quarter.py", "test_message_kills.py", "test_demo_run.py")
MIGRATED_BY = ("django", "django-allauth", "procrastinate")


def _cache() -> Path:
    """Keyed by user, checkout, PostgreSQL and boot: a crash of the machine must not leave half-written pages to the next run."""
    boot = Path("/proc/sys/kernel/random/boot_id")
    parts = [str(PROJECT), str(binaries.find().folder), boot.read_text() if boot.is_file() else ""]
    return Path(tempfile.gettempdir()) / f"amends-tests-{os.geteuid()}-{hashlib.sha256(':'.join(parts).encode()).hexdigest()[:8]}"


def _template_name() -> str:
    """Changes with the migrations and with the packages whose migrations run beside ours."""
    found = hashlib.sha256()
    for path in sorted((PROJECT / "amends" / "migrations").rglob("*.*")):
        if path.suffix in {".py", ".sql"}:
            found.update(path.name.encode() + path.read_bytes())
    found.update(",".join(importlib.metadata.version(name) for name in MIGRATED_BY).encode())
    found.update((PROJECT / "amends" / "policy" / "calendar_sources.py").read_bytes())
    return f"template_{found.hexdigest()[:12]}"


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """The server that all test processes share."""
    with Lease(_cache(), NOT_DURABLE) as server:
        yield server


@pytest.fixture(scope="session")
def template(server: Server) -> str:
    """The name of a database with all migrations and no rows but theirs."""
    name = _template_name()
    with FileLock(server.home / "template.lock"), psycopg.connect(server.url("super", "postgres"), autocommit=True) as connection:
        have = [row[0] for row in connection.execute("SELECT datname FROM pg_database ORDER BY oid")]
        if name not in have or not _dump(server, name).exists():
            _make(server, connection, name)
        old = [each for each in have if each.startswith("template_") and each != name][:-3]
        for each in old + [each for each in have if _forsaken(each)]:
            with suppress(psycopg.Error):  # in use by a run beside this one
                connection.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(each)))
                _dump(server, each).unlink(missing_ok=True)
    return name


@pytest.fixture(scope="session")
def tables(server: Server, template: str) -> Path:
    """A file from which psql makes the same database elsewhere: migrations are run once, for whoever needs tables."""
    return _dump(server, template)


def _dump(server: Server, name: str) -> Path:
    return server.home / f"{name}.sql"


def _forsaken(database: str) -> bool:
    """True for the clone of a test process that was killed."""
    return database.startswith("test_") and not psutil.pid_exists(int(database.split("_")[1]))


def _make(server: Server, connection: psycopg.Connection, name: str) -> None:
    """`amends up` brings an empty database up to date, as on anybody's machine; template and dump are copies of it."""
    for each in (roles.DATABASE, name):
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(each)))
    roles.prepare(server.url("super", "postgres"), server.url("super"))
    env = {key: value for key, value in os.environ.items() if not key.startswith(("DATABASE_", "AMENDS_"))}
    up = [sys.executable, "-m", "amends", "up", "--no-demo", "--no-serve"]
    _done(up, env | {"AMENDS_HOME": str(server.home)})
    part = _dump(server, name).with_suffix(".part")
    _done([binaries.find().program("pg_dump"), "--file", str(part), "--dbname", server.url("super")], env)
    part.rename(_dump(server, name))
    roles.create_database(connection, name, roles.DATABASE)


def _done(command: list[str], env: dict[str, str]) -> None:
    done = subprocess.run(command, cwd=PROJECT, env=env, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)} failed:\n{done.stdout}\n{done.stderr}")


@pytest.fixture(scope="session")
def test_database(server: Server, template: str) -> Iterator[str]:
    """The name of this process's own clone; child processes find it in DATABASE_URL and DATABASE_OWNER_URL."""
    name = f"test_{os.getpid()}_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"
    with psycopg.connect(server.url("super", "postgres"), autocommit=True) as connection:
        roles.create_database(connection, name, template)
        before = {key: os.environ.get(key) for key in ("DATABASE_URL", "DATABASE_OWNER_URL")}
        os.environ.update(DATABASE_URL=server.url("app", name), DATABASE_OWNER_URL=server.url("owner", name))
        yield name
        for key, value in before.items():
            os.environ.pop(key) if value is None else os.environ.update({key: value})
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture(scope="session")
def django_db_setup(test_database: str, tmp_path_factory: pytest.TempPathFactory, django_db_blocker: Any) -> Iterator[None]:
    """Django works on this process's clone, as the application's role, and keeps files in a temporary folder."""
    from django.conf import settings  # noqa: PLC0415 - pure tests run without Django
    from django.db import connections  # noqa: PLC0415

    from amends.plumbing.database import settings_for  # noqa: PLC0415

    home = tmp_path_factory.mktemp("amends-home")
    os.environ["AMENDS_HOME"] = str(home)
    settings.MEDIA_ROOT = str(home / "media")
    settings.STATIC_ROOT = home / "staticfiles"
    settings.STATIC_ROOT.mkdir()
    # Argon2 is slow on purpose; a cast of six people for each test would spend most of the suite in it.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    connections["default"].settings_dict.update(settings_for("app"))
    yield
    with django_db_blocker.unblock():
        connections.close_all()


@pytest.fixture
def committed_db(django_db_setup: None, django_db_blocker: Any, server: Server, test_database: str) -> Iterator[None]:
    """Everything is really committed, visible to every connection; afterwards all rows are gone but those of KEEP."""
    from django.db import connections  # noqa: PLC0415 - pure tests run without Django

    with django_db_blocker.unblock():
        try:
            yield
        finally:
            connections.close_all()
            _sweep(server.url("super", test_database))


def _sweep(url: str) -> None:
    """Deletes as superuser with triggers and foreign keys at rest, since rows that may never be deleted are among them."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SET session_replication_role = replica")
        names = connection.execute("SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace").fetchall()
        tables = [row[0] for row in names if row[0] not in KEEP]
        if tables:
            look = sql.SQL("SELECT {} WHERE EXISTS (SELECT 1 FROM {})")
            filled = sql.SQL(" UNION ALL ").join(look.format(sql.Literal(name), sql.Identifier(name)) for name in tables)
            for (name,) in connection.execute(filled).fetchall():
                connection.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(name)))


@pytest.fixture
def stepped_clock() -> Iterator[clock.Stepped]:
    """Time stands at ten in the morning of 10 March 2026 in Shanghai and moves only when told."""
    with clock.stepped(START) as stepped:
        yield stepped


@pytest.fixture(scope="session", autouse=True)
def _no_order_but_the_one_asked_for() -> Iterator[None]:
    """Rows whose order nobody asked for come the other way round: a database promises none, and no test may rest on one by chance."""
    from django.db.models.query import QuerySet  # noqa: PLC0415 - pure tests run without Django

    fetch = QuerySet._fetch_all

    def backwards(rows: Any) -> None:
        fresh = rows._result_cache is None
        fetch(rows)
        if fresh and not rows.query.is_sliced and not rows.ordered:
            rows._result_cache.reverse()

    QuerySet._fetch_all = backwards  # type: ignore[method-assign]
    yield
    QuerySet._fetch_all = fetch  # type: ignore[method-assign]


# Browser tests: left out with a word where there is no Chromium, and never left out where AMENDS_REQUIRE_BROWSER=1.


def chromium() -> str | None:
    """The browser that tests drive: AMENDS_CHROMIUM, else Debian's, else whatever is called so."""
    names = (os.environ.get("AMENDS_CHROMIUM", ""), "chromium", "chromium-browser", "google-chrome")
    return next((found for name in names if name and (found := shutil.which(name))), None)


def _required() -> bool:
    return os.environ.get("AMENDS_REQUIRE_BROWSER") == "1"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """The longest proofs begin first and side by side, since they mostly wait; without Chromium every test marked `browser` is skipped."""
    items[:] = _dealt(items, getattr(config, "workerinput", {}).get("workercount", 1))
    if chromium() is None:
        for item in items:
            if item.get_closest_marker("browser"):
                item.add_marker(pytest.mark.skip(reason="no Chromium here (install it, or name it in AMENDS_CHROMIUM)"))


def _dealt(items: list[pytest.Item], workers: int) -> list[pytest.Item]:
    """With `--dist worksteal` each process begins with a run of the list, all of them equally long: each run begins with a long proof."""
    long = sorted((item for item in items if item.path.name in LONGEST), key=lambda item: LONGEST.index(item.path.name))
    others = iter([item for item in items if item.path.name not in LONGEST])
    dealt: list[pytest.Item] = []
    for worker in range(workers):
        hand = long[worker::workers]
        size = (len(items) - len(dealt)) // (workers - worker)
        dealt += [*hand, *islice(others, max(0, size - len(hand)))]
    return [*dealt, *others]


def pytest_collection_finish() -> None:
    """All tests are read, and all modules that they name: the collector of garbage need not look there again."""
    at_speed.leave_modules_alone()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Where browser tests are required, one that was skipped has failed."""
    report = yield
    if report.skipped and not hasattr(report, "wasxfail") and item.get_closest_marker("browser") and _required():
        report.outcome = "failed"
        report.longrepr = f"AMENDS_REQUIRE_BROWSER=1, and this browser test was skipped: {report.longrepr}"
    return report


def pytest_unconfigure(config: pytest.Config) -> None:
    """The last line of a run: how many browser tests were skipped."""
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    if reporter is None or hasattr(config, "workerinput"):
        return
    skipped = [report for report in reporter.stats.get("skipped", []) if "browser" in getattr(report, "keywords", {})]
    if skipped:
        reporter.write_line(f"{len(skipped)} browser tests were skipped.", yellow=True)
