"""Webhooks: what is signed is trusted, what is known is typed, and nothing else gets through."""

from __future__ import annotations

import copy
import hashlib
import hmac
import json
import os
import pickle
import threading
import traceback
from base64 import b64encode
from datetime import UTC, datetime, timedelta
from email.message import Message
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callr_sms_client import (
    ArgumentError,
    CallrError,
    ConfigurationError,
    Event,
    IncomingEvent,
    Sms,
    StatusUpdateEvent,
    WebhookError,
    WebhookSignatureError,
    webhooks,
)
from openapi.document import CONTRACT, load
from tests.client.support import SMS

if TYPE_CHECKING:
    from collections.abc import Callable

SECRET = "canary-secret"
HEADER = "X-CALLR-HmacSignature"
EVENT: dict[str, Any] = {
    "event_id": "8f14e45f-ceea-467f-a8b4-6d1c0d1f2a11",
    "event_at": "2024-03-19T02:41:28.020Z",
    "hook_hash": None,
    "try": 0,
    "type": "sms.mt.status_update",
    "data": SMS,
}
NOW = datetime(2024, 3, 19, 3, 41, 28, 20_000, tzinfo=UTC)
EXAMPLES = load(CONTRACT)["components"]["examples"]


def body_of(**changes: object) -> bytes:
    return json.dumps({**EVENT, **changes}).encode()


BODY = body_of()


def signed(body: bytes = BODY, secret: str = SECRET, algorithm: str = "sha256") -> str:
    """The signature as the vendor describes it, made without the client."""
    return b64encode(hmac.new(secret.encode(), body, getattr(hashlib, algorithm)).digest()).decode()


def test_a_status_update() -> None:
    event = webhooks.parse(BODY, {HEADER: signed()}, secret=SECRET)
    assert type(event) is StatusUpdateEvent
    assert event.data == Sms.from_dict(SMS)
    assert (event.event_id, event.try_, event.is_retry) == (EVENT["event_id"], 0, False)
    assert (event.type, event.hook_hash) == ("sms.mt.status_update", None)
    assert event.event_at == datetime(2024, 3, 19, 2, 41, 28, 20_000, tzinfo=UTC)
    assert event.to_dict() == EVENT


@pytest.mark.parametrize(("name", "kind"), [("StatusUpdate", StatusUpdateEvent), ("Incoming", IncomingEvent)])
def test_the_examples_of_the_contract(name: str, kind: type[Event]) -> None:
    example = EXAMPLES[name]["value"]
    event = webhooks.parse(json.dumps(example).encode(), {}, secret=webhooks.UNVERIFIED)
    assert type(event) is kind
    assert event.to_dict() == example
    assert event.is_retry is (example["try"] > 0)


def test_an_event_of_an_unknown_type_is_an_event() -> None:
    body = body_of(type="sms.brand.new", data={"what": [1, "ever"]}, more=True)
    event = webhooks.parse(body, {HEADER: signed(body)}, secret=SECRET)
    assert type(event) is Event
    assert (event.type, event.data) == ("sms.brand.new", {"what": [1, "ever"]})
    assert event.to_dict()["more"] is True
    for made in (pickle.loads(pickle.dumps(event)), Event.from_dict(event.to_dict())):  # noqa: S301 - our own
        assert (made, hash(made)) == (event, hash(event))


@pytest.mark.parametrize(
    "headers",
    [
        {"x-callr-hmacsignature": signed()},
        {"X-Callr-Hmacsignature": signed()},
        {"HTTP_X_CALLR_HMACSIGNATURE": signed(), "wsgi.version": (1, 0)},
        [("Host", "example.com"), ("X-CALLR-HMACSIGNATURE", f" {signed()} ")],
        [(b"host", b"example.com"), (b"x-callr-hmacsignature", signed().encode())],
        (pair for pair in [(HEADER, signed())]),
    ],
)
def test_headers_as_web_frameworks_have_them(headers: Any) -> None:  # noqa: ANN401 - that is the point
    assert webhooks.parse(BODY, headers, secret=SECRET).event_id


def test_the_headers_of_an_http_server_of_the_standard_library() -> None:
    message = Message()
    message[HEADER.lower()] = signed()
    assert webhooks.parse(BODY, message, secret=SECRET).event_id


@pytest.mark.parametrize(("algorithm", "name"), [("MD5", "md5"), ("SHA256", "sha256"), ("SHA512", "sha512")])
def test_algorithms(algorithm: Any, name: str) -> None:  # noqa: ANN401 - a literal
    header = {HEADER: signed(algorithm=name)}
    assert webhooks.sign(BODY, SECRET, algorithm) == header[HEADER]
    assert webhooks.sign(BODY, SECRET) == signed()
    assert webhooks.parse(BODY, header, secret=SECRET, algorithm=algorithm).event_id
    other: Any = "SHA512" if algorithm == "SHA256" else "SHA256"
    with pytest.raises(WebhookSignatureError, match="does not match"):
        webhooks.parse(BODY, header, secret=SECRET, algorithm=other)


def test_a_secret_is_changed() -> None:
    for secret in (["new", SECRET], (SECRET, "new"), [b"new", SECRET.encode()]):
        assert webhooks.parse(BODY, {HEADER: signed()}, secret=secret).event_id
    with pytest.raises(WebhookSignatureError):
        webhooks.parse(BODY, {HEADER: signed()}, secret=["new", "newer"])


def test_the_bytes_count_not_the_json() -> None:
    """The same JSON written another way has another signature."""
    other = json.dumps(json.loads(BODY), indent=1).encode()
    with pytest.raises(WebhookSignatureError, match="does not match"):
        webhooks.parse(other, {HEADER: signed()}, secret=SECRET)
    for same in (bytearray(BODY), memoryview(BODY), memoryview(BODY[::-1])[::-1]):
        view: Any = same
        assert webhooks.parse(view, {HEADER: signed()}, secret=SECRET).event_id


@pytest.mark.parametrize(
    "headers", [None, 5, "x", {HEADER: None}, {HEADER: [signed()]}, {5: "x"}, [HEADER]], ids=repr
)
def test_headers_of_another_form_say_what_was_expected(headers: Any) -> None:  # noqa: ANN401 - as above
    """Some gateways have None for no headers, and lists of values."""
    with pytest.raises(ArgumentError) as caught:
        webhooks.parse(BODY, headers, secret=SECRET)
    assert str(caught.value) == (
        "headers: expected a mapping of names to values, or pairs of them, each a str or bytes; got "
        f"{type(headers).__name__} of another form"
    )
    assert signed() not in str(caught.value)


@pytest.mark.parametrize("limit", [0, -1, None, "5", 1.5, True])
def test_a_wrong_limit_of_events_says_so(limit: Any) -> None:  # noqa: ANN401 - as above
    with pytest.raises(ConfigurationError, match="limit: expected an integer of 1 or more"):
        webhooks.SeenEvents(limit)


@pytest.mark.parametrize(
    ("headers", "said"),
    [
        ({}, "expected one header X-CALLR-HmacSignature, got 0"),
        ([(HEADER, signed()), (HEADER.lower(), signed())], "got 2"),
        ({HEADER: ""}, "does not match"),
        ({HEADER: "§"}, "not base64"),
        ({HEADER: "é" * 40}, "not base64"),
        ({HEADER: signed()[:-1]}, "not base64"),
        ({HEADER: signed()[:-4]}, "does not match"),
        ({HEADER: signed(secret="other")}, "does not match"),
        ({HEADER: hmac.new(SECRET.encode(), BODY, "sha256").hexdigest()}, "does not match"),
    ],
)
def test_what_is_not_signed_is_not_trusted(headers: Any, said: str) -> None:  # noqa: ANN401 - as above
    with pytest.raises(WebhookSignatureError, match=said):
        webhooks.parse(BODY, headers, secret=SECRET)


@settings(deadline=None)
@given(st.data())
def test_a_changed_byte_is_noticed(data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(BODY) - 1))
    byte = data.draw(st.integers(0, 255).filter(lambda value: value != BODY[at]))
    with pytest.raises(WebhookSignatureError):
        webhooks.parse(BODY[:at] + bytes([byte]) + BODY[at + 1 :], {HEADER: signed()}, secret=SECRET)


def test_nothing_is_read_before_the_signature_is_compared() -> None:
    with pytest.raises(WebhookSignatureError):
        webhooks.parse(b"not JSON", {HEADER: signed()}, secret=SECRET)


def test_a_secret_cannot_be_forgotten() -> None:
    parse: Any = webhooks.parse
    with pytest.raises(TypeError, match="secret"):
        parse(BODY, {})


@pytest.mark.parametrize(
    ("secret", "said"),
    [
        (None, "secret: expected the key of the webhook, a str or bytes, got None"),
        ("", "secret: expected the key of the webhook, got an empty str"),
        (b"", "got an empty bytes"),
        (" \t\r\n", "got a blank str"),
        ("\ufeff\n", "got a blank str"),
        ("\u200b\u2060\xad", "got a blank str"),
        (b"\0\t ", "got a blank bytes"),
        (b"\0" * 64, "got a blank bytes"),
        ([], "secret: expected at least one key, got an empty list"),
        ((), "got an empty list"),
        ([None], r"secret\[0\]: expected the key .* got None"),
        (["good", None], r"secret\[1\]: expected the key .* got None"),
        (("good", " "), r"secret\[1\]: .* got a blank str"),
        ([["good"]], r"secret\[0\]: .* got list"),
        ([webhooks.UNVERIFIED], r"secret\[0\]: .* got Unverified"),
        (False, "got bool"),
        ({"a": 1}, "got dict"),
        ({"good"}, "got set"),
    ],
)
@pytest.mark.parametrize("headers", [{}, {HEADER: signed(secret="")}, {HEADER: signed()}])
def test_a_missing_secret_accepts_nothing(secret: Any, said: str, headers: dict[str, str]) -> None:  # noqa: ANN401 - wrong on purpose
    """Neither without a signature nor with one that was made with the empty key."""
    with pytest.raises(ConfigurationError, match=said) as caught:
        webhooks.parse(BODY, headers, secret=secret)
    assert str(caught.value).endswith(
        "set the environment variable or the file that it is read from; "
        "to accept unsigned events on purpose, pass secret=webhooks.UNVERIFIED"
    )


@pytest.mark.parametrize("secret", [None, "", b"", " ", b"\0", [], ["good"], webhooks.UNVERIFIED, 5])
def test_nothing_is_signed_without_a_secret(secret: Any) -> None:  # noqa: ANN401 - wrong on purpose
    with pytest.raises(ConfigurationError, match="secret: expected the key of the webhook"):
        webhooks.sign(BODY, secret)


def test_a_variable_that_is_not_set_accepts_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CALLR_WEBHOOK_SECRET", raising=False)
    missing: Any = os.environ.get("CALLR_WEBHOOK_SECRET")
    for secret in (missing, [missing], [SECRET, missing]):
        with pytest.raises(ConfigurationError, match="got None"):
            webhooks.parse(BODY, {HEADER: signed()}, secret=secret)


def test_a_secret_may_hold_what_alone_is_none() -> None:
    for secret in (" a ", "a\n", "\0a", "é"):
        assert webhooks.parse(BODY, {HEADER: signed(secret=secret)}, secret=secret).event_id
        with pytest.raises(WebhookSignatureError):
            webhooks.parse(BODY, {HEADER: signed(secret=f"{secret}b")}, secret=secret)


def test_who_wants_no_verification_says_so() -> None:
    for headers in ({}, {HEADER: signed(secret="x")}, {HEADER: "§"}):
        assert webhooks.parse(BODY, headers, secret=webhooks.UNVERIFIED).event_id
    assert copy.deepcopy(webhooks.UNVERIFIED) is pickle.loads(pickle.dumps(webhooks.UNVERIFIED))  # noqa: S301 - our own
    # The constant, not its name: what an environment variable holds is a key.
    with pytest.raises(WebhookSignatureError):
        webhooks.parse(BODY, {}, secret="UNVERIFIED")


@pytest.mark.parametrize("algorithm", ["sha256", "SHA1", None, []])
def test_other_algorithms(algorithm: Any) -> None:  # noqa: ANN401 - wrong on purpose
    with pytest.raises(ConfigurationError, match="expected one of MD5, SHA256, SHA512"):
        webhooks.parse(BODY, {HEADER: signed()}, secret=SECRET, algorithm=algorithm)


@pytest.mark.parametrize("body", [BODY.decode(), EVENT, None])
def test_a_body_that_is_no_longer_bytes_gets_the_cure(body: Any) -> None:  # noqa: ANN401 - wrong on purpose
    with pytest.raises(
        ArgumentError, match=r"exact bytes of the request, got .*request\.get_data\(\)` in Flask"
    ):
        webhooks.parse(body, {HEADER: signed()}, secret=SECRET)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "expected JSON"),
        (b"\xff", "expected JSON"),
        (b"[" * 100_000, "expected JSON"),
        (b"[]", "expected a JSON object"),
        (b"{}", "expected a type"),
        (body_of(type=None), "expected a type"),
        (body_of(type=["sms.mo"]), "expected a type"),
        (b'{"type": "sms.mo"}', "IncomingEvent.event_id: the property is missing"),
        (b'{"type": "new"}', "Event.event_id: the property is missing"),
        (body_of(data={**SMS, "parts": "1"}), "StatusUpdateEvent.data.parts: expected an integer"),
        (body_of(data=None), "StatusUpdateEvent.data: expected an object"),
        (body_of(**{"try": True}), "try: expected an integer"),
        (body_of(type="new", data=json.loads("[" * 200 + "]" * 200)), "nested deeper than 100"),
    ],
)
def test_what_is_signed_and_no_event(body: bytes, said: str) -> None:
    with pytest.raises(WebhookError, match=said) as caught:
        webhooks.parse(body, {HEADER: signed(body)}, secret=SECRET)
    assert not isinstance(caught.value, WebhookSignatureError)
    assert isinstance(caught.value, CallrError)


def test_age() -> None:
    event = webhooks.parse(BODY, {}, secret=webhooks.UNVERIFIED)
    assert event.age(now=NOW) == timedelta(hours=1)
    assert event.age() > timedelta(days=365)
    with pytest.raises(ArgumentError, match="now: expected an aware datetime"):
        event.age(now=datetime(2024, 3, 19))  # noqa: DTZ001 - naive on purpose


def test_old_events_are_refused_when_it_is_asked_for() -> None:
    assert webhooks.parse(BODY, {}, secret=webhooks.UNVERIFIED, max_age=timedelta(hours=1), now=NOW).event_id
    for arguments in ({"max_age": timedelta(minutes=59), "now": NOW}, {"max_age": timedelta(days=1)}):
        with pytest.raises(WebhookError, match="older than"):
            webhooks.parse(BODY, {}, secret=webhooks.UNVERIFIED, **arguments)
    with pytest.raises(WebhookError, match="event_at"):
        webhooks.parse(body_of(event_at="yesterday"), {}, secret=webhooks.UNVERIFIED, max_age=timedelta(1))


@pytest.mark.parametrize("max_age", [3600, 1.5, "1h"])
@pytest.mark.parametrize("headers", [{}, {HEADER: signed()}])
def test_an_age_of_another_type_says_what_was_expected(max_age: Any, headers: dict[str, str]) -> None:  # noqa: ANN401 - as above
    with pytest.raises(ArgumentError, match="max_age: expected a timedelta, got "):
        webhooks.parse(BODY, headers, secret=SECRET, max_age=max_age)


def test_seen_events() -> None:
    seen = webhooks.SeenEvents(limit=2)
    assert [seen.add(event) for event in ("a", "b", "a", "c", "a")] == [True, True, False, True, True]
    assert ("a" in seen, "b" in seen, len(seen)) == (True, False, 2)
    seen.forget("a")
    seen.forget("never seen")
    assert seen.add("a")
    with pytest.raises(ConfigurationError, match="limit"):
        webhooks.SeenEvents(0)


def test_of_many_threads_one_gets_an_event() -> None:
    seen, start = webhooks.SeenEvents(), threading.Barrier(8)
    new: list[str] = []

    def receive() -> None:
        start.wait()
        new.extend(event for event in map(str, range(500)) if seen.add(event))

    threads = [threading.Thread(target=receive) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(new, key=int) == list(map(str, range(500)))


@pytest.mark.parametrize(
    "call",
    [
        lambda: webhooks.parse(BODY, {HEADER: signed(secret="x")}, secret=SECRET),
        lambda: webhooks.parse(BODY, {HEADER: "§"}, secret=SECRET),
        lambda: webhooks.parse(body_of(data={**SMS, "parts": "canary"}), {}, secret=webhooks.UNVERIFIED),
        lambda: webhooks.parse(body_of()[:-1], {}, secret=webhooks.UNVERIFIED),
        lambda: webhooks.parse(BODY, {}, secret=SECRET, algorithm="SHA1"),  # type: ignore[arg-type]
        lambda: webhooks.sign(BODY, SECRET, "SHA1"),  # type: ignore[arg-type]
    ],
)
def test_errors_show_neither_secrets_nor_content(call: Callable[[], object]) -> None:
    with pytest.raises(CallrError) as caught:
        call()
    error = caught.value
    assert error.__context__ is None
    # The frame of the method that was called holds its arguments, as its caller's does; none below does.
    frames = [frame.f_locals for frame, _ in traceback.walk_tb(error.__traceback__)]
    own = [str(values) for values in frames[3:]]
    for text in (str(error), repr(error), str(pickle.dumps(error)), error.message, *own):
        for canary in ("canary", "+336", "4711", "order 42"):
            assert canary not in text


def test_a_repr_of_an_event_shows_no_content() -> None:
    event = webhooks.parse(BODY, {}, secret=webhooks.UNVERIFIED)
    assert "status='RECEIVED'" in repr(event)
    for canary in ("+336", "4711", "order 42", "My Shop"):
        assert canary not in repr(event)
        assert canary in event.reveal()
