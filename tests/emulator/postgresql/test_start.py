"""A start on a PostgreSQL database that cannot be used: one line that says what to do, and no password."""

import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from callr_sms_emulator import StoreError, open_store
from callr_sms_emulator._storage.postgresql import schema
from callr_sms_emulator._storage.postgresql.address import show
from callr_sms_emulator._storage.postgresql.schema import VERSION
from tests.emulator.databases import PostgresqlDatabase
from tests.emulator.support import TIMEOUT, clean_environment
from tests.preloaded import command

SECRET = "s3cret-w0rd"
PREFIX = "callr-sms-emulator: "


def _refusal(url: str, *program: str) -> str:
    """Return the one line of a start that fails."""
    ended = subprocess.run(  # noqa: S603 - our own command
        [*(program or command("callr_sms_emulator")), "serve", "--port", "0", "--database", url],
        capture_output=True,
        text=True,
        timeout=TIMEOUT,
        env=clean_environment(),
        check=False,
    )
    assert (ended.returncode, ended.stdout, ended.stderr.count("\n")) == (1, "", 1), ended.stderr
    assert ended.stderr.startswith(PREFIX)
    assert "s3cret" not in ended.stderr
    return ended.stderr


def test_server_user_or_database_that_is_wrong_is_one_line(postgresql: PostgresqlDatabase) -> None:
    server = postgresql.server
    server.execute(f"CREATE ROLE tester_{postgresql.name} LOGIN PASSWORD '{SECRET}'")
    user, host = f"tester_{postgresql.name}", f"127.0.0.1:{server.port}"
    with socket.create_server(("127.0.0.1", 0)) as free:
        closed = free.getsockname()[1]
    wrong = {
        f"postgresql://{user}:{SECRET}@127.0.0.1:{closed}/x": "reached (Connection refused): start it",
        f"postgresql://{user}:{SECRET}@nowhere.invalid/x": "cannot be reached",
        f"postgresql://{user}:{SECRET}-not@{host}/{postgresql.name}": "rejects the user or the password",
        f"postgresql://{user}@{host}/{postgresql.name}": "rejects the user or the password",
        f"postgresql://{user}:{SECRET}@{host}/no_such_one": "has no database of this name: create it",
        f"postgresql://{user}:{SECRET}/@{host}/x": "the URL cannot be read: expected postgresql://USER",
        f"postgresql://{user}:{SECRET}@{host}x/x": "the URL cannot be read: expected postgresql://USER",
        f"postgresql://{user}:{SECRET}@{host}/{postgresql.name}?sslmode={SECRET}": "the URL cannot be read",
        f"postgresql://{user}:{SECRET}@{host}/{postgresql.name}?sslmode=require": "speaks no TLS",
        f"postgresql://{user}:{SECRET}@{host}/{postgresql.name}?connect_timeout=5": "no parameter of this",
        f"postgresql://{user}:{SECRET}@{host}/{postgresql.name}?work_mem={SECRET}": "has a value",
    }
    postgresql.empty()
    wrong[f"postgresql://{user}:{SECRET}@{host}/{postgresql.name}"] = "GRANT CREATE ON DATABASE"
    for url, said in wrong.items():
        assert said in _refusal(url), url


def test_missing_driver_is_one_line() -> None:
    hiding = "import sys; sys.modules['asyncpg'] = None; from callr_sms_emulator.cli import main; main()"
    said = _refusal("postgresql://a:b@127.0.0.1/x", sys.executable, "-c", hiding)
    assert "pip install 'callr-sms-emulator[postgresql]'" in said


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("postgresql://me:word@host:5432/sms?sslmode=require", "postgresql://me@host:5432/sms"),
        ("postgres://host/sms", "postgresql://host/sms"),
        ("postgresql:///sms?host=/run/postgresql&password=word", "postgresql:///sms"),
        ("postgresql://me:word@one:5432,two:5433/sms", "postgresql://me@one:5432,two:5433/sms"),
        ("postgresql://me:word@[::1]:5432/sms", "postgresql://me@[::1]:5432/sms"),
        ("postgresql://me:wo/rd@host/sms", "postgresql://…"),
        ("postgresql://me:12#word@host/sms", "postgresql://…"),
        ("postgresql://me:12?word@host/sms", "postgresql://…"),
        ("postgresql://[word/sms", "postgresql://…"),
    ],
)
def test_no_part_of_a_url_that_may_be_a_password_is_shown(url: str, shown: str) -> None:
    assert show(url) == shown


# --- the schema -----------------------------------------------------------------------------------------


@contextmanager
def _opened(url: str) -> Iterator[None]:
    store = open_store(url)
    yield
    store.close()


def test_schema_of_every_older_version_becomes_the_newest(postgresql: PostgresqlDatabase) -> None:
    url = postgresql.empty()
    with _opened(url):
        pass
    postgresql.execute("DROP TABLE unsubscribed")
    postgresql.execute("UPDATE version SET number = 1")
    with _opened(url), _opened(url):
        postgresql.execute("INSERT INTO unsubscribed VALUES ('a', '+33612345678', 1)")
        assert postgresql.execute("SELECT number FROM version") == VERSION


def test_newer_schema_and_lost_table_are_refused(postgresql: PostgresqlDatabase) -> None:
    url = postgresql.empty()
    with _opened(url):
        postgresql.execute("UPDATE version SET number = 99")
    expected = (
        rf"{postgresql.name}: its schema has version 99, this emulator knows {VERSION}: expected a newer"
    )
    with pytest.raises(StoreError, match=expected):
        open_store(url)
    postgresql.execute("UPDATE version SET number = $1", VERSION)
    postgresql.execute("DROP TABLE process CASCADE")
    with pytest.raises(StoreError, match="a table is missing: restore it"):
        open_store(url)


def test_older_server_is_refused(postgresql: PostgresqlDatabase, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schema, "_OLDEST_SERVER", 10**6)
    with pytest.raises(StoreError, match=r"the server is PostgreSQL \d\d: expected version 15 or later$"):
        open_store(postgresql.empty())


def test_database_that_lacks_characters_is_refused(postgresql: PostgresqlDatabase) -> None:
    name = f"latin_{postgresql.name}"
    postgresql.server.execute(f"CREATE DATABASE {name} ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0")
    expected = (
        "its encoding is LATIN1, which lacks characters of SMS: expected a database that was created with "
        "ENCODING 'UTF8'$"
    )
    with pytest.raises(StoreError, match=expected):
        open_store(postgresql.server.url(name))
