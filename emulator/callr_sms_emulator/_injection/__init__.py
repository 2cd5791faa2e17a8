"""Fault injection: responses, connections and webhooks that go wrong as a rule says."""

from callr_sms_emulator._injection.injector import Injector, OperationCall
from callr_sms_emulator._injection.recipient import recipient_in, recipient_of
from callr_sms_emulator._injection.webhooks import FaultyTransport

__all__ = ["FaultyTransport", "Injector", "OperationCall", "recipient_in", "recipient_of"]
