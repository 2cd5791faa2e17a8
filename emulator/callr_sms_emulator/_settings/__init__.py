"""Settings: what the command line sets, read and checked."""

from callr_sms_emulator._settings.allowed_addresses import DEFAULT_REACH, Reach, read_reach
from callr_sms_emulator._settings.config import DEFAULT_LOGIN, DEFAULT_NUMBER, DEFAULT_PASSWORD, Config

__all__ = [
    "DEFAULT_LOGIN",
    "DEFAULT_NUMBER",
    "DEFAULT_PASSWORD",
    "DEFAULT_REACH",
    "Config",
    "Reach",
    "read_reach",
]
