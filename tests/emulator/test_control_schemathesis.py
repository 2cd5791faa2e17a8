"""The control API is what its document says: stock schemathesis, with all of its checks, finds nothing.

It runs in a process of its own, where nobody has given it more checks and formats.
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import schemathesis
from schemathesis.checks import load_all_checks
from schemathesis.engine import events, from_schema

from callr_sms_emulator import Config, SqliteStore, create_app
from tests.emulator.support import AUTHORIZATION, TIMEOUT, serving

ROOT = Path(__file__).parents[2]
ADMIN = "Bearer secret-token"
# A stream without an end, a page that may not have been built, and lines of JSON, which it cannot make.
LEFT_OUT = ("/events", "/docs", "/import")
# Valid by their schemas, but refused by a rule between two properties or about what there is: a pattern must
# be a regular expression, a date be in the calendar, an address be allowed, a login be free.
HAS_MORE_RULES = (
    *(
        "POST /accounts",
        "POST /clock",
        "POST /session",
        "POST /faults",
        "POST /sms/incoming",
        "POST /webhooks",
    ),
    *("GET /requests", "GET /requests/verify", "DELETE /sms", "GET /sms", "GET /sms/wait"),
)


@pytest.fixture
def url() -> Iterator[str]:
    store = SqliteStore(":memory:")
    try:
        with serving(create_app(Config(admin_token="secret-token"), store=store)) as url:
            yield url.removesuffix("/rest/v1.1") + "/_emulator"
    finally:
        store.close()


def _document(url: str) -> dict[str, Any]:
    """Return the document as it is served; its server must be the one that serves it."""
    parts = urlsplit(url)
    connection = HTTPConnection(parts.hostname or "", parts.port, timeout=TIMEOUT)
    connection.request("GET", f"{parts.path}/openapi.json")
    document: dict[str, Any] = json.loads(connection.getresponse().read())
    connection.close()
    assert [each["url"] for each in document["servers"]] == [parts.path]
    for path in LEFT_OUT:
        del document["paths"][path]
    return document


def _run(url: str) -> tuple[int, list[str]]:
    """Return how many requests schemathesis made, and what it found."""
    load_all_checks()
    document = _document(url)
    more: dict[str, Any] = {"checks": {"positive_data_acceptance": {"enabled": False}}}
    operations: list[dict[str, Any]] = [{"include-name": name, **more} for name in HAS_MORE_RULES]
    operations[-1] |= {"parameters": {"timeout": 0}}
    words = {
        "seed": 4711,
        "base-url": url,
        "generation": {"max-examples": 10},
        "phases": {each: {"enabled": False} for each in ("examples", "coverage", "stateful")},
        "operations": operations,
    }
    schema = schemathesis.openapi.from_dict(document, config=schemathesis.Config.from_dict(words))

    @schema.auth()
    class _Credentials:
        def get(self, case: Any, _context: object) -> str | None:  # noqa: ANN401 - of schemathesis
            needed = case.operation.definition.raw.get("security", document["security"])
            if {"account": []} in needed:
                return AUTHORIZATION["Authorization"]
            return ADMIN if needed else None

        def set(self, case: Any, data: str | None, _context: object) -> None:  # noqa: ANN401 - of schemathesis
            if data is not None:
                case.headers["Authorization"] = data

    calls, found = 0, []
    for event in from_schema(schema).execute():
        if isinstance(event, events.ScenarioFinished):
            calls += len(event.recorder.interactions)
            found += [
                f"{event.recorder.label}: {check.failure_info.failure}: {check.failure_info.code_sample}"
                for checks in event.recorder.checks.values()
                for check in checks
                if check.failure_info is not None
            ]
        elif isinstance(event, events.NonFatalError | events.FatalError):
            found.append(str(event))
    return calls, found


def test_schemathesis_finds_nothing(url: str) -> None:
    command = [sys.executable, "-m", __name__, url]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603 - this file
    assert done.returncode == 0, done.stderr
    calls, found = json.loads(done.stdout)
    assert found == []
    assert calls >= 200


if __name__ == "__main__":
    json.dump(_run(sys.argv[1]), sys.stdout)
