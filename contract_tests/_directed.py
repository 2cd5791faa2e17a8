"""Requests of our own beside those of schemathesis: before a run, to know that it can be one, and after it.

Those after it look at what a run left behind, and at what takes an SMS that is known to be there.
"""

import base64
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import requests

from contract_tests._answers import Exchange, Inspector
from contract_tests._contract import Contract
from contract_tests._settings import Settings
from contract_tests._verdict import OK, UNAUTHORIZED
from contract_tests._wire import Answer, Request

PHASE: Final = "directed"
_FORM: Final = "%Y-%m-%d %H:%M:%S"
_SECONDS: Final = 10
_CLOCKS_APART: Final = timedelta(minutes=5)
"""How far the server's clock may be from ours."""

Record = Callable[[str, Exchange], None]
Query = list[tuple[str, str]]


class CredentialsError(RuntimeError):
    """The server refuses the account."""


class Client:
    """Sends single requests to the server of `settings`."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        pair = f"{settings.login}:{settings.password}"
        self.authorization = f"Basic {_token(pair)}"

    def send(
        self,
        method: str,
        path: str,
        query: Query | None = None,
        *,
        authorization: str | None = "",
        document: object = None,
    ) -> tuple[Request, Answer] | None:
        """Send one request, by default with the account's credentials; None when there is no answer."""
        headers = {"Authorization": self.authorization} if authorization == "" else {}
        if authorization:
            headers["Authorization"] = authorization
        try:
            answer = requests.request(
                method,
                f"{self._settings.base_url.rstrip('/')}{path}",
                params=query,
                json=document,
                headers=headers,
                timeout=_SECONDS,
                allow_redirects=False,
            )
        except requests.RequestException:
            return None
        sent = answer.request
        body = sent.body or b""
        request = Request(
            str(sent.method),
            str(sent.url),
            {name.lower(): str(value) for name, value in sent.headers.items()},
            body if isinstance(body, bytes) else str(body).encode(),
        )
        received = {name.lower(): value for name, value in answer.headers.items()}
        return request, Answer(answer.status_code, received, answer.content)


def require_account(settings: Settings) -> None:
    """Raise CredentialsError when the server takes the account for nobody.

    Two valid reads have to say so: a 401 to only one of them is a fault of the server, for the run to find.
    """
    client, now = Client(settings), datetime.now(UTC).strftime(_FORM)
    window = [("type", "OUT"), ("from", now), ("to", now)]
    for path, query in (("/sms", window), ("/sms/ZZZZZZZZ", None)):
        found = client.send("GET", path, query)
        if found is None or found[1].status != UNAUTHORIZED:
            return
    raise CredentialsError(
        "CALLR_LOGIN, CALLR_PASSWORD: refused by the server (401); expected the credentials of an API account"
    )


class Aftermath:
    """What is asked when schemathesis is done."""

    def __init__(
        self, contract: Contract, settings: Settings, inspector: Inspector, record: Record, *, is_live: bool
    ) -> None:
        self._settings, self._inspector, self._record, self._is_live = settings, inspector, record, is_live
        self._client = Client(settings)
        self._started = datetime.now(UTC)
        self._operations = frozenset(
            settings.operations or tuple(operation.id for operation in contract.operations)
        )

    def ask(self) -> None:
        """Send all that the settings allow, and have each answer recorded."""
        if not self._is_live and "listSms" in self._operations:
            for path, authorization in self._accounts():
                self._try("GET", path, self._window("OUT"), authorization=authorization)
        if not self._is_live and {"sendSms", "getSms"} <= self._operations:
            self._read_with_faults()
        found = self._inspector.any_hash()
        if "listSms" in self._operations:
            listed = self._try("GET", "/sms", self._window("OUT"))
            found = found or _first_hash(listed)
        if found is not None and "getSms" in self._operations:
            self._try("GET", f"/sms/{found}", label="GET /sms/{hash}")

    def _accounts(self) -> Iterator[tuple[str, str | None]]:
        login, password = self._settings.login, self._settings.password
        yield "/sms", f"Basic {_token(f'{login}:not-the-one')}"
        yield "/sms", f"Basic {_token(f'not-the-one:{password}')}"
        own = self._client.authorization.partition(" ")[2]
        yield "/sms", f"basic {own}"
        yield "/sms", f"BASIC {own}"
        yield "/nothing", None

    def _read_with_faults(self) -> None:
        """Only an SMS that is there tells whether the fault was seen: for another, 404 is right too."""
        sent = self._try("POST", "/sms", document={"to": "+33639981234", "body": "Your code is 4711."})
        found = sent.document.get("data") if sent and isinstance(sent.document, dict) else None
        if sent is None or sent.answer.status != OK or not isinstance(found, str):
            return
        queries: tuple[Query, ...] = ([("limit", "1")], [("hsah", found)], [("hash", found)] * 2)
        for query in queries:
            self._try("GET", f"/sms/{found}", query, label="GET /sms/{hash}")
        if found.lower() != found:
            self._try("GET", f"/sms/{found.lower()}", label="GET /sms/{hash}")

    def _window(self, direction: str) -> Query:
        start, end = self._started - _CLOCKS_APART, datetime.now(UTC) + _CLOCKS_APART
        return [("type", direction), ("from", start.strftime(_FORM)), ("to", end.strftime(_FORM))]

    def _try(  # noqa: PLR0913 - what makes a request, by name
        self,
        method: str,
        path: str,
        query: Query | None = None,
        *,
        label: str = "",
        authorization: str | None = "",
        document: object = None,
    ) -> Exchange | None:
        found = self._client.send(method, path, query, authorization=authorization, document=document)
        if found is None:
            return None
        exchange = self._inspector.exchange(*found)
        self._record(label or f"{method} {path}", exchange)
        return exchange


def _first_hash(listed: Exchange | None) -> str | None:
    document: Any = listed.document if listed is not None else None
    found = document.get("data") if isinstance(document, dict) else None
    first = found[0] if isinstance(found, list) and found else None
    value = first.get("hash") if isinstance(first, dict) else None
    return value if isinstance(value, str) else None


def _token(pair: str) -> str:
    return base64.b64encode(pair.encode()).decode()
