"""The log that a variable of the environment turns on."""

from __future__ import annotations

import logging
import os
import re
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from callr_sms_client import AsyncCallr, Callr, Hooks, MockTransport, Response

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PROGRAM = """
import logging, os
from callr_sms_client import *

OK = Response.of_json({"status": "success", "data": "8242D945"})
REFUSED = Response.of_json({"status": "error", "data": {"code": 400, "message": "canary"}}, 400)
send = {"to": "+33699999901", "body": "canary"}

def run():
    with Callr("canary", "canary", transport=MockTransport([OK, REFUSED])) as callr:
        callr.sms.send(**send)
        try:
            callr.sms.send(**send)
        except CallrError:
            pass

for level in ("debug", "INFO", ""):
    os.environ["CALLR_LOG"] = level
    logging.getLogger("callr_sms_client").setLevel(logging.NOTSET)
    print(level, flush=True)
    run()
print("set up", flush=True)
logging.getLogger("callr_sms_client").handlers.clear()
logging.basicConfig(format="mine: %(message)s")
os.environ["CALLR_LOG"] = "debug"
run()
"""


def test_what_is_shown() -> None:
    """In one process: each line is on stderr once, in the form of the program if it has one."""
    done = subprocess.run(  # noqa: S603 - our own code
        [sys.executable, "-c", PROGRAM],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    shown = re.sub(r"\d{4}-\d\d-\d\d [\d:,]+ |in \d+ ms, ", "", done.stdout)
    ok = "callr_sms_client: sms.send: POST /sms, HTTP 200 attempt 1 of 3: done"
    refused = "callr_sms_client: sms.send: POST /sms, HTTP 400 attempt 1 of 3: BadRequestError, refused"
    assert shown.splitlines() == [
        *("debug", f"DEBUG {ok}", f"INFO {refused}"),
        *("INFO", f"INFO {refused}"),
        "",
        *("set up", ok.replace("callr_sms_client", "mine"), refused.replace("callr_sms_client", "mine")),
    ]


@pytest.fixture
def logger() -> Iterator[logging.Logger]:
    """The logger of the client, which is left as it was."""
    logger = logging.getLogger("callr_sms_client")
    level = logger.level
    yield logger
    logger.setLevel(level)


class BrokenHandler(logging.Handler):
    """A handler of a log that calls a function, which raises."""

    def __init__(self, fail: Callable[[], object]) -> None:
        super().__init__()
        self._fail = fail

    def emit(self, record: logging.LogRecord) -> None:  # noqa: ARG002 - as logging calls it
        self._fail()


def raise_error(*_: object) -> None:
    raise LookupError


@pytest.mark.parametrize("hooks", [Hooks(), Hooks(on_response=raise_error), None])
def test_a_broken_handler_of_the_log_changes_no_call(logger: logging.Logger, hooks: Hooks | None) -> None:
    sent = Response.of_json({"status": "success", "data": "8242D945"})
    logger.setLevel(logging.DEBUG)
    logger.addHandler(handler := BrokenHandler(raise_error))
    try:
        with Callr("login", "password", transport=MockTransport([sent]), hooks=hooks) as callr:
            assert callr.sms.send(to="+33699999901", body="canary") == "8242D945"
    finally:
        logger.removeHandler(handler)


def test_a_time_limit_that_ends_while_the_log_is_written_is_not_lost(logger: logging.Logger) -> None:
    sent = Response.of_json({"status": "success", "data": "8242D945"})
    logger.setLevel(logging.DEBUG)
    logger.addHandler(handler := BrokenHandler(lambda: signal.raise_signal(signal.SIGUSR1)))
    before = signal.signal(signal.SIGUSR1, raise_error)
    try:
        with Callr("login", "password", transport=MockTransport([sent])) as callr, pytest.raises(LookupError):
            callr.sms.send(to="+33699999901", body="canary")
    finally:
        signal.signal(signal.SIGUSR1, before)
        logger.removeHandler(handler)


@pytest.mark.parametrize("client", [Callr, AsyncCallr])
def test_another_level_is_a_warning(
    monkeypatch: pytest.MonkeyPatch, logger: logging.Logger, client: type[Callr | AsyncCallr]
) -> None:
    """Not an error, because another program may have such a variable."""
    monkeypatch.setenv("CALLR_LOG", "/var/log/sms")
    level = logger.level
    with pytest.warns(UserWarning, match="CALLR_LOG: expected debug or info, got '/var/log/sms'") as caught:
        client("login", "password")
    assert [warning.filename for warning in caught] == [__file__]
    assert logger.level == level


def test_without_the_variable_nothing_changes(
    monkeypatch: pytest.MonkeyPatch, logger: logging.Logger
) -> None:
    monkeypatch.delenv("CALLR_LOG", raising=False)
    before = (logger.level, list(logger.handlers))
    Callr("login", "password", transport=MockTransport([]))
    assert (logger.level, logger.handlers) == before
