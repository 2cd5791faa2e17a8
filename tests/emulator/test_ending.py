"""How `callr-sms-emulator serve` ends: by a signal, with its standard input, and amid requests."""

import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.emulator.support import (
    SERVE,
    START_LINE,
    TIMEOUT,
    Client,
    basic,
    clean_environment,
    running,
    running_fresh,
)

MEMORY = ("--database", ":memory:")


@pytest.mark.parametrize("asked", [signal.SIGTERM, signal.SIGINT])
def test_signal_ends_it_within_a_second_with_success(tmp_path: Path, asked: signal.Signals) -> None:
    """Also while one client has an idle connection and another has sent half a request.

    A machine that is busy with other things may take longer, so one end of several has to be that fast.
    """
    assert any(_seconds_to_end(tmp_path / "log", asked) < 1 for _ in range(5))


def _seconds_to_end(log: Path, asked: signal.Signals) -> float:
    with running_fresh(log, *MEMORY) as process:
        parts = urlsplit(process.url)
        head = "Content-Type: application/json\r\nContent-Length: 9\r\nAuthorization: "
        head += basic("emulator:emulator")["Authorization"]
        with (
            socket.create_connection((parts.hostname, parts.port)) as idle,
            socket.create_connection((parts.hostname, parts.port)) as slow,
        ):
            idle.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
            assert idle.recv(100)
            slow.sendall(f"POST /rest/v1.1/sms HTTP/1.1\r\nHost: localhost\r\n{head}\r\n\r\n{{".encode())
            process.client.send()
            started = time.monotonic()
            process.popen.send_signal(asked)
            assert process.popen.wait(TIMEOUT) == 0
            seconds = time.monotonic() - started
            assert b'"code":503' in slow.recv(10_000)
        assert process.log.read_text() == "" or "Traceback" not in process.log.read_text()
    return seconds


@pytest.mark.parametrize(
    ("flags", "settings"),
    [(["--exit-on-stdin-close"], {}), ([], {"CALLR_EMULATOR_EXIT_ON_STDIN_CLOSE": "1"})],
)
def test_standard_input_that_closes_ends_it_if_asked_to(flags: list[str], settings: dict[str, str]) -> None:
    """And what is written to it does not."""
    with _reading_stdin(*flags, **settings) as process:
        assert process.stdin is not None
        process.stdin.write("anything\n" * 10_000)
        process.stdin.flush()
        assert Client(_url(process)).find() == []
        process.stdin.close()
        assert process.wait(TIMEOUT) == 0


def test_standard_input_that_closes_is_nothing_to_it_otherwise() -> None:
    with _reading_stdin() as process:
        assert process.stdin is not None
        process.stdin.close()
        url = _url(process)
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(0.3)
        assert Client(url).find() == []


@pytest.mark.skipif(sys.platform == "win32", reason="a shell of POSIX")
@pytest.mark.parametrize("given", ["</dev/null", "<&-"])
def test_no_standard_input_ends_it_at_once_if_asked_to(given: str) -> None:
    command = [sys.executable, "-m", "callr_sms_emulator", *SERVE, *MEMORY, "--exit-on-stdin-close"]
    ended = subprocess.run(  # noqa: S603 - our own command
        ["/bin/sh", "-c", f'"$@" {given}', "sh", *command],
        capture_output=True,
        text=True,
        timeout=TIMEOUT,
        env=clean_environment(),
        check=False,
    )
    assert (ended.returncode, ended.stderr) == (0, "")


@contextmanager
def _reading_stdin(*flags: str, **settings: str) -> Iterator["subprocess.Popen[str]"]:
    command = [sys.executable, "-m", "callr_sms_emulator", *SERVE, *MEMORY, *flags]
    with subprocess.Popen(  # noqa: S603 - our own command
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=clean_environment(**settings),
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def _url(process: "subprocess.Popen[str]") -> str:
    assert process.stdout is not None
    return process.stdout.readline().removeprefix(START_LINE).strip()


def test_signal_ends_requests_that_wait_for_their_password(tmp_path: Path) -> None:
    """To a path that does not exist: the password only says in whose journal the request belongs."""
    with running_fresh(tmp_path / "log", *MEMORY) as process, ExitStack() as stack:
        parts = urlsplit(process.url)
        wrong = f"Authorization: {basic('emulator:wrong')['Authorization']}"
        sockets = [
            stack.enter_context(socket.create_connection((parts.hostname, parts.port), TIMEOUT))
            for _ in range(130)
        ]
        for each in sockets:
            each.sendall(f"GET /nowhere HTTP/1.1\r\nHost: localhost\r\n{wrong}\r\n\r\n".encode())
        for each in sockets[:100]:  # as many as need not wait; the server has read the others by then
            assert each.recv(1, socket.MSG_PEEK)
        process.popen.send_signal(signal.SIGTERM)
        assert process.popen.wait(TIMEOUT) == 0
        assert all(b"HTTP/1.1 404 " in each.recv(10_000) for each in sockets)
        assert "Traceback" not in process.log.read_text()


def test_client_that_does_not_read_is_no_traceback_at_the_end(tmp_path: Path) -> None:
    with running(tmp_path / "log", *MEMORY) as process:
        parts = urlsplit(process.url)
        for _ in range(200):
            process.client.send(body="a" * 39_000)
        with socket.create_connection((parts.hostname, parts.port)) as unread:
            authorization = basic("emulator:emulator")["Authorization"]
            head = f"GET /_emulator/export HTTP/1.1\r\nHost: localhost\r\nAuthorization: {authorization}"
            unread.sendall(f"{head}\r\n\r\n".encode())
            assert unread.recv(100)
            assert process.stop() == 0
        assert "Traceback" not in process.log.read_text()
