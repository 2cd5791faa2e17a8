"""Accounts: their credentials, settings, hashes of new SMS, and logged requests."""

from callr_sms_emulator._accounts.accounts import Account, Accounts
from callr_sms_emulator._accounts.authenticator import Authenticator
from callr_sms_emulator._accounts.request_log import KEPT_HEADERS, SIZE, LoggedRequest, RequestLog
from callr_sms_emulator._accounts.sessions import Sessions

__all__ = [
    "KEPT_HEADERS",
    "SIZE",
    "Account",
    "Accounts",
    "Authenticator",
    "LoggedRequest",
    "RequestLog",
    "Sessions",
]
