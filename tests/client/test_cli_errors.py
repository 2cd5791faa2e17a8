"""What the command line says when something is wrong, line by line."""

from __future__ import annotations

import os
import re
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from typer.exceptions import TyperException

from callr_sms_client._cli.commands import app
from callr_sms_client._cli.run import _describe_usage
from tests.client.support import HASH, SMS, failure, http_answer, success

if TYPE_CHECKING:
    from collections.abc import Callable


from tests.client.commands import TO, Done, refusal


@pytest.mark.parametrize(
    ("status", "code", "meaning", "cure"),
    [
        (400, 400, "the API refused the request", "; check the arguments"),
        (401, 401, "the login or the password is wrong", "; check CALLR_LOGIN and CALLR_PASSWORD"),
        (402, 402, "a payment is required", "; check the credit of the account"),
        (403, 403, "the account is not permitted to do this", "; ask CALLR for the permission"),
        (404, 404, "no SMS has this hash", ""),
        (405, 405, "this address does not support the request", "; check --base-url or CALLR_BASE_URL"),
        # What the API may have done is not cured by other arguments.
        (400, 1000, "the API refused the request", ""),
        (404, 1000, "there is nothing at this address", ""),
        (499, 499, "the server refused the request", ""),
        (501, 501, "the server does not support the request", ""),
        (599, 599, "the server failed", ""),
    ],
)
def test_an_error_is_explained(
    cli: Callable[..., Done], status: int, code: int, meaning: str, cure: str
) -> None:
    done = cli(refusal(status, code), "get", HASH)
    assert (done.code, done.out) == (1, "")
    assert done.err == f"callr-sms: {meaning} (HTTP {status} PROPERTY_VALUE_ERROR){cure}\n"


@pytest.mark.parametrize(
    ("status", "retry_after", "said"),
    [
        (429, "120", "too many requests (HTTP 429); try again in 120 s"),
        (429, "3600", "too many requests (HTTP 429); try again in 3,600 s"),
        (429, "Fri, 31 Dec 2100 23:59:59 GMT", r"too many requests (HTTP 429); try again in [0-9,]+ s"),
        (503, "61", "the service is not available at the moment (HTTP 503); try again in 61 s"),
    ],
)
def test_when_to_try_again_is_said(
    cli: Callable[..., Done], status: int, retry_after: str, said: str
) -> None:
    """After more than a minute, which the client does not wait for."""
    answer = http_answer(
        failure(status, "no"), f"{status} No", "application/json", f"Retry-After: {retry_after}"
    )
    done = cli(answer, "get", HASH)
    assert (done.code, done.out, len(done.requests)) == (1, "", 1)
    pattern = re.escape(said).replace(re.escape("[0-9,]+"), "[0-9,]+")
    assert re.fullmatch(f"callr-sms: {pattern}\n", done.err)


def test_a_send_that_was_too_much_says_when_to_try_again(cli: Callable[..., Done]) -> None:
    """Of the API itself, and of something before it, after which nobody knows what the API did."""
    retry = "Retry-After: 7"
    refused = http_answer(failure(429, "no"), "429 No", "application/json", retry)
    done = cli(refused, "send", "--to", TO, "Hello")
    assert done.err == "callr-sms: not sent: too many requests (HTTP 429); try again in 7 s\n"
    assert done.code == 1
    done = cli(http_answer(b"<html>", "429 No", "text/html", retry), "send", "--to", TO, "Hello")
    first, unknown, *_ = done.err.splitlines()
    assert first.startswith(
        "callr-sms: too many requests (HTTP 429: expected JSON in UTF-8, got 6 bytes of text/html"
    )
    assert "try again" not in done.err
    assert (done.code, unknown) == (3, "The outcome is unknown: the SMS may have been sent and billed.")


@pytest.mark.parametrize(
    ("status", "body", "said"),
    [
        (
            "301 Moved",
            b"",
            "the server redirects to another address (HTTP 301: the contract lists no such status",
        ),
        ("404 No", b"<html>", "there is nothing at this address (HTTP 404: expected JSON"),
        ("200 OK", b"<html>", "the response is not one of this API (HTTP 200: expected JSON"),
        ("200 OK", b"{}", "the response is not one of this API (HTTP 200: status: expected 'success'"),
        ("418 Teapot", b"<html>", "the server refused the request (HTTP 418: expected JSON"),
    ],
)
def test_another_server_is_not_taken_for_the_api(
    cli: Callable[..., Done], status: str, body: bytes, said: str
) -> None:
    done = cli(http_answer(body, status, "text/html"), "get", HASH)
    assert (done.code, done.out) == (1, "")
    assert done.err.startswith(f"callr-sms: {said}")
    assert done.err.endswith("; check --base-url or CALLR_BASE_URL\n")


def test_a_send_that_was_refused_names_the_cure(cli: Callable[..., Done]) -> None:
    done = cli(refusal(400), "send", "--to", TO, "Hello")
    assert (done.code, done.out) == (1, "")
    assert done.err == (
        "callr-sms: not sent: the API refused the request (HTTP 400 PROPERTY_VALUE_ERROR [to]); "
        "check the arguments\n"
    )


@pytest.mark.parametrize(
    ("status", "code", "said"),
    [
        (400, 1000, "the API refused the request (HTTP 400 PROPERTY_VALUE_ERROR [to])"),
        (
            402,
            402,
            "a payment is required (HTTP 402 PROPERTY_VALUE_ERROR [to]); check the credit of the account",
        ),
        (500, 500, "the server failed (HTTP 500 PROPERTY_VALUE_ERROR [to])"),
        (503, 503, "the service is not available at the moment (HTTP 503 PROPERTY_VALUE_ERROR [to])"),
    ],
)
def test_a_send_of_unknown_outcome_says_how_to_look(
    cli: Callable[..., Done], status: int, code: int, said: str
) -> None:
    before = datetime.now(UTC).replace(microsecond=0)
    done = cli(refusal(status, code), "send", "--to", TO, "Hello")
    after = datetime.now(UTC)
    first, *others = done.err.splitlines()
    since = others.pop(2).removeprefix("    callr-sms list --type OUT --from '").removesuffix("'")
    assert (done.code, done.out) == (3, "")
    assert first == f"callr-sms: {said}"
    assert others == [
        "The outcome is unknown: the SMS may have been sent and billed.",
        "Before you send it again, look for it:",
        "If it is not listed, look again after a minute: it may still be on its way.",
    ]
    assert before <= datetime.fromisoformat(f"{since}+00:00") + timedelta(minutes=5) <= after


def test_a_page_for_people_is_named_by_its_type(cli: Callable[..., Done]) -> None:
    for headers, named in ((("text/html; charset=utf-8",), "text/html"), (("?",), "no media type")):
        done = cli(http_answer(b"<html>", "404 Not Found", *headers), "get", HASH)
        assert (done.code, done.out) == (1, "")
        assert f"(HTTP 404: expected JSON in UTF-8, got 6 bytes of {named})" in done.err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "expected a command: send, get, list, wait, estimate; see callr-sms --help"),
        (
            ["nope"],
            "unknown command; expected a command: send, get, list, wait, estimate; see callr-sms --help",
        ),
        (["lst"], "unknown command; did you mean list; see callr-sms --help"),
        (["SEND", "--to", TO, "a"], "unknown command; did you mean send; see callr-sms --help"),
        (["--hepl"], "unknown option; did you mean --help; see callr-sms --help"),
        (
            ["get", HASH, "more"],
            "expected a command and its arguments, a text with spaces in quotes; see callr-sms get --help",
        ),
        (["get", HASH, "--nope"], "unknown option; see callr-sms get --help"),
        (["send", "--to", TO, "--body", "a"], "unknown option; see callr-sms send --help"),
        (["send", "--too", TO, "a"], "unknown option; did you mean --to; see callr-sms send --help"),
        (["send", "--to"], "--to: its value is missing; see callr-sms --help"),
        (["send", "--to", TO], "TEXT is missing; see callr-sms send --help"),
        (["get"], "HASH is missing; see callr-sms get --help"),
        (["send", "a"], "--to is missing; see callr-sms send --help"),
        (
            ["send", "--to", TO, "--nature", "X", "a"],
            "--nature: expected ALERTING or MARKETING; see callr-sms send --help",
        ),
        (
            ["send", "--to", TO, "--max-parts", "x", "a"],
            "--max-parts: expected an integer; see callr-sms send --help",
        ),
        (["list", "--type", "X"], "--type: expected IN or OUT; see callr-sms list --help"),
        (["wait", HASH, "--timeout", "x"], "--timeout: expected a number; see callr-sms wait --help"),
        (
            ["list", "--from", "2026-01-02", "--to", "2026-01-01"],
            "--to: expected a moment",
        ),
        (["wait", HASH, "--timeout", "-1"], "--timeout: expected seconds, 0 or more"),
        (["get", "x"], "HASH: expected 8 digits and capital letters, such as 8242D945; got 1 character"),
        (["wait", "8242d945"], "HASH: expected 8 digits and capital letters, such as 8242D945; got 8"),
        (
            ["send", "--to", "06 12", "a"],
            "not sent: --to: expected a phone number with plus and country code",
        ),
        (["get", HASH, "--timeout", "0"], "--timeout: expected seconds above 0"),
        (["list", "--timeout", "nan"], "--timeout: expected seconds above 0"),
        (["get", HASH, "--base-url", ""], "--base-url or CALLR_BASE_URL: expected http:// or https://"),
        (["send", "--to", TO, "--to", TO, "a"], "--to: expected it once, because an SMS has one recipient"),
        (["send", "--to", TO, ""], "not sent: TEXT: expected at least 1 character"),
        (["send", "--to", TO, "--from", "+331", "a"], "not sent: --from: expected at most 11 letters"),
        (
            ["send", "--to", TO, "--max-parts", "0", "a"],
            "not sent: --max-parts: expected an integer",
        ),
        (
            ["send", "--to", TO, "--user-data", "x" * 4097, "a"],
            "--user-data: expected at most 4,096",
        ),
    ],
)
def test_wrong_arguments_are_named_as_they_were_typed(
    cli: Callable[..., Done], arguments: list[str], said: str
) -> None:
    done = cli(b"", *arguments)
    assert (done.code, done.out, done.requests) == (2, "", [])
    if said.endswith("--help"):
        assert done.err == f"callr-sms: {said}\n"
    else:  # a rule of an argument is the library's; how the line begins is the command line's own
        assert done.err.startswith(f"callr-sms: {said}")
        assert done.err.count("\n") == 1
    assert not re.search(r"\^|\\Z|None|_", done.err.replace("CALLR_BASE_URL", ""))  # words, of no language


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["send", "--to", TO, "--nature", "X", "a"], "--nature: expected ALERTING or MARKETING"),
        (["send", "--to", TO, "--max-parts", "few", "a"], "--max-parts: expected an integer"),
        (["list", "--timeout", "x"], "--timeout: expected a number"),
    ],
)
def test_a_wrong_value_does_not_need_the_types_of_typer(arguments: list[str], expected: str) -> None:
    """They are not in its documentation, and newer versions have no such attribute."""
    with pytest.raises(TyperException) as caught:
        app(arguments, standalone_mode=False)
    with suppress(AttributeError):
        del caught.value.param.type  # type: ignore[attr-defined]
    assert _describe_usage(caught.value, arguments).startswith(f"{expected}; see ")


def test_a_wait_that_was_too_short(cli: Callable[..., Done]) -> None:
    answer = http_answer(success(SMS | {"status": "SENT"}))
    done = cli(answer, "wait", HASH, "--timeout", "0")
    assert (done.code, done.out) == (4, "")
    assert done.err == ("callr-sms: time is up, and the status is still SENT\n")


@pytest.mark.parametrize(
    ("name", "value", "code", "said"),
    [
        ("CALLR_LOG", "nonsense", 0, "CALLR_LOG: expected debug or info, got 'nonsense'; nothing is shown\n"),
        (
            "SSLKEYLOGFILE",
            "/nonexistent/keys",
            2,
            "SSLKEYLOGFILE: No such file or directory; name a file that can be written, or unset",
        ),
        (
            "SSL_CERT_FILE",
            os.devnull,
            2,
            "SSL_CERT_FILE: the file is empty; name certificates in PEM or unset the",
        ),
    ],
)
def test_a_variable_that_is_wrong_is_named_in_a_line(  # noqa: PLR0913, PLR0917 - two fixtures and a table
    cli: Callable[..., Done], monkeypatch: pytest.MonkeyPatch, name: str, value: str, code: int, said: str
) -> None:
    """Without the line of Python's own that a warning has, and without what only Python has."""
    monkeypatch.setenv(name, value)
    there = () if code == 0 else ("--base-url", "https://127.0.0.1:1")
    done = cli(http_answer(success(SMS)), "get", HASH, *there)
    assert (done.code, done.err.count("\n")) == (code, 1)
    assert done.err.startswith(f"callr-sms: {said}")
    assert "tls=" not in done.err
