"""What an operator gets from the environment alone: safe where nothing is said, secure cookies behind https, HSTS when asked for."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

ASKED = ("DEBUG", "SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE", "SECURE_HSTS_SECONDS", "SESSION_COOKIE_HTTPONLY", "ALLOWED_HOSTS")
PRINT = f"import json, amends.settings as s; print(json.dumps({{n: getattr(s, n) for n in {ASKED!r}}}))"


def settings(home: Path, **given: str) -> dict[str, Any]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AMENDS_", "DATABASE_"))}
    url = {"DATABASE_URL": "postgresql://amends@127.0.0.1:1/amends"}
    told = subprocess.run(
        [sys.executable, "-c", PRINT], env=kept | url | {"AMENDS_HOME": str(home)} | given, capture_output=True, text=True, check=True
    )
    found: dict[str, Any] = json.loads(told.stdout)
    return found


def test_nothing_said_is_safe_on_this_machine_alone(tmp_path: Path) -> None:
    found = settings(tmp_path)
    assert (found["DEBUG"], found["SESSION_COOKIE_SECURE"], found["SECURE_HSTS_SECONDS"]) == (False, False, 0)
    assert found["SESSION_COOKIE_HTTPONLY"] and "*" not in found["ALLOWED_HOSTS"]


def test_behind_https_cookies_never_travel_in_the_clear(tmp_path: Path) -> None:
    found = settings(tmp_path, AMENDS_ORIGINS="https://service.example.com", AMENDS_HSTS="31536000", AMENDS_HOSTS="service.example.com")
    assert found["SESSION_COOKIE_SECURE"] and found["CSRF_COOKIE_SECURE"]
    assert (found["SECURE_HSTS_SECONDS"], found["ALLOWED_HOSTS"]) == (31536000, ["service.example.com"])


def test_one_plain_origin_keeps_cookies_usable_there(tmp_path: Path) -> None:
    assert not settings(tmp_path, AMENDS_ORIGINS="https://a.example.com,http://10.0.0.5:8000")["SESSION_COOKIE_SECURE"]
