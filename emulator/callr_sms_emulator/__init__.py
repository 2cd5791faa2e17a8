"""The CALLR SMS REST API v1.1 on your own machine: no phone, no bill, no network.

`create_app` returns an ASGI application for any server or in-process client; `callr-sms-emulator serve` runs
it.
"""

from callr_sms_emulator._clock import Clock, SystemClock, Timer
from callr_sms_emulator._handlers import App, create_app
from callr_sms_emulator._settings import Config
from callr_sms_emulator._sms import NewSms, StoredSms, Timings
from callr_sms_emulator._storage import HashTakenError, SqliteStore, Store, StoreError, open_store

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
    "open_store",
]
