"""The server: uvicorn, with the emulator's own HTTP protocol, TLS and sockets."""

from callr_sms_emulator._server.addresses import LOOPBACK, ListenError, base_url, listen_on
from callr_sms_emulator._server.server import Server, raise_file_limit
from callr_sms_emulator._server.tls import Certificate, TlsError, find_certificate

__all__ = [
    "LOOPBACK",
    "Certificate",
    "ListenError",
    "Server",
    "TlsError",
    "base_url",
    "find_certificate",
    "listen_on",
    "raise_file_limit",
]
