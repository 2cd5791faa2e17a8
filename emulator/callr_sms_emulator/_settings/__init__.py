"""The settings of an emulator."""

from callr_sms_emulator._settings.allowed_addresses import (
    DEFAULT_ALLOWED_ADDRESSES,
    AllowedAddresses,
    read_allowed_addresses,
)
from callr_sms_emulator._settings.allowed_hosts import AllowedHosts, read_authority, read_host, read_origin
from callr_sms_emulator._settings.config import DEFAULT_LOGIN, DEFAULT_NUMBER, DEFAULT_PASSWORD, Config

__all__ = [
    "DEFAULT_ALLOWED_ADDRESSES",
    "DEFAULT_LOGIN",
    "DEFAULT_NUMBER",
    "DEFAULT_PASSWORD",
    "AllowedAddresses",
    "AllowedHosts",
    "Config",
    "read_allowed_addresses",
    "read_authority",
    "read_host",
    "read_origin",
]
