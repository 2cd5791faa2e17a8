"""Sends requests over kept connections; follows no redirect and uses no proxy."""

from __future__ import annotations

import asyncio
import ssl
from collections import defaultdict
from typing import TYPE_CHECKING, Any

from callr_sms_emulator._http_client.connection import Connection
from callr_sms_emulator._http_client.errors import ConnectError, StaleConnectionError

if TYPE_CHECKING:
    from callr_sms_emulator._http_client.connection import HttpResponse, OnResponse
    from callr_sms_emulator._http_client.endpoint import Endpoint
    from callr_sms_emulator._http_client.resolver import Resolver

_IDLE_S = 4.0  # that an unused connection is kept


class Exchange:
    """One request, from the search for a connection to its response, unless it is cancelled before."""

    __slots__ = ("_connecting", "_connection", "_endpoint", "_on_response", "_request", "_sender")

    def __init__(
        self, sender: HttpClient, endpoint: Endpoint, request: bytes, on_response: OnResponse
    ) -> None:
        self._sender = sender
        self._endpoint = endpoint
        self._request = request
        self._on_response = on_response
        self._connection: Connection | None = None
        self._connecting: asyncio.Task[Connection] | None = None

    def send(self, connection: Connection) -> None:
        """Send the request over a connection."""
        self._connection = connection
        connection.send(self._request, self._sender.timeout, self._note_response)

    def connect(self) -> None:
        """Send the request over a new connection."""
        task = asyncio.get_running_loop().create_task(self._sender.connect(self._endpoint))
        task.add_done_callback(self._note_connected)
        self._connecting = task

    def cancel(self) -> None:
        """Drop the request, without a call to `on_response`."""
        if self._connecting is not None:
            self._connecting.cancel()
            self._connecting.remove_done_callback(self._note_connected)
            self._connecting.add_done_callback(_close)
        if self._connection is not None:
            self._connection.close()

    def _note_connected(self, task: asyncio.Task[Connection]) -> None:
        self._connecting = None
        error = task.exception()
        if error is None:
            self.send(task.result())
        elif isinstance(error, Exception):
            self._on_response(error)

    def _note_response(self, end: HttpResponse | Exception) -> None:
        connection, self._connection = self._connection, None
        if isinstance(end, StaleConnectionError):  # the receiver saw nothing of this request
            self.connect()
            return
        if connection is not None and connection.usable:
            self._sender.keep(self._endpoint, connection)
        self._on_response(end)


def _close(connecting: asyncio.Task[Connection]) -> None:
    """Close a connection that is no longer needed."""
    if not connecting.cancelled() and connecting.exception() is None:
        connecting.result().close()


class HttpClient:
    """Sends requests, as many at a time as the caller wants.

    `timeout` is in seconds: for the connection, name resolution and TLS included, and again for the response.
    """

    def __init__(self, resolver: Resolver, timeout: float) -> None:
        self._resolver = resolver
        self.timeout = timeout
        self._idle: dict[tuple[bool, str, int], list[Connection]] = defaultdict(list)
        self._context: ssl.SSLContext | None = None
        self._sweep: asyncio.TimerHandle | None = None

    def send(self, endpoint: Endpoint, request: bytes, on_response: OnResponse) -> Exchange:
        """Send one request; `on_response` is called with its response, or with a `TransportError`."""
        exchange = Exchange(self, endpoint, request, on_response)
        idle = self._idle[endpoint.origin]
        while idle:
            connection = idle.pop()
            if connection.usable:
                exchange.send(connection)
                return exchange
        exchange.connect()
        return exchange

    def close(self) -> None:
        """Drop all connections."""
        if self._sweep is not None:
            self._sweep.cancel()
        self._drop_idle()

    def keep(self, endpoint: Endpoint, connection: Connection) -> None:
        """Keep a connection that can be used again."""
        self._idle[endpoint.origin].append(connection)
        if self._sweep is None:
            self._sweep = asyncio.get_running_loop().call_later(_IDLE_S, self._drop_idle)

    async def connect(self, endpoint: Endpoint) -> Connection:
        """Open a connection.

        Raises:
            ConnectError: There is no connection.
        """
        first_error: ConnectError | None = None
        try:
            async with asyncio.timeout(self.timeout):
                for address in await self._resolver.resolve(endpoint.host, endpoint.port):
                    try:
                        return await self._open(endpoint, address)
                    except ConnectError as error:
                        # The first address is the preferred one, so its error says most.
                        first_error = first_error or error
        except TimeoutError:
            raise ConnectError(f"no connection within {self.timeout:g} s") from None
        assert first_error is not None  # noqa: S101 - the resolver returns one address at least, or raises
        try:
            raise first_error
        finally:
            del first_error  # it refers to this frame: without a circle it is freed at once

    async def _open(self, endpoint: Endpoint, address: str) -> Connection:
        tls: dict[str, Any] = {}
        if endpoint.tls:
            if self._context is None:  # made when first needed, because it reads a file (SSL_CERT_FILE)
                self._context = ssl.create_default_context()
            tls = {"ssl": self._context, "server_hostname": endpoint.host}
        try:
            _, connection = await asyncio.get_running_loop().create_connection(
                Connection, address, endpoint.port, **tls
            )
        except ssl.SSLError as error:
            raise ConnectError(f"no TLS with the receiver: {error.reason or error}") from None
        except OSError as error:
            raise ConnectError(f"no connection: {error.strerror or error}") from None
        return connection

    def _drop_idle(self) -> None:
        self._sweep = None
        for connections in self._idle.values():
            for connection in connections:
                connection.close()
        self._idle.clear()
