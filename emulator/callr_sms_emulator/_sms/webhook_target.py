"""The receiver of the events of an SMS or a subscription, as `options.webhook` has it."""

from __future__ import annotations

from functools import lru_cache
from urllib.parse import urlsplit, urlunsplit

import msgspec

from callr_sms_emulator._http_client import read_endpoint


def show_endpoint(url: str) -> str:
    """Return the URL without a password."""
    parts = urlsplit(url)
    if parts.password is None:
        return url
    return urlunsplit(parts._replace(netloc=f"{parts.username}:…@{parts.netloc.rpartition('@')[2]}"))


class Target(msgspec.Struct, frozen=True):
    """The properties of `options.webhook`, or of a subscription."""

    endpoint: str
    hmac_secret: str | None = None
    hmac_algo: str = "SHA256"


def read_target(target: bytes | str | None) -> Target:
    """Return the target of its JSON."""
    if target is None:
        raise ValueError("a delivery without a target")
    return msgspec.json.decode(target, type=Target)


@lru_cache(maxsize=4096)
def read_receiver(target: bytes) -> str:
    """Return the receiver of a target: `http://host:port`."""
    endpoint = read_endpoint(read_target(target).endpoint)
    return f"{'https' if endpoint.tls else 'http'}://{endpoint.host}:{endpoint.port}"
