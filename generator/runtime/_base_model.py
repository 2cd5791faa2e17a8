"""Models: JSON objects of the contract as immutable values."""

from collections import deque
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from decimal import Decimal
from itertools import repeat
from typing import Any, ClassVar, Generic, NoReturn, Self, TypeGuard, TypeVar, cast

from ._codecs import UNSET, Codec
from ._errors import ArgumentError, ProtocolError
from ._support import MAX_DEPTH, copy_json, is_array, is_object, is_shallow

T = TypeVar("T")
M = TypeVar("M", bound="Model")

_MISSING = object()


class _Property(Generic[T]):
    """One property of a model: its name in JSON and its codec."""

    __slots__ = ("codec", "name")
    left_out: ClassVar[object] = _MISSING
    """The argument that leaves it out."""

    def __init__(self, name: str, codec: Codec[T]) -> None:
        self.name = name
        self.codec = codec

    def _complain(self, model: "Model", reason: str) -> ProtocolError:
        return ProtocolError(f"{type(model).__name__}.{self.name}: {reason}")


class Property(_Property[T]):
    """A required property."""

    __slots__ = ()

    def of(self, model: "Model") -> T:
        """Return the value in a model.

        Raises:
            ProtocolError: The JSON has the right type and an invalid value.
        """
        try:
            return self.codec.decode(model.__json__[self.name])
        except ValueError as caught:
            reason = str(caught)
        raise self._complain(model, reason)


class OptionalProperty(_Property[T]):
    """A property that may be missing; it is then read as None."""

    __slots__ = ()
    left_out: ClassVar[object] = None

    def of(self, model: "Model") -> T | None:
        """Return the value in a model, or None.

        Raises:
            ProtocolError: The JSON has the right type and an invalid value.
        """
        value = model.__json__.get(self.name, _MISSING)
        try:
            return None if value is _MISSING else self.codec.decode(value)
        except ValueError as caught:
            reason = str(caught)
        raise self._complain(model, reason)


class PatchProperty(OptionalProperty[T]):
    """An optional property of which None is the null: `UNSET` leaves it out."""

    __slots__ = ()
    left_out: ClassVar[object] = UNSET


class ReadOnlyProperty(OptionalProperty[T]):
    """A property of responses; a model that is sent leaves it out."""

    __slots__ = ()


class WriteOnlyProperty(OptionalProperty[T]):
    """A property that requests require, and that responses leave out."""

    __slots__ = ()
    left_out: ClassVar[object] = _MISSING


def _is_property(item: object) -> TypeGuard[_Property[Any]]:
    return isinstance(item, _Property)


class Model:
    """A JSON object that is sent or was received, with properties that the contract does not know.

    Models are equal when their JSON is equal, and can be hashed, copied and pickled. `repr` shows no text,
    phone number or user data.
    """

    __slots__ = ("__json__",)

    __json__: dict[str, Any]
    __properties__: ClassVar[dict[str, _Property[Any]]] = {}
    __known__: ClassVar[frozenset[str]] = frozenset()
    __read_only__: ClassVar[frozenset[str]] = frozenset()
    __arguments__: ClassVar[dict[str, _Property[Any]]] = {}

    def __init__(self) -> None:
        name = type(self).__name__
        raise TypeError(f"{name} has no constructor: it comes from a response, or from {name}.from_dict")

    def __init_subclass__(cls) -> None:
        own = {item.name: item for item in vars(cls).values() if _is_property(item)}
        cls.__properties__ = {**cls.__properties__, **own}
        cls.__known__ = frozenset(cls.__properties__)
        # Each is kept in the attribute of its name in Python, after an underscore.
        named = {name[1:]: item for name, item in vars(cls).items() if _is_property(item)}
        sent = {name: item for name, item in named.items() if not isinstance(item, ReadOnlyProperty)}
        cls.__arguments__ = {**cls.__arguments__, **sent}
        cls.__read_only__ |= {item.name for name, item in named.items() if name not in sent}

    @staticmethod
    def __fit__(items: Iterable[dict[str, Any]]) -> bool:
        """Return whether all items have the properties of the model.

        Generated as one expression, because a list may hold thousands of SMS.
        """
        raise NotImplementedError

    @classmethod
    def from_dict(cls, json: Mapping[str, object]) -> Self:
        """Make a model from a copy of decoded JSON.

        Raises:
            ArgumentError: A model to send lacks a property, or has one of the wrong JSON type.
            ProtocolError: The same for a model that only comes in responses.
            TypeError: The value holds something that JSON cannot represent.

        Example:
            ```python
            options = SmsOptions.from_dict({"nature": "ALERTING", "user_data": "order 42"})
            print(options.nature, options.user_data)  # ALERTING order 42
            ```
        """
        copied = copy_json(dict(json))
        found = find_mismatch(cls, copied, cls.__name__)
        if found and cls.__init__ is not Model.__init__:  # a model that is sent has a constructor
            parameter, _, rule = found.removeprefix(f"{cls.__name__}.").partition(": ")
            raise ArgumentError(parameter, rule)
        if found:
            raise ProtocolError(found)
        return wrap(cls, copied)

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON of the model, as a copy that you may change.

        Example:
            ```python
            json = callr.sms.get("8242D945").to_dict()
            print(json["date_sent"])  # 2024-03-19 02:41:26
            ```
        """
        return dict(copy_json(self.__json__))

    def _fill_(self, *arguments: tuple[_Property[Any], object]) -> None:
        """Set the JSON of a model to send, without the properties that are left out."""
        json = {
            prop.name: prop.codec.encode(value, prop.name)
            for prop, value in arguments
            if value is not prop.left_out
        }
        _set_json(self, json)

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        return self.__json__ == other.__json__

    def __hash__(self) -> int:
        return hash((type(self), _freeze(self.__json__)))

    def __repr__(self) -> str:
        # A traceback with locals may show a model whose constructor has raised.
        values: dict[str, Any] = getattr(self, "__json__", {})
        shown = (
            f"{name}={_show(prop.codec, values[name])}"
            for name, prop in self.__properties__.items()
            if name in values and prop.codec.shown
        )
        return f"<{' '.join((type(self).__name__, *shown))}>"

    def reveal(self) -> str:
        """Return all properties for people: like `repr`, with texts, phone numbers and user data.

        Keep it out of logs. Secrets, such as the key of a signature, are not shown here either.

        Example:
            ```python
            options = SmsOptions(user_data="order 42")
            print(options)  # <SmsOptions>
            print(options.reveal())  # <SmsOptions user_data='order 42'>
            ```
        """
        known = self.__properties__
        shown = (
            f"{name}={_reveal(known[name].codec, value) if name in known else repr(value)}"
            for name, value in self.__json__.items()
        )
        return f"<{' '.join((type(self).__name__, *shown))}>"

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError(f"{type(self).__name__} is immutable: {name} cannot be set")

    def __delattr__(self, name: str) -> NoReturn:
        raise AttributeError(f"{type(self).__name__} is immutable: {name} cannot be deleted")

    def __reduce__(self) -> tuple[Any, ...]:
        return wrap, (type(self), self.__json__)


class ModelCodec(Codec[M]):
    """The codec of an object of the contract."""

    json_type = dict

    def __init__(self, model: type[M]) -> None:
        self._given = model

    @property
    def _model(self) -> type[M]:
        return self._given

    def encode(self, value: object, name: str) -> dict[str, Any]:
        """Return the JSON of a model, or of the arguments of its constructor as a dictionary."""
        if isinstance(value, self._model):
            hidden = value.__read_only__
            json = value.to_dict()
            return {key: item for key, item in json.items() if key not in hidden} if hidden else json
        if not is_object(value):
            raise ArgumentError(
                name, f"expected {self._model.__name__} or a dict, got {type(value).__name__}"
            )
        return _encode_arguments(self._model, value, name)

    def mismatch(self, value: object, where: str) -> str | None:
        """Return why the JSON is not an object with the right properties, or None."""
        return find_mismatch(self._model, value, where)

    def all_fit(self, values: list[Any]) -> bool:
        """Return whether all values are objects with the right properties."""
        return self._model.__fit__(values)

    def decode(self, value: dict[str, Any]) -> M:
        """Return the model around the JSON."""
        return wrap(self._model, value)

    def decode_all(self, values: list[dict[str, Any]]) -> list[M]:
        """Return the models around many JSON objects.

        Both loops run in C: from Python 3.12 on the garbage collector runs only between bytecodes, and would
        look through all that was just parsed several times.
        """
        made = list(map(object.__new__, repeat(self._model, len(values))))
        deque(map(_set_json, made, values), maxlen=0)
        return made

    def has_property(self, path: str) -> bool:
        """Return whether the model, or an object in it, has a property of this name."""
        name, _, rest = path.partition(".")
        prop = self._model.__properties__.get(name)
        return prop is not None and (not rest or prop.codec.has_property(rest))


class LateModelCodec(ModelCodec[M]):
    """The codec of a model that is defined later in the module, or that contains itself."""

    def __init__(self, find: Callable[[], type[M]]) -> None:
        self._find = find

    @property
    def _model(self) -> type[M]:
        return self._find()


# Faster than object.__setattr__, which has to look up the slot.
_set_json = cast("Callable[[Model, dict[str, Any]], None]", Model.__dict__["__json__"].__set__)


def wrap(model: type[M], json: dict[str, Any]) -> M:
    """Return a model around JSON that has no mismatch and is not shared."""
    made = object.__new__(model)
    _set_json(made, json)
    return made


def _encode_arguments(model: type[Model], given: dict[str, Any], where: str) -> dict[str, Any]:
    known = model.__arguments__
    if not known.keys() >= given.keys():
        raise ArgumentError(where, f"expected a dict without other keys than {', '.join(known)}")
    for name, prop in known.items():
        if prop.left_out is _MISSING and name not in given:
            raise ArgumentError(f"{where}.{name}", "expected a value, but the dict has no such key")
    return {
        prop.name: prop.codec.encode(value, f"{where}.{name}")
        for name, prop in known.items()
        if (value := given.get(name, prop.left_out)) is not prop.left_out
    }


def member_of(value: object, name: str) -> Any:  # noqa: ANN401 - of any type
    """Return an attribute of a model, or an entry of the dictionary that stands for it; None without one."""
    return value.get(name) if is_object(value) else getattr(value, name, None)


def find_mismatch(model: type[Model], value: object, where: str) -> str | None:
    """Return why the JSON is not an object with the model's properties, or None."""
    if not is_object(value):
        return f"{where}: expected an object, got JSON of type {type(value).__name__}"
    if model.__fit__((value,)):
        return None
    for prop in model.__properties__.values():
        item = value.get(prop.name, _MISSING)
        if item is not _MISSING:
            found = prop.codec.mismatch(item, f"{where}.{prop.name}")
            if found:
                return found
        elif isinstance(prop, Property):
            return f"{where}.{prop.name}: the property is missing"
    return None if is_shallow(value) else f"{where}: nested deeper than {MAX_DEPTH}"


def _freeze(json: object) -> object:
    """Return JSON as a hashable value that is equal whenever the JSON is."""
    if is_object(json):
        return frozenset((name, _freeze(item)) for name, item in json.items())
    if is_array(json):
        return tuple(map(_freeze, json))
    return json


def _is_tuple(value: object) -> TypeGuard[tuple[object, ...]]:
    return isinstance(value, tuple)


def _show(codec: Codec[Any], value: object) -> str:
    try:
        decoded = codec.decode(value)
    except ValueError:
        return "(malformed)"
    return _to_text(decoded, repr)


def _reveal(codec: Codec[Any], value: object) -> str:
    if codec.secret:
        return "(secret)"
    try:
        return _to_text(codec.decode(value), Model.reveal)
    except ValueError:
        return repr(value)


def _to_text(decoded: object, show: Callable[["Model"], str]) -> str:
    if isinstance(decoded, Model):
        return show(decoded)
    if _is_tuple(decoded):
        return f"({', '.join(_to_text(item, show) for item in decoded)})"
    if isinstance(decoded, str):
        return repr(str(decoded))
    return str(decoded) if isinstance(decoded, date | Decimal) else repr(decoded)
