"""The health of an emulator, over HTTP and by the command."""

import sys
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.emulator.support import (
    AUTHORIZATION,
    TIMEOUT,
    run_command,
    running,
)

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="modes and signals of POSIX")
MEMORY = ("--database", ":memory:")
PREFIX = "callr-sms-emulator: "


def test_health_is_asked_with_get_and_head(tmp_path: Path) -> None:
    with running(tmp_path / "log", *MEMORY) as process:
        parts = urlsplit(process.url)
        connection = HTTPConnection(parts.hostname or "", parts.port, timeout=TIMEOUT)
        for path in (
            *("/_emulator/health", "/_emulator/clock", "/_emulator/export", "/_emulator/openapi.json"),
            *("/_emulator/sms?limit=1", "/_emulator/events"),
        ):
            connection.request("HEAD", path, headers=AUTHORIZATION)
            response = connection.getresponse()
            assert (response.status, response.read()) == (200, b"")
        connection.request("HEAD", "/_emulator/sms/00000000", headers=AUTHORIZATION)
        response = connection.getresponse()
        assert (response.status, response.read()) == (404, b"")
        connection.close()
        ended = run_command("health", process.url)
        assert (ended.returncode, ended.stdout.count("\n"), ended.stderr) == (0, 1, "")
        assert ended.stdout.startswith(f"{PREFIX}healthy, version ")
        other = run_command("health", f"http://{parts.netloc}/elsewhere")
        assert (other.returncode, other.stderr.count("\n")) == (1, 1)
    gone = run_command("health", process.url)
    assert (gone.returncode, gone.stdout, gone.stderr.count("\n")) == (1, "", 1)


@pytest.mark.parametrize("url", ["127.0.0.1:8767", "ftp://127.0.0.1", "http://[::1", "http://h:x", "http://"])
def test_url_that_is_none_is_one_line(url: str) -> None:
    ended = run_command("health", url)
    assert (ended.returncode, ended.stdout, ended.stderr.count("\n")) == (1, "", 1)
