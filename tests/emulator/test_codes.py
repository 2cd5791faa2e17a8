"""The one-time code in a text: what is taken for one, and what is not."""

import time
import unicodedata

import pytest

from callr_sms_emulator._sms.one_time_code import find_code
from tests.emulator.codes import HARD_TEXTS, MORE_TEXTS, TEXTS

TABLES = {"texts": TEXTS, "more": MORE_TEXTS, "hard": HARD_TEXTS}
LONG = {
    "digits": "1" * 4_000,
    "words": "code " * 800,
    "both": "code 1234 " * 400,
    "groups": "12 " * 1_333,
    "dashes": "1-" * 2_000,
    "dots": "a." * 2_000,
    "addresses": "a@" * 2_000,
    "links": "a://" * 1_000,
    "mixed": "AB12 " * 800,
    "bound": "@a #" * 1_000,
    "labels": "order no " * 433 + "1234",
}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Your code is 123456", "123456"),
        ("123456 is your verification code.", "123456"),
        ("G-482913 is your Google verification code.", "482913"),
        ("Votre code de confirmation : 4821", "4821"),
        ("Ihr Bestätigungscode lautet 938 271.", "938271"),
        ("Use 938-271 to log in", "938271"),
        ("Ваш код 90210", "90210"),
        ("您的验证码是 778899,请勿泄露", "778899"),
        ("Code: A7K9QX", "A7K9QX"),
        ("Call +33612345678 or type 5521 as your PIN", "5521"),
        ("Order 48213377 of 2024-03-30 is ready. Code 5512, valid until 18:45.", "5512"),
        ("Pay 1299 EUR? Confirm with 665544", "665544"),
        ("Your total is €1299. OTP 665544", "665544"),
        ("Code 2024 for the concert in 2025", "2024"),
        ("Your code is 111111, not 222222", "111111"),
        ("Your login code:\n\n@example.com #747723", "747723"),
        ("Say 999999 to nobody.\n@example.com #R4-X @frame.example", "R4-X"),
        ("Ping 12345", "12345"),
        ("Your OTP for a payment of Rs.500.00 is 482913.Do not share it", "482913"),
        ("Your code is 482913,valid for 10 minutes", "482913"),
        ("OTP:482913.Valid for 10 min", "482913"),
        ("您的验证码是482913,5分钟内有效", "482913"),
        ("【艾克】482913是您的登录验证码,请勿泄露", "482913"),
    ],
)
def test_the_code_is_found(text: str, code: str) -> None:
    assert find_code(text) == code


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Hello",
        "Call +33612345678",
        "See https://example.com/12345 and 192.168.1.1000",
        "It costs $1200 or 1200€, 1200.50 in all",
        "On 2024-03-30 at 18:45",
        "Welcome to 2026",
        "Reference 123456789012",
        "ABCDEF",
    ],
)
def test_no_code_is_invented(text: str) -> None:
    assert find_code(text) is None


@pytest.mark.parametrize("table", TABLES)
def test_no_code_is_wrong(table: str) -> None:
    found = [(text, code, find_code(text)) for text, code in TABLES[table]]
    assert [each for each in found if each[2] not in {None, each[1]}] == []


@pytest.mark.parametrize("table", TABLES)
def test_a_code_is_the_same_with_accents_in_pieces(table: str) -> None:
    """As some keyboards and programs write them."""
    for text, _ in TABLES[table]:
        assert find_code(unicodedata.normalize("NFD", text)) == find_code(text), text


@pytest.mark.parametrize("table", TABLES)
def test_nearly_every_code_is_found(table: str) -> None:
    missed = [text for text, code in TABLES[table] if find_code(text) is None and code is not None]
    assert len(missed) <= sum(code is not None for _, code in TABLES[table]) * 0.05, missed


@pytest.mark.parametrize("kind", LONG)
def test_the_time_grows_with_the_length(kind: str) -> None:
    """A text that takes time with the square of its length would take sixteen times as long."""
    text, times = LONG[kind], []
    for each in (text[: len(text) // 4], text):
        rounds = []
        for _ in range(3):
            began = time.process_time()
            find_code(each)
            rounds.append(time.process_time() - began)
        times.append(min(rounds))
    assert times[1] < 10 * times[0] + 0.02
