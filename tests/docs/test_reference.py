"""The reference page as people meet it: in a real browser that reaches nothing but the emulator."""

from __future__ import annotations

import html
import os
import re
import shlex
import subprocess
import sys
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

    from playwright.sync_api import Browser, Page

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
    commands = [code.replace("\\\n", "") for code in _samples(0)]
    assert len(commands) == len(OPERATIONS)
    assert [_status(command, emulator) for command in commands] == ["200", "200", "200", "404"]


def test_every_program_on_the_page_works(emulator: RunningEmulator) -> None:
    """In one process: reading the hash of the page is what fails, because nobody sent that SMS."""
    programs = [*_samples(1), *_samples(2)]
    assert len(programs) == 2 * len(OPERATIONS)
    program = "\n".join(
        f"try:\n    exec({code!r}, {{}})\nexcept Exception as error:\n    print(type(error).__name__)"
        for code in programs
    )
    account = f'"{emulator.login}", "{emulator.password}"'
    program = program.replace("http://127.0.0.1:8767/rest/v1.1", emulator.base_url)
    done = subprocess.run(  # noqa: S603 - our own page's
        [sys.executable, "-c", program.replace('"LOGIN", "PASSWORD"', account)],
        env={
            **os.environ,
            "CALLR_BASE_URL": emulator.base_url,
            "CALLR_LOGIN": emulator.login,
            "CALLR_PASSWORD": emulator.password,
        },
        capture_output=True,
        text=True,
        check=True,
    )
    first, second, third, fourth, fifth, sixth, last = done.stdout.splitlines()[-7:]
    hashes = (first, second, fifth, sixth)
    assert all(re.fullmatch("[0-9A-Z]{8}", each) for each in hashes), done.stdout
    assert (third, fourth[0]) == ("NotFoundError", "[")
    assert "'code': 404" in last


def _samples(number: int) -> list[str]:
    """Return the code of the operations in one language of the tabs."""
    groups = re.findall(r'<div class="tabs">(.*?)</div>\n</div>', render(load()), re.DOTALL)
    return [
        html.unescape(re.findall(r"<pre[^>]*><code>(.*?)</code>", group, re.DOTALL)[number])
        for group in groups
    ]


def test_the_contents_are_folded_on_a_small_screen(page: Page, address: str) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    visit(page, address)
    contents = page.get_by_role("navigation").locator("details.contents")
    link = contents.get_by_text("Send an SMS", exact=True)
    expect(link).to_be_hidden()
    assert page.get_by_role("navigation").evaluate("one => one.offsetHeight") < 80
    contents.locator("summary").first.click()
    link.click()
    expect(page.get_by_role("heading", name="Send an SMS", exact=True)).to_be_in_viewport()
    expect(link).to_be_hidden()


def test_the_search_finds_words_of_the_text(page: Page, address: str) -> None:
    visit(page, address)
    page.keyboard.press("/")
    page.keyboard.type("prefetch crawl")
    expect(page.get_by_role("status")).to_have_text("1 found")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Send an SMS with a query string")).to_be_in_viewport()


def test_a_language_is_chosen_for_all_and_code_is_copied(page: Page, address: str) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    visited = visit(page, address)
    first = page.locator("#operation-listSms")
    first.get_by_text("requests", exact=True).click()
    shown_code = page.locator("#operation-sendSms .tabs pre:visible")
    expect(shown_code).to_contain_text("requests.post(")
    frame = page.locator("#operation-sendSms .tabs .frame:visible")
    frame.hover()
    frame.get_by_role("button").click()
    expect(frame.get_by_role("button")).to_have_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()") == shown_code.text_content()
    assert visited.complaints == []


def test_all_but_search_and_copying_works_without_the_script(browser: Browser, address: str) -> None:
    context = browser.new_context(java_script_enabled=False, viewport={"width": 1280, "height": 800})
    page = context.new_page()
    visit(page, address)
    page.get_by_role("navigation").get_by_text("Send an SMS", exact=True).click()
    page.locator("#operation-sendSms label", has_text="requests").click()
    expect(page.locator("#operation-sendSms .tabs pre:visible")).to_contain_text("requests.post(")
    page.locator("#operation-sendSms details.rules summary").click()
    expect(page.locator("#operation-sendSms .rule-name").first).to_be_visible()
    expect(page.get_by_role("searchbox")).to_have_count(0)
    context.close()


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
