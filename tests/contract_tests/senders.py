"""Programs that send one SMS, each as its library is used: what `callr-sms-contract client` is run on."""

import importlib
import os
import socket
import sys
from typing import NoReturn

import callr  # type: ignore[import-untyped] # the vendor's package has no types
import requests

from callr_sms_client import Callr

TO, TEXT = "+33639981234", "Your code is 482913"


def _account() -> tuple[str, str]:
    return os.environ["CALLR_LOGIN"], os.environ["CALLR_PASSWORD"]


def ours() -> None:
    with Callr.from_env(timeout=3) as client:
        client.sms.send(to=TO, body=TEXT)


def naive() -> None:
    """Repeat whatever fails, and end with 0 after the last attempt, too."""
    url = f"{os.environ['CALLR_BASE_URL']}/sms"
    for _ in range(2):
        try:
            response = requests.post(url, json={"to": TO, "body": TEXT}, auth=_account(), timeout=1)
        except requests.RequestException:
            continue
        if response.ok:
            return


def vendor() -> None:
    """Use the vendor's SDK: it has no timeout of its own, and speaks JSON-RPC."""
    socket.setdefaulttimeout(1)
    api = callr.Api(*_account())
    api.set_api_url(os.environ["CALLR_BASE_URL"].replace("/rest/", "/json-rpc/") + "/")
    api.call("sms.send", "", TO, TEXT, None)


def stock() -> None:
    """Use what openapi-python-client generates, in the folder STOCK, and look at nothing that it returns."""
    sys.path.insert(0, os.environ["STOCK"])
    client = importlib.import_module("stock_client.client").Client(
        os.environ["CALLR_BASE_URL"], httpx_args={"auth": _account()}, timeout=1
    )
    send = importlib.import_module("stock_client.api.sms.send_sms").sync
    body = importlib.import_module("stock_client.models").SendSmsRequest(to=TO, body=TEXT)
    send(client=client, body=body)


def by_query() -> NoReturn:
    """Use the send that is a GET, which has no body to break."""
    url = f"{os.environ['CALLR_BASE_URL']}/sms/send"
    response = requests.get(url, {"to": TO, "body": TEXT}, auth=_account(), timeout=1)
    sys.exit(not response.json()["data"].isalnum())


SENDERS = {each.__name__: each for each in (ours, naive, vendor, stock, by_query)}


def main() -> None:
    """Send as the program does that the first argument names."""
    SENDERS[sys.argv[1]]()
