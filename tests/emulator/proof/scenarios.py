"""Accidents under load, and what has to hold after each of them.

Eight clients send SMS with webhooks, each as soon as it is answered, through one or two emulators. Then the
accident happens, the emulators recover, and more is sent. After that, every SMS that was answered is there,
each has its whole history, and the receiver has got every event at least once, the events of each SMS in
their order and each under one id.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import threading
import time
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from http.client import HTTPException
from typing import TYPE_CHECKING

from tests.emulator.databases import own_server
from tests.emulator.proof.proxy import Proxy
from tests.emulator.support import JSON_TYPE, TIMEOUT, Client, Process, running
from tests.emulator.webhooks.receivers import Receiver, receiving

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from tests.emulator.databases import PostgresqlServer

PATH = ["PENDING", "SENT", "REMOTE_QUEUED", "RECEIVED"]
SENDERS = 8
ENOUGH = 50
"""Answers before the accident, and again after it."""

KILL = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE application_name = 'callr-sms-emulator' AND pid <> pg_backend_pid()
"""
# Not as fast as possible: each SMS is four events, which a busy machine must get through afterwards.
_PAUSE_S = 0.02
_FROZEN_S = 7.0  # longer than a lease


@dataclass
class Load:
    """What was sent through some emulators, and answered."""

    clients: Sequence[Client]
    body: bytes
    answers: list[str | None] = field(default_factory=list)
    _is_over: threading.Event = field(default_factory=threading.Event)

    @property
    def answered(self) -> set[str]:
        return {each for each in [*self.answers] if each is not None}

    def send(self, number: int) -> None:
        """Send until the end, whatever the answer; without one, the next emulator is tried."""
        while not self._is_over.is_set():
            client = self.clients[number % len(self.clients)]
            found: str | None = None
            try:
                answer = client.request("POST", "/sms", self.body, JSON_TYPE)
                assert answer.status in {200, 500, 503}, answer.body
                found = answer.data if answer.status == 200 else None
            except (OSError, HTTPException):
                number += 1
                self._is_over.wait(0.05)
            self.answers.append(found)
            self._is_over.wait(_PAUSE_S)

    def wait_for_more(self, count: int = ENOUGH) -> None:
        enough = len(self.answered) + count
        wait_for(lambda: len(self.answered) >= enough)

    def end(self) -> None:
        self._is_over.set()


@contextmanager
def loading(clients: Sequence[Client], receiver: Receiver) -> Iterator[Load]:
    """Send as fast as answers come while the block runs."""
    options = {"webhook": {"endpoint": receiver.url}}
    load = Load(clients, json.dumps({"to": "+33612345678", "body": "Hello", "options": options}).encode())
    with ThreadPoolExecutor(SENDERS) as pool:
        senders = [pool.submit(load.send, number) for number in range(SENDERS)]
        try:
            yield load
        finally:
            load.end()
        for each in senders:
            each.result(TIMEOUT)


def wait_for(condition: Callable[[], bool]) -> None:
    """Wait until a condition holds."""
    until = time.monotonic() + TIMEOUT
    pause = threading.Event()
    while not condition():
        assert time.monotonic() < until, "it did not come in time"
        pause.wait(0.05)


def is_healthy(process: Process) -> bool:
    with suppress(OSError, HTTPException):
        return process.client.control("GET", "/health").status == 200
    return False


def check(load: Load, survivor: Process, receiver: Receiver) -> None:
    """Fail unless nothing is lost and everything is told."""
    kept = {each["hash"] for each in survivor.client.find()}
    assert load.answered <= kept, f"{len(load.answered - kept)} answered SMS are lost"

    def events() -> dict[str, list[tuple[str, str]]]:
        found: dict[str, list[tuple[str, str]]] = defaultdict(list)
        for each in [*receiver.received]:
            found[each.event["data"]["hash"]].append((each.event["data"]["status"], each.event["event_id"]))
        return found

    wait_for(
        lambda: all(("RECEIVED" in dict(each)) for each in events().values()) and events().keys() >= kept
    )
    for told in events().values():
        statuses = list(dict.fromkeys(status for status, _ in told))
        assert statuses == PATH, f"the events of an SMS came as {statuses}"
        assert len(set(told)) == len(PATH), "an event had two ids"
    wait_for(lambda: {each["status"] for each in survivor.client.find()} == {"RECEIVED"})
    for sms in survivor.client.find():
        history = [each["new_status"] for each in sms["status_history"]]
        assert history[-len(PATH) :] == PATH, f"the history of an SMS is {history}"


def kill_the_only_one(database: str, folder: Path, _server: PostgresqlServer | None = None) -> None:
    """Kill the emulator and start it again, on any store."""
    flags = ("--database", database, "--speed", "20")
    with receiving() as receiver:
        with running(folder / "log", *flags) as first, loading([first.client], receiver) as load:
            load.wait_for_more()
            first.popen.kill()
            first.popen.wait()
        with running(folder / "log", *flags) as second:
            check(load, second, receiver)


def _with_emulators(
    count: int, accident: Callable[[Sequence[Process], PostgresqlServer], None]
) -> Callable[[str, Path, PostgresqlServer], None]:
    """Return a scenario: an accident to so many emulators under load; the last of them survives it."""

    def run(database: str, folder: Path, server: PostgresqlServer) -> None:
        flags = ("--database", database, "--speed", "20")
        with ExitStack() as stack:
            receiver = stack.enter_context(receiving())
            processes = [stack.enter_context(running(folder / "log", *flags)) for _ in range(count)]
            with loading([each.client for each in processes], receiver) as load:
                load.wait_for_more()
                accident(processes, server)
                wait_for(lambda: is_healthy(processes[-1]))
                load.wait_for_more()
            check(load, processes[-1], receiver)

    return run


def _kill_back_ends(_processes: Sequence[Process], server: PostgresqlServer) -> None:
    for _ in range(5):
        server.execute(KILL)


def _kill_first(processes: Sequence[Process], _server: PostgresqlServer) -> None:
    processes[0].popen.kill()
    processes[0].popen.wait()


def _freeze_first(processes: Sequence[Process], _server: PostgresqlServer) -> None:
    """Stop a process for longer than its lease: it must notice that others have taken over."""
    pid = processes[0].popen.pid
    os.kill(pid, signal.SIGSTOP)
    try:
        time.sleep(_FROZEN_S)
    finally:
        os.kill(pid, signal.SIGCONT)


def _kill_back_ends_again_and_again(_processes: Sequence[Process], server: PostgresqlServer) -> None:
    for _ in range(20):
        server.execute(KILL)
        time.sleep(0.2)


def _exhaust(processes: Sequence[Process], server: PostgresqlServer) -> None:
    """Take all connections of the server, so that the emulators get no new ones."""
    server.execute("ALTER ROLE worker CONNECTION LIMIT 0")

    def is_exhausted() -> bool:
        server.execute(KILL)  # again, because some connections were opened before the limit held
        return not any(map(is_healthy, processes))

    wait_for(is_exhausted)
    server.execute("ALTER ROLE worker CONNECTION LIMIT -1")


def _exhausted(url: str, folder: Path, server: PostgresqlServer) -> None:
    database = url.rpartition("/")[2]
    server.execute(
        "DO $$ BEGIN CREATE ROLE worker LOGIN PASSWORD 'word'; EXCEPTION WHEN duplicate_object THEN END $$;"
    )
    server.execute(f"GRANT CREATE ON DATABASE {database} TO worker")
    _with_emulators(2, _exhaust)(url.replace("postgres@", "worker:word@"), folder, server)


def _partitioned(database: str, folder: Path, server: PostgresqlServer) -> None:
    """Let nothing pass between one of two emulators and the database for longer than its lease."""
    flags = ("--speed", "20", "--database")
    with ExitStack() as stack:
        receiver = stack.enter_context(receiving())
        proxy = stack.enter_context(Proxy(server.port).serving())
        cut_off = database.replace(f":{server.port}/", f":{proxy.port}/")
        first, last = [
            stack.enter_context(running(folder / "log", *flags, url)) for url in (cut_off, database)
        ]
        with loading([first.client, last.client], receiver) as load:
            load.wait_for_more()
            with proxy.silence():
                time.sleep(_FROZEN_S)
            wait_for(lambda: is_healthy(first))
            load.wait_for_more()
        check(load, last, receiver)


def _failover(_database: str, folder: Path, _server: PostgresqlServer) -> None:
    """Crash the primary of two servers, and promote the standby, which has every commit."""
    with ExitStack() as stack:
        primary = stack.enter_context(own_server())
        standby = stack.enter_context(primary.standby())
        hosts = f"127.0.0.1:{primary.port},127.0.0.1:{standby.port}"
        url = f"postgresql://postgres@{hosts}/postgres?target_session_attrs=primary"
        receiver = stack.enter_context(receiving())
        process = stack.enter_context(running(folder / "log", "--database", url, "--speed", "20"))
        with loading([process.client], receiver) as load:
            load.wait_for_more()
            primary.stop("immediate")
            standby.promote()
            wait_for(lambda: is_healthy(process))
            load.wait_for_more()
        check(load, process, receiver)


def fill_the_disk(database: str, folder: Path) -> None:
    """Let no file of the emulator grow for a while."""
    with receiving() as receiver, running(folder / "log", "--database", database, "--speed", "20") as process:
        with loading([process.client], receiver) as load:
            load.wait_for_more()
            _, most = resource.prlimit(process.popen.pid, resource.RLIMIT_FSIZE)
            resource.prlimit(process.popen.pid, resource.RLIMIT_FSIZE, (4096, most))
            refused = len(load.answers) - len(load.answered)
            wait_for(lambda: len(load.answers) - len(load.answered) > refused + ENOUGH)
            resource.prlimit(process.popen.pid, resource.RLIMIT_FSIZE, (most, most))
            wait_for(lambda: is_healthy(process))
            load.wait_for_more()
        check(load, process, receiver)


LONG: dict[str, Callable[[str, Path, PostgresqlServer], None]] = {
    "pool is exhausted": _exhausted,
    "back ends are killed again and again": _with_emulators(1, _kill_back_ends_again_and_again),
    "one of two is cut off": _partitioned,
    "a standby takes over": _failover,
}
"""Only for `make proof`: each takes many seconds."""

SCENARIOS: dict[str, Callable[[str, Path, PostgresqlServer], None]] = {
    "kill -9": kill_the_only_one,
    "server restarts": _with_emulators(1, lambda _, server: server.restart("fast")),
    "server crashes": _with_emulators(1, lambda _, server: server.restart("immediate")),
    "back ends are killed": _with_emulators(1, _kill_back_ends),
    "kill -9 of one of two": _with_emulators(2, _kill_first),
    "one of two is frozen": _with_emulators(2, _freeze_first),
}
