"""A client of the control API of the emulator, on the standard library alone."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode, urlsplit

from callr_sms_emulator_pytest._errors import CallrEmulatorError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

# No response takes this long, even on a busy machine; only waiting for an SMS may add to it.
_TIMEOUT = 60.0
_OK = 200


@dataclass(frozen=True)
class Control:
    """The control API, for one account.

    Attributes:
        base_url: The URL of the emulated API; the control API is on the same host.
        login: The login of the account.
        password: Its password.
    """

    base_url: str
    login: str
    password: str = field(repr=False)

    def get(self, path: str, query: Mapping[str, object | None] | None = None, wait: float = 0) -> Any:  # noqa: ANN401 - the data of any envelope
        """Make a GET request without the parameters that are None; it may take `wait` seconds longer."""
        given = {name: str(value) for name, value in (query or {}).items() if value is not None}
        return self.ask("GET", f"{path}?{urlencode(given, quote_via=quote)}" if given else path, wait=wait)

    def pages(self, path: str, query: Mapping[str, object | None], items: str, cursor: str) -> Iterator[Any]:
        """Yield the items of all pages: `items` is their property, `cursor` the parameter of a page."""
        following = None
        while True:
            page = self.get(path, {**query, cursor: following})
            yield from page[items]
            following = page["next"]
            if following is None:
                return

    def post(self, path: str, parameters: Mapping[str, object | None] | None = None) -> Any:  # noqa: ANN401 - as get
        """Make a POST request without the parameters that are None."""
        if parameters is None:
            return self.ask("POST", path)
        given = {name: value for name, value in parameters.items() if value is not None}
        return self.ask("POST", path, json.dumps(given).encode())

    def delete(self, path: str) -> Any:  # noqa: ANN401 - as get
        """Make a DELETE request."""
        return self.ask("DELETE", path)

    def ask(self, method: str, path: str, body: bytes | None = None, *, wait: float = 0) -> Any:  # noqa: ANN401 - as get
        """Make one request; `path` comes after `/_emulator`.

        Raises:
            CallrEmulatorError: The emulator refused the request, or does not respond.
        """
        status, content = self._exchange(method, path, body, _TIMEOUT + wait)
        try:
            data = json.loads(content)["data"]
        except (ValueError, LookupError, TypeError):
            raise CallrEmulatorError("the response is not from an emulator", status) from None
        if status != _OK:
            raise CallrEmulatorError(data["message"], status)
        return data

    def _exchange(self, method: str, path: str, body: bytes | None, timeout: float) -> tuple[int, bytes]:
        import http.client  # noqa: PLC0415 - slow to import, and most test runs never use the fixture

        address = urlsplit(self.base_url)
        credentials = base64.b64encode(f"{self.login}:{self.password}".encode()).decode()
        headers = {"Authorization": f"Basic {credentials}"}
        if body is not None:
            headers["Content-Type"] = "application/json"
        # A connection for each request: tests use the fixture from several threads.
        connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=timeout)
        try:
            connection.request(method, f"/_emulator{path}", body, headers)
            response = connection.getresponse()
            return response.status, response.read()
        except (OSError, http.client.HTTPException) as error:
            reason = str(error) or type(error).__name__
            raise CallrEmulatorError(f"the emulator at {self.base_url} does not respond: {reason}") from error
        finally:
            connection.close()
