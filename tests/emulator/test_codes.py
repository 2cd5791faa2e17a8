"""The one-time code in a text: what is taken for one, and what is not."""

import pytest

from callr_sms_emulator._sms.one_time_code import find_code


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
