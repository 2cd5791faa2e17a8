"""`POST /sms`: the body as a JSON document, before its parameters are validated."""

import pytest

from tests.emulator.support import Client


@pytest.mark.parametrize(
    ("body", "start"),
    [
        (b"", "REQUEST_FORMAT_ERROR [request body]: empty"),
        (b"null", "REQUEST_FORMAT_ERROR [request body]: null is not an object"),
        (b"[]", "REQUEST_FORMAT_ERROR [request body]: an array is not an object"),
        (b'"text"', 'REQUEST_FORMAT_ERROR [request body]: "text" is not an object'),
        (b"{", "REQUEST_FORMAT_ERROR [request body]: not valid JSON at line 1, column 2"),
        (b"{}{}", "REQUEST_FORMAT_ERROR [request body]: not valid JSON at line 1, column 3"),
        (
            b'{"to": "+33612345678",}',
            "REQUEST_FORMAT_ERROR [request body]: not valid JSON at line 1, column 2",  # 22 since Python 3.13
        ),
        (
            b'{\n"to": "a"\n"body": "b"}',
            "REQUEST_FORMAT_ERROR [request body]: not valid JSON at line 3, column 1",
        ),
        (b'{"body": NaN}', "REQUEST_FORMAT_ERROR [request body]: not valid JSON: NaN"),
        (b'{"body": -Infinity}', "REQUEST_FORMAT_ERROR [request body]: not valid JSON: -Infinity"),
        (b'{"body": "\xff"}', "REQUEST_FORMAT_ERROR [request body]: the byte at offset 10 is not UTF-8"),
        (
            b'\xef\xbb\xbf{"body": "x"}',
            "REQUEST_FORMAT_ERROR [request body]: not valid JSON at line 1, column 1",
        ),
        (
            '{"body": "x"}'.encode("utf-16"),
            "REQUEST_FORMAT_ERROR [request body]: the byte at offset 0 is not",
        ),
        (b'{"body": "a\nb"}', "REQUEST_FORMAT_ERROR [request body]: not valid JSON at line 1, column 12"),
        (b'{"to": "a", "to": "a"}', "PROPERTY_REPEATED [to]: the same key twice"),
        (b'{"t\\u006f": "a", "to": "a"}', "PROPERTY_REPEATED [to]: the same key twice"),
        (b'{"options": {"a": 1, "a": 1}}', "PROPERTY_REPEATED [a]: the same key twice"),
        (
            b'{"recipient": "x"}',
            "PROPERTY_UNKNOWN [recipient]: no such parameter: expected from, to, body, options",
        ),
        (b'{"\\ud83d": "x"}', "PROPERTY_UNKNOWN [\\ud83d]: "),
        (b'{"body": "x"}', "PROPERTY_MISSING [to]: left out: expected "),
        (b'{"to": "+33612345678"}', "PROPERTY_MISSING [body]: left out: expected "),
        (b"[" * 100_000, "REQUEST_FORMAT_ERROR [request body]: nested too deeply"),
        (b"[" * 66 + b"]" * 66, "REQUEST_FORMAT_ERROR [request body]: nested too deeply"),
        (b'{"a":' * 400 + b"1" + b"}" * 400, "REQUEST_FORMAT_ERROR [request body]: nested too deeply"),
        (b'{"to": "' + b"[" * 400 + b'", "body": "x"}', "PROPERTY_VALUE_ERROR [to]: "),
        (b'{"to": ' + b"[" * 60 + b"]" * 60 + b', "body": "x"}', "PROPERTY_TYPE_ERROR [to]: an array"),
        (b'{"to": ' + b"9" * 5000 + b"}", "PROPERTY_TYPE_ERROR [to]: Infinity "),
        (b'{"to": 1e999}', "PROPERTY_TYPE_ERROR [to]: Infinity "),
        (b'{"to": -12345678901234567890}', "PROPERTY_TYPE_ERROR [to]: -12345678901234567890 "),
    ],
)
def test_document_is_refused(client: Client, body: bytes, start: str) -> None:
    answer = client.post_raw(body)
    assert answer.status == 400
    assert answer.message.startswith(start)


def test_long_value_is_shortened_in_the_error(client: Client) -> None:
    message = client.refuse(to="x" * 10_000)
    assert f'"{"x" * 40}"… (10000 characters)' in message
    assert len(message) < 300


def test_body_of_a_mebibyte_is_the_most(client: Client) -> None:
    valid = b'{"to": "+33612345678", "body": "x"}'
    assert client.post_raw(valid.ljust(1024 * 1024)).status == 200
    answer = client.post_raw(valid.ljust(1024 * 1024 + 1))
    assert (answer.status, "too large" in answer.message) == (400, True)


@pytest.mark.parametrize(
    "content_type", ["application/json", "application/json; charset=utf-8", "Application/JSON ;x=y"]
)
def test_content_type_is_accepted(client: Client, content_type: str) -> None:
    answer = client.post_raw(b'{"to": "+33612345678", "body": "x"}', {"Content-Type": content_type})
    assert answer.status == 200


@pytest.mark.parametrize(
    "content_type", [None, "", "text/plain", "application/x-www-form-urlencoded", "application/json5", "\xff"]
)
def test_content_type_is_refused(client: Client, content_type: str | None) -> None:
    headers = {} if content_type is None else {"Content-Type": content_type}
    answer = client.post_raw(b'{"to": "+33612345678", "body": "x"}', headers)
    assert answer.status == 400
    assert answer.message.startswith("REQUEST_FORMAT_ERROR [Content-Type]: ")


def test_query_parameters_are_refused(client: Client) -> None:
    answer = client.request("POST", "/sms?to=%2B33612345678", b"{}", {"Content-Type": "application/json"})
    assert (answer.status, answer.message[:22]) == (400, "PROPERTY_UNKNOWN [to]:")


def test_nothing_is_kept_of_a_refused_send(client: Client) -> None:
    before = len(client.find())
    client.refuse(body="")
    client.refuse(**{"from": "+33123"})
    assert len(client.find()) == before
