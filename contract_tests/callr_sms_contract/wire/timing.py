"""The timing of each request of schemathesis, including those that its checks make."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from io import BytesIO
from secrets import token_hex
from typing import Any, Final
from urllib.parse import urlsplit

import requests
import urllib3
from requests.adapters import HTTPAdapter

from callr_sms_contract.wire.connection import FinalResponse
from callr_sms_contract.wire.messages import Timing
from callr_sms_contract.wire.pace import at_pace, current_pace

_NAME: Final = "callr_sms_contract_moments"
_NEVER_SENT: Final = (
    requests.exceptions.InvalidHeader,
    requests.exceptions.InvalidURL,
    requests.exceptions.InvalidSchema,
)
_STAND_IN: Final = "callr-sms-contract-no-response"
_SECRET: Final = token_hex(8)
"""What no server can know."""
_NO_STATUS: Final = 599


OnSilence = Callable[[requests.PreparedRequest, float | None, requests.RequestException], None]


@contextmanager
def timed_requests(on_silence: OnSilence) -> Iterator[None]:
    """Store the timing of every request that the library `requests` sends, on the request itself.

    `on_silence` is called with each request that gets no whole response, with the seconds after which it was
    given up (None when the connection failed), and with the error. The library then gets a response that
    `is_stand_in`: without one, schemathesis would make no more requests of the operation.
    """
    original = HTTPAdapter.send

    def send(
        self: HTTPAdapter,
        request: requests.PreparedRequest,
        *arguments: Any,  # noqa: ANN401 - the original's
        **options: Any,  # noqa: ANN401 - the original's
    ) -> requests.Response:
        def once() -> requests.Response:
            pace, began = current_pace(), time.monotonic()
            if not pace.reuses_connections:
                _close(self)
            try:
                response = original(self, request, *arguments, **options)
                _ = response.content  # read here, so that one that is cut off is noticed here
            except requests.RequestException as error:
                # As our own client: a server may close a connection just when it is used.
                is_closed = isinstance(error, requests.ConnectionError) and not isinstance(
                    error, requests.Timeout
                )
                if is_closed and pace.may_repeat(str(request.method), path):
                    return once()
                is_late = isinstance(error, requests.Timeout)
                if isinstance(error, _NEVER_SENT):
                    raise
                on_silence(request, time.monotonic() - began if is_late else None, error)
                return _stand_in(self, request)
            else:
                return response
            finally:
                setattr(request, _NAME, Timing(began, time.monotonic()))

        path = urlsplit(str(request.url)).path
        return at_pace(str(request.method), path, once, _head_of)

    HTTPAdapter.send = send  # type: ignore[method-assign] # it has no hook before a request
    urllib3.connection.HTTPConnection.response_class = FinalResponse
    try:
        yield
    finally:
        HTTPAdapter.send = original  # type: ignore[method-assign] # as above
        del urllib3.connection.HTTPConnection.response_class


def is_stand_in(headers: Mapping[str, str]) -> bool:
    """Return whether a response with these headers stands for one that never came."""
    return headers.get(_STAND_IN) == _SECRET


def _stand_in(adapter: HTTPAdapter, request: requests.PreparedRequest) -> requests.Response:
    headers = {_STAND_IN: _SECRET}
    raw = urllib3.HTTPResponse(BytesIO(), headers, _NO_STATUS, version=11, preload_content=False)
    return adapter.build_response(request, raw)


def _close(adapter: HTTPAdapter) -> None:
    pools = adapter.poolmanager.pools
    for key in pools.keys():  # noqa: SIM118 - it cannot be iterated over
        pools[key].close()  # else a response that is still referred to would keep its connection open
    adapter.close()


def _head_of(response: requests.Response) -> tuple[int, Mapping[str, str]]:
    return response.status_code, {name.lower(): value for name, value in response.headers.items()}


def timing_of(request: requests.PreparedRequest) -> Timing:
    """Return the timing of a request; one that was not timed may have been sent at any time before now."""
    found = getattr(request, _NAME, None)
    return found if isinstance(found, Timing) else Timing(float("-inf"), time.monotonic())
