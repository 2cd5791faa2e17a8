"""Requests take turns where there are fewer slots than wishes."""

from collections.abc import Callable

from callr_sms_emulator._webhooks.limiter import Limiter


def asking(name: str, turns: list[str], *, uses: bool = True) -> Callable[[], bool]:
    def on_slot() -> bool:
        turns.append(name)
        return uses

    return on_slot


def test_where_all_are_taken_those_who_asked_first_are_first() -> None:
    turns: list[str] = []
    slots = Limiter(1)
    one, other = asking("one", turns), asking("other", turns)
    assert slots.acquire(one)
    assert [slots.acquire(each) for each in (one, other, one)] == [False] * 3
    slots.release()
    assert turns == ["one"]
    slots.release()
    assert turns == ["one", "other"]


def test_who_has_no_use_for_a_slot_passes_it_on() -> None:
    turns: list[str] = []
    slots = Limiter(1)
    assert slots.acquire(asking("first", turns))
    slots.acquire(asking("idle", turns, uses=False))
    slots.acquire(asking("busy", turns))
    slots.release()
    assert turns == ["idle", "busy"]
    assert not slots.acquire(asking("late", turns)), "the busy one has it"


def test_a_slot_that_nobody_uses_is_free() -> None:
    turns: list[str] = []
    slots = Limiter(1)
    assert slots.acquire(asking("first", turns))
    slots.acquire(asking("idle", turns, uses=False))
    slots.release()
    assert slots.acquire(asking("late", turns))


def test_who_waits_no_longer_is_not_called() -> None:
    turns: list[str] = []
    slots = Limiter(1)
    gone = asking("gone", turns)
    assert slots.acquire(gone)
    slots.acquire(gone)
    slots.withdraw(gone)
    slots.release()
    assert turns == []
    assert slots.acquire(gone)
