"""Models: the JSON they came from, as values that do not change."""

from __future__ import annotations

import copy
import json
import pickle
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from callr_sms_client import (
    ArgumentError,
    CallrError,
    ProtocolError,
    Sms,
    SmsOptions,
    SmsOptionsWebhook,
    Status,
    StatusChange,
)
from tests.client.support import SMS

if TYPE_CHECKING:
    from collections.abc import Callable

    from callr_sms_client._model import Model

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


def test_nobody_changes_a_model_from_outside() -> None:
    source = copy.deepcopy(SMS)
    model = Sms.from_dict(source)
    source["options"]["user_data"] = "changed"
    model.to_dict()["options"]["user_data"] = "changed"
    assert model == sms


@pytest.mark.parametrize("change", [lambda: setattr(sms, "text", "x"), lambda: delattr(sms, "text")])
def test_a_model_does_not_change(change: Callable[[], object]) -> None:
    with pytest.raises(AttributeError, match="does not change"):
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
    with pytest.raises(TypeError, match=r"Sms comes from an answer, or from Sms.from_dict"):
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
    with pytest.raises(ProtocolError, match=r"Sms.text: it is missing"):
        Sms.from_dict({key: value for key, value in SMS.items() if key != "text"})
    with pytest.raises(CallrError):
        Sms.from_dict({**SMS, "options": [1]})
