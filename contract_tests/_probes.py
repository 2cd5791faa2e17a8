"""Requests of our own before those of schemathesis: who is let in, what is where, what is there at once.

Each looks at one narrow place that a search seldom meets. What a server must answer is for the verdict and
the model to say.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from itertools import pairwise
from secrets import token_hex
from threading import Barrier
from typing import Any, Final
from urllib.parse import quote

from contract_tests._answers import Exchange
from contract_tests._client import Client, Query, Reply, basic
from contract_tests._directed import PHASE, Record
from contract_tests._model import FIRST_MOMENT, LAST_MOMENT, Account
from contract_tests._settings import Settings
from contract_tests._verdict import OK

_TO: Final = "+33639981234"
_LIST: Final = (("type", "OUT"), ("from", "2024-03-19 00:00:00"), ("to", "2024-03-19 23:59:59"))
_METHODS: Final = ("HEAD", "OPTIONS", "GET", "POST", "PUT", "PATCH", "DELETE")
_PATHS: Final = ("/sms", "/sms/send", "/sms/ZZZZZZZZ")
_NO_PATHS: Final = (
    "/",
    "/SMS",
    "/Sms/Send",
    "/sms/",
    "/sms/send/",
    "/sms/send/x",
    "/sms/ZZZZZZZZ/",
    "/sms/ZZZZZZZZ/sms",
    "/smss",
    "/messages",
)
_AT_ONCE: Final = 8
"""How many send at the same time."""
_EACH: Final = 3
_PASSWORD_BYTES: Final = 8
"""Where the oldest hashes of passwords stopped reading."""


class Probes:
    """What is asked of a server that may be sent to, with what an account has to know of it."""

    def __init__(self, settings: Settings, account: Account, record: Record) -> None:
        self._settings, self._account, self._record = settings, account, record
        self._client = Client(settings)

    def ask(self) -> None:
        """Ask all, and have each answer recorded."""
        with closing(self._client):
            self._knock()
            self._look_around()
            self._send_and_look()
            self._send_at_once()

    # --- who is let in ----------------------------------------------------------------------------------

    def _knock(self) -> None:
        for authorization in self._keys():
            self._try("GET", "/sms", _LIST, authorization=authorization)
        self._try("GET", "/sms", authorization=None)
        self._try("GET", "/sms/ZZZZZZZZ", authorization=None)
        self._try("GET", "/sms/send", {"to": _TO, "body": "x"}.items(), authorization=None)
        self._try("GET", "/sms/send", authorization=None)
        self._try("POST", "/sms", document={"to": _TO, "body": "x"}, authorization=None)
        self._try("POST", "/sms", body=b"{", authorization=None)
        self._try("GET", "/messages", authorization=None)

    def _keys(self) -> Iterator[str | None]:
        login, password = self._settings.login, self._settings.password
        cut = password[:_PASSWORD_BYTES]
        for wrong in (f"{password}x", f"{cut}x", password[:-1], password.swapcase(), ""):
            yield basic(login, wrong)
        for wrong in (login.swapcase(), f"{login} ", ""):
            yield basic(wrong, password)
        yield basic("nobody", "nothing")
        own = self._client.authorization.partition(" ")[2]
        for scheme in ("Bearer", "Digest", "Token"):
            yield f"{scheme} {own}"
        yield from (own, "Basic", "Basic !", f"Basic {own}!", "Basic bm9jb2xvbg==", None)

    # --- what is where ----------------------------------------------------------------------------------

    def _look_around(self) -> None:
        for path in _NO_PATHS:
            self._try("GET", path)
        for path in _PATHS:
            for method in _METHODS:
                self._try(method, path)

    # --- what is there at once --------------------------------------------------------------------------

    def _send_and_look(self) -> None:
        sent = [self._send(message) for message in (*_MESSAGES, _MESSAGES[0])]
        sent += [self._send(_MESSAGES[0], by_query=True), self._send({"to": _TO, "body": "2"}, by_query=True)]
        found = [each for each in sent if each is not None]
        for one, other in pairwise(found):
            self._read(one, [("hash", other)])
        for name in found[:1]:
            for wrong in (f"{name}X", f"{name}%20", name[:-1]):
                self._try("GET", f"/sms/{wrong}", label="GET /sms/{hash}")
        self._list()

    def _send(self, message: dict[str, Any], *, by_query: bool = False) -> str | None:
        """Send a message with a mark that no other SMS has: it tells a second one from those of others."""
        mark = f"contract tests {token_hex(8)}"
        if by_query:
            query = [*message.items(), ("options.user_data", mark)]
            exchange = self._try("GET", "/sms/send", query)
        else:
            options = {**(message.get("options") or {}), "user_data": mark}
            exchange = self._try("POST", "/sms", document={**message, "options": options})
        found = _hash_in(exchange)
        if found is not None:
            self._account.mark(mark, found)
            self._read(found)
        return found

    def _list(self) -> None:
        query = [("type", "OUT"), ("from", FIRST_MOMENT), ("to", LAST_MOMENT)]
        self._try("GET", "/sms", query)

    # --- what happens at the same time ------------------------------------------------------------------

    def _send_at_once(self) -> None:
        """Send from several connections at the same moment; then read what came of it."""
        barrier = Barrier(_AT_ONCE)

        def one(number: int) -> list[Reply]:
            with closing(Client(self._settings)) as client:
                barrier.wait()
                return [
                    client.send("POST", "/sms", document={"to": _TO, "body": f"{number} of {turn}"})
                    for turn in range(_EACH)
                ]

        with ThreadPoolExecutor(_AT_ONCE) as pool:
            replies = [reply for found in pool.map(one, range(_AT_ONCE)) for reply in found]
        found = [_hash_in(self._record(PHASE, "POST /sms", reply)) for reply in replies]
        for name in found:
            if name is not None:
                self._read(name)
        self._list()

    def _read(self, found: str, query: Query | None = None) -> None:
        self._try("GET", f"/sms/{quote(found, safe='')}", query, label="GET /sms/{hash}")

    def _try(  # noqa: PLR0913 - what makes a request, by name
        self,
        method: str,
        path: str,
        query: Query | None = None,
        *,
        label: str = "",
        authorization: str | None = "",
        document: object = None,
        body: bytes = b"",
    ) -> Exchange | None:
        reply = self._client.send(
            method, path, query, authorization=authorization, document=document, body=body
        )
        return self._record(PHASE, label or f"{method} {path}", reply)


_MESSAGES: Final[tuple[dict[str, Any], ...]] = (
    {"to": _TO, "body": "Your code is 4711."},
    {"to": _TO, "body": "Your code is 4712."},
    {"to": "+447700900123", "from": "My Shop", "body": "Reply %STOPNUM% 👍"},
    {"to": _TO, "body": "\u2026 \u2019 \u00a0", "options": {"force_encoding": None, "flash_message": False}},
)


def _hash_in(exchange: Exchange | None) -> str | None:
    document = exchange.document if exchange is not None and exchange.answer.status == OK else None
    found = document.get("data") if isinstance(document, dict) else None
    return found if isinstance(found, str) else None
