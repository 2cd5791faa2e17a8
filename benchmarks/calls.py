"""A call of the client against a reused `httpx2.Client` that does the same.

The same server in another process, connections kept alive, credentials sent, JSON parsed.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx2

from benchmarks._measure import Goal, Result, Scale, alternate
from benchmarks._messages import envelope, make_sms
from benchmarks._server import HASH
from callr_sms_client import Callr

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_CALLS = 300
_GET, _SEND = "sms.get", "sms.send"
_PLAIN_GET, _PLAIN_SEND = "httpx2.Client.get", "httpx2.Client.post"
_GOALS = (Goal(_GET, _PLAIN_GET, 1.1), Goal(_SEND, _PLAIN_SEND, 1.1))
_TO, _BODY = "+33639981234", "Your code is 4711. Do not share it with anybody."


def measure(scale: Scale) -> Result:
    """Make some hundred calls for each case of each round."""
    count = scale.of(_CALLS)
    with (
        _server() as base_url,
        Callr("login", "password", base_url=base_url) as callr,
        httpx2.Client(auth=("login", "password"), base_url=base_url, timeout=30) as plain,
    ):
        cases = {
            _PLAIN_GET: _repeat(count, lambda: _data(plain.get(f"sms/{HASH}"))),
            _GET: _repeat(count, lambda: callr.sms.get(HASH)),
            _PLAIN_SEND: _repeat(
                count, lambda: _data(plain.post("sms", json={"to": _TO, "body": _BODY, "from": ""}))
            ),
            _SEND: _repeat(count, lambda: callr.sms.send(to=_TO, body=_BODY)),
        }
        return alternate(f"{count} calls", cases, _GOALS, scale.rounds)


def _data(response: httpx2.Response) -> Any:  # noqa: ANN401 - JSON
    response.raise_for_status()
    return response.json()["data"]


def _repeat(count: int, call: Callable[[], object]) -> Callable[[], None]:
    def run() -> None:
        for _ in range(count):
            call()

    return run


@contextmanager
def _server() -> Iterator[str]:
    with tempfile.TemporaryDirectory() as folder:
        answer = Path(folder) / "answer.json"
        answer.write_bytes(envelope(make_sms(1)))
        command = [sys.executable, "-m", "benchmarks._server", str(answer)]
        root = Path(__file__).parents[1]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=root) as process:  # noqa: S603 - our own command
            try:
                assert process.stdout is not None  # noqa: S101 - tells the type checker
                yield f"http://127.0.0.1:{int(process.stdout.readline())}/rest/v1.1"
            finally:
                process.terminate()
