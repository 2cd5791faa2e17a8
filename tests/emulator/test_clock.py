"""The clock of an account: held, moved on, sped up, kept."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from callr_sms_emulator import Config, SqliteStore, create_app
from tests.emulator.conftest import NOON
from tests.emulator.support import JSON_TYPE, Answer, Client, ManualClock, basic, serving

SHOWN = "2024-03-30 12:00:00.000"


@pytest.fixture
def clock() -> ManualClock:
    """A clock of each test's own: the computer's, as the emulator sees it."""
    return ManualClock(NOON)


@pytest.fixture
def client(clock: ManualClock, tmp_path: Path) -> Iterator[Client]:
    with serve(tmp_path, clock) as url:
        yield Client(url)


def serve(folder: Path, clock: ManualClock) -> Any:  # noqa: ANN401 - a context manager
    """Serve what is in a folder."""
    from contextlib import contextmanager  # noqa: PLC0415

    @contextmanager
    def served() -> Iterator[str]:
        store = SqliteStore(folder / "sms.sqlite3")
        try:
            accounts = {"emulator": "emulator", "other": "other"}
            with serving(create_app(Config(accounts=accounts), store=store, clock=clock)) as url:
                yield url
        finally:
            store.close()

    return served()


def _set(client: Client, **change: object) -> Answer:
    return control(client, "POST", "/clock", change)


def control(client: Client, method: str, path: str, body: object = None) -> Answer:
    """Ask the control API with the credentials of a client."""
    outside = Client(client.url.removesuffix("/rest/v1.1"), client._authorization)  # noqa: SLF001 - of ours
    data = None if body is None else json.dumps(body).encode()
    return outside.request(method, f"/_emulator{path}", data, None if data is None else JSON_TYPE)


def test_clock_is_the_computers_at_first(client: Client, clock: ManualClock) -> None:
    assert control(client, "GET", "/clock").data == {"now": SHOWN, "frozen": False, "rate": 1.0}
    clock.advance(1_500)
    assert control(client, "GET", "/clock").data["now"] == "2024-03-30 12:00:01.500"


def test_frozen_clock_stands_still_and_goes_on_from_there(client: Client, clock: ManualClock) -> None:
    assert _set(client, freeze=True).data == {"now": SHOWN, "frozen": True, "rate": 1.0}
    sms_hash = client.send()
    clock.advance(3_600_000)
    assert client.get(sms_hash)["status"] == "CREATED"
    assert _set(client, freeze=False).data["now"] == SHOWN
    clock.advance(1_000)
    assert client.get(sms_hash)["status"] == "PENDING"


def test_advance_makes_all_changes_of_that_time(client: Client) -> None:
    _set(client, freeze="2001-02-03 04:05:06")
    sms_hash = client.send()
    assert _set(client, advance="24h").data["now"] == "2001-02-04 04:05:06.000"
    sms = client.get(sms_hash)
    assert (sms["status"], sms["date_creation"]) == ("RECEIVED", "2001-02-03 04:05:06")
    assert sms["date_received"] == "2001-02-03 04:05:11"


def test_rate_makes_time_pass_faster(client: Client, clock: ManualClock) -> None:
    _set(client, rate=60)
    sms_hash = client.send()
    clock.advance(100)
    assert client.get(sms_hash)["status"] == "REMOTE_QUEUED" or client.get(sms_hash)["status"] == "RECEIVED"
    assert control(client, "GET", "/clock").data["now"] == "2024-03-30 12:00:06.000"


def test_clock_of_another_account_is_another(client: Client) -> None:
    other = Client(client.url, basic("other:other"))
    _set(client, freeze=True, advance="1h")
    assert control(other, "GET", "/clock").data == {"now": SHOWN, "frozen": False, "rate": 1.0}


def test_clock_survives_a_restart(clock: ManualClock, tmp_path: Path) -> None:
    with serve(tmp_path, clock) as url:
        sms_hash = Client(url).send()
        _set(Client(url), freeze=True, advance="2s", rate=2)
    clock.advance(5_000)
    with serve(tmp_path, clock) as url:
        shown = {"now": "2024-03-30 12:00:02.000", "frozen": True, "rate": 2.0}
        assert control(Client(url), "GET", "/clock").data == shown
        assert Client(url).get(sms_hash)["status"] == "PENDING"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"advance": "soon"}, 'PROPERTY_VALUE_ERROR [advance]: "soon": expected seconds'),
        ({"advance": -1}, "PROPERTY_VALUE_ERROR [advance]: -1"),
        ({"rate": 0}, "PROPERTY_VALUE_ERROR [rate]: 0: expected"),
        ({"rate": "fast"}, 'PROPERTY_VALUE_ERROR [rate]: "fast": expected'),
        ({"freeze": "now"}, 'PROPERTY_VALUE_ERROR [freeze]: "now" is not a datetime'),
        ({"freze": True}, "PROPERTY_UNKNOWN [freze]: no such parameter: expected rate, freeze, advance"),
    ],
)
def test_wrong_change_is_refused_and_changes_nothing(
    client: Client, change: dict[str, object], message: str
) -> None:
    answer = _set(client, **change)
    assert (answer.status, answer.message[: len(message)]) == (400, message)
    assert control(client, "GET", "/clock").data == {"now": SHOWN, "frozen": False, "rate": 1.0}
