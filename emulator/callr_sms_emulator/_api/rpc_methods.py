"""The methods of the JSON-RPC API."""

from typing import NamedTuple

from callr_sms_emulator._api.listing import LIST_PARAMETERS
from callr_sms_emulator._api.send import PARAMETERS as SEND_PARAMETERS

PATH = "/json-rpc/v1.1/"
FORMER_PATH = "/"
"""Where SDKs older than February 2017 call the methods: at `https://api.thecallr.com/` (sdk-old)."""

METHODS = {
    "sms.send": SEND_PARAMETERS,
    "sms.get": ("id",),
    "sms.get_list": LIST_PARAMETERS,
    "webhooks.subscribe": ("type", "endpoint", "options"),
    "webhooks.unsubscribe": ("hash",),
}
"""The parameters of each method, in order (sdk, clients)."""

METHOD_OPERATIONS = {"sms.send": "sendSms", "sms.get": "getSms", "sms.get_list": "listSms"}
"""The operation ids of the contract, by method; the REST API has no operation for a subscription."""


def is_json_rpc(method: str, raw_path: bytes) -> bool:
    """Return whether a request is for the JSON-RPC API; the last slash is optional (choice).

    At the former path it shares the start of the page, which takes no POST.
    """
    if raw_path == FORMER_PATH.encode():
        return method == "POST"
    return raw_path in {PATH.encode(), PATH.rstrip("/").encode()}


class Call(NamedTuple):
    """A valid call. The response repeats `id`."""

    id: object
    method: str
    parameters: list[object]
