"""The SMS of an account: finding them, waiting for them, letting some come in."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Literal

from callr_sms_emulator_pytest import _moments
from callr_sms_emulator_pytest._records import Found, Sms

if TYPE_CHECKING:
    from datetime import datetime

    from callr_sms_emulator_pytest._control import Control

_PAGE = 1000
_WAIT_SECONDS = 30.0


class Inbox:
    """The SMS of the test's account, sent (`OUT`) and come in (`IN`).

    All methods raise `CallrEmulatorError` for what the emulator refuses.
    """

    def __init__(self, control: Control) -> None:
        self._control = control

    def all(self) -> list[Sms]:
        """Give all SMS, newest first."""
        return self.search()

    def search(  # noqa: PLR0913 - what can be looked for, each by its name
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
        """Give the SMS that fit all that is asked for, newest first.

        Args:
            words: Each is in the text, a number, the hash or the user data, whatever case and accents.
            to: The recipient, exactly.
            from_: The sender, exactly.
            text: Stands in the text, whatever the case.
            pattern: A regular expression that is found in the text.
            status: The status.
            type: `OUT` for SMS that were sent, `IN` for those that came in.
            since: Made at this moment (UTC, to the second) or later.
            after: Came after the SMS of this hash.
            limit: How many to give at most; all when left out.
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
        """Give the newest SMS that fits, at once or as soon as there is one.

        It waits `timeout` seconds of real time, 0 to 300. The other parameters are those of `search`.

        Raises:
            CallrEmulatorError: None came; the message names the nearest and in what it differs.
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
        """Let an SMS come in, as if somebody had written it; give it.

        Args:
            text: What it says.
            from_: Who writes, in E.164; a reply comes from the recipient of what it answers.
            reply_to: The SMS, or its hash, that it answers: one that was sent with an empty sender.
            to: The number that is written to; that of the account when left out.
        """
        answered = reply_to.sms if isinstance(reply_to, Found) else reply_to
        return Sms.of(
            self._control.post(
                "/sms/incoming",
                {
                    "text": text,
                    "from": from_,
                    "to": to,
                    "reply_to": answered.hash if isinstance(answered, Sms) else answered,
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
