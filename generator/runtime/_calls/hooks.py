"""Hooks: functions of a user that are called at each step of a call.

An exception in a hook is logged, without its words, and ignored: it changes neither what is sent nor what the
call returns, and so never makes a program repeat a send. An exception from the handler of a
signal that arrives meanwhile is not the hook's, and passes through.
"""

from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from .._errors import CallrError, ConfigurationError, RequestSummary
from .._response import Response
from .._support import Value, value
from .signal_handlers import is_from_handler

_WARNING = 30
"""`logging.WARNING`."""


@value(eq=False, kw_only=True)
class CallInfo(Value):
    """A call, for hooks. Its `repr` shows nothing that was sent.

    Attributes:
        call_id: The number of the call in this process, the same for all of its attempts.
        operation: The name of the operation, such as `sms.send`.
        request: The method and the path as the contract writes it, such as `GET /sms/{hash}`.
        attempt: The number of the attempt, or of attempts at the end of a call.
        max_attempts: How many attempts there can be.

    Example:
        ```python
        def show(info: CallInfo) -> None:
            print(info.operation, info.request, info.attempt)  # sms.get GET /sms/{hash} 1

        with Callr.from_env(hooks=Hooks(on_request=show)) as callr:
            callr.sms.get("8242D945")
        ```
    """

    call_id: int
    operation: str
    request: RequestSummary
    attempt: int
    max_attempts: int

    def __init__(
        self, *, call_id: int, operation: str, request: RequestSummary, attempt: int, max_attempts: int
    ) -> None:
        self._fill(call_id, operation, request, attempt, max_attempts)


@value(eq=False, kw_only=True)
class ResponseInfo(CallInfo):
    """An attempt that is over, or a call that is, for hooks. Its `repr` shows nothing that was sent.

    Attributes:
        elapsed: The seconds that it took.
        response: The response; None without a complete one. Its headers and body may quote what was sent.
        error: What it failed with; None if it did not. An attempt without a response and an error was
            interrupted, for example by Ctrl-C or because its task was cancelled.

    Example:
        ```python
        def show(info: ResponseInfo) -> None:
            print(info.operation, info.response, info.error)  # sms.get Response(status=200) None

        with Callr.from_env(hooks=Hooks(on_response=show)) as callr:
            callr.sms.get("8242D945")
        ```
    """

    elapsed: float
    response: Response | None
    error: CallrError | None

    def __init__(  # noqa: PLR0913 - all that is known
        self,
        *,
        call_id: int,
        operation: str,
        request: RequestSummary,
        attempt: int,
        max_attempts: int,
        elapsed: float,
        response: Response | None,
        error: CallrError | None,
    ) -> None:
        self._fill(call_id, operation, request, attempt, max_attempts, elapsed, response, error)


@value(eq=False, kw_only=True)
class RetryInfo(CallInfo):
    """A repetition that follows, for hooks. Its `repr` shows nothing that was sent.

    Attributes:
        wait: The seconds before it.
        error: What the attempt failed with.

    Example:
        ```python
        retries: list[RetryInfo] = []
        callr = Callr.from_env(hooks=Hooks(on_retry=retries.append))
        ```
    """

    wait: float
    error: CallrError

    def __init__(  # noqa: PLR0913 - as above
        self,
        *,
        call_id: int,
        operation: str,
        request: RequestSummary,
        attempt: int,
        max_attempts: int,
        wait: float,
        error: CallrError,
    ) -> None:
        self._fill(call_id, operation, request, attempt, max_attempts, wait, error)


@value(eq=False, kw_only=True)
class Hooks(Value):
    """Functions to call at each step of a call. With `AsyncCallr` they may be asynchronous.

    They run in the thread or task of the call, and their time is part of its time. An exception in a hook is
    logged as a warning, without its words, and ignored, unless the handler of a signal raised it. A rejected
    argument makes no attempt, so no hook is called.

    Attributes:
        on_request: Called before each attempt.
        on_response: Called once after each attempt, whatever ended it.
        on_retry: Called when another attempt follows, before the wait for it.
        on_end: Called once at the end of a call with an attempt, whatever ended it.

    Example:
        ```python
        hooks = Hooks(on_retry=lambda retry: print(retry.operation, retry.wait))
        callr = Callr.from_env(hooks=hooks)
        ```
    """

    on_request: Callable[[CallInfo], object] | None
    on_response: Callable[[ResponseInfo], object] | None
    on_retry: Callable[[RetryInfo], object] | None
    on_end: Callable[[ResponseInfo], object] | None

    def __init__(
        self,
        *,
        on_request: Callable[[CallInfo], object] | None = None,
        on_response: Callable[[ResponseInfo], object] | None = None,
        on_retry: Callable[[RetryInfo], object] | None = None,
        on_end: Callable[[ResponseInfo], object] | None = None,
    ) -> None:
        hooks: tuple[object, ...] = (on_request, on_response, on_retry, on_end)
        for name, hook in zip(self.__value_fields__, hooks, strict=True):
            if hook is not None and not callable(hook):
                raise ConfigurationError(f"{name}: expected a function, got {type(hook).__name__}")
        self._fill(*hooks)


def check_hooks(hooks: object) -> Hooks | None:
    """Return the hooks of an argument.

    Raises:
        ConfigurationError: It is neither `Hooks` nor None.
    """
    if hooks is not None and not isinstance(hooks, Hooks):
        raise ConfigurationError(f"hooks: expected Hooks, got {type(hooks).__name__}")
    return hooks


def notify(name: str, hook: Callable[[Any], object] | None, info: CallInfo) -> None:
    """Call a hook, if there is one."""
    if hook is None:
        return
    try:
        result = hook(info)
    except Exception as caught:
        # A hook must not change the outcome of a call, and a time limit of a job must not be lost.
        if is_from_handler(caught):
            raise
        _complain(name, caught)
        return
    if isinstance(result, Awaitable):
        if isinstance(result, Coroutine):
            result.close()  # or Python warns that it was never awaited
        _complain(name, None)


async def notify_async(name: str, hook: Callable[[Any], object] | None, info: CallInfo) -> None:
    """Call a hook, if there is one, and await it if it is asynchronous."""
    if hook is None:
        return
    try:
        result = hook(info)
        if isinstance(result, Awaitable):
            await result
    except Exception as caught:
        if is_from_handler(caught):
            raise
        _complain(name, caught)


def _complain(name: str, caught: Exception | None) -> None:
    from .log import write  # noqa: PLC0415 - logging is slow to import

    if caught is None:
        write(_WARNING, "the hook %s is asynchronous, and this client is not; it was not run", name)
        return
    frame = caught.__traceback__
    while frame and frame.tb_next:
        frame = frame.tb_next
    # Not the words of the exception: they may quote a response.
    place = f"{frame.tb_frame.f_code.co_filename}:{frame.tb_lineno}" if frame else "an unknown place"
    write(_WARNING, "the hook %s raised %s at %s; it is ignored", name, type(caught).__name__, place)
