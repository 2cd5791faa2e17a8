"""The SMS with our receiver as their endpoint, and how it responds to their events."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from callr_sms_contract.wire import HANG_UP

_TO: Final = "+33639981234"


@dataclass(frozen=True)
class Message:
    """One SMS: how its events are signed, and the statuses of the responses to them."""

    body: str
    secret: str = ""
    algorithm: str = "SHA256"
    names_algorithm: bool = False
    tail: str = ""
    """The end of the endpoint, after its path."""
    taken: int = 200
    """The status that acknowledges an event."""
    refused: Mapping[int, int] = field(default_factory=dict)
    """By change of status, the status returned to the first attempt of its event."""
    refused_again: Mapping[int, tuple[int, ...]] = field(default_factory=dict)
    """The same for a run that waits longer, with more attempts and events."""
    options: Mapping[str, Any] = field(default_factory=dict)

    def document(self, endpoint: str) -> dict[str, Any]:
        """Return the message to send."""
        webhook = {"endpoint": endpoint}
        if self.secret:
            webhook["hmac_secret"] = self.secret
        if self.names_algorithm:
            webhook["hmac_algo"] = self.algorithm
        return {"to": _TO, "body": self.body, "options": {**self.options, "webhook": webhook}}

    def status_for(self, body: bytes, tries: list[int], *, is_full: bool) -> int:
        """Return the status of the response to a push; `tries` remembers the changes that were pushed."""
        change = _change(body)
        number = tries.count(change)
        tries.append(change)
        planned: tuple[int, ...] = (self.refused[change],) if change in self.refused else ()
        if is_full:
            planned = self.refused_again.get(change, planned)
        return planned[number] if number < len(planned) else self.taken


def _change(body: bytes) -> int:
    """Return the number of the change of status that an event reports; 0 when it cannot be read."""
    try:
        return len(json.loads(body)["data"]["status_history"])
    except (ValueError, TypeError, LookupError, RecursionError):
        return 0


MESSAGES: Final = (
    Message("contract tests: a webhook without a secret"),
    Message(
        "contract tests: a webhook that is signed, and tried again",
        secret="a word that nobody knows",  # noqa: S106 - of a test
        refused={1: 500},
        refused_again={1: (500, 503), 3: (HANG_UP,)},
    ),
    Message(
        'contract tests: « fête » \\/ <>& "\u2028" \U0001f44d',
        secret="cl\u00e9 \U0001f511",  # noqa: S106 - of a test
        algorithm="SHA512",
        names_algorithm=True,
        tail="?shop=1&name=a%20b%2Fc",
        taken=204,
        options={
            "force_encoding": "UNICODE",
            "nature": "ALERTING",
            "flash_message": True,
            "user_data": "order 42 \u00e9",
        },
    ),
    Message(
        "contract tests: a webhook whose receiver was not found",
        secret=" another word\t",  # noqa: S106 - of a test
        algorithm="MD5",
        names_algorithm=True,
        taken=202,
        refused={2: 404},
        refused_again={2: (404,), 4: (302,)},
    ),
    Message(
        "contract tests: a webhook that names its algorithm",
        secret="x" * 100,
        names_algorithm=True,
        taken=201,
        refused={4: 302},
    ),
)
"""Without a secret, with each algorithm, with the default one; with each kind of response."""
