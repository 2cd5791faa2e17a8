"""How long a URL the server takes: no source promises more than 8,000 octets, and many servers end there.

A longer one is answered by whatever reads HTTP below the API, with 414 or 431, or the connection ends. That
breaks no contract, so such requests are sent to those servers alone that take them.
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
"""What RFC 9110 (4.1) asks of every server, for the whole URL."""
_LENGTHS: Final = (110_000, 60_000, 40_000)
"""Any text of 255 parts; one that is all ASCII, in a line of 64 KiB; and that alone."""
_ROOM: Final = 500
"""For all that is not the query."""


def longest_query(settings: Settings) -> int:
    """How many octets of a query the server takes. It is asked for a list, with a parameter too much."""
    window = {"type": "OUT", "from": "2024-03-19 00:00:00", "to": "2024-03-19 23:59:59"}
    with closing(Client(settings.base_url, settings.login, settings.password)) as client:
        for length in _LENGTHS:
            _, response, _ = client.send("GET", "/sms", {**window, "long": "x" * length}.items())
            if isinstance(parsed_json(response), dict):
                return length
    return _PROMISED - _ROOM


def shorter_than(length: int) -> Callable[[HookContext, Case[Any]], bool]:
    """The hook of schemathesis that keeps the cases whose query has up to so many octets."""

    def filter_case(_: HookContext, case: Case[Any]) -> bool:
        return octets(case.query or {}) <= length

    return filter_case


def octets(query: Mapping[str, Any]) -> int:
    """How long a query is in a URL."""
    return len(urlencode(query, doseq=True, errors="surrogatepass"))
