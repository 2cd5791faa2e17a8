"""Tunnels through a proxy: SOCKS5, and TLS inside of the TLS connection to the proxy."""

from .socks import SocksError, advance, ask, check_piece
from .tls_in_tls import TlsInTls

__all__ = ["SocksError", "TlsInTls", "advance", "ask", "check_piece"]
