"""Calls: an operation and its arguments become requests, and their responses a result or an error."""

from .bodies import BodyFormat, Content, Form, Parts
from .caller import AsyncCaller, Caller
from .clock import Clock
from .connections import AsyncPool, Pool
from .headers import ExtraHeaders
from .hooks import CallInfo, Hooks, ResponseInfo, RetryInfo, check_hooks
from .operation import (
    BodyProperty,
    Envelope,
    ErrorFormat,
    HeaderParameter,
    JoinedQueryParameter,
    Operation,
    PatchProperty,
    PathParameter,
    QueryGroup,
    QueryParameter,
    WholeBody,
    check_first,
)
from .pages import iterate_pages, iterate_pages_async
from .raw_response import RawResponse
from .retry import DEFAULT_MAX_RETRIES, check_retries, may_repeat
from .settings import Environment, Settings, find_url_problem, make_user_agent, read_log_level

__all__ = [
    "DEFAULT_MAX_RETRIES",
    "AsyncCaller",
    "AsyncPool",
    "BodyFormat",
    "BodyProperty",
    "CallInfo",
    "Caller",
    "Clock",
    "Content",
    "Envelope",
    "Environment",
    "ErrorFormat",
    "ExtraHeaders",
    "Form",
    "HeaderParameter",
    "Hooks",
    "JoinedQueryParameter",
    "Operation",
    "Parts",
    "PatchProperty",
    "PathParameter",
    "Pool",
    "QueryGroup",
    "QueryParameter",
    "RawResponse",
    "ResponseInfo",
    "RetryInfo",
    "Settings",
    "WholeBody",
    "check_first",
    "check_hooks",
    "check_retries",
    "find_url_problem",
    "iterate_pages",
    "iterate_pages_async",
    "make_user_agent",
    "may_repeat",
    "read_log_level",
]
