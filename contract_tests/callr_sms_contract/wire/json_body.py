"""Reads the body of a request as strictly as RFC 8259, and names what even that leaves open."""

import json
import re
from dataclasses import dataclass
from typing import Any, Final

_LONGEST_NUMBER: Final = 300
_JSON_TYPE = re.compile(r"application/json(?:\s*;\s*charset=\"?utf-8\"?)?", re.IGNORECASE)
_JSON_TYPE_AND_MORE = re.compile(r"application/json\s*;.*", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True)
class Body:
    """What a body says.

    `readings` has one value, or two when a property is given twice; none when there is a `problem`.
    """

    readings: tuple[Any, ...] = ()
    problem: str | None = None
    doubts: tuple[str, ...] = ()


def read_body(content_type: str | None, raw: bytes) -> Body:
    """Read `raw`, sent as `content_type`."""
    type_problem, doubts = _judge_type(content_type)
    if type_problem:
        return Body(problem=type_problem)
    if raw.startswith(b"\xef\xbb\xbf"):
        raw = raw[3:]
        doubts = (*doubts, "a byte order mark before the JSON")
    try:
        text = raw.decode("utf-8")
        last, is_ambiguous = _parse(text, keep_last=True)
    except UnicodeDecodeError:
        return Body(problem="the body is not UTF-8")
    except RecursionError:
        return Body(problem="the body is nested deeper than any request of the contract")
    except ValueError as error:
        return Body(problem=f"the body is not JSON: {error}")
    if not is_ambiguous:
        return Body((last,), doubts=doubts)
    return Body((_parse(text, keep_last=False)[0], last), doubts=(*doubts, "a property that is given twice"))


def _judge_type(content_type: str | None) -> tuple[str | None, tuple[str, ...]]:
    if content_type is None:
        return "the body has no content type", ()
    if _JSON_TYPE.fullmatch(content_type.strip()):
        return None, ()
    if _JSON_TYPE_AND_MORE.fullmatch(content_type.strip()):
        return None, ("a parameter of the content type that is not `charset=utf-8`",)
    return f"the body is {content_type}, not application/json", ()


def _parse(text: str, *, keep_last: bool) -> tuple[Any, bool]:
    """Parse strictly, and return whether a property is given twice, of which the last or the first counts."""
    is_ambiguous = False

    def members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        nonlocal is_ambiguous
        found = dict(pairs if keep_last else reversed(pairs))
        is_ambiguous = is_ambiguous or len(found) != len(pairs)
        return found

    value = json.loads(
        text, object_pairs_hook=members, parse_constant=_refuse, parse_int=_integer, parse_float=_float
    )
    return value, is_ambiguous


def _refuse(word: str) -> None:
    message = f"{word} is not a JSON value"
    raise ValueError(message)


def _integer(digits: str) -> int:
    # No parameter is that large; Python refuses to read such a number, but it is JSON.
    return int(digits[:_LONGEST_NUMBER])


def _float(digits: str) -> float:
    return min(max(float(digits), -1e308), 1e308)
