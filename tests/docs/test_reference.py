"""The reference page as people meet it: in a real browser that reaches nothing but the emulator."""

from __future__ import annotations

import html
import os
import re
import shlex
import subprocess
from typing import TYPE_CHECKING, NamedTuple
from urllib.request import urlopen

import pytest
from playwright.sync_api import expect

from openapi.docs.page import render
from openapi.document import METHODS, load
from tests.built import REFERENCE, built
from tests.docs.browser import visit

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Page

    from tests.conftest import RunningEmulator

PAPER = """<!DOCTYPE html><meta http-equiv="Content-Security-Policy" content="{policy}"><title>x</title>
<link rel="icon" href="data:,"><img src="https://example.com/x.png"><script>console.error("ran")</script>"""


class Operation(NamedTuple):
    method: str
    path: str
    summary: str


OPERATIONS = [
    Operation(method.upper(), path, item[method]["summary"])
    for path, item in load()["paths"].items()
    for method in METHODS
    if method in item
]


@pytest.fixture(scope="module")
def address(emulator: RunningEmulator) -> str:
    """Where the emulator serves the page."""
    built(REFERENCE)
    return emulator.base_url.removesuffix("/rest/v1.1") + "/_emulator/docs"


def shown(page: Page) -> list[Operation]:
    """The operations of the API that a reader sees; those of the webhooks left out."""
    sections = page.locator("section.operation").filter(has_not=page.locator(".method.event")).all()
    for section in sections:
        expect(section.locator(".endpoint")).to_be_visible()
    return [
        Operation(
            section.locator(".endpoint .method").inner_text(),
            section.locator(".endpoint code").inner_text(),
            section.locator("h3").inner_text(),
        )
        for section in sections
    ]


def test_the_emulator_shows_the_four_operations_without_a_network(page: Page, address: str) -> None:
    visited = visit(page, address)
    assert len(OPERATIONS) == 4
    assert shown(page) == OPERATIONS
    page.wait_for_load_state("networkidle")
    assert (visited.requests, visited.complaints) == ([address], [])


def test_the_file_shows_them_too(page: Page, tmp_path: Path) -> None:
    file = tmp_path / "reference.html"
    file.write_text(render(load()), encoding="utf-8")
    visited = visit(page, file.as_uri())
    assert shown(page) == OPERATIONS
    page.wait_for_load_state("networkidle")
    assert (visited.requests, visited.complaints) == ([file.as_uri()], [])


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.summary)
def test_the_contents_lead_to_each_operation(page: Page, address: str, operation: Operation) -> None:
    visit(page, address)
    heading = page.get_by_role("heading", name=operation.summary, exact=True)
    page.get_by_role("navigation").get_by_text(operation.summary, exact=True).click()
    expect(heading).to_be_in_viewport()


@pytest.mark.parametrize("width", [360, 1024, 1440])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_is_wider_than_the_screen(page: Page, address: str, width: int, scheme: str) -> None:
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    page.set_viewport_size({"width": width, "height": 800})
    visit(page, address)
    assert page.evaluate("document.documentElement.scrollWidth") == width
    background = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (background == "rgb(255, 255, 255)") == (scheme == "light")


@pytest.mark.parametrize(
    ("policy", "complaint"), [("", "ran"), ("default-src 'none'; img-src data:", "Content Security Policy")]
)
def test_a_page_that_loads_or_runs_something_would_be_noticed(
    page: Page, tmp_path: Path, policy: str, complaint: str
) -> None:
    """The barrier and the ear of the tests above work: with a policy and without one."""
    file = tmp_path / "bad.html"
    file.write_text(PAPER.format(policy=policy), encoding="utf-8")
    visited = visit(page, file.as_uri())
    page.wait_for_load_state("networkidle")
    assert any(complaint in each for each in visited.complaints)
    assert ("https://example.com/x.png" in visited.requests) == (not policy)


def test_the_emulator_serves_what_the_contract_gives(address: str) -> None:
    """Fails when the page is older than the contract: `make docs`."""
    with urlopen(address, timeout=10) as answer:  # noqa: S310 - the emulator's own address
        assert answer.read().decode() == render(load())


def test_every_command_on_the_page_works(emulator: RunningEmulator) -> None:
    blocks = re.findall(r'<pre class="curl"[^>]*><code>(.*?)</code>', render(load()), re.DOTALL)
    commands = [html.unescape(block).replace("\\\n", "") for block in blocks]
    assert len(commands) == len(OPERATIONS)
    assert [_status(command, emulator) for command in commands] == ["200", "200", "200", "404"]


def _status(command: str, emulator: RunningEmulator) -> str:
    """Run a command against the emulator of the tests; give the HTTP status."""
    words = shlex.split(
        command.replace("http://127.0.0.1:8767/rest/v1.1", emulator.base_url).replace(
            "LOGIN:PASSWORD", f"{emulator.login}:{emulator.password}"
        )
    )
    options = ["--silent", "--output", os.devnull, "--write-out", "%{http_code}"]
    done = subprocess.run([*words, *options], capture_output=True, text=True, check=True)  # noqa: S603 - our own page's
    return done.stdout
