"""Every event that the contract allows is read without loss."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from callr_sms_client import IncomingEvent, ProtocolError, StatusUpdateEvent, webhooks
from callr_sms_contract.contract.document import Contract
from callr_sms_contract.contract.schemas import Schemas
from tests.client.support import SMS
from tests.together.telling import Fields, Told, check_copies, events
from tests.together.values import LEAP_SECONDS

CONTRACT = Contract.load()
FIELDS = Fields(CONTRACT)
SCHEMAS = Schemas(CONTRACT)
SECRET = "a long random word"
CLASSES = {"sms-mt-status-update": StatusUpdateEvent, "sms-mo": IncomingEvent}
ALGORITHMS: list[webhooks.Algorithm] = ["MD5", "SHA256", "SHA512"]


def test_every_webhook_has_a_class() -> None:
    assert CONTRACT.document["webhooks"].keys() == CLASSES.keys()


@pytest.mark.parametrize("name", CLASSES)
def test_an_event_is_read_without_loss(name: str) -> None:
    @settings(max_examples=50, deadline=None, suppress_health_check=list(HealthCheck))
    @given(told=events(CONTRACT, name), algorithm=st.sampled_from(ALGORITHMS))
    def run(told: Told, algorithm: webhooks.Algorithm) -> None:
        schema = CLASSES[name].__name__
        assert SCHEMAS.violations(f"#/components/schemas/{schema}", told.document) == []
        signature = webhooks.sign(told.body, secret=SECRET, algorithm=algorithm)
        headers = {webhooks.SIGNATURE_HEADER.lower(): signature}
        event = webhooks.parse(told.body, headers, secret=SECRET, algorithm=algorithm)
        assert type(event) is CLASSES[name]
        check_copies(event, told.document)
        FIELDS.check(event, told.document)

    run()


def event_at(moment: str) -> webhooks.Event:
    document = {
        "event_id": "1",
        "event_at": moment,
        "hook_hash": None,
        "try": 0,
        "type": "sms.mo",
        "data": SMS,
    }
    event = IncomingEvent.from_dict(document)
    assert event.to_dict() == document
    return event


@pytest.mark.parametrize("moment", LEAP_SECONDS)
def test_a_leap_second_is_the_second_after_it(moment: str) -> None:
    assert event_at(moment).event_at.isoformat() == LEAP_SECONDS[moment]


@pytest.mark.parametrize(
    "moment",
    [
        "0000-12-31T23:59:59Z",
        "0001-01-01T00:00:00+00:01",
        "9999-12-31T23:59:59-00:01",
        "9999-12-31T23:59:60Z",
        "2016-12-31T22:59:60Z",
        "2016-12-31T23:59:61Z",
    ],
)
def test_a_moment_that_python_has_not_is_an_error_where_it_is_read(moment: str) -> None:
    event = event_at(moment)
    with pytest.raises(ProtocolError, match=r"^IncomingEvent\.event_at: "):
        _ = event.event_at
