"""The reference page at `/_emulator/docs`: a file that is served unchanged, if it was built."""

import shutil
import subprocess
import sys
import zipfile
from http.client import HTTPConnection, HTTPMessage
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

import pytest

import callr_sms_emulator
from callr_sms_emulator._page import reference as reference_page
from tests.emulator.support import TIMEOUT, Client, basic, running_fresh

PAGE = "<!DOCTYPE html><title>é</title>".encode()
PACKAGE = Path(callr_sms_emulator.__file__).parent
MEMORY = ("--database", ":memory:")


class _Answer(NamedTuple):
    status: int
    headers: HTTPMessage
    body: bytes


@pytest.fixture
def outside(client: Client) -> Client:
    """Return a client without credentials, outside the base path of the API."""
    return Client(client.url.removesuffix("/rest/v1.1"), {})


@pytest.fixture
def page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the path where the server expects the page, which does not exist yet."""
    file = tmp_path / "reference.html"
    monkeypatch.setattr(reference_page, "FILE", file)
    return file


def _open(client: Client, path: str = "/_emulator/docs", headers: dict[str, str] | None = None) -> _Answer:
    parts = urlsplit(client.url)
    connection = HTTPConnection(parts.hostname or "", parts.port, timeout=TIMEOUT)
    try:
        connection.request("GET", path, headers=headers or {})
        response = connection.getresponse()
        return _Answer(response.status, response.headers, response.read())
    finally:
        connection.close()


def test_page_is_served_as_it_is_and_asks_for_no_credentials(outside: Client, page: Path) -> None:
    page.write_bytes(PAGE)
    answer = _open(outside)
    assert (answer.status, answer.body) == (200, PAGE)
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert answer.headers["Content-Length"] == str(len(PAGE))
    assert answer.headers["Cache-Control"] == "no-cache"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_page_may_load_nothing_and_run_nothing(outside: Client, page: Path) -> None:
    page.write_bytes(PAGE)
    policy = dict(
        part.split(" ", 1) for part in _open(outside).headers["Content-Security-Policy"].split("; ")
    )
    assert policy["default-src"] == "'none'"
    assert policy["style-src"] == "'unsafe-inline'"
    assert policy["img-src"] == "data:"
    assert not policy.keys() & {"script-src", "connect-src", "font-src", "frame-src"}
    assert {policy[name] for name in ("base-uri", "form-action", "frame-ancestors")} == {"'none'"}


def test_page_may_run_the_script_that_its_head_names(outside: Client, page: Path) -> None:
    script = f"script-src 'sha256-{'x' * 43}='"
    head = f'<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; {script}; x">'
    page.write_bytes(head.encode() + PAGE)
    assert _open(outside).headers["Content-Security-Policy"].endswith(f"; {script}")


@pytest.mark.parametrize("headers", [{}, basic("emulator:wrong"), {"Accept": "application/json"}])
def test_whoever_asks_gets_the_page(outside: Client, page: Path, headers: dict[str, str]) -> None:
    page.write_bytes(PAGE)
    assert _open(outside, "/_emulator/docs?x=%zz", headers).body == PAGE


def test_page_is_read_once(outside: Client, page: Path) -> None:
    page.write_bytes(PAGE)
    assert _open(outside).body == PAGE
    page.unlink()
    assert _open(outside).body == PAGE


def test_page_that_was_not_built_is_an_envelope_that_tells_how(outside: Client, page: Path) -> None:
    answer = outside.request("GET", "/_emulator/docs")
    assert answer.status == 404
    assert answer.message.startswith('ENDPOINT_NOT_FOUND [path]: "/_emulator/docs" is missing')
    assert "`make docs`" in answer.message
    page.write_bytes(PAGE)
    assert _open(outside).body == PAGE


@pytest.mark.parametrize("method", ["OPTIONS", "POST", "PUT", "DELETE"])
@pytest.mark.parametrize("built", [True, False])
def test_wrong_method_is_answered_with_the_one_allowed(
    outside: Client, page: Path, method: str, *, built: bool
) -> None:
    if built:
        page.write_bytes(PAGE)
    answer = outside.request(method, "/_emulator/docs")
    assert (answer.status, answer.headers["Allow"]) == (405, "GET, HEAD")


@pytest.mark.parametrize(
    "path", ["/_emulator", "/_emulator/", "/_emulator/docs/", "/_EMULATOR/docs", "/docs"]
)
def test_other_paths_are_not_found(outside: Client, page: Path, path: str) -> None:
    page.write_bytes(PAGE)
    answer = outside.request("GET", path)
    assert (answer.status, "/rest/v1.1/sms" in answer.message) == (404, True)


@pytest.mark.parametrize("built", [True, False])
def test_start_tells_where_the_page_is_when_there_is_one(tmp_path: Path, *, built: bool) -> None:
    package = tmp_path / PACKAGE.name
    shutil.copytree(PACKAGE, package, ignore=shutil.ignore_patterns("__pycache__", "reference.html"))
    if built:
        (package / "_page" / "reference.html").write_bytes(PAGE)
    with running_fresh(tmp_path / "log", *MEMORY, PYTHONPATH=str(tmp_path)) as process:
        origin = process.url.removesuffix("/rest/v1.1")
        assert _open(process.client).status == (200 if built else 404)
        assert process.stop() == 0
        assert process.popen.stdout is not None
        rest = process.popen.stdout.read()
    inbox = f"callr-sms-emulator: inbox {origin}/\n"
    assert rest == inbox + (f"callr-sms-emulator: reference {origin}/_emulator/docs\n" if built else "")


@pytest.mark.parametrize("built", [True, False])
def test_wheel_carries_the_page_when_there_is_one(tmp_path: Path, *, built: bool) -> None:
    source = tmp_path / "emulator"
    shutil.copytree(PACKAGE.parent, source, ignore=shutil.ignore_patterns("__pycache__", "reference.html"))
    # As in the checkout, where git and therefore hatchling ignore the page.
    (source / ".gitignore").write_text("reference.html\n")
    if built:
        (source / PACKAGE.name / "_page" / "reference.html").write_bytes(PAGE)
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(command, cwd=source, check=True, capture_output=True)  # noqa: S603 - our own command
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        assert ("callr_sms_emulator/_page/reference.html" in archive.namelist()) == built
