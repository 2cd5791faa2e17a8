"""The receivers of the pages, served by real servers, and events pushed to them."""

from __future__ import annotations

import json
import os
import socket
import sqlite3
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from typing import IO, TYPE_CHECKING, Any

import httpx2
import pytest

from callr_sms_client import SmsOptions, SmsOptionsWebhook, webhooks
from tests.client.support import HASH, SMS
from tests.docs.pages import run_by

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from callr_sms_client import Callr

BLOCKS = run_by("tests/client/test_receivers.py")
PATIENCE = 120.0
SECRET = "the secret of the test"
EVENT: dict[str, Any] = {
    "event_id": "1",
    "event_at": "2024-03-19T02:41:28.020Z",
    "hook_hash": None,
    "try": 0,
    "type": "sms.mt.status_update",
    "data": SMS,
}
# Each prints the port that it listens on, then what the receiver prints.
SERVE = {
    "fastapi": """
import socket, uvicorn
listener = socket.create_server(("127.0.0.1", 0))
print(listener.getsockname()[1], flush=True)
uvicorn.Server(uvicorn.Config(app, log_level="critical")).run([listener])
""",
    "flask": """
from werkzeug.serving import make_server
server = make_server("127.0.0.1", 0, app)
print(server.server_port, flush=True)
server.serve_forever()
""",
    "django": """
from wsgiref.simple_server import make_server
server = make_server("127.0.0.1", 0, app)
print(server.server_port, flush=True)
server.serve_forever()
""",
}
PROGRAMS = {block.info.removeprefix("python "): block.text for block in BLOCKS}


@contextmanager
def receiver(framework: str, folder: Path) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    program = folder / "receiver.py"
    program.write_text(PROGRAMS[framework] + SERVE[framework], encoding="utf-8")
    environment = {**os.environ, "CALLR_WEBHOOK_SECRET": SECRET, "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(  # noqa: S603 - our own command
        [sys.executable, str(program)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env=environment,
    ) as process:
        too_long = threading.Timer(PATIENCE, process.kill)  # whoever waits for a line then gets an empty one
        too_long.start()
        try:
            assert process.stdout is not None
            yield f"http://127.0.0.1:{int(process.stdout.readline())}/callr", process
        finally:
            too_long.cancel()
            process.terminate()


def push(url: str, secret: str = SECRET, *, attempt: int = 0, **changes: object) -> int:
    body = json.dumps({**EVENT, "try": attempt, **changes}).encode()
    headers = {webhooks.SIGNATURE_HEADER: webhooks.sign(body, secret), "Content-Type": "application/json"}
    return httpx2.post(url, content=body, headers=headers, timeout=60).status_code


@pytest.fixture(scope="module", params=SERVE)
def running(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, IO[str]]]:
    """The URL of a receiver of the page, and what it prints."""
    with receiver(request.param, tmp_path_factory.mktemp("receiver")) as (url, process):
        assert process.stdout is not None
        yield url, process.stdout


def test_a_receiver_of_the_page(running: tuple[str, IO[str]]) -> None:
    url, printed = running
    assert push(url, secret="a guess", event_id="forged") == 400
    assert httpx2.post(url, content=b"{}", timeout=60).status_code == 400
    assert httpx2.get(url, timeout=60).status_code == 405
    assert push(url) == 200
    assert push(url, attempt=1) == 200
    assert push(url, event_id="2", type="sms.brand.new", data=None) == 200
    assert push(url, event_id="3", data={**SMS, "status": "BRAND_NEW"}) == 200
    # In this order, so nothing else was printed before the last one.
    assert [printed.readline() for _ in range(2)] == [f"{HASH} RECEIVED\n", f"{HASH} BRAND_NEW\n"]


def test_a_receiver_gets_the_exact_bytes(running: tuple[str, IO[str]]) -> None:
    """However the JSON is written, and in whatever pieces it comes."""
    url, printed = running
    event = {**EVENT, "event_id": "spaced", "data": {**SMS, "status": "SPACED", "text": "é 日本"}}
    body = json.dumps(event, ensure_ascii=False, indent=3).encode()
    headers = {webhooks.SIGNATURE_HEADER.lower(): webhooks.sign(body, SECRET)}
    assert httpx2.post(url, content=body, headers=headers, timeout=60).status_code == 200
    assert httpx2.post(url, content=body + b"\n", headers=headers, timeout=60).status_code == 400
    assert printed.readline() == f"{HASH} SPACED\n"


def test_a_receiver_of_the_page_understands_the_emulator(running: tuple[str, IO[str]], callr: Callr) -> None:
    """From the send to the last status: signed by one reading of the vendor's page, verified by the other."""
    url, printed = running
    webhook = SmsOptionsWebhook(endpoint=url, hmac_secret=SECRET)
    sent = callr.sms.send(to="+33639981234", body="Hello", options=SmsOptions(webhook=webhook))
    statuses = ("PENDING", "SENT", "REMOTE_QUEUED", "RECEIVED")
    assert [printed.readline() for _ in statuses] == [f"{sent} {status}\n" for status in statuses]


@pytest.mark.parametrize("framework", PROGRAMS)
def test_a_receiver_does_not_start_without_a_secret(
    framework: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("CALLR_WEBHOOK_SECRET", raising=False)
    monkeypatch.setenv("DATABASE", str(tmp_path / "events.db"))
    with pytest.raises(KeyError, match="CALLR_WEBHOOK_SECRET"):
        exec(compile(PROGRAMS[framework], framework, "exec"), {"__name__": framework})  # noqa: S102 - our own page


def test_of_several_workers_one_counts_an_event(tmp_path: Path) -> None:
    """The same events, pushed to two processes at a time, and again after both have started anew."""
    (tmp_path / "receiver.py").write_text(PROGRAMS["workers"], encoding="utf-8")
    database = tmp_path / "events.db"
    events = [{"event_id": str(at), "data": {**SMS, "status": f"NUMBER_{at}"}} for at in range(8)]
    for _ in range(2):
        with workers(tmp_path, database) as url, ThreadPoolExecutor(8) as pool:
            assert push(url, secret="a guess", event_id="forged") == 400
            assert set(pool.map(lambda event: push(url, **event), events * 4)) == {200}
    with closing(sqlite3.connect(database)) as connection:
        stored = [status for (status,) in connection.execute("SELECT status FROM updates ORDER BY status")]
    assert stored == [f"NUMBER_{at}" for at in range(8)]


@contextmanager
def workers(folder: Path, database: Path) -> Iterator[str]:
    """Two processes of gunicorn, which share one port."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.set_inheritable(True)
        with subprocess.Popen(  # noqa: S603 - our own command
            [
                sys.executable,
                *("-m", "gunicorn", "--workers", "2", "--log-level", "error"),
                *("--bind", f"fd://{listener.fileno()}", "receiver:app"),
            ],
            cwd=folder,
            env={**os.environ, "CALLR_WEBHOOK_SECRET": SECRET, "DATABASE": str(database)},
            pass_fds=[listener.fileno()],
        ) as process:
            too_long = threading.Timer(PATIENCE, process.kill)
            too_long.start()
            try:
                yield f"http://127.0.0.1:{listener.getsockname()[1]}/callr"
            finally:
                too_long.cancel()
                process.terminate()
