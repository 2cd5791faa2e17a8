"""What a request can be refused for, and every text that says so.

The tree::

    ApiError                   anything that is answered with the error envelope
    ├── InvalidRequestError    400  the request breaks a rule
    ├── UnauthorizedError      401  no credentials, or wrong ones
    ├── NotFoundError          404  no such endpoint, or no such SMS
    ├── MethodNotAllowedError  405  the endpoint exists, the method does not; carries `Allow`
    ├── NotSoOftenError        409  other requests were made than the control API was to verify
    ├── TooManyRequestsError   429  the number that was sent to stands for it
    ├── SilentError                 no answer: the number that was sent to stands for it
    ├── InternalError          500  a defect or a full disk: no request alone can cause it
    └── StoppingError          503  the server was told to stop before the request was complete

A message is a code word, the parameter in brackets, the value (shortened, escaped), and what was expected.
The words `PROPERTY_VALUE_ERROR`, `PROPERTY_TYPE_ERROR` and `INVALID_PARAM_FORMAT` are the vendor's (sdk);
the others are ours (choice). Beside it goes the rule that was broken (`Broken`), for the journal of requests.
"""

import json
from collections.abc import Iterable
from typing import Literal, NamedTuple

_SHOWN_CHARACTERS = 40
_KEPT_CHARACTERS = 256


# In the order of the table of docs/emulator/requests.md.
Rule = Literal[
    "credentials",
    "endpoint",
    "method",
    "hash",
    "content-type",
    "body-size",
    "json",
    "utf-8",
    "object",
    "once",
    "percent-encoding",
    "known",
    "in-body",
    "needed",
    "type",
    "one-of",
    "recipient",
    "sender",
    "shortcode",
    "outcome",
    "not-empty",
    "parts",
    "length",
    "surrogates",
    "url",
    "datetime",
    "range",
    "json-rpc",
    "rpc-method",
    "rpc-params",
    "login-as",
    "fault",
    "internal",
    "stopping",
]


class Broken(NamedTuple):
    """The rule that a request breaks.

    Attributes:
        rule: Its name, which stays when the message is put in other words.
        parameter: What breaks it.
        value: What was sent; None where nothing was, where it says nothing and where it is a secret.
        allowed: What would have been right, where that can be listed.
    """

    rule: Rule
    parameter: str | None = None
    value: str | None = None
    allowed: tuple[str, ...] = ()


class ApiError(Exception):
    """A request that is answered with an HTTP `status` other than 200 and the error envelope.

    `kept` is the hash of the SMS that was kept all the same.
    """

    status = 500
    kept: str | None = None

    def __init__(self, message: str, broken: Broken | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.broken = broken

    @property
    def headers(self) -> list[tuple[bytes, bytes]]:
        """The headers that belong to this error, beside those of every answer."""
        return []


class InvalidRequestError(ApiError):
    """The request breaks a rule of the API; nothing was sent."""

    status = 400


class UnauthorizedError(ApiError):
    """The credentials are missing, malformed or wrong."""

    status = 401

    @property
    def headers(self) -> list[tuple[bytes, bytes]]:
        """The challenge that RFC 9110 wants with each 401."""
        return [(b"www-authenticate", b'Basic realm="CALLR SMS emulator", charset="UTF-8"')]


class NotFoundError(ApiError):
    """There is no such endpoint, or the account has no such SMS."""

    status = 404


class MethodNotAllowedError(ApiError):
    """The endpoint exists but not with this method; `allow` lists those it has."""

    status = 405

    def __init__(self, message: str, broken: Broken) -> None:
        super().__init__(message, broken)
        self.allow = ", ".join(broken.allowed)

    @property
    def headers(self) -> list[tuple[bytes, bytes]]:
        """The `Allow` header that RFC 9110 wants with each 405."""
        return [(b"allow", self.allow.encode("ascii"))]


class NotSoOftenError(ApiError):
    """What was to be verified does not hold."""

    status = 409


class TooManyRequestsError(ApiError):
    """More requests than the account may make; only by a number that stands for it."""

    status = 429

    @property
    def headers(self) -> list[tuple[bytes, bytes]]:
        """When to come back, in seconds (RFC 6585)."""
        return [(b"retry-after", b"1")]


class SilentError(ApiError):
    """No answer at all; only by a number that stands for it."""


class InternalError(ApiError):
    """Something broke on our side."""

    status = 500


class StoppingError(ApiError):
    """The server stops and this request was not complete; an SMS that it was to send may have been kept."""

    status = 503


def show(value: object) -> str:
    """Give a refused value in printable ASCII, at most about 40 characters long."""
    if isinstance(value, dict):
        return "an object"
    if isinstance(value, list):
        return "an array"
    if isinstance(value, str) and len(value) > _SHOWN_CHARACTERS:
        return json.dumps(value[:_SHOWN_CHARACTERS]) + f"… ({len(value)} characters)"
    return json.dumps(value)


def _text(value: object) -> str:
    """Give a refused value as text, the beginning of it where it is long."""
    return value[:_KEPT_CHARACTERS] if isinstance(value, str) else show(value)


def _names(names: Iterable[str]) -> str:
    return ", ".join(names)


# --- access and routing ---------------------------------------------------------------------------------


def unauthorized() -> UnauthorizedError:
    """Say the same whether the header, the login or the password was wrong: it must not help to guess."""
    return UnauthorizedError(
        "AUTHENTICATION_FAILED [Authorization]: missing, malformed or wrong credentials: "
        "expected HTTP Basic with the API login and password of an account of this emulator",
        Broken("credentials", "Authorization"),
    )


def no_endpoint(path: str, base_path: str) -> NotFoundError:
    return NotFoundError(
        f"ENDPOINT_NOT_FOUND [path]: {show(path)} is not an endpoint: "
        f"expected {base_path}/sms, {base_path}/sms/send or {base_path}/sms/<hash>",
        Broken("endpoint", "path", path),
    )


def no_control_endpoint(path: str, base_path: str) -> NotFoundError:
    return NotFoundError(
        f"ENDPOINT_NOT_FOUND [path]: {show(path)} is not an endpoint of the emulator's own: expected one of "
        f"/_emulator/openapi.json, or {base_path}/sms, {base_path}/sms/send or {base_path}/sms/<hash>"
    )


def no_reference(path: str) -> NotFoundError:
    return NotFoundError(
        f"ENDPOINT_NOT_FOUND [path]: {show(path)} is not there, for this installation was made without the "
        "page: expected `make docs` in the checkout, before it is installed from there"
    )


def not_admin() -> UnauthorizedError:
    return UnauthorizedError(
        "AUTHENTICATION_FAILED [Authorization]: missing or wrong admin token: expected "
        "`Authorization: Bearer …` with the token that the emulator was started with (--admin-token)"
    )


def login_taken(login: str) -> InvalidRequestError:
    return InvalidRequestError(
        f"PROPERTY_VALUE_ERROR [login]: {show(login)} is the login of an account that exists: "
        "expected a new one"
    )


def unknown_account(login: str) -> NotFoundError:
    return NotFoundError(
        f"PROPERTY_VALUE_ERROR [login]: {show(login)} is not the login of an account: "
        "expected one of those that GET /_emulator/accounts lists"
    )


def method_not_allowed(method: str, *allowed: str) -> MethodNotAllowedError:
    broken = Broken("method", "method", method, allowed)
    return MethodNotAllowedError(
        f"METHOD_NOT_ALLOWED [method]: {show(method)}: expected {_names(allowed)}", broken
    )


def unknown_hash(value: str, name: str = "id") -> NotFoundError:
    return NotFoundError(
        f"PROPERTY_VALUE_ERROR [{name}]: {show(value)} is not the hash of an SMS of this account: "
        "expected the 8 characters (0-9, A-Z) that sending answered",
        Broken("hash", name, _text(value)),
    )


# --- the request as a whole -----------------------------------------------------------------------------


def invalid_http() -> InvalidRequestError:
    return InvalidRequestError(
        "REQUEST_FORMAT_ERROR [request]: not an HTTP/1.1 request: expected RFC 9112 syntax"
    )


def wrong_content_type(value: str | None) -> InvalidRequestError:
    found = "missing" if value is None else f"{show(value)} is not JSON"
    return InvalidRequestError(
        f"REQUEST_FORMAT_ERROR [Content-Type]: {found}: expected application/json",
        Broken("content-type", "Content-Type", value),
    )


def body_too_large(limit: int) -> InvalidRequestError:
    return InvalidRequestError(
        f"REQUEST_FORMAT_ERROR [request body]: too large: expected at most {limit} bytes",
        Broken("body-size", "request body"),
    )


def empty_body() -> InvalidRequestError:
    return InvalidRequestError(
        "REQUEST_FORMAT_ERROR [request body]: empty: expected a JSON object", Broken("json", "request body")
    )


def body_not_utf8(position: int) -> InvalidRequestError:
    return InvalidRequestError(
        f"REQUEST_FORMAT_ERROR [request body]: the byte at offset {position} is not UTF-8: "
        "expected a JSON object in UTF-8",
        Broken("utf-8", "request body"),
    )


def body_not_json(reason: str, line: int, column: int) -> InvalidRequestError:
    return InvalidRequestError(
        f"REQUEST_FORMAT_ERROR [request body]: not valid JSON at line {line}, column {column}: {reason}",
        Broken("json", "request body"),
    )


def body_number_constant(constant: str) -> InvalidRequestError:
    return InvalidRequestError(
        f"REQUEST_FORMAT_ERROR [request body]: not valid JSON: {constant} is not a JSON value (RFC 8259)",
        Broken("json", "request body", constant),
    )


def body_too_deep() -> InvalidRequestError:
    return InvalidRequestError(
        "REQUEST_FORMAT_ERROR [request body]: nested too deeply: expected one JSON object",
        Broken("json", "request body"),
    )


def body_not_object(value: object, expected: str) -> InvalidRequestError:
    return InvalidRequestError(
        f"REQUEST_FORMAT_ERROR [request body]: {show(value)} is not an object: expected {expected}",
        Broken("object", "request body", _text(value)),
    )


def repeated_key(name: str) -> InvalidRequestError:
    return InvalidRequestError(
        f"PROPERTY_REPEATED [{_safe(name)}]: the same key twice in one JSON object: expected it once",
        Broken("once", _text(name)),
    )


def query_not_decodable(part: bytes) -> InvalidRequestError:
    shown = show(part.decode("latin-1"))
    return InvalidRequestError(
        f"REQUEST_FORMAT_ERROR [query string]: {shown} cannot be decoded: "
        "expected %XX escapes with two hexadecimal digits that give UTF-8",
        Broken("percent-encoding", "query string", part.decode("latin-1")[:_KEPT_CHARACTERS]),
    )


def repeated_parameter(name: str, where: str = "query string") -> InvalidRequestError:
    return InvalidRequestError(
        f"PROPERTY_REPEATED [{_safe(name)}]: more than once in the {where}: expected it once",
        Broken("once", _text(name)),
    )


# --- parameters in general ------------------------------------------------------------------------------


def _safe(name: str) -> str:
    """A parameter's name as sent: it may be anything, so it is shown like a value but without quotes."""
    return show(name)[1:-1] if len(name) <= _SHOWN_CHARACTERS else show(name)


def unknown_parameter(name: str, known: Iterable[str]) -> InvalidRequestError:
    expected = _names(known) or "none"
    return InvalidRequestError(
        f"PROPERTY_UNKNOWN [{_safe(name)}]: no such parameter: expected {expected}",
        Broken("known", _text(name), allowed=tuple(known)),
    )


def option_not_in_query(name: str) -> InvalidRequestError:
    return InvalidRequestError(
        f"PROPERTY_UNKNOWN [{_safe(name)}]: options.webhook cannot stand in a query string: "
        "expected it in the JSON body of POST /sms",
        Broken("in-body", _text(name)),
    )


def missing_parameter(name: str, expected: str) -> InvalidRequestError:
    return InvalidRequestError(
        f"PROPERTY_MISSING [{name}]: left out: expected {expected}", Broken("needed", name)
    )


def wrong_type(name: str, value: object, expected: str) -> InvalidRequestError:
    # The vendor has a word of its own for a text that is no string (sdk).
    word = "INVALID_PARAM_FORMAT" if name == "body" else "PROPERTY_TYPE_ERROR"
    return InvalidRequestError(
        f"{word} [{name}]: {show(value)} is of the wrong type: expected {expected}",
        Broken("type", name, _text(value)),
    )


def not_one_of(name: str, value: object, allowed: Iterable[str]) -> InvalidRequestError:
    choice = " or ".join(f'"{each}"' for each in allowed)
    return InvalidRequestError(
        f"PROPERTY_VALUE_ERROR [{name}]: {show(value)}: expected {choice}",
        Broken("one-of", name, _text(value), tuple(allowed)),
    )


def secret_not_string(name: str) -> InvalidRequestError:
    return InvalidRequestError(
        f"PROPERTY_TYPE_ERROR [{name}]: not shown, for it is a secret: expected a string",
        Broken("type", name),
    )


def refuse_lone_surrogate(name: str, value: str) -> None:
    """Refuse half of a surrogate pair: JSON can escape it, UTF-8 cannot write it (choice)."""
    try:
        value.encode()
    except UnicodeEncodeError as error:
        raise InvalidRequestError(
            f"PROPERTY_VALUE_ERROR [{_safe(name)}]: half of a surrogate pair at character {error.start}: "
            "expected whole pairs, like \\ud83d\\ude00",
            Broken("surrogates", name),
        ) from None


# --- the parameters one by one --------------------------------------------------------------------------


def bad_recipient(value: str, name: str = "to") -> InvalidRequestError:
    # What a plus that was not escaped becomes in a query string.
    hint = "; in a query string the plus is written %2B" if value.startswith(" ") else ""
    return InvalidRequestError(
        f"PROPERTY_VALUE_ERROR [{name}]: {show(value)} is not a phone number: "
        f'expected E.164 with the plus, 7 to 15 digits, the first not 0, like "+33612345678"{hint}',
        Broken("recipient", name, _text(value)),
    )


def sender_not_allowed(value: str) -> InvalidRequestError:
    return InvalidRequestError(
        f"PROPERTY_VALUE_ERROR [from]: {show(value)} is a sender that no account may use: expected another "
        "(see /_emulator/outcomes)",
        Broken("outcome", "from", value),
    )


def of_outcome(to: str, status: int | None) -> ApiError:
    """Give the answer that a number stands for; that it does is said, for whoever did not mean it."""
    because = f"{show(to)} stands for this answer (see /_emulator/outcomes): expected any other number"
    broken = Broken("outcome", "to", to)
    match status:
        case None:
            return SilentError(because, broken)
        case 400:
            return InvalidRequestError(f"PROPERTY_VALUE_ERROR [to]: {because}", broken)
        case 401:
            return UnauthorizedError(f"AUTHENTICATION_FAILED [to]: {because}", broken)
        case 429:
            return TooManyRequestsError(f"TOO_MANY_REQUESTS [to]: {because}", broken)
        case 503:
            return StoppingError(f"SERVICE_UNAVAILABLE [to]: {because}", broken)
        case _:
            return InternalError(f"INTERNAL_ERROR [to]: {because}", broken)


def bad_sender(value: str) -> InvalidRequestError:
    return InvalidRequestError(
        f"PROPERTY_VALUE_ERROR [from]: {show(value)} is not a sender: "
        "expected nothing, or 1 to 11 of a-z, A-Z, 0-9, space, dash, underscore with at least one letter",
        Broken("sender", "from", _text(value)),
    )


def foreign_shortcode(value: str) -> InvalidRequestError:
    return InvalidRequestError(
        f"PROPERTY_VALUE_ERROR [from]: {show(value)} is not a shortcode of this account: expected a sender "
        "with at least one letter, or a shortcode given to the emulator with --shortcode",
        Broken("shortcode", "from", value),
    )


def empty_text(name: str = "body") -> InvalidRequestError:
    return InvalidRequestError(
        f'PROPERTY_VALUE_ERROR [{name}]: "": expected at least 1 character', Broken("not-empty", name, "")
    )


def too_many_parts(parts: int, encoding: str, limit: int, name: str = "body") -> InvalidRequestError:
    return InvalidRequestError(
        f"PROPERTY_VALUE_ERROR [{name}]: {parts} parts in {encoding}: "
        f"expected at most {limit}, a shorter text",
        Broken("parts", name),
    )


def wrong_length(name: str, length: int, least: int, most: int) -> InvalidRequestError:
    """The value is not repeated: where only the length is wrong it says nothing, and it may be a secret."""
    return InvalidRequestError(
        f"PROPERTY_VALUE_ERROR [{name}]: {length} characters: expected {least} to {most}",
        Broken("length", name),
    )


def bad_endpoint(name: str, value: str) -> InvalidRequestError:
    return InvalidRequestError(
        f"PROPERTY_VALUE_ERROR [{name}]: {show(value)} is not a web address: "
        'expected an http or https URL, like "https://example.com/callr"',
        Broken("url", name, _text(value)),
    )


def bad_datetime(name: str, value: str) -> InvalidRequestError:
    return InvalidRequestError(
        f"PROPERTY_VALUE_ERROR [{name}]: {show(value)} is not a datetime: "
        'expected YYYY-MM-DD HH:MM:SS in UTC, like "2012-04-24 23:42:00"',
        Broken("datetime", name, _text(value)),
    )


def reversed_range(first: str, last: str) -> InvalidRequestError:
    return InvalidRequestError(
        f"PROPERTY_VALUE_ERROR [from]: {show(first)} is later than to, {show(last)}: expected from <= to",
        Broken("range", "from", first, (last,)),
    )


# --- webhooks -------------------------------------------------------------------------------------------


def far_endpoint(name: str, host: str) -> InvalidRequestError:
    return InvalidRequestError(
        f"PROPERTY_VALUE_ERROR [{name}]: {show(host)} is not an address that this emulator may call: "
        f"expected one near it, or an emulator that was started with --webhooks-to {_safe(host)}"
    )


def unknown_webhook(value: str) -> NotFoundError:
    return NotFoundError(
        f"PROPERTY_VALUE_ERROR [hash]: {show(value)} is not a webhook of this account: "
        "expected a hash that GET /_emulator/webhooks lists"
    )


def unknown_delivery(value: str) -> NotFoundError:
    return NotFoundError(
        f"PROPERTY_VALUE_ERROR [id]: {show(value)} is not a delivery of this account: "
        "expected an id that GET /_emulator/webhooks/deliveries lists"
    )


def delivery_waits(identity: int) -> InvalidRequestError:
    return InvalidRequestError(
        f"DELIVERY_WAITS [id]: {identity} waits for an earlier event of the same SMS, which is told first: "
        "expected that one, or a delivery that was made or given up"
    )


def webhook_gone(identity: int) -> InvalidRequestError:
    return InvalidRequestError(
        f"WEBHOOK_GONE [id]: the webhook of delivery {identity} was removed: expected one that is still there"
    )


# --- faults ---------------------------------------------------------------------------------------------


def bad_fault(name: str, because: str, expected: str) -> InvalidRequestError:
    """Say that a field of a fault does not go with the others."""
    return InvalidRequestError(f"PROPERTY_VALUE_ERROR [{name}]: {because}: expected {expected}")


def bad_fault_header(error: InvalidRequestError) -> InvalidRequestError:
    return InvalidRequestError(
        f"REQUEST_FORMAT_ERROR [X-Emulator-Fault]: {error.message}; nothing was done",
        Broken("fault", "X-Emulator-Fault"),
    )


def too_many_faults(limit: int) -> InvalidRequestError:
    return InvalidRequestError(
        f"TOO_MANY_FAULTS [faults]: the account has {limit} rules: expected fewer; DELETE /_emulator/faults "
        "removes them"
    )


def fault_elsewhere() -> InvalidRequestError:
    return InvalidRequestError(
        "FAULT_ELSEWHERE [webhook]: another process on this database delivers the webhooks: "
        "expected the rule there"
    )


def injected(name: str, status: int, message: str | None) -> ApiError:
    """Give the error that a fault answers with, in the words of its rule where that has some."""
    asked = (
        "the request's own header asked"
        if name == "request"
        else f"rule {name} of GET /_emulator/faults asks"
    )
    error = ApiError(message or f"FAULT_INJECTED [fault]: {asked} for this answer: expected no fault")
    error.status = status
    return error


def unknown_fault(value: str) -> NotFoundError:
    return NotFoundError(
        f"PROPERTY_VALUE_ERROR [id]: {show(value)} is not a fault of this account: "
        "expected an id that GET /_emulator/faults lists"
    )


def no_wire() -> InternalError:
    return InternalError(
        "FAULT_IMPOSSIBLE [fault]: the server that runs the emulator does not let it touch the connection: "
        "expected callr-sms-emulator serve"
    )


# --- our side -------------------------------------------------------------------------------------------


def internal_error() -> InternalError:
    return InternalError(
        "INTERNAL_ERROR: the emulator failed; its log on standard error tells why", Broken("internal")
    )


def stopping() -> StoppingError:
    return StoppingError(
        "SERVER_STOPPING: the emulator stops; an SMS that this request was to send may have been kept: "
        "look for it before you send it again",
        Broken("stopping"),
    )


# --- the control API ------------------------------------------------------------------------------------


def not_sent(sms_hash: str) -> InvalidRequestError:
    return InvalidRequestError(
        f"PROPERTY_VALUE_ERROR [reply_to]: {show(sms_hash)} is an SMS that came in: "
        "expected one that was sent"
    )


def no_way_back(sms_hash: str, sender: str) -> InvalidRequestError:
    return InvalidRequestError(
        f"PROPERTY_VALUE_ERROR [reply_to]: {show(sms_hash)} was sent as {show(sender)}, which nobody can "
        "reply to: expected an SMS that was sent with an empty from"
    )


def other_replier(sms_hash: str) -> InvalidRequestError:
    return InvalidRequestError(
        f"PROPERTY_VALUE_ERROR [from]: another number than {show(sms_hash)} was sent to: "
        "expected its recipient, or no from"
    )


def not_lines() -> InvalidRequestError:
    return InvalidRequestError(
        "REQUEST_FORMAT_ERROR [Content-Type]: not lines of JSON: expected application/x-ndjson, "
        "and the body as GET /_emulator/export gave it"
    )


def not_empty(login: str) -> InvalidRequestError:
    return InvalidRequestError(
        f"PROPERTY_VALUE_ERROR [account]: {show(login)} has SMS or subscriptions: expected an empty account; "
        "POST /_emulator/reset empties it"
    )


def bad_member(name: str, value: object, expected: str) -> InvalidRequestError:
    """Say of what kind a value is, and not what it is: it may be anybody's text or number."""
    return InvalidRequestError(f"PROPERTY_VALUE_ERROR [{name}]: {_kind_of(value)}: expected {expected}")


def _kind_of(value: object) -> str:
    if value is None or isinstance(value, bool):
        return json.dumps(value)
    if isinstance(value, (int, float)):
        return "a number"
    kind = "string" if isinstance(value, str) else "array" if isinstance(value, list) else "object"
    return f"{'a' if kind == 'string' else 'an'} {kind}" if value else f"an empty {kind}"


def bad_json(name: str, reason: str) -> InvalidRequestError:
    return InvalidRequestError(f"REQUEST_FORMAT_ERROR [{name}]: {reason}: expected JSON")


def wrong_order() -> InvalidRequestError:
    return InvalidRequestError("the order is wrong: expected one line of the kind account, the first")


def hash_twice(value: str) -> InvalidRequestError:
    return InvalidRequestError(f"PROPERTY_VALUE_ERROR [hash]: {show(value)} stands twice: expected it once")


def event_of_nothing(value: str) -> InvalidRequestError:
    return InvalidRequestError(
        f"PROPERTY_VALUE_ERROR [sms]: {show(value)} is no SMS before its event: expected that first"
    )


def delivery_to_nobody(name: str, value: str) -> InvalidRequestError:
    return InvalidRequestError(
        f"PROPERTY_VALUE_ERROR [{name}]: {show(value)} is nobody who could be told: expected the hash of a "
        "subscription before it, or nothing where the SMS has a webhook"
    )


def at_line(number: int, error: InvalidRequestError) -> InvalidRequestError:
    return InvalidRequestError(f"REQUEST_FORMAT_ERROR [line {number}]: {error.message}; nothing was kept")


def line_too_long(limit: int) -> InvalidRequestError:
    return InvalidRequestError(f"it is too long: expected at most {limit} bytes")


def too_late(last: str) -> InvalidRequestError:
    return InvalidRequestError(f"PROPERTY_VALUE_ERROR [clock]: that is too late: expected at most {last}")


def bad_value(name: str, value: object, expected: str) -> InvalidRequestError:
    return InvalidRequestError(f"PROPERTY_VALUE_ERROR [{name}]: {show(value)}: expected {expected}")


def bad_pattern(value: str, reason: str, name: str = "pattern") -> InvalidRequestError:
    return InvalidRequestError(
        f"PROPERTY_VALUE_ERROR [{name}]: {show(value)} is no regular expression: {reason}"
    )


def slow_pattern(value: str, seconds: float) -> InvalidRequestError:
    return InvalidRequestError(
        f"PROPERTY_VALUE_ERROR [pattern]: {show(value)} took longer than {seconds} s for one text: "
        "expected a pattern without repetitions inside repetitions"
    )


def nothing_came(seconds: float, nearest: tuple[str, list[str]] | None) -> NotFoundError:
    said = "the account has no SMS"
    if nearest is not None:
        said = f"nearest is {nearest[0]}, which differs in {', '.join(nearest[1])}"
    return NotFoundError(f"WAIT_TIMEOUT [timeout]: nothing that fits came within {seconds:g} s; {said}")


def bad_field(name: str, value: object, said: str, *, is_secret: bool) -> InvalidRequestError:
    """Say what msgspec found: `Expected …`, with or without what it got."""
    expected = said.partition(", got ")[0]
    expected = expected[0].lower() + expected[1:]
    shown = "not shown, for it is a secret" if is_secret else show(value)
    return InvalidRequestError(f"PROPERTY_VALUE_ERROR [{name}]: {shown}: {expected}")


def no_journal() -> NotFoundError:
    return NotFoundError(
        "JOURNAL_OFF [journal]: this emulator remembers no requests: expected one that was started with "
        "--journal above 0"
    )


def unknown_request(value: str) -> NotFoundError:
    return NotFoundError(
        f"PROPERTY_VALUE_ERROR [id]: {show(value)} is not a request of this account, or was forgotten: "
        "expected an id that GET /_emulator/requests lists"
    )


def not_so_often(said: str) -> NotSoOftenError:
    """Say what was found; it quotes nothing of the requests."""
    return NotSoOftenError(f"VERIFICATION_FAILED [requests]: {said}")
