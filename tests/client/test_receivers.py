"""The receivers of the page about webhooks, served by real servers, and events pushed to them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from contextlib import contextmanager
from dataclasses import dataclass
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
}


@contextmanager
def receiver(framework: str, folder: Path) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    (block,) = [block for block in BLOCKS if block.info == f"python {framework}"]
    program = folder / "receiver.py"
    program.write_text(block.text + SERVE[framework], encoding="utf-8")
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


@dataclass(frozen=True)
class Served:
    """A receiver that some tests share: its address, and what it prints."""

    url: str
    printed: IO[str]

    def read_until(self, last: str) -> list[str]:
        """Return the lines that it prints, up to and with this one."""
        lines: list[str] = []
        while lines[-1:] != [last]:
            line = self.printed.readline()
            assert line, lines
            lines.append(line.strip())
        return lines


@pytest.fixture(scope="module", params=SERVE)
def served(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with receiver(request.param, tmp_path_factory.mktemp("receiver")) as (url, process):
        assert process.stdout is not None
        yield Served(url, process.stdout)


def push(url: str, secret: str = SECRET, *, attempt: int = 0, **changes: object) -> int:
    body = json.dumps({**EVENT, "try": attempt, **changes}).encode()
    headers = {webhooks.SIGNATURE_HEADER: webhooks.sign(body, secret), "Content-Type": "application/json"}
    return httpx2.post(url, content=body, headers=headers, timeout=60).status_code


def test_a_receiver_of_the_page(served: Served) -> None:
    url = served.url
    assert push(url, secret="a guess", event_id="forged") == 400
    assert httpx2.post(url, content=b"{}", timeout=60).status_code == 400
    assert push(url) == 200
    assert push(url, attempt=1) == 200
    assert push(url, event_id="2", type="sms.brand.new", data=None) == 200
    assert push(url, event_id="3", data={**SMS, "status": "BRAND_NEW"}) == 200
    assert served.read_until(f"{HASH} BRAND_NEW") == [f"{HASH} RECEIVED", f"{HASH} BRAND_NEW"]


def test_a_receiver_of_the_page_understands_the_emulator(served: Served, callr: Callr) -> None:
    """From the send to the last status: signed by one reading of the vendor's page, verified by the other."""
    webhook = SmsOptionsWebhook(endpoint=served.url, hmac_secret=SECRET)
    sent = callr.sms.send(to="+33639981234", body="Hello", options=SmsOptions(webhook=webhook))
    # All that it prints now: a line too many from the test above would be the first.
    assert served.read_until(f"{sent} RECEIVED") == [
        f"{sent} {status}" for status in ("PENDING", "SENT", "REMOTE_QUEUED", "RECEIVED")
    ]
