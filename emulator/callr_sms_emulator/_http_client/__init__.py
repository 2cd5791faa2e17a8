"""A small HTTP/1.1 client on httptools: it sends requests as they are, and knows nothing of deliveries."""

from callr_sms_emulator._http_client.client import HttpClient
from callr_sms_emulator._http_client.connection import HttpResponse, OnResponse
from callr_sms_emulator._http_client.endpoint import Endpoint, read_endpoint
from callr_sms_emulator._http_client.errors import (
    ConnectError,
    ResponseTimeoutError,
    TransportError,
)
from callr_sms_emulator._http_client.resolver import Resolver, addresses_of

__all__ = [
    "ConnectError",
    "Endpoint",
    "HttpClient",
    "HttpResponse",
    "OnResponse",
    "Resolver",
    "ResponseTimeoutError",
    "TransportError",
    "addresses_of",
    "read_endpoint",
]
