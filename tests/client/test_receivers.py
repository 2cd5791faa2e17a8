"""The receivers of the page about webhooks, served by real servers, and events pushed to them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

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


def push(url: str, secret: str = SECRET, *, attempt: int = 0, **changes: object) -> int:
    body = json.dumps({**EVENT, "try": attempt, **changes}).encode()
    headers = {webhooks.SIGNATURE_HEADER: webhooks.sign(body, secret), "Content-Type": "application/json"}
    return httpx2.post(url, content=body, headers=headers, timeout=60).status_code


@pytest.mark.parametrize("framework", SERVE)
def test_a_receiver_of_the_page(framework: str, tmp_path: Path) -> None:
    with receiver(framework, tmp_path) as (url, process):
        assert push(url, secret="a guess", event_id="forged") == 400
        assert httpx2.post(url, content=b"{}", timeout=60).status_code == 400
        assert push(url) == 200
        assert push(url, attempt=1) == 200
        assert push(url, event_id="2", type="sms.brand.new", data=None) == 200
        assert push(url, event_id="3", data={**SMS, "status": "BRAND_NEW"}) == 200
        process.terminate()
        printed, _ = process.communicate(timeout=60)
    assert printed.splitlines() == [f"{HASH} RECEIVED", f"{HASH} BRAND_NEW"]


@pytest.mark.parametrize("framework", SERVE)
def test_a_receiver_of_the_page_understands_the_emulator(
    framework: str, tmp_path: Path, callr: Callr
) -> None:
    """From the send to the last status: signed by one reading of the vendor's page, verified by the other."""
    with receiver(framework, tmp_path) as (url, process):
        webhook = SmsOptionsWebhook(endpoint=url, hmac_secret=SECRET)
        sent = callr.sms.send(to="+33639981234", body="Hello", options=SmsOptions(webhook=webhook))
        printed: list[str] = []
        while printed[-1:] != [f"{sent} RECEIVED"]:
            assert process.stdout is not None
            printed.append(process.stdout.readline().strip())
            assert printed[-1].startswith(sent)
    assert printed == [f"{sent} {status}" for status in ("PENDING", "SENT", "REMOTE_QUEUED", "RECEIVED")]
