"""The reference of the client as people meet it: in a real browser that reaches nothing."""

from __future__ import annotations

import html
import re
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

import callr_sms_client
from callr_sms_client import segments, webhooks
from generator.diff import load_package, public
from generator.reference.page import highlight, render
from openapi.docs.pages import VENDOR
from tests.docs.browser import visit

if TYPE_CHECKING:
    from playwright.sync_api import Page

CLIENT = Path(__file__).parents[2] / "generated_client"
HTML = render(CLIENT, "callr_sms_client")


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> str:
    file = tmp_path_factory.mktemp("docs") / "client.html"
    file.write_text(HTML, encoding="utf-8")
    return file.as_uri()


def expected() -> set[str]:
    """Every public name, and every public method under the class that it belongs to."""
    modules = {"segments": segments, "webhooks": webhooks}
    names = {name for name in callr_sms_client.__all__ if name not in modules and name != "__version__"}
    for module, loaded in modules.items():
        names |= {f"{module}.{name}" for name in loaded.__all__ if name not in callr_sms_client.__all__}
    # segments has an Encoding of its own, which is not the one of the contract.
    names.add("segments.Encoding")
    for name in [*names]:
        owner, _, short = name.rpartition(".")
        found = getattr(modules.get(owner, callr_sms_client), short)
        if isinstance(found, type):
            # `sms` of the clients is an object, and its class is there for those who fake it.
            own = {
                member
                for member, value in vars(found).items()
                if callable(value) and not isinstance(value, type) and member[:1] != "_"
            }
            names |= {f"{name}.{member}" for member in own}
    return names


def test_a_class_that_users_make_shows_its_constructor() -> None:
    shown = set(re.findall(r'<pre class="signature" tabindex="0"><code>([A-Z]\w+)\(', HTML))
    assert shown >= {"AsyncCallr", "Callr", "DefaultTransport", "MockTransport", "SmsOptions", "CallrError"}
    assert not shown & {"Sms", "StatusChange"}  # those come from the API


def test_every_public_name_is_seen_without_a_network(page: Page, address: str) -> None:
    visited = visit(page, address)
    for heading in page.locator("section.operation h3").all():
        expect(heading).to_be_visible()
    shown = {text.split()[0] for text in page.locator("section.operation h3").all_inner_texts()}
    constants = set(page.locator(".chips code").evaluate_all("all => all.map(one => one.id)"))
    assert expected() - shown - constants == set()
    page.wait_for_load_state("networkidle")
    assert (visited.requests, visited.complaints) == ([address], [])


def test_every_attribute_of_a_class_is_there(page: Page, address: str) -> None:
    """Those that an answer has, under its class, or under the one that it has them from."""
    visit(page, address)
    ids = set(page.locator("main [id]").evaluate_all("all => all.map(one => one.id)"))
    names = public(load_package(CLIENT, "callr_sms_client"))
    properties = {
        ".".join(item.path.split(".")[-2:])
        for name, item in names.items()
        if item.is_attribute and "property" in item.labels and item.docstring
    }
    assert len(properties) > 50
    assert {name for name in properties if name not in ids and f"segments.{name}" not in ids} == set()


@pytest.mark.parametrize(
    "name", ["Callr", "SmsApi", "Sms", "CallrError", "webhooks.parse", "segments.estimate"]
)
def test_the_contents_lead_to_each_name(page: Page, address: str, name: str) -> None:
    visit(page, address)
    page.get_by_role("navigation").get_by_role("link", name=name, exact=True).click()
    expect(page.locator(f"section[id='{name}'] h3")).to_be_in_viewport()


def test_an_example_stands_beside_what_it_shows(page: Page, address: str) -> None:
    visit(page, address)
    example = page.locator("section[id='SmsApi.send'] .samples code")
    expect(example).to_contain_text('from_="My Shop",')
    expect(page.locator("section[id='AsyncSmsApi.send'] .samples code")).to_contain_text(
        "await callr.sms.send("
    )


def test_every_link_leads_somewhere() -> None:
    ids = Counter(re.findall(r'\bid="([^"]+)"', HTML))
    assert [name for name, count in ids.items() if count > 1] == []
    assert set(re.findall(r'href="#([^"]+)"', HTML)) - ids.keys() == set()
    assert set(re.findall(r'href="([^#"][^"]*)"', HTML)) == {"data:,", VENDOR}
    linked = render(CLIENT, "callr_sms_client", "api.html", "openapi.yaml")
    assert '<a href="api.html">The API</a>' in linked
    assert '<a href="openapi.yaml">The document</a>' in linked


def test_the_methods_of_both_clients_are_in_the_contents(page: Page, address: str) -> None:
    visit(page, address)
    for name in ("Callr.with_options", "AsyncCallr.with_options", "AsyncSmsApi.send"):
        expect(page.locator(f"nav a[href='#{name}']")).to_be_visible()


def test_the_contents_are_folded_on_a_small_screen(page: Page, address: str) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    visit(page, address)
    navigation = page.get_by_role("navigation")
    assert navigation.evaluate("one => one.offsetHeight") < 80
    navigation.locator("summary").first.click()
    navigation.get_by_role("searchbox").fill("duplicate")
    expect(navigation.get_by_role("link", name="webhooks.SeenEvents", exact=True)).to_be_visible()
    expect(navigation.get_by_role("link", name="Timeout", exact=True)).to_be_hidden()


def test_names_in_words_and_types_are_links() -> None:
    assert '<a href="#SmsApi.get"><code>sms.get</code></a>' in HTML
    assert '<a href="#AsyncSmsApi.get"><code>sms.get</code></a>' in HTML
    options = '<a href="#SmsOptions">SmsOptions</a> | <a href="#SmsOptionsDict">SmsOptionsDict</a>'
    assert f"options: {options} | None = None" in HTML
    assert 'timeout: float | <a href="#Timeout">Timeout</a> = 30.0' in HTML


@pytest.mark.parametrize("width", [360, 1024, 1440])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_is_wider_than_the_screen(page: Page, address: str, width: int, scheme: str) -> None:
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    page.set_viewport_size({"width": width, "height": 800})
    visit(page, address)
    assert page.evaluate("document.documentElement.scrollWidth") == width
    background = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (background == "rgb(255, 255, 255)") == (scheme == "light")


def test_the_same_source_gives_the_same_page() -> None:
    assert render(CLIENT, "callr_sms_client") == HTML


@pytest.mark.parametrize(
    "code", ['x = f("<b>", 1)  # no <b>\n\n\nif x:\n    y = """a\nb"""\n', "not python (", "é = 1"]
)
def test_code_keeps_every_character(code: str) -> None:
    marked = highlight(code)
    assert "<b>" not in marked
    assert html.unescape(re.sub(r"</?span[^>]*>", "", marked)) == code
