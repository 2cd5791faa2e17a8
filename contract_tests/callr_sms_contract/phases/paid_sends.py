"""Paid sends: few, short, and only to the phone numbers of `--allow-send-to`.

Each is written to the socket at once, so that the guard sees the whole request before a byte leaves.
"""

import http.client
import json
import time
from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation
from itertools import cycle
from typing import Any, Final
from urllib.parse import urlsplit

from callr_sms_contract import events
from callr_sms_contract.phases.phase import Phase
from callr_sms_contract.settings import Settings
from callr_sms_contract.wire import Reply, Request, Response, Timing, basic_header, join_headers, open_socket

PHASE: Final = "paid"
_SECONDS: Final = 30

MESSAGES: Final[tuple[tuple[str, Mapping[str, Any]], ...]] = (
    ("a plain text", {"body": "Contract test: plain"}),
    ("a text outside the basic set", {"body": "Contract test: ê 5 €"}),
    ("GSM forced", {"body": "Contract test: «forced» ê", "options": {"force_encoding": "GSM"}}),
    (
        "options that come back",
        {"body": "Contract test: options", "options": {"nature": "ALERTING", "user_data": "contract-test"}},
    ),
    ("a sender of its own", {"from": "SMS", "body": "Contract test: sender"}),
    ("a STOP number", {"from": "SMS", "body": "Contract test: %STOPNUM%"}),
    ("exactly as long as a UNICODE part", {"body": "Contract test: ".ljust(69, ".") + "ê"}),
)
"""One part each, the most informative first."""


def planned_sends(settings: Settings) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """Return the sends of a run: a name, the recipient, and the message without it."""
    numbers = sorted(settings.recipients)
    if numbers:
        for (name, message), number in zip(MESSAGES[: settings.max_sends], cycle(numbers), strict=False):
            yield name, number, message


class PaidSends(Phase):
    """Sends to the numbers of `--allow-send-to`, each read and listed afterwards."""

    name = counted_as = PHASE

    def reason_to_skip(self) -> str | None:
        """Return "" unless numbers are allowed."""
        return None if self._settings.recipients else ""

    def run(self) -> None:
        """Send each planned message, read it, list its second, and report the cost in one line."""
        accepted, debits = 0, []
        plan = list(planned_sends(self._settings))
        for _, number, message in plan:
            found = self._sent({"to": number, **message})
            if found is None:
                continue
            accepted += 1
            debit = self._read_back(found)
            if debit is not None:
                debits.append(debit)
        numbers = len({number for _, number, _ in plan})
        cost = f", {sum(debits, Decimal())} debited" if debits else ""
        sends = f"{len(plan)} of at most {self._settings.max_sends}, {accepted} accepted"
        to = f"{numbers} {'number' if numbers == 1 else 'numbers'}"
        self._context.emit(events.MoneySpent(f"paid sends: {sends}, to {to}{cost}"))

    def _sent(self, message: Mapping[str, Any]) -> str | None:
        body = json.dumps(message, ensure_ascii=False).encode()
        exchange = self._context.record(PHASE, "POST /sms", _exchange(self._settings, "POST", "/sms", body))
        data = exchange.data if exchange is not None else None
        return data if isinstance(data, str) and data.isalnum() and data.isascii() else None

    def _read_back(self, wanted: str) -> Decimal | None:
        reply = _exchange(self._settings, "GET", f"/sms/{wanted}", b"")
        exchange = self._context.record(PHASE, "GET /sms/{hash}", reply)
        sms = exchange.data if exchange is not None else None
        if not isinstance(sms, dict):
            return None
        second = str(sms.get("date_creation")).replace(" ", "+").replace(":", "%3A")
        target = f"/sms?type=OUT&from={second}&to={second}"
        self._context.record(PHASE, "GET /sms", _exchange(self._settings, "GET", target, b""))
        try:
            return Decimal(str(sms.get("b_customer_debit")))
        except InvalidOperation:
            return None


def _exchange(settings: Settings, method: str, target: str, body: bytes) -> Reply:
    """Make one request, written at once and never retried, and return it with its response, if any."""
    headers = {"authorization": basic_header(settings.login, settings.password), "accept": "*/*"}
    if body:
        headers |= {"content-type": "application/json", "content-length": str(len(body))}
    lines = [f"{method} {settings.base_path}{target} HTTP/1.1", f"host: {settings.host}", "connection: close"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    request = Request(method, f"{settings.base_url.rstrip('/')}{target}", headers, body)
    began = time.monotonic()
    response = None
    try:
        with open_socket(urlsplit(settings.base_url), _SECONDS) as sock:
            sock.sendall("\r\n".join([*lines, "", ""]).encode() + body)
            received = http.client.HTTPResponse(sock, method=method)
            received.begin()
            response = Response(received.status, join_headers(received.getheaders()), received.read())
    except (OSError, http.client.HTTPException):
        pass
    return request, response, Timing(began, time.monotonic())
