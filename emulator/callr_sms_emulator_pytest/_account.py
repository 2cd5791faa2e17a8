"""What the fixtures give: an account of the emulator, and the emulator with all accounts."""

from __future__ import annotations

import itertools
import secrets
from dataclasses import dataclass, field
from typing import Any

from callr_sms_emulator_pytest._clock import Clock
from callr_sms_emulator_pytest._control import Control
from callr_sms_emulator_pytest._faults import Faults
from callr_sms_emulator_pytest._inbox import Inbox
from callr_sms_emulator_pytest._requests import Requests
from callr_sms_emulator_pytest._webhooks import Webhooks


class CallrEmulator:
    """An account of the emulator, empty at the start of the test.

    Attributes:
        base_url: Where the API is, like `http://127.0.0.1:40123/rest/v1.1`.
        login: The login of the account.
        password: Its password.
        inbox: Its SMS.
        clock: Its clock.
        webhooks: Who is told of its events.
        faults: What goes wrong in it on purpose.
        requests: What was asked of the API in its name.
    """

    def __init__(self, base_url: str, login: str, password: str) -> None:
        self.base_url = base_url
        self.login = login
        self.password = password
        self._control = Control(base_url, login, password)
        self.inbox = Inbox(self._control)
        self.clock = Clock(self._control)
        self.webhooks = Webhooks(self._control)
        self.faults = Faults(self._control)
        self.requests = Requests(self._control)

    def __repr__(self) -> str:
        return f"CallrEmulator(base_url={self.base_url!r}, login={self.login!r})"

    @property
    def environment(self) -> dict[str, str]:
        """What a program needs to use the account: `CALLR_BASE_URL`, `CALLR_LOGIN` and `CALLR_PASSWORD`."""
        return {
            "CALLR_BASE_URL": self.base_url,
            "CALLR_LOGIN": self.login,
            "CALLR_PASSWORD": self.password,
        }

    def count(self) -> int:
        """Tell how many SMS the account has, sent and come in.

        Raises:
            CallrEmulatorError: The emulator does not answer.
        """
        found: dict[str, Any] = self._control.get("/account")
        return int(found["sms"])

    def reset(self) -> None:
        """Remove all that the account has and what was set for it.

        Raises:
            CallrEmulatorError: The emulator does not answer.
        """
        self._control.post("/reset")


@dataclass
class CallrEmulatorServer:
    """A running emulator that makes an account of any login that is new.

    Attributes:
        base_url: Where the API is, like `http://127.0.0.1:40123/rest/v1.1`.
        worker: Part of the login of every account: which xdist worker this is.
    """

    base_url: str
    worker: str = "main"
    _numbers: itertools.count[int] = field(default_factory=lambda: itertools.count(1), repr=False)

    def new_account(self) -> CallrEmulator:
        """Give an account that nobody else has: for a second one in a test, or one for a whole module."""
        login = f"pytest-{self.worker}-{next(self._numbers)}-{secrets.token_hex(4)}"
        return CallrEmulator(self.base_url, login, secrets.token_urlsafe(12))
