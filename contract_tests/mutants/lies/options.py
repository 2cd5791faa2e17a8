"""Servers that show wrong options, senders or recipients."""

import html
import re
from collections.abc import Callable

from mutants.builders import (
    Maker,
    Mutant,
    accepts_raw,
    on_sms,
    options_of,
    put,
)
from mutants.lies.texts import remembering
from mutants.messages import (
    SEND_BY_QUERY,
    Json,
    Request,
)


def _option_lost(name: str) -> Maker:
    def change(sms: Json) -> None:
        if sms["options"]:
            sms["options"].pop(name, None)

    return on_sms(change)


def _user_data(change: Callable[[str], str], *, in_options: bool = True) -> Maker:
    def each(sms: Json) -> None:
        sms["user_data"] = change(sms["user_data"])
        if in_options and sms["options"] and "user_data" in sms["options"]:
            sms["options"]["user_data"] = change(sms["options"]["user_data"])

    return on_sms(each)


def _without_options(request: Request) -> Request:
    kept = [(name, value) for name, value in request.pairs if not name.startswith("options.")]
    return request if len(kept) == len(request.pairs) else request.with_pairs(kept)


def _webhook(change: Callable[[Json], object]) -> Maker:
    def each(sms: Json) -> None:
        if sms["options"] and "webhook" in sms["options"]:
            change(sms["options"]["webhook"])

    return on_sms(each)


def _defaults(sms: Json) -> None:
    if sms["options"] is not None:
        sms["options"] = {
            "force_encoding": None,
            "flash_message": False,
            "nature": "MARKETING",
            **sms["options"],
        }


def _truthy(sms: Json, message: Json) -> None:
    if sms["options"] and "flash_message" in options_of(message):
        sms["options"]["flash_message"] = True


def _webhook_default(sms: Json) -> None:
    webhook = (sms["options"] or {}).get("webhook")
    if webhook:
        webhook.setdefault("hmac_algo", "SHA256")


OPTIONS = (
    Mutant("user-data-lost", "options", "user_data is lost", _user_data(lambda _: "")),
    Mutant(
        "user-data-cut-at-255", "options", "user_data is cut at 255 characters", _user_data(lambda v: v[:255])
    ),
    Mutant("user-data-trimmed", "options", "user_data is trimmed", _user_data(str.strip)),
    Mutant(
        "user-data-not-beside-options",
        "options",
        "user_data is only in the options",
        _user_data(lambda _: "", in_options=False),
    ),
    Mutant(
        "user-data-not-in-options",
        "options",
        "user_data is only outside the options",
        _option_lost("user_data"),
    ),
    Mutant(
        "nature-ignored",
        "options",
        "the nature is MARKETING whatever was sent",
        put("nature", lambda _: "MARKETING"),
    ),
    Mutant(
        "nature-default-alerting",
        "options",
        "the nature is ALERTING where none was sent",
        on_sms(lambda sms: sms.update(nature=(sms["options"] or {}).get("nature", "ALERTING"))),
    ),
    Mutant("nature-lost", "options", "the nature is not in the options", _option_lost("nature")),
    Mutant("flash-lost", "options", "flash_message is not in the options", _option_lost("flash_message")),
    Mutant(
        "flash-always-false",
        "options",
        "flash_message is false whatever was sent",
        on_sms(
            lambda sms: (
                sms["options"].update(flash_message=False)
                if sms["options"] and "flash_message" in sms["options"]
                else None
            )
        ),
    ),
    Mutant(
        "force-encoding-lost",
        "options",
        "force_encoding is not in the options",
        _option_lost("force_encoding"),
    ),
    Mutant("webhook-lost", "options", "the webhook is not in the options", _option_lost("webhook")),
    Mutant(
        "webhook-secret-lost",
        "options",
        "the secret of a webhook is lost",
        _webhook(lambda w: w.pop("hmac_secret", None)),
    ),
    Mutant(
        "webhook-secret-hidden",
        "options",
        "the secret of a webhook comes back as stars",
        _webhook(lambda w: w.update({"hmac_secret": "***"}) if "hmac_secret" in w else None),
    ),
    Mutant(
        "webhook-endpoint-lower-case",
        "options",
        "the endpoint of a webhook is in lower case",
        _webhook(lambda w: w.update(endpoint=w["endpoint"].lower())),
    ),
    Mutant("options-always-null", "options", "options come back as null", put("options", lambda _: None)),
    Mutant(
        "options-with-defaults",
        "options",
        "options come back with defaults that were not sent",
        on_sms(_defaults),
    ),
    Mutant(
        "query-options-lost",
        "options",
        "the options of a send by query are lost",
        accepts_raw(_without_options, SEND_BY_QUERY),
    ),
    Mutant(
        "user-data-ascii",
        "options",
        "user_data beyond ASCII becomes question marks",
        _user_data(lambda v: v.encode("ascii", "replace").decode()),
    ),
    Mutant("user-data-as-html", "options", "user_data is shown as HTML", _user_data(html.escape)),
    Mutant(
        "flash-false-is-true", "options", "flash_message is true whenever it is given", remembering(_truthy)
    ),
    Mutant(
        "null-options-as-empty",
        "options",
        "null options come back as an empty object",
        put("options", lambda v: v or {}),
    ),
    Mutant(
        "webhook-with-default",
        "options",
        "a webhook comes back with an algorithm that was not sent",
        on_sms(_webhook_default),
    ),
)

PEOPLE = (
    Mutant(
        "empty-sender-as-sms",
        "sender and recipient",
        "an empty sender comes back as SMS",
        put("from", lambda v: v or "SMS"),
    ),
    Mutant(
        "empty-sender-as-shortcode",
        "sender and recipient",
        "an empty sender comes back as a shortcode",
        put("from", lambda v: v or "36111"),
    ),
    Mutant(
        "sender-in-capitals",
        "sender and recipient",
        "the sender comes back in capitals",
        put("from", str.upper),
    ),
    Mutant(
        "sender-trimmed",
        "sender and recipient",
        "the sender comes back without spaces around it",
        put("from", str.strip),
    ),
    Mutant(
        "sender-and-recipient-swapped",
        "sender and recipient",
        "sender and recipient are swapped",
        on_sms(lambda sms: sms.update({"from": sms["to"], "to": "36111"})),
    ),
    Mutant(
        "recipient-hidden",
        "sender and recipient",
        "the last digits of the recipient are zeros",
        put("to", lambda v: f"{v[:-4]}0000"),
    ),
    Mutant(
        "recipient-cut",
        "sender and recipient",
        "a recipient is cut at 12 digits",
        put("to", lambda v: v[:13]),
    ),
    Mutant(
        "sender-cut-at-10",
        "sender and recipient",
        "a sender is cut at 10 characters",
        put("from", lambda v: v[:10]),
    ),
    Mutant(
        "sender-space-as-underscore",
        "sender and recipient",
        "a space in a sender becomes an underscore",
        put("from", lambda v: v.replace(" ", "_")),
    ),
    Mutant(
        "drops-zero-of-number",
        "sender and recipient",
        "a zero behind +33 or +44 is dropped from a number",
        on_sms(lambda sms: sms.update(to=re.sub(r"^(\+33|\+44)0", r"\1", sms["to"]))),
    ),
)
