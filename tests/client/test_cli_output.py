"""What the command line prints and sends, line by line."""

from __future__ import annotations

import codecs
import io
import json
import os
import re
import subprocess
from datetime import UTC, datetime, timedelta
from importlib.metadata import entry_points
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import parse_qs

import pytest

from callr_sms_client._cli.run import run as run_here
from tests.client.support import HASH, SMS, failure, http_answer, serving, success
from tests.client.terminal import COMMAND, LIMIT, environment, run

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable

    from tests.client.support import RawServer

TO = "+33612345678"
FULL = Path("/dev/full")
SENT = http_answer(success(HASH))
TABLE = """\
type              OUT
hash              8242D945
from              My Shop
to                +33612345678
text              Your code is 4711.
encoding          GSM
user_data         order 42
b_customer_mode   PREPAID
b_customer_debit  7.80
network           20801
status            RECEIVED
status_error
parts             1
nature            ALERTING
date_creation     2024-03-19 02:41:23
date_update       2024-03-19 02:41:28
date_sent         2024-03-19 02:41:26
date_received     -
"""


class Done(NamedTuple):
    """A command that has ended."""

    code: object
    out: str
    err: str
    requests: list[bytes]

    @property
    def body(self) -> Any:  # noqa: ANN401 - JSON
        """The JSON of the only request."""
        (request,) = self.requests
        return json.loads(request.partition(b"\r\n\r\n")[2])

    @property
    def query(self) -> dict[str, list[str]]:
        """The query string of the first request."""
        target = self.requests[0].split(b" ")[1].decode()
        return parse_qs(target.partition("?")[2])


@pytest.fixture
def cli(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Done]:
    """The installed command, run in this process against a server with one response."""
    (command,) = entry_points(group="console_scripts", name="callr-sms")
    main = command.load()

    def call(response: bytes, *arguments: str) -> Done:
        def behave(_: RawServer, connection: socket.socket) -> None:
            connection.sendall(response)
            connection.close()

        with serving(behave) as server:
            for name, value in _settings(server).items():
                monkeypatch.setenv(name, value)
            monkeypatch.setattr("sys.argv", ["callr-sms", *arguments])
            with pytest.raises(SystemExit) as caught:
                main()
        return Done(caught.value.code, *capsys.readouterr(), server.requests)

    return call


def _settings(server: RawServer) -> dict[str, str]:
    return {"CALLR_LOGIN": "login", "CALLR_PASSWORD": "password", "CALLR_BASE_URL": server.base_url}


def refusal(status: int, code: int | None = None) -> bytes:
    body = failure(code or status, "PROPERTY_VALUE_ERROR [to]: no")
    return http_answer(body, f"{status} Refused")


# --- errors ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "code", "meaning", "cure"),
    [
        (400, 400, "the API refused the request", "; check the arguments"),
        (401, 401, "the login or the password is wrong", "; check CALLR_LOGIN and CALLR_PASSWORD"),
        (402, 402, "a payment is required", "; check the credit of the account"),
        (403, 403, "the account is not permitted to do this", "; ask CALLR for the permission"),
        (404, 404, "no SMS has this hash", ""),
        (405, 405, "this address does not support the request", "; check --base-url or CALLR_BASE_URL"),
        # What the API may have done is not cured by other arguments.
        (400, 1000, "the API refused the request", ""),
        (404, 1000, "there is nothing at this address", ""),
        (499, 499, "the server refused the request", ""),
        (501, 501, "the server does not support the request", ""),
        (599, 599, "the server failed", ""),
    ],
)
def test_an_error_is_explained(
    cli: Callable[..., Done], status: int, code: int, meaning: str, cure: str
) -> None:
    done = cli(refusal(status, code), "get", HASH)
    assert (done.code, done.out) == (1, "")
    assert done.err == f"callr-sms: {meaning} (HTTP {status} PROPERTY_VALUE_ERROR){cure}\n"


@pytest.mark.parametrize(
    ("status", "retry_after", "said"),
    [
        (429, "120", "too many requests (HTTP 429); try again in 120 s"),
        (429, "3600", "too many requests (HTTP 429); try again in 3,600 s"),
        (429, "Fri, 31 Dec 2100 23:59:59 GMT", r"too many requests (HTTP 429); try again in [0-9,]+ s"),
        (503, "61", "the service is not available at the moment (HTTP 503); try again in 61 s"),
    ],
)
def test_when_to_try_again_is_said(
    cli: Callable[..., Done], status: int, retry_after: str, said: str
) -> None:
    """After more than a minute, which the client does not wait for."""
    answer = http_answer(
        failure(status, "no"), f"{status} No", "application/json", f"Retry-After: {retry_after}"
    )
    done = cli(answer, "get", HASH)
    assert (done.code, done.out, len(done.requests)) == (1, "", 1)
    pattern = re.escape(said).replace(re.escape("[0-9,]+"), "[0-9,]+")
    assert re.fullmatch(f"callr-sms: {pattern}\n", done.err)


def test_a_send_that_was_too_much_says_when_to_try_again(cli: Callable[..., Done]) -> None:
    """Of the API itself, and of something before it, after which nobody knows what the API did."""
    retry = "Retry-After: 7"
    refused = http_answer(failure(429, "no"), "429 No", "application/json", retry)
    done = cli(refused, "send", "--to", TO, "Hello")
    assert done.err == "callr-sms: not sent: too many requests (HTTP 429); try again in 7 s\n"
    assert done.code == 1
    done = cli(http_answer(b"<html>", "429 No", "text/html", retry), "send", "--to", TO, "Hello")
    first, unknown, *_ = done.err.splitlines()
    assert first.startswith(
        "callr-sms: too many requests (HTTP 429: expected JSON in UTF-8, got 6 bytes of text/html"
    )
    assert "try again" not in done.err
    assert (done.code, unknown) == (3, "The outcome is unknown: the SMS may have been sent and billed.")


@pytest.mark.parametrize(
    ("status", "body", "said"),
    [
        (
            "301 Moved",
            b"",
            "the server redirects to another address (HTTP 301: the contract lists no such status",
        ),
        ("404 No", b"<html>", "there is nothing at this address (HTTP 404: expected JSON"),
        ("200 OK", b"<html>", "the response is not one of this API (HTTP 200: expected JSON"),
        ("200 OK", b"{}", "the response is not one of this API (HTTP 200: status: expected 'success'"),
        ("418 Teapot", b"<html>", "the server refused the request (HTTP 418: expected JSON"),
    ],
)
def test_another_server_is_not_taken_for_the_api(
    cli: Callable[..., Done], status: str, body: bytes, said: str
) -> None:
    done = cli(http_answer(body, status, "text/html"), "get", HASH)
    assert (done.code, done.out) == (1, "")
    assert done.err.startswith(f"callr-sms: {said}")
    assert done.err.endswith("; check --base-url or CALLR_BASE_URL\n")


def test_a_send_that_was_refused_names_the_cure(cli: Callable[..., Done]) -> None:
    done = cli(refusal(400), "send", "--to", TO, "Hello")
    assert (done.code, done.out) == (1, "")
    assert done.err == (
        "callr-sms: not sent: the API refused the request (HTTP 400 PROPERTY_VALUE_ERROR [to]); "
        "check the arguments\n"
    )


@pytest.mark.parametrize(
    ("status", "code", "said"),
    [
        (400, 1000, "the API refused the request (HTTP 400 PROPERTY_VALUE_ERROR [to])"),
        (
            402,
            402,
            "a payment is required (HTTP 402 PROPERTY_VALUE_ERROR [to]); check the credit of the account",
        ),
        (500, 500, "the server failed (HTTP 500 PROPERTY_VALUE_ERROR [to])"),
        (503, 503, "the service is not available at the moment (HTTP 503 PROPERTY_VALUE_ERROR [to])"),
    ],
)
def test_a_send_of_unknown_outcome_says_how_to_look(
    cli: Callable[..., Done], status: int, code: int, said: str
) -> None:
    before = datetime.now(UTC).replace(microsecond=0)
    done = cli(refusal(status, code), "send", "--to", TO, "Hello")
    after = datetime.now(UTC)
    first, *others = done.err.splitlines()
    since = others.pop(2).removeprefix("    callr-sms list --type OUT --from '").removesuffix("'")
    assert (done.code, done.out) == (3, "")
    assert first == f"callr-sms: {said}"
    assert others == [
        "The outcome is unknown: the SMS may have been sent and billed.",
        "Before you send it again, look for it:",
        "If it is not listed, look again after a minute: it may still be on its way.",
    ]
    assert before <= datetime.fromisoformat(f"{since}+00:00") + timedelta(minutes=5) <= after


def test_a_page_for_people_is_named_by_its_type(cli: Callable[..., Done]) -> None:
    for headers, named in ((("text/html; charset=utf-8",), "text/html"), (("?",), "no media type")):
        done = cli(http_answer(b"<html>", "404 Not Found", *headers), "get", HASH)
        assert (done.code, done.out) == (1, "")
        assert f"(HTTP 404: expected JSON in UTF-8, got 6 bytes of {named})" in done.err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "expected a command: send, get, list, wait, estimate; see callr-sms --help"),
        (
            ["nope"],
            "unknown command; expected a command: send, get, list, wait, estimate; see callr-sms --help",
        ),
        (["lst"], "unknown command; did you mean list; see callr-sms --help"),
        (["SEND", "--to", TO, "a"], "unknown command; did you mean send; see callr-sms --help"),
        (["--hepl"], "unknown option; did you mean --help; see callr-sms --help"),
        (
            ["get", HASH, "more"],
            "expected a command and its arguments, a text with spaces in quotes; see callr-sms get --help",
        ),
        (["get", HASH, "--nope"], "unknown option; see callr-sms get --help"),
        (["send", "--too", TO, "a"], "unknown option; did you mean --to; see callr-sms send --help"),
        (["send", "--to"], "--to: its value is missing; see callr-sms --help"),
        (["send", "--to", TO], "TEXT is missing; see callr-sms send --help"),
        (["send", "a"], "--to is missing; see callr-sms send --help"),
        (
            ["send", "--to", TO, "--nature", "X", "a"],
            "--nature: expected ALERTING or MARKETING; see callr-sms send --help",
        ),
        (
            ["send", "--to", TO, "--max-parts", "x", "a"],
            "--max-parts: expected an integer; see callr-sms send --help",
        ),
        (["list", "--type", "X"], "--type: expected IN or OUT; see callr-sms list --help"),
        (["wait", HASH, "--timeout", "x"], "--timeout: expected a number; see callr-sms wait --help"),
        (
            ["list", "--from", "2026-01-02", "--to", "2026-01-01"],
            "--to: expected a moment",
        ),
        (["wait", HASH, "--timeout", "-1"], "--timeout: expected seconds, 0 or more"),
        (["get", "x"], "HASH: expected 8 digits and capital letters, such as 8242D945; got 1 character"),
        (["wait", "8242d945"], "HASH: expected 8 digits and capital letters, such as 8242D945; got 8"),
        (
            ["send", "--to", "06 12", "a"],
            "not sent: --to: expected a phone number with plus and country code",
        ),
        (["get", HASH, "--timeout", "0"], "--timeout: expected seconds above 0"),
        (["list", "--timeout", "nan"], "--timeout: expected seconds above 0"),
        (["get", HASH, "--base-url", ""], "--base-url or CALLR_BASE_URL: expected http:// or https://"),
        (["send", "--to", TO, ""], "not sent: TEXT: expected at least 1 character"),
        (["send", "--to", TO, "--from", "+331", "a"], "not sent: --from: expected at most 11 letters"),
        (
            ["send", "--to", TO, "--max-parts", "0", "a"],
            "not sent: --max-parts: expected an integer",
        ),
        (
            ["send", "--to", TO, "--user-data", "x" * 4097, "a"],
            "--user-data: expected at most 4,096",
        ),
    ],
)
def test_wrong_arguments_are_named_as_they_were_typed(
    cli: Callable[..., Done], arguments: list[str], said: str
) -> None:
    done = cli(b"", *arguments)
    assert (done.code, done.out, done.requests) == (2, "", [])
    if said.endswith("--help"):
        assert done.err == f"callr-sms: {said}\n"
    else:  # a rule of an argument is the library's; how the line begins is the command line's own
        assert done.err.startswith(f"callr-sms: {said}")
        assert done.err.count("\n") == 1
    assert not re.search(r"\^|\\Z|None|_", done.err.replace("CALLR_BASE_URL", ""))  # words, of no language


def test_a_wait_that_was_too_short(cli: Callable[..., Done]) -> None:
    answer = http_answer(success(SMS | {"status": "SENT"}))
    done = cli(answer, "wait", HASH, "--timeout", "0")
    assert (done.code, done.out) == (4, "")
    assert done.err == ("callr-sms: time is up, and the status is still SENT\n")


@pytest.mark.parametrize(
    ("name", "value", "code", "said"),
    [
        ("CALLR_LOG", "nonsense", 0, "CALLR_LOG: expected debug or info, got 'nonsense'; nothing is shown\n"),
        (
            "SSLKEYLOGFILE",
            "/nonexistent/keys",
            2,
            "SSLKEYLOGFILE: No such file or directory; name a file that can be written, or unset",
        ),
        (
            "SSL_CERT_FILE",
            os.devnull,
            2,
            "SSL_CERT_FILE: the file is empty; name certificates in PEM or unset the",
        ),
    ],
)
def test_a_variable_that_is_wrong_is_named_in_a_line(  # noqa: PLR0913, PLR0917 - two fixtures and a table
    cli: Callable[..., Done], monkeypatch: pytest.MonkeyPatch, name: str, value: str, code: int, said: str
) -> None:
    """Without the line of Python's own that a warning has, and without what only Python has."""
    monkeypatch.setenv(name, value)
    there = () if code == 0 else ("--base-url", "https://127.0.0.1:1")
    done = cli(http_answer(success(SMS)), "get", HASH, *there)
    assert (done.code, done.err.count("\n")) == (code, 1)
    assert done.err.startswith(f"callr-sms: {said}")
    assert "tls=" not in done.err


# --- what is sent ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "options"),
    [
        ([], None),
        (["--nature", "MARKETING"], {"nature": "MARKETING"}),
        (["--flash"], {"flash_message": True}),
        (["--force-encoding", "UNICODE"], {"force_encoding": "UNICODE"}),
        (["--user-data", ""], {"user_data": ""}),
        (["--user-data", "order 42"], {"user_data": "order 42"}),
    ],
)
def test_an_option_is_sent_when_it_is_given(
    cli: Callable[..., Done], arguments: list[str], options: dict[str, object] | None
) -> None:
    done = cli(SENT, "send", "--to", TO, *arguments, "Hello")
    assert (done.code, done.out, done.err) == (0, f"{HASH}\n", "")
    plain = {"to": TO, "body": "Hello", "from": ""}
    assert done.body == (plain if options is None else plain | {"options": options})


def test_a_hash_as_json(cli: Callable[..., Done]) -> None:
    done = cli(SENT, "send", "--to", TO, "--from", "My Shop", "--json", "Hello")
    assert (done.code, done.out, done.err) == (0, f'{{\n  "hash": "{HASH}"\n}}\n', "")
    assert done.body == {"to": TO, "body": "Hello", "from": "My Shop"}


@pytest.mark.parametrize(
    ("typed", "sent"),
    [
        (b"Hello\n", "Hello"),
        (b"Hello\r\n", "Hello"),
        (b"Hello", "Hello"),
        (b" Hello \n\n", " Hello \n"),
        (b"Hello\r\n\r\n", "Hello\r\n"),
        (b"Hello\n\r", "Hello\n"),
    ],
)
def test_only_the_line_end_of_echo_is_taken_off(
    cli: Callable[..., Done], monkeypatch: pytest.MonkeyPatch, typed: bytes, sent: str
) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(typed)))
    assert cli(SENT, "send", "--to", TO, "-").body["body"] == sent


@pytest.mark.parametrize(
    "typed",
    [
        codecs.BOM_UTF8 + b"Hello\r\n",
        codecs.BOM_UTF8 * 2 + b"Hello\n",
        codecs.BOM_UTF16_LE + "Hello\r\n".encode("utf-16-le"),
        codecs.BOM_UTF16_BE + "Hello".encode("utf-16-be"),
        codecs.BOM_UTF32_LE + "Hello\n".encode("utf-32-le"),
        codecs.BOM_UTF32_BE + "Hello\n".encode("utf-32-be"),
    ],
)
def test_the_mark_of_an_encoding_is_not_sent(
    cli: Callable[..., Done], monkeypatch: pytest.MonkeyPatch, typed: bytes
) -> None:
    """It is invisible and not in GSM: the text would cost more."""
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(typed)))
    assert cli(SENT, "send", "--to", TO, "-").body["body"] == "Hello"


def test_a_mark_in_arguments_is_not_sent(cli: Callable[..., Done]) -> None:
    """As of `"$(cat text.txt)"`."""
    done = cli(SENT, "send", "--to", f"\ufeff{TO}", "--user-data", "\ufefforder 42", "\ufeffHello")
    assert done.body == {"to": TO, "body": "Hello", "from": "", "options": {"user_data": "order 42"}}
    assert cli(b"", "estimate", "\ufeff" + "x" * 160).out.splitlines()[:2] == [
        "encoding   GSM",
        "parts      1",
    ]


@pytest.mark.parametrize("typed", ["Hello".encode("utf-16-le"), "Hello".encode("utf-32-be"), b"a\0b"])
def test_nul_characters_are_another_encoding(
    cli: Callable[..., Done], monkeypatch: pytest.MonkeyPatch, typed: bytes
) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(typed)))
    done = cli(b"", "send", "--to", TO, "-")
    assert (done.code, done.out, done.requests) == (2, "", [])
    assert done.err == (
        "callr-sms: TEXT: expected text in UTF-8 on stdin, or in UTF-16 or UTF-32 with a byte order mark; "
        "got NUL characters\n"
    )


@pytest.mark.parametrize("typed", [codecs.BOM_UTF8, codecs.BOM_UTF16_LE, b"", b"\n"])
def test_a_mark_alone_is_no_text(
    cli: Callable[..., Done], monkeypatch: pytest.MonkeyPatch, typed: bytes
) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(typed)))
    done = cli(b"", "send", "--to", TO, "-")
    assert (done.code, done.requests) == (2, [])
    assert done.err.startswith("callr-sms: not sent: TEXT: expected at least 1 character")


def test_bytes_that_the_locale_does_not_know_are_utf_8(cli: Callable[..., Done]) -> None:
    """Python hands them over as lone surrogates."""
    done = cli(SENT, "send", "--to", TO, "--user-data", "caf\udcc3\udca9", "\udcc3\udca9t\udcc3\udca9")
    assert (done.body["body"], done.body["options"]["user_data"]) == ("été", "café")
    for command in (["send", "--to", TO], ["estimate"]):
        done = cli(b"", *command, "\udcff")
        assert (done.code, done.requests) == (2, [])
        assert done.err == "callr-sms: TEXT: expected text in UTF-8, got bytes that are none\n"


def test_a_text_that_cannot_be_read(cli: Callable[..., Done], monkeypatch: pytest.MonkeyPatch) -> None:
    writing = os.open(os.devnull, os.O_WRONLY)
    with open(writing, "rb") as unreadable:  # noqa: PTH123 - a descriptor has no path
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(unreadable))
        done = cli(b"", "send", "--to", TO, "-")
    assert (done.code, done.requests) == (2, [])
    assert done.err == "callr-sms: TEXT: stdin cannot be read: Bad file descriptor\n"


@pytest.mark.parametrize(("typed", "left"), [(b"\xff\n", {}), (b"\xff\n", {"CALLR_LOGIN": "login"})])
def test_credentials_that_the_terminal_cannot_encode(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], typed: bytes, left: dict[str, str]
) -> None:
    class Terminal(io.TextIOWrapper):
        def isatty(self) -> bool:
            return True

    for name in ("CALLR_LOGIN", "CALLR_PASSWORD"):
        monkeypatch.delenv(name, raising=False)
    for name, value in left.items():
        monkeypatch.setenv(name, value)
    stdin = Terminal(io.BytesIO(typed), "ascii")
    monkeypatch.setattr("sys.stdin", stdin)
    monkeypatch.setattr("getpass.getpass", lambda *_, **__: stdin.readline())
    missing = "CALLR_PASSWORD" if left else "CALLR_LOGIN"
    assert run_here(["get", HASH]) == 2
    assert capsys.readouterr().err.endswith(
        f"callr-sms: {missing} cannot be read from the terminal; set it in the environment\n"
    )


def test_an_estimate_accepts_the_options_of_every_command(cli: Callable[..., Done]) -> None:
    done = cli(b"", "estimate", "Hello", "--base-url", "http://127.0.0.1:1", "--timeout", "0.001")
    assert (done.code, done.err, done.out.split()[:2]) == (0, "", ["encoding", "GSM"])


@pytest.mark.parametrize("arguments", [["get", HASH], ["list"], ["wait", HASH], ["send", "--to", TO, "a"]])
def test_the_server_can_be_an_option(arguments: list[str]) -> None:
    """It takes precedence over the environment, where nobody listens."""
    with serving(refusal(401)) as server, pytest.MonkeyPatch.context() as patch:
        for name, value in (_settings(server) | {"CALLR_BASE_URL": "http://127.0.0.1:1"}).items():
            patch.setenv(name, value)
        assert run_here([*arguments, "--base-url", server.base_url]) == 1
        assert len(server.requests) == 1


@pytest.mark.parametrize("arguments", [["get", HASH], ["list"], ["send", "--to", TO, "a"]])
def test_the_timeout_of_a_call(
    arguments: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def stall(server: RawServer, _: socket.socket) -> None:
        server.released.wait(LIMIT)

    with serving(stall) as server:
        for name, value in _settings(server).items():
            monkeypatch.setenv(name, value)
        code = run_here([*arguments, "--timeout", "0.2"])
    assert code == (3 if arguments[0] == "send" else 1)
    assert capsys.readouterr().err.startswith("callr-sms: no response in time")


def test_the_command_that_looks_for_an_sms_names_the_same_server(cli: Callable[..., Done]) -> None:
    with serving(refusal(500)) as server:
        url = server.base_url
        done = cli(b"", "send", "--to", TO, "--base-url", url, "Hello")
    assert done.code == 3
    assert re.search(rf"callr-sms list --type OUT --from '[^']+' --base-url {url}\n", done.err)


def test_a_text_that_is_no_utf_8(cli: Callable[..., Done], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"\xff")))
    done = cli(b"", "send", "--to", TO, "-")
    assert (done.code, done.out, done.requests) == (2, "", [])
    assert done.err == (
        "callr-sms: TEXT: expected text in UTF-8 on stdin, or in UTF-16 or UTF-32 with a byte order mark\n"
    )


@pytest.mark.parametrize(
    ("ago", "seconds"),
    [("90s", 90), ("10m", 600), ("2h", 7200), ("1d", 86_400), ("2w", 1_209_600), ("0s", 0), ("000001m", 60)],
)
def test_a_time_ago(cli: Callable[..., Done], ago: str, seconds: int) -> None:
    done = cli(http_answer(success([])), "list", "--from", ago, "--to", "now")
    assert (done.code, done.query["type"]) == (0, ["OUT"])
    now = datetime.now(UTC)
    first = datetime.fromisoformat(done.query["from"][0] + "+00:00")
    assert abs(now - first - timedelta(seconds=seconds)) < timedelta(seconds=60)


@pytest.mark.parametrize("wrong", ["1y", "10", "0000001m", "-1h", "1.5h", " 1h", "1h ", "1H", "NOW", "1h2m"])
def test_what_is_no_time_ago(cli: Callable[..., Done], wrong: str) -> None:
    done = cli(b"", "list", f"--from={wrong}")
    assert (done.code, done.requests) == (2, [])
    assert done.err == (
        "callr-sms: --from: expected YYYY-MM-DD, 'YYYY-MM-DD HH:MM:SS', now, or a time ago: "
        "30s, 10m, 24h, 7d, 2w. All in UTC.\n"
    )


@pytest.mark.parametrize(
    ("given", "begin", "end"),
    [
        ("2026-02-03", "2026-02-03 00:00:00", "2026-02-03 23:59:59"),
        ("2026-02-03 04:05:06", "2026-02-03 04:05:06", "2026-02-03 04:05:06"),
        ("2026-02-03T04:05:06", "2026-02-03 04:05:06", "2026-02-03 04:05:06"),
    ],
)
def test_a_day_as_an_end_is_its_last_second(
    cli: Callable[..., Done], given: str, begin: str, end: str
) -> None:
    done = cli(http_answer(success([])), "list", "--from", "2026-02-03", "--to", given)
    assert (done.query["from"], done.query["to"][0][:10]) == (["2026-02-03 00:00:00"], "2026-02-03")
    last = parse_qs(done.requests[-1].split(b" ")[1].decode())["to"]
    assert last == [end]
    done = cli(http_answer(success([])), "list", "--from", given, "--to", "2026-02-04")
    assert done.query["from"] == [begin]


def test_a_list_is_of_the_last_day_unless_it_is_said(cli: Callable[..., Done]) -> None:
    done = cli(http_answer(success([])), "list")
    first = datetime.fromisoformat(done.query["from"][0] + "+00:00")
    assert (done.code, done.query["type"]) == (0, ["OUT"])
    assert abs(datetime.now(UTC) - first - timedelta(days=1)) < timedelta(seconds=60)


def test_an_empty_base_url_is_that_of_the_api() -> None:
    with serving(http_answer(b"", "502 Bad Gateway")) as proxy:
        settings = {"CALLR_LOGIN": "login", "CALLR_PASSWORD": "password", "CALLR_BASE_URL": ""}
        where = proxy.base_url.removesuffix("/rest/v1.1")
        done = run("send", "--to", TO, "Hello", **settings, HTTPS_PROXY=where, NO_PROXY="")
    assert done.returncode == 1
    assert proxy.requests[0].startswith(b"CONNECT api.callr.com:443 ")


# --- what is shown --------------------------------------------------------------------------------------


def test_an_sms_is_a_table(cli: Callable[..., Done]) -> None:
    done = cli(http_answer(success(SMS)), "get", HASH)
    assert (done.code, done.err) == (0, "")
    assert done.out == (
        TABLE + 'options           {"nature": "ALERTING", "user_data": "order 42"}\n'
        "status_history    2024-03-19 02:41:24 CREATED → PENDING\n"
        "status_history    2024-03-19 02:41:26 PENDING → SENT\n"
    )


def test_an_sms_without_options_has_no_line_of_them(cli: Callable[..., Done]) -> None:
    plain = SMS | {"options": None, "status_history": []}
    assert cli(http_answer(success(plain)), "get", HASH).out == TABLE
    shown = cli(http_answer(success(plain | {"text": "a\nb\x1b[2J", "new\n": "\x07"})), "get", HASH).out
    # Each value on one line, whatever it holds.
    assert shown == TABLE.replace("Your code is 4711.", "a\\nb\\x1b[2J") + "new\\n             \\x07\n"


def test_an_sms_as_json(cli: Callable[..., Done]) -> None:
    done = cli(http_answer(success(SMS)), "wait", HASH, "--json")
    assert (done.code, done.err) == (0, "")
    assert done.out == json.dumps(SMS, indent=2) + "\n"


ROW = "8242D945  2024-03-19 02:41:23  RECEIVED       My Shop           +33612345678          1      7.80  "
TITLES = (
    "HASH      CREATED (UTC)        STATUS         FROM              TO                PARTS     CENTS  TEXT"
)


def test_a_list_is_a_table(cli: Callable[..., Done]) -> None:
    accented, wide = SMS | {"text": "e\u0301", "from": "e\u0301\u0301"}, SMS | {"from": "日本"}
    done = cli(http_answer(success([SMS, accented, wide])), "list", "--from", "10m")
    assert (done.code, done.err) == (0, "")
    assert done.out == (
        f"{TITLES}\n{ROW}Your code is 4711.\n"
        + ROW.replace("My Shop", "e\u0301\u0301      ")
        + "e\u0301\n"
        + ROW.replace("My Shop", "日本   ")
        + "Your code is 4711.\n"
    )


@pytest.mark.parametrize("direction", ["IN", "OUT"])
def test_an_empty_list(cli: Callable[..., Done], direction: str) -> None:
    arguments = ["list", "--type", direction, "--from", "10m"]
    done = cli(http_answer(success([])), *arguments)
    assert (done.code, done.out, done.err) == (0, "", "callr-sms: no SMS in this time\n")
    assert done.query["type"] == [direction]
    done = cli(http_answer(success([])), *arguments, "--json")
    assert (done.code, done.out, done.err) == (0, "[]\n", "")


def test_a_list_as_json_has_a_line_for_each(cli: Callable[..., Done]) -> None:
    other = SMS | {"hash": "AAAAAAAA"}
    done = cli(http_answer(success([SMS, other])), "list", "--from", "10m", "--json")
    assert (done.code, done.err) == (0, "")
    assert done.out == f"[\n{json.dumps(SMS)},\n{json.dumps(other)}\n]\n"


@pytest.mark.parametrize(
    ("columns", "direction", "titles"),
    [
        (0, "OUT", "HASH CREATED STATUS FROM TO PARTS CENTS TEXT"),
        (113, "OUT", "HASH CREATED STATUS FROM TO PARTS CENTS TEXT"),
        (112, "OUT", "HASH CREATED STATUS FROM TO PARTS TEXT"),
        (103, "OUT", "HASH CREATED STATUS FROM TO PARTS TEXT"),
        (102, "OUT", "HASH CREATED STATUS FROM TO TEXT"),
        (96, "OUT", "HASH CREATED STATUS FROM TO TEXT"),
        (95, "OUT", "HASH CREATED STATUS TO TEXT"),
        (95, "IN", "HASH CREATED STATUS FROM TEXT"),
    ],
)
def test_columns_are_left_out_where_there_is_no_room(
    cli: Callable[..., Done], monkeypatch: pytest.MonkeyPatch, columns: int, direction: str, titles: str
) -> None:
    """The price first, the account's own number last; 14 characters are kept for the text."""
    monkeypatch.setenv("COLUMNS", str(columns))
    monkeypatch.setattr("sys.stdout.isatty", lambda: columns > 0)
    done = cli(http_answer(success([SMS])), "list", "--from", "10m", "--type", direction)
    header = done.out.splitlines()[0]
    assert header.replace(" (UTC)", "").split() == titles.split()


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("x" * 14, "x" * 14),
        ("x" * 15, "x" * 13 + "…"),
        ("日" * 7, "日" * 7),
        ("x" + "日" * 7, "x" + "日" * 6 + "…"),
    ],
)
def test_a_line_is_cut_where_the_terminal_ends(
    cli: Callable[..., Done], monkeypatch: pytest.MonkeyPatch, text: str, shown: str
) -> None:
    monkeypatch.setenv("COLUMNS", "113")
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    done = cli(http_answer(success([SMS | {"text": text}])), "list", "--from", "10m")
    assert done.out.splitlines()[1] == ROW + shown


def test_an_estimate_is_a_table(cli: Callable[..., Done]) -> None:
    assert cli(b"", "estimate", "Hello").out == (
        "encoding   GSM\nparts      1\nunits      5 characters\nconverted  Hello\n"
    )
    assert cli(b"", "estimate", "naïve 😀\x07").out == (
        "encoding   UNICODE\n"
        "parts      1\n"
        "units      9 UTF-16 code units\n"
        "converted  naïve 😀\\x07\n"
        "\n"
        "POSITION  CHARACTER  CODE    AS GSM\n"
        "       2  ï          U+00EF  i\n"
        "       6  😀          U+1F600  ?\n"
        "       7  \\x07       U+0007  ?\n"
    )


@pytest.mark.parametrize(
    ("length", "parts"), [(153 * 255, "255"), (153 * 255 + 1, "256 (the API refuses more than 255)")]
)
def test_an_estimate_of_too_many_parts_says_so(cli: Callable[..., Done], length: int, parts: str) -> None:
    assert cli(b"", "estimate", "x" * length).out.splitlines()[1] == f"parts      {parts}"


def test_an_estimate_with_a_stop_number(cli: Callable[..., Done]) -> None:
    done = cli(b"", "estimate", "%STOPNUM%", "--stop-number", "36111", "--json")
    assert json.loads(done.out) == {
        "encoding": "GSM",
        "parts": 1,
        "units": 5,
        "converted": "36111",
        "offenders": [],
    }


def test_a_terminal_that_cannot_show_a_character_shows_its_code() -> None:
    done = run("estimate", "é", PYTHONIOENCODING="ascii")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[3] == "converted  \\xe9"


@pytest.mark.skipif(not FULL.exists(), reason="a device that is always full is Linux's")
@pytest.mark.parametrize("form", [[], ["--json"]])
def test_a_hash_that_cannot_be_written_is_complained_about(form: list[str]) -> None:
    """The SMS was sent: that must not look like a failure which is repeated."""
    with serving(SENT) as server, FULL.open("wb") as full:
        done = subprocess.run(  # noqa: S603 - our own command
            [*COMMAND, "send", "--to", TO, *form, "Hello"],
            stdout=full,
            stderr=subprocess.PIPE,
            env=environment(**_settings(server)),
            timeout=LIMIT,
            check=False,
        )
    assert done.returncode == 0
    assert done.stderr.decode() == (
        f"callr-sms: sent, but the output could not be written; the hash is {HASH}\n"
    )
