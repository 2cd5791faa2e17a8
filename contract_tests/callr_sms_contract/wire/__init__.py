"""Requests and responses as they were sent: client, messages, listener, curl."""

from callr_sms_contract.wire.client import (
    Client,
    Options,
    Pairs,
    Reply,
    basic_header,
    parsed_json,
    waited_for,
)
from callr_sms_contract.wire.connection import http_connection, open_socket, presenting
from callr_sms_contract.wire.curl_command import (
    WRONG,
    chunked_options,
    credentials_of,
    credentials_option,
    curl,
)
from callr_sms_contract.wire.json_body import read_body
from callr_sms_contract.wire.listener import HANG_UP, Listener, LoopbackServer, Push, read_chunks
from callr_sms_contract.wire.messages import (
    Query,
    Request,
    Response,
    Timing,
    basic_credentials,
    is_plain_path,
    join_headers,
    read_query,
)
from callr_sms_contract.wire.pace import Pace, is_limited, is_read, is_vague, paced
from callr_sms_contract.wire.timing import is_stand_in, timed_requests, timing_of

__all__ = [
    "HANG_UP",
    "WRONG",
    "Client",
    "Listener",
    "LoopbackServer",
    "Options",
    "Pace",
    "Pairs",
    "Push",
    "Query",
    "Reply",
    "Request",
    "Response",
    "Timing",
    "basic_credentials",
    "basic_header",
    "chunked_options",
    "credentials_of",
    "credentials_option",
    "curl",
    "http_connection",
    "is_limited",
    "is_plain_path",
    "is_read",
    "is_stand_in",
    "is_vague",
    "join_headers",
    "open_socket",
    "paced",
    "parsed_json",
    "presenting",
    "read_body",
    "read_chunks",
    "read_query",
    "timed_requests",
    "timing_of",
    "waited_for",
]
