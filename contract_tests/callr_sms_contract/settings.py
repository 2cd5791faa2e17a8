"""What a run is told: which server, whose account, how long and from which seed."""

import socket
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final
from urllib.parse import SplitResult, urlsplit

from callr_sms_contract.contract import is_phone_number
from callr_sms_contract.guard import is_loopback
from callr_sms_contract.wire import is_plain_path

MOST_SENDS: Final = 100
"""More than these are no test."""
ENGINE_PHASES: Final = ("examples", "coverage", "fuzzing", "stateful")
"""Those of schemathesis."""
ACCOUNT_PHASE: Final = "account"
"""The state machine of ours."""
WEBHOOKS_PHASE: Final = "webhooks"
"""SMS that name an endpoint of ours, and what is pushed there."""
PHASES: Final = (*ENGINE_PHASES, ACCOUNT_PHASE, WEBHOOKS_PHASE)
AUTO: Final = "auto"
EXPECTED: Final = "expect"
OFF: Final = "off"
WEBHOOKS: Final = (AUTO, EXPECTED, OFF)
"""What a run makes of webhooks: judge what comes; hold what does not against the server too; or nothing."""


class SettingError(ValueError):
    """A setting is wrong: the message names it, its value and what was expected."""


@dataclass(frozen=True)
class Shard:
    """One of several equal shares of a run."""

    number: int
    """From 1 on."""
    of: int

    def __post_init__(self) -> None:
        if not 1 <= self.number <= self.of:
            raise SettingError(f"--shard: '{self}' is no share; expected one like 2/8, from 1/8 to 8/8")

    def __str__(self) -> str:
        return f"{self.number}/{self.of}"

    def has(self, place: int) -> bool:
        """Whether what stands at `place` in a list that all shards know is in this one."""
        return place % self.of == self.number - 1

    def share(self, amount: int) -> int:
        """Its part of `amount`; the parts of all shards add up to that."""
        return amount // self.of + (self.number <= amount % self.of)


@dataclass(frozen=True)
class Profile:
    """How much a run tries."""

    max_examples: int
    """Requests that the fuzzing phase makes for each operation."""
    stateful_examples: int
    """Chains of linked requests."""
    live_examples: int
    """Both of these against a live server, which is asked at a polite rate."""
    read_back: int
    """SMS of the run that are read by their hash at its end."""
    seconds: float
    """After how long no more requests are made up; what was begun is brought to its end."""
    account_calls: int
    """Calls of the state machine."""
    account_seconds: float
    """The longest that it may take; a machine that is too slow makes fewer calls."""
    webhook_seconds: float
    """How long events are waited for that do not come."""


PROFILES: Final[Mapping[str, Profile]] = MappingProxyType(
    {
        "quick": Profile(
            max_examples=60,
            stateful_examples=25,
            live_examples=5,
            read_back=1000,
            seconds=24,
            account_calls=4000,
            account_seconds=8,
            webhook_seconds=3,
        ),
        "full": Profile(
            max_examples=1500,
            stateful_examples=400,
            live_examples=60,
            read_back=20000,
            seconds=270,
            account_calls=100000,
            account_seconds=90,
            webhook_seconds=60,
        ),
    }
)


@dataclass(frozen=True)
class Settings:
    """One run. The login and the password appear in no text that a run makes."""

    base_url: str
    login: str = field(repr=False)
    password: str = field(repr=False)
    shortcodes: frozenset[str] = frozenset()
    profile: Profile = PROFILES["quick"]
    seed: int = 0
    max_seconds: float | None = None
    """After how long no more requests are made up; None: the profile says."""
    phases: tuple[str, ...] = PHASES
    live_rate: float = 5
    """The most requests in a second to a live server."""
    operations: tuple[str, ...] = ()
    """The operationIds to call; all of them when empty."""
    fail_fast: bool = False
    """Whether the run ends at the first failure."""
    shard: Shard | None = None
    """Which share of the run; all of it when None."""
    recipients: frozenset[str] = frozenset()
    """The numbers that paid sends may go to; nobody unless named."""
    max_sends: int = 5
    """The most paid sends."""
    webhooks: str = AUTO
    """One of WEBHOOKS."""
    webhooks_seconds: float | None = None
    """How long events are waited for that do not come; None: the profile says."""

    def __post_init__(self) -> None:
        _check_base_url(self.base_url)
        if ":" in self.login:
            raise SettingError(
                "CALLR_LOGIN: a login with a colon cannot be sent; expected one without (RFC 7617)"
            )
        for name, value in (("CALLR_LOGIN", self.login), ("CALLR_PASSWORD", self.password)):
            if not value:
                raise SettingError(f"{name}: '' is no credential; expected it in the environment")
        for number in self.recipients:
            if not is_phone_number(number):
                raise SettingError(
                    f"--allow-send-to: {number!r} is no number; expected one like +33639981234, "
                    "a plus and 7 to 15 digits"
                )
        if not 1 <= self.max_sends <= MOST_SENDS:
            raise SettingError(f"--max-sends: {self.max_sends} is out of range; expected 1 to {MOST_SENDS}")
        for shortcode in self.shortcodes:
            if not (shortcode.isascii() and shortcode.isdigit() and len(shortcode) <= 11):  # noqa: PLR2004 - a sender's length
                raise SettingError(f"--shortcodes: {shortcode!r} is no shortcode; expected 1 to 11 digits")

    @property
    def profile_name(self) -> str:
        """The name under which the profile is chosen."""
        return next((name for name, known in PROFILES.items() if known == self.profile), "own")

    @property
    def seconds_for_webhooks(self) -> float:
        """How long events are waited for that do not come."""
        return self.profile.webhook_seconds if self.webhooks_seconds is None else self.webhooks_seconds

    @property
    def own_seed(self) -> int:
        """The seed of this shard: it makes up requests of its own, which follow from the seed of the run."""
        return self.seed if self.shard is None else self.seed * self.shard.of + self.shard.number

    def share(self, amount: int) -> int:
        """This shard's part of `amount`, 1 at least."""
        return max(1, self.shard.share(amount)) if self.shard else amount

    @property
    def host(self) -> str:
        """The host as the `Host` header names it."""
        url = urlsplit(self.base_url)
        default = {"http": 80, "https": 443}[url.scheme]
        name = f"[{url.hostname}]" if ":" in (url.hostname or "") else str(url.hostname)
        return name if url.port in {None, default} else f"{name}:{url.port}"

    @property
    def base_path(self) -> str:
        """The path of the base URL, without a slash at the end."""
        return urlsplit(self.base_url).path.rstrip("/")


def _check_base_url(value: str) -> None:
    expected = "expected http:// or https://, a host and a path, without credentials, query and fragment"
    try:
        url = urlsplit(value)
        is_right = url.scheme in {"http", "https"} and bool(url.hostname) and not (url.query or url.fragment)
        has_credentials = url.username is not None or url.password is not None
        is_right = is_right and url.port != 0 and value.isascii() and value.isprintable() and " " not in value
    except ValueError:
        raise SettingError(f"--base-url: {value!r} is no URL; {expected}") from None
    if has_credentials:  # they must not be repeated here
        raise SettingError(f"--base-url: the URL holds credentials; {expected}")
    if not is_right:
        raise SettingError(f"--base-url: {value!r} cannot be tested; {expected}")


def addresses_of(option: str, url: SplitResult) -> list[tuple[Any, ...]]:
    """The addresses of the host of `url`; raises SettingError, which names `option`, when it has none."""
    try:
        found = socket.getaddrinfo(url.hostname, url.port or 0, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise SettingError(
            f"{option}: the host {url.hostname!r} has no address; expected one that resolves ({error})"
        ) from None
    return [address for *_, address in found]


def reaches_only_loopback(base_url: str) -> bool:
    """Whether every address of the host of `base_url` is loopback; raises SettingError for an unknown host.

    This decides what is scheduled. What may be sent is decided again, by the guard, at the connected address.
    """
    url = urlsplit(base_url)
    found = addresses_of("--base-url", url)
    only_loopback = all(map(is_loopback, found))
    if not only_loopback and not is_plain_path(url.path.rstrip("/")):
        raise SettingError(
            f"--base-url: the path {url.path!r} could hide a send; expected one like /rest/v1.1, "
            "without escapes, dots, `sms` and `send`"
        )
    return only_loopback
