"""A server and a browser for the walks: pages from this process over a real socket, Chromium in front, real time, a gateway of its own.

Worker and clock are played by the test: it calls `settled()` where they would have run.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.conftest import chromium
from tests.payments_fixture import payments

__all__ = ["payments"]
ARGUMENTS = [
    "--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream",  # a camera, for the one page that has use for it
]  # fmt: skip
PATIENCE = 60_000
Visitor = Callable[[str], Page]


class _Quiet(WSGIRequestHandler):
    """Says nothing of each request."""

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing."""


@pytest.fixture
def site(committed_db: None, payments: Any) -> Iterator[str]:
    """The address of the pages; they see what the test commits, and the test sees what they commit."""
    from django.core.wsgi import get_wsgi_application  # noqa: PLC0415 - after the database of the test is there

    server = ThreadedWSGIServer(("127.0.0.1", 0), _Quiet)
    server.set_app(get_wsgi_application())
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join(10)


@pytest.fixture(scope="module")
def chrome() -> Iterator[Browser]:
    """Chromium for the walks of one file, each in windows of its own. Playwright keeps an event loop in this thread, which Django takes
    for asynchronous code."""
    expect.set_options(timeout=PATIENCE)
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        found = playwright.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
        yield found
        found.close()


@pytest.fixture
def visitors(chrome: Browser, site: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[str, int, str], Page]]:
    """`visitors("anna", 390, "zh-CN")`: a browser of her own in which she is signed in. Of a failed walk the last pictures are kept."""
    opened: list[tuple[str, BrowserContext, Page]] = []

    def visitor(name: str, width: int, language: str) -> Page:
        context = chrome.new_context(viewport={"width": width, "height": 900}, locale=language, base_url=site)
        context.set_default_timeout(PATIENCE)
        page = context.new_page()
        page.on("pageerror", lambda wrong: pytest.fail(f"{name}: {wrong}"))
        page.goto("/accounts/login/")
        page.locator("input[name=login]").fill(f"{name}@example.com")
        page.locator("input[name=password]").fill(f"{name} keeps a secret")
        page.locator("input[name=password]").press("Enter")
        page.wait_for_url(lambda url: "/accounts/" not in url)
        opened.append((name, context, page))
        return page

    yield visitor
    folder = Path(os.environ.get("AMENDS_PICTURES", str(tmp_path)))
    for name, context, page in opened:
        page.screenshot(path=str(folder / f"{request.node.name}-{name}.png"), full_page=True)
        context.close()
