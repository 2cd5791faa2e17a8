"""The processes on one PostgreSQL database: the lease of each, and what they notify each other of.

NOTIFY has a connection of its own and is never part of a transaction that writes: a commit with a NOTIFY
takes a lock that all others wait for.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import deque
from contextlib import suppress
from typing import TYPE_CHECKING

import msgspec

from callr_sms_emulator._log import log_error
from callr_sms_emulator._sms import Notification
from callr_sms_emulator._storage.exchange import Message
from callr_sms_emulator._storage.postgresql import address
from callr_sms_emulator._storage.store import StoreUnreachableError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from callr_sms_emulator._storage.postgresql.connections import Database
    from callr_sms_emulator._storage.postgresql.driver import Connection

_log = logging.getLogger(__name__)

LEASE_S = 5
"""How long the claims of a process that ended without a word stand."""

_RENEW_S = 1.0
_SAFE_S = LEASE_S * 0.8  # without a renewal for so long, a process no longer relies on its claims
_CHANNEL = "callr_sms_emulator"
_MOST_BYTES = 7500  # of the 8,000 that a payload may have

_REGISTER = f"INSERT INTO process (expires) VALUES (now() + interval '{LEASE_S} s') RETURNING id"  # noqa: S608 - of constants
_RENEW = f"""
UPDATE process SET expires = now() + interval '{LEASE_S} s' WHERE id = $1 AND expires > now() RETURNING id
"""  # noqa: S608 - of constants
_FORGET_OTHERS = "DELETE FROM process WHERE expires < now() - interval '1 minute'"
_LEAVE = "DELETE FROM process WHERE id = $1"
_HEAR = "INSERT INTO hearing (account, process) VALUES ($1, $2) ON CONFLICT DO NOTHING"
_HEAR_AGAIN = """
INSERT INTO hearing (account, process) SELECT account, $2 FROM unnest($1::text[]) AS account
ON CONFLICT DO NOTHING
"""
_HEAR_NO_MORE = "DELETE FROM hearing WHERE process = $1 AND account = ANY($2::text[])"
_NOTIFY = "SELECT pg_notify($1, payload) FROM unnest($2::text[]) AS payload"
_HEADS = "SELECT id, convert_to(head, 'UTF8') FROM sms WHERE id = ANY($1::bigint[])"


class _Event(msgspec.Struct, array_like=True):
    """An event of an SMS without its head, which is too long for a payload."""

    type: str
    hash: str
    at: int
    tail: str
    row: int


class _Payload(msgspec.Struct, array_like=True):
    process: int
    kind: str
    account: str
    events: list[_Event] = []
    name: str = ""
    data: str = ""


_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(_Payload).decode


class PostgresqlExchange:
    """Exchanges messages with the other processes on a database, and keeps the lease of this one.

    Attributes:
        process: The number of this process; another one after its lease was lost.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self.process = 0
        self._renewed = 0.0
        self._connection: Connection | None = None
        self._keeper: asyncio.Task[None] | None = None
        self._to_send: deque[str] = deque()
        self._sender: asyncio.Task[None] | None = None
        self._heard: dict[str, Callable[[], bool]] = {}
        self._hearing = asyncio.Lock()
        self._received: asyncio.Queue[_Payload] = asyncio.Queue()
        self._reader: asyncio.Task[None] | None = None
        self._listener: tuple[asyncio.AbstractEventLoop, Callable[[Message], None]] | None = None

    async def open(self) -> None:
        """Register this process, and keep its lease from now on; in the thread of the store."""
        await self._register()
        self._keeper = asyncio.create_task(self._keep())
        self._reader = asyncio.create_task(self._read())

    # --- for the emulator -------------------------------------------------------------------------------

    def start(self, on_message: Callable[[Message], None]) -> None:
        """Call `on_message` in the running event loop with each message from now on."""
        self._listener = (asyncio.get_running_loop(), on_message)
        self._database.thread.run(self._listen())

    def stop(self) -> None:
        """Call it no more."""
        self._listener = None

    def announce(self, message: Message) -> None:
        """Send a message to the others, soon."""
        payload = _Payload(
            self.process, message.kind, message.account, [], message.name, message.data.decode()
        )
        self._hand_over([payload])

    async def hear(self, account: str, is_heard: Callable[[], bool]) -> None:
        """Have the others send the events of an account, until a look at `is_heard` is false."""

        async def hear() -> None:
            async with self._hearing:
                if account not in self._heard:
                    await self._database.write_here(lambda at: at.execute(_HEAR, account, self.process))
                    self._heard[account] = is_heard
                    self.announce(Message("account", account))

        await self._database.thread.submit(hear)

    @property
    def has_claims(self) -> bool:
        """Whether the claims of this process stand, as far as it knows."""
        return time.monotonic() - self._renewed < _SAFE_S

    async def close(self) -> None:
        """Leave: the claims of this process end now."""
        for task in (self._keeper, self._reader, self._sender):
            if task is not None:
                task.cancel()
        if self._connection is not None:
            self._connection.terminate()
        with suppress(Exception):  # a server that is down forgets it by itself
            await self._database.write_here(lambda at: at.execute(_LEAVE, self.process))

    # --- the lease --------------------------------------------------------------------------------------

    async def _register(self) -> None:
        self.process = await self._database.write_here(lambda at: at.fetchval(_REGISTER))
        self._renewed = time.monotonic()

    async def _keep(self) -> None:
        """Renew the lease, and the connection that listens, every second."""
        had_claims = True
        while True:
            await asyncio.sleep(_RENEW_S)
            try:
                await self._renew()
                await self._listen()
            except StoreUnreachableError:  # which was logged
                pass
            except Exception as error:  # noqa: BLE001 - the lease must not end for ever
                log_error(_log, "the lease on the database is not renewed", error)
            if had_claims and not self.has_claims:
                self._deliver(Message("lost"))
            had_claims = self.has_claims

    async def _renew(self) -> None:
        before = time.monotonic()
        found = await self._database.write_here(lambda at: at.fetchval(_RENEW, self.process))
        if found is None:
            await self._register()
            async with self._hearing:
                await self._database.write_here(
                    lambda at: at.execute(_HEAR_AGAIN, [*self._heard], self.process)
                )
            self._deliver(Message("lost"))
        self._renewed = before
        async with self._hearing:
            silent = [account for account, is_heard in self._heard.items() if not is_heard()]
            if silent:
                await self._database.write_here(lambda at: at.execute(_HEAR_NO_MORE, self.process, silent))
            for account in silent:
                del self._heard[account]
        await self._database.write_here(lambda at: at.execute(_FORGET_OTHERS))

    # --- messages ---------------------------------------------------------------------------------------

    async def _listen(self) -> None:
        """Open the connection that listens, where there is none."""
        if self._listener is None or (self._connection is not None and not self._connection.is_closed()):
            return
        is_again, self._connection = self._connection is not None, None
        try:
            connection = await self._database.connect()
            await connection.add_listener(_CHANNEL, self._note)
        except Exception as error:
            if address.is_outage(error):
                raise StoreUnreachableError(address.explain(error)) from error
            raise
        self._connection = connection
        if is_again:
            self._deliver(Message("gap"))
            self._send_soon([_encode(_Payload(self.process, "gap", "")).decode()])

    def _note(self, _connection: object, _process: int, _channel: str, payload: str) -> None:
        found = _decode(payload)
        if found.process != self.process:
            self._received.put_nowait(found)

    async def _read(self) -> None:
        while True:
            payload = await self._received.get()
            try:
                message = await self._message(payload)
            except StoreUnreachableError:
                message = Message("gap")
            except Exception as error:  # noqa: BLE001 - one message must not end all others
                log_error(_log, "a message of another process is ignored", error)
                continue
            self._deliver(message)

    async def _message(self, payload: _Payload) -> Message:
        kind, account = payload.kind, payload.account
        if kind == "sms":
            rows = [event.row for event in payload.events]
            async with self._database.connection() as connection:
                heads: dict[int, bytes] = {row[0]: row[1] for row in await connection.fetch(_HEADS, rows)}
            found = tuple(
                Notification(each.type, each.hash, each.at, heads[each.row] + each.tail.encode(), each.row)  # type: ignore[arg-type] # as it was sent
                for each in payload.events
                if each.row in heads
            )
            return Message("sms", account, found)
        return Message(kind, account, (), payload.name, payload.data.encode())  # type: ignore[arg-type] # as above

    def _deliver(self, message: Message) -> None:
        if self._listener is not None:
            loop, on_message = self._listener
            with suppress(RuntimeError):  # the loop was closed
                loop.call_soon_threadsafe(on_message, message)

    def announce_events(self, account: str, events: Iterable[tuple[Notification, bytes]]) -> None:
        """Send events of SMS, each with its tail, to the processes that hear the account."""
        found = [_Event(each.type, each.hash, each.at, tail.decode(), each.row or 0) for each, tail in events]
        self._hand_over(self._parts(account, found))

    def _hand_over(self, payloads: Iterable[_Payload]) -> None:
        encoded = [_encode(each).decode() for each in payloads]
        self._database.thread.loop.call_soon_threadsafe(self._send_soon, encoded)

    def _parts(self, account: str, events: list[_Event]) -> Iterator[_Payload]:
        part: list[_Event] = []
        size = len(account) * 6
        for event in events:
            length = len(_encode(event))
            if part and size + length > _MOST_BYTES:
                yield _Payload(self.process, "sms", account, part)
                part, size = [], len(account) * 6
            part.append(event)
            size += length
        if part:
            yield _Payload(self.process, "sms", account, part)

    def _send_soon(self, payloads: list[str]) -> None:
        self._to_send.extend(payloads)
        if self._to_send and (self._sender is None or self._sender.done()):
            self._sender = self._database.thread.loop.create_task(self._send())

    async def _send(self) -> None:
        while self._to_send:
            payloads = [*dict.fromkeys(self._to_send)]
            self._to_send.clear()
            connection = self._connection
            try:
                if connection is None or connection.is_closed():
                    async with self._database.connection() as another:
                        await another.execute(_NOTIFY, _CHANNEL, payloads)
                else:
                    await connection.execute(_NOTIFY, _CHANNEL, payloads)
            except StoreUnreachableError:  # which was logged; the others look by themselves
                return
            except Exception as error:  # noqa: BLE001 - as above
                if not address.is_outage(error):
                    log_error(_log, "the other processes are not notified", error)
