"""The curl lines of failures: they send the same bytes, and hold no credentials."""

import base64
import subprocess

import pytest

from callr_sms_contract.wire.curl_command import curl
from callr_sms_contract.wire.messages import Request
from tests.conftest import RunningEmulator
from tests.contract_tests.lying_proxy import Proxy
from tests.contract_tests.test_cli import environment


def test_a_curl_line_holds_no_half_of_the_credentials() -> None:
    token = base64.b64encode(b"somebody:other").decode()
    request = Request("GET", "http://127.0.0.1:1/sms", {"authorization": f"Basic {token}"})
    line = curl(request, "somebody", "wrong")
    assert '-u "$CALLR_LOGIN:not-the-one"' in line
    assert token not in line


@pytest.mark.parametrize("body", [b'{"to": "it\'s"}', "100 % é\n".encode(), b"\x00\xff\\'"])
def test_the_curl_line_sends_the_same_bytes(body: bytes, emulator: RunningEmulator) -> None:
    with Proxy(emulator.base_url).listening() as proxy:
        request = Request("POST", f"{proxy.base_url}/sms?a=%27", {"content-type": "application/json"}, body)
        line = curl(request, "a", "b")
        subprocess.run(line, shell=True, check=True, capture_output=True, env=environment("a", "b"))  # noqa: S602 - a line for a shell
    assert [(asked.method, asked.target, asked.body) for asked in proxy.asked] == [
        ("POST", "/rest/v1.1/sms?a=%27", body)
    ]


def test_the_curl_line_sends_chunks_where_chunks_were_sent(emulator: RunningEmulator) -> None:
    headers = {"content-type": "application/json", "transfer-encoding": "chunked"}
    with Proxy(emulator.base_url).listening() as proxy:
        line = curl(Request("POST", f"{proxy.base_url}/sms", headers, b"{}"), "a", "b")
        subprocess.run(line, shell=True, check=True, capture_output=True, env=environment("a", "b"))  # noqa: S602 - a line for a shell
    (asked,) = proxy.asked
    assert asked.body == b"{}"
    assert ("transfer-encoding", "chunked") in [(name.lower(), value) for name, value in asked.headers]
