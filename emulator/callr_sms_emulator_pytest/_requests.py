"""The requests of the program under test: listing them, and verifying their number."""

from __future__ import annotations

import builtins  # noqa: TC003 - `list` is a method here
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Literal

from callr_sms_emulator_pytest import _moments
from callr_sms_emulator_pytest._errors import CallrEmulatorError
from callr_sms_emulator_pytest._records import Request

if TYPE_CHECKING:
    from datetime import datetime

    from callr_sms_emulator_pytest._control import Control

_PAGE = 1000
_CONFLICT = 409

Operation = Literal["listSms", "sendSms", "sendSmsByQuery", "getSms"]
"""The operations of the API, as its OpenAPI document names them."""


@dataclass(frozen=True)
class Requests:
    """The requests to the API with the credentials of the account.

    All methods raise `CallrEmulatorError` if the emulator refuses the request.
    """

    _control: Control

    def list(  # noqa: PLR0913 - a parameter for each criterion
        self,
        *,
        operation: Operation | None = None,
        method: str | None = None,
        status: int | None = None,
        refused: bool | None = None,
        rule: str | None = None,
        hash: str | None = None,  # noqa: A002 - the API's name
        to: str | None = None,
        from_: str | None = None,
        text: str | None = None,
        pattern: str | None = None,
        since: datetime | str | None = None,
        limit: int | None = None,
    ) -> builtins.list[Request]:
        """Return the requests that match all criteria, newest first.

        Args:
            operation: The operation of the API.
            method: The HTTP method.
            status: The HTTP status of the response.
            refused: Whether the response was an error, or there was none.
            rule: The name of the rule that the request broke.
            hash: The hash of the SMS that the request sent or read.
            to: The exact recipient of the SMS to send.
            from_: The exact sender of that SMS.
            text: A part of its text, ignoring case.
            pattern: A regular expression that matches a part of its text.
            since: The earliest time of the response (UTC, to the second, by the clock of the account).
            limit: The highest number of requests; all by default.
        """
        query = {
            **_criteria(operation, method, status, refused, rule, hash, to, from_, text, pattern, since),
            "limit": _PAGE if limit is None else min(limit, _PAGE),
        }
        pages = self._control.pages("/requests", query, "requests", "cursor")
        return [Request.of(each) for each in islice(pages, limit)]

    def get(self, number: int) -> Request:
        """Return the request with an `id`."""
        return Request.of(self._control.get(f"/requests/{number}"))

    def verify(  # noqa: PLR0913 - as list
        self,
        *,
        times: int | None = None,
        at_least: int | None = None,
        at_most: int | None = None,
        operation: Operation | None = None,
        method: str | None = None,
        status: int | None = None,
        refused: bool | None = None,
        rule: str | None = None,
        hash: str | None = None,  # noqa: A002 - the API's name
        to: str | None = None,
        from_: str | None = None,
        text: str | None = None,
        pattern: str | None = None,
        since: datetime | str | None = None,
    ) -> int:
        """Verify how many requests match; return their number.

        Refused requests count, too, unless `refused=False`. Without `times`, `at_least` and `at_most` exactly
        one request is expected. The other parameters are those of `list`.

        Raises:
            AssertionError: The number is another. The message names the requests, and the nearest other one
                with the criteria that it misses, without quoting any text or number.
        """
        query = {
            **_criteria(operation, method, status, refused, rule, hash, to, from_, text, pattern, since),
            "times": times,
            "at_least": at_least,
            "at_most": at_most,
        }
        __tracebackhide__ = True  # so pytest shows the line of the test
        try:
            return int(self._control.get("/requests/verify", query)["matched"])
        except CallrEmulatorError as error:
            if error.status != _CONFLICT:
                raise
            raise AssertionError(error.message) from None

    def clear(self) -> None:
        """Delete the requests up to now."""
        self._control.delete("/requests")


def _criteria(  # noqa: PLR0913, PLR0917 - as list
    operation: str | None,
    method: str | None,
    status: int | None,
    refused: bool | None,  # noqa: FBT001 - as list
    rule: str | None,
    sms_hash: str | None,
    to: str | None,
    from_: str | None,
    text: str | None,
    pattern: str | None,
    since: datetime | str | None,
) -> dict[str, object]:
    return {
        "operation": operation,
        "method": method,
        "status": status,
        "refused": None if refused is None else str(refused).lower(),
        "rule": rule,
        "hash": sms_hash,
        "to": to,
        "from": from_,
        "text": text,
        "pattern": pattern,
        "since": _moments.write(since),
    }
