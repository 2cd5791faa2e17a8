"""`POST /sms`: the rules of each parameter, and what is stored."""

import json

import pytest

from tests.emulator.support import Client

TO = "+33612345678"


def test_answers_the_hash_of_an_sms_that_can_be_read(client: Client) -> None:
    answer = client.post({"from": "SMS", "to": TO, "body": "Hello", "options": None})
    assert answer.status == 200
    assert answer.body == b'{"status":"success","data":"%s"}' % answer.data.encode()
    assert len(answer.data) == 8
    assert set(answer.data) <= set("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    assert client.get(answer.data)["hash"] == answer.data


def test_sms_object_has_every_key_of_the_capture(client: Client) -> None:
    options = {
        "nature": "ALERTING",
        "user_data": "order 42",
        "flash_message": True,
        "force_encoding": "UNICODE",
    }
    sms = client.get(client.send(**{"from": "Shop"}, to=TO, body="Hello", options=options))
    assert sms.pop("hash")
    assert sms == {
        "type": "OUT",
        "from": "Shop",
        "to": TO,
        "text": "Hello",
        "options": options,
        "encoding": "UNICODE",
        "user_data": "order 42",
        "b_customer_mode": "POSTPAID",
        "b_customer_debit": "7.80",
        "network": "42509",
        "status": "CREATED",
        "status_error": "",
        "parts": 1,
        "nature": "ALERTING",
        "date_creation": "2024-03-30 12:00:00",
        "date_update": "2024-03-30 12:00:00",
        "date_sent": "0000-00-00 00:00:00",
        "date_received": "0000-00-00 00:00:00",
        "status_history": [],
    }


def test_defaults(client: Client) -> None:
    sms = client.get(client.send())
    assert (sms["from"], sms["options"], sms["user_data"], sms["nature"]) == ("", None, "", "MARKETING")


@pytest.mark.parametrize("options", [{}, {"force_encoding": None}, {"user_data": ""}, None])
def test_options_are_given_back_as_sent(client: Client, options: object) -> None:
    assert client.get(client.send(options=options))["options"] == options


def test_webhook_of_one_message_is_given_back_as_sent(client: Client) -> None:
    webhook = {"endpoint": "https://example.com/callr?a=%20b", "hmac_secret": "é", "hmac_algo": "SHA512"}
    assert client.get(client.send(options={"webhook": webhook}))["options"] == {"webhook": webhook}


# --- to -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("to", ["+1234567", "+123456789012345", "+16467890800", "+447890123456"])
def test_recipient_is_accepted(client: Client, to: str) -> None:
    assert client.get(client.send(to=to))["to"] == to


@pytest.mark.parametrize(
    "to",
    [
        "",
        "+",
        "33612345678",
        "0033612345678",
        "+03612345678",
        "+123456",
        "+1234567890123456",
        "+336 12345678",
        "+33612345678\n",
        "\n+33612345678",
        "+33612345678 ",
        "++33612345678",
        "+٣٣٦١٢٣٤٥٦٧٨",
        "+3361234567８",  # noqa: RUF001 - a full-width digit is the subject
        "+3361234567²",
        "+33612345678\x00",
    ],
)
def test_recipient_is_refused(client: Client, to: str) -> None:
    message = client.refuse(to=to)
    assert message.startswith(
        f"PROPERTY_VALUE_ERROR [to]: {json.dumps(to)} is not a phone number: expected E.164"
    )


@pytest.mark.parametrize("to", [None, 33612345678, True, [TO], {"a": 1}, 1.5])
def test_recipient_of_a_wrong_type_is_refused(client: Client, to: object) -> None:
    assert client.refuse(to=to).startswith("PROPERTY_TYPE_ERROR [to]: ")


# --- from -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("sender", ["", "SMS", "a", "A1-_ b", "1234567890x", "12345", "-a", " a"])
def test_sender_is_accepted(client: Client, sender: str) -> None:
    assert client.get(client.send(**{"from": sender}))["from"] == sender


@pytest.mark.parametrize(
    "sender",
    [
        "+33123",
        "TwelveLetter",
        " ",
        "-",
        "12-34",
        "1 2",
        "Café",
        "a.b",
        "a\n",
        "SMS\n",
        "a\x00",
        "😀",
        "\uff11\uff12a",
    ],
)
def test_sender_is_refused(client: Client, sender: str) -> None:
    message = client.refuse(**{"from": sender})
    assert message.startswith(f"PROPERTY_VALUE_ERROR [from]: {json.dumps(sender)} is not a sender: expected ")


@pytest.mark.parametrize("sender", ["36111", "1", "12346", "12345678901"])
def test_digits_that_are_no_shortcode_of_the_account_are_refused(client: Client, sender: str) -> None:
    message = client.refuse(**{"from": sender})
    assert message.startswith(f'PROPERTY_VALUE_ERROR [from]: "{sender}" is not a shortcode of this account')


@pytest.mark.parametrize("sender", [None, 12345, False, [], {}])
def test_sender_of_a_wrong_type_is_refused(client: Client, sender: object) -> None:
    assert client.refuse(**{"from": sender}).startswith("PROPERTY_TYPE_ERROR [from]: ")


# --- body -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "body",
    ["x", " ", "\t\n", "  leading", "\x00", "é\u0301", "😀", "\ud7ff\ue000", '"\\/', "</script>", "a" * 500],
)
def test_text_is_kept_as_sent(client: Client, body: str) -> None:
    assert client.get(client.send(body=body))["text"] == body


@pytest.mark.parametrize("body", [None, 1, True, ["a"], {}])
def test_text_of_a_wrong_type_is_refused_with_the_word_of_the_vendor(client: Client, body: object) -> None:
    assert client.refuse(body=body).startswith("INVALID_PARAM_FORMAT [body]: ")


@pytest.mark.parametrize("body", ["\ud83d", "a\ude00b", "\ude00\ud83d"])
def test_half_of_a_surrogate_pair_is_refused(client: Client, body: str) -> None:
    assert client.refuse(body=body).startswith("PROPERTY_VALUE_ERROR [body]: half of a surrogate pair")


def test_escaped_pair_is_one_character(client: Client) -> None:
    answer = client.post_raw(b'{"to": "+33612345678", "body": "\\ud83d\\ude00"}')
    assert client.get(answer.data)["text"] == "😀"


def test_empty_text_is_refused(client: Client) -> None:
    assert client.refuse(body="").startswith("PROPERTY_VALUE_ERROR [body]: ")


@pytest.mark.parametrize(
    ("body", "options", "encoding", "parts"),
    [
        ("a" * 153 * 255, None, "GSM", 255),
        ("é" * 153 * 255, {"force_encoding": "GSM"}, "GSM", 255),
        ("😀" * 33 * 255, None, "UNICODE", 255),
        ("😀" * 153 * 255, {"force_encoding": "GSM"}, "GSM", 255),
        ("a" * 67 * 255, {"force_encoding": "UNICODE"}, "UNICODE", 255),
    ],
)
def test_255_parts_are_the_most(
    client: Client, body: str, options: object, encoding: str, parts: int
) -> None:
    sms = client.get(client.send(body=body, options=options))
    assert (sms["encoding"], sms["parts"], sms["text"] == body) == (encoding, parts, True)
    assert sms["b_customer_debit"] == "1989.00"
    message = client.refuse(body=body + body[0], options=options)
    assert message.startswith(f"PROPERTY_VALUE_ERROR [body]: 256 parts in {encoding}: expected at most 255")


def test_stop_mark_is_replaced_before_parts_are_counted(client: Client) -> None:
    body = "%STOPNUM%" + "a" * 155
    sms = client.get(client.send(**{"from": "Shop"}, body=body))
    assert (sms["text"], sms["parts"]) == ("36111" + "a" * 155, 1)


def test_stop_mark_is_replaced_everywhere_and_for_a_shortcode_too(client: Client) -> None:
    sms = client.get(client.send(**{"from": "12345"}, body="%STOPNUM% %STOPNUM% %stopnum%"))
    assert sms["text"] == "36111 36111 %stopnum%"


def test_stop_mark_stays_without_a_custom_sender(client: Client) -> None:
    sms = client.get(client.send(body="%STOPNUM%" + "a" * 155))
    assert (sms["text"][:9], sms["parts"]) == ("%STOPNUM%", 2)


def test_text_stays_as_sent_when_gsm_is_forced(client: Client) -> None:
    sms = client.get(client.send(body="Prêt 5 €", options={"force_encoding": "GSM"}))
    assert (sms["text"], sms["encoding"]) == ("Prêt 5 €", "GSM")


# --- options --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "start"),
    [
        ([], "PROPERTY_TYPE_ERROR [options]: an array "),
        ("", "PROPERTY_TYPE_ERROR [options]: "),
        (False, "PROPERTY_TYPE_ERROR [options]: false "),
        ({"userdata": "x"}, "PROPERTY_UNKNOWN [options.userdata]: "),
        ({"": 1}, "PROPERTY_UNKNOWN [options.]: "),
        ({"force_encoding": "gsm"}, 'PROPERTY_VALUE_ERROR [options.force_encoding]: "gsm": '),
        ({"force_encoding": 7}, "PROPERTY_TYPE_ERROR [options.force_encoding]: 7 "),
        ({"nature": "OTHER"}, 'PROPERTY_VALUE_ERROR [options.nature]: "OTHER": '),
        ({"nature": None}, "PROPERTY_TYPE_ERROR [options.nature]: null "),
        ({"flash_message": "true"}, "PROPERTY_TYPE_ERROR [options.flash_message]: "),
        ({"flash_message": 1}, "PROPERTY_TYPE_ERROR [options.flash_message]: "),
        ({"flash_message": None}, "PROPERTY_TYPE_ERROR [options.flash_message]: "),
        ({"user_data": 42}, "PROPERTY_TYPE_ERROR [options.user_data]: 42 "),
        ({"user_data": None}, "PROPERTY_TYPE_ERROR [options.user_data]: null "),
        ({"user_data": "x" * 4097}, "PROPERTY_VALUE_ERROR [options.user_data]: 4097 characters: "),
        ({"user_data": "\ud83d"}, "PROPERTY_VALUE_ERROR [options.user_data]: half of a surrogate pair"),
        ({"webhook": None}, "PROPERTY_TYPE_ERROR [options.webhook]: null "),
        ({"webhook": "https://example.com"}, "PROPERTY_TYPE_ERROR [options.webhook]: "),
        ({"webhook": {}}, "PROPERTY_MISSING [options.webhook.endpoint]: "),
        (
            {"webhook": {"endpoint": "https://a.example", "url": ""}},
            "PROPERTY_UNKNOWN [options.webhook.url]: ",
        ),
        (
            {"webhook": {"endpoint": "https://a.example", "hmac_algo": "SHA1"}},
            'PROPERTY_VALUE_ERROR [options.webhook.hmac_algo]: "SHA1": ',
        ),
        (
            {"webhook": {"endpoint": "https://a.example", "hmac_algo": None}},
            "PROPERTY_TYPE_ERROR [options.webhook.hmac_algo]: null ",
        ),
    ],
)
def test_option_is_refused(client: Client, options: object, start: str) -> None:
    assert client.refuse(options=options).startswith(start)


@pytest.mark.parametrize(
    "name",
    [
        "push_mo_enabled",
        "push_mo_url",
        "push_mo_url_auth",
        "push_dlr_enabled",
        "push_dlr_url",
        "push_dlr_url_auth",
    ],
)
def test_former_option_is_refused_with_its_successor(client: Client, name: str) -> None:
    by_query = client.send_query({"to": "+33612345678", "body": "Hello", f"options.{name}": "callr:sesame"})
    for message in (client.refuse(options={name: "callr:sesame"}), by_query.message):
        assert message.startswith(
            f"PROPERTY_UNKNOWN [options.{name}]: the former way to get events: expected options.webhook, an"
        )
        assert "sesame" not in message


def test_user_data_of_4096_characters_is_accepted(client: Client) -> None:
    assert client.get(client.send(options={"user_data": "😀" * 4096}))["user_data"] == "😀" * 4096


def test_webhook_at_its_limits_is_accepted(client: Client) -> None:
    endpoint = "https://example.com/".ljust(2048, "a")
    webhook = {"endpoint": endpoint, "hmac_secret": "é" * 1024}
    assert client.get(client.send(options={"webhook": webhook}))["options"] == {"webhook": webhook}


@pytest.mark.parametrize(
    ("key", "value", "length"),
    [
        ("hmac_secret", "", 0),
        ("hmac_secret", "é" * 1025, 1025),
        ("endpoint", "https://a/".ljust(2049, "a"), 2049),
    ],
)
def test_webhook_beyond_its_limits_is_refused(client: Client, key: str, value: str, length: int) -> None:
    webhook = {"endpoint": "https://example.com", key: value}
    message = client.refuse(options={"webhook": webhook})
    assert message.startswith(f"PROPERTY_VALUE_ERROR [options.webhook.{key}]: {length} characters: ")


def test_secret_is_not_repeated_in_an_error(client: Client) -> None:
    webhook = {"endpoint": "https://example.com", "hmac_secret": 314159265}
    message = client.refuse(options={"webhook": webhook})
    assert message.startswith("PROPERTY_TYPE_ERROR [options.webhook.hmac_secret]: ")
    assert "314159265" not in message


@pytest.mark.parametrize(
    "endpoint",
    ["http://localhost:9000", "https://user@example.com/a?b#c", "http://[::1]:80/", "HTTPS://EXAMPLE.com"],
)
def test_endpoint_is_accepted(client: Client, endpoint: str) -> None:
    client.send(options={"webhook": {"endpoint": endpoint}})


@pytest.mark.parametrize(
    "endpoint",
    [
        "",
        "example.com",
        "//example.com",
        "ftp://example.com",
        "javascript:alert(1)",
        "http://",
        "http:///path",
        "http://:80",
        "http://example.com:99999",
        "http://example.com:x",
        "http://[::1",
        "http://exa mple.com",
        "http://example.com/é",
        "http://example.com/%zz",
        "http://example.com\n",
    ],
)
def test_endpoint_is_refused(client: Client, endpoint: str) -> None:
    message = client.refuse(options={"webhook": {"endpoint": endpoint}})
    assert message.startswith(
        f"PROPERTY_VALUE_ERROR [options.webhook.endpoint]: {json.dumps(endpoint)} is not"
    )
