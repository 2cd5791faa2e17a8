"""A disk that is full while the emulator serves: what the log says, and that all goes on afterwards."""

from __future__ import annotations

import logging
import sqlite3
import threading
from typing import TYPE_CHECKING, Any

import pytest

from callr_sms_emulator import Config, SqliteStore, create_app
from callr_sms_emulator._log import LoggedError, RecurringErrors
from tests.emulator.conftest import NOON
from tests.emulator.support import TIMEOUT, Client, ManualClock, serving

if TYPE_CHECKING:
    from pathlib import Path

_MANY = 1_000_000


def test_full_disk_is_logged_once_until_there_is_space(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A limit on the pages of the database gives the error of SQLite for a full disk."""
    store, clock, tries = SqliteStore(tmp_path / "sms.sqlite3"), ManualClock(NOON), threading.Semaphore(0)
    advance = store.advance

    async def counted(*arguments: Any, **options: Any) -> Any:  # noqa: ANN401 - those of `advance`
        try:
            return await advance(*arguments, **options)
        finally:
            tries.release()

    monkeypatch.setattr(store, "advance", counted)
    connection = store._database._connections[0]  # noqa: SLF001 - the one that writes
    with serving(create_app(Config(), store=store, clock=clock)) as url:
        client = Client(url)
        sent = [client.send() for _ in range(100)]
        (pages,) = connection.execute("PRAGMA page_count").fetchone()
        connection.execute(f"PRAGMA max_page_count = {pages}")
        clock.advance(60_000)
        for _ in range(5):
            assert tries.acquire(timeout=TIMEOUT)
            _advance_to_the_next_try(clock, tries)
        connection.execute(f"PRAGMA max_page_count = {_MANY}")
        _advance_to_the_next_try(clock, tries)
        assert {client.get(each)["status"] for each in sent} == {"RECEIVED"}
        for _ in range(TIMEOUT * 100):  # what succeeds is logged later, in the loop of the server
            if len(_messages(caplog)) > 1:
                break
            clock.advance(1000)
            tries.acquire(timeout=0.01)
    store.close()
    messages = _messages(caplog)
    assert len(messages) == 2, messages
    assert "full" in messages[0]
    assert messages[1] == "changes of the SMS of an account are not written: no longer"


def _messages(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [each.getMessage() for each in caplog.records if "not written" in each.getMessage()]


def _advance_to_the_next_try(clock: ManualClock, tries: threading.Semaphore) -> None:
    """The next timer is set only after the failure was noted, in the loop of the server."""
    for _ in range(TIMEOUT * 100):
        clock.advance(1000)
        if tries.acquire(timeout=0.01):
            tries.release()
            return
    pytest.fail("it was not tried again")


def test_errors_that_recur_are_logged_when_they_change(caplog: pytest.LogCaptureFixture) -> None:
    errors = RecurringErrors(logging.getLogger("callr_sms_emulator.test"), "nothing works")
    for reason in ("full", "full", "locked", "full"):
        for login in ("a", "b"):
            errors.begin(login, sqlite3.OperationalError(reason))
    errors.begin("a", LoggedError())
    errors.end("a")
    errors.end("c")
    errors.end("b")
    errors.end("b")
    assert [each.getMessage() for each in caplog.records] == [
        "nothing works: OperationalError (full)",
        "nothing works: OperationalError (locked)",
        "nothing works: OperationalError (full)",
        "nothing works: no longer",
    ]
