"""The command line, as a process of its own."""

from __future__ import annotations

import ast
import io
import json
import re
import signal
import socket
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import pytest

import callr_sms_client
from callr_sms_client import Callr, MockTransport, Response, _cli
from callr_sms_client._cli import entry_point, exit_codes
from callr_sms_client._cli.input import read_moment
from callr_sms_client._cli.run import run as run_here
from tests.client.terminal import COMMAND, LIMIT, environment, run
from tests.docs.pages import DOCS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conftest import RunningEmulator

PACKAGE = Path(_cli.__file__).parents[1]
PAGE = (DOCS / "client" / "command-line.md").read_text(encoding="utf-8")
TO = "+33612345678"
NOT_ROUTED = "+33639980010"
SILENT = "secret canary text"


def _run(*arguments: str, given: str = "", **settings: str) -> subprocess.CompletedProcess[str]:
    done = run(*arguments, given=given, **settings)
    for canary in (SILENT, TO, "canary-login", "canary-password", "Traceback"):
        assert canary not in done.stderr
    return done


@pytest.fixture
def settings(emulator: RunningEmulator) -> dict[str, str]:
    return {
        "CALLR_LOGIN": emulator.login,
        "CALLR_PASSWORD": emulator.password,
        "CALLR_BASE_URL": emulator.base_url,
    }


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    """A server that takes connections; a test does the rest."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(LIMIT)
        yield server


def _start_send(listener: socket.socket) -> subprocess.Popen[str]:
    host, port = listener.getsockname()
    credentials = {"CALLR_LOGIN": "canary-login", "CALLR_PASSWORD": "canary-password"}
    return subprocess.Popen(  # noqa: S603 - our own command
        [*COMMAND, "send", "--to", TO, SILENT],
        env=environment(CALLR_BASE_URL=f"http://{host}:{port}", **credentials),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )


def test_send_get_wait_and_list(settings: dict[str, str], callr: Callr) -> None:
    options = ["--user-data", "order 42", "--nature", "ALERTING", "--flash", "--max-parts", "1"]
    sent = _run("send", "--to", TO, "--from", "My Shop", *options, "-", given="Héllo\x1b[2J\n", **settings)
    assert (sent.returncode, sent.stderr) == (0, "")
    sms_hash = sent.stdout.strip()
    sms = callr.sms.get(sms_hash)
    assert (sms.to, sms.from_, sms.text, sms.user_data) == (TO, "My Shop", "Héllo\x1b[2J", "order 42")
    assert sms.options is not None
    assert sms.options.to_dict() == {"nature": "ALERTING", "flash_message": True, "user_data": "order 42"}

    shown = _run("get", sms_hash, "--json", **settings)
    assert json.loads(shown.stdout)["text"] == "Héllo\x1b[2J"

    listed = _run("list", "--from", "10m", "--to", "now", **settings)
    (row,) = (line for line in listed.stdout.splitlines() if line.startswith(sms_hash))
    assert listed.stdout.startswith("HASH")
    assert row.endswith("Héllo\\x1b[2J")  # what it would do to a terminal is shown, not done
    assert listed.stderr == ""

    found = json.loads(_run("list", "--from", "10m", "--json", **settings).stdout)
    assert sms_hash in {one["hash"] for one in found}
    assert (
        json.loads(_run("list", "--from", "2001-01-01", "--to", "2001-01-01", "--json", **settings).stdout)
        == []
    )


def test_wait_that_is_not_long_enough(settings: dict[str, str], callr: Callr) -> None:
    sms_hash = callr.sms.send(to=TO, body="Hello")
    waited = _run("wait", sms_hash, "--timeout", "0", **settings)
    assert waited.returncode in {0, 4}  # on a machine that slept, it is received by now
    assert ("time is up" in waited.stderr) == (waited.returncode == 4)


def test_an_sms_that_is_not_received_is_5(settings: dict[str, str], callr: Callr) -> None:
    sms_hash = callr.sms.send(to=NOT_ROUTED, body="Hello")
    waited = _run("wait", sms_hash, "--json", **settings)
    assert (waited.returncode, waited.stderr) == (5, "")
    assert json.loads(waited.stdout)["status"] == "ERROR"


def test_an_sms_that_is_received_is_0(settings: dict[str, str], callr: Callr) -> None:
    waited = _run("wait", callr.sms.send(to=TO, body="Hello"), **settings)
    assert (waited.returncode, waited.stderr) == (0, "")
    assert re.search(r"^status +RECEIVED$", waited.stdout, re.MULTILINE)


def test_the_version_is_that_of_the_client() -> None:
    shown = _run("--version")
    assert (shown.returncode, shown.stderr) == (0, "")
    assert shown.stdout == f"callr-sms-client {callr_sms_client.__version__}\n"


def test_what_the_api_refuses_is_1(settings: dict[str, str]) -> None:
    wrong = settings | {"CALLR_PASSWORD": "canary-password"}
    refused = _run("send", "--to", TO, SILENT, **wrong)
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "not sent: the login or the password is wrong (HTTP 401" in refused.stderr
    assert "check CALLR_LOGIN and CALLR_PASSWORD" in refused.stderr
    unknown = _run("get", "ZZZZZZZZ", **settings)
    assert (unknown.returncode, "no SMS has this hash" in unknown.stderr) == (1, True)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["send", "--to", TO, SILENT, "more"], "a text with spaces in quotes"),
        (["send", SILENT], "--to is missing"),
        (["send", "--to", TO, f"--{SILENT}"], "unknown option"),
        (["send", "--to", TO, "--max-parts", SILENT, "Hello"], "--max-parts: expected"),
        (["send", "--to", SILENT, "Hello"], "--to: "),
        (["send", "--to", TO, "--max-parts", "1", SILENT * 20], "TEXT: it takes 3 parts"),
        (["list", "--from", TO], "--from: expected YYYY-MM-DD"),
    ],
)
def test_wrong_arguments_are_2(arguments: list[str], said: str) -> None:
    nowhere = {"CALLR_BASE_URL": "http://127.0.0.1:1", "CALLR_LOGIN": "canary-login"}
    done = _run(*arguments, **nowhere, CALLR_PASSWORD="canary-password")
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr


def test_nobody_is_asked_where_nobody_is() -> None:
    done = _run("send", "--to", TO, SILENT)
    assert (done.returncode, "set CALLR_LOGIN" in done.stderr) == (2, True)


def test_no_option_takes_a_password() -> None:
    assert "password" not in _run("send", "--help").stdout.lower()


def test_estimate_needs_nothing() -> None:
    done = _run("estimate", "-", "--json", given="« 4711 »\n")
    assert json.loads(done.stdout) == {
        "encoding": "UNICODE",
        "parts": 1,
        "units": 8,
        "converted": "« 4711 »",
        "offenders": [
            {"position": 0, "character": "«", "near": '"'},
            {"position": 7, "character": "»", "near": '"'},
        ],
    }
    forced = _run("estimate", "« 4711 »", "--force-encoding", "GSM").stdout
    assert 'converted  " 4711 "' in forced
    assert "U+00AB" in forced


def test_a_lost_answer_is_3(listener: socket.socket) -> None:
    with _start_send(listener) as process:
        connection, _ = listener.accept()
        connection.recv(65536)
        connection.close()
        out, err = process.communicate(timeout=LIMIT)
    assert (process.returncode, out) == (3, "")
    assert "may have been sent and billed" in err
    assert "callr-sms list --type OUT --from '" in err
    assert not any(canary in err for canary in (SILENT, TO, "canary-"))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_and_sigterm_are_130(listener: socket.socket, number: signal.Signals) -> None:
    with _start_send(listener) as process:
        connection, _ = listener.accept()
        with connection:
            connection.recv(65536)
            process.send_signal(number)
            out, err = process.communicate(timeout=LIMIT)
    assert (process.returncode, out) == (130, "")
    assert "may have been sent and billed" in err
    assert "Traceback" not in err


def test_ctrl_c_before_the_first_byte_says_that_nothing_was_sent(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupt(*_: object, **__: object) -> NoReturn:
        raise KeyboardInterrupt

    monkeypatch.setattr("callr_sms_client._transport.addresses.resolve", interrupt)
    connected = Callr("login", "password", base_url="http://sms.example")
    monkeypatch.setattr("callr_sms_client._cli.commands.connect", lambda *_: connected)
    code = run_here(["send", "--to", TO, "Hello"])
    assert (code, capsys.readouterr().err) == (130, "callr-sms: interrupted; nothing was sent\n")


def test_ctrl_c_after_the_answer_does_not_say_that_nothing_was_sent(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    class Interrupted(MockTransport):
        def close(self) -> None:
            raise KeyboardInterrupt

    answer = Response.of_json({"status": "success", "data": "8242D945"})
    connected = Callr("login", "password", transport=Interrupted([answer]))
    monkeypatch.setattr("callr_sms_client._cli.commands.connect", lambda *_: connected)
    code = run_here(["send", "--to", TO, "Hello"])
    shown = capsys.readouterr()
    assert (code, shown.out) == (130, "8242D945\n")
    assert "the SMS may have been sent" in shown.err


def test_ctrl_c_while_a_text_is_typed_says_that_nothing_was_sent(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    class Typed(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:  # noqa: ARG002 - as of any stream
            raise KeyboardInterrupt

    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(Typed()))
    assert run_here(["send", "--to", TO, "-"]) == 130
    assert capsys.readouterr().err == "callr-sms: interrupted; nothing was sent\n"


def test_without_typer_it_says_how_to_get_it() -> None:
    code = "import sys; sys.modules['typer'] = None; " + COMMAND[-1]
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)  # noqa: S603 - our own code
    assert (done.returncode, 'pip install "callr-sms-client[cli]"' in done.stderr) == (2, True)


def test_ctrl_c_while_it_starts_says_that_nothing_was_sent() -> None:
    finder = (
        "class Interrupt:\n def find_spec(self, name, *_):\n  if name == 'typer': raise KeyboardInterrupt\n"
    )
    code = f"{finder}import sys; sys.meta_path.insert(0, Interrupt()); {COMMAND[-1]}"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)  # noqa: S603 - our own code
    assert (done.returncode, done.stderr) == (130, "callr-sms: interrupted; nothing was sent\n")


def test_the_library_does_not_import_it() -> None:
    code = "import callr_sms_client, sys; print([n for n in sys.modules if n == 'typer' or '._cli' in n])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)  # noqa: S603 - our own code
    assert done.stdout == "['callr_sms_client._client']\n"


def test_the_exit_codes_are_documented() -> None:
    said = _run("--help").stdout
    documented = re.findall(r"^\| (\d+) \| (.+) \|$", PAGE, re.MULTILINE)
    assert documented == [(str(code), meaning) for code, meaning in exit_codes.EXITS.values()]
    for code, meaning in documented:
        assert re.search(rf"^ *{code}  {re.escape(meaning)}$", said, re.MULTILINE)


def test_the_exit_codes_are_used() -> None:
    """Each that is documented ends some command, and no command ends with another one."""
    used = set()
    for module in (PACKAGE / "_cli").glob("*.py"):
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
            named: ast.expr | None = None
            match node:
                case ast.Subscript(value=ast.Name(id="EXITS"), slice=named):
                    pass
                case ast.Call(func=ast.Name(id="EndedError"), args=[named]):
                    pass
            if named is not None:
                used |= {one.value for one in ast.walk(named) if isinstance(one, ast.Constant)}
            exits = isinstance(node, ast.Call) and ast.unparse(node.func) in {"typer.Exit", "sys.exit"}
            assert not exits or ast.unparse(node) in {"typer.Exit(exit_code(error))", "sys.exit(code)"}
    assert used == exit_codes.EXITS.keys()
    # It must not import the others, so it has numbers of its own.
    own = {name: number for name, number in vars(entry_point).items() if isinstance(number, int)}
    codes = {name: exit_.code for name, exit_ in exit_codes.EXITS.items()}
    assert own == {"_INTERRUPTED": codes["interrupted"], "_NOT_INSTALLED": codes["usage"]}


def test_moments() -> None:
    now = datetime(2026, 3, 1, 12, tzinfo=UTC)
    assert read_moment("from_", "2h", now) == now - timedelta(hours=2)
    assert read_moment("from_", "2026-02-03", now) == datetime(2026, 2, 3, tzinfo=UTC)
    assert read_moment("to", "2026-02-03", now, end_of_day=True) == datetime(
        2026, 2, 3, 23, 59, 59, tzinfo=UTC
    )
    assert read_moment("to", "2026-02-03 04:05:06", now) == datetime(2026, 2, 3, 4, 5, 6, tzinfo=UTC)
    for wrong in ("2026-02-30", "999999w", "yesterday", ""):
        with pytest.raises(ValueError, match="expected YYYY"):
            read_moment("to", wrong, now)
