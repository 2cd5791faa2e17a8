"""A server that responds to everything in one way from some request on is called so, and not accused."""

import pytest

from callr_sms_contract import Settings
from tests.contract_tests.lying_proxy import Request, Response
from tests.contract_tests.turning import Turning

_JSON = (("content-type", "application/json"),)


def _error(status: int) -> Response:
    body = f'{{"status": "error", "data": {{"code": {status}, "message": "OTHER"}}}}'
    return Response(status, _JSON, body.encode())


class _Turned(Turning):
    """Responds to everything in one way, credentials or not."""

    response = _error(500)

    def after(self, told: Response, _: Request) -> Response:
        return self.response if self.is_over() else told


class _WithoutCredit(_Turned):
    """Refuses the sends that it accepted before, and reads on."""

    def after(self, told: Response, asked: Request) -> Response:
        is_send = asked.operation in {"sendSms", "sendSmsByQuery"} and told.status != 401
        return self.response if is_send and self.is_over() else told


@pytest.mark.parametrize(
    ("response", "words"),
    [
        (_error(500), "500; expected the API until the end of the run"),
        (_error(503), "503: it is not available"),
        (_error(403), "403: it forbids them"),
        (_error(410), "410; expected the API"),
        (_error(404), "404; expected the API"),
        (Response(500), "500; expected the API"),
        (Response(403, (("content-type", "text/plain"),), b"error code: 1010"), "403: it forbids them"),
        (Response(404, (("content-type", "text/plain"),), b"default backend"), "404; expected the API"),
        (
            Response(200, _JSON, b'{"maintenance": true}'),
            "200 and without the envelope of the API; expected the API",
        ),
    ],
)
@pytest.mark.parametrize("phase", ["account", "coverage"])
def test_one_response_to_everything_ends_the_run(
    phase: str, response: Response, words: str, settings: Settings
) -> None:
    turned = _Turned(settings)
    turned.response = response
    record = turned.record(phase, "sendSms", "getSms", "listSms")
    assert f"responds to every request with {words}" in record.stopped
    assert (record.faults, record.errors) == ((), ())


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (402, "it asks for payment"),
        (403, "it forbids them"),
        (429, "it limits requests"),
        (503, "it is not available"),
    ],
)
@pytest.mark.parametrize("operation", ["sendSms", "sendSmsByQuery"])
def test_an_account_that_may_send_no_more_ends_the_run(
    operation: str, status: int, words: str, settings: Settings
) -> None:
    turned = _WithoutCredit(settings)
    turned.response = _error(status)
    record = turned.record("account", operation, "getSms")
    assert f"responds to every send with {status}" in record.stopped
    assert words in record.stopped
    assert record.faults == ()


class _Refusing(_Turned):
    """Refuses some texts as an account without credit would be."""

    response = _error(402)

    def after(self, told: Response, asked: Request) -> Response:
        is_meant = told.status == 200 and asked.operation == "sendSms" and b"\\u" in asked.body
        return self.response if is_meant else told


def test_a_refusal_that_depends_on_the_request_is_a_failure(settings: Settings) -> None:
    record = _Refusing(settings).record()
    assert record.stopped == ""
    assert {fault.status for fault in record.faults} == {402}


def test_a_server_that_fails_at_one_operation_is_accused(settings: Settings) -> None:
    class Failing(_WithoutCredit):
        response = _error(500)

    record = Failing(settings).record()
    assert record.stopped == ""
    assert {fault.status for fault in record.faults} == {500}
