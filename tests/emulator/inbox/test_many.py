"""The inbox page with 100,000 SMS: what is not visible is not in the page, and scrolling does not stutter."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.sync_api import expect

from tests.emulator import support
from tests.emulator.inbox.conftest import PATIENCE
from tests.emulator.inbox.sample import ALICE
from tests.emulator.support import export, take_in

if TYPE_CHECKING:
    import pytest

    from tests.emulator.inbox.conftest import Opener
    from tests.emulator.support import Client

expect.set_options(timeout=PATIENCE)
_IMPORT_S = 300  # on a machine that is busy with other tests
COUNT, WITH_ALICE = 100_000, 20_000
DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
# Frames are counted while it is scrolled from one end to the other; the longest is a stutter.
SCROLL = """async selector => {
    const each = document.querySelector(selector), steps = 120;
    let longest = 0, before = performance.now(), most = 0;
    for (let step = 0; step <= steps; step += 1) {
        each.scrollTop = (each.scrollHeight - each.clientHeight) * step / steps;
        await new Promise(requestAnimationFrame);
        longest = Math.max(longest, performance.now() - before);
        before = performance.now();
        most = Math.max(most, document.querySelectorAll("*").length);
    }
    return {longest, most};
}"""


def _hash(number: int) -> str:
    text = ""
    for _ in range(8):
        number, digit = divmod(number, 36)
        text = DIGITS[digit] + text
    return text


def _fill(client: Client) -> None:
    sms_hash = client.send(to=ALICE, body="SMS number")
    client.set("/clock", advance="5s")
    account, line = export(client).decode().splitlines()
    client.control("DELETE", "/sms")
    start, end = line.split(sms_hash)
    lines = [account]
    for number in range(COUNT):
        rest = end if number % 5 == 0 else end.replace(ALICE, f"+336{number:08}")
        lines.append(start + _hash(number) + rest.replace("SMS number", f"SMS number {number}"))
    answer = take_in(client, "\n".join(lines).encode() + b"\n")
    assert (answer.status, answer.data["sms"]) == (200, COUNT)


def test_a_hundred_thousand_sms(client: Client, open_page: Opener, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(support, "TIMEOUT", _IMPORT_S)
    _fill(client)
    page = open_page(client)
    expect(page.locator(".foot")).to_contain_text("100,000 SMS")
    listed = page.evaluate(SCROLL, "virtual-list")
    expect(page.locator("virtual-list .row").last).to_contain_text("SMS number 1")
    assert page.locator("virtual-list .row").count() < 60
    page.goto(page.url + "?number=" + ALICE.replace("+", "%2B"))
    expect(page.locator(".bub").last).to_have_text(f"SMS number {COUNT - 5}")
    expect(page.locator("sms-thread .sub")).to_contain_text("20,000 SMS")
    page.evaluate("document.querySelector('.scroll').scrollTop = 0")
    expect(page.locator(".bub").first).to_have_text("SMS number 0")
    threaded = page.evaluate(SCROLL, ".scroll")
    expect(page.locator(".bub").last).to_have_text(f"SMS number {COUNT - 5}")
    client.send(to=ALICE, body="The newest")
    expect(page.locator(".bub").last).to_have_text("The newest")
    # Generous, because the machine may be busy.
    assert max(listed["longest"], threaded["longest"]) < 2000
    assert max(listed["most"], threaded["most"]) < 4000
    page.get_by_label("Search the SMS").fill("number 77777")
    expect(page.locator("virtual-list .row")).to_have_count(1)
    page.locator("virtual-list .row").click()
    expect(page.locator(".bub")).to_have_text(["SMS number 77777"])
    print("longest frames", listed, threaded)  # noqa: T201 - for those who measure: pytest -s
