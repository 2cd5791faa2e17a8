"""The forms of a report, each made from one record."""

import os
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from markdown_it import MarkdownIt
from playwright.sync_api import Page, sync_playwright

from callr_sms_contract.reports.files import STEP_SUMMARY, Output, OutputError, write
from callr_sms_contract.reports.html import html
from callr_sms_contract.reports.junit import junit
from callr_sms_contract.reports.markdown import drift_report, markdown
from callr_sms_contract.reports.terminal import conclusion, summary
from callr_sms_contract.results.record import CheckCount, Drift, Record, RequestCount
from tests.contract_tests.records import BAD, FAULT, GOOD


def test_the_summary_ends_with_the_conclusion() -> None:
    assert summary(GOOD).splitlines()[-1] == "the contract holds: 7 requests in 3.5 s, seed 7, shard 1/2"
    assert conclusion(BAD).startswith("the contract is broken in 2 ways: 7 requests")
    assert "not everything was tested" in conclusion(BAD)
    assert conclusion(replace(GOOD, errors=("x",))).startswith("the suite could not judge everything")


@pytest.mark.parametrize(
    ("operations", "spent", "expected"),
    [
        (("GET /sms", "GET /sms/{hash}"), (), ", only reads were called"),
        (("GET /sms", "POST /sms"), (), ", reads and sends were called"),
        (("GET /sms", "GET /sms/send"), (), ", reads and sends were called"),
        (("GET /sms", "POST /sms"), ("paid sends: 1 of at most 5",), ", reads and paid sends were called"),
    ],
)
def test_the_conclusion_tells_of_sends(
    operations: tuple[str, ...], spent: tuple[str, ...], expected: str
) -> None:
    requests = tuple(RequestCount(operation, "recorded", 1) for operation in operations)
    record = replace(GOOD, is_live=True, requests=requests, spent=spent)
    assert conclusion(record).endswith(f"1/2{expected}")
    for page in (markdown(record), drift_report(record)):
        assert f"(live{expected.removesuffix(' were called')})" in page


_ACTING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]")


@pytest.mark.parametrize("report", [summary, conclusion, markdown, drift_report, html, junit])
def test_no_text_of_a_server_acts_on_who_reads_a_report(report: Callable[[Record], str]) -> None:
    evil = "a\x1b]0;owned\x07\x9b31m\r\x08\x7f\u202e\u2066\u200bz\ufeff"
    fault = replace(
        FAULT, operation=evil, check=evil, title=evil, message=evil, answer=evil, curl=(evil,), script=evil
    )
    record = replace(
        GOOD,
        base_url=evil,
        faults=(fault,),
        errors=(evil,),
        notes=(evil,),
        spent=(evil,),
        stopped=evil,
        requests=(RequestCount(evil, "examples", 1),),
        checks=(CheckCount(evil, evil, 0, 1),),
        drift=(Drift(evil, evil, "choice", 0, 1, evil),),
    )
    text = report(record)
    assert _ACTING.findall(text) == []
    assert "a\\x1b]0;owned" in text.replace("\\\\", "\\").replace("\\]", "]")
    assert "\\u202e\\u2066\\u200bz" in text.replace("\\\\", "\\")


# ---- JUnit ----


def _cases(record: Record) -> dict[tuple[str, str], ET.Element]:
    root = ET.fromstring(junit(record))  # noqa: S314 - our own document
    return {(case.get("classname", ""), case.get("name", "")): case for case in root.iter("testcase")}


def test_junit_has_a_case_for_each_check_and_rule_of_an_operation() -> None:
    assert set(_cases(GOOD)) == {
        ("GET /sms", "check answer_headers"),
        ("POST /sms", "check answer_headers"),
        ("GET /sms", "rule list-order"),
        ("POST /sms", "rule body-json"),
    }


def test_junit_says_what_failed_and_what_nothing_touched() -> None:
    cases = _cases(BAD)
    failure = cases["POST /sms", "check answer_headers"].find("failure")
    assert failure is not None
    assert failure.get("message") == FAULT.title
    assert failure.text is not None
    assert FAULT.curl[0] in failure.text
    assert cases["POST /sms", "rule list-order"].find("failure") is not None
    assert cases["GET /sms", "rule list-order"].find("skipped") is not None
    assert cases["POST /sms", "rule body-json"].find("skipped") is None


def test_the_counts_of_junit_are_those_of_its_cases() -> None:
    root = ET.fromstring(junit(replace(BAD, errors=("it went wrong",))))  # noqa: S314 - our own document
    assert root.get("tests") == str(len(list(root.iter("testcase"))))
    assert root.get("failures") == str(len(list(root.iter("failure"))))
    assert root.get("errors") == str(len(list(root.iter("error")))) == "1"
    assert root.get("skipped") == str(len(list(root.iter("skipped"))))


# ---- Markdown ----


def test_markdown_shows_what_a_server_said_as_text() -> None:
    page = markdown(BAD)
    rendered = MarkdownIt("commonmark").enable("table").render(page)
    assert "<script>" not in rendered
    assert "<table>" in rendered
    assert "````sh" in page  # longer than any fence in the answer
    assert FAULT.curl[0] in page
    assert "1 of 2 exercised" in page


def test_the_drift_report_tells_what_becomes_of_all_that_was_not_proven() -> None:
    page = drift_report(BAD)
    wrong, _, choices = page.partition("## Not proven before this run")
    assert "SMS.nature" in wrong
    assert "answers 405" not in wrong
    assert re.search(r"list-order` .* choice \| unknown ", choices)
    assert re.search(r"answers 405` .* choice \| proven ", choices)
    assert "Nothing, in all traffic that was seen" in drift_report(replace(GOOD, drift=()))


# ---- HTML ----


class _Outline(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.outside: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.outside += [
            str(value) for name, value in attrs if name in {"src", "href"} and not str(value).startswith("#")
        ]


@pytest.mark.parametrize("record", [GOOD, BAD, replace(GOOD, is_live=True, errors=("broke",), coverage=())])
def test_html_needs_nothing_but_itself(record: Record) -> None:
    outline = _Outline()
    outline.feed(html(record))
    assert not {"script", "img", "link", "iframe"} & set(outline.tags)
    assert outline.outside == []
    assert "url(" not in html(record)


def test_html_shows_what_a_server_said_as_text() -> None:
    page = html(BAD)
    assert "&lt;script&gt;alert(1)" in page
    assert "The contract is broken in 2 ways" in page
    assert "Not everything was tested" in page
    assert "list-order" in page


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    names = ("chromium", "chromium-browser", "google-chrome")
    chromium = next(filter(None, map(shutil.which, names)), None)
    if chromium is None:
        reason = "opens the report in Chromium, which is not installed (Debian: apt-get install chromium)"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield browser.new_page()
        browser.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1200])
def test_html_fits_its_window_and_can_be_read(scheme: str, width: int, page: Page, tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    path.write_text(html(BAD), encoding="utf-8")
    page.set_viewport_size({"width": width, "height": 800})
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    page.goto(path.as_uri())
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    colours = "(e => [getComputedStyle(e).color, getComputedStyle(e).backgroundColor])"
    for selector in ("body", ".hero", ".badge.bad", ".badge.good"):
        ink, ground = page.evaluate(f"{colours}(document.querySelector('{selector}'))")
        assert _contrast(ink, ground) >= 4.5, (selector, scheme)


def _contrast(one: str, other: str) -> float:
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    """As WCAG 2 defines it."""
    channels = [int(value) / 255 for value in re.findall(r"\d+", colour)[:3]]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


# ---- files ----


def test_all_that_is_asked_for_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(STEP_SUMMARY, raising=False)
    names = {name: str(tmp_path / "new" / name) for name in ("junit", "markdown", "html", "json", "drift")}
    write(BAD, Output(**names, repro=str(tmp_path / "repro")))
    assert {path.name for path in (tmp_path / "new").iterdir()} == set(names)
    scripts = sorted((tmp_path / "repro").iterdir())
    assert [path.name for path in scripts] == [
        "01-post-sms-answer_headers.sh",
        "02-post-sms-account_model.sh",
    ]
    assert scripts[0].stat().st_mode & 0o100


def test_a_github_job_gets_its_page_without_being_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = tmp_path / "summary"
    page.write_text("before\n", encoding="utf-8")
    monkeypatch.setenv(STEP_SUMMARY, str(page))
    write(GOOD, Output())
    assert page.read_text(encoding="utf-8") == f"before\n{markdown(GOOD)}"


def test_a_file_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match=r"^--html: .* cannot be written \(Is a directory\)"):
        write(GOOD, Output(html=str(tmp_path)))


def test_every_file_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    """A full disk cuts several."""
    with pytest.raises(OutputError, match=r"^--junit: .* expected a writable file; --html: [^;]*; expected"):
        write(GOOD, Output(html=str(tmp_path), junit=str(tmp_path)))


def test_what_was_not_seen_is_in_every_report_for_people() -> None:
    note = "webhooks: not judged, for no event came"
    record = replace(GOOD, notes=(note,))
    assert summary(record).splitlines()[-2] == note
    assert f"- {note}" in markdown(record)
    assert note in html(record)
    assert "holds" in conclusion(record)
