"""The JSON-RPC API: the vendor's own SDK, unmodified, and rules that it does not exercise."""

import http.client
import json
from collections.abc import Callable
from typing import Any, Protocol
from urllib.parse import urlsplit

import callr  # type: ignore[import-untyped] # the vendor's package has no types
import pytest

from tests.emulator.support import AUTHORIZATION, EVER, TIMEOUT, Client, basic

PATH = "/json-rpc/v1.1/"
JSON_RPC = AUTHORIZATION | {"Content-Type": "application/json-rpc; charset=utf-8"}


@pytest.fixture
def origin(client: Client) -> str:
    return client.url.removesuffix(client.base_path)


class Sdk(Protocol):
    """The part of the vendor's package that the tests use."""

    def call(self, method: str, *parameters: object) -> Any:  # noqa: ANN401 - any JSON
        ...


@pytest.fixture
def sdk(origin: str) -> Sdk:
    """Return the client of the vendor's package, configured for the emulator by its own options."""
    api = callr.Api("emulator", "emulator")
    api.set_api_url(origin + PATH)
    found: Sdk = api
    return found


@pytest.fixture
def post(origin: str) -> Callable[..., tuple[int, bytes]]:
    """Post a body unchanged; return status and body of the response."""

    def post(body: object, headers: dict[str, str] = JSON_RPC, path: str = PATH) -> tuple[int, bytes]:
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        connection = http.client.HTTPConnection(urlsplit(origin).netloc, timeout=TIMEOUT)
        try:
            connection.request("POST", path, raw, headers)
            response = connection.getresponse()
            return response.status, response.read()
        finally:
            connection.close()

    return post


def _request(method: str, *parameters: object, **members: object) -> dict[str, object]:
    return {"jsonrpc": "2.0", "id": 7, "method": method, "params": parameters} | members


def test_the_vendors_sdk_sends_reads_and_lists(sdk: Sdk, client: Client) -> None:
    sms_hash = sdk.call("sms.send", "SMS", "+33612345678", "By the SDK", {"user_data": "42"})
    sms = sdk.call("sms.get", sms_hash)
    assert (sms["from"], sms["text"], sms["options"], sms["user_data"]) == (
        "SMS",
        "By the SDK",
        {"user_data": "42"},
        "42",
    )
    assert sms == client.get(sms_hash), "the REST door shows another SMS"
    assert sms in sdk.call("sms.get_list", "OUT", EVER["from"], EVER["to"])
    assert sms not in sdk.call("sms.get_list", "IN", EVER["from"], EVER["to"])


def test_the_options_may_be_null_or_left_out(sdk: Sdk, client: Client) -> None:
    for parameters in (("", "+33612345678", "Hello", None), ("", "+33612345678", "Hello")):
        assert client.get(sdk.call("sms.send", *parameters))["options"] is None


@pytest.mark.parametrize(
    ("method", "parameters", "code", "message"),
    [
        ("sms.send", ("+33123", "+33612345678", "Hello", None), 151, "PROPERTY_VALUE_ERROR [from]"),
        ("sms.send", ("", None, "Hello", None), 151, "PROPERTY_TYPE_ERROR [to]"),
        ("sms.send", ("", "+33612345678", None, None), 151, "INVALID_PARAM_FORMAT [body]"),
        (
            "sms.send",
            ("", "+33612345678", "Hello", {"colour": "red"}),
            151,
            "PROPERTY_UNKNOWN [options.colour]",
        ),
        ("sms.send", ("", "+33612345678", "é" * 100_000, None), 151, "PROPERTY_VALUE_ERROR [body]"),
        ("sms.send", ("",), 150, "PROPERTY_MISSING [to]"),
        ("sms.send", ("", "+33612345678"), 150, "PROPERTY_MISSING [body]"),
        ("sms.send", ("", "+33612345678", "Hello", None, "more"), -32602, "params: 5 of them"),
        ("sms.get", ("00000000",), 151, "PROPERTY_VALUE_ERROR [id]"),
        ("sms.get", (12345678,), 151, "PROPERTY_TYPE_ERROR [id]"),
        ("sms.get", ("\ud800",), 151, "PROPERTY_VALUE_ERROR [id]: half of a surrogate pair"),
        ("sms.get", (), 150, "PROPERTY_MISSING [id]"),
        ("sms.get_list", ("BOTH", EVER["from"], EVER["to"]), 151, "PROPERTY_VALUE_ERROR [type]"),
        ("sms.get_list", ("OUT", None, EVER["to"]), 151, "PROPERTY_TYPE_ERROR [from]"),
        ("sms.get_list", ("OUT", EVER["to"], EVER["from"]), 151, "PROPERTY_VALUE_ERROR [from]"),
        ("sms.get_list", ("OUT",), 150, "PROPERTY_MISSING [from]"),
        ("sms.delete", (), -32601, "sms.send, sms.get, sms.get_list, webhooks.subscribe"),
        ("webhooks.subscribe", ("sms.mo",), 150, "PROPERTY_MISSING [endpoint]"),
        ("webhooks.subscribe", ("sms.out", "http://127.0.0.1/"), 151, '[type]: "sms.out": expected "sms.mt'),
        ("webhooks.subscribe", (["sms.mo"], "http://127.0.0.1/"), 151, "PROPERTY_VALUE_ERROR [type]"),
        ("webhooks.subscribe", ("sms.mo", "ftp://127.0.0.1/"), 151, "PROPERTY_VALUE_ERROR [endpoint]"),
        ("webhooks.subscribe", ("sms.mo", None), 151, "PROPERTY_TYPE_ERROR [endpoint]"),
        ("webhooks.subscribe", ("sms.mo", "http://8.8.8.8/"), 151, "--webhooks-to 8.8.8.8"),
        ("webhooks.subscribe", ("sms.mo", "http://127.0.0.1/", {"url": ""}), 151, "[options.url]"),
        ("webhooks.subscribe", ("sms.mo", "http://127.0.0.1/", []), 151, "PROPERTY_TYPE_ERROR [options]"),
        (
            "webhooks.subscribe",
            ("sms.mo", "http://127.0.0.1/", {"hmac_algo": "SHA1"}),
            151,
            "PROPERTY_VALUE_ERROR [options.hmac_algo]",
        ),
        ("webhooks.unsubscribe", ("00000000",), 151, "PROPERTY_VALUE_ERROR [hash]"),
        ("webhooks.unsubscribe", (None,), 151, "PROPERTY_TYPE_ERROR [hash]"),
        ("webhooks.unsubscribe", ("\ud800",), 151, "PROPERTY_VALUE_ERROR [hash]: half of a surrogate pair"),
    ],
)
def test_the_sdk_reports_each_refusal(
    sdk: Sdk, method: str, parameters: tuple[object, ...], code: int, message: str
) -> None:
    with pytest.raises(callr.CallrException) as caught:
        sdk.call(method, *parameters)
    assert caught.value.code == code
    assert message in caught.value.msg


def test_wrong_credentials_are_reported_by_the_sdk(origin: str) -> None:
    api = callr.Api("emulator", "wrong")
    api.set_api_url(origin + PATH)
    with pytest.raises(callr.CallrException) as caught:
        api.call("sms.get_list", "OUT", EVER["from"], EVER["to"])
    assert caught.value.code == 401


@pytest.mark.parametrize("identity", ["a", 7, 7.5, None, ""])
def test_the_id_comes_back(post: Callable[..., tuple[int, bytes]], identity: object) -> None:
    status, body = post(_request("sms.get_list", "OUT", EVER["to"], EVER["to"], id=identity))
    assert status == 200
    assert json.loads(body) == {"jsonrpc": "2.0", "id": identity, "result": []}


def test_a_refusal_carries_the_id_and_no_result(post: Callable[..., tuple[int, bytes]]) -> None:
    status, body = post(_request("sms.get", "00000000"))
    answer = json.loads(body)
    assert status == 200
    assert answer.keys() == {"jsonrpc", "id", "error"}
    assert answer["id"] == 7
    assert answer["error"].keys() == {"code", "message"}


@pytest.mark.parametrize(
    ("body", "code", "names"),
    [
        (b"{", -32700, "not valid JSON"),
        (b"", -32700, "empty"),
        (b'{"id": "\xff"}', -32700, "UTF-8"),
        (b'{"id": 1, "id": 2}', -32700, "[id]"),
        ([_request("sms.get", "00000000")], -32600, "one object: the API takes no batches"),
        ([], -32600, "one object: the API takes no batches"),
        ("sms.get", -32600, "expected a JSON-RPC 2.0 object"),
        ({"jsonrpc": "2.0", "method": "sms.get", "params": ["00000000"]}, -32600, "id: left out"),
        (_request("sms.get", id=[1]), -32600, "id"),
        (_request("sms.get", id=True), -32600, "id"),
        (_request("sms.get", "x", id="\ud800"), -32600, "[id]: half of a surrogate pair"),
    ],
)
def test_what_is_no_request_is_refused_without_an_id(
    post: Callable[..., tuple[int, bytes]], body: object, code: int, names: str
) -> None:
    status, answer = post(body)
    assert status == 200
    assert json.loads(answer)["error"]["code"] == code
    assert names in json.loads(answer)["error"]["message"]
    assert json.loads(answer)["id"] is None


@pytest.mark.parametrize("identity", ["a", 7, 7.5, ""])
@pytest.mark.parametrize(
    ("members", "names"),
    [
        ({"params": {"hash": "00000000"}}, "params"),
        ({"params": None}, "params"),
        ({"method": 5}, "method"),
        ({"jsonrpc": "1.0"}, "jsonrpc"),
        ({"jsonrpc": None}, "jsonrpc"),
    ],
)
def test_what_is_no_request_is_refused_with_the_id_that_it_has(
    post: Callable[..., tuple[int, bytes]], members: dict[str, object], names: str, identity: object
) -> None:
    status, body = post(_request("sms.get", "00000000", id=identity) | members)
    answer = json.loads(body)
    assert (status, answer["id"], answer["error"]["code"]) == (200, identity, -32600)
    assert answer["error"]["message"].startswith(f"{names}: ")


def test_neither_a_notification_nor_a_batch_sends(
    post: Callable[..., tuple[int, bytes]], client: Client
) -> None:
    before = client.find()
    call = _request("sms.send", "", "+33612345678", "Nobody waits for me")
    notification = {name: each for name, each in call.items() if name != "id"}
    for body in (notification, [call], [call, notification]):
        status, answer = post(body)
        assert (status, json.loads(answer)["error"]["code"]) == (200, -32600)
    assert client.find() == before


def test_the_slash_at_the_end_may_be_missing(post: Callable[..., tuple[int, bytes]]) -> None:
    status, body = post(_request("sms.get_list", "OUT", EVER["to"], EVER["to"]), path=PATH.rstrip("/"))
    assert (status, json.loads(body)["result"]) == (200, [])


@pytest.mark.parametrize(
    "content_type", [None, "", "application/x-www-form-urlencoded", "text/plain", "multipart/form-data", "?"]
)
def test_the_content_type_is_ignored(
    post: Callable[..., tuple[int, bytes]], content_type: str | None
) -> None:
    headers = {} if content_type is None else {"Content-Type": content_type}
    status, body = post(_request("sms.send", "SMS", "+33612345678", "Hello", None), AUTHORIZATION | headers)
    assert status == 200
    assert len(json.loads(body)["result"]) == 8


@pytest.mark.parametrize("body", [_request("sms.get_list", "OUT", *EVER.values()), "no request"])
def test_a_response_has_the_content_type_of_the_vendors_page(origin: str, body: object) -> None:
    connection = http.client.HTTPConnection(urlsplit(origin).netloc, timeout=TIMEOUT)
    connection.request("POST", PATH, json.dumps(body).encode(), JSON_RPC)
    response = connection.getresponse()
    assert response.headers["Content-Type"] == "application/json-rpc; charset=utf-8"
    connection.close()


# What the SDKs send besides their JSON: header by header (sdk). The Ruby SDK loses its own headers.
_RUBY = {
    "Accept-Encoding": "gzip;q=1.0,deflate;q=0.6,identity;q=0.3",
    "Accept": "*/*",
    "User-Agent": "Ruby, sdk=RUBY; sdk-version=1.2.0; lang-version=3.1.2; platform=x86_64-linux-gnu",
    "Content-Type": "application/x-www-form-urlencoded",
}
_PHP = {
    "Accept": "*/*",
    "Content-Type": "application/json-rpc; charset=utf-8",
    "User-Agent": "sdk=PHP; sdk-version=0.10; lang-version=8.2.7; platform=Linux",
}
_GO = {
    "User-Agent": "sdk=GO; sdk-version=0.1; lang-version=go1.19.8; platform=linux",
    "Content-Type": "application/json-rpc; charset=utf-8",
    "Accept-Encoding": "gzip",
}


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        (
            _RUBY,
            (
                b'{"id":517,"jsonrpc":"2.0","method":"sms.send",'
                b'"params":["SMS","+447700900123","Hello world!",{"flash_message":false}]}'
            ),
        ),
        (
            _PHP,
            (
                b'{"id":91,"method":"sms.send",'
                b'"params":["SMS","+447700900123","Hello, SMS world!",{"nature":"ALERTING"}],"jsonrpc":"2.0"}'
            ),
        ),
        (
            _GO,
            (
                b'{"jsonrpc":"2.0","id":734,"method":"sms.send",'
                b'"params":["SMS","+447700900123","Hello, world!",{"user_data":"42"}]}'
            ),
        ),
    ],
    ids=["ruby", "php", "go"],
)
def test_the_sdks_of_other_languages_send(
    post: Callable[..., tuple[int, bytes]], client: Client, headers: dict[str, str], body: bytes
) -> None:
    status, answer = post(body, AUTHORIZATION | headers)
    found = json.loads(answer)
    assert (status, found["id"]) == (200, json.loads(body)["id"])
    assert client.get(found["result"])["to"] == "+447700900123"


def test_the_former_address_serves_the_same_methods(origin: str, client: Client) -> None:
    """The Python SDK 2.0.1 differs from 2.1.0 in its address alone (sdk-old)."""
    api = callr.Api("emulator", "emulator")
    api.set_api_url(f"{origin}/")
    sms_hash = api.call("sms.send", "SMS", "+33612345678", "From an old program", None)
    assert api.call("sms.get", sms_hash) == client.get(sms_hash)
    with pytest.raises(callr.CallrException) as caught:
        api.call("sms.get", "00000000")
    assert caught.value.code == 151
    api = callr.Api("emulator", "wrong")
    api.set_api_url(f"{origin}/")
    with pytest.raises(callr.CallrException) as caught:
        api.call("sms.get", sms_hash)
    assert caught.value.code == 401
    latest = client.control("GET", "/requests").data["requests"][:4]
    assert [(each["door"], each["operation"], each["rule"]) for each in latest] == [
        ("json-rpc", "getSms", "hash"),
        ("rest", "getSms", None),
        ("json-rpc", "getSms", None),
        ("json-rpc", "sendSms", None),
    ]


def test_subscriptions_are_those_of_the_account(sdk: Sdk, client: Client) -> None:
    made = sdk.call(
        "webhooks.subscribe", "sms.mo", "http://u:pw@127.0.0.1:9/callr", {"hmac_secret": "sesame"}
    )
    plain = sdk.call("webhooks.subscribe", "sms.mt.status_update", "http://127.0.0.1:9/dlr", None)
    assert made == {"hash": made["hash"], "type": "sms.mo", "endpoint": "http://u:…@127.0.0.1:9/callr"}
    listed = client.control("GET", "/webhooks").data
    assert [(each["hash"], each["events"], each["signed"], each["hmac_algo"]) for each in listed] == [
        (made["hash"], ["sms.mo"], True, "SHA256"),
        (plain["hash"], ["sms.mt.status_update"], False, None),
    ]
    assert sdk.call("webhooks.unsubscribe", plain["hash"]) is True, "the Ruby SDK takes null for an error"
    assert [each["hash"] for each in client.control("GET", "/webhooks").data] == [made["hash"]]
    assert client.control("DELETE", f"/webhooks/{made['hash']}").status == 200
    with pytest.raises(callr.CallrException) as caught:
        sdk.call("webhooks.unsubscribe", made["hash"])
    assert (caught.value.code, caught.value.msg[:27]) == (151, "PROPERTY_VALUE_ERROR [hash]")


def test_a_fault_meets_a_subscription_too(post: Callable[..., tuple[int, bytes]], client: Client) -> None:
    before = client.control("GET", "/webhooks").data
    call = _request("webhooks.subscribe", "sms.mo", "http://127.0.0.1:9/")
    assert post(call, JSON_RPC | {"X-Emulator-Fault": "status=503"})[0] == 503
    assert client.control("GET", "/webhooks").data == before


@pytest.mark.parametrize(
    ("authorization", "kind"),
    [
        ("Api-Key 0123456789abcdef", "Api-Key"),
        ("api-key 0123456789abcdef", "Api-Key"),
        ("Api-Key", "Api-Key"),
        ("Session 0123456789abcdef", "Session"),
        (basic("_token:0123456789abcdef")["Authorization"], "_token"),
    ],
)
def test_a_key_is_refused_with_what_to_use(
    post: Callable[..., tuple[int, bytes]], client: Client, authorization: str, kind: str
) -> None:
    _, body = post(_request("sms.get", "00000000"), JSON_RPC | {"Authorization": authorization})
    error = json.loads(body)["error"]
    by_rest = Client(client.url, {"Authorization": authorization}).request("GET", "/sms/00000000")
    assert (error["code"], by_rest.status) == (401, 401)
    for message in (error["message"], by_rest.message):
        assert f"[Authorization]: {kind} is not emulated: expected HTTP Basic" in message
        assert "LoginPasswordAuth(login, password)" in message
        assert "0123456789abcdef" not in message


def test_acting_for_another_account_is_refused(post: Callable[..., tuple[int, bytes]]) -> None:
    _, body = post(_request("sms.get", "00000000"), JSON_RPC | {"CALLR-Login-As": "user.login other"})
    assert json.loads(body)["error"]["code"] == 100


def test_no_credentials_no_sms(post: Callable[..., tuple[int, bytes]], client: Client) -> None:
    before = client.find()
    headers = {"Content-Type": "application/json-rpc"}
    for each in (headers, headers | basic("emulator:wrong")):
        status, body = post(_request("sms.send", "", "+33612345678", "Hello"), each)
        assert (status, json.loads(body)["error"]["code"]) == (200, 401)
    assert client.find() == before


def test_another_method_is_refused_with_the_envelope(origin: str) -> None:
    connection = http.client.HTTPConnection(urlsplit(origin).netloc, timeout=TIMEOUT)
    connection.request("GET", PATH, headers=AUTHORIZATION)
    response = connection.getresponse()
    assert (response.status, response.headers["Allow"]) == (405, "POST")
    assert json.loads(response.read())["data"]["code"] == 405
    connection.close()
