"""Foreign web pages: hosts, origins and sites of requests, and CORS."""

from __future__ import annotations

import http.client
import json
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from callr_sms_emulator import Config, SqliteStore, create_app
from callr_sms_emulator._settings import AllowedHosts, read_host, read_origin
from tests.emulator.support import AUTHORIZATION, JSON_TYPE, TIMEOUT, Client, ManualClock, running, serving

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SEND = b'{"to": "+33612345678", "body": "x"}'
SMS = "/rest/v1.1/sms"
SEND_BY_QUERY = f"{SMS}/send?to=%2B33612345678&body=x"
EVERYWHERE = "0.0.0.0"  # noqa: S104 - what is tested
PAGE = "http://localhost:3000"
DOORS = [
    ("POST", SMS, SEND),
    ("GET", SEND_BY_QUERY, b""),
    ("POST", "/_emulator/reset", b""),
    ("GET", "/_emulator/sms", b""),
    ("GET", "/_emulator/export", b""),
    ("GET", "/_emulator/openapi.json", b""),
    ("POST", "/json-rpc/v1.1/", b"{}"),
    ("POST", "/", b"{}"),
]


@pytest.fixture(scope="module")
def guarded(clock: ManualClock) -> Iterator[Client]:
    """A client of a server that allows a name and the scripts of a page."""
    config = Config(allowed_hosts=AllowedHosts(frozenset({"sms.test"})), cors=frozenset({PAGE}))
    store = SqliteStore(":memory:")
    try:
        with serving(create_app(config, store=store, clock=clock)) as url:
            yield Client(url)
    finally:
        store.close()


def _ask(
    client: Client, method: str, path: str, body: bytes = b"", *, version: int = 11, **headers: str | None
) -> tuple[int, http.client.HTTPMessage, bytes]:
    """Make a request with these headers, `None` for none; `Host` is the address if it is left out."""
    parts = urlsplit(client.url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=TIMEOUT)
    connection._http_vsn, connection._http_vsn_str = version, f"HTTP/1.{version % 10}"  # type: ignore[attr-defined] # noqa: SLF001 - there is no other way
    try:
        connection.putrequest(method, path, skip_host=True)
        all_headers = {"Host": parts.netloc, "Content-Length": str(len(body))} | AUTHORIZATION | JSON_TYPE
        for name, value in (all_headers | headers).items():
            if value is not None:
                for each in value.split("|"):
                    connection.putheader(name.replace("_", "-"), each)
        connection.endheaders(body)
        response = connection.getresponse()
        return response.status, response.headers, response.read()
    finally:
        connection.close()


def _refusal(client: Client, method: str, path: str, body: bytes = b"", **headers: Any) -> str:  # noqa: ANN401 - as `_ask`
    status, _, content = _ask(client, method, path, body, **headers)
    assert status == 403
    message: str = json.loads(content)["data"]["message"]
    return message


@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "LOCALHOST:1",
        "localhost.",
        "shop.localhost:8767",
        "127.0.0.1",
        "127.8.9.1:8767",
        "[::1]:8767",
        "[::ffff:127.0.0.1]",
        "api.callr.com",
        "api.thecallr.com",
        "sms.test:80",
        "sms.test:65535",
        "SMS.test",
    ],
)
def test_names_of_this_machine_and_allowed_ones_are_accepted(guarded: Client, host: str) -> None:
    assert _ask(guarded, "GET", "/_emulator/sms", Host=host)[0] == 200


@pytest.mark.parametrize(
    "host",
    ["evil.example", "evil.example:8767", "localhost.evil.example", "192.0.2.1", "[2001:db8::1]", "emulator"],
)
@pytest.mark.parametrize(("method", "path", "body"), DOORS)
def test_another_host_is_refused_before_anything(
    guarded: Client, host: str, method: str, path: str, body: bytes
) -> None:
    before = len(guarded.find())
    message = _refusal(guarded, method, path, body, Host=host)
    assert message.startswith("HOST_NOT_ALLOWED [Host]: ")
    assert "--allow-host" in message
    assert len(guarded.find()) == before


@pytest.mark.parametrize(
    "host",
    [
        *(None, "", "a b", "localhost|localhost", "x@localhost", "localhost:x", "localhost:65536"),
        *("localhost/", "[::1", "[::1]:99999", "a,b"),
    ],
)
def test_a_host_that_is_missing_or_malformed_is_no_request(guarded: Client, host: str | None) -> None:
    status, _, content = _ask(guarded, "GET", "/_emulator/sms", Host=host)
    assert (status, b"[Host]" in content) == (400, True)


def test_http_1_0_needs_no_host(guarded: Client) -> None:
    assert _ask(guarded, "GET", "/_emulator/sms", version=10, Host=None)[0] == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": ""},
        {"Origin": "http://localhost:3001"},
        {"Origin": "http://127.0.0.1"},
        {"Origin": f"{PAGE}|http://evil.example"},
        {"Sec_Fetch_Site": "cross-site"},
        {"Sec_Fetch_Site": "same-site"},
        {"Sec_Fetch_Site": "none|cross-site"},
        {"Sec_Fetch_Site": "nonsense"},
    ],
    ids=str,
)
@pytest.mark.parametrize(("method", "path", "body"), DOORS)
def test_another_site_is_refused_before_anything(
    guarded: Client, headers: dict[str, Any], method: str, path: str, body: bytes
) -> None:
    before = len(guarded.find())
    assert _refusal(guarded, method, path, body, **headers).startswith("ORIGIN_NOT_ALLOWED [")
    assert len(guarded.find()) == before


def test_a_navigation_that_does_not_say_from_where_sends_nothing(guarded: Client) -> None:
    """Browsers leave out Sec-Fetch-Site for an address without TLS other than loopback."""
    assert "[Upgrade-Insecure-Requests]" in _refusal(
        guarded, "GET", SEND_BY_QUERY, Upgrade_Insecure_Requests="1"
    )
    typed: dict[str, Any] = {"Upgrade_Insecure_Requests": "1", "Sec_Fetch_Site": "none"}
    assert _ask(guarded, "GET", SEND_BY_QUERY, **typed)[0] == 200


def test_pages_of_the_emulator_itself_are_accepted(guarded: Client) -> None:
    own = guarded.url.removesuffix("/rest/v1.1")
    assert _ask(guarded, "POST", SMS, SEND, Origin=own, Sec_Fetch_Site="same-origin")[0] == 200
    secure: dict[str, Any] = {
        "Host": "sms.test",
        "Origin": "https://sms.test",
    }  # behind a proxy that ends TLS
    assert _ask(guarded, "POST", SMS, SEND, **secure)[0] == 200


def test_a_refused_request_is_in_no_journal(guarded: Client) -> None:
    before = guarded.control("GET", "/requests").data["requests"][0]["id"]
    _refusal(guarded, "POST", SMS, SEND, Origin="http://evil.example")
    assert guarded.control("GET", "/requests").data["requests"][0]["id"] == before


# --- CORS -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", [SMS, f"{SMS}/ABCD1234", "/_emulator/reset", "/json-rpc/v1.1/"])
def test_a_preflight_of_an_allowed_origin_is_answered(guarded: Client, path: str) -> None:
    asked: dict[str, Any] = {
        "Access_Control_Request_Method": "POST",
        "Access_Control_Request_Headers": "authorization",
    }
    status, headers, _ = _ask(
        guarded, "OPTIONS", path, Authorization=None, Origin=PAGE, Sec_Fetch_Site="same-site", **asked
    )
    assert (status, headers["Access-Control-Allow-Origin"], headers["Vary"]) == (204, PAGE, "Origin")
    assert {"Authorization", "Content-Type"} <= set(headers["Access-Control-Allow-Headers"].split(", "))
    assert headers["Access-Control-Allow-Methods"] == "GET, POST, DELETE"
    assert headers["Access-Control-Allow-Credentials"] is None
    refused = _ask(guarded, "OPTIONS", path, Authorization=None, Origin="http://evil.example", **asked)
    assert (refused[0], refused[1]["Access-Control-Allow-Origin"]) == (403, None)


def test_every_response_says_that_it_depends_on_the_origin(guarded: Client) -> None:
    allowed = [_ask(guarded, method, path, body, Origin=PAGE) for method, path, body in DOORS]
    others = [_ask(guarded, "GET", SMS), _ask(guarded, "GET", SMS, Origin="http://evil.example")]
    assert {headers["Vary"] for _, headers, _ in allowed + others} == {"Origin"}
    assert {headers["Access-Control-Allow-Origin"] for _, headers, _ in allowed} == {PAGE}
    assert {headers["Access-Control-Allow-Origin"] for _, headers, _ in others} == {None}
    wrong = _ask(guarded, "GET", SMS, Origin=PAGE, Authorization="Basic eA==")
    assert (wrong[0], wrong[1]["Access-Control-Allow-Origin"]) == (401, PAGE)


def test_without_cors_no_response_speaks_of_it(client: Client) -> None:
    _, headers, _ = _ask(client, "GET", SMS)
    assert (headers["Vary"], headers["Access-Control-Allow-Origin"]) == (None, None)


# --- flags ----------------------------------------------------------------------------------------------


def test_flags_allow_names_and_origins(tmp_path: Path) -> None:
    flags = (
        "--database",
        ":memory:",
        "--host",
        EVERYWHERE,
        "--allow-host",
        "Emulator",
        "--allow-host",
        "b.test",
    )
    with running(tmp_path / "log", *flags, CALLR_EMULATOR_CORS="http://a.test https://b.test/") as process:
        client = Client(process.url.replace(EVERYWHERE, "127.0.0.1"))
        for host, status in {
            "emulator:80": 200,
            "b.test": 200,
            "192.0.2.7": 200,
            "[2001:db8::1]": 200,
        }.items():
            assert _ask(client, "GET", "/_emulator/sms", Host=host)[0] == status
        assert _ask(client, "GET", "/_emulator/sms", Host="c.test")[0] == 403
        for origin in ("http://a.test", "https://b.test"):
            assert _ask(client, "GET", "/_emulator/sms", Origin=origin)[0] == 200


def test_an_address_that_is_listened_on_is_allowed() -> None:
    bound = AllowedHosts().bound_to("box.test", "192.0.2.5")
    assert [bound.allows(each) for each in ("box.test", "192.0.2.5", "192.0.2.6")] == [True, True, False]
    assert AllowedHosts().bound_to("::", "::").allows("192.0.2.6")


@pytest.mark.parametrize("text", ["", "http://a.test", "a.test:80", "a b", "*", "a/b"])
def test_a_host_to_allow_is_a_name(text: str) -> None:
    with pytest.raises(ValueError, match="expected a host name"):
        read_host(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "*",
        "null",
        "a.test",
        "ftp://a.test",
        "http://a.test/path",
        "http://*.a.test",
        "http://a.test:65536",
    ],
)
def test_an_origin_to_allow_is_one(text: str) -> None:
    with pytest.raises(ValueError, match="expected one origin like"):
        read_origin(text)
