"""Codecs: how the values of each type of a contract are checked, encoded and decoded."""

from .base import Codec
from .composites import Anything, Array, Constant, JsonObject, ListOf, Nullable
from .contents import Bytes, Content, File, Text, Upload
from .dates import Day, Moment, MomentMs, MomentOrZero, Rfc3339
from .enums import IntegerEnum, StringEnum
from .scalars import Boolean, DecimalString, Integer, Number, String, Uuid

__all__ = [
    "Anything",
    "Array",
    "Boolean",
    "Bytes",
    "Codec",
    "Constant",
    "Content",
    "Day",
    "DecimalString",
    "File",
    "Integer",
    "IntegerEnum",
    "JsonObject",
    "ListOf",
    "Moment",
    "MomentMs",
    "MomentOrZero",
    "Nullable",
    "Number",
    "Rfc3339",
    "String",
    "StringEnum",
    "Text",
    "Upload",
    "Uuid",
]
