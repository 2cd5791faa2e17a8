"""One real Chromium with one page, which notes what goes wrong in it, and one emulator.

To start a browser, and to load the page into a new context, costs more than most of the tests: they open
their views in the same page, one after the other, and each begins with an empty account.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect, sync_playwright

from callr_sms_emulator import Config
from tests.docs.browser import CHROMIUM, FLAGS
from tests.emulator.inbox.sample import EVENING
from tests.emulator.support import ManualClock, serving_config

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Page

    from tests.emulator.support import Client

PATIENCE = 30_000
"""Milliseconds that a page may take on a machine that is slow and busy."""

expect.set_options(timeout=PATIENCE)
_CHEAPER = (
    "--disable-extensions",
    "--disable-site-isolation-trials",
    "--in-process-gpu",
    "--renderer-process-limit=1",
)
_ON_PURPOSE = (
    "ERR_CONNECTION_REFUSED",
    "ERR_CONNECTION_RESET",
    "ERR_CONTENT_LENGTH_MISMATCH",
    "ERR_EMPTY_RESPONSE",
    "ERR_INCOMPLETE_CHUNKED_ENCODING",
    "401 (Unauthorized)",
)
"""Why requests may fail in a test: the server was stopped or killed, or a password is wrong."""


class Opener(Protocol):
    """Opens a view of a server in the page."""

    def __call__(self, client: Client, path: str = "/", **media: Any) -> Page:  # noqa: ANN401 - of the browser
        """Open it, 1400 pixels wide."""


@pytest.fixture(scope="package")
def watched_page() -> Iterator[tuple[Page, list[str], list[str]]]:
    """A page, what it complained of, and the addresses that it asked for."""
    if CHROMIUM is None:
        reason = "needs Chromium, which is not installed (Debian: apt-get install chromium)"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    complaints: list[str] = []
    asked: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=[*FLAGS, *_CHEAPER])
        page = browser.new_page()
        page.set_default_timeout(PATIENCE)
        page.on("request", lambda request: asked.append(request.url))
        page.on(
            "console",
            lambda each: complaints.append(f"{each.text} {each.location}") if each.type == "error" else None,
        )
        page.on("pageerror", lambda error: complaints.append(str(error)))
        try:
            yield page, complaints, asked
        finally:
            browser.close()


@pytest.fixture
def open_page(watched_page: tuple[Page, list[str], list[str]]) -> Iterator[Opener]:
    """Return a function that opens views; afterwards the page has not asked elsewhere, nor complained."""
    page, complaints, asked = watched_page
    origins: set[str] = set()

    def open_(client: Client, path: str = "/", **media: Any) -> Page:  # noqa: ANN401 - of the browser
        page.set_viewport_size({"width": 1400, "height": 860})
        page.emulate_media(**{"color_scheme": "light", "reduced_motion": "reduce", **media})
        origin = f"http://{urlsplit(client.url).netloc}"
        origins.add(origin)
        page.goto(origin + path)
        return page

    yield open_
    if origins:
        page.evaluate("localStorage.clear()")
        page.goto("about:blank")
    foreign = [url for url in asked if f"http://{urlsplit(url).netloc}" not in origins]
    found = [each for each in complaints if not any(reason in each for reason in _ON_PURPOSE)]
    complaints.clear()
    asked.clear()
    assert [url for url in foreign if not url.startswith(("about:", "data:", "blob:"))] == []
    assert found == []


@pytest.fixture(scope="package")
def emulator_client() -> Iterator[Client]:
    with serving_config(Config(admin_token="an-admin-token"), ManualClock(EVENING)) as client:
        yield client


@pytest.fixture
def client(emulator_client: Client) -> Client:
    """A client of an emulator with an empty account, whose clock is frozen."""
    assert emulator_client.control("POST", "/reset").status == 200
    emulator_client.set("/clock", freeze="2024-03-29 22:00:00")
    return emulator_client
