"""The SMS of an account: searching, waiting, receiving."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Literal

from callr_sms_emulator_pytest import _moments
from callr_sms_emulator_pytest._records import Found, Sms

if TYPE_CHECKING:
    from datetime import datetime

    from callr_sms_emulator_pytest._control import Control

_PAGE = 1000
_WAIT_SECONDS = 30.0


@dataclass(frozen=True)
class Inbox:
    """The SMS of the account, sent (`OUT`) and received (`IN`).

    All methods raise `CallrEmulatorError` if the emulator refuses the request.
    """

    _control: Control

    def all(self) -> list[Sms]:
        """Return all SMS, newest first."""
        return self.search()

    def search(  # noqa: PLR0913 - a parameter for each criterion
        self,
        words: str | None = None,
        *,
        to: str | None = None,
        from_: str | None = None,
        text: str | None = None,
        pattern: str | None = None,
        status: str | None = None,
        type: Literal["IN", "OUT"] | None = None,  # noqa: A002 - the API's name
        since: datetime | str | None = None,
        after: str | None = None,
        limit: int | None = None,
    ) -> list[Sms]:
        """Return the SMS that match all criteria, newest first.

        Args:
            words: Words in the text, the numbers, the hash or the user data, ignoring case and accents.
            to: The exact recipient.
            from_: The exact sender.
            text: A part of the text, ignoring case.
            pattern: A regular expression that matches a part of the text.
            status: The status.
            type: `OUT` for sent SMS, `IN` for received ones.
            since: The earliest time of creation (UTC, to the second).
            after: The hash of an SMS; only later ones match.
            limit: The highest number of SMS; all by default.
        """
        query = {
            **_criteria(to, from_, text, pattern, status, type, since, after),
            "q": words,
            "limit": _PAGE if limit is None else min(limit, _PAGE),
        }
        return [Sms.of(each) for each in islice(self._control.pages("/sms", query, "sms", "cursor"), limit)]

    def wait(  # noqa: PLR0913 - as search
        self,
        *,
        to: str | None = None,
        from_: str | None = None,
        text: str | None = None,
        pattern: str | None = None,
        status: str | None = None,
        type: Literal["IN", "OUT"] | None = None,  # noqa: A002 - the API's name
        since: datetime | str | None = None,
        after: str | None = None,
        timeout: float = _WAIT_SECONDS,
    ) -> Found:
        """Return the newest SMS that matches, at once or as soon as one exists.

        It waits `timeout` seconds of real time, 0 to 300. The other parameters are those of `search`.

        Raises:
            CallrEmulatorError: No SMS matched; the message names the nearest and the criteria that it misses.
        """
        query = {
            **_criteria(to, from_, text, pattern, status, type, since, after),
            "timeout": f"{timeout:.3f}",
        }
        found = self._control.get("/sms/wait", query, wait=timeout)
        return Found(Sms.of(found["sms"]), found["code"])

    def receive(
        self,
        *,
        text: str,
        from_: str | None = None,
        reply_to: str | Sms | Found | None = None,
        to: str | None = None,
    ) -> Sms:
        """Receive an SMS, as if a phone had sent it; return it.

        Args:
            text: The text.
            from_: The sender in E.164; a reply comes from the recipient of the SMS that it replies to.
            reply_to: The SMS that it replies to, or its hash; one that was sent with an empty sender.
            to: The recipient; the number of the account by default.
        """
        original = reply_to.sms if isinstance(reply_to, Found) else reply_to
        return Sms.of(
            self._control.post(
                "/sms/incoming",
                {
                    "text": text,
                    "from": from_,
                    "to": to,
                    "reply_to": original.hash if isinstance(original, Sms) else original,
                },
            )
        )


def _criteria(  # noqa: PLR0913, PLR0917 - as search
    to: str | None,
    from_: str | None,
    text: str | None,
    pattern: str | None,
    status: str | None,
    type_: str | None,
    since: datetime | str | None,
    after: str | None,
) -> dict[str, object]:
    return {
        "to": to,
        "from": from_,
        "text": text,
        "pattern": pattern,
        "status": status,
        "type": type_,
        "since": _moments.write(since),
        "after": after,
    }
