"""What the program under test asked of the API: finding it, and verifying how often it was asked."""

from __future__ import annotations

import builtins  # noqa: TC003 - `list` is a method here
from itertools import islice
from typing import TYPE_CHECKING, Literal

from callr_sms_emulator_pytest import _moments
from callr_sms_emulator_pytest._errors import CallrEmulatorError
from callr_sms_emulator_pytest._records import Request

if TYPE_CHECKING:
    from datetime import datetime

    from callr_sms_emulator_pytest._control import Control

_PAGE = 1000
_NOT_SO_OFTEN = 409

Operation = Literal["listSms", "sendSms", "sendSmsByQuery", "getSms"]
"""The operations of the API, as its OpenAPI document names them."""


class Requests:
    """The requests that were made in the name of the test's account, whoever made them.

    All methods raise `CallrEmulatorError` for what the emulator refuses.
    """

    def __init__(self, control: Control) -> None:
        self._control = control

    def list(  # noqa: PLR0913 - what can be looked for, each by its name
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
        """Give the requests that fit all that is asked for, newest first.

        Args:
            operation: What was asked for.
            method: The HTTP method.
            status: The HTTP status of the answer.
            refused: Whether it was answered with an error, or not at all.
            rule: The name of the rule that it broke.
            hash: The SMS that it made or read.
            to: The recipient of the SMS that it was to send, exactly.
            from_: The sender of that, exactly.
            text: Stands in the text of that, whatever the case.
            pattern: A regular expression that is found in the text of that.
            since: Answered at this moment (UTC, to the second, by the account's clock) or later.
            limit: How many to give at most; all when left out.
        """
        query = {
            **_criteria(operation, method, status, refused, rule, hash, to, from_, text, pattern, since),
            "limit": _PAGE if limit is None else min(limit, _PAGE),
        }
        pages = self._control.pages("/requests", query, "requests", "cursor")
        return [Request.of(each) for each in islice(pages, limit)]

    def get(self, number: int) -> Request:
        """Give one request by its `id`."""
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
        """Make sure that as many requests fit as should; give how many do.

        Requests are counted, also those that were refused: `refused=False` leaves them out. Without `times`,
        `at_least` and `at_most` there must be exactly one. The other parameters are those of `list`.

        Raises:
            AssertionError: There are more or fewer. It says how many and which, and what was nearest and in
                what that differs, without quoting any text or number.
        """
        query = {
            **_criteria(operation, method, status, refused, rule, hash, to, from_, text, pattern, since),
            "times": times,
            "at_least": at_least,
            "at_most": at_most,
        }
        __tracebackhide__ = True  # pytest then shows where the test asked, not what came in here
        try:
            return int(self._control.get("/requests/verify", query)["matched"])
        except CallrEmulatorError as error:
            if error.status != _NOT_SO_OFTEN:
                raise
            raise AssertionError(error.message) from None

    def clear(self) -> None:
        """Forget the requests that were made until now."""
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
