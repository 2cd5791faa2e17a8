"""A client with one defect is found out by what holds the right one, each by its own."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from callr_sms_client import ProtocolError, _base_model, _support
from callr_sms_client._calls import bodies, operation, responses
from callr_sms_client._codecs import dates, enums, scalars
from tests.together.asking import Asked, requests, spoilt
from tests.together.driving import noting
from tests.together.holding import ALLOWED, CONTRACT, OPERATIONS, ask, ask_all
from tests.together.telling import Fields, Told, answers, check_copies
from tests.together.test_answers import come

if TYPE_CHECKING:
    from collections.abc import Callable

# Which request shows it does not matter here: the first is enough, and the search is the same each time.
HASTY = settings(
    max_examples=150,
    phases=[Phase.generate],
    database=None,
    deadline=None,
    derandomize=True,
    report_multiple_bugs=False,
    suppress_health_check=list(HealthCheck),
)
Patch = pytest.MonkeyPatch

dump_json, encode, flatten = _support.dump_json, scalars.String.encode, operation._flatten  # noqa: SLF001 - to be spoilt


def without_false(value: Any) -> Any:  # noqa: ANN401 - JSON
    if not isinstance(value, dict):
        return value
    return {name: without_false(item) for name, item in value.items() if item is not False}


def drops_false_in_a_body(patch: Patch) -> None:
    patch.setattr(bodies, "dump_json", lambda value: dump_json(without_false(value)))


def drops_false_in_a_query(patch: Patch) -> None:
    def drop(name: str, value: object) -> list[tuple[str, str]]:
        return [pair for pair in flatten(name, value) if pair[1] != "false"]

    patch.setattr(operation, "_flatten", drop)


def drops_empty_options(patch: Patch) -> None:
    def drop(value: Any) -> bytes:  # noqa: ANN401 - JSON
        return dump_json({name: item for name, item in value.items() if item != {}})

    patch.setattr(bodies, "dump_json", drop)


def trims_texts(patch: Patch) -> None:
    patch.setattr(scalars.String, "encode", lambda self, value, name: encode(self, value, name).strip())


def writes_a_sender_that_nobody_gave(patch: Patch) -> None:
    def write(value: Any) -> bytes:  # noqa: ANN401 - JSON
        return dump_json({**value, "from": value.get("from") or "SMS"})

    patch.setattr(bodies, "dump_json", write)


def leaves_a_plus_as_it_is(patch: Patch) -> None:
    def encode_badly(pairs: list[tuple[str, str]], **_: object) -> str:
        return "&".join(f"{name}={quote(value, safe='+')}" for name, value in pairs)

    patch.setattr("urllib.parse.urlencode", encode_badly)


def forgets_what_a_query_cannot_hold(patch: Patch) -> None:
    patch.setattr(operation.QueryGroup, "_loses", lambda *_: False)


def writes_local_time(patch: Patch) -> None:
    def later(value: datetime, _: str) -> datetime:
        return value.replace(hour=(value.hour + 1) % 24)

    patch.setattr(dates, "_to_utc", later)


REQUESTS: dict[Callable[[Patch], None], str] = {
    drops_false_in_a_body: "sendSms",
    drops_false_in_a_query: "sendSmsByQuery",
    drops_empty_options: "sendSms",
    trims_texts: "sendSms",
    writes_a_sender_that_nobody_gave: "sendSms",
    leaves_a_plus_as_it_is: "sendSmsByQuery",
    forgets_what_a_query_cannot_hold: "sendSmsByQuery",
    writes_local_time: "listSms",
}


def as_float(_: object, value: str) -> float:
    return float(value)


def reads_money_as_a_float(patch: Patch) -> None:
    patch.setattr(scalars.DecimalString, "decode", as_float)


def wants_integers_without_a_point(patch: Patch) -> None:
    for module in (scalars, enums):
        patch.setattr(module, "is_whole", lambda value: type(value) is int)


def takes_the_zero_date_for_a_date(patch: Patch) -> None:
    patch.setattr(dates.MomentOrZero, "decode", lambda *_: datetime(1, 1, 1, tzinfo=UTC))


def forgets_unknown_members(patch: Patch) -> None:
    def keep_known(kind: _base_model.ModelCodec[Any], value: dict[str, Any]) -> object:
        model = kind._model  # noqa: SLF001 - to be spoilt
        return _base_model.wrap(model, {name: value[name] for name in value if name in model.__properties__})

    patch.setattr(_base_model.ModelCodec, "decode", keep_known)


def reads_escapes_as_they_stand(patch: Patch) -> None:
    patch.setattr(responses, "load_json", lambda body: _support.load_json(body.replace(b"\\u", b"\\\\u")))


ANSWERS = (
    reads_money_as_a_float,
    wants_integers_without_a_point,
    takes_the_zero_date_for_a_date,
    forgets_unknown_members,
    reads_escapes_as_they_stand,
)


@pytest.mark.parametrize("spoil", REQUESTS, ids=lambda spoil: spoil.__name__)
def test_a_client_that_sends_something_else_is_found_out(
    spoil: Callable[[Patch], None], monkeypatch: Patch
) -> None:
    operation = OPERATIONS[REQUESTS[spoil]]
    make = spoilt if spoil is forgets_what_a_query_cannot_hold else requests
    spoil(monkeypatch)
    with noting() as drive, pytest.raises(AssertionError):
        ask_all(drive, make(CONTRACT, operation), HASTY)


@pytest.mark.parametrize("spoil", ANSWERS, ids=lambda spoil: spoil.__name__)
def test_a_client_that_reads_something_else_is_found_out(
    spoil: Callable[[Patch], None], monkeypatch: Patch
) -> None:
    fields = Fields(CONTRACT)
    spoil(monkeypatch)

    @HASTY
    @given(answers(CONTRACT, OPERATIONS["getSms"], "200"))
    def run(told: Told) -> None:
        sms = come("getSms", told.body)
        check_copies(sms, told.document["data"])
        fields.check(sms, told.document["data"])

    with pytest.raises((AssertionError, ProtocolError)):
        run()


def test_the_right_client_is_not() -> None:
    body = {"to": "+33612345678", "body": " x ", "options": {"flash_message": False}}
    with noting() as drive:
        asked = Asked("sendSms", body=body)
        assert ask(drive, asked, by_dict=False) == ALLOWED
