"""What the command line prints and sends, line by line."""

from __future__ import annotations

import io
import json
import subprocess
from datetime import UTC, datetime, timedelta
from importlib.metadata import entry_points
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import parse_qs

import pytest

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
    ("status", "code", "cure"),
    [
        (400, 400, "; check the arguments"),
        (401, 401, "; check CALLR_LOGIN and CALLR_PASSWORD"),
        (404, 404, "; no SMS has this hash"),
        (405, 405, "; check the arguments"),
        # What the API may have done is not cured by other arguments.
        (402, 402, ""),
        (400, 1000, ""),
        (404, 1000, ""),
        (499, 499, ""),
    ],
)
def test_a_cure_is_named_only_for_what_the_api_refused(
    cli: Callable[..., Done], status: int, code: int, cure: str
) -> None:
    done = cli(refusal(status, code), "get", HASH)
    assert (done.code, done.out) == (1, "")
    assert done.err == f"callr-sms: sms.get: HTTP {status} PROPERTY_VALUE_ERROR{cure}\n"


def test_a_send_that_was_refused_names_the_cure(cli: Callable[..., Done]) -> None:
    done = cli(refusal(400), "send", "--to", TO, "Hello")
    assert (done.code, done.out) == (1, "")
    assert done.err == (
        "callr-sms: not sent: sms.send: HTTP 400 PROPERTY_VALUE_ERROR [to]; check the arguments\n"
    )


@pytest.mark.parametrize(("status", "code"), [(400, 1000), (402, 402), (500, 500)])
def test_a_send_of_unknown_outcome_says_how_to_look(cli: Callable[..., Done], status: int, code: int) -> None:
    before = datetime.now(UTC).replace(microsecond=0)
    done = cli(refusal(status, code), "send", "--to", TO, "Hello")
    after = datetime.now(UTC)
    first, *others = done.err.splitlines()
    since = others.pop(2).removeprefix("    callr-sms list --type OUT --from '").removesuffix("'")
    assert (done.code, done.out) == (3, "")
    assert first == f"callr-sms: sms.send: HTTP {status} PROPERTY_VALUE_ERROR [to]"
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
        assert done.err == f"callr-sms: sms.get: HTTP 404: expected JSON in UTF-8, got 6 bytes of {named}\n"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "expected a command and its arguments, a text with spaces in quotes; see callr-sms --help"),
        (
            ["nope"],
            "expected a command and its arguments, a text with spaces in quotes; see callr-sms --help",
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
            "--max-parts: expected int; see callr-sms send --help",
        ),
        (["list", "--type", "X"], "--type: expected IN or OUT; see callr-sms list --help"),
        (["wait", HASH, "--timeout", "x"], "--timeout: expected float; see callr-sms wait --help"),
        (
            ["list", "--from", "2026-01-02", "--to", "2026-01-01"],
            "--to: expected a moment",
        ),
        (["wait", HASH, "--timeout", "-1"], "--timeout: expected seconds, 0 or more"),
        (["get", "x"], "HASH: expected at least 8 characters"),
        (["send", "--to", TO, ""], "not sent: TEXT: expected at least 1 character"),
        (["send", "--to", TO, "--from", "+331", "a"], "not sent: --from: expected"),
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


def test_a_wait_that_was_too_short(cli: Callable[..., Done]) -> None:
    answer = http_answer(success(SMS | {"status": "SENT"}))
    done = cli(answer, "wait", HASH, "--timeout", "0")
    assert (done.code, done.out) == (4, "")
    assert done.err == ("callr-sms: sms.wait_until_final: time is up, and the status is still SENT\n")


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


def test_a_text_that_is_no_utf_8(cli: Callable[..., Done], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"\xff")))
    done = cli(b"", "send", "--to", TO, "-")
    assert (done.code, done.out, done.requests) == (2, "", [])
    assert done.err == "callr-sms: TEXT: expected UTF-8 on stdin\n"


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
