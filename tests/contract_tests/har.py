"""HAR files of what passed through a proxy, as a browser would save them."""

import base64
import json
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tests.contract_tests.lying_proxy import Request, Response


class Recorder:
    """A lie that tells the truth, and writes it down."""

    def __init__(self, origin: str = "https://api.example/rest/v1.1") -> None:
        self.entries: list[dict[str, Any]] = []
        self._origin = origin.removesuffix("/rest/v1.1")
        self._began = datetime(2026, 3, 19, 12, tzinfo=UTC)

    def __call__(self, told: Response, asked: Request) -> Response:
        moment = self._began + timedelta(seconds=len(self.entries))
        entry = {
            "startedDateTime": moment.isoformat().replace("+00:00", "Z"),
            "time": 12.5,
            "request": {
                "method": asked.method,
                "url": self._origin + asked.target,
                "httpVersion": "HTTP/1.1",
                "headers": _headers(asked.headers),
            },
            "response": {
                "status": told.status,
                "headers": _headers(told.headers),
                "content": {"text": base64.b64encode(told.body).decode(), "encoding": "base64"},
            },
        }
        if asked.body:
            entry["request"] |= {"postData": {"mimeType": "", "text": asked.body.decode()}}  # type: ignore[operator]
        self.entries.append(entry)
        return told

    def write(self, path: Path, *, stripped: bool = False) -> Path:
        """Save all of it; `stripped` of credentials, as browsers do."""
        entries = json.loads(json.dumps(self.entries))
        for entry in entries if stripped else ():
            headers = entry["request"]["headers"]
            entry["request"]["headers"] = [
                each for each in headers if each["name"].lower() != "authorization"
            ]
        path.write_text(json.dumps({"log": {"version": "1.2", "entries": entries}}), encoding="utf-8")
        return path


def _headers(pairs: Iterable[tuple[str, str]]) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in pairs]
