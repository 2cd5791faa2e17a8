"""Builds a request from an operation, its arguments and the settings of the client."""

from typing import TypeVar

from .._errors import ArgumentError
from .._transport import MAX_URL, Request
from .operation import Operation
from .settings import Settings

T = TypeVar("T")


def build_request(settings: Settings, operation: Operation[T], arguments: tuple[object, ...]) -> Request:
    """Check the arguments and return the request of a call.

    Raises:
        ArgumentError: An argument breaks the contract, or the URL would be too long.
    """
    draft = operation.draft(arguments)
    credentials = None if operation.anonymous else settings.credentials
    url = settings.base_url + operation.target(draft, credentials.query() if credentials else ())
    if len(url) > MAX_URL:
        raise ArgumentError("request", f"its URL is longer than {MAX_URL:,} characters")
    headers = (
        *(credentials.headers() if credentials else ()),
        ("User-Agent", settings.user_agent),
        ("Accept", operation.accept),
        ("Accept-Encoding", "gzip, deflate"),
        *((("Content-Type", draft.media_type),) if draft.body is not None else ()),
        *draft.headers,
        *settings.headers.pairs,
    )
    return Request(operation.method, url, headers, draft.body, settings.timeout)
