"""The CALLR SMS REST API v1.1 on your own machine: no phone, no bill, no network.

`create_app` makes an ASGI application for any server or in-process client;
`callr-sms-emulator serve` runs it.
"""

from callr_sms_emulator._app import App, create_app
from callr_sms_emulator._clock import Clock, SystemClock, Timer
from callr_sms_emulator._config import Config
from callr_sms_emulator._plan import Timings
from callr_sms_emulator._sqlite import SqliteStore
from callr_sms_emulator._store import HashTakenError, NewSms, Store, StoredSms, StoreError

__all__ = [
    "App",
    "Clock",
    "Config",
    "HashTakenError",
    "NewSms",
    "SqliteStore",
    "Store",
    "StoreError",
    "StoredSms",
    "SystemClock",
    "Timer",
    "Timings",
    "create_app",
]
