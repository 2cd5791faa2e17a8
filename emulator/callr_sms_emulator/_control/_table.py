"""Every endpoint of the control API, in one table; `control.yaml` describes the same ones."""

from __future__ import annotations

from enum import Enum, auto
from typing import TYPE_CHECKING, NamedTuple

from callr_sms_emulator._control import (
    _accounts,
    _clock,
    _deliveries,
    _documents,
    _faults,
    _finding,
    _health,
    _incoming,
    _outcomes,
    _requests,
    _timings,
    _transfer,
    _webhooks,
)

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from callr_sms_emulator._control._request import Request
    from callr_sms_emulator._http import Answer


class Access(Enum):
    """Who may ask: anybody, an account for itself, who has the admin token, or each of these two."""

    ANYBODY = auto()
    ACCOUNT = auto()
    ADMIN = auto()
    EITHER = auto()


class Endpoint(NamedTuple):
    """A method on a path; names in braces are one segment of it each."""

    method: str
    path: str
    access: Access
    handler: Callable[[Request], Awaitable[Answer]]


ENDPOINTS = (
    Endpoint("GET", "/_emulator/health", Access.ANYBODY, _health.show),
    Endpoint("GET", "/_emulator/docs", Access.ANYBODY, _documents.show_reference),
    Endpoint("GET", "/_emulator/openapi.json", Access.ANYBODY, _documents.show_openapi),
    Endpoint("GET", "/_emulator/accounts", Access.ADMIN, _accounts.list_all),
    Endpoint("POST", "/_emulator/accounts", Access.ADMIN, _accounts.add),
    Endpoint("DELETE", "/_emulator/accounts/{login}", Access.ADMIN, _accounts.remove),
    Endpoint("GET", "/_emulator/account", Access.ACCOUNT, _accounts.show),
    Endpoint("POST", "/_emulator/reset", Access.EITHER, _accounts.reset),
    Endpoint("GET", "/_emulator/export", Access.ACCOUNT, _transfer.give),
    Endpoint("POST", "/_emulator/import", Access.ACCOUNT, _transfer.take),
    Endpoint("GET", "/_emulator/clock", Access.ACCOUNT, _clock.show),
    Endpoint("POST", "/_emulator/clock", Access.ACCOUNT, _clock.set_),
    Endpoint("DELETE", "/_emulator/clock", Access.ACCOUNT, _clock.forget),
    Endpoint("GET", "/_emulator/timings", Access.ACCOUNT, _timings.show),
    Endpoint("POST", "/_emulator/timings", Access.ACCOUNT, _timings.set_),
    Endpoint("DELETE", "/_emulator/timings", Access.ACCOUNT, _timings.forget),
    Endpoint("GET", "/_emulator/faults", Access.ACCOUNT, _faults.list_all),
    Endpoint("POST", "/_emulator/faults", Access.ACCOUNT, _faults.add),
    Endpoint("DELETE", "/_emulator/faults", Access.ACCOUNT, _faults.clear),
    Endpoint("GET", "/_emulator/faults/{id}", Access.ACCOUNT, _faults.show),
    Endpoint("DELETE", "/_emulator/faults/{id}", Access.ACCOUNT, _faults.remove),
    Endpoint("GET", "/_emulator/outcomes", Access.ANYBODY, _outcomes.show),
    Endpoint("GET", "/_emulator/sms", Access.ACCOUNT, _finding.search),
    Endpoint("GET", "/_emulator/sms/wait", Access.ACCOUNT, _finding.wait),
    Endpoint("POST", "/_emulator/sms/incoming", Access.ACCOUNT, _incoming.receive),
    Endpoint("GET", "/_emulator/requests", Access.EITHER, _requests.list_all),
    Endpoint("DELETE", "/_emulator/requests", Access.EITHER, _requests.forget),
    Endpoint("GET", "/_emulator/requests/{id}", Access.EITHER, _requests.show),
    Endpoint("GET", "/_emulator/requests/verify", Access.EITHER, _requests.verify),
    Endpoint("GET", "/_emulator/webhooks", Access.ACCOUNT, _webhooks.list_all),
    Endpoint("POST", "/_emulator/webhooks", Access.ACCOUNT, _webhooks.add),
    Endpoint("DELETE", "/_emulator/webhooks/{hash}", Access.ACCOUNT, _webhooks.remove),
    Endpoint("GET", "/_emulator/webhooks/deliveries", Access.ACCOUNT, _deliveries.list_all),
    Endpoint("GET", "/_emulator/webhooks/deliveries/{id}", Access.ACCOUNT, _deliveries.show),
    Endpoint("POST", "/_emulator/webhooks/deliveries/{id}/resend", Access.ACCOUNT, _deliveries.resend),
)
