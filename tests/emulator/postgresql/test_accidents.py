"""What a running emulator does while its PostgreSQL server does not work, and after that."""

import json
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.emulator.databases import PostgresqlServer, own_server
from tests.emulator.support import JSON_TYPE, TIMEOUT, Client, Process, running
from tests.emulator.webhooks.receivers import receiving
from tests.emulator.webhooks.test_crash import is_complete, orders

PATH = ["PENDING", "SENT", "REMOTE_QUEUED", "RECEIVED"]
SENDERS = 8
KILL = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE application_name = 'callr-sms-emulator' AND pid <> pg_backend_pid()
"""


@pytest.fixture(scope="module")
def server() -> Iterator[PostgresqlServer]:
    with own_server() as made:
        yield made


@pytest.fixture
def url(server: PostgresqlServer, request: pytest.FixtureRequest) -> str:
    name = f"d{abs(hash(request.node.name))}"
    server.execute(f"CREATE DATABASE {name}")
    return server.url(name)


@contextmanager
def _sending(client: Client, **parameters: object) -> Iterator[list[str | None]]:
    """Send as fast as answers come while the block runs; collect the hashes that were answered, or None."""
    answers: list[str | None] = []
    is_over = threading.Event()
    body = json.dumps({"to": "+33612345678", "body": "Hello"} | parameters).encode()

    def send() -> None:
        while not is_over.is_set():
            answer = client.request("POST", "/sms", body, JSON_TYPE)
            assert answer.status in {200, 500, 503}, answer.body
            answers.append(answer.data if answer.status == 200 else None)

    with ThreadPoolExecutor(SENDERS) as pool:
        senders = [pool.submit(send) for _ in range(SENDERS)]
        try:
            yield answers
        finally:
            is_over.set()
        for each in senders:
            each.result(TIMEOUT)


def _wait_for(condition: Callable[[], bool]) -> None:
    pause = threading.Event()
    for _ in range(TIMEOUT * 20):
        if condition():
            return
        pause.wait(0.05)
    pytest.fail("it did not come in time")


def _is_healthy(process: Process) -> bool:
    return process.client.control("GET", "/health").status == 200


def _restart(server: PostgresqlServer) -> None:
    server.restart("fast")


def _crash(server: PostgresqlServer) -> None:
    server.restart("immediate")


def _kill_back_ends(server: PostgresqlServer) -> None:
    for _ in range(5):
        server.execute(KILL)


@pytest.mark.parametrize("accident", [_restart, _crash, _kill_back_ends])
def test_nothing_that_was_answered_is_lost_and_the_emulator_recovers(
    server: PostgresqlServer,
    url: str,
    tmp_path: Path,
    accident: Callable[[PostgresqlServer], None],
) -> None:
    log = tmp_path / "log"
    with receiving() as receiver, running(log, "--database", url, "--speed", "20") as process:
        options = {"webhook": {"endpoint": receiver.url}}
        with _sending(process.client, options=options) as answers:
            _wait_for(lambda: sum(each is not None for each in answers) > 50)
            accident(server)
            _wait_for(lambda: _is_healthy(process))
            before = len(answers)
            _wait_for(lambda: sum(each is not None for each in answers[before:]) > 50)
        answered = {each for each in answers if each is not None}
        kept = {each["hash"] for each in process.client.find()}
        assert answered <= kept
        receiver.wait_for(lambda received: is_complete([each.event for each in received], kept))
        told = orders(receiver.events)
        assert told.keys() == kept
        assert all(list(dict.fromkeys(each)) == PATH for each in told.values())
        assert process.stop() == 0
    said = log.read_text()
    assert said.count("the database does not work") == said.count("the database responds again")
    assert "Traceback" not in said
    assert set(_messages(said)) <= {"the database does not work", "the database responds again"}, said


def _messages(log: str) -> list[str]:
    return [line.partition(": ")[2].partition(":")[0] for line in log.splitlines()]


def test_outage_is_said_once_and_to_those_who_ask(server: PostgresqlServer, url: str, tmp_path: Path) -> None:
    log = tmp_path / "log"
    with running(log, "--database", url) as process:
        client = process.client
        sms_hash = client.send()
        server.stop()
        try:
            answers = [client.post({"to": "+33612345678", "body": "private"}) for _ in range(3)]
            answers += [client.request("GET", f"/sms/{sms_hash}"), client.control("GET", "/health")]
            assert {each.status for each in answers} == {503}
            assert "[database]: the server cannot be reached" in answers[0].message
            assert "look for it before you send it again" in answers[0].message
        finally:
            server.start()
        _wait_for(lambda: _is_healthy(process))
        assert client.get(sms_hash)["text"] == "Hello"
        assert {each["hash"] for each in client.find()} == {sms_hash}
        assert process.stop() == 0
    said = log.read_text()
    assert said.count("\n") == 2
    assert "the database does not work" in said
    assert "the database responds again" in said
    assert "private" not in said


def test_exhausted_server_is_waited_for(server: PostgresqlServer, url: str, tmp_path: Path) -> None:
    """The connections of the emulator are killed, and it gets no new ones."""
    name = url.rpartition("/")[2]
    server.execute(f"CREATE ROLE {name} LOGIN PASSWORD 'word'; GRANT CREATE ON DATABASE {name} TO {name}")
    with running(tmp_path / "log", "--database", url.replace("postgres@", f"{name}:word@")) as process:
        sms_hash = process.client.send()
        server.execute(f"ALTER ROLE {name} CONNECTION LIMIT 0")
        server.execute(KILL)
        _wait_for(lambda: not _is_healthy(process))
        answer = process.client.post({"to": "+33612345678", "body": "Hello"})
        assert (answer.status, "no connection left" in answer.message) == (503, True)
        server.execute(f"ALTER ROLE {name} CONNECTION LIMIT -1")
        _wait_for(lambda: _is_healthy(process))
        assert process.client.get(sms_hash)["text"] == "Hello"
        assert process.client.get(process.client.send())["text"] == "Hello"
        assert "word" not in "".join(process.start_lines)
    assert _messages((tmp_path / "log").read_text()) == [
        "the database does not work",
        "the database responds again",
    ]
