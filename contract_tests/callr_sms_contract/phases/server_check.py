"""Whether requests to a server can be judged: two valid reads must get a response of the API itself."""

import ssl
import time
from contextlib import closing
from datetime import UTC, datetime
from typing import Final
from urllib.parse import urlsplit

from callr_sms_contract.contract import Contract
from callr_sms_contract.oracle import UNAUTHORIZED
from callr_sms_contract.settings import Settings
from callr_sms_contract.wire import Client, Pairs, Response, is_vague, open_socket, parsed_json

FORM: Final = "%Y-%m-%d %H:%M:%S"
"""How the API writes a datetime."""
_NOT_FOUND: Final = 404
_UNKNOWN: Final = "/sms/ZZZZZZZZ"
_PAUSES: Final = (0, 0.25, 0.5, 1, 1.5)
"""Seconds before each attempt to reach the server."""
_CONNECT_SECONDS: Final = 5
_LONGEST_SECONDS: Final = 5
"""No attempt begins later: one that hangs has used up this time."""
_GATEWAY_ERRORS: Final = frozenset({408, 421, 425, 502, 503, 504, 507, *range(520, 528)})
"""What gateways respond with in place of the API, and the API never does."""
_REJECTED: Final = (
    "CALLR_LOGIN, CALLR_PASSWORD: rejected by the server (401); expected those of an API account"
)


class CredentialsError(RuntimeError):
    """The server rejects the account."""


def require_account(settings: Settings) -> list[Response]:
    """Return the responses to two valid reads; raises CredentialsError when the server rejects the account.

    Both must get a 401: a 401 to only one of them is a fault of the server, which the run reports.
    """
    found = _read_twice(settings)
    if _are_rejected(found):
        raise CredentialsError(_REJECTED)
    return found


def problem_of(settings: Settings, responses: list[Response]) -> str | None:
    """Return in words why no request to the server can be judged, and the cure; None when they can.

    `responses` are those to two valid reads. A fault of the API itself is no such problem: one good response
    of two is enough.
    """
    if not responses:
        return (
            f"the server at {settings.base_url!r} no longer responds; expected it to run until the end "
            "(see its own log, then run the tests again)"
        )
    if _are_rejected(responses):
        return (
            "the server no longer accepts CALLR_LOGIN and CALLR_PASSWORD (401), which it accepted before; "
            "expected credentials that stay valid during the run"
        )
    return misplaced(settings, responses)


def misplaced(settings: Settings, found: list[Response]) -> str | None:
    """Return in words why what sent `found`, the responses to two reads, is not the API; else None."""
    if not found:
        return None
    first = found[0]
    if all(map(is_redirect, found)):
        target = first.headers.get("location", "nowhere")
        return (
            f"--base-url: {settings.base_url!r} responds with redirects only ({first.status} to "
            f"{target[:200]!r}), which are not followed; expected the URL of the API itself"
        )
    if all(response.status == _NOT_FOUND for response in (*found, *read_as_nobody(settings))):
        example = f"{'://'.join(urlsplit(settings.base_url)[:2])}{Contract.load().base_path}"
        return (
            f"--base-url: {settings.base_url!r} responds with 404 to every path of the API; "
            f"expected the URL with the path of the API, such as {example}"
        )
    if all(map(is_of_gateway, found)):
        kind = first.headers.get("content-type", "no content type").partition(";")[0][:80]
        return (
            f"--base-url: {settings.base_url!r} responds to valid reads with {first.status} and {kind!r}, as "
            "a gateway, a proxy or a login page does, and not with the JSON of the API; expected the URL of "
            "the API, and the API running behind its gateway"
        )
    return None


def tls_problem(settings: Settings) -> str | None:
    """Return in words why no connection with TLS to the server can be opened; None when one can."""
    url = urlsplit(settings.base_url)
    if url.scheme != "https":
        return None
    try:
        open_socket(url, _CONNECT_SECONDS).close()
    except ssl.SSLCertVerificationError as error:
        return (
            f"the certificate of the server at {settings.base_url!r} is no longer accepted "
            f"({error.verify_message}); expected one that is valid until the end of the run"
        )
    except OSError:
        pass  # why there is no connection is for others to say
    return None


def is_gone(settings: Settings, hashes: tuple[str, ...]) -> str | None:
    """Return in words that the server has lost the SMS of `hashes`, as after a restart; else None."""
    with closing(_client(settings)) as client:
        for each in hashes:
            _, response, _ = client.send("GET", f"/sms/{each}")
            if response is None or response.status != _NOT_FOUND:
                return None
    if not hashes:
        return None
    return (
        f"the server at {settings.base_url!r} was away for a moment, and no longer has the SMS that were "
        "sent before; expected it to run until the end, or to keep its SMS over a restart"
    )


def back_again(settings: Settings) -> str:
    """Return in words that the server was away, and has come back with the SMS of the run."""
    return (
        f"the server at {settings.base_url!r} was away for a moment, as during a restart; expected it to run "
        "until the end (see its own log, then run the tests again)"
    )


def is_redirect(response: Response) -> bool:
    """Return whether `response` sends the client elsewhere."""
    return 300 <= response.status < 400  # noqa: PLR2004 - the statuses of redirects (RFC 9110)


def is_of_gateway(response: Response) -> bool:
    """Return whether `response` is an HTML page, or an error of a gateway without the envelope of the API."""
    is_html = "html" in response.headers.get("content-type", "") or response.body[:1] == b"<"
    may_be = response.status in _GATEWAY_ERRORS or (bool(response.body) and is_html)
    return may_be and not is_envelope(response)


def is_elsewhere(response: Response) -> bool:
    """Return whether `response` does not come from the API itself."""
    is_other = is_redirect(response) and not is_envelope(response)
    return is_other or is_of_gateway(response) or is_vague(response)


def is_envelope(response: Response) -> bool:
    """Return whether `response` has the envelope of the API."""
    document = parsed_json(response)
    return isinstance(document, dict) and "status" in document and "data" in document


def _are_rejected(responses: list[Response]) -> bool:
    return len(responses) > 1 and all(response.status == UNAUTHORIZED for response in responses)


def patient_reads(settings: Settings) -> tuple[list[Response], int]:
    """Return the responses to two valid reads, and how many attempts before got none."""
    began, misses = time.monotonic(), 0
    for misses, pause in enumerate(_PAUSES):
        if time.monotonic() - began > _LONGEST_SECONDS:
            break
        time.sleep(pause)
        found = _read_twice(settings)
        if found:
            return found, misses
    return [], misses


def _read_twice(settings: Settings) -> list[Response]:
    """Return the responses to a list of this second and to a read of an unknown SMS."""
    now = datetime.now(UTC).strftime(FORM)
    window = (("type", "OUT"), ("from", now), ("to", now))
    with closing(_client(settings)) as client:
        return _responses(client, (("/sms", window), (_UNKNOWN, ())))


def read_as_nobody(settings: Settings) -> list[Response]:
    """Return the response to a read without credentials, to which the API responds with 401."""
    with closing(_client(settings)) as client:
        _, response, _ = client.send("GET", _UNKNOWN, authorization=None)
    return [response] if response is not None else []


def _responses(client: Client, reads: tuple[tuple[str, Pairs], ...]) -> list[Response]:
    found: list[Response] = []
    for path, query in reads:
        _, response, _ = client.send("GET", path, query or None)
        # A response that is cut off is a fault of a server that is there.
        response = response or client.cut_off
        if response is None and not found:
            return []
        if response is not None:
            found.append(response)
    return found


def _client(settings: Settings) -> Client:
    return Client(settings.base_url, settings.login, settings.password)
