"""The control API is what its document says: stock schemathesis, with all of its checks, finds nothing."""

import json
from collections.abc import Iterator
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

import pytest
import schemathesis
from schemathesis.checks import load_all_checks
from schemathesis.engine import events, from_schema

from callr_sms_emulator import Config, SqliteStore, create_app
from tests.emulator.support import AUTHORIZATION, TIMEOUT, serving

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
    *("GET /requests", "GET /requests/verify", "GET /sms", "GET /sms/wait"),
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


def test_schemathesis_finds_nothing(url: str) -> None:
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
    assert found == []
    assert calls >= 200
