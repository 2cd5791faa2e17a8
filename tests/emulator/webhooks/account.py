"""An account of an emulator, with what the control API can do for it."""

import hashlib
import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from tests.emulator.support import JSON_TYPE, Answer, Client, basic

DAY = "24h"


@dataclass
class Account:
    """Speaks for one account with both APIs."""

    sms: Client
    control: Client

    @classmethod
    def of(cls, client: Client, name: str) -> "Account":
        login = hashlib.sha256(name.encode()).hexdigest()[:16]
        authorization = basic(f"{login}:secret")
        root = client.url.removesuffix("/rest/v1.1")
        return cls(Client(client.url, authorization), Client(f"{root}/_emulator", authorization))

    def ask(self, method: str, path: str, body: object = None) -> Answer:
        if body is None:
            return self.control.request(method, path)
        return self.control.request(method, path, json.dumps(body).encode(), JSON_TYPE)

    def get(self, method: str, path: str, body: object = None) -> Any:  # noqa: ANN401 - whatever the envelope holds
        """Ask for what must be answered; give its `data`."""
        answer = self.ask(method, path, body)
        assert answer.status == 200, answer.body
        return answer.data

    def refusal(self, method: str, path: str, body: object = None) -> str:
        """Ask for what must be refused; give the status and the message."""
        answer = self.ask(method, path, body)
        assert answer.status != 200, answer.body
        return f"{answer.status} {answer.message}"

    def freeze(self) -> None:
        self.get("POST", "/clock", {"freeze": "2026-03-30 12:00:00"})

    def advance(self, span: str) -> None:
        """Let time pass; return when all that is due by then was told."""
        self.get("POST", "/clock", {"advance": span})

    def subscribe(self, endpoint: str, **settings: object) -> str:
        """Subscribe to events; give the hash."""
        found: str = self.get("POST", "/webhooks", {"endpoint": endpoint, **settings})["hash"]
        return found

    def deliveries(self, **query: object) -> list[dict[str, Any]]:
        """Give all deliveries, page by page."""
        found: list[dict[str, Any]] = []
        after: int | None = 0
        while after is not None:
            page = self.get(
                "GET", "/webhooks/deliveries?" + urlencode({"after": after, "limit": 500, **query})
            )
            found += page["deliveries"]
            after = page["next"]
        return found
