"""The command line on a terminal: what it asks, what it shows, and what Ctrl-C does."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING
from unicodedata import east_asian_width

import pytest

from callr_sms_client._cli import exit_codes
from tests.client.support import HASH, SMS, failure, http_answer, serving, success
from tests.client.terminal import LIMIT, Terminal, on_terminal, run

if TYPE_CHECKING:
    import socket

    from callr_sms_client import Callr
    from tests.client.support import RawServer
    from tests.conftest import RunningEmulator

TO = "+33687654321"
SEND = ["send", "--to", TO, "Hello"]
LOGIN, PASSWORD = "canary-login", "canary-password"
CTRL_C, CTRL_D = "\x03", "\x04"
EXITS = {name: exit_.code for name, exit_ in exit_codes.EXITS.items()}


@pytest.fixture
def settings(emulator: RunningEmulator) -> dict[str, str]:
    return {
        "CALLR_LOGIN": emulator.login,
        "CALLR_PASSWORD": emulator.password,
        "CALLR_BASE_URL": emulator.base_url,
    }


class Stalled:
    """Gives some answers, and to the next request none."""

    def __init__(self, *answers: bytes) -> None:
        self.asked = Event()
        self._answers = iter(answers)

    def __call__(self, server: RawServer, connection: socket.socket) -> None:
        answer = next(self._answers, None)
        if answer is None:
            self.asked.set()
            server.released.wait(LIMIT)
        else:
            connection.sendall(answer)
            connection.close()


def known(server: RawServer) -> dict[str, str]:
    return {"CALLR_LOGIN": LOGIN, "CALLR_PASSWORD": PASSWORD, "CALLR_BASE_URL": server.base_url}


def give_credentials(terminal: Terminal, login: str, password: str) -> None:
    terminal.wait_for("CALLR_LOGIN: ")
    terminal.type(f"{login}\n")
    terminal.wait_for("CALLR_PASSWORD: ")
    terminal.type(f"{password}\n")


def test_credentials_are_asked_for_and_the_password_is_not_shown(emulator: RunningEmulator) -> None:
    base = {"CALLR_BASE_URL": emulator.base_url}
    with on_terminal(*SEND, settings=base) as terminal:
        give_credentials(terminal, emulator.login, emulator.password)
        assert terminal.end() == 0
    *asked, sms_hash, _ = terminal.screen()
    # The terminal echoes what is typed, but not after the second question.
    assert asked == [f"CALLR_LOGIN: {emulator.login}", "CALLR_PASSWORD: "]
    assert re.fullmatch(r"[A-Z0-9]{8}", sms_hash)


def test_only_what_is_missing_is_asked_for(settings: dict[str, str]) -> None:
    password = settings.pop("CALLR_PASSWORD")
    with on_terminal("get", "ZZZZZZZZ", settings=settings) as terminal:
        terminal.wait_for("CALLR_PASSWORD: ")
        terminal.type(f"{password}\n")
        assert terminal.end() == EXITS["failed"]
    assert "CALLR_LOGIN" not in terminal.shown


@pytest.mark.parametrize("prompt", ["CALLR_LOGIN: ", "CALLR_PASSWORD: "])
@pytest.mark.parametrize(
    ("key", "ending", "said"),
    [
        (CTRL_D, "usage", "no credentials: the prompt was closed"),
        (CTRL_C, "interrupted", "interrupted; nothing was sent"),
    ],
)
def test_a_prompt_that_is_not_answered(prompt: str, key: str, ending: str, said: str) -> None:
    given = {} if prompt == "CALLR_LOGIN: " else {"CALLR_LOGIN": LOGIN}
    with serving(Stalled()) as server:
        with on_terminal(
            "send", "--to", TO, "Hello", settings={"CALLR_BASE_URL": server.base_url, **given}
        ) as terminal:
            terminal.wait_for(prompt)
            terminal.type(key)
            assert terminal.end() == EXITS[ending]
        assert server.requests == []
    assert f"callr-sms: {said}" in terminal.screen()
    assert "Traceback" not in terminal.shown


@pytest.mark.parametrize("given", [{}, {"CALLR_LOGIN": LOGIN, "CALLR_PASSWORD": PASSWORD}])
def test_credentials_are_in_no_list_of_processes(given: dict[str, str]) -> None:
    """Neither those that were typed nor those of the environment: `ps` shows the command as it was given."""
    stalled = Stalled()
    with (
        serving(stalled) as server,
        on_terminal(*SEND, settings={"CALLR_BASE_URL": server.base_url, **given}, fork=False) as terminal,
    ):
        if not given:
            give_credentials(terminal, LOGIN, PASSWORD)
        assert stalled.asked.wait(LIMIT)
        words = Path(f"/proc/{terminal.process.pid}/cmdline").read_text(encoding="utf-8").split("\0")
        assert words[-5:] == [*SEND, ""]
        assert not any(canary in word for word in words for canary in (LOGIN, PASSWORD))
    assert PASSWORD not in terminal.shown


def test_ctrl_c_during_a_send_says_that_it_may_have_been_sent() -> None:
    stalled = Stalled()
    with (
        serving(stalled) as server,
        on_terminal(*SEND, settings=known(server)) as terminal,
    ):
        assert stalled.asked.wait(LIMIT)
        terminal.type(CTRL_C)
        assert terminal.end() == EXITS["interrupted"]
    first, said = terminal.shown.replace("\r", "").splitlines()
    assert first == "^C"
    assert re.fullmatch(
        r"callr-sms: interrupted; the SMS may have been sent and billed\. "
        r"Before you send it again, look for it: "
        r"callr-sms list --type OUT --from '[0-9-]+ [0-9:]+'",
        said,
    )
    assert "Traceback" not in terminal.shown


@pytest.mark.parametrize("arguments", [["get", HASH], ["wait", HASH], ["list"]], ids=lambda words: words[0])
def test_ctrl_c_during_anything_else_says_that_nothing_was_sent(arguments: list[str]) -> None:
    stalled = Stalled()
    with serving(stalled) as server, on_terminal(*arguments, settings=known(server)) as terminal:
        assert stalled.asked.wait(LIMIT)
        terminal.type(CTRL_C)
        assert terminal.end() == EXITS["interrupted"]
    assert terminal.screen() == ["^C", "callr-sms: interrupted; nothing was sent", ""]


def test_how_far_a_long_list_has_come_is_shown_and_erased() -> None:
    stalled = Stalled(http_answer(success([SMS])))
    with serving(stalled) as server, on_terminal("list", "--from", "60d", settings=known(server)) as terminal:
        assert stalled.asked.wait(LIMIT)
        terminal.wait_for("1 SMS")
        assert re.fullmatch(r" {2}0%  [0-9]{4}-[0-9]{2}-[0-9]{2} [0-9:]{8}  1 SMS", terminal.screen()[-1])
        terminal.type(CTRL_C)
        assert terminal.end() == EXITS["interrupted"]
    header, row, *rest = terminal.screen()
    assert (header[:4], row[:8]) == ("HASH", HASH)
    assert rest == ["", "callr-sms: interrupted; nothing was sent", ""]


def test_how_far_it_has_come_is_erased_before_an_error() -> None:
    refusal = http_answer(failure(400, "no"), "400 Bad Request")
    answers = iter((http_answer(success([SMS])), refusal))
    with (
        serving(lambda _, connection: connection.sendall(next(answers))) as server,
        on_terminal("list", "--from", "60d", settings=known(server)) as terminal,
    ):
        assert terminal.end() == EXITS["failed"]
    assert "1 SMS\x1b[K" in terminal.shown
    _, _, complaint, _ = terminal.screen()
    assert complaint.startswith("callr-sms: the API refused the request (HTTP 400)")


def test_json_is_one_document_whatever_the_terminal_shows(settings: dict[str, str], callr: Callr) -> None:
    sms_hash = callr.sms.send(to=TO, body="Hello")
    reading, writing = os.pipe()
    with on_terminal("list", "--from", "60d", "--json", stdout=writing, settings=settings) as terminal:
        os.close(writing)
        with open(reading, encoding="utf-8") as output:  # noqa: PTH123 - a pipe has no path
            listed = json.load(output)
        assert terminal.end() == 0
    assert sms_hash in {one["hash"] for one in listed}
    assert re.search(r"\r +[0-9]+%  ", terminal.shown)
    assert terminal.screen() == [""]


def test_nothing_is_shown_of_it_where_stderr_is_a_file(settings: dict[str, str], callr: Callr) -> None:
    callr.sms.send(to=TO, body="Hello")
    done = run("list", "--from", "60d", **settings)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    ("columns", "titles"),
    [
        (60, "HASH CREATED STATUS TO …"),
        (80, "HASH CREATED STATUS TO TEXT"),
        (100, "HASH CREATED STATUS FROM TO TEXT"),
        (120, "HASH CREATED STATUS FROM TO PARTS CENTS TEXT"),
    ],
)
def test_a_list_has_a_line_for_each_sms(columns: int, titles: str) -> None:
    """No line is wider than the terminal, and each value stands below its title."""
    texts = ["short", "longer than any terminal " * 9, "日本語" * 30, "two\nlines\x1b[2J"]
    found = [SMS | {"hash": f"8242D94{at}", "text": text} for at, text in enumerate(texts)]
    with (
        serving(http_answer(success(found))) as server,
        on_terminal("list", "--from", "10m", columns=columns, settings=known(server)) as terminal,
    ):
        assert terminal.end() == 0
    header, *rows, _ = terminal.screen()
    assert header.replace(" (UTC)", "").split() == titles.split()
    assert len(rows) == len(texts)
    for row in rows:
        assert sum(1 + (east_asian_width(character) in "FW") for character in row) <= columns
        assert row[header.index("TO") :].startswith(SMS["to"]) or columns < len(header)
    assert rows[0].endswith("  short") or columns == 60
    assert [row.endswith("…") for row in rows] == [columns == 60, True, True, columns < 100]


def test_the_help_fits_in_80_columns() -> None:
    for command in ([], ["send"], ["get"], ["list"], ["wait"], ["estimate"]):
        with on_terminal(*command, "--help") as terminal:
            assert terminal.end() == 0
        assert max(map(len, terminal.screen())) <= 80
        assert "..." not in terminal.shown.replace("[ARGS]...", "")
