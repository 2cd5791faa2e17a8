"""Responses, as transports return them and as errors keep them."""

from collections.abc import Mapping

from ._support import Value, dump_json, value

_REQUEST_IDS = ("x-request-id", "request-id", "x-correlation-id", "x-amzn-requestid", "cf-ray")
"""Which header it is in is a choice, because the API documents none: the usual ones, in this order."""


@value(hidden=("headers", "body"))
class Response(Value):
    """A complete response.

    Attributes:
        status: The HTTP status.
        headers: The headers; names in lower case.
        body: The bytes of the body, decompressed. It may quote what was sent: keep it out of logs.

    Example:
        ```python
        print(Response(503, {"retry-after": "5"}, b""))  # Response(status=503)
        ```
    """

    __slots__ = ("body", "headers", "status")

    status: int
    headers: Mapping[str, str]
    body: bytes

    def __init__(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
        self._fill(status, headers, body)

    @property
    def request_id(self) -> str | None:
        """The identifier that the server, or a proxy before it, gave to the request; None without one.

        Example:
            ```python
            print(Response(503, {"x-request-id": "4f1c"}, b"").request_id)  # 4f1c
            ```
        """
        return next((self.headers[name] for name in _REQUEST_IDS if self.headers.get(name)), None)

    @classmethod
    def of_json(cls, value: object, status: int = 200) -> "Response":
        """Return a response with this JSON as its body, for `MockTransport`.

        Raises:
            TypeError: JSON cannot represent the value.

        Example:
            ```python
            response = Response.of_json({"status": "success", "data": "8242D945"})
            print(response.status, len(response.body))  # 200 38
            ```
        """
        return cls(status, {"content-type": "application/json"}, dump_json(value))
