"""What ends a start, what does not, and what a running emulator does when its database is taken away."""

import json
import os
import resource
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from callr_sms_emulator import SqliteStore
from tests.emulator.support import (
    AUTHORIZATION,
    TIMEOUT,
    Client,
    Process,
    clean_environment,
    running,
    running_fresh,
)
from tests.preloaded import command

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="modes and signals of POSIX")

MEMORY = ("--database", ":memory:")
PREFIX = "callr-sms-emulator: "


def _run(*arguments: str, cwd: Path | None = None, **settings: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(  # noqa: S603 - our own command
        [*command("callr_sms_emulator"), *arguments],
        capture_output=True,
        text=True,
        timeout=TIMEOUT,
        env=clean_environment(**settings),
        cwd=cwd,
        check=False,
    )


def _refusal(*flags: str, cwd: Path | None = None, **settings: str) -> str:
    """Return the one line of a start that fails."""
    ended = _run("serve", "--port", "0", *flags, cwd=cwd, **settings)
    assert (ended.returncode, ended.stdout, ended.stderr.count("\n")) == (1, "", 1), ended.stderr
    assert ended.stderr.startswith(PREFIX)
    return ended.stderr


# --- a start that fails ---------------------------------------------------------------------------------


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


# --- a start that does not fail -------------------------------------------------------------------------


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
    ended = _run(*before, word)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert "Usage: " in ended.stdout


# --- addresses and prefix -------------------------------------------------------------------------------


def _origins(process: Process) -> list[str]:
    lines = [process.start_lines[0], *process.start_lines[1:]]
    return [line.rpartition(" ")[2] for line in lines if "listening" in line]


def test_localhost_is_both_families_on_one_port(tmp_path: Path) -> None:
    with running(tmp_path / "log", *MEMORY, "--host", "localhost") as process:
        origins = _origins(process)
        ports = {urlsplit(each).port for each in origins}
        assert len(ports) == 1
        assert [urlsplit(each).hostname for each in origins] in (["127.0.0.1", "::1"], ["127.0.0.1"])
        sms_hash = process.client.send()
        assert all(Client(each).get(sms_hash) for each in origins)


def test_several_hosts_are_listened_on_and_each_once(tmp_path: Path) -> None:
    hosts = ("--host", "127.0.0.1", "--host", "127.0.0.2", "--host", "127.0.0.1")
    with running(tmp_path / "log", *MEMORY, *hosts) as process:
        origins = _origins(process)
        assert [urlsplit(each).hostname for each in origins] == ["127.0.0.1", "127.0.0.2"]
        sms_hash = process.client.send()
        assert all(Client(each).get(sms_hash) for each in origins)


def test_every_path_is_below_the_prefix(tmp_path: Path) -> None:
    with running(tmp_path / "log", *MEMORY, "--path-prefix", "/team/sms/") as process:
        client = process.client
        assert client.base_path == "/team/sms/rest/v1.1"
        sms_hash = client.send()
        assert client.get(sms_hash)["text"] == "Hello"
        outside = Client(client.url.removesuffix("/rest/v1.1"))
        assert outside.request("GET", "/_emulator/clock").status == 200
        rpc = "/team/sms/json-rpc/v1.1/"
        call = {"method": "sms.get", "params": [sms_hash], "id": 1, "jsonrpc": "2.0"}
        assert _raw(client.url, "POST", rpc, json.dumps(call))["result"]["hash"] == sms_hash
        document = _raw(client.url, "GET", "/team/sms/_emulator/openapi.json")
        assert document["servers"] == [{"url": "/team/sms/_emulator"}]
        assert process.start_lines[3].endswith("/team/sms/_emulator/openapi.json")
        root = Client(f"http://{urlsplit(client.url).netloc}")
        for path in ("/rest/v1.1/sms", "/_emulator/health", "/team/smsrest/v1.1/sms", "/"):
            answer = root.request("GET", path)
            assert (answer.status, "/team/sms" in answer.message) == (404, True)
        done = _run("health", client.url)
        assert (done.returncode, done.stderr) == (0, "")
        port = str(urlsplit(client.url).port)
        done = _run("health", CALLR_EMULATOR_PORT=port, CALLR_EMULATOR_PATH_PREFIX="/team/sms")
        assert (done.returncode, done.stderr) == (0, "")


def _raw(url: str, method: str, path: str, body: str | None = None) -> Any:  # noqa: ANN401 - any JSON
    parts = urlsplit(url)
    connection = HTTPConnection(parts.hostname or "", parts.port, timeout=TIMEOUT)
    headers = AUTHORIZATION | {"Content-Type": "application/json"}
    connection.request(method, path, body, headers)
    answer = json.loads(connection.getresponse().read())
    connection.close()
    return answer


# --- files ----------------------------------------------------------------------------------------------


def _modes(folder: Path) -> dict[str, int]:
    return {path.name: path.stat().st_mode & 0o777 for path in folder.iterdir()}


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o777])
def test_files_are_private_whatever_the_umask(tmp_path: Path, umask: int) -> None:
    tmp_path.chmod(0o755)
    before = os.umask(umask)
    try:
        store = SqliteStore(tmp_path / "new" / "deep" / "sms.sqlite3")
    finally:
        os.umask(before)
    files = _modes(tmp_path / "new" / "deep")
    store.close()
    assert set(files.values()) == {0o600}
    assert len(files) == 3
    assert _modes(tmp_path) == {"new": 0o700}
    assert _modes(tmp_path / "new") == {"deep": 0o700}


def test_files_of_an_earlier_version_become_private(tmp_path: Path) -> None:
    path = tmp_path / "sms.sqlite3"
    SqliteStore(path).close()
    path.chmod(0o664)
    (tmp_path / "sms.sqlite3-webhooks").touch(0o644)
    with running(tmp_path / "log", "--database", str(path)) as process:
        process.client.send()
        files = _modes(tmp_path)
    del files["log"]
    assert {f"sms.sqlite3{each}" for each in ("", "-wal", "-shm", "-webhooks")} <= files.keys()
    assert set(files.values()) == {0o600}


def test_data_folder_of_an_earlier_version_becomes_private(tmp_path: Path) -> None:
    folder = tmp_path / "callr-sms-emulator"
    folder.mkdir(0o755)
    with running(tmp_path / "log", XDG_DATA_HOME=str(tmp_path), HOME=str(tmp_path)):
        assert _modes(tmp_path)["callr-sms-emulator"] == 0o700


def _remove(path: Path) -> None:
    path.unlink()


def _remove_log(path: Path) -> None:
    Path(f"{path}-wal").unlink()


def _replace(path: Path) -> None:
    copy = path.with_suffix(".copy")
    copy.write_bytes(path.read_bytes())
    copy.replace(path)


def _empty(path: Path) -> None:
    os.truncate(path, 0)


def _remove_folder(path: Path) -> None:
    path.parent.rename(path.parent.with_name("elsewhere"))


@pytest.mark.parametrize("take_away", [_remove, _remove_log, _replace, _empty, _remove_folder])
def test_database_that_is_taken_away_is_not_served(tmp_path: Path, take_away: Callable[[Path], None]) -> None:
    path = tmp_path / "data" / "sms.sqlite3"
    with running(tmp_path / "log", "--database", str(path)) as process:
        client = process.client
        sms_hash = client.send()
        take_away(path)
        sent = [client.post({"to": "+33612345678", "body": "Hello"}) for _ in range(3)]
        assert [each.status for each in sent] == [500, 500, 500]
        assert "put the file back" in sent[0].message
        assert client.request("GET", f"/sms/{sms_hash}").status == 500
        health = client.control("GET", "/health")
        assert (health.status, "removed or replaced" in health.message) == (503, True)
        unhealthy = _run("health", client.url)
        assert (unhealthy.returncode, unhealthy.stderr.count("\n")) == (1, 1)
        assert "removed or replaced" in unhealthy.stderr
        assert process.stop() == 0
    said = process.log.read_text()
    assert said.count("the database was removed or replaced") == 1
    assert said.count("\n") == 1


def test_every_process_on_a_database_that_is_taken_away_says_so_once(tmp_path: Path) -> None:
    """Also the one that does not deliver webhooks, which asks for the right to each second."""
    path = tmp_path / "data" / "sms.sqlite3"
    flags = ("--database", str(path))
    with running(tmp_path / "one", *flags) as one, running(tmp_path / "two", *flags) as two:
        _remove_folder(path)
        assert one.client.control("GET", "/health").status == 503
        assert one.stop() == 0
        assert two.client.control("GET", "/health").status == 503
        time.sleep(2.5)
        assert two.stop() == 0
    assert [each.log.read_text().count("\n") for each in (one, two)] == [1, 1]


def test_database_that_is_back_is_served_again(tmp_path: Path) -> None:
    path = tmp_path / "sms.sqlite3"
    with running(tmp_path / "log", "--database", str(path)) as process:
        client = process.client
        sms_hash = client.send()
        path.rename(tmp_path / "away")
        assert client.post({"to": "+33612345678", "body": "Hello"}).status == 500
        (tmp_path / "away").rename(path)
        assert client.get(sms_hash)["text"] == "Hello"
        assert client.get(client.send())
        assert client.control("GET", "/health").status == 200
    assert "the database is back" in process.log.read_text()


@pytest.mark.skipif(not hasattr(resource, "prlimit"), reason="a limit of another process is Linux")
def test_full_disk_is_not_healthy_until_there_is_space(tmp_path: Path) -> None:
    with running(tmp_path / "log", "--database", str(tmp_path / "sms.sqlite3")) as process:
        client, pid = process.client, process.popen.pid
        client.send()
        _, most = resource.prlimit(pid, resource.RLIMIT_FSIZE)
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (0, most))
        assert client.post({"to": "+33612345678", "body": "Hello"}).status == 500
        health = client.control("GET", "/health")
        assert (health.status, "free some space" in health.message) == (503, True)
        assert str(tmp_path) not in health.message
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (most, most))
        assert client.control("GET", "/health").status == 200
        assert client.send()


# --- health ---------------------------------------------------------------------------------------------


def test_health_is_asked_with_get_and_head(tmp_path: Path) -> None:
    with running(tmp_path / "log", *MEMORY) as process:
        parts = urlsplit(process.url)
        connection = HTTPConnection(parts.hostname or "", parts.port, timeout=TIMEOUT)
        for path in ("/_emulator/health", "/_emulator/clock", "/_emulator/export", "/_emulator/openapi.json"):
            connection.request("HEAD", path, headers=AUTHORIZATION)
            response = connection.getresponse()
            assert (response.status, response.read()) == (200, b"")
        connection.close()
        ended = _run("health", process.url)
        assert (ended.returncode, ended.stdout.count("\n"), ended.stderr) == (0, 1, "")
        assert ended.stdout.startswith(f"{PREFIX}healthy, version ")
        other = _run("health", f"http://{parts.netloc}/elsewhere")
        assert (other.returncode, other.stderr.count("\n")) == (1, 1)
    gone = _run("health", process.url)
    assert (gone.returncode, gone.stdout, gone.stderr.count("\n")) == (1, "", 1)


@pytest.mark.parametrize("url", ["127.0.0.1:8767", "ftp://127.0.0.1", "http://[::1", "http://h:x", "http://"])
def test_url_that_is_none_is_one_line(url: str) -> None:
    ended = _run("health", url)
    assert (ended.returncode, ended.stdout, ended.stderr.count("\n")) == (1, "", 1)
