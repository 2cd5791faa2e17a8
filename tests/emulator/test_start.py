"""What ends a start, and what does not."""

import errno
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from callr_sms_emulator import SqliteStore
from tests.emulator.support import (
    TIMEOUT,
    clean_environment,
    run_command,
    running,
    running_fresh,
)

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="modes and signals of POSIX")
MEMORY = ("--database", ":memory:")
PREFIX = "callr-sms-emulator: "


def _refusal(*flags: str, cwd: Path | None = None, **settings: str) -> str:
    """Return the one line of a start that fails."""
    ended = run_command("serve", "--port", "0", *flags, cwd=cwd, **settings)
    assert (ended.returncode, ended.stdout, ended.stderr.count("\n")) == (1, "", 1), ended.stderr
    assert ended.stderr.startswith(PREFIX)
    return ended.stderr


def test_an_address_of_another_machine_is_refused_in_words() -> None:
    refusal = _refusal(*MEMORY, "--host", "192.0.2.1")
    reason = os.strerror(errno.EADDRNOTAVAIL)
    assert refusal.startswith(f"{PREFIX}cannot listen on 192.0.2.1, port 0: {reason}; choose another address")


def _overwrite(path: Path) -> None:
    data = path.read_bytes()
    path.write_bytes(data[:4096] + b"\xaa" * (len(data) - 4096))


def _cut(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 8192 * 4096)


def _rename_index(path: Path) -> None:
    """Make the schema no UTF-8."""
    data = path.read_bytes()
    at = data.index(b"sms_by_hash")
    path.write_bytes(data[:at] + b"\xb3" + data[at + 1 :])


def _drop_table(path: Path) -> None:
    _execute(path, "DROP TABLE delivery")


def _break_state(path: Path) -> None:
    _execute(path, "INSERT INTO account VALUES ('x', NULL, 'no JSON')")
    _execute(
        path,
        "INSERT INTO sms (hash, account, direction, created, due, head, tail) "
        "VALUES ('A', 'x', 'OUT', 0, 0, '', '')",
    )


def _break_login(path: Path) -> None:
    _execute(
        path,
        "INSERT INTO sms (hash, account, direction, created, due, head, tail) "
        "VALUES ('A', CAST(x'FF' AS TEXT), 'OUT', 0, 0, '', '')",
    )


def _raise_version(path: Path) -> None:
    _execute(path, "PRAGMA user_version = 99")


def _execute(path: Path, statement: str) -> None:
    connection = sqlite3.connect(path)
    connection.execute(statement)
    connection.commit()
    connection.close()


@pytest.mark.parametrize(
    ("spoil", "cure"),
    [
        (_overwrite, "restore it from a copy"),
        (_cut, "restore it from a copy"),
        (_rename_index, "restore it from a copy"),
        (_drop_table, "it lacks delivery, "),
        (_break_state, "restore it from a copy"),
        (_break_login, "restore it from a copy"),
        (_raise_version, "expected a newer emulator"),
        (lambda path: path.write_text("some text"), "expected a new file or one of this emulator"),
    ],
)
def test_database_that_is_damaged_is_one_line(
    tmp_path: Path, spoil: Callable[[Path], object], cure: str
) -> None:
    path = tmp_path / "sms.sqlite3"
    SqliteStore(path).close()
    spoil(path)
    refusal = _refusal("--database", str(path))
    assert str(path) in refusal
    assert cure in refusal


@pytest.mark.parametrize(
    "url",
    [
        "mysql://me:secret@db/x",
        "sqlite:///sms.sqlite3",
        "sqlite:sms.sqlite3",
        "file:sms.sqlite3?mode=ro",
        "file::memory:?cache=shared",
        "HTTP://host/secret",
    ],
)
def test_url_in_place_of_a_file_is_refused_and_makes_nothing(tmp_path: Path, url: str) -> None:
    refusal = _refusal("--database", url, cwd=tmp_path)
    assert "expected the path of an SQLite file" in refusal
    assert "secret" not in refusal
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("place", [".", os.devnull, "/proc/nowhere/x", "file/x", "new/", "loop"])
def test_place_that_cannot_have_a_database_is_one_line(tmp_path: Path, place: str) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "loop").symlink_to("loop")
    assert "choose another file with --database" in _refusal("--database", place, cwd=tmp_path)
    assert {each.name for each in tmp_path.iterdir()} == {"file", "loop"}


def test_link_to_a_file_that_is_not_there_yet_is_followed(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "data" / "sms.sqlite3")
    SqliteStore(tmp_path / "link").close()
    assert (tmp_path / "data" / "sms.sqlite3").is_file()


@pytest.mark.skipif(sys.platform == "darwin", reason="the data folder is another one there")
@pytest.mark.parametrize("home", ["", "relative", "/proc/nowhere"])
def test_user_without_a_home_is_one_line(home: str) -> None:
    assert "set HOME or XDG_DATA_HOME" in _refusal(HOME=home, XDG_DATA_HOME="")


def test_full_disk_at_the_start_is_one_line(tmp_path: Path) -> None:
    """A limit on the size of files is as good as a disk without space: the same writes fail."""
    path = tmp_path / "sms.sqlite3"
    SqliteStore(path).close()
    script = f"ulimit -f 0; exec {sys.executable} -m callr_sms_emulator serve --port 0 --database {path}"
    ended = subprocess.run(  # noqa: S603 - our own command
        ["/bin/sh", "-c", f"trap '' XFSZ; {script} 2>&1 | cat"],
        capture_output=True,
        text=True,
        env=clean_environment(),
        check=False,
    )
    assert ended.stdout.count("\n") == 1
    assert "free some space" in ended.stdout


def test_address_of_another_machine_and_unknown_hosts_are_one_line() -> None:
    for host in ("192.0.2.1", "nowhere.invalid", "x" * 70):
        assert "with --host or --port" in _refusal(*MEMORY, "--host", host)


@pytest.mark.parametrize(
    ("redirection", "said"), [(">&-", ""), (">/dev/full", "No space left"), ("| true", "Broken pipe")]
)
def test_start_lines_that_nobody_reads_do_not_end_it(tmp_path: Path, redirection: str, said: str) -> None:
    """The end of the script is the signal: exit code 0 shows that the server had started."""
    log = tmp_path / "log"
    program = f"{sys.executable} -m callr_sms_emulator serve --port 0 --database {tmp_path}/sms.sqlite3"
    wait = "while [ ! -e sms.sqlite3-webhooks ]; do sleep 0.05; done; sleep 0.5; kill -TERM $(cat pid)"
    start = f"{{ sh -c 'echo $$ >pid; exec {program} 2>log'; echo $? >code; }} {redirection}"
    subprocess.run(  # noqa: S603 - our own command
        ["/bin/sh", "-c", f"{start} & {wait}; wait"],
        cwd=tmp_path,
        env=clean_environment(),
        check=False,
        timeout=TIMEOUT,
    )
    assert (tmp_path / "code").read_text() == "0\n"
    assert said in log.read_text()
    assert "Traceback" not in log.read_text()


@pytest.mark.parametrize("encoding", ["ascii", "cp1252"])
def test_characters_that_the_output_lacks_are_escaped(tmp_path: Path, encoding: str) -> None:
    name = tmp_path / "sms-ж.sqlite3"
    settings = {"PYTHONIOENCODING": encoding}
    with running(tmp_path / "log", "--database", str(name), **settings) as process:
        assert process.start_lines[2].endswith("sms-\\u0436.sqlite3")
        assert process.client.send()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_more_signals_do_not_disturb_the_end(tmp_path: Path, number: signal.Signals) -> None:
    with running_fresh(tmp_path / "log", *MEMORY) as process:
        deadline = time.monotonic() + TIMEOUT
        assert isinstance(process.popen, subprocess.Popen)
        while process.popen.poll() is None:
            assert time.monotonic() < deadline
            process.popen.send_signal(number)
            time.sleep(0.02)
        assert process.popen.wait() == 0
    assert process.log.read_text() == ""


@pytest.mark.parametrize("word", ["-h", "--help"])
@pytest.mark.parametrize("before", [(), ("serve",), ("health",)])
def test_help_has_a_short_form(before: tuple[str, ...], word: str) -> None:
    ended = run_command(*before, word)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert "Usage: " in ended.stdout
