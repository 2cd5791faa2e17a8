"""Before money is spent: what a text costs, which characters make it dear, and a limit to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from callr_sms_client import ArgumentError, Callr, MockTransport, Response, SmsOptions, segments
from tests.client.support import HASH, success

if TYPE_CHECKING:
    from collections.abc import Callable

TO = "+33612345678"
SENDS: list[Callable[[Callr], Callable[..., object]]] = [
    lambda callr: callr.sms.send,
    lambda callr: callr.sms.send_by_query,
    lambda callr: callr.sms.with_raw_response.send,
]


def _transport() -> MockTransport:
    return MockTransport(lambda _: Response(200, {}, success(HASH)))


@pytest.mark.parametrize("send", SENDS)
@pytest.mark.parametrize(
    ("body", "options", "parts"),
    [
        ("x" * 160, None, 1),
        ("x" * 161, None, 2),
        ("é" * 160, None, 1),
        ("ê" * 71, None, 2),
        ("ê" * 71, SmsOptions(force_encoding="GSM"), 1),
        ("x" * 71, SmsOptions(force_encoding="UNICODE"), 2),
    ],
)
def test_a_longer_text_is_refused_before_anything_is_sent(
    send: Callable[[Callr], Callable[..., object]], body: str, options: SmsOptions | None, parts: int
) -> None:
    transport = _transport()
    with Callr("login", "password", transport=transport) as callr:
        send(callr)(to=TO, body=body, options=options, max_parts=parts)
        assert len(transport.requests) == 1
        if parts > 1:
            with pytest.raises(ArgumentError, match=f"takes {parts} parts") as caught:
                send(callr)(to=TO, body=body, options=options, max_parts=parts - 1)
            assert (caught.value.parameter, caught.value.outcome) == ("body", "not_sent")
            assert str(caught.value).startswith(f"{caught.value.operation}: body: it takes ")
            assert str(caught.value.request) in {"POST /sms", "GET /sms/send"}
            assert body not in str(caught.value)
    assert len(transport.requests) == 1


@pytest.mark.parametrize("send", SENDS)
@pytest.mark.parametrize(
    ("wrong", "parameter"),
    [({"body": None}, "body"), ({"options": {"force_encoding": "gsm"}}, "options.force_encoding")],
)
def test_a_wrong_argument_is_the_same_error_with_a_limit(
    send: Callable[[Callr], Callable[..., object]], wrong: dict[str, Any], parameter: str
) -> None:
    """It is named as the method names it."""
    arguments = {"to": TO, "body": "Hello", **wrong}
    with Callr("login", "password", transport=_transport()) as callr:
        for limit in ({}, {"max_parts": 1}):
            with pytest.raises(ArgumentError) as caught:
                send(callr)(**arguments, **limit)
            assert caught.value.parameter == parameter
            assert caught.value.operation is not None


@pytest.mark.parametrize("most", [0, -1, 1.5, "2", True])
def test_the_limit_is_a_number_of_parts(most: Any) -> None:  # noqa: ANN401 - that is what is wrong with it
    transport = _transport()
    with (
        Callr("login", "password", transport=transport) as callr,
        pytest.raises(ArgumentError, match="max_parts"),
    ):
        callr.sms.send(to=TO, body="Hello", max_parts=most)
    assert transport.requests == []


def test_a_wrong_body_is_refused_with_a_limit_too() -> None:
    body: Any = 5
    with (
        Callr("login", "password", transport=_transport()) as callr,
        pytest.raises(ArgumentError),
    ):
        callr.sms.send(to=TO, body=body, max_parts=1)


def test_offending_characters_have_their_positions() -> None:
    found = segments.estimate("naïve «prêt» 😀")
    assert found.encoding == "UNICODE"
    assert [(each.position, each.character, each.near) for each in found.offenders] == [
        (2, "ï", "i"),
        (6, "«", '"'),
        (9, "ê", "e"),
        (11, "»", '"'),
        (13, "😀", "?"),
    ]


def test_an_accent_of_its_own_goes_into_its_letter() -> None:
    (offender,) = segments.estimate("e\u0301").offenders
    assert (offender.position, offender.near) == (1, "")


@pytest.mark.parametrize("forced", [None, "GSM", "UNICODE"])
def test_offenders_do_not_depend_on_the_encoding_that_is_forced(forced: Any) -> None:  # noqa: ANN401 - a word
    assert [each.position for each in segments.estimate("a€b", forced).offenders] == [1]
    assert segments.estimate("Hello @", forced).offenders == ()


def test_a_repr_shows_no_text() -> None:
    found = segments.estimate("naïve secret")
    assert "secret" not in repr(found)
    assert "ï" not in repr(found.offenders)
