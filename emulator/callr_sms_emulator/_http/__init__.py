"""HTTP: requests, responses and JSON, for the vendor's API and the control API."""

from callr_sms_emulator._http.asgi import Headers, Receive, Scope, Send
from callr_sms_emulator._http.json_body import is_too_deep, read_object, read_value
from callr_sms_emulator._http.query_string import decode_segment, read_query
from callr_sms_emulator._http.request import (
    CONNECTION,
    FAULT_HEADER,
    Connection,
    Disconnected,
    NoResponse,
    Request,
)
from callr_sms_emulator._http.response import (
    ENVELOPE,
    JSON_TYPE,
    Response,
    error_response,
    join_body,
    send_response,
    success_response,
    write_error,
)

__all__ = [
    "CONNECTION",
    "ENVELOPE",
    "FAULT_HEADER",
    "JSON_TYPE",
    "Connection",
    "Disconnected",
    "Headers",
    "NoResponse",
    "Receive",
    "Request",
    "Response",
    "Scope",
    "Send",
    "decode_segment",
    "error_response",
    "is_too_deep",
    "join_body",
    "read_object",
    "read_query",
    "read_value",
    "send_response",
    "success_response",
    "write_error",
]
