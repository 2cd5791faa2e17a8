"""A server that answers all requests alike, as quickly as Python can: `python -m benchmarks._server ANSWER`.

It prints its port. The answer to a POST is a hash, to all else the JSON of the file ANSWER.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

HASH = "8242D945"
_END = b"\r\n\r\n"


class _Speaker(asyncio.Protocol):
    """One connection: requests of any number, one after the other."""

    def __init__(self, read: bytes, sent: bytes) -> None:
        self._read, self._sent = read, sent
        self._buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Remember where to answer."""
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - tells the type checker
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Answer when a request is complete."""
        self._buffer += data
        head, found, body = self._buffer.partition(_END)
        if found and len(body) >= _length(head):
            self._buffer = b""
            self._transport.write(self._sent if head.startswith(b"POST") else self._read)


def _length(head: bytes) -> int:
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    return 0


def _answer(body: bytes) -> bytes:
    return b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s" % (
        len(body),
        body,
    )


async def _serve(read: bytes) -> None:
    sent = b'{"status":"success","data":"%s"}' % HASH.encode()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: _Speaker(_answer(read), _answer(sent)), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)  # noqa: T201 - the process that started it reads this
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_serve(Path(sys.argv[1]).read_bytes()))
