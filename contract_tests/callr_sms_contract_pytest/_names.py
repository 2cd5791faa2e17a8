"""The names of the tests: they are known before a request is made, and the same in every run."""

from __future__ import annotations

THE_RUN = "the-run"
"""The test that fails when the server could not be judged."""
ANSWERED = "every_request_is_answered"
"""The check that only failures are counted of."""
OTHERS = "other-requests"
"""The test of everything that no other test is about, such as paths that are not of the API."""

_OPERATIONS = ("GET /sms", "GET /sms/send", "GET /sms/{hash}", "POST /sms")
_CHECKS = (
    "account_model",
    "allow_header_conformance",
    "answer_envelope",
    "answer_headers",
    "answer_schema_with_formats",
    "content_type_conformance",
    "ensure_resource_availability",
    ANSWERED,
    "hash_asked_for",
    "ignored_auth",
    "max_response_time",
    "missing_required_header",
    "not_a_server_error",
    "object_level_authorization",
    "response_headers_conformance",
    "response_schema_conformance",
    "status_code_conformance",
    "unsupported_method",
    "use_after_free",
    "verdict_on_the_wire",
)
_WEBHOOK = "webhook sms-mt-status-update"
_EVENT_CHECKS = ("event_headers", "event_request", "event_rules", "event_schema_with_formats")

PAIRS = (
    *((operation, check) for operation in _OPERATIONS for check in _CHECKS),
    *((_WEBHOOK, check) for check in _EVENT_CHECKS),
)
"""Operations and checks."""
NAMES = (THE_RUN, *(f"{operation} {check}" for operation, check in PAIRS), OTHERS)
