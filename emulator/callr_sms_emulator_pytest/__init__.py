"""pytest fixtures that run the CALLR SMS emulator: no phone, no bill, no network.

`callr_emulator` is an account for each test; `callr_emulator_server` is the process behind it. Both are
available as soon as the package is installed. This module has the types for annotations:

    CallrEmulatorError      the emulator did not start, does not respond, or refused a request
"""

from callr_sms_emulator_pytest._account import CallrEmulator, CallrEmulatorServer
from callr_sms_emulator_pytest._clock import Clock
from callr_sms_emulator_pytest._errors import CallrEmulatorError
from callr_sms_emulator_pytest._faults import FaultRule, Faults
from callr_sms_emulator_pytest._inbox import Inbox
from callr_sms_emulator_pytest._records import Delivery, Fault, Found, Request, Sms, Webhook
from callr_sms_emulator_pytest._requests import Requests
from callr_sms_emulator_pytest._webhooks import Webhooks

__all__ = [
    "CallrEmulator",
    "CallrEmulatorError",
    "CallrEmulatorServer",
    "Clock",
    "Delivery",
    "Fault",
    "FaultRule",
    "Faults",
    "Found",
    "Inbox",
    "Request",
    "Requests",
    "Sms",
    "Webhook",
    "Webhooks",
]
