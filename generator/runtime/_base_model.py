"""Models: JSON objects of the contract as values that do not change."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, ClassVar, Generic, NoReturn, Self, TypeGuard, TypeVar, cast

from ._codecs import Codec
from ._errors import ArgumentError, ProtocolError
from ._json import MAX_DEPTH, copy_json, is_array, is_object, is_shallow

T = TypeVar("T")
M = TypeVar("M", bound="Model")

_MISSING = object()


class _Property(Generic[T]):
    """One member of a model: its name in JSON and its codec."""

    __slots__ = ("codec", "name")

    def __init__(self, name: str, codec: Codec[T]) -> None:
        self.name = name
        self.codec = codec

    def _complain(self, model: "Model", reason: str) -> ProtocolError:
        return ProtocolError(f"{type(model).__name__}.{self.name}: {reason}")


class Property(_Property[T]):
    """A member that is always there."""

    __slots__ = ()

    def of(self, model: "Model") -> T:
        """The member of one model.

        Raises:
            ProtocolError: The API sent a string that is not what it should stand for.
        """
        try:
            return self.codec.decode(model.__json__[self.name])
        except ValueError as caught:
            reason = str(caught)
        raise self._complain(model, reason)


class OptionalProperty(_Property[T]):
    """A member that may be left out, which is None."""

    __slots__ = ()

    def of(self, model: "Model") -> T | None:
        """The member of one model, or None.

        Raises:
            ProtocolError: The API sent a string that is not what it should stand for.
        """
        value = model.__json__.get(self.name, _MISSING)
        try:
            return None if value is _MISSING else self.codec.decode(value)
        except ValueError as caught:
            reason = str(caught)
        raise self._complain(model, reason)


def _is_property(item: object) -> TypeGuard[_Property[Any]]:
    return isinstance(item, _Property)


class Model:
    """A JSON object as it was sent or received; members that the contract does not know included.

    Models are equal when their JSON is, and can be hashed, copied and pickled. `repr` shows no text, number
    or user data.
    """

    __slots__ = ("__json__",)

    __json__: dict[str, Any]
    __properties__: ClassVar[dict[str, _Property[Any]]] = {}
    __known__: ClassVar[frozenset[str]] = frozenset()

    def __init__(self) -> None:
        name = type(self).__name__
        raise TypeError(f"{name} comes from an answer, or from {name}.from_dict")

    def __init_subclass__(cls) -> None:
        own = {item.name: item for item in vars(cls).values() if _is_property(item)}
        cls.__properties__ = {**cls.__properties__, **own}
        cls.__known__ = frozenset(cls.__properties__)

    @staticmethod
    def __fit__(items: Iterable[dict[str, Any]]) -> bool:
        """Whether decoded JSON of any type is that of such models: straight on, for thousands of SMS."""
        raise NotImplementedError

    @classmethod
    def from_dict(cls, json: Mapping[str, object]) -> Self:
        """Make a model from decoded JSON, which is copied.

        Raises:
            ArgumentError: A model to send lacks a member, or has one of the wrong JSON type.
            ProtocolError: The same of a model that only comes in answers.
            TypeError: There is something in it that JSON cannot hold.

        Example:
            ```python
            options = SmsOptions.from_dict({"nature": "ALERTING", "user_data": "order 42"})
            print(options.nature, options.user_data)  # ALERTING order 42
            ```
        """
        copied = copy_json(dict(json))
        found = find_mismatch(cls, copied, cls.__name__)
        if found and cls.__init__ is not Model.__init__:  # whoever sends it makes it
            parameter, _, rule = found.removeprefix(f"{cls.__name__}.").partition(": ")
            raise ArgumentError(parameter, rule)
        if found:
            raise ProtocolError(found)
        return wrap(cls, copied)

    def to_dict(self) -> dict[str, Any]:
        """The JSON that this came from, as a copy that is yours to change.

        Example:
            ```python
            json = callr.sms.get("8242D945").to_dict()
            print(json["date_sent"])  # 2024-03-19 02:41:26
            ```
        """
        return dict(copy_json(self.__json__))

    def _fill_(self, *members: tuple[_Property[Any], object]) -> None:
        """Make the JSON of a request; a member that may be left out is, when it is None."""
        json = {
            member.name: member.codec.encode(value, member.name)
            for member, value in members
            if value is not None or isinstance(member, Property)
        }
        _set_json(self, json)

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        return self.__json__ == other.__json__

    def __hash__(self) -> int:
        return hash((type(self), _freeze(self.__json__)))

    def __repr__(self) -> str:
        # A traceback that shows locals shows the model whose constructor refuses, too.
        members: dict[str, Any] = getattr(self, "__json__", {})
        shown = (
            f"{name}={_show(member.codec, members[name])}"
            for name, member in self.__properties__.items()
            if name in members and member.codec.shown
        )
        return f"<{' '.join((type(self).__name__, *shown))}>"

    def reveal(self) -> str:
        """All of it, for people: as `repr`, with texts, numbers, user data and unknown members.

        Keep it out of logs. Only secrets, such as the key of a signature, do not show here either.

        Example:
            ```python
            options = SmsOptions(user_data="order 42")
            print(options)  # <SmsOptions>
            print(options.reveal())  # <SmsOptions user_data='order 42'>
            ```
        """
        members = self.__properties__
        shown = (
            f"{name}={_reveal(members[name].codec, value) if name in members else repr(value)}"
            for name, value in self.__json__.items()
        )
        return f"<{' '.join((type(self).__name__, *shown))}>"

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError(f"{type(self).__name__} does not change: {name} cannot be set")

    def __delattr__(self, name: str) -> NoReturn:
        raise AttributeError(f"{type(self).__name__} does not change: {name} cannot be deleted")

    def __reduce__(self) -> tuple[Any, ...]:
        return wrap, (type(self), self.__json__)


class ModelCodec(Codec[M]):
    """An object of the contract."""

    json_type = dict

    def __init__(self, model: type[M]) -> None:
        self._given = model

    @property
    def _model(self) -> type[M]:
        return self._given

    def encode(self, value: object, name: str) -> dict[str, Any]:
        """The model's JSON."""
        if not isinstance(value, self._model):
            raise ArgumentError(name, f"expected {self._model.__name__}, got {type(value).__name__}")
        return value.to_dict()

    def mismatch(self, value: object, where: str) -> str | None:
        """Why the JSON is not an object with the right members, or None."""
        return find_mismatch(self._model, value, where)

    def all_fit(self, values: list[Any]) -> bool:
        """Whether all values are objects with the right members."""
        return self._model.__fit__(values)

    def decode(self, value: dict[str, Any]) -> M:
        """The model around the JSON."""
        return wrap(self._model, value)

    def decode_all(self, values: list[dict[str, Any]]) -> list[M]:
        """The models around the JSON of many: a call for each takes longer than all the rest."""
        model, new = self._model, object.__new__
        made = [new(model) for _ in values]
        for each, json in zip(made, values, strict=True):
            _set_json(each, json)
        return made

    def has_property(self, path: str) -> bool:
        """Whether the model has such a member, or one of its members has."""
        name, _, rest = path.partition(".")
        member = self._model.__properties__.get(name)
        return member is not None and (not rest or member.codec.has_property(rest))


class LateModelCodec(ModelCodec[M]):
    """An object of a model that is defined further down, or that holds itself."""

    def __init__(self, find: Callable[[], type[M]]) -> None:
        self._find = find

    @property
    def _model(self) -> type[M]:
        return self._find()


# Quicker than object.__setattr__, which has to find the slot first.
_set_json = cast("Callable[[Model, dict[str, Any]], None]", Model.__dict__["__json__"].__set__)


def wrap(model: type[M], json: dict[str, Any]) -> M:
    """A model around JSON that has no mismatch and that nobody else changes."""
    made = object.__new__(model)
    _set_json(made, json)
    return made


def find_mismatch(model: type[Model], value: object, where: str) -> str | None:
    """Why the JSON is not an object with the model's members, or None."""
    if not is_object(value):
        return f"{where}: expected an object, got JSON of type {type(value).__name__}"
    if model.__fit__((value,)):
        return None
    for member in model.__properties__.values():
        item = value.get(member.name, _MISSING)
        if item is not _MISSING:
            found = member.codec.mismatch(item, f"{where}.{member.name}")
            if found:
                return found
        elif isinstance(member, Property):
            return f"{where}.{member.name}: it is missing"
    return None if is_shallow(value) else f"{where}: nested deeper than {MAX_DEPTH}"


def _freeze(json: object) -> object:
    """JSON as something that can be hashed, equal wherever the JSON is."""
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
