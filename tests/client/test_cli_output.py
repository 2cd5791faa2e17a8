"""What the command line prints: tables, JSON, estimates."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.client.support import HASH, SMS, http_answer, serving, success
from tests.client.terminal import COMMAND, LIMIT, environment, run

if TYPE_CHECKING:
    from collections.abc import Callable


from tests.client.commands import SENT, TO, Done, settings_of

FULL = Path("/dev/full")
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
            env=environment(**settings_of(server)),
            timeout=LIMIT,
            check=False,
        )
    assert done.returncode == 0
    assert done.stderr.decode() == (
        f"callr-sms: sent, but the output could not be written; the hash is {HASH}\n"
    )
