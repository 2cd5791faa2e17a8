"""Counts the billed parts of a text before it is sent.

A text of characters of the GSM 03.38 basic character set is sent as `GSM`: one part up to 160 characters,
otherwise one for every 153. Any other character, including the euro sign and the rest of the extension table,
makes it `UNICODE`: one part up to 70 UTF-16 code units, otherwise one for every 67, and no part ends inside a
surrogate pair (3GPP TS 23.038 and TS 23.040, and the vendor's article on character encoding).

```python
print(segments.estimate("Your code is 4711.").parts)  # 1
```
"""

import unicodedata
from typing import Final, Literal, TypeAlias

from ._errors import ArgumentError
from ._support import Value, value

__all__ = ["MAX_PARTS", "Encoding", "Estimate", "Offender", "check_parts", "estimate"]

Encoding: TypeAlias = Literal["GSM", "UNICODE"]
"""The encoding of a text on its way: 7-bit GSM or 16-bit UNICODE."""

MAX_PARTS: Final = 255
"""The API refuses a text of more parts: the counter of a part is one byte."""

_STOP_NUMBER: Final = "%STOPNUM%"

# 3GPP TS 23.038, table of the default alphabet, in its order; the escape to the extension table is left out.
_GSM: Final = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ"
    " !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmnopqrstuvwxyzäöñüà"
)

# Similar characters that Unicode's decompositions do not contain. The first three are the vendor's examples.
_NEAR: Final = {
    "«": '"', "»": '"', "€": "e",
    "“": '"', "”": '"', "„": '"', "‘": "'", "’": "'", "‚": ",", "`": "'", "´": "'",  # noqa: RUF001 - quotes
    "–": "-", "—": "-", "‐": "-", "‑": "-", "−": "-",  # noqa: RUF001 - dashes
    "[": "(", "]": ")", "{": "(", "}": ")", "\\": "/", "|": "/", "~": "-", "^": "'",
    "ð": "d", "Ð": "D", "ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "ı": "i",  # noqa: RUF001 - dotless i
    "•": "*", "·": ".", "\t": " ", "\u00a0": " ",
}  # fmt: skip


@value(hidden=("character", "near"))
class Offender(Value):
    """A character that prevents a text from being sent as GSM.

    Attributes:
        position: Its index in the text, in characters, after the STOP number was inserted.
        character: The character.
        near: Its replacement when GSM is forced; empty for an accent that is merged into its letter.

    Example:
        ```python
        (offender,) = segments.estimate("Ça coûte 5 €", "GSM").offenders[1:]
        print(offender.position, offender.character, offender.near)  # 11 € e
        ```
    """

    __slots__ = ("character", "near", "position")

    position: int
    character: str
    near: str

    def __init__(self, position: int, character: str, near: str) -> None:
        self._fill(position, character, near)


@value(hidden=("converted", "_text"))
class Estimate(Value):
    """The encoding and the billed parts of a text.

    Attributes:
        encoding: `GSM` or `UNICODE`.
        parts: The billed parts, 1 or more.
        units: The length that counts: characters of `converted` in GSM, UTF-16 code units in UNICODE.
        converted: The text as the phone shows it: after the conversion to forced GSM, and with the STOP
            number inserted when one was given. Not in the `repr`.

    Example:
        ```python
        counted = segments.estimate("Your code is « 4711 »")
        print(counted.encoding, counted.parts)  # UNICODE 1
        print(counted.units, len(counted.offenders))  # 21 2
        ```
    """

    __slots__ = ("_text", "converted", "encoding", "parts", "units")

    encoding: Encoding
    parts: int
    units: int
    converted: str
    _text: str

    def __init__(self, encoding: Encoding, parts: int, units: int, converted: str, _text: str) -> None:
        self._fill(encoding, parts, units, converted, _text)

    @property
    def offenders(self) -> tuple[Offender, ...]:
        """The characters outside the GSM basic set, in their order, before any conversion.

        A text without any is sent as GSM.
        """
        return tuple(
            Offender(position, character, "" if unicodedata.combining(character) else _near(character))
            for position, character in enumerate(self._text)
            if character not in _GSM
        )

    @property
    def is_sendable(self) -> bool:
        """Whether the API accepts so many parts."""
        return self.parts <= MAX_PARTS


def estimate(
    text: str, force_encoding: Encoding | None = None, *, stop_number: str | None = None
) -> Estimate:
    """Count the parts of a text.

    When GSM is forced, a letter and its combining accent count as the one letter that they compose (Unicode
    NFC), so `converted` may be shorter than `text`, and its indexes may differ.

    Args:
        text: The text to send.
        force_encoding: As the option of the same name; None detects the encoding.
        stop_number: The replacement of `%STOPNUM%` in the text. CALLR inserts it before it counts, and only
            when the SMS has a sender of its own; the number depends on the account. By default the
            placeholder itself is counted, which is right for an SMS with an empty sender.

    Returns:
        The encoding, the parts and the text as the phone shows it.

    Raises:
        ArgumentError: `force_encoding` is neither None, `GSM` nor `UNICODE`, or `text` is not a str.

    Example:
        ```python
        print(segments.estimate("é" * 161).parts)  # 2
        print(segments.estimate("€" * 71).parts)  # 2
        print(segments.estimate("5 €", "GSM").converted)  # 5 e
        ```
    """
    if not isinstance(text, str):  # pyright: ignore[reportUnnecessaryIsInstance] - not everyone checks types
        raise ArgumentError("text", f"expected a str, got {type(text).__name__}")
    if force_encoding not in (None, "GSM", "UNICODE"):
        raise ArgumentError("force_encoding", "expected None, GSM or UNICODE")
    text = str.__str__(text)
    if stop_number is not None:
        text = text.replace(_STOP_NUMBER, stop_number)
    written = text
    if force_encoding == "GSM":
        text = "".join(map(_near, unicodedata.normalize("NFC", text)))
    if force_encoding != "UNICODE" and _GSM.issuperset(text):
        parts = 1 if len(text) <= 160 else -(-len(text) // 153)  # noqa: PLR2004 - the numbers of the rule
        return Estimate("GSM", parts, len(text), text, written)
    units = len(text) + sum(character > "\uffff" for character in text)
    return Estimate("UNICODE", _count_unicode(text, units), units, text, written)


def check_parts(text: str, force_encoding: Encoding | None, max_parts: int | None) -> None:
    """Raise if a text has more billed parts than `max_parts`.

    `%STOPNUM%` itself is counted: a STOP number is hardly longer.

    Args:
        text: The text to send.
        force_encoding: As the option of the same name.
        max_parts: The limit, 1 or more; None for no limit.

    Raises:
        ArgumentError: The text has more parts, or `max_parts` is not an integer of 1 or more.

    Example:
        ```python
        try:
            segments.check_parts("€" * 71, None, max_parts=1)
        except ArgumentError as error:
            print(error.parameter)  # body
        ```
    """
    if max_parts is None:
        return
    _check_most(max_parts)
    found = estimate(text, force_encoding)
    if found.parts > max_parts:
        raise ArgumentError(
            "body",
            f"it takes {found.parts} parts in {found.encoding}, and max_parts is {max_parts}: "
            "shorten the text or raise max_parts",
        )


def _check_most(max_parts: object) -> None:
    if not isinstance(max_parts, int) or isinstance(max_parts, bool) or max_parts < 1:
        raise ArgumentError("max_parts", "expected an integer of 1 or more, or None for no limit")


def _count_unicode(text: str, units: int) -> int:
    if units <= 70:  # noqa: PLR2004 - as above
        return 1
    parts, filled = 1, 0
    for character in text:
        width = 2 if character > "\uffff" else 1
        if filled + width > 67:  # noqa: PLR2004 - as above
            parts, filled = parts + 1, 0
        filled += width
    return parts


def _near(character: str) -> str:
    """Return a GSM character: the character itself, a similar one, or a question mark."""
    if character in _GSM:
        return character
    if character in _NEAR:
        return _NEAR[character]
    base = unicodedata.normalize("NFKD", character)[0]
    return base if base in _GSM else "?"
