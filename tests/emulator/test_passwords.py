"""Wrong passwords: how long they take, and how many are checked."""

import time

import pytest

from callr_sms_emulator import Config, SqliteStore, create_app
from callr_sms_emulator._accounts.throttle import Throttle
from tests.emulator.support import Client, ManualClock, basic, serving

LONGEST = 2.0


class _Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def _ask(client: Client, credentials: str) -> int:
    return Client(client.url, basic(credentials)).request("GET", "/sms/ABCD1234").status


def _cpu_seconds(client: Client, login: str) -> float:
    """Return what twenty wrong passwords cost the server, which is in this process."""
    before = time.process_time()
    assert {_ask(client, f"{login}:wrong") for _ in range(20)} == {401}
    return time.process_time() - before


def test_a_known_login_takes_as_long_as_an_unknown_one(client: Client) -> None:
    _cpu_seconds(client, "warm")
    known, unknown = _cpu_seconds(client, "emulator"), _cpu_seconds(client, "nobody")
    assert 0.5 < known / unknown < 2


def test_many_wrong_passwords_are_throttled_and_the_right_one_is_soon_free(clock: ManualClock) -> None:
    time_of_attempts = _Clock()
    throttle = Throttle(time_of_attempts)
    store = SqliteStore(":memory:")
    try:
        app = create_app(Config(), store=store, clock=clock)
        app._engine.authenticator._throttle = throttle  # noqa: SLF001 - its time is the test's
        with serving(app) as url:
            client = Client(url)
            assert _ask(client, "emulator:emulator") == 404
            for _ in range(200):
                throttle.take("emulator", LONGEST)
            assert {_ask(client, f"emulator:{each}") for each in ("wrong", "emulator")} == {429}
            assert client.request("POST", "/sms", b"{}").headers["Retry-After"] == "1"
            assert _ask(client, "other:wrong") == 401
            time_of_attempts.now += LONGEST + 0.1
            assert _ask(client, "emulator:emulator") == 404
    finally:
        store.close()


def test_wrong_tokens_are_throttled_like_passwords(clock: ManualClock) -> None:
    throttle = Throttle(_Clock())
    store = SqliteStore(":memory:")
    try:
        app = create_app(Config(admin_token="t0ken"), store=store, clock=clock)
        app._engine.authenticator._throttle = throttle  # noqa: SLF001 - its time is the test's
        with serving(app) as url:
            admin, wrong = (Client(url, {"Authorization": f"Bearer {each}"}) for each in ("t0ken", "wrong"))
            for _ in range(100):
                assert admin.control("GET", "/accounts").status == 200
            assert {wrong.control("GET", "/accounts").status for _ in range(100)} == {401}
            for _ in range(50):
                throttle.take(":", LONGEST)
            assert [each.control("GET", "/accounts").status for each in (wrong, admin)] == [429, 429]
            assert _ask(Client(url), "emulator:emulator") == 404
    finally:
        store.close()


def test_a_burst_is_free_and_then_attempts_are_spread() -> None:
    clock = _Clock()
    throttle = Throttle(clock)
    assert [throttle.take("a", LONGEST) for _ in range(100)] == [0.0] * 100
    assert not throttle.is_free("a")
    assert throttle.is_free("b")
    assert [throttle.take("a", LONGEST) for _ in range(3)] == pytest.approx([0.05, 0.1, 0.15])
    clock.now += 1
    assert throttle.is_free("a")
    clock.now += 60
    assert [throttle.take("a", LONGEST) for _ in range(100)] == [0.0] * 100


def test_what_would_wait_too_long_is_not_reserved() -> None:
    clock = _Clock()
    throttle = Throttle(clock)
    waits = [throttle.take("a", LONGEST) for _ in range(10_000)]
    assert sum(each <= LONGEST for each in waits) == 140
    clock.now += LONGEST + 0.1
    assert throttle.is_free("a")


def test_right_passwords_cost_nothing() -> None:
    throttle = Throttle(_Clock())
    for _ in range(1000):
        assert throttle.take("a", LONGEST) == 0
        throttle.give_back("a")
    assert throttle.is_free("a")


def test_all_logins_together_are_throttled_and_few_are_remembered() -> None:
    clock = _Clock()
    throttle = Throttle(clock)
    waits = [throttle.take(f"login {n}", LONGEST) for n in range(20_000)]
    assert sum(each == 0 for each in waits) == 500
    assert not throttle.is_free("another")
    clock.now += LONGEST + 0.1
    assert throttle.is_free("another")
