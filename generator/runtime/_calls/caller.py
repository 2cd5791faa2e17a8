"""Callers: they run operations, one for threads and one for the tasks of an event loop."""

from collections.abc import Mapping
from typing import NoReturn, TypeVar

from .._errors import CallrError, ConfigurationError
from .._support import Closing
from .._transport import Request, Response, Timeout, await_response, check_response
from .attempts import Call
from .connections import CLOSED, AsyncPool, Pool
from .hooks import Hooks, notify, notify_async
from .operation import Operation
from .raw_response import RawResponse
from .settings import Settings

T = TypeVar("T")

_NOT_PICKLED = (
    "a client cannot be pickled or deeply copied: it holds credentials and connections. "
    "Create one in each process."
)


class Caller:
    """Runs operations, one at a time in each thread."""

    __slots__ = ("_borrowed", "_closing", "_pool", "settings")

    def __init__(self, settings: Settings, pool: Pool, closing: Closing | None = None) -> None:
        self.settings: Settings = settings
        self._pool = pool
        self._borrowed = closing is not None
        self._closing = closing or pool.closing

    def changed(self, settings: Settings) -> "Caller":
        """Return a caller with the same pool, which it does not close."""
        return Caller(settings, self._pool, Closing(self._pool.closing))

    def run(
        self,
        operation: Operation[T],
        *arguments: object,
        timeout: float | Timeout | None = None,
        extra_headers: Mapping[str, str] | None = None,
    ) -> T:
        """Send the request, repeat it where this is safe, and return the result.

        Args:
            operation: The operation.
            arguments: Its arguments, in their order.
            timeout: Of this call; None for that of the settings.
            extra_headers: Headers of this call besides those of the settings.

        Raises:
            CallrError: The call failed; `operation`, `request` and `attempts` are set.
        """
        call = Call(self.settings, operation, arguments, timeout, extra_headers)
        del arguments, extra_headers
        with call:
            self._drive(call)
            return call.result()

    def run_raw(
        self,
        operation: Operation[T],
        *arguments: object,
        timeout: float | Timeout | None = None,
        extra_headers: Mapping[str, str] | None = None,
    ) -> RawResponse[T]:
        """Like `run`, but return the response.

        Raises:
            CallrError: As for `run`, except that `parse()` raises for a body that breaks the contract.
        """
        call = Call(self.settings, operation, arguments, timeout, extra_headers)
        del arguments, extra_headers
        with call:
            self._drive(call)
            return call.raw()

    def within(self, seconds: float) -> "Caller":
        """Return a caller that is closed with this one, whose calls take so many seconds at most."""
        settings = self.settings.within(seconds)
        return self if settings is self.settings else Caller(settings, self._pool, self._closing)

    def attempt(
        self,
        operation: Operation[T],
        *arguments: object,
        timeout: float | Timeout | None = None,
        extra_headers: Mapping[str, str] | None = None,
    ) -> T | CallrError:
        """Like `run`, but return an error instead of raising it."""
        try:
            return self.run(operation, *arguments, timeout=timeout, extra_headers=extra_headers)
        except CallrError as error:
            return error

    @property
    def closed(self) -> bool:
        """Whether the caller was closed."""
        return self._closing.closed

    def pause(self, seconds: float) -> bool:
        """Wait for so many seconds, and return whether the caller was not closed meanwhile."""
        if not seconds:
            return True
        self.settings.clock.sleep(seconds, self._closing)
        return not self.closed

    def _continues(self, call: Call[T]) -> bool:
        """Wait for the next attempt of a call, and return whether there is one."""
        if call.wait and not self.pause(call.wait):
            call.stop()
        return call.wait is not None

    def _drive(self, call: Call[T]) -> None:
        if self.settings.hooks is not None:
            self._drive_with_hooks(call, self.settings.hooks)
            return
        while self._continues(call):
            call.take(self._attempt(call, call.next_request()), is_last=self._closing.closed)

    def _drive_with_hooks(self, call: Call[T], hooks: Hooks) -> None:
        try:
            while self._continues(call):
                notify("on_request", hooks.on_request, call.upcoming())
                request = call.next_request()
                try:
                    call.take(self._attempt(call, request), is_last=self._closing.closed)
                finally:
                    notify("on_response", hooks.on_response, call.outcome())
                repetition = call.repetition()
                if repetition:
                    notify("on_retry", hooks.on_retry, repetition)
        finally:
            notify("on_end", hooks.on_end, call.outcome(of_call=True))

    def _attempt(self, call: Call[T], request: Request) -> Response | CallrError:
        try:
            if self._closing.closed:
                raise ConfigurationError(CLOSED)
            transport = self._pool.transport()
            call.hand_over()
            return check_response(transport.send(request))
        except CallrError as error:
            return error

    def close(self) -> None:
        """Close the caller, and the pool if it owns it."""
        self._closing.close()
        if not self._borrowed:
            self._pool.close()

    def __reduce__(self) -> NoReturn:
        raise TypeError(_NOT_PICKLED)


class AsyncCaller:
    """Runs operations in the tasks of event loops."""

    __slots__ = ("_borrowed", "_closing", "_pool", "settings")

    def __init__(self, settings: Settings, pool: AsyncPool, closing: Closing | None = None) -> None:
        self.settings: Settings = settings
        self._pool = pool
        self._borrowed = closing is not None
        self._closing = closing or pool.closing

    def changed(self, settings: Settings) -> "AsyncCaller":
        """Return a caller with the same pool, which it does not close."""
        return AsyncCaller(settings, self._pool, Closing(self._pool.closing))

    async def run(
        self,
        operation: Operation[T],
        *arguments: object,
        timeout: float | Timeout | None = None,  # noqa: ASYNC109 - of the whole call
        extra_headers: Mapping[str, str] | None = None,
    ) -> T:
        """Send the request, repeat it where this is safe, and return the result.

        Args:
            operation: The operation.
            arguments: Its arguments, in their order.
            timeout: Of this call; None for that of the settings.
            extra_headers: Headers of this call besides those of the settings.

        Raises:
            CallrError: The call failed; `operation`, `request` and `attempts` are set.
        """
        call = Call(self.settings, operation, arguments, timeout, extra_headers)
        del arguments, extra_headers
        with call:
            await self._drive(call)
            return call.result()

    async def run_raw(
        self,
        operation: Operation[T],
        *arguments: object,
        timeout: float | Timeout | None = None,  # noqa: ASYNC109 - of the whole call
        extra_headers: Mapping[str, str] | None = None,
    ) -> RawResponse[T]:
        """Like `run`, but return the response.

        Raises:
            CallrError: As for `run`, except that `parse()` raises for a body that breaks the contract.
        """
        call = Call(self.settings, operation, arguments, timeout, extra_headers)
        del arguments, extra_headers
        with call:
            await self._drive(call)
            return call.raw()

    def within(self, seconds: float) -> "AsyncCaller":
        """Return a caller that is closed with this one, whose calls take so many seconds at most."""
        settings = self.settings.within(seconds)
        return self if settings is self.settings else AsyncCaller(settings, self._pool, self._closing)

    async def attempt(
        self,
        operation: Operation[T],
        *arguments: object,
        timeout: float | Timeout | None = None,  # noqa: ASYNC109 - of the whole call
        extra_headers: Mapping[str, str] | None = None,
    ) -> T | CallrError:
        """Like `run`, but return an error instead of raising it."""
        try:
            return await self.run(operation, *arguments, timeout=timeout, extra_headers=extra_headers)
        except CallrError as error:
            return error

    @property
    def closed(self) -> bool:
        """Whether the caller was closed."""
        return self._closing.closed

    async def pause(self, seconds: float) -> bool:
        """Wait for so many seconds, and return whether the caller was not closed meanwhile."""
        if not seconds:
            return True
        await self.settings.clock.wait(seconds, self._closing)
        return not self.closed

    async def _continues(self, call: Call[T]) -> bool:
        """Wait for the next attempt of a call, and return whether there is one."""
        if call.wait and not await self.pause(call.wait):
            call.stop()
        return call.wait is not None

    async def _drive(self, call: Call[T]) -> None:
        if self.settings.hooks is not None:
            await self._drive_with_hooks(call, self.settings.hooks)
            return
        while await self._continues(call):
            call.take(await self._attempt(call, call.next_request()), is_last=self._closing.closed)

    async def _drive_with_hooks(self, call: Call[T], hooks: Hooks) -> None:
        try:
            while await self._continues(call):
                await notify_async("on_request", hooks.on_request, call.upcoming())
                request = call.next_request()
                try:
                    call.take(await self._attempt(call, request), is_last=self._closing.closed)
                finally:
                    await notify_async("on_response", hooks.on_response, call.outcome())
                repetition = call.repetition()
                if repetition:
                    await notify_async("on_retry", hooks.on_retry, repetition)
        finally:
            await notify_async("on_end", hooks.on_end, call.outcome(of_call=True))

    async def _attempt(self, call: Call[T], request: Request) -> Response | CallrError:
        try:
            if self._closing.closed:
                raise ConfigurationError(CLOSED)
            transport = self._pool.transport()
            call.hand_over()
            return await await_response(transport.send(request))
        except CallrError as error:
            return error

    async def aclose(self) -> None:
        """Close the caller, and the pool if it owns it."""
        self._closing.close()
        if not self._borrowed:
            await self._pool.aclose()

    def __reduce__(self) -> NoReturn:
        raise TypeError(_NOT_PICKLED)
