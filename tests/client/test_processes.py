"""Forks: what a process has, its copy does not use."""

from __future__ import annotations

import http.client
import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tests.client.programs import run
from tests.client.support import HASH, http_answer, serving, success
from tests.docs.pages import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from callr_sms_client import Callr
    from tests.conftest import RunningEmulator

TO = "+33612345678"
SENDS = 2000


@pytest.fixture(scope="module")
def forks() -> dict[str, Any]:
    return dict(json.loads(run("forks")))


@pytest.mark.parametrize("way", ["plain", "tls", "proxy"])
def test_a_worker_gets_the_hash_of_its_own_sms(forks: dict[str, Any], way: str) -> None:
    assert forks[f"workers, {way}"] == [[True] * 3] * 4


@pytest.mark.parametrize("way", ["plain", "tls", "proxy"])
def test_a_forked_process_leaves_the_connection_of_the_first_one_alone(
    forks: dict[str, Any], way: str
) -> None:
    """It closes its client, drops it, uses it, or exits. The first process then uses its only connection.

    The forked process that used the client had one of its own.
    """
    assert forks[f"untouched, {way}"] == [True, 1]


def test_a_fork_during_the_first_call_does_not_hang(forks: dict[str, Any]) -> None:
    assert set(forks["first call"]) == {True}


def test_a_fork_while_locks_are_held_does_not_hang(forks: dict[str, Any]) -> None:
    assert forks["held locks"] == [[True, True]] * 3


def test_a_fork_of_a_process_with_an_event_loop(forks: dict[str, Any]) -> None:
    """Three forked processes open a connection each; the first one keeps its own."""
    assert forks["asynchronous"] == [True] * 6 + [3]


def test_a_fork_in_the_middle_of_a_send_does_not_send_twice(forks: dict[str, Any]) -> None:
    assert forks["in the middle"] == [True, ["CallrConnectionError", "unknown", 1], 1]


def test_no_process_sends_what_another_one_sent(forks: dict[str, Any]) -> None:
    assert forks["sent twice"] == []


@pytest.fixture
def gunicorn(emulator: RunningEmulator, tmp_path: Path) -> Iterator[int]:
    """A web application under gunicorn: it sends in the first process, then in four workers."""
    pytest.importorskip("fcntl", reason="gunicorn runs on Unix")
    command = [sys.executable, "-m", "gunicorn", "--preload", "--workers", "4", "--worker-class", "gthread"]
    options = ["--threads", "2", "--bind", "127.0.0.1:0", "--keep-alive", "60", "--pythonpath", str(ROOT)]
    options.append("--no-control-socket")
    environment = {
        "CALLR_BASE_URL": emulator.base_url,
        "CALLR_LOGIN": emulator.login,
        "CALLR_PASSWORD": emulator.password,
    }
    with subprocess.Popen(  # noqa: S603 - our own program
        [*command, *options, "tests.client.programs.application:app"],
        stderr=subprocess.PIPE,
        text=True,
        cwd=tmp_path,
        env=os.environ | environment,
    ) as server:
        try:
            assert server.stderr is not None
            lines: list[str] = []
            while "Listening at" not in (line := server.stderr.readline()):
                lines.append(line)
                assert line, "".join(lines)
            yield int(line.rsplit(":", 1)[1].split()[0])
        finally:
            server.terminate()
            server.communicate(timeout=60)


def test_workers_of_gunicorn_share_nothing(gunicorn: int, callr: Callr) -> None:
    """Each returned hash is that of the worker's own text, and none is returned twice."""
    began = datetime.now(UTC) - timedelta(minutes=1)

    def work(first: int) -> list[tuple[str, ...]]:
        answers = []
        connection = http.client.HTTPConnection("127.0.0.1", gunicorn, timeout=60)
        for number in range(first, first + 50):
            text = f"gunicorn-{number}"
            connection.request("GET", f"/?{text}")
            response = connection.getresponse()
            answer = response.read().decode()
            assert response.status == 200, answer
            answers.append((text, *answer.split()))
        connection.close()
        return answers

    with ThreadPoolExecutor(8) as pool:
        answers = [answer for some in pool.map(work, range(0, SENDS, 50)) for answer in some]
    texts = {
        sms.hash: sms.text
        for sms in callr.sms.list(type="OUT", from_=began, to=datetime.now(UTC) + timedelta(minutes=1))
    }
    assert [texts[hash_] for _, _, hash_ in answers] == [text for text, _, _ in answers]
    assert len({hash_ for _, _, hash_ in answers}) == SENDS
    assert len({pid for _, pid, _ in answers}) > 1
    sent = [text for text in texts.values() if text.startswith("gunicorn-")]
    assert len(sent) == SENDS


AT_EXIT = """
import asyncio, atexit, sys
from callr_sms_client import AsyncCallr

async def send():
    async with AsyncCallr("login", "password", base_url=sys.argv[1], max_retries=0) as callr:
        return await callr.sms.send(to="+33612345678", body="Hello")

def ask(): {run}

atexit.register(ask)
"""
RUNNERS = {
    "asyncio": "print(asyncio.run(send()))",
    "trio": "import trio; print(trio.run(send))",
}


@pytest.mark.parametrize("runner", RUNNERS)
@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_a_send_while_the_interpreter_shuts_down(host: str, runner: str) -> None:
    """No thread can start then, and so no event loop can look up a name."""
    with serving(http_answer(success(HASH))) as server:
        url = server.base_url.replace("127.0.0.1", host)
        code = AT_EXIT.format(run=RUNNERS[runner])
        done = subprocess.run(  # noqa: S603 - our own program
            [sys.executable, "-c", code, url], capture_output=True, text=True, check=False
        )
    assert (done.stdout, done.stderr) == (f"{HASH}\n", "")
    assert len(server.requests) == 1
