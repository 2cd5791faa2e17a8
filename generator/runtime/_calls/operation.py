"""Operations: how the arguments of a call become a request, and the answer a result."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Generic, NamedTuple, TypeVar
from urllib.parse import quote, urlencode

from .._codecs import Codec
from .._errors import ArgumentError, RequestSummary
from .._json import dump_json, is_array, is_object, is_unicode

T = TypeVar("T")

_HEADER_VALUE = r"[\x21-\x7e]([\x20-\x7e\t]*[\x21-\x7e])?"


class Draft:
    """A request while its parameters are put in. Shown nowhere: it holds personal data."""

    __slots__ = ("body", "headers", "members", "path", "query")

    def __init__(self) -> None:
        self.path: dict[str, str] = {}
        self.query: list[tuple[str, str]] = []
        self.headers: list[tuple[str, str]] = []
        self.members: dict[str, Any] = {}
        self.body: bytes | None = None


class Parameter:
    """One argument of an operation.

    Attributes:
        name: Its name in the contract.
        codec: What it takes.
        required: Whether it has to be there; one that has not is left out when it is None.
        argument: Its name in Python.
    """

    __slots__ = ("argument", "codec", "name", "required")

    def __init__(self, name: str, codec: Codec[Any], *, required: bool = True, argument: str = "") -> None:
        self.name = name
        self.codec = codec
        self.required = required
        self.argument = argument or name

    def add_to(self, draft: Draft, value: object) -> None:
        """Check the argument and put it into the request.

        Raises:
            ArgumentError: It breaks the contract.
        """
        if value is not None or self.required:
            encoded = self.codec.encode(value, self.argument)
            if not is_unicode(encoded):
                raise ArgumentError(
                    self.argument, "expected Unicode without lone surrogates, also in its members"
                )
            self._put(draft, encoded)

    def is_called(self, name: str) -> bool:
        """Whether the contract calls this, or something in it, by the name, such as `options.user_data`."""
        inner = name.removeprefix(f"{self.name}.")
        return name == self.name or (inner != name and self.codec.has_property(inner))

    def _put(self, draft: Draft, encoded: Any) -> None:  # noqa: ANN401 - JSON
        raise NotImplementedError


class PathParameter(Parameter):
    """A part of the path."""

    __slots__ = ()

    def _put(self, draft: Draft, encoded: Any) -> None:  # noqa: ANN401 - JSON
        text = _to_text(encoded)
        if text in ("", ".", ".."):
            raise ArgumentError(self.argument, "expected something that can stand in a path")
        draft.path[self.name] = quote(text, safe="")


class QueryParameter(Parameter):
    """A parameter of the query string; an array is one `name=item` for each item."""

    __slots__ = ()

    def _put(self, draft: Draft, encoded: Any) -> None:  # noqa: ANN401 - JSON
        items = encoded if is_array(encoded) else [encoded]
        draft.query.extend((self.name, _to_text(item)) for item in items if item is not None)


class JoinedQueryParameter(Parameter):
    """An array in the query string, written `name=item,item`."""

    __slots__ = ()

    def _put(self, draft: Draft, encoded: Any) -> None:  # noqa: ANN401 - JSON
        items = [_to_text(item) for item in encoded]
        if any("," in item for item in items):
            raise ArgumentError(self.argument, "expected items without a comma")
        draft.query.append((self.name, ",".join(items)))


class QueryGroup(Parameter):
    """An object in the query string, written `name.member=value` for each member, and so on below.

    Attributes:
        without: The members that have no place there, such as `webhook`, or `webhook.secret` further below.
        instead: The operation that takes them; empty when none does.
    """

    __slots__ = ("instead", "without")

    def __init__(  # noqa: PLR0913 - all that an object in the query string can be told, by name
        self,
        name: str,
        codec: Codec[Any],
        *,
        required: bool = True,
        argument: str = "",
        without: tuple[str, ...] = (),
        instead: str = "",
    ) -> None:
        super().__init__(name, codec, required=required, argument=argument)
        self.without = without
        self.instead = instead

    def _put(self, draft: Draft, encoded: Any) -> None:  # noqa: ANN401 - JSON
        for member in self.without:
            if _holds(encoded, member):
                cure = f"; call {self.instead}, which takes it" if self.instead else ""
                raise ArgumentError(
                    f"{self.argument}.{member}",
                    f"expected none, for this call has no such parameter{cure}",
                )
        if self._loses(encoded):
            raise ArgumentError(
                self.argument,
                "expected no unknown member that is null or empty, for a query string cannot hold it",
            )
        draft.query.extend(_flatten(self.name, encoded))

    def _loses(self, value: Mapping[str, Any], above: str = "") -> bool:
        """Whether something would be missing on the wire, so that a wrong request would pass for a right one.

        Null and an empty object are left out where the contract knows the member, for they are its default.
        """
        return any(
            self._loses(item, f"{above}{member}.")
            if is_object(item) and item
            else (item is None or item == {}) and not self.codec.has_property(f"{above}{member}")
            for member, item in value.items()
        )


class HeaderParameter(Parameter):
    """A header."""

    __slots__ = ()

    def _put(self, draft: Draft, encoded: Any) -> None:  # noqa: ANN401 - JSON
        text = _to_text(encoded)
        if not re.fullmatch(_HEADER_VALUE, text):
            raise ArgumentError(self.argument, "expected printable ASCII without spaces around it")
        draft.headers.append((self.name, text))


class BodyProperty(Parameter):
    """A member of the JSON object that is the body."""

    __slots__ = ()

    def _put(self, draft: Draft, encoded: Any) -> None:  # noqa: ANN401 - JSON
        draft.members[self.name] = encoded
        draft.body = dump_json(draft.members)


class WholeBody(Parameter):
    """The JSON that is the body."""

    __slots__ = ()

    def is_called(self, name: str) -> bool:
        """Whether the contract knows such a member of the body."""
        return self.codec.has_property(name)

    def _put(self, draft: Draft, encoded: Any) -> None:  # noqa: ANN401 - JSON
        draft.body = dump_json(encoded)


class Envelope(NamedTuple):
    """The object that results come in.

    Attributes:
        result: The member that holds the result.
        constants: The members whose value says that it is a success.
    """

    result: str
    constants: Mapping[str, object]


class ErrorFormat(NamedTuple):
    """Where an error answer says what it has to say.

    Attributes:
        constants: The members whose value says that it is an error.
        code: The path to the error's number; empty when there is none.
        message: The path to the words for people; empty when there are none.
        code_is_status: Whether the number is the HTTP status, so that another one is not the API's own.
        refusals: The HTTP statuses, of 400 to 499, by which the contract lets the API refuse a request.
        words: The code words that the API is known to open messages with; no other is shown.
        parameters: What the API is known to call parts of a request, besides the parameters of the operation.
    """

    constants: Mapping[str, object]
    code: tuple[str, ...] = ()
    message: tuple[str, ...] = ()
    code_is_status: bool = False
    refusals: tuple[int, ...] = ()
    words: tuple[str, ...] = ()
    parameters: tuple[str, ...] = ()

    def knows(self, name: str) -> bool:
        """Whether a word of a message is the API's own, and not made of what was sent."""
        return name in self.words or name in self.parameters


class Operation(NamedTuple, Generic[T]):
    """One operation of the contract.

    Attributes:
        name: As it is called, such as `sms.send`.
        method: The HTTP method.
        path: The path below the base URL, with `{name}` for each path parameter.
        parameters: The arguments, in their order.
        results: The codec of the result by HTTP status; None where there is no body.
        safe: Whether the request may be repeated without a second thought.
        envelope: What the result comes in, if anything.
        anonymous: Whether the request carries no credentials.
    """

    name: str
    method: str
    path: str
    parameters: tuple[Parameter, ...]
    results: Mapping[int, Codec[T] | None]
    safe: bool = False
    envelope: Envelope | None = None
    anonymous: bool = False

    @property
    def summary(self) -> RequestSummary:
        """What may be told of its requests."""
        return RequestSummary(self.method, self.path)

    def has_parameter(self, name: str) -> bool:
        """Whether the contract calls a parameter of this operation, or something in one, by the name."""
        return any(parameter.is_called(name) for parameter in self.parameters)

    def draft(self, arguments: tuple[object, ...]) -> Draft:
        """Check the arguments and put each where it belongs.

        Raises:
            ArgumentError: One breaks the contract.
        """
        draft = Draft()
        for parameter, value in zip(self.parameters, arguments, strict=True):
            parameter.add_to(draft, value)
        return draft

    def target(self, draft: Draft, extra_query: tuple[tuple[str, str], ...]) -> str:
        """The path and the query string, percent-encoded."""
        path = re.sub(r"\{([^}]+)\}", lambda found: draft.path[found[1]], self.path)
        query = urlencode([*draft.query, *extra_query], quote_via=quote)
        return f"{path}?{query}" if query else path


def _holds(value: object, path: str) -> bool:
    """Whether an object has a member below it, such as `webhook.secret`."""
    for name in path.split("."):
        if not is_object(value) or value.get(name) is None:
            return False
        value = value[name]
    return True


def _flatten(name: str, value: object) -> Iterator[tuple[str, str]]:
    if is_object(value):
        for member, item in value.items():
            yield from _flatten(f"{name}.{member}", item)
    elif value is not None:
        yield name, _to_text(value)


def _to_text(value: object) -> str:
    """A string, number or truth value as it stands in a URL or a header."""
    return str.__str__(value) if isinstance(value, str) else json.dumps(value)
