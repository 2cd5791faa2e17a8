"""Sends an SMS and ends once a webhook says that it was received; exit code 1 if none does."""

import json
import os
import sys
from base64 import b64encode
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

WEBHOOK_URL = os.environ["WEBHOOK_URL"]
SECONDS = 60


class Receiver(BaseHTTPRequestHandler):
    """Accepts events, and keeps the last status."""

    status = ""

    def do_POST(self) -> None:
        """Accept an event."""
        event = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.send_response(204)
        self.end_headers()
        Receiver.status = event["data"]["status"]
        print(event["type"], event["data"]["hash"], Receiver.status, flush=True)  # noqa: T201 - a program

    def log_message(self, *_: object) -> None:
        """Print no line for each request."""


def send() -> str:
    """Send an SMS with a webhook; return its hash."""
    sms = {"to": "+447700900123", "body": "Hello", "options": {"webhook": {"endpoint": WEBHOOK_URL}}}
    credentials = f"{os.environ['CALLR_LOGIN']}:{os.environ['CALLR_PASSWORD']}"
    headers = {
        "Authorization": "Basic " + b64encode(credentials.encode()).decode(),
        "Content-Type": "application/json",
    }
    url = os.environ["CALLR_BASE_URL"] + "/sms"
    request = Request(url, json.dumps(sms).encode(), headers)  # noqa: S310 - the URL of the settings
    with urlopen(request, timeout=SECONDS) as response:  # noqa: S310 - as above
        sms_hash: str = json.load(response)["data"]
        return sms_hash


def main() -> int:
    """Listen before the SMS is sent, so that no event is missed."""
    with HTTPServer(("", urlsplit(WEBHOOK_URL).port or 80), Receiver) as server:
        server.timeout = SECONDS
        print("sent", send(), flush=True)  # noqa: T201 - a program
        while Receiver.status != "RECEIVED":
            before = Receiver.status
            server.handle_request()
            if Receiver.status == before:
                return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
