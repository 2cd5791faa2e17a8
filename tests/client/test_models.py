"""Models: the JSON they came from, as values that do not change."""

from __future__ import annotations

import copy
import json
import pickle
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callr_sms_client import (
    ArgumentError,
    Callr,
    CallrError,
    ProtocolError,
    Sms,
    SmsOptions,
    SmsOptionsWebhook,
    Status,
    StatusChange,
)
from tests.client.support import SMS, NotingTransport

if TYPE_CHECKING:
    from collections.abc import Callable

    from callr_sms_client._base_model import Model

sms = Sms.from_dict(SMS)


def test_the_members_of_an_sms() -> None:
    assert (sms.type, sms.hash, sms.from_, sms.to) == ("OUT", "8242D945", "My Shop", "+33612345678")
    assert (sms.text, sms.user_data, sms.network) == ("Your code is 4711.", "order 42", "20801")
    assert (sms.encoding, sms.nature, sms.b_customer_mode) == ("GSM", "ALERTING", "PREPAID")
    assert (sms.parts, sms.b_customer_debit) == (1, Decimal("7.80"))
    assert str(sms.b_customer_debit) == "7.80"
    assert sms.status is not None
    assert (sms.status, sms.status_error) == (Status.RECEIVED, "")
    assert sms.date_creation == datetime(2024, 3, 19, 2, 41, 23, tzinfo=UTC)
    assert sms.date_sent == datetime(2024, 3, 19, 2, 41, 26, tzinfo=UTC)
    assert sms.date_received is None
    assert sms.date_creation.tzinfo is UTC


def test_the_history_is_a_tuple() -> None:
    first, second = sms.status_history
    assert isinstance(first, StatusChange)
    assert (first.old_status, first.new_status) == ("CREATED", "PENDING")
    assert second.updated_at == datetime(2024, 3, 19, 2, 41, 26, 531_000, tzinfo=UTC)


def test_options_as_they_come_back() -> None:
    assert sms.options is not None
    assert (sms.options.nature, sms.options.user_data) == ("ALERTING", "order 42")
    assert (sms.options.flash_message, sms.options.force_encoding, sms.options.webhook) == (None, None, None)
    assert Sms.from_dict({**SMS, "options": None}).options is None


def test_json_in_equals_json_out() -> None:
    unusual = {
        **SMS,
        "status": "BRAND_NEW",
        "b_customer_debit": "007.800",
        "unknown": {"deep": [1, 2.5, None, True, "é"]},
        "options": {"force_encoding": None, "future": 1},
    }
    model = Sms.from_dict(unusual)
    assert model.to_dict() == unusual
    assert json.dumps(model.to_dict()) == json.dumps(unusual)
    assert (model.status, model.status.is_known) == ("BRAND_NEW", False)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)


@settings(deadline=None)
@given(extra=st.dictionaries(st.text(), JSON), status=st.text(), order=st.permutations(list(SMS)))
def test_any_json_in_equals_json_out(extra: dict[str, object], status: str, order: list[str]) -> None:
    """To the byte: the order of members, 1 or 1.0, numbers of any size, all of Unicode."""
    body = json.dumps({**extra, **{name: SMS[name] for name in order}, "status": status})
    answer = f'{{"status": "success", "data": {body}}}'.encode()
    with Callr("me", "secret", transport=NotingTransport(answer)) as callr:
        model = callr.sms.get(SMS["hash"])
    assert json.dumps(model.to_dict()) == body
    assert (model.status, model.status.is_known) == (status, status in Status.known())
    for made in (pickle.loads(pickle.dumps(model)), copy.deepcopy(model), Sms.from_dict(model.to_dict())):  # noqa: S301 - our own
        assert (made, hash(made)) == (model, hash(model))
        assert json.dumps(made.to_dict()) == body


@settings(deadline=None)
@given(name=st.sampled_from([*SMS, "missing"]), value=JSON, depth=st.sampled_from([0, 1, 2]))
def test_the_quick_check_and_the_one_that_explains_agree(name: str, value: object, depth: int) -> None:
    """Whatever is put into an SMS, its options or its history: either both find nothing, or both do."""
    data = copy.deepcopy(SMS)
    place = [data, data["options"], data["status_history"][0]][depth]
    place[[name, "user_data", "updated_at"][depth]] = value
    wrong = [
        member.name
        for member in Sms.__properties__.values()
        if member.name in data and member.codec.mismatch(data[member.name], member.name)
    ]
    assert Sms.__fit__([data]) is (wrong == [])


def test_numbers_of_any_size_and_names_that_stand_twice() -> None:
    body = json.dumps(SMS)[:-1] + f', "n": 1{"0" * 400}, "f": [1.0, 1, -0.0, 1e300], "x": 1, "x": 2}}'
    with Callr("me", "secret", transport=NotingTransport(_enveloped(body))) as callr:
        found = callr.sms.get(SMS["hash"]).to_dict()
    assert (found["n"], repr(found["f"]), found["x"]) == (10**400, "[1.0, 1, -0.0, 1e+300]", 2)


@pytest.mark.parametrize("number", ["1e400", "-1e400", "NaN", "Infinity"])
def test_a_number_that_would_come_out_as_another_is_no_answer(number: str) -> None:
    body = json.dumps(SMS)[:-1] + f', "n": {number}}}'
    with (
        Callr("me", "secret", transport=NotingTransport(_enveloped(body))) as callr,
        pytest.raises(ProtocolError, match="expected JSON"),
    ):
        callr.sms.get(SMS["hash"])


@pytest.mark.parametrize("place", ["{}", '"options": {{"x": {}}}', '"status_history": [{}]', '"x": {}'])
def test_what_is_nested_too_deeply_to_be_copied_is_no_answer(place: str) -> None:
    """Python reads it, and then runs out of stack in `to_dict`, `hash` or `pickle`."""
    deep = "[" * 600 + "]" * 600
    rest = {name: value for name, value in SMS.items() if f'"{name}"' not in place}
    body = json.dumps(rest)[:-1] + ", " + place.format(deep) + "}" if place != "{}" else deep
    with (
        Callr("me", "secret", transport=NotingTransport(_enveloped(body))) as callr,
        pytest.raises(ProtocolError),
    ):
        callr.sms.get(SMS["hash"])


def test_an_unknown_member_may_be_as_deep_as_people_nest() -> None:
    deep: list[object] = []
    for _ in range(90):
        deep = [deep]
    model = Sms.from_dict({**SMS, "x": deep})
    assert pickle.loads(pickle.dumps(model)).to_dict()["x"] == deep  # noqa: S301 - our own
    assert hash(model) == hash(copy.deepcopy(model))


def _enveloped(data: str) -> bytes:
    return f'{{"status": "success", "data": {data}}}'.encode()


def test_a_repr_shows_no_content_and_reveal_all_of_it() -> None:
    model = Sms.from_dict({**SMS, "new": "member"})
    for canary in ("4711", "+336", "order 42", "My Shop", "member"):
        assert canary not in repr(model)
        assert canary not in str(model)
        assert canary in model.reveal()
    assert "status='RECEIVED'" in repr(model)
    assert "old_status='CREATED'" in repr(model)
    assert "date_creation=2024-03-19 02:41:23+00:00" in model.reveal()
    assert "user_data='order 42'>" in model.reveal()
    assert "date_sent='never'" in Sms.from_dict({**SMS, "date_sent": "never"}).reveal()


def test_reveal_keeps_secrets() -> None:
    webhook = SmsOptionsWebhook(endpoint="https://example.com/", hmac_secret="canary")
    options = SmsOptions(user_data="42", webhook=webhook)
    assert "canary" not in options.reveal()
    assert "endpoint='https://example.com/' hmac_secret=(secret)" in options.reveal()


def test_nobody_changes_a_model_from_outside() -> None:
    source = copy.deepcopy(SMS)
    model = Sms.from_dict(source)
    source["options"]["user_data"] = "changed"
    model.to_dict()["options"]["user_data"] = "changed"
    assert model == sms


@pytest.mark.parametrize("change", [lambda: setattr(sms, "text", "x"), lambda: delattr(sms, "text")])
def test_a_model_does_not_change(change: Callable[[], object]) -> None:
    with pytest.raises(AttributeError, match="is immutable"):
        change()
    with pytest.raises(AttributeError):
        object.__setattr__(sms, "note", "slots have no place for it")


def test_equality_and_hash() -> None:
    same, other = Sms.from_dict(SMS), Sms.from_dict({**SMS, "parts": 2})
    assert sms == same
    assert hash(sms) == hash(same)
    assert sms != other
    assert sms != SMS
    assert len({sms, same, other}) == 2
    reordered = Sms.from_dict(dict(reversed(SMS.items())))
    assert (sms == reordered, hash(sms) == hash(reordered)) == (True, True)
    number = Sms.from_dict({**SMS, "unknown": [1]})
    same_number = Sms.from_dict({**SMS, "unknown": [1.0]})
    assert (number == same_number, hash(number) == hash(same_number)) == (True, True)


@pytest.mark.parametrize("model", [sms, SmsOptions(user_data="42"), *sms.status_history])
def test_copies(model: Model) -> None:
    for made in (pickle.loads(pickle.dumps(model)), copy.copy(model), copy.deepcopy(model)):  # noqa: S301 - our own
        assert (made, type(made), hash(made)) == (model, type(model), hash(model))


def test_request_models_leave_out_what_is_none() -> None:
    assert SmsOptions().to_dict() == {}
    options = SmsOptions(flash_message=False, webhook=SmsOptionsWebhook(endpoint="https://example.com"))
    assert options.to_dict() == {"flash_message": False, "webhook": {"endpoint": "https://example.com"}}
    assert options.webhook is not None
    assert (options.webhook.endpoint, options.webhook.hmac_secret) == ("https://example.com", None)
    assert SmsOptions.from_dict(options.to_dict()) == options


def test_an_answer_is_not_made_by_its_constructor() -> None:
    with pytest.raises(
        TypeError, match=r"Sms has no constructor: it comes from a response, or from Sms.from_dict"
    ):
        Sms()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("date_creation", "2024-02-30 00:00:00"),
        ("date_creation", "0000-00-00 00:00:00"),
        ("date_creation", "2024-03-19T02:41:23"),
        ("date_creation", "2024-W12-2 02:41:23"),
        ("date_creation", "2024-03-19 02:41:23\n"),
        ("date_sent", "0000-00-00"),
        ("b_customer_debit", "seven"),
        ("b_customer_debit", "NaN"),
        ("b_customer_debit", "1e5"),
        ("b_customer_debit", "\u0667"),
    ],
)
def test_what_does_not_convert_is_a_protocol_error_when_it_is_read(name: str, value: str) -> None:
    model = Sms.from_dict({**SMS, name: value})
    with pytest.raises(ProtocolError, match=f"Sms.{name}"):
        getattr(model, name)
    assert f"{name}=(malformed)" in repr(model)
    assert model.to_dict()[name] == value


@pytest.mark.parametrize(
    ("model", "json", "parameter"),
    [
        (SmsOptions, {"user_data": 5}, "user_data"),
        (SmsOptions, {"webhook": {}}, "webhook.endpoint"),
        (SmsOptionsWebhook, {}, "endpoint"),
    ],
)
def test_wrong_json_of_what_is_sent_is_an_argument_error(
    model: type[SmsOptions | SmsOptionsWebhook], json: dict[str, object], parameter: str
) -> None:
    with pytest.raises(ArgumentError) as caught:
        model.from_dict(json)
    assert (caught.value.parameter, caught.value.outcome) == (parameter, "not_sent")


def test_wrong_json_is_a_protocol_error() -> None:
    with pytest.raises(ProtocolError, match=r"Sms.text: the property is missing"):
        Sms.from_dict({key: value for key, value in SMS.items() if key != "text"})
    with pytest.raises(CallrError):
        Sms.from_dict({**SMS, "options": [1]})
