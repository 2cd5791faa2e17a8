"""The docstrings of what is public: each has an example where one is due, and every example runs."""

from __future__ import annotations

import ast
import asyncio
import inspect
import json
import re
import textwrap
import tomllib
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import callr_sms_client
from callr_sms_client import (
    AsyncCallr,
    AsyncMockTransport,
    Callr,
    CallrConnectionError,
    CallrError,
    CallrTimeoutError,
    MockTransport,
    Request,
    Response,
    webhooks,
)
from generator.diff import load_package, public
from openapi.document import load
from tests.client.clocks import WoundClock, wind

if TYPE_CHECKING:
    from collections.abc import Callable

    import griffe

ROOT = Path(__file__).parents[2]
EXAMPLE = re.compile(r"^( *)```python\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)
PRINT = re.compile(r"^ *print\(.*?\)(?:  # (.*))?$", re.MULTILINE)

#: Classes whose methods the client calls, not its users: the example of the class shows them.
CALLED_BY_THE_CLIENT = {"Transport", "DefaultTransport", "MockTransport", "HeadersLike"}
#: Their methods say "As `sms.get`": that has the example.
SAID_ELSEWHERE = "WithRawResponse"

EVENT: dict[str, Any] = load()["components"]["examples"]["StatusUpdate"]["value"]
SMS: dict[str, Any] = EVENT["data"]
SMS["options"]["webhook"] = {"endpoint": "https://example.com/sms"}
INCOMING = EVENT | {"type": "sms.mo", "data": SMS | {"type": "IN", "from": "+33612345678", "text": "Stop"}}


def refusal(code: int, message: str = "SOMETHING", **headers: str) -> Response:
    body = {"status": "error", "data": {"code": code, "message": message}}
    return Response(code, {"content-type": "application/json", **headers}, json.dumps(body).encode())


#: What the server, or the network, does while an example runs, where it is not all well.
ANSWERS: dict[str, Response | CallrError] = {
    "ApiError": refusal(503, "SERVICE_UNAVAILABLE"),
    "ApiError.request_id": refusal(404, **{"x-request-id": "4f1c"}),
    "AuthenticationError": refusal(401),
    "BadRequestError": refusal(400, "PROPERTY_VALUE_ERROR [from] is not one of yours"),
    "CallrConnectionError": CallrConnectionError("no route", outcome="not_sent"),
    "CallrError": CallrTimeoutError("too late"),
    "CallrTimeoutError": CallrTimeoutError("too late"),
    "ClientClosedError": Response.of_json({"status": "success", "data": SMS | {"status": "SENT"}}),
    "MethodNotAllowedError": refusal(405),
    "NotFinalError": Response.of_json({"status": "success", "data": SMS | {"status": "SENT"}}),
    "NotFoundError": refusal(404),
    "PermissionDeniedError": refusal(403),
    "ProtocolError": Response(200, {"content-type": "text/html"}, b"<html>"),
    "RateLimitError": refusal(429, **{"retry-after": "30"}),
    "RequestSummary": refusal(404),
    "ServerError": refusal(500),
}


class Api:
    """An API where all is well but for what it is told to do.

    Attributes:
        meanwhile: Called while it answers.
    """

    def __init__(self, name: str) -> None:
        self.meanwhile: Callable[[], object] = dict
        self._answer = ANSWERS.get(name)
        self._sends_fail = name.endswith(".reconcile")
        self._listed = [SMS]

    def __call__(self, request: Request) -> Response | CallrError:
        self.meanwhile()
        if self._answer is not None:
            return self._answer
        if request.method == "POST" or "/sms/send" in request.url:
            return CallrTimeoutError("too late") if self._sends_fail else self._give(SMS["hash"])
        if "?" not in request.url:
            return self._give(SMS)
        listed, self._listed = self._listed, []
        return self._give(listed)

    def _give(self, data: object) -> Response:
        return Response.of_json({"status": "success", "data": data})


def documented() -> dict[str, griffe.Object]:
    """What is public, by its public name, once; but for attributes without words of their own."""
    named = public(load_package(ROOT / "generated_client", "callr_sms_client"))
    by_path: dict[str, str] = {}
    for name, item in sorted(named.items(), key=lambda pair: (pair[0].count("."), pair[0])):
        if not any(part.startswith("_") for part in name.split(".")) and (
            item.docstring or not item.is_attribute
        ):
            by_path.setdefault(item.path, name)
    return {name: named[name] for name in by_path.values()}


DOCUMENTED = documented()


def read(item: griffe.Object) -> str:
    return inspect.cleandoc(item.docstring.value) if item.docstring else ""


def examples(item: griffe.Object) -> list[str]:
    return [textwrap.dedent(found[2]) for found in EXAMPLE.finditer(read(item))]


def is_due(name: str) -> bool:
    """Whether it needs an example of its own: classes, functions and methods do."""
    if DOCUMENTED[name].is_attribute:
        return False
    owner = name.rpartition(".")[0].removeprefix("webhooks.").removeprefix("Async")
    return owner not in CALLED_BY_THE_CLIENT and not owner.endswith(SAID_ELSEWHERE)


def test_everything_public_says_what_it_is() -> None:
    assert len(DOCUMENTED) > 150
    assert [name for name, item in DOCUMENTED.items() if not read(item)] == []


def test_everything_public_shows_how_it_is_used() -> None:
    assert [name for name, item in DOCUMENTED.items() if is_due(name) and not examples(item)] == []


def test_what_raises_says_so() -> None:
    """Each public function that raises an error by itself has the section."""
    missing = []
    for name, item in DOCUMENTED.items():
        if item.is_function:
            tree = ast.parse(textwrap.dedent(item.source))
            raises = [node for node in ast.walk(tree) if isinstance(node, ast.Raise) and node.exc]
            if raises and "Raises:" not in read(item):
                missing.append(name)
    assert missing == []


def test_no_example_of_the_generator_is_lost() -> None:
    written = tomllib.loads((ROOT / "generator" / "examples.callr.toml").read_text(encoding="utf-8"))
    shown = {code for item in DOCUMENTED.values() for code in examples(item)}
    assert [name for name, code in written.items() if code not in shown] == []


@pytest.fixture
def api(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Api:
    """The API of an example; no client leads anywhere else."""
    made = Api(request.param)
    monkeypatch.setenv("CALLR_LOGIN", "login")
    monkeypatch.setenv("CALLR_PASSWORD", "password")
    default = "callr_sms_client._transport.default"
    monkeypatch.setattr(f"{default}.Httpx2Transport", lambda _: MockTransport(made))
    monkeypatch.setattr(
        "callr_sms_client._transport.default.AsyncHttpx2Transport", lambda _: AsyncMockTransport(made)
    )
    return made


def names_of(name: str, api: Api) -> dict[str, Any]:
    """What an example may use besides what it makes: all that is public, and what the last one left."""
    transport = MockTransport(api)
    with Callr("login", "password", transport=transport) as client:
        if name.startswith("Request."):
            client.sms.send(to="+33612345678", body="Hello")
    body = json.dumps(INCOMING if name == "IncomingEvent" else EVENT).encode()
    headers = {webhooks.SIGNATURE_HEADER: webhooks.sign(body, "s3cret")}
    callr = (
        wind(AsyncCallr("login", "password", transport=AsyncMockTransport(api)), WoundClock())
        if name.startswith("Async")
        else wind(Callr("login", "password", transport=MockTransport(api)), WoundClock())
    )
    if name == "ClientClosedError" and isinstance(callr, Callr):
        api.meanwhile = callr.close
    return {
        **{each: getattr(callr_sms_client, each) for each in callr_sms_client.__all__},
        "datetime": datetime,
        "timedelta": timedelta,
        "UTC": UTC,
        "callr": callr,
        "transport": transport,
        "since": datetime.now(UTC) - timedelta(hours=1),
        "body": body,
        "headers": headers,
        "event": webhooks.parse(body, headers, secret="s3cret"),
        "seen": webhooks.SeenEvents(),
        "handle": lambda _: None,
    }


SHOWN = [name for name, item in DOCUMENTED.items() if examples(item)]


@pytest.mark.parametrize(("name", "api"), [(name, name) for name in SHOWN], indirect=["api"], ids=SHOWN)
def test_an_example_runs(name: str, api: Api, capsys: pytest.CaptureFixture[str]) -> None:
    """What it prints is what its comments say."""
    for code in examples(DOCUMENTED[name]):
        expected = [found[1] for found in PRINT.finditer(code)]
        made = compile(code, name, "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
        done = eval(made, names_of(name, api))  # noqa: S307 - our own example
        if inspect.iscoroutine(done):
            asyncio.run(done)
        assert capsys.readouterr().out.splitlines() == expected
