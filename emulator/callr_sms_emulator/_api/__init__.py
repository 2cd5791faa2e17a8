"""The vendor's API: its routes, and the validation of requests."""

from callr_sms_emulator._api.listing import ListRequest, read_list, read_listing
from callr_sms_emulator._api.options import (
    FORMER_OPTIONS,
    USER_DATA_LIMIT,
    read_endpoint,
    read_hmac_algorithm,
    read_hmac_secret,
    read_options,
    read_subscription_options,
)
from callr_sms_emulator._api.routes import BASE_PATH, CONTROL_PATH, Endpoint, Route, find_route, is_api
from callr_sms_emulator._api.rpc_methods import METHOD_OPERATIONS, METHODS, PATH, Call, is_json_rpc
from callr_sms_emulator._api.send import (
    EXPECTED_BODY,
    PARAMETERS,
    SendRequest,
    is_sender,
    read_recipient,
    read_send,
    read_send_query,
    reject_unknown,
)

__all__ = [
    "BASE_PATH",
    "CONTROL_PATH",
    "EXPECTED_BODY",
    "FORMER_OPTIONS",
    "METHODS",
    "METHOD_OPERATIONS",
    "PARAMETERS",
    "PATH",
    "USER_DATA_LIMIT",
    "Call",
    "Endpoint",
    "ListRequest",
    "Route",
    "SendRequest",
    "find_route",
    "is_api",
    "is_json_rpc",
    "is_sender",
    "read_endpoint",
    "read_hmac_algorithm",
    "read_hmac_secret",
    "read_list",
    "read_listing",
    "read_options",
    "read_recipient",
    "read_send",
    "read_send_query",
    "read_subscription_options",
    "reject_unknown",
]
