"""Names: from what a contract calls a thing to what Python does."""

import keyword
import re

from generator.errors import ContractError

_MODEL_RESERVED = frozenset({"from_dict", "property", "reveal", "to_dict"})
# Names that annotations use, and that a method or a property of the same name hides from its class.
ANNOTATION_NAMES = frozenset(
    {"bool", "date", "datetime", "dict", "float", "int", "list", "object", "str", "tuple"}
)
_METHOD_RESERVED = frozenset({"with_raw_response"})
_ARGUMENT_RESERVED = frozenset({"self", "cls"})


def split_words(name: str) -> list[str]:
    """The words of a name, whatever way it is written: `sendSmsByQuery`, `SMS.Options`, `X-Page-Size`."""
    parts = re.split(r"[^A-Za-z0-9]+", name)
    found = (re.findall(r"[A-Z]+(?![a-z])[0-9]*|[A-Z]?[a-z]+[0-9]*|[0-9]+", part) for part in parts)
    return [word for words in found for word in words]


def snake_name(name: str, place: str, reserved: frozenset[str] = frozenset()) -> str:
    """`force_encoding`; a keyword gets an underscore at its end, as PEP 8 has it."""
    made = "_".join(split_words(name)).lower()
    if made[:1].isdigit():
        made = f"n{made}"
    if not made.isidentifier():
        raise ContractError(place, f"no Python name can be made of {name!r}")
    return f"{made}_" if keyword.iskeyword(made) or made in reserved else made


def argument_name(name: str, place: str) -> str:
    """The name of an argument."""
    return snake_name(name, place, _ARGUMENT_RESERVED)


def attribute_name(name: str, place: str) -> str:
    """The name of an attribute of a model."""
    return snake_name(name, place, _ARGUMENT_RESERVED | _MODEL_RESERVED)


def class_name(name: str) -> str:
    """`SmsOptions` of `SMS.Options`: acronyms are words, as PEP 8 allows and people read."""
    return "".join(word.capitalize() for word in split_words(name))


def constant_name(name: str) -> str:
    """`PHONE_NUMBER` of `PhoneNumber`."""
    return "_".join(split_words(name)).upper()


def method_name(operation_id: str, tag: str, place: str) -> str:
    """The operationId without the words of its tag: `sendSmsByQuery` under `SMS` is `send_by_query`."""
    own = [word.lower() for word in split_words(operation_id)]
    tags = {word.lower() for word in split_words(tag)}
    tags |= {word.removesuffix("s") for word in tags if len(word) > len("sms")}
    short = [word for word in own if word not in tags and word.removesuffix("s") not in tags]
    return snake_name("_".join(short or own), place, _METHOD_RESERVED)
