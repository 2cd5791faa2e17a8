"""What a server must answer, request by request."""

import base64
import json
from urllib.parse import urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callr_sms_contract.contract.document import Contract
from callr_sms_contract.oracle.event_rules import EVENT_RULES
from callr_sms_contract.oracle.request_rules import ACCOUNT_RULES, REQUEST_RULES
from callr_sms_contract.oracle.verdict import Judge
from callr_sms_contract.wire.messages import Request

BASE = "http://127.0.0.1:1/rest/v1.1"
TO = "+33639981234"
WINDOW = {"type": "OUT", "from": "2024-03-19 00:00:00", "to": "2024-03-19 23:59:59"}
MESSAGE = {"to": TO, "body": "x"}
HOOK = "https://a.example"


def _basic(pair: str) -> str:
    return f"Basic {base64.b64encode(pair.encode()).decode()}"


AUTHORIZED = {"authorization": _basic("me:secret"), "content-type": "application/json"}


def _get(path: str, query: object = (), **headers: str) -> Request:
    text = query if isinstance(query, str) else urlencode(query)  # type: ignore[arg-type]
    return Request("GET", f"{BASE}{path}" + (f"?{text}" if text else ""), AUTHORIZED | headers)


def _post(body: object, query: str = "", **headers: str) -> Request:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Request("POST", f"{BASE}/sms{query}", AUTHORIZED | headers, raw)


def _send(**options: object) -> Request:
    return _post({**MESSAGE, **options})


VALID = {
    "a window": _get("/sms", WINDOW),
    "one second": _get("/sms", {**WINDOW, "to": WINDOW["from"]}),
    "a leap day": _get("/sms", {**WINDOW, "from": "2024-02-29 00:00:00"}),
    "escaped spaces": _get("/sms", "type=IN&from=2024-03-19%2000:00:00&to=2024-03-19%2000:00:00"),
    "a message": _send(),
    "UTF-8 named": _post(MESSAGE, **{"content-type": "Application/JSON; charset=UTF-8"}),
    "no sender": _send(**{"from": ""}),
    "a shortcode of the account": _send(**{"from": "36111"}),
    "options null": _send(options=None),
    "encoding null": _send(options={"force_encoding": None}),
    "options": _send(options={"nature": "ALERTING", "webhook": {"endpoint": HOOK, "hmac_algo": "MD5"}}),
    "255 parts of GSM": _send(body="a" * 39015),
    "255 parts of UNICODE": _send(body="ê" * 17085),
    "255 parts of pairs": _send(body="😀" * 8415),
    "NUL": _send(body="\x00"),
    "an escaped pair": _post(b'{"to": "+33639981234", "body": "\\ud83d\\ude00"}'),
    "a send by query": _get("/sms/send", MESSAGE),
    "an escaped letter of the path": _get("/sms/%73end", MESSAGE),
    "a flag in a query": _get("/sms/send", {**MESSAGE, "options.flash_message": "false"}),
}

WRONG = {
    "no parameters": _get("/sms"),
    "another direction": _get("/sms", {**WINDOW, "type": "out"}),
    "RFC 3339": _get("/sms", {**WINDOW, "from": "2024-03-19T00:00:00Z"}),
    "no such day": _get("/sms", {**WINDOW, "from": "2023-02-29 00:00:00"}),
    "the zero datetime": _get("/sms", {**WINDOW, "from": "0000-00-00 00:00:00"}),
    "a line feed after a datetime": _get("/sms", {**WINDOW, "from": "2024-03-19 00:00:00\n"}),
    "other digits": _get("/sms", {**WINDOW, "from": "\uff12024-03-19 00:00:00"}),
    "a to without a plus": _send(to="33639981234"),
    "a to with a line feed": _send(to=f"{TO}\n"),
    "a to of 6 digits": _send(to="+123456"),
    "a to of 16 digits": _send(to="+1234567890123456"),
    "a to of other digits": _send(to="+3363998123\u0664"),
    "an empty body": _send(body=""),
    "a body that is a number": _send(body=1),
    "a sender of 12": _send(**{"from": "ABCDEFGHIJKL"}),
    "a sender without a letter": _send(**{"from": "1 2"}),
    "a sender null": _send(**{"from": None}),
    "an unknown member": _send(text="x"),
    "an unknown option": _send(options={"priority": 1}),
    "a flag that is a number": _send(options={"flash_message": 1}),
    "a webhook by ftp": _send(options={"webhook": {"endpoint": "ftp://a.example"}}),
    "a webhook without an endpoint": _send(options={"webhook": {"hmac_secret": "s"}}),
    "user data too long": _send(options={"user_data": "u" * 4097}),
    "a lone surrogate in user data": _send(options={"user_data": "\ud83d"}),
    "a flag in other words": _get("/sms/send", {**MESSAGE, "options.flash_message": "TRUE"}),
}

BROKEN_RULES = [
    ("list-window-order", _get("/sms", {**WINDOW, "from": "2024-03-20 00:00:00"})),
    ("parameters-known", _get("/sms", {**WINDOW, "limit": "1"})),
    ("parameters-known", _get("/sms", [*WINDOW.items(), ("type", "OUT")])),
    ("parameters-known", _post(MESSAGE, "?x=1")),
    ("parameters-known", _get("/sms/send", {**MESSAGE, "options[nature]": "ALERTING"})),
    ("sender-shortcode", _send(**{"from": "12345"})),
    ("sender-shortcode", _get("/sms/send", {**MESSAGE, "from": "12345"})),
    ("body-parts-limit", _send(body="a" * 39016)),
    ("body-parts-limit", _send(body="ê" * 17086)),
    ("body-parts-limit", _send(body="😀" * 8416)),
    ("body-parts-limit", _send(body="a" * 17086, options={"force_encoding": "UNICODE"})),
    ("body-well-formed", _send(body="a\ud83d")),
    ("body-json", _post(b"")),
    ("body-json", _post(b"[]")),
    ("body-json", _post(b'{"to": "+33639981234" "body": "x"}')),
    ("body-json", _post(b'{"to": "+33639981234", "body": "x", "n": NaN}')),
    ("body-json", _post(b'{"to": "+33639981234", "body": "\xff"}')),
    ("body-json", _post(MESSAGE, **{"content-type": "text/plain"})),
    ("parameters-known", _get("/sms/send", {**MESSAGE, "options.webhook.endpoint": HOOK})),
]

OTHERS = {
    "no credentials": (Request("GET", f"{BASE}/sms"), {401}),
    "no credentials and no such path": (Request("GET", f"{BASE}/voice"), {401}),
    "wrong credentials": (_get("/sms", WINDOW, authorization=_basic("me:wrong")), {401}),
    "another scheme": (_get("/sms", WINDOW, authorization="Bearer x"), {401}),
    "not base64": (_get("/sms", WINDOW, authorization="Basic %"), {401}),
    "no colon": (_get("/sms", WINDOW, authorization=_basic("me")), {401}),
    "a scheme in small letters": (_get("/sms", WINDOW, authorization=_basic("me:secret").lower()), {401}),
    "no such path": (_get("/voice"), {404}),
    "a slash at the end": (_get("/sms/"), {404}),
    "a malformed hash": (_get("/sms/abc"), {404}),
    "a hash with a line feed": (_get("/sms/8242D945%0A"), {404}),
    "a hash": (_get("/sms/8242D945"), {200, 404}),
    "a hash twice": (_get("/sms/8242D945", {"hash": "X"}), {200, 404}),
    "a hash and an unknown parameter": (_get("/sms/8242D945", {"hsah": "X"}), {400, 404}),
    "a wrong method": (Request("DELETE", f"{BASE}/sms", AUTHORIZED), {405}),
    "a wrong method of the send": (Request("POST", f"{BASE}/sms/send", AUTHORIZED), {405}),
    "a wrong method of an SMS": (Request("PUT", f"{BASE}/sms/8242D945", AUTHORIZED), {405}),
    "a wrong method of a malformed hash": (Request("PUT", f"{BASE}/sms/abc", AUTHORIZED), {404, 405}),
    "a member twice": (_post(b'{"to": "+33639981234", "body": "x", "body": "y"}'), {200, 400}),
    "a member twice, wrong in both": (_post(b'{"to": "1", "to": "2", "body": "x"}'), {400}),
    "a byte order mark": (_post(b'\xef\xbb\xbf{"to": "+33639981234", "body": "x"}'), {200, 400}),
    "another charset": (_post(MESSAGE, **{"content-type": "application/json; charset=latin-1"}), {200, 400}),
    "a query that is not UTF-8": (_get("/sms/send", "to=%2B33639981234&body=%ff"), {200, 400}),
    "an empty pair": (_get("/sms/send", "to=%2B33639981234&&body=x"), {200, 400}),
    "a percent sign alone": (_get("/sms/send", "to=%2B33639981234&body=100%"), {200, 400}),
    "a stop number at the limit": (_send(**{"from": "SMS"}, body="a" * 39010 + "%STOPNUM%"), {200, 400}),
    "a forced conversion at the limit": (
        _send(body="😀" * 39015, options={"force_encoding": "GSM"}),
        {200, 400},
    ),
    "another place of the server": (Request("GET", "http://127.0.0.1:1/"), set()),
}


@pytest.mark.parametrize("request_", VALID.values(), ids=VALID.keys())
def test_a_valid_request_is_answered_with_200(request_: Request, judge: Judge) -> None:
    verdict = judge.verdict(request_)
    assert verdict.statuses == {200}, verdict


@pytest.mark.parametrize("request_", WRONG.values(), ids=WRONG.keys())
def test_a_request_against_a_schema_is_refused(request_: Request, judge: Judge) -> None:
    verdict = judge.verdict(request_)
    assert verdict.statuses == {400}, verdict
    assert verdict.rule is None


@pytest.mark.parametrize(("rule", "request_"), BROKEN_RULES)
def test_a_request_against_a_rule_is_refused_by_that_rule(rule: str, request_: Request, judge: Judge) -> None:
    verdict = judge.verdict(request_)
    assert verdict.statuses == {400}, verdict
    assert verdict.rule == rule


@pytest.mark.parametrize(("request_", "statuses"), OTHERS.values(), ids=OTHERS.keys())
def test_every_other_request(request_: Request, statuses: set[int], judge: Judge) -> None:
    assert judge.verdict(request_).statuses == statuses, judge.verdict(request_)


BLAMED = {
    "a missing parameter": (_get("/sms", {"type": "OUT", "from": WINDOW["from"]}), {"to"}),
    "two that are wrong": (_get("/sms", {**WINDOW, "type": "out", "to": "now"}), {"type", "to"}),
    "an order that is wrong": (_get("/sms", {**WINDOW, "from": "2024-03-20 00:00:00"}), {"from", "to"}),
    "an unknown parameter": (_get("/sms", {**WINDOW, "limit": "1"}), {"limit"}),
    "a member": (_send(to="nobody"), {"to"}),
    "a member of an object": (_send(options={"flash_message": 1}), {"options.flash_message"}),
    "a shortcode": (_send(**{"from": "12345"}), {"from"}),
    "a missing member, which no schema names": (_post(b'{"body": "x"}'), set()),
    "one that is known and one that is not": (_post(b'{"body": 1}'), set()),
    "no object at all": (_post(b"[]"), set()),
    "what is valid": (_get("/sms", WINDOW), set()),
}


@pytest.mark.parametrize(("request_", "blamed"), BLAMED.values(), ids=BLAMED.keys())
def test_it_is_told_which_parameters_are_wrong(request_: Request, blamed: set[str], judge: Judge) -> None:
    assert judge.verdict(request_).wrong_parameters == blamed


def test_every_rule_of_the_contract_is_known_and_no_other(contract: Contract) -> None:
    """A new rule in the contract has to be judged, by its request or by the model."""
    assert contract.rules == REQUEST_RULES.keys() | ACCOUNT_RULES | EVENT_RULES.keys()
    assert not REQUEST_RULES.keys() & ACCOUNT_RULES


def test_each_rule_that_is_judged_is_broken_above(contract: Contract) -> None:
    broken = {rule for rule, _ in BROKEN_RULES} | {"hash-in-query"}  # its 400 leaves room for a 404
    assert broken == REQUEST_RULES.keys() & contract.rules


_JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.floats(), st.integers(), st.text(st.characters())),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(["to", "from", "body", "options", "webhook", "force_encoding", "x"]), inner
        ),
    ),
    max_leaves=8,
)


@settings(max_examples=400, deadline=None)
@given(_JSON.map(json.dumps).map(str.encode) | st.binary(max_size=80))
def test_whatever_the_body_there_is_a_verdict(judge: Judge, body: bytes) -> None:
    assert judge.verdict(_post(body)).statuses <= {200, 400}


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(["/sms", "/sms/send", "/sms/8242D945"]),
    st.text(st.characters(min_codepoint=33, max_codepoint=126)),
)
def test_whatever_the_query_there_is_a_verdict(judge: Judge, path: str, query: str) -> None:
    assert judge.verdict(_get(path, query.replace("#", "%23"))).statuses <= {200, 400, 404}
