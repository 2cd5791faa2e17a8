"""Every answer that the contract allows is read without loss, and every error has its class."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from callr_sms_client import (
    ApiError,
    AuthenticationError,
    BadRequestError,
    Callr,
    MethodNotAllowedError,
    MockTransport,
    NotFoundError,
    PermissionDeniedError,
    Response,
    ServerError,
)
from callr_sms_contract.contract.document import Contract
from callr_sms_contract.contract.schemas import Schemas
from tests.client.support import SMS, success
from tests.together.asking import Asked
from tests.together.telling import Fields, Told, answers, check_copies, same_json

CONTRACT = Contract.load()
FIELDS = Fields(CONTRACT)
SCHEMAS = Schemas(CONTRACT)
OPERATIONS = {operation.id: operation for operation in sorted(CONTRACT.operations, key=lambda each: each.id)}
WINDOW = {"type": "OUT", "from": "2024-03-19 00:00:00", "to": "2024-03-19 23:59:59"}
MESSAGE = {"to": "+33612345678", "body": "Hello"}
CALLS = {
    asked.operation: asked.call()
    for asked in (
        Asked("listSms", query=WINDOW),
        Asked("sendSms", body=MESSAGE),
        Asked("sendSmsByQuery", query=MESSAGE),
        Asked("getSms", {"hash": "8242D945"}),
    )
}
ERRORS: dict[str, type[ApiError]] = {
    "400": BadRequestError,
    "401": AuthenticationError,
    "403": PermissionDeniedError,
    "404": NotFoundError,
    "405": MethodNotAllowedError,
    "500": ServerError,
}
REFUSALS = [
    (name, status)
    for name, operation in OPERATIONS.items()
    for status in operation.definition["responses"]
    if status != "200"
]
some = settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
few = settings(some, max_examples=25)


def come(operation: str, body: bytes, status: int = 200) -> Any:  # noqa: ANN401 - what the client makes of it
    response = Response(status, {"content-type": "application/json"}, body)
    with Callr("me", "secret", max_retries=0, transport=MockTransport([response])) as callr:
        call = CALLS[operation]
        return getattr(callr.sms, call.method)(**call.arguments)


def documents(operation: str, status: str) -> st.SearchStrategy[Told]:
    return answers(CONTRACT, OPERATIONS[operation], status)


@some
@given(documents("getSms", "200"))
def test_an_sms_is_read_without_loss(told: Told) -> None:
    assert SCHEMAS.violations("#/components/schemas/SmsEnvelope", told.document) == []
    sms = come("getSms", told.body)
    check_copies(sms, told.document["data"])
    FIELDS.check(sms, told.document["data"])


@few
@given(documents("listSms", "200"))
def test_a_list_is_read_without_loss(told: Told) -> None:
    assert SCHEMAS.violations("#/components/schemas/SmsListEnvelope", told.document) == []
    came = come("listSms", told.body)
    assert same_json([sms.to_dict() for sms in came], told.document["data"])
    FIELDS.check(came, told.document["data"])


@pytest.mark.parametrize("operation", ["sendSms", "sendSmsByQuery"])
def test_a_hash_is_read_as_it_is(operation: str) -> None:
    @few
    @given(documents(operation, "200"))
    def run(told: Told) -> None:
        assert SCHEMAS.violations("#/components/schemas/HashEnvelope", told.document) == []
        assert come(operation, told.body) == told.document["data"]

    run()


@pytest.mark.parametrize(("operation", "status"), REFUSALS)
def test_every_error_has_its_class_its_code_and_its_message(operation: str, status: str) -> None:
    @few
    @given(documents(operation, status))
    def run(told: Told) -> None:
        assert SCHEMAS.violations("#/components/schemas/ErrorEnvelope", told.document) == []
        with pytest.raises(ApiError) as caught:
            come(operation, told.body, int(status))
        check_error(caught.value, told.document["data"], status)

    run()


def check_error(error: ApiError, said: dict[str, Any], status: str) -> None:
    for each in (error, pickle.loads(pickle.dumps(error)), copy.copy(error)):  # noqa: S301 - our own
        assert type(each) is ERRORS[status]
        assert (each.http_status, each.code, each.message) == (int(status), said["code"], said["message"])
        assert type(each.code) is int
        is_as_documented = said["code"] == int(status) and status != "500"
        assert each.outcome == ("refused" if is_as_documented else "unknown")


def test_a_list_of_thousands_is_read_without_loss() -> None:
    """With one among them that is written in an unusual way."""
    listed = [{**SMS, "hash": f"{number:08}", "parts": number % 255 + 1} for number in range(5000)]
    listed[2500] |= {"parts": 2.0, "options": None, "unknown": [1.0]}
    came = come("listSms", success(listed))
    assert [sms.to_dict() for sms in came] == listed
    assert {type(sms.parts) for sms in came} == {int}


def test_half_a_surrogate_pair_in_an_unknown_member_is_kept() -> None:
    """The contract does not say what unknown members hold, and JSON can say this, by an escape."""
    document = {**SMS, "new": {"\ud83d": "\udc4d"}}
    check_copies(come("getSms", success(document)), document)
