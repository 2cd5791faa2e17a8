"""The settings of a run: server, account, profile, seed, phases, webhooks, paid sends."""

import math
import socket
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final
from urllib.parse import SplitResult, urlsplit

from callr_sms_contract.contract import is_phone_number
from callr_sms_contract.guard import is_loopback
from callr_sms_contract.time_budget import Share
from callr_sms_contract.wire import is_plain_path

MOST_SENDS: Final = 100
"""The highest value of `--max-sends`."""
ENGINE_PHASES: Final = ("examples", "coverage", "fuzzing", "stateful")
"""The phases of schemathesis."""
ACCOUNT_PHASE: Final = "account"
"""The phase of the state machine."""
WEBHOOKS_PHASE: Final = "webhooks"
"""The phase that sends SMS with our own receiver as their webhook endpoint."""
PHASES: Final = (*ENGINE_PHASES, ACCOUNT_PHASE, WEBHOOKS_PHASE)
PROBES_PHASE: Final = "probes"
"""The phase of directed requests before the others."""
FOLLOW_UP_PHASE: Final = "follow-up"
"""The phase of directed requests after the others."""
AUTO: Final = "auto"
EXPECTED: Final = "expect"
OFF: Final = "off"
WEBHOOKS: Final = (AUTO, EXPECTED, OFF)
"""`auto`: judge the events that arrive; `expect`: a missing event is a failure, too; `off`: no webhooks."""


class SettingError(ValueError):
    """A wrong setting; the message names it, its value and what was expected."""


@dataclass(frozen=True)
class Shard:
    """One of several equal shares of a run."""

    number: int
    """Counted from 1."""
    of: int

    def __post_init__(self) -> None:
        if not 1 <= self.number <= self.of:
            raise SettingError(f"--shard: '{self}' is not a shard; expected one like 2/8, from 1/8 to 8/8")

    def __str__(self) -> str:
        return f"{self.number}/{self.of}"

    def has(self, place: int) -> bool:
        """Return whether the item at `place` of a list that all shards know belongs to this one."""
        return place % self.of == self.number - 1

    def share(self, amount: int) -> int:
        """Return this shard's part of `amount`; the parts of all shards add up to it."""
        return amount // self.of + (self.number <= amount % self.of)


@dataclass(frozen=True)
class Profile:
    """How much a run tests."""

    max_examples: int
    """Generated requests for each operation in the fuzzing phase."""
    stateful_examples: int
    """Chains of linked requests."""
    live_examples: int
    """The same two numbers for a live server, which is called at a limited rate."""
    read_back: int
    """How many SMS of the run are read by their hash at its end."""
    seconds: float
    """After how many seconds no more requests are generated; a phase that has begun is finished."""
    account_calls: int
    """Calls of the state machine."""
    account_seconds: float
    """Its time limit in seconds, unless that of the run was given; on a slow machine it makes fewer calls."""
    webhook_seconds: float
    """How many seconds to wait for missing events."""
    extra_seconds: float
    """How many seconds more phases may take that have not got their minimum."""
    shares: Mapping[str, Share] = field(hash=False)
    """By phase: the weight of its time, measured on a quiet machine, and its minimum of requests."""


PROFILES: Final[Mapping[str, Profile]] = MappingProxyType(
    {
        "quick": Profile(
            max_examples=60,
            stateful_examples=25,
            live_examples=5,
            read_back=1000,
            seconds=30,
            account_calls=4000,
            account_seconds=8,
            webhook_seconds=3,
            extra_seconds=10,
            shares={
                PROBES_PHASE: Share(5, 120),
                WEBHOOKS_PHASE: Share(1, 5),
                "examples": Share(12, 40),
                "coverage": Share(14, 24),
                "fuzzing": Share(5, 20),
                "stateful": Share(4, 8),
                ACCOUNT_PHASE: Share(7, 200),
                FOLLOW_UP_PHASE: Share(3, 20),
            },
        ),
        "full": Profile(
            max_examples=1500,
            stateful_examples=400,
            live_examples=60,
            read_back=20000,
            seconds=270,
            account_calls=100000,
            account_seconds=120,
            webhook_seconds=60,
            extra_seconds=60,
            shares={
                PROBES_PHASE: Share(3, 400),
                WEBHOOKS_PHASE: Share(1, 5),
                "examples": Share(6, 160),
                "coverage": Share(9, 80),
                "fuzzing": Share(110, 400),
                "stateful": Share(35, 200),
                ACCOUNT_PHASE: Share(85, 3000),
                FOLLOW_UP_PHASE: Share(35, 100),
            },
        ),
    }
)


@dataclass(frozen=True)
class Settings:
    """The settings of one run. No output of a run contains the login or the password."""

    base_url: str
    login: str = field(repr=False)
    password: str = field(repr=False)
    shortcodes: frozenset[str] = frozenset()
    profile: Profile = PROFILES["quick"]
    seed: int = 0
    max_seconds: float | None = None
    """After how many seconds no more requests are generated; None: as the profile says."""
    phases: tuple[str, ...] = PHASES
    live_rate: float = 5
    """The highest number of requests per second to a live server."""
    rate: float | None = None
    """The highest number of requests per second to any server; None: no limit but that of a live one."""
    operations: tuple[str, ...] = ()
    """The operationIds to test; all of them when empty."""
    excluded: frozenset[str] = frozenset()
    """The operations that are not called, and the checks and rules that find nothing, by name."""
    client_certificate: str = ""
    """A PEM file with a certificate and its key, which the client presents; an empty string for none."""
    allow_incomplete: bool = False
    """Whether a run may hold the contract although phases did not get their minimum of requests."""
    fail_fast: bool = False
    """Whether the run ends at the first failure."""
    shard: Shard | None = None
    """The share of the run; None: all of it."""
    recipients: frozenset[str] = frozenset()
    """The phone numbers that paid sends may go to; by default none."""
    max_sends: int = 5
    """The highest number of paid sends."""
    webhooks: str = AUTO
    """One of WEBHOOKS."""
    webhooks_seconds: float | None = None
    """How many seconds to wait for missing events; None: as the profile says."""

    def __post_init__(self) -> None:
        _check_base_url(self.base_url)
        if ":" in self.login:
            raise SettingError(
                "CALLR_LOGIN: the login contains a colon, which HTTP Basic cannot carry (RFC 7617); "
                "expected a login without one"
            )
        for name, value in (("CALLR_LOGIN", self.login), ("CALLR_PASSWORD", self.password)):
            if not value:
                raise SettingError(f"{name}: '' is not a credential; expected it in the environment")
        for number in self.recipients:
            if not is_phone_number(number):
                raise SettingError(
                    f"--allow-send-to: {number!r} is not a phone number; expected one like +33639981234, "
                    "a plus and 7 to 15 digits"
                )
        if not 1 <= self.max_sends <= MOST_SENDS:
            raise SettingError(f"--max-sends: {self.max_sends} is out of range; expected 1 to {MOST_SENDS}")
        if self.rate is not None and not 0 < self.rate < float("inf"):
            raise SettingError(
                f"--rate: {self.rate:g} is not a rate; expected requests per second, more than 0, such as 2.5"
            )
        for shortcode in self.shortcodes:
            if not (shortcode.isascii() and shortcode.isdigit() and len(shortcode) <= 11):  # noqa: PLR2004 - a sender's length
                raise SettingError(f"--shortcodes: {shortcode!r} is not a shortcode; expected 1 to 11 digits")

    @property
    def profile_name(self) -> str:
        """Return the name of the profile."""
        return next((name for name, known in PROFILES.items() if known == self.profile), "own")

    @property
    def seconds_for_webhooks(self) -> float:
        """How many seconds to wait for missing events."""
        return self.profile.webhook_seconds if self.webhooks_seconds is None else self.webhooks_seconds

    @property
    def extra_seconds(self) -> float:
        """Return how many seconds more phases without their minimum may take; none after `max_seconds`."""
        return self.profile.extra_seconds if self.max_seconds is None else 0

    def shares(self, operations: int, *, is_live: bool) -> Mapping[str, Share]:
        """Return the shares of the phases; minimums shrink with the shard and the selected operations.

        `operations` is how many there are. A live server is called at a limited rate.
        """
        part = len(self.operations) / operations if self.operations else 1.0
        least = len(self.operations) or operations
        return {
            name: Share(
                share.weight,
                min(share.minimum, least) if is_live else math.ceil(self.share(share.minimum) * part),
            )
            for name, share in self.profile.shares.items()
        }

    @property
    def own_seed(self) -> int:
        """Return the seed of this shard, derived from that of the run: shards generate other requests."""
        return self.seed if self.shard is None else self.seed * self.shard.of + self.shard.number

    def share(self, amount: int) -> int:
        """Return this shard's part of `amount`, at least 1."""
        return max(1, self.shard.share(amount)) if self.shard else amount

    @property
    def host(self) -> str:
        """Return the host as the `Host` header names it."""
        url = urlsplit(self.base_url)
        default = {"http": 80, "https": 443}[url.scheme]
        name = f"[{url.hostname}]" if ":" in (url.hostname or "") else str(url.hostname)
        return name if url.port in {None, default} else f"{name}:{url.port}"

    @property
    def base_path(self) -> str:
        """Return the path of the base URL, without a slash at the end."""
        return urlsplit(self.base_url).path.rstrip("/")


def _check_base_url(value: str) -> None:
    expected = "expected http:// or https://, a host and a path, without credentials, query and fragment"
    try:
        url = urlsplit(value)
        is_right = url.scheme in {"http", "https"} and bool(url.hostname) and not (url.query or url.fragment)
        has_credentials = url.username is not None or url.password is not None
        is_right = is_right and url.port != 0 and value.isascii() and value.isprintable() and " " not in value
    except ValueError:
        raise SettingError(f"--base-url: {value!r} is not a URL; {expected}") from None
    if has_credentials:  # they must not be repeated here
        raise SettingError(f"--base-url: the URL contains credentials; {expected}")
    if not is_right:
        raise SettingError(f"--base-url: {value!r} is not the URL of a server; {expected}")


def addresses_of(option: str, url: SplitResult) -> list[tuple[Any, ...]]:
    """Return the addresses of the host of `url`; raises SettingError, naming `option`, if it has none."""
    try:
        found = socket.getaddrinfo(url.hostname, url.port or 0, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise SettingError(
            f"{option}: the host {url.hostname!r} has no address; expected one that resolves ({error})"
        ) from None
    return [address for *_, address in found]


def reaches_only_loopback(base_url: str) -> bool:
    """Return whether the host of `base_url` has loopback addresses only; raises SettingError for none at all.

    This decides what is planned. The guard decides again what may be sent, by the address of the connection.
    """
    url = urlsplit(base_url)
    found = addresses_of("--base-url", url)
    only_loopback = all(map(is_loopback, found))
    if not only_loopback and not is_plain_path(url.path.rstrip("/")):
        raise SettingError(
            f"--base-url: the path {url.path!r} could hide a send; expected a path like /rest/v1.1, "
            "without escapes, dots, `sms` and `send`"
        )
    return only_loopback
