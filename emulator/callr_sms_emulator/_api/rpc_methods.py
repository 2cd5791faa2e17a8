"""The methods of the JSON-RPC door, and a call of one."""

from typing import NamedTuple

from callr_sms_emulator._api.listing import LIST_PARAMETERS
from callr_sms_emulator._api.send import PARAMETERS as SEND_PARAMETERS

PATH = "/json-rpc/v1.1/"

METHODS = {"sms.send": SEND_PARAMETERS, "sms.get": ("id",), "sms.get_list": LIST_PARAMETERS}
"""What can be called, and the names of its parameters in their order."""


def is_json_rpc(raw_path: bytes) -> bool:
    """Tell whether a path is this door; the slash at its end may be missing (choice)."""
    return raw_path in {PATH.encode(), PATH.rstrip("/").encode()}


class Call(NamedTuple):
    """A valid request. `id` is for the answer to repeat; UNSET marks a notification, which gets none."""

    id: object
    method: str
    parameters: list[object]
