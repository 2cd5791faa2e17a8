"""The raw response of a call."""

from collections.abc import Mapping
from typing import Generic, TypeVar

from .._errors import ProtocolError
from .._transport import Response

T = TypeVar("T")


class RawResponse(Generic[T]):
    """A successful response with its metadata. Its `repr` shows neither headers nor body.

    Attributes:
        status: The HTTP status.
        headers: The headers; names in lower case.
        body: The bytes of the body, decompressed.
        attempts: The number of requests that were needed.
        request_id: The identifier that the server, or a proxy before it, gave to the request; None without
            one.
        elapsed: The seconds from the call to the response, including all attempts and waits.

    Example:
        ```python
        raw = callr.sms.with_raw_response.get("8242D945")
        print(raw.status, len(raw.body) > 0, raw.attempts)  # 200 True 1
        ```
    """

    __slots__ = ("_parsed", "attempts", "body", "elapsed", "headers", "request_id", "status")

    status: int
    headers: Mapping[str, str]
    body: bytes
    request_id: str | None
    attempts: int
    elapsed: float

    def __init__(
        self, response: Response, parsed: "tuple[T] | ProtocolError", *, attempts: int, elapsed: float
    ) -> None:
        self.status = response.status
        self.headers = response.headers
        self.body = response.body
        self.request_id = response.request_id
        self.attempts = attempts
        self.elapsed = elapsed
        self._parsed = parsed

    def parse(self) -> T:
        """Return the result that the method itself would return.

        Raises:
            ProtocolError: The body breaks the contract.

        Example:
            ```python
            raw = callr.sms.with_raw_response.get("8242D945")
            print(raw.parse().status)  # RECEIVED
            ```
        """
        if isinstance(self._parsed, ProtocolError):
            raise self._parsed
        return self._parsed[0]

    def __repr__(self) -> str:
        return (
            f"RawResponse(status={self.status}, {len(self.body)} bytes, attempts={self.attempts}, "
            f"elapsed={self.elapsed:.3f})"
        )
