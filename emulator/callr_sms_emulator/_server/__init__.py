"""The server: uvicorn, with the emulator's own HTTP protocol, TLS and sockets."""

from callr_sms_emulator._server.server import Server, base_url, listen, raise_file_limit
from callr_sms_emulator._server.tls import Certificate, TlsError, find_certificate

__all__ = ["Certificate", "Server", "TlsError", "base_url", "find_certificate", "listen", "raise_file_limit"]
