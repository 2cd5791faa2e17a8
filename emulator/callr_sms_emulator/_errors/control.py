"""Texts of what the control API, webhooks and faults are refused for."""

import json

from callr_sms_emulator._errors.parameters import safe
from callr_sms_emulator._errors.tree import (
    ApiError,
    Broken,
    InternalError,
    InvalidRequestError,
    NotFoundError,
    NotSoOftenError,
    show,
)

# --- webhooks -------------------------------------------------------------------------------------------


def far_endpoint(name: str, host: str) -> InvalidRequestError:
    return InvalidRequestError(
        f"PROPERTY_VALUE_ERROR [{name}]: {show(host)} is not an address that this emulator may call: "
        f"expected one near it, or an emulator that was started with --webhooks-to {safe(host)}"
    )


def unknown_webhook(value: str) -> NotFoundError:
    return NotFoundError(
        f"PROPERTY_VALUE_ERROR [hash]: {show(value)} is not a webhook of this account: "
        "expected a hash that GET /_emulator/webhooks lists"
    )


def unknown_delivery(value: str) -> NotFoundError:
    return NotFoundError(
        f"PROPERTY_VALUE_ERROR [id]: {show(value)} is not a delivery of this account: "
        "expected an id that GET /_emulator/webhooks/deliveries lists"
    )


def delivery_waits(identity: int) -> InvalidRequestError:
    return InvalidRequestError(
        f"DELIVERY_WAITS [id]: {identity} waits for an earlier event of the same SMS, which is told first: "
        "expected that one, or a delivery that was made or given up"
    )


def webhook_gone(identity: int) -> InvalidRequestError:
    return InvalidRequestError(
        f"WEBHOOK_GONE [id]: the webhook of delivery {identity} was removed: expected one that is still there"
    )


# --- faults ---------------------------------------------------------------------------------------------


def bad_fault(name: str, because: str, expected: str) -> InvalidRequestError:
    """Say that a field of a fault does not go with the others."""
    return InvalidRequestError(f"PROPERTY_VALUE_ERROR [{name}]: {because}: expected {expected}")


def bad_fault_header(error: InvalidRequestError) -> InvalidRequestError:
    return InvalidRequestError(
        f"REQUEST_FORMAT_ERROR [X-Emulator-Fault]: {error.message}; nothing was done",
        Broken("fault", "X-Emulator-Fault"),
    )


def too_many_faults(limit: int) -> InvalidRequestError:
    return InvalidRequestError(
        f"TOO_MANY_FAULTS [faults]: the account has {limit} rules: expected fewer; DELETE /_emulator/faults "
        "removes them"
    )


def fault_elsewhere() -> InvalidRequestError:
    return InvalidRequestError(
        "FAULT_ELSEWHERE [webhook]: another process on this database delivers the webhooks: "
        "expected the rule there"
    )


def injected(name: str, status: int, message: str | None) -> ApiError:
    """Give the error that a fault answers with, in the words of its rule where that has some."""
    asked = (
        "the request's own header asked"
        if name == "request"
        else f"rule {name} of GET /_emulator/faults asks"
    )
    error = ApiError(message or f"FAULT_INJECTED [fault]: {asked} for this answer: expected no fault")
    error.status = status
    return error


def unknown_fault(value: str) -> NotFoundError:
    return NotFoundError(
        f"PROPERTY_VALUE_ERROR [id]: {show(value)} is not a fault of this account: "
        "expected an id that GET /_emulator/faults lists"
    )


def no_wire() -> InternalError:
    return InternalError(
        "FAULT_IMPOSSIBLE [fault]: the server that runs the emulator does not let it touch the connection: "
        "expected callr-sms-emulator serve"
    )


# --- the control API ------------------------------------------------------------------------------------


def not_sent(sms_hash: str) -> InvalidRequestError:
    return InvalidRequestError(
        f"PROPERTY_VALUE_ERROR [reply_to]: {show(sms_hash)} is an SMS that came in: "
        "expected one that was sent"
    )


def no_way_back(sms_hash: str, sender: str) -> InvalidRequestError:
    return InvalidRequestError(
        f"PROPERTY_VALUE_ERROR [reply_to]: {show(sms_hash)} was sent as {show(sender)}, which nobody can "
        "reply to: expected an SMS that was sent with an empty from"
    )


def other_replier(sms_hash: str) -> InvalidRequestError:
    return InvalidRequestError(
        f"PROPERTY_VALUE_ERROR [from]: another number than {show(sms_hash)} was sent to: "
        "expected its recipient, or no from"
    )


def not_lines() -> InvalidRequestError:
    return InvalidRequestError(
        "REQUEST_FORMAT_ERROR [Content-Type]: not lines of JSON: expected application/x-ndjson, "
        "and the body as GET /_emulator/export gave it"
    )


def not_empty(login: str) -> InvalidRequestError:
    return InvalidRequestError(
        f"PROPERTY_VALUE_ERROR [account]: {show(login)} has SMS or subscriptions: expected an empty account; "
        "POST /_emulator/reset empties it"
    )


def bad_member(name: str, value: object, expected: str) -> InvalidRequestError:
    """Say of what kind a value is, and not what it is: it may be anybody's text or number."""
    return InvalidRequestError(f"PROPERTY_VALUE_ERROR [{name}]: {_kind_of(value)}: expected {expected}")


def private_value(name: str, expected: str) -> InvalidRequestError:
    return InvalidRequestError(
        f"PROPERTY_VALUE_ERROR [{name}]: not shown, because it may be private: expected {expected}"
    )


def _kind_of(value: object) -> str:
    if value is None or isinstance(value, bool):
        return json.dumps(value)
    if isinstance(value, (int, float)):
        return "a number"
    kind = "string" if isinstance(value, str) else "array" if isinstance(value, list) else "object"
    return f"{'a' if kind == 'string' else 'an'} {kind}" if value else f"an empty {kind}"


def bad_json(name: str, reason: str) -> InvalidRequestError:
    return InvalidRequestError(f"REQUEST_FORMAT_ERROR [{name}]: {reason}: expected JSON")


def wrong_order() -> InvalidRequestError:
    return InvalidRequestError("the order is wrong: expected one line of the kind account, the first")


def hash_twice(value: str) -> InvalidRequestError:
    return InvalidRequestError(f"PROPERTY_VALUE_ERROR [hash]: {show(value)} stands twice: expected it once")


def event_of_nothing(value: str) -> InvalidRequestError:
    return InvalidRequestError(
        f"PROPERTY_VALUE_ERROR [sms]: {show(value)} is no SMS before its event: expected that first"
    )


def delivery_to_nobody(name: str, value: str) -> InvalidRequestError:
    return InvalidRequestError(
        f"PROPERTY_VALUE_ERROR [{name}]: {show(value)} is nobody who could be told: expected the hash of a "
        "subscription before it, or nothing where the SMS has a webhook"
    )


def at_line(number: int, error: InvalidRequestError) -> InvalidRequestError:
    return InvalidRequestError(f"REQUEST_FORMAT_ERROR [line {number}]: {error.message}; nothing was kept")


def line_too_long(limit: int) -> InvalidRequestError:
    return InvalidRequestError(f"it is too long: expected at most {limit} bytes")


def too_late(last: str) -> InvalidRequestError:
    return InvalidRequestError(f"PROPERTY_VALUE_ERROR [clock]: that is too late: expected at most {last}")


def bad_value(name: str, value: object, expected: str) -> InvalidRequestError:
    return InvalidRequestError(f"PROPERTY_VALUE_ERROR [{name}]: {show(value)}: expected {expected}")


def bad_pattern(value: str, reason: str, name: str = "pattern") -> InvalidRequestError:
    return InvalidRequestError(
        f"PROPERTY_VALUE_ERROR [{name}]: {show(value)} is no regular expression: {reason}"
    )


def slow_pattern(value: str, seconds: float) -> InvalidRequestError:
    return InvalidRequestError(
        f"PROPERTY_VALUE_ERROR [pattern]: {show(value)} took longer than {seconds} s for one text: "
        "expected a pattern without repetitions inside repetitions"
    )


def nothing_came(seconds: float, nearest: tuple[str, list[str]] | None) -> NotFoundError:
    said = "the account has no SMS"
    if nearest is not None:
        said = f"nearest is {nearest[0]}, which differs in {', '.join(nearest[1])}"
    return NotFoundError(f"WAIT_TIMEOUT [timeout]: nothing that fits came within {seconds:g} s; {said}")


def bad_secret(name: str, expected: str) -> InvalidRequestError:
    return InvalidRequestError(
        f"PROPERTY_VALUE_ERROR [{name}]: not shown, for it is a secret: expected {expected}"
    )


def no_journal() -> NotFoundError:
    return NotFoundError(
        "JOURNAL_OFF [journal]: this emulator remembers no requests: expected one that was started with "
        "--journal above 0"
    )


def unknown_request(value: str) -> NotFoundError:
    return NotFoundError(
        f"PROPERTY_VALUE_ERROR [id]: {show(value)} is not a request of this account, or was forgotten: "
        "expected an id that GET /_emulator/requests lists"
    )


def not_so_often(said: str) -> NotSoOftenError:
    """Say what was found; it quotes nothing of the requests."""
    return NotSoOftenError(f"VERIFICATION_FAILED [requests]: {said}")
