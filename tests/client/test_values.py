"""Public values behave like the frozen dataclasses that type checkers take them for."""

from __future__ import annotations

import copy
import dataclasses
import inspect
import pickle
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from callr_sms_client import (
    CallInfo,
    Hooks,
    Progress,
    Request,
    RequestSummary,
    Response,
    ResponseInfo,
    RetryInfo,
    Timeout,
    segments,
)
from callr_sms_client._codecs import Upload

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
CALL: dict[str, Any] = {
    "call_id": 1,
    "operation": "sms.send",
    "request": RequestSummary("POST", "/sms"),
    "attempt": 1,
    "max_attempts": 3,
}
DONE: dict[str, Any] = {**CALL, "elapsed": 0.5, "response": None, "error": None}
AGAIN: dict[str, Any] = {**CALL, "wait": 2.0, "error": ValueError()}
HOOKS: dict[str, Any] = {"on_request": None, "on_response": None, "on_retry": print, "on_end": None}
TIMES: dict[str, Any] = {"total": 30.0, "connect": 5.0, "read": None, "write": None, "pool": None}

VALUES: list[tuple[type, dict[str, Any], tuple[str, ...]]] = [
    (Response, {"status": 200, "headers": (), "body": b"canary"}, ("status",)),
    (RequestSummary, {"method": "POST", "path": "/sms"}, ("method", "path")),
    (
        Request,
        {"method": "POST", "url": "canary", "headers": (), "body": None, "timeout": Timeout()},
        ("method",),
    ),
    (Upload, {"content": b"canary", "name": "canary", "media_type": "image/png"}, ("media_type",)),
    (
        Progress,
        {"from_": NOON, "to": NOON + HOUR, "reached": NOON, "count": 0},
        ("from_", "to", "reached", "count"),
    ),
    (segments.Offender, {"position": 1, "character": "€", "near": "e"}, ("position",)),
    (
        segments.Estimate,
        {"encoding": "GSM", "parts": 1, "units": 2, "converted": "canary", "_text": "canary"},
        ("encoding", "parts", "units"),
    ),
    (Timeout, TIMES, tuple(TIMES)),
    (Hooks, HOOKS, tuple(HOOKS)),
    (CallInfo, CALL, tuple(CALL)),
    (ResponseInfo, DONE, tuple(DONE)),
    (RetryInfo, AGAIN, tuple(AGAIN)),
]
#: Matched, and made, by the names of their fields only.
BY_NAME = {Timeout, Hooks, CallInfo, ResponseInfo, RetryInfo}
#: Equal to themselves only.
DISTINCT = {Hooks, CallInfo, ResponseInfo, RetryInfo}


def twin(kind: type, names: list[str], shown: tuple[str, ...]) -> Any:  # noqa: ANN401 - a class made here
    """The frozen dataclass of the same name and fields."""
    return dataclasses.make_dataclass(
        kind.__qualname__,
        [(name, Any, dataclasses.field(repr=name in shown)) for name in names],
        frozen=True,
        eq=kind not in DISTINCT,
        kw_only=kind in BY_NAME,
    )


@pytest.mark.parametrize(("kind", "items", "shown"), VALUES, ids=lambda each: getattr(each, "__name__", ""))
def test_a_value_is_like_a_frozen_dataclass(
    kind: type, items: dict[str, Any], shown: tuple[str, ...]
) -> None:
    made, other = kind(**items), kind(**items)
    like = twin(kind, list(items), shown)
    model = like(**items)
    assert repr(made) == repr(model)
    assert [getattr(made, name) for name in items] == list(items.values())
    assert kind.__match_args__ == like.__match_args__  # type: ignore[attr-defined]
    assert list(inspect.signature(kind).parameters) == list(items)
    assert (made == other) is (kind not in DISTINCT)
    assert made != model
    if kind in DISTINCT:
        assert hash(made) != hash(other)
    else:
        assert hash(made) == hash(other) == hash(model)
    for name in items:
        with pytest.raises(dataclasses.FrozenInstanceError, match=f"cannot assign to field '{name}'"):
            setattr(made, name, None)
        with pytest.raises(dataclasses.FrozenInstanceError, match=f"cannot delete field '{name}'"):
            delattr(made, name)
    with pytest.raises(dataclasses.FrozenInstanceError, match="cannot assign to field 'other'"):
        made.other = None
    for copied in (copy.copy(made), dataclasses.replace(made)):
        assert type(copied) is kind
        assert repr(copied) == repr(made)
    assert [field.name for field in dataclasses.fields(made)] == list(items)
    assert [field.repr for field in dataclasses.fields(made)] == [name in shown for name in items]


@pytest.mark.parametrize(
    "made",
    [
        Timeout(total=3),
        RequestSummary("GET", "/sms"),
        Response(200, {"a": "b"}, b"c"),
        segments.estimate("€"),
    ],
)
def test_a_value_survives_pickles_and_deep_copies(made: object) -> None:
    assert pickle.loads(pickle.dumps(made)) == copy.deepcopy(made) == made  # noqa: S301 - our own


def test_changed_values_are_checked() -> None:
    assert dataclasses.replace(Timeout(), total=3) == Timeout(total=3)
    with pytest.raises(ValueError, match="timeout: expected seconds above 0"):
        dataclasses.replace(Timeout(), total=0)


def test_patterns_match_values() -> None:
    match Response(404, {}, b"canary"):
        case Response(status, _, body):
            assert (status, body) == (404, b"canary")
    match Timeout(total=3):
        case Timeout(total=total):
            assert total == 3


def test_a_subclass_may_have_attributes_of_its_own() -> None:
    class Noted(Response):
        def __init__(self, status: int, note: str) -> None:
            super().__init__(status, {}, b"")
            self.note = note

    noted = Noted(200, "mine")
    assert (noted.note, repr(noted)) == ("mine", f"{Noted.__qualname__}(status=200)")
    with pytest.raises(dataclasses.FrozenInstanceError):
        noted.status = 500  # type: ignore[misc]
