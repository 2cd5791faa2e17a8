"""Messages of errors of the control API, of webhooks and of faults."""

import json

from callr_sms_emulator._errors.parameters import safe
from callr_sms_emulator._errors.tree import (
    ApiError,
    Broken,
    ForbiddenError,
    InternalError,
    InvalidRequestError,
    NotFoundError,
    UnauthorizedError,
    VerificationFailedError,
    show,
)

# --- webhooks -------------------------------------------------------------------------------------------


def endpoint_not_allowed(name: str, host: str) -> InvalidRequestError:
    return InvalidRequestError(
        f"PROPERTY_VALUE_ERROR [{name}]: {show(host)} is not an address that this emulator may call: "
        f"expected one that --webhooks-to allows; start the emulator with --webhooks-to {safe(host)}"
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
        f"DELIVERY_WAITS [id]: {identity} waits for an earlier event of the same SMS: "
        "expected the delivery of that one, or a delivery that was delivered or given up"
    )


def webhook_gone(identity: int) -> InvalidRequestError:
    return InvalidRequestError(
        f"WEBHOOK_GONE [id]: the webhook of delivery {identity} was removed: "
        "expected a delivery whose webhook exists"
    )


# --- the inbox page -------------------------------------------------------------------------------------


def session_ended() -> UnauthorizedError:
    return UnauthorizedError(
        "AUTHENTICATION_FAILED [Authorization]: the session of the inbox page has ended: expected HTTP "
        "Basic, or a token that POST /_emulator/session has made for this emulator and this password"
    )


def other_login(login: str) -> InvalidRequestError:
    return InvalidRequestError(
        f"PROPERTY_VALUE_ERROR [login]: {show(login)} is not the account of the credentials: "
        "expected its login, or the admin token"
    )


def read_only() -> ForbiddenError:
    return ForbiddenError(
        "READ_ONLY [method]: the inbox page of this emulator changes nothing (--read-only): "
        "expected the credentials of the account instead of a session"
    )


def no_page_file(name: str) -> NotFoundError:
    return NotFoundError(f"ENDPOINT_NOT_FOUND [path]: {show(name)} is no file of the inbox page: expected /")


def no_page() -> NotFoundError:
    return NotFoundError(
        "ENDPOINT_NOT_FOUND [path]: this emulator serves no inbox page: expected a start without --no-page"
    )


# --- SMS ------------------------------------------------------------------------------------------------


def unknown_number(value: str) -> NotFoundError:
    return NotFoundError(
        f"PROPERTY_VALUE_ERROR [number]: {show(value)} has no SMS in this account: "
        "expected a number that GET /_emulator/conversations lists"
    )


def final_status(sms_hash: str, status: str) -> InvalidRequestError:
    return InvalidRequestError(
        f"PROPERTY_VALUE_ERROR [hash]: the status of {show(sms_hash)} is {status}, which is final: "
        "expected an SMS that was not delivered yet and has not failed"
    )


# --- faults ---------------------------------------------------------------------------------------------


def bad_fault(name: str, because: str, expected: str) -> InvalidRequestError:
    """A property of a fault rule contradicts the others."""
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


def webhooks_delivered_elsewhere() -> InvalidRequestError:
    return InvalidRequestError(
        "FAULT_ELSEWHERE [webhook]: another process on this database delivers the webhooks: "
        "expected the rule to be added there"
    )


def injected(name: str, status: int, message: str | None) -> ApiError:
    """Return the error of a fault rule, with the message of the rule if it has one."""
    asked = (
        "the header of the request asked"
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


def connection_not_accessible() -> InternalError:
    return InternalError(
        "FAULT_IMPOSSIBLE [fault]: the server that runs the emulator gives no access to the connection: "
        "expected callr-sms-emulator serve"
    )


# --- the control API ------------------------------------------------------------------------------------


def reply_to_incoming(sms_hash: str) -> InvalidRequestError:
    return InvalidRequestError(
        f"PROPERTY_VALUE_ERROR [reply_to]: {show(sms_hash)} is an incoming SMS: expected one that was sent"
    )


def reply_not_possible(sms_hash: str, sender: str) -> InvalidRequestError:
    return InvalidRequestError(
        f"PROPERTY_VALUE_ERROR [reply_to]: {show(sms_hash)} was sent as {show(sender)}, which takes no "
        "replies: expected an SMS that was sent with an empty from, or with the number of the account"
    )


def reply_from_other_number(sms_hash: str) -> InvalidRequestError:
    return InvalidRequestError(
        f"PROPERTY_VALUE_ERROR [from]: not the recipient of {show(sms_hash)}: "
        "expected its recipient, or no from"
    )


def not_ndjson() -> InvalidRequestError:
    return InvalidRequestError(
        "REQUEST_FORMAT_ERROR [Content-Type]: not lines of JSON: expected application/x-ndjson, "
        "and the body that GET /_emulator/export returns"
    )


def account_not_empty(login: str) -> InvalidRequestError:
    return InvalidRequestError(
        f"PROPERTY_VALUE_ERROR [account]: {show(login)} has SMS, subscriptions or unsubscribed numbers: "
        "expected an empty account; POST /_emulator/reset empties it"
    )


def bad_property(name: str, value: object, expected: str) -> InvalidRequestError:
    """The message names the type of the value only, because the value may be private."""
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


def wrong_line_order() -> InvalidRequestError:
    return InvalidRequestError("the order is wrong: expected one line of the kind account, as the first line")


def duplicate_hash(value: str) -> InvalidRequestError:
    return InvalidRequestError(
        f"PROPERTY_VALUE_ERROR [hash]: {show(value)} is used twice: expected a unique hash"
    )


def duplicate_number() -> InvalidRequestError:
    """The number is private, and so is not in the message."""
    return InvalidRequestError("PROPERTY_VALUE_ERROR [number]: it occurs twice: expected each number once")


def not_unsubscribed() -> NotFoundError:
    """The number is private, and so is not in the message."""
    return NotFoundError(
        "PROPERTY_VALUE_ERROR [number]: not in the list: expected a number of GET /_emulator/unsubscribed"
    )


def event_without_sms(value: str) -> InvalidRequestError:
    return InvalidRequestError(
        f"PROPERTY_VALUE_ERROR [sms]: {show(value)} is not the hash of an SMS in an earlier line: "
        "expected the SMS before its events"
    )


def delivery_without_webhook(name: str, value: str) -> InvalidRequestError:
    return InvalidRequestError(
        f"PROPERTY_VALUE_ERROR [{name}]: {show(value)} is not the hash of a subscription in an earlier line: "
        "expected one, or an empty string when the SMS has a webhook of its own"
    )


def at_line(number: int, error: InvalidRequestError) -> InvalidRequestError:
    return InvalidRequestError(f"REQUEST_FORMAT_ERROR [line {number}]: {error.message}; nothing was kept")


def line_too_long(limit: int) -> InvalidRequestError:
    return InvalidRequestError(f"the line is too long: expected at most {limit} bytes")


def too_late(last: str) -> InvalidRequestError:
    return InvalidRequestError(f"PROPERTY_VALUE_ERROR [clock]: too late: expected at most {last}")


def bad_value(name: str, value: object, expected: str) -> InvalidRequestError:
    return InvalidRequestError(f"PROPERTY_VALUE_ERROR [{name}]: {show(value)}: expected {expected}")


def bad_pattern(value: str, name: str) -> InvalidRequestError:
    return InvalidRequestError(
        f"PROPERTY_VALUE_ERROR [{name}]: {show(value)} is not a regular expression, or too large a one: "
        "expected the syntax of Rust's regex (no look-around, no backreferences) and smaller repetitions"
    )


def slow_pattern(value: str, seconds: float) -> InvalidRequestError:
    return InvalidRequestError(
        f"PROPERTY_VALUE_ERROR [pattern]: {show(value)} took longer than {seconds} s for one text: "
        "expected smaller repetitions"
    )


def wait_timeout(seconds: float, nearest: tuple[str, list[str]] | None) -> NotFoundError:
    said = "the account has no SMS"
    if nearest is not None:
        said = f"the nearest is {nearest[0]}, which differs in {', '.join(nearest[1])}"
    return NotFoundError(f"WAIT_TIMEOUT [timeout]: no matching SMS came within {seconds:g} s; {said}")


def bad_secret(name: str, expected: str) -> InvalidRequestError:
    return InvalidRequestError(
        f"PROPERTY_VALUE_ERROR [{name}]: not shown, because it is a secret: expected {expected}"
    )


def no_journal() -> NotFoundError:
    return NotFoundError(
        "JOURNAL_OFF [journal]: this emulator keeps no requests: expected one that was started with "
        "--journal above 0"
    )


def unknown_request(value: str) -> NotFoundError:
    return NotFoundError(
        f"PROPERTY_VALUE_ERROR [id]: {show(value)} is not a request of this account, or was dropped: "
        "expected an id that GET /_emulator/requests lists"
    )


def verification_failed(said: str) -> VerificationFailedError:
    """`said` describes what was found without quoting the requests."""
    return VerificationFailedError(f"VERIFICATION_FAILED [requests]: {said}")
