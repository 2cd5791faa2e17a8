from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from callr_sms_emulator._webhooks.backoff import JITTER, TRIES, least_delay, next_delay

HOUR_MS = 3_600_000


def delays(event_id: str) -> list[int]:
    found = [next_delay(event_id, attempt) for attempt in range(TRIES - 1)]
    return [each for each in found if each is not None]


@given(st.uuids().map(str))
def test_ten_tries_over_about_27_hours(event_id: str) -> None:
    found = delays(event_id)
    assert len(found) == TRIES - 1 == 9
    assert next_delay(event_id, TRIES - 1) is None
    assert 24 * HOUR_MS < sum(found) < 31 * HOUR_MS


@given(st.uuids().map(str))
def test_each_delay_is_about_three_times_the_last_and_within_the_jitter(event_id: str) -> None:
    found = delays(event_id)
    for number, delay in enumerate(found):
        assert (1 - JITTER) <= delay / (10_000 * 3**number) <= (1 + JITTER)
        assert delay >= least_delay(number) > 0
    assert all(before < after for before, after in pairwise(found))


def test_the_jitter_differs_between_events_and_is_the_same_in_every_run() -> None:
    first = [next_delay(f"event-{number}", 0) for number in range(100)]
    assert len(set(first)) > 90
    assert first == [next_delay(f"event-{number}", 0) for number in range(100)]


def test_a_try_by_hand_after_the_last_has_no_retry() -> None:
    assert next_delay("event", TRIES) is None
    assert least_delay(TRIES) == 0
