"""The embedded database against everything that was seen to break such launchers: kills, crowds, reused numbers, wrong folders.

These servers run with fsync on, in folders of their own, and need no Django. How often they are killed follows PROOF_SCALE.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from amends.plumbing import embedded
from amends.plumbing.database import check_version, settings_for, warnings
from amends.plumbing.embedded import LauncherError, Lease, binaries, owner, places, processes

SCALE = int(os.environ.get("PROOF_SCALE") or 1)
KILLS = 4 * SCALE
START_AND_TELL = (
    "import sys; from pathlib import Path; from amends.plumbing import embedded\n"
    "server = embedded.start(Path(sys.argv[1])); print(server.pid, server.started)"
)


@pytest.fixture
def home() -> Iterator[Path]:
    """An AMENDS_HOME of its own; short, since sockets want it so. Gone afterwards, server and all."""
    root = Path(tempfile.mkdtemp(prefix="am-"))
    root.chmod(0o755)  # the server's user must be able to pass
    folder = root / "home"
    yield folder
    if folder.is_dir():
        embedded.destroy(folder)
    shutil.rmtree(root, ignore_errors=True)


def start(home: Path) -> embedded.Server:
    """A server for tests that kill nothing: it need not wait for the disk."""
    return embedded.start(home, {"fsync": "off"})


def rows(server: embedded.Server) -> set[int]:
    with psycopg.connect(server.url()) as connection:
        return {row[0] for row in connection.execute("SELECT number FROM kept")}


def make_table(server: embedded.Server) -> None:
    with psycopg.connect(server.url("owner")) as connection:
        connection.execute("CREATE TABLE kept (number bigint PRIMARY KEY)")


class Writer(threading.Thread):
    """Commits one number after the other and remembers which commits were answered."""

    def __init__(self, url: str, first: int) -> None:
        super().__init__()
        self.url, self.next, self.answered = url, first, set[int]()

    def run(self) -> None:
        try:
            with psycopg.connect(self.url, autocommit=True) as connection:
                while True:
                    connection.execute("INSERT INTO kept VALUES (%s)", [self.next])
                    self.answered.add(self.next)
                    self.next += 1
        except psycopg.OperationalError:
            return  # the server was killed, as planned


@pytest.mark.crash
def test_no_committed_row_is_lost_however_often_the_server_is_killed(home: Path) -> None:
    server = embedded.start(home)
    make_table(server)
    answered: set[int] = set()
    for _ in range(KILLS):
        writer = Writer(server.url(), first=max(answered, default=0) + 10)
        writer.start()
        time.sleep(0.25)
        os.kill(server.pid, signal.SIGKILL)
        writer.join()
        answered |= writer.answered
        server = embedded.start(home)
        assert server.started
        assert answered <= rows(server)
    assert len(answered) > KILLS * 10


def sleep_until_killed(connection: psycopg.Connection) -> None:
    with pytest.raises(psycopg.OperationalError):
        connection.execute("SELECT pg_sleep(60)")


@pytest.mark.crash
def test_a_backend_that_outlives_its_server_does_not_hold_up_the_next_one(home: Path) -> None:
    server = embedded.start(home)
    with psycopg.connect(server.url("super"), autocommit=True) as connection:
        busy = threading.Thread(target=sleep_until_killed, args=[connection])
        busy.start()
        time.sleep(0.3)
        os.kill(server.pid, signal.SIGKILL)
        begun = time.monotonic()
        assert embedded.start(home).started
        assert time.monotonic() - begun < 20
        busy.join(timeout=5)
    assert not busy.is_alive()


def test_eight_processes_that_start_at_once_get_one_server(home: Path) -> None:
    started = [
        subprocess.Popen(
            [sys.executable, "-c", START_AND_TELL, str(home)], stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2]
        )
        for _ in range(8)
    ]
    said = [process.communicate(timeout=120)[0].split() for process in started]
    assert len({pid for pid, _ in said}) == 1
    assert sorted(first for _, first in said) == ["False"] * 7 + ["True"]


@pytest.fixture
def stranger(home: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A process of the server's own user that has nothing to do with databases."""
    user = owner.owner_of(home / "postgres")
    as_user = {"user": user.uid, "group": user.gid, "extra_groups": []} if user.switch else {}
    process = subprocess.Popen(["sleep", "300"], cwd="/", **as_user)
    yield process
    process.kill()
    process.wait()


@pytest.mark.crash
def test_a_pid_file_that_names_a_stranger_is_not_believed_and_the_stranger_lives(home: Path, stranger: subprocess.Popen[bytes]) -> None:
    server = embedded.start(home)
    make_table(server)
    os.kill(server.pid, signal.SIGKILL)
    name_in_pid_file(home, stranger.pid)
    assert not embedded.status(home).running
    assert embedded.start(home).started
    assert stranger.poll() is None


@pytest.mark.crash
def test_a_zombie_is_not_taken_for_a_server(home: Path, stranger: subprocess.Popen[bytes]) -> None:
    server = embedded.start(home)
    os.kill(server.pid, signal.SIGKILL)
    stranger.kill()  # and nobody waits for it yet
    name_in_pid_file(home, stranger.pid)
    assert embedded.start(home).started


def name_in_pid_file(home: Path, pid: int) -> None:
    file = places.places(home).data / "postmaster.pid"
    until = time.monotonic() + 10
    while processes.serving(file.parent) and time.monotonic() < until:
        time.sleep(0.05)
    lines = file.read_text().splitlines()
    file.write_text("\n".join([str(pid), *lines[1:]]) + "\n")


def test_a_garbled_pid_file_and_a_half_made_folder_do_not_stop_a_start(home: Path) -> None:
    start(home)
    embedded.stop(home)
    found = places.places(home)
    (found.data / "postmaster.pid").write_text("")
    found.data.with_name("postgres.part").mkdir()
    assert start(home).started


def test_data_of_another_major_version_is_refused_and_left_alone(home: Path) -> None:
    start(home)
    embedded.stop(home)
    version = places.places(home).data / "PG_VERSION"
    version.write_text("14\n")
    with pytest.raises(LauncherError, match="was made by PostgreSQL 14") as refused:
        start(home)
    assert "PG_BIN" in refused.value.text.into("zh")
    assert version.read_text() == "14\n"


def test_a_long_path_gets_a_short_socket(home: Path) -> None:
    deep = home / ("long" * 20) / "数据 $(x) 'quoted', \"so\""
    server = start(deep)
    try:
        assert len(str(places.places(deep).socket)) < 70
        with psycopg.connect(server.url()) as connection:
            assert connection.execute("SELECT current_user").fetchone() == ("amends_app",)
    finally:
        embedded.destroy(deep)


def test_a_socket_that_cannot_fit_is_refused_with_its_length(home: Path) -> None:
    found = places.places(home)
    long = places.Places(found.home, found.data, home / ("x" * 90), found.lock, found.users, found.pointer)
    with pytest.raises(LauncherError, match="too long"):
        places.make_socket_folder(long, owner.owner_of(found.data))


def test_a_socket_folder_that_others_may_enter_is_refused(home: Path) -> None:
    socket = places.places(home).socket
    socket.mkdir(parents=True, mode=0o755)
    socket.chmod(0o777)
    with pytest.raises(LauncherError, match="others may enter"):
        embedded.start(home)
    shutil.rmtree(socket)


def test_a_folder_that_cannot_be_written_is_said_with_its_path(home: Path) -> None:
    home.parent.joinpath("file").write_text("in the way")
    with pytest.raises(LauncherError, match=r"file/home cannot be written") as refused:
        embedded.start(home.parent / "file" / "home")
    assert "AMENDS_HOME" in refused.value.text.zh


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_read_only_folder_is_said_with_its_path(home: Path) -> None:
    home.mkdir(mode=0o500)
    with pytest.raises(LauncherError, match="cannot be written"):
        embedded.start(home)
    home.chmod(0o700)


def test_a_file_where_the_data_should_be_is_refused(home: Path) -> None:
    home.mkdir()
    (home / "postgres").write_text("no folder")
    with pytest.raises(LauncherError, match="not a folder"):
        embedded.start(home)
    (home / "postgres").unlink()


def test_pg_bin_that_holds_no_postgresql_is_refused(home: Path) -> None:
    with pytest.raises(LauncherError, match="PG_BIN names /nowhere"):
        embedded.start(home, env={"PG_BIN": "/nowhere"})


@pytest.mark.skipif(os.geteuid() != 0, reason="only root's server runs as another user")
def test_as_root_under_a_closed_home_the_data_moves_and_a_removed_home_is_a_new_one(home: Path) -> None:
    home.parent.chmod(0o700)
    make_table(start(home))
    first = places.places(home).data
    assert first.is_relative_to("/var/lib/amends")
    assert first.stat().st_uid != 0
    shutil.rmtree(home)
    with psycopg.connect(start(home).url("super")) as connection:
        assert connection.execute("SELECT to_regclass('kept')").fetchone() == (None,)
    assert places.places(home).data != first
    assert processes.serving(first) is None
    shutil.rmtree(first)
    first.with_name(f"{first.name}.log").unlink()


def test_the_application_is_neither_owner_nor_superuser_and_may_use_new_tables(home: Path) -> None:
    server = start(home)
    make_table(server)
    with psycopg.connect(server.url(), autocommit=True) as connection:
        check_version(connection)
        assert warnings(connection) == []
        connection.execute("INSERT INTO kept VALUES (1)")
        for forbidden in ("CREATE TABLE mine ()", "TRUNCATE kept", "ALTER TABLE kept ADD more int", "CREATE ROLE other"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(forbidden)
    with psycopg.connect(server.url("owner")) as connection:
        assert "owns the tables" in str(warnings(connection)[0])
    with psycopg.connect(server.url("super")) as connection:
        assert "superuser" in str(warnings(connection)[0])


def test_the_database_sorts_and_searches_chinese_and_checks_its_pages(home: Path) -> None:
    with psycopg.connect(embedded.start(home).url("super"), autocommit=True) as connection:
        connection.execute("CREATE EXTENSION pg_trgm")
        assert connection.execute("SELECT cardinality(show_trgm('七天无理由退货'))").fetchone() != (0,)
        for name, value in {
            "server_encoding": "UTF8",
            "data_checksums": "on",
            "fsync": "on",
            "listen_addresses": "",
            "timezone": "UTC",
        }.items():
            assert connection.execute("SELECT current_setting(%s)", [name]).fetchone() == (value,)


def test_the_last_to_leave_stops_the_server(home: Path) -> None:
    with Lease(home) as first:
        with Lease(home) as second:
            assert (first.started, second.started) == (True, False)
        assert embedded.status(home).running
    assert not embedded.status(home).running


def test_settings_know_the_address_before_the_server_runs(home: Path) -> None:
    told = settings_for("owner", {"AMENDS_HOME": str(home)})
    server = start(home)
    with psycopg.connect(host=told["HOST"], port=told["PORT"], user=told["USER"], dbname=told["NAME"]) as connection:
        assert connection.execute("SELECT current_user").fetchone() == ("amends_owner",)
    assert server.url("owner") == embedded.url(home, "owner")


def test_the_wheel_is_used_unless_told_otherwise() -> None:
    found = binaries.find({})
    assert found.folder == binaries.wheel_folder()
    assert found.major >= 18
