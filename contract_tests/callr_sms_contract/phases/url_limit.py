"""How long a URL the server accepts: no source promises more than 8,000 octets, the limit of many servers.

A server or proxy rejects a longer one with 414 or 431, or closes the connection, before the API sees it. That
breaks no contract, so such requests are made only of servers that accept them.
"""

from collections.abc import Callable, Mapping
from contextlib import closing
from typing import Any, Final
from urllib.parse import urlencode

from schemathesis.generation.case import Case
from schemathesis.hooks import HookContext

from callr_sms_contract.settings import Settings
from callr_sms_contract.wire import Client, parsed_json

_PROMISED: Final = 8_000
"""The length of a whole URL that RFC 9110 (4.1) asks every server to accept."""
_LENGTHS: Final = (110_000, 60_000, 40_000)
"""For any text of 255 parts; for one in ASCII, in a line of 64 KiB; and for that text alone."""
_ROOM: Final = 500
"""The rest of the request line."""


def longest_query(settings: Settings) -> int:
    """Return how many octets of a query the server accepts, found with an unknown parameter of a list."""
    window = {"type": "OUT", "from": "2024-03-19 00:00:00", "to": "2024-03-19 23:59:59"}
    with closing(Client(settings.base_url, settings.login, settings.password)) as client:
        for length in _LENGTHS:
            _, response, _ = client.send("GET", "/sms", {**window, "long": "x" * length}.items())
            if isinstance(parsed_json(response), dict):
                return length
    return _PROMISED - _ROOM


def unless(is_left_out: Callable[[Mapping[str, Any]], bool]) -> Callable[[HookContext, Case[Any]], bool]:
    """Return the hook of schemathesis that leaves cases out by their queries."""

    def filter_case(_: HookContext, case: Case[Any]) -> bool:
        return not is_left_out(case.query or {})

    return filter_case


def shorter_than(length: int) -> Callable[[HookContext, Case[Any]], bool]:
    """Return the hook of schemathesis that keeps cases with queries of up to `length` octets."""

    def filter_case(_: HookContext, case: Case[Any]) -> bool:
        return octets(case.query or {}) <= length

    return filter_case


def octets(query: Mapping[str, Any]) -> int:
    """Return the length of a query in a URL."""
    return len(urlencode(query, doseq=True, errors="surrogatepass"))
