"""The inbox page in a real Chromium: what happens is seen, and what is asked for is done."""

from __future__ import annotations

import json
import re
import time
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from playwright.sync_api import expect

from callr_sms_emulator import Config
from tests.emulator.inbox.sample import ALICE, ARABIC, CODE, EVENING, HOSTILE, fill
from tests.emulator.support import Client, ManualClock, running, serving_config

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Page

    from tests.emulator.inbox.conftest import Opener

SOON = 3.0
BOB = "+447700900123"
WATCH = """text => { window.seen = new Promise(resolve => {
    const find = () => [...document.querySelectorAll(".bub")].some(each => each.textContent === text);
    new MutationObserver(() => { if (find()) resolve(Date.now()); })
        .observe(document.body, {childList: true, subtree: true});
}); }"""


def _thread(number: str) -> str:
    return "/?number=" + number.replace("+", "%2B")


def _live(page: Page) -> None:
    expect(page.locator(".pill.live")).to_have_text("Live")


def test_an_empty_account_says_how_to_send_the_first_sms(client: Client, open_page: Opener) -> None:
    page = open_page(client)
    _live(page)
    expect(page.get_by_role("heading", name="No SMS yet")).to_be_visible()
    assert f"{client.url}/sms" in page.locator(".welcome pre").first.inner_text()
    assert "Callr(" in page.locator(".welcome pre").last.inner_text()
    page.evaluate(
        "navigator.clipboard.writeText = text => { window.copied = text; return Promise.resolve(); }"
    )
    page.get_by_role("button", name="Copy: With curl").click()
    assert "-u emulator:emulator" in page.evaluate("window.copied")
    client.send(to=BOB, body="The first")
    expect(page.locator("virtual-list .row")).to_have_count(1)
    expect(page.get_by_role("heading", name="No SMS yet")).to_be_hidden()


def test_what_happens_is_seen_live(client: Client, open_page: Opener) -> None:
    client.send(to=ALICE, body="Hello")
    page = open_page(client, _thread(ALICE))
    _live(page)
    expect(page.locator(".bub")).to_have_text(["Hello"])
    page.evaluate(WATCH, "Live")
    began = time.time()
    client.send(to=ALICE, body="Live", **{"from": "Shop"})
    # Generous, because the machine may be busy.
    assert page.evaluate("window.seen") / 1000 - began < SOON
    expect(page.locator(".bub")).to_have_text(["Hello", "Live"])
    client.set("/clock", advance="5s")
    expect(page.locator(".msg").last).to_contain_text("received")
    client.set("/sms/incoming", text="Yes", **{"from": ALICE})
    expect(page.locator(".msg.in .bub")).to_have_text(["Yes"])
    expect(page.locator("sms-thread .sub")).to_have_text("3 SMS · 2 parts sent · 15.60 cents")
    client.set("/sms/incoming", text="STOP", **{"from": BOB})
    other = page.locator("virtual-list .row").first
    expect(other).to_contain_text("STOP")
    expect(other.locator(".badge")).to_contain_text("1")
    expect(page).to_have_title(re.compile(r"^\(1\) Inbox"))
    other.click()
    expect(page.locator(".bub")).to_have_text(["STOP"])
    expect(page).to_have_title(re.compile("^Inbox"))
    expect(page.locator(".badge")).to_have_count(0)


def test_a_text_is_text(client: Client, open_page: Opener) -> None:
    client.send(to=ALICE, body=HOSTILE)
    client.send(to=ALICE, body=ARABIC)
    client.send(to=ALICE, body="See https://example.com/a?b=c.")
    page = open_page(client, _thread(ALICE))
    bubbles = page.locator(".bub")
    expect(bubbles).to_have_count(3)
    assert bubbles.first.evaluate("each => each.textContent") == HOSTILE
    assert page.locator(".bub img, .bub b, .parts img").count() == 0
    assert page.evaluate("document.title") != "hacked"
    assert bubbles.nth(1).evaluate("each => getComputedStyle(each).direction") == "rtl"
    link = bubbles.nth(2).locator("a")
    assert link.get_attribute("href") == "https://example.com/a?b=c"
    assert link.get_attribute("rel") == "noopener noreferrer nofollow"
    page.goto(f"http://{urlsplit(client.url).netloc}/?q=onerror")
    expect(page.locator("virtual-list .row")).to_have_count(1)
    assert page.locator("virtual-list img").count() == 0


def test_an_sms_is_shown_as_it_is_billed(client: Client, open_page: Opener) -> None:
    sms_hash = fill(client)
    page = open_page(client, f"/view/{sms_hash}")
    inspector = page.locator("sms-inspector")
    expect(inspector.locator(".code-box b")).to_have_text("4711")
    expect(inspector.locator(".part")).to_have_count(2)
    texts = inspector.locator(".part").evaluate_all("all => all.map(each => each.lastChild.textContent)")
    assert texts[-1].endswith("notre part.")
    expect(inspector.locator(".part mark")).to_have_text(["«", "»", "ê", "\u2019"])
    expect(inspector).to_contain_text("2 parts · 15.60 cents")
    expect(inspector).to_contain_text("Part 2: 53 of 67 units, 14 left")
    expect(inspector).to_contain_text("as GSM it would be 1 part")
    expect(inspector).to_contain_text("latin small letter e with circumflex")
    expect(inspector.locator(".tl li")).to_have_count(5)
    inspector.get_by_role("button", name="Advance to").click()
    expect(inspector.locator(".tl .now")).to_contain_text("Queued at the carrier")
    inspector.get_by_role("button", name="Deliver now").click()
    expect(inspector.locator(".tl li").last).to_contain_text("Received")
    expect(inspector.locator(".tl .now")).to_have_count(0)
    assert client.get(sms_hash)["status"] == "RECEIVED"
    failing = client.send(to=ALICE, body="Fails")
    page.locator(".bub").get_by_text("Fails", exact=True).click()
    expect(inspector.locator(".hash")).to_have_text(failing)
    inspector.get_by_role("button", name="Fail with").click()
    page.get_by_role("menuitem", name="FAILED").click()
    expect(inspector.locator(".tl li.bad")).to_contain_text("Failed at the carrier")
    assert client.get(failing)["status"] == "FAILED"


def test_webhooks_requests_and_json(client: Client, open_page: Opener) -> None:
    sms_hash = fill(client)
    page = open_page(client, f"/view/{sms_hash}?tab=webhooks")
    inspector = page.locator("sms-inspector")
    expect(inspector.locator(".hook")).to_have_count(2)
    expect(inspector.locator(".attempts").first).to_contain_text("no connection")
    before = inspector.locator(".attempts li").count()
    inspector.get_by_role("button", name="Resend").first.click()
    expect(inspector.locator(".attempts li")).to_have_count(before + 1)
    inspector.get_by_role("tab", name="Request").click()
    expect(inspector.locator(".request pre").first).to_contain_text("POST /rest/v1.1/sms")
    expect(inspector.locator(".request pre").last).to_contain_text(sms_hash)
    page.evaluate(
        "navigator.clipboard.writeText = text => { window.copied = text; return Promise.resolve(); }"
    )
    inspector.get_by_role("button", name="Copy curl").click()
    assert page.evaluate("window.copied").startswith("curl -u emulator:emulator http://")
    inspector.get_by_role("tab", name="JSON").click()
    shown = inspector.locator("pre[aria-label=JSON]")
    expect(shown).to_contain_text(sms_hash)
    assert json.loads(shown.inner_text()) == client.get(sms_hash)
    page.get_by_role("button", name="Refused 2").click()
    expect(page.locator("refused-log .request")).to_have_count(2)
    expect(page.locator("refused-log")).to_contain_text("Nearest: +33639981234")
    client.post({"to": "", "body": "x"})
    expect(page.locator("refused-log .request")).to_have_count(3)
    page.get_by_role("button", name="More").click()
    page.get_by_role("menuitem", name="Webhook subscriptions").click()
    dialog = page.get_by_role("dialog", name="Webhook subscriptions")
    expect(dialog.locator("code")).to_have_text(["http://127.0.0.1:1/callr"])
    dialog.get_by_label("Endpoint").fill("http://127.0.0.1:2/")
    dialog.get_by_role("button", name="Add").click()
    expect(dialog.locator("code")).to_have_count(2)
    dialog.get_by_role("button", name="Remove http://127.0.0.1:1/callr").click()
    expect(dialog.locator("code")).to_have_text(["http://127.0.0.1:2/"])
    assert len(client.control("GET", "/webhooks").data) == 1


def test_search_is_in_the_address(client: Client, open_page: Opener) -> None:
    fill(client)
    page = open_page(client)
    page.keyboard.press("/")
    page.keyboard.type("belle JOURNEE")
    expect(page.locator("virtual-list .row")).to_have_count(1)
    assert "q=belle+JOURNEE" in page.url
    page.locator("virtual-list .row").click()
    expect(page.locator(".msg.chosen .bub")).to_contain_text("Belle journée")
    again = open_page(client, page.url.partition(urlsplit(client.url).netloc)[2])
    expect(again.locator(".msg.chosen .bub")).to_contain_text("Belle journée")
    expect(again.get_by_label("Search the SMS")).to_have_value("belle JOURNEE")
    again.get_by_label("Search the SMS").fill("")
    again.get_by_label("Status").select_option("FAILED")
    expect(again.locator("virtual-list .row")).to_have_count(1)
    again.get_by_role("button", name="Incoming", exact=True).click()
    expect(again.locator("virtual-list .row")).to_have_count(2)
    again.get_by_label("Search the SMS").fill("nothing like this")
    expect(again.locator(".note")).to_contain_text("No SMS matches")
    latest = open_page(client, "/view/latest")
    expect(latest.locator(".msg.chosen .bub")).to_contain_text(CODE)
    assert re.search(r"/view/[0-9A-Z]{8}\?", latest.url)
    missing = open_page(client, "/view/latest")
    expect(missing.locator(".hash")).not_to_have_text("")


def test_somebody_writes_in(client: Client, open_page: Opener) -> None:
    client.send(to=ALICE, body="Hello")
    page = open_page(client, _thread(ALICE))
    field = page.get_by_label("Write as +33 6 39 98 12 34")
    field.fill("Ça va " + "très bien " * 10)
    expect(page.locator("compose-box .count")).to_contain_text("1 part GSM · 106 of 160 units")
    field.fill("Ça va ê")
    expect(page.locator("compose-box .count")).to_contain_text("1 part UNICODE · 7 of 70 units")
    field.press("Control+Enter")
    expect(page.locator(".msg.in .bub")).to_have_text(["Ça va ê"])
    expect(field).to_have_value("")
    page.get_by_role("button", name="New incoming SMS").click()
    dialog = page.get_by_role("dialog", name="An SMS comes in")
    dialog.get_by_label("From").fill(BOB)
    dialog.get_by_label("Text").fill("Is it open?")
    dialog.get_by_role("button", name="Send in").click()
    expect(page.locator(".bub")).to_have_text(["Is it open?"])
    assert client.control("GET", "/sms?type=IN").data["sms"][0]["from"] == BOB


def test_the_controls(client: Client, open_page: Opener) -> None:
    fill(client)
    page = open_page(client)
    clock = page.locator(".pill.clock")
    expect(clock).to_contain_text("Clock frozen 2024-03-30 21:57:03 UTC")

    def choose(opener: str, entry: str) -> None:
        page.locator(opener).click()
        page.locator(".menu").get_by_role("menuitem", name=entry).or_(
            page.locator(".menu").get_by_role("menuitemradio", name=entry)
        ).first.click()

    choose(".pill.clock", "Advance 1 hour")
    expect(clock).to_contain_text("2024-03-30 22:57:03")
    choose(".pill.clock", "Set it")
    page.get_by_label("Moment, UTC").fill("2024-04-01 08:00:00")
    page.get_by_role("button", name="Freeze", exact=True).click()
    expect(clock).to_contain_text("2024-04-01 08:00:00")
    choose(".pill.clock", "Let it run")
    expect(clock).to_contain_text("Clock 2024-04-01 08:0")
    choose(".pill.clock", "100 times as fast")
    expect(clock).to_contain_text("Clock \u00d7100")
    choose(".pill.clock", "computer's time")
    expect(clock).to_contain_text("Clock 2024-03-30 20:4")
    shown = client.control("GET", "/clock").data
    assert (shown["frozen"], shown["rate"]) == (False, 1)
    choose(".pill.faults", "Add a fault")
    page.get_by_label("How long").select_option("3")
    page.get_by_role("button", name="Turn it on").click()
    expect(page.locator("#fault-bar")).to_be_visible()
    assert client.post({"to": ALICE, "body": "x"}).status == 503
    choose(".pill.faults", "Remove all faults")
    expect(page.locator("#fault-bar")).to_be_hidden()
    with page.expect_download() as download:
        choose(".pill.more", "Export")
    assert download.value.suggested_filename == "emulator.ndjson"
    choose(".pill.more", "Delete all SMS")
    page.get_by_role("button", name="Cancel").click()
    assert client.control("GET", "/account").data["sms"] == 13 - 2
    choose(".pill.more", "Delete all SMS")
    page.get_by_role("button", name="Delete 11 SMS").click()
    expect(page.get_by_role("heading", name="No SMS yet")).to_be_visible()
    assert client.control("GET", "/account").data["sms"] == 0


def test_the_keyboard(client: Client, open_page: Opener) -> None:
    fill(client)
    page = open_page(client)
    expect(page.locator("virtual-list .row")).to_have_count(8)
    page.keyboard.press("j")
    expect(page.locator("virtual-list .row.selected")).to_contain_text("98 12 34")
    page.keyboard.press("j")
    expect(page.locator("virtual-list .row.selected")).not_to_contain_text("98 12 34")
    page.keyboard.press("k")
    expect(page.locator(".bub")).to_have_count(4)
    page.keyboard.press("K")
    expect(page.locator(".msg.chosen .bub")).to_contain_text("Belle journée")
    page.keyboard.press("4")
    expect(page.get_by_role("tab", name="JSON")).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    expect(page.locator(".welcome")).to_be_visible()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keyboard")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.keyboard.press("r")
    expect(page.get_by_role("heading", name="Refused requests")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("n")
    expect(page.get_by_role("dialog", name="An SMS comes in")).to_be_visible()


def test_accounts_and_a_page_that_is_read_only(open_page: Opener) -> None:
    accounts = {"shop": "secret", "clinic": "secret"}
    config = Config(accounts=accounts, admin_token="an-admin-token", read_only=True)
    with serving_config(config, ManualClock(EVENING)) as client:
        client.send(to=ALICE, body="Of the shop")
        page = open_page(client)
        page.get_by_label("Login", exact=True).fill("shop")
        page.get_by_label("Password").fill("wrong")
        page.get_by_role("button", name="Log in", exact=True).click()
        expect(page.get_by_role("alert").filter(has_text="wrong")).to_be_visible()
        page.get_by_label("Password").fill("secret")
        page.get_by_role("button", name="Log in", exact=True).click()
        expect(page.locator("virtual-list .row")).to_contain_text("Of the shop")
        page.locator("virtual-list .row").click()
        expect(page.locator(".bub")).to_have_text(["Of the shop"])
        expect(page.locator("compose-box")).to_be_hidden()
        expect(page.get_by_role("button", name="Delete", exact=True)).to_be_hidden()
        assert "account=shop" in page.url
        page.locator("#account").click()
        page.get_by_role("menuitem", name="Log in to another").click()
        page.get_by_text("With the admin token").click()
        page.get_by_label("Admin token").fill("an-admin-token")
        page.get_by_role("button", name="List the accounts").click()
        page.get_by_role("button", name="clinic").click()
        expect(page.locator("#account")).to_contain_text("clinic")
        expect(page.locator("virtual-list .row")).to_have_count(0)
        page.locator("#account").click()
        page.get_by_role("menuitemradio", name="shop").click()
        expect(page.locator("virtual-list .row")).to_contain_text("Of the shop")
        assert "secret" not in page.evaluate("JSON.stringify(localStorage) + JSON.stringify(sessionStorage)")


def test_a_restart_loses_and_doubles_nothing(tmp_path: Path, open_page: Opener) -> None:
    flags = ("--database", str(tmp_path / "db"), "--path-prefix", "/sms")
    with running(tmp_path / "log", *flags) as process:
        client = process.client
        port = str(urlsplit(client.url).port)
        client.send(to=ALICE, body="One")
        page = open_page(client, "/sms" + _thread(ALICE))
        _live(page)
        expect(page.locator(".bub")).to_have_text(["One"])
        assert process.stop() == 0
    expect(page.locator(".pill.live")).to_have_text("Offline")
    expect(page.locator("#banner")).to_contain_text("does not answer")
    expect(page.locator(".bub")).to_have_text(["One"])
    page.get_by_role("button", name="Try now").click()
    with running(tmp_path / "log", *flags, "--port", port) as process:
        process.client.send(to=ALICE, body="Two")
        _live(page)
        expect(page.locator("#banner")).to_be_hidden()
        expect(page.locator(".bub")).to_have_text(["One", "Two"])
        process.client.send(to=ALICE, body="Three")
        expect(page.locator(".bub")).to_have_text(["One", "Two", "Three"])
