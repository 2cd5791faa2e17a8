"""Requests as the contract knows them, as arguments of the client, and as they came out on the wire."""

from __future__ import annotations

import inspect
import json
from base64 import b64encode
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote, urlencode, urlsplit

from hypothesis import strategies as st

from callr_sms_client import SmsApi, SmsOptions, SmsOptionsWebhook
from callr_sms_contract.contract.formats import is_datetime
from callr_sms_contract.wire.json_body import read_body
from callr_sms_contract.wire.messages import Request, read_query
from tests.together.values import ANY_JSON, Brief, Schemas, Values

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from callr_sms_contract.contract.document import Contract, Operation

SHORTCODES: Final = frozenset({"36111", "12345", "0", "00000000000"})
BASE_URL: Final = "http://127.0.0.1:1/rest/v1.1"
LOGIN, PASSWORD = "me", "s3cret: with a colon"
_HEADERS: Final = {
    "authorization": f"Basic {b64encode(f'{LOGIN}:{PASSWORD}'.encode()).decode()}",
    "content-type": "application/json",
}
_GROUP: Final = "options."
_METHODS: Final = {
    "getSms": "get",
    "listSms": "list",
    "sendSms": "send",
    "sendSmsByQuery": "send_by_query",
}


class UnaskableError(Exception):
    """No call of the client asks for it: Python itself refuses the arguments."""


@dataclass(frozen=True, repr=False)
class Asked(Brief):
    """One request, by the operation and what the contract calls its parts."""

    operation: str
    path: Mapping[str, Any] = field(default_factory=dict)
    query: Mapping[str, Any] = field(default_factory=dict)
    body: Any = None

    @property
    def meaning(self) -> Asked:
        """What it says: all that the contract calls the same is the same.

        That is a sender that is left out, for which the contract has a default, and options that are null.
        """
        query, body = dict(_flat(self.query.items())), self.body
        if self.operation == "sendSmsByQuery":
            query.setdefault("from", "")
        if isinstance(body, dict):
            body = {"from": "", **body}
            if body.get("options", 0) is None:
                del body["options"]
        return replace(self, query=query, body=body)

    def written(self, operation: Operation) -> Request:
        """The request as the simplest of all programs would send it, for the judge of the contract tests."""
        path = operation.path.format(
            **{name: quote(_word(value), safe="") for name, value in self.path.items()}
        )
        query = urlencode(list(_flat(self.query.items())), quote_via=quote)
        raw = b"" if self.body is None else json.dumps(self.body).encode()
        return Request(operation.method, f"{BASE_URL}{path}?{query}", _HEADERS, raw)

    def call(self, *, by_dict: bool = False) -> Call:
        """The call that asks for the same.

        Args:
            by_dict: Whether options are made from JSON; else by their constructor, which knows no null.

        Raises:
            UnaskableError: There is none.
            ValueError: The client refuses it already.
        """
        call = Call(_METHODS[self.operation], _arguments(self, by_dict=by_dict or _has_null(self)))
        try:
            inspect.signature(getattr(SmsApi, call.method)).bind(None, **call.arguments)
        except TypeError as error:
            raise UnaskableError from error
        return call


@dataclass(frozen=True)
class Call:
    """A method of the client and its arguments."""

    method: str
    arguments: Mapping[str, Any]


def _flat(items: Iterable[tuple[str, Any]]) -> Iterator[tuple[str, str]]:
    """The pairs of a query: what is in objects has their name before its own."""
    for name, value in items:
        if isinstance(value, dict) and value:
            yield from _flat((f"{name}.{member}", item) for member, item in value.items())
        else:
            yield name, _word(value)


def _word(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _has_null(asked: Asked) -> bool:
    options = asked.body.get("options") if isinstance(asked.body, dict) else None
    return isinstance(options, dict) and "null" in json.dumps(options)


def _arguments(asked: Asked, *, by_dict: bool) -> dict[str, Any]:
    given = {**asked.path, **(asked.body or {})}
    for name, value in asked.query.items():
        if name.startswith(_GROUP):
            given.setdefault("options", {})[name.removeprefix(_GROUP)] = value
        else:
            given[name] = value
    if isinstance(given.get("options"), dict):
        make = SmsOptions.from_dict if by_dict else _options
        given["options"] = make(given["options"])
    if asked.operation == "listSms":
        given = {name: _moment(value) for name, value in given.items()}
    return {f"{name}_" if name == "from" else name: value for name, value in given.items()}


def _moment(value: object) -> object:
    is_moment = isinstance(value, str) and is_datetime(value)
    return datetime.fromisoformat(str(value)).replace(tzinfo=UTC) if is_moment else value


def _options(given: Mapping[str, Any]) -> SmsOptions:
    try:
        webhook = {"webhook": SmsOptionsWebhook(**given["webhook"])} if "webhook" in given else {}
        return SmsOptions(**{**given, **webhook})
    except TypeError:  # there is no such argument; JSON may have any member
        return SmsOptions.from_dict(given)


def requests(contract: Contract, operation: Operation) -> st.SearchStrategy[Asked]:
    """What the schemas of one operation allow; its rules may refuse some."""
    schemas = Schemas(contract, is_open=False)
    parameters = operation.definition.get("parameters", ())
    parts = {where: _parameters(schemas, parameters, where) for where in ("path", "query")}
    if "requestBody" in operation.definition:
        content = operation.definition["requestBody"]["content"]["application/json"]
        parts["body"] = schemas.values(content["schema"])
    return st.builds(Asked, st.just(operation.id), **parts)


def _parameters(schemas: Schemas, parameters: Iterable[Mapping[str, Any]], where: str) -> Values:
    here = [each for each in parameters if each["in"] == where]
    required = {each["name"]: schemas.values(each["schema"]) for each in here if each["required"]}
    optional = {each["name"]: schemas.values(each["schema"]) for each in here if not each["required"]}
    return st.fixed_dictionaries(required, optional=optional)


_SPOILERS: Final[tuple[Callable[[str], object], ...]] = (
    "{}\n".format,
    " {}".format,
    "{} ".format,
    "{}\ud83d".format,
    "{}\uff11".format,
    "0{}".format,
    str.lower,
    lambda text: text[1:],
    lambda text: text * 2,
    lambda text: (text * 5000)[:400_000],
    lambda text: text.replace(" ", "T"),
    list,
)


def spoilt(contract: Contract, operation: Operation) -> st.SearchStrategy[Asked]:
    """Requests of which one part is another one, mostly a wrong one."""
    return requests(contract, operation).flatmap(_spoilt)


def _spoilt(asked: Asked) -> st.SearchStrategy[Asked]:
    parts: dict[str, Mapping[str, Any]] = {"path": asked.path, "query": asked.query, "body": asked.body}
    return st.one_of([_spoilt_part(asked, where, part) for where, part in parts.items() if part])


def _spoilt_part(asked: Asked, where: str, part: Mapping[str, Any]) -> st.SearchStrategy[Asked]:
    # A path has no room for more.
    more = st.nothing() if where == "path" else _with_unknown(part)
    return st.one_of(_with_other(part), more).map(lambda made: replace(asked, **{where: made}))


def _with_unknown(members: Mapping[str, Any]) -> Values:
    names = st.sampled_from(["limit", "options.priority", "priority"])
    return st.builds(lambda name, value: {**members, name: value}, names, ANY_JSON)


def _with_other(members: Mapping[str, Any]) -> Values:
    def change(name: str) -> Values:
        return _spoilt_value(members[name]).map(lambda value: {**members, name: value})

    return st.sampled_from(list(members)).flatmap(change) if members else st.nothing()


def _spoilt_value(value: object) -> Values:
    if isinstance(value, dict):
        return st.one_of(_with_other(value), _with_unknown(value))
    # None is how Python says that an argument is left out; it is not the null of JSON.
    other = ANY_JSON.filter(lambda made: made is not None)
    if not isinstance(value, str):
        return other
    return st.one_of(other, st.sampled_from(_SPOILERS).map(lambda spoil: spoil(value)))


def read(contract: Contract, request: Request) -> Asked:
    """What a request says on the wire. It has to be free of all that can be read in two ways."""
    path = request.path.removeprefix(urlsplit(BASE_URL).path)
    (operation,) = (each for each in contract.on_path(path) if each.method == request.method)
    query = read_query(request.query)
    assert not query.doubts
    assert len(set(query.names)) == len(query.names)
    segments = zip(operation.path.split("/"), path.split("/"), strict=True)
    in_path = {want.strip("{}"): have for want, have in segments if want.startswith("{")}
    body = None
    if request.body:
        found = read_body(request.headers.get("content-type"), request.body)
        assert (found.problem, found.doubts, len(found.readings)) == (None, (), 1)
        (body,) = found.readings
    return Asked(operation.id, in_path, dict(query.pairs), body)
