"""The clock of an emulator, set through its control API."""

import json
import urllib.request
from urllib.parse import urlsplit

from callr_sms_contract.emulator import ACCOUNT
from callr_sms_contract.wire.client import basic_header


def control(base_url: str, path: str, **members: object) -> None:
    """Send `members` to the control API of the emulator at `base_url`."""
    url = f"http://{urlsplit(base_url).netloc}/_emulator/{path}"
    headers = {"Authorization": basic_header(*ACCOUNT), "Content-Type": "application/json"}
    request = urllib.request.Request(url, json.dumps(members).encode(), headers)
    with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310 - as above
        assert answer.status == 200
