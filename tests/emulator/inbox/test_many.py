"""The inbox page with 100,000 SMS: what is not visible is not in the page, and scrolling does not stutter."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

from playwright.sync_api import expect

from callr_sms_emulator import Config
from tests.emulator.inbox.sample import ALICE, EVENING
from tests.emulator.support import ManualClock, serving_config

if TYPE_CHECKING:
    from pathlib import Path

    from tests.emulator.inbox.conftest import Opener
    from tests.emulator.support import Client

COUNT = 100_000
# An import of so many takes ten times as long, and is tested elsewhere. One in five is with Alice.
COPY = """
WITH RECURSIVE copy (number) AS (SELECT 0 UNION ALL SELECT number + 1 FROM copy WHERE number < :count - 1)
INSERT INTO sms (hash, account, direction, created, due, head, tail)
SELECT
  printf('%08d', number), account, direction, created, due,
  replace(
    replace(replace(head, hash, printf('%08d', number)), 'SMS number', 'SMS number ' || number),
    :alice, iif(number % 5, printf('+336%08d', number), :alice)
  ), tail
FROM copy CROSS JOIN sms WHERE hash = :hash
"""
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


def _fill(client: Client, database: Path) -> None:
    """Copy one SMS, whose life is over, in the database of a server."""
    sms_hash = client.send(to=ALICE, body="SMS number")
    client.set("/clock", advance="5s")
    assert client.get(sms_hash)["status"] == "RECEIVED"
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute(COPY, {"hash": sms_hash, "alice": ALICE, "count": COUNT})
    client.control("DELETE", f"/sms/{sms_hash}")
    assert client.control("GET", "/account").data["sms"] == COUNT


def test_a_hundred_thousand_sms(open_page: Opener, tmp_path: Path) -> None:
    database = tmp_path / "database"
    with serving_config(Config(), ManualClock(EVENING), database) as client:
        client.set("/clock", freeze="2024-03-29 22:00:00")
        _fill(client, database)
        _look(client, open_page)


def _look(client: Client, open_page: Opener) -> None:
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
