"""Requests and answers as they were sent: client, messages, listener, curl."""

from callr_sms_contract.wire.client import Client, Options, Pairs, Reply, basic, json_of
from callr_sms_contract.wire.connection import http_connection, open_socket
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
    Answer,
    Moments,
    Query,
    Request,
    basic_credentials,
    is_plain_path,
    joined,
    read_query,
)
from callr_sms_contract.wire.timing import moments_of, timed_requests

__all__ = [
    "HANG_UP",
    "WRONG",
    "Answer",
    "Client",
    "Listener",
    "LoopbackServer",
    "Moments",
    "Options",
    "Pairs",
    "Push",
    "Query",
    "Reply",
    "Request",
    "basic",
    "basic_credentials",
    "chunked_options",
    "credentials_of",
    "credentials_option",
    "curl",
    "http_connection",
    "is_plain_path",
    "joined",
    "json_of",
    "moments_of",
    "open_socket",
    "read_body",
    "read_chunks",
    "read_query",
    "timed_requests",
]
