"""Routing: which endpoint a method and a raw path belong to."""

from enum import Enum
from typing import NamedTuple

from callr_sms_emulator import _errors
from callr_sms_emulator._http import decode_segment

BASE_PATH = "/rest/v1.1"
CONTROL_PATH = "/_emulator/"


class Endpoint(Enum):
    """The four endpoints (seed), and their operation ids in the contract."""

    LIST = "listSms"
    SEND = "sendSms"
    SEND_BY_QUERY = "sendSmsByQuery"
    GET = "getSms"


class Route(NamedTuple):
    """An endpoint, and the hash in its path (empty if the path has no hash)."""

    endpoint: Endpoint
    sms_hash: str = ""


_SMS = {"GET": Route(Endpoint.LIST), "POST": Route(Endpoint.SEND)}
_SMS_SEND = {"GET": Route(Endpoint.SEND_BY_QUERY)}
_FIXED = {f"{BASE_PATH}/sms".encode(): _SMS, f"{BASE_PATH}/sms/send".encode(): _SMS_SEND}


def is_api(raw_path: bytes) -> bool:
    """Return whether a path belongs to the REST API, where credentials are required."""
    return raw_path.startswith(BASE_PATH.encode() + b"/") or raw_path == BASE_PATH.encode()


def find_route(method: str, raw_path: bytes) -> Route:
    """Return the endpoint.

    The method is checked before the hash: a wrong method on any SMS is a 405.

    Raises:
        NotFoundError: No endpoint has this path.
        MethodNotAllowedError: The endpoint does not have this method; neither has any `HEAD` (choice).
    """
    routes = _FIXED.get(raw_path) or _read_path(raw_path)
    route = routes.get(method)
    if route is None:
        raise _errors.method_not_allowed(method, *routes)
    return route


def _read_path(raw_path: bytes) -> dict[str, Route]:
    """Decode each segment: an escaped slash is not a separator (RFC 3986, 2.2)."""
    segments = raw_path.removeprefix(BASE_PATH.encode() + b"/").split(b"/")
    match [decode_segment(each) for each in segments]:
        case ["sms"]:
            return _SMS
        case ["sms", "send"]:
            return _SMS_SEND
        case ["sms", sms_hash] if sms_hash:
            return {"GET": Route(Endpoint.GET, sms_hash)}
    raise _errors.no_endpoint(raw_path.decode("latin-1"), BASE_PATH)
