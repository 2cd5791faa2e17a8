"""Messages of errors in a request as a whole: credentials, routing, body and query string."""

from callr_sms_emulator._errors.parameters import safe
from callr_sms_emulator._errors.tree import (
    KEPT_CHARACTERS,
    Broken,
    ConflictError,
    InternalError,
    InvalidRequestError,
    MethodNotAllowedError,
    NotFoundError,
    StoppingError,
    TooManyRequestsError,
    UnauthorizedError,
    UnhealthyError,
    names_of,
    show,
    text_of,
)

# --- access and routing ---------------------------------------------------------------------------------


def unauthorized() -> UnauthorizedError:
    """One message is the same whether the header, the login or the password is wrong."""
    return UnauthorizedError(
        "AUTHENTICATION_FAILED [Authorization]: missing, malformed or wrong credentials: "
        "expected HTTP Basic with the API login and password of an account of this emulator",
        Broken("credentials", "Authorization"),
    )


def key_not_possible(kind: str) -> UnauthorizedError:
    """Keys and sessions are sent by most SDKs (sdk); how the API checks them is not known."""
    return UnauthorizedError(
        f"AUTHENTICATION_FAILED [Authorization]: {kind} is not emulated: expected HTTP Basic with the API "
        "login and password of an account of this emulator; in the SDKs for PHP and Java "
        "LoginPasswordAuth(login, password), for Node.js loginPasswordAuth(login, password), for Go "
        "NewWithBasicAuth(login, password)",
        Broken("credentials", "Authorization"),
    )


def too_many_passwords() -> TooManyRequestsError:
    return TooManyRequestsError(
        "TOO_MANY_REQUESTS [Authorization]: too many wrong passwords: nothing was done; try again after a "
        "second, with the right one",
        Broken("credentials", "Authorization"),
    )


def no_endpoint(path: str, base_path: str) -> NotFoundError:
    return NotFoundError(
        f"ENDPOINT_NOT_FOUND [path]: {show(path)} is not an endpoint: "
        f"expected {base_path}/sms, {base_path}/sms/send or {base_path}/sms/<hash>",
        Broken("endpoint", "path", path),
    )


def no_prefix(prefix: str) -> NotFoundError:
    return NotFoundError(
        f"ENDPOINT_NOT_FOUND [path]: expected a path below {prefix}, because the emulator was started with "
        "--path-prefix",
        Broken("endpoint", "path"),
    )


def no_control_endpoint(path: str, base_path: str) -> NotFoundError:
    return NotFoundError(
        f"ENDPOINT_NOT_FOUND [path]: {show(path)} is not an endpoint of the control API: expected one of "
        f"/_emulator/openapi.json, or {base_path}/sms, {base_path}/sms/send or {base_path}/sms/<hash>"
    )


def no_reference(path: str) -> NotFoundError:
    return NotFoundError(
        f"ENDPOINT_NOT_FOUND [path]: {show(path)} is missing, because this installation was made without "
        "the page: expected `make docs` in the checkout, before the installation from there"
    )


def not_admin() -> UnauthorizedError:
    return UnauthorizedError(
        "AUTHENTICATION_FAILED [Authorization]: missing or wrong admin token: expected "
        "`Authorization: Bearer …` with the token that the emulator was started with (--admin-token)"
    )


def login_taken(login: str) -> ConflictError:
    return ConflictError(
        f"PROPERTY_VALUE_ERROR [login]: {show(login)} is the login of an account that exists: "
        "expected a new login"
    )


def unknown_account(login: str) -> NotFoundError:
    return NotFoundError(
        f"PROPERTY_VALUE_ERROR [login]: {show(login)} is not the login of an account: "
        "expected one of those that GET /_emulator/accounts lists"
    )


def method_not_allowed(method: str, *allowed: str) -> MethodNotAllowedError:
    broken = Broken("method", "method", method, allowed)
    return MethodNotAllowedError(
        f"METHOD_NOT_ALLOWED [method]: {show(method)}: expected {names_of(allowed)}", broken
    )


def unknown_hash(value: str, name: str = "id") -> NotFoundError:
    return NotFoundError(
        f"PROPERTY_VALUE_ERROR [{name}]: {show(value)} is not the hash of an SMS of this account: "
        "expected the 8 characters (0-9, A-Z) that sending answered",
        Broken("hash", name, text_of(value)),
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
        "REQUEST_FORMAT_ERROR [request body]: nested too deeply: expected a JSON object",
        Broken("json", "request body"),
    )


def body_not_object(value: object, expected: str) -> InvalidRequestError:
    return InvalidRequestError(
        f"REQUEST_FORMAT_ERROR [request body]: {show(value)} is not an object: expected {expected}",
        Broken("object", "request body", text_of(value)),
    )


def repeated_key(name: str) -> InvalidRequestError:
    return InvalidRequestError(
        f"PROPERTY_REPEATED [{safe(name)}]: the same key twice in one JSON object: expected it once",
        Broken("once", text_of(name)),
    )


def query_not_decodable(part: bytes) -> InvalidRequestError:
    shown = show(part.decode("latin-1"))
    return InvalidRequestError(
        f"REQUEST_FORMAT_ERROR [query string]: {shown} cannot be decoded: "
        "expected %XX escapes with two hexadecimal digits that give UTF-8",
        Broken("percent-encoding", "query string", part.decode("latin-1")[:KEPT_CHARACTERS]),
    )


def repeated_parameter(name: str, where: str = "query string") -> InvalidRequestError:
    return InvalidRequestError(
        f"PROPERTY_REPEATED [{safe(name)}]: more than once in the {where}: expected it once",
        Broken("once", text_of(name)),
    )


# --- the emulator -------------------------------------------------------------------------------------------


def internal_error() -> InternalError:
    return InternalError(
        "INTERNAL_ERROR: the emulator failed; its log on standard error says why", Broken("internal")
    )


def database_gone() -> InternalError:
    return InternalError(
        "INTERNAL_ERROR: the file of the database was removed or replaced while it is served, so the SMS of "
        "this request is not kept: put the file back, or start the emulator again",
        Broken("internal"),
    )


def database_unreachable(reason: str) -> UnhealthyError:
    return UnhealthyError(
        f"DATABASE_UNUSABLE [database]: {reason}; the SMS of this request may have been kept: "
        "look for it before you send it again",
        Broken("internal"),
    )


def unhealthy(reason: str) -> UnhealthyError:
    return UnhealthyError(f"DATABASE_UNUSABLE [database]: {reason}")


def stopping() -> StoppingError:
    return StoppingError(
        "SERVER_STOPPING: the emulator is stopping; the SMS of this request may have been kept: "
        "look for it before you send it again",
        Broken("stopping"),
    )
