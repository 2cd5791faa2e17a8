"""The clock of an account: held, moved on, sped up, kept."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from callr_sms_emulator import Config
from tests.emulator.conftest import NOON
from tests.emulator.support import TIMEOUT, Client, ManualClock, basic, serving_config

SHOWN = "2024-03-30 12:00:00.000"
REAL = {"now": SHOWN, "frozen": False, "rate": 1.0}
CONFIG = Config(accounts={"emulator": "emulator", "other": "other"})


@pytest.fixture
def clock() -> ManualClock:
    """A clock of each test's own: the computer's, as the emulator sees it."""
    return ManualClock(NOON)


@pytest.fixture
def client(clock: ManualClock) -> Iterator[Client]:
    with serving_config(CONFIG, clock) as client:
        yield client


def _shown(client: Client) -> object:
    return client.control("GET", "/clock").data


def test_clock_is_the_computers_at_first(client: Client, clock: ManualClock) -> None:
    assert _shown(client) == REAL
    clock.advance(1_500)
    assert client.control("GET", "/clock").data["now"] == "2024-03-30 12:00:01.500"


def test_frozen_clock_stands_still_and_goes_on_from_there(client: Client, clock: ManualClock) -> None:
    assert client.set("/clock", freeze=True) == {"now": SHOWN, "frozen": True, "rate": 1.0}
    sms_hash = client.send()
    clock.advance(3_600_000)
    assert client.get(sms_hash)["status"] == "CREATED"
    assert client.set("/clock", freeze=False)["now"] == SHOWN
    clock.advance(1_000)
    assert client.get(sms_hash)["status"] == "PENDING"


def test_advance_makes_all_changes_of_that_time(client: Client) -> None:
    client.set("/clock", freeze="2001-02-03 04:05:06")
    sms_hash = client.send()
    assert client.set("/clock", advance="24h")["now"] == "2001-02-04 04:05:06.000"
    sms = client.get(sms_hash)
    assert (sms["status"], sms["date_creation"]) == ("RECEIVED", "2001-02-03 04:05:06")
    assert sms["date_received"] == "2001-02-03 04:05:11"


@pytest.mark.parametrize("year", ["0001", "0999", "1000"])
def test_years_have_four_digits(client: Client, year: str) -> None:
    moment = f"{year}-01-01 00:00:00"
    assert client.set("/clock", freeze=moment)["now"] == f"{moment}.000"
    assert client.get(client.send())["date_creation"] == moment


def test_rate_makes_time_pass_faster(client: Client, clock: ManualClock) -> None:
    client.set("/clock", rate=60)
    sms_hash = client.send()
    clock.advance(100)
    assert client.get(sms_hash)["status"] == "RECEIVED"
    assert client.control("GET", "/clock").data["now"] == "2024-03-30 12:00:06.000"


def test_clock_of_another_account_is_another(client: Client) -> None:
    other = Client(client.url, basic("other:other"))
    client.set("/clock", freeze=True, advance="1h")
    assert _shown(other) == REAL


def test_clock_survives_a_restart(clock: ManualClock, tmp_path: Path) -> None:
    with serving_config(CONFIG, clock, tmp_path / "sms.sqlite3") as client:
        sms_hash = client.send()
        client.set("/clock", freeze=True, advance="2s", rate=2)
    clock.advance(5_000)
    with serving_config(CONFIG, clock, tmp_path / "sms.sqlite3") as client:
        shown = {"now": "2024-03-30 12:00:02.000", "frozen": True, "rate": 2.0}
        assert _shown(client) == shown
        assert client.get(sms_hash)["status"] == "PENDING"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"advance": "soon"}, 'PROPERTY_VALUE_ERROR [advance]: "soon": expected seconds'),
        ({"advance": -1}, "PROPERTY_VALUE_ERROR [advance]: -1"),
        ({"rate": 0}, "PROPERTY_VALUE_ERROR [rate]: 0: expected"),
        ({"rate": "fast"}, 'PROPERTY_VALUE_ERROR [rate]: "fast": expected'),
        ({"rate": "\ud800"}, "PROPERTY_VALUE_ERROR [rate]: half of a surrogate pair"),
        (
            {"freeze": "now"},
            'PROPERTY_VALUE_ERROR [freeze]: "now": expected true, false, or YYYY-MM-DD HH:MM:SS in',
        ),
        ({"freze": True}, "PROPERTY_UNKNOWN [freze]: no such parameter: expected rate, freeze, advance"),
    ],
)
def test_wrong_change_is_refused_and_changes_nothing(
    client: Client, change: dict[str, object], message: str
) -> None:
    answer = client.control("POST", "/clock", change)
    assert (answer.status, answer.message[: len(message)]) == (400, message)
    assert _shown(client) == REAL


def test_clock_goes_with_the_computer_again(client: Client) -> None:
    client.set("/clock", freeze="2001-02-03 04:05:06", rate=7)
    assert client.control("DELETE", "/clock").data == REAL


def test_same_seed_and_clock_give_the_same_bytes() -> None:
    assert _story(Config(seed="one"), NOON) == _story(Config(seed="one"), NOON + 3_600_000)
    assert _story(Config(seed="one"), NOON) != _story(Config(seed="two"), NOON)
    assert _story(Config(), NOON) != _story(Config(), NOON)


def _story(config: Config, real: int) -> list[bytes]:
    """Send, let time pass, restart in between; give all that can be read."""
    seen = []
    with serving_config(config, ManualClock(real)) as client:
        client.set("/clock", freeze="2024-03-30 12:00:00")
        for number in range(20):
            client.send(to=f"+3363998000{number % 6}", body=f"text {number}")
            seen.append(client.control("POST", "/clock", {"advance": "1500ms"}).body)
        seen.append(
            client.request(
                "GET", "/sms?type=OUT&from=2000-01-01 00:00:00&to=2100-01-01 00:00:00".replace(" ", "%20")
            ).body
        )
        seen.append(client.control("POST", "/sms/incoming", {"from": "+33639981234", "text": "Yes"}).body)
    return seen


def test_seeded_hashes_go_on_after_a_restart(clock: ManualClock, tmp_path: Path) -> None:
    hashes = []
    for _ in range(2):
        with serving_config(Config(seed="one"), clock, tmp_path / "sms.sqlite3") as client:
            hashes += [client.send() for _ in range(3)]
    with serving_config(Config(seed="one"), clock) as client:
        assert [client.send() for _ in range(6)] == hashes


@pytest.mark.parametrize(
    ("path", "changes"),
    [
        ("/clock", [{"rate": 100}, {"freeze": True}, {"advance": "1h"}]),
        ("/timings", [{"created": 7}, {"pending": 8}, {"sent": 9}]),
    ],
)
def test_changes_at_the_same_time_are_all_made(
    client: Client, path: str, changes: list[dict[str, object]]
) -> None:
    for _ in range(20):
        assert client.control("DELETE", path).status == 200
        together = threading.Barrier(len(changes))

        def change(values: dict[str, object], together: threading.Barrier = together) -> None:
            together.wait(TIMEOUT)
            client.set(path, **values)

        with ThreadPoolExecutor(len(changes)) as threads:
            list(threads.map(change, changes))
        found = client.control("GET", path).data
        if path == "/clock":
            assert found == {"now": "2024-03-30 13:00:00.000", "frozen": True, "rate": 100.0}
        else:
            assert (found["created"], found["pending"], found["sent"]) == (7, 8, 9)
