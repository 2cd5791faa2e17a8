"""The files of the inbox page: what is served, with which headers, and what must not be in them."""

from __future__ import annotations

import re
from http.client import HTTPConnection, HTTPMessage
from pathlib import Path
from urllib.parse import urlsplit

import pytest

import callr_sms_emulator
from callr_sms_emulator import Config
from tests.emulator.conftest import NOON
from tests.emulator.support import TIMEOUT, Client, ManualClock, serving_config

FOLDER = Path(callr_sms_emulator.__file__).parent / "_page" / "static"
FILES = sorted(FOLDER.iterdir())


def _get(client: Client, path: str, method: str = "GET", **headers: str) -> tuple[int, HTTPMessage, bytes]:
    parts = urlsplit(client.url)
    connection = HTTPConnection(parts.hostname or "", parts.port, timeout=TIMEOUT)
    try:
        connection.request(
            method, path, headers={name.replace("_", "-"): value for name, value in headers.items()}
        )
        response = connection.getresponse()
        return response.status, response.headers, response.read()
    finally:
        connection.close()


def test_the_page_is_small_and_complete() -> None:
    assert sum(each.stat().st_size for each in FILES) < 120_000
    text = "".join(each.read_text(encoding="utf-8") for each in FILES)
    addresses = set(re.findall(r"https?://[a-z0-9.]+", text)) - {"http://www.w3.org"}
    assert addresses == {"http://127.0.0.1"}  # the example of a webhook
    for each in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function"):
        assert each not in text, each
    index = (FOLDER / "index.html").read_text(encoding="utf-8")
    assert "style=" not in index
    assert re.search(r"<script(?! type=\"module\" src=)|<style| on[a-z]+=", index) is None


def test_every_file_is_served_with_its_policy(client: Client) -> None:
    for each in FILES:
        status, headers, body = _get(client, f"/page/{each.name}")
        assert (status, headers["X-Content-Type-Options"]) == (200, "nosniff")
        assert body == each.read_bytes() or each.name == "index.html"
    for path in ("/", "/view/latest", "/view/ABCD1234?tab=json"):
        status, headers, body = _get(client, path)
        assert (status, headers["Content-Type"]) == (200, "text/html; charset=utf-8")
        assert b'content="emulator:emulator"' in body
        policy = dict(part.split(" ", 1) for part in headers["Content-Security-Policy"].split("; "))
        assert policy["default-src"] == "'none'"
        assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == "'self'"
        assert policy["frame-ancestors"] == policy["form-action"] == policy["trusted-types"] == "'none'"
        assert "unsafe" not in headers["Content-Security-Policy"]
    assert _get(client, "/", "HEAD")[0] == 200
    for path, method, allowed in (("/page/app.js", "POST", "GET, HEAD"), ("/", "PUT", "GET, HEAD, POST")):
        status, headers, _ = _get(client, path, method)
        assert (status, headers["Allow"]) == (405, allowed)
    for path in (
        "/page/",
        "/page/../files.py",
        "/page/files.py",
        "/page/%2e%2e/__init__.py",
        "/views",
        "/pages",
    ):
        assert _get(client, path)[0] == 404
    assert client.control("GET", "/requests").data["requests"] == []


@pytest.mark.parametrize("path", ["/", "/view/latest", "/page/app.js"])
def test_a_link_on_another_site_leads_to_the_page(client: Client, path: str) -> None:
    assert _get(client, path, Sec_Fetch_Site="cross-site", Upgrade_Insecure_Requests="1")[0] == 200
    assert _get(client, path, Host="evil.example")[0] == 403
    assert _get(client, path, "POST", Origin="http://evil.example")[0] == 403
    assert _get(client, "/_emulator/clock", Sec_Fetch_Site="cross-site")[0] == 403


def test_the_page_is_below_the_prefix_and_names_no_account_of_others() -> None:
    config = Config(path_prefix="/team/sms", accounts={"shop": "secret"})
    with serving_config(config, ManualClock(NOON)) as client:
        for path in ("/team/sms", "/team/sms/", "/team/sms/view/latest"):
            status, _, body = _get(client, path)
            assert (status, b'<base href="/team/sms/">' in body) == (200, True)
            assert b"secret" not in body
            assert b'name="published-account" content=""' in body
        assert _get(client, "/")[0] == 404
