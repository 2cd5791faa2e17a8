"""What the command line reads and sends: options, texts, encodings, times."""

from __future__ import annotations

import codecs
import io
import os
import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

import pytest

from callr_sms_client._cli.run import run as run_here
from tests.client.support import HASH, http_answer, serving, success
from tests.client.terminal import LIMIT, run

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable

    from tests.client.support import RawServer

from tests.client.commands import SENT, TO, Done, refusal, settings_of


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
        for name, value in (settings_of(server) | {"CALLR_BASE_URL": "http://127.0.0.1:1"}).items():
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
        for name, value in settings_of(server).items():
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
