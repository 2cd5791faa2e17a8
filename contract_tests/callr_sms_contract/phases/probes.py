"""Requests before those of schemathesis: credentials, paths, spellings, texts, concurrent sends.

Each covers a detail that generated requests seldom reach. The verdict and the model decide what is right.
"""

from base64 import b64encode
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from itertools import cycle, pairwise
from secrets import token_hex
from threading import Barrier
from typing import Any, Final
from urllib.parse import quote

from callr_sms_contract.generation import NON_GSM_CHARACTERS, TEXTS
from callr_sms_contract.oracle import FIRST_MOMENT, LAST_MOMENT, Exchange
from callr_sms_contract.phases.phase import DIRECTED, Phase, PhaseOver, RunContext
from callr_sms_contract.phases.state_machine import flat
from callr_sms_contract.settings import PROBES_PHASE
from callr_sms_contract.wire import Pairs, Reply, basic_header

_TO: Final = "+33639981234"
_LIST: Final = (("type", "OUT"), ("from", "2024-03-19 00:00:00"), ("to", "2024-03-19 23:59:59"))
_SEND: Final = (("to", _TO), ("body", "x"))
_OTHER_METHODS: Final = ("HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE")
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
_NO_LISTS: Final = ("/SMS", "/sms/", "//sms", "/sms.json")
_NO_SENDS: Final = ("/Sms/Send", "/sms/send/", "//sms/send", "/sms//send")
_NO_READS: Final = ("/sms/{}/", "/sms/{}/sms", "/sms/{}.json", "/sms//{}", "/SMS/{}")
"""Paths that nearly exist; the right path would accept the same request."""
_SPELLINGS: Final = (
    "type=OUT&from=2024-03-19%2000:00:00&to=2024-03-19%2023:59:59",
    "%74ype=%4f%55%54&from=2024-03-19+00%3a00%3a00&to=2024%2d03%2d19+23%3a59%3a59",
    "to=2024-03-19+23:59:59&from=2024-03-19+00:00:00&type=OUT",
    "type=OUT;from=2024-03-19+00:00:00;to=2024-03-19+23:59:59",
)
"""All but the last are the same window; that one is a single parameter."""
_SENT_SPELLINGS: Final = (
    "to=+33639981234&body=x",
    "to=%2b33639981234&body=%c3%a9%20a+b&options%2euser_data=%7e",
    "options.user_data=~&body=a;from=SMS&to=%2B33639981234",
    "from=My+Shop&body=x&to=%2B33639981234&options.user_data=a+b",
)
_MARKED: Final = 60
"""How many unique texts are sent."""
_VARIED: Final[tuple[dict[str, Any], ...]] = (
    {},
    {"from": "My Shop"},
    {"body": "a" * 161},
    {"options": {"flash_message": True}},
    {"options": {"nature": "ALERTING", "force_encoding": "UNICODE"}},
)
"""The rest of their messages, or the start of their texts."""
_REFUSED: Final[tuple[dict[str, Any], ...]] = (
    {"to": _TO[1:]},
    {"from": _TO},
    {"options": {"priority": 1}},
    {"text": "x"},
)
"""Changes that make any message invalid."""
_REJECTED: Final = 400
_SERVER_ERROR: Final = 500
"""Only between these statuses it is known that a send without a hash was rejected."""
_AT_ONCE: Final = 8
"""How many connections send at the same time."""
_EACH: Final = 3
_PASSWORD_BYTES: Final = 8
"""How much of a password the oldest hash functions read."""


class Probes(Phase):
    """Requests for details, of a server to which SMS may be sent."""

    name = PROBES_PHASE
    counted_as = DIRECTED

    def __init__(self, context: RunContext) -> None:
        super().__init__(context)
        self._since = FIRST_MOMENT
        """From when on lists of everything begin."""

    def reason_to_skip(self) -> str | None:
        """Return "" for a live server, for all shards but the first, and when operations were selected."""
        shard = self._settings.shard
        is_first = shard is None or shard.number == 1
        return "" if self._context.is_live or self._settings.operations or not is_first else None

    def run(self) -> None:
        """Make all requests, until the run or its time is over."""
        with closing(self._client), suppress(PhaseOver):
            for ask in (
                self._try_credentials,
                self._try_paths,
                self._try_spellings,
                self._send_and_look,
                self._send_texts,
                self._send_marked,
                self._send_at_once,
            ):
                ask()

    # --- credentials ------------------------------------------------------------------------------------

    def _try_credentials(self) -> None:
        for authorization in self._wrong_authorizations():
            self._ask("GET", "/sms", _LIST, authorization=authorization)
        self._ask("GET", "/sms", authorization=None)
        self._ask("GET", "/sms/ZZZZZZZZ", authorization=None)
        self._ask("GET", "/sms/send", {"to": _TO, "body": "x"}.items(), authorization=None)
        self._ask("GET", "/sms/send", authorization=None)
        self._ask("POST", "/sms", document={"to": _TO, "body": "x"}, authorization=None)
        self._ask("POST", "/sms", body=b"{", authorization=None)
        self._ask("GET", "/messages", authorization=None)
        self._ask("GET", "/sms/zzz", authorization=None)
        for path in _PATHS:
            self._ask("DELETE", path, authorization=None)
            self._ask("HEAD", path, authorization=None)

    def _wrong_authorizations(self) -> Iterator[str | None]:
        login, password = self._settings.login, self._settings.password
        cut = password[:_PASSWORD_BYTES]
        for wrong in (f"{password}x", f"{cut}x", password[:-1], password.swapcase(), ""):
            yield basic_header(login, wrong)
        for wrong in (login.swapcase(), f"{login} ", ""):
            yield basic_header(wrong, password)
        yield from (
            basic_header("nobody", "nothing"),
            basic_header("n\u00f6body", "\u043d"),
            basic_header(login, login),
        )
        yield from (
            basic_header(password, login),
            basic_header(login, f"{password}:x"),
            basic_header(login, f"{password}\0"),
        )
        own = self._client.authorization.partition(" ")[2]
        for scheme in ("Bearer", "Digest", "Token"):
            yield f"{scheme} {own}"
        yield from (own, "Basic", "Basic !", f"Basic {own}!", "Basic bm9jb2xvbg==", "Basic //86//8=", None)
        for without_colon in (login, password, f"{login}{password}"):
            yield f"Basic {b64encode(without_colon.encode()).decode()}"
        yield f"Basic {quote(login)}:{quote(password)}"

    # --- paths ------------------------------------------------------------------------------------------

    def _try_paths(self) -> None:
        for path in _NO_PATHS:
            self._ask("GET", path)
        for path in _PATHS:
            for method in ("GET", *_OTHER_METHODS):
                self._ask(method, path)
        self._try_neighbours(_LIST, "/sms", _NO_LISTS)
        self._try_neighbours(_SEND, "/sms/send", _NO_SENDS)
        self._ask("POST", "/sms/send", document=dict(_SEND))
        self._ask("POST", "/sms", _SEND)
        self._ask("POST", "/sms", body=b'{"to": "+33639981234", "body": "x"}', content_type="")
        self._ask("POST", "/sms", document=dict(_SEND), in_chunks=True)

    def _try_neighbours(self, query: Pairs, path: str, others: Iterable[str]) -> None:
        """Request what would be accepted with the right path or method."""
        for other in others:
            self._ask("GET", other, query)
        for method in _OTHER_METHODS:
            self._ask(method, path, query)

    def _try_spellings(self) -> None:
        """Write the same query in several ways."""
        for query in _SPELLINGS:
            self._ask("GET", "/sms", query)
        for query in _SENT_SPELLINGS:
            self._read_sent(self._ask("GET", "/sms/send", query))

    # --- sends -------------------------------------------------------------------------------------------

    def _send_and_look(self) -> None:
        sent = [self._send(message) for message in (*_MESSAGES, _MESSAGES[0])]
        sent += [self._send(_MESSAGES[0], by_query=True), self._send({"to": _TO, "body": "2"}, by_query=True)]
        found = [each for each in sent if each is not None]
        for one, other in pairwise(found):
            self._read(one, [("hash", other)])
        for name in found[:1]:
            for wrong in (f"{name}X", f"{name}%20", f"{name}%0A", f"{name}%00", f"%20{name}", name[:-1]):
                self._ask("GET", f"/sms/{wrong}", label="GET /sms/{hash}")
            self._read_amiss(name)
            self._ask("GET", f"/sms/%{ord(name[0]):02X}{name[1:]}", label="GET /sms/{hash}")
        self._list()

    def _read_amiss(self, found: str) -> None:
        """Request an existing SMS with wrong paths and methods."""
        for path in _NO_READS:
            self._ask("GET", path.format(quote(found, safe="")), label=f"GET {path.format('{hash}')}")
        for method in _OTHER_METHODS:
            self._ask(method, f"/sms/{quote(found, safe='')}", label=f"{method} /sms/{{hash}}")

    def _send_texts(self) -> None:
        """Send each text with both operations, and each character outside the GSM set by itself."""
        messages = [{"to": _TO, "body": text, "options": {"user_data": text}} for text in TEXTS.values()]
        replies = [self._client.send("GET", "/sms/send", flat(message)) for message in messages]
        sent = [self._context.record(DIRECTED, "GET /sms/send", reply) for reply in replies]
        messages += [{"to": _TO, "body": character} for character in NON_GSM_CHARACTERS]
        sent += [self._ask("POST", "/sms", document=message) for message in messages]
        for exchange in sent:
            self._read_sent(exchange)

    def _send_marked(self) -> None:
        """Send unique texts, which reveal a second SMS, or one whose send was rejected."""
        for number, changes in zip(range(_MARKED), cycle(_VARIED), strict=False):
            self._send_once(changes, by_query=bool(number // len(_VARIED) % 2))
        for wrong in _REFUSED:
            self._send_once(wrong)
        for authorization in (None, basic_header("nobody", "nothing")):
            for by_query in (False, True):
                self._send_once({}, by_query=by_query, authorization=authorization)
        self._list()

    def _send_once(
        self, changes: dict[str, Any], *, by_query: bool = False, authorization: str | None = ""
    ) -> None:
        mark = f"{changes.get('body', '')}contract tests {token_hex(8)}"
        message = {"to": _TO, **changes, "body": mark}
        exchange = (
            self._ask("GET", "/sms/send", flat(message), authorization=authorization)
            if by_query
            else self._ask("POST", "/sms", document=message, authorization=authorization)
        )
        if exchange is None:
            return
        if exchange.hash is not None or _REJECTED <= exchange.response.status < _SERVER_ERROR:
            self._account.mark(mark, exchange.hash)

    def _send(self, message: dict[str, Any], *, by_query: bool = False) -> str | None:
        """Send a message with unique user data, which reveals a second SMS of the same send."""
        mark = f"contract tests {token_hex(8)}"
        if by_query:
            query = [*message.items(), ("options.user_data", mark)]
            exchange = self._ask("GET", "/sms/send", query)
        else:
            options = {**(message.get("options") or {}), "user_data": mark}
            exchange = self._ask("POST", "/sms", document={**message, "options": options})
        found = exchange.hash if exchange is not None else None
        if found is not None:
            self._account.mark(mark, found)
            self._read(found)
        return found

    def _read_sent(self, exchange: Exchange | None) -> None:
        if exchange is not None and exchange.hash is not None:
            self._read(exchange.hash)

    def _list(self) -> None:
        """List everything; of an account with many SMS once, and then only what came since.

        It is listed as a whole again at the end of the run.
        """
        self._list_all("OUT", self._since, LAST_MOMENT)
        if self._context.is_long({"type": "OUT", "from": self._since, "to": LAST_MOMENT}):
            self._since = self._last_moment()

    def _last_moment(self) -> str:
        """Return when the newest SMS of the run was created, by the clock of the server."""
        dates = [date for found in self._account.sent() if (date := self._account.creation(found))]
        return max(dates, default=FIRST_MOMENT)

    # --- concurrent sends --------------------------------------------------------------------------------

    def _send_at_once(self) -> None:
        """Send from several connections at the same moment and list meanwhile; then read each SMS."""
        barrier = Barrier(_AT_ONCE + 1)
        # From the last SMS on, because a list of all of them takes longer than the sends.
        window = [("type", "OUT"), ("from", self._last_moment()), ("to", LAST_MOMENT)]

        def look() -> list[Reply]:
            with closing(self._context.new_client()) as client:
                barrier.wait()
                return [client.send("GET", "/sms", window) for _ in range(_AT_ONCE * _EACH)]

        def one(number: int) -> list[Reply]:
            with closing(self._context.new_client()) as client:
                barrier.wait()
                return [
                    client.send("POST", "/sms", document={"to": _TO, "body": f"{number} of {turn}"})
                    for turn in range(_EACH)
                ]

        with ThreadPoolExecutor(_AT_ONCE + 1) as pool:
            lists = pool.submit(look)
            replies = [reply for found in pool.map(one, range(_AT_ONCE)) for reply in found]
        for exchange in [self._context.record(DIRECTED, "POST /sms", reply) for reply in replies]:
            self._read_sent(exchange)
        for (
            reply
        ) in lists.result():  # judged last, when it is known which SMS existed at the time of each list
            self._context.record(DIRECTED, "GET /sms", reply)
        self._list()


_MESSAGES: Final[tuple[dict[str, Any], ...]] = (
    {"to": _TO, "body": "Your code is 4711."},
    {"to": _TO, "body": "Your code is 4712."},
    {"options": {"user_data": "4712"}, "body": "Your code is 4712.", "to": _TO},
    {"to": "+447700900123", "from": "My Shop", "body": "Reply %STOPNUM% 👍"},
    {"to": _TO, "body": "\u2026 \u2019 \u00a0", "options": {"force_encoding": None, "flash_message": False}},
    {
        "to": _TO,
        "body": "Your code is 4713.",
        "options": {
            "nature": "ALERTING",
            "webhook": {"endpoint": "https://example.com/callr", "hmac_secret": "s", "hmac_algo": "SHA512"},
        },
    },
)
