"""Asking the journal, and asking the API in ways that a client of the tests does not."""

import http.client
import json
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from tests.emulator.support import JSON_TYPE, TIMEOUT, Answer, Client, basic

RPC_PATH = "/json-rpc/v1.1/"


def ask(client: Client, path: str = "", /, **criteria: object) -> Answer:
    """Ask `/_emulator/requests…`; parameters that are words of Python end in an underscore."""
    given = {key.rstrip("_"): str(value) for key, value in criteria.items()}
    query = f"?{urlencode(given, quote_via=quote)}" if given else ""
    return client.control("GET", f"/requests{path}{query}")


def listed(client: Client, **criteria: object) -> list[dict[str, Any]]:
    """Give the requests that fit, newest first."""
    answer = ask(client, "", **criteria)
    assert answer.status == 200, answer.body
    found: list[dict[str, Any]] = answer.data["requests"]
    return found


def newest(client: Client) -> dict[str, Any]:
    """Give the request that came last."""
    return listed(client, limit=1)[0]


def of(client: Client, login: str) -> Client:
    """Give a client of another account, whose password is its login."""
    return Client(client.url, basic(f"{login}:{login}"))


def rpc(client: Client, method: str, *parameters: object) -> dict[str, Any]:
    """Call a method through the other door."""
    call = {"jsonrpc": "2.0", "id": 1, "method": method, "params": [*parameters]}
    status, body = exchange(client, "POST", RPC_PATH, json.dumps(call).encode(), JSON_TYPE)
    assert status == 200
    found: dict[str, Any] = json.loads(body)
    return found


def exchange(
    client: Client, method: str, target: str, body: bytes | None = None, headers: dict[str, str] | None = None
) -> tuple[int, bytes]:
    """Make a request to any path of the server, with the client's credentials unless others are given."""
    connection = http.client.HTTPConnection(urlsplit(client.url).netloc, timeout=TIMEOUT)
    try:
        connection.request(method, target, body, client.authorization | (headers or {}))
        response = connection.getresponse()
        return response.status, response.read()
    finally:
        connection.close()
