"""The configuration of an emulator."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property

from callr_sms_emulator._settings.allowed_addresses import DEFAULT_ALLOWED_ADDRESSES, AllowedAddresses
from callr_sms_emulator._settings.allowed_hosts import AllowedHosts
from callr_sms_emulator._sms import Timings, TrafficRules

DEFAULT_LOGIN = "emulator"
DEFAULT_PASSWORD = "emulator"  # noqa: S105 - published on purpose: it guards nothing but test data

DEFAULT_NUMBER = "+33639980001"
"""A number that ARCEP reserves for fiction."""


@dataclass(frozen=True, kw_only=True)
class Config:
    """The configuration of one emulator.

    Attributes:
        accounts: Passwords by login. SMS belong to the account whose credentials sent them.
        any_account: Whether an unknown login becomes an account.
        admin_token: The token for endpoints that concern all accounts; None: nobody has access.
        seed: The seed of identifiers, which are the same in every run with the same seed; None: random ones.
        shortcodes: The accepted senders that consist of digits.
        stop_number: The number that replaces `%STOPNUM%` in a text with a custom sender.
        number: The sender of SMS without a custom sender, and the recipient of incoming SMS.
        price: The debit for each part, in cents.
        network: The MCC and MNC digits of each SMS, or an empty text.
        timings: How long an SMS stays in each status.
        traffic_rules: The rules for SMS of accounts that have set none of their own.
        allowed_hosts: The hosts that requests may name.
        cors: The origins of other web sites whose pages may send requests, in lower case.
        webhooks_to: The addresses that events may be sent to.
        webhooks_timeout: Seconds that a receiver has to accept the connection, and again to respond.
        path_prefix: What every path begins with, like `/sms-emulator`; empty: nothing.
        page: Whether the inbox page is served.
        read_only: Whether the inbox page changes nothing.
        journal: How many requests of each account are kept; 0: none.
        keep_count: How many SMS of each account are kept; None: all.
        keep_age: How long SMS are kept, in milliseconds of their account's time; None: for ever.
        keep_size: How many bytes of the database are kept; None: all.
    """

    accounts: Mapping[str, str] = field(default_factory=lambda: {DEFAULT_LOGIN: DEFAULT_PASSWORD}, repr=False)
    any_account: bool = False
    admin_token: str | None = field(default=None, repr=False)
    seed: str | None = None
    shortcodes: frozenset[str] = frozenset()
    stop_number: str = "36111"
    number: str = DEFAULT_NUMBER
    price: Decimal = Decimal("7.80")
    network: str = "42509"
    timings: Timings = field(default_factory=Timings)
    traffic_rules: TrafficRules = "none"
    allowed_hosts: AllowedHosts = field(default_factory=AllowedHosts)
    cors: frozenset[str] = frozenset()
    webhooks_to: AllowedAddresses = DEFAULT_ALLOWED_ADDRESSES
    webhooks_timeout: float = 10.0
    path_prefix: str = ""
    page: bool = True
    read_only: bool = False
    journal: int = 1000
    keep_count: int | None = None
    keep_age: int | None = None
    keep_size: int | None = None

    @cached_property
    def published_account(self) -> str:
        """The account whose password is no secret, as `login:password`; empty if it is not served."""
        is_served = self.accounts.get(DEFAULT_LOGIN) == DEFAULT_PASSWORD
        return f"{DEFAULT_LOGIN}:{DEFAULT_PASSWORD}" if is_served else ""

    @cached_property
    def senders(self) -> frozenset[str]:
        """The senders without a letter that are accepted: shortcodes, and the account's number (clients)."""
        return self.shortcodes | {self.number}
