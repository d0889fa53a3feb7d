"""`amends up` says that Amends is ready when it is: a newcomer's next command asks the same of `/health/ready`."""

from __future__ import annotations

import http.server
import json
import math
import threading
from collections.abc import Iterator

import pytest

from amends.management import running
from amends.management.running import Watch


class House:
    """A web process whose `/health/ready` misses what `missing` names; `says` is its whole body where it is given."""

    def __init__(self) -> None:
        self.missing: list[str] = []
        self.says = ""
        house = self

        class Pages(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                known = self.path in ("/health/live", "/health/ready")
                body = house.says or json.dumps({"ready": not house.missing, "missing": house.missing})
                self.send_response(404 if not known else 503 if house.missing and self.path == "/health/ready" else 200)
                self.end_headers()
                self.wfile.write(body.encode())

            def log_message(self, format: str, *args: object) -> None:
                """Nothing."""

        self.server = http.server.HTTPServer(("127.0.0.1", 0), Pages)
        self.address = f"http://127.0.0.1:{self.server.server_port}"


@pytest.fixture
def house() -> Iterator[House]:
    one = House()
    thread = threading.Thread(target=one.server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield one
    one.server.shutdown()
    thread.join()
    one.server.server_close()


def watching(address: str) -> tuple[Watch, list[str]]:
    """A watch over what answers at `address`, and whom it has called ready; it leaves the database alone."""
    told: list[str] = []
    watch = Watch(address, told.append)
    watch.next_look = math.inf
    return watch, told


def test_ready_is_said_once_and_not_before_clock_and_worker_live(house: House) -> None:
    watch, told = watching(house.address)
    house.missing = ["clock", "worker"]
    watch()
    house.missing = ["clock"]
    watch()
    assert told == [], "pages answer, but /health/ready still names the clock"
    house.missing = []
    watch()
    watch()
    assert told == [house.address]


def test_a_start_that_is_not_over_after_its_time_says_once_what_it_waits_for(
    house: House, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(running, "PATIENCE", 0.0)
    watch, told = watching(house.address)
    house.missing = ["clock"]
    watch()
    watch()
    said = capfd.readouterr().err
    assert said.count(house.address) == 1 and "clock" in said and not told
    house.missing = []
    watch()
    assert told == [house.address]


def test_what_is_not_amends_at_that_port_is_never_called_ready(house: House) -> None:
    house.says = "<html>somebody else's page</html>"
    watch, told = watching(house.address)
    watch()
    assert told == []
