"""Names: from the names in a contract to Python names."""

import keyword
import re
from collections.abc import Container, Sequence

from openapi_python_client.strings import snake_case

from generator.errors import ContractError

_MODEL_RESERVED = frozenset(
    {"builtins", "from_dict", "property", "reveal", "staticmethod", "timedelta", "to_dict"}
)
# Names in annotations that a method or a property of the same name hides in its class.
ANNOTATION_NAMES = frozenset(
    {"bool", "bytes", "date", "datetime", "dict", "float", "int", "list", "object", "str", "tuple"}
)
_METHOD_RESERVED = frozenset({"builtins", "timedelta", "with_raw_response"})
# What a client has besides its tags.
_CLIENT_RESERVED = frozenset({"aclose", "close", "from_env", "with_options"})
# What the module of codecs has besides those of schemas.
_RULES_RESERVED = frozenset({"ENVELOPE", "ERRORS"})
_RESERVED = frozenset({"self", "cls"})
# What each method takes besides the arguments of its operation.
_OF_EACH_CALL = frozenset({"extra_headers", "max_parts", "timeout"})

#: Why a name is refused that has none of the characters of Python names.
NAMELESS = "{!r} cannot be turned into a Python name; it needs a letter from A to Z, or a digit"


def split_words(name: str) -> list[str]:
    """Split a name of any style into words: `sendSmsByQuery`, `SMS.Options`, `X-Page-Size`."""
    parts = re.split(r"[^A-Za-z0-9]+", name)
    found = (re.findall(r"[A-Z]+(?![a-z])[0-9]*|[A-Z]?[a-z]+[0-9]*|[0-9]+", part) for part in parts)
    return [word for words in found for word in words]


def snake_name(name: str, place: str, reserved: frozenset[str] = frozenset()) -> str:
    """Return a name such as `force_encoding`; a keyword gets a trailing underscore (PEP 8)."""
    made = "_".join(split_words(name)).lower()
    if made[:1].isdigit():
        made = f"n{made}"
    if not made.isidentifier():
        raise ContractError(place, NAMELESS.format(name))
    return f"{made}_" if keyword.iskeyword(made) or made in reserved else made


def argument_name(name: str, place: str) -> str:
    """Return the name of an argument."""
    return snake_name(name, place, _RESERVED | _OF_EACH_CALL)


def short_argument_name(name: str, groups: Container[str]) -> str:
    """Return the name of an argument for a property of a group; an empty string without a plain one."""
    group, _, own = name.partition(".")
    made = "_".join(split_words(own)).lower()
    return made if group in groups and made and argument_name(made, name) == made else ""


def attribute_name(name: str, place: str) -> str:
    """Return the name of an attribute of a model."""
    return snake_name(name, place, _RESERVED | _MODEL_RESERVED)


def tag_name(name: str) -> str:
    """Return the attribute of the client for a tag."""
    return snake_name(name, f"tag {name}", _CLIENT_RESERVED)


def class_name(name: str) -> str:
    """Return the name of a class: `SmsOptions` for `SMS.Options`, with acronyms capitalized as words."""
    made = "".join(word.capitalize() for word in split_words(name))
    made = f"N{made}" if made[:1].isdigit() else made
    return f"{made}_" if keyword.iskeyword(made) else made


def enum_names(values: Sequence[str | int]) -> list[str]:
    """Return a name for each value of an enum: `REMOTE_QUEUED`, `VALUE_3`; equal ones get a number."""
    made: list[str] = []
    for index, value in enumerate(values):
        if isinstance(value, int):
            name = f"VALUE_NEGATIVE_{-value}" if value < 0 else f"VALUE_{value}"
        else:
            key = value.upper() if value[:1].isalpha() else f"VALUE_{index}"
            name = snake_case(key).upper()
        name = name if name.isidentifier() and name.isascii() else f"VALUE_{index}"
        number = 2
        while name in made or name.startswith("__"):
            name = f"{name.strip('_').removesuffix(f'_{number - 1}')}_{number}"
            number += 1
        made.append(name)
    return made


def constant_name(name: str) -> str:
    """Return the name of a constant: `PHONE_NUMBER` for `PhoneNumber`."""
    made = "_".join(split_words(name)).upper()
    made = f"N{made}" if made[:1].isdigit() else made
    return f"{made}_" if made in _RULES_RESERVED else made


def full_name(operation_id: str, place: str) -> str:
    """Return the operationId with all its words: `send_sms_by_query` for `sendSmsByQuery`."""
    return _method("_".join(split_words(operation_id)), operation_id, place)


def method_name(operation_id: str, tag: str, place: str) -> str:
    """Return the operationId without the words of its tag: `send_by_query` for `sendSmsByQuery` in `SMS`."""
    own = [word.lower() for word in split_words(operation_id)]
    tags = {word.lower() for word in split_words(tag)}
    tags |= {word.removesuffix("s") for word in tags if len(word) > len("sms")}
    short = [word for word in own if word not in tags and word.removesuffix("s") not in tags]
    return _method("_".join(short or own), operation_id, place)


def _method(made: str, operation_id: str, place: str) -> str:
    if not made:
        cure = "set a name under [operations]"
        raise ContractError(
            place, f"the operationId {operation_id!r} cannot be turned into a Python name; {cure}"
        )
    return snake_name(made, place, _METHOD_RESERVED)
