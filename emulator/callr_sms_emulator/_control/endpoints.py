"""The table of all endpoints of the control API; `control.yaml` describes the same ones."""

from __future__ import annotations

from enum import Enum, auto
from typing import TYPE_CHECKING, NamedTuple

from callr_sms_emulator._control import (
    accounts,
    clock,
    conversations,
    deliveries,
    docs,
    events,
    export,
    faults,
    health,
    incoming,
    inspection,
    metrics,
    requests,
    scenarios,
    sessions,
    sms,
    timings,
    traffic_rules,
    webhooks,
)

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from callr_sms_emulator._control.request import ControlRequest
    from callr_sms_emulator._http import Response


_READING = ("/_emulator/parts", "/_emulator/session")


class Access(Enum):
    """The credentials that an endpoint requires: none, those of an account, the admin token, or either."""

    ANYBODY = auto()
    ACCOUNT = auto()
    ADMIN = auto()
    EITHER = auto()


class Endpoint(NamedTuple):
    """A method on a path; a name in braces stands for one segment."""

    method: str
    path: str
    access: Access
    handler: Callable[[ControlRequest], Awaitable[Response]]

    @property
    def changes(self) -> bool:
        """Whether it changes anything."""
        return self.method != "GET" and self.path not in _READING


ENDPOINTS = (
    Endpoint("GET", "/_emulator/health", Access.ANYBODY, health.read),
    Endpoint("GET", "/_emulator/metrics", Access.ANYBODY, metrics.read),
    Endpoint("GET", "/_emulator/docs", Access.ANYBODY, docs.read_reference),
    Endpoint("GET", "/_emulator/openapi.json", Access.ANYBODY, docs.read_openapi),
    Endpoint("GET", "/_emulator/accounts", Access.ADMIN, accounts.list_),
    Endpoint("POST", "/_emulator/accounts", Access.ADMIN, accounts.create),
    Endpoint("DELETE", "/_emulator/accounts/{login}", Access.ADMIN, accounts.delete),
    Endpoint("GET", "/_emulator/account", Access.ACCOUNT, accounts.read),
    Endpoint("POST", "/_emulator/session", Access.EITHER, sessions.create),
    Endpoint("POST", "/_emulator/reset", Access.EITHER, accounts.reset),
    Endpoint("GET", "/_emulator/events", Access.ACCOUNT, events.follow),
    Endpoint("GET", "/_emulator/export", Access.ACCOUNT, export.export_account),
    Endpoint("POST", "/_emulator/import", Access.ACCOUNT, export.import_account),
    Endpoint("GET", "/_emulator/clock", Access.ACCOUNT, clock.read),
    Endpoint("POST", "/_emulator/clock", Access.ACCOUNT, clock.update),
    Endpoint("DELETE", "/_emulator/clock", Access.ACCOUNT, clock.reset),
    Endpoint("GET", "/_emulator/timings", Access.ACCOUNT, timings.read),
    Endpoint("POST", "/_emulator/timings", Access.ACCOUNT, timings.update),
    Endpoint("DELETE", "/_emulator/timings", Access.ACCOUNT, timings.reset),
    Endpoint("GET", "/_emulator/traffic-rules", Access.ACCOUNT, traffic_rules.read_rules),
    Endpoint("POST", "/_emulator/traffic-rules", Access.ACCOUNT, traffic_rules.update_rules),
    Endpoint("DELETE", "/_emulator/traffic-rules", Access.ACCOUNT, traffic_rules.reset_rules),
    Endpoint("GET", "/_emulator/unsubscribed", Access.ACCOUNT, traffic_rules.list_),
    Endpoint("POST", "/_emulator/unsubscribed", Access.ACCOUNT, traffic_rules.add),
    Endpoint("DELETE", "/_emulator/unsubscribed/{number}", Access.ACCOUNT, traffic_rules.remove),
    Endpoint("GET", "/_emulator/faults", Access.ACCOUNT, faults.list_),
    Endpoint("POST", "/_emulator/faults", Access.ACCOUNT, faults.create),
    Endpoint("DELETE", "/_emulator/faults", Access.ACCOUNT, faults.delete_all),
    Endpoint("GET", "/_emulator/faults/{id}", Access.ACCOUNT, faults.read),
    Endpoint("DELETE", "/_emulator/faults/{id}", Access.ACCOUNT, faults.delete),
    Endpoint("GET", "/_emulator/outcomes", Access.ANYBODY, scenarios.read),
    Endpoint("GET", "/_emulator/sms", Access.ACCOUNT, sms.search),
    Endpoint("DELETE", "/_emulator/sms", Access.ACCOUNT, sms.delete_matching),
    Endpoint("GET", "/_emulator/sms/{hash}", Access.ACCOUNT, inspection.read),
    Endpoint("DELETE", "/_emulator/sms/{hash}", Access.ACCOUNT, sms.delete),
    Endpoint("POST", "/_emulator/sms/{hash}/end", Access.ACCOUNT, inspection.end),
    Endpoint("POST", "/_emulator/parts", Access.ACCOUNT, inspection.count_parts),
    Endpoint("GET", "/_emulator/conversations", Access.ACCOUNT, conversations.list_),
    Endpoint("GET", "/_emulator/conversations/{number}", Access.ACCOUNT, conversations.read),
    Endpoint("POST", "/_emulator/conversations/read", Access.ACCOUNT, conversations.mark_read),
    Endpoint("GET", "/_emulator/sms/wait", Access.ACCOUNT, sms.wait),
    Endpoint("POST", "/_emulator/sms/incoming", Access.ACCOUNT, incoming.create),
    Endpoint("GET", "/_emulator/requests", Access.EITHER, requests.list_),
    Endpoint("DELETE", "/_emulator/requests", Access.EITHER, requests.delete_all),
    Endpoint("GET", "/_emulator/requests/{id}", Access.EITHER, requests.read),
    Endpoint("GET", "/_emulator/requests/verify", Access.EITHER, requests.verify),
    Endpoint("GET", "/_emulator/webhooks", Access.ACCOUNT, webhooks.list_),
    Endpoint("POST", "/_emulator/webhooks", Access.ACCOUNT, webhooks.create),
    Endpoint("DELETE", "/_emulator/webhooks/{hash}", Access.ACCOUNT, webhooks.delete),
    Endpoint("GET", "/_emulator/webhooks/deliveries", Access.ACCOUNT, deliveries.list_),
    Endpoint("GET", "/_emulator/webhooks/deliveries/{id}", Access.ACCOUNT, deliveries.read),
    Endpoint("POST", "/_emulator/webhooks/deliveries/{id}/resend", Access.ACCOUNT, deliveries.resend),
)
