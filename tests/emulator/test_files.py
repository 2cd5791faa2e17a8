"""The files of an emulator: they are private, and it notices when they are taken away or the disk is full."""

import os
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from callr_sms_emulator import SqliteStore
from tests.emulator.support import (
    run_command,
    running,
)

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="modes and signals of POSIX")


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
        unhealthy = run_command("health", client.url)
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
