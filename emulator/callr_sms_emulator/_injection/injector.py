"""Fault injection into requests: delayed, changed or missing responses, and broken connections."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from callr_sms_emulator import _errors
from callr_sms_emulator._faults import RequestFacts, read_header
from callr_sms_emulator._http import FAULT_HEADER, NoResponse, Response, error_response, join_body
from callr_sms_emulator._injection.raw_connection import end, transport_of
from callr_sms_emulator._injection.responses import NOT_HTTP, make_response, write_part
from callr_sms_emulator._log import log_fault

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Awaitable, Callable

    from callr_sms_emulator._accounts import Account
    from callr_sms_emulator._faults import Effect
    from callr_sms_emulator._http import Request

_NAME_OF_OWN = "request"


class OperationCall(NamedTuple):
    """A call of an operation that may meet a fault.

    Attributes:
        request: The request; its body was read.
        account: The account of the request.
        operation: The operation id.
        find_recipient: Returns the recipient of the SMS, if the request has one.
        perform: Performs the operation and returns its response.
    """

    request: Request[Account]
    account: Account
    operation: str
    find_recipient: Callable[[], Awaitable[str | None]]
    perform: Callable[[], Awaitable[Response]]


@dataclass
class Injector:
    """Applies the faults of accounts, and those that requests ask for.

    Nothing is delayed any more once `stopping` is set.
    """

    _stopping: asyncio.Event

    async def serve(self, call: OperationCall) -> Response:
        """Return the response of the operation, changed by a fault if one applies.

        Raises:
            InvalidRequestError: The fault that the request asks for is malformed.
            Disconnected: The connection was closed, or the client closed it.
            NoResponse: The fault wants no response.
            ApiError: The operation rejects the request, or the emulator stops.
        """
        own = read_header(call.request.headers)
        name, effect = (_NAME_OF_OWN, own) if own is not None else await _match(call)
        if effect is None:
            return await call.perform()
        call.request.fault = name
        log_fault(name, call.operation, effect.describe())
        return await self._apply(call, name, effect)

    async def _apply(self, call: OperationCall, name: str, effect: Effect) -> Response:
        if effect.cut is not None or effect.reset or effect.garbage == "bytes":
            transport_of(call.request)  # fails before the operation, which cannot be undone
        response = await _operate(call) if effect.is_after else None
        if response is not None:
            call.request.normal_body = response.body  # for the journal: an SMS may have been sent
        if effect.silence:
            raise NoResponse
        await self._delay(call, effect, is_done=response is not None)
        if effect.garbage == "bytes":
            await end(call.request, NOT_HTTP)
        if effect.reset and effect.cut is None:
            await end(call.request, reset=True)
        if effect.makes_response:
            response = make_response(effect, name)
        elif response is None:
            response = await _operate(call)
        response.headers.append((FAULT_HEADER, name.encode()))
        if effect.cut is not None:
            await end(call.request, write_part(response, effect.cut), reset=effect.reset)
        return response

    async def _delay(self, call: OperationCall, effect: Effect, *, is_done: bool) -> None:
        """Wait for the delay of the effect.

        Raises:
            Disconnected: The client disconnected meanwhile.
            StoppingError: The emulator stops, and the operation was not performed.
        """
        if effect.delay is not None:
            await call.request.delay_response(self._stopping, effect.delay_s)
        if self._stopping.is_set() and not is_done:
            raise _errors.stopping()


async def _match(call: OperationCall) -> tuple[str, Effect | None]:
    """Return the name and the effect of the first rule of the account that matches the request."""
    rules = call.account.faults
    if rules is None or not rules.watches_requests:
        return "", None
    to = await call.find_recipient() if rules.watches_recipients else None
    active = rules.match_request(RequestFacts(call.operation, call.request.headers, to))
    return ("", None) if active is None else (str(active.id), active.rule)


async def _operate(call: OperationCall) -> Response:
    """Return the response of the operation, also if it rejects the request."""
    try:
        return await join_body(await call.perform())
    except _errors.SilentError:
        raise
    except _errors.ApiError as error:
        call.request.reject(error)
        return error_response(error)
