"""Where the events of a hook go, and the key that signs them."""

from functools import lru_cache

import msgspec

from callr_sms_emulator._webhooks._endpoint import read_endpoint


class Target(msgspec.Struct, frozen=True):
    """What `options.webhook` has, or a subscription."""

    endpoint: str
    hmac_secret: str | None = None
    hmac_algo: str = "SHA256"


def read_target(target: bytes | str | None) -> Target:
    """Read the JSON of a hook."""
    if target is None:
        raise ValueError("a delivery without a hook")
    return msgspec.json.decode(target, type=Target)


@lru_cache(maxsize=4096)
def read_receiver(target: bytes) -> str:
    """Give the receiver of a hook: `http://host:port`."""
    endpoint = read_endpoint(read_target(target).endpoint)
    return f"{'https' if endpoint.tls else 'http'}://{endpoint.host}:{endpoint.port}"
