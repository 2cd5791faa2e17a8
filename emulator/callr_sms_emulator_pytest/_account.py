"""The values of the fixtures: an account of the emulator, and the emulator itself."""

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
        base_url: The URL of the API, like `http://127.0.0.1:40123/rest/v1.1`.
        login: The login of the account.
        password: Its password.
        inbox: Its SMS.
        clock: Its clock.
        webhooks: Its subscriptions and their deliveries.
        faults: Its fault rules.
        requests: Its requests to the API.
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
        """Environment variables for a program: `CALLR_BASE_URL`, `CALLR_LOGIN` and `CALLR_PASSWORD`."""
        return {
            "CALLR_BASE_URL": self.base_url,
            "CALLR_LOGIN": self.login,
            "CALLR_PASSWORD": self.password,
        }

    def count(self) -> int:
        """Return the number of SMS of the account, sent and received.

        Raises:
            CallrEmulatorError: The emulator does not respond.
        """
        found: dict[str, Any] = self._control.get("/account")
        return int(found["sms"])

    def reset(self) -> None:
        """Delete all data and settings of the account.

        Raises:
            CallrEmulatorError: The emulator does not respond.
        """
        self._control.post("/reset")


@dataclass
class CallrEmulatorServer:
    """A running emulator that creates an account for each new login.

    Attributes:
        base_url: The URL of the API, like `http://127.0.0.1:40123/rest/v1.1`.
        worker: The name of the xdist worker, a part of the login of each account.
    """

    base_url: str
    worker: str = "main"
    _numbers: itertools.count[int] = field(default_factory=lambda: itertools.count(1), repr=False)

    def new_account(self) -> CallrEmulator:
        """Return a new account: for a second one in a test, or one for a whole module."""
        login = f"pytest-{self.worker}-{next(self._numbers)}-{secrets.token_hex(4)}"
        return CallrEmulator(self.base_url, login, secrets.token_urlsafe(12))
