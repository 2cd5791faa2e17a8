"""Sends requests to receivers over kept connections; follows no redirect and asks no proxy."""

from __future__ import annotations

import asyncio
import ssl
from collections import defaultdict
from typing import TYPE_CHECKING

from callr_sms_emulator._webhooks._connection import Answer, Connection, StaleError
from callr_sms_emulator._webhooks._errors import UnreachableError

if TYPE_CHECKING:
    from callr_sms_emulator._webhooks._endpoint import Endpoint
    from callr_sms_emulator._webhooks._resolver import Resolver

# Seconds that an unused connection is kept.
_IDLE = 4.0


class Sender:
    """Delivers requests; how many at a time is for the caller to bound.

    `timeout` is in seconds: for the connection, name resolution and TLS included, and again for the answer.
    """

    def __init__(self, resolver: Resolver, timeout: float) -> None:
        self._resolver = resolver
        self._timeout = timeout
        self._idle: dict[tuple[bool, str, int], list[Connection]] = defaultdict(list)
        self._context: ssl.SSLContext | None = None
        self._sweep: asyncio.TimerHandle | None = None

    async def send(self, endpoint: Endpoint, head: bytes, body: bytes) -> Answer:
        """Make one POST.

        Raises:
            DeliveryError: There was no complete head of an answer.
        """
        kept = self._find_idle(endpoint)
        if kept is not None:
            try:
                return self._keep(endpoint, kept, await kept.exchange(head, body, self._timeout))
            except StaleError:
                pass  # another one is opened; it saw nothing of this request
        connection = await self._connect(endpoint)
        return self._keep(endpoint, connection, await connection.exchange(head, body, self._timeout))

    def close(self) -> None:
        """Drop all connections."""
        if self._sweep is not None:
            self._sweep.cancel()
        for connections in self._idle.values():
            for connection in connections:
                connection.close()
        self._idle.clear()

    def _find_idle(self, endpoint: Endpoint) -> Connection | None:
        idle = self._idle[endpoint.origin]
        while idle:
            connection = idle.pop()
            if connection.usable:
                return connection
        return None

    def _keep(self, endpoint: Endpoint, connection: Connection, answer: Answer) -> Answer:
        """Keep a connection that can serve again."""
        if connection.usable:
            self._idle[endpoint.origin].append(connection)
            if self._sweep is None:
                self._sweep = asyncio.get_running_loop().call_later(_IDLE, self._drop_idle)
        return answer

    async def _connect(self, endpoint: Endpoint) -> Connection:
        try:
            async with asyncio.timeout(self._timeout):
                return await self._try_addresses(endpoint)
        except TimeoutError:
            raise UnreachableError(f"no connection within {self._timeout:g} s") from None

    async def _try_addresses(self, endpoint: Endpoint) -> Connection:
        error: UnreachableError | None = None
        for address in await self._resolver.resolve(endpoint.host, endpoint.port):
            try:
                return await self._open(endpoint, address)
            except UnreachableError as refused:
                # The first address is the preferred one: what it says tells most.
                error = error or refused
        assert error is not None  # noqa: S101 - the resolver gives one address or raises
        raise error

    async def _open(self, endpoint: Endpoint, address: str) -> Connection:
        loop = asyncio.get_running_loop()
        try:
            if endpoint.tls:
                _, connection = await loop.create_connection(
                    Connection, address, endpoint.port, ssl=self._tls(), server_hostname=endpoint.host
                )
            else:
                _, connection = await loop.create_connection(Connection, address, endpoint.port)
        except ssl.SSLError as error:
            raise UnreachableError(f"no TLS with the receiver: {error.reason or error}") from None
        except OSError as error:
            raise UnreachableError(f"no connection: {error.strerror or error}") from None
        return connection

    def _tls(self) -> ssl.SSLContext:
        # Made when first needed, for it reads a file; SSL_CERT_FILE names another one, as OpenSSL has it.
        if self._context is None:
            self._context = ssl.create_default_context()
        return self._context

    def _drop_idle(self) -> None:
        self._sweep = None
        for connections in self._idle.values():
            for connection in connections:
                connection.close()
        self._idle.clear()
