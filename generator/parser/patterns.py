"""Regular expressions: from ECMA 262, the syntax of contracts, to Python."""

import re
import warnings
from collections.abc import Iterator

from generator.errors import ContractError

_SPACES = r"\t-\r \u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff"
_SAME_ESCAPES = frozenset("bBdDwWfnrtvxu0123456789")
# Outside of a class: an empty class of JavaScript, a quantifier without its least number, a possessive one.
_ONLY_PYTHON = re.compile(r"\[\^?\]|\{,[0-9]*\}|[*+?]\+")
# One character, as JavaScript writes those above 0xFFFF.
_PAIR = r"\\u([dD][89abAB][0-9a-fA-F]{2})\\u([dD][c-fC-F][0-9a-fA-F]{2})"
_GROUPS = (":", "=", "!", "<=", "<!")


def translate(pattern: str, place: str) -> str:
    r"""Return the pattern for `re.search` with `re.ASCII`.

    `$` matches only at the end in ECMA 262, while Python also matches before a final line feed; the dot and
    `\s` differ in some characters.

    Raises:
        ContractError: The pattern is invalid, or uses something that Python does not support.
    """
    if pattern.endswith("\n"):
        cure = "a text hardly does; in YAML, write `>-` for `>`, and `|-` for `|`"
        raise ContractError(place, f"the pattern {pattern.rstrip()} ends with a line break, which {cure}")
    made = "".join(_translate_tokens(pattern, place))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            re.compile(made, re.ASCII)
    except (re.error, Warning) as caught:
        raise ContractError(place, f"the pattern {pattern} cannot be used: {caught}") from caught
    return made


def _translate_tokens(pattern: str, place: str) -> Iterator[str]:
    in_class = False
    tokens = re.finditer(rf"{_PAIR}|\\(.?)|\(\?(<?.)|.", pattern, re.DOTALL)
    for token in tokens:
        high, low, escaped, group = token.groups()
        if high is not None:
            yield f"\\U{ord(bytes.fromhex(high + low).decode('utf-16-be')):08x}"
        elif escaped is not None:
            yield _translate_escape(escaped, in_class=in_class, place=place)
        elif group is not None and not in_class:
            if group not in _GROUPS:
                raise ContractError(place, f"the group {token[0]} in a pattern is not supported; rewrite it")
            yield token[0]
        elif in_class:
            in_class = token[0] != "]"
            yield token[0]
        else:
            found = _ONLY_PYTHON.match(pattern, token.start())
            if found:
                raise ContractError(
                    place, f"{found[0]} in a pattern is something else in ECMA 262; rewrite it"
                )
            in_class = token[0] == "["
            yield {"$": r"\Z", ".": r"[^\n\r\u2028\u2029]"}.get(token[0], token[0])


def _translate_escape(escaped: str, *, in_class: bool, place: str) -> str:
    if escaped == "s":
        return _SPACES if in_class else f"[{_SPACES}]"
    if escaped == "S" and not in_class:
        return f"[^{_SPACES}]"
    if escaped == "/":
        return "/"
    if escaped in _SAME_ESCAPES or (escaped and not escaped.isalnum()):
        return f"\\{escaped}"
    raise ContractError(place, f"the escape \\{escaped} in a pattern is not supported; rewrite it")
