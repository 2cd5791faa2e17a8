"""Lets a request meet its fault: looks for one, holds the answer back, changes it, or ends the connection."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from callr_sms_emulator import _errors
from callr_sms_emulator._faults import Asked, read_header
from callr_sms_emulator._http import FAULT_HEADER, NoResponse, Response, error_response
from callr_sms_emulator._injection.raw_connection import end, transport_of
from callr_sms_emulator._injection.responses import NOT_HTTP, make_response, write_part
from callr_sms_emulator._log import tell_fault

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Awaitable, Callable

    from callr_sms_emulator._accounts import Account
    from callr_sms_emulator._faults import Effect
    from callr_sms_emulator._http import Request

_OWN = "request"


class Job(NamedTuple):
    """A request that may meet a fault.

    Attributes:
        request: The request; its body was read.
        account: Whose it is.
        operation: What it asks for.
        find_recipient: Gives the recipient that it is about, if there is one.
        do: Does the operation, and gives its answer.
    """

    request: Request[Account]
    account: Account
    operation: str
    find_recipient: Callable[[], Awaitable[str | None]]
    do: Callable[[], Awaitable[Response]]


class Injector:
    """Lets requests meet the faults of their accounts, and those that they ask for.

    Once `stopping` is set it holds nothing back any more.
    """

    def __init__(self, stopping: asyncio.Event) -> None:
        self._stopping = stopping

    async def serve(self, job: Job) -> Response:
        """Do the operation, as a fault has it where there is one.

        Raises:
            InvalidRequestError: The fault that the request asks for cannot be read.
            Disconnected: There is no answer, and no connection any more.
            NoResponse: There is to be no answer.
            ApiError: What the operation is refused with, or the emulator stops.
        """
        own = read_header(job.request.headers)
        name, effect = (_OWN, own) if own is not None else await _meet(job)
        if effect is None:
            return await job.do()
        job.request.fault = name
        tell_fault(name, job.operation, effect.describe())
        return await self._spoil(job, name, effect)

    async def _spoil(self, job: Job, name: str, effect: Effect) -> Response:
        if effect.cut is not None or effect.reset or effect.garbage == "bytes":
            transport_of(job.request)  # before the operation: it cannot be undone
        answer = await _operate(job) if effect.is_after else None
        if answer is not None:
            job.request.normal_body = answer.body  # for the journal: an SMS may have been made
        if effect.silence:
            raise NoResponse
        await self._hold_back(job, effect, is_done=answer is not None)
        if effect.garbage == "bytes":
            await end(job.request, NOT_HTTP)
        if effect.reset and effect.cut is None:
            await end(job.request, reset=True)
        if effect.makes_answer:
            answer = make_response(effect, name)
        elif answer is None:
            answer = await _operate(job)
        answer.headers.append((FAULT_HEADER, name.encode()))
        if effect.cut is not None:
            await end(job.request, write_part(answer, effect.cut), reset=effect.reset)
        return answer

    async def _hold_back(self, job: Job, effect: Effect, *, is_done: bool) -> None:
        """Wait as long as the answer is held back.

        Raises:
            Disconnected: The client has left meanwhile.
            StoppingError: The emulator stops, and there is no answer yet.
        """
        if effect.delay is not None:
            await job.request.delay_response(self._stopping, effect.delay_s)
        if self._stopping.is_set() and not is_done:
            raise _errors.stopping()


async def _meet(job: Job) -> tuple[str, Effect | None]:
    """Find the rule of the account that hits a request."""
    book = job.account.faults
    if book is None or not book.watches_requests:
        return "", None
    to = await job.find_recipient() if book.watches_recipients else None
    entry = book.meet_request(Asked(job.operation, job.request.headers, to))
    return ("", None) if entry is None else (str(entry.id), entry.rule)


async def _operate(job: Job) -> Response:
    """Do the operation; that it is refused is an answer too."""
    try:
        return await job.do()
    except _errors.SilentError:
        raise
    except _errors.ApiError as error:
        job.request.refuse(error)
        return error_response(error)
