"""Calls: an operation and its arguments become requests, and their responses a result or an error."""

from .caller import AsyncCaller, Caller
from .clock import Clock
from .connections import AsyncPool, Pool
from .operation import (
    BodyProperty,
    Envelope,
    ErrorFormat,
    HeaderParameter,
    JoinedQueryParameter,
    Operation,
    PathParameter,
    QueryGroup,
    QueryParameter,
    WholeBody,
)
from .raw_response import RawResponse
from .retry import DEFAULT_MAX_RETRIES, check_retries, may_repeat
from .settings import Settings, find_url_problem, read_environment

__all__ = [
    "DEFAULT_MAX_RETRIES",
    "AsyncCaller",
    "AsyncPool",
    "BodyProperty",
    "Caller",
    "Clock",
    "Envelope",
    "ErrorFormat",
    "HeaderParameter",
    "JoinedQueryParameter",
    "Operation",
    "PathParameter",
    "Pool",
    "QueryGroup",
    "QueryParameter",
    "RawResponse",
    "Settings",
    "WholeBody",
    "check_retries",
    "find_url_problem",
    "may_repeat",
    "read_environment",
]
