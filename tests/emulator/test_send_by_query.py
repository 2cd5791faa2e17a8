"""`GET /sms/send`: the same rules, in a query string."""

import pytest

from tests.emulator.support import Client

SMS = {"to": "+33612345678", "body": "Hello"}
START = "to=%2B33612345678&body=Hello"


def test_answers_the_hash_and_must_not_be_stored(client: Client) -> None:
    answer = client.send_query(SMS | {"from": "SMS"})
    assert (answer.status, answer.headers["Cache-Control"]) == (200, "no-store")
    sms = client.get(answer.data)
    assert (sms["from"], sms["to"], sms["text"], sms["options"]) == ("SMS", "+33612345678", "Hello", None)


def test_options_are_typed(client: Client) -> None:
    options = {
        "options.force_encoding": "GSM",
        "options.nature": "ALERTING",
        "options.flash_message": "true",
        "options.user_data": "a=b&c",
    }
    sms = client.get(client.send_query(SMS | options).data)
    assert sms["options"] == {
        "force_encoding": "GSM",
        "nature": "ALERTING",
        "flash_message": True,
        "user_data": "a=b&c",
    }


def test_false_is_a_boolean(client: Client) -> None:
    sms = client.get(client.send_query(SMS | {"options.flash_message": "false"}).data)
    assert sms["options"] == {"flash_message": False}


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("to=%2B33612345678&body=a+b%2Bc", "a b+c"),
        ("to=%2b33612345678&body=%C3%A9%F0%9F%98%80", "é😀"),
        ("to=%2B33612345678&body=a=b", "a=b"),
        ("&&to=%2B33612345678&&body=x&", "x"),
        ("t%6f=%2B33612345678&b%6Fdy=x&from", "x"),
    ],
)
def test_encodings_of_a_query_string(client: Client, query: str, text: str) -> None:
    answer = client.send_query(query)
    assert answer.status == 200, answer.body
    assert client.get(answer.data)["text"] == text


@pytest.mark.parametrize(
    ("query", "start"),
    [
        ("", "PROPERTY_MISSING [to]: "),
        ("body=x", "PROPERTY_MISSING [to]: "),
        ("to=%2B33612345678", "PROPERTY_MISSING [body]: "),
        ("to=%2B33612345678&body=", "PROPERTY_VALUE_ERROR [body]: "),
        ("to=+33612345678&body=x", 'PROPERTY_VALUE_ERROR [to]: " 33612345678" is not'),
        (f"{START}&from=%2B33123", 'PROPERTY_VALUE_ERROR [from]: "+33123" is not a sender: expected '),
        (f"{START}&to=%2B33612345679", "PROPERTY_REPEATED [to]: more than once"),
        (f"{START}&t%6F=%2B33612345679", "PROPERTY_REPEATED [to]: more than once"),
        (f"{START}&options.nature=ALERTING&options.nature=ALERTING", "PROPERTY_REPEATED [options.nature]: "),
        (f"{START}&text=x", "PROPERTY_UNKNOWN [text]: "),
        (f"{START}&options=", "PROPERTY_UNKNOWN [options]: "),
        (f"{START}&options[nature]=ALERTING", "PROPERTY_UNKNOWN [options[nature]]: "),
        (f"{START}&options.Nature=ALERTING", "PROPERTY_UNKNOWN [options.Nature]: "),
        (f"{START}&options.nature=", 'PROPERTY_VALUE_ERROR [options.nature]: "": '),
        (f"{START}&options.force_encoding=", 'PROPERTY_VALUE_ERROR [options.force_encoding]: "": '),
        (f"{START}&options.flash_message=1", 'PROPERTY_VALUE_ERROR [options.flash_message]: "1": '),
        (f"{START}&options.flash_message=True", 'PROPERTY_VALUE_ERROR [options.flash_message]: "True": '),
        (f"{START}&options.webhooks=x", "PROPERTY_UNKNOWN [options.webhooks]: no such parameter: "),
        (f"{START}&from=%zz", 'REQUEST_FORMAT_ERROR [query string]: "%zz" cannot be decoded'),
        (f"{START}&from=%", "REQUEST_FORMAT_ERROR [query string]: "),
        (f"{START}&from=%F", "REQUEST_FORMAT_ERROR [query string]: "),
        (f"{START}&from=%FF", "REQUEST_FORMAT_ERROR [query string]: "),
        (f"{START}&%FF=x", "REQUEST_FORMAT_ERROR [query string]: "),
        (f"{START}&from=%ED%A0%BD", "REQUEST_FORMAT_ERROR [query string]: "),
    ],
)
def test_query_is_refused(client: Client, query: str, start: str) -> None:
    answer = client.send_query(query)
    assert answer.status == 400
    assert answer.message.startswith(start)


@pytest.mark.parametrize(
    "name",
    ["options.webhook", "options.webhook.endpoint", "options.webhook.hmac_secret", "options.webhook.x"],
)
def test_a_webhook_is_refused_with_the_cure(client: Client, name: str) -> None:
    """A secret must not be in a URL: the message does not repeat the value or a part of it."""
    answer = client.send_query(SMS | {name: "s3cret"})
    assert answer.status == 400
    assert answer.message == (
        f"PROPERTY_UNKNOWN [{name}]: options.webhook is not possible in a query string: "
        "expected it in the JSON body of POST /sms"
    )


def test_long_text_fits_in_a_query(client: Client) -> None:
    answer = client.send_query(SMS | {"body": "é" * 67 * 255, "options.force_encoding": "UNICODE"})
    assert client.get(answer.data)["parts"] == 255
