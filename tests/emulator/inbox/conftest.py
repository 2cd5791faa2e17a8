"""A real Chromium, one for each module, and pages that note what goes wrong in them."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import sync_playwright

from callr_sms_emulator import Config
from tests.docs.browser import CHROMIUM, FLAGS
from tests.emulator.inbox.sample import EVENING
from tests.emulator.support import ManualClock, serving_config

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

    from tests.emulator.support import Client

PATIENCE = 30_000
"""Milliseconds that a page may take on a machine that is slow and busy."""


_ON_PURPOSE = (
    "ERR_CONNECTION_REFUSED",
    "ERR_CONNECTION_RESET",
    "ERR_INCOMPLETE_CHUNKED_ENCODING",
    "401 (Unauthorized)",
)
"""Why requests may fail in a test: the server was stopped, or a password is wrong."""


class Opener(Protocol):
    """Opens a page of a server in a browser of its own."""

    def __call__(self, client: Client, path: str = "/", **options: Any) -> Page:  # noqa: ANN401 - of the browser
        """Open it."""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        reason = "needs Chromium, which is not installed (Debian: apt-get install chromium)"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        try:
            yield found
        finally:
            found.close()


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Opener]:
    """Return a function that opens pages; afterwards none has asked elsewhere, and none has complained."""
    contexts, complaints, asked = [], [], []
    origins: set[str] = set()

    def open_(client: Client, path: str = "/", **options: Any) -> Page:  # noqa: ANN401 - of the browser
        context = browser.new_context(**{"viewport": {"width": 1400, "height": 860}, **options})
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        page = context.new_page()
        page.on("request", lambda request: asked.append(request.url))
        page.on(
            "console", lambda message: complaints.append(message.text) if message.type == "error" else None
        )
        page.on("pageerror", lambda error: complaints.append(str(error)))
        origin = f"http://{urlsplit(client.url).netloc}"
        origins.add(origin)
        page.goto(origin + path)
        return page

    yield open_
    for context in contexts:
        context.close()
    foreign = [url for url in asked if f"http://{urlsplit(url).netloc}" not in origins]
    assert [url for url in foreign if not url.startswith(("data:", "blob:"))] == []
    assert [each for each in complaints if not any(reason in each for reason in _ON_PURPOSE)] == []


@pytest.fixture
def client() -> Iterator[Client]:
    """A client of an emulator with an empty account, whose clock is frozen."""
    with serving_config(Config(admin_token="an-admin-token"), ManualClock(EVENING)) as client:
        client.set("/clock", freeze="2024-03-29 22:00:00")
        yield client
