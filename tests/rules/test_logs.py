"""What may not stand in a log, however much of it somebody wants to read."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

PROGRAM = """
import logging
from amends.plumbing.logs import configure
configure()
import httpx
client = httpx.Client(transport=httpx.MockTransport(lambda request: httpx.Response(200)))
client.get("https://api.weixin.qq.com/cgi-bin/token?appid=wx1&secret=hush")
logging.getLogger("urllib3.connectionpool").debug("GET /v3/billdownload/file?token=hush")
logging.getLogger("stripe").debug("Post details", extra={"post_data": "hush"})
logging.getLogger("django.request").warning("Not Found: %s", "/counter/answers/hush1/opening", extra={"status_code": 404})
logging.getLogger("django.request").warning("Method Not Allowed (PUT): /unsubscribe/hush2")
try:
    raise ValueError("https://a.example/counter/answers/hush3")
except ValueError:
    logging.getLogger("amends").exception("at /counter/answers/hush4?x=1")
logging.getLogger("amends").debug("ours")
"""


def test_nobody_writes_addresses_with_their_secrets_at_any_level() -> None:
    root = Path(__file__).parents[2]
    env = {**os.environ, "AMENDS_LOG_LEVEL": "DEBUG"}
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True, cwd=root, env=env)
    assert '"ours"' in done.stderr, "what we log ourselves is there"
    assert "/counter/answers/…/opening" in done.stderr, "that it was asked for is there"
    assert "hush" not in done.stderr
