"""Property classes by `format`, where openapi-python-client has one class for all strings."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, ClassVar

import openapi_python_client.parser.properties as library
from openapi_python_client import schema as oai
from openapi_python_client.config import Config
from openapi_python_client.parser.errors import PropertyError
from openapi_python_client.parser.properties.date import DateProperty
from openapi_python_client.parser.properties.datetime import DateTimeProperty
from openapi_python_client.parser.properties.file import FileProperty
from openapi_python_client.parser.properties.protocol import PropertyProtocol
from openapi_python_client.parser.properties.string import StringProperty
from openapi_python_client.parser.properties.uuid import UuidProperty
from openapi_python_client.schema.untrusted_string import UntrustedString
from openapi_python_client.strings import PythonIdentifier

StringLike = StringProperty | DateProperty | DateTimeProperty | FileProperty | UuidProperty | PropertyError


class FormattedProperty(StringProperty):
    """A string whose `format` has a Python type.

    Attributes:
        codec: The class of `runtime/` that converts it.
        hint: Its type in Python.
        note: What a caller has to know about an argument of this format.
    """

    codec: ClassVar[str]
    hint: ClassVar[str]
    note: ClassVar[str] = ""


class MomentProperty(FormattedProperty):
    """`callr-datetime`: to the second, in UTC."""

    _type_string: ClassVar[str] = "datetime"
    codec: ClassVar[str] = "Moment"
    hint: ClassVar[str] = "datetime"
    note: ClassVar[str] = "An aware datetime of any zone, rounded down to the second."


class MomentOrZeroProperty(FormattedProperty):
    """`callr-datetime-or-zero`: the same, or None."""

    _type_string: ClassVar[str] = "datetime | None"
    codec: ClassVar[str] = "MomentOrZero"
    hint: ClassVar[str] = "datetime | None"


class MomentMsProperty(FormattedProperty):
    """`callr-datetime-ms`: to the millisecond, in UTC."""

    _type_string: ClassVar[str] = "datetime"
    codec: ClassVar[str] = "MomentMs"
    hint: ClassVar[str] = "datetime"
    note: ClassVar[str] = "An aware datetime of any zone, rounded down to the millisecond."


class Rfc3339Property(FormattedProperty):
    """`date-time`: RFC 3339."""

    _type_string: ClassVar[str] = "datetime"
    codec: ClassVar[str] = "Rfc3339"
    hint: ClassVar[str] = "datetime"
    note: ClassVar[str] = "An aware datetime of any zone."


class DecimalProperty(FormattedProperty):
    """`decimal`: exact, in a string."""

    _type_string: ClassVar[str] = "Decimal"
    codec: ClassVar[str] = "DecimalString"
    hint: ClassVar[str] = "Decimal"


FORMATS: dict[str, type[FormattedProperty]] = {
    "callr-datetime": MomentProperty,
    "callr-datetime-or-zero": MomentOrZeroProperty,
    "callr-datetime-ms": MomentMsProperty,
    "date-time": Rfc3339Property,
    "decimal": DecimalProperty,
}

_original: Any = library._string_based_property  # noqa: SLF001 - pinned by a test of its signature


def string_based_property(
    name: UntrustedString,
    required: bool,  # noqa: FBT001 - the signature of the library
    data: oai.Schema,
    config: Config,
) -> StringLike:
    """Replace the function of openapi-python-client of this name: handle our formats first."""
    written = data.schema_format.get_untrusted_value() if data.schema_format else ""
    if written not in FORMATS:
        made: StringLike = _original(name, required, data, config)
        return made
    return FORMATS[written].build(
        name=name,
        required=required,
        default=data.default,
        python_name=PythonIdentifier(value=name, prefix=config.field_prefix),
        description=data.description,
        example=data.example,
    )


@contextmanager
def our_formats() -> Iterator[None]:
    """Make openapi-python-client handle our formats inside the `with` block."""
    library._string_based_property = string_based_property  # noqa: SLF001 - as above
    # Of what stands in a header, the plan refuses what it has to, with its place.
    PropertyProtocol._allowed_locations.add(oai.ParameterLocation.HEADER)  # noqa: SLF001 - pinned as above
    try:
        yield
    finally:
        library._string_based_property = _original  # noqa: SLF001 - as above
        PropertyProtocol._allowed_locations.discard(oai.ParameterLocation.HEADER)  # noqa: SLF001 - as above
