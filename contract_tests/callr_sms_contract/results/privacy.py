"""What a report may show: never the credentials; for a live server, no text and no phone number."""

import base64
import re
from typing import Final
from urllib.parse import urlsplit

from callr_sms_contract.events import Failure
from callr_sms_contract.guard import Reads
from callr_sms_contract.settings import Settings
from callr_sms_contract.wire import Request

HIDDEN: Final = "[hidden]"
OWN_WORDS: Final = "verdict_on_the_wire"
"""The check whose messages describe the request only, and contain nothing that a server sent."""
_PUBLIC: Final = "emulator"
"""The login and password of every emulator, which are not secret."""
_PLACE: Final = re.compile(r"[A-Za-z_./ -]+")
_CAUSE: Final = re.compile(r"(?:[0-9]{3}(?: or [0-9]{3})*/[0-9]{3}/)?[A-Za-z_./ -]*")


def without_credentials(text: str, settings: Settings) -> str:
    """Return `text`, or HIDDEN when it contains the credentials of the account.

    The whole text is hidden, because a gap among words that can be guessed would reveal the secret.
    """
    token = base64.b64encode(f"{settings.login}:{settings.password}".encode()).decode()
    for secret in (token, settings.password, settings.login):
        if secret and secret != _PUBLIC:
            whole = rf"(?<![^\W_]){re.escape(secret)}(?![^\W_])"
            if re.search(whole, text):
                return HIDDEN
    return text


def is_private(step: Request) -> bool:
    """Return whether a request may contain a text or a phone number: all but the two reads may."""
    url = urlsplit(step.url)
    path = url.path
    if step.method != "GET" or step.body:
        return True
    base = path[: path.rfind("/sms")] if "/sms" in path else path
    return not Reads("", base).is_read(f"{path}?{url.query}")


def shown_message(failure: Failure, settings: Settings, *, is_live: bool) -> str:
    """Return the message of `failure`; for a live server, only the place in the response."""
    if failure.check == OWN_WORDS and not (is_live and any(map(is_private, failure.steps))):
        return failure.message
    if not is_live:
        return without_credentials(failure.message, settings)
    place = failure.message.partition(":")[0]
    return f"{place}: {HIDDEN}" if _PLACE.fullmatch(place) else HIDDEN


def shown_cause(cause: str, settings: Settings, *, is_live: bool) -> str:
    """Return the cause of a failure, as far as it may be shown."""
    if is_live:
        return cause if _CAUSE.fullmatch(cause) else HIDDEN
    return without_credentials(cause, settings)


def shown_error(error: str, settings: Settings, *, is_live: bool) -> str:
    """Return the error; for a live server, only its kind."""
    return f"{error.partition(':')[0]}: {HIDDEN}" if is_live else without_credentials(error, settings)


def shown_answer(failure: Failure, settings: Settings, *, is_live: bool) -> str:
    """Return the body of the response, as far as it may be shown."""
    if not failure.response:
        return ""
    return HIDDEN if is_live else without_credentials(failure.response, settings)
