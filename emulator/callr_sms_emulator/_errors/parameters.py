"""Messages of errors in a single parameter."""

from collections.abc import Iterable

from callr_sms_emulator._errors.tree import (
    _SHOWN_CHARACTERS,
    ApiError,
    Broken,
    InternalError,
    InvalidRequestError,
    SilentError,
    StoppingError,
    TooManyRequestsError,
    UnauthorizedError,
    names_of,
    show,
    text_of,
)

# --- parameters in general ------------------------------------------------------------------------------


def safe(name: str) -> str:
    """Return the name of a parameter as sent; it may be anything, so it is escaped like a value."""
    return show(name)[1:-1] if len(name) <= _SHOWN_CHARACTERS else show(name)


def unknown_parameter(name: str, known: Iterable[str]) -> InvalidRequestError:
    expected = names_of(known) or "none"
    return InvalidRequestError(
        f"PROPERTY_UNKNOWN [{safe(name)}]: no such parameter: expected {expected}",
        Broken("known", text_of(name), allowed=tuple(known)),
    )


def former_option(name: str, successor: str) -> InvalidRequestError:
    return InvalidRequestError(
        f"PROPERTY_UNKNOWN [{name}]: the former way to get events: expected {successor}, an object like "
        '{"endpoint": "https://example.com/callr"}, in a JSON body',
        Broken("known", name, allowed=(successor,)),
    )


def option_not_in_query(name: str) -> InvalidRequestError:
    return InvalidRequestError(
        f"PROPERTY_UNKNOWN [{safe(name)}]: options.webhook is not possible in a query string: "
        "expected it in the JSON body of POST /sms",
        Broken("in-body", text_of(name)),
    )


def missing_parameter(name: str, expected: str) -> InvalidRequestError:
    return InvalidRequestError(
        f"PROPERTY_MISSING [{name}]: left out: expected {expected}", Broken("needed", name)
    )


def wrong_type(name: str, value: object, expected: str) -> InvalidRequestError:
    # The vendor has a code word of its own for a text that is not a string (sdk).
    word = "INVALID_PARAM_FORMAT" if name == "body" else "PROPERTY_TYPE_ERROR"
    return InvalidRequestError(
        f"{word} [{name}]: {show(value)} is of the wrong type: expected {expected}",
        Broken("type", name, text_of(value)),
    )


def not_one_of(name: str, value: object, allowed: Iterable[str]) -> InvalidRequestError:
    choice = " or ".join(f'"{each}"' for each in allowed)
    return InvalidRequestError(
        f"PROPERTY_VALUE_ERROR [{name}]: {show(value)}: expected {choice}",
        Broken("one-of", name, text_of(value), tuple(allowed)),
    )


def secret_not_string(name: str) -> InvalidRequestError:
    return InvalidRequestError(
        f"PROPERTY_TYPE_ERROR [{name}]: not shown, because it is a secret: expected a string",
        Broken("type", name),
    )


def refuse_lone_surrogate(name: str, value: str) -> None:
    """Refuse an unpaired surrogate: JSON can escape it, UTF-8 cannot encode it (choice)."""
    try:
        value.encode()
    except UnicodeEncodeError as error:
        raise InvalidRequestError(
            f"PROPERTY_VALUE_ERROR [{safe(name)}]: half of a surrogate pair at character {error.start}: "
            "expected whole pairs, like \\ud83d\\ude00",
            Broken("surrogates", name),
        ) from None


# --- the parameters one by one --------------------------------------------------------------------------


def bad_recipient(value: str, name: str = "to") -> InvalidRequestError:
    # A plus that was not escaped becomes a space in a query string.
    hint = "; in a query string the plus is written %2B" if value.startswith(" ") else ""
    return InvalidRequestError(
        f"PROPERTY_VALUE_ERROR [{name}]: {show(value)} is not a phone number: "
        f'expected E.164 with the plus, 7 to 15 digits, the first not 0, like "+33612345678"{hint}',
        Broken("recipient", name, text_of(value)),
    )


def sender_not_allowed(value: str) -> InvalidRequestError:
    return InvalidRequestError(
        f"PROPERTY_VALUE_ERROR [from]: {show(value)} is a sender that no account may use: expected another "
        "(see /_emulator/outcomes)",
        Broken("outcome", "from", value),
    )


def outcome_error(to: str, status: int | None) -> ApiError:
    """Return the error that a recipient stands for; the message says so, in case it was not meant."""
    because = f"{show(to)} stands for this response (see /_emulator/outcomes): expected any other number"
    broken = Broken("outcome", "to", to)
    match status:
        case None:
            return SilentError(because, broken)
        case 400:
            return InvalidRequestError(f"PROPERTY_VALUE_ERROR [to]: {because}", broken)
        case 401:
            return UnauthorizedError(f"AUTHENTICATION_FAILED [to]: {because}", broken)
        case 429:
            return TooManyRequestsError(f"TOO_MANY_REQUESTS [to]: {because}", broken)
        case 503:
            return StoppingError(f"SERVICE_UNAVAILABLE [to]: {because}", broken)
        case _:
            return InternalError(f"INTERNAL_ERROR [to]: {because}", broken)


def bad_sender(value: str) -> InvalidRequestError:
    return InvalidRequestError(
        f"PROPERTY_VALUE_ERROR [from]: {show(value)} is not a sender: "
        "expected nothing, or 1 to 11 of a-z, A-Z, 0-9, space, dash, underscore with at least one letter, or "
        "the number of the account",
        Broken("sender", "from", text_of(value)),
    )


def foreign_shortcode(value: str) -> InvalidRequestError:
    return InvalidRequestError(
        f"PROPERTY_VALUE_ERROR [from]: {show(value)} is not a shortcode of this account: expected a sender "
        "with at least one letter, or a shortcode given to the emulator with --shortcode",
        Broken("shortcode", "from", value),
    )


def empty_text(name: str = "body") -> InvalidRequestError:
    return InvalidRequestError(
        f'PROPERTY_VALUE_ERROR [{name}]: "": expected at least 1 character', Broken("not-empty", name, "")
    )


def too_many_parts(parts: int, encoding: str, limit: int, name: str = "body") -> InvalidRequestError:
    return InvalidRequestError(
        f"PROPERTY_VALUE_ERROR [{name}]: {parts} parts in {encoding}: "
        f"expected at most {limit}, a shorter text",
        Broken("parts", name),
    )


def wrong_length(name: str, length: int, least: int, most: int) -> InvalidRequestError:
    """The value is not repeated: only its length is wrong, and it may be a secret."""
    return InvalidRequestError(
        f"PROPERTY_VALUE_ERROR [{name}]: {length} characters: expected {least} to {most}",
        Broken("length", name),
    )


def bad_endpoint(name: str, value: str) -> InvalidRequestError:
    return InvalidRequestError(
        f"PROPERTY_VALUE_ERROR [{name}]: {show(value)} is not a web address: "
        'expected an http or https URL, like "https://example.com/callr"',
        Broken("url", name, text_of(value)),
    )


def bad_datetime(name: str, value: str) -> InvalidRequestError:
    return InvalidRequestError(
        f"PROPERTY_VALUE_ERROR [{name}]: {show(value)} is not a datetime: "
        'expected YYYY-MM-DD HH:MM:SS in UTC, like "2012-04-24 23:42:00"',
        Broken("datetime", name, text_of(value)),
    )


def reversed_range(first: str, last: str) -> InvalidRequestError:
    return InvalidRequestError(
        f"PROPERTY_VALUE_ERROR [from]: {show(first)} is later than to, {show(last)}: expected from <= to",
        Broken("range", "from", first, (last,)),
    )
