"""Strict parsing of query strings: no parameter twice, no broken escape, UTF-8 only."""

import re
from urllib.parse import unquote_to_bytes

from callr_sms_emulator import _errors

_BROKEN_ESCAPE = re.compile(rb"%(?![0-9A-Fa-f]{2})")


def decode_segment(raw: bytes) -> str:
    """Decode a segment of a path. One that cannot be decoded is returned unchanged: no route has it."""
    text = decode_component(raw)
    return raw.decode("latin-1") if text is None else text


def decode_component(raw: bytes) -> str | None:
    """Undo percent-encoding; return None if an escape is broken or the bytes are not UTF-8."""
    if _BROKEN_ESCAPE.search(raw):
        return None
    try:
        return unquote_to_bytes(raw).decode()
    except UnicodeDecodeError:
        return None


def _decode(raw: bytes) -> str:
    text = decode_component(raw.replace(b"+", b" "))
    if text is None:
        raise _errors.query_not_decodable(raw)
    return text


def read_query(query: bytes) -> dict[str, str]:
    """Return the parameters of a query string (`application/x-www-form-urlencoded`, UTF-8).

    A name without `=` has an empty value, and empty pairs (`a=1&&b=2`) are skipped, as the URL standard says.

    Raises:
        InvalidRequestError: An escape is broken, the bytes are not UTF-8, or a parameter occurs twice.
    """
    parameters: dict[str, str] = {}
    for pair in query.split(b"&"):
        if not pair:
            continue
        raw_name, _, raw_value = pair.partition(b"=")
        name = _decode(raw_name)
        if name in parameters:
            raise _errors.repeated_parameter(name)
        parameters[name] = _decode(raw_value)
    return parameters
