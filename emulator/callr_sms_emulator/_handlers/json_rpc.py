"""The JSON-RPC 2.0 API, which the vendor's own SDKs use (clients).

Accounts, SMS and rules are those of the REST API. Parameters are positional, and there are no batches
(clients). Every response to a POST has HTTP status 200, errors too: the SDKs report any other status without
reading the error, so the known error codes must have come with status 200 (choice).
"""

from typing import TypeVar, cast

import msgspec

from callr_sms_emulator import _errors
from callr_sms_emulator._accounts import Account
from callr_sms_emulator._api import METHODS, Call, read_list, read_send
from callr_sms_emulator._engine import Engine
from callr_sms_emulator._http import JSON_TYPE, Request, Response, read_value

PARSE_ERROR = -32700
INVALID_REQUEST = -32600
METHOD_NOT_FOUND = -32601
INVALID_PARAMS = -32602
INTERNAL_ERROR = -32603
"""The error codes of JSON-RPC 2.0, section 5.1."""

FEATURE_NOT_ALLOWED = 100
MISSING_PROPERTY = 150
INVALID_PROPERTY = 151
AUTHENTICATION_FAILED = 401
"""The vendor's own error codes (clients)."""

# The header with which an SDK acts for another account (clients). Accounts of the emulator cannot do that.
_LOGIN_AS = b"callr-login-as"
# The SDKs send the first (clients); the others are usual for JSON-RPC over HTTP (choice).
_CONTENT_TYPES = (b"application/json-rpc", b"application/json", b"application/jsonrequest")
_VERSION = "2.0"
_MISSING = "PROPERTY_MISSING "
# How many parameters a method needs at least.
_NEEDED = {"sms.send": 3, "sms.get": 1, "sms.get_list": 3}

_encode = msgspec.json.Encoder().encode

T = TypeVar("T")


class RpcError(Exception):
    """An error response, with the code of its `error`."""

    kept = None

    def __init__(self, code: int, message: str, broken: _errors.Broken | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.broken = broken


class _Error(msgspec.Struct):
    code: int
    message: str


class JsonRpc:
    """Handles requests to `PATH`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._authenticator = engine.authenticator
        self._service = engine.service
        self._senders = engine.config.senders

    async def handle(self, request: Request[Account]) -> Response:
        """Perform one call.

        Raises:
            MethodNotAllowedError: The method is not POST.
            Disconnected: The client disconnected before the end of its request.
        """
        if request.method != "POST":
            raise _errors.method_not_allowed(request.method, "POST")
        call = Call(None, "", [])
        try:
            document = await _read(request)
            request_id = _read_id(document)
            call = call._replace(id=None if request_id is msgspec.UNSET else request_id)
            call = _read_call(document, request_id)
            account = await self._admit(call, request)
        except (RpcError, _errors.ApiError) as error:
            return _reject(call, request, error)
        if account.faults is None and not request.asks_for_fault:
            return await self._perform(account, call, request)
        from callr_sms_emulator._handlers import json_rpc_faults  # noqa: PLC0415 - imported with the first fault

        return await json_rpc_faults.serve(
            self._engine, account, call, request, lambda: self._perform(account, call, request)
        )

    async def _admit(self, call: Call, request: Request[Account]) -> Account:
        if any(name == _LOGIN_AS for name, _ in request.headers):
            raise RpcError(
                FEATURE_NOT_ALLOWED,
                "acting for another account is not emulated: leave CALLR-Login-As out",
                _errors.Broken("login-as", "CALLR-Login-As"),
            )
        account = request.account = await self._authenticator.admit(request.headers)
        if call.method not in METHODS:
            known = ", ".join(METHODS)
            shown = _errors.show(call.method)
            broken = _errors.Broken("rpc-method", "method", call.method, tuple(METHODS))
            raise RpcError(METHOD_NOT_FOUND, f"method: {shown} is not emulated: expected {known}", broken)
        return account

    async def _perform(self, account: Account, call: Call, request: Request[Account]) -> Response:
        try:
            return _write(call, b'"result":' + await self._result(account, call))
        except _errors.SilentError:
            raise
        except (RpcError, _errors.ApiError) as error:
            return _reject(call, request, error)

    async def _result(self, account: Account, call: Call) -> bytes:
        parameters = _by_name(call.parameters, METHODS[call.method], _NEEDED[call.method])
        if call.method == "sms.send":
            return _encode(await self._service.send(account, read_send(parameters, self._senders)))
        if call.method == "sms.get_list":
            return await self._service.find(account, read_list(parameters))
        sms_hash = parameters["id"]
        if not isinstance(sms_hash, str):
            raise _errors.wrong_type("id", sms_hash, "the hash of an SMS, a string")
        _errors.refuse_lone_surrogate("id", sms_hash)
        return await self._service.get(account, sms_hash)


async def _read(request: Request[Account]) -> dict[str, object]:
    """Return the request object (JSON-RPC 2.0, section 4)."""
    try:
        body = await request.read_body()
        if not request.has_content_type(*_CONTENT_TYPES):
            value = b", ".join(request.content_types).decode("latin-1")
            raise RpcError(
                INVALID_REQUEST,
                f"Content-Type: {_errors.show(value)}: expected application/json-rpc",
                _errors.Broken("content-type", "Content-Type", value),
            )
        document = read_value(body)
    except _errors.InvalidRequestError as error:
        raise RpcError(PARSE_ERROR, error.message, error.broken) from None
    if isinstance(document, list):
        raise _invalid("request", "an array", "one object: batches are not emulated")
    if not isinstance(document, dict):
        raise _invalid("request", _errors.show(document), "a JSON-RPC 2.0 object")
    return cast("dict[str, object]", document)


def _read_id(document: dict[str, object]) -> object:
    """Return the id, which is read first because error responses repeat it, too (JSON-RPC 2.0, section 5)."""
    request_id = document.get("id", msgspec.UNSET)
    if isinstance(request_id, (dict, list, bool)):
        raise _invalid("id", _errors.show(request_id), "a string, a number or null")
    if isinstance(request_id, str):
        try:
            _errors.refuse_lone_surrogate("id", request_id)
        except _errors.InvalidRequestError as error:
            raise RpcError(INVALID_REQUEST, error.message, error.broken) from None
    return request_id


def _read_call(document: dict[str, object], request_id: object) -> Call:
    method = _property(document, "method", str, "the name of a method, a string")
    if document.get("jsonrpc") != _VERSION:
        raise _invalid("jsonrpc", _errors.show(document.get("jsonrpc")), f'"{_VERSION}"')
    parameters = _property({"params": []} | document, "params", list, "an array, in the order of the method")
    return Call(request_id, method, cast("list[object]", parameters))


def _property(document: dict[str, object], name: str, kind: type[T], expected: str) -> T:
    value = document.get(name)
    if not isinstance(value, kind):
        raise _invalid(name, _errors.show(value), expected)
    return value


def _invalid(name: str, shown: str, expected: str) -> RpcError:
    return RpcError(
        INVALID_REQUEST, f"{name}: {shown}: expected {expected}", _errors.Broken("json-rpc", name, shown)
    )


def _by_name(parameters: list[object], names: tuple[str, ...], needed: int) -> dict[str, object]:
    """Return positional parameters by the names that the rules use."""
    if len(parameters) > len(names):
        broken = _errors.Broken("rpc-params", "params", str(len(parameters)), names)
        message = f"params: {len(parameters)} of them: expected {', '.join(names)}"
        raise RpcError(INVALID_PARAMS, message, broken)
    for name in names[len(parameters) : needed]:
        raise _errors.missing_parameter(name, f"{', '.join(names)} in this order")
    return dict(zip(names, parameters, strict=False))


def _reject(call: Call, request: Request[Account], error: RpcError | _errors.ApiError) -> Response:
    request.broken, request.kept = error.broken, error.kept
    if isinstance(error, RpcError):
        code = error.code
    elif isinstance(error, _errors.UnauthorizedError):
        code = AUTHENTICATION_FAILED
    elif isinstance(error, (_errors.InvalidRequestError, _errors.NotFoundError)):
        code = MISSING_PROPERTY if error.message.startswith(_MISSING) else INVALID_PROPERTY
    else:
        code = INTERNAL_ERROR
    return _write(call, b'"error":' + _encode(_Error(code, error.message)))


def _write(call: Call, result: bytes) -> Response:
    if call.id is msgspec.UNSET:
        # Not 204: a Content-Length is not allowed there, and every response has one (RFC 9110, 8.6).
        return Response(202, [], b"")
    body = b'{"jsonrpc":"2.0","id":%b,%b}' % (_encode(call.id), result)
    return Response(200, [(b"content-type", JSON_TYPE)], body)
