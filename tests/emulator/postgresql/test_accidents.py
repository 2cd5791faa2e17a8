"""What a running emulator does while its PostgreSQL server does not work, and after that."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.emulator.databases import PostgresqlServer, own_server
from tests.emulator.proof.scenarios import KILL, SCENARIOS, is_healthy, kill_the_only_one, wait_for
from tests.emulator.support import running


@pytest.fixture(scope="module")
def server() -> Iterator[PostgresqlServer]:
    with own_server() as made:
        yield made


@pytest.fixture
def url(server: PostgresqlServer, request: pytest.FixtureRequest) -> str:
    name = f"d{abs(hash(request.node.name))}"
    server.execute(f"CREATE DATABASE {name}")
    return server.url(name)


@pytest.mark.parametrize("accident", SCENARIOS)
def test_nothing_that_was_answered_is_lost_and_everything_is_told(
    server: PostgresqlServer, url: str, tmp_path: Path, accident: str
) -> None:
    SCENARIOS[accident](url, tmp_path, server)
    said = (tmp_path / "log").read_text()
    assert said.count("the database does not work") == said.count("the database responds again")
    assert set(_messages(said)) <= {"the database does not work", "the database responds again"}, said


def test_nothing_that_was_answered_is_lost_on_sqlite(tmp_path: Path) -> None:
    kill_the_only_one(str(tmp_path / "sms.sqlite3"), tmp_path)
    assert (tmp_path / "log").read_text() == ""


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
        wait_for(lambda: is_healthy(process))
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
        wait_for(lambda: not is_healthy(process))
        answer = process.client.post({"to": "+33612345678", "body": "Hello"})
        assert (answer.status, "no connection left" in answer.message) == (503, True)
        server.execute(f"ALTER ROLE {name} CONNECTION LIMIT -1")
        wait_for(lambda: is_healthy(process))
        assert process.client.get(sms_hash)["text"] == "Hello"
        assert process.client.get(process.client.send())["text"] == "Hello"
        assert "word" not in "".join(process.start_lines)
    assert _messages((tmp_path / "log").read_text()) == [
        "the database does not work",
        "the database responds again",
    ]
