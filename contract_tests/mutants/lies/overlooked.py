"""Lies that only one request shows: those of wrong servers that others wrote, and that were once believed."""

import base64
import binascii
import re
import unicodedata
from collections.abc import Callable
from dataclasses import replace
from typing import Final

from mutants.builders import (
    Maker,
    Mutant,
    accepts,
    accepts_raw,
    dump,
    on_error_data,
    on_parts,
    on_sms,
    options_of,
    recipient_of,
    refuses,
    refuses_request,
    sender_of,
    split,
    units,
)
from mutants.lies.credentials import Credentials, lets_in
from mutants.lies.paths_and_methods import otherwise
from mutants.lies.spellings import form_of
from mutants.messages import READ, SEND, SEND_BY_QUERY, Asked, Json

_TO: Final = "+33639981234"


def _without(option: str) -> Maker:
    """An option that is the empty string is taken for one that is not there."""

    def mend(message: Json) -> None:
        options = options_of(message)
        if options.get(option) == "":
            del options[option]

    return accepts(mend)


def _no_endpoint(message: Json) -> None:
    webhook = options_of(message).get("webhook")
    if isinstance(webhook, dict) and webhook.get("endpoint") == "":
        del options_of(message)["webhook"]


def _number(mend: Callable[[str], str]) -> Maker:
    return accepts(
        lambda message: message.update(to=mend(recipient_of(message))) if "to" in message else None
    )


def _few_digits(message: Json) -> None:
    if re.fullmatch(r"\+[0-9]{1,10}", sender_of(message)):
        message["from"] = "SMS"


def _octets_as_json(asked: Asked) -> Asked:
    is_other = asked.header("content-type") == "application/octet-stream"
    return asked.with_header("Content-Type", "application/json") if is_other else asked


def _any_json_type(asked: Asked) -> Asked:
    is_near = asked.header("content-type").lower().startswith("application/json")
    return asked.with_header("Content-Type", "application/json") if is_near else asked


def _in_small_letters(asked: Asked) -> Asked:
    document = asked.json() if asked.operation == SEND else None
    if not isinstance(document, dict):
        return asked
    return replace(asked, body=dump({name.lower(): value for name, value in document.items()}))


def _from_form(asked: Asked) -> Asked:
    """A form that is said to be JSON; one that is said to be a form is refused."""
    is_json = asked.operation == SEND and asked.header("content-type") == "application/json"
    message = form_of(asked.body) if is_json else None
    return asked if message is None else replace(asked, body=message)


def _quoted(asked: Asked) -> Asked:
    if asked.operation != SEND:
        return asked
    return replace(asked, body=re.sub(rb"([{,]\s*)([a-z_]+)(\s*:)", rb'\1"\2"\3', asked.body))


def _escaped_plus(asked: Asked) -> Asked:
    if asked.operation != SEND_BY_QUERY:
        return asked
    return replace(asked, target=re.sub(r"([?&]to=)\+", r"\1%2B", asked.target))


def _is_login_alone(_: Credentials, right: Credentials, asked: Asked) -> bool:
    token = asked.header("authorization").partition(" ")[2]
    try:
        return base64.b64decode(token, validate=True).decode() == right.login
    except (binascii.Error, ValueError):
        return False


def _without_end(asked: Asked) -> Asked:
    if asked.operation != READ:
        return asked
    return replace(asked, target=re.sub("%0[Aa]$", "", asked.target))


def _names(wrong: str, other: str) -> Callable[[Json], object]:
    return lambda data: data.update(message=data["message"].replace(f"[{wrong}]", f"[{other}]"))


def _parts_of(count: Callable[[str], int | None]) -> Maker:
    """The parts of texts that go out as UNICODE are counted another way, those as GSM where it says so."""

    def parts(sms: Json) -> int | None:
        length = count(sms["text"])
        if length is None or sms["type"] != "OUT" or "%" in sms["text"]:
            return None
        return split(length, 70, 67) if sms["encoding"] == "UNICODE" else split(length, 160, 153)

    return on_parts(parts)


def _without_marks(text: str) -> int | None:
    """Units but for marks that combine; None where there are none."""
    kept = "".join(each for each in text if not unicodedata.combining(each))
    return units(kept) if kept != text else None


def _trimmed(text: str) -> int | None:
    return units(text.strip()) if text.strip() not in {"", text} else None


_REFUSALS: Final = (
    Mutant(
        "refuses-chunks",
        "too strict",
        "a body whose length is not said beforehand is refused",
        refuses_request(
            lambda asked: asked.operation == SEND and bool(asked.header("transfer-encoding")), "body"
        ),
    ),
    Mutant(
        "refuses-raw-characters",
        "too strict",
        "a body with a character outside ASCII that is not escaped is refused",
        refuses_request(lambda asked: asked.operation == SEND and not asked.body.isascii(), "body"),
    ),
    Mutant(
        "refuses-dash-before-sender",
        "too strict",
        "a sender that begins with a dash is refused",
        refuses(lambda message: sender_of(message).startswith("-"), "from"),
    ),
    Mutant(
        "refuses-french-landlines",
        "too strict",
        "French numbers that are no mobile ones are refused",
        refuses(lambda message: re.match(r"\+33[^67]", recipient_of(message)) is not None, "to"),
    ),
)

_ACCEPTED: Final = (
    Mutant("takes-empty-endpoint", "too lax", "an empty endpoint is taken for none", accepts(_no_endpoint)),
    Mutant("takes-empty-nature", "too lax", "an empty nature is taken for none", _without("nature")),
    Mutant(
        "takes-empty-encoding",
        "too lax",
        "an empty force_encoding is taken for none",
        _without("force_encoding"),
    ),
    Mutant(
        "takes-letters-behind-number",
        "too lax",
        "letters behind a number are ignored",
        _number(lambda to: re.sub(r"(?<=[0-9])[A-Za-z]+[0-9]*$", "", to)),
    ),
    Mutant("takes-number-in-spaces", "too lax", "spaces around a number are ignored", _number(str.strip)),
    Mutant(
        "takes-plus-and-few-digits",
        "too lax",
        "a sender of a plus and few digits is taken",
        accepts(_few_digits),
    ),
    Mutant(
        "takes-octets",
        "too lax",
        "application/octet-stream is read as JSON",
        accepts_raw(_octets_as_json, SEND),
    ),
    Mutant(
        "takes-types-like-json",
        "too lax",
        "a type that begins with application/json is taken for it",
        accepts_raw(_any_json_type, SEND),
    ),
    Mutant(
        "takes-names-in-capitals",
        "too lax",
        "the case of members does not count",
        otherwise(_in_small_letters, 400),
    ),
    Mutant(
        "takes-form-as-json", "too lax", "a form is taken that is said to be JSON", otherwise(_from_form, 400)
    ),
    Mutant("takes-bare-names", "too lax", "names without quotes are taken", otherwise(_quoted, 400)),
    Mutant(
        "takes-plus-as-plus",
        "too lax",
        "a plus that a query does not escape is one where a number begins",
        otherwise(_escaped_plus, 400),
    ),
    Mutant("login-without-colon", "auth", "a login without a colon is let in", lets_in(_is_login_alone)),
    Mutant(
        "reads-with-line-feed",
        "too lax",
        "a line feed behind a hash is ignored",
        otherwise(_without_end, 404),
    ),
)

_SHOWN: Final = (
    Mutant(
        "drops-zero-of-number",
        "sender and recipient",
        "a zero behind +33 or +44 is dropped from a number",
        on_sms(lambda sms: sms.update(to=re.sub(r"^(\+33|\+44)0", r"\1", sms["to"]))),
    ),
    Mutant(
        "blames-the-text",
        "envelope",
        "the message of a wrong recipient names the text",
        on_error_data(_names("to", "body")),
    ),
    Mutant(
        "blames-nobody",
        "envelope",
        "messages name no parameter",
        on_error_data(lambda data: data.update(message=re.sub(r" \[.*?\]", "", data["message"]))),
    ),
    Mutant(
        "message-in-small-letters",
        "envelope",
        "messages do not open with a code word",
        on_error_data(lambda data: data.update(message=data["message"].lower())),
    ),
    Mutant("marks-are-not-counted", "parts", "marks that combine are not counted", _parts_of(_without_marks)),
    Mutant("ends-are-not-counted", "parts", "spaces around a text are not counted", _parts_of(_trimmed)),
)

OVERLOOKED: Final = (*_REFUSALS, *_ACCEPTED, *_SHOWN)
