"""A proxy between the right server and the receivers of its webhooks, which changes pushes.

An SMS with an endpoint on this machine is sent with an endpoint of the proxy instead, and shown with its own
one. The proxy reads what the right server pushes, applies the lie, signs the result and pushes it on; the
response of the receiver goes back.
"""

import base64
import hashlib
import hmac
import http.client
import json
import threading
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from typing import Any, Final, cast
from urllib.parse import urlsplit

from callr_sms_contract.wire import HANG_UP, Listener
from callr_sms_contract.wire import Request as WireRequest
from mutants.messages import SEND, Forward, Json, Request, Response, message_of, with_message

_SECONDS: Final = 10
_HERE: Final = ("http://127.0.0.1:", "http://localhost:")
DONE: Final = 200


@dataclass(frozen=True)
class Hook:
    """The webhook of an SMS."""

    endpoint: str
    secret: str = field(default="", repr=False)
    algorithm: str = "SHA256"


@dataclass(frozen=True)
class Push:
    """One push, from the right server or changed by a lie."""

    hook: Hook
    event: Json
    agent: str | None
    method: str = "POST"
    kind: str | None = "application/json"
    """The content type."""
    body: bytes | None = None
    """The event as compact JSON unless given."""
    signature: str | None = ""
    """The right one where it is empty, none where it is None."""
    id: str | None = ""
    """The header; the event's where it is empty, none where it is None."""

    @property
    def change(self) -> int:
        """The number of the change of status, from 1."""
        return len(self.event["data"]["status_history"])

    @property
    def raw(self) -> bytes:
        """The bytes of the body."""
        if self.body is not None:
            return self.body
        return json.dumps(self.event, ensure_ascii=False, separators=(",", ":")).encode()

    def having(self, **members: Any) -> "Push":  # noqa: ANN401 - JSON
        """Return a copy with other properties of the event."""
        return replace(self, event={**self.event, **members})

    def showing(self, **members: Any) -> "Push":  # noqa: ANN401 - JSON
        """Return a copy with other properties of the SMS."""
        return self.having(data={**self.event["data"], **members})


Deliver = Callable[[Push], int]
"""Pushes, and gives the status that was answered."""
Change = Callable[[Push, Deliver], int]
"""Pushes what a lie makes of a push, and gives the status to tell the right server."""


def signed(body: bytes, hook: Hook) -> bytes:
    """Return the HMAC of `body`."""
    return hmac.new(hook.secret.encode(), body, getattr(hashlib, hook.algorithm.lower())).digest()


class WebhookProxy:
    """A lie about webhooks. It listens from the first SMS with an endpoint until it is closed."""

    def __init__(self, change: Change) -> None:
        self._change = change
        self._hooks: list[Hook] = []
        self._listener = Listener(self._pushed)
        self._open = ExitStack()
        self._lock = threading.Lock()

    def __call__(self, request: Request, forward: Forward) -> Response:
        """Send with the proxy's endpoint, and show the original one in the response."""
        return self._restored(forward(self._redirected(request)))

    def close(self) -> None:
        """Stop listening."""
        self._open.close()

    def _redirected(self, request: Request) -> Request:
        message = message_of(request) if request.operation == SEND else None
        options = message.get("options") if message else None
        webhook = options.get("webhook") if isinstance(options, dict) else None
        if message is None or not isinstance(options, dict) or not isinstance(webhook, dict):
            return request
        endpoint = webhook.get("endpoint")
        if not isinstance(endpoint, str) or not endpoint.startswith(_HERE):
            return request
        own = self._own(_hook(webhook))
        options = {**options, "webhook": {**webhook, "endpoint": own}}
        return with_message(request, {**message, "options": options})

    def _own(self, hook: Hook) -> str:
        with self._lock:
            if not self._listener.port:
                self._open.enter_context(self._listener.listening())
            self._hooks.append(hook)
            return f"{self._listener.url}/{len(self._hooks) - 1}"

    def _restored(self, reply: Response) -> Response:
        body = reply.body
        if self._listener.port and self._listener.url.encode() in body:
            for number, hook in enumerate(self._hooks):
                own = json.dumps(f"{self._listener.url}/{number}").encode()
                body = body.replace(own, json.dumps(hook.endpoint).encode())
        return replace(reply, body=body)

    def _pushed(self, pushed: WireRequest) -> int:
        event = cast("Json", json.loads(pushed.body))
        hook = self._hooks[int(urlsplit(pushed.url).path[1:])]
        options = event["data"]["options"]
        options["webhook"]["endpoint"] = hook.endpoint
        try:
            return self._change(Push(hook, event, pushed.headers.get("user-agent")), deliver)
        except (OSError, http.client.HTTPException):
            return HANG_UP


def _hook(webhook: Json) -> Hook:
    secret, algorithm = webhook.get("hmac_secret"), webhook.get("hmac_algo")
    return Hook(
        webhook["endpoint"],
        secret if isinstance(secret, str) else "",
        algorithm if algorithm in {"MD5", "SHA256", "SHA512"} else "SHA256",
    )


def deliver(pushed: Push) -> int:
    """Push once and return the status of the response; raise OSError or HTTPException."""
    url, body = urlsplit(pushed.hook.endpoint), pushed.raw
    own = str(pushed.event.get("event_id"))
    signature = pushed.signature
    if signature == "":
        signature = base64.b64encode(signed(body, pushed.hook)).decode() if pushed.hook.secret else None
    headers = {
        "Content-Type": pushed.kind,
        "User-Agent": pushed.agent,
        "X-CALLR-EventId": own if pushed.id == "" else pushed.id,
        "X-CALLR-HmacSignature": signature,
    }
    connection = http.client.HTTPConnection(str(url.hostname), url.port, timeout=_SECONDS)
    try:
        target = f"{url.path}?{url.query}" if url.query else url.path
        sent = {name: value for name, value in headers.items() if value is not None}
        connection.request(pushed.method, target, body, sent)
        return connection.getresponse().status
    finally:
        connection.close()
