"""The OpenAPI document of the control API: it has what the table of endpoints has, and its examples work."""

import itertools
import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote, urlsplit

import msgspec
import pytest
import yaml

from callr_sms_emulator import Config, SqliteStore, create_app
from callr_sms_emulator._control.accounts import NewAccount
from callr_sms_emulator._control.clock import ClockChange
from callr_sms_emulator._control.conversations import ReadMark
from callr_sms_emulator._control.endpoints import ENDPOINTS, Access, Endpoint
from callr_sms_emulator._control.incoming import IncomingSms
from callr_sms_emulator._control.inspection import CountedText, EndedSms
from callr_sms_emulator._control.sessions import NewSession
from callr_sms_emulator._control.timings import TimingsChange
from callr_sms_emulator._control.traffic_rules import NewUnsubscribed, TrafficRulesChange
from callr_sms_emulator._control.webhooks import NewWebhook
from callr_sms_emulator._faults import Rule
from callr_sms_emulator._schemas import FILE
from callr_sms_emulator._schemas.document import body_schemas
from openapi.document import Operation, load, operations, resolve
from tests.emulator.conftest import NOON
from tests.emulator.support import AUTHORIZATION, JSON_TYPE, TIMEOUT, Client, ManualClock, basic, serving

if TYPE_CHECKING:
    from openapi.lint.examples import Validator

BASE = "/_emulator"
CLOSED = 1
"""A port that nobody listens on: its number needs root."""
TOKEN = "an-admin-token"
ADMIN = {"Authorization": f"Bearer {TOKEN}"}
DOCUMENT = load(FILE)
NEEDS: dict[Access, list[dict[str, list[str]]]] = {
    Access.ANYBODY: [],
    Access.ACCOUNT: [{"account": []}],
    Access.ADMIN: [{"admin": []}],
    Access.EITHER: [{"account": []}, {"admin": []}],
}


class Call(NamedTuple):
    """One example of a request: where its operation stands, how it is made."""

    pointer: str
    method: str
    path: str
    content_type: str
    body: object


def _operation(endpoint: Endpoint) -> dict[str, Any]:
    path = endpoint.path.removeprefix(BASE)
    found: dict[str, Any] = DOCUMENT["paths"][path][endpoint.method.lower()]
    return found


def _calls() -> Iterator[Call]:
    for part in operations(DOCUMENT):
        _, _, path, method = part.pointer.split("/")
        parameters = [resolve(DOCUMENT, each) for each in part.node.get("parameters", [])]
        bodies = list(_bodies(part))
        for names in itertools.product(*(_examples(each) for each in parameters)):
            filled = _fill(path.replace("~1", "/"), parameters, names)
            yield from (Call(part.pointer, method.upper(), filled, *body) for body in bodies)


def _fill(path: str, parameters: list[dict[str, Any]], values: tuple[Any, ...]) -> str:
    query = []
    for parameter, value in zip(parameters, values, strict=True):
        if parameter["in"] == "path":
            path = path.replace(f"{{{parameter['name']}}}", quote(str(value), safe=""))
        elif parameter["in"] == "query":
            query.append(f"{parameter['name']}={quote(str(value), safe='')}")
    return path + ("?" + "&".join(query) if query else "")


def _bodies(part: Operation) -> Iterator[tuple[str, object]]:
    content = part.node.get("requestBody", {}).get("content", {})
    for content_type, media in content.items():
        yield from ((content_type, example) for example in _examples(media))
    if not content:
        yield "", None


def _examples(node: dict[str, Any]) -> list[Any]:
    return [resolve(DOCUMENT, each)["value"] for each in node["examples"].values()]


@contextmanager
def _serving() -> Iterator[str]:
    """An emulator whose hashes are HASH0001 and so on.

    It has two SMS, between them a subscription, deliveries that failed, a fault, and an account `shop`.
    """
    store = SqliteStore(":memory:")
    counter = itertools.count(1)
    try:
        config = Config(admin_token=TOKEN, any_account=True)
        clock = ManualClock(NOON)
        app = create_app(config, store=store, clock=clock, draw_hash=lambda: f"HASH{next(counter):04}")
        with serving(app) as url:
            origin = url.removesuffix("/rest/v1.1")
            client = Client(url)
            assert client.send() == "HASH0001"
            assert client.set("/webhooks", endpoint=f"http://127.0.0.1:{CLOSED}/")["hash"] == "HASH0002"
            client.set("/clock", freeze=True, advance="5s")
            client.set("/unsubscribed", number="+33639981234")
            assert client.send(body="Your code is 123456") == "HASH0003"
            assert client.set("/faults", operation="getSms", status=503)["id"] == 1
            assert _call(origin, "POST", "/accounts", {"login": "shop"}, ADMIN)[0] == 200
            yield origin
    finally:
        store.close()


@pytest.fixture
def origin() -> Iterator[str]:
    with _serving() as origin:
        yield origin


@pytest.fixture(scope="module")
def shared() -> Iterator[str]:
    """The same for all tests whose requests are refused, or change nothing that another one compares."""
    with _serving() as origin:
        yield origin


@pytest.fixture(scope="module")
def judge() -> "Validator":
    from openapi.lint.examples import Validator  # noqa: PLC0415 - its formats are slow to import

    return Validator(DOCUMENT)


def _call(
    origin: str, method: str, path: str, body: object, headers: dict[str, str]
) -> tuple[int, str, bytes]:
    parts = urlsplit(origin)
    connection = HTTPConnection(parts.hostname or "", parts.port, timeout=TIMEOUT)
    data = body.encode() if isinstance(body, str) else None if body is None else json.dumps(body).encode()
    try:
        connection.request(method, BASE + path, data, ({} if data is None else JSON_TYPE) | headers)
        response = connection.getresponse()
        return response.status, response.headers["Content-Type"], response.read()
    finally:
        connection.close()


def test_document_has_each_endpoint_and_no_other() -> None:
    described = {
        (part.pointer.split("/")[3].upper(), BASE + part.pointer.split("/")[2].replace("~1", "/"))
        for part in operations(DOCUMENT)
    }
    assert described == {(each.method, each.path) for each in ENDPOINTS}
    assert len(described) == len(ENDPOINTS)


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda each: f"{each.method} {each.path}")
def test_document_says_who_may_ask(endpoint: Endpoint) -> None:
    assert _operation(endpoint).get("security", DOCUMENT["security"]) == NEEDS[endpoint.access]


@pytest.mark.parametrize(
    ("schema", "kind"),
    [
        ("ClockChange", ClockChange),
        ("CountedText", CountedText),
        ("EndedSms", EndedSms),
        ("FaultRule", Rule),
        ("IncomingSms", IncomingSms),
        ("NewAccount", NewAccount),
        ("NewSession", NewSession),
        ("ReadMark", ReadMark),
        ("NewWebhook", NewWebhook),
        ("NewUnsubscribed", NewUnsubscribed),
        ("TimingsChange", TimingsChange),
        ("TrafficRulesChange", TrafficRulesChange),
    ],
)
def test_document_has_the_properties_of_each_body(schema: str, kind: type[msgspec.Struct]) -> None:
    described = DOCUMENT["components"]["schemas"][schema]["properties"]
    assert {*described} == {each.encode_name for each in msgspec.structs.fields(kind)}
    bodies = [operation.node.get("requestBody", {}) for operation in operations(DOCUMENT)]
    named = [body.get("content", {}).get("application/json", {}).get("schema") for body in bodies]
    assert {"$ref": f"#/components/schemas/{schema}"} in named


@pytest.mark.parametrize(
    ("path", "body", "refused"),
    [
        ("/clock", {"rate": 2.0, "advance": 0.5}, ""),
        ("/timings", {"created": 14239.0, "slow": 1e3}, ""),
        ("/faults", {"status": 503.0, "times": 1.0, "cut": 20.0}, ""),
        ("/clock", {"rate": None}, "[rate]: null: expected a number above 0 to 1000000"),
        ("/clock", {"freeze": None}, "[freeze]: null: expected true, false, or YYYY-MM-DD HH:MM:SS"),
        ("/clock", {"freeze": "2024-02-30 12:00:00"}, '[freeze]: "2024-02-30 12:00:00": expected true'),
        ("/clock", {"advance": None}, "[advance]: null: expected seconds as a number, or a text"),
        ("/timings", {"sent": None}, "[sent]: null: expected a whole number from 0 to 3162240000000"),
        ("/timings", {"sent": 0.5}, "[sent]: 0.5: expected a whole number from 0"),
        ("/faults", {"status": 503, "when": None}, '[when]: null: expected "before" or "after"'),
        (
            "/faults",
            {"status": 503, "header": {"name": "A", "value": None}},
            "[header.value]: null: expected a",
        ),
        ("/faults", {"status": 503, "headers": {"A": None}}, "[headers.A]: null: expected at most 1000"),
        ("/webhooks", {"endpoint": "http://127.0.0.1:1/", "hmac_algo": None}, "[hmac_algo]: null: expected"),
        ("/webhooks", {"endpoint": "http://127.0.0.1:1/", "hmac_secret": None}, "[hmac_secret]: not shown"),
        ("/sms/incoming", {"from": "+33639981234", "text": "x", "to": None}, "[to]: null: expected E.164"),
        ("/sms/incoming", {"from": "+33639981234", "text": "x", "to": ""}, '[to]: "": expected E.164'),
        (
            "/sms/incoming",
            {"from": "+33639981234\n", "text": "x"},
            '[from]: "+33639981234\\n": expected E.164',
        ),
        (
            "/sms/incoming",
            {"text": "x", "reply_to": "nothing"},
            '[reply_to]: "nothing": expected 8 characters of',
        ),
    ],
    ids=str,
)
def test_body_is_held_to_its_schema(shared: str, path: str, body: dict[str, object], refused: str) -> None:
    status, _, answer = _call(shared, "POST", path, body, AUTHORIZATION)
    message = json.loads(answer)["data"]["message"] if status == 400 else ""
    assert (status, message.partition(" ")[2][: len(refused)]) == (400 if refused else 200, refused)


def test_integers_of_a_body_are_smaller_than_a_float_is_exact() -> None:
    """So a larger number, which stays a float, is always refused by its schema."""
    integers = [node for node in _schemas_in(body_schemas()) if "integer" in str(node.get("type", ""))]
    assert integers
    assert [node for node in integers if "enum" not in node and node["maximum"] >= 2**53] == []


def _schemas_in(node: object) -> Iterator[dict[str, Any]]:
    if isinstance(node, dict):
        yield node
    for each in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from _schemas_in(each)


def test_body_that_is_nested_deeply_is_refused(shared: str) -> None:
    body = '{"advance": ' + "[" * 500 + "]" * 500 + "}"
    status, _, answer = _call(shared, "POST", "/clock", body, AUTHORIZATION)
    assert (status, json.loads(answer)["data"]["message"].partition(":")[0]) == (
        400,
        "REQUEST_FORMAT_ERROR [request body]",
    )


def test_document_is_served_as_it_is(shared: str) -> None:
    status, content_type, body = _call(shared, "GET", "/openapi.json", None, {})
    assert (status, content_type) == (200, "application/json")
    assert json.loads(body) == yaml.safe_load(FILE.read_text())


@pytest.mark.parametrize("call", [*_calls()], ids=lambda each: f"{each.method} {each.path}")
def test_example_works_and_is_answered_as_described(origin: str, judge: "Validator", call: Call) -> None:
    if call.path in {"/docs", "/events"}:  # a page that may not have been built; a stream without an end
        return
    security = _security(call)
    headers = ADMIN if security == NEEDS[Access.ADMIN] else _account(call) if security else {}
    headers = headers | ({"Content-Type": call.content_type} if call.content_type else {})
    status, content_type, body = _call(origin, call.method, call.path, call.body, headers)
    assert status == 200, body
    response = f"{call.pointer}/responses/200"
    node = _at(response)
    if "$ref" in node:
        response, node = node["$ref"].lstrip("#"), resolve(DOCUMENT, node)
    assert content_type in node["content"]
    if content_type == "application/json":
        schema = f"{response}/content/{content_type.replace('/', '~1')}/schema"
        assert judge.errors(schema, json.loads(body)) == []


def _account(call: Call) -> dict[str, str]:
    """Give the credentials of the account that has something, or of an empty one where that is needed."""
    return basic("empty:secret") if call.path == "/import" else AUTHORIZATION


def _security(call: Call) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (DOCUMENT | _at(call.pointer))["security"]
    return found


def _at(pointer: str) -> dict[str, Any]:
    node: Any = DOCUMENT
    for step in pointer.split("/")[1:]:
        node = node[step.replace("~1", "/")]
    found: dict[str, Any] = node
    return found


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda each: f"{each.method} {each.path}")
@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer wrong"}, {"Authorization": "Basic !"}])
def test_endpoint_needs_the_credentials_that_it_says(
    shared: str, endpoint: Endpoint, headers: dict[str, str]
) -> None:
    path = endpoint.path.removeprefix(BASE).replace("{", "").replace("}", "")
    status, _, body = _call(shared, endpoint.method, path, None, headers)
    if endpoint.access is Access.ANYBODY:
        assert status in {200, 404}
    else:
        assert (status, json.loads(body)["data"]["code"]) == (401, 401)


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda each: f"{each.method} {each.path}")
def test_endpoint_names_what_it_does_not_know(shared: str, endpoint: Endpoint) -> None:
    if endpoint.path == f"{BASE}/docs":  # it takes whatever stands in the query string
        return
    headers = ADMIN if endpoint.access is Access.ADMIN else AUTHORIZATION
    path = endpoint.path.removeprefix(BASE).replace("{login}", "shop").replace("{", "").replace("}", "")
    status, _, body = _call(shared, endpoint.method, f"{path}?nonsense=1", None, headers)
    assert (status, "[nonsense]" in json.loads(body)["data"]["message"]) == (400, True)


@pytest.mark.parametrize("path", ["/webhooks/deliveries", "/requests/verify"])
def test_path_without_names_goes_before_one_with_names(shared: str, path: str) -> None:
    status, _, body = _call(shared, "DELETE", path, None, {})
    assert (status, json.loads(body)["data"]["message"]) == (
        405,
        'METHOD_NOT_ALLOWED [method]: "DELETE": expected GET, HEAD',
    )


def test_wrong_method_is_answered_with_all_of_the_path(shared: str) -> None:
    status, _, body = _call(shared, "PATCH", "/clock", None, {})
    assert (status, json.loads(body)["data"]["message"]) == (
        405,
        'METHOD_NOT_ALLOWED [method]: "PATCH": expected GET, HEAD, POST, DELETE',
    )
