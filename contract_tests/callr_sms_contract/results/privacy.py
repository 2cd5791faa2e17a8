"""What a report may show: never the account's credentials, and of a live server no text and no number."""

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
"""The check that speaks of the request in our own words: what a server says is not in them."""
_PUBLIC: Final = "emulator"
"""The login and password that every emulator has are no secret."""
_PLACE: Final = re.compile(r"[A-Za-z_./ -]+")
_CAUSE: Final = re.compile(r"(?:[0-9]{3}(?: or [0-9]{3})*/[0-9]{3}/)?[A-Za-z_./ -]*")


def without_credentials(text: str, settings: Settings) -> str:
    """`text`, or that it is hidden when a server repeated the account's credentials in it.

    All of it is: a blot in the midst of words that a reader can guess would tell what stood there.
    """
    token = base64.b64encode(f"{settings.login}:{settings.password}".encode()).decode()
    for secret in (token, settings.password, settings.login):
        if secret and secret != _PUBLIC:
            whole = rf"(?<![^\W_]){re.escape(secret)}(?![^\W_])"
            if re.search(whole, text):
                return HIDDEN
    return text


def is_private(step: Request) -> bool:
    """Whether a request may hold a text or a number: all but the two reads may."""
    url = urlsplit(step.url)
    path = url.path
    if step.method != "GET" or step.body:
        return True
    base = path[: path.rfind("/sms")] if "/sms" in path else path
    return not Reads("", base).is_read(f"{path}?{url.query}")


def shown_message(failure: Failure, settings: Settings, *, is_live: bool) -> str:
    """What may be told of `failure`; of a live server only where in the answer it stands."""
    if failure.check == OWN_WORDS and not (is_live and any(map(is_private, failure.steps))):
        return failure.message
    if not is_live:
        return without_credentials(failure.message, settings)
    place = failure.message.partition(":")[0]
    return f"{place}: {HIDDEN}" if _PLACE.fullmatch(place) else HIDDEN


def shown_cause(cause: str, settings: Settings, *, is_live: bool) -> str:
    """What tells a failure from others, as far as it may be shown."""
    if is_live:
        return cause if _CAUSE.fullmatch(cause) else HIDDEN
    return without_credentials(cause, settings)


def shown_error(error: str, settings: Settings, *, is_live: bool) -> str:
    """What kept the suite from judging; of a live server only what kind of error it was."""
    return f"{error.partition(':')[0]}: {HIDDEN}" if is_live else without_credentials(error, settings)


def shown_answer(failure: Failure, settings: Settings, *, is_live: bool) -> str:
    """The body of the answer as far as it may be shown."""
    if not failure.response:
        return ""
    return HIDDEN if is_live else without_credentials(failure.response, settings)
