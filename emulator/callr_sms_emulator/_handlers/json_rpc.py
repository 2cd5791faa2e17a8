"""The JSON-RPC 2.0 API, which the vendor's own SDKs use (clients).

Accounts, SMS and rules are those of the REST API. Parameters are positional, and there are neither batches
nor notifications (rpc). Every response to a POST has HTTP status 200, errors too: the SDKs report any other
status without reading the error, so the known error codes must have come with status 200 (choice). The
content type of a request is ignored, because the Ruby SDK sends that of a form (sdk).
"""

from typing import TypeVar, cast

import msgspec

from callr_sms_emulator import _errors
from callr_sms_emulator._accounts import Account
from callr_sms_emulator._api import METHODS, Call, read_list, read_send, read_subscription_options
from callr_sms_emulator._engine import Engine, subscribe, unsubscribe
from callr_sms_emulator._http import Request, Response, read_value
from callr_sms_emulator._sms import INCOMING, STATUS_UPDATE, EventType, Target, show_endpoint

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
_CONTENT_TYPE = b"application/json-rpc; charset=utf-8"  # (rpc)
_VERSION = "2.0"
_MISSING = "PROPERTY_MISSING "
# How many parameters a method needs at least.
_NEEDED = {
    "sms.send": 3,
    "sms.get": 1,
    "sms.get_list": 3,
    "webhooks.subscribe": 2,
    "webhooks.unsubscribe": 1,
}
_EVENTS: tuple[EventType, ...] = (STATUS_UPDATE, INCOMING)

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


class _Subscription(msgspec.Struct):
    """The result of `webhooks.subscribe`: callers read its hash (clients); the rest is a choice."""

    hash: str
    type: str
    endpoint: str


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
            call = call._replace(id=_read_id(document))
            call = _read_call(document, call.id)
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
            if call.method == "sms.get_list":
                return await self._list(account, call)
            return _write(call, b'"result":' + await self._result(account, call))
        except _errors.SilentError:
            raise
        except (RpcError, _errors.ApiError) as error:
            return _reject(call, request, error)

    async def _result(self, account: Account, call: Call) -> bytes:
        parameters = _parameters(call)
        match call.method:
            case "sms.send":
                return _encode(await self._service.send(account, read_send(parameters, self._senders)))
            case "sms.get":
                return await self._service.get(account, _read_hash(parameters, "id", "an SMS"))
            case "webhooks.subscribe":
                return await self._subscribe(account, parameters)
        await unsubscribe(self._engine, account, _read_hash(parameters, "hash", "a subscription"))
        return b"true"  # the Ruby SDK takes null for an invalid response

    async def _list(self, account: Account, call: Call) -> Response:
        wanted = read_list(_parameters(call))
        before, after = _envelope(call)
        listed = await self._service.find(account, wanted, before + b'"result":', after)
        return Response(200, [(b"content-type", _CONTENT_TYPE)], listed)

    async def _subscribe(self, account: Account, parameters: dict[str, object]) -> bytes:
        event, endpoint = parameters["type"], parameters["endpoint"]
        wanted = tuple(each for each in _EVENTS if each == event)
        if not wanted:
            raise _errors.not_one_of("type", event, _EVENTS)
        if not isinstance(endpoint, str):
            raise _errors.wrong_type("endpoint", endpoint, "a string")
        target = Target(endpoint, **read_subscription_options(parameters.get("options")))
        made = await subscribe(self._engine, account, wanted, target)
        return _encode(_Subscription(made.hash, wanted[0], show_endpoint(endpoint)))


async def _read(request: Request[Account]) -> dict[str, object]:
    """Return the request object (JSON-RPC 2.0, section 4)."""
    try:
        document = read_value(await request.read_body())
    except _errors.InvalidRequestError as error:
        raise RpcError(PARSE_ERROR, error.message, error.broken) from None
    if isinstance(document, list):
        raise _invalid("request", "an array", "one object: the API takes no batches")
    if not isinstance(document, dict):
        raise _invalid("request", _errors.show(document), "a JSON-RPC 2.0 object")
    return cast("dict[str, object]", document)


def _read_id(document: dict[str, object]) -> object:
    """Return the id, which is read first because error responses repeat it, too (JSON-RPC 2.0, section 5)."""
    if "id" not in document:
        raise _invalid("id", "left out", "a string or a number: the API takes no notifications")
    request_id = document["id"]
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


def _read_hash(parameters: dict[str, object], name: str, kind: str) -> str:
    value = parameters[name]
    if not isinstance(value, str):
        raise _errors.wrong_type(name, value, f"the hash of {kind}, a string")
    _errors.refuse_lone_surrogate(name, value)
    return value


def _parameters(call: Call) -> dict[str, object]:
    """Return positional parameters by the names that the rules use."""
    parameters, names, needed = call.parameters, METHODS[call.method], _NEEDED[call.method]
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
    return Response(200, [(b"content-type", _CONTENT_TYPE)], result.join(_envelope(call)))


def _envelope(call: Call) -> tuple[bytes, bytes]:
    return b'{"jsonrpc":"2.0","id":%b,' % _encode(call.id), b"}"
