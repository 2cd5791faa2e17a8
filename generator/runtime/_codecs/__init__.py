"""Codecs: how each type of a contract is checked, sent and read."""

from .composites import Anything, Array, Constant, JsonObject, ListOf, Nullable
from .dates import Day, Moment, MomentMs, MomentOrZero, Rfc3339
from .scalars import Boolean, DecimalString, Integer, Kind, Number, NumberWord, String, Uuid, Word

__all__ = [
    "Anything",
    "Array",
    "Boolean",
    "Constant",
    "Day",
    "DecimalString",
    "Integer",
    "JsonObject",
    "Kind",
    "ListOf",
    "Moment",
    "MomentMs",
    "MomentOrZero",
    "Nullable",
    "Number",
    "NumberWord",
    "Rfc3339",
    "String",
    "Uuid",
    "Word",
]
