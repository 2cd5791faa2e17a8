"""`make contract` hands on what stands on its command line, else the environment's credentials."""

from __future__ import annotations

import base64
import os
import platform
import subprocess
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
# A changed pyproject.toml must not make it install everything anew below the tests that are running.
INSTALLED = ("-o", f".venv/.ready-{platform.python_version()}", "-o", ".venv/.client")
REFUSAL = b'{"status":"error","data":{"code":401,"message":"AUTHENTICATION_FAILED"}}'


@contextmanager
def refusing_server() -> Iterator[tuple[str, set[str]]]:
    """A server that lets nobody in; its base URL and the credentials that it was shown."""
    shown: set[str] = set()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            token = self.headers.get("Authorization", "").removeprefix("Basic ")
            shown.add(base64.b64decode(token).decode())
            self.send_response(401)
            self.send_header("WWW-Authenticate", 'Basic realm="test"')
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(REFUSAL)))
            self.end_headers()
            self.wfile.write(REFUSAL)

        def log_message(self, *_: object) -> None:
            """Keep the tests' output quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/rest/v1.1", shown
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def make(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    own = {
        name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS", "CALLR_"))
    }
    return subprocess.run(  # noqa: S603 - our own Makefile
        ["make", *INSTALLED, "contract", *arguments],  # noqa: S607 - whichever make runs these tests
        cwd=ROOT,
        env={**own, **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_credentials_of_the_command_line_arrive() -> None:
    password = "pa$w'o\"rd (1,2)"
    with refusing_server() as (url, shown):
        done = make(f"BASE_URL={url}", "LOGIN=me", f"PASSWORD={password}")
    assert done.returncode != 0
    assert shown == {f"me:{password}"}
    assert "rejected by the server" in done.stderr


def test_credentials_of_the_environment_arrive() -> None:
    with refusing_server() as (url, shown):
        make(f"BASE_URL={url}", CALLR_LOGIN="me", CALLR_PASSWORD="pa$w")
    assert shown == {"me:pa$w"}


def test_a_base_url_of_the_environment_is_not_taken() -> None:
    """Another program's BASE_URL must not redirect a run; the profile that does not exist ends it at once."""
    done = make("PROFILE=none", BASE_URL="http://127.0.0.1:9/rest/v1.1")
    assert done.returncode != 0
    assert "none" in done.stderr
    assert "127.0.0.1:9" not in done.stdout + done.stderr


def test_a_base_url_with_a_quote_is_no_shell() -> None:
    done = make("BASE_URL=http://x'y/rest", "LOGIN=me", "PASSWORD=secret")
    assert done.returncode != 0
    assert "Syntax error" not in done.stderr
    assert "x'y" in done.stderr
