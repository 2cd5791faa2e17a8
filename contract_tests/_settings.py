"""What a run is told: which server, whose account, how long and from which seed."""

import socket
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final
from urllib.parse import SplitResult, urlsplit

from contract_tests._guard import is_loopback
from contract_tests._wire import is_plain_path

PHASES: Final = ("examples", "coverage", "fuzzing", "stateful")


class SettingError(ValueError):
    """A setting is wrong: the message names it, its value and what was expected."""


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


PROFILES: Final[Mapping[str, Profile]] = MappingProxyType(
    {
        "quick": Profile(max_examples=60, stateful_examples=25, live_examples=5, read_back=1000),
        "full": Profile(max_examples=1500, stateful_examples=400, live_examples=60, read_back=20000),
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
    phases: tuple[str, ...] = PHASES
    live_rate: str = "5/s"
    """How often a live server is asked, as a number for each `s` or `m`."""
    operations: tuple[str, ...] = ()
    """The operationIds to call; all of them when empty."""
    fail_fast: bool = False
    """Whether the run ends at the first failure."""

    def __post_init__(self) -> None:
        _check_base_url(self.base_url)
        if ":" in self.login:
            raise SettingError(
                "CALLR_LOGIN: a login with a colon cannot be sent; expected one without (RFC 7617)"
            )
        for name, value in (("CALLR_LOGIN", self.login), ("CALLR_PASSWORD", self.password)):
            if not value:
                raise SettingError(f"{name}: '' is no credential; expected it in the environment")
        for shortcode in self.shortcodes:
            if not (shortcode.isascii() and shortcode.isdigit() and len(shortcode) <= 11):  # noqa: PLR2004 - a sender's length
                raise SettingError(f"--shortcodes: {shortcode!r} is no shortcode; expected 1 to 11 digits")

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


def reaches_only_loopback(base_url: str) -> bool:
    """Whether every address of the host of `base_url` is loopback; raises SettingError for an unknown host.

    This decides what is scheduled. What may be sent is decided again, by the guard, at the connected address.
    """
    url: SplitResult = urlsplit(base_url)
    try:
        found = socket.getaddrinfo(url.hostname, url.port or 0, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise SettingError(
            f"--base-url: the host {url.hostname!r} has no address; expected one that resolves ({error})"
        ) from None
    only_loopback = all(is_loopback(address) for *_, address in found)
    if not only_loopback and not is_plain_path(url.path.rstrip("/")):
        raise SettingError(
            f"--base-url: the path {url.path!r} could hide a send; expected one like /rest/v1.1, "
            "without escapes, dots, `sms` and `send`"
        )
    return only_loopback
