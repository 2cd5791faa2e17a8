"""A PostgreSQL server for the tests: one for a whole run, with a database for each of its workers."""

import asyncio
import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fcntl import LOCK_EX, flock
from pathlib import Path
from typing import TextIO

import pytest

FOLDER = "CALLR_TESTS_POSTGRESQL"
"""The environment variable with the folder of the server, which the first test that needs one starts."""

SCHEMA = "callr_sms_emulator"
_TIMEOUT_S = 60
_SETTINGS = {
    "fsync": "off",
    "full_page_writes": "off",
    "max_connections": "60",
    "shared_buffers": "32MB",
    "listen_addresses": "127.0.0.1",
}
# The owner needs no password, others do.
_ACCESS = """
local all postgres trust
host all postgres 127.0.0.1/32 trust
host replication postgres 127.0.0.1/32 trust
host all all 127.0.0.1/32 scram-sha-256
"""


def _programs() -> Path | None:
    """Return the folder of PostgreSQL's own programs, the newest."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
    on_path = shutil.which("initdb")
    if found:
        return found[-1]
    return None if on_path is None else Path(on_path).parent


@dataclass
class PostgresqlServer:
    """A server in a folder of its own, on a free port."""

    folder: Path
    port: int

    def url(self, database: str = "postgres", user: str = "postgres") -> str:
        return f"postgresql://{user}@127.0.0.1:{self.port}/{database}"

    def execute(self, statement: str, *values: object, database: str = "postgres") -> object:
        """Run a statement on the tables of the emulator, as the owner; return its first value."""
        import asyncpg  # type: ignore[import-untyped] # noqa: PLC0415 - few tests need it

        async def execute() -> object:
            connection = await asyncpg.connect(self.url(database), server_settings={"search_path": SCHEMA})
            try:
                if not values and ";" in statement:
                    return await connection.execute(statement)
                return await connection.fetchval(statement, *values)
            finally:
                await connection.close()

        return asyncio.run(execute())

    def start(self) -> None:
        """Start, and return once it accepts connections."""
        settings = [f"-c {name}={value}" for name, value in _SETTINGS.items()]
        options = " ".join([f"-p {self.port}", f"-k {self.folder}", *settings])
        self._control("-o", options, "-l", str(self.folder / "log"), "start")

    def stop(self, mode: str = "fast") -> None:
        """Stop: `fast` ends all sessions, `immediate` is a crash."""
        self._control("-m", mode, "stop")

    def end(self) -> None:
        """Stop at once, unless a test has left it stopped."""
        if (self.folder / "data" / "postmaster.pid").exists():
            self.stop("immediate")

    def _control(self, *arguments: str) -> None:
        command = [str(_found() / "pg_ctl"), "-D", str(self.folder / "data"), "-w", *arguments]
        # Into a file, because the server keeps its output open.
        with (self.folder / "control").open("a") as output:
            _run(command, self.folder, output)

    def restart(self, mode: str = "fast") -> None:
        self.stop(mode)
        self.start()

    @contextmanager
    def standby(self) -> Iterator["PostgresqlServer"]:
        """Run a standby of this server; from then on, a commit waits until the standby has it, too."""
        standby = PostgresqlServer(self.folder / "standby", _free_port())
        standby.folder.mkdir()
        if os.geteuid() == 0:
            shutil.chown(standby.folder, "postgres", "postgres")
        source = ["-h", "127.0.0.1", "-p", str(self.port), "-U", "postgres"]
        copy = [str(_found() / "pg_basebackup"), *source, "-D", str(standby.folder / "data")]
        with (standby.folder / "control").open("a") as output:
            _run([*copy, "--write-recovery-conf", "--checkpoint=fast", "--no-sync"], standby.folder, output)
        standby.start()
        try:
            self.execute("ALTER SYSTEM SET synchronous_standby_names = '*'")
            self.execute("SELECT pg_reload_conf()")
            yield standby
        finally:
            standby.end()

    def promote(self) -> None:
        """Make the standby a primary, and return once it is one."""
        self._control("promote")


def _found() -> Path:
    """Return the folder of the programs; skip the test without them, or fail where CI runs it."""
    found = _programs()
    if found is None:
        reason = "PostgreSQL is not installed (Debian: apt-get install postgresql)"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    return found


def _run(command: list[str], folder: Path, output: TextIO) -> None:
    """Run a program of PostgreSQL's in a folder, as somebody else than root: it refuses to be that."""
    user = "postgres" if os.geteuid() == 0 else None
    groups: list[str] | None = None if user is None else []
    subprocess.run(  # noqa: S603 - our own command
        command,
        check=True,
        stdout=output,
        stderr=output,
        timeout=_TIMEOUT_S,
        cwd=folder,
        user=user,
        group=user,
        extra_groups=groups,
    )


def make_server(folder: Path) -> PostgresqlServer:
    """Make a server in a folder, and start it."""
    programs = _found()
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres", "postgres")
    command = [str(programs / "initdb"), "-D", str(folder / "data"), "-U", "postgres", "-E", "UTF8"]
    command += ["--locale=C", "--no-sync", "-A", "trust"]
    with (folder / "control").open("a") as output:
        _run(command, folder, output)
    (folder / "data" / "pg_hba.conf").write_text(_ACCESS)
    server = PostgresqlServer(folder, _free_port())
    server.start()
    return server


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
        return port


@contextmanager
def own_server() -> Iterator[PostgresqlServer]:
    """Run a server that a test may stop and start."""
    _found()
    folder = Path(tempfile.mkdtemp(prefix="callr-pg-"))
    try:
        server = make_server(folder)
        try:
            yield server
        finally:
            server.end()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def shared_server() -> PostgresqlServer:
    """Return the server of the whole run; the first who asks starts it."""
    _found()
    folder = Path(os.environ[FOLDER])
    folder.mkdir(mode=0o755, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        flock(lock, LOCK_EX)
        port = folder / "port"
        if not port.exists():
            home = folder / "server"
            home.mkdir()
            port.write_text(str(make_server(home).port))
    return PostgresqlServer(folder / "server", int(port.read_text()))


def end_shared_server(folder: Path) -> None:
    """Stop the server of the run, if a test started it."""
    if (folder / "port").exists():
        PostgresqlServer(folder / "server", 0).stop("immediate")
    shutil.rmtree(folder, ignore_errors=True)


@dataclass
class PostgresqlDatabase:
    """A database of one worker; `empty` removes what a test has left."""

    server: PostgresqlServer
    name: str

    @property
    def url(self) -> str:
        return self.server.url(self.name)

    def execute(self, statement: str, *values: object) -> object:
        """Run a statement; return the first value of the result."""
        return self.server.execute(statement, *values, database=self.name)

    def empty(self) -> str:
        """Remove all tables; return the URL."""
        self.execute(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE")
        return self.url


def database_of(kind: str, request: pytest.FixtureRequest, folder: Path) -> str:
    """Return the name of an empty database of a kind: `memory`, `file` or `postgresql`."""
    if kind == "memory":
        return ":memory:"
    if kind == "file":
        return str(folder / "sms.sqlite3")
    database: PostgresqlDatabase = request.getfixturevalue("postgresql")
    return database.empty()


KINDS = ["memory", "file", "postgresql"]
