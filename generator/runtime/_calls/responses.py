"""Reads a response: into its result, or into the error that it stands for."""

import re
from collections.abc import Mapping
from typing import Any, TypeVar, cast

from .._codecs import Codec, Content, String
from .._errors import CallrError, Outcome, ProtocolError, class_of
from .._support import is_object, is_whole, load_json
from .._transport import Response
from .operation import Envelope, ErrorFormat, Operation

T = TypeVar("T")

_FIRST_ERROR, _LAST_ERROR = 400, 599
_TOO_MANY_REQUESTS = 429
_NO_JSON = "expected JSON in UTF-8"
_MEDIA_TYPE = r"[\w.+-]+/[\w.+-]+"


def read_response(operation: Operation[T], errors: ErrorFormat, response: Response) -> T:
    """Return the result of an operation.

    Raises:
        ApiError: The API responded with an error.
        ProtocolError: The response breaks the contract.
    """
    if response.status not in operation.results:
        raise _find_error(operation, errors, response)
    codec = operation.results[response.status]
    if codec is None:
        return cast("T", None)
    if isinstance(codec, Content):
        content: T = _read_content(codec, response)
        return content
    json_result, problem = _find_result(operation.envelope, codec, response)
    if problem is not None:
        raise problem
    return _decode(codec, json_result, response.status)


def _find_result(
    envelope: Envelope | None, codec: Codec[T], response: Response
) -> tuple[Any, ProtocolError | None]:
    json_body, problem = _parse(response)
    if problem is None and envelope is not None:
        problem = _mismatch_of_constants(envelope.constants, json_body)
        if problem is None and envelope.result not in json_body:
            problem = f"the envelope has no {envelope.result}"
        if problem is None:
            json_body = json_body[envelope.result]
    problem = problem or codec.mismatch(json_body, "result")
    # A result that is nothing but a string, such as a hash, is the argument of a later call.
    if problem is None and isinstance(codec, String) and (rule := codec.broken_rule(json_body)):
        problem = f"result: {rule}"
    return (None, _complain(response, problem)) if problem else (json_body, None)


def _read_content(codec: Content[T], response: Response) -> T:
    try:
        return codec.read(response.body)
    except ValueError:
        problem = _complain(response, f"expected text in UTF-8, got {len(response.body):,} other bytes")
    raise problem


def _find_error(operation: Operation[T], errors: ErrorFormat, response: Response) -> CallrError:
    if not _FIRST_ERROR <= response.status <= _LAST_ERROR:
        return _complain(response, "the contract lists no such status")
    # Where the contract defines no form of errors, each body is that of one.
    json_body, problem = _parse(response) if errors.is_defined else (None, None)
    if errors.is_defined:
        problem = problem or _mismatch_of_constants(errors.constants, json_body)
    if problem:
        return _complain(response, problem)
    code, message = _pick(errors.code, json_body), _pick(errors.message, json_body)
    if errors.code and not is_whole(code):
        return _complain(response, "the error has no numeric code")
    if errors.message and not isinstance(message, str):
        return _complain(response, "the error has no message")
    return class_of(response.status)(
        response.status,
        int(code) if is_whole(code) else None,
        cast("str", message or ""),
        outcome=_outcome(errors, response.status, code),
        is_known=lambda name: errors.knows(name) or operation.has_parameter(name),
    )


def _outcome(errors: ErrorFormat, status: int, code: object) -> Outcome:
    """Return `refused` when the API itself refused the request, which only errors of the contract prove."""
    if status not in errors.refusals and status != _TOO_MANY_REQUESTS:
        return "unknown"
    return "unknown" if errors.code_is_status and code != status else "refused"


def _parse(response: Response) -> tuple[Any, str | None]:
    """Return the JSON of the body, or None and the problem."""
    try:
        return load_json(response.body), None
    except ValueError:
        return None, f"{_NO_JSON}, got {len(response.body):,} bytes of {_media_type(response)}"


def _mismatch_of_constants(constants: Mapping[str, object], json_body: object) -> str | None:
    if not is_object(json_body):
        return f"expected an object, got JSON of type {type(json_body).__name__}"
    for name, value in constants.items():
        found = json_body.get(name)
        if type(found) is not type(value) or found != value:
            return f"{name}: expected {value!r} in a response of this status"
    return None


def _pick(path: tuple[str, ...], json_body: Any) -> object:  # noqa: ANN401 - JSON
    for name in path:
        json_body = json_body.get(name) if is_object(json_body) else None
    return json_body if path else None


def _decode(codec: Codec[T], json_result: Any, status: int) -> T:  # noqa: ANN401 - JSON
    try:
        return codec.decode(json_result)
    except ValueError as caught:
        reason = f"result: {caught}"
    del json_result
    raise ProtocolError(reason, http_status=status)


def _complain(response: Response, problem: str) -> ProtocolError:
    error = ProtocolError(f"HTTP {response.status}: {problem}", http_status=response.status)
    # JSON that starts and does not end. HTML, for example, was never JSON.
    error.looks_cut = problem.startswith(_NO_JSON) and response.body.lstrip()[:1] in (b"", b"{", b"[")
    return error


def _media_type(response: Response) -> str:
    found = re.match(_MEDIA_TYPE, response.headers.get("content-type", ""), re.ASCII)
    return found[0] if found else "no media type"
