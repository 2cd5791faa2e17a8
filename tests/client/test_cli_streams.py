"""The command line with streams that are closed, full or in another encoding: one line, no traceback."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
from pathlib import Path

import pytest

from tests.client.support import HASH, SMS, http_answer, serving, success
from tests.client.terminal import COMMAND, LIMIT, environment, on_terminal

FULL = Path("/dev/full")
PROGRAM = shlex.join(COMMAND)
SHELLS = {"bash": "complete -o default -F", "zsh": "compdef", "fish": "complete --command callr-sms"}


def shell(script: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """Run a command in a shell, which can close streams before it starts."""
    return subprocess.run(  # noqa: S603 - our own commands
        ["/bin/sh", "-c", script],
        env=environment(**settings),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        timeout=LIMIT,
        check=False,
    )


needs_full = pytest.mark.skipif(not FULL.exists(), reason="a device that is always full is Linux's")


@pytest.mark.parametrize(
    ("arguments", "where", "reason"),
    [
        ("--help", ">&-", "Bad file descriptor"),
        ("--version", ">&-", "Bad file descriptor"),
        ("estimate Hello", ">&-", "Bad file descriptor"),
        pytest.param("list --help", f">{FULL}", "No space left on device", marks=needs_full),
        pytest.param("estimate Hello", f">{FULL}", "No space left on device", marks=needs_full),
    ],
)
def test_an_output_that_cannot_be_written_is_one_line(arguments: str, where: str, reason: str) -> None:
    done = shell(f"{PROGRAM} {arguments} {where}")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == f"callr-sms: the output cannot be written: {reason}\n"


@pytest.mark.parametrize("arguments", ["--help", "--version", "estimate Hello"])
def test_a_reader_that_has_gone_is_not_complained_about(arguments: str) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with open(writing, "wb") as pipe:  # noqa: PTH123 - a pipe has no path
        done = subprocess.run(  # noqa: S603 - our own command
            [*COMMAND, *arguments.split()], stdout=pipe, stderr=subprocess.PIPE, timeout=LIMIT, check=False
        )
    assert (done.returncode, done.stderr) == (141, b"")


def test_a_list_whose_reader_goes_away_ends() -> None:
    """Longer than any buffer, so that it is noticed while SMS still come."""
    long = http_answer(success([SMS | {"hash": f"8242{at:04}"} for at in range(3_000)]))
    with serving(long) as server:
        done = shell(
            f"{{ {PROGRAM} list --from 1h --base-url {server.base_url}; echo $? >&2; }} | head -n 1",
            CALLR_LOGIN="login",
            CALLR_PASSWORD="password",
        )
    assert (done.stdout[:4], done.stderr) == ("HASH", "141\n")


def test_a_list_that_cannot_be_written_is_one_line() -> None:
    with serving(http_answer(success([SMS] * 3_000))) as server:
        done = shell(
            f"{PROGRAM} list --from 1h --base-url {server.base_url} >&-",
            CALLR_LOGIN="login",
            CALLR_PASSWORD="password",
        )
    assert (done.returncode, done.stderr) == (
        1,
        "callr-sms: the output cannot be written: Bad file descriptor\n",
    )


@pytest.mark.parametrize("where", [">&- 2>&-", "<&- >&- 2>&-", "2>&-"])
def test_closed_streams_are_not_mixed_up_with_the_connection(where: str) -> None:
    """The system would give their numbers to it, and messages would be sent to the API."""
    with serving(http_answer(b"", "500 No")) as server:
        done = shell(
            f"{PROGRAM} send --to +33639981234 Hello {where}",
            CALLR_LOGIN="login",
            CALLR_PASSWORD="password",
            CALLR_BASE_URL=server.base_url,
        )
        (request,) = server.requests
    assert done.returncode == 3
    body = json.loads(request.partition(b"\r\n\r\n")[2])
    assert body == {"to": "+33639981234", "body": "Hello", "from": ""}


def test_what_was_sent_is_said_even_if_the_hash_cannot_be_written() -> None:
    with serving(http_answer(success(HASH))) as server:
        done = shell(
            f"{PROGRAM} send --to +33639981234 Hello >&-",
            CALLR_LOGIN="login",
            CALLR_PASSWORD="password",
            CALLR_BASE_URL=server.base_url,
        )
    assert (done.returncode, done.stderr) == (
        0,
        f"callr-sms: sent, but the output could not be written; the hash is {HASH}\n",
    )


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ("send --to +33639981234 -", "TEXT: stdin cannot be read: Bad file descriptor"),
        ("send --to +33639981234 Hello", "set CALLR_LOGIN in the environment"),
    ],
)
def test_a_closed_input_is_one_line(arguments: str, said: str) -> None:
    done = shell(f"{PROGRAM} {arguments} <&-")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"callr-sms: {said}")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    "settings",
    [
        {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONIOENCODING": "ascii:strict"},
        {"LC_ALL": "POSIX", "PYTHONUTF8": "0", "PYTHONIOENCODING": ""},
        {"PYTHONIOENCODING": "cp1252"},
    ],
    ids=str,
)
def test_a_locale_that_lacks_characters(settings: dict[str, str]) -> None:
    answer = http_answer(success(SMS | {"text": "日本 → é"}))
    with serving(answer) as server:
        done = subprocess.run(  # noqa: S603 - our own command
            [*COMMAND, "get", HASH],
            env=environment(
                CALLR_LOGIN="login", CALLR_PASSWORD="é", CALLR_BASE_URL=server.base_url, **settings
            ),
            capture_output=True,
            timeout=LIMIT,
            check=False,
        )
    assert (done.returncode, done.stderr) == (0, b"")
    accent = b"\xe9" if settings["PYTHONIOENCODING"] == "cp1252" else b"\\xe9"
    assert b"\\u65e5\\u672c \\u2192 " + accent + b"\n" in done.stdout
    assert b"CREATED \\u2192 PENDING\n" in done.stdout


def test_a_terminal_gets_no_colours() -> None:
    """So there is nothing that NO_COLOR would have to switch off."""
    for arguments in (["--help"], ["estimate", "«"], ["lst"]):
        with on_terminal(*arguments, settings={"FORCE_COLOR": "1", "TERM": "xterm-256color"}) as terminal:
            terminal.end()
        assert "\x1b" not in terminal.shown


@pytest.mark.parametrize("name", SHELLS)
def test_a_shell_gets_a_script_that_completes(name: str) -> None:
    asked = {"_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION": "1"}
    done = shell(f"{PROGRAM} --show-completion {name}", **asked)
    assert (done.returncode, done.stderr) == (0, "")
    assert SHELLS[name] in done.stdout
    assert "_CALLR_SMS_COMPLETE=complete_" + name in done.stdout


def test_bash_completes_commands_options_and_values(tmp_path: Path) -> None:
    (tmp_path / "callr-sms").write_text(f'#!/bin/sh\nexec {PROGRAM} "$@"\n', encoding="utf-8")
    (tmp_path / "callr-sms").chmod(0o755)
    script = """
        eval "$(_CALLR_SMS_COMPLETE=source_bash callr-sms)"
        complete_line() {
            COMP_WORDS=($1) COMP_CWORD=$2
            _callr_sms_completion callr-sms
            echo "${COMPREPLY[*]}"
        }
        complete_line "callr-sms e" 1
        complete_line "callr-sms send --base" 2
        complete_line "callr-sms send --nature AL" 3
        complete_line "callr-sms --version l" 2
    """
    path = f"{tmp_path}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(  # noqa: S603 - our own commands
        ["/bin/bash", "-c", script],
        env=environment(PATH=path),
        capture_output=True,
        encoding="utf-8",
        timeout=LIMIT,
        check=False,
    )
    assert (done.stdout.split(), done.stderr) == (["estimate", "--base-url", "ALERTING", "list"], "")


def test_completion_is_installed_where_the_shell_looks(tmp_path: Path) -> None:
    asked = {"_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION": "1", "HOME": str(tmp_path)}
    done = shell(f"{PROGRAM} --install-completion bash", **asked)
    assert (done.returncode, done.stderr) == (0, "")
    (installed,) = re.findall(r"^source '(.+)'$", (tmp_path / ".bashrc").read_text(), re.MULTILINE)
    assert "_callr_sms_completion" in Path(installed).read_text()
