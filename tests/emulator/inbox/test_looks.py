"""The inbox page at every size, light and dark: nothing is cut off, and axe finds no barrier."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal

import pytest
from playwright.sync_api import expect

from tests.emulator.inbox.sample import HOSTILE, fill

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.emulator.inbox.conftest import Opener
    from tests.emulator.support import Client

AXE = Path(__file__).parents[2] / "peers" / "node_modules" / "axe-core" / "axe.min.js"
RUN = """async options => {
    const {violations} = await axe.run(document, {resultTypes: ["violations"], ...options});
    return violations.flatMap(each => each.nodes.map(node => `${each.id}: ${node.html}`));
}"""
WIDTHS = (320, 820, 1400)
CUT_OFF = """() => [...document.querySelectorAll("header *, nav *, main *, aside *")].filter(each => {
    const {right, left, width} = each.getBoundingClientRect();
    const isVisible = each.checkVisibility({visibilityProperty: true}) && width > 1;
    return isVisible && (right > innerWidth + 1 || left < -1);
}).map(each => each.outerHTML.slice(0, 100))"""


def _check(page: Page, where: str, axe_at: tuple[int, ...] = (1400,)) -> None:
    """Check that nothing is cut off at any width, and that axe finds nothing, in both schemes."""
    if page.evaluate("typeof axe") == "undefined":
        page.evaluate(AXE.read_text(encoding="utf-8"))
    # All rules in the light scheme, and in the dark one that of colours, which alone depends on it.
    schemes: list[tuple[Literal["dark", "light"], dict[str, list[str]]]]
    schemes = [("dark", {"runOnly": ["color-contrast"]}), ("light", {})]
    for scheme, rules in schemes:
        page.emulate_media(color_scheme=scheme)
        assert page.evaluate(f"matchMedia('(prefers-color-scheme: {scheme})').matches")
        for width in WIDTHS:
            view = f"{where}, {width}, {scheme}"
            page.set_viewport_size({"width": width, "height": 860})
            assert page.evaluate(CUT_OFF) == [], view
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), view
            if width in axe_at:
                assert page.evaluate(RUN, rules) == [], view


def test_every_view_at_every_size(client: Client, open_page: Opener) -> None:
    if not AXE.is_file():
        pytest.fail("axe-core is not installed: `make peers` installs it")
    page = open_page(client)
    expect(page.get_by_role("heading", name="No SMS yet")).to_be_visible()
    _check(page, "empty")
    sms_hash = fill(client)
    client.send(to="+33639981234", body=HOSTILE)
    page = open_page(client, f"/view/{sms_hash}")
    for key, ready in (("1", ".part"), ("2", ".hook"), ("3", ".request"), ("4", ".pane .code")):
        page.keyboard.press(key)
        expect(page.locator(f"sms-inspector {ready}").first).to_be_visible()
        _check(page, ready)
    page.keyboard.press("Escape")
    expect(page.locator(".msg.chosen")).to_have_count(0)
    expect(page.locator(".bub").first).to_be_visible()
    _check(page, "thread", WIDTHS)  # a phone has buttons that lead back, and one pane at a time
    page.keyboard.press("r")
    expect(page.locator("refused-log .request").first).to_be_visible()
    _check(page, "refused")
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    expect(page.locator(".welcome")).to_be_visible()
    _check(page, "list", WIDTHS)
    for key in ("?", "n"):
        page.keyboard.press(key)
        expect(page.get_by_role("dialog")).to_be_visible()
        _check(page, f"dialog {key}")
        page.keyboard.press("Escape")
    page.locator("#account").click()
    page.get_by_role("menuitem", name="Log in to another").click()
    expect(page.get_by_label("Login", exact=True)).to_be_visible()
    _check(page, "login")
