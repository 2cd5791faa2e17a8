"""Operations of the contract: their parameters, and the form of their responses."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar

from .._codecs import UNSET, Codec
from .._errors import ArgumentError, CallrError, RequestSummary
from .._support import LazyModule, is_array, is_object, is_unicode
from .bodies import JSON, BodyFormat, to_text
from .headers import HEADER_VALUE

if TYPE_CHECKING:
    from urllib import parse
else:
    parse = LazyModule("urllib.parse")

T = TypeVar("T")


class Draft:
    """The parts of a request while its parameters are added. It has no `repr`: it holds personal data."""

    __slots__ = ("body", "content", "headers", "media_type", "path", "query")

    def __init__(self) -> None:
        self.path: dict[str, str] = {}
        self.query: list[tuple[str, str]] = []
        self.headers: list[tuple[str, str]] = []
        self.content: Any = None
        self.body: bytes | None = None
        self.media_type: str = JSON.media_type


class Parameter:
    """One argument of an operation.

    Attributes:
        name: Its name in the contract.
        codec: The codec of its values.
        required: Whether it must be sent; None leaves out an optional one.
        argument: Its name in Python.
    """

    __slots__ = ("argument", "codec", "name", "required")

    def __init__(self, name: str, codec: Codec[Any], *, required: bool = True, argument: str = "") -> None:
        self.name = name
        self.codec = codec
        self.required = required
        self.argument = argument or name

    def add_to(self, draft: Draft, value: object) -> None:
        """Check the argument and add it to the request.

        Raises:
            ArgumentError: The argument breaks the contract.
        """
        if value is not None or self.required:
            self._add(draft, value)

    def _add(self, draft: Draft, value: object) -> None:
        encoded = self.codec.encode(value, self.argument)
        if not is_unicode(encoded):
            raise ArgumentError(
                self.argument, "expected Unicode without lone surrogates, in its properties, too"
            )
        self._put(draft, encoded)

    def is_called(self, name: str) -> bool:
        """Return whether this parameter, or a property in it, has a name such as `options.user_data`."""
        inner = name.removeprefix(f"{self.name}.")
        return name == self.name or (inner != name and self.codec.has_property(inner))

    def _put(self, draft: Draft, encoded: Any) -> None:  # noqa: ANN401 - JSON
        raise NotImplementedError

    def _text(self, encoded: object) -> str:
        """Return the text for a URL or a header. What the contract does not restrict may have none."""
        if encoded is None or is_array(encoded) or is_object(encoded):
            raise ArgumentError(
                self.argument, "expected a str, a number or a boolean, which can be sent as text"
            )
        return to_text(encoded)


class PathParameter(Parameter):
    """A part of the path."""

    __slots__ = ()

    def _put(self, draft: Draft, encoded: Any) -> None:  # noqa: ANN401 - JSON
        text = self._text(encoded)
        if text in ("", ".", ".."):
            raise ArgumentError(self.argument, "expected text that can be part of a path")
        draft.path[self.name] = parse.quote(text, safe="")


class QueryParameter(Parameter):
    """A parameter of the query string; an array is one `name=item` for each item."""

    __slots__ = ()

    def _put(self, draft: Draft, encoded: Any) -> None:  # noqa: ANN401 - JSON
        items = encoded if is_array(encoded) else [encoded]
        draft.query.extend((self.name, self._text(item)) for item in items)


class JoinedQueryParameter(Parameter):
    """An array in the query string, written `name=item,item`."""

    __slots__ = ()

    def _put(self, draft: Draft, encoded: Any) -> None:  # noqa: ANN401 - JSON
        items = [self._text(item) for item in encoded]
        if any("," in item for item in items):
            raise ArgumentError(self.argument, "expected items without a comma")
        if items:  # an empty list is no value (RFC 6570, section 2.3)
            draft.query.append((self.name, ",".join(items)))


class QueryGroup(Parameter):
    """An object in the query string, written `name.property=value` for each property, nested ones too.

    Attributes:
        without: The properties that the query string does not support, such as `webhook` or `webhook.secret`.
        instead: The operation that supports them; empty when none does.
    """

    __slots__ = ("instead", "without")

    def __init__(  # noqa: PLR0913 - all keywords of an object in the query string
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
        for path in self.without:
            if _holds(encoded, path):
                cure = f"; call {self.instead}, which supports it" if self.instead else ""
                raise ArgumentError(
                    f"{self.argument}.{path}",
                    f"expected None, because this call does not support it{cure}",
                )
        if self._loses(encoded):
            raise ArgumentError(
                self.argument,
                "expected no unknown property that is null or empty: a query string cannot hold it",
            )
        draft.query.extend(_flatten(self.name, encoded))

    def _loses(self, value: Mapping[str, Any], above: str = "") -> bool:
        """Return whether the query string would lose something, so that a wrong request would seem right.

        Null and an empty object are left out of properties of the contract, because they are the default.
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
        text = self._text(encoded)
        if not re.fullmatch(HEADER_VALUE, text):
            raise ArgumentError(self.argument, "expected printable ASCII without spaces around it")
        draft.headers.append((self.name, text))


class BodyProperty(Parameter):
    """A property of the object that is the body."""

    __slots__ = ()

    def _put(self, draft: Draft, encoded: Any) -> None:  # noqa: ANN401 - JSON
        if draft.content is None:
            draft.content = {}
        draft.content[self.name] = encoded


class PatchProperty(BodyProperty):
    """A property that is left out by `UNSET`, because None is its null."""

    __slots__ = ()

    def add_to(self, draft: Draft, value: object) -> None:
        """Check the argument and add it to the request, unless it is `UNSET`."""
        if value is not UNSET:
            self._add(draft, value)


class WholeBody(Parameter):
    """All that is the body."""

    __slots__ = ()

    def is_called(self, name: str) -> bool:
        """Return whether the body has a property of this name."""
        return self.codec.has_property(name)

    def _put(self, draft: Draft, encoded: Any) -> None:  # noqa: ANN401 - JSON
        draft.body = b""  # also of a null, it is there
        draft.content = encoded


class Envelope(NamedTuple):
    """The object around results.

    Attributes:
        result: The property that holds the result.
        constants: The properties whose values mean success.
    """

    result: str
    constants: Mapping[str, object]


class ErrorFormat(NamedTuple):
    """The form of an error response.

    Attributes:
        constants: The properties whose values mean an error.
        code: The path to the numeric code; empty without one.
        message: The path to the message; empty without one.
        code_is_status: Whether the code equals the HTTP status; when it differs, the error is not the API's.
        refusals: The HTTP statuses from 400 to 499 with which the API may refuse a request.
        words: The known code words at the start of messages; no other is shown.
        parameters: The API's names of other parts of a request than the parameters of the operation.
    """

    constants: Mapping[str, object]
    code: tuple[str, ...] = ()
    message: tuple[str, ...] = ()
    code_is_status: bool = False
    refusals: tuple[int, ...] = ()
    words: tuple[str, ...] = ()
    parameters: tuple[str, ...] = ()

    @property
    def is_defined(self) -> bool:
        """Whether the contract says what an error consists of."""
        return bool(self.constants or self.code or self.message)

    def knows(self, name: str) -> bool:
        """Return whether a word of a message is known, and so was not quoted from the request."""
        return name in self.words or name in self.parameters


class Operation(NamedTuple, Generic[T]):
    """One operation of the contract.

    Attributes:
        name: Its name in Python, such as `sms.send`.
        method: The HTTP method.
        path: The path below the base URL, with `{name}` for each path parameter.
        parameters: The arguments, in their order.
        results: The codec of the result by HTTP status; None without a body.
        safe: Whether the request may be repeated after an unknown outcome.
        envelope: The object around the result, if there is one.
        anonymous: Whether the request carries no credentials.
        body: How the body is written.
        accept: The media types of the results.
    """

    name: str
    method: str
    path: str
    parameters: tuple[Parameter, ...]
    results: Mapping[int, Codec[T] | None]
    safe: bool = False
    envelope: Envelope | None = None
    anonymous: bool = False
    body: BodyFormat = JSON
    accept: str = JSON.media_type

    @property
    def summary(self) -> RequestSummary:
        """The method and the path, for errors and logs."""
        return RequestSummary(self.method, self.path)

    def put_name(self, error: CallrError) -> None:
        """Record in an error that it is one of this operation."""
        error.operation, error.request = self.name, self.summary

    def has_parameter(self, name: str) -> bool:
        """Return whether a parameter of this operation, or a property in one, has the name."""
        return any(parameter.is_called(name) for parameter in self.parameters)

    def draft(self, arguments: tuple[object, ...]) -> Draft:
        """Check the arguments and add each to the parts of a request.

        Raises:
            ArgumentError: An argument breaks the contract.
        """
        draft = Draft()
        for parameter, value in zip(self.parameters, arguments, strict=True):
            parameter.add_to(draft, value)
        if draft.content is None and any(isinstance(each, BodyProperty) for each in self.parameters):
            draft.content = {}  # the body is required, its properties are not
        if draft.content is not None or draft.body is not None:
            draft.media_type, draft.body = self.body.write(draft.content)
        return draft

    def target(self, draft: Draft, extra_query: tuple[tuple[str, str], ...]) -> str:
        """Return the path and the query string, percent-encoded."""
        path = re.sub(r"\{([^}]+)\}", lambda found: draft.path[found[1]], self.path)
        query = parse.urlencode([*draft.query, *extra_query], quote_via=parse.quote)
        return f"{path}?{query}" if query else path


def check_first(operation: Operation[T], arguments: tuple[object, ...], check: Callable[[], object]) -> None:
    """Check the arguments of a call by the contract, and then by a rule besides it.

    Raises:
        ArgumentError: An argument breaks the contract or the rule.
    """
    try:
        operation.draft(arguments)
        check()
    except CallrError as error:
        operation.put_name(error)
        raise


def _holds(value: object, path: str) -> bool:
    """Return whether an object has a value at a path such as `webhook.secret`."""
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
        yield name, to_text(value)
