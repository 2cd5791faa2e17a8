"""SOCKS5 (RFC 1928) with a login (RFC 1929): what is said to the proxy before TLS or the request.

The HTTP library's own SOCKS is not used: it logs the password, does not close a connection that the proxy
rejects, and fails when a reply comes in two pieces.
"""

from collections.abc import Generator
from typing import Final, NamedTuple

from ..._support import guard

_WORDS: Final = {
    1: "it failed",
    2: "its rules do not allow it",
    3: "the network is unreachable",
    4: "the host is unreachable or unknown",
    5: "the connection was refused",
    6: "the time to live expired",
    7: "it does not support the command",
    8: "it does not support this kind of address",
}
_ADDRESS_LENGTHS: Final = {1: 4, 4: 16}


class SocksError(Exception):
    """The proxy made no connection. The text is ours."""


class Step(NamedTuple):
    """What to do next.

    Attributes:
        send: The bytes to send.
        receive: The number of bytes to receive then.
    """

    send: bytes
    receive: int


def ask(host: str, port: int, auth: tuple[bytes, bytes] | None) -> Generator[Step, bytes, None]:
    """Ask the proxy for a connection. Yields steps, and is sent the bytes that were received.

    Raises:
        SocksError: The proxy made no connection.
    """
    with guard():
        from socksio import socks5  # noqa: PLC0415 - of the extra

    method = socks5.SOCKS5AuthMethod.USERNAME_PASSWORD if auth else socks5.SOCKS5AuthMethod.NO_AUTH_REQUIRED
    reply = yield Step(socks5.SOCKS5AuthMethodsRequest([method]).dumps(), 2)
    if reply[:1] != b"\x05":
        raise SocksError("it does not speak SOCKS5")
    if reply[1:] != method:
        raise SocksError("it does not accept the login" if auth else "it asks for a login")
    if auth:
        reply = yield Step(socks5.SOCKS5UsernamePasswordRequest(*auth).dumps(), 2)
        if reply[1:] != b"\x00":
            raise SocksError("it does not accept the login")
    request = socks5.SOCKS5CommandRequest.from_address(socks5.SOCKS5Command.CONNECT, (host, port))
    reply = yield Step(request.dumps(), 5)
    if reply[:1] != b"\x05":
        raise SocksError("it does not speak SOCKS5")
    if reply[1]:
        raise SocksError(_WORDS.get(reply[1], "it failed"))
    # The address that the proxy uses follows, and its port: nobody needs them.
    length = _ADDRESS_LENGTHS.get(reply[3], reply[4] + 1)
    yield Step(b"", length - 1 + 2)


def advance(steps: Generator[Step, bytes, None], received: bytes) -> Step | None:
    """Return the next step after these bytes; None when the connection is made.

    Raises:
        SocksError: The proxy made no connection.
    """
    try:
        return steps.send(received)
    except StopIteration:
        return None


def check_piece(piece: bytes) -> bytes:
    """Return what was received, unless it is the end.

    Raises:
        SocksError: The proxy closed the connection.
    """
    if not piece:
        raise SocksError("it closed the connection")
    return piece
