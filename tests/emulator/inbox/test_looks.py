"""The inbox page at every size, light and dark: nothing is cut off, and axe finds no barrier."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from tests.emulator.inbox.conftest import PATIENCE
from tests.emulator.inbox.sample import HOSTILE, fill

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.emulator.inbox.conftest import Opener
    from tests.emulator.support import Client

expect.set_options(timeout=PATIENCE)
AXE = Path(__file__).parents[2] / "peers" / "node_modules" / "axe-core" / "axe.min.js"
RUN = """async () => {
    const {violations} = await axe.run(document, {resultTypes: ["violations"]});
    return violations.flatMap(each => each.nodes.map(node => `${each.id}: ${node.html}`));
}"""
CUT_OFF = """() => [...document.querySelectorAll("header *, nav *, main *, aside *")].filter(each => {
    const {right, left, width} = each.getBoundingClientRect();
    const isVisible = each.checkVisibility({visibilityProperty: true}) && width > 1;
    return isVisible && (right > innerWidth + 1 || left < -1);
}).map(each => each.outerHTML.slice(0, 100))"""


def _check(page: Page, where: str, *, with_axe: bool = True) -> None:
    if with_axe:
        if page.evaluate("typeof axe") == "undefined":
            page.evaluate(AXE.read_text(encoding="utf-8"))
        found: list[Any] = page.evaluate(RUN)
        assert found == [], where
    assert page.evaluate(CUT_OFF) == [], where
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), where


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_view_at_every_size(client: Client, open_page: Opener, scheme: str) -> None:
    if not AXE.is_file():
        pytest.fail("axe-core is not installed: `make peers` installs it")
    options = {"color_scheme": scheme, "reduced_motion": "reduce"}
    empty = open_page(client, **options)
    expect(empty.get_by_role("heading", name="No SMS yet")).to_be_visible()
    _check(empty, "empty")
    sms_hash = fill(client)
    client.send(to="+33639981234", body=HOSTILE)
    page = open_page(client, f"/view/{sms_hash}", **options)
    for width in (1400, 820, 320):
        page.set_viewport_size({"width": width, "height": 860})
        # Colours and names do not depend on the width, so axe looks at all views of one width only.
        is_widest, is_light = width == 1400, scheme == "light"
        for key, ready in (("1", ".part"), ("2", ".hook"), ("3", ".request"), ("4", ".pane .code")):
            page.keyboard.press(key)
            expect(page.locator(f"sms-inspector {ready}").first).to_be_visible()
            _check(page, f"{width} {ready}", with_axe=is_widest)
        page.keyboard.press("Escape")
        expect(page.locator(".bub").first).to_be_visible()
        _check(page, f"{width} thread", with_axe=is_light)
        page.keyboard.press("r")
        expect(page.locator("refused-log .request").first).to_be_visible()
        _check(page, f"{width} refused", with_axe=is_widest)
        page.keyboard.press("Escape")
        page.keyboard.press("Escape")
        expect(page.locator("virtual-list .row").first).to_be_visible()
        _check(page, f"{width} list", with_axe=is_light)
        page.goto(page.url.partition("?")[0].rpartition("/")[0] + f"/view/{sms_hash}")
    page.set_viewport_size({"width": 1400, "height": 860})
    for key in ("?", "n"):
        page.keyboard.press(key)
        expect(page.get_by_role("dialog")).to_be_visible()
        _check(page, f"dialog {key}")
        page.keyboard.press("Escape")
    page.locator("#account").click()
    page.get_by_role("menuitem", name="Log in to another").click()
    expect(page.get_by_label("Login", exact=True)).to_be_visible()
    _check(page, "login")
