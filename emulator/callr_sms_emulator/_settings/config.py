"""What can be set about an emulator."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from callr_sms_emulator._settings.allowed_addresses import DEFAULT_ALLOWED_ADDRESSES, AllowedAddresses
from callr_sms_emulator._sms import Timings

DEFAULT_LOGIN = "emulator"
DEFAULT_PASSWORD = "emulator"  # noqa: S105 - published on purpose: it guards nothing but test data

DEFAULT_NUMBER = "+33639980001"
"""One that is set aside for fiction (ARCEP)."""


def _default_accounts() -> dict[str, str]:
    return {DEFAULT_LOGIN: DEFAULT_PASSWORD}


@dataclass(frozen=True, kw_only=True)
class Config:
    """The rules of one emulator that are not the same for every account of the real API.

    Attributes:
        accounts: Password by login. SMS belong to the account whose credentials sent them.
        any_account: Whether a login that is new becomes an account.
        admin_token: Lets in to what concerns all accounts; None: nobody.
        seed: Identifiers are the same in every run with the same seed; None: never.
        shortcodes: Senders of digits only that are accepted.
        stop_number: What `%STOPNUM%` becomes in a text with a custom sender.
        number: The number that SMS without a sender are sent from, and that incoming ones go to.
        price: Cents debited for each part.
        network: MCC and MNC digits reported for each SMS, or nothing.
        timings: How long an SMS stays in each status.
        webhooks_to: Which addresses events may be pushed to.
        webhooks_timeout: Seconds that a receiver has for the connection, and again for its answer.
        journal: How many requests of each account are remembered; 0: none.
    """

    accounts: Mapping[str, str] = field(default_factory=_default_accounts, repr=False)
    any_account: bool = False
    admin_token: str | None = field(default=None, repr=False)
    seed: str | None = None
    shortcodes: frozenset[str] = frozenset()
    stop_number: str = "36111"
    number: str = DEFAULT_NUMBER
    price: Decimal = Decimal("7.80")
    network: str = "42509"
    timings: Timings = field(default_factory=Timings)
    webhooks_to: AllowedAddresses = DEFAULT_ALLOWED_ADDRESSES
    webhooks_timeout: float = 10.0
    journal: int = 1000
