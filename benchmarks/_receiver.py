"""A receiver of webhooks as lean as Python allows, for a process of its own: it prints its port and answers.

`python -m benchmarks._receiver 200` answers 200 to everything; `silent` reads and never answers.
"""

import asyncio
import sys

import uvloop

_END = b"\r\n\r\n"
_LENGTH = b"content-length:"


class Receiver(asyncio.Protocol):
    """Reads requests with a `Content-Length` and says the same to each."""

    answer = b""

    def __init__(self) -> None:
        self._rest = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Called when a connection is open: keep its transport."""
        self._transport = transport  # type: ignore[assignment] # asyncio's own annotation is too wide

    def data_received(self, data: bytes) -> None:
        """Answer each request that is complete."""
        self._rest += data
        while (end := self._rest.find(_END)) >= 0:
            head = self._rest[:end].lower()
            start = head.find(_LENGTH) + len(_LENGTH)
            stop = end + len(_END) + int(head[start:].split(b"\r\n", 1)[0])
            if len(self._rest) < stop:
                return
            self._rest = self._rest[stop:]
            if self.answer and self._transport is not None:
                self._transport.write(self.answer)


async def _serve() -> None:
    server = await asyncio.get_running_loop().create_server(Receiver, "127.0.0.1", 0, backlog=1024)
    print(server.sockets[0].getsockname()[1], flush=True)  # noqa: T201 - the process that started it reads this
    await server.serve_forever()


if __name__ == "__main__":
    if sys.argv[1] != "silent":
        Receiver.answer = b"HTTP/1.1 %d Answer\r\nContent-Length: 2\r\n\r\nok" % int(sys.argv[1])
    uvloop.run(_serve())
