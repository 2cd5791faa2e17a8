"""What an import refuses: what the API could never show, named without anybody's text or number."""

import json
from collections.abc import Iterator

import pytest

from callr_sms_emulator import Config
from tests.emulator.conftest import NOON
from tests.emulator.support import Client, ManualClock, basic, export, serving_config, take_in

SECRET = "hunter2"
"""Stands for what is nobody's business: it must be in no message."""

STATE = {"kind": "account", "format": 1, "state": {"seed": "00" * 16}}
CREATED = 1_711_800_000
PENDING, SENT = (
    {"old_status": "CREATED", "new_status": "PENDING", "updated_at": "2024-03-30 12:00:01.000"},
    {"old_status": "PENDING", "new_status": "SENT", "updated_at": "2024-03-30 12:00:03.000"},
)
SMS: dict[str, object] = {
    "type": "OUT",
    "hash": "AAAAAAAA",
    "from": "",
    "to": "+33639981234",
    "text": SECRET,
    "options": {"user_data": SECRET},
    "encoding": "GSM",
    "user_data": SECRET,
    "b_customer_mode": "POSTPAID",
    "b_customer_debit": "7.80",
    "network": "42509",
    "parts": 1,
    "nature": "MARKETING",
    "date_creation": "2024-03-30 12:00:00",
    "status": "SENT",
    "date_update": "2024-03-30 12:00:03",
    "status_error": "",
    "date_sent": "2024-03-30 12:00:03",
    "date_received": "0000-00-00 00:00:00",
    "status_history": [PENDING, SENT],
}
CAME_IN = SMS | {
    "type": "IN",
    "from": "+33639985678",
    "options": None,
    "status": "RECEIVED",
    "date_update": "2024-03-30 12:00:00",
    "date_sent": "0000-00-00 00:00:00",
    "date_received": "2024-03-30 12:00:00",
    "status_history": [],
}
NEW = SMS | {
    "status": "CREATED",
    "date_update": "2024-03-30 12:00:00",
    "date_sent": "0000-00-00 00:00:00",
    "status_history": [],
}
FAILED = SMS | {
    "status": "ERROR",
    "status_error": "SMS routing error",
    "date_update": "2024-03-30 12:00:01",
    "date_sent": "0000-00-00 00:00:00",
    "status_history": [PENDING | {"new_status": "ERROR"}],
}
LINE = {"kind": "sms", "created": CREATED, "due": NOON + 4000, "outcome": None, "sms": SMS}
NUMBER = {"kind": "unsubscribed", "number": "+33639981234", "at": NOON}
HOOK = {
    "kind": "subscription",
    "hash": "BBBBBBBB",
    "types": ["sms.mo"],
    "target": {"endpoint": f"http://me:{SECRET}@127.0.0.1:1/", "hmac_secret": SECRET},
    "created": NOON,
}
DETAIL = {"duration": 1, "status": 200, "answer": SECRET}
DELIVERY = {
    "hook": "BBBBBBBB",
    "receiver": "http://127.0.0.1:1",
    "due": None,
    "tries": 1,
    "state": "delivered",
    "attempts": [{"number": 0, "at": NOON, "detail": DETAIL}],
}
PROGRESS = {
    "status": "PENDING",
    "date_update": "2024-03-30 12:00:01",
    "status_history": [PENDING],
}
EVENT = {
    "kind": "event",
    "sms": "AAAAAAAA",
    "type": "sms.mt.status_update",
    "event_id": "0" * 36,
    "sequence": 1,
    "at": NOON + 1000,
    "progress": PROGRESS,
    "deliveries": [DELIVERY],
}


@pytest.fixture
def client() -> Iterator[Client]:
    with serving_config(Config(any_account=True), ManualClock(NOON)) as client:
        yield client


def _write(*lines: object) -> bytes:
    return b"".join(
        (each if isinstance(each, bytes) else json.dumps(each).encode()) + b"\n" for each in lines
    )


def _sms(**changes: object) -> dict[str, object]:
    return LINE | {"sms": SMS | {name.rstrip("_"): value for name, value in changes.items()}}


def _refuse(client: Client, number: int, *lines: object) -> str:
    """Take in what must be refused because of one line; give what is said of that."""
    client.set("/clock", freeze="2020-02-02 02:02:02")
    before = export(client)
    answer = take_in(client, _write(*lines))
    start, end = f"REQUEST_FORMAT_ERROR [line {number}]: ", "; nothing was kept"
    assert (answer.status, answer.message[: len(start)]) == (400, start), answer.body
    assert answer.message.endswith(end)
    assert SECRET not in answer.message
    assert "+336" not in answer.message
    assert export(client) == before, "something of it was kept, or of the account lost"
    return answer.message.removeprefix(start).removesuffix(end)


@pytest.mark.parametrize(
    "sms",
    [
        SMS,
        CAME_IN,
        NEW,
        FAILED,
        {name: SMS[name] for name in SMS if name not in {"status_error", "date_received"}},
        SMS | {"from": "12345", "b_customer_mode": "PREPAID", "b_customer_debit": "0", "network": ""},
    ],
    ids=lambda sms: str(sms["status"]),
)
def test_what_the_api_could_show_is_taken_in(client: Client, sms: dict[str, object]) -> None:
    assert take_in(client, _write(STATE, LINE | {"sms": sms})).status == 200
    assert client.find(type=str(sms["type"])) == [SMS | sms]


def test_what_happened_to_it_is_taken_in(client: Client) -> None:
    arrived = EVENT | {
        "sms": "CCCCCCCC",
        "type": "sms.mo",
        "progress": {
            "status": "RECEIVED",
            "date_update": "2024-03-30 12:00:00",
            "date_received": "2024-03-30 12:00:00",
        },
    }
    lines = _write(STATE, HOOK, LINE, LINE | {"sms": CAME_IN | {"hash": "CCCCCCCC"}}, EVENT, arrived)
    answer = take_in(client, lines)
    assert answer.data == {"subscriptions": 1, "unsubscribed": 0, "sms": 2, "events": 2}
    told = client.control("GET", "/webhooks/deliveries").data["deliveries"]
    assert [each["data"]["status"] for each in told] == ["PENDING", "RECEIVED"]
    assert told[0]["attempts"][0]["answer"] == SECRET


STATUS = '"CREATED" or "PENDING" or "SENT" or "REMOTE_QUEUED" or "RECEIVED" or "ERROR" or '
DATE = 'expected YYYY-MM-DD HH:MM:SS in UTC, like "2012-04-24 23:42:00"'
HISTORY = "sms.status_history"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"type": "BOTH"}, '[sms.type]: a string: expected "IN" or "OUT"'),
        ({"type": None}, '[sms.type]: null: expected "IN" or "OUT"'),
        ({"hash": "aaaaaaaa"}, "[sms.hash]: a string: expected 8 characters of 0-9 and A-Z"),
        ({"hash": 1}, "[sms.hash]: a number: expected 8 characters of 0-9 and A-Z"),
        (
            {"from_": "+0639981234"},
            "[sms.from]: a string: expected nothing, E.164 with the plus, a shortcode, or 1",
        ),
        ({"from_": [SECRET]}, "[sms.from]: an array: expected nothing, E.164"),
        ({"to": "0639981234"}, "[sms.to]: a string: expected E.164 with the plus, 7 to 15 digits"),
        ({"to": "+33639981234\n"}, "[sms.to]: a string: expected E.164"),
        ({"text": ""}, "[sms.text]: an empty string: expected a string of at least 1 character"),
        ({"text": {}}, "[sms.text]: an empty object: expected a string"),
        ({"text": "\ud83d"}, "[sms.text]: half of a surrogate pair at character 0"),
        ({"options": SECRET}, "[sms.options]: a string: expected an object or null"),
        (
            {"options": {"nature": SECRET}},
            '[sms.options.nature]: not shown, because it may be private: expected "ALERTING" or "MARKETING"',
        ),
        (
            {"options": {"user_data": 5}},
            "[sms.options.user_data]: not shown, because it may be private: expected a string",
        ),
        (
            {"options": {"webhook": {"endpoint": f"ftp://{SECRET}/"}}},
            "[sms.options.webhook.endpoint]: not shown, because it may be private: expected an http or",
        ),
        ({"encoding": "UCS2"}, '[sms.encoding]: a string: expected "GSM" or "UNICODE"'),
        (
            {"user_data": "x" * 4097},
            "[sms.user_data]: a string: expected a string of at most 4096 characters",
        ),
        ({"b_customer_mode": "FREE"}, '[sms.b_customer_mode]: a string: expected "POSTPAID" or "PREPAID"'),
        ({"b_customer_debit": 7.8}, "[sms.b_customer_debit]: a number: expected a decimal in a string"),
        (
            {"b_customer_debit": "7,80"},
            '[sms.b_customer_debit]: a string: expected a decimal in a string, like "7',
        ),
        ({"b_customer_debit": "-1"}, "[sms.b_customer_debit]: a string: expected a decimal"),
        ({"b_customer_debit": "NaN"}, "[sms.b_customer_debit]: a string: expected a decimal"),
        ({"network": "mobile"}, "[sms.network]: a string: expected 5 or 6 digits (MCC and MNC), or nothing"),
        ({"parts": 0}, "[sms.parts]: a number: expected a whole number from 1 to 255"),
        ({"parts": 256}, "[sms.parts]: a number: expected a whole number from 1 to 255"),
        ({"parts": 1.5}, "[sms.parts]: a number: expected a whole number from 1 to 255"),
        ({"parts": True}, "[sms.parts]: true: expected a whole number from 1 to 255"),
        ({"nature": "URGENT"}, '[sms.nature]: a string: expected "ALERTING" or "MARKETING"'),
        (
            {"date_creation": "2024-03-30T12:00:00Z"},
            f'[sms.date_creation]: "2024-03-30T12:00:00Z" is not a datetime: {DATE}',
        ),
        (
            {"date_creation": "2024-02-30 12:00:00"},
            f'[sms.date_creation]: "2024-02-30 12:00:00" is not a datetime: {DATE}',
        ),
        (
            {"date_creation": "0000-00-00 00:00:00"},
            '[sms.date_creation]: "0000-00-00 00:00:00" is not a datetime',
        ),
        (
            {"date_creation": "2024-03-30 12:00:01"},
            "[created]: 1711800000: expected the moment of sms.date_creation",
        ),
        (
            {"date_update": "2023-02-29 12:00:00"},
            '[sms.date_update]: "2023-02-29 12:00:00" is not a datetime',
        ),
        ({"date_sent": "later"}, f'[sms.date_sent]: "later" is not a datetime: {DATE}'),
        ({"status": "LOST"}, f'[sms.status]: "LOST": expected {STATUS}'),
        ({"status": 5}, "[sms.status]: a number: expected a string"),
        ({"status_history": {}}, f"[{HISTORY}]: an empty object: expected an array"),
        (
            {"status_history": [PENDING, SENT | {"new_status": "GONE"}]},
            f'[{HISTORY}[1].new_status]: "GONE": expected {STATUS}',
        ),
        (
            {"status_history": [PENDING | {"old_status": ""}]},
            f'[{HISTORY}[0].old_status]: "": expected {STATUS}',
        ),
        (
            {"status_history": [PENDING, SENT | {"updated_at": "2024-03-30 12:00:03"}]},
            f'[{HISTORY}[1].updated_at]: "2024-03-30 12:00:03": expected YYYY-MM-DD HH:MM:SS.mmm',
        ),
        (
            {"status_history": [PENDING, SENT | {"updated_at": "2024-13-30 12:00:03.000"}]},
            f'[{HISTORY}[1].updated_at]: "2024-13-30 12:00:03.000": expected',
        ),
        ({"status_history": [PENDING, 5]}, f"[{HISTORY}[1]]: a number: expected an object"),
        ({"colour": SECRET}, "[sms.colour]: no such parameter: expected sms.status, sms.date_update,"),
    ],
    ids=str,
)
def test_what_the_api_could_not_show_is_refused(
    client: Client, changes: dict[str, object], said: str
) -> None:
    _, _, message = _refuse(client, 2, STATE, _sms(**changes)).partition(" ")
    assert message[: len(said)] == said


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("type", '"IN" or "OUT"'),
        ("hash", "8 characters of 0-9 and A-Z"),
        (
            "from",
            "nothing, E.164 with the plus, a shortcode, or 1 to 11 of a-z, A-Z, 0-9, space, dash, underscore",
        ),
        ("to", "E.164 with the plus, 7 to 15 digits, the first not 0, or a shortcode of 3 to 8 digits"),
        ("text", "a string of at least 1 character"),
        ("options", "an object or null"),
        ("parts", "a whole number from 1 to 255"),
        ("date_creation", "a string"),
    ],
)
def test_what_is_left_out_is_named(client: Client, name: str, expected: str) -> None:
    sms = {key: value for key, value in SMS.items() if key != name}
    message = _refuse(client, 2, STATE, LINE | {"sms": sms})
    assert message == f"PROPERTY_MISSING [sms.{name}]: left out: expected {expected}"


@pytest.mark.parametrize(
    ("sms", "line"),
    [
        (SMS | {"from": "+33639981234"}, {}),
        (SMS | {"date_update": "2024-03-30 12:00:04", "date_sent": "0000-00-00 00:00:00"}, {}),
        (SMS | {"date_received": "2024-03-30 12:00:03", "status_error": SECRET}, {}),
        (SMS | {"status": "PENDING", "status_history": [SENT, PENDING | {"new_status": "CREATED"}]}, {}),
        (SMS | {"status_history": []}, {"due": 0}),
        (SMS | {"status": "RECEIVED"}, {"due": NOON, "outcome": "not_accepted"}),
        (CAME_IN | {"from": "Shop", "status": "SENT", "status_history": [PENDING]}, {"due": NOON}),
    ],
    ids=str,
)
def test_what_cannot_have_happened_but_can_be_shown_is_taken_in(
    client: Client, sms: dict[str, object], line: dict[str, object]
) -> None:
    client.set("/clock", freeze="2020-02-02 02:02:02")
    progress = PROGRESS | {"status": "SENT", "status_history": []}
    events = [EVENT | {"progress": progress}, EVENT | {"type": "sms.mo", "sequence": 1}]
    assert take_in(client, _write(STATE, HOOK, LINE | line | {"sms": sms}, *events)).status == 200
    assert client.get("AAAAAAAA")["to"] == sms["to"]
    assert len(client.control("GET", "/webhooks/deliveries").data["deliveries"]) == 2
    copy = Client(client.url, basic("copy:secret"))
    exported = export(client)
    assert take_in(copy, exported).status == 200
    assert export(copy) == exported


@pytest.mark.parametrize(
    ("lines", "number", "said"),
    [
        ([LINE], 1, "the order is wrong: expected one line of the kind account, as the first line"),
        ([STATE, STATE], 2, "the order is wrong"),
        ([STATE | {"format": 2}], 1, "PROPERTY_VALUE_ERROR [format]: a number: expected 1"),
        ([STATE | {"state": {}}], 1, "PROPERTY_MISSING [state.seed]: left out"),
        (
            [STATE | {"state": {"seed": SECRET}}],
            1,
            "PROPERTY_VALUE_ERROR [state.seed]: a string: expected 32 hex",
        ),
        (
            [STATE | {"state": {"seed": "0" * 32, "clock": {"rate": 0}}}],
            1,
            "PROPERTY_VALUE_ERROR [state.clock.rate]: a number: expected a number above 0",
        ),
        (
            [STATE | {"colour": 1}],
            1,
            "PROPERTY_UNKNOWN [colour]: no such parameter: expected kind, format, state",
        ),
        (
            [STATE, LINE | {"outcome": "lost"}],
            2,
            'PROPERTY_VALUE_ERROR [outcome]: "lost": expected "received" or',
        ),
        (
            [STATE, LINE | {"created": "now"}],
            2,
            "PROPERTY_VALUE_ERROR [created]: a string: expected a whole number",
        ),
        (
            [STATE, LINE | {"due": 0.5}],
            2,
            "PROPERTY_VALUE_ERROR [due]: a number: expected a whole number from",
        ),
        ([STATE, LINE | {"sms": [SECRET]}], 2, "PROPERTY_VALUE_ERROR [sms]: an array: expected an object"),
        (
            [STATE, LINE, {"kind": "letter"}],
            3,
            'PROPERTY_VALUE_ERROR [kind]: "letter": expected "account" or',
        ),
        ([STATE, LINE, {"kind": ["sms"]}], 3, "PROPERTY_VALUE_ERROR [kind]: an array: expected"),
        (
            [STATE, LINE, {}],
            3,
            "PROPERTY_MISSING [kind]: left out: expected one of account, subscription, unsubscribed, sms",
        ),
        ([STATE, LINE, [SECRET]], 3, "PROPERTY_VALUE_ERROR [line]: an array: expected a JSON object"),
        (
            [STATE, LINE, LINE],
            3,
            'PROPERTY_VALUE_ERROR [hash]: "AAAAAAAA" is used twice: expected a unique hash',
        ),
        ([STATE, HOOK, HOOK], 3, 'PROPERTY_VALUE_ERROR [hash]: "BBBBBBBB" is used twice'),
        (
            [STATE, NUMBER, NUMBER],
            3,
            "PROPERTY_VALUE_ERROR [number]: it occurs twice: expected each number once",
        ),
        (
            [STATE, NUMBER | {"number": "36111"}],
            2,
            "PROPERTY_VALUE_ERROR [number]: a string: expected E.164 with the plus",
        ),
        (
            [STATE, EVENT],
            2,
            'PROPERTY_VALUE_ERROR [sms]: "AAAAAAAA" is not the hash of an SMS in an earlier line',
        ),
        ([STATE, b""], 2, "REQUEST_FORMAT_ERROR [line]: Expecting value (character 1): expected JSON"),
        (
            [STATE, b'{"kind": "sms", "due": nul'],
            2,
            "REQUEST_FORMAT_ERROR [line]: Expecting value (character 24)",
        ),
        (
            [STATE, b'{"kind": "sms", "sms": {"text": "\xff"}}'],
            2,
            "REQUEST_FORMAT_ERROR [line]: the byte at offset",
        ),
        ([STATE, b'{"kind": "sms", "due": NaN}'], 2, "REQUEST_FORMAT_ERROR [line]: NaN is not a JSON value"),
        (
            [STATE, b'{"kind": "sms", "created": 1.0, "due": null, "outcome": null, "sms": {}}'],
            2,
            "REQUEST_FORMAT_ERROR [line]: it cannot be read as what GET /_emulator/export writes",
        ),
        ([STATE, b"[" * 100_000], 2, "REQUEST_FORMAT_ERROR [line]: nested too deeply"),
        ([STATE, json.dumps(LINE).encode().replace(b"7.80", b"\xff")], 2, "REQUEST_FORMAT_ERROR ["),
        ([STATE, _sms(text="x" * 1_100_000)], 2, "the line is too long: expected at most 1048576 bytes"),
    ],
)
def test_lines_that_are_none_are_refused(client: Client, lines: list[object], number: int, said: str) -> None:
    assert _refuse(client, number, *lines)[: len(said)] == said


@pytest.mark.parametrize(
    ("hook", "said"),
    [
        (HOOK | {"types": []}, "[types]: an empty array: expected an array of at least 1 element"),
        (HOOK | {"types": ["sms"]}, '[types[0]]: a string: expected "sms.mo" or "sms.mt.status_update"'),
        (HOOK | {"target": {}}, "[target.endpoint]: left out"),
        (
            HOOK | {"target": {"endpoint": SECRET}},
            "[target.endpoint]: not shown, because it may be private: expected an http or https URL",
        ),
        (
            HOOK | {"target": {"endpoint": "http://127.0.0.1/", "hmac_algo": SECRET}},
            '[target.hmac_algo]: not shown, because it may be private: expected "MD5" or "SHA256" or',
        ),
        (
            HOOK | {"target": {"endpoint": "http://127.0.0.1/", "hmac_secret": [SECRET]}},
            "[target.hmac_secret]: an array: expected a string or null",
        ),
        (
            HOOK | {"target": {"endpoint": "http://127.0.0.1/", "hmac_secret": ""}},
            "[target.hmac_secret]: 0 characters: expected 1 to 1024",
        ),
    ],
)
def test_a_subscription_that_nobody_could_make_is_refused(
    client: Client, hook: dict[str, object], said: str
) -> None:
    _, _, message = _refuse(client, 2, STATE, hook).partition(" ")
    assert message[: len(said)] == said


@pytest.mark.parametrize(
    ("event", "said"),
    [
        ({"progress": PROGRESS | {"status": "LOST"}}, '[progress.status]: "LOST": expected "CREATED" or'),
        (
            {"progress": PROGRESS | {"date_update": "today"}},
            '[progress.date_update]: "today" is not a datetime',
        ),
        ({"event_id": "1"}, "[event_id]: a string: expected a UUID"),
        ({"sequence": -1}, "[sequence]: a number: expected a whole number from 0 to 1000000"),
        (
            {"deliveries": [DELIVERY | {"state": "lost in space"}]},
            '[deliveries[0].state]: a string: expected "',
        ),
        (
            {"deliveries": [DELIVERY | {"colour": 1}]},
            "[deliveries[0].colour]: no such parameter: expected deliver",
        ),
        (
            {
                "deliveries": [
                    DELIVERY | {"attempts": [{"number": 0, "at": NOON, "detail": {"status": SECRET}}]}
                ]
            },
            "[deliveries[0].attempts[0].detail.status]: a string: expected a whole number",
        ),
        (
            {"deliveries": [DELIVERY, DELIVERY | {"state": "waiting", "hook": "CCCCCCCC"}]},
            '[deliveries[1].hook]: "CCCCCCCC" is not the hash of a subscription in an earlier line',
        ),
        (
            {"deliveries": [DELIVERY | {"state": "held", "hook": ""}]},
            '[deliveries[0].hook]: "" is not the hash of a subscription',
        ),
    ],
)
def test_an_event_that_nobody_could_be_told_is_refused(
    client: Client, event: dict[str, object], said: str
) -> None:
    _, _, message = _refuse(client, 4, STATE, HOOK, LINE, EVENT | event).partition(" ")
    assert message[: len(said)] == said


def test_a_line_far_behind_undoes_all_before_it(client: Client) -> None:
    many = [_sms(hash=f"HASH{number:04}") for number in range(1_200)]
    message = _refuse(client, 1_202, STATE, *many, _sms(hash="HASH0000", parts=0))
    assert "[sms.parts]" in message
    message = _refuse(client, 1_202, STATE, *many, _sms(hash="HASH0000"))
    assert message.endswith('"HASH0000" is used twice: expected a unique hash')
    assert client.control("GET", "/clock").data["now"] == "2020-02-02 02:02:02.000"
    assert client.find() == []
    assert client.get(client.send())["text"] == "Hello"


def test_nothing_at_all_is_no_import(client: Client) -> None:
    answer = take_in(Client(client.url, basic("new:secret")), b"")
    assert (answer.status, answer.message.partition(":")[0]) == (400, "REQUEST_FORMAT_ERROR [request body]")
