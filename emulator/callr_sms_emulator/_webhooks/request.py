"""The HTTP request of a delivery."""

from __future__ import annotations

from functools import lru_cache
from importlib.metadata import version
from typing import TYPE_CHECKING

import msgspec

from callr_sms_emulator._http_client import Endpoint, read_endpoint
from callr_sms_emulator._sms import Target, read_target
from callr_sms_emulator._webhooks.payload import write_body
from callr_sms_emulator._webhooks.signature import sign

if TYPE_CHECKING:
    from callr_sms_emulator._storage import Delivery

_AGENT = f"CALLR/API (callr-sms-emulator {version('callr-sms-emulator')})"


class WebhookRequest(msgspec.Struct):
    """A POST request in bytes. `shown` is its head without credentials."""

    endpoint: Endpoint
    data: bytes
    shown: str


@lru_cache(maxsize=4096)
def _prepare(target: str | None) -> tuple[Target, Endpoint, str]:
    found = read_target(target)
    endpoint = read_endpoint(found.endpoint)
    lines = (
        f"POST {endpoint.target} HTTP/1.1",
        f"Host: {endpoint.host_header}",
        f"User-Agent: {_AGENT}",
        "Accept: */*",
        "Content-Type: application/json",
        "Content-Length: ",
    )
    return found, endpoint, "\r\n".join(lines)


def write_request(delivery: Delivery) -> WebhookRequest:
    """Return the request of the next attempt; its number, and so its signature, differ from the last."""
    settings, endpoint, prefix = _prepare(delivery.target)
    body = write_body(
        delivery.event_id,
        delivery.event_at,
        delivery.hook_hash,
        delivery.tries,
        delivery.type,
        delivery.sms,
    )
    head = f"{prefix}{len(body)}\r\nX-CALLR-EventId: {delivery.event_id}\r\n"
    if settings.hmac_secret is not None:
        head += f"X-CALLR-HmacSignature: {sign(body, settings.hmac_secret, settings.hmac_algo)}\r\n"
    shown = head + "\r\n"
    if endpoint.authorization:
        head += f"Authorization: {endpoint.authorization}\r\n"
    return WebhookRequest(endpoint, f"{head}\r\n".encode("ascii") + body, shown)
