"""The codecs of what is no JSON: files, and results of other media types."""

import re
from typing import Generic, TypeVar

from .._errors import ArgumentError
from .._support import Value, is_unicode, value
from .base import Codec

T = TypeVar("T")

_MEDIA_TYPE = re.compile(r"[\w.+-]+/[\w.+-]+(; ?[\w-]+=[\w.-]+)*", re.ASCII)


@value(hidden=("content", "name"))
class Upload(Value):
    """A file to send. Its `repr` shows neither the content nor the name.

    Attributes:
        content: The bytes of the file.
        name: The name of the file, for the server.
        media_type: What it is, such as `image/png`; empty for the media type of the contract.
    """

    __slots__ = ("content", "media_type", "name")

    content: bytes
    name: str
    media_type: str

    def __init__(self, content: bytes, name: str = "file", media_type: str = "") -> None:
        self._fill(content, name, media_type)


class File(Codec[Upload]):
    """A file that is sent, as `bytes` or as an `Upload` with its name and media type."""

    shown = False

    def encode(self, value: object, name: str) -> Upload:
        """Return the file, checked."""
        if isinstance(value, bytes | bytearray):
            return Upload(bytes(value))
        content: object = value.content if isinstance(value, Upload) else None
        if not isinstance(value, Upload) or not isinstance(content, bytes):
            raise ArgumentError(name, f"expected bytes or an Upload of bytes, got {type(value).__name__}")
        if not is_unicode(value.name):
            raise ArgumentError(name, "expected a file name without lone surrogates")
        if value.media_type and not _MEDIA_TYPE.fullmatch(value.media_type):
            raise ArgumentError(name, "expected a media type such as image/png")
        return value


class Content(Codec[T], Generic[T]):
    """A result that is not JSON."""

    def read(self, body: bytes) -> T:
        """Return the result in a body.

        Raises:
            ValueError: The body is malformed.
        """
        raise NotImplementedError


class Bytes(Content[bytes]):
    """A result that is a file, as bytes."""

    def read(self, body: bytes) -> bytes:
        """Return the body."""
        return body


class Text(Content[str]):
    """A result that is a text in UTF-8."""

    def read(self, body: bytes) -> str:
        """Return the text."""
        return body.decode()
