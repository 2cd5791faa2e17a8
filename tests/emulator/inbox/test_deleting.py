"""What the inbox page deletes, restores, filters and exports, in a real Chromium."""

from __future__ import annotations

import json
import shlex
from pathlib import Path
from typing import TYPE_CHECKING

from playwright.sync_api import expect

from tests.emulator.inbox.sample import ALICE, fill
from tests.emulator.support import export
from tests.emulator.webhooks.receivers import receiving

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.emulator.inbox.conftest import Opener
    from tests.emulator.support import Client

BOB = "+447700900123"
COPIED = "navigator.clipboard.writeText = text => { window.copied = text; return Promise.resolve(); }"

# The offer to undo stays, however busy the machine is.
STAYS = "(set => { window.setTimeout = (work, ms) => ms === 10000 ? 0 : set(work, ms); })(window.setTimeout)"


def _clear(page: Page) -> None:
    page.locator(".pill.more").click()
    page.get_by_role("menuitem", name="Delete all SMS").click()
    page.get_by_role("button", name="Delete 11 SMS").click()


def _hashes(client: Client) -> list[str]:
    return [each["hash"] for each in client.control("GET", "/sms?limit=100").data["sms"]]


def test_all_sms_are_deleted_and_restored(client: Client, open_page: Opener) -> None:
    fill(client)
    client.set("/traffic-rules", rules="france")
    client.set("/unsubscribed", number=BOB)
    before = export(client)
    page = open_page(client)
    page.evaluate(STAYS)
    _clear(page)
    toast = page.locator("#toast")
    expect(toast).to_contain_text("11 SMS deleted")
    assert client.control("GET", "/account").data["sms"] == 0
    toast.get_by_role("button", name="Undo").click()
    expect(toast).to_have_text("All SMS are back")
    assert export(client) == before
    expect(page.locator("virtual-list .row")).to_have_count(8)
    _clear(page)
    expect(toast).to_contain_text("11 SMS deleted")
    sms_hash = client.send(to=ALICE, body="Meanwhile")
    with page.expect_download() as download:
        toast.get_by_role("button", name="Undo").click()
    assert Path(download.value.path()).read_bytes() == before
    expect(toast).to_contain_text("The account has new SMS, so the deletion cannot be undone")
    assert _hashes(client) == [sms_hash]
    assert len(client.control("GET", "/webhooks").data) == 1


def test_one_sms_and_those_of_a_search_are_deleted(client: Client, open_page: Opener) -> None:
    sms_hash = fill(client)
    hashes = _hashes(client)
    page = open_page(client, f"/view/{sms_hash}")
    expect(page.locator(".bub")).to_have_count(4)
    page.locator("#delete-sms").wait_for()
    page.keyboard.press("Delete")
    page.get_by_role("dialog", name=f"Delete SMS {sms_hash}?").get_by_text("Delete", exact=True).click()
    expect(page.locator(".bub")).to_have_count(3)
    hashes.remove(sms_hash)
    assert _hashes(client) == hashes
    page.get_by_label("Since").fill("2024-03-30")
    expect(page.locator(".foot")).to_contain_text("9 results")
    assert "since=2024-03-30" in page.url
    page.get_by_label("Search the SMS").fill("reminder")
    expect(page.locator(".foot")).to_contain_text("1 result")
    page.get_by_role("button", name="Delete these").click()
    dialog = page.get_by_role("dialog", name="Delete all SMS that match the search?")
    expect(dialog).to_contain_text("1 SMS and their webhook deliveries are removed")
    dialog.get_by_text("Delete", exact=True).click()
    expect(page.get_by_text("No SMS matches")).to_be_visible()
    assert len(_hashes(client)) == len(hashes) - 1
    assert client.control("GET", "/sms?q=reminder").data["sms"] == []


def test_keywords_are_buttons_while_rules_are_on(client: Client, open_page: Opener) -> None:
    client.send(to=ALICE, body="Sale!")
    page = open_page(client, "/?number=" + ALICE.replace("+", "%2B"))
    expect(page.locator(".bub")).to_have_count(1)
    expect(page.get_by_role("button", name="STOP")).to_be_hidden()
    client.set("/traffic-rules", rules="france")
    page.reload()
    page.get_by_role("button", name="STOP").click()
    expect(page.locator(".bub")).to_have_text(["Sale!", "STOP"])
    assert [each["number"] for each in client.control("GET", "/unsubscribed").data["numbers"]] == [ALICE]
    page.get_by_role("button", name="START").click()
    expect(page.locator(".bub")).to_have_text(["Sale!", "STOP", "START"])
    assert client.control("GET", "/unsubscribed").data["numbers"] == []


def test_attempts_are_copied_as_curl_and_exported_as_har(client: Client, open_page: Opener) -> None:
    with receiving() as receiver:
        client.set("/webhooks", endpoint=receiver.url, hmac_secret="sesame")
        sms_hash = client.set("/sms/incoming", text="C'est l'\u00e9t\u00e9 \"ici\" \u2028", **{"from": BOB})[
            "hash"
        ]
        page = open_page(client, f"/view/{sms_hash}?tab=webhooks")
        page.evaluate(COPIED)
        expect(page.locator(".hook .st").first).to_have_text("delivered")
        (received,) = receiver.received
    page.get_by_role("button", name="Copy curl").click()
    command, endpoint, *rest = shlex.split(page.evaluate("window.copied"))
    assert (command, endpoint, rest[-2:]) == ("curl", receiver.url, ["--data-binary", received.body.decode()])
    assert received.is_signed("sesame")
    assert f"X-CALLR-HmacSignature: {received.headers['x-callr-hmacsignature']}" in rest
    with page.expect_download() as download:
        page.get_by_role("button", name="Export HAR").click()
    assert download.value.suggested_filename == f"{sms_hash}.har"
    (entry,) = json.loads(Path(download.value.path()).read_text(encoding="utf-8"))["log"]["entries"]
    assert entry["request"]["postData"]["text"] == received.body.decode()
    assert (entry["request"]["url"], entry["response"]["status"]) == (receiver.url, 200)
    assert entry["response"]["content"] == {"size": 2, "mimeType": "", "text": "ok"}
    assert {"name": "Content-Length", "value": "2"} in entry["response"]["headers"]
