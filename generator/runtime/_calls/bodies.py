"""Bodies of requests: how their content is written."""

import os
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from .._codecs import Upload
from .._support import LazyModule, dump_json, is_array, is_object

if TYPE_CHECKING:
    import json
    from urllib import parse
else:
    json, parse = LazyModule("json"), LazyModule("urllib.parse")

_FORM = "application/x-www-form-urlencoded"
_PARTS = "multipart/form-data"
_QUOTED = {ord('"'): "%22", ord("\r"): "%0D", ord("\n"): "%0A"}
"""What the name of a part cannot hold, as browsers write it (HTML, section 4.10.21.8)."""


class BodyFormat:
    """How the content of a body is written. This is the one of JSON.

    Attributes:
        media_type: The media type of the body.
    """

    __slots__ = ("media_type",)

    def __init__(self, media_type: str) -> None:
        self.media_type: str = media_type

    def write(self, content: Any) -> tuple[str, bytes]:  # noqa: ANN401 - JSON
        """Return the value of the header `Content-Type`, and the body."""
        return self.media_type, dump_json(content)


JSON = BodyFormat("application/json")


class Form(BodyFormat):
    """An object as the fields of a form, one `name=item` for each item of an array."""

    __slots__ = ()

    def __init__(self) -> None:
        super().__init__(_FORM)

    def write(self, content: Mapping[str, Any]) -> tuple[str, bytes]:
        """Return the media type and the body."""
        fields = [(name, to_text(item)) for name, item in _fields(content)]
        return self.media_type, parse.urlencode(fields).encode("ascii")


class Parts(BodyFormat):
    """An object as the parts of a multipart body (RFC 7578): files, texts, and JSON where it is nested."""

    __slots__ = ("_types",)

    def __init__(self, types: Mapping[str, str] = MappingProxyType({})) -> None:
        """Create the format.

        Args:
            types: The media types of files without one of their own, by the name of the part.
        """
        super().__init__(_PARTS)
        self._types = types

    def write(self, content: Mapping[str, Any]) -> tuple[str, bytes]:
        """Return the media type with the boundary, and the body."""
        boundary = os.urandom(16).hex()
        lines: list[bytes] = []
        for name, item in _fields(content):
            head, data = _part(name, item, self._types.get(name, "application/octet-stream"))
            lines += [f"--{boundary}".encode("ascii"), head, b"", data]
        lines += [f"--{boundary}--".encode("ascii"), b""]
        return f"{self.media_type}; boundary={boundary}", b"\r\n".join(lines)


class Content(BodyFormat):
    """A body that is bytes or a text."""

    __slots__ = ()

    def write(self, content: Any) -> tuple[str, bytes]:  # noqa: ANN401 - an `Upload` or a text
        """Return the media type and the body."""
        if isinstance(content, Upload):
            return content.media_type or self.media_type, content.content
        return f"{self.media_type}; charset=utf-8", content.encode()


def to_text(value: object) -> str:
    """Return a string, number or boolean as text for a URL, a header or a form."""
    return str.__str__(value) if isinstance(value, str) else json.dumps(value)


def _fields(content: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield each property, and each item of an array under the name of the array; null is left out."""
    for name, value in content.items():
        yield from ((name, item) for item in (value if is_array(value) else [value]) if item is not None)


def _part(name: str, value: Any, file_type: str) -> tuple[bytes, bytes]:  # noqa: ANN401 - an `Upload` or JSON
    """Return the headers and the content of a part."""
    head = f'Content-Disposition: form-data; name="{name.translate(_QUOTED)}"'
    if isinstance(value, Upload):
        head = f'{head}; filename="{value.name.translate(_QUOTED)}"'
        return (
            f"{head}\r\nContent-Type: {value.media_type or file_type}".encode(),
            value.content,
        )
    if is_object(value) or is_array(value):
        return f"{head}\r\nContent-Type: application/json".encode(), dump_json(value)
    return head.encode(), to_text(value).encode()
