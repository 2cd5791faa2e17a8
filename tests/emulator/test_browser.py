"""A foreign web page in a real Chromium, and a page whose origin is allowed."""

from __future__ import annotations

import os
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import sync_playwright

from callr_sms_emulator import Config, SqliteStore, create_app
from tests.docs.browser import CHROMIUM, FLAGS
from tests.emulator.support import Client, ManualClock, serving

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

NAMES = ("evil.test", "page.test")
SEND_BY_QUERY = "/rest/v1.1/sms/send?to=%2B33612345678&body=x"
FETCH = """([url, method, mode]) => fetch(url, {
    method, mode, body: method === "POST" ? '{"to": "+33612345678", "body": "x"}' : undefined,
    headers: mode === "cors"
        ? {"Authorization": "Basic " + btoa("emulator:emulator"), "Content-Type": "application/json"} : {},
}).then(response => response.text(), error => "blocked")"""


class _Site(BaseHTTPRequestHandler):
    """A web site: every path is an empty page."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<!doctype html><title>A page</title>")

    def log_message(self, *_: Any) -> None:  # noqa: ANN401 - as there
        """Log nothing."""


@pytest.fixture(scope="module")
def site() -> Iterator[int]:
    """The port of a web site, which has several names."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Site)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture(scope="module")
def emulator(site: int, clock: ManualClock) -> Iterator[Client]:
    config = Config(cors=frozenset({f"http://page.test:{site}"}))
    store = SqliteStore(":memory:")
    try:
        with serving(create_app(config, store=store, clock=clock)) as url:
            yield Client(url)
    finally:
        store.close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        reason = "needs Chromium, which is not installed (Debian: apt-get install chromium)"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    rules = ",".join([*(f"MAP {name} 127.0.0.1" for name in NAMES), "MAP * ~NOTFOUND", "EXCLUDE 127.0.0.1"])
    flags = [each for each in FLAGS if not each.startswith("--host-resolver-rules=")]
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(
            executable_path=CHROMIUM, args=[*flags, f"--host-resolver-rules={rules}"]
        )
        try:
            yield found
        finally:
            found.close()


@contextmanager
def _page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context()
    try:
        yield context.new_page()
    finally:
        context.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page that has never logged in: the browser keeps the credentials of a URL."""
    with _page(browser) as page:
        yield page


@pytest.fixture(scope="module")
def same_page(browser: Browser) -> Iterator[Page]:
    """A page for all tests without credentials in a URL: a context costs more than what they do."""
    with _page(browser) as page:
        yield page


def _with_password(client: Client, path: str) -> str:
    return f"http://emulator:emulator@{urlsplit(client.url).netloc}{path}"


def _origin(client: Client) -> str:
    return f"http://{urlsplit(client.url).netloc}"


def test_a_form_and_a_link_of_another_site_do_nothing(page: Page, site: int, emulator: Client) -> None:
    before = [emulator.send(), *(sms["hash"] for sms in emulator.find())]
    page.goto(f"http://evil.test:{site}/")
    page.evaluate(
        """url => { const form = document.createElement("form"); form.method = "post"; form.action = url;
        document.body.append(form); form.submit(); }""",
        _with_password(emulator, "/_emulator/reset"),
    )
    page.wait_for_url("**/_emulator/reset")
    assert "ORIGIN_NOT_ALLOWED [Origin]" in page.content()
    page.goto(f"http://evil.test:{site}/")
    page.evaluate("url => { location.href = url; }", _with_password(emulator, SEND_BY_QUERY))
    page.wait_for_url("**/sms/send?*")
    assert "ORIGIN_NOT_ALLOWED [Sec-Fetch-Site]" in page.content()
    assert {sms["hash"] for sms in emulator.find()} == set(before)


@pytest.mark.parametrize("mode", ["cors", "no-cors"])
@pytest.mark.parametrize("target", ["POST /rest/v1.1/sms", f"GET {SEND_BY_QUERY}"])
def test_a_script_of_another_site_does_nothing(
    same_page: Page, site: int, emulator: Client, mode: str, target: str
) -> None:
    method, path = target.split()
    before = len(emulator.find())
    same_page.goto(f"http://evil.test:{site}/")
    assert same_page.evaluate(FETCH, [_origin(emulator) + path, method, mode]) in {"blocked", ""}
    assert len(emulator.find()) == before


def test_a_name_of_another_site_that_leads_here_reads_nothing(same_page: Page, emulator: Client) -> None:
    emulator.send()
    there = f"http://evil.test:{urlsplit(emulator.url).port}"
    same_page.goto(f"{there}/_emulator/health")
    assert "HOST_NOT_ALLOWED [Host]" in same_page.content()
    for path in ("/_emulator/sms", "/_emulator/export"):
        assert "HOST_NOT_ALLOWED [Host]" in same_page.evaluate(FETCH, [there + path, "GET", "cors"])


def test_a_script_of_an_allowed_origin_sends_and_reads(same_page: Page, site: int, emulator: Client) -> None:
    same_page.goto(f"http://page.test:{site}/")
    sent = same_page.evaluate(FETCH, [f"{_origin(emulator)}/rest/v1.1/sms", "POST", "cors"])
    assert sent.startswith('{"status":"success"')
    found = same_page.evaluate(FETCH, [f"{_origin(emulator)}/_emulator/sms?text=x", "GET", "cors"])
    assert sent.split('"')[-2] in found


def test_an_address_that_a_person_types_is_no_other_site(page: Page, emulator: Client) -> None:
    before = len(emulator.find())
    page.goto(_with_password(emulator, SEND_BY_QUERY))
    assert '"status":"success"' in page.content()
    assert len(emulator.find()) == before + 1
