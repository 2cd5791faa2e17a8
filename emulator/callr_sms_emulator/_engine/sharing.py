"""The other processes on a shared store: what they report is done here, too."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, cast

from callr_sms_emulator._log import log_error

if TYPE_CHECKING:
    from callr_sms_emulator._accounts import Account, Accounts
    from callr_sms_emulator._engine.status_timer import StatusTimer
    from callr_sms_emulator._events import EventName
    from callr_sms_emulator._storage import Exchange, Message
    from callr_sms_emulator._webhooks import Dispatcher

_log = logging.getLogger(__name__)


class Sharing:
    """Handles the messages of other processes, one after the other."""

    def __init__(
        self, exchange: Exchange, accounts: Accounts, status_timer: StatusTimer, deliveries: Dispatcher
    ) -> None:
        self._exchange = exchange
        self._accounts = accounts
        self._status_timer = status_timer
        self._deliveries = deliveries
        self._messages: asyncio.Queue[Message] = asyncio.Queue()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Handle messages from now on."""
        self._exchange.start(self._messages.put_nowait)
        self._task = asyncio.get_running_loop().create_task(self._serve())

    async def stop(self) -> None:
        """Handle no more messages."""
        self._exchange.stop()
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait({self._task})

    async def hear(self, account: Account) -> None:
        """Have the others send the events of an account, while anybody in this process gets them."""
        await self._exchange.hear(account.login, lambda: account.is_heard)

    async def _serve(self) -> None:
        while True:
            message = await self._messages.get()
            try:
                await self._handle(message)
            except Exception as error:  # noqa: BLE001 - one message must not end all others
                log_error(_log, "a message of another process is ignored", error)

    async def _handle(self, message: Message) -> None:
        if message.kind == "lost":
            await self._deliveries.cancel_all()
            return
        if message.kind == "gap":
            self._accounts.end_events()
            return
        account = self._accounts.known(message.account)
        if account is None:
            return  # what it has in the outbox is found from time to time
        if message.kind == "sms":
            for each in message.notifications:
                account.notify(each)
            if account.is_watched:
                await self._status_timer.reschedule(account)
        elif message.kind == "event":
            if account.events is not None:
                account.events.publish(cast("EventName", message.name), message.data)
        else:
            await self._follow(account, message)

    async def _follow(self, account: Account, message: Message) -> None:
        """Follow what another process changed in an account or its outbox."""
        await self._accounts.refresh(account)
        if message.kind == "removed":
            await self._deliveries.cancel_account(account.login)
        if account.is_removed:
            account.close_events()
            return
        if message.kind == "account":
            # Deliveries are in order only once all changes until now are written.
            await self._status_timer.write_due_changes(account)
            await self._status_timer.reschedule(account)
        self._deliveries.wake(account, notify=False)
