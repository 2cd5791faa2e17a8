"""How many parts a text takes, counted before money is spent.

A text of characters of the GSM 03.38 basic character set goes out as `GSM`: one part up to 160 characters,
else one for every 153. Any other character, and that includes the euro sign and the rest of the extension
table, makes it `UNICODE`: one part up to 70 UTF-16 code units, else one for every 67, and no part ends inside
a surrogate pair (3GPP TS 23.038 and TS 23.040, and the vendor's article on character encoding).

```python
print(segments.estimate("Your code is 4711.").parts)  # 1
```
"""

import unicodedata
from dataclasses import dataclass, field
from typing import Final, Literal, TypeAlias

from ._errors import ArgumentError

__all__ = ["MAX_PARTS", "Encoding", "Estimate", "Offender", "check_parts", "estimate"]

Encoding: TypeAlias = Literal["GSM", "UNICODE"]
"""How a text travels: 7-bit GSM, or 16-bit UNICODE."""

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

# Near characters that Unicode's own decompositions do not give. The first three are the vendor's examples.
_NEAR: Final = {
    "«": '"', "»": '"', "€": "e",
    "“": '"', "”": '"', "„": '"', "‘": "'", "’": "'", "‚": ",", "`": "'", "´": "'",  # noqa: RUF001 - quotes
    "–": "-", "—": "-", "‐": "-", "‑": "-", "−": "-",  # noqa: RUF001 - dashes
    "[": "(", "]": ")", "{": "(", "}": ")", "\\": "/", "|": "/", "~": "-", "^": "'",
    "ð": "d", "Ð": "D", "ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "ı": "i",  # noqa: RUF001 - dotless i
    "•": "*", "·": ".", "\t": " ", "\u00a0": " ",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Offender:
    """A character that keeps a text from going as GSM.

    Attributes:
        position: Its index in the text, in characters; the STOP number is in its place by then.
        character: The character.
        near: What forced GSM would make of it; empty for an accent that goes into the letter before it.

    Example:
        ```python
        (offender,) = segments.estimate("Ça coûte 5 €", "GSM").offenders[1:]
        print(offender.position, offender.character, offender.near)  # 11 € e
        ```
    """

    position: int
    character: str = field(repr=False)
    near: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a text will cost in parts.

    Attributes:
        encoding: `GSM` or `UNICODE`.
        parts: The billed parts, 1 or more.
        units: What is counted: characters of `converted` in GSM, UTF-16 code units in UNICODE.
        converted: The text as the phone shows it: after the conversion that forced GSM asks for, and with the
            STOP number in its place when one was given. Not in the `repr`.

    Example:
        ```python
        counted = segments.estimate("Your code is « 4711 »")
        print(counted.encoding, counted.parts)  # UNICODE 1
        print(counted.units, len(counted.offenders))  # 21 2
        ```
    """

    encoding: Encoding
    parts: int
    units: int
    converted: str = field(repr=False)
    _text: str = field(repr=False)

    @property
    def offenders(self) -> tuple[Offender, ...]:
        """The characters outside the GSM basic set, in their order; of the text before any conversion.

        With none of them the text goes as GSM by itself.
        """
        return tuple(
            Offender(position, character, "" if unicodedata.combining(character) else _near(character))
            for position, character in enumerate(self._text)
            if character not in _GSM
        )

    @property
    def is_sendable(self) -> bool:
        """Whether the API takes so many parts."""
        return self.parts <= MAX_PARTS


def estimate(
    text: str, force_encoding: Encoding | None = None, *, stop_number: str | None = None
) -> Estimate:
    """Count the parts of a text.

    When GSM is forced, a letter and its combining accent count as the one letter that they compose (Unicode
    NFC), so that `converted` may be shorter than `text`: what stands at an index of one need not stand at the
    same index of the other.

    Args:
        text: The text, as it would be sent.
        force_encoding: As the option of the same name; None detects the encoding.
        stop_number: What `%STOPNUM%` in the text becomes. CALLR puts it in before it counts, and only when
            the SMS has a sender of its own; which number it is depends on the account. Left out, the
            placeholder is counted as it stands, which is right for an SMS with an empty sender.

    Returns:
        The encoding, the parts and the text as it arrives.

    Raises:
        ArgumentError: `force_encoding` is neither None, `GSM` nor `UNICODE`, or `text` is no string.

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
    """Refuse a text that takes more parts than somebody wants to pay for.

    `%STOPNUM%` is counted as it stands: a STOP number is hardly longer.

    Args:
        text: The text, as it would be sent.
        force_encoding: As the option of the same name.
        max_parts: The most parts, 1 or more; None is no limit.

    Raises:
        ArgumentError: It takes more, or `max_parts` is no such number.

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
            "expected a shorter text, or a higher max_parts",
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
    """The character itself when it is basic, else a near one, else a question mark; always one."""
    if character in _GSM:
        return character
    if character in _NEAR:
        return _NEAR[character]
    base = unicodedata.normalize("NFKD", character)[0]
    return base if base in _GSM else "?"
