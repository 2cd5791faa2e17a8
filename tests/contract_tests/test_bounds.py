"""Where the rules of a run begin and end: its settings, what may be sent, and what it says beforehand."""

from __future__ import annotations

import json
from dataclasses import replace
from importlib.metadata import entry_points
from typing import TYPE_CHECKING, Any

import pytest

from callr_sms_contract import Settings
from callr_sms_contract.guard import Allowance, Reads
from callr_sms_contract.settings import SettingError, Shard

if TYPE_CHECKING:
    from collections.abc import Callable

BASE = "/rest/v1.1"
NUMBER = "+33639981234"
USUAL = {"Host": "Live.example", "Authorization": "Basic eDp5", "Accept": "*/*", "Connection": "keep-alive"}
PLAIN = Settings("http://127.0.0.1:1/rest/v1.1", "login", "password")


# --- settings -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"max_sends": 0}, "--max-sends: 0 is out of range; expected 1 to 100"),
        ({"max_sends": 101}, "--max-sends: 101 is out of range; expected 1 to 100"),
        ({"shortcodes": {""}}, "--shortcodes: '' is not a shortcode; expected 1 to 11 digits"),
        (
            {"shortcodes": {"1" * 12}},
            "--shortcodes: '111111111111' is not a shortcode; expected 1 to 11 digits",
        ),
        ({"shortcodes": {"12a"}}, "--shortcodes: '12a' is not a shortcode; expected 1 to 11 digits"),
        ({"shortcodes": {"١٢"}}, "--shortcodes: '١٢' is not a shortcode; expected 1 to 11 digits"),
        ({"login": ""}, "CALLR_LOGIN: '' is not a credential; expected it in the environment"),
        ({"password": ""}, "CALLR_PASSWORD: '' is not a credential; expected it in the environment"),
        (
            {"login": "a:b"},
            (
                "CALLR_LOGIN: the login contains a colon, which HTTP Basic cannot carry (RFC 7617); "
                "expected a login without one"
            ),
        ),
        *(
            (
                {"recipients": {wrong}},
                (
                    f"--allow-send-to: '{wrong}' is not a phone number; expected one like +33639981234, "
                    "a plus and 7 to 15 digits"
                ),
            )
            for wrong in ("", "+336399", "+3363998123456789", "33639981234", "+03639981234", "+33639981234 ")
        ),
    ],
)
def test_settings_that_are_refused(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(SettingError) as caught:
        replace(PLAIN, **changes)
    assert str(caught.value) == said


@pytest.mark.parametrize(
    "changes",
    [
        {"max_sends": 1},
        {"max_sends": 100},
        {"shortcodes": {"1", "1" * 11}},
        {"recipients": {"+3363998", "+336399812345678"}},
        {"password": "a:b"},
    ],
)
def test_settings_that_are_accepted(changes: dict[str, Any]) -> None:
    assert replace(PLAIN, **changes) != PLAIN


@pytest.mark.parametrize(
    "base_url",
    [
        "http://",
        "ftp://a/b",
        "http://a/b?c",
        "http://a/b#c",
        "http://a:0/b",
        "http://a/b c",
        "http://a/é",
        "a",
        "",
    ],
)
def test_base_urls_that_are_refused(base_url: str) -> None:
    with pytest.raises(SettingError) as caught:
        replace(PLAIN, base_url=base_url)
    assert str(caught.value) == (
        f"--base-url: {base_url!r} is not the URL of a server; expected http:// or https://, "
        "a host and a path, without credentials, query and fragment"
    )


@pytest.mark.parametrize(
    "base_url", ["http://me@a/b", "http://me:secret@a/b", "http://:secret@a/b", "http://@a/b"]
)
def test_credentials_in_a_base_url_are_not_repeated(base_url: str) -> None:
    with pytest.raises(SettingError) as caught:
        replace(PLAIN, base_url=base_url)
    assert str(caught.value) == (
        "--base-url: the URL contains credentials; expected http:// or https://, a host and a path, "
        "without credentials, query and fragment"
    )


@pytest.mark.parametrize(
    ("base_url", "host", "path"),
    [
        ("http://a/b/", "a", "/b"),
        ("http://a:80/b//", "a", "/b"),
        ("https://a:443", "a", ""),
        ("https://a:80/", "a:80", ""),
        ("http://a:443/b", "a:443", "/b"),
        ("http://[::1]:8767/b", "[::1]:8767", "/b"),
        ("http://[::1]/b", "[::1]", "/b"),
    ],
)
def test_the_host_and_the_path_of_a_base_url(base_url: str, host: str, path: str) -> None:
    settings = replace(PLAIN, base_url=base_url)
    assert (settings.host, settings.base_path) == (host, path)


def test_a_small_amount_is_shared_out_too() -> None:
    shards = [replace(PLAIN, shard=Shard(number, 3)) for number in (1, 2, 3)]
    assert [each.share(4) for each in shards] == [2, 1, 1]
    assert [each.share(1) for each in shards] == [1, 1, 1]
    assert (PLAIN.share(4), PLAIN.share(0)) == (4, 0)
    assert [each.own_seed for each in (PLAIN, *shards)] == [0, 1, 2, 3]


# --- what may be sent -----------------------------------------------------------------------------------


def request(line: str, body: bytes = b"", **changes: str | None) -> bytes:
    """A request with the usual headers, but for some; None leaves one out."""
    named = {name.replace("_", "-"): value for name, value in changes.items()}
    headers = {name: value for name, value in (USUAL | named).items() if value is not None}
    lines = [f"{line} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items()), "", ""]
    return "\r\n".join(lines).encode() + body


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (request(f"GET {BASE}/sms"), None),
        (request(f"GET {BASE}/sms/8242D945"), None),
        (request(f"GET {BASE}/sms?type=OUT&from=2024-03-19%2000:00:00&to=x"), None),
        (request(f"GET {BASE}/sms", Host="LIVE.EXAMPLE"), None),
        (request(f"GET {BASE}/sms", Connection="Close"), None),
        (request(f"GET {BASE}/sms", Connection="KEEP-ALIVE"), None),
        (request(f"GET {BASE}/sms", Connection=None), None),
        (request(f"GET {BASE}/sms", X_Schemathesis_TestCaseId="1"), None),
        (request(f"GET {BASE}/sms", Connection="upgrade"), "a connection option"),
        (request(f"GET {BASE}/sms", Connection=""), "a connection option"),
        (request(f"GET {BASE}/sms", Host="other.example"), "a wrong or missing host"),
        (request(f"GET {BASE}/sms", Host=None), "a wrong or missing host"),
        (request(f"GET {BASE}/sms", Cookie="a"), "the header 'cookie'"),
        (request(f"GET {BASE}/sms", host="live.example"), "the header 'host' twice"),
        (request(f"GET {BASE}/sms", ACCEPT="*/*"), "the header 'accept' twice"),
        (request(f"GET {BASE}/sms", Content_Type="application/json"), "the header 'content-type'"),
        (request(f"HEAD {BASE}/sms"), "the method HEAD"),
        (request(f"POST {BASE}/sms"), "the method POST"),
        (request(f"get {BASE}/sms"), "the method get"),
        (request(f"GET {BASE}/sms/send"), "a path of no read"),
        (request(f"GET {BASE}/sms/8242D94"), "a path of no read"),
        (request(f"GET {BASE}/sms/8242D9455"), "a path of no read"),
        (request(f"GET {BASE}/sms/8242d945"), "a path of no read"),
        (request("GET /sms"), "a path of no read"),
        (request(f"GET {BASE}{BASE}/sms"), "a path of no read"),
        (request(f"GET {BASE}/sms?body=x"), "a query of no read"),
        (request(f"GET {BASE}/sms?type"), "a query of no read"),
        (request(f"GET {BASE}/sms", b"x"), "not exactly one whole request"),
        (request(f"GET {BASE}/sms") + request(f"GET {BASE}/sms"), "not exactly one whole request"),
        (request(f"GET {BASE}/sms")[:-2], "not exactly one whole request"),
        (f"GET {BASE}/sms HTTP/1.0\r\nHost: live.example\r\n\r\n".encode(), "not a request line"),
        (f"GET  {BASE}/sms HTTP/1.1\r\nHost: live.example\r\n\r\n".encode(), "not a request line"),
        (f"GET {BASE}/sms HTTP/1.1\r\nHost live.example\r\n\r\n".encode(), "a malformed header"),
        (f"GET {BASE}/sms HTTP/1.1\r\nHost: é\r\n\r\n".encode(), "not ASCII"),
    ],
)
def test_what_may_go_to_a_live_server(data: bytes, said: str | None) -> None:
    assert Reads("live.example", BASE).objection(data) == said


def paid(message: object, **changes: str | None) -> bytes:
    body = message if isinstance(message, bytes) else json.dumps(message).encode()
    framing = {"Content_Type": "application/json", "Content_Length": str(len(body))}
    return request(f"POST {BASE}/sms", body, **(framing | changes))


SEND = {"to": NUMBER, "body": "Hello"}


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (paid(SEND), None),
        (paid(SEND | {"from": "", "options": {}}), None),
        (paid(SEND | {"body": "x" * 70}), None),
        (paid(SEND | {"body": "👍" * 35}), None),
        (paid(SEND | {"body": "x" * 71}), "a send of more than 70 characters"),
        (paid(SEND | {"body": "👍" * 35 + "x"}), "a send of more than 70 characters"),
        (paid(SEND | {"body": 5}), "a send of more than 70 characters"),
        (paid({"to": NUMBER}), "a send of more than 70 characters"),
        (paid(SEND | {"to": "+33639981235"}), "a send to a number that is not allowed"),
        (paid(SEND | {"to": f"{NUMBER} "}), "a send to a number that is not allowed"),
        (paid(SEND | {"to": [NUMBER]}), "a send to a number that is not allowed"),
        (paid({"body": "x"}), "a send to a number that is not allowed"),
        (paid(SEND | {"cc": NUMBER}), "a send with unknown properties"),
        (paid([SEND]), "a send that can be read in more than one way"),
        (paid(b"{}{}"), "a send that can be read in more than one way"),
        (
            paid(f'{{"to": "{NUMBER}", "body": "x", "to": "+33639981235"}}'.encode()),
            "a send that can be read in more than one way",
        ),
        (paid(SEND, Content_Type="Application/JSON"), "a send that is not JSON"),
        (paid(SEND, Content_Type=None), "a send that is not JSON"),
        (paid(SEND, Content_Length="1"), "a send whose Content-Length is wrong"),
        (paid(SEND, Content_Length=None), "a send whose Content-Length is wrong"),
        (paid(SEND, Host="other.example"), "a wrong or missing host"),
        (paid(SEND, Transfer_Encoding="chunked"), "the header 'transfer-encoding'"),
    ],
)
def test_which_sends_may_be_paid_for(data: bytes, said: str | None) -> None:
    allowance = Allowance(frozenset({NUMBER, f"{NUMBER} "}), 1)
    reads = Reads("live.example", BASE, allowance)
    assert reads.objection(data) == said
    assert allowance.spent == (said is None)
    assert (reads.objection(paid(SEND)) is None) == (said is not None)
    assert reads.objection(paid(SEND)) == "more than 1 paid sends"
    assert allowance.spent == 1


# --- what is said beforehand ----------------------------------------------------------------------------


@pytest.fixture
def dry_run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., list[str]]:
    """The lines of `--dry-run`, of the installed command in this process."""
    (command,) = entry_points(group="console_scripts", name="callr-sms-contract")
    main = command.load()
    monkeypatch.setenv("CALLR_LOGIN", "somebody")
    monkeypatch.setenv("CALLR_PASSWORD", "secret-word")

    def call(*arguments: str) -> list[str]:
        monkeypatch.setattr("sys.argv", ["callr-sms-contract", "--dry-run", "--seed", "7", *arguments])
        with pytest.raises(SystemExit) as caught:
            main()
        shown = capsys.readouterr()
        assert (caught.value.code or 0, shown.err) == (0, "")
        return shown.out.splitlines()

    return call


LIVE = ("--base-url", "http://192.0.2.1/rest/v1.1")
EMULATOR = "an emulator that is started for the run"
EXAMPLES = "the examples of the contract"
ALL = "examples, coverage, fuzzing, stateful, account, webhooks"
CREDENTIALS = (
    "  call  GET /rest/v1.1/sms for this second and GET /rest/v1.1/sms/ZZZZZZZZ: "
    "are the credentials accepted?"
)
NEVER = [
    "  never POST /rest/v1.1/sms: it costs money",
    "  never GET /rest/v1.1/sms/send: it costs money",
]
NO_WEBHOOKS = (
    "  never a webhook receiver, because the server is not on this machine and cannot reach a receiver here"
)


def test_what_a_run_here_would_call(dry_run: Callable[..., list[str]]) -> None:
    rest = "edge cases, invalid values, other methods, up to 60 generated requests, chains"
    lines = dry_run()
    counts = [line.partition("the examples of the contract, ")[2].partition(" ")[0] for line in lines[2:6]]
    assert all(int(count) > 0 for count in counts)
    assert lines == [
        f"dry run, nothing is called; server: {EMULATOR} (a server on this machine)",
        f"profile quick, seed 7, phases {ALL}",
        f"  call  GET /rest/v1.1/sms: the examples of the contract, {counts[0]} {rest}",
        f"  call  POST /rest/v1.1/sms: the examples of the contract, {counts[1]} {rest}",
        f"  call  GET /rest/v1.1/sms/send: the examples of the contract, {counts[2]} {rest}",
        f"  call  GET /rest/v1.1/sms/{{hash}}: the examples of the contract, {counts[3]} {rest}",
        CREDENTIALS,
        "  call  GET /rest/v1.1/sms for the time of the run, at its end",
        "  call  GET /rest/v1.1/sms/{hash} of an SMS in that list",
        "  call  sends, invalid reads of the SMS sent, credentials of which one half is wrong",
        "  call  POST /rest/v1.1/sms: 5 SMS with a webhook receiver on this machine",
    ]


def test_what_a_live_run_of_one_operation_would_call(dry_run: Callable[..., list[str]]) -> None:
    assert dry_run(*LIVE, "--profile", "full", "--operation", "getSms") == [
        "dry run, nothing is called; server: http://192.0.2.1/rest/v1.1 (a live server)",
        f"profile full, seed 7, phases {ALL}",
        "at most 5 requests per second, with windows of the hours around now",
        "  never GET /rest/v1.1/sms: the operation was not selected",
        *NEVER,
        f"  call  GET /rest/v1.1/sms/{{hash}}: {EXAMPLES}, up to 60 generated requests, chains",
        CREDENTIALS,
        "  call  GET /rest/v1.1/sms/{hash} of an SMS in that list",
        NO_WEBHOOKS,
        "no SMS is sent, so nothing is billed",
    ]


def test_what_a_live_run_with_paid_sends_would_call(dry_run: Callable[..., list[str]]) -> None:
    numbers = ("--allow-send-to", "+33639981234,+33639985678", "--max-sends", "3")
    assert dry_run(*LIVE, *numbers) == [
        "dry run, nothing is called; server: http://192.0.2.1/rest/v1.1 (a live server)",
        f"profile quick, seed 7, phases {ALL}",
        "at most 5 requests per second, with windows of the hours around now",
        "  call  GET /rest/v1.1/sms: the examples of the contract, up to 5 generated requests, chains",
        *NEVER,
        "  call  GET /rest/v1.1/sms/{hash}: the examples of the contract, up to 5 generated requests, chains",
        CREDENTIALS,
        "  call  GET /rest/v1.1/sms for the time of the run, at its end",
        "  call  GET /rest/v1.1/sms/{hash} of an SMS in that list",
        NO_WEBHOOKS,
        "  PAID POST /rest/v1.1/sms to +33…34: a plain text, 20 characters",
        "  PAID POST /rest/v1.1/sms to +33…78: a text outside the basic set, 20 characters",
        "  PAID POST /rest/v1.1/sms to +33…34: GSM forced, 25 characters",
        "3 paid sends; the limit is 3",
    ]
