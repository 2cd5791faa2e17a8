"""Regular expressions of users: neither their compilation nor a search with them can hold up other requests.

The engine is Rust's `regex`, which comes with the library that validates schemas. It searches in linear time,
so it has no look-around and no backreferences, and it rejects a pattern whose program would be too large.
"""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING

from callr_sms_emulator import _errors

if TYPE_CHECKING:
    from jsonschema_rs import Draft202012Validator

# Seconds of CPU time for one text. Linear time is still long where the pattern and the text are.
_SEARCH_SECONDS = 0.05
_LONGEST_PATTERN = 1000
# Bytes of the compiled program, and of the cache that a search fills.
_PROGRAM_SIZE = 256 * 1024


# Classes in classes or with a bracket, and escapes with a name or a code: what looks literal in them is not.
_OBSCURE = re.compile(r"\[\^?\]|\[[^\]]*\[|\\[bcpPuUx]")
_CLASS = re.compile(r"\[(?:\\.|[^\]\\])*\]|\\.", re.DOTALL)
_REPEAT = r"(?:[*?+]|\{[^}]*\})"
_GROUP = re.compile(rf"\((?:\?:)?((?!\?)[^()]*)\)({_REPEAT}*)")
# What is between literals: characters that may occur never or several times, and those that are no literals.
_GAP = re.compile(rf".\+*(?:[*?]|\{{[^}}]*\}}){_REPEAT}*|[.^$+{{}}\])]", re.DOTALL)


def _literals(pattern: str) -> tuple[str, ...]:
    """Return literal texts that occur in each text that a pattern matches; where in doubt, none."""
    left = "|" if _OBSCURE.search(pattern) else _CLASS.sub(".", pattern)
    count = 1
    while count:
        left, count = _GROUP.subn(lambda found: "." if found[2] or "|" in found[1] else found[1], left)
    return () if "|" in left or "(" in left else (*filter(None, _GAP.split(left)),)


class Pattern:
    """A compiled regular expression.

    Attributes:
        text: How it was written.
        pieces: Literal texts, each of which occurs in all texts that it matches; maybe not all of them.
    """

    __slots__ = ("_validator", "pieces", "text")

    def __init__(self, text: str, validator: Draft202012Validator) -> None:
        self.text = text
        self.pieces = _literals(text)
        self._validator = validator

    def matches(self, text: str) -> bool:
        """Return whether it matches a part of the text.

        Raises:
            InvalidRequestError: The search took too long.
        """
        began = time.thread_time()
        found = self._validator.is_valid(text)
        if time.thread_time() - began > _SEARCH_SECONDS:
            raise _errors.slow_pattern(self.text, _SEARCH_SECONDS)
        return found


def compile_pattern(value: str, name: str = "pattern") -> Pattern:
    """Compile a regular expression, the value of the parameter `name`.

    Raises:
        InvalidRequestError: It is invalid, too long, or its program would be too large.
    """
    from jsonschema_rs import (  # noqa: PLC0415 - 4 MB, most processes never need it
        Draft202012Validator,
        RegexOptions,
        ValidationError,
    )

    if len(value) > _LONGEST_PATTERN:
        raise _errors.wrong_length(name, len(value), 1, _LONGEST_PATTERN)
    options = RegexOptions(size_limit=_PROGRAM_SIZE, dfa_size_limit=_PROGRAM_SIZE)
    try:
        validator = Draft202012Validator({"pattern": value}, pattern_options=options)
    except (ValidationError, ValueError):  # ValueError: a lone surrogate
        raise _errors.bad_pattern(value, name) from None
    return Pattern(value, validator)
