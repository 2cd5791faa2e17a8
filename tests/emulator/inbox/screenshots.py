"""The pictures of the inbox page in the documentation: `make screenshots` takes them again."""

from __future__ import annotations

import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

from callr_sms_emulator import Config
from tests.docs.browser import CHROMIUM, FLAGS
from tests.emulator.inbox.sample import EVENING, fill
from tests.emulator.support import ManualClock, serving_config

FOLDER = Path(__file__).parents[3] / "docs" / "emulator" / "images"


def main() -> None:
    """Take a picture in each scheme. The seed makes all hashes the same, so only what changed differs."""
    if CHROMIUM is None:
        sys.exit("make screenshots: needs Chromium (Debian: apt-get install chromium)")
    FOLDER.mkdir(exist_ok=True)
    with (
        serving_config(Config(seed="screenshots"), ManualClock(EVENING)) as client,
        sync_playwright() as playwright,
    ):
        client.set("/clock", freeze="2024-03-29 22:00:00")
        client.send(to="+33612345678", body="Before")
        client.control("GET", "/conversations")
        sms_hash = fill(client)
        client.control("DELETE", "/sms?q=before")
        client.control("POST", "/conversations/read", {})
        for number, text in (("+447700900123", "Is it open today?"), ("+12125550142", "Thanks!")):
            client.set("/sms/incoming", text=text, **{"from": number})
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        for scheme in ("light", "dark"):
            page = browser.new_page(
                viewport={"width": 1400, "height": 860}, color_scheme=scheme, reduced_motion="reduce"
            )
            page.goto(client.url.removesuffix("/rest/v1.1") + f"/view/{sms_hash}")
            page.locator(".code-box").wait_for()
            page.get_by_text("Live", exact=True).wait_for()
            page.wait_for_function("document.querySelectorAll('.badge').length === 2")
            page.screenshot(path=FOLDER / f"inbox-{scheme}.png")
        browser.close()


if __name__ == "__main__":
    main()
