"""10,000 SMS out of JSON, without and with reading every field, against `json.loads` of the same bytes."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from benchmarks._measure import Goal, Result, Scale, alternate
from benchmarks._messages import envelope, make_sms
from benchmarks._stock import stock_list
from callr_sms_client import Callr, Response

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from callr_sms_client import Request

_SMS = 10_000
_LOADS, _LIST = "json.loads", "sms.list"
_READ = "sms.list, every field read"
_STOCK, _STOCK_READ = "stock openapi-python-client", "stock openapi-python-client, every field read"
_GOALS = (
    Goal(_LIST, _LOADS, 1.5),
    Goal(_READ, _LOADS),
    Goal(_STOCK, _LOADS),
    Goal(_STOCK_READ, _LOADS),
)
_FIELDS = (
    *("type", "hash", "from_", "to", "text", "encoding", "user_data", "b_customer_mode", "b_customer_debit"),
    *("network", "status", "status_error", "parts", "nature"),
    *("date_creation", "date_update", "date_sent", "date_received"),
)
_OPTIONS = ("force_encoding", "nature", "flash_message", "user_data", "webhook")
# What the stock client calls them.
_STOCK_NAMES = {"type": "type_", "hash": "hash_"}
_CHANGE = ("old_status", "new_status", "updated_at")


class _Answering:
    """A transport whose every answer is the same body."""

    def __init__(self, body: bytes) -> None:
        self._body = body

    def send(self, request: Request) -> Response:  # noqa: ARG002 - whatever is asked
        return Response(200, {"content-type": "application/json"}, self._body)

    def close(self) -> None:
        """Do nothing: there is no connection."""


def measure(scale: Scale) -> Result:
    """Parse the same bytes in each case of each round."""
    count = scale.of(_SMS)
    body = envelope([make_sms(number) for number in range(count)])
    now = datetime.now(UTC)
    stock_fields = tuple(_STOCK_NAMES.get(name, name) for name in _FIELDS)
    with Callr("login", "password", transport=_Answering(body)) as callr, stock_list() as stock:
        cases: dict[str, Callable[[], object]] = {
            _LOADS: lambda: json.loads(body),
            _LIST: lambda: callr.sms.list(type="OUT", from_=now, to=now),
            _READ: lambda: _read(callr.sms.list(type="OUT", from_=now, to=now), _FIELDS),
            _STOCK: lambda: stock(json.loads(body)),
            _STOCK_READ: lambda: _read(stock(json.loads(body)), stock_fields),
        }
        return alternate(f"{count:,} SMS, {len(body):,} bytes", cases, _GOALS, scale.rounds)


def _read(messages: Iterable[Any], fields: tuple[str, ...]) -> Iterable[Any]:
    """Read every field, those of the options and of the history too, and keep the messages."""
    for sms in messages:
        _read_fields(sms, fields)
        if sms.options is not None:
            _read_fields(sms.options, _OPTIONS)
        for change in sms.status_history:
            _read_fields(change, _CHANGE)
    return messages


def _read_fields(model: object, names: tuple[str, ...]) -> None:
    for name in names:
        getattr(model, name)
